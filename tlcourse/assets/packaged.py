"""Fetch a packaged asset: download, unpack beside, verify every file, rename into place.

A kill at any moment leaves either nothing or the whole asset: only the last step, one rename, makes it visible. One lock
per asset lets a second process wait for the first instead of downloading again; the system drops the lock of a process
that dies. What a killed process leaves lies in ``<assets>/.partial`` and is used (downloads) or deleted (half-unpacked
folders) by the next.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from tlcourse.assets import cache
from tlcourse.assets.catalogue import Asset
from tlcourse.assets.download import download
from tlcourse.assets.errors import AssetError, FetchFailed
from tlcourse.assets.unpack import unpack

Progress = Callable[[str, str, int, int], None]
"""Called as ``progress(name, stage, done, total)`` in bytes; the stages are wait, download, unpack, verify, ready."""


def fetch(asset: Asset, verify: bool, progress: Progress) -> Path:
    """Make sure that ``asset`` is in the cache, and return its folder.

    With ``verify`` every file is hashed again, and a damaged asset is replaced.

    Raises:
        FetchFailed, AssetRefused: see :mod:`tlcourse.assets.download` and :mod:`tlcourse.assets.unpack`.
    """
    if not verify:
        try:
            folder = cache.locate(asset)
            progress(asset.name, "ready", asset.size, asset.size)
            return folder
        except AssetError:
            pass
    elif _is_whole(asset, progress):
        return cache.home(asset)
    if cache.is_read_only(cache.cache_dir()):
        raise FetchFailed(f"{asset.name} cannot be put into {cache.cache_dir()}: {cache.remedy(asset)}")
    try:
        return _fetch_locked(asset, progress)
    except OSError as error:
        raise FetchFailed(f"{asset.name} cannot be put into {cache.cache_dir()}: {error}") from error


def _fetch_locked(asset: Asset, progress: Progress) -> Path:
    from filelock import FileLock

    partial = cache.cache_dir() / ".partial"
    partial.mkdir(parents=True, exist_ok=True)
    progress(asset.name, "wait", 0, asset.size)
    with FileLock(partial / f"{asset.name}.lock"):
        if _is_whole(asset, progress):  # another process was faster
            return cache.home(asset)
        part = partial / f"{asset.sha256[:12]}-{asset.archive}.part"
        _check_room(asset, part)
        download(asset, part, lambda done: progress(asset.name, "download", done, asset.size))
        fresh = partial / f"{asset.name}.unpacking"
        _empty(fresh)
        try:
            unpack(part, fresh, asset.manifest, asset.root, asset.inner, _Count(asset, "unpack", progress))
            cache.write_stamp(asset, fresh)
            _put(fresh, cache.home(asset), partial / f"{asset.name}.damaged")
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        part.unlink()
    progress(asset.name, "ready", asset.size, asset.size)
    return cache.home(asset)


class _Count:
    """Turns 'so many bytes more' into 'so many bytes by now'."""

    def __init__(self, asset: Asset, stage: str, progress: Progress):
        self.asset, self.stage, self.progress, self.done = asset, stage, progress, 0

    def __call__(self, more: int) -> None:
        self.done += more
        self.progress(self.asset.name, self.stage, self.done, 0)


def _is_whole(asset: Asset, progress: Progress) -> bool:
    """Whether every file of ``asset`` is in place with the right hash, and the stamp agrees."""
    try:
        folder = cache.locate(asset)
    except AssetError:
        return False
    if cache.damaged(asset, folder, _Count(asset, "verify", progress)):
        return False
    progress(asset.name, "ready", asset.size, asset.size)
    return True


def _check_room(asset: Asset, part: Path) -> None:
    """Archive and unpacked files lie side by side for a moment."""
    have = part.stat().st_size if part.exists() else 0
    needed = 3 * asset.size - have
    free = shutil.disk_usage(part.parent).free
    if free < needed:
        raise FetchFailed(
            f"{asset.name} needs {needed / 1e6:,.0f} MB in {part.parent.parent}, but {free / 1e6:,.0f} MB are free; "
            f"make room, or set TLCOURSE_ASSETS to a folder on another disk"
        )


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()


def _put(fresh: Path, place: Path, aside: Path) -> None:
    """Rename ``fresh`` to ``place``; a damaged folder there goes ``aside`` first and is deleted after."""
    place.parent.mkdir(exist_ok=True)
    shutil.rmtree(aside, ignore_errors=True)
    if place.exists():
        os.rename(place, aside)
    os.rename(fresh, place)
    shutil.rmtree(aside, ignore_errors=True)
