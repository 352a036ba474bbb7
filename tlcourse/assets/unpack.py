"""Take the files of a manifest out of a wheel or an sdist, without running or trusting anything in it.

Only regular files whose names the manifest lists are written, each under its own name in the manifest, and
never more than a limit of bytes. An archive that holds an absolute path, ``..`` or a link anywhere is refused
as a whole: no honest package has one.
"""

import hashlib
import io
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from tlcourse.assets.cache import BLOCK
from tlcourse.assets.errors import AssetRefused

MAX_FILE = 2 << 30  # bytes; the largest file of the catalogue has 0.1 GB
MAX_INNER = 64 << 20  # bytes; an archive inside an archive is held in memory
UNIX_TYPE, UNIX_LINK = 0o170000, 0o120000  # the file type in a Unix mode, and that of a symbolic link


def is_safe(name: str) -> bool:
    """Whether ``name`` is a relative path that stays below the folder it is joined to, on every system."""
    if not name or "\\" in name or ":" in name or "\0" in name:
        return False
    parts = name.rstrip("/").split("/")
    return all(part not in ("", ".", "..") for part in parts)


def members(archive: BinaryIO, label: str) -> Iterator[tuple[str, int, Callable[[], BinaryIO]]]:
    """Yield (name, size, opener) of each regular file of a zip or tar archive.

    Raises:
        AssetRefused: a name leaves the folder, a member is a link or a device, or it is not an archive.
    """
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as package:
            for info in package.infolist():
                _check(info.filename, label)
                if (info.external_attr >> 16) & UNIX_TYPE == UNIX_LINK:
                    raise AssetRefused(f"{label} holds a link ({info.filename!r}); nothing was unpacked")
                if not info.is_dir():
                    yield info.filename, info.file_size, lambda info=info: package.open(info)
        return
    archive.seek(0)
    try:
        with tarfile.open(fileobj=archive, mode="r:*") as package:
            for info in package:
                _check(info.name, label)
                if not (info.isreg() or info.isdir()):
                    raise AssetRefused(
                        f"{label} holds a link or a device ({info.name!r}); nothing was unpacked"
                    )
                if info.isreg():
                    yield info.name, info.size, lambda info=info: package.extractfile(info)
    except (tarfile.TarError, EOFError) as error:
        raise AssetRefused(
            f"{label} is neither a zip nor a tar archive that can be read ({error})"
        ) from error


def _check(name: str, label: str) -> None:
    if not is_safe(name):
        raise AssetRefused(f"{label} holds the unsafe path {name!r}; nothing was unpacked")


def unpack(
    archive: Path,
    target: Path,
    manifest: dict[str, str],
    root: str = "",
    inner: str = "",
    on_block: Callable[[int], None] | None = None,
) -> None:
    """Write the files of ``manifest`` that lie below ``root`` in ``archive`` to ``target``, and check each
    hash.

    ``inner`` names an archive inside the archive to read instead. ``target`` must be an empty folder; after
    an error it holds an unknown part of the files.

    Raises:
        AssetRefused: the archive is unsafe, lacks a file, or a file has another hash than the manifest says.
    """
    label = archive.name
    with archive.open("rb") as outer:
        stream: BinaryIO = outer
        if inner:
            stream, label = _inner(outer, label, inner), f"{label}/{inner}"
        found = set()
        for name, size, opener in members(stream, label):
            relative = PurePosixPath(name).relative_to(root) if _below(name, root) else None
            if relative is None or str(relative) not in manifest:
                continue
            _write(opener, target / relative, size, manifest[str(relative)], f"{label}: {relative}", on_block)
            found.add(str(relative))
    absent = sorted(manifest.keys() - found)
    if absent:
        raise AssetRefused(
            f"{label} lacks {len(absent)} of the files that the manifest lists, {absent[0]} first"
        )


def _below(name: str, root: str) -> bool:
    return not root or PurePosixPath(name).is_relative_to(root)


def _inner(outer: BinaryIO, label: str, inner: str) -> BinaryIO:
    for name, size, opener in members(outer, label):
        if name == inner:
            if size > MAX_INNER:
                raise AssetRefused(
                    f"{label}: {inner} claims {size:,} bytes, more than the {MAX_INNER:,} allowed"
                )
            with opener() as stream:
                return io.BytesIO(stream.read(MAX_INNER))
    raise AssetRefused(f"{label} holds no {inner}")


def _write(
    opener: Callable[[], BinaryIO],
    path: Path,
    size: int,
    digest: str,
    label: str,
    on_block: Callable[[int], None] | None,
) -> None:
    if size > MAX_FILE:
        raise AssetRefused(f"{label} claims {size:,} bytes, more than the {MAX_FILE:,} allowed")
    path.parent.mkdir(parents=True, exist_ok=True)
    sha256, written = hashlib.sha256(), 0
    with opener() as source, path.open("xb") as sink:
        while block := source.read(BLOCK):
            written += len(block)
            if written > size:
                raise AssetRefused(f"{label} unpacks to more than the {size:,} bytes it claims")
            sha256.update(block)
            sink.write(block)
            if on_block:
                on_block(len(block))
    if sha256.hexdigest() != digest:
        raise AssetRefused(f"{label} has the sha256 {sha256.hexdigest()}, but the manifest says {digest}")
