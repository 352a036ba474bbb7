"""Trials: each way, number of labels and seed once, and records of what came out."""

import numpy as np
import pytest

from tlcourse import show
from tlcourse.data.solar_cells import SolarCells
from tlcourse.lessons.transfer_in_vision import quadrants, trials, vision_tables
from tlcourse.models.vision import efficientnet
from tlcourse.train.measuring import few_labels

LABEL = np.tile([0, 0, 1, 0, 1], 8)


def train(n, seed, model="fresh", rate=1):
    return few_labels.TestResult(np.full(4, rate), n + seed / 10, 2.0), model


def test_each_way_labels_and_seed_is_run_once_and_the_kept_model_is_used():
    ways, key = {"slow": {"rate": 3}, "plain": {}}, ("plain", 25, 1)
    found = trials.run(train, ways, [25, 100], range(2), "trials", {key: "kept"})
    assert set(found) == {(way, n, s) for way in ways for n in (25, 100) for s in range(2)}
    assert [key for key, (_, model) in found.items() if model == "kept"] == [key]
    assert found["slow", 25, 0][0].probability[0] == 3


def test_records_of_outcomes():
    outcome = few_labels.TestResult(np.zeros(3), 0.75, 4.0)
    assert [*trials.records({("whole", 25, 0): outcome})] == [
        {"way": "whole", "labels": 25, "seed": 0, "score": 0.75, "seconds": 4.0}
    ]
    (row,) = trials.records({((16, "own"), 25, 0): outcome}, ("batch", "statistics"))
    assert (row["batch"], row["statistics"]) == (16, "own")
    both = {("whole", 25, 0): outcome, ("from scratch", 25, 0): outcome}
    (cost,) = trials.costs(trials.records(both))
    assert cost == {"lowest": "stem", "accuracy": 0.75, "labels": 25, "seed": 0, "seconds": 4.0}


def test_both_kinds_of_split_side_by_side():
    splits = {by: {0: (np.arange(30), np.arange(30, 40))} for by in ("cell", "panel")}
    cells = trials.Cells(LABEL, np.full(40, "mono"), LABEL * 1.0, None, splits)
    runs = {
        (way, n, 0): few_labels.TestResult(np.zeros(10), 0.7, 1.0)
        for way in ("tuned", "other")
        for n in (25, 30)
    }
    new = {("tuned", 30, 0): few_labels.TestResult(np.zeros(10), 0.6, 1.0)}
    results = trials.by_split(runs, new, 30, cells)
    assert results.values("way") == ["always “fine”", "tuned"]
    assert results.where(way="always “fine”", split="by panel").mean == pytest.approx(1 - LABEL[30:40].mean())
    assert results.where(way="tuned", split="by cell").mean == 0.7
    assert results.where(way="tuned", split="by panel").mean == 0.6
    assert [row[""] for row in vision_tables.splits(results)] == ["always “fine”", "tuned", "gain"]


def test_prepare_keeps_the_same_cells_in_each_part():
    probability = np.tile([0, 1 / 3, 2 / 3, 1], 656)
    images = np.zeros((2624, 8, 8), dtype=np.uint8)
    images[:, 0, 0] = np.arange(2624) % 251
    kind = np.array(["mono"] * 1000 + ["poly"] * 1624)
    cells = SolarCells(images, probability, kind, [f"{i:04d}.png" for i in range(2624)])
    data = trials.prepare(cells, efficientnet.EfficientNet(), 8, [0, 1], at_most=200)
    assert len(data.label) == len(data.pixels.pixels()) == 200
    for splits in data.splits.values():
        for parts in splits.values():
            np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(200))
    kept = np.sort(np.random.default_rng(0).permutation(2624)[:200])
    np.testing.assert_array_equal(data.label, cells.label[kept])
    np.testing.assert_array_equal(data.pixels.pixels()[:, 0, 0], images[kept, 0, 0])


def test_quadrants_say_advice_and_luck():
    scores = {quadrants.HEAD: 0.7, quadrants.STAGE4: 0.6, quadrants.TUNED: 0.8}
    results = show.Records(
        {"labels": n, "source": source, "way": way, "seed": s, "score": score + 0.001 * s * len(way)}
        for n in (50, 500)
        for source in ("different source", "similar source")
        for way, score in scores.items()
        for s in range(3)
    )
    rows = quadrants.told(results)
    assert [row["advised"] for row in rows] == [
        quadrants.HEAD,
        quadrants.STAGE4,
        quadrants.TUNED,
        quadrants.TUNED,
    ]
    assert {row["best here"] for row in rows} == {quadrants.TUNED}
    assert rows[2]["the advice above the best other"].startswith("+9.")
    assert rows[0]["the advice above the best other"].startswith("−9.")

    told = quadrants.advice_in_words(results)
    assert f"It loses: *{quadrants.HEAD}* with 50 labels, similar source (9." in told
    assert f"points below *{quadrants.TUNED}*)" in told
    assert f"It wins: *{quadrants.TUNED}* with 500 labels, similar source (by 9." in told
    assert "Within luck" not in told

    better = show.Records(
        row | {"score": row["score"] + (0.05 + 0.001 * row["seed"]) * row["source"].startswith("similar")}
        for row in results
    )
    told = quadrants.sources_compared(better)
    assert "With 50 labels, the similar source is above the different one by 5.0 to 5.2 points" in told
    assert "; with 500 labels, the similar source is above" in told


def test_as_few_numbers_of_each_depth():
    """What tells the classes apart lies along one direction of the head, and in none of the stem."""
    rng = np.random.default_rng(0)
    label = rng.integers(0, 2, 300)
    turned = np.linalg.qr(rng.normal(size=(12, 12)))[0]
    head = np.c_[4.0 * label + rng.normal(size=300), rng.normal(size=(300, 11))] @ turned
    found = {"stem": rng.normal(size=(300, 4)), "head": head}
    splits = {seed: (np.arange(200), np.arange(200, 300)) for seed in (0, 1)}
    low, high = trials.as_few_numbers(found, label, splits, ["stem", "head"], n=2).by("depth").values()
    assert low.mean < 0.65
    assert high.mean > 0.9  # two of twelve are enough


def test_the_halves_of_the_quadrants_share_no_cell():
    cells = np.arange(40)
    train, test = quadrants.halves(cells, LABEL, 12, seed=0)
    assert len(train) == 12
    assert len(test) == 20
    assert not set(train) & set(test)
