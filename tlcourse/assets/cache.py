"""Where assets lie on disk, and whether what lies there is whole.

``TLCOURSE_ASSETS`` names the folder of the assets: it may be read-only and shared by a whole class. ``TLCOURSE_CACHE``
names the folder of derived results, writable and one's own. Without them, both lie in the user's cache directory.

An asset lies in ``<assets>/<name>/<manifest id>/``. It gets there by one rename, after the hash of every file was
compared with the manifest, and with a stamp inside that records the size of each. :func:`locate` compares the sizes on
every call (cheap); :func:`damaged` hashes everything again.
"""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import platformdirs

from tlcourse.assets.catalogue import Asset
from tlcourse.assets.errors import AssetCorrupt, AssetMissing

STAMP = ".verified.json"
BLOCK = 1 << 20


def cache_dir() -> Path:
    """The folder of the assets: ``TLCOURSE_ASSETS``, or the user's cache directory."""
    return _folder("TLCOURSE_ASSETS", "assets")


def derived_dir() -> Path:
    """The folder of derived results: ``TLCOURSE_CACHE``, or the user's cache directory."""
    return _folder("TLCOURSE_CACHE", "derived")


def _folder(variable: str, default: str) -> Path:
    chosen = os.environ.get(variable)
    return (
        Path(chosen).expanduser().absolute() if chosen else platformdirs.user_cache_path("tlcourse") / default
    )


def home(asset: Asset) -> Path:
    """Where the verified files of a packaged ``asset`` belong."""
    return cache_dir() / asset.name / asset.manifest_id


def is_read_only(folder: Path) -> bool:
    """Whether ``folder``, or the nearest folder above it that exists, refuses new files."""
    while not folder.exists():
        folder = folder.parent
    return not os.access(folder, os.W_OK)


def remedy(asset: Asset, command: str | None = None) -> str:
    """What to do to get ``asset``: the end of an error message."""
    command = command or asset.command
    if os.environ.get("TLCOURSE_ASSETS") and is_read_only(cache_dir()):
        return (
            f"that folder (TLCOURSE_ASSETS) is read-only for you: ask its owner to run "
            f"`TLCOURSE_ASSETS={cache_dir()} {command}`, or unset TLCOURSE_ASSETS and run `{command}`"
        )
    return f"run `{command}`"


def locate(asset: Asset) -> Path:
    """The folder of a packaged ``asset``, after a look at the stamp and at the size of each file.

    Raises:
        AssetMissing: it is not there.
        AssetCorrupt: it is there, but not as it was verified.
    """
    folder = home(asset)
    if not folder.is_dir():
        raise AssetMissing(f"{asset.name} is not in {cache_dir()}: {remedy(asset)}")
    fault = _fault(asset, folder)
    if fault:
        verify = f"tlcourse fetch --verify {asset.name}"
        raise AssetCorrupt(f"{asset.name} in {folder} is damaged ({fault}): {remedy(asset, verify)}")
    return folder


def _fault(asset: Asset, folder: Path) -> str:
    """What is wrong with ``folder`` at a cheap look; empty if nothing."""
    try:
        sizes = json.loads((folder / STAMP).read_text(encoding="utf-8"))["sizes"]
        if sizes.keys() != asset.manifest.keys():
            return "its stamp lists other files"
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return "its stamp is missing or unreadable"
    for name, size in sizes.items():
        try:
            found = os.stat(folder / name).st_size
        except OSError:
            return f"{name} is missing"
        if found != size:
            return f"{name} has {found:,} bytes instead of {size:,}"
    return ""


def write_stamp(asset: Asset, folder: Path) -> None:
    """Record the sizes of the files of ``asset``; call it only after all were verified."""
    sizes = {name: (folder / name).stat().st_size for name in asset.manifest}
    (folder / STAMP).write_text(json.dumps({"sizes": sizes}), encoding="utf-8")


def file_sha256(path: Path, on_block: Callable[[int], None] | None = None) -> str:
    """The sha256 of a file; ``on_block`` is told how many bytes were read each time."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
            if on_block:
                on_block(len(block))
    return digest.hexdigest()


def damaged(asset: Asset, folder: Path, on_block: Callable[[int], None] | None = None) -> list[str]:
    """The files of ``asset`` in ``folder`` that are missing or whose hash is not the manifest's."""
    return [
        name
        for name, digest in asset.manifest.items()
        if not (folder / name).is_file() or file_sha256(folder / name, on_block) != digest
    ]
