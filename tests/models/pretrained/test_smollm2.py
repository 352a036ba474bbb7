"""SmolLM2, unpacked: its weights are those that the gguf library reads, and it knows what it should."""

import numpy as np
import pytest
import torch

from tlcourse import assets
from tlcourse.models.pretrained import encoders as pretrained_encoders
from tlcourse.models.pretrained import smollm2


@pytest.fixture(scope="module")
def loaded():
    try:
        packed = assets.path("smollm2")
    except assets.AssetMissing as missing:
        pytest.skip(str(missing))
    there = assets.derived_dir() / f"smollm2-{assets.catalogue()['smollm2'].manifest_id}"
    if not there.is_dir():
        pytest.skip("unpacking takes half a minute: call tlcourse.models.pretrained.smollm2.folder() once")
    return packed, *smollm2.load()


def test_weights_are_those_of_the_file(loaded):
    packed, _, model = loaded
    from gguf import GGUFReader, dequantize

    names = {
        "blk.3.ffn_up.weight": "model.layers.3.mlp.up_proj.weight",
        "output_norm.weight": "model.norm.weight",
    }
    own = dict(model.named_parameters())
    read = 0
    for tensor in GGUFReader(packed / smollm2._FILE).tensors:
        if tensor.name in names:
            expected = dequantize(tensor.data, tensor.tensor_type)
            got = own[names[tensor.name]].detach().numpy()
            np.testing.assert_allclose(
                got, expected.reshape(got.shape), rtol=1e-3, atol=1e-4
            )  # half precision
            read += 1
    assert read == len(names)


def test_it_knows_a_capital(loaded):
    _, tokens, model = loaded
    inputs = tokens("The capital of France is", return_tensors="pt")
    with torch.inference_mode():
        best = model(**inputs).logits[0, -1].argmax()
    assert tokens.decode(best) == " Paris"


def test_as_an_encoder_it_gives_the_states_of_transformers(loaded):
    _, tokens, model = loaded
    encoder = pretrained_encoders.load("smollm2")
    ((example,),) = encoder.parts(["The old house stood by the river."])
    assert example.units == tokens("The old house stood by the river.")["input_ids"]
    with torch.inference_mode():
        got = encoder(encoder.batch([example]))
        expected = model(torch.tensor([example.units]), output_hidden_states=True).hidden_states
    assert len(got) == 31
    torch.testing.assert_close(got[-1], expected[-1], rtol=1e-4, atol=1e-4)
    (words,) = encoder.words([["The", "old", "house"]])
    assert tokens.decode(words.units) == " The old house"


def test_the_courses_own_decoder_gives_the_same_logits_and_pieces(loaded):
    _, tokens, model = loaded
    pieces, llama = smollm2.decoder()
    text = "The film, in Zürich, cost £5."
    ids = tokens(text, add_special_tokens=False)["input_ids"]
    assert pieces.encode(text, add_special_tokens=False).ids == ids
    assert set(tokens.all_special_ids) <= set(smollm2.marks(pieces))
    causal = torch.ones(len(ids), len(ids), dtype=torch.bool).tril()
    with torch.inference_mode():
        got = llama.logits(llama.states(torch.tensor([ids]), torch.arange(len(ids)), causal))
        expected = model(torch.tensor([ids])).logits
    torch.testing.assert_close(got, expected, rtol=1e-3, atol=1e-3)
    assert llama.n_parameters == sum(p.numel() for p in model.parameters())
    assert all(tensor.dtype == torch.float16 for tensor in llama.weights.values())
