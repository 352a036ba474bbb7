"""The zoo: sizes, and folders that both this course and transformers open."""

import dataclasses
import json
from pathlib import Path

import pytest
import torch
import transformers

from tlcourse import models
from tlcourse.models.pretrained import zoo

TINY = {
    "vocab_size": 61,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 20,
}


def tiny(name):
    config = zoo.ZOO[name]
    if name == "elmo-mini":
        small = {"vocab_size": 61, "projection_size": 6, "lstm_size": 8, "filters": ((1, 4), (2, 4))}
    elif name == "ulmfit-mini":
        small = {"vocab_size": 61, "embedding_size": 6, "lstm_size": 8}
    else:
        small = TINY
    torch.manual_seed(0)
    return zoo.build(dataclasses.replace(config, **small))


@pytest.mark.parametrize("name", zoo.ZOO)
def test_sizes_are_comparable_and_the_files_small(name):
    model = zoo.build(zoo.ZOO[name])
    total, body = zoo.size(model)
    assert 2 * total < 16e6  # bytes in half precision
    expected = {"gpt2-nano": 0.5e6, "gpt2-micro": 1.5e6}.get(name, 5e6)
    assert body == pytest.approx(expected, rel=0.2)
    assert model.config.vocab_size == 8192


def test_size_counts_tied_weights_once():
    model = zoo.build(zoo.ZOO["gpt2-nano"])
    vocabulary, positions, hidden, wide = 8192, 256, 128, 512
    attention = 4 * (hidden * hidden + hidden)
    feed_forward = 2 * hidden * wide + wide + hidden
    norms = 2 * 2 * hidden
    body = 3 * (attention + feed_forward + norms) + 2 * hidden
    assert zoo.size(model) == (body + (vocabulary + positions) * hidden, body)


@pytest.mark.parametrize("name", zoo.ZOO)
def test_exported_and_loaded_is_the_same_to_half_precision(name, tmp_path):
    model = tiny(name)
    zoo.export(model, tmp_path / name)
    again = zoo.load(tmp_path / name, heads=True)
    assert type(again) is type(model)
    assert again.config == model.config
    assert not again.training
    for key, value in model.state_dict().items():
        assert torch.equal(again.state_dict()[key], value.half().float()), key
    for file in (tmp_path / name).iterdir():
        assert file.stat().st_mode & 0o044 == 0o044, f"{file.name} is for its owner alone"


@pytest.mark.parametrize("name", [name for name in zoo.ZOO if name.split("-")[0] not in ("elmo", "ulmfit")])
def test_automodel_opens_the_folder(name, tmp_path):
    zoo.export(tiny(name), tmp_path / name)
    theirs, loading = transformers.AutoModel.from_pretrained(tmp_path / name, output_loading_info=True)
    assert not loading["missing_keys"]
    assert theirs.dtype == torch.float32
    ids = torch.randint(0, 61, (2, 9))
    with torch.no_grad():
        expected = theirs.eval()(ids).last_hidden_state
        got = zoo.load(tmp_path / name)(ids).last_hidden_state
    torch.testing.assert_close(got, expected, rtol=1e-5, atol=1e-5)


def test_their_heads_open_too(tmp_path):
    for name in ("bert-mini", "ernie-mini", "gpt-mini", "gpt2-nano", "xlnet-mini"):
        zoo.export(tiny(name), tmp_path / name)
        architecture = json.loads((tmp_path / name / "config.json").read_text())["architectures"][0]
        _, loading = getattr(transformers, architecture).from_pretrained(
            tmp_path / name, output_loading_info=True
        )
        assert not loading["missing_keys"], name


def test_a_failed_export_leaves_the_old_one(tmp_path):
    folder = tmp_path / "bert-mini"
    model = tiny("bert-mini")
    zoo.export(model, folder)
    (folder / "README.md").write_text("the card")
    with torch.no_grad():
        model.seq_relationship.bias[0] = 1e6  # more than half precision holds
    with pytest.raises(ValueError, match=r"seq_relationship\.bias.*float16"):
        zoo.export(model, folder)
    zoo.load(folder)
    with torch.no_grad():
        model.seq_relationship.bias[0] = 1.0
    zoo.export(model, folder)
    assert zoo.load(folder, heads=True).seq_relationship.bias[0] == 1
    assert (folder / "README.md").read_text() == "the card"
    assert [path.name for path in tmp_path.iterdir()] == ["bert-mini"]


