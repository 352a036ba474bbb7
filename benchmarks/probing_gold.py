"""What `probing.py` measures on: gold trees, the states of their sentences, and tasks for edge probes.

Trees are English-EWT's: sentences of 4 to 40 words of its development part to learn from, those of its test
part with four words or more to test on. Edge probes have some of these sentences; names are CoNLL-2003's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from tlcourse.data import conll2003, universal_dependencies
from tlcourse.data.dependency_trees import DependencyTree, Treebank
from tlcourse.models.pretrained import encoders
from tlcourse.probe import edge_tasks, sentence_states
from tlcourse.probe.edge_probing import ReadTask
from tlcourse.probe.edge_tasks import EdgeTask

SHORTEST, LONGEST = 4, 40  # words of a sentence that is learnt from
EDGES_LEARNT, EDGES_TESTED = 1200, 600  # sentences
TASKS = ("parts of speech", "dependencies", "names")


States = Sequence[np.ndarray]  # of one layer: for each sentence (T, H)


@dataclass(frozen=True)
class Split:
    """Trees to learn from and trees to test on, or another thing of each: states, or predictions."""

    learnt: Sequence
    tested: Sequence

    @property
    def all(self) -> list:
        return [*self.learnt, *self.tested]


@cache
def gold() -> Split:
    """English-EWT's trees."""
    bank = universal_dependencies.load()
    learnt, tested = ([bank.trees[i] for i in part] for part in (bank.train_index, bank.test_index))
    return Split(
        [tree for tree in learnt if SHORTEST <= len(tree.words) <= LONGEST],
        [tree for tree in tested if len(tree.words) >= SHORTEST],
    )


def words_of(trees: Sequence[DependencyTree]) -> list[list[str]]:
    return [tree.words for tree in trees]


@cache
def states_of(model: str) -> list[Split]:
    """Of each layer the states of the gold trees' sentences."""
    encoder = encoders.load(model)
    parts = [sentence_states.cached(encoder, words_of(trees)) for trees in (gold().learnt, gold().tested)]
    return [Split(*layers) for layers in zip(*parts, strict=True)]


def untrained_states(model: str, layers: Sequence[int], seed: int) -> list[Split]:
    """Of some layers the states of a BERT of the same shape with random weights."""
    encoder = encoders.load(model, random_seed=seed)
    del encoder.network.encoder.blocks[max(layers) :]  # nobody reads what is above
    parts = [
        sentence_states.cached(encoder, words_of(trees), layers) for trees in (gold().learnt, gold().tested)
    ]
    return [Split(*of_layer) for of_layer in zip(*parts, strict=True)]


@cache
def edge_task(name: str) -> EdgeTask:
    """Some sentences of the training part and some of the test part, always the same ones."""
    if name == "names":
        news = conll2003.load()
        there = np.array(
            [
                SHORTEST <= len(words) <= LONGEST and (tags > 0).any()
                for words, tags in zip(news.words, news.tags, strict=True)
            ]
        )
        parts = [part[there[part]] for part in (news.train_index, news.test_index)]
        learnt, tested = drawn_from(*parts)
        some = np.concatenate([learnt, tested])
        tagged = replace(
            news,
            words=[news.words[i] for i in some],
            tags=[news.tags[i] for i in some],
            train_index=np.arange(len(learnt)),
            test_index=np.arange(len(learnt), len(some)),
        )
        return edge_tasks.marked_spans(tagged, name)
    n = len(gold().learnt)
    learnt, tested = drawn_from(np.arange(n), np.arange(n, len(gold().all)))
    make = {"parts of speech": edge_tasks.parts_of_speech, "dependencies": edge_tasks.dependencies}[name]
    return make(Treebank(gold().all, learnt, tested))


def drawn_from(learnt: np.ndarray, tested: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return tuple(
        np.sort(rng.permutation(part)[:n]) for part, n in ((learnt, EDGES_LEARNT), (tested, EDGES_TESTED))
    )


def read_untrained(model: str, name: str, seed: int) -> ReadTask:
    """The same sentences read by a network of the same shape with random weights."""
    task = edge_task(name)
    return ReadTask.of(task, sentence_states.cached(encoders.load(model, random_seed=seed), task.words))


def read_task(model: str, name: str) -> ReadTask:
    task = edge_task(name)
    if name == "names":
        return ReadTask.of(task, sentence_states.cached(encoders.load(model), task.words))
    return ReadTask.of(task, [layer.all for layer in states_of(model)])
