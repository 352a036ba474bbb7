"""Our attention against PyTorch's, and the laws that any attention obeys."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from tlcourse.models.parts.attention import (
    AdditiveAttention,
    DotProductAttention,
    MultiHeadAttention,
    masked_softmax,
    scaled_dot_product,
)

# float32 sums of at most 64 terms, in another order: errors stay around 1e-6.
CLOSE = {"rtol": 1e-4, "atol": 1e-5}


def random_mask(generator: torch.Generator, *shape: int) -> torch.Tensor:
    mask = torch.rand(*shape, generator=generator) < 0.6
    mask[..., 0] = True  # every query sees something
    return mask


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 3), st.integers(1, 7), st.integers(1, 7), st.sampled_from([1, 4, 16]), st.integers(0, 99)
)
def test_scaled_dot_product_equals_pytorchs(batch, queries, keys, size, seed):
    g = torch.Generator().manual_seed(seed)
    q = torch.randn(batch, 2, queries, size, generator=g)
    k, v = torch.randn(2, batch, 2, keys, size, generator=g)
    mask = random_mask(g, batch, 2, queries, keys)
    context, weights = scaled_dot_product(q, k, v, mask)
    torch.testing.assert_close(context, F.scaled_dot_product_attention(q, k, v, attn_mask=mask), **CLOSE)
    torch.testing.assert_close(weights.sum(-1), torch.ones(batch, 2, queries), **CLOSE)
    assert (weights[~mask] == 0).all()


def test_a_query_with_nothing_to_attend_to_gets_zeros_and_a_finite_gradient():
    scores = torch.randn(2, 3, requires_grad=True)
    weights = masked_softmax(scores, torch.tensor([[True, True, False], [False, False, False]]))
    assert weights[1].eq(0).all()
    weights[:, 0].sum().backward()
    assert torch.isfinite(scores.grad).all()


def test_additive_attention_is_the_papers_formula_pair_by_pair():
    torch.manual_seed(0)
    attention = AdditiveAttention(query_size=5, key_size=7, attention_size=4).double()
    query, keys = torch.randn(2, 5).double(), torch.randn(2, 3, 7).double()
    mask = torch.tensor([[True, True, True], [True, True, False]])
    context, weights = attention(query, keys, mask)
    W_a, U_a, v_a = attention.W_a.weight, attention.U_a.weight, attention.v_a.weight[0]
    for b in range(2):
        seen = [j for j in range(3) if mask[b, j]]
        e = [math.exp(v_a.dot(torch.tanh(W_a @ query[b] + U_a @ keys[b, j])).item()) for j in seen]
        expected = sum(x / sum(e) * keys[b, j] for x, j in zip(e, seen, strict=True))
        torch.testing.assert_close(context[b], expected)
        assert weights[b][~mask[b]].eq(0).all()
    again, _ = attention(query, keys, mask, projected_keys=attention.U_a(keys))
    torch.testing.assert_close(again, context)


def test_dot_product_attention_in_the_decoder_is_pytorchs():
    torch.manual_seed(5)
    attention = DotProductAttention(query_size=5, key_size=7, attention_size=4)
    query, keys = torch.randn(2, 5), torch.randn(2, 3, 7)
    mask = torch.tensor([[True, True, True], [True, False, True]])
    context, weights = attention(query, keys, mask, attention.project(keys))
    q, k = attention.W_q(query)[:, None], attention.W_k(keys)
    expected = F.scaled_dot_product_attention(q, k, keys, attn_mask=mask[:, None])
    torch.testing.assert_close(context, expected[:, 0], **CLOSE)
    torch.testing.assert_close(attention(query, keys, mask), (context, weights))
    torch.testing.assert_close(weights.sum(-1), torch.ones(2), **CLOSE)


def torchs_copy(ours: MultiHeadAttention, hidden: int, heads: int) -> torch.nn.MultiheadAttention:
    """PyTorch's own module with our weights."""
    theirs = torch.nn.MultiheadAttention(hidden, heads, batch_first=True)
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([ours.query.weight, ours.key.weight, ours.value.weight]))
        theirs.in_proj_bias.copy_(torch.cat([ours.query.bias, ours.key.bias, ours.value.bias]))
        theirs.out_proj.load_state_dict(ours.output.state_dict())
    return theirs


