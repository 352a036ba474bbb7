"""The course's leaderboard, put together from committed results alone: scores and what they cost.

A *system* is a way to turn a text into numbers, under a linear model; all stay frozen. A *cell* is a system
on a task with so many labels: one score for each seed, that is for each draw of the labels.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tlcourse.show.differences import difference
from tlcourse.show.records import Records, results_dir
from tlcourse.show.zoo_results import records as zoo_records

ROOM = "state_of_the_art_and_after"
BASELINE = "TF-IDF"
# As the results call them → as the lesson does, in the order of the course.
SYSTEMS = {
    "counts": BASELINE,
    "glove": "GloVe",
    "elmo-mini": "elmo-mini",
    "ulmfit-mini": "ulmfit-mini",
    "gpt-mini": "gpt-mini",
    "bert-mini": "bert-mini",
    "gpt2-nano": "gpt2-nano",
    "gpt2-micro": "gpt2-micro",
    "gpt2-mini": "gpt2-mini",
    "xlnet-mini": "xlnet-mini",
    "ernie-mini": "ernie-mini",
    "minilm": "MiniLM",
    "distilbert": "DistilBERT",
    "smollm2": "SmolLM2",
}
# What the lesson calls a task → its name in the results, the test, and what a score is.
TASKS = {
    "films": ("sentiment", "movie", "accuracy"),
    "film ratings": ("graded sentiment", "movie", "Spearman’s ρ"),
    "long reviews": ("imdb", "imdb", "accuracy"),
    "topics": ("topic", "bbc", "accuracy"),
    "questions": ("questions", "trec", "accuracy"),
    "names": ("entities", "bbc (silver)", "F1"),
    "parts of speech": ("parts of speech", "bbc (silver)", "accuracy"),
}
# Tasks on the same texts: whoever is not to know the one must not know the other.
SAME_TEXTS = (("films", "film ratings"), ("names", "parts of speech"))
OURS = "-"  # our own models have a size in their name: elmo-mini, gpt2-nano
LABELS = (100, 1000)
MB = 2**20
# System → words or pieces that it read before it came here, as those who trained it say; ours are counted.
READ_BEFORE = {
    BASELINE: (0, "nothing"),
    "GloVe": (6e9, "6 billion words (the vectors’ own page)"),
    "MiniLM": (None, "nobody gives a count; at last a billion pairs of sentences (its card)"),
    "DistilBERT": (
        None,
        "BERT’s 3.3 billion words, nobody says how often (Sanh et al. 2019); others then trained it to "
        "correct text (lesson 10)",
    ),
    "SmolLM2": (2e12, "2 trillion pieces (its card)"),
}
# System → why a cell of it is empty.
REASONS = {
    "SmolLM2": "reading all the articles would take it an hour and more of one core",
    "DistilBERT": "it was asked only what takes its network minutes",
}
LESSON_OF = dict(
    zip(
        SYSTEMS.values(),
        ("01", "03", "05", "06", "07", "08", "13", "13", "13", "14", "15", "01", "10", "13"),
        strict=True,
    )
)


@dataclass(frozen=True)
class Cost:
    """What a system costs.

    Attributes:
        parameters: pretrained numbers.
        tokens: words or pieces read in pretraining, where that is known.
        ms: texts at once → milliseconds for a text, one for each round, (R,).
        bytes: that a process grows by while it loads the system and reads 32 texts.
    """

    parameters: int
    tokens: float | None
    ms: dict[int, np.ndarray]
    bytes: int


class Board:
    """Scores and costs.

    Args:
        cells: records with `system`, `task`, `labels`, `seed`, `score`.
        costs: system → what it costs.
    """

    def __init__(self, cells: Records, costs: dict[str, Cost]):
        self.cells, self.costs = cells, costs

    @cached_property
    def found(self) -> dict[tuple[str, str, int], dict[int, float]]:
        """(system, task, labels) → seed → score; a cell with fewer seeds than the baseline's is empty."""
        cells = {key: rows.of_seed for key, rows in self._by_cell.items()}
        return {
            (system, task, labels): of_seed
            for (system, task, labels), of_seed in cells.items()
            if cells.get((BASELINE, task, labels), {None: 0}).keys() <= of_seed.keys()
        }

    @cached_property
    def _by_cell(self) -> dict[tuple[str, str, int], Records]:
        return self.cells.by("system", "task", "labels")

    @cached_property
    def systems(self) -> list[str]:
        there = set(self.cells.values("system"))
        return [name for name in SYSTEMS.values() if name in there]

    def tasks(self, labels: int) -> list[str]:
        """Those on which the baseline and something else were measured with so many labels."""
        return [
            task
            for task in TASKS
            if (BASELINE, task, labels) in self.found and len(self.measured(task, labels)) > 1
        ]

    def measured(self, task: str, labels: int) -> list[str]:
        """The systems that were measured there."""
        return [system for system in self.systems if (system, task, labels) in self.found]

    def cell(self, system: str, task: str, labels: int) -> Records:
        """The scores of a cell. Raises KeyError if nothing was measured there."""
        return self._by_cell[system, task, labels]

    def best_of(self, labels: int) -> dict[str, str]:
        """Task → the system with the highest mean score, of those that were measured there."""
        return {
            task: max(self.measured(task, labels), key=lambda one: self.cell(one, task, labels).mean)
            for task in self.tasks(labels)
        }

    def level_with_best(self, labels: int) -> dict[str, list[str]]:
        """Task → the systems that the best one is not above by more than luck."""
        return {
            task: [
                one
                for one in self.measured(task, labels)
                if one != best
                and difference(self.cell(best, task, labels), self.cell(one, task, labels)).verdict != "above"
            ]
            for task, best in self.best_of(labels).items()
        }

    def common(self, systems: Collection[str], labels: int, tasks: Sequence[str] | None = None) -> list[str]:
        """Of these tasks (all if None) those that all of these systems were measured on."""
        asked = self.tasks(labels) if tasks is None else tasks
        return [task for task in asked if all((system, task, labels) in self.found for system in systems)]

    def ranked(self, labels: int) -> tuple[list[str], list[str]]:
        """The systems that were measured on more than half of the tasks; the tasks that all of these have."""
        tasks = self.tasks(labels)
        ranked = [one for one in self.systems if 2 * len(self.common([one], labels, tasks)) > len(tasks)]
        return ranked, self.common(ranked, labels, tasks)

    def gains(self, system: str, labels: int, tasks: Sequence[str]) -> Records:
        """Score minus the baseline's with the same labels, one record for each task and seed.

        Raises KeyError if a cell is empty.
        """
        rows = []
        for task in tasks:
            ours, base = self.found[system, task, labels], self.found[BASELINE, task, labels]
            rows += [
                {"system": system, "task": task, "labels": labels, "seed": seed, "score": score - base[seed]}
                for seed, score in ours.items()
                if seed in base
            ]
        return Records(rows)

    def mean_gain(self, system: str, labels: int, tasks: Sequence[str]) -> Records:
        """The mean gain over the tasks, one record for each seed."""
        return self.gains(system, labels, tasks).mean_over("task")


