"""Tables as learners have them, and a trial of one in which no model was trained."""

import csv
import io
import random

import numpy as np

SUBJECTS = (
    "film",
    "story",
    "plot",
    "cast",
    "score",
    "scene",
    "ending",
    "script",
    "pace",
    "style",
    "theme",
    "hero",
)
GOOD = ("great", "moving", "funny", "warm", "clever", "bright", "lovely", "superb", "gentle", "brave")
BAD = ("dull", "flat", "boring", "cold", "clumsy", "tired", "awful", "stale", "lazy", "grim")


def made_rows(n: int, seed: int = 0) -> list[tuple[str, str]]:
    """`n` different short reviews, half of them good, with their labels."""
    rng, rows = random.Random(seed), {}
    while len(rows) < n:
        label = ("neg", "pos")[len(rows) % 2]
        words = rng.sample(SUBJECTS, 4) + rng.sample(GOOD if label == "pos" else BAD, 3)
        rng.shuffle(words)
        rows[f"the {' '.join(words)} {len(rows)}"] = label
    return list(rows.items())


def as_csv(rows, head=("text", "label"), delimiter=",", end="\r\n") -> str:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end)
    writer.writerows([head, *rows] if head else rows)
    return file.getvalue()


def outcome(path, kind="classes", seeds=(0, 1, 2), sees=(0.5, 0.2, 0.9, 1.5)):
    """A trial of the table at `path` whose models only pretend to have read it.

    Args:
        sees: how well TF-IDF, GloVe, frozen and fine-tuned MiniLM answer, from 0 (they guess) up; the better
            the more labels they had.
    """
    from tlcourse.trial import own_data, split, yardstick
    from tlcourse.trial.in_words import BY_COST
    from tlcourse.trial.outcome import Outcome

    data = own_data.read(path, own_data.Options(task=kind))
    rng, tasks = np.random.default_rng(0), split.tasks(data, seeds)
    counts = split.label_counts(min(len(t.train_index) for t in tasks.values()), len(data.names))
    cells = []
    for seed, task in tasks.items():
        true = task.target(task.tests["own"])
        for n in counts:
            cells.append(yardstick.without_reading(task, n, seed))
            for model, clear in zip(BY_COST, sees, strict=True):
                knows = rng.random(len(true)) < 1 - np.exp(-clear * n / 100)
                said = np.where(knows, true, rng.permutation(true))
                cells.append(yardstick.cell(model, n, seed, task, said, "", 0.1))
    return Outcome(data, tasks[seeds[0]], cells, 5.0, seeds[0], "", 0)
