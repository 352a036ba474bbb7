"""Put an asset into the cache so that it is never seen half there.

The files are gathered in a folder beside, checked, and become visible by one rename: a kill at any moment
leaves either nothing or the whole asset. One lock per asset makes a second process wait for the first instead
of downloading again; the system drops the lock of a process that dies. The download that a killed process
leaves lies in `<assets>/.partial`, and the next one continues it; its half-filled folder is deleted.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tlcourse import files
from tlcourse.assets import cache
from tlcourse.assets.entries import Asset
from tlcourse.assets.errors import AssetError, FetchFailed

Progress = Callable[[str, str, int, int], None]
"""`progress(name, stage, done, total)` in bytes; stages: wait, download, unpack, verify, ready."""


class Filled(NamedTuple):
    digests: dict[str, str]  # relative path → sha256
    source: str  # where the files came from, in words


Fill = Callable[[Path, Path], Filled]
"""``fill(folder, partial)`` puts the files into the empty ``folder``. It may keep downloads in ``partial``
until it has succeeded."""


class Count:
    """Turns 'so many bytes more' into 'so many bytes by now'."""

    def __init__(self, asset: Asset, stage: str, progress: Progress):
        self.asset, self.stage, self.progress, self.done = asset, stage, progress, 0

    def __call__(self, more: int) -> None:
        self.done += more
        self.progress(self.asset.name, self.stage, self.done, 0)


def install(asset: Asset, fill: Fill, verify: bool, progress: Progress) -> Path:
    """Make sure that `asset` is in the cache, and return its folder.

    With `verify` every file of an asset that is there is hashed again, and a damaged asset is replaced.

    Raises:
        FetchFailed: the cache cannot be written; and whatever `fill` raises.
    """
    place = cache.home(asset)
    if _is_whole(asset, verify, progress):
        return place
    if cache.is_read_only(cache.cache_dir()):
        raise FetchFailed(
            f"{asset.name} cannot be put into {cache.cache_dir()}: {cache.remedy(asset.command)}"
        )
    try:
        _install_locked(asset, fill, place, verify, progress)
    except AssetError:  # some are OSErrors too
        raise
    except OSError as error:
        raise FetchFailed(
            f"{asset.name} cannot be put into {cache.cache_dir()} ({error}): "
            f"{cache.remedy(asset.command, elsewhere=True)}"
        ) from error
    progress(asset.name, "ready", asset.size, asset.size)
    return place


def _install_locked(asset: Asset, fill: Fill, place: Path, verify: bool, progress: Progress) -> None:
    from filelock import FileLock

    partial = cache.cache_dir() / ".partial"
    partial.mkdir(parents=True, exist_ok=True)
    progress(asset.name, "wait", 0, asset.size)
    with FileLock(partial / f"{asset.name}.lock"):
        if _is_whole(asset, verify, progress):  # another process was faster
            return
        files.sweep(place.parent, place.name)
        with files.new_folder(place, existing="replace") as fresh:
            cache.write_stamp(fresh, *fill(fresh, partial))


def _is_whole(asset: Asset, verify: bool, progress: Progress) -> bool:
    """Whether `asset` is in place: at a cheap look, or with every hash."""
    try:
        folder = cache.locate(asset)
    except AssetError:
        return False
    if verify and cache.damaged(asset, folder, Count(asset, "verify", progress)):
        return False
    progress(asset.name, "ready", asset.size, asset.size)
    return True


def check_room(asset: Asset, partial: Path, needed: int) -> None:
    """Raise FetchFailed if `needed` bytes do not fit on the disk of `partial`."""
    free = shutil.disk_usage(partial).free
    if free < needed:
        raise FetchFailed(
            f"{asset.name} needs {needed / 1e6:,.0f} MB in {cache.cache_dir()}, but {free / 1e6:,.0f} MB "
            f"are free; make room, or set TLCOURSE_ASSETS to a folder on another disk"
        )
