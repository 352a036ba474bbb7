"""Attention: additive (Bahdanau et al. 2015), scaled dot-product and multi-head (Vaswani et al. 2017).

Shapes: B sequences, T queries, S keys, H hidden size, D = H / heads. Masks are boolean, True = may attend.

Taught in lesson *Sequences and attention*.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def masked_softmax(scores: Tensor, attention_mask: Tensor | None = None) -> Tensor:
    """Softmax over the last axis of `scores`, with weight exactly 0 wherever `attention_mask` is False.

    A row without a single True gets all-zero weights, where a plain softmax over −∞ would give NaN.
    """
    if attention_mask is None:
        return scores.softmax(dim=-1)
    lowest = torch.finfo(scores.dtype).min  # finite, so that an all-False row gives no NaN
    weights = scores.masked_fill(~attention_mask, lowest).softmax(dim=-1)
    return weights.masked_fill(~attention_mask, 0.0)


def scaled_dot_product(
    query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None = None, dropout_p: float = 0.0
) -> tuple[Tensor, Tensor]:
    """softmax(Q Kᵀ / √D) V, Vaswani et al. 2017, section 3.2.1, equation 1.

    `query` (…, T, D), `key` (…, S, D), `value` (…, S, E); `attention_mask` bool, broadcastable to (…, T, S).
    Returns the context (…, T, E) and the weights (…, T, S). `dropout_p` drops weights, as the authors' code
    does (the paper has dropout only elsewhere, section 5.4).
    """
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])  # (…, T, S)
    weights = masked_softmax(scores, attention_mask)
    weights = F.dropout(weights, p=dropout_p, training=dropout_p > 0)
    return weights @ value, weights


class AdditiveAttention(nn.Module):
    """Bahdanau et al. 2015, appendix A.1.2: e_ij = v_aᵀ tanh(W_a s_{i−1} + U_a h_j).

    The score is a small network with one hidden layer of `attention_size` units.
    """

    def __init__(self, query_size: int, key_size: int, attention_size: int):
        super().__init__()
        self.W_a = nn.Linear(query_size, attention_size, bias=False)
        self.U_a = nn.Linear(key_size, attention_size, bias=False)
        self.v_a = nn.Linear(attention_size, 1, bias=False)

    def project(self, keys: Tensor) -> Tensor:
        """(B, S, K) → (B, S, attention_size): U_a h_j, which no query changes."""
        return self.U_a(keys)

    def forward(
        self,
        query: Tensor,
        keys: Tensor,
        attention_mask: Tensor | None = None,
        projected_keys: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """`query` (B, Q), `keys` (B, S, K), `attention_mask` (B, S) → context (B, K), weights (B, S).

        `projected_keys` is `self.project(keys)`: the same at every step of a decoder, so compute it once.
        """
        if projected_keys is None:
            projected_keys = self.project(keys)
        hidden = torch.tanh(self.W_a(query).unsqueeze(1) + projected_keys)  # (B, S, attention_size)
        weights = masked_softmax(self.v_a(hidden).squeeze(-1), attention_mask)  # (B, S)
        return torch.bmm(weights.unsqueeze(1), keys).squeeze(1), weights


class DotProductAttention(nn.Module):
    """In the place of `AdditiveAttention`, with Vaswani et al.'s score: (W_q s_{i−1})ᵀ (W_k h_j) / √D.

    No hidden layer and no tanh: both sides are projected to `attention_size` = D numbers and multiplied.
    """

    def __init__(self, query_size: int, key_size: int, attention_size: int):
        super().__init__()
        self.W_q = nn.Linear(query_size, attention_size, bias=False)
        self.W_k = nn.Linear(key_size, attention_size, bias=False)

    def project(self, keys: Tensor) -> Tensor:
        """(B, S, K) → (B, S, attention_size): W_k h_j, which no query changes."""
        return self.W_k(keys)

    def forward(
        self,
        query: Tensor,
        keys: Tensor,
        attention_mask: Tensor | None = None,
        projected_keys: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """As `AdditiveAttention.forward`: one query (B, Q) for each of B sequences."""
        if projected_keys is None:
            projected_keys = self.project(keys)
        mask = None if attention_mask is None else attention_mask.unsqueeze(1)
        q = self.W_q(query).unsqueeze(1)  # (B, 1, D)
        context, weights = scaled_dot_product(q, projected_keys, keys, mask)
        return context.squeeze(1), weights.squeeze(1)


def head_size(hidden_size: int, num_attention_heads: int) -> int:
    """D = H / heads. Raises ValueError if the heads are not equal."""
    if hidden_size % num_attention_heads:
        raise ValueError(
            f"hidden_size={hidden_size} does not split into num_attention_heads={num_attention_heads} "
            "equal heads: choose a number of heads that divides hidden_size."
        )
    return hidden_size // num_attention_heads


class MultiHeadAttention(nn.Module):
    """Several scaled dot-product attentions side by side, Vaswani et al. 2017, section 3.2.2.

    Self-attention when only `hidden_states` is given; cross-attention when keys and values come with it.
    """

    def __init__(self, hidden_size: int, num_attention_heads: int, attention_probs_dropout_prob: float = 0.0):
        super().__init__()
        head_size(hidden_size, num_attention_heads)
        self.num_attention_heads = num_attention_heads
        self.attention_probs_dropout_prob = attention_probs_dropout_prob
        self.query = nn.Linear(hidden_size, hidden_size)
        self.key = nn.Linear(hidden_size, hidden_size)
        self.value = nn.Linear(hidden_size, hidden_size)
        self.output = nn.Linear(hidden_size, hidden_size)

    def split_heads(self, x: Tensor) -> Tensor:
        """(B, T, H) → (B, heads, T, D)."""
        return x.unflatten(-1, (self.num_attention_heads, -1)).transpose(1, 2)

    def forward(
        self,
        hidden_states: Tensor,
        key_value_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        need_weights: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """From (B, T, H), and keys and values from (B, S, H) → context (B, T, H), weights (B, heads, T, S).

        `attention_mask` is boolean, True = may attend, broadcastable to (B, heads, T, S); an integer 0/1 mask
        raises TypeError. The weights are None unless `need_weights`; without them PyTorch's fused kernel does
        the same sum, mostly faster and in less memory.
        """
        if attention_mask is not None and attention_mask.dtype != torch.bool:
            raise TypeError(
                f"attention_mask has dtype {attention_mask.dtype}; it must be torch.bool, "
                "True = may attend: write mask.bool()."
            )
        source = hidden_states if key_value_states is None else key_value_states
        q = self.split_heads(self.query(hidden_states))  # (B, heads, T, D)
        k, v = self.split_heads(self.key(source)), self.split_heads(self.value(source))  # (B, heads, S, D)
        dropout_p = self.attention_probs_dropout_prob if self.training else 0.0
        if need_weights or _plain_is_faster(q):
            context, weights = scaled_dot_product(q, k, v, attention_mask, dropout_p)
        else:
            weights = None
            context = F.scaled_dot_product_attention(q, k, v, attn_mask=attention_mask, dropout_p=dropout_p)
        context = context.transpose(1, 2).flatten(2)  # (B, heads, T, D) → (B, T, H)
        return self.output(context), weights if need_weights else None


def _plain_is_faster(query: Tensor) -> bool:
    """On a CPU in bfloat16, the fused kernel's backward pass takes three times as long as the plain sum's."""
    return query.dtype == torch.bfloat16 and query.requires_grad and query.device.type == "cpu"
