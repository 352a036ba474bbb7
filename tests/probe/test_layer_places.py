"""Where in a model something is known: numpy's average, scipy's entropy, and a pipeline worked by hand."""

import numpy as np
import pytest
from scipy.stats import entropy

from tlcourse.probe import layer_places


def test_the_centre_of_gravity_is_the_mean_layer():
    shares = np.random.default_rng(0).dirichlet(np.ones(7))
    assert layer_places.centre_of_gravity(shares) == pytest.approx(np.average(np.arange(7), weights=shares))
    assert layer_places.centre_of_gravity([0.25] * 4) == 1.5


def test_concentration_is_scipys_relative_entropy():
    shares = np.random.default_rng(0).dirichlet(np.ones(7))
    assert layer_places.concentration(shares) == pytest.approx(entropy(shares, np.full(7, 1 / 7)))
    assert layer_places.concentration([0.5, 0.5]) == pytest.approx(0)
    assert layer_places.concentration([0, 0, 1]) == pytest.approx(np.log(3))


def test_the_expected_layer_is_the_mean_layer_by_what_each_adds():
    scores = [0.5, 0.7, 0.8, 0.8]
    np.testing.assert_allclose(layer_places.gains(scores), [0.2, 0.1, 0], atol=1e-12)
    assert layer_places.expected_layer(scores) == pytest.approx((1 * 0.2 + 2 * 0.1) / 0.3)


def test_what_says_nothing_is_refused():
    with pytest.raises(ValueError, match="no layer adds"):
        layer_places.expected_layer([0.5, 0.6, 0.5])
    with pytest.raises(ValueError, match="adding up to 1"):
        layer_places.centre_of_gravity([0.5, 0.6])
    with pytest.raises(ValueError, match="adding up to 1"):
        layer_places.concentration([[0.5, 0.5]])
