"""`SHA256SUMS`: what a model's files are, beside them, in the format that `sha256sum -c SHA256SUMS` reads.

Weights with two flipped bytes still load, and so does a tokeniser with another letter; only the hash tells.
It is written with the files and compared whenever one of them is read: 10 ms for 14 MB.
"""

from collections.abc import Iterable
from pathlib import Path

from tlcourse import files
from tlcourse.assets.cache import file_sha256
from tlcourse.assets.entries import parse_manifest

NAME = "SHA256SUMS"


def note(folder: str | Path, names: Iterable[str]) -> None:
    """Write down the hashes of the files `names` in `folder`; those of other files that are there stay."""
    folder = Path(folder)
    sums = {name: digest for name, digest in _read(folder).items() if (folder / name).is_file()}
    sums |= {name: file_sha256(folder / name) for name in names}
    files.write_text(folder / NAME, "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)))


def check(path: str | Path) -> None:
    """Compare a file with its hash, if the `SHA256SUMS` beside it has one.

    Raises:
        ValueError: they differ, or `SHA256SUMS` cannot be read; the caller adds where to get the file.
    """
    path = Path(path)
    expected = _read(path.parent).get(path.name)
    if expected is not None and file_sha256(path) != expected:
        raise ValueError(
            f"{path} is damaged: its bytes are not those that {NAME} beside it was written for. (If you "
            f"changed the file on purpose, delete {NAME}.)"
        )


def _read(folder: Path) -> dict[str, str]:
    try:
        return parse_manifest((folder / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:  # a line without two parts, or not UTF-8
        raise ValueError(f"{folder / NAME} is damaged ({error}).") from error
