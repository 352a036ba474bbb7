"""Sentences with a tree: for each word, the word it depends on.

*From nltk's tier*, `dependency_treebank`: a tenth of the Penn Treebank's Wall Street Journal, its phrases
turned into dependencies by rule, without names for them. `tlcourse.data.universal_dependencies` has the
same for text from the web, with names, drawn by people.
"""

from dataclasses import dataclass

import numpy as np

from tlcourse import assets
from tlcourse.data.near_duplicates import joined, same_pairs
from tlcourse.data.splits import split_by_group
from tlcourse.data.text_sources import nltk_files

ROOT = -1  # the head of the word that depends on none
TEST = 0.25
PUNCTUATION = {"''", "``", ",", ".", ":", "-LRB-", "-RRB-"}  # tags; Hewitt and Manning 2019 leave these out

_WRITTEN = {"-LRB-": "(", "-RRB-": ")", "-LCB-": "{", "-RCB-": "}"}


@dataclass(frozen=True)
class DependencyTree:
    """A sentence of T words.

    Attributes:
        words: as they are written.
        tags: a part of speech for each; which set, the treebank says.
        heads: int64 (T,): the place of the word that each depends on, from 0; `ROOT` for one of them.
        relations: what each word is to its head, such as `nsubj`; empty if the treebank does not say.
        is_punctuation: bool (T,).
    """

    words: list[str]
    tags: list[str]
    heads: np.ndarray
    relations: list[str]
    is_punctuation: np.ndarray


@dataclass(frozen=True)
class Treebank:
    """Attributes:
    trees: N sentences.
    train_index, test_index: int64.
    """

    trees: list[DependencyTree]
    train_index: np.ndarray
    test_index: np.ndarray

    def fewer(self, train: int, test: int) -> "Treebank":
        """So many sentences of each part, the same each time: those to learn from, then those to test on."""
        rng = np.random.default_rng(0)
        learnt = rng.permutation(self.train_index)[:train]
        asked = rng.permutation(self.test_index)[:test]
        trees = [self.trees[i] for i in (*learnt, *asked)]
        return Treebank(trees, np.arange(len(learnt)), np.arange(len(learnt), len(trees)))


def load() -> Treebank:
    """3,914 sentences of 199 articles of the Wall Street Journal, split by article, 75/25. NLTK's tier.

    Tags are the Penn Treebank's, there are no relations. Brackets are written as brackets (`-LRB-` in the
    files), and slashes as slashes (`\\/`).

    Raises:
        AssetMissing: not fetched yet.
    """
    trees, articles = [], []
    for name, text in nltk_files(assets.path("dependency_treebank").parents[1], "dependency_treebank"):
        for block in text.strip().split("\n\n"):
            words, tags, heads = zip(*(line.split("\t") for line in block.strip().split("\n")), strict=True)
            trees.append(
                DependencyTree(
                    [_WRITTEN.get(word, word.replace("\\/", "/")) for word in words],
                    list(tags),
                    np.array([int(head) - 1 for head in heads]),
                    [],
                    np.array([tag in PUNCTUATION for tag in tags]),
                )
            )
            articles.append(name)
    group = joined(articles, same_pairs(tuple(tree.words) for tree in trees))
    train, test = split_by_group([articles[one] for one in _first_of(group)], TEST, "dependency_treebank")
    return Treebank(trees, train, test)


def _first_of(group: np.ndarray) -> np.ndarray:
    """For each item the first one of its group."""
    return np.unique(group, return_index=True)[1][group]
