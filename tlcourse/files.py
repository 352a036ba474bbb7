"""Files and folders that are whole or not there: written beside their place and renamed into it.

    files.write_json(path, record)
    with files.new_file(path) as beside:                    # for libraries that write themselves
        save_file(tensors, beside)
    with files.new_folder(folder, existing="replace") as beside:
        ...                                                 # fill it

What is written reaches the disk before it gets its name, so a kill or a power cut leaves what was there
before, and never a half. Of two processes that write to one place at once, the last one wins, whole.

What a killed process leaves beside is called `.NAME.….part` (or `.NAME.….before`: a folder that was about
to be replaced). The next process that writes to the same place removes the first, once it is too old to
belong to a living writer, and puts the second back if its place is empty.
"""

import glob
import json
import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from errno import EEXIST, EINVAL, ENOTEMPTY, ENOTSUP
from pathlib import Path
from typing import Any, Literal

PART, BEFORE = ".part", ".before"
OLD = 3600.0  # seconds without a new byte: whoever wrote it is gone

Existing = Literal["refuse", "keep", "replace"]


def write_text(path: str | Path, text: str, private: bool = False) -> None:
    """Write `text` to `path` in UTF-8, line ends as they are. Arguments as in `new_file`."""
    write_bytes(path, text.encode("utf-8"), private)


def write_json(path: str | Path, value: Any, indent: int = 2, private: bool = False) -> None:
    """Write `value` to `path` as JSON that people can read.

    Raises:
        TypeError, ValueError: JSON cannot hold it; nothing was written.
    """
    write_text(path, json.dumps(value, indent=indent, ensure_ascii=False) + "\n", private)


def write_bytes(path: str | Path, content: bytes, private: bool = False) -> None:
    """Write `content` to `path`. Arguments as in `new_file`."""
    with new_file(path, private) as beside:
        beside.write_bytes(content)


@contextmanager
def new_file(path: str | Path, private: bool = False) -> Iterator[Path]:
    """Give the path of a file beside `path`, empty, which takes its place when the block ends.

    After an error in the block, what was at `path` is still there, and nothing else. Where `path` is a
    symbolic link, the file that it points to is replaced. Missing folders are made.

    Args:
        private: for its owner alone; otherwise as the user's umask says, whatever a library made of it.

    Raises:
        OSError: the disk is full, the folder cannot be written, or `path` is a folder.
    """
    path = _prepared(path)
    beside = _free_name(path, PART)
    os.close(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600 if private else 0o666))
    mode = beside.stat().st_mode
    try:
        yield beside
        os.chmod(beside, mode)  # safetensors puts a file of its own there, for its owner alone
        _to_disk(beside)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def new_folder(path: str | Path, existing: Existing = "refuse") -> Iterator[Path]:
    """Give an empty folder beside `path`, which takes its place when the block ends.

    After an error in the block, what was at `path` is still there, and nothing else.

    Args:
        existing: what to do where `path` is there, or where another process was faster: `"refuse"` it,
            `"keep"` it and delete ours, or `"replace"` it. The block runs in the last two cases.

    Raises:
        FileExistsError: `path` is there and `existing` is `"refuse"`; or it is not a folder.
        OSError: the disk is full, or the folder above cannot be written.
    """
    path = _prepared(path)
    _refuse(path, existing)
    beside = _free_name(path, PART)
    beside.mkdir()
    try:
        yield beside
        with ThreadPoolExecutor(8) as pool:  # many small files: the disk writes them in one go
            list(pool.map(_to_disk, (beside, *beside.rglob("*"))))
        _put(beside, path, existing)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def sweep(folder: str | Path, name: str = "", age: float = 0.0) -> None:
    """Remove what killed writers left in `folder`.

    Args:
        name: of what they wrote; empty for all that is in `folder`.
        age: of what is removed, in seconds. With 0, call it only while nobody writes there, under a lock.
    """
    folder = Path(folder)
    if name:  # of a link, what it points to is written
        path = Path(os.path.realpath(folder / name))
        folder, name = path.parent, path.name
    for left in _left_of(name, folder, PART):
        with suppress(OSError):  # gone by now, or somebody else's
            if age and time.time() - _last_written(left) < age:
                continue
            shutil.rmtree(left) if left.is_dir() else left.unlink()


def _prepared(path: str | Path) -> Path:
    """Where to write: with the folder above it made, and free of what killed writers left of `path`."""
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent, path.name, OLD)
    for aside in _left_of(path.name, path.parent, BEFORE):
        with suppress(OSError):  # a living writer, which needs it no more, was faster
            shutil.rmtree(aside) if path.exists() else os.rename(aside, path)
    return path


def _free_name(path: Path, end: str) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}{end}")


def _left_of(name: str, folder: Path, end: str) -> list[Path]:
    """What `_free_name` has named for `name`, or for anything; `.a.b.1f.part` is for `a.b`, not for `a`."""
    found = folder.glob(f".{glob.escape(name) or '*'}.*{end}")
    return [path for path in found if not name or "." not in path.name[len(name) + 2 : -len(end)]]


def _last_written(path: Path) -> float:
    inside = path.rglob("*") if path.is_dir() else ()
    return max(one.lstat().st_mtime for one in (path, *inside))


def _refuse(path: Path, existing: Existing) -> None:
    """Raise FileExistsError if `path` is there and must stay: a folder to be refused, or a file."""
    with suppress(FileNotFoundError):
        if not stat.S_ISDIR(path.stat().st_mode) or existing == "refuse":
            raise FileExistsError(f"{path} is there already: delete it, or choose another place.")


def _put(new: Path, path: Path, existing: Existing) -> None:
    """Rename `new` to `path`. A folder cannot be renamed onto another one: that one goes aside first."""
    aside = _free_name(path, BEFORE)
    while True:
        try:
            os.rename(new, path)
            break
        except OSError as error:
            if error.errno not in (EEXIST, ENOTEMPTY):
                if aside.exists() and not path.exists():
                    os.rename(aside, path)
                raise
        _refuse(path, existing)
        if existing == "keep" and path.is_dir():
            return
        if existing == "replace":
            shutil.rmtree(aside, ignore_errors=True)
            with suppress(FileNotFoundError):  # another process is replacing it too
                os.rename(path, aside)
    shutil.rmtree(aside, ignore_errors=True)


def _to_disk(path: Path) -> None:
    """Wait until what was written to `path`, a file or a folder, is on the disk."""
    if os.name == "nt" and path.is_dir():
        return  # Windows cannot
    number = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno not in (EINVAL, ENOTSUP):  # some network file systems cannot
            raise
    finally:
        os.close(number)
