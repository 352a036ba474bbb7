"""A leaderboard's own traps, turned on: one seed, tuned on the test set, leaked texts.

All with the course's cheap baselines (`train/measuring/baselines.py`) on film snippets, good or bad: a fit
takes a few hundredths of a second. A score is accuracy.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import comb

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from tlcourse.data import glove, rated_sentences
from tlcourse.data.overlap import Words, ngrams
from tlcourse.show.records import Records
from tlcourse.train.measuring import baselines

NEIGHBOUR = "nearest neighbour"  # on GloVe: gives each text the label of the training text closest to it
TEST, FRESH, WRONG = "the test set", "fresh texts", "wrong before, among the leaked"
PICKED, TRUE, HONEST = (
    "picked on the test set",
    "picked on the test set, scored on fresh texts",
    "picked on other texts",
)


@dataclass(frozen=True)
class Films:
    """Film snippets as each system reads them: a row for each of N texts.

    Attributes:
        inputs: system → (N, …).
        texts: N strings.
        label: int64 (N,), 1 for positive.
        train, test: int64, the course's split.
    """

    inputs: Mapping[str, np.ndarray]
    texts: list[str]
    label: np.ndarray
    train: np.ndarray
    test: np.ndarray

    def score(self, system: str, model: BaseEstimator, rows: np.ndarray) -> float:
        return float((model.predict(self.inputs[system][rows]) == self.label[rows]).mean())


def films() -> Films:
    """All film snippets: as text for TF-IDF, averaged for GloVe and for its nearest neighbour."""
    data = rated_sentences.load("movie")
    mean = baselines.average_vectors(data.texts, glove.load())
    inputs = {"TF-IDF": np.array(data.texts, dtype=object), "GloVe": mean, NEIGHBOUR: mean}
    return Films(inputs, data.texts, data.label, data.train_index, data.test_index)


def model_of(system: str) -> BaseEstimator:
    """An untrained model of a system."""
    if system == NEIGHBOUR:
        return KNeighborsClassifier(1, metric="cosine")
    return baselines.classifier(system)


def fitted(data: Films, system: str, rows: np.ndarray) -> BaseEstimator:
    return model_of(system).fit(data.inputs[system][rows], data.label[rows])


def many_seeds(data: Films, systems: Sequence[str], labels: Sequence[int], seeds: Sequence[int]) -> Records:
    """Each system with each number of labels, as many times as there are seeds: each draws its own labels."""
    rows = []
    for seed, n in product(seeds, labels):
        drawn = np.random.default_rng(seed).permutation(data.train)[:n]
        for system in systems:
            score = data.score(system, fitted(data, system, drawn), data.test)
            rows.append({"system": system, "labels": n, "seed": seed, "score": score})
    return Records(rows)


def flips(
    first: np.ndarray, second: np.ndarray, sizes: Sequence[int], seed: int, draws: int = 2000
) -> dict[int, float]:
    """How often the mean of so many seeds puts the wrong one in front: size → share; a draw counts half.

    Args:
        first, second: scores with the same seeds, (S,); which of them is better is taken from all the seeds.
        sizes: how many seeds a reader is shown. One is counted; more are drawn from the S with replacement.
    """
    gap = first - second
    better, rng = np.sign(gap.mean()), np.random.default_rng(seed)
    found = {}
    for n in sizes:
        shown = gap if n == 1 else gap[rng.integers(0, len(gap), (draws, n))].mean(axis=1)
        found[n] = float((np.sign(shown) == -better).mean() + 0.5 * (shown == 0).mean())
    return found


def of_test_texts(
    data: Films, systems: Sequence[str], labels: int, seed: int, sizes: Sequence[int], draws: int = 2000
) -> dict[int, tuple[float, float]]:
    """What test sets of so many texts would have said of one training: size → 95% interval of the difference.

    The paired bootstrap of the exercise, from the course's test texts; first minus second.
    """
    drawn = np.random.default_rng(seed).permutation(data.train)[:labels]
    right = [
        fitted(data, one, drawn).predict(data.inputs[one][data.test]) == data.label[data.test]
        for one in systems
    ]
    gap, rng = right[0].astype(float) - right[1], np.random.default_rng(seed)
    found = {}
    for n in sizes:
        means = [gap[rng.integers(0, len(gap), n)].mean() for _ in range(draws)]
        low, high = np.percentile(means, [2.5, 97.5])
        found[n] = (float(low), float(high))
    return found


def shared_runs(data: Films, n: int) -> list[tuple[str, str]]:
    """Pairs of a test text and a training text of the course's own split that share a run of `n` words."""
    words, known = Words(), {}
    for i in data.train:
        known |= {int(run): int(i) for run in ngrams(words.numbers(data.texts[i]), n)}
    pairs = []
    for i in data.test:
        twin = next((known[int(r)] for r in ngrams(words.numbers(data.texts[i]), n) if int(r) in known), None)
        if twin is not None:
            pairs.append((data.texts[i], data.texts[twin]))
    return pairs


