"""Records as tables and curves: the figures are those of the records, and a mark is more than luck."""

import re

import numpy as np
import pytest

from tlcourse import show

SCORES = {"MiniLM": [0.70, 0.74, 0.72], "TF-IDF": [0.60, 0.62, 0.61], "GloVe": [0.69, 0.75, 0.73]}


def records(scores=SCORES, labels=100):
    """What was measured with so many labels: model → a score for each seed."""
    return show.Records(
        {"model": model, "task": "movie", "labels": labels, "seed": seed, "score": score}
        for model, of_seed in scores.items()
        for seed, score in enumerate(of_seed)
    )


def of(model):
    return records().where(model=model)


def page(shown):
    return shown()[-1][0]


def test_the_best_is_bold_only_outside_the_spread(shown):
    show.results(records().where(model=["MiniLM", "TF-IDF"]), caption="Movies")
    data = page(shown)
    assert re.findall("<b>(.*?)</b>", data["text/html"]) == ["72.0% ± 2.0%"]
    assert "72.0% ± 2.0%*" in data["text/plain"]
    assert "Movies. Mean ± standard deviation over 3 seeds. Bold: better" in data["text/plain"]
    show.results(records())  # GloVe's mean is higher by a third of a point
    assert "<b>" not in page(shown)["text/html"]
    assert "Bold" not in page(shown)["text/html"]


def test_lower_is_better_for_losses(shown):
    pair = records().where(model=["MiniLM", "TF-IDF"])
    show.results(pair, best="min", spec=".2f")
    assert re.findall("<b>(.*?)</b>", page(shown)["text/html"]) == ["0.61 ± 0.01"]
    show.results(pair, best=None)
    assert "<b>" not in page(shown)["text/html"]
    with pytest.raises(ValueError, match="best is 'most'"):
        show.results(pair, best="most")


def test_holes_further_columns_and_unequal_seeds(shown):
    some = records() + records({"MiniLM": [0.8, 0.82]}, labels=1000)
    show.results(some, also={"factor": lambda n: f"{n / 100:.0f} ×"})
    lines = page(shown)["text/plain"].splitlines()
    assert lines[1].split() == ["labels", *some.values("model"), "factor"]
    assert "72.0% ± 2.0% (n=3)" in lines[3]
    assert "81.0% ± 1.4% (n=2)" in lines[4]
    assert lines[4].count("–") == 2
    assert lines[4].endswith("10 ×")


def test_what_is_left_to_choose_is_no_cell():
    with pytest.raises(ValueError, match="differ in labels"):
        show.results(records() + records(labels=1000), rows="task")


def test_records_and_differences_are_cells(shown):
    against = show.difference(of("MiniLM"), of("TF-IDF"))
    show.table([{"model": "MiniLM", "score": of("MiniLM"), "gain": against}], formats={"score": ".1%"})
    line = page(shown)["text/plain"].splitlines()[-1]
    assert "72.0% ± 2.0% (n=3)" in line
    assert "+11.0 points (+10.0 to +12.0, n=3)" in line
    show.compare(
        [{"what": "a", "paper": 0.8, "source": "b", "ours": of("MiniLM"), "why": "c", "format": ".1%"}]
    )
    assert "72.0% ± 2.0% (n=3)" in page(shown)["text/plain"]


@pytest.fixture
def curves():
    rng = np.random.default_rng(0)
    rise, flat = np.array([0.6, 0.7, 0.8]), np.array([0.65, 0.65, 0.65])
    drawn = {"rising": rise + rng.normal(0, 0.01, (5, 3)), "flat": flat + rng.normal(0, 0.01, (5, 3))}
    return show.Records.of_curves([25, 100, 1000], drawn, seeds=range(5))


def test_a_learning_curve_says_what_it_shows(curves):
    alt = show.learning_curve(curves, "accuracy", baseline=("always “fine”", 0.53)).alt
    assert "25 to 1,000 labels" in alt
    assert re.search(r"rising rises from 6\d% to (79|8\d)%; flat goes from 6\d% to 6\d%\.", alt)
    assert "always “fine”: 53%." in alt


def test_one_number_of_labels_is_a_curve_too():
    assert "MiniLM from 72% to 72%" in show.learning_curve(records(), "accuracy", log=False).alt


def test_a_series_is_drawn_where_it_was_measured(curves):
    fewer = show.Records(
        row for row in curves if row["model"] != "flat" or (row["labels"] > 25 and row["seed"] < 2)
    )
    drawn = show.learning_curve(fewer, "accuracy")
    assert "25 to 1,000 labels" in drawn.alt
    assert re.search(r"flat goes from 6\d% to 6\d% \(over 100 to 1,000\)", drawn.alt)
    (axes,) = drawn.fig.axes
    places = {line.get_label(): line.get_xdata().tolist() for line in axes.lines}
    assert places["rising"] == [25, 100, 1000]
    assert places["flat"] == [100, 1000]
    assert "2 to 5 seeds" in axes.get_legend().get_title().get_text()


def test_a_hole_in_a_curve_is_named(curves):
    some = show.Records(
        [row for row in curves if (row["model"], row["labels"], row["seed"]) != ("flat", 100, 2)]
    )
    with pytest.raises(ValueError, match="'flat' was not measured at labels 100 with seed 2"):
        show.learning_curve(some, "accuracy")
