"""Where assets lie on disk, and whether what lies there is whole.

`TLCOURSE_ASSETS` names the folder of the assets: it may be read-only and shared by a whole class.
`TLCOURSE_CACHE` names the folder of derived results, writable and one's own. Without them, both lie in the
user's cache directory.

An asset lies in `<assets>/<name>/<edition>/`. It gets there by one rename, after the hash of every file was
checked, and with a stamp inside that records size and hash of each. `locate` compares the sizes on
every call, which is cheap; `damaged` hashes everything again.
"""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import platformdirs

from tlcourse.assets.entries import Asset
from tlcourse.assets.errors import AssetCorrupt, AssetMissing

STAMP = ".verified.json"
BLOCK = 1 << 20


def cache_dir() -> Path:
    """The folder of the assets: `TLCOURSE_ASSETS`, or the user's cache directory."""
    return _folder("TLCOURSE_ASSETS", "assets")


def derived_dir() -> Path:
    """The folder of derived results: `TLCOURSE_CACHE`, or the user's cache directory."""
    return _folder("TLCOURSE_CACHE", "derived")


def _folder(variable: str, default: str) -> Path:
    chosen = os.environ.get(variable)
    if chosen:
        return Path(chosen).expanduser().absolute()
    return platformdirs.user_cache_path("tlcourse", appauthor=False) / default


def home(asset: Asset) -> Path:
    """Where the files of `asset` belong."""
    return cache_dir() / asset.name / asset.edition


def is_read_only(folder: Path) -> bool:
    """Whether `folder`, or the nearest folder above it that exists, refuses new files."""
    while not os.path.exists(folder):  # pathlib would raise where a folder above may not be looked into
        folder = folder.parent
    return not os.access(folder, os.W_OK)


def remedy(command: str, elsewhere: bool = False) -> str:
    """What to do to get an asset: the end of an error message.

    Args:
        command: what gets it, if the cache can be written.
        elsewhere: writing into the cache has just failed.
    """
    if is_read_only(cache_dir()) and os.environ.get("TLCOURSE_ASSETS"):
        return (
            f"that folder (TLCOURSE_ASSETS) is read-only for you: ask its owner to run "
            f"`TLCOURSE_ASSETS={cache_dir()} {command}`, or unset TLCOURSE_ASSETS and run `{command}`"
        )
    if is_read_only(cache_dir()) or elsewhere:
        return (
            "set TLCOURSE_ASSETS to a folder that you can write to, for this command and for the course, and "
            f"run `{command}`: `TLCOURSE_ASSETS=/some/folder {command}`"
        )
    return f"run `{command}`"


def locate(asset: Asset) -> Path:
    """The folder of `asset`, after a look at the stamp and at the size of each file.

    Raises:
        AssetMissing: it is not there.
        AssetCorrupt: it is there, but not as it was verified.
    """
    folder = home(asset)
    if not os.path.isdir(folder):
        raise AssetMissing(f"{asset.name} is not in {cache_dir()}: {remedy(asset.command)}")
    fault = _fault(folder)
    if fault:
        verify = f"tlcourse fetch --verify {asset.name}"
        raise AssetCorrupt(f"{asset.name} in {folder} is damaged ({fault}): {remedy(verify)}")
    return folder


def _fault(folder: Path) -> str:
    """What is wrong with `folder` at a cheap look; empty if nothing."""
    try:
        sizes = read_stamp(folder)["sizes"]
        for name, size in sizes.items():
            found = os.stat(os.path.join(folder, name)).st_size
            if found != size:
                return f"{name} has {found:,} bytes instead of {size:,}"
    except (ValueError, KeyError, TypeError, AttributeError):
        return "its stamp is unreadable"
    except OSError as error:
        return f"{Path(error.filename).name} is missing" if error.filename else str(error)
    return ""


def read_stamp(folder: Path) -> dict[str, dict]:
    """What `write_stamp` wrote. Raises OSError or ValueError if it is gone or damaged."""
    return json.loads((folder / STAMP).read_text(encoding="utf-8"))


def write_stamp(folder: Path, digests: dict[str, str], source: str = "") -> None:
    """Record size, sha256 and source of the files of an asset; call it only after all were verified."""
    sizes = {name: (folder / name).stat().st_size for name in digests}
    stamp = {"sizes": sizes, "sha256": digests, "source": source}
    (folder / STAMP).write_text(json.dumps(stamp), encoding="utf-8")


def source(asset: Asset) -> str:
    """Where `asset` came from, in words; empty if it is not there, or was fetched before that was noted."""
    try:
        return read_stamp(home(asset)).get("source", "")
    except (OSError, ValueError, AttributeError):
        return ""


def file_sha256(path: Path, on_block: Callable[[int], None] | None = None) -> str:
    """The sha256 of a file; `on_block` is told how many bytes were read each time."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
            if on_block:
                on_block(len(block))
    return digest.hexdigest()


def damaged(asset: Asset, folder: Path, on_block: Callable[[int], None] | None = None) -> list[str]:
    """The files of `asset` that are missing from `folder` or have another hash.

    Compared with the committed manifest where there is one; files that it does not list, with the hash that
    they had when they were fetched.
    """
    stamp = read_stamp(folder)
    pinned = asset.manifest
    if asset.second and stamp.get("source") == str(asset.second):
        pinned = asset.manifest_of_second
    digests = stamp["sha256"] | pinned
    return [
        name
        for name, digest in digests.items()
        if not (folder / name).is_file() or file_sha256(folder / name, on_block) != digest
    ]
