"""The figures of lesson 03 show the numbers that they were given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy.stats import pearsonr

from tlcourse.lessons.static_word_vectors import figures


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.mark.parametrize("n_panels", [1, 3, 4])
def test_factorisation_has_a_panel_for_each_with_its_correlation(n_panels):
    rng = np.random.default_rng(0)
    panels = {}
    for i in range(n_panels):
        x = rng.normal(size=200)
        panels[f"model {i}"] = (f"counts {i}", x, f"trained {i}", x + (i + 1) * rng.normal(size=200))
    fig = figures.factorisation(panels)
    shown = [ax for ax in fig.axes if ax.axison]
    assert len(shown) == n_panels
    for ax, (name, (counted, x, trained, y)) in zip(shown, panels.items(), strict=True):
        assert ax.get_title() == f"{name}: r = {pearsonr(x, y).statistic:.2f}"
        assert (ax.get_xlabel(), ax.get_ylabel()) == (counted, trained)
