"""Train here, test there: on made-up domains whose right answer is known."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, balanced_accuracy_score
from sklearn.preprocessing import StandardScaler

from tlcourse.train.measuring import domain_transfer
from tlcourse.train.measuring.domain_transfer import Domain

GLOVE = "GloVe"  # any representation with a plain matrix


def a_domain(name: str, direction: np.ndarray, n: int = 300, seed: int = 0) -> Domain:
    """Points of which the label is the side of a plane."""
    rng = np.random.default_rng([seed, len(name)])
    x = rng.normal(size=(n, len(direction)))
    label = (x @ direction > 0).astype(np.int64)
    index = rng.permutation(n)
    texts = [f"{name} {i}" for i in range(n)]
    half = n // 2
    return Domain(name, texts, label - 0.5, label, {GLOVE: x}, np.sort(index[:half]), np.sort(index[half:]))


ONE = a_domain("one", np.array([1.0, 0, 0]))
TWIN = a_domain("twin", np.array([1.0, 0, 0]))
TURNED = a_domain("turned", np.array([-1.0, 0, 0]))
DOMAINS = [ONE, TWIN, TURNED]


def test_the_same_rule_travels_and_the_opposite_rule_hurts():
    predicted = domain_transfer.train_here_test_there(DOMAINS, GLOVE, 100, seeds=[0, 1])
    scores = domain_transfer.score(predicted, DOMAINS, balanced_accuracy_score)
    assert scores.shape == (2, 3, 3)
    mean = scores.mean(axis=0)
    assert mean[0, 1] > 0.9
    assert mean[0, 2] < 0.1  # a turned sign is worse than a coin: the rows are sources, the columns targets
    assert mean.diagonal().min() > 0.9


def test_scores_are_those_of_each_cell():
    predicted = domain_transfer.train_here_test_there(DOMAINS, GLOVE, 50, seeds=[3, 4])
    scores = domain_transfer.score(predicted, DOMAINS, accuracy_score)
    for s, seed in enumerate([3, 4]):
        model = domain_transfer.fit([(TWIN, 50)], GLOVE, seed)
        guess = model.predict(ONE.inputs[GLOVE][ONE.test_index])
        assert scores[s, 1, 0] == np.mean(guess == ONE.label[ONE.test_index])


def test_draws_are_nested_and_never_touch_the_test_set():
    few, more = (set(domain_transfer.draw_nested(ONE, n, seed=5)) for n in (20, 60))
    assert len(few) == 20
    assert few < more <= set(ONE.train_index)
    assert not more & set(ONE.test_index)
    assert few != set(domain_transfer.draw_nested(ONE, 20, seed=6))


def test_two_sources_are_trained_on_together():
    both = domain_transfer.fit([(ONE, 40), (TURNED, 40)], GLOVE, seed=0)
    alone = domain_transfer.fit([(ONE, 40)], GLOVE, seed=0)
    assert both.named_steps["standardscaler"].n_samples_seen_ == 80
    assert accuracy_score(ONE.test_label, domain_transfer.predict(alone, ONE, GLOVE)) > accuracy_score(
        ONE.test_label, domain_transfer.predict(both, ONE, GLOVE)
    )


def test_a_weight_is_worth_as_many_copies():
    # Scikit-learn's own classifier, on sentences that occur three times, against the weight of 3.
    weighed = domain_transfer.fit([(ONE, 20), (TURNED, 60)], GLOVE, seed=0, weights=[3, 1])
    own, foreign = (domain_transfer.draw_nested(d, n, 0) for d, n in ((ONE, 20), (TURNED, 60)))
    x = np.concatenate([ONE.inputs[GLOVE][own], TURNED.inputs[GLOVE][foreign]])
    y = np.concatenate([ONE.label[own], TURNED.label[foreign]])
    copies = np.repeat(np.arange(80), np.repeat([3, 1], [20, 60]))
    seen = StandardScaler().fit(x).transform(x)
    strength = domain_transfer.baselines.STRENGTH[GLOVE] * 80 / 120  # a mean weight of 1
    counts = np.bincount(y)
    theirs = LogisticRegression(C=strength, class_weight=dict(enumerate(80 / 2 / counts)), max_iter=1000)
    theirs.fit(seen[copies], y[copies])
    ours = weighed.named_steps["logisticregression"]
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=2e-3)


@pytest.mark.parametrize("weights", [[1], [1, 0], [1, -2]])
def test_weights_are_one_each_and_above_zero(weights):
    with pytest.raises(ValueError, match="one above 0 for each of the 2 sources"):
        domain_transfer.fit([(ONE, 20), (TURNED, 60)], GLOVE, 0, weights)


def test_more_labels_than_there_are_is_an_error():
    with pytest.raises(ValueError, match="n_labels is 1000, but one has 150"):
        domain_transfer.draw_nested(ONE, 1000, seed=0)


def test_a_part_of_a_domain_keeps_the_splits_apart(monkeypatch):
    from tlcourse.data.rated_sentences import RatedSentences

    rng = np.random.default_rng(0)
    index = rng.permutation(100)
    rating = rng.normal(size=100)
    ids = [str(i) for i in range(100)]
    sentences = RatedSentences(
        "movie", ids, [f"sentence {i}" for i in ids], rating, np.arange(100), index[:75], index[75:]
    )
    monkeypatch.setattr(
        domain_transfer.baselines, "inputs", lambda texts, *_: {GLOVE: np.arange(len(texts))[:, None]}
    )
    part = domain_transfer.prepare(sentences, None, n_train=30, n_test=10)
    assert (len(part.train_index), len(part.test_index), len(part.texts)) == (30, 10, 40)
    back = [int(text.split()[1]) for text in part.texts]
    assert {back[i] for i in part.train_index} <= set(index[:75])
    assert {back[i] for i in part.test_index} <= set(index[75:])
    np.testing.assert_array_equal(part.rating, rating[back])

    whole = domain_transfer.prepare(sentences, None)
    assert whole.texts == sentences.texts  # in the file's order, so that all lessons share one cache entry
    np.testing.assert_array_equal(whole.train_index, sentences.train_index)
    with pytest.raises(ValueError, match="training split has 75 sentences"):
        domain_transfer.prepare(sentences, None, n_train=76)
