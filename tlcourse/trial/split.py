"""Splits of a learner's texts, one for each seed: no text stands, or nearly stands, on both sides of one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tlcourse.data.splits import split_by_group, split_within
from tlcourse.data.tasks import CLASSES, Task
from tlcourse.trial.own_data import OwnData

TEST, MOST_TESTED = 0.25, 1000  # share of the texts that is tested on, and how many at most
OF_EACH = 3  # texts of each class in every draw: as many as cross-validation has folds
_LADDER = (25, 50, 100, 250, 500, 1000, 2000, 4000, 8000, 16_000)
METRIC = {CLASSES: "accuracy"}  # Spearman's ρ for numbers


@dataclass(frozen=True)
class OwnTask(Task):
    """A split of a learner's texts. Its test set is called `own`."""

    def draw(self, n: int | None, seed: int) -> np.ndarray:
        """As `Task.draw`; of each class, `OF_EACH` come first: whoever labels goes on until there are some.

        Without them a small draw may hold one class alone, and nothing can be learned.
        """
        if n is None or self.kind != CLASSES:
            return super().draw(n, seed)
        order = super().draw(max(n, len(self.train_index)), seed)
        place = np.arange(len(order))
        for number in range(len(self.names)):
            place[np.flatnonzero(self.targets[order] == number)[:OF_EACH]] -= len(order)
        return order[np.argsort(place, kind="stable")][:n]


def tasks(data: OwnData, seeds: Sequence[int]) -> dict[int, OwnTask]:
    """A split for each seed, a quarter of the texts to test on and at most `MOST_TESTED`.

    Each class has its share on both sides, as far as texts that belong together allow.
    """
    first = np.unique(data.groups, return_index=True)[1]
    names = [data.texts[first[group]] for group in data.groups]
    share = min(TEST, MOST_TESTED / len(data.texts))
    found = {}
    for seed in seeds:
        salt = f"trial/{seed}"
        if data.kind == CLASSES:
            strata = [int(data.targets[first[group]]) for group in data.groups]
            train, test = split_within(names, strata, share, salt)
        else:
            train, test = split_by_group(names, share, salt)
        metric = METRIC.get(data.kind, "Spearman's ρ")
        found[seed] = OwnTask(
            f"{data.digest}/{seed}",
            data.kind,
            data.texts,
            data.targets,
            data.names,
            train,
            {"own": test},
            {"own": metric},
        )
    return found


def label_counts(n_train: int, n_classes: int) -> list[int]:
    """How many labels are tried: steps of about two, up to all there are to learn from."""
    fewest = max(OF_EACH * n_classes, _LADDER[0])
    return [n for n in _LADDER if fewest <= n <= 0.75 * n_train] + [n_train]


def most_telling_first(counts: Sequence[int]) -> list[int]:
    """Numbers of labels in the order in which they are worth measuring: the ends, then what halves gaps."""
    order, gaps = [*dict.fromkeys([counts[-1], counts[0]])], [(0, len(counts) - 1)]
    while gaps:
        low, high = gaps.pop(0)
        if high - low > 1:
            middle = (low + high) // 2
            order.append(counts[middle])
            gaps += [(middle, high), (low, middle)]
    return order
