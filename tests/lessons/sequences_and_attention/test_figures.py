"""The lesson's figures draw the numbers that they get, and their alt texts say them."""

import numpy as np

from tlcourse.lessons.sequences_and_attention import figures
from tlcourse.show.records import Records


def test_the_sketch_of_the_idea_is_drawn():
    assert len(figures.bottleneck().fig.axes) == 2


def test_errors_by_length_are_the_means_of_the_seeds():
    errors = Records(
        {"model": model, "seed": seed, "rate": rate, "letters": n, "score": (n + seed) / 100}
        for model in ("a", "b")
        for seed in (0, 2)
        for rate in ("PER", "WER")
        for n in (3, 6, 13)
    )
    shown = figures.errors_by_length(errors, ["b", "a"])
    left, right = shown.fig.axes
    assert [line.get_label() for line in left.lines] == ["b", "a"]
    for ax in (left, right):
        np.testing.assert_allclose(ax.lines[0].get_xydata(), [[3, 0.04], [6, 0.07], [13, 0.14]])
    assert "b 4% at 3, 7% at 6, 14% at 13" in shown.alt


def test_the_softmax_by_size_is_drawn_on_its_side():
    shown = figures.softmax_by_size([8, 512], [(0.5, 0.3), (0.9, 0.1)], [(0.2, 0.31), (0.25, 0.32)])
    left, right = shown.fig.axes
    np.testing.assert_allclose(left.lines[0].get_ydata(), [0.5, 0.9])
    np.testing.assert_allclose(right.lines[1].get_ydata(), [0.31, 0.32])
    assert "from 0.50 at D = 8 to 0.90 at 512 without division, from 0.20 at D = 8 to 0.25" in shown.alt
