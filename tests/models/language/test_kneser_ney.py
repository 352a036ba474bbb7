"""Kneser–Ney: equal to nltk.lm, adds up to 1, knows what it has counted."""

import numpy as np
import pytest

from tlcourse.models.language.kneser_ney import KneserNey, _discounts

V = 9


@pytest.fixture(scope="module")
def text():
    """1,500 words in which each depends on the two before it."""
    rng = np.random.default_rng(0)
    words = [0, 1]
    for _ in range(1498):
        words.append(int((words[-1] + 2 * words[-2] + rng.integers(0, 3)) % (V - 1)))  # 8 does not occur
    return np.array(words)


def contexts(rng, n):
    return rng.integers(0, V, (n, 2))


def test_equal_to_nltk(text):
    lm = pytest.importorskip("nltk.lm", reason="pip install nltk: the reference for Kneser-Ney")
    from nltk.util import everygrams

    theirs = lm.KneserNeyInterpolated(3, discount=0.75)
    words = [f"w{i}" for i in text]
    theirs.fit([everygrams(words, max_len=3)], vocabulary_text=words)
    # nltk has one discount, and none at the bottom, where it does not go on to the uniform distribution.
    ours = KneserNey(text, V, discounts=((0.0,) * 3, (0.75,) * 3, (0.75,) * 3))
    rng = np.random.default_rng(1)
    asked, answers = contexts(rng, 200), rng.integers(0, V - 1, 200)
    expected = [
        theirs.score(f"w{w}", [f"w{i}" for i in context]) for context, w in zip(asked, answers, strict=True)
    ]
    assert len(set(np.round(expected, 6))) > 50
    np.testing.assert_allclose(ours.probability(asked, answers), expected, rtol=1e-9)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_the_probabilities_after_any_context_add_up_to_one(text, order):
    model = KneserNey(text, V, order)
    for context in [*contexts(np.random.default_rng(2), 20), np.array([-1, 3]), np.array([-1, -1])]:
        padded = np.resize(np.r_[np.full(3, -1), context][-(order - 1) :] if order > 1 else [], order - 1)
        p = model.probability(np.tile(padded, (V, 1)).reshape(V, order - 1), np.arange(V))
        assert p.sum() == pytest.approx(1)
        assert (p > 0).all()  # also for the word that never occurred


def test_by_hand():
    # a b a b a c, bigrams: (a b) twice, (b a) twice, (a c) once. One discount of 1/2 each.
    model = KneserNey(np.array([0, 1, 0, 1, 0, 2]), 3, order=2, discounts=((0.5,) * 3,) * 2)
    # What stands before a, b, c: b; a; a. So each has 1 of 3 contexts; half of each is handed on, evenly.
    assert model.probability(np.array([[-1]]), np.array([1])) == pytest.approx(0.5 / 3 + 0.5 / 3)
    # After a: b twice, c once, each less a half; a third (2 · ½ / 3) is handed on.
    assert model.probability(np.array([[0]]), np.array([1])) == pytest.approx(1.5 / 3 + 1 / 3 * 1 / 3)


def test_it_predicts_what_depends_on_the_words_before(text):
    unseen = text[1200:].reshape(1, -1)
    losses = {n: np.divide(*KneserNey(text[:1200], V, n).loss(unseen)) for n in (1, 3)}
    assert losses[3] < losses[1] - 0.3
    assert losses[1] < np.log(V)


def test_rows_are_read_on_their_own(text):
    model = KneserNey(text, V)
    rows = text[:40].reshape(2, 20)
    total, n = model.loss(rows)
    alone = [model.loss(rows[[i]]) for i in range(2)]
    assert (total, n) == (pytest.approx(alone[0][0] + alone[1][0]), 38)
    first = model.probability(np.array([[-1, rows[0, 0]]]), rows[0, 1:2])
    rest = model.probability(np.stack([rows[0, :-2], rows[0, 1:-1]], axis=1), rows[0, 2:])
    assert alone[0][0] == pytest.approx(-np.log(np.r_[first, rest]).sum())


def test_discounts_are_those_of_the_paper():
    counts = np.repeat([1, 2, 3, 4], [40, 16, 8, 5])  # n1 … n4
    y = 40 / (40 + 2 * 16)
    assert _discounts(counts) == pytest.approx((1 - 2 * y * 16 / 40, 2 - 3 * y * 8 / 16, 3 - 4 * y * 5 / 8))
    assert _discounts(np.array([1, 1])) == (0.75, 0.75, 0.75)


def test_bad_input():
    with pytest.raises(ValueError, match="2 words; expected 3 or more"):
        KneserNey(np.array([0, 1]), 5)
    with pytest.raises(ValueError, match="0 to 4"):
        KneserNey(np.array([0, 1, 5]), 5)
    with pytest.raises(ValueError, match="64 bits"):
        KneserNey(np.zeros(9), 10**6, order=4)
