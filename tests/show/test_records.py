"""Records: what they hold, what is chosen of them, and what may be said of two of them."""

import json
import random
import statistics

import numpy as np
import pytest

from tlcourse import show
from tlcourse.show.differences import Difference

SCORES = {"MiniLM": [0.70, 0.74, 0.72], "TF-IDF": [0.60, 0.62, 0.61], "GloVe": [0.69, 0.75, 0.73]}


def records(scores=SCORES, labels=100):
    rows = [
        {"model": model, "task": "movie", "labels": labels, "seed": seed, "score": score}
        for model, of_seed in scores.items()
        for seed, score in enumerate(of_seed)
    ]
    random.Random(0).shuffle(rows)  # seeds are matched by name, never by place
    return show.Records(rows)


def of(model):
    return records().where(model=model)


@pytest.mark.parametrize("model", SCORES)
def test_mean_and_spread_are_those_of_the_statistics_module(model):
    found = of(model)
    assert found.scores.tolist() == SCORES[model]
    assert found.mean == pytest.approx(statistics.mean(SCORES[model]))
    assert found.spread == pytest.approx(statistics.stdev(SCORES[model]))


def test_one_seed_has_no_spread():
    assert of("MiniLM").where(seed=1).spread == 0


def test_what_is_chosen():
    all_of_them = records() + records(labels=1000)
    assert len(all_of_them.where(labels=1000)) == 9
    assert all_of_them.where(model=["GloVe", "MiniLM"], labels=range(500)).values("labels") == [100]
    assert set(all_of_them.by("model", "labels")) == {(m, n) for m in SCORES for n in (100, 1000)}
    assert all_of_them[:2].values("task") == ["movie"]
    assert "2 × labels" in repr(all_of_them)


def test_nothing_left_says_what_there_is():
    with pytest.raises(
        ValueError, match=r"nothing was measured with model 'BERT'; there are model: .*TF-IDF"
    ):
        records().where(model="BERT")
    with pytest.raises(KeyError, match="'layer'"):
        records().values("layer")


def test_two_scores_for_a_seed_are_not_averaged_in_silence():
    both = of("MiniLM") + of("GloVe")
    with pytest.raises(ValueError, match="differ in model: choose with where"):
        both.scores  # noqa: B018
    expected = [statistics.mean(pair) for pair in zip(SCORES["MiniLM"], SCORES["GloVe"], strict=True)]
    assert both.mean_over("model").scores == pytest.approx(expected)


def test_a_mean_is_over_the_same_for_each_seed():
    rows = [{"target": t, "seed": s, "score": t + s} for s in (0, 1) for t in (1, 2)]
    shuffled = [*rows[:3], dict(reversed(rows[3].items()))]  # the order of the fields says nothing
    assert show.Records(shuffled).mean_over("target").of_seed == {0: 1.5, 1: 2.5}
    with pytest.raises(ValueError, match="target 2 was not measured with every seed"):
        show.Records(rows[:3]).mean_over("target")


@pytest.mark.parametrize("row", [{"model": "x"}, {"score": "high"}, {"score": [0.1, 0.2]}, {"score": None}])
def test_a_record_has_one_score(row):
    with pytest.raises(ValueError, match="'score', one number"):
        show.Records([row])


def test_curves_there_and_back():
    curves = {"A": np.array([[0.1, 0.2], [0.3, 0.4]]), "B": np.array([[0.5, 0.6], [0.7, 0.8]])}
    places, found = show.Records.of_curves([25, 50], curves, seeds=[3, 4], task="movie").curves()
    assert places == [25, 50]
    for name, rows in curves.items():
        np.testing.assert_array_equal(found[name], rows)


def test_a_results_file(tmp_path):
    file = tmp_path / "layers.json"
    facts = {"command": "python x.py", "machine": "an abacus", "seeds": [0, 1, 2], "records": [*records()]}
    file.write_text(json.dumps(facts))
    found = show.Records.load(file)
    assert [*found] == [*records()]
    assert found.where(model="GloVe").about["machine"] == "an abacus"
    with pytest.raises(FileNotFoundError, match="that folder has layers"):
        show.Records.load(tmp_path / "heads.json")
    del facts["machine"]
    file.write_text(json.dumps(facts))
    with pytest.raises(ValueError, match="lacks 'machine'"):
        show.Records.load(file)
    file.write_text("{")
    with pytest.raises(ValueError, match="is not JSON"):
        show.Records.load(file)


# Student's t for 95% and 2 degrees of freedom, from a printed table.
T_2 = 4.303


@pytest.mark.parametrize("pair", [("MiniLM", "TF-IDF"), ("TF-IDF", "MiniLM"), ("MiniLM", "GloVe")])
def test_the_interval_is_students(pair):
    found = show.difference(*map(of, pair))
    gaps = [a - b for a, b in zip(*(SCORES[name] for name in pair), strict=True)]
    half = T_2 * statistics.stdev(gaps) / 3**0.5
    assert found.low == pytest.approx(statistics.mean(gaps) - half, abs=1e-5)
    assert found.high == pytest.approx(statistics.mean(gaps) + half, abs=1e-5)
    assert found.verdict == {"TF-IDF": {"MiniLM": "above"}, "MiniLM": {"TF-IDF": "below"}}.get(
        pair[1], {}
    ).get(pair[0], "luck")


