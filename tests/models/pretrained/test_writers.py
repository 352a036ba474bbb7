"""Writers that remember write what those write that read everything anew."""

import pytest
import torch

from tlcourse.models.language import sampling
from tlcourse.models.language.gpt import GPTConfig, GPTForCausalLM
from tlcourse.models.language.sampling import Choice
from tlcourse.models.pretrained import writers, zoo


@pytest.fixture(scope="module")
def writer():
    return writers.load("gpt2-nano")


@pytest.mark.parametrize("choice", [Choice(temperature=0), Choice(top_k=40), Choice(top_p=0.9)])
def test_the_same_pieces_as_without_a_cache(writer, choice):
    model = zoo.load("gpt2-nano", heads=True)
    ids = torch.tensor([[*writer.start, *writer.encode(text)] for text in ("the film was", "the party is")])

    def anew(ids):
        logits = model.next_logits(ids)
        logits[:, list(writer.marks)] = -torch.inf
        return logits

    expected = sampling.continued(anew, ids, 12, choice, torch.Generator().manual_seed(4))
    got = writers.continued(writer, ids, 12, choice, seed=4)
    assert torch.equal(got, expected)
    assert not torch.equal(got, writers.continued(writer, ids, 12, choice, seed=5)) or choice.temperature == 0


def test_no_mark_is_written_and_words_are_whole(writer):
    ids = torch.tensor([[*writer.start, *writer.encode("the")]])
    got = writers.continued(writer, ids, 40, Choice(temperature=3.0), seed=0)
    assert got[0, 2:].min() >= len(writer.marks)
    number = writer.tokenizer.token_to_id("##s")
    assert writer.decode([number, *writer.encode("of")]).startswith("s ")


def test_another_model_is_refused():
    post = GPTForCausalLM(GPTConfig(vocab_size=20, hidden_size=8, num_hidden_layers=1, num_attention_heads=2))
    with pytest.raises(ValueError, match="expected a GPT-2"):
        writers.of_gpt(post)
    with pytest.raises(ValueError, match="zoo"):
        writers.load("gpt5")