@pytest.mark.parametrize("need_weights", [False, True])
@pytest.mark.parametrize(("hidden", "heads"), [(16, 4), (6, 1), (64, 8)])
def test_multi_head_attention_equals_torch_nn(hidden, heads, need_weights):
    g = torch.Generator().manual_seed(hidden)
    torch.manual_seed(heads)
    ours = MultiHeadAttention(hidden, heads)
    theirs = torchs_copy(ours, hidden, heads)
    x, memory = torch.randn(3, 5, hidden, generator=g), torch.randn(3, 8, hidden, generator=g)
    for source in (x, memory):
        mask = random_mask(g, 3, 1, 1, source.shape[1])
        context, weights = ours(x, None if source is x else source, mask, need_weights=need_weights)
        expected, expected_weights = theirs(
            x, source, source, key_padding_mask=~mask[:, 0, 0], average_attn_weights=False
        )
        torch.testing.assert_close(context, expected, **CLOSE)
        if need_weights:
            torch.testing.assert_close(weights, expected_weights, **CLOSE)
        else:
            assert weights is None


def test_fused_and_explicit_paths_agree_in_value_and_gradient():
    g = torch.Generator().manual_seed(1)
    torch.manual_seed(1)
    attention = MultiHeadAttention(16, 4)
    x = torch.randn(2, 6, 16, generator=g)
    causal = torch.ones(6, 6, dtype=torch.bool).tril()
    grads = []
    for need_weights in (False, True):
        attention.zero_grad()
        context, _ = attention(x, attention_mask=causal, need_weights=need_weights)
        context.pow(2).sum().backward()
        grads.append([p.grad.clone() for p in attention.parameters()])
    for fused, explicit in zip(*grads, strict=True):
        torch.testing.assert_close(fused, explicit, **CLOSE)


def test_self_attention_without_positions_is_permutation_equivariant():
    torch.manual_seed(2)
    attention = MultiHeadAttention(8, 2)
    x, order = torch.randn(1, 6, 8), torch.tensor([3, 1, 5, 0, 2, 4])
    torch.testing.assert_close(attention(x[:, order])[0], attention(x)[0][:, order], **CLOSE)


def test_a_causal_mask_hides_the_future():
    torch.manual_seed(3)
    attention = MultiHeadAttention(8, 2)
    x = torch.randn(1, 6, 8)
    changed = x.clone()
    changed[:, 4:] += 1
    causal = torch.ones(6, 6, dtype=torch.bool).tril()
    before, after = (attention(h, attention_mask=causal)[0] for h in (x, changed))
    torch.testing.assert_close(before[:, :4], after[:, :4], **CLOSE)
    assert not torch.allclose(before[:, 4:], after[:, 4:], atol=1e-2)


def test_attention_dropout_acts_in_training_only():
    torch.manual_seed(4)
    attention = MultiHeadAttention(8, 2, attention_probs_dropout_prob=0.5)
    x = torch.randn(1, 6, 8)
    for need_weights in (False, True):
        attention.train()
        assert not torch.equal(*(attention(x, need_weights=need_weights)[0] for _ in range(2)))
        attention.eval()
        torch.testing.assert_close(*(attention(x, need_weights=need_weights)[0] for _ in range(2)))


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"hidden_size=10 .* num_attention_heads=3"):
        MultiHeadAttention(10, 3)
    with pytest.raises(TypeError, match=r"torch\.int64.*torch\.bool"):
        MultiHeadAttention(8, 2)(
            torch.randn(1, 3, 8), attention_mask=torch.ones(1, 1, 1, 3, dtype=torch.long)
        )