def test_sentences():
    far = show.difference(of("MiniLM"), of("TF-IDF"))
    assert far.sentence == "MiniLM is far above TF-IDF by 10.0 to 12.0 points in each of 3 seeds"
    assert show.difference(of("TF-IDF"), of("MiniLM")).sentence.startswith("TF-IDF is far below MiniLM by 10")
    near = show.difference(of("MiniLM"), of("GloVe"))
    assert near.sentence == (
        "MiniLM and GloVe are within luck of each other: −1.0 to +1.0 points over 3 seeds"
    )
    agree = show.difference([0.5, 0.6, 0.7], [0.49, 0.55, 0.60])
    assert agree.sentence == (
        "the first is above the second by 1.0 to 10.0 points in each of 3 seeds, but so few seeds may agree "
        "by luck"
    )


def test_what_is_the_same_for_every_seed_was_measured_once():
    alike = show.difference([0.7, 0.7, 0.7], [0.6, 0.6, 0.6], names=("A", "B"))
    assert alike.verdict == "once"
    assert alike.sentence == "A is above B by 10.0 points, measured once: there is no spread to judge it by"
    assert show.difference([0.7], [0.6]).verdict == "once"


def test_labels_are_named_where_they_are_what_differs():
    found = show.difference(of("GloVe"), records(labels=1000).where(model="GloVe"))
    assert (found.first, found.second) == ("100 labels", "1,000 labels")


def test_other_seeds_are_compared_as_two_groups():
    others = show.Records([{**row, "seed": row["seed"] + 10} for row in of("TF-IDF")])
    found = show.difference(of("MiniLM"), others)
    assert not found.paired
    assert found.verdict == "above"
    assert found.sentence == "MiniLM is far above TF-IDF by 11.0 points on average"


def test_seeds_of_only_one_side_do_not_count():
    found = show.difference(of("MiniLM"), of("TF-IDF").where(seed=[0, 1]))
    assert found.of_seed == pytest.approx([0.10, 0.12])


def test_words_follow_the_verdict():
    said = {"above": "leads", "below": "trails", "luck": "cannot be told apart"}
    assert show.difference(of("MiniLM"), of("TF-IDF")).says(**said) == "leads"
    assert show.difference(of("MiniLM"), of("GloVe")).says(**said) == "cannot be told apart"
    assert show.difference([0.7], [0.6]).says(**said, once="was run once") == "was run once"
    assert show.difference([0.7], [0.6]).says(**said) == "cannot be told apart"


@pytest.mark.parametrize(
    ("low", "high", "level"), [(-0.004, 0.006, True), (-0.02, 0.02, False), (0.002, 0.006, True)]
)
def test_level_is_more_than_not_told_apart(low, high, level):
    assert Difference("A", "B", np.array([0.0]), low, high).level() == level


def test_losses_are_not_told_in_points():
    found = show.difference([3.1, 3.2, 3.3], [2.0, 2.2, 2.1], share=False)
    assert "by 1 to 1.2 in each" in found.sentence
    assert str(found) == "+1.1 (+1 to +1.2, n=3)"


def test_by_luck_alone_one_comparison_in_twenty_is_called_outside():
    rng = np.random.default_rng(0)
    for n in (3, 5, 10):
        found = [show.difference(*rng.normal(size=(2, n))).verdict for _ in range(2000)]
        assert 1 - found.count("luck") / len(found) == pytest.approx(0.05, abs=0.015)


def test_unequal_lists():
    with pytest.raises(ValueError, match="equally many"):
        show.difference([0.1, 0.2], [0.1])


def test_a_mean_over_a_field_does_not_depend_on_the_order_in_which_fields_were_written():
    rows = [
        {"model": "a", "word": "x", "seed": 0, "score": 1},
        {"seed": 0, "word": "y", "model": "a", "score": 3},
    ]
    (row,) = show.Records(rows).mean_over("word")
    assert row == {"model": "a", "seed": 0, "score": 2}


def test_the_same_difference_in_each_seed_is_not_one_measurement():
    """Three splits of the vision lesson all gained 13 cells of 654."""
    gain = show.difference([0.80, 0.85, 0.83], [0.78, 0.83, 0.81], names=("tuned", "probe"))
    assert gain.verdict == "above"
    assert gain.sentence == "tuned is above probe by 2.0 points in each of 3 seeds"


def test_equal_in_each_seed_is_neither_above_nor_below():
    told = show.difference([0.7, 0.8], [0.7, 0.8], names=("one", "the other"))
    assert told.sentence == "one and the other are equal in each of 2 seeds"
