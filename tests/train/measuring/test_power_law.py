"""A power law: scipy's straight line through logarithms, and an interval that holds what it should."""

import numpy as np
import pytest
from scipy import stats

from tlcourse.train.measuring import power_law


def test_the_line_is_scipys():
    rng = np.random.default_rng(0)
    sizes, losses = np.geomspace(1e5, 1e7, 5), rng.uniform(1, 2, 5)
    law = power_law.fit(sizes, losses)
    line = stats.linregress(np.log(sizes), np.log(losses))
    assert (law.alpha, law.intercept) == pytest.approx((-line.slope, line.intercept))
    assert law.at(1e8) == pytest.approx(np.exp(line.intercept + line.slope * np.log(1e8)))


def texts(sizes, noise, seed=0):
    """Bits and bytes of 80 texts under an exact law, whose texts differ in how hard they are."""
    rng = np.random.default_rng(seed)
    size, hard = rng.integers(300, 900, 80), np.exp(noise * rng.normal(size=80))
    return [np.column_stack([size * hard * (1e9 / n) ** 0.1, size]) for n in sizes]


def test_an_exact_law_is_found_and_its_interval_holds_the_truth():
    sizes = [1e5, 1e6, 1e7]
    said = power_law.predict(sizes, texts(sizes, 0.3), 1e8)
    assert said.law.alpha == pytest.approx(0.1)
    (truth,) = texts([1e8], 0.3)
    total = truth.sum(axis=0)
    assert said.value == pytest.approx(total[0] / total[1])
    assert said.holds(total[0] / total[1])
    assert not said.holds(2 * said.value)
    assert said.low < said.value < said.high
    assert said.alpha_low == pytest.approx(0.1)  # a text that is hard is hard for every size


def test_texts_that_are_alike_leave_no_doubt():
    sizes = [1e5, 1e6]
    said = power_law.predict(sizes, texts(sizes, 0.0), 1e7)
    assert said.high - said.low < 1e-9


@pytest.mark.parametrize(("sizes", "losses"), [([1e5], [1.0]), ([1e5, 1e5], [1, 2]), ([1e5, 1e6], [1, -2])])
def test_what_has_no_line_is_refused(sizes, losses):
    with pytest.raises(ValueError, match="two sizes at least"):
        power_law.fit(sizes, losses)
