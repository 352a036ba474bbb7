"""Assets from somebody else's cache, such as a copy of it on a USB stick: verified, then put into one's own.

The folder is a copy of what `TLCOURSE_ASSETS` names on the other machine (`<name>/<edition>/…` in it), or
of the folder above it, `tlcourse` in the user's cache directory. Files that the catalogue pins must have
those hashes; others, of models without a pin, those that they had when they were fetched.
"""

import hashlib
from pathlib import Path

from tlcourse.assets import cache
from tlcourse.assets.entries import Asset
from tlcourse.assets.errors import AssetCorrupt, AssetMissing
from tlcourse.assets.install import Filled, Progress, check_room, install
from tlcourse.assets.unpack import is_safe


def fetch(asset: Asset, folder: Path, verify: bool, progress: Progress) -> Path:
    """Make sure that `asset` is in the cache, from `folder` if it is not, and return where it lies.

    Raises:
        AssetMissing: `folder` has no such asset, or of another version.
        AssetCorrupt: a file of it is gone, or has another hash.
        FetchFailed: the cache cannot be written.
    """

    def fill(fresh: Path, partial: Path) -> Filled:
        place = _place(asset, folder)
        digests, source = _digests(asset, place)
        sizes = {name: _size(asset, place, name) for name in digests}
        check_room(asset, partial, sum(sizes.values()))
        done = 0
        for name, digest in digests.items():
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            found = hashlib.sha256()
            with (place / name).open("rb") as stream, (fresh / name).open("xb") as sink:
                while block := stream.read(cache.BLOCK):
                    found.update(block)
                    sink.write(block)
                    done += len(block)
                    progress(asset.name, "copy", done, sum(sizes.values()))
            if found.hexdigest() != digest:
                raise _damaged(asset, place, f"{name} has the sha256 {found.hexdigest()} instead of {digest}")
        return Filled(digests, source or f"a copy in {folder.name}")

    return install(asset, fill, verify, progress)


def _place(asset: Asset, folder: Path) -> Path:
    places = [folder / asset.name, folder / "assets" / asset.name]
    for place in places:
        if (place / asset.edition).is_dir():
            return place / asset.edition
    there = [place for place in places if place.is_dir()]
    why = f"another version of {asset.name}, not {asset.edition}" if there else f"no {asset.name}"
    raise AssetMissing(
        f"{folder} has {why}; it must be a copy of the folder of the assets of a machine where "
        f"`{asset.command}` was run with this version of the course"
    )


def _digests(asset: Asset, place: Path) -> tuple[dict[str, str], str]:
    """The sha256 of each file that has to be in `place`, and where it came from first."""
    try:
        stamp = cache.read_stamp(place)
        digests, source = dict(stamp["sha256"]), str(stamp.get("source", ""))
        if not all(is_safe(name) and isinstance(digest, str) for name, digest in digests.items()):
            raise ValueError(digests)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if not asset.manifest or asset.tier == "hub":
            raise _damaged(asset, place, f"{cache.STAMP} is missing or unreadable") from error
        digests, source = {}, ""
    if asset.tier == "hub":  # only some of the files are pinned
        return digests | asset.manifest, source
    if asset.second and source == str(asset.second):
        return asset.manifest_of_second, source
    return asset.manifest, source


def _size(asset: Asset, place: Path, name: str) -> int:
    if not (place / name).is_file():
        raise _damaged(asset, place, f"{name} is missing")
    return (place / name).stat().st_size


def _damaged(asset: Asset, place: Path, why: str) -> AssetCorrupt:
    return AssetCorrupt(
        f"{asset.name} in {place} is damaged ({why}): copy it again, from a machine that has it"
    )
