"""The decoder of Llama against that of transformers, with a cache and without."""

import json

import pytest
import torch

from tlcourse.models.language.llama import Llama, LlamaConfig


@pytest.fixture(scope="module")
def theirs():
    from transformers import LlamaConfig as TheirConfig
    from transformers import LlamaForCausalLM

    torch.manual_seed(0)
    config = TheirConfig(
        vocab_size=5000, hidden_size=48, intermediate_size=80, num_hidden_layers=3, num_attention_heads=6,
        num_key_value_heads=2, max_position_embeddings=64, tie_word_embeddings=True, initializer_range=0.2,
        rope_theta=500.0, bos_token_id=1,
    )  # fmt: skip
    model = LlamaForCausalLM(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():  # so that half precision loses nothing
            parameter.copy_(parameter.half().float())
    return model


@pytest.fixture(scope="module")
def ours(theirs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("llama")
    theirs.save_pretrained(folder)
    config = LlamaConfig.read(folder / "config.json")
    weights = {
        name: tensor.half() for name, tensor in theirs.state_dict().items() if name != "lm_head.weight"
    }
    return Llama(config, weights)


IDS = torch.tensor([[1, 7, 4999, 3, 3, 42, 8], [1, 9, 2, 2, 77, 5, 6]])


@torch.inference_mode()
def test_the_logits_are_those_of_transformers(theirs, ours):
    causal = torch.ones(7, 7, dtype=torch.bool).tril()
    got = ours.logits(ours.states(IDS, torch.arange(7), causal))
    torch.testing.assert_close(got, theirs(IDS).logits, rtol=1e-4, atol=1e-4)
    assert ours.n_parameters == sum(p.numel() for p in theirs.parameters())


@torch.inference_mode()
def test_what_was_read_is_kept(ours):
    causal = torch.ones(7, 7, dtype=torch.bool).tril()
    whole = ours.states(IDS, torch.arange(7), causal)
    cache = []
    ours.states(IDS[:, :4], torch.arange(4), causal[:4, :4], cache)
    for place in (4, 5, 6):
        step = ours.states(IDS[:, place : place + 1], torch.tensor([place]), None, cache)
        torch.testing.assert_close(step[:, 0], whole[:, place], rtol=1e-4, atol=1e-4)
    assert cache[0][0].shape == (2, 2, 7, 8)


@pytest.mark.parametrize(
    "change", [{"model_type": "gpt2"}, {"rope_parameters": {"rope_type": "yarn", "rope_theta": 1.0}}]
)
def test_another_architecture_is_refused(tmp_path, change):
    names = LlamaConfig.__dataclass_fields__
    fields = dict.fromkeys(names, 1) | {"model_type": "llama", "rope_theta": 500.0} | change
    (tmp_path / "config.json").write_text(json.dumps(fields), encoding="utf-8")
    with pytest.raises(ValueError, match="not known here"):
        LlamaConfig.read(tmp_path / "config.json")
