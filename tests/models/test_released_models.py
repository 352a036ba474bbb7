"""The trained models that come with the course: whole, of the same text, and what their cards say."""

import json
import shutil

import pytest
import torch
import transformers
from safetensors.torch import load_file

from tlcourse.models import zoo
from tlcourse.models.transformer import TransformerConfig
from tlcourse.train import model_card

RELEASED = sorted(folder.parent for folder in zoo.checkpoints_dir().glob("*/model.safetensors"))
MOST_BYTES = 16_000_000

pytestmark = pytest.mark.parametrize("folder", RELEASED, ids=lambda folder: folder.name)


def facts_of(folder):
    return json.loads((folder / "training.json").read_text(encoding="utf-8"))


def test_it_is_of_the_zoo_in_half_precision_and_small(folder):
    assert zoo.read_config(folder) == zoo.ZOO[folder.name]
    files = [*folder.glob("*.safetensors")]
    assert sum(file.stat().st_size for file in files) <= MOST_BYTES
    for file in files:
        for name, tensor in load_file(file).items():
            assert tensor.dtype == torch.float16, name
            assert tensor.isfinite().all(), name


def test_its_card_is_made_of_its_files(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / folder.name)
    (copy / "README.md").unlink()
    assert model_card.write(copy).read_text() == (folder / "README.md").read_text()
    model = zoo.load(folder, heads=True)
    assert facts_of(folder)["parameters"] == zoo.size(model)._asdict()


def test_it_read_the_same_text_as_the_others(folder):
    facts = facts_of(folder)
    assert facts["text"]["fingerprint"] == facts_of(RELEASED[0])["text"]["fingerprint"]
    assert facts["tokens"] >= facts["recipe"]["tokens"]
    assert facts["log"][-1]["tokens"] == facts["tokens"]
    assert set(facts["text"]["report"]["leaking"]) <= set(facts["text"]["sources"])


def test_transformers_opens_it_and_computes_the_same(folder):
    ours = zoo.load(folder)
    if not isinstance(ours.config, TransformerConfig):
        pytest.skip("transformers has no such architecture")
    theirs = transformers.AutoModel.from_pretrained(folder).eval()
    words = transformers.AutoTokenizer.from_pretrained(folder)
    ids = words("The film was long, and not a minute too long.", return_tensors="pt")["input_ids"]
    with torch.inference_mode():
        got, expected = ours(ids).last_hidden_state, theirs(ids).last_hidden_state
    assert not torch.allclose(expected[0, 0], expected[0, -1], atol=0.1)
    torch.testing.assert_close(got, expected, atol=1e-4, rtol=1e-4)
