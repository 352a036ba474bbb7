"""The github tier: files of a public repository at one commit, each with its sha256.

What lies in a folder of your own (`tlcourse.assets.own_files`) is taken from there, without a network.
Otherwise each file is downloaded to a `.part` file, which a second try continues; it is accepted with the
sha256 of the catalogue only.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlsplit

from tlcourse.assets import cache, own_files
from tlcourse.assets.cache import file_sha256
from tlcourse.assets.download import download_file
from tlcourse.assets.entries import Asset
from tlcourse.assets.errors import AssetError, AssetMissing, AssetRefused
from tlcourse.assets.install import Fill, Filled, Progress, check_room, install

RAW = "https://raw.githubusercontent.com"  # <owner>/<name>/<commit>/<path>


def locate(asset: Asset) -> Path:
    """The folder of `asset` in the cache; what is not there, but in a folder of your own, is put there.

    Raises:
        AssetMissing: it is in neither, or the cache cannot be written.
        AssetCorrupt: it is in the cache, but not as it was verified.
    """
    try:
        return cache.locate(asset)
    except AssetMissing as missing:
        own = own_files.find(asset.manifest.values(), asset.size)
        if len(own) < len(asset.manifest):
            raise AssetMissing(f"{missing}, or {_own_advice()}") from None
    try:
        return install(asset, _from_own(asset, own), False, lambda name, stage, done, total: None)
    except AssetError as error:
        raise AssetMissing(str(error)) from error


def fetch(asset: Asset, verify: bool, progress: Progress) -> Path:
    """Make sure that the files of a github `asset` are in the cache, and return their folder.

    Raises:
        FetchFailed: no network, or the repository does not have it. What came is kept for the next try.
        AssetRefused: what came has another hash than the catalogue pins.
    """
    own = own_files.find(asset.manifest.values(), asset.size)
    whole = len(own) == len(asset.manifest)
    return install(asset, _from_own(asset, own) if whole else _from_github(asset, progress), verify, progress)


def _own_advice() -> str:
    set_to = f"set {own_files.VARIABLE} to a folder that has its files"
    if own_files.places():
        return f"{set_to} (in {', '.join(map(str, own_files.places()))} no file has their sha256)"
    return set_to


def _from_own(asset: Asset, own: dict[str, Path]) -> Fill:
    def fill(folder: Path, partial: Path) -> Filled:
        check_room(asset, partial, asset.size)
        for name, digest in asset.manifest.items():
            with own_files.opened(own[digest]) as source, (folder / name).open("xb") as target:
                shutil.copyfileobj(source, target)
            _accept(asset, name, digest, file_sha256(folder / name))
        return Filled(asset.manifest, f"a folder in {own_files.VARIABLE}")

    return fill


def _from_github(asset: Asset, progress: Progress) -> Fill:
    def fill(folder: Path, partial: Path) -> Filled:
        import requests

        check_room(asset, partial, 2 * asset.size)
        before = 0
        with requests.Session() as session:
            for name, digest in asset.manifest.items():
                part = partial / f"{digest[:12]}-{name}.part"

                def on_bytes(done: int, before: int = before) -> None:
                    progress(asset.name, "download", min(before + done, asset.size), asset.size)

                _download(session, asset, name, digest, part, on_bytes)
                before += part.stat().st_size
                os.replace(part, folder / name)
        return Filled(asset.manifest, f"{asset.repo} at GitHub")

    return fill


def _download(session, asset: Asset, name: str, digest: str, part: Path, on_bytes: Callable) -> None:
    """Make `part` the whole, verified file; what is left from before and does not agree is fetched anew."""
    path = f"{asset.root}/{name}" if asset.root else name
    url = f"{RAW}/{asset.repo}/{asset.revision}/{quote(path)}"
    explain = _explanation(asset, name, url)
    _accept(asset, name, digest, download_file(session, url, digest, part, asset.size, on_bytes, explain))


def _accept(asset: Asset, name: str, digest: str, found: str) -> None:
    if found != digest:
        raise AssetRefused(
            f"{asset.name}: {name} has the sha256 {found}, but the catalogue pins {digest}; it was deleted"
        )


def _explanation(asset: Asset, name: str, url: str) -> Callable[[Exception], str]:
    def explain(error: Exception) -> str:
        answer = getattr(error, "response", None)
        host = urlsplit(url).hostname
        if answer is not None:
            why = f"{host} answered {answer.status_code} for {name} of {asset.repo}"
        else:
            why = f"cannot reach {host} ({type(error).__name__})"
        return f"{asset.name}: {why}; try again later, or {_own_advice()}"

    return explain
