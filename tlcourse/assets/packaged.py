"""The packaged tier: one archive of the Python package index, unpacked without running any of its code.

Where the index has it no longer, the files come from the second source that the catalogue names, if any.
"""

from pathlib import Path

from tlcourse.assets import second_source
from tlcourse.assets.download import download
from tlcourse.assets.entries import Asset
from tlcourse.assets.errors import FetchFailed, PackageGone
from tlcourse.assets.install import Count, Filled, Progress, check_room, install
from tlcourse.assets.unpack import unpack

INDEX = "the package index"


def fetch(asset: Asset, verify: bool, progress: Progress) -> Path:
    """Make sure that a packaged `asset` is in the cache, and return its folder.

    Raises:
        FetchFailed, AssetRefused: see `tlcourse.assets.download` and `tlcourse.assets.unpack`.
    """

    def fill(folder: Path, partial: Path) -> Filled:
        try:
            return from_index(folder, partial)
        except PackageGone as gone:
            if asset.second is None:
                raise
            try:
                return second_source.fill(asset, folder, partial, progress)
            except FetchFailed as error:
                raise FetchFailed(f"{gone}; nor can it be had from its second source: {error}") from error

    def from_index(folder: Path, partial: Path) -> Filled:
        part = partial / f"{asset.sha256[:12]}-{asset.archive}.part"
        have = part.stat().st_size if part.exists() else 0
        check_room(asset, partial, 3 * asset.size - have)  # the archive, and beside it what is in it
        download(asset, part, lambda done: progress(asset.name, "download", done, asset.size))
        unpack(part, folder, asset.manifest, asset.root, asset.inner, Count(asset, "unpack", progress))
        part.unlink()
        return Filled(asset.manifest, INDEX)

    return install(asset, fill, verify, progress)