def random_again(name, seed=1):
    torch.manual_seed(seed)
    return zoo.build(tiny(name).config)


@pytest.mark.parametrize("name", ["bert-mini", "elmo-mini", "gpt2-nano", "ernie-mini"])
def test_a_model_begins_from_another_of_its_kind(name, tmp_path):
    zoo.export(tiny(name), tmp_path / name)
    model, trained = random_again(name), zoo.load(tmp_path / name, heads=True)
    zoo.begin_from(model, tmp_path / name)
    for key, value in trained.state_dict().items():
        assert torch.equal(model.state_dict()[key], value), key


def test_ernie_begins_from_bert(tmp_path):
    """What is computed is BERT's, once ERNIE's embedding of the task is nothing."""
    zoo.export(tiny("bert-mini"), tmp_path / "bert")
    bert, ernie = zoo.load(tmp_path / "bert", heads=True), random_again("ernie-mini")
    own = {name: p.clone() for name, p in ernie.named_parameters() if "task" in name or "order" in name}
    zoo.begin_from(ernie, tmp_path / "bert")
    for name, p in own.items():
        assert torch.equal(dict(ernie.named_parameters())[name], p), name
    assert len(own) == 3
    ids = torch.randint(0, 61, (2, 9))
    with torch.no_grad():
        ernie.eval().ernie.embeddings.task_type.weight.zero_()
        torch.testing.assert_close(ernie(ids).predictions, bert(ids)[0])
        torch.testing.assert_close(ernie.ernie(ids).pooler_output, bert.bert(ids).pooler_output)


@pytest.mark.parametrize(
    ("model", "other", "told"),
    [
        ("bert-mini", "ernie-mini", r"ErnieForPreTraining whose ernie\..* BertForPreTraining"),
        ("bert-mini", "gpt-mini", "GPTForCausalLM"),
        ("elmo-mini", "bert-mini", "BertForPreTraining"),
    ],
)
def test_what_does_not_fit_is_not_begun_from(model, other, told, tmp_path):
    zoo.export(tiny(other), tmp_path / other)
    begun = random_again(model)
    before = {name: p.clone() for name, p in begun.named_parameters()}
    with pytest.raises(ValueError, match=told):
        zoo.begin_from(begun, tmp_path / other)
    assert all(torch.equal(p, before[name]) for name, p in begun.named_parameters())


def test_nor_is_one_of_another_size(tmp_path):
    zoo.export(tiny("bert-mini"), tmp_path / "bert")
    wide = zoo.build(dataclasses.replace(tiny("bert-mini").config, hidden_size=32))
    with pytest.raises(ValueError, match="same architecture and size"):
        zoo.begin_from(wide, tmp_path / "bert")


def test_names(tmp_path, monkeypatch):
    assert zoo.find("bert") == zoo.find("bert-mini") == "bert-mini"
    with pytest.raises(ValueError, match=r"'t5'.*bert-mini"):
        models.load("t5")
    monkeypatch.setenv("TLCOURSE_CHECKPOINTS", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="tlcourse pretrain bert-mini"):
        models.load("bert")
    zoo.export(tiny("bert-mini"), tmp_path / "bert-mini")
    assert type(models.load("bert")).__name__ == "BertModel"


@pytest.mark.parametrize("as_it_is", [str, Path])
def test_a_mistyped_path_is_not_taken_for_a_name(as_it_is, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"run.bert-mini.*runs/bert-mini/model"):
        zoo.load(as_it_is(tmp_path / "run" / "bert-mini"))


def test_a_folder_of_another_program_is_refused(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(ValueError, match="from_transformers"):
        zoo.load(tmp_path)
