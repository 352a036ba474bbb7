"""Sentences say what came out; figures tell what they draw; the widget answers nonsense in words."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from tlcourse import show
from tlcourse.data import silver_trees
from tlcourse.data.dependency_trees import Treebank
from tlcourse.lessons.probing_for_structure import (
    drawn,
    figures,
    in_words,
    live,
    published,
    results,
    trees_in_words,
    widget,
)
from tlcourse.models.pretrained import encoders
from tlcourse.probe import edge_tasks, pythagorean
from tlcourse.probe.structural import DistanceProbe
from tlcourse.show.records import Records

STATES = {"trained": 0.7, "untrained": 0.5, "decay over layer 0": 0.55, "random BiLSTM over layer 0": 0.58}


def structural(trained: float = 0.7, models=("distilbert", "minilm")) -> Records:
    """As `benchmarks/probing.py` writes it, with made-up scores."""
    rows = []
    for seed in range(3):
        rows += [
            {"model": "linear", "states": "none", "probe": probe, "seed": seed, "measure": m, "score": 0.45}
            for probe, m in (
                ("distance", "UUAS"),
                ("distance", "DSpr"),
                ("depth", "Root %"),
                ("depth", "NSpr"),
            )
        ]
        for model in models:
            for what, score in (STATES | {"trained": trained}).items():
                layers = {"trained": range(7), "untrained": [3]}.get(what, [0])
                for layer in layers:
                    key = {"model": model, "states": what, "layer": layer, "seed": seed}
                    noise = 0.002 * seed * (layer + 1) + 0.01 * (layer == 3)
                    for probe, measure in (("distance", "UUAS"), ("distance", "DSpr"), ("depth", "Root %"),
                                           ("depth", "NSpr")):  # fmt: skip
                        rows.append({**key, "probe": probe, "measure": measure, "score": score + noise})
    return Records(rows)


def control(score: float = 0.5) -> Records:
    return Records(
        {"model": model, "layer": 3, "task": task, "probe": "distance", "rank": rank, "seed": seed,
         "measure": "UUAS", "score": score + 0.003 * seed}
        for model in ("distilbert", "minilm") for task in ("gold", "control") for rank in (16, 128)
        for seed in range(3)
    )  # fmt: skip


def edge() -> tuple[Records, Records]:
    rows, weights = [], []
    for model in ("distilbert", "minilm"):
        for task in ("parts of speech", "dependencies"):
            for seed in range(3):
                key = {"model": model, "task": task, "seed": seed, "measure": "F1"}
                rows += [{**key, "way": way, "score": 0.7 + 0.01 * seed} for way in ("lex", "cat")]
                rows += [
                    {**key, "way": "mix", "up_to": k, "score": 0.7 + 0.03 * k + 0.002 * seed * k}
                    for k in range(7)
                ]
                weights += [{**key, "layer": k, "score": 1 / 7} for k in range(7)]
    return Records(rows), Records(weights)


def words(untrained: float = 0.8) -> Records:
    less = {"linear": 0.4, "one hidden layer": 0.1}  # in the control task
    rows = []
    for name, score in {"untrained": untrained, "DistilBERT, layer 4": 0.9}.items():
        for probe in live.PROBES:
            for seed in range(3):
                key = {"states": name, "probe": probe, "seed": seed}
                rows.append({**key, "task": live.TASK, "score": score + 0.01 * seed})
                rows.append({**key, "task": live.CONTROL, "score": score - less[probe] + 0.02 * seed})
    return Records(rows)


def test_margins_either_way(all_above):
    axes = results.on_one_axis(structural(), "UUAS", control())
    models = results.whole(axes, results.PUBLISHED)
    assert models == ["distilbert", "minilm"]
    assert results.compared_at(axes, "minilm") == 3
    assert all_above(axes, models)
    told = trees_in_words.of_margins(axes, models)
    every = (results.NO_MODEL, results.DECAY, results.BILSTM, results.UNTRAINED, results.EMBEDDINGS)
    assert all(what in told for what in every)
    below = results.on_one_axis(structural(0.5), "UUAS")
    assert not all_above(below, models)
    assert "selectivity" in trees_in_words.of_control_trees(axes, models)
    assert trees_in_words.of_control_trees(below, models) == ""


def test_a_model_without_all_layers_is_not_drawn():
    rows = Records(
        row for row in results.on_one_axis(structural(), "UUAS")
        if not (row["model"] == "minilm" and row.get("layer") == 6 and row["seed"] == 2)
    )  # fmt: skip
    assert results.whole(rows, results.PUBLISHED) == ["distilbert"]
    two_seeds = Records(row for row in rows if row["seed"] < 2)
    assert results.whole(two_seeds, results.PUBLISHED) == []


def test_figures_tell_what_they_draw():
    axes = results.on_one_axis(structural(), "UUAS", control())
    alt = figures.by_layer(axes, ["distilbert", "minilm"], "UUAS").alt
    assert "untrained, same layer" in alt
    assert "control trees" in alt
    zoo = structural(models=("bert-mini", "gpt-mini")).where(
        states="trained", measure="UUAS", model=["bert-mini"]
    )
    assert "bert-mini" in show.lines(zoo, "layer", "model", "UUAS", "layer").alt
    assert "one edge apart" in drawn.tree_and_distances().alt
    plt.close(drawn.two_trees(["a", "b", "."], {(0, 1)}, None, "t"))


def test_words_and_selectivity():
    assert "selectivity" in in_words.with_selectivity(words()).values("task")
    told = in_words.of_selectivity(words(), 0.2, 0.8)
    assert "more selective" in told
    assert "80.0%" in told
    assert "the linear probe comes to 52.0%, the one with a hidden layer to 82.0%" in told
    told = in_words.of_trained_against_untrained(words(), 0.85)
    assert "vectors is 4.0 points below it, that of trained ones 6.0 points above it" in told
    assert "never read a word" in in_words.of_first_probe(0.8, 0.2)
    assert "not far above" in in_words.of_first_probe(0.22, 0.2)


def test_edges_and_places():
    rows, weights = edge()
    assert in_words.edge_ways(rows).values("way")[0].startswith("lex")
    assert "**dependencies**" in in_words.of_edge_ways(rows)
    (first, *_) = in_words.places(rows, weights)
    assert first["centre of gravity"].startswith("3.00")
    assert first["expected layer"].startswith("3.50")
    ends = Records(row for row in rows if row.get("up_to") in (None, 6))
    assert all("expected layer" not in row for row in in_words.places(ends, weights))
    half = Records(row for row in rows if row["task"] == "dependencies" or row.get("up_to") in (None, 6))
    by_task = {row["task"]: row["expected layer"] for row in in_words.places(half, weights)}
    assert by_task["parts of speech"] == "–"
    assert by_task["dependencies"].startswith("3.50")


@pytest.mark.parametrize(
    ("mix", "said"), [(0.8, "layers add to it"), (0.6, "add nothing"), (None, "can't tell")]
)
def test_what_the_layers_add(mix, said):
    scores = {
        "lex": [0.7, 0.71, 0.72],
        "mix": [mix + 0.01 * s for s in range(3)] if mix else [0.6, 0.71, 0.8],
    }
    rows = Records(
        {"reads": reads, "seed": seed, "score": score}
        for reads, of in scores.items() for seed, score in enumerate(of)
    )  # fmt: skip
    assert said in in_words.of_edges(rows)


def test_the_chosen_rank_comes_from_the_probes_of_all_layers():
    rank = Records(
        {"model": "minilm", "layer": 3, "rank": 8, "seed": seed, "score": 0.5} for seed in range(3)
    )
    rows = results.by_rank(rank, structural(), 128)
    assert set(rows.values("model")) == {"minilm"}
    assert rows.where(rank=128).of_seed == structural().where(
        model="minilm", states="trained", layer=3, measure="UUAS"
    ).of_seed  # fmt: skip
    assert rows.where(rank=8).mean == 0.5


def test_layers_of_gold_trees_and_those_level_with_the_best():
    axes = results.on_one_axis(structural(), "UUAS")
    told = trees_in_words.of_gold_layers(axes, ["distilbert"])
    assert "**distilbert**: layer 3 has the most" in told
    assert "cannot be told from it" in told
    assert "Its last layer has 71.4%, within luck of the strongest baseline, the embeddings" in told
    below = Records({**row, "score": row["score"] - 0.5 * (row.get("layer") == 6)} for row in axes)
    assert "below the strongest baseline" in trees_in_words.of_gold_layers(below, ["distilbert"])
    clear = Records({**row, "score": row["score"] + 0.1 * (row.get("layer") == 5)} for row in axes)
    assert "above each other one" in trees_in_words.of_gold_layers(clear, ["distilbert"])


def test_lengths_of_states():
    rows = [
        {
            "model": "minilm",
            "mean_norm": norm,
            "rank": 8,
            "epochs": 40,
            "seed": 0,
            "measure": "UUAS",
            "score": s,
        }
        for norm, s in ((0, 0.6), (1, 0.7), (2, 0.72))
    ]
    rows.append(rows[0] | {"rank": 64, "score": 0.9})
    told = trees_in_words.of_lengths(Records(rows), 8, 40)
    assert told == "- **minilm**: 70.0% at length 1, 72.0% at length 2; 60.0% as they are."
    assert trees_in_words.of_lengths(Records(rows[2:3]), 8, 40) == "- **minilm**: 72.0% at length 2."


@pytest.mark.parametrize(("more", "said"), [(0.2, "has learned more"), (-0.4, "has learned less")])
def test_what_to_remember_has_the_numbers(more, said):
    axes = results.on_one_axis(structural(), "UUAS")
    rows = Records(
        {**row, "score": row["score"] + more * (row["task"] == live.CONTROL and row["probe"] != "linear")}
        for row in words()
    )  # fmt: skip
    told = in_words.to_remember(rows, 0.2, axes, "distilbert")
    assert len(told.splitlines()) == 5
    assert said in told
    assert "72% of the gold edges" in told


def test_the_papers_order_of_tasks_either_way():
    rows, weights = edge()
    one = [some.where(task="dependencies") for some in (rows, weights)]
    assert "no order" in in_words.of_places(*one)
    assert "not measured" not in in_words.of_places(*one)
    assert "mixes have hardly moved" in in_words.of_places(*one)
    top = Records({**row, "score": float(row["layer"] == 6)} for row in weights)
    assert "centre at 3.00. Ours have moved by up to 3.00" in in_words.of_places(rows, top)
    ends = Records(row for row in rows if row.get("up_to") in (None, 6))
    assert "not measured on gold labels" in in_words.of_places(ends, weights)
    later = Records(
        {**row, "up_to": row["up_to"], "score": row["score"] + 0.1 * (row["up_to"] == 6)}
        if row["task"] == "dependencies" and row["way"] == "mix" else row for row in rows
    )  # fmt: skip
    told = in_words.of_places(later, weights)
    assert (
        "**minilm**, by expected layer: parts of speech, dependencies (means); the paper's order in 3 of 3"
        in told
    )
    earlier = Records(
        {**row, "score": row["score"] + 0.1 * (row["up_to"] > 0)}
        if row["task"] == "dependencies" and row["way"] == "mix" else row for row in rows
    )  # fmt: skip
    told = in_words.of_places(earlier, weights)
    assert (
        "**minilm**, by expected layer: dependencies, parts of speech (means); the paper's order in 0 of 3"
        in told
    )


def test_objectives_and_ranks():
    rows = structural(models=("bert-mini", "gpt-mini"))
    told = trees_in_words.of_objectives(rows, ["bert-mini", "gpt-mini"])
    assert "cannot be told from" in told
    assert "Each at its best layer, all are above no model" in told
    told = trees_in_words.of_objectives(rows, ["gpt-mini"])
    assert "At its best layer it is above no model" in told
    assert "others" not in told
    poor = structural(0.4, models=("bert-mini", "gpt-mini"))
    told = trees_in_words.of_objectives(poor, ["bert-mini", "gpt-mini"])
    assert "bert-mini and gpt-mini cannot be said to beat no model" in told
    rank = Records(
        {"model": "minilm", "layer": 3, "rank": r, "seed": s, "score": min(0.7, 0.5 + 0.1 * k) + 0.004 * s}
        for k, r in enumerate((8, 16, 32, 64)) for s in range(3)
    )  # fmt: skip
    assert "most with rank 32, 70.4%; with rank 16 it is less, outside the spread (60.4%)" in (
        trees_in_words.of_rank(rank)
    )
    level = Records(
        {**row, "score": row["score"] + 0.001 * (row["rank"] == 64) * row["seed"]} for row in rank
    )
    assert "most with rank 64, 70.5%; rank 32 cannot be told" in trees_in_words.of_rank(level)


def test_paper_rows_name_both():
    rows = published.paper_rows(structural(), edge()[0], in_words.with_selectivity(words()))
    assert len(rows) >= 6
    assert all(len(row) == 5 and all(row) for row in rows)
    assert all("unverified" in row[2] for row in rows if "Manning" in row[2])


@pytest.fixture(scope="module")
def some() -> Treebank:
    return silver_trees.load().fewer(train=40, test=12)


@pytest.fixture(scope="module")
def states(some):
    """Vectors in which trees are easy to find: words of one tree near each other by their heads."""
    rng = np.random.default_rng(0)
    return [rng.normal(size=(len(tree.words), 150)).astype(np.float32) for tree in some.trees]


def test_probes_of_trees_and_of_no_model(some, states):
    rows, probes = live.measure_trees(DistanceProbe, {"layer 0": states}, some, [0, 1])
    assert set(rows.values("states")) == {"no model", "layer 0"}
    assert {len(one) for one in rows.by("states", "measure").values()} == {2}
    assert probes["layer 0"].b.shape == (live.RANK, 150)
    told = trees_in_words.of_live_trees(rows, "layer 0", "no such")
    assert "no model" in told
    assert "Layer 0 has the most" in trees_in_words.of_layers(rows, [0])


def test_an_edge_probe_for_each_reading_and_seed(some, states):
    task = edge_tasks.parts_of_speech(some)
    rows = live.edge_records(task, [states, states], ("lex", "mix"), [0, 1], steps=3)
    assert [(row["reads"], row["seed"]) for row in rows] == [("lex", 0), ("lex", 1), ("mix", 0), ("mix", 1)]
    assert all(0 <= row["score"] <= 1 for row in rows)


def test_a_probe_of_words_learns_what_is_there(some, states):
    tags, names = live.numbered([tree.tags for tree in some.trees])
    assert names == sorted(names)
    telling = [one.copy() for one in states]
    for one, tag in zip(telling, tags, strict=True):
        one[np.arange(len(tag)), tag] += 8
    assert live.word_accuracy(telling, tags, some, None, 200, 0) > 0.8
    assert live.commonest(tags, some) < 0.5
    rows = live.word_records({"x": telling}, {live.TASK: [tags], live.CONTROL: [tags]}, some, 5, [0])
    assert len(rows) == 4


@pytest.fixture(scope="module")
def encoder():
    return encoders.load("bert-mini")


@pytest.fixture
def twin(encoder, some):
    probes = {layer: DistanceProbe(256, 8).eval() for layer in (0, 4)}
    return widget.trees_by_layer(encoder, probes, widget.short_ones(some.trees, 3))


def test_the_layer_changes_the_picture(twin):
    assert twin.widget
    before = twin.picture.value
    twin.controls["layer"].value = 0
    assert twin.picture.value != before
    assert "edges. Its others" in twin.words.value
    assert not twin.errors


def test_without_a_parser_the_probes_tree_stands_alone(twin, monkeypatch):
    def missing(sentence):
        raise ModuleNotFoundError

    monkeypatch.setattr(silver_trees, "parse", missing)
    assert twin.widget
    twin.controls["sentence"].value = "The dog that chased the cat barked."
    assert "spaCy is not installed" in twin.words.value
    assert not twin.errors


@pytest.mark.parametrize(
    ("sentence", "said"), [("", "0 words"), ("word " * 40, "40 words"), ("... !", "punctuation")]
)
def test_nonsense_gets_an_answer_not_an_error(twin, monkeypatch, sentence, said):
    monkeypatch.setattr(silver_trees, "parse", lambda text: None)
    assert twin.widget
    twin.controls["sentence"].value = sentence
    assert said in twin.words.value
    assert not twin.errors


def test_an_example_fills_the_box(twin):
    assert twin.widget
    twin.chooser.value = list(twin.examples)[1]
    assert twin.controls["sentence"].value == list(twin.examples)[1]
    assert not twin.errors


def test_nothing_to_show_is_refused(encoder):
    with pytest.raises(ValueError, match="expected one or more"):
        widget.trees_by_layer(encoder, {}, [])


def test_decay_against_what_it_mixes_either_way():
    axes = results.on_one_axis(structural(), "UUAS")
    assert "the other way round" in trees_in_words.of_decay(axes, ["distilbert"])
    more = Records({**row, "score": row["score"] + 0.5 * (row["what"] == results.DECAY)} for row in axes)
    told = trees_in_words.of_decay(more, ["distilbert"])
    assert "above" in told
    assert "other way" not in told
    assert trees_in_words.of_decay(axes.where(what=[results.TRAINED]), ["distilbert"]) == ""


def test_layers_below_no_model_are_named():
    rows = structural(models=("bert-mini",))
    sunk = Records({**row, "score": row["score"] - 0.4 * (row.get("layer") in (5, 6))} for row in rows)
    told = trees_in_words.of_objectives(sunk, ["bert-mini"])
    assert "Below no model, outside the spread: bert-mini (layers 5 and 6)" in told
    assert "Below no model" not in trees_in_words.of_objectives(rows, ["bert-mini"])


def test_the_largest_rank_is_said_to_be_the_largest():
    rank = Records(
        {"model": "minilm", "layer": 3, "rank": r, "seed": s, "score": 0.01 * r + 0.001 * s}
        for r in (8, 16) for s in range(3)
    )  # fmt: skip
    assert "the largest which was tried" in trees_in_words.of_rank(rank)
    assert "largest" not in trees_in_words.of_rank(Records({**row, "score": -row["score"]} for row in rank))


def test_edges_with_an_untrained_mix_and_the_growth_of_scores():
    rows, _ = edge()
    twin = Records(
        {"model": "minilm", "task": "dependencies", "way": in_words.UNTRAINED_MIX, "seed": s, "score": 0.5}
        for s in range(3)
    )
    both = Records([*rows, *twin])
    assert "its untrained twin's" in in_words.of_edge_ways(both)
    assert "mix, untrained" in in_words.edge_ways(both).values("way")
    assert "twin" not in in_words.of_edge_ways(rows)
    (first, *_) = in_words.growth(both)
    assert first["S 0"] == "70.0%"
    assert first["S 6"] == "89.2%"


def test_a_table_of_words(some):
    words = [tree.words for tree in some.trees]
    telling = [np.array([len(word) % 3 for word in one]) for one in words]
    seen = {word for i in some.train_index for word in words[i]}
    asked = [word for i in some.test_index for word in words[i]]
    assert live.from_a_table(words, telling, some) >= np.mean([word in seen for word in asked])
    assert live.from_a_table(words, [np.zeros_like(one) for one in telling], some) == 1


def test_scores_of_a_map(some):
    """Vectors made so that the tree lies in them exactly (lesson 12)."""
    states = [pythagorean.embed(tree.heads) for tree in some.trees]
    width = max(one.shape[1] for one in states)
    states = [np.pad(one, ((0, 0), (0, width - one.shape[1]))) for one in states]
    found = live.map_scores(torch.eye(width), states, some)
    assert found["UUAS"] == 1
    assert found["always"] > 0
    assert "100% of the test" in trees_in_words.of_loop(found)
