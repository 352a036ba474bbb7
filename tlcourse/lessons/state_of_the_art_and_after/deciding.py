"""What to use: a rule made of scores and costs, and how often it is right on a task that it has not seen."""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tlcourse.lessons.state_of_the_art_and_after.board import BASELINE, MB, SAME_TEXTS, Board
from tlcourse.show.records import Records

RULE, MINILM, COUNTS, LARGEST = "the rule", "always MiniLM", f"always {BASELINE}", "the largest that fits"


NEAR = 0.01  # of a share of 1: a point


@dataclass(frozen=True)
class Budget:
    """What may be spent: labels, milliseconds for a text, bytes of memory; how many texts come at once."""

    labels: int
    ms: float = math.inf
    bytes: float = math.inf
    batch: int = 1


def nearest(labels: int, measured: Sequence[int]) -> int:
    """The measured number of labels that is nearest, in factors."""
    return min(measured, key=lambda n: abs(math.log(n / labels)))


def affordable(board: Board, budget: Budget) -> list[str]:
    """The systems that keep within the budget."""
    return [
        system
        for system in board.systems
        if board.costs[system].ms[budget.batch].mean() <= budget.ms
        and board.costs[system].bytes <= budget.bytes
    ]


def edges(board: Board, batch: int = 1) -> tuple[list[float], list[float]]:
    """Milliseconds and megabytes at which something more can be afforded, ascending."""
    ms = sorted(float(cost.ms[batch].mean()) for cost in board.costs.values())
    return ms, sorted(cost.bytes / MB for cost in board.costs.values())


def unlimited(labels: Sequence[int]) -> list[Budget]:
    """No limit but the labels."""
    return [Budget(n) for n in labels]


def many_budgets(board: Board, labels: Sequence[int], batch: int = 1) -> list[Budget]:
    """Limits of time and memory together: one for each set of two systems or more that they leave."""
    ms, mb = edges(board, batch)
    found: dict[tuple[int, tuple[str, ...]], Budget] = {}
    for n, x, y in itertools.product(labels, ms, mb):
        budget = Budget(n, x * 1.0001, y * 1.0001 * MB, batch)
        able = tuple(affordable(board, budget))
        if len(able) > 1:
            found.setdefault((n, able), budget)
    return [*found.values()]


def undominated(scores: Mapping[str, float], costs: Mapping[str, float]) -> set[str]:
    """The names of which none is at least as good and at least as cheap, and better or cheaper."""
    return {
        one
        for one in scores
        if not any(
            scores[other] >= scores[one]
            and costs[other] <= costs[one]
            and (scores[other] > scores[one] or costs[other] < costs[one])
            for other in scores
        )
    }


def choose(board: Board, systems: Sequence[str], labels: int, tasks: Sequence[str]) -> str | None:
    """The rule: of these systems the one with the highest mean gain over these tasks; None without any.

    The mean is over the tasks that all ranked systems were measured on: for each it is of the same tasks.
    """
    ranked, common = board.ranked(labels)
    known = [system for system in systems if system in ranked]
    shared = [task for task in common if task in tasks]
    if not known or not shared:
        return None
    return max(known, key=lambda system: board.mean_gain(system, labels, shared).mean)


def others(task: str, tasks: Sequence[str]) -> list[str]:
    """The tasks without this one, and without those on the same texts."""
    hidden = {task}.union(*(set(group) for group in SAME_TEXTS if task in group))
    return [one for one in tasks if one not in hidden]


def _largest(board: Board, systems: Sequence[str], labels: int, tasks: Sequence[str]) -> str:
    return max(systems, key=lambda system: board.costs[system].parameters)


def _always(name: str) -> Callable[[Board, Sequence[str], int, Sequence[str]], str | None]:
    return lambda board, systems, labels, tasks: name if name in systems else None


WAYS: dict[str, Callable[[Board, Sequence[str], int, Sequence[str]], str | None]] = {
    RULE: choose,
    LARGEST: _largest,
    MINILM: _always("MiniLM"),
    COUNTS: _always(BASELINE),
}


def kept_out(board: Board, budgets: Sequence[Budget], ways: Sequence[str] = tuple(WAYS)) -> Records:
    """Leave one task out: choose by the others, and see how good the choice is on it.

    Returns a record for each way, budget and task: `chosen`, `best` (of those that were measured on the task
    and can be afforded), `right`, `near` (within a point of the best), and as `score` the regret: the best's
    mean score minus the chosen one's. A way that cannot choose has none.
    """
    rows = []
    for number, budget in enumerate(budgets):
        able, tasks = affordable(board, budget), board.tasks(budget.labels)
        for task in tasks:
            candidates = [one for one in board.measured(task, budget.labels) if one in able]
            if len(candidates) < 2:
                continue
            cells = {one: board.cell(one, task, budget.labels) for one in candidates}
            best = max(cells, key=lambda one: cells[one].mean)
            for way in ways:
                chosen = WAYS[way](board, candidates, budget.labels, others(task, tasks))
                if chosen is None:
                    continue
                regret = cells[best].mean - cells[chosen].mean
                rows.append(
                    {
                        "way": way,
                        "task": task,
                        "labels": budget.labels,
                        "budget": number,
                        "seed": 0,
                        "chosen": chosen,
                        "best": best,
                        "right": chosen == best,
                        "near": regret <= NEAR,
                        "score": regret,
                    }
                )
    return Records(rows)


def summary(rows: Records) -> dict[str, float]:
    """Of several choices: how many, and the shares `right` and `near`, and mean and largest `regret`."""
    return {
        "choices": len(rows),
        "right": float(np.mean([row["right"] for row in rows])),
        "near": float(np.mean([row["near"] for row in rows])),
        "regret": float(np.mean([row["score"] for row in rows])),
        "most": float(max(row["score"] for row in rows)),
    }
