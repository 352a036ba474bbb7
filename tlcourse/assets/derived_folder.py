"""Models that are made from an asset once, such as unpacked weights: kept as a folder that libraries open."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from tlcourse.assets.cache import STAMP, derived_dir, file_sha256, write_stamp

_whole: set[Path] = set()  # what this process has hashed already


def kept_folder(name: str, key: str, make: Callable[[Path], None]) -> Path:
    """The folder that ``make(folder)`` fills, from disk if it was made before with the same ``key``.

    Args:
        name: what it is, for the folder's name: letters, digits, dots and dashes.
        key: what it depends on, such as the ``manifest_id`` of an asset; a part of the folder's name too.
        make: puts files into the empty folder that it is given.

    It is made beside and renamed, so that a kill leaves none half full, and carries the sha256 of each file,
    which is compared once in each process. A folder that does not agree is made again.

    Raises:
        ValueError: ``name`` or ``key`` is not fit for a folder's name.
        OSError: the cache cannot be written; and whatever ``make`` raises.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", f"{name}-{key}"):
        raise ValueError(f"{name}-{key} names a folder: expected letters, digits, '.', '_' and '-' only")
    place = derived_dir() / f"{name}-{key}"
    if _is_whole(place):
        return place
    from filelock import FileLock

    place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(place.parent / f".{place.name}.lock"):
        if not _is_whole(place):  # no other process was faster
            _make(place, make)
            _whole.add(place)
    return place


def _make(place: Path, make: Callable[[Path], None]) -> None:
    for left in place.parent.glob(f".{place.name}-*"):  # by a killed process: nobody else holds the lock
        shutil.rmtree(left, ignore_errors=True)
    fresh = Path(tempfile.mkdtemp(dir=place.parent, prefix=f".{place.name}-"))
    try:
        fresh.chmod(0o755)
        make(fresh)
        files = [path for path in sorted(fresh.rglob("*")) if path.is_file()]
        write_stamp(fresh, {path.relative_to(fresh).as_posix(): file_sha256(path) for path in files})
        shutil.rmtree(place, ignore_errors=True)  # damaged, if it is there
        os.rename(fresh, place)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _is_whole(place: Path) -> bool:
    if place in _whole and place.is_dir():
        return True
    try:
        digests = json.loads((place / STAMP).read_text(encoding="utf-8"))["sha256"]
        whole = all(file_sha256(place / name) == digest for name, digest in digests.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
    if whole:
        _whole.add(place)
    return whole
