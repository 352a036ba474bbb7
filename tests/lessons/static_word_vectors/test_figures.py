"""The figures of lesson 03 show the numbers that they were given, and their labels keep apart."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from scipy.stats import pearsonr

from tlcourse.data.glove import Vectors
from tlcourse.lessons.static_word_vectors import figures, label_places
from tlcourse.lessons.static_word_vectors.factorisation import Panel
from tlcourse.probe.word_vectors import WordSpace


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.mark.parametrize("n_panels", [1, 3, 4])
def test_factorisation_has_a_panel_for_each_with_its_correlation(n_panels):
    rng = np.random.default_rng(0)
    panels = []
    for i in range(n_panels):
        x = rng.normal(size=200)
        panels.append(
            Panel(f"model {i}", f"counts {i}", x, f"trained {i}", x + (i + 1) * rng.normal(size=200))
        )
    drawn = figures.factorisation(panels)
    shown = [ax for ax in drawn.fig.axes if ax.axison]
    assert len(shown) == n_panels
    for ax, panel in zip(shown, panels, strict=True):
        r = pearsonr(panel.x, panel.y).statistic
        assert ax.get_title() == f"{panel.title}: r = {r:.2f}"
        assert f"{panel.title} r = {r:.2f}" in drawn.alt
        assert (ax.get_xlabel(), ax.get_ylabel()) == (panel.counted, panel.trained)


def test_the_window_says_which_words_are_predicted():
    drawn = figures.window(["a", "b", "c", "d", "e"], center=2, reach=1, noise=["x"])
    assert "from 'c' to b, d" in drawn.alt


def covering(boxes: list[tuple[float, float, float, float]]) -> int:
    """How many pairs of boxes (left, low, right, high) overlap."""
    return sum(
        a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
        for n, a in enumerate(boxes)
        for b in boxes[:n]
    )


@pytest.mark.parametrize("seed", range(5))
def test_no_label_covers_another(seed):
    rng = np.random.default_rng(seed)
    points, widths = rng.uniform((0, 0), (860, 200), size=(25, 2)), rng.uniform(30, 90, size=25)
    places = label_places.beside(points, widths, 17, 860)
    boxes = [
        label_places._box(*given, 17, place) for *given, place in zip(points, widths, places, strict=True)
    ]
    assert covering(boxes) == 0
    assert all(left >= 0 and right <= 860 for left, _, right, _ in boxes)


def test_the_labels_of_crowded_pairs_keep_apart():
    words = ["france", "paris", "italy", "rome", "spain", "madrid", "portugal", "lisbon"]
    rng = np.random.default_rng(0)
    matrix = np.tile(rng.normal(size=(2, 6)), (4, 1)) + rng.normal(scale=0.02, size=(8, 6))
    pairs = list(zip(words[::2], words[1::2], strict=True))
    drawn = figures.relation(WordSpace(Vectors(words, matrix)), pairs, "countries", "capitals")
    drawn.fig.draw_without_rendering()
    labels = [t for t in drawn.fig.axes[0].texts if t.get_text()]
    assert sorted(t.get_text() for t in labels) == sorted(words)
    drawn_on = FigureCanvasAgg(drawn.fig).get_renderer()
    boxes = [plt.Text.get_window_extent(t, drawn_on).extents for t in labels]
    assert covering([tuple(box) for box in boxes]) == 0
