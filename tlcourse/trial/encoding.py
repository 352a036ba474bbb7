"""Which characters the bytes of a file are: told by its first bytes, and by whether all of it is UTF-8."""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from tlcourse.trial.refusals import TrialError

_CHUNK = 1 << 20
_LOOK = 1 << 14  # bytes that tell what a file is

# The longer marks first: UTF-32's begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with a byte order mark"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_OTHER_KINDS = (
    (b"PK\x03\x04", "an Excel workbook or another zip archive", "in Excel, save it as “CSV UTF-8”"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "in Excel, save it as “CSV UTF-8”"),
    (b"\x1f\x8b", "compressed with gzip", "unpack it first, with gunzip"),
    (b"BZh", "compressed with bzip2", "unpack it first, with bunzip2"),
    (b"\xfd7zXZ", "compressed with xz", "unpack it first, with unxz"),
    (b"%PDF", "a PDF", "export its table as CSV"),
    (b"PAR1", "a Parquet file", "write it as CSV, with pandas.read_parquet(…).to_csv(…, index=False)"),
    (b"SQLite format 3", "an SQLite database", "export a table of it as CSV"),
    (b"\x89PNG", "a picture", "name the CSV"),
    (b"\xff\xd8\xff", "a picture", "name the CSV"),
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True)
class Decoding:
    """How a file becomes text.

    Attributes:
        name: of the encoding, as Python knows it.
        errors: `"strict"`, or `"replace"` where some bytes fit nothing.
        note: what was assumed, a sentence for the reader.
    """

    name: str
    errors: str
    note: str


def detect(path: Path, named: str | None = None) -> Decoding:
    """Tell the encoding of a file, or check the one that was `named`.

    Raises:
        TrialError: the file is empty, is no text, or is in no encoding that can be told.
    """
    with path.open("rb") as file:
        head = file.read(_LOOK)
    if not head.strip():
        raise TrialError(f"{path.name} is empty: it needs a line of column names and a line for each text")
    _refuse_other_kinds(path, head)
    if named is not None:
        return _named(path, named)
    for mark, name, told in _MARKS:
        if head.startswith(mark):
            _check(path, name, told)
            return Decoding(name, "strict", f"It is {told}, by its first bytes.")
    without = _utf16_without_mark(head)
    if without:
        _check(path, without, "UTF-16 without a byte order mark")
        return Decoding(without, "strict", "It was read as UTF-16: every other byte is zero.")
    return _eight_bits(path)


def _refuse_other_kinds(path: Path, head: bytes) -> None:
    for begin, what, remedy in _OTHER_KINDS:
        if head.startswith(begin):
            raise TrialError(f"{path.name} is {what}, not a CSV: {remedy}")
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()[:200].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<?xml")):
        raise TrialError(
            f"{path.name} is a web page or XML, not a CSV: a download may have gone wrong; get the file "
            "itself"
        )
    if re.match(rb'\{\s*"|\[\s*[\[{]', start):
        raise TrialError(
            f"{path.name} is JSON, not a CSV: write it as CSV, with pandas.read_json(…).to_csv(…, "
            "index=False)"
        )


def _named(path: Path, named: str) -> Decoding:
    try:
        codecs.lookup(named)
        "".encode(named)  # not of those that turn bytes into bytes, such as base64
    except (LookupError, TypeError, ValueError):
        raise TrialError(
            f"--encoding is {named!r}, which Python does not know: try utf-8, cp1252, utf-16 or shift_jis"
        ) from None
    _check(path, named, named)
    return Decoding(named, "strict", f"It was read as {named}, as you said.")


def _check(path: Path, name: str, told: str) -> None:
    """Raise TrialError if a byte of the file does not fit."""
    wrong = _first_wrong(path, name)
    if wrong is not None:
        raise TrialError(
            f"{path.name} looks like {told}, but it is damaged at line {wrong}: save it again as UTF-8, or "
            "give another --encoding"
        )


def _first_wrong(path: Path, name: str) -> int | None:
    """The line of the first byte that is not in this encoding; None if all are."""
    decoder = codecs.getincrementaldecoder(name)()
    line = 1
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            try:
                line += decoder.decode(chunk).count("\n")
            except UnicodeError as error:
                good = chunk[: getattr(error, "start", 0)]
                return line + good.count(b"\n")
    try:
        decoder.decode(b"", final=True)
    except UnicodeError:
        return line
    return None


def _utf16_without_mark(head: bytes) -> str | None:
    half = max(1, len(head) // 2)
    even, odd = head[::2].count(0) / half, head[1::2].count(0) / half
    if odd > 0.4 and even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 and odd < 0.05 else None


def _eight_bits(path: Path) -> Decoding:
    """UTF-8; UTF-8 with a few bad bytes; or Windows' Western European encoding."""
    wrong = _first_wrong(path, "utf-8")
    if wrong is None:
        return Decoding("utf-8", "strict", "It is UTF-8.")
    good, bad, control, size = _counted(path)
    if control > 0.02 * size:
        raise TrialError(f"{path.name} is not a text file, its bytes are of another kind: name the CSV")
    if good > 10 * bad:
        return Decoding(
            "utf-8",
            "replace",
            f"It is UTF-8 with {bad:,} bad bytes, the first in line {wrong}: each became “�”.",
        )
    line = _first_wrong(path, "cp1252")
    if line is not None:
        raise TrialError(
            f"{path.name} is neither UTF-8 (line {wrong}) nor Windows' cp1252 (line {line}): save it as "
            "UTF-8, or say what it is, with --encoding shift_jis for example"
        )
    return Decoding(
        "cp1252",
        "strict",
        f"It is not UTF-8 (line {wrong}), so it was read as cp1252, Western European. If letters look wrong, "
        "save it as UTF-8, or say what it is with --encoding.",
    )


def _counted(path: Path) -> tuple[int, int, int, int]:
    """Letters of UTF-8 with more than one byte, bytes that are none, control characters, all bytes."""
    good = bad = control = size = 0
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            text = decoder.decode(chunk)
            replaced = text.count("�")
            bad += replaced
            good += sum(1 for letter in text if letter > "\x7f") - replaced
            control += len(_CONTROL.findall(chunk))
            size += len(chunk)
    return good, bad, control, size
