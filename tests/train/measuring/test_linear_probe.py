"""The linear probe, against scikit-learn put together by hand."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tlcourse.train.measuring import linear_probe


@pytest.fixture
def data():
    rng = np.random.default_rng(3)
    label = rng.integers(0, 2, 90)
    return rng.normal(size=(90, 40)) + 0.5 * label[:, None] * (np.arange(40) < 4), label


def by_hand(penalty):
    return make_pipeline(StandardScaler(), LogisticRegression(C=penalty, max_iter=500))


def test_the_penalty_is_the_one_that_cross_validation_likes_best(data):
    folds = StratifiedKFold(linear_probe.FOLDS)
    scores = {c: cross_val_score(by_hand(c), *data, cv=folds).mean() for c in linear_probe.PENALTIES}
    assert len(set(scores.values())) > 1, "the data do not tell the penalties apart"
    assert max(scores, key=scores.get) == linear_probe.fit(*data)[-1].C


@pytest.mark.parametrize("penalty", [0.01, 1.0])
def test_with_one_penalty_it_is_that_regression(data, penalty):
    ours, theirs = linear_probe.fit(*data, penalties=(penalty,)), by_hand(penalty).fit(*data)
    np.testing.assert_allclose(ours.predict_proba(data[0]), theirs.predict_proba(data[0]), atol=1e-6)


def test_features_in_other_units_are_the_same_features(data):
    x, label = data
    units = 10.0 ** np.arange(-3, 3)[np.arange(40) % 6]
    expected = linear_probe.fit(x, label).predict_proba(x)
    # the solver stops at a gradient of 1e-4
    np.testing.assert_allclose(
        linear_probe.fit(x * units + 7, label).predict_proba(x * units + 7), expected, atol=1e-3
    )


def test_too_little_to_learn_from_is_refused(data):
    x, _ = data
    with pytest.raises(ValueError, match="all labels are the same"):
        linear_probe.fit(x, np.ones(90, int))
    with pytest.raises(ValueError, match="a class has only 2 examples, and choosing the penalty needs 3"):
        linear_probe.fit(x, (np.arange(90) < 2).astype(int))
