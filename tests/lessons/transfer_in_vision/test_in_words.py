"""The lesson's sentences say what was measured, whichever way it came out."""

import numpy as np
import pytest

from tlcourse import show
from tlcourse.lessons.transfer_in_vision import in_words, in_words_of_traps, published, vision_tables
from tlcourse.train.measuring import few_labels

SEEDS = range(3)


def records(fields, means, **fixed):
    """Three seeds for each key of `means`, which differ nearly alike, so that differences are clear."""
    named = (fields,) if isinstance(fields, str) else fields
    return show.Records(
        dict(zip(named, key if isinstance(key, tuple) else (key,), strict=True))
        | fixed
        | {"seed": seed, "score": mean + (0.01 + 0.0001 * len(str(key))) * seed}
        for key, mean in means.items()
        for seed in SEEDS
    )


@pytest.mark.parametrize(
    ("stem", "head", "words"),
    [
        (0.6, 0.8, "the best depth is **head** (81.0%). Head is far above stem by 20.0 points"),
        (0.8, 0.6, "the best depth is **stem** (81.0%): here it does not pay to go up."),
    ],
)
def test_depths(stem, head, words):
    text = in_words.depths(records("depth", {"stem": stem, "head": head, "names": 0.99}, labels=500))
    assert "With all 500 labels" in text
    assert words in text


def test_a_middle_depth_that_is_best_does_not_hide_the_head():
    text = in_words.depths(records("depth", {"stem": 0.6, "stage4": 0.8, "head": 0.7}, labels=500))
    assert "The last depth, head, has 71.0%" in text


@pytest.mark.parametrize(
    ("names", "words"),
    [(0.8, "still say a lot about a cell: 11.1 points more"), (0.5, "say less about a cell than always")],
)
def test_names(names, words):
    probed = records("depth", {"head": 0.82, "names": names}, labels=500)
    assert words in in_words.names_of_imagenet(probed, 0.7)


@pytest.mark.parametrize(
    ("top", "words"),
    [
        (0.82, "is better, and not only more"),
        (0.70, "here it wins by their number"),
        (0.751, "these splits cannot tell"),
    ],
)
def test_as_few_numbers(top, words):
    few = records("depth", {"stem": 0.75, "head": top})
    noisy = show.Records(
        {**row, "score": row["score"] + 0.01 * (row["seed"] - 1) * (row["depth"] == "head")} for row in few
    )
    probed = records("depth", {"stem": 0.76, "head": 0.95}, labels=500)
    text = in_words.as_few_numbers(noisy, probed, n=16)
    assert words in text
    assert "With all its features the head has" in text
    assert text.endswith("%: their number helps, too.")


def test_neighbours_in_the_plane():
    apart = np.array([[0.0, i] for i in range(20)] + [[1000.0, i] for i in range(20)])
    text = in_words.plane({"head": apart}, np.repeat([0, 1], 20), np.array(["mono", "poly"] * 20))
    assert "of those of a defective cell, 100% at head are defective too (by chance: 50%)" in text


@pytest.mark.parametrize(
    ("slow", "seconds", "words"),
    [
        (0.7, 5, ("Cheaper, yes: 5.0 s in place of 10.0", "Better? No, worse")),
        (0.9, 5, ("Cheaper, yes", "Better, too")),
        (0.7, 15, ("Not even cheaper here: 15.0 s and 10.0", "Better? No, worse")),
    ],
)
def test_gradually(slow, seconds, words):
    results = records("way", {"gradually": slow}, labels=500, seconds=seconds)
    results += records("way", {"stage 6 and up": 0.8}, labels=500, seconds=10)
    text = in_words.gradually(results)
    assert all(word in text for word in words)


def test_gradually_within_luck():
    results = records("way", {"stage 6 and up": 0.8}, labels=500, seconds=10)
    results += show.Records(
        {"way": "gradually", "labels": 500, "seconds": 5, "seed": s, "score": 0.8 + (-0.05, 0.05, 0.02)[s]}
        for s in SEEDS
    )
    assert "Better? Not that these seeds could show it" in in_words.gradually(results)


@pytest.mark.parametrize(
    ("won", "words"), [(0.9, "in points: +10.0 with 100 labels"), (0.6, "in points: −20.0 with 100 labels")]
)
def test_from_pixels(won, words):
    means = {"whole": won, "stage 6 and up": 0.8, "from scratch": 0.7}
    results = show.Records(
        {"way": way, "labels": 100, "seed": 0, "score": mean} for way, mean in means.items()
    )
    outcomes = {("from scratch", 100, 0): few_labels.TestResult(np.full(10, 0.2), 0.7, 1.0)}
    text = in_words.from_pixels(results, outcomes, 0.7)
    assert words in text
    assert "With 100 labels it calls every cell fine." in text
    assert "One test cell makes 10.00" in text
    varied = {("from scratch", 100, 0): few_labels.TestResult(np.linspace(0, 1, 10), 0.7, 1.0)}
    assert "every cell" not in in_words.from_pixels(results, varied, 0.7)


