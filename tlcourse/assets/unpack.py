"""Take the files of a manifest out of a wheel or an sdist, without running or trusting anything in it.

Only regular files whose names the manifest lists are written, each under its own name in the manifest, and
never more than a limit of bytes. An archive that holds an absolute path, `..` or a link anywhere is refused
as a whole: no honest package has one.
"""

import gzip
import hashlib
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from tlcourse.assets.cache import BLOCK
from tlcourse.assets.errors import AssetError, AssetRefused, FetchFailed

MAX_FILE = 2 << 30  # bytes; the largest file of the catalogue has 0.1 GB
MAX_INNER = 64 << 20  # bytes; an archive inside an archive is held in memory
UNIX_TYPE, UNIX_LINK = 0o170000, 0o120000  # the file type in a Unix mode, and that of a symbolic link
UNREADABLE = (  # what zipfile and tarfile raise for damaged, encrypted or unknown archives
    tarfile.TarError,
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    lzma.LZMAError,
    zlib.error,
    struct.error,
    EOFError,
    OSError,  # bytes sought before the beginning, or a bad bzip2
    ValueError,  # numbers that are none; names in no known encoding
    ArithmeticError,  # numbers that fit nowhere
    LookupError,
    MemoryError,
    NotImplementedError,
    RuntimeError,
)

Member = tuple[str, int, Callable[[], BinaryIO]]  # name, size, opener
OnBlock = Callable[[int], None]  # told how many bytes were written


def is_safe(name: str) -> bool:
    """Whether `name` is a relative path that stays below the folder it is joined to, on every system."""
    if not name or "\\" in name or ":" in name or "\0" in name:
        return False
    return all(part not in ("", ".", "..") for part in name.rstrip("/").split("/"))


def unpack(
    archive: Path,
    target: Path,
    manifest: dict[str, str],
    root: str = "",
    inner: str = "",
    on_block: OnBlock | None = None,
) -> None:
    """Write the files of `manifest` that lie below `root` in `archive` to `target`, and check each
    hash.

    `inner` names an archive inside the archive to read instead. `target` must be an empty folder; after
    an error it holds an unknown part of the files.

    Raises:
        AssetRefused: the archive is unsafe or damaged, lacks a file, or a file has another hash than the
            manifest says.
        FetchFailed: the disk does not take a file.
    """
    found = set()
    with opened(archive, inner) as (stream, label):
        for name, size, opener in below(root, members(stream, label)):
            if name not in manifest:
                continue
            if name in found:
                raise AssetRefused(f"{label} holds {name} twice")
            _write(opener, target / name, size, manifest[name], f"{label}: {name}", on_block)
            found.add(name)
    absent = sorted(manifest.keys() - found)
    if absent:
        raise AssetRefused(f"{label} lacks {len(absent)} of the files that the manifest lists: {absent[0]} …")


@contextmanager
def opened(archive: Path, inner: str = "") -> Iterator[tuple[BinaryIO, str]]:
    """The stream of `archive`, or of the archive `inner` inside it, and what to call it in messages.

    Raises:
        AssetRefused: there is no `inner`; or reading fails, also later, inside the `with` block.
    """
    with archive.open("rb") as outer:
        try:
            if inner:
                yield _inner(outer, archive.name, inner), f"{archive.name}/{inner}"
            else:
                yield outer, archive.name
        except AssetError:
            raise
        except UNREADABLE as error:
            why = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
            raise AssetRefused(f"{archive.name} is no zip or tar archive that can be read ({why})") from error


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


def members(archive: BinaryIO, label: str) -> Iterator[Member]:
    """Yield each regular file of a zip or tar archive, to be opened before the next is asked for.

    Raises:
        AssetRefused: a name leaves the folder, or a member is a link or a device.
    """
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as package:
            for info in package.infolist():
                _check_name(info.filename, label)
                if (info.external_attr >> 16) & UNIX_TYPE == UNIX_LINK:
                    raise AssetRefused(f"{label} holds a link ({info.filename!r}); nothing was unpacked")
                if not info.is_dir():
                    yield info.filename, info.file_size, lambda info=info: package.open(info)
        return
    archive.seek(0)
    with tarfile.open(fileobj=archive, mode="r:*") as package:
        for info in package:
            _check_name(info.name, label)
            if not (info.isreg() or info.isdir()):
                raise AssetRefused(f"{label} holds a link or a device ({info.name!r}); nothing was unpacked")
            if info.issparse():
                raise AssetRefused(f"{label} holds a file with holes ({info.name!r}); nothing was unpacked")
            if info.isreg():
                yield info.name, info.size, lambda info=info: package.extractfile(info)


def _check_name(name: str, label: str) -> None:
    if not is_safe(name):
        raise AssetRefused(f"{label} holds the unsafe path {name!r}; nothing was unpacked")


def below(root: str, found: Iterator[Member]) -> Iterator[Member]:
    """Those of `found` that lie below `root`, with names relative to it."""
    for name, size, opener in found:
        if PurePosixPath(name).is_relative_to(root):
            yield PurePosixPath(name).relative_to(root).as_posix(), size, opener


def _write(
    opener: Callable[[], BinaryIO], path: Path, size: int, digest: str, label: str, on_block: OnBlock | None
) -> None:
    if size > MAX_FILE:
        raise AssetRefused(f"{label} claims {size:,} bytes, more than the {MAX_FILE:,} allowed")
    sha256, written = hashlib.sha256(), 0
    with opener() as source, _sink(path, label) as sink:
        while block := source.read(BLOCK):
            written += len(block)
            if written > size:
                raise AssetRefused(f"{label} unpacks to more than the {size:,} bytes it claims")
            sha256.update(block)
            try:
                sink.write(block)
            except OSError as error:
                raise FetchFailed(f"{label} cannot be written to {path.parent}: {error}") from error
            if on_block:
                on_block(len(block))
    if sha256.hexdigest() != digest:
        raise AssetRefused(f"{label} has the sha256 {sha256.hexdigest()}, but the manifest says {digest}")


def _sink(path: Path, label: str) -> BinaryIO:
    """A new file to write to. What is in the way is the fault of the manifest, the rest of the disk."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("xb")
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise AssetRefused(f"{label} would take the place of another file or folder") from error
    except OSError as error:
        raise FetchFailed(f"{label} cannot be written to {path.parent}: {error}") from error
