"""What to look at in one's own texts: the words that tell, which classes are confused, what is misread."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tlcourse.data.tasks import CLASSES, Task
from tlcourse.probe import domain_shift
from tlcourse.trial.own_data import OwnData

TELLING = 8  # words for each class
CLEAR = 1.96  # how far from 0 a word's z-score has to be
MISREAD = 12  # texts that are shown

Cell = dict[str, Any]


def telling_words(data: OwnData) -> dict[str, list[str]]:
    """Class → the words that speak for it most clearly, the clearest first; of numbers, for high and for low.

    As lesson *What is transfer learning* does it: log-odds with a prior (Monroe, Colaresi and Quinn 2008).
    """
    if data.kind == CLASSES:
        sides = {name: data.targets == number for number, name in enumerate(data.names)}
    else:
        high = data.targets > np.median(data.targets)
        sides = {"high numbers": high, "low numbers": ~high}
    found, (counts,) = domain_shift.which_words(data.texts)
    told = {}
    for name, inside in sides.items():
        if not found.size or inside.all() or not inside.any():
            told[name] = []
            continue
        z = domain_shift.polarity(counts, inside.astype(int))
        best = np.argsort(-z, kind="stable")[:TELLING]
        told[name] = [str(found[i]) for i in best if z[i] >= CLEAR]
    return told


@dataclass(frozen=True)
class Confusion:
    """How often one class was taken for another, in the test texts of one seed."""

    true: str
    said: str
    times: int
    of: int


def confusions(task: Task, cell: Cell) -> list[Confusion]:
    """The pairs of classes that a model confuses, the most frequent first; none for numbers."""
    if task.kind != CLASSES:
        return []
    true = task.target(task.tests["own"]).tolist()
    sizes, pairs = Counter(true), Counter(zip(true, cell["predicted"], strict=True))
    return [
        Confusion(task.names[a], task.names[b], n, sizes[a]) for (a, b), n in pairs.most_common() if a != b
    ]


def matrix(task: Task, cell: Cell) -> np.ndarray:
    """How often each class (row) was taken for each (column): int64, (C, C)."""
    n = len(task.names)
    found = np.zeros((n, n), np.int64)
    np.add.at(found, (task.target(task.tests["own"]), np.array(cell["predicted"], np.int64)), 1)
    return found


@dataclass(frozen=True)
class Misread:
    """A text that models got wrong: where it stands, its label, and what each model said."""

    line: int
    text: str
    label: str
    said: dict[str, str]


def misread(data: OwnData, task: Task, cells: Sequence[Cell], best: str) -> list[Misread]:
    """The test texts of one seed that most models got wrong, those that `best` got wrong first of all.

    What no model gets right is often labelled wrong. Of numbers, those furthest from what was said.

    Args:
        cells: one of each model, of this seed.
    """
    rows = task.tests["own"]
    true, said = task.target(rows), {cell["model"]: np.array(cell["predicted"]) for cell in cells}
    if task.kind == CLASSES:
        wrong = np.sum([answers != true for answers in said.values()], axis=0) + (said[best] != true)
    else:
        wrong = np.sum([np.abs(answers - true) for answers in said.values()], axis=0)
    found = [i for i in np.argsort(-wrong, kind="stable")[:MISREAD] if wrong[i] > 0]

    def named(value: float) -> str:
        return task.names[int(value)] if task.kind == CLASSES else f"{value:.3g}"

    return [
        Misread(
            int(data.lines[rows[i]]),
            data.texts[rows[i]],
            named(true[i]),
            {model: named(answers[i]) for model, answers in said.items()},
        )
        for i in found
    ]
