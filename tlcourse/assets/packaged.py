"""The packaged tier: one archive of the Python package index, unpacked without running any of its code."""

from pathlib import Path

from tlcourse.assets.download import download
from tlcourse.assets.entries import Asset
from tlcourse.assets.install import Count, Progress, check_room, install
from tlcourse.assets.unpack import unpack


def fetch(asset: Asset, verify: bool, progress: Progress) -> Path:
    """Make sure that a packaged `asset` is in the cache, and return its folder.

    Raises:
        FetchFailed, AssetRefused: see `tlcourse.assets.download` and `tlcourse.assets.unpack`.
    """

    def fill(folder: Path, partial: Path) -> dict[str, str]:
        part = partial / f"{asset.sha256[:12]}-{asset.archive}.part"
        have = part.stat().st_size if part.exists() else 0
        check_room(asset, partial, 3 * asset.size - have)  # the archive, and beside it what is in it
        download(asset, part, lambda done: progress(asset.name, "download", done, asset.size))
        unpack(part, folder, asset.manifest, asset.root, asset.inner, Count(asset, "unpack", progress))
        part.unlink()
        return asset.manifest

    return install(asset, fill, verify, progress)
