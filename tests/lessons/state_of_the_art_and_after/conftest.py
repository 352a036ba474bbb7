"""A small board whose right answers can be seen."""

from collections.abc import Callable

import numpy as np
import pytest

from tlcourse.lessons.state_of_the_art_and_after.board import Board, Cost
from tlcourse.show.records import Records

MB = 2**20
# System → (points above the baseline, milliseconds, megabytes).
MADE = {
    "TF-IDF": (0.0, 1.0, 2),
    "GloVe": (0.05, 2.0, 80),
    "bert-mini": (-0.03, 20.0, 40),
    "MiniLM": (0.15, 40.0, 100),
    "SmolLM2": (0.17, 400.0, 600),
}
TASKS = ("films", "film ratings", "long reviews", "topics", "names")


def _made(leads: dict[str, str] | None = None, without: tuple[tuple[str, str], ...] = ()) -> Board:
    rng = np.random.default_rng(0)
    rows = []
    for labels in (100, 1000):
        for task in TASKS:
            noise = 0.002 * rng.normal(size=3)
            for system, (gain, *_) in MADE.items():
                more = 0.5 if (leads or {}).get(task) == system else 0.0
                cell = {"system": system, "task": task, "labels": labels}
                drawn = 0.0005 * rng.normal(size=3)
                if (system, task) not in without:
                    rows += [
                        {**cell, "seed": seed, "score": 0.4 + gain + more + noise[seed] + drawn[seed]}
                        for seed in range(3)
                    ]
    costs = {
        system: Cost(1000 * size, 1e6, {1: np.array([ms, ms]), 32: np.array([ms / 4, ms / 4])}, size * MB)
        for system, (_, ms, size) in MADE.items()
    }
    return Board(Records(rows), costs)


@pytest.fixture
def made() -> Callable[..., Board]:
    """Make a board; `leads`: task → who gets half a point more there; `without`: empty cells."""
    return _made


@pytest.fixture
def small() -> Board:
    return _made()
