"""The figures of lesson 02: each comes with an alt text that says what was measured."""

import numpy as np
import pytest

from tlcourse import show
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
    show.figure(vision_results.cells(CELLS, list("abcd"), 3, "Four cells, one below the other three."))
    assert alt(shown) == "Four cells, one below the other three."


@pytest.mark.parametrize("seeds", [1, 3])
def test_depth_curves_say_bottom_and_best(shown, seeds):
    scores = {100: np.tile([0.7, 0.85, 0.8], (seeds, 1)), 25: np.tile([0.6, 0.65, 0.7], (seeds, 1))}
    show.figure(vision_results.depth_curves(["low", "middle", "high"], scores, 0.69))
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
    titles = {name: ["a", "b", "c", "d"] for name in evidence}
    show.figure(
        vision_results.looked_at(CELLS, evidence, titles, "Four cells and where two networks looked.")
    )
    assert alt(shown) == "Four cells and where two networks looked."


def test_quadrants_say_each_mean(shown):
    keys = [(f"{much} data", f"{source} source") for much in ("little", "much") for source in ("near", "far")]
    scores = {key: {"linear": [0.7, 0.72], "tuned": [0.8, 0.82]} for key in keys}
    show.figure(vision_results.quadrants(scores, dict.fromkeys(keys, "linear")))
    text = alt(shown)
    assert text.count("linear 71.0%, tuned 81.0%") == 4
    assert "much data, far source" in text
