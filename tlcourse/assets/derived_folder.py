"""What is made from an asset once, such as unpacked weights: kept as a folder that carries its own hashes.

The sha256 of each file is compared when a process first opens the folder, and what does not agree is made
again. For 500 MB that takes a second; making it takes many times that.
"""

import re
from collections.abc import Callable
from pathlib import Path

from tlcourse import files
from tlcourse.assets.cache import derived_dir, file_sha256, read_stamp, write_stamp
from tlcourse.assets.errors import AssetError, FetchFailed

_seen: dict[Path, tuple] = {}  # what this process has hashed already, as `_marks` gives it


def kept_folder(name: str, key: str, make: Callable[[Path], None]) -> Path:
    """The folder that `make(folder)` fills, from disk if it was made before with the same `key`.

    Args:
        name: what it is, for the folder's name: letters, digits, dots and dashes.
        key: what it depends on, such as the `manifest_id` of an asset; a part of the folder's name too.
        make: puts files into the empty folder that it is given.

    It is made beside and renamed, so that a kill leaves none half full. A process that finds another one
    making it waits.

    Raises:
        ValueError: `name` or `key` is not fit for a folder's name.
        FetchFailed: the cache cannot be written; and whatever `make` raises.
    """
    place = place_of(name, key)
    if is_whole(place):
        return place
    from filelock import FileLock

    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(place.parent / f".{place.name}.lock"):
            if not is_whole(place):  # no other process was faster
                files.sweep(place.parent, place.name)
                keep(place, make)
    except AssetError:  # of what it is made from; some are OSErrors too
        raise
    except OSError as error:
        raise FetchFailed(
            f"{name} cannot be kept in {place.parent} ({error}): set TLCOURSE_CACHE to a folder that you can "
            "write to"
        ) from error
    return place


def place_of(name: str, key: str) -> Path:
    """Where the folder of `name` and `key` lies. Raises ValueError if they are not fit for its name."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name) or not re.fullmatch(r"[A-Za-z0-9._-]+", key):
        raise ValueError(
            f"name is {name!r} and key {key!r}, expected letters, digits, '.', '_' and '-' only: they name a "
            "folder"
        )
    return derived_dir() / f"{name}-{key}"


def keep(place: Path, make: Callable[[Path], None]) -> None:
    """Put what `make(folder)` makes into `place`, with the hashes of its files, instead of what is there.

    Raises:
        OSError: the cache cannot be written; and whatever `make` raises.
    """
    with files.new_folder(place, existing="replace") as fresh:
        make(fresh)
        made = sorted(path for path in fresh.rglob("*") if path.is_file())
        digests = {path.relative_to(fresh).as_posix(): file_sha256(path) for path in made}
        write_stamp(fresh, digests)
        marks = _marks(fresh, digests)  # here: another process may put its own there a moment later
    _seen[place] = marks


def is_whole(place: Path) -> bool:
    """Whether the files in `place` are those that `keep` put there.

    They are hashed once in each process, and again where one has another size or time than it had then.
    """
    try:
        digests = read_stamp(place)["sha256"]
        marks = _marks(place, digests)
        if _seen.get(place) == marks:
            return True
        whole = all(file_sha256(place / name) == digest for name, digest in digests.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False
    if whole:
        _seen[place] = marks
    return whole


def _marks(place: Path, digests: dict[str, str]) -> tuple:
    """What changes when a file is written to."""
    found = [(place / name).stat() for name in digests]
    return tuple(digests.items()), tuple((one.st_size, one.st_mtime_ns, one.st_ino) for one in found)