PENALTIES = (0.3, 1.0, 3.0, 10.0)  # scikit-learn's C, for each of the ways to count


def ways_to_count() -> list[TfidfVectorizer]:
    """Eight ways to count words, none of them silly."""
    return [
        TfidfVectorizer(sublinear_tf=True, ngram_range=(1, n), use_idf=idf, min_df=least)
        for n, idf, least in product((1, 2), (True, False), (1, 2))
    ]


def right_by_setting(data: Films, drawn: np.ndarray, parts: Sequence[np.ndarray]) -> list[np.ndarray]:
    """For each part, the accuracy of every setting (a way to count, a penalty) that learned from `drawn`."""
    texts, label = data.inputs["TF-IDF"], data.label
    found: list[list[float]] = [[] for _ in parts]
    for counts in ways_to_count():
        x = counts.fit_transform(texts[drawn])
        asked = [counts.transform(texts[part]) for part in parts]
        for strength in PENALTIES:
            model = LogisticRegression(C=strength, max_iter=300).fit(x, label[drawn])
            for scores, part, rows in zip(found, parts, asked, strict=True):
                scores.append(float((model.predict(rows) == label[part]).mean()))
    return [np.array(scores) for scores in found]


def _is_the_best(scores: np.ndarray, k: int) -> np.ndarray:
    """Of all sets of k of these scores, the share in which each is the best, (N,); equal ones take turns."""
    n = len(scores)
    shares = np.empty(n)
    shares[scores.argsort()] = [comb(i, k - 1) / comb(n, k) for i in range(n)]
    _, group = np.unique(scores, return_inverse=True)
    return (np.bincount(group, shares) / np.bincount(group))[group]


def tries(data: Films, ks: Sequence[int], labels: int, tested: int, splits: Sequence[int]) -> Records:
    """Pick the best of k settings: on the test set, or honestly on other texts.

    For each split, `tested` texts are the test set and as many others are there to choose on; the rest of the
    course's test texts are fresh. All settings learn from the same `labels` training texts.

    Returns records with `how` (PICKED, TRUE or HONEST), `k`, `seed` (the split) and `score`: how far above
    the mean of all settings on the same texts, as a mean over all sets of k of the settings.
    """
    rows = []
    for split in splits:
        rng = np.random.default_rng(split)
        drawn, rest = rng.permutation(data.train)[:labels], rng.permutation(data.test)
        test, other, fresh = rest[:tested], rest[tested : 2 * tested], rest[2 * tested :]
        on_test, on_other, on_fresh = right_by_setting(data, drawn, (test, other, fresh))
        on_test, on_fresh = on_test - on_test.mean(), on_fresh - on_fresh.mean()
        for k in ks:
            best, honest = _is_the_best(on_test, k), _is_the_best(on_other, k)
            found = {PICKED: best @ on_test, TRUE: best @ on_fresh, HONEST: honest @ on_test}
            rows += [{"how": how, "k": k, "seed": split, "score": float(s)} for how, s in found.items()]
    return Records(rows)


def leak(
    data: Films,
    systems: Sequence[str],
    shares: Sequence[float],
    labels: int,
    tested: int,
    seeds: Sequence[int],
) -> Records:
    """Put a share of the test texts, with their labels, in place of training texts.

    Returns records with `system`, `share`, `on`, `seed` and `score`: accuracy on the test set (TEST), on
    texts that never leak (FRESH); and the share of the test set that leaked and was wrong before (WRONG).
    """
    rows = []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        drawn, rest = rng.permutation(data.train)[:labels], rng.permutation(data.test)
        test, fresh = rest[:tested], rest[tested:]
        clean = {system: fitted(data, system, drawn) for system in systems}
        for share, system in product(shares, systems):
            n = round(share * tested)
            leaking = np.concatenate([test[:n], drawn[n:]])
            model = fitted(data, system, leaking) if n else clean[system]
            kept = {"system": system, "share": share, "seed": seed}
            for on, part in ((TEST, test), (FRESH, fresh)):
                rows.append({**kept, "on": on, "score": data.score(system, model, part)})
            wrong = n * (1 - data.score(system, clean[system], test[:n])) / tested if n else 0.0
            rows.append({**kept, "on": WRONG, "score": wrong})
    return Records(rows)
