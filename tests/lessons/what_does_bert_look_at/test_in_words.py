"""The sentences say what came out, either way."""

from dataclasses import replace

import numpy as np
import pytest

from tlcourse.lessons.what_does_bert_look_at import explained, habits, in_words, marked, published, relations
from tlcourse.lessons.what_does_bert_look_at.agreement import Looks
from tlcourse.models.pretrained import encoders
from tlcourse.show.records import Records


def test_habits_are_counted_and_the_resting_place_is_named(made_up):
    told = habits.told(made_up["statistics"](["minilm"]), {"minilm": "MiniLM"})
    assert "of 12 heads, 1 gives more than half of the attention to the word before, 1 to" in told
    assert "[SEP]" in told
    assert "more than half in layer 3" in told
    assert "no layer more than half" in habits.told(
        made_up["statistics"](["minilm"], resting=0.4), {"minilm": "MiniLM"}
    )
    assert habits.layers_in_words([3, 4, 5]) == "layers 3, 4 and 5"


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ({}, "4 of them [SEP] gives over 90% of its own attention to itself: it gathers nothing"),
        ({"own": 0.3}, "gathers something"),
        ({"resting": 0.3}, "no head gives"),
    ],
)
def test_whether_the_mark_carries_news(made_up, made, said):
    assert said in habits.no_operation(made_up["statistics"](["minilm"], **made), "minilm", "MiniLM")


def test_what_most_heads_of_the_upper_layers_look_at(made_up):
    told = habits.upper_layers(made_up["statistics"](["minilm"]), {"minilm": "MiniLM"})
    assert "layers 2 to 3: 4 of 8 heads give one of the marks more than" in told
    assert "4 give one of the marks more than half" in told


def test_shares_of_a_layer_add_up_to_one(made_up):
    shares = habits.by_layer(made_up["statistics"](["minilm"], resting=0.5), "minilm")
    np.testing.assert_allclose(sum(shares.values()), 1)


@pytest.mark.parametrize("turned", [False, True])
def test_live_statistics_agree_or_not(made_up, turned):
    results = made_up["statistics"](["minilm"])
    found = {name: habits.table(results, "minilm", name) for name in habits.PLACES}
    if turned:
        found = {name: table[::-1, ::-1] for name, table in found.items()}
    assert ("differ" if turned else "agree") in habits.live(found, results, "minilm")


@pytest.mark.parametrize(
    ("gain", "said"), [(0.2, "each of the 8"), (0.01, "no head beats"), (-0.2, "no head beats")]
)
def test_relations(made_up, gain, said):
    results = made_up["of_trees"](["minilm"], gain)
    told = relations.told(results, {"minilm": "MiniLM"}, drawn=["minilm"])
    assert said in told
    assert f"the best single head finds {0.5 + gain:.0%} in MiniLM, the best offset 50%" in told
    assert ("best for several" in told) == (gain > 0.1)
    rows = relations.beside_the_paper(results, {"minilm": "MiniLM"})
    assert len(rows) == 9
    assert rows[7]["MiniLM"] == "–"  # `prep`, which UD has not


def test_a_relation_that_falls_out_is_named(made_up):
    good, bad = (made_up["of_trees"](["minilm"], gain) for gain in (0.2, -0.1))
    mixed = Records(
        [row for row in good if row["relation"] != "amod"] + [row for row in bad if row["relation"] == "amod"]
    )
    told = relations.told(mixed, {"minilm": "MiniLM"}, drawn=["minilm"])
    assert "7 of 8" in told
    assert "`amod` the head is below it" in told


@pytest.mark.parametrize(("gain", "said"), [(0.2, "all of the 8"), (-0.3, "0 of the 8")])
def test_untrained_twins(made_up, gain, said):
    assert said in relations.of_untrained(made_up["of_trees"](["minilm"], gain), {"minilm": "MiniLM"})


def test_without_twins_it_says_so(made_up):
    rows = Records(r for r in made_up["of_trees"](["minilm"]) if "untrained" not in r["model"])
    assert "No twin" in relations.of_untrained(rows, {"minilm": "MiniLM"})


