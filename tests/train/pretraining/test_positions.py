"""Copied positions: in the weights and in Adam's moments, and nowhere else."""

import pytest
import torch

from tlcourse.models.language.bert import BertConfig
from tlcourse.models.language.xlnet import XLNetConfig
from tlcourse.models.pretrained import zoo
from tlcourse.train.pretraining import positions

SIZES = {
    "vocab_size": 50,
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 32,
}


def stepped(model):
    """An optimiser that has made a step, so that it has moments."""
    optimizer = torch.optim.AdamW(model.parameters(), fused=True)
    for parameter in model.parameters():
        parameter.grad = torch.randn_like(parameter)
    optimizer.step()
    return optimizer


@pytest.mark.parametrize(("seen", "length", "copied"), [(4, 8, [0, 1, 2, 3]), (3, 8, [0, 1, 2, 0, 1])])
def test_new_positions_are_copies_and_nothing_else_changes(seen, length, copied):
    torch.manual_seed(0)
    model = zoo.build(BertConfig(**SIZES, max_position_embeddings=12))
    optimizer = stepped(model)
    (name,) = [name for name, _ in model.named_parameters() if name.endswith("position.weight")]
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    moments = {n: v.clone() for n, v in optimizer.state[model.get_parameter(name)].items()}
    positions.begin_as_copies(model, optimizer, seen, length)
    for other, parameter in model.named_parameters():
        if other != name:
            assert torch.equal(parameter, before[other])
    for key, now in (("", model.get_parameter(name)), *optimizer.state[model.get_parameter(name)].items()):
        then = moments[key] if key else before[name]
        if now.ndim == 2:
            assert torch.equal(now[seen:length], then[copied])
            assert torch.equal(now[:seen], then[:seen])
            assert torch.equal(now[length:], then[length:])
        else:
            assert torch.equal(now, then)


def test_what_has_no_positions_stays_as_it_is():
    model = zoo.build(XLNetConfig(**SIZES))
    optimizer = stepped(model)
    before = [p.detach().clone() for p in model.parameters()]
    positions.begin_as_copies(model, optimizer, 4, 8)
    for then, now in zip(before, model.parameters(), strict=True):
        assert torch.equal(then, now)
