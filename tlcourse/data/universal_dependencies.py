"""Universal Dependencies, English Web Treebank: blogs, e-mails, reviews, answers, with trees drawn by people.

Two of the treebank's three parts are used, development and test: their 4,078 sentences are enough to train a
probe and to test it. The format is CoNLL-U: ten columns, comments behind `#`; words that are written as one
(`don't`) have a line of their own, `2-3`, before those of their parts, and so has, as `8.1`, a word that is
left out. Both are passed over: a tree is over the parts.
"""

from collections.abc import Iterator

import numpy as np

from tlcourse import assets
from tlcourse.data.dependency_trees import DependencyTree, Treebank
from tlcourse.data.splits import unseen


def load() -> Treebank:
    """Learn from the development part, test on the test part; tags are the 17 universal ones.

    `train_index` leaves out what occurs word for word in the test part.

    Raises:
        AssetMissing: not fetched yet.
    """
    folder = assets.path("ud-english-ewt")
    parts = [
        list(parse((folder / f"en_ewt-ud-{part}.conllu").read_text(encoding="utf-8")))
        for part in ("dev", "test")
    ]
    trees = [*parts[0], *parts[1]]
    learn, test = np.split(np.arange(len(trees)), [len(parts[0])])
    return Treebank(trees, unseen(learn, test, [tuple(tree.words) for tree in trees]), test)


def parse(text: str) -> Iterator[DependencyTree]:
    """The sentences of a text in CoNLL-U.

    Raises ValueError for a line that does not have ten columns.
    """
    for block in text.strip().split("\n\n"):
        rows = [line.split("\t") for line in block.split("\n") if not line.startswith("#")]
        for row in rows:
            if len(row) != 10:
                raise ValueError(f"{row} has {len(row)} columns, expected the ten of CoNLL-U")
        rows = [row for row in rows if row[0].isdecimal()]
        tags = [row[3] for row in rows]
        yield DependencyTree(
            [row[1] for row in rows],
            tags,
            np.array([int(row[6]) - 1 for row in rows]),
            [row[7] for row in rows],
            np.array([tag == "PUNCT" for tag in tags]),
        )
