"""What the labels are: a class for each text or a number, and which of them can be learned and tested."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tlcourse.data.tasks import CLASSES, NUMBERS
from tlcourse.trial.refusals import TrialError, counted, listed, shown

MISSING = {
    "",
    "na",
    "n/a",
    "#n/a",
    "nan",
    "null",
    "<na>",
}  # as spreadsheets, pandas and databases write nothing
FEW_VALUES = 10  # up to so many different numbers are classes, such as stars
FEW_WHOLE = 20  # and so many whole ones, such as numbers of topics
MOST_CLASSES = 60
RAREST = 8  # texts of a class that are needed to learn from some and test on others
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d{1,3})?")


def is_missing(label: str) -> bool:
    return label.strip().casefold() in MISSING


@dataclass(frozen=True)
class Targets:
    """What is to be predicted for the N texts that have it.

    Attributes:
        kind: classes or numbers.
        values: (N,), int64 or float64.
        names: of the classes.
        kept: (N,) int64, places among the labels that were given.
        notes: what was assumed or left out, in sentences.
    """

    kind: str
    values: np.ndarray
    names: tuple[str, ...]
    kept: np.ndarray
    notes: list[str]


def targets(column: str, labels: Sequence[str], kind: str | None, lines: Sequence[int]) -> Targets:
    """Read labels, none of them missing.

    Args:
        column: its name, for messages.
        kind: `"classes"` or `"numbers"` if that was said; None to tell by what is there.
        lines: on which line of the file each stands.

    Raises:
        TrialError: they are no numbers although these were asked for, one class only, too many, all rare.
    """
    numbers = [_number(label) for label in labels]
    kind, note = _kind(column, labels, numbers, kind)
    if kind == NUMBERS:
        return _numbers(column, labels, numbers, lines, note)
    return _classes(column, labels, note)


def _number(label: str) -> float | None:
    if not _NUMBER.fullmatch(label):
        return None
    value = float(label.replace(",", "."))
    return value if np.isfinite(value) else None


def _kind(
    column: str, labels: Sequence[str], numbers: Sequence[float | None], said: str | None
) -> tuple[str, list[str]]:
    good = [one for one in numbers if one is not None]
    different = len(set(good))
    if said is not None:
        if said == NUMBERS and len(good) < 0.9 * len(labels):
            odd = next(label for label, one in zip(labels, numbers, strict=True) if one is None)
            raise TrialError(
                f"the labels in {shown(column)} are no numbers, such as {shown(odd)}: leave --task away, or "
                "name another --label"
            )
        return said, []
    if len(good) < 0.9 * len(labels) or not good:
        return CLASSES, []
    whole = all(one.is_integer() for one in good)
    if different > (FEW_WHOLE if whole else FEW_VALUES):
        return NUMBERS, [
            f"{shown(column)} has {different:,} different numbers, so a number is to be predicted; --task "
            "classes takes each as a class."
        ]
    return CLASSES, [
        f"{shown(column)} has {counted(different, 'different number')}, each taken as a class; --task "
        "numbers predicts a number instead."
    ]


def _numbers(
    column: str,
    labels: Sequence[str],
    numbers: Sequence[float | None],
    lines: Sequence[int],
    notes: list[str],
) -> Targets:
    kept = np.array([i for i, one in enumerate(numbers) if one is not None], dtype=np.int64)
    odd = [i for i, one in enumerate(numbers) if one is None]
    if odd:
        notes.append(
            f"Left out: {counted(len(odd), 'label')} that {'is' if len(odd) == 1 else 'are'} no number, such "
            f"as {shown(labels[odd[0]])} in line {lines[odd[0]]}."
        )
    if any("," in labels[i] for i in kept):
        notes.append(f"The comma in {shown(column)} was read as a decimal point.")
    values = np.array([numbers[i] for i in kept], dtype=np.float64)
    if np.ptp(values) == 0:
        raise TrialError(f"every label in {shown(column)} is {values[0]:g}: there is nothing to predict")
    return Targets(NUMBERS, values, (), kept, notes)


def _classes(column: str, labels: Sequence[str], notes: list[str]) -> Targets:
    spelt: dict[str, Counter[str]] = {}
    for label in labels:
        spelt.setdefault(label.casefold(), Counter())[label] += 1
    name = {low: counts.most_common(1)[0][0] for low, counts in spelt.items()}
    mixed = [list(counts) for counts in spelt.values() if len(counts) > 1]
    if mixed:
        notes.append(f"Labels that differ in capitals alone were taken as one: {listed(mixed[0])}.")
    counts = Counter(name[label.casefold()] for label in labels)
    if len(counts) == 1:
        raise TrialError(
            f"every label in {shown(column)} is {shown(next(iter(counts)))}: a classifier needs two classes "
            "or more"
        )
    common = [one for one, n in counts.items() if n >= RAREST]
    rare = [one for one, n in counts.items() if n < RAREST]
    if len(counts) > MOST_CLASSES and (
        not common or len(common) > MOST_CLASSES or len(rare) > 3 * len(common)
    ):
        raise TrialError(
            f"{shown(column)} has {len(counts):,} different labels in {counted(len(labels), 'text')}, such "
            f"as {listed([*counts], 3)}: that is no label that comes again; name another column with --label"
        )
    if len(common) < 2:
        few = ", ".join(f"{shown(one)} {counted(n, 'time')}" for one, n in counts.most_common(4))
        raise TrialError(
            f"fewer than two classes in {shown(column)} have {RAREST} texts or more ({few}): label more, or "
            "put classes together"
        )
    if rare:
        n = sum(counts[one] for one in rare)
        notes.append(
            f"Left out: {counted(n, 'text')} of {counted(len(rare), 'class', 'classes')} with fewer than "
            f"{RAREST} texts ({listed(rare, 5)}): too few to learn from some and test on others."
        )
    names = sorted(common, key=_natural)
    number = {one: i for i, one in enumerate(names)}
    kept = [i for i, label in enumerate(labels) if name[label.casefold()] in number]
    values = [number[name[labels[i].casefold()]] for i in kept]
    return Targets(CLASSES, np.array(values, np.int64), tuple(names), np.array(kept, np.int64), notes)


def _natural(name: str) -> tuple[bool, float, str]:
    """Numbers by size before words by letters: 2 stands before 10."""
    number = _number(name)
    return number is None, number or 0.0, name.casefold()
