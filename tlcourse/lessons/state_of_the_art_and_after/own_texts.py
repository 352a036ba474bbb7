"""A small CSV, such as a learner has one: sentences of product reviews, and whether they are pleased."""

import csv
import io
from pathlib import Path

import numpy as np

from tlcourse import files
from tlcourse.data import rated_sentences


def write(path: Path, n: int, seed: int) -> Path:
    """Write `n` rows with the columns `review` and `pleased` (yes or no), and return the path.

    Raises ValueError if there are not so many.
    """
    data = rated_sentences.load("product")
    if not 0 < n <= len(data.texts):
        raise ValueError(f"n is {n}, but there are {len(data.texts):,} sentences of product reviews")
    rows = np.random.default_rng(seed).permutation(len(data.texts))[:n]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["review", "pleased"])
    writer.writerows([data.texts[i], "yes" if data.label[i] else "no"] for i in rows)
    files.write_text(path, text.getvalue())
    return path