@pytest.mark.parametrize(("panel", "sober"), [(0.7, True), (0.82, False)])
def test_new_panels(panel, sober):
    means = {
        (way, f"by {by}"): (0.8 if way == "always “fine”" else mean) + gain
        for by, mean in (("cell", 0.8), ("panel", panel))
        for way, gain in (("always “fine”", -0.2), ("classifier only", 0), ("stage 6 and up", 0.03))
    }
    text = in_words.new_panels(records(("way", "split"), means))
    assert text.startswith("Sobering") == sober
    change = f"{100 * (panel - 0.8):+.1f}".replace("-", "−")
    assert f"by {change} points (classifier only) and {change} points (stage 6 and up)" in text
    assert f"classifier only from 20.0 to {100 * panel - 60:.1f}, stage 6 and up from 23.0" in text
    assert "On new panels, fine-tuning is above the classifier alone by 3.0 points" in text


def test_from_poly():
    label = np.array([0, 0, 0, 1])
    told = in_words.from_poly(np.array([0.8, 0.7, 0.6, 0.75]), label, 10)
    assert "*threshold* is no use here" in told
    assert "the higher probability in 67% of all pairs" in told
    text = in_words.from_poly(label.astype(float), label, 10)
    assert "So it is a head start" in text
    assert "**100.0%** of the mono" in text


def test_batch_norms_and_rates_say_which_is_better():
    means = {
        (16, "ImageNet's"): 0.8,
        (16, "the batch's"): 0.65,
        (4, "ImageNet's"): 0.6,
        (4, "the batch's"): 0.7,
    }
    text = in_words_of_traps.batch_norms(records(("batch", "statistics"), means))
    assert (
        "In batches of 16, training with the batch's statistics is far below training with ImageNet's" in text
    )
    assert "In batches of 4, training with the batch's statistics is far above" in text
    rates = show.Records(
        {"rate": 3e-3, "layers": layers, "seed": s, "score": score + step * s}
        for layers, score, step in (("the same for all", 0.7, 0), ("2.6 times less a layer", 0.8, 0.001))
        for s in SEEDS
    )
    text = in_words_of_traps.rates(rates, 0.7)
    assert "a rate for each layer is far above one rate for all" in text
    assert "left with always “fine”" in text
    assert "left with" not in in_words_of_traps.rates(rates, 0.6)


@pytest.mark.parametrize(
    ("wrong", "words"), [(0.79, "of the size that another draw"), (0.5, "the largest loss is 30.0 points")]
)
def test_normalisations(wrong, words):
    assert words in in_words_of_traps.normalisations(records("way", {"right": 0.8, "wrong": wrong}))


def test_occlusion_says_where_and_how_much():
    evidence = {"frozen": np.zeros((2, 20, 20)), "fine-tuned": np.zeros((2, 20, 20))}
    evidence["frozen"][:, 0] = -0.2
    evidence["fine-tuned"][0, 8:12, 8:12] = 0.6
    said = {"frozen": np.array([0.2, 0.2]), "fine-tuned": np.array([0.9, 0.95])}
    text = in_words_of_traps.occlusion(evidence, said)
    assert "for the frozen network a rise of 20 points, and 100% of all its changes lie on the rim" in text
    assert "for the fine-tuned network a fall of 60 points, and 0% of all its changes" in text
    assert "On cell 2 (from the left) nothing lights up" in text
    said["fine-tuned"][1] = 0.3
    assert "nothing lights up" not in in_words_of_traps.occlusion(evidence, said)


def test_what_frozen_layers_cost_is_compared_on_the_same_split():
    results = records("way", {"classifier only": 0.7, "stage 6 and up": 0.8}, labels=500)
    results += records("way", {"classifier only": 0.6, "stage 6 and up": 0.7}, labels=100)
    results += show.Records(
        {"way": "whole", "labels": n, "seed": 2, "score": s} for n, s in ((500, 0.81), (100, 0.5))
    )
    *_, (_, _, source, ours, _) = published.comparison(results, 128, 200)
    few, many = (results.where(way="stage 6 and up", seed=2, labels=n).mean for n in (100, 500))
    assert few - 0.5 > many - 0.81
    told = (
        f"{100 * (many - 0.81):+.1f} to {100 * (few - 0.5):+.1f} points, by the number of labels; one split"
    )
    assert ours == told.replace("-", "−")
    assert "section" in source


def test_the_table_of_answers_does_not_round_to_nothing():
    rows = vision_tables.first_answers(
        {"alone": [{"cucumber": 0.004}], "right": [{"palace": 0.32}]}, ["it is a"]
    )
    assert [row["it is a"] for row in rows] == ["cucumber, 0.40%", "palace, 32%"]


def test_what_buys_more():
    seconds = {"classifier only": 0.1, "stage 6 and up": 9.0}
    results = show.Records(
        {"way": way, "labels": n, "seed": s, "score": score + 0.01 * (way in seconds) * (s - 1), "seconds": t}
        for (way, t), extra in zip(seconds.items(), (0, 0.02), strict=True)
        for n, score in ((25, 0.7 + extra), (100, 0.75 + extra))
        for s in SEEDS
    )
    text = in_words.what_buys(results)
    assert "in points: +5.0 from 25 to 100" in text
    assert "brings +2.0 to +2.0, for 9.0 to 9.0 s" in text
