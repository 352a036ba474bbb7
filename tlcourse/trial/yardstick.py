"""The course's yardstick on a learner's texts: no model, counts, GloVe, MiniLM frozen, MiniLM fine-tuned.

The frozen ones are measured by `evaluate.frozen`, as everywhere in the course: a linear model on each
representation, its penalty chosen by cross-validation on the training labels alone.
"""

from functools import cached_property
from typing import Any

import numpy as np
from scipy.stats import spearmanr
from sklearn.metrics import accuracy_score, f1_score, r2_score

from tlcourse.data import glove
from tlcourse.data.tasks import CLASSES, Task
from tlcourse.models.pretrained import encoders
from tlcourse.models.pretrained.text_encoders import TextEncoder
from tlcourse.train.measuring import evaluate, frozen_states
from tlcourse.train.measuring.baselines import average_vectors
from tlcourse.train.measuring.representations import Counts, Readings, Representation
from tlcourse.trial.own_data import OwnData

COUNTS, GLOVE, FROZEN, TUNED = "TF-IDF", "GloVe", "MiniLM frozen", "MiniLM fine-tuned"
NOTHING = {CLASSES: "majority", "numbers": "mean"}  # what is said without reading a text
CHUNK = 32  # texts that MiniLM reads before they are put on disk
FROZEN_PIECES = 256  # of a text that are read
FEW_CLASSES = 6  # with more, pairs of words cost more time than they bring


class Words(Counts):
    """TF-IDF of words; where there are few classes, of words and pairs of words too, whichever is better."""

    def readings(self, task: Task, rows: np.ndarray) -> Readings:
        found = super().readings(task, rows)
        return found if len(task.names) <= FEW_CLASSES else {"words": found["words"]}


class Computed(Representation):
    """What was computed of all the texts of a task: float32, (N, width)."""

    def __init__(self, reading: str, matrix: np.ndarray):
        self.reading, self.matrix = reading, matrix

    def readings(self, task: Task, rows: np.ndarray) -> Readings:
        return {self.reading: self.matrix[rows]}


class Reader:
    """MiniLM, reading the beginnings of texts a chunk at a time; each chunk is kept on disk."""

    @cached_property
    def encoder(self) -> TextEncoder:
        return minilm(FROZEN_PIECES)

    @cached_property
    def _weights(self) -> str:
        return frozen_states.fingerprint(self.encoder)

    def states(self, texts: list[str]) -> np.ndarray:
        """The mean of the last states of each text's first `FROZEN_PIECES` pieces: float32, (N, 384)."""
        parts = [[one] for one in self.encoder.beginnings(texts)]
        arrays = frozen_states.cached(self.encoder, parts, of_words=False, weights=self._weights)
        top = max(int(name.split()[1]) for name in arrays)
        return np.array(arrays[f"mean {top}"], dtype=np.float32)


def minilm(pieces: int) -> TextEncoder:
    """MiniLM with its trained weights, reading so many pieces of a text."""
    encoder = encoders.load("minilm")
    encoder.max_length = pieces
    return encoder


def representations(data: OwnData, states: np.ndarray) -> dict[str, Representation]:
    """Model → what its linear model reads. `states`: of all texts, as `Reader` gives them."""
    averages = average_vectors(data.texts, glove.load())
    return {
        COUNTS: Words(),
        GLOVE: Computed("mean", averages),
        FROZEN: Computed("mean of the top", states),
    }


def scores(kind: str, true: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """Accuracy and macro-F1 of classes, Spearman's ρ and R² of numbers: higher is better, 1 is perfect."""
    if kind == CLASSES:
        return {
            "accuracy": float(accuracy_score(true, predicted)),
            "macro-F1": float(f1_score(true, predicted, average="macro", zero_division=0.0)),
        }
    constant = np.ptp(predicted) == 0 or np.ptp(true) == 0  # has no order
    rho = 0.0 if constant else float(spearmanr(true, predicted).statistic)
    return {"Spearman's ρ": rho, "R²": float(r2_score(true, predicted))}


def headline(data: OwnData) -> str:
    """The metric that is drawn. Where one class prevails, accuracy would flatter those who always say it."""
    if data.kind != CLASSES:
        return "Spearman's ρ"
    shares = np.bincount(data.targets) / len(data.targets)
    return "macro-F1" if shares.max() > max(0.6, 1.5 / len(shares)) else "accuracy"


def cell(
    model: str, n: int, seed: int, task: Task, predicted: np.ndarray, chosen: str, seconds: float
) -> dict[str, Any]:
    """What is kept of one training: what was trained, how it scores, and what it said of each test text."""
    found = scores(task.kind, task.target(task.tests["own"]), predicted)
    said = [int(one) if task.kind == CLASSES else round(float(one), 6) for one in predicted]
    return {
        "model": model, "labels": n, "seed": seed, "scores": found, "predicted": said, "chosen": chosen,
        "seconds": round(seconds, 3),
    }  # fmt: skip


def without_reading(task: Task, n: int, seed: int) -> dict[str, Any]:
    """What always the same answer scores: the training labels' most frequent class, or their mean."""
    y = task.target(task.draw(n, seed))
    answer = np.bincount(y).argmax() if task.kind == CLASSES else y.mean()
    said = np.full(len(task.tests["own"]), answer)
    return cell(NOTHING[task.kind], n, seed, task, said, "", 0.0)


def frozen(model: str, representation: Representation, task: Task, n: int, seed: int) -> dict[str, Any]:
    """A linear model on a representation, trained on `n` labels drawn by `seed`, tested."""
    found = evaluate.frozen(representation, task, n, seed)
    return cell(model, n, seed, task, found.predicted["own"], found.chosen, found.seconds)
