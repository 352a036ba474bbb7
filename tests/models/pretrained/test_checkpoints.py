"""Trained models on disk: where they are looked for; they are loaded and replaced whole or not at all."""

import dataclasses
import json
import os
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from tlcourse import checkout
from tlcourse.models.pretrained import checkpoints, zoo


@pytest.fixture
def model_folder(tiny_zoo, tmp_path):
    """A copy of a tiny model's folder, to be damaged: `model_folder("bert-mini")`."""

    def copy(name: str) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        for file in (tiny_zoo / name).iterdir():
            (folder / file.name).write_bytes(file.read_bytes())
        return folder

    return copy


def change(path, **changed):
    """Write the file of weights again, with these tensors instead; those that are None, without."""
    tensors = load_file(path) | changed
    # Beside, then renamed: what was read is a map of the file, and to write under it can kill the process.
    save_file({name: tensor for name, tensor in tensors.items() if tensor is not None}, f"{path}.new")
    os.replace(f"{path}.new", path)


def clone(folder: Path) -> Path:
    (folder / "notebooks" / "src").mkdir(parents=True)
    (folder / "data" / "checkpoints").mkdir(parents=True)
    return folder


def test_they_lie_where_the_variable_says_then_in_the_packages_clone_then_in_the_nearest(
    tmp_path, monkeypatch
):
    own, near = clone(tmp_path / "own"), clone(tmp_path / "near")
    monkeypatch.setattr(checkout, "of_package", lambda: own)
    monkeypatch.chdir(near / "notebooks" / "src")
    monkeypatch.setenv("TLCOURSE_CHECKPOINTS", "~/models")
    assert checkpoints.checkpoints_dir() == Path.home() / "models"
    monkeypatch.delenv("TLCOURSE_CHECKPOINTS")
    assert checkpoints.checkpoints_dir() == own / "data" / "checkpoints"
    (own / "data" / "checkpoints").rmdir()
    assert checkpoints.checkpoints_dir() == near / "data" / "checkpoints"
    monkeypatch.setattr(checkout, "of_package", lambda: None)
    assert checkpoints.checkpoints_dir() == near / "data" / "checkpoints"
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match=rf"above {tmp_path}\..*clone.*TLCOURSE_CHECKPOINTS"):
        checkpoints.checkpoints_dir()


def test_an_empty_name_is_no_folder_and_a_folder_without_a_model_no_model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"name is ''.*bert-mini"):
        zoo.load("")
    for nothing in (".", Path("")):
        with pytest.raises(FileNotFoundError, match=rf"{tmp_path}/config\.json is not there.*bert-mini"):
            zoo.load(nothing)


def test_heads_that_transformers_lacks_are_needed_only_where_they_are_asked_for(model_folder, tiny_zoo):
    folder = model_folder("ernie-mini")
    (folder / "heads.safetensors").unlink()
    with pytest.raises(FileNotFoundError, match=r"heads\.safetensors is not there.*tlcourse pretrain"):
        zoo.load(folder, heads=True)
    expected = zoo.load(tiny_zoo / "ernie-mini").state_dict()
    for name, tensor in zoo.load(folder).state_dict().items():
        assert torch.equal(tensor, expected[name])


@pytest.mark.parametrize("name", ["elmo-mini", "ulmfit-mini", "gpt2-nano", "bert-mini", "xlnet-mini"])
def test_other_weights_than_the_models_are_refused(model_folder, name):
    folder = model_folder(name)
    path = folder / "model.safetensors"
    tensors = load_file(path)
    largest = max(tensors, key=lambda name: tensors[name].numel())
    change(path, **{largest: None})
    with pytest.raises(ValueError, match=rf"model\.safetensors lacks {largest} of.*tlcourse pretrain"):
        zoo.load(folder)
    change(path, **{largest: tensors[largest], "another.weight": torch.zeros(2)})
    with pytest.raises(ValueError, match=r"model\.safetensors has another\.weight, which"):
        zoo.load(folder)
    change(path, **{"another.weight": None, largest: tensors[largest][:1].clone()})  # it would be broadcast
    with pytest.raises(ValueError, match=rf"model\.safetensors has {largest} of shape \(1,"):
        zoo.load(folder)