@pytest.mark.parametrize(
    ("until", "said"), [(0.4, "first, 40%, not 50%"), (0.0, "first, less than 10%"), (1.0, "first, 100%")]
)
def test_how_far_pruning_goes(made_up, until, said):
    assert said in in_words.of_curve(made_up["curves"](until))


@pytest.mark.parametrize(
    ("better", "said"), [(0.05, "it is outside the spread at"), (-0.05, "below, outside the spread, at")]
)
def test_importance_against_chance(made_up, better, said):
    assert said in in_words.of_curve(made_up["curves"](0.4, better))


def test_single_heads(made_up, whole):
    told = in_words.of_single_heads(made_up["single"](), made_up["single"](-0.05), None)
    assert "3 of the 12 heads cost a point or more" in told
    assert "no head at all" not in told
    assert "None of the 12 heads costs" in in_words.of_single_heads(
        made_up["single"](0), made_up["single"](), None
    )
    said = in_words.of_single_heads(made_up["single"](), made_up["single"](), whole[1]["no_head"])
    assert "each layer needs some of its heads" in said
    idle = Records({**row, "score": row["score"] + 0.1} for row in whole[1]["no_head"])
    said = in_words.of_single_heads(made_up["single"](), made_up["single"](), idle)
    assert "or above it, for layers 1, 2 and 3" in said


@pytest.mark.parametrize(("faster", "said"), [(0.1, "10% faster with a batch of 16"), (-0.1, "10% slower")])
def test_speed(made_up, faster, said):
    results = made_up["seconds"](faster)
    assert said in in_words.of_speed(results)
    rows = in_words.speed_rows(results)
    assert [row["heads gone"] for row in rows] == ["0%", "50%"]


@pytest.mark.parametrize(
    ("better", "said"),
    [(0.05, "above 0 in 3 of 3"), (-0.05, "above 0 in 0 of 3")],
)
def test_importance_seed_by_seed(made_up, better, said):
    told = in_words.of_curve(made_up["curves"](0.4, better))
    assert said in told
    assert told.count(said) == 2  # against random order, and against the reverse


def test_the_same_work_in_other_times_is_noise(made_up):
    assert "with a batch of 16 (noise up to 0%)" in in_words.of_speed(made_up["seconds"]())


def test_the_clearest_sentence_says_which_way_and_whether_it_is_right():
    pair = marked.Pair("obj", 2, 1)
    for right, forward, said in (
        (True, True, "*soup* gives *cooks* 40% of its attention, more than to any other word"),
        (False, False, "*cooks* gives *soup* 40% of its attention, though it gives another word more"),
    ):
        assert said in marked.Clearest(["She", "cooks", "soup"], pair, 0.4, 0.5, "cooks", right, forward).told


def looks(order: float) -> Looks:
    """Looking and mattering in the same order (1), or the other way round (−1)."""
    some = np.linspace(0.01, 0.5, 12).reshape(3, 4)
    return Looks(
        np.stack([some] * 3), np.stack([order * some] * 3), np.array([0.9, 0.8, 0.9]), 5, some / 2, 7
    )


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (1, "more than without any other head"),
        (-1, "gains 50.0 points, number 12 of 12"),
        (1, "(25% in the 7 of 15 sentences with a noun between)"),
    ],
)
def test_looking_and_mattering(order, said):
    assert said in explained.of_looks(looks(order), np.zeros((3, 4), dtype=bool))


def test_a_head_that_looks_at_the_neighbour_alone_is_told_apart():
    found = looks(1)
    resting = np.zeros((3, 4), dtype=bool)
    assert "neighbour" not in explained.of_looks(found, resting)
    apart = found.apart.copy()
    apart[2, 0] = 0.003  # it gives the subject a third or more over all sentences
    told = explained.of_looks(replace(found, apart=apart), resting)
    assert "But one of them looks at the subject only as far as it is a neighbour" in told
    assert "3·1 (37% over all, 0% there)" in told


