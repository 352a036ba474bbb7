"""The nltk tier: corpora in the places where NLTK itself looks, fetched by NLTK's own downloader.

Nothing is copied into the cache of the course: a corpus that a university has installed for everybody is used
as it is. NLTK reads a corpus from its zip as well as from a folder, and checks the hash of what it downloads.
"""

import os
import sys
from pathlib import Path

from tlcourse.assets.entries import Asset
from tlcourse.assets.errors import AssetMissing, FetchFailed
from tlcourse.assets.install import Progress

INSTALL = "pip install nltk"


def places() -> list[Path]:
    """The folders where NLTK looks for its data, in its order."""
    chosen = [
        Path(place).expanduser() for place in os.environ.get("NLTK_DATA", "").split(os.pathsep) if place
    ]
    prefix = Path(sys.prefix)
    usual = [prefix / "nltk_data", prefix / "share" / "nltk_data", prefix / "lib" / "nltk_data"]
    if sys.platform == "win32":
        usual += [Path(os.environ.get("APPDATA", "C:\\")) / "nltk_data", Path("C:/nltk_data")]
    else:
        usual += [
            Path(root) / "nltk_data"
            for root in ("/usr/share", "/usr/local/share", "/usr/lib", "/usr/local/lib")
        ]
    return [*chosen, Path.home() / "nltk_data", *usual]


def locate(asset: Asset) -> Path:
    """The folder, or else the zip, of a corpus.

    Raises:
        AssetMissing: it is in none of the places where NLTK looks.
    """
    for place in places():
        for name in (asset.corpus, f"{asset.corpus}.zip"):
            if (place / "corpora" / name).exists():
                return place / "corpora" / name
    raise AssetMissing(
        f"{asset.name} is in none of NLTK's folders ({', '.join(map(str, places()[:2]))} …): run "
        f"`{asset.command}`, or set NLTK_DATA to a folder that has it in corpora/"
    )


def fetch(asset: Asset, verify: bool, progress: Progress) -> Path:
    """Make sure that a corpus is where NLTK finds it, and return where.

    With `verify` NLTK compares what is there with the hash in its index, and fetches it again if need be.

    Raises:
        FetchFailed: NLTK is not installed, or cannot download.
    """
    try:
        place = locate(asset)
        if not verify:
            progress(asset.name, "ready", asset.size, asset.size)
            return place
    except AssetMissing:
        pass
    try:
        from nltk.downloader import Downloader
    except ImportError:
        raise FetchFailed(
            f"{asset.name} is fetched by NLTK, which is not installed: run `{INSTALL}`"
        ) from None
    progress(asset.name, "download", 0, asset.size)
    target = os.environ.get("NLTK_DATA", "").split(os.pathsep)[0] or str(Path.home() / "nltk_data")
    try:
        Downloader().download(asset.corpus, download_dir=target, quiet=True, raise_on_error=True)
        place = locate(asset)
    except (OSError, ValueError) as error:  # ValueError is what NLTK raises, also where there is no network
        raise FetchFailed(
            f"{asset.name}: NLTK cannot fetch {asset.corpus} into {target} ({error}). Without a network: run "
            f"`NLTK_DATA=/some/folder {asset.command}` on a machine that has one, copy that folder here, "
            f"and set NLTK_DATA to it"
        ) from error
    progress(asset.name, "ready", asset.size, asset.size)
    return place
