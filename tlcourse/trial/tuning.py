"""MiniLM fine-tuned on a learner's texts, by the course's own recipe, with batches that fit into memory."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tlcourse.data.tasks import Task
from tlcourse.models.pretrained.text_encoders import Example, TextEncoder
from tlcourse.train.finetuning.text_model import TextRecipe
from tlcourse.train.finetuning.texts import finetune
from tlcourse.train.measuring import evaluate
from tlcourse.trial.yardstick import TUNED, cell, minilm

PIECES = 128  # of a text that are read: training needs far more memory than reading
A_BATCH = 400  # pieces, about: with more, a step takes too much of the budget
AT_ONCE = 256  # pieces computed at a time: what is kept for the way back has to fit beside the model
LOOK = 256  # texts that tell how long they are
FEWEST = 10  # texts that fine-tuning takes
TIMED = 2  # steps that tell how long one takes


class Tuner:
    """Fine-tunes MiniLM, each time from its pretrained weights.

    Attributes:
        batch_size: fewer where texts are long.
    """

    def __init__(self, texts: Sequence[str]):
        lengths = [len(one) for one in minilm(PIECES).beginnings(list(texts[:LOOK]))]
        usual = evaluate.recipe_of("minilm").batch_size
        self.batch_size = int(np.clip(A_BATCH // np.quantile(lengths, 0.9), 4, usual))

    def steps(self, n: int) -> int:
        """How many steps the course's recipe takes for `n` labels."""
        usual = evaluate.recipe_of("minilm")
        a_pass = -(-n // self.batch_size)
        return a_pass * max(usual.epochs, -(-usual.min_steps // a_pass))

    def recipe(self, steps: int, n: int) -> TextRecipe:
        """The course's recipe for MiniLM, in as many passes as give about `steps` steps."""
        passes = max(1, round(steps / -(-n // self.batch_size)))
        usual = evaluate.recipe_of("minilm")
        return replace(usual, batch_size=self.batch_size, epochs=passes, min_steps=0)

    def seconds(self, task: Task) -> tuple[float, float]:
        """What a step takes here on these texts, and what testing takes, in seconds; measured."""
        encoder, train = minilm(PIECES), task.draw(None, 0)[: max(FEWEST, TIMED * self.batch_size)]
        read, ends = _read(encoder, task, train), []
        recipe = replace(self.recipe(1, len(train)), epochs=2)  # the first pass warms up

        def note(_: dict[str, float]) -> None:
            ends.append(time.perf_counter())

        outputs = max(1, len(task.names))
        target = task.target(train)
        model = finetune(encoder, read, target, task.kind, outputs, recipe, 0, note, pieces_at_once=AT_ONCE)
        begun = time.perf_counter()
        model.predict(read)
        test = (time.perf_counter() - begun) / len(train) * len(task.tests["own"])
        return (ends[-1] - ends[0]) / (len(ends) - 1) / -(-len(train) // self.batch_size), test

    def tuned(self, task: Task, n: int, seed: int, steps: int) -> dict[str, Any]:
        """MiniLM, fine-tuned in about `steps` steps on `n` labels drawn by `seed`, tested."""
        started = time.perf_counter()
        encoder, train = minilm(PIECES), task.draw(n, seed)
        recipe, outputs = self.recipe(steps, n), max(1, len(task.names))
        read = _read(encoder, task, train)
        target = task.target(train)
        model = finetune(encoder, read, target, task.kind, outputs, recipe, seed, pieces_at_once=AT_ONCE)
        said = model.predict(_read(encoder, task, task.tests["own"]))
        return cell(TUNED, n, seed, task, said, f"{steps} steps", time.perf_counter() - started)


def _read(encoder: TextEncoder, task: Task, rows: np.ndarray) -> list[list[Example]]:
    return [[one] for one in encoder.beginnings([task.texts[i] for i in rows])]
