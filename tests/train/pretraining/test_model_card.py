"""A model's card says what the files beside it say: each figure is computed again from them."""

import dataclasses
import io
import json
import math
import re

import numpy as np
import pytest
from safetensors.numpy import load_file

from tlcourse.data import text_index
from tlcourse.models.pretrained import zoo
from tlcourse.train.pretraining import held_out, model_card, recipes
from tlcourse.train.pretraining import pretrain as pretraining


@pytest.fixture(scope="module")
def made(made_text, shrink_zoo, tmp_path_factory):
    """The text's index, and the folders of a BERT and an ELMo trained on it."""
    folder = tmp_path_factory.mktemp("card")
    text_index.save(made_text.index(n=200), folder / "some text")
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        shrink_zoo(patch)
        folders = {
            name: pretraining.pretrain(name, 30_000, folder / "some text", folder / "runs", out=said)
            for name in ("bert-mini", "elmo-mini")
        }
    return text_index.load(folder / "some text"), folders, said.getvalue()


def rows(card: str) -> dict[str, list[str]]:
    """The tables of a card: first cell → the others."""
    cells = [re.split(r" *\| *", line.strip("| ")) for line in card.splitlines() if line.startswith("| ")]
    return {row[0]: row[1:] for row in cells}


@pytest.mark.parametrize("name", ["bert-mini", "elmo-mini"])
def test_the_figures_of_the_card_are_those_of_the_files(made, name):
    index, folders, _ = made
    folder = folders[name]
    found = rows((folder / "README.md").read_text(encoding="utf-8"))

    stored = [load_file(file) for file in folder.glob("*.safetensors")]
    assert found["parameters"] == [f"{sum(t.size for tensors in stored for t in tensors.values()):,}"]
    for file in folder.glob("*.safetensors"):
        assert found[f"`{file.name}`"] == [f"{file.stat().st_size:,} bytes"]

    log = [line for line in json.loads((folder / "training.json").read_text())["log"] if "losses" in line]
    assert found["tokens read"] == [f"{log[-1]['tokens']:,}"]
    assert found["steps"] == [f"{log[-1]['step']:,}"]
    for at in (log[0], log[-1]):
        assert found[f"{at['tokens']:,}"] == [f"{loss:.3f}" for loss in at["losses"].values()]

    lengths = np.diff(index.document_pieces)
    for number, source in enumerate(index.sources):
        trained = (index.source == number) & ~index.held_out
        assert found[source][2] == f"{lengths[trained].sum():,}"
        assert found[source][3] == f"{log[-1]['tokens'] / lengths[~index.held_out].sum():.2f}"


@pytest.mark.parametrize("name", ["bert-mini", "elmo-mini"])
def test_held_out_losses_are_those_of_the_weights_in_the_folder(made, name):
    index, folders, _ = made
    facts = json.loads((folders[name] / "training.json").read_text())
    model = zoo.load(folders[name], heads=True)
    recipe = dataclasses.replace(recipes.recipe_for(name, index.sources, tokens=30_000), config=model.config)
    again = held_out.losses(recipes.objective_of(model.config)(model, index), index, recipe)
    assert again.keys() == facts["held_out"].keys()
    found = rows((folders[name] / "README.md").read_text(encoding="utf-8"))
    for task, loss in again.items():
        nats, bits, perplexity = map(float, found[task])
        assert nats == pytest.approx(loss, abs=2e-4)  # four digits, and the order of additions
        assert bits == pytest.approx(loss / math.log(2), abs=2e-3)
        assert perplexity == pytest.approx(math.exp(loss), rel=2e-3, abs=6e-3)  # two digits


def test_the_command_names_the_text_but_not_where_it_lies(made):
    _, folders, _ = made
    card = (folders["bert-mini"] / "README.md").read_text(encoding="utf-8")
    assert "tlcourse pretrain bert-mini --tokens 30000 --seed 0 --text 'some text'" in card
    for file in folders["bert-mini"].glob("*.json"):
        assert str(folders["bert-mini"].parents[2]) not in file.read_text()


def test_only_what_transformers_opens_says_so(made):
    _, folders, _ = made
    assert "AutoModel" in (folders["bert-mini"] / "README.md").read_text(encoding="utf-8")
    assert "transformers" not in (folders["elmo-mini"] / "README.md").read_text(encoding="utf-8")


def test_a_text_that_is_read_too_often_is_warned_of(made, tmp_path):
    index, folders, said = made
    pieces = sum(pretraining.pieces_by_source(index).values())
    assert pieces == np.diff(index.document_pieces)[~index.held_out].sum()
    assert ("read about" in said) == (30_000 / pieces > pretraining.MANY_TIMES)
    out = io.StringIO()
    text = folders["bert-mini"].parents[2] / "some text"

    def stopped(*_):
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pretraining.loop, "run", stopped)
        with pytest.raises(KeyboardInterrupt):
            pretraining.pretrain("bert", 11 * pieces, text, tmp_path, out=out)
    assert "11 times over" in out.getvalue()


def told_of_training(name: str, tokens: int) -> tuple[recipes.PretrainingRecipe, dict[str, str]]:
    recipe = recipes.recipe_for(name, ("bbc",), tokens)
    facts = {"recipe": recipe.facts(), "tokens": tokens, "steps": 1, "seconds": 100}
    return recipe, dict(model_card._training(facts))


@pytest.mark.parametrize("name", ["bert", "gpt", "elmo", "ulmfit"])
def test_rows_are_as_long_as_it_says_for_as_long_as_it_says(name):
    recipe, told = told_of_training(name, 16_000_000)
    phases = re.findall(r"(\d+) until ([\d,]+) tokens", told["places in a row"])
    begin = 0
    for length, until in phases:
        end = int(until.replace(",", ""))
        assert {recipe.row_length(t) for t in (begin, (begin + end) // 2, end - 1)} == {int(length)}
        begin = end
    assert begin == recipe.tokens


def test_what_an_overlapping_row_reads_again_is_not_counted_as_new():
    _, told = told_of_training("xlnet", 3_000_000)
    assert told["of these new, and not of the row before"] == "1,500,000"
    assert "of these new, and not of the row before" not in told_of_training("bert", 3_000_000)[1]


def test_a_licence_for_every_source():
    for source in ("bbc", "brown", "imdb", "eltec", "webtext"):
        assert model_card.licence(source) != "see its source"


def test_times_read_add_up_to_the_tokens():
    facts = {
        "tokens": 5_000,
        "text": {"pieces": {"a": 1_000, "b": 500}},
        "recipe": {"repeats": {"b": 3.0}},
    }
    times = model_card.times_read(facts)
    assert times == {"a": 2.0, "b": 6.0}
    assert 1_000 * times["a"] + 500 * times["b"] == facts["tokens"]


def test_sparkline():
    assert model_card.sparkline(np.array([0.0, 7.0])) == "▁█"
    assert model_card.sparkline(np.ones(3)) == "▁▁▁"
    assert len(model_card.sparkline(np.arange(1000.0), width=60)) == 60


def test_no_training_no_card(tmp_path):
    with pytest.raises(FileNotFoundError, match="tlcourse pretrain"):
        model_card.write(tmp_path)


def test_the_card_says_what_has_changed_since(made):
    _, folders, _ = made
    facts = json.loads((folders["bert-mini"] / "training.json").read_text(encoding="utf-8"))
    assert "changed since" not in model_card.text(facts, {})
    card = model_card.text(facts | {"changed_since": ["Rows were shorter then.", "And fewer."]}, {})
    assert (
        "## What has changed since\n\n- Rows were shorter then.\n- And fewer.\n\n## What it is not for"
        in card
    )
