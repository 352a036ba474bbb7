"""Transformer-XL's attention: its scores know how far apart two pieces are, and if they share a segment.

Dai et al. 2019, "Transformer-XL: Attentive Language Models beyond a Fixed-Length Context"; the segments are
XLNet's (Yang et al. 2019, section 2.5).
Shapes: B sequences, T queries, S keys, P predicted positions, H hidden size, N heads, D = H / N. Masks are
boolean, True = may attend.

Taught in lesson *XLNet*.
"""

import math

import torch
from torch import Tensor, nn

from tlcourse.models.parts.attention import head_size, masked_softmax


def relative_positions(n_queries: int, n_keys: int, hidden_size: int, device: torch.device) -> Tensor:
    """Sinusoids of the distances S, S−1, …, 1−T between a query and a key → (S + T, H).

    Transformer-XL, section 3.3: R. Distances below 0 are keys after the query, which a left-to-right model
    does not need.
    """
    distances = torch.arange(n_keys, -n_queries, -1.0, device=device)  # (S + T,)
    frequencies = 10000 ** (-torch.arange(0, hidden_size, 2.0, device=device) / hidden_size)  # (H / 2,)
    angles = distances[:, None] * frequencies
    return torch.cat([angles.sin(), angles.cos()], dim=-1)


def relative_shift(scores: Tensor, n_keys: int) -> Tensor:
    """(…, T, S + T) scores by distance → (…, T, S) scores by key.

    Query i finds key j in column T − i + j, so row i has to start T − i columns in. Drop the first T numbers
    and read the rest in rows one shorter: row i then starts at T + i (S + T − 1) = i (S + T) + (T − i).
    (Transformer-XL, appendix B, saves the same work by the same regularity.)
    """
    *batch, n_queries, n_distances = scores.shape
    shifted = scores.reshape(*batch, n_distances, n_queries)[..., 1:, :]
    return shifted.reshape(*batch, n_queries, n_distances - 1)[..., :n_keys]


class RelativeAttention(nn.Module):
    """Attention whose scores know the distance of two pieces and whether they share a segment.

    The score of query i and key j is the sum of three (Transformer-XL, section 3.3, and XLNet, section 2.5):
    content (q_i + u)·k_j, distance (q_i + v)·W_r R_{i−j}, segment (q_i + b)·s with s = s₊ or s₋.
    """

    def __init__(self, hidden_size: int, num_attention_heads: int, attention_probs_dropout_prob: float = 0.0):
        super().__init__()
        size = head_size(hidden_size, num_attention_heads)
        self.num_attention_heads = num_attention_heads
        self.query = nn.Linear(hidden_size, hidden_size, bias=False)
        self.key = nn.Linear(hidden_size, hidden_size, bias=False)
        self.value = nn.Linear(hidden_size, hidden_size, bias=False)
        self.output = nn.Linear(hidden_size, hidden_size, bias=False)
        self.relative_key = nn.Linear(hidden_size, hidden_size, bias=False)
        self.content_bias = nn.Parameter(torch.zeros(num_attention_heads, 1, size))  # u
        self.distance_bias = nn.Parameter(torch.zeros(num_attention_heads, 1, size))  # v
        self.segment_bias = nn.Parameter(torch.zeros(num_attention_heads, 1, size))  # b
        self.segment_embedding = nn.Parameter(torch.zeros(num_attention_heads, 2, size))  # s₊, s₋
        self.dropout = nn.Dropout(attention_probs_dropout_prob)

    def split_heads(self, x: Tensor) -> Tensor:
        """(…, T, H) → (…, N, T, D)."""
        return x.unflatten(-1, (self.num_attention_heads, -1)).transpose(-3, -2)

    def forward(
        self,
        queries: Tensor,
        keys: Tensor,
        relative: Tensor,
        may_attend: Tensor | None = None,
        other_segment: Tensor | None = None,
        positions: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """`queries` (B, T, H), `keys` (B, S, H), memory first → context (B, T, H), weights (B, N, T, S).

        `relative` (S + T, H) is from `relative_positions`; `may_attend` and `other_segment` (B, T, S) are
        boolean. With `positions` (B, P) the queries are (B, P, H), query p stands at position `positions[p]`
        of the T, and both masks are (B, P, S).
        """
        n_keys = keys.shape[1]
        q = self.split_heads(self.query(queries))  # (B, N, T, D)
        k, v = self.split_heads(self.key(keys)), self.split_heads(self.value(keys))  # (B, N, S, D)
        r = self.split_heads(self.relative_key(relative))  # (N, S + T, D)

        scores = (q + self.content_bias) @ k.transpose(-2, -1)  # (B, N, T, S)
        by_distance = (q + self.distance_bias) @ r.transpose(-2, -1)  # (B, N, T, S + T)
        if positions is None:
            scores = scores + relative_shift(by_distance, n_keys)
        else:
            length = relative.shape[0] - n_keys  # T
            to_key = torch.arange(n_keys, device=keys.device)
            column = length - positions[..., None] + to_key  # (B, P, S)
            column = column[:, None].expand(-1, self.num_attention_heads, -1, -1)
            scores = scores + by_distance.gather(-1, column)
        if other_segment is not None:
            by_segment = (q + self.segment_bias) @ self.segment_embedding.transpose(-2, -1)  # (B, N, T, 2)
            same, other = by_segment.split(1, dim=-1)
            scores = scores + torch.where(other_segment[:, None], other, same)

        mask = None if may_attend is None else may_attend[:, None]
        weights = self.dropout(masked_softmax(scores / math.sqrt(q.shape[-1]), mask))
        context = (weights @ v).transpose(1, 2).flatten(2)  # (B, T, H)
        return self.output(context), weights