def load() -> Board:
    """The board as it was measured.

    Raises FileNotFoundError where the results of the course do not lie.
    """
    return Board(_cells(), _costs())


def _cells() -> Records:
    zoo = json.loads((results_dir() / "zoo" / "tasks.json").read_text(encoding="utf-8"))
    rows = [
        {"system": row["model"], **{key: row[key] for key in ("task", "test", "labels", "seed", "score")}}
        for row in zoo_records(zoo)
        if (row["way"], row["weights"]) == ("frozen", "trained")
    ]
    rows += Records.load(f"{ROOM}/cells")
    names = {(task, test): name for name, (task, test, _) in TASKS.items()}
    found = [
        {
            "system": SYSTEMS[row["system"]],
            "task": names[row["task"], row["test"]],
            "labels": int(row["labels"]),
            "seed": row["seed"],
            "score": row["score"],
        }
        for row in rows
        if (row["task"], row["test"]) in names and str(row["labels"]) in map(str, LABELS)
    ]
    order = [*SYSTEMS.values()]
    return Records(sorted(found, key=lambda row: order.index(row["system"])))


def _costs() -> dict[str, Cost]:
    facts, speed, memory = (Records.load(f"{ROOM}/{name}") for name in ("facts", "speed", "memory"))
    costs = {}
    for key, name in SYSTEMS.items():
        own = {row["fact"]: row["score"] for row in facts if row["system"] == key}
        rounds = speed.where(system=key)
        costs[name] = Cost(
            int(own["parameters"]),
            own.get("tokens", READ_BEFORE[name][0] if name in READ_BEFORE else None),
            {batch: rows.scores for batch, rows in rounds.by("batch").items()},
            int(memory.where(system=key, when="most").mean),
        )
    return costs
