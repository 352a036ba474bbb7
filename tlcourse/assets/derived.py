"""Results that take long to compute and come out the same each time, such as features: kept on disk."""

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tlcourse.assets.derived_folder import is_whole, keep, place_of

if TYPE_CHECKING:
    import numpy as np

_ABOUT = "about.json"  # the key, and which file holds which array


def cached_arrays(
    name: str, key: dict, make: Callable[[], dict[str, "np.ndarray"]]
) -> dict[str, "np.ndarray"]:
    """The arrays that `make()` returns, from disk if they were made before with the same `key`.

    They are mapped into memory: a page is read when it is first touched. What is written to them does not
    reach the disk.

    Args:
        name: what the arrays are, for the folder's name: letters, digits, dots and dashes.
        key: everything that the arrays depend on, as JSON values: asset, model, settings, a version number of
            the code.
        make: computes the arrays; called only when none are kept for this key that agree with their hashes.

    Where the cache cannot be written, the arrays are computed and returned all the same.

    Raises:
        ValueError: `name` is not fit for a folder's name.
        TypeError: `key` holds something that JSON cannot, or an array holds something other than numbers.
    """
    place = derived_path(name, key)
    arrays = _read(place, key)
    if arrays is not None:
        return arrays
    arrays = make()
    for label, array in arrays.items():
        if array.dtype.kind not in "biuf":
            raise TypeError(f"{name}: array {label!r} is of {array.dtype}, expected numbers or truth values")
    with suppress(OSError):  # a full or read-only disk costs time, not the lesson
        keep(place, lambda folder: _save(folder, arrays, key))
        place.with_name(f"{place.name}.safetensors").unlink(missing_ok=True)  # what it was kept in before
    return _read(place, key) or arrays  # mapped, so that the memory is free again


def derived_path(name: str, key: dict) -> Path:
    """The folder in which `cached_arrays` keeps the arrays of `name` and `key`."""
    return place_of(name, hashlib.sha256(_as_text(key).encode()).hexdigest()[:16])


def _as_text(key: dict) -> str:
    return json.dumps(key, sort_keys=True)


def _save(folder: Path, arrays: dict[str, "np.ndarray"], key: dict) -> None:
    """One .npy for each array, numbered, as a label may be no name for a file."""
    import numpy as np

    for number, array in enumerate(arrays.values()):
        np.save(folder / f"{number}.npy", np.asarray(array, order="C"), allow_pickle=False)
    about = {"key": _as_text(key), "arrays": [*arrays]}
    (folder / _ABOUT).write_text(json.dumps(about), encoding="utf-8")


def _read(folder: Path, key: dict) -> dict[str, "np.ndarray"] | None:
    """What `_save` wrote for `key`; None if it is not there, damaged, or of another key."""
    import numpy as np

    if not is_whole(folder):
        return None
    try:
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        if about["key"] != _as_text(key):
            return None
        return {
            label: np.load(folder / f"{number}.npy", mmap_mode="c", allow_pickle=False).view(np.ndarray)
            for number, label in enumerate(about["arrays"])
        }
    except (OSError, ValueError, KeyError, TypeError):  # the stamp was replaced too
        return None


def take(array: "np.ndarray", index: "np.ndarray") -> "np.ndarray":
    """`array[index]`, a copy; if the array's file is mapped, it is read from there.

    What is read through a mapping counts as memory for as long as the array lives: too long for a big one
    that is read a little at a time, again and again. What was written to the array itself is not in the file.

    Args:
        array: (N, …).
        index: (M,), whole numbers from 0 to N − 1.

    Raises:
        IndexError: there is no such row.
        ValueError: the file has become shorter.
    """
    import numpy as np

    base = array
    while isinstance(base, np.ndarray) and not isinstance(base, np.memmap):
        base = base.base
    in_range = len(index) and index.min() >= 0 and index.max() < len(array)
    if not isinstance(base, np.memmap) or not array.flags.c_contiguous or not in_range:
        return array[index]
    rows = np.empty((len(index), *array.shape[1:]), array.dtype)
    start = base.offset + array.ctypes.data - base.ctypes.data
    try:
        with open(base.filename, "rb", buffering=0) as file:
            for row, number in zip(rows.reshape(len(index), -1), index.tolist(), strict=True):
                file.seek(start + number * row.nbytes)
                if file.readinto(row) < row.nbytes:
                    raise ValueError(
                        f"{base.filename} was cut short after it was opened: run the notebook again, and it "
                        "is made anew"
                    )
    except OSError:  # the cache was emptied; what is mapped stays
        return array[index]
    return rows
