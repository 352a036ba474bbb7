"""What can go wrong with an asset. Every message is one line that names the asset and what to do next."""


class AssetError(Exception):
    """Base of all errors of `tlcourse.assets`."""


class AssetMissing(AssetError, FileNotFoundError):
    """The asset is not in the cache."""


class AssetCorrupt(AssetError):
    """The asset is in the cache, but not as it was verified: a file is gone, cut short or changed."""


class AssetRefused(AssetError):
    """What was downloaded is not what the catalogue pins, or holds something that must not be unpacked."""


class FetchFailed(AssetError):
    """The network, the index or the disk did not give what was asked of it."""


class PackageGone(FetchFailed):
    """The package index answers, and no longer has the archive, or its owner has withdrawn it."""
