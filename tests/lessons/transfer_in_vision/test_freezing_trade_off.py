"""The widget of freezing depth and labels: what it says is what was measured."""

import re

import numpy as np
import pytest

from tlcourse.lessons.transfer_in_vision import freezing_trade_off

LAYERS = ["stem", "stage1", "head", "classifier"]


@pytest.fixture
def results():
    rng = np.random.default_rng(0)
    rows = [
        {
            "lowest": lowest,
            "labels": n,
            "seed": s,
            "accuracy": rng.uniform(0.7, 0.9),
            "seconds": rng.uniform(1, 9),
        }
        for lowest in ("classifier", "head")
        for n in (25, 500)
        for s in range(3)
    ]
    rows.append({"lowest": "stem", "labels": 500, "seed": 0, "accuracy": 0.905, "seconds": 60.0})
    return rows


@pytest.fixture
def costs(results):
    return freezing_trade_off.freezing_costs(results, LAYERS, baseline=0.69)


def test_it_begins_with_the_cheapest_and_says_its_mean_and_spread(costs, results):
    assert costs.widget
    chosen = [row for row in results if row["lowest"] == "classifier" and row["labels"] == 500]
    accuracies = [row["accuracy"] for row in chosen]
    accuracy, spread = np.mean(accuracies), np.std(accuracies, ddof=1)
    assert f"accuracy {accuracy:.1%} ± {spread:.1%} (n=3)" in costs.words.value
    seconds = np.mean([row["seconds"] for row in chosen])
    assert f"{seconds:.1f} s of training" in costs.words.value
    assert "Only the classifier learns." in costs.words.value


def test_moving_a_slider_changes_picture_and_words(costs):
    assert costs.widget
    seen = {(costs.picture.value, costs.words.value)}
    for depth in ("head", "stem"):
        costs.controls["lowest"].value = depth
        seen.add((costs.picture.value, costs.words.value))
    assert costs.errors == []
    assert len(seen) == 3
    assert "The whole network learns." in costs.words.value
    assert "90.5% (one seed), 60.0 s" in costs.words.value


def test_what_was_not_tried_is_said(costs):
    assert costs.widget
    costs.controls["lowest"].value, costs.controls["labels"].value = "stem", 25
    assert "stem with 25 labels was not tried here" in costs.words.value
    assert costs.errors == []


def test_the_static_twin_says_the_best_and_draws_a_line_for_each_number_of_labels(costs):
    fig = costs.static()
    (ax,) = fig.axes
    assert {text.get_text() for text in ax.get_legend().get_texts()} == {
        *("25 labels", "500 labels"),
        *("lowest: classifier", "lowest: head"),  # each mark, not that of one line alone
        "lowest: stem, one split",
    }
    lines = [line for line in ax.lines if len(line.get_xdata()) == 2 and line.get_linestyle() != "None"]
    assert all(0.905 not in line.get_ydata() for line in lines), "one split is no point of a mean's line"
    assert "accuracy 90.5% (one seed)" in costs.alt
    import matplotlib.pyplot as plt

    plt.close(fig)


def test_bad_results_are_refused(results):
    with pytest.raises(ValueError, match="'seconds' is missing"):
        freezing_trade_off.freezing_costs(
            [{k: v for k, v in row.items() if k != "seconds"} for row in results], LAYERS, 0.7
        )
    with pytest.raises(ValueError, match="there are no rows"):
        freezing_trade_off.freezing_costs(results[:0], LAYERS, 0.7)
    with pytest.raises(ValueError, match=re.escape("results name the layer 'head', the network has stem")):
        freezing_trade_off.freezing_costs(results, ["stem", "classifier"], 0.7)
