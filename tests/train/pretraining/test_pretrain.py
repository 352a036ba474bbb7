"""`tlcourse pretrain`: from a name to a folder that this course and transformers open."""

import hashlib
import io
import json

import pytest
import torch
import transformers
from typer.testing import CliRunner

from tlcourse import cli
from tlcourse.commands import models as commands
from tlcourse.data import text_index
from tlcourse.models.pretrained import zoo
from tlcourse.train.pretraining import model_card, recipes
from tlcourse.train.pretraining import pretrain as pretraining
from tlcourse.train.pretraining.objectives import Reading


@pytest.fixture(scope="module")
def text(made_text, tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "text"
    text_index.save(made_text.index(n=200), folder)
    return folder


@pytest.fixture(autouse=True)
def small_zoo(monkeypatch, shrink_zoo):
    shrink_zoo(monkeypatch)


def test_bert_is_trained_exported_and_opened(text, tmp_path):
    out = io.StringIO()
    folder = pretraining.pretrain("bert", tokens=20_000, text=text, runs=tmp_path, out=out)
    assert folder == tmp_path / "bert-mini" / "model"
    facts = json.loads((folder / "training.json").read_text())
    assert facts["tokens"] >= 20_000
    assert facts["command"] == "tlcourse pretrain bert-mini --tokens 20000 --seed 0 --text text"
    assert facts["log"][0]["losses"]["masked piece"] > facts["held_out"]["masked piece"]
    assert facts["text"]["sources"] == ["made", "other"]
    assert facts["parameters"]["total"] == sum(p.numel() for p in zoo.load(folder, heads=True).parameters())
    said = out.getvalue()
    assert "bert-mini" in said
    assert "100%" in said
    assert "tokens/s" in said

    theirs = transformers.AutoModel.from_pretrained(folder).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    batch = tokenizer("The old house", "Mary saw the river.", return_tensors="pt")
    with torch.no_grad():
        expected = theirs(**batch).last_hidden_state
        got = zoo.load(folder)(**batch).last_hidden_state
    torch.testing.assert_close(got, expected, rtol=1e-5, atol=1e-5)


def test_elmo_keeps_its_words(text, tmp_path):
    folder = pretraining.pretrain("elmo", tokens=10_000, text=text, runs=tmp_path, out=io.StringIO())
    assert type(zoo.load(folder)).__name__ == "BiLM"
    words = (folder / "vocabulary.txt").read_text().split("\n")
    assert words[:2] == ["<unk>", "</s>"]
    assert len(words) == 40


def test_resumed_runs_go_on_in_the_same_way(text, tmp_path):
    pretraining.pretrain("gpt2-nano", tokens=5_000, text=text, runs=tmp_path, out=io.StringIO())
    with pytest.raises(FileExistsError, match="--resume"):
        pretraining.pretrain("gpt2-nano", tokens=5_000, text=text, runs=tmp_path, out=io.StringIO())
    with pytest.raises(ValueError, match="tokens: 5000 then, 6000 now"):
        pretraining.pretrain("gpt2-nano", 6_000, text, tmp_path, resume=True, out=io.StringIO())
    pretraining.pretrain("gpt2-nano", 5_000, text, tmp_path, resume=True, out=io.StringIO())


def test_a_training_goes_on_from_a_trained_model(text, tmp_path):
    said = io.StringIO()
    first = pretraining.pretrain("bert", 20_000, text, tmp_path / "first", out=said)
    then = pretraining.pretrain(
        "bert", 10_000, text, tmp_path / "then", begins_from=str(first), seed=1, out=said
    )
    one, two = (json.loads((folder / "training.json").read_text()) for folder in (first, then))
    (before,) = two["before"]
    assert before["command"] == one["command"]
    assert before["tokens"] == one["tokens"]
    assert before["text"] == one["text"]["fingerprint"]
    weights = hashlib.sha256((first / "model.safetensors").read_bytes()).hexdigest()
    assert before["weights"] == weights
    assert two["command"] == (
        "tlcourse pretrain bert-mini --tokens 10000 --seed 1 --text text --from bert-mini"
    )
    assert str(tmp_path) not in (then / "training.json").read_text()
    # The first steps of the second know what the first has learned.
    assert two["log"][0]["losses"]["masked piece"] < one["log"][0]["losses"]["masked piece"] - 0.1

    card = (then / "README.md").read_text()
    assert "trained from random weights" not in card
    assert f"begun from bert-mini, which had read {one['tokens']:,} tokens" in card
    assert f"{one['command']}\n{two['command']}\n" in card
    assert weights[:16] in card
    assert f"| and before that, in other trainings | {one['tokens']:,} |" in card
    made = two["text"]["pieces"]["made"] + two["text"]["pieces"]["other"]
    assert model_card.times_read(two)["made"] == pytest.approx((one["tokens"] + two["tokens"]) / made)

    third = pretraining.pretrain("ernie", 4_000, text, tmp_path / "third", begins_from=str(then), out=said)
    facts = json.loads((third / "training.json").read_text())
    assert [stage["command"] for stage in facts["before"]] == [one["command"], two["command"]]
    assert f"which had read {one['tokens'] + two['tokens']:,} tokens" in (third / "README.md").read_text()


def test_a_resumed_training_does_not_begin_again(text, tmp_path, monkeypatch):
    first = pretraining.pretrain("bert", 5_000, text, tmp_path / "first", out=io.StringIO())
    asked = {"text": text, "runs": tmp_path, "begins_from": str(first), "out": io.StringIO()}
    pretraining.pretrain("bert", 5_000, **asked)
    begun = []
    monkeypatch.setattr(zoo, "begin_from", lambda *given: begun.append(given))
    pretraining.pretrain("bert", 5_000, resume=True, **asked)
    assert not begun
    with pytest.raises(ValueError, match=r"begins_from: .* then, None now"):
        pretraining.pretrain("bert", 5_000, resume=True, **asked | {"begins_from": None})


def test_what_cannot_be_begun_from_is_told_before_anything_is_read(text, tmp_path, tiny_zoo):
    def begin(name, **where):
        pretraining.pretrain(name, 5_000, runs=tmp_path, out=io.StringIO(), **where)

    with pytest.raises(FileNotFoundError, match="tlcourse pretrain"):
        begin("bert", text=text, begins_from=str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError, match=r"training\.json is not there"):
        begin("bert", text=text, begins_from=str(tiny_zoo / "bert-mini"))
    first = pretraining.pretrain("gpt2-nano", 5_000, text, tmp_path / "first", out=io.StringIO())
    with pytest.raises(ValueError, match=r"GPTForCausalLM.*does not fit"):
        begin("bert", text=text, begins_from=str(first))
    (first / "training.json").write_text('{"tokens": 5000, "text": {"fingerprint": "0"}}')
    with pytest.raises(ValueError, match=r"training\.json says nothing of name, command, steps"):
        begin("gpt2-nano", text=text, begins_from=str(first))
    assert not (tmp_path / "bert-mini" / "checkpoint.safetensors").exists()


def test_of_a_recipe_from_before_a_setting_was_there_it_has_the_default():
    now = recipes.recipe_for("bert", ("bbc",)).facts() | {"masked": 0.15}
    then = {key: value for key, value in now.items() if key not in ("masked", "packed", "begins_from")}
    assert [*recipes.differences(then, now)] == []
    assert [*recipes.differences(then, now | {"masked": 0.4})] == ["masked: 0.15 then, 0.4 now"]


def test_stopping_says_how_to_go_on(text, tmp_path, monkeypatch):
    def interrupted(recipe, index, folder, resume, report):
        folder.mkdir(parents=True)
        (folder / "checkpoint.safetensors").touch()
        raise KeyboardInterrupt

    monkeypatch.setattr(pretraining.loop, "run", interrupted)
    out = io.StringIO()
    with pytest.raises(KeyboardInterrupt):
        pretraining.pretrain("gpt2-nano", tokens=5_000, text=text, runs=tmp_path, out=out)
    assert "--resume" in out.getvalue()


def test_bad_input(text, tmp_path):
    with pytest.raises(ValueError, match=r"'t5'.*bert-mini"):
        pretraining.pretrain("t5", text=text, runs=tmp_path)
    with pytest.raises(ValueError, match="tokens is 0"):
        pretraining.pretrain("bert", tokens=0, text=text, runs=tmp_path)
    with pytest.raises(ValueError, match="seed is -1"):
        pretraining.pretrain("bert", 100, seed=-1)
    with pytest.raises(FileNotFoundError, match="tlcourse text"):
        pretraining.pretrain("bert", text=tmp_path / "nowhere", runs=tmp_path)


def test_every_model_of_the_zoo_has_a_recipe_that_fits_it():
    for name, config in zoo.ZOO.items():
        recipe = recipes.recipe_for(name, ("bbc", "imdb"), compile=True)
        assert sum(share for share, _ in recipe.lengths) == pytest.approx(1)
        longest = max(length for _, length in recipe.lengths)
        assert longest <= getattr(config, "max_position_embeddings", longest)
        phases = recipe.growth + recipe.lengths
        assert all(recipe.batch_tokens % length == 0 for _, length in phases)
        assert [length for _, length in phases] == sorted(length for _, length in phases)
        assert set(recipe.repeats) == {"bbc", "imdb"}
        assert recipe.compile == ("lstm_size" not in vars(config))
        assert recipes.objective_of(config)


def test_rows_grow():
    recipe = recipes.PretrainingRecipe(
        zoo.ZOO["bert-mini"], 1000, growth=((100, 16), (200, 32)), lengths=((0.9, 128), (0.1, 256))
    )
    lengths = {tokens: recipe.row_length(tokens) for tokens in (0, 99, 100, 199, 200, 899, 900, 1000, 1001)}
    assert lengths == {0: 16, 99: 16, 100: 32, 199: 32, 200: 128, 899: 128, 900: 256, 1000: 256, 1001: 256}


def test_a_training_of_few_tokens_has_all_phases():
    few = recipes.recipe_for("bert", ("bbc",), tokens=200_000)
    many = recipes.recipe_for("bert", ("bbc",))
    assert [n for _, n in few.growth] == [n for _, n in many.growth] == [16, 32, 64]
    assert few.growth[-1][0] < 0.8 * few.tokens


def test_a_small_text_has_enough_for_the_smallest_training(made_text):
    recipe = recipes.recipe_for("bert", ("made", "other"), tokens=200_000)
    index = made_text.index()
    objective = recipes.objective_of(recipe.config)(zoo.build(recipe.config), index)
    batch = objective.reader(index, Reading(8, recipe.lengths[0][1]))(0)
    assert batch["input_ids"].shape == (8, 128)


@pytest.mark.parametrize(
    ("seconds", "words"), [(47.6, "48 s"), (750, "12 min 30 s"), (3900, "1 h 05 min"), (0, "0 s")]
)
def test_durations(seconds, words):
    assert pretraining._duration(seconds) == words


@pytest.mark.parametrize(("text", "number"), [("200k", 200_000), ("1.5M", 1_500_000), ("300000", 300_000)])
def test_the_command_counts(text, number):
    assert commands._count(text) == number


def test_the_command(text, tmp_path):
    arguments = ["pretrain", "gpt2-nano", "--tokens", "4k", "--text", str(text), "--runs", str(tmp_path)]
    done = CliRunner().invoke(cli.app, arguments)
    assert done.exit_code == 0, done.output
    assert (tmp_path / "gpt2-nano" / "model" / "model.safetensors").is_file()
    done = CliRunner().invoke(cli.app, ["pretrain", "gpt2-nano", "--tokens", "many"])
    assert done.exit_code == 2
    assert "200k" in done.output
