"""Files that lie in a folder of your own already: `TLCOURSE_FILES` names the folder, or several.

A file is known by its sha256, so it may have any name, and may be compressed with xz (`.xz`). Folders are
separated as in `PATH`; what lies in folders below them is not looked at.
"""

import functools
import hashlib
import lzma
import os
from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO

from tlcourse.assets.cache import BLOCK

VARIABLE = "TLCOURSE_FILES"


def places() -> list[Path]:
    """The folders that `TLCOURSE_FILES` names."""
    named = os.environ.get(VARIABLE, "").split(os.pathsep)
    return [Path(place).expanduser().absolute() for place in named if place]


def find(digests: Collection[str], most: int) -> dict[str, Path]:
    """sha256 → the file in one of `places` that has it, of those that are there.

    Args:
        digests: of the files as they are once decompressed.
        most: bytes; a longer file is none of them, and is not read to its end.
    """
    found = {}
    for place in places():
        files = sorted(place.iterdir()) if place.is_dir() else []
        for file in files:
            if file.is_file() and len(found) < len(set(digests)):
                about = file.stat()
                digest = _sha256(file, about.st_size, about.st_mtime_ns, most)
                if digest in digests:
                    found.setdefault(digest, file)
    return found


def opened(file: Path) -> BinaryIO:
    """The file to be read as bytes, decompressed if its name ends in `.xz`."""
    return lzma.open(file) if file.suffix == ".xz" else file.open("rb")


@functools.lru_cache(maxsize=1000)
def _sha256(file: Path, size: int, changed: int, most: int) -> str:
    """Of the decompressed file; empty if it is longer than `most` bytes, or damaged.

    `size` and `changed` are there for the cache: a file that was written anew is hashed anew.
    """
    if size > most:
        return ""
    digest, have = hashlib.sha256(), 0
    try:
        with opened(file) as stream:
            while block := stream.read(BLOCK):
                have += len(block)
                if have > most:
                    return ""
                digest.update(block)
    except (OSError, EOFError, lzma.LZMAError):
        return ""
    return digest.hexdigest()
