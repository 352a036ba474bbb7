"""Figures tell what they draw; what is measured live finds what was put in; the widget answers."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from tlcourse import show
from tlcourse.data import bbc_senses, silver_trees
from tlcourse.lessons.geometry_of_bert import drawn, figures, kept, live, widget
from tlcourse.models.pretrained import encoders
from tlcourse.probe import pythagorean, senses


@pytest.fixture(scope="module")
def bank():
    return silver_trees.load().fewer(40, 12)


def test_figures_of_records_tell_what_they_draw(made):
    rows = made.senses()
    alt = figures.senses_by_layer({"minilm": kept.by_layer(rows, "minilm")}, "senses told").alt
    assert "untrained" in alt
    assert "first sense 0.60" in alt
    zoo = kept.objectives(rows, ["bert-mini", "gpt-mini"])
    with_baselines = kept.with_baselines(zoo, rows)
    alt = show.lines(with_baselines, "layer", "model", "senses told", "layer").alt
    assert "gpt-mini" in alt
    assert f"{kept.FIRST}: 60% at 0, 60% at 1" in alt
    told = figures.joined(made.joined().mean_over("word"), ["minilm"]).alt
    assert "joined with a sentence without the word" in told
    assert "one edge" in drawn.tree_in_a_cube().alt
    plt.close("all")


def test_an_exact_layout_lies_on_the_line_and_noise_does_not(bank):
    trees = [bank.trees[i] for i in bank.test_index]
    rng = np.random.default_rng(0)
    spaces = {
        "exact": live.InSpace([pythagorean.embed(tree.heads) for tree in trees], trees),
        "noise": live.InSpace([rng.normal(size=(len(tree.words), 30)) for tree in trees], trees),
    }
    rows = live.by_path_length(spaces)
    for row in rows.where(space="exact"):
        assert row["score"] == pytest.approx(row["edges"])
        assert row["explained"] == pytest.approx(1)
    assert rows.where(space="noise")[0]["explained"] < 0.1
    noise = [row["score"] for row in rows.where(space="noise") if row["pairs"] > 100]
    assert max(noise) / min(noise) < 1.2
    assert figures.path_lengths(rows, "an exact layout").alt


def test_a_probe_finds_the_tree_that_was_put_in(bank):
    rng = np.random.default_rng(0)
    widest = max(len(tree.words) for tree in bank.trees)
    turn = np.linalg.qr(rng.normal(size=(80, 80)))[0][:widest]
    told, noise = [], []
    for tree in bank.trees:
        points = np.zeros((len(tree.words), widest))
        points[:, : len(tree.words) - 1] = pythagorean.embed(tree.heads)
        told.append((points @ turn).astype(np.float32))
        noise.append(rng.normal(size=(len(tree.words), 80)).astype(np.float32))
    found, other = (live.in_probe_space(some, bank, 0) for some in (told, noise))
    rows = live.by_path_length({"told": found, "noise": other})
    grows = {name: of.where(edges=5).mean - of.where(edges=1).mean for name, of in rows.by("space").items()}
    assert grows["told"] > grows["noise"] + 1
    tree, at = found.trees[0], found.points[0]
    assert "edges are in the shortest tree" in drawn.in_space(tree, {"told": at}, 64, 0).alt


def test_random_branches_come_nearer_with_more_numbers(bank):
    off = live.random_branches_off(bank.trees, (4, 400), 0)
    assert off.where(width=400).mean < off.where(width=4).mean / 3


def test_the_sentence_to_look_at_is_neither_short_nor_long(bank):
    trees = sorted(bank.trees, key=lambda tree: len(tree.words))
    lengths = [len(tree.words) for tree in trees]
    assert lengths[10] <= len(trees[drawn.to_look_at(trees, lengths[10], lengths[20])].words) <= lengths[20]
    assert drawn.to_look_at(trees, 500, 600) == 0


@pytest.fixture(scope="module")
def encoder():
    return encoders.load("bert-mini")


def test_arcs_from_attention_and_from_places(encoder, bank):
    rows = live.arc_records(encoder, bank, [0])
    assert set(rows.values("reads")) == {"attention", "places"}
    near = rows.where(task="two words as far apart", reads="places")
    assert near.mean < rows.where(task="any two words", reads="places").mean
    assert near.mean == pytest.approx(0.5, abs=0.1)


def test_halves_have_each_sense_and_no_use_twice():
    uses = bbc_senses.load("record")
    learnt, asked = live.halves(uses, 3)
    assert not set(learnt) & set(asked)
    assert len(learnt) + len(asked) == len(uses.words)
    assert set(uses.sense[learnt]) == set(uses.sense[asked]) == set(range(len(uses.names)))


def test_states_that_say_the_sense_are_read_and_others_are_not():
    uses = {word: bbc_senses.load(word) for word in bbc_senses.WORDS}
    rng = np.random.default_rng(0)
    said = {w: np.eye(9)[one.sense] + 0.1 * rng.normal(size=(len(one.sense), 9)) for w, one in uses.items()}
    noise = {w: rng.normal(size=(len(one.sense), 2, 9)) for w, one in uses.items()}
    rows = live.sense_records({"said": said, "noise": noise}, uses, [0, 1])
    assert rows.where(reads="said").mean_over("word").mean > 0.95
    assert rows.where(reads="noise", layer=1).mean_over("word").mean < 0.45
    assert rows.where(reads=live.FIRST, layer=live.NO_LAYER).mean_over("word").mean < 0.7


@pytest.fixture(scope="module")
def parts(encoder):
    uses = {word: senses.fewer(bbc_senses.load(word), 40) for word in bbc_senses.WORDS}
    return uses, {word: senses.use_states(encoder, one) for word, one in uses.items()}


@pytest.fixture
def twin(encoder, parts):
    return widget.senses_in_space(encoder, *parts, 3, widget.OWN)


def test_uses_are_drawn_by_layer(parts):
    uses, states = parts
    assert "the most ever" in drawn.uses_by_layer(states["record"], uses["record"], [0, 3]).alt


def test_the_layer_and_the_sentence_change_picture_and_words(twin):
    assert twin.widget
    before = twin.picture.value, twin.words.value
    twin.controls["layer"].value = 1
    between = twin.picture.value, twin.words.value
    assert all(a != b for a, b in zip(before, between, strict=True))
    twin.chooser.value = list(twin.examples)[-2]
    assert twin.controls["sentence"].value == twin.examples[twin.chooser.value]
    assert "this “record” (the star)" in twin.words.value
    assert twin.picture.value != between[0]
    assert twin.picture.value.count("<title>") == 41  # forty uses and the star
    assert not twin.errors
    plt.close(twin.static())


def test_a_use_is_not_told_by_itself(twin):
    sentence, word = twin.first, "play"
    others = twin.others(sentence, word)
    assert len(others) == len(twin.senses[word].words) - 1
    assert "Its label is" in twin.told(sentence, 2)
    assert "Its label is" not in twin.told("They play well .", 2)


@pytest.mark.parametrize(
    ("sentence", "said"),
    [("", "one of the words"), ("They sing .", "one of the words"), ("play " * 60, "60 words")],
)
def test_nonsense_gets_an_answer_not_an_error(twin, sentence, said):
    assert twin.widget
    twin.controls["sentence"].value = sentence or " "
    assert said in twin.words.value
    assert not twin.errors


def test_states_of_other_uses_are_refused(encoder, parts):
    uses, states = parts
    with pytest.raises(ValueError, match="states are not of"):
        widget.senses_in_space(encoder, uses, {word: one[:3] for word, one in states.items()}, 3)
    with pytest.raises(ValueError, match="layer is 9"):
        widget.senses_in_space(encoder, uses, states, 9)