def test_the_order_is_told_with_the_sign_and_without():
    told = explained.of_order(looks(-1))
    assert "over all heads −1.00, hardly any agreement" in told
    assert "either way: 1.00, much agreement" in told


def test_what_is_lost_without_the_heads_that_rest():
    resting = np.zeros((3, 4), dtype=bool)
    resting[0, 0] = True
    told = explained.of_looks(looks(1), resting)
    assert "the median +1.0. For 0 of them it is less than a point" in told
    assert "but so it is for 0 of the 11 heads that do not rest there (0% against 0%)" in told
    still = replace(looks(1), matters=0.001 * looks(1).matters)
    assert "this question that fits a no-op" in explained.of_looks(still, resting)


@pytest.mark.parametrize(
    ("order", "said"), [(1, "much agreement."), (-1, "In layers 1, 2 and 3 the order is reversed")]
)
def test_the_order_of_looking_and_mattering(order, said):
    assert said in explained.of_order(looks(order))
    assert explained.order_by_layer(looks(order))[0]["layer 3"] == f"{order:.2f}".replace("-", "−")


def test_a_sentence_is_asked_in_the_head_that_was_chosen(tiny_zoo):
    head = {"relation": "obj", "reader": "head", "layer": 0, "head": 0, "direction": "dependent to head"}
    told = marked.asked(
        encoders.load(tiny_zoo / "bert-mini"),
        Records([{**head, "score": 0.6}]),
        "obj",
        "She cooks soup .",
        ("soup", "cooks"),
    )
    assert "the parser picks" in told
    assert "finds 60%" in told


@pytest.mark.parametrize(
    ("most", "said"), [(0.2, "28.0 to 31.0 points fewer"), (0.9, "more is mended"), (0.5, "within luck")]
)
def test_the_lookers_gone(most, said):
    rows = []
    for seed in range(3):
        for off, score in (("none", 1.0), ("most", most), ("others", 0.5), ("worst", 0.1)):
            noise = 0.01 * seed if off == "most" else 0.02 * (seed == 1)
            rows.append({"off": off, "what": "still mended", "seed": seed, "score": score + noise})
    assert said in explained.of_many(Records(rows), 2, looks(1))


@pytest.mark.parametrize(
    ("slope", "said"),
    [
        (0.6, "layers are farther than the slope"),
        (0.05, "layers are closer than"),
        (0.2, "layers are within luck of the slope"),
    ],
)
def test_words_left_out(made_up, slope, said):
    rows = made_up["left_out"](slope)
    if slope == 0.2:
        rows = Records(
            {**row, "score": row["score"] + 0.1 * (row["seed"] - 1) * (row["what"] == "slope")}
            for row in rows
        )
    assert said in explained.of_agreement(rows)
    assert len(explained.of_words_left_out(rows)) == 5


@pytest.mark.parametrize(("attention", "said"), [(0.6, "20.0 to 20.2 points more"), (0.2, "points fewer in")])
def test_the_parser(made_up, attention, said):
    results = made_up["parsers"](["minilm"], attention)
    assert said in in_words.of_parser(results, {"minilm": "MiniLM"})
    assert in_words.parser_table(results, {"minilm": "MiniLM"}).values("model") == ["no model", "MiniLM"]


def test_live_pruning_stands_beside_the_results(made_up):
    now = Records({"share": share, "seed": 0, "score": 0.75} for share in (0.0, 0.6))
    assert [*in_words.live_rows(now, made_up["curves"]())[0].values()] == ["0%", "75.0%", "80.1% ± 0.1%"]
    told = in_words.of_live_pruning(now, 1000, 400)  # the binomial standard error: √(.75 · .25 / 400)
    assert "by about 2.2 points" in told


def test_paper_rows_have_figures_of_both(whole):
    rows = published.paper_rows(*whole)
    assert len(rows) >= 3
    assert all("2019" in row[2] for row in rows)
    assert all(row[4] for row in rows)
