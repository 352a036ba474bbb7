"""`tlcourse pretrain --all`: every model of the zoo, tiny, stopped and gone on with."""

import dataclasses
import io
import json

import pytest
import torch
from typer.testing import CliRunner

from tlcourse import cli
from tlcourse.data import text_index
from tlcourse.models.pretrained import zoo
from tlcourse.train.pretraining import loop, recipes, whole_zoo

TOKENS = 3_000


@pytest.fixture(autouse=True)
def small_zoo(monkeypatch, shrink_zoo):
    shrink_zoo(monkeypatch)


@pytest.fixture(scope="module")
def text(made_text, tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "text"
    text_index.save(made_text.index(n=400), folder)
    return folder


def facts_of(folder):
    return json.loads((folder / "training.json").read_text(encoding="utf-8"))


def stamps(folders):
    return {folder: (folder / "training.json").stat().st_mtime_ns for folder in folders}


def test_all_are_trained_and_ernie_goes_on_from_bert(text, tmp_path):
    made = whole_zoo.pretrain_all(TOKENS, text, tmp_path, out=io.StringIO())
    assert [folder.parent.name for folder in made] == [*zoo.ZOO]
    for folder in made:
        assert facts_of(folder)["tokens"] >= TOKENS
        assert zoo.load(folder).config == zoo.ZOO[folder.parent.name]
    before = {folder.parent.name: facts_of(folder).get("before") for folder in made}
    (bert,) = before.pop("ernie-mini")
    assert bert["command"] == facts_of(tmp_path / "bert-mini" / "model")["command"]
    assert set(before.values()) == {None}

    # Once more: nothing is trained again, or written over by mistake.
    at = stamps(made)
    with pytest.raises(FileExistsError, match="--resume"):
        whole_zoo.pretrain_all(TOKENS, text, tmp_path, out=io.StringIO())
    said = io.StringIO()
    assert whole_zoo.pretrain_all(TOKENS, text, tmp_path, resume=True, out=said) == made
    assert said.getvalue().count("is finished") == len(zoo.ZOO)
    assert stamps(made) == at


def test_one_that_began_from_other_weights_is_not_finished(text, tmp_path, monkeypatch):
    fingerprint = text_index.load(text).fingerprint()
    for name in zoo.ZOO:
        recipe = {"tokens": TOKENS, "seed": 0, "begins_from": recipes.BEGINS_FROM.get(name)}
        if name == "bert-mini":  # `tlcourse pretrain bert --from bert`
            recipe["begins_from"] = "bert-mini"
        facts = {"recipe": recipe, "text": {"fingerprint": fingerprint}}
        (tmp_path / name / "model").mkdir(parents=True)
        (tmp_path / name / "model" / "training.json").write_text(json.dumps(facts))
    trained = []
    monkeypatch.setattr(whole_zoo, "pretrain", lambda name, *_: trained.append(name))
    whole_zoo.pretrain_all(TOKENS, text, tmp_path, resume=True, out=io.StringIO())
    assert trained == ["bert-mini"]


def test_stopped_in_the_middle_it_goes_on_there(text, tmp_path, monkeypatch):
    """The fourth is stopped after its third step; then it ends with the weights of one that was not."""
    reports, name = [], [*zoo.ZOO][3]
    whole = whole_zoo.pretrain_all(TOKENS, text, tmp_path / "whole", out=io.StringIO())

    def often(*given, **options):
        return dataclasses.replace(recipe_for(*given, **options), checkpoint_every=1, log_every=1)

    def run(recipe, index, folder, resume, report):
        def stop(progress):
            reports.append((folder.name, progress.step))
            if reports[-1] == (name, 3) and not resume:
                raise KeyboardInterrupt

        return loop_run(recipe, index, folder, resume, stop)

    recipe_for, loop_run = recipes.recipe_for, loop.run
    monkeypatch.setattr(recipes, "recipe_for", often)
    monkeypatch.setattr(loop, "run", run)
    with pytest.raises(KeyboardInterrupt):
        whole_zoo.pretrain_all(TOKENS, text, tmp_path / "stopped", out=io.StringIO())
    reports.clear()
    made = whole_zoo.pretrain_all(TOKENS, text, tmp_path / "stopped", resume=True, out=io.StringIO())
    assert reports[0] == (name, 3)  # from the checkpoint of the step before
    assert {trained for trained, _ in reports} == {*[*zoo.ZOO][3:]}
    for one, other in zip(whole, made, strict=True):
        expected, got = (zoo.load(folder, heads=True).state_dict() for folder in (one, other))
        for key, value in expected.items():
            torch.testing.assert_close(got[key], value, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "give the name of a model, such as bert, or --all"),
        (["bert", "--all"], "give the name of a model, such as bert, or --all"),
        (["--all", "--from", "bert"], "--from is for one model"),
    ],
)
def test_the_command_takes_one_or_all(arguments, told):
    done = CliRunner().invoke(cli.app, ["pretrain", *arguments])
    assert done.exit_code == 2
    assert told in " ".join(done.output.replace("│", " ").split())


def test_the_command_trains_all(text, tmp_path):
    asked = ["--tokens", "2k", "--text", str(text), "--runs", str(tmp_path), "--seed", "3"]
    done = CliRunner().invoke(cli.app, ["pretrain", "--all", *asked])
    assert done.exit_code == 0, done.output
    assert {folder.parent.name for folder in tmp_path.glob("*/model")} == set(zoo.ZOO)
    assert facts_of(tmp_path / "ernie-mini" / "model")["recipe"]["seed"] == 3
