"""The figures of lesson 02: each comes with an alt text that says what was measured."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from tlcourse import show
from tlcourse.data.solar_cells import SolarCells
from tlcourse.lessons.transfer_in_vision import results as vision_results
from tlcourse.lessons.transfer_in_vision import sketches as vision_sketches

RNG = np.random.default_rng(0)
CELLS = RNG.integers(0, 256, (4, 30, 30), dtype=np.uint8)


def alt(shown):
    ((data, metadata),) = shown()
    assert "image/png" in data
    return metadata["image/png"]["alt"]


def test_ilsvrc_says_each_year(shown):
    show.figure(vision_sketches.ilsvrc())
    text = alt(shown)
    for year, error in vision_sketches.ILSVRC.items():
        assert f"{year} {error}" in text


def test_the_ways_to_transfer(shown):
    show.figure(vision_sketches.two_ways(["stem", "stage6", "head", "classifier"]))
    assert "only the classifier learns" in alt(shown)


def test_photographs(shown):
    show.figure(
        vision_results.photographs([CELLS[0], CELLS[1]], [{"palace": 0.9, "dome": 0.05}, {"daisy": 0.8}])
    )
    assert "palace 90%, dome 5%; daisy 80%" in alt(shown)


def test_cells(shown):
    cells = SolarCells(
        RNG.integers(0, 256, (16, 30, 30), dtype=np.uint8),
        np.tile([0, 1 / 3, 2 / 3, 1], 4),
        np.repeat(["mono", "poly"], 8),
        [f"{i}.png" for i in range(16)],
    )
    drawn = vision_results.examples(cells, RNG)
    titles = [ax.get_title() for ax in drawn.fig.axes]
    assert titles[:4] == ["mono: fine", "mono: fine?", "mono: defective?", "mono: defective"]
    show.figure(drawn)
    assert "four of one crystal and four of many" in alt(shown)


@pytest.mark.parametrize("seeds", [1, 3])
def test_depth_curves_say_bottom_and_best(shown, seeds):
    means = {100: (0.7, 0.85, 0.8), 25: (0.6, 0.65, 0.7)}
    probed = show.Records(
        {"depth": depth, "labels": n, "seed": seed, "score": score}
        for n, scores in means.items()
        for depth, score in zip(["low", "middle", "high"], scores, strict=True)
        for seed in range(seeds)
    )
    drawn = vision_results.depth_curves(probed, 0.69)
    assert [ax.get_title(loc="left") or ax.get_title() for ax in drawn.fig.axes] == [
        "100 labels",
        "25 labels",
    ]
    show.figure(drawn)
    text = alt(shown)
    assert "with 100 labels 70% at the bottom, best 85% at middle" in text
    assert "with 25 labels 60% at the bottom, best 70% at high" in text
    assert "“fine” gives 69%" in text


def test_feature_plane(shown):
    points = {depth: RNG.normal(size=(8, 2)) for depth in ("stem", "head")}
    show.figure(vision_results.feature_plane(points, np.arange(8) % 2, np.array(["mono", "poly"] * 4)))
    assert "at stem, head" in alt(shown)


@pytest.mark.parametrize("largest", [0.0, 0.7])
def test_looked_at(shown, largest):
    evidence = {"frozen": np.zeros((4, 30, 30)), "tuned": np.full((4, 30, 30), largest)}
    said = {"frozen": [0.1, 0.2, 0.3, 0.4], "tuned": [0.9, 0.8, 0.7, 0.6]}
    show.figure(vision_results.looked_at(CELLS, evidence, said))
    assert "10% and 90%, 20% and 80%, 30% and 70%, 40% and 60%" in alt(shown)


def test_where_nothing_changes_the_cell_shows_through():
    evidence = {"frozen": np.zeros((1, 30, 30)), "tuned": np.zeros((1, 30, 30))}
    evidence["tuned"][0, 4:9, 4:9] = -0.5
    drawn = vision_results.looked_at(CELLS[:1], evidence, {"frozen": [0.1], "tuned": [0.9]})
    heat = drawn.fig.axes[2].images[1].get_array()
    np.testing.assert_array_equal(heat[..., 3] > 0, evidence["tuned"][0] != 0)
    plt.close(drawn.fig)


def test_quadrants_say_each_mean(shown):
    results = show.Records(
        {"labels": n, "source": f"{source} source", "way": way, "seed": seed, "score": score + 0.02 * seed}
        for n in (50, 500)
        for source in ("similar", "different")
        for way, score in (("linear", 0.7), ("tuned", 0.8))
        for seed in (0, 1)
    )
    advice = dict.fromkeys(results.by("labels", "source"), "linear")
    drawn = vision_results.quadrants(results, advice)
    assert all(round(100 * tick, 6).is_integer() for tick in drawn.fig.axes[-1].get_xticks()), "as it is told"
    show.figure(drawn)
    text = alt(shown)
    assert text.count("linear 71.0%, tuned 81.0%") == 4
    assert "500 labels, different source" in text
