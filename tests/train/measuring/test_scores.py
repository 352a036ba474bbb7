"""Scores: F1 over spans as NLTK counts them, and the rest as scikit-learn and SciPy do."""

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from tlcourse.data.tasks import TAGS, Task
from tlcourse.train.measuring import scores

NAMES = ("O", "B-NP", "B-VP", "I-NP", "I-VP")


def random_tags(rng, lengths):
    return [rng.integers(0, len(NAMES), n) for n in lengths]


def test_span_f1_is_that_of_nltk():
    chunk = pytest.importorskip("nltk.chunk", reason="pip install nltk: the reference for F1 over chunks")
    rng = np.random.default_rng(0)
    lengths = [1, 5, 9, 30, 2]
    true, predicted = random_tags(rng, lengths), random_tags(rng, lengths)

    def tree(tags):
        rows = [(f"w{i}", "X", NAMES[t]) for i, t in enumerate(tags)]
        return chunk.conlltags2tree(rows, strict=False)

    # NLTK counts the chunks of one kind at a time.
    hits = total = 0
    for kind in ("NP", "VP"):
        one = chunk.ChunkScore(chunk_label=kind)
        for a, b in zip(true, predicted, strict=True):
            one.score(tree(a), tree(b))
        hits += len(one.correct()) - len(one.missed())
        total += len(one.correct()) + len(one.guessed())
    assert scores.span_f1(true, predicted, NAMES) == pytest.approx(2 * hits / total)
    assert hits > 0


def test_spans_by_hand():
    tags = [np.array([NAMES.index(t) for t in row.split()]) for row in ("B-NP I-NP B-NP O", "I-VP I-NP I-NP")]
    assert scores.spans(tags, NAMES) == {
        (0, 0, 2, "NP"),
        (0, 2, 3, "NP"),
        (1, 0, 1, "VP"),
        (1, 1, 3, "NP"),
    }


def test_each_metric():
    texts = ["a b", "c", "d e", "f"]
    for metric, targets, predicted, expected in (
        ("accuracy", np.array([1, 0, 1, 1]), np.array([1, 1, 1, 1]), 0.75),
        ("balanced accuracy", np.array([1, 0, 1, 1]), np.array([1, 1, 1, 1]), 0.5),
        ("Spearman's ρ", np.array([0.0, 1.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0, 3.0]), 0.8),
        ("Spearman's ρ", np.array([0.0, 1.0, 2.0, 3.0]), np.zeros(4), 0.0),
    ):
        task = Task(
            "t", "classes", texts, targets, ("n", "y"), np.arange(0), {"x": np.arange(4)}, {"x": metric}
        )
        assert scores.score(task, "x", predicted) == pytest.approx(expected)
        with pytest.raises(ValueError, match="3 answers to the 4 questions of t, x"):
            scores.score(task, "x", predicted[:3])


def test_tags_are_scored_by_sentence():
    words = [["a", "b"], ["c"]]
    tags = [np.array([1, 3]), np.array([3])]
    task = Task("t", TAGS, words, tags, NAMES, np.arange(0), {"x": np.array([0, 1])}, {"x": "F1"})
    assert (
        scores.score(task, "x", np.array([1, 3, 1])) == 1.0
    )  # a span does not go on over the sentence's end
    assert scores.score(task, "x", np.array([1, 0, 3])) == 0.5


def test_the_error_of_a_difference_is_that_of_a_bootstrap():
    rng = np.random.default_rng(0)
    truth = (rng.random(600) < 0.7).astype(int)
    one, other = (np.where(rng.random(600) < right, truth, 1 - truth) for right in (0.8, 0.7))
    gaps = []
    for _ in range(1000):
        rows = rng.integers(0, 600, 600)
        a, b = (balanced_accuracy_score(truth[rows], guess[rows]) for guess in (one, other))
        gaps.append(a - b)
    assert scores.error_of_difference(truth, one, other) == pytest.approx(np.std(gaps), rel=0.1)
    assert scores.error_of_difference(truth, one, one) == 0