def test_other_heads_are_refused(model_folder):
    folder = model_folder("ernie-mini")
    path = folder / "heads.safetensors"
    tensors = load_file(path)
    change(path, **dict.fromkeys(tensors), other=torch.zeros(1))
    with pytest.raises(ValueError, match=rf"heads\.safetensors lacks .* and {len(tensors) - 3} more of"):
        zoo.load(folder, heads=True)


@pytest.mark.parametrize("file", ["model.safetensors", "heads.safetensors"])
@pytest.mark.parametrize("kept", [0.0, 0.01, 0.9])
def test_a_file_that_is_cut_short_is_named(model_folder, file, kept):
    folder = model_folder("ernie-mini")
    content = (folder / file).read_bytes()
    (folder / file).write_bytes(content[: int(kept * len(content))])
    with pytest.raises(ValueError, match=rf"{file} is cut short.*Get the folder again"):
        zoo.load(folder, heads=True)


def test_what_is_missing_is_trained_again_under_its_name(tmp_path):
    zoo.export(zoo.build(zoo.ZOO["gpt2-nano"]), tmp_path / "model")
    change(tmp_path / "model" / "model.safetensors", extra=torch.zeros(1))
    with pytest.raises(ValueError, match="`tlcourse pretrain gpt2-nano`"):
        zoo.load(tmp_path / "model")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"tlcourse": {"config"', "cannot be read as JSON"),
        (b"\xff\xfe{}", "cannot be read as JSON"),
        (b"[]", "holds a list"),
        (b'{"tlcourse": "yes"}', "was not written by this course"),
        (b'{"tlcourse": {"config": "BertConfig"}}', "does not describe a BertConfig"),
        (b'{"tlcourse": {"config": "BertConfig", "fields": []}}', "does not describe a BertConfig"),
        (
            b'{"tlcourse": {"config": "BertConfig", "fields": {"depth": 2}}}',
            "does not describe a BertConfig.*depth",
        ),
    ],
)
def test_a_damaged_configuration_is_named(model_folder, content, said):
    folder = model_folder("bert-mini")
    (folder / "config.json").write_bytes(content)
    with pytest.raises(ValueError, match=rf"config\.json {said}"):
        zoo.load(folder)


def test_exported_over_a_model_with_more_files_none_of_its_weights_stay(model_folder, tiny_zoo):
    folder = model_folder("ernie-mini")
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "config.json").write_text("a copy of JupyterLab's")
    zoo.export(zoo.load(tiny_zoo / "bert-mini", heads=True), folder)
    assert not (folder / "heads.safetensors").exists()
    assert (folder / "tokenizer.json").exists()
    assert (folder / ".ipynb_checkpoints" / "config.json").exists()
    assert type(zoo.load(folder, heads=True)).__name__ == "BertForPreTraining"


def test_a_rename_that_fails_puts_the_old_model_back(model_folder, monkeypatch):
    folder = model_folder("gpt2-nano")
    before = sorted(folder.parent.iterdir())
    real = os.rename

    def rename(old, new):
        if new == folder and old.suffix == ".part":
            raise OSError("no")
        return real(old, new)

    model = zoo.load(folder, heads=True)
    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", rename)
        with pytest.raises(OSError, match="no"):
            zoo.export(model, folder)
    assert sorted(folder.parent.iterdir()) == before
    zoo.load(folder)


def test_killed_between_the_renames_the_old_model_lies_aside_and_the_next_export_goes_on(model_folder):
    folder = model_folder("gpt2-nano")
    model = zoo.load(folder, heads=True)
    aside = folder.with_name(".gpt2-nano.1a2b3c4d.before")
    folder.rename(aside)  # where a process is killed then
    zoo.load(aside)
    zoo.export(model, folder)
    zoo.load(folder)
    assert not aside.exists()
    aside.mkdir()  # where one was killed before it removed the old one
    (aside / "config.json").write_text("old")
    zoo.export(model, folder)
    assert not aside.exists()
    assert json.loads((folder / "config.json").read_text())["tlcourse"]["fields"] == dataclasses.asdict(
        model.config
    )
