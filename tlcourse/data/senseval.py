"""One word, several senses: uses of *hard*, *interest*, *line*, *serve*, each with the sense it has there.

NLTK's corpus `senseval`, in the format of Senseval-2: an instance is a sentence or a few, cut into words,
with the word in question marked. *hard* and *serve* are of Leacock, Chodorow and Miller 1998, *line* of
Leacock, Towell and Voorhees 1993, *interest* of Bruce and Wiebe 1994.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np

from tlcourse import assets
from tlcourse.data.near_duplicates import fingerprint, joined, similar_pairs
from tlcourse.data.splits import split_by_group
from tlcourse.data.text_sources import nltk_files

WORDS = ("hard", "interest", "line", "serve")
TEST = 0.25
SIMILAR = 0.6

# hard-a.sjm-274_1: is the first use in document sjm-274, line-n.w7_010:888: one in document w7_010. The other
# two do not say.
_DOCUMENT = {"hard": "[^_:]+", "line": "[^:]+"}


@dataclass(frozen=True)
class Senses:
    """N uses of a word.

    Attributes:
        word: one of `WORDS`.
        ids: N names.
        words: N lists of words: the sentence, or a few sentences, of each use.
        position: int64 (N,): where the word in question stands, such as *harder* for *hard*.
        sense: int64 (N,): an index into `names`.
        names: of the senses, as the corpus has them.
        train_index, test_index: int64, 75/25; uses from one document, or in nearly the same words, stay
            together.
    """

    word: str
    ids: list[str]
    words: list[list[str]]
    position: np.ndarray
    sense: np.ndarray
    names: tuple[str, ...]
    train_index: np.ndarray
    test_index: np.ndarray


def load(word: str) -> Senses:
    """All uses of one of the four words that occur in other words than the uses before.

    Raises:
        ValueError: there is no such word.
        AssetMissing: not fetched yet.
    """
    if word not in WORDS:
        raise ValueError(f"word is {word!r}, expected one of {', '.join(map(repr, WORDS))}")
    files = dict(nltk_files(assets.path("senseval").parents[1], "senseval"))
    once: dict[tuple[str, ...], tuple[str, str, int]] = {}
    for identifier, sense, words, position in _instances(files[f"{word}.pos"]):
        once.setdefault(tuple(words), (identifier, sense, position))
    ids, senses, positions = (list(column) for column in zip(*once.values(), strict=True))
    names = tuple(sorted(set(senses)))

    def find_groups() -> dict[str, np.ndarray]:
        document = re.compile(_DOCUMENT.get(word, ".+"))
        origins = [document.match(identifier).group() for identifier in ids]
        return {"group": joined(origins, similar_pairs([frozenset(words) for words in once], SIMILAR))}

    key = {"uses": fingerprint([*ids, *map(" ".join, once)]), "similar": SIMILAR}
    group = assets.cached_arrays("senseval-groups", key, find_groups)["group"]
    first = np.unique(group, return_index=True)[1]
    train, test = split_by_group([ids[first[g]] for g in group], TEST, salt=f"senseval/{word}")
    return Senses(
        word,
        ids,
        [list(words) for words in once],
        np.array(positions),
        np.array([names.index(sense) for sense in senses]),
        names,
        train,
        test,
    )


def _instances(text: str) -> Iterator[tuple[str, str, list[str], int]]:
    """(id, sense, words, position) of each use. The files are NLTK's, which are well-formed."""
    for instance in ElementTree.fromstring(text).iter("instance"):
        words, position = _read(instance.find("context"))
        yield instance.get("id"), instance.find("answer").get("senseid"), words, position


def _read(element: ElementTree.Element) -> tuple[list[str], int]:
    """The words in an element, in their order, and where its <head> begins; −1 if it has none."""
    words, position = (element.text or "").split(), -1
    for child in element:
        inner, inside = _read(child)
        if child.tag == "head":
            position = len(words)
        elif inside >= 0:
            position = len(words) + inside
        words += inner + (child.tail or "").split()  # a few signs stand outside of the words
    return words, position
