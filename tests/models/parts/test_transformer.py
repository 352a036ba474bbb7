"""The Transformer block against `torch.nn.TransformerEncoderLayer` with the same weights."""

import pytest
import torch

from tlcourse.models.parts.embeddings import TransformerEmbeddings
from tlcourse.models.parts.transformer import (
    TransformerBlock,
    TransformerConfig,
    TransformerStack,
    activation,
    gather_positions,
    padding_mask,
)

B, T, H, HEADS, WIDE = 2, 7, 24, 4, 60


def torch_layer_with(block: TransformerBlock) -> torch.nn.TransformerEncoderLayer:
    layer = torch.nn.TransformerEncoderLayer(
        H, HEADS, WIDE, dropout=0.0, activation="gelu", batch_first=True, norm_first=block.norm == "pre"
    )
    attention, feed_forward = block.attention, block.feed_forward
    parts = (attention.query, attention.key, attention.value)
    with torch.no_grad():
        layer.self_attn.in_proj_weight.copy_(torch.cat([p.weight for p in parts]))
        layer.self_attn.in_proj_bias.copy_(torch.cat([p.bias for p in parts]))
    layer.self_attn.out_proj.load_state_dict(attention.output.state_dict())
    layer.linear1.load_state_dict(feed_forward.intermediate.state_dict())
    layer.linear2.load_state_dict(feed_forward.output.state_dict())
    layer.norm1.load_state_dict(block.attention_norm.state_dict())
    layer.norm2.load_state_dict(block.feed_forward_norm.state_dict())
    return layer


@pytest.mark.parametrize("norm", ["pre", "post"])
@pytest.mark.parametrize("need_weights", [False, True])
def test_block_equals_torch(norm, need_weights):
    torch.manual_seed(0)
    block = TransformerBlock(H, HEADS, WIDE, norm=norm, layer_norm_eps=1e-5)
    for parameter in block.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    x = torch.randn(B, T, H)
    allowed = torch.ones(T, T, dtype=torch.bool).tril()
    ours, weights = block(x, allowed, need_weights)
    theirs = torch_layer_with(block)(x, src_mask=~allowed)  # torch's mask: True = may not attend
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)
    assert (weights is None) != need_weights


def test_dropout_acts_on_both_sublayers_in_training_only():
    torch.manual_seed(0)
    block = TransformerBlock(H, HEADS, WIDE, norm="pre", hidden_dropout_prob=1.0)
    x = torch.randn(B, T, H)
    assert torch.equal(block(x)[0], x)  # both branches dropped: only the residual path is left
    assert not torch.equal(block.eval()(x)[0], x)


@pytest.mark.parametrize(
    ("name", "reference"), [("gelu", "gelu"), ("gelu_new", "gelu_new"), ("relu", "relu")]
)
def test_activations_equal_transformers(name, reference):
    from transformers.activations import ACT2FN

    x = torch.linspace(-6, 6, 201)
    torch.testing.assert_close(activation(name)(x), ACT2FN[reference](x), rtol=1e-6, atol=1e-6)


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="'swish'"):
        activation("swish")
    with pytest.raises(ValueError, match="'middle'"):
        TransformerBlock(H, HEADS, WIDE, norm="middle")


def test_padding_is_invisible():
    torch.manual_seed(0)
    config = TransformerConfig(
        hidden_size=H,
        num_attention_heads=HEADS,
        intermediate_size=WIDE,
        num_hidden_layers=2,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    stack = TransformerStack(config)
    x = torch.randn(1, T, H)
    mask = torch.tensor([[1, 1, 1, 1, 0, 0, 0]])
    padded = stack(x, padding_mask(mask)).last_hidden_state
    alone = stack(x[:, :4]).last_hidden_state
    torch.testing.assert_close(padded[:, :4], alone, rtol=1e-5, atol=1e-5)


def test_embeddings_are_a_sum_and_refuse_what_is_too_long():
    torch.manual_seed(0)
    table = TransformerEmbeddings(11, H, max_position_embeddings=5, type_vocab_size=2, task_type_vocab_size=3)
    ids, segments, tasks = torch.tensor([[3, 10]]), torch.tensor([[0, 1]]), torch.tensor([[2, 2]])
    expected = (
        table.word.weight[[3, 10]]
        + table.position.weight[[0, 1]]
        + table.token_type.weight[[0, 1]]
        + table.task_type.weight[[2, 2]]
    )
    torch.testing.assert_close(table(ids, segments, tasks)[0], expected)
    zeros = torch.zeros(1, 2, dtype=torch.long)
    torch.testing.assert_close(table(ids), table(ids, zeros, zeros))
    with pytest.raises(ValueError, match=r"6 tokens.*5 positions"):
        table(torch.zeros(1, 6, dtype=torch.long))


def test_gather_positions():
    x = torch.randn(B, T, H)
    positions = torch.tensor([[3, 0], [6, 6]])
    expected = torch.stack([x[0, [3, 0]], x[1, [6, 6]]])
    assert torch.equal(gather_positions(x, positions), expected)
