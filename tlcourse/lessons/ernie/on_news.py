"""The five tasks on BBC articles that no model of the zoo has read: what they ask, and what is reached."""

from collections.abc import Sequence
from itertools import permutations

import numpy as np

from tlcourse.data.text_index import TextIndex
from tlcourse.data.tokeniser import PAD, SPECIAL
from tlcourse.models.language.ernie import ErnieForPreTraining
from tlcourse.show.records import Records
from tlcourse.train.pretraining import task_questions
from tlcourse.train.pretraining.ernie_tasks import (
    CAPITALISATION,
    DISTANCE,
    MASKING,
    ORDER,
    TASKS,
    ErnieTasks,
)
from tlcourse.train.pretraining.masking import IGNORED
from tlcourse.train.pretraining.objectives import Batch, Reading
from tlcourse.train.pretraining.task_guesses import Guesses, mean_losses
from tlcourse.train.pretraining.task_strategies import joint_schedule

ERNIE, SHARES, COUNTS = "ernie-mini", "shares", "counts"
PASSAGES = 4  # a row has a hundred pieces to ask about, but one order
DISTANCES = ("B follows A", "both of one article", "of two articles")


class Asker:
    """ERNIE's tasks on the course's news.

    Attributes:
        objective: makes the batches, and holds the model.
        guesses: what is reached without a network, counted on the training articles.
    """

    def __init__(self, model: ErnieForPreTraining, index: TextIndex, rows: int, length: int, counted: int):
        """`counted`: batches of the training articles that the guesses learn from."""
        self.model, self.index, self.rows, self.length = model, index, rows, length
        self.objective = ErnieTasks(model, index)
        self.objective.schedule = joint_schedule(len(TASKS))
        read = self.objective.reader(index, Reading(rows, length, seed=0))
        self.guesses = Guesses(index, (read(step, 0.0) for step in range(counted)), model.config.max_segments)

    def batches(self, per_task: int, seed: int) -> list[Batch]:
        """So many batches of each task that asks of pieces, and PASSAGES times as many of those that ask of
        rows.
        """
        asked = task_questions.ask(
            self.objective, self.index, self.rows, self.length, PASSAGES * per_task, seed
        )
        few = per_task * len(TASKS)
        return [b for i, b in enumerate(asked) if i < few or task_questions.task_of(b) in (ORDER, DISTANCE)]

    def reached(self, per_task: int, seeds: Sequence[int]) -> Records:
        """Nats per question by `task`, `who` (ERNIE, SHARES, COUNTS) and `seed`, which draws the articles."""
        found = []
        for seed in seeds:
            asked = self.batches(per_task, seed)
            losses = {ERNIE: task_questions.losses(self.model, asked)}
            losses[SHARES] = mean_losses(self.guesses.by_share, asked)
            losses[COUNTS] = mean_losses(self.guesses.by_counts, asked)
            found += [
                {"task": task, "who": who, "seed": seed, "score": nats}
                for who, of_task in losses.items()
                for task, nats in of_task.items()
            ]
        return Records(found)

    def uncounted(self, per_task: int, seeds: Sequence[int]) -> float:
        """The loss in sentence order of one who knows the shares of the classes and does not count marks."""
        asked = [batch for seed in seeds for batch in self.batches(per_task, seed)]
        return mean_losses(self.guesses.by_answers, asked)[TASKS[ORDER]]

    def swapped(self, per_task: int, seeds: Sequence[int]) -> Records:
        """Nats by `task` asked, `named` task, which the embedding names, and `seed`."""
        return Records(
            {"task": task, "named": named, "seed": seed, "score": nats}
            for seed in seeds
            for asked in [self.batches(per_task, seed)]
            for number, named in enumerate(TASKS)
            for task, nats in task_questions.losses(self.model, asked, number).items()
        )

    def examples(self, seed: int, n_pieces: int = 28) -> list[dict[str, str]]:
        """Rows of a table: for each task, what the model sees, and what it has to say."""
        rows = []
        for batch in self.batches(1, seed)[: len(TASKS)]:
            task = task_questions.task_of(batch)
            row = _one_with_most(batch, task)
            seen = [self._piece(int(i)) for i in batch["input_ids"][row] if i != PAD]
            shown = " ".join(seen if task in (ORDER, DISTANCE) else [*seen[:n_pieces], "…"])
            rows.append(
                {
                    "task": TASKS[task],
                    "what the model sees": shown,
                    "what it has to say": self._answer(batch, row, n_pieces),
                }
            )
        return rows

    def _piece(self, number: int) -> str:
        return self.index.tokenizer.id_to_token(number)

    def _answer(self, batch: Batch, row: int, n_pieces: int) -> str:
        task = task_questions.task_of(batch)
        if task == MASKING:
            places = zip(batch["positions"][row], batch["masked"][row], strict=True)
            return ", ".join(self._piece(int(t)) for p, t in sorted(places) if t != IGNORED and p < n_pieces)
        if task == ORDER:
            number = int(batch["order"][row])
            return f"class {number}: as they stand, the segments were {in_words_of_order(number)}"
        if task == DISTANCE:
            return DISTANCES[int(batch["distance"][row])]
        key = "capital" if task == CAPITALISATION else "token_document"
        yes = [
            int(i)
            for i, t in zip(batch["input_ids"][row][:n_pieces], batch[key][row], strict=False)
            if t == 1 and i >= len(SPECIAL)
        ]
        label = "begin with a capital" if task == CAPITALISATION else "come again in the article"
        return f"{label}: {', '.join(self._piece(i) for i in yes)}"


def in_words_of_order(number: int, max_segments: int = 3) -> str:
    """`second, first, third`: which segment stands at each place, for a class of orders."""
    orders = [p for n in range(1, max_segments + 1) for p in permutations(range(n))]
    names = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
    return ", ".join(names[i] for i in orders[int(number)])


def _one_with_most(batch: Batch, task: int) -> int:
    """A row that shows the task: of several segments, of two passages, else with the most to say."""
    if task == ORDER:
        return (
            int(np.argmax(batch["order"] >= 3))
            if (batch["order"] >= 3).any()
            else int(batch["order"].argmax())
        )
    if task == DISTANCE:
        return int(np.argmax(batch["distance"] != IGNORED))
    return 0
