"""A learner's CSV as texts and targets, with all that was assumed and left out on the way, in sentences."""

import hashlib
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from tlcourse.data.tasks import CLASSES, NUMBERS
from tlcourse.trial import cleaning, columns, encoding, labels, table
from tlcourse.trial.refusals import TrialError, counted, shown

MOST_CHARACTERS = 20_000_000  # of all texts together: what is compared of them has to fit into memory
FEWEST = 40  # usable texts: ten to test on, the rest to learn from


@dataclass(frozen=True)
class Options:
    """What a learner may say of a file; None where it is to be told by what is in it.

    Attributes:
        text, label: a column's name, or its place counted from 1.
        task: `"classes"` or `"numbers"`.
        encoding: as Python names it.
        header: whether the first line holds the names of the columns.
        seed: of what is drawn from a large file.
    """

    text: str | None = None
    label: str | None = None
    task: str | None = None
    encoding: str | None = None
    header: bool | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.task not in (None, CLASSES, NUMBERS):
            raise TrialError(f"--task is {self.task!r}, expected {CLASSES!r} or {NUMBERS!r}")


@dataclass(frozen=True)
class OwnData:
    """N texts of a file, each once, with what is to be predicted for them.

    Attributes:
        name: of the file.
        columns: names of the text's and the label's.
        kind: classes or numbers.
        targets: (N,) int64 or float64.
        names: of the classes.
        lines: (N,) int64, where each record begins.
        groups: (N,) int64; texts of one group must not be torn apart.
        n_records: in the file.
        notes: what was assumed and left out.
        digest: sha256 of the file.
    """

    name: str
    columns: tuple[str, str]
    kind: str
    texts: list[str]
    targets: np.ndarray
    names: tuple[str, ...]
    lines: np.ndarray
    groups: np.ndarray
    n_records: int
    notes: list[str] = field(repr=False)
    digest: str = field(repr=False)


def checked(path: str | Path) -> Path:
    """The path of a file that is there and can be read.

    Raises:
        TrialError: it is not there, is a folder, or cannot be opened.
    """
    path = Path(path).expanduser()
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise TrialError(f"{path} is a folder: name the CSV in it")
        if not stat.S_ISREG(mode):
            raise TrialError(f"{path} is no ordinary file: write the table to one, and name that")
        with path.open("rb"):
            pass
    except (FileNotFoundError, NotADirectoryError):
        near = [one.name for one in _csvs(path.parent)]
        there = f"; in that folder are {', '.join(map(shown, near[:5]))}" if near else ""
        raise TrialError(f"there is no file {path}{there}: check the name") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise TrialError(f"{path} cannot be read ({why}): copy it to where you may read it") from None
    return path


def _csvs(folder: Path) -> list[Path]:
    try:
        return sorted(p for p in folder.iterdir() if p.suffix.lower() in (".csv", ".tsv", ".txt"))
    except OSError:
        return []


