"""Labelled spans and pairs of spans: tasks for edge probing, from treebanks and tagged sentences.

Tenney et al. 2019, "What do you learn from context?", section 3: a task gives one span of words or two, and
asks for a label; where the spans are is not asked. Parts of speech and dependencies are of a treebank.
Chunks, which are constituents without constituents in them, and names are of tagged sentences; what the paper
takes from OntoNotes has no free counterpart.

Taught in lesson *Probing for structure*.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tlcourse.data.dependency_trees import ROOT, Treebank
from tlcourse.data.tagged_sentences import TaggedSentences
from tlcourse.train.measuring import scores


@dataclass(frozen=True)
class EdgeTask:
    """E labelled spans, or pairs of spans, in N sentences.

    Attributes:
        name: such as `dependencies`.
        words: N lists of words.
        sentence: int64 (E,): which sentence each is in, ascending.
        spans: one int64 (E, 2) or two: the place of a span's first word, and the place after its last one.
        label: int64 (E,): an index into `names`.
        names: of the labels.
        train_index, test_index: int64, of sentences.
    """

    name: str
    words: list[list[str]]
    sentence: np.ndarray
    spans: tuple[np.ndarray, ...]
    label: np.ndarray
    names: tuple[str, ...]
    train_index: np.ndarray
    test_index: np.ndarray

    def of(self, sentences: np.ndarray) -> np.ndarray:
        """The spans or pairs in some of the sentences: int64, ascending, indices below E."""
        return np.flatnonzero(np.isin(self.sentence, sentences))


def parts_of_speech(treebank: Treebank) -> EdgeTask:
    """Each word's tag; a span is a word."""
    trees = treebank.trees
    found = [(s, i, tag) for s, tree in enumerate(trees) for i, tag in enumerate(tree.tags)]
    sentence, place, tags = zip(*found, strict=True)
    return _task("parts of speech", treebank, sentence, [_of_words(place)], tags)


def dependencies(treebank: Treebank) -> EdgeTask:
    """What a word is to its head, such as `nsubj`: the first span is the word, the second its head.

    The root, which has none, is left out. Raises ValueError: the treebank has no names for relations.
    """
    found = []
    for s, tree in enumerate(treebank.trees):
        if len(tree.relations) != len(tree.words):
            raise ValueError(f"sentence {s} has no relations: this treebank has trees without names")
        edges = zip(tree.heads.tolist(), tree.relations, strict=True)
        found += [(s, i, head, name) for i, (head, name) in enumerate(edges) if head != ROOT]
    sentence, place, head, names = zip(*found, strict=True)
    return _task("dependencies", treebank, sentence, [_of_words(place), _of_words(head)], names)


def marked_spans(tagged: TaggedSentences, name: str) -> EdgeTask:
    """The kind of each span that BIO tags mark, such as a chunk's or a name's.

    Raises ValueError: they mark none.
    """
    found = sorted(scores.spans(tagged.tags, tagged.names))
    if not found:
        raise ValueError(f"the tags {', '.join(tagged.names)} mark no span, expected some with B- and I-")
    sentence, begins, ends, kinds = zip(*found, strict=True)
    spans = np.stack([begins, ends], axis=1)
    return _task(name, tagged, sentence, [spans], kinds)


def _of_words(place: Sequence[int]) -> np.ndarray:
    return np.stack([np.array(place), np.array(place) + 1], axis=1)


def _task(
    name: str,
    source: Treebank | TaggedSentences,
    sentence: Sequence[int],
    spans: Sequence[np.ndarray],
    labels: Sequence[str],
) -> EdgeTask:
    words = [tree.words for tree in source.trees] if isinstance(source, Treebank) else source.words
    names, label = np.unique(labels, return_inverse=True)
    return EdgeTask(
        name,
        words,
        np.array(sentence),
        tuple(spans),
        label.astype(np.int64),
        tuple(names.tolist()),
        source.train_index,
        source.test_index,
    )
