"""Trainings of skip-gram that are compared: ours and gensim's, seed by seed, and ours with one trick off."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

import numpy as np
from gensim.models import Word2Vec
from scipy import stats

from tlcourse.data import word_tests
from tlcourse.data.glove import Vectors
from tlcourse.data.running_text import RunningText
from tlcourse.models.vectors import word2vec
from tlcourse.probe import word_vectors
from tlcourse.show.records import Records
from tlcourse.train.finetuning import trainings

ALL_ON = "all tricks on"
TRICKS: Mapping[str, Mapping[str, Any]] = {
    "no subsampling: every “the” counts": {"sample": None},
    "one noise word instead of five": {"negative": 1},
    "noise drawn by plain count, not count^¾": {"ns_exponent": 1.0},
    "reach not drawn: a word five away counts in full": {"shrink_windows": False},
}

Watch = Callable[[list], Iterable]


@cache
def tests() -> dict[str, tuple]:
    """What people said of pairs of words: name → (pairs, scores from 0 to 10)."""
    return {"WordSim-353": word_tests.wordsim353(), "SimLex-999": word_tests.simlex999()}


def score(vectors: Mapping[str, np.ndarray], **fields: Any) -> list[dict[str, Any]]:
    """Return a record for each test: Spearman's ρ of the cosines with people, and what else is given."""
    return [
        {**fields, "test": name, "score": word_vectors.similarity(vectors, *test).spearman}
        for name, test in tests().items()
    ]


def pairs_used(vectors: Mapping[str, np.ndarray]) -> str:
    """Say how many pairs of each test have both words in the vocabulary."""
    found = {name: word_vectors.similarity(vectors, *test) for name, test in tests().items()}
    return " and ".join(f"{f.used} of {f.total} pairs of {name}" for name, f in found.items())


def gensim_skipgram(sentences: Sequence[Sequence[str]], settings: word2vec.Settings) -> Vectors:
    """Train gensim's skip-gram as ours is trained, on one core."""
    same = {k: v for k, v in vars(settings).items() if k != "seed"}  # names and meanings are the same
    model = Word2Vec(sentences, sg=1, min_count=5, workers=1, seed=settings.seed + 1, **same)
    return Vectors(model.wv.index_to_key, model.wv.vectors)


def _timed(train: Callable[[], Vectors], **fields: Any) -> list[dict[str, Any]]:
    started = time.perf_counter()
    vectors = train()
    seconds = time.perf_counter() - started
    return score(vectors, seconds=seconds, **fields)


def over_seeds(
    text: RunningText,
    sentences: Sequence[Sequence[str]],
    settings: word2vec.Settings,
    seeds: Sequence[int],
    watch: Watch = iter,
) -> Records:
    """Train ours and gensim's with each seed, two at a time on one core each.

    Returns:
        Records with model ("ours", "gensim"), test, seed, seconds, score.
    """
    jobs = {}
    for seed in seeds:
        changed = replace(settings, seed=seed)
        jobs["ours", seed] = partial(_ours, text, changed)
        jobs["gensim", seed] = partial(gensim_skipgram, sentences, changed)
    return _side_by_side(jobs, watch)


def tricks_off(
    text: RunningText, settings: word2vec.Settings, watch: Watch = iter, tricks: Mapping = TRICKS
) -> Records:
    """Train ours once with each trick off, two at a time; records as of `over_seeds`."""
    jobs = {
        (name, settings.seed): partial(_ours, text, replace(settings, **change))
        for name, change in tricks.items()
    }
    return _side_by_side(jobs, watch)


def _ours(text: RunningText, settings: word2vec.Settings) -> Vectors:
    return word2vec.train(text, settings).vectors()


def _side_by_side(jobs: Mapping[tuple[str, int], Callable[[], Vectors]], watch: Watch) -> Records:
    timed = {
        (name, seed): partial(_timed, train, model=name, seed=seed) for (name, seed), train in jobs.items()
    }
    found = trainings.side_by_side(timed, watch=watch)
    return Records(row for rows in found.values() for row in rows)


def seconds(records: Records) -> float:
    """The mean time of a training in `records`."""
    return float(np.mean([row["seconds"] for row in records]))


def luck(groups: Iterable[Records], first: int = 1, second: int = 1) -> float:
    """Return by how much two means of trainings may differ by the seed alone (95%, Student's t).

    The spread is that of all `groups` together, each about its own mean; the means are of `first` and
    `second` trainings. Infinite if no group has two seeds.
    """
    scores = [group.scores for group in groups]
    freedom = sum(len(s) - 1 for s in scores)
    if freedom == 0:
        return float("inf")
    variance = sum(((s - s.mean()) ** 2).sum() for s in scores) / freedom
    return float(stats.t.ppf(0.975, freedom) * np.sqrt(variance * (1 / first + 1 / second)))
