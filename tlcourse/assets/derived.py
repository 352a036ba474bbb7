"""Results that take long to compute and come out the same each time, such as features: kept on disk."""

import hashlib
import json
import os
import re
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tlcourse.assets.cache import derived_dir

if TYPE_CHECKING:
    import numpy as np


# What safetensors calls numpy's types of number.
_DTYPES = {"BOOL": "?", "F16": "f2", "F32": "f4", "F64": "f8"}
_DTYPES |= {f"{kind}{8 * size}": f"{kind.lower()}{size}" for kind in "IU" for size in (1, 2, 4, 8)}

OLD = 3600  # seconds; nothing takes that long to write


def cached_arrays(
    name: str, key: dict, make: Callable[[], dict[str, "np.ndarray"]]
) -> dict[str, "np.ndarray"]:
    """The arrays that ``make()`` returns, from disk if they were made before with the same ``key``.

    Args:
        name: what the arrays are, for the file's name: letters, digits, dots and dashes.
        key: everything that the arrays depend on, as JSON values: asset, model, settings, a version number of
            the code.
        make: computes the arrays; called only when there is no whole file for this key.

    The file is written beside and renamed, so that a kill leaves none. A file that cannot be read is made
    again. Where the cache cannot be written, the arrays are computed and returned all the same.

    Raises:
        ValueError: ``name`` is not fit for a file's name.
        TypeError: ``key`` holds something that JSON cannot, or an array holds something else than numbers.
    """
    from safetensors import SafetensorError

    path = derived_path(name, key)
    try:
        return _read(path)
    except (OSError, SafetensorError):
        arrays = make()
    for label, array in arrays.items():
        if array.dtype.kind not in "biuf":
            raise TypeError(f"{name}: array {label!r} is of {array.dtype}, expected numbers or truth values")
    with suppress(OSError, SafetensorError):  # a full or read-only disk costs time, not the lesson
        _save(path, arrays, key)
        arrays = _read(path)  # mapped, so that the memory is free again
    return arrays


def derived_path(name: str, key: dict) -> Path:
    """Where :func:`cached_arrays` keeps the arrays of ``name`` and ``key``."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise ValueError(
            f"name is {name!r}, expected letters, digits, '.', '_' and '-' only: it names a file"
        )
    digest = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:16]
    return derived_dir() / f"{name}-{digest}.safetensors"


def _read(path: Path) -> dict[str, "np.ndarray"]:
    """The arrays of a safetensors file, mapped into memory: a page is read when it is first touched.

    To load them would take twice their size for a moment, once for the file and once for the copy. What is
    written to the arrays does not reach the file.
    """
    import numpy as np
    from safetensors import safe_open

    with safe_open(path, framework="numpy"), open(path, "rb") as file:  # safe_open: is the file whole?
        start = 8 + int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(start - 8))
    header.pop("__metadata__", None)
    if not any(end for _, end in (tensor["data_offsets"] for tensor in header.values())):  # nothing to map
        data = np.empty(0, np.uint8)
    else:
        data = np.memmap(path, np.uint8, mode="c", offset=start).view(np.ndarray)
    arrays = {}
    for name, tensor in header.items():
        begin, end = tensor["data_offsets"]
        arrays[name] = data[begin:end].view(_DTYPES[tensor["dtype"]]).reshape(tensor["shape"])
    return arrays


def take(array: "np.ndarray", index: "np.ndarray") -> "np.ndarray":
    """``array[index]``, a copy; if the array's file is mapped, it is read from there.

    What is read through a mapping counts as memory for as long as the array lives: too long for a big one
    that is read a little at a time, again and again.

    Args:
        array: (N, …).
        index: (M,), whole numbers from 0 to N − 1.
    """
    import numpy as np

    base = array
    while isinstance(base, np.ndarray) and not isinstance(base, np.memmap):
        base = base.base
    if not isinstance(base, np.memmap) or not array.flags.c_contiguous:
        return array[index]
    rows = np.empty((len(index), *array.shape[1:]), array.dtype)
    start = base.offset + array.ctypes.data - base.ctypes.data
    try:
        with open(base.filename, "rb", buffering=0) as file:
            for row, number in zip(rows.reshape(len(index), -1), index.tolist(), strict=True):
                file.seek(start + number * row.nbytes)
                file.readinto(row)
    except OSError:  # the cache was emptied; what is mapped stays
        return array[index]
    return rows


def _save(path: Path, arrays: dict[str, "np.ndarray"], key: dict) -> None:
    import numpy as np
    from safetensors.numpy import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(".*.tmp"):  # by a killed process, if it is old
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > OLD:
                left.unlink()
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".tmp")
    os.close(handle)
    try:
        whole = {name: np.asarray(array, order="C") for name, array in arrays.items()}
        save_file(whole, temporary, metadata={"key": json.dumps(key, sort_keys=True)})
        os.replace(temporary, path)
    finally:
        Path(temporary).unlink(missing_ok=True)
