"""The trained models that come with the course: whole, of the same text, and what their cards say."""

import json
import shutil

import pytest
import torch
import transformers
from safetensors.torch import load_file

from tlcourse.models.pretrained import zoo
from tlcourse.models.pretrained.registry import system_of
from tlcourse.train.pretraining import model_card

RELEASED = sorted(folder.parent for folder in zoo.checkpoints_dir().glob("*/model.safetensors"))
MOST_BYTES = 16_000_000

# All that the zoo is tested on, and the other splits of the same corpora.
EVALUATED_ON = {
    "rated sentences: movie": 10_603,
    "rated sentences: product": 3_697,
    "rated sentences: editorial": 5_118,
    "rated sentences: tweets": 4_140,
    "bbc news: test": 513,
    "conll2000": 10_948 + 2,  # an empty line at the end of each of its files
    "ieer": 94,
    "qc": 5_952,
    "rte": 8_334,
    "imdb: test": 25_000,
}


def test_all_of_the_zoo_are_there():
    assert {folder.name for folder in RELEASED} == set(zoo.ZOO)


each = pytest.mark.parametrize("folder", RELEASED, ids=lambda folder: folder.name)


def facts_of(folder):
    return json.loads((folder / "training.json").read_text(encoding="utf-8"))


@each
def test_it_is_of_the_zoo_in_half_precision_and_small(folder):
    assert zoo.read_config(folder) == zoo.ZOO[folder.name]
    files = [*folder.glob("*.safetensors")]
    assert sum(file.stat().st_size for file in files) <= MOST_BYTES
    for file in files:
        for name, tensor in load_file(file).items():
            assert tensor.dtype == torch.float16, name
            assert tensor.isfinite().all(), name


@each
def test_its_card_is_made_of_its_files(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / folder.name)
    (copy / "README.md").unlink()
    assert model_card.write(copy).read_text() == (folder / "README.md").read_text()
    model = zoo.load(folder, heads=True)
    assert facts_of(folder)["parameters"] == zoo.size(model)._asdict()


def one_batch(facts):
    return facts["recipe"]["batch_tokens"]  # by so much a training reads further than it was told at most


def test_bert_alone_has_read_on():
    assert [folder.name for folder in RELEASED if facts_of(folder).get("before")] == ["bert-mini"]


@each
def test_it_read_as_much_of_the_same_text_as_the_others_to_begin_with(folder):
    facts, others = facts_of(folder), facts_of(RELEASED[0])
    assert facts["text"] == others["text"]
    assert facts["recipe"]["repeats"] == others["recipe"]["repeats"]
    first, as_the_others = ((one.get("before") or [one])[0]["tokens"] for one in (facts, others))
    assert first == pytest.approx(as_the_others, abs=one_batch(facts) + one_batch(others))
    assert facts["tokens"] >= facts["recipe"]["tokens"]
    assert facts["log"][-1]["tokens"] == facts["tokens"]


@each
def test_its_text_was_cleared_of_all_that_is_tested_on(folder):
    text = facts_of(folder)["text"]
    report = text["report"]
    assert report["evaluation_texts"] == EVALUATED_ON
    assert report["words_in_a_run"] == 13
    for source in text["sources"]:
        became = {
            what: report[what].get(source, 0)
            for what in ("too_short", "repeated", "leaking", "held_out", "kept")
        }
        assert sum(became.values()) == report["read"][source]
        assert became["kept"] > 0
        # A document can share runs with several sets, and is dropped once.
        shared = [report["shared_with_held_out"], *report["shared_with_evaluation"].values()]
        counts = [one.get(source, 0) for one in shared]
        assert max(counts) <= became["leaking"] <= sum(counts)
    assert set(report["shared_with_evaluation"]) <= set(EVALUATED_ON)
    assert sum(report["leaking"].values()) > 100  # BBC's two splits alone share so many


@each
def test_transformers_opens_it_and_computes_the_same(folder):
    ours = zoo.load(folder)
    if not system_of(ours.config).counterparts:
        pytest.skip("transformers has no such architecture")
    theirs = transformers.AutoModel.from_pretrained(folder).eval()
    words = transformers.AutoTokenizer.from_pretrained(folder)
    ids = words("The film was long, and not a minute too long.", return_tensors="pt")["input_ids"]
    with torch.inference_mode():
        got, expected = ours(ids).last_hidden_state, theirs(ids).last_hidden_state
    assert not torch.allclose(expected[0, 0], expected[0, -1], atol=0.1)
    torch.testing.assert_close(got, expected, atol=1e-4, rtol=1e-4)
