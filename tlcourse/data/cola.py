"""CoLA: sentences that linguists gave as examples, each acceptable or not (Warstadt, Singh and Bowman 2019).

The public files hold sentences to learn from, sentences to test on from the same books and articles (`in
domain`), and sentences to test on from others (`out of domain`). The answers to GLUE's own test are kept
secret.
"""

from dataclasses import dataclass

import numpy as np

from tlcourse import assets
from tlcourse.data.splits import unseen

FILES = ("in_domain_train.tsv", "in_domain_dev.tsv", "out_of_domain_dev.tsv")


@dataclass(frozen=True)
class Acceptability:
    """Attributes:
    texts: N sentences.
    label: int64 (N,): 1 acceptable, 0 not.
    source: N short names of the books and articles.
    train_index: int64; without what occurs in one of the two others.
    in_domain_index, out_of_domain_index: int64, to be tested on.
    """

    texts: list[str]
    label: np.ndarray
    source: list[str]
    train_index: np.ndarray
    in_domain_index: np.ndarray
    out_of_domain_index: np.ndarray


def load() -> Acceptability:
    """The 9,594 sentences of the three files; 16 occur twice and are once acceptable, once not.

    Raises:
        AssetMissing: not fetched yet.
    """
    folder = assets.path("cola")
    rows, ends = [], []
    for name in FILES:
        text = (folder / name).read_text(encoding="utf-8")
        rows += [line.split("\t") for line in text.split("\n") if line]  # source, label, its star, sentence
        ends.append(len(rows))
    texts = [row[3] for row in rows]
    train, inside, outside = np.split(np.arange(len(rows)), ends[:-1])
    return Acceptability(
        texts,
        np.array([int(row[1]) for row in rows]),
        [row[0] for row in rows],
        unseen(train, np.concatenate([inside, outside]), texts),
        inside,
        outside,
    )
