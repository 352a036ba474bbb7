"""Sentences and rows say what came out, either way."""

import pytest

from tlcourse.lessons.geometry_of_bert import in_words, kept, live, published
from tlcourse.lessons.geometry_of_bert import in_words_of_maps as maps
from tlcourse.show import zoo_reading
from tlcourse.show.records import Records

MODELS = ["distilbert", "minilm"]


def test_layers_that_rise_and_layers_that_fall(made):
    rising = in_words.of_layers(made.senses(), MODELS)
    assert rising.count("rises with every layer") == 2
    assert "above first sense (60.0%)" in rising
    assert "above its untrained twin's last layer" in rising
    falling = in_words.of_layers(made.senses(top=0.1), MODELS)
    assert "layer 0 has the most" in falling
    assert "below first sense" in falling
    assert "the last is below it" in falling


def test_words_and_why(made):
    assert "above it for “hard”" in in_words.of_words(made.senses(), "minilm")
    below = made.senses(top=0.5)
    assert "below it for “hard”" in in_words.of_words(below, "minilm")
    why = in_words.of_why_below(below, "minilm", "hard")
    assert f"{kept.FREQUENCIES} 5" in why
    assert "above the nearest centroid" in why


def test_a_model_without_all_words_or_seeds_is_not_shown(made):
    gone = {"model": "minilm", "word": "serve", "seed": 2}
    rows = Records(row for row in made.senses() if not gone.items() <= row.items())
    assert kept.whole(rows, MODELS) == ["distilbert"]
    joined = Records(row for row in made.joined() if (row["model"], row["seed"]) != ("distilbert", 1))
    assert kept.whole_words(joined, MODELS) == ["minilm"]


def test_objectives(made):
    told = in_words.of_objectives(made.senses(), ["bert-mini", "gpt-mini"])
    assert "cannot be told from" in told
    assert told.count("above its untrained twin") == 2
    assert f"is above {kept.GLOVE}" in told
    low = in_words.of_objectives(made.senses(twin=0.95), ["bert-mini", "gpt-mini"])
    assert low.count("below its untrained twin") == 2


def test_a_lead_that_reading_more_may_explain_is_told(made, monkeypatch):
    names = ["bert-mini", "gpt-mini"]
    for most in names:
        read = {name: 28e6 if name == most else 16e6 for name in names}
        monkeypatch.setattr(zoo_reading.how_trained, "pieces_read", read.__getitem__)
        told = in_words.of_objectives(made.senses(), names)
        assert "28 million" in told
        first = told.split("The best of these, ")[1].split(",")[0]
        assert (f"How much of its lead {first} owes" in told) == (first == most)


def test_arcs_either_way(made):
    assert "above places alone (70.3%)" in in_words.of_arcs(made.arcs())
    assert "below places alone" in in_words.of_arcs(made.arcs(attention=0.5))
    table = in_words.arcs_table(made.arcs())
    assert "minilm's attention, untrained" in table.values("reads")
    assert {len(rows) for rows in table.by("reads", "task").values()} == {3}
    now = Records(
        {"task": "any two words", "reads": reads, "seed": seed, "score": score + 0.001 * seed * score}
        for reads, score in (("attention", 0.9), ("places", 0.8)) for seed in range(3)
    )  # fmt: skip
    assert "attention is" in in_words.of_arcs_now(now)
    assert "above places" in in_words.of_arcs_now(now)


def test_what_is_the_same_for_each_seed_was_measured_once(made):
    rows = Records({**row, "score": round(row["score"], 1)} for row in made.arcs())
    assert "above (measured once) places alone (70.0%)" in in_words.of_arcs(rows)


def test_maps_against_their_controls(made):
    good = maps.of_semantic(made.semantic(), MODELS)
    assert good.count("above the random map") == 8
    bad = maps.of_semantic(made.semantic(trained=0.4, by_lot=0.5), MODELS)
    assert "below the map trained on shuffled senses" in bad
    curves = maps.semantic_curves(made.semantic(), "minilm", 3)
    assert set(curves.values("way")) == {maps.TRAINED, maps.RANDOM, maps.LOT}


def test_two_sentences_and_the_control(made):
    told = maps.of_joined(made.joined(), MODELS)
    assert told.count("below the ratio alone and below that beside") == 2
    assert "above the share alone and above that beside" in told  # the share misled
    up = maps.of_joined(made.joined(beside=1.5, misled=0.01), MODELS)
    assert "above the ratio alone and above that beside" in up
    recovered = maps.of_recovery(made.joined(), MODELS)
    assert "most uses still lie nearer to their own" in recovered
    assert "25% with distilbert" in recovered
    level = Records(
        {**row, "score": row["score"] + 0.05 * (row["seed"] - 1)} if row["context"] == "control" else row
        for row in made.joined()
    )
    assert "no part that is outside luck with distilbert" in maps.of_recovery(level, MODELS)
    assert "nearer to the other sense, " not in recovered
    assert "most uses lie nearer to the other" in maps.of_recovery(made.joined(misled=0.7), MODELS)


def test_path_lengths_and_random_branches():
    rows = Records(
        {"space": space, "edges": k, "seed": 0, "score": score, "explained": 0.3}
        for space, scores in {"up": (1, 2, 3), "flat": (2, 2, 2)}.items() for k, score in enumerate(scores, 1)
    )  # fmt: skip
    told = in_words.of_path_lengths(rows)
    assert "rises all the way, by 1.00" in told
    assert "explains 30%" in told
    assert "**flat**: 2.00 at one edge, 2.00 at 3; it rises up to 1, by 0.00" in told
    off = Records({"width": w, "seed": 0, "score": s} for w, s in ((8, 1.5), (64, 0.5)))
    assert "right angles" in in_words.of_random_branches(off)
    assert "right angles" not in in_words.of_random_branches(Records(reversed(list(off))))


@pytest.mark.parametrize(("score", "said"), [(0.9, "above first sense"), (0.2, "below first sense")])
def test_senses_now(score, said):
    rows = [
        {"reads": "DistilBERT", "layer": 4, "word": word, "seed": seed, "score": score + 0.002 * seed}
        for word in ("play", "record") for seed in range(3)
    ] + [
        {"reads": live.FIRST, "layer": live.NO_LAYER, "word": word, "seed": seed, "score": 0.5 + 0.001 * seed}
        for word in ("play", "record") for seed in range(3)
    ]  # fmt: skip
    assert said in in_words.of_senses_now(Records(rows), "DistilBERT", 4)


def test_paper_rows_name_both_sides_and_the_source(made):
    rows = published.paper_rows(made.arcs(), made.senses(), made.semantic(), made.joined(), MODELS)
    assert len(rows) >= 5
    assert any("above the random one with" in row[4] for row in rows)
    bad = published.paper_rows(made.arcs(), made.senses(), made.semantic(trained=0.4), made.joined(), MODELS)
    assert any("below the random one with" in row[4] for row in bad)
    assert all(len(row) == 5 and all(row) for row in rows)
    assert all("Coenen et al. 2019, section" in row[2] for row in rows)