def digest_of(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(path: Path, options: Options) -> OwnData:
    """Read a file that `checked` has passed.

    Raises:
        TrialError: it cannot be tried; the message says why, where, and what to do.
    """
    decoding = encoding.detect(path, options.encoding)
    head = table.look(path, decoding)
    dialect = head.dialect
    found = columns.choose(
        path.name, head.records, dialect.width, options.text, options.label, options.header
    )

    def take(row: list[str]) -> list[str]:
        return [row[found.text][: 2 * cleaning.LONGEST], row[found.label].strip()[:500]]

    rows, seen = table.sample(path, decoding, dialect, take, found.header, options.seed)
    notes = [decoding.note, dialect.told, found.note, table.ragged_note(seen, dialect.width)]
    if seen.nul_lines:
        notes.append(f"NUL characters were taken out of {counted(seen.nul_lines, 'line')}.")
    if seen.records > len(rows):
        notes.append(
            f"The file has {seen.records:,} records: {len(rows):,} of them were drawn by chance (seed "
            f"{options.seed}), and the rest was not looked at."
        )
    names = found.names[found.text], found.names[found.label]
    return _usable(path, names, rows, seen.records, [note for note in notes if note], options)


def _usable(
    path: Path,
    names: tuple[str, str],
    rows: Sequence[table.Record],
    n_records: int,
    notes: list[str],
    options: Options,
) -> OwnData:
    lines = [line for line, _ in rows]
    texts, told = cleaning.cleaned([row[0] for _, row in rows], lines)
    notes += told
    some = _few_enough([len(text) for text in texts], options.seed)
    if len(some) < len(texts):
        notes.append(
            f"All texts together are longer than {MOST_CHARACTERS:,} characters: {len(some):,} of "
            f"{len(texts):,} were drawn by chance (seed {options.seed})."
        )
        rows, texts, lines = ([one[i] for i in some] for one in (rows, texts, lines))
    no_text = [i for i, text in enumerate(texts) if not text]
    no_label = [i for i, (_, row) in enumerate(rows) if texts[i] and labels.is_missing(row[1])]
    for places, what in ((no_text, "text"), (no_label, "label")):
        if places:
            where = f"the first in line {lines[places[0]]}" if len(places) > 1 else f"line {lines[places[0]]}"
            notes.append(f"Left out: {counted(len(places), 'record')} without a {what}, {where}.")
    gone = {*no_text, *no_label}
    left = [i for i in range(len(rows)) if i not in gone]
    if not left:
        lacking = "text" if len(no_text) > len(no_label) else "label"
        raise TrialError(
            f"{path.name}: none of {counted(len(rows), 'record')} has both a text ({shown(names[0])}) and a "
            f"label ({shown(names[1])})"
            + (
                f"; what is missing is the {lacking}: is it another column?"
                if rows
                else ": it has a header alone"
            )
        )
    _enough(path, len(left), notes)
    said = labels.targets(names[1], [rows[i][1][1] for i in left], options.task, [lines[i] for i in left])
    left = [left[i] for i in said.kept]
    some = [texts[i] for i in left]
    alike = cleaning.without_copies(some, said.kind, said.values, [lines[i] for i in left])
    notes += said.notes + alike.notes
    kept = [left[i] for i in alike.kept]
    _enough(path, len(kept), notes)
    values, classes = alike.values, said.names
    if said.kind == CLASSES:
        again = labels.targets(names[1], [classes[v] for v in values], CLASSES, [lines[i] for i in kept])
        notes += [note for note in again.notes if note not in notes]
        kept, groups = [kept[i] for i in again.kept], alike.groups[again.kept]
        values, classes = again.values, again.names
        _enough(path, len(kept), notes)
    else:
        groups = alike.groups
    return OwnData(
        path.name,
        names,
        said.kind,
        [texts[i] for i in kept],
        values,
        classes,
        np.array([lines[i] for i in kept], np.int64),
        np.unique(groups, return_inverse=True)[1].astype(np.int64),
        n_records,
        notes,
        digest_of(path),
    )


def _few_enough(lengths: Sequence[int], seed: int) -> np.ndarray:
    """Places, ascending, of as many texts, drawn by chance, as have `MOST_CHARACTERS` together at most."""
    order = np.random.default_rng(seed).permutation(len(lengths))
    total = np.cumsum(np.array(lengths, np.int64)[order])
    return np.sort(order[total <= MOST_CHARACTERS])


def some_of(data: OwnData, rows: np.ndarray, note: str) -> tuple[OwnData, np.ndarray]:
    """These texts alone, and which of `rows` they are: classes that have become too rare are left out too."""
    left, targets, names, notes = np.arange(len(rows)), data.targets[rows], data.names, [note]
    if data.kind == CLASSES:
        lines = data.lines[rows].tolist()
        again = labels.targets(data.columns[1], [names[v] for v in targets], CLASSES, lines)
        left, targets, names = again.kept, again.values, again.names
        notes += [one for one in again.notes if one.startswith("Left out")]
    rows = rows[left]
    groups = np.unique(data.groups[rows], return_inverse=True)[1].astype(np.int64)
    texts = [data.texts[i] for i in rows]
    some = replace(
        data,
        texts=texts,
        targets=targets,
        names=names,
        lines=data.lines[rows],
        groups=groups,
        notes=[*data.notes, *notes],
    )
    return some, left


def _enough(path: Path, n: int, notes: Sequence[str]) -> None:
    if n < FEWEST:
        out = " ".join(note for note in notes if note.startswith("Left out"))
        raise TrialError(
            f"{path.name} has {counted(n, 'usable text')}, and a trial needs {FEWEST} or more: label more"
            + (f". {out}" if out else "")
        )
