"""Unseen words, and words that change sides: by the paper's formula, symmetry and planted flips."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score

from tlcourse.probe import domain_shift


def test_unseen_words_are_counted_by_token():
    share = domain_shift.unseen_share(["The film, the FILM!", "a film", "", "12"], ["the end"])
    np.testing.assert_allclose(share, [0.5, 1, 0, 0])
    assert (domain_shift.unseen_share(["same words here"], ["Here same, words"]) == 0).all()


def test_scores_by_share_are_those_of_the_parts():
    rng = np.random.default_rng(0)
    share, label, guess = rng.random(400), rng.integers(0, 2, 400), rng.integers(0, 2, 400)
    scores = domain_shift.score_by_share(share, label, guess, [-1, 0.3, 0.6, 1])
    low = share <= 0.3
    assert scores[0] == balanced_accuracy_score(label[low], guess[low])
    assert len(scores) == 3


def test_polarity_is_the_papers_formula_for_one_word():
    """Monroe, Colaresi and Quinn 2008: the log-odds ratio with an informative prior, word by word."""
    words, (counts,) = domain_shift.which_words(
        ["good film", "good end", "bad film", "bad bad end", "good bad"]
    )
    label = np.array([1, 1, 0, 0, 1])
    z = domain_shift.polarity(counts, label, prior=10)
    table = counts.toarray()
    everything = table.sum()
    for column, word in enumerate(words):
        y_i, y_j = table[label == 1, column].sum(), table[label == 0, column].sum()
        n_i, n_j = table[label == 1].sum(), table[label == 0].sum()
        a_0 = 10
        a_w = a_0 * (y_i + y_j) / everything
        delta = np.log((y_i + a_w) / (n_i + a_0 - y_i - a_w)) - np.log((y_j + a_w) / (n_j + a_0 - y_j - a_w))
        assert z[column] == pytest.approx(delta / np.sqrt(1 / (y_i + a_w) + 1 / (y_j + a_w))), word
    assert z[list(words).index("good")] > 0 > z[list(words).index("bad")]


@given(st.integers(0, 1000))
def test_swapping_the_labels_turns_the_sign(seed):
    rng = np.random.default_rng(seed)
    texts = [" ".join(rng.choice(list("pqrst"), 5)) for _ in range(30)]
    label = np.arange(30) % 2
    _, (counts,) = domain_shift.which_words(texts)
    np.testing.assert_allclose(
        domain_shift.polarity(counts, label), -domain_shift.polarity(counts, 1 - label), atol=1e-12
    )


def a_domain(like: int, seed: int) -> tuple[list[str], np.ndarray]:
    """200 texts in which "great" is positive, and "like" speaks for the label `like`."""
    rng = np.random.default_rng(seed)
    label = rng.integers(0, 2, 200)
    texts = []
    for y in label:
        said = [w for w, side in (("great", 1), ("like", like)) if rng.random() < (0.6 if y == side else 0.1)]
        texts.append(" ".join([*said, *rng.choice(["the", "film", "and", "so"], 4)]))
    return texts, label


def test_a_planted_flip_is_found_and_nothing_else():
    (texts1, label1), (texts2, label2) = a_domain(0, 1), a_domain(1, 2)
    words, (first, second) = domain_shift.which_words(texts1, texts2)
    found = domain_shift.flips(words, (first, label1), (second, label2), z=3)
    (row,) = found
    assert row["word"] == "like"
    assert row["z1"] < -3
    assert row["z2"] > 3
    has = np.array(["like" in text.split() for text in texts1])
    assert row["positive1"] == (has & (label1 == 1)).sum()
    assert row["negative1"] == (has & (label1 == 0)).sum()


def test_rare_words_are_not_looked_at():
    (texts1, label1), (texts2, label2) = a_domain(0, 1), a_domain(1, 2)
    words, (first, second) = domain_shift.which_words([*texts1, "onlyhere"], texts2)
    found = domain_shift.flips(words, (first, np.append(label1, 1)), (second, label2), at_least=1000)
    assert found == []


def test_flips_of_all_pairs_and_by_luck():
    made = [a_domain(0, 1), a_domain(1, 2), a_domain(0, 3)]
    words, counts = domain_shift.which_words(*(texts for texts, _ in made))
    sides = [(table, label) for table, (_, label) in zip(counts, made, strict=True)]
    found = [row for row in domain_shift.all_flips(words, sides, ["a", "b", "c"]) if row["word"] == "like"]
    assert {(row["in"], row["but in"]) for row in found} == {("a", "b"), ("b", "c")}
    assert all(row["z"] * row["z there"] < 0 for row in found)
    clear = [min(abs(row["z"]), abs(row["z there"])) for row in found]
    assert clear == sorted(clear, reverse=True)
    by_luck = domain_shift.flips_by_luck(words, sides, repeats=5, seed=0)
    assert len(by_luck) == 5
    assert max(by_luck) <= 2
