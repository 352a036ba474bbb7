"""XLNet: permutation language modelling with two streams, on Transformer-XL.

Yang et al. 2019, "XLNet: Generalized Autoregressive Pretraining for Language Understanding"; Dai et al. 2019,
"Transformer-XL: Attentive Language Models beyond a Fixed-Length Context".
Shapes: B sequences, T pieces, M remembered pieces, S = M + T, P predicted positions, H hidden size, N heads,
D = H / N, V vocabulary size. Masks are boolean, True = may attend.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from tlcourse.models.parts.attention import masked_softmax
from tlcourse.models.parts.config_fields import check_whole
from tlcourse.models.parts.transformer import FeedForward, TransformerConfig, initialise


@dataclass(frozen=True)
class XLNetConfig(TransformerConfig):
    """`mem_len`: states remembered of earlier segments, 0: none. `reuse_len`: how many of each segment.

    XLNet has no position table: `max_position_embeddings` bounds nothing here.
    """

    mem_len: int = 96
    reuse_len: int | None = None  # None: all of them

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole(self, "mem_len", least=0)
        if self.reuse_len is not None:
            check_whole(self, "reuse_len", least=0)
        if self.hidden_size % 2:
            raise ValueError(
                f"hidden_size is {self.hidden_size}, expected an even number, for as many sines as "
                "cosines of a distance"
            )


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
        if hidden_size % num_attention_heads:
            raise ValueError(
                f"hidden_size={hidden_size} does not split into num_attention_heads={num_attention_heads} "
                "equal heads: choose a number of heads that divides hidden_size."
            )
        head_size = hidden_size // num_attention_heads
        self.num_attention_heads = num_attention_heads
        self.query = nn.Linear(hidden_size, hidden_size, bias=False)
        self.key = nn.Linear(hidden_size, hidden_size, bias=False)
        self.value = nn.Linear(hidden_size, hidden_size, bias=False)
        self.output = nn.Linear(hidden_size, hidden_size, bias=False)
        self.relative_key = nn.Linear(hidden_size, hidden_size, bias=False)
        self.content_bias = nn.Parameter(torch.zeros(num_attention_heads, 1, head_size))  # u
        self.distance_bias = nn.Parameter(torch.zeros(num_attention_heads, 1, head_size))  # v
        self.segment_bias = nn.Parameter(torch.zeros(num_attention_heads, 1, head_size))  # b
        self.segment_embedding = nn.Parameter(torch.zeros(num_attention_heads, 2, head_size))  # s₊, s₋
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


class XLNetLayer(nn.Module):
    """Relative attention and feed-forward, post-LN; both streams go through the same weights."""

    def __init__(self, config: XLNetConfig):
        super().__init__()
        self.attention = RelativeAttention(
            config.hidden_size, config.num_attention_heads, config.attention_probs_dropout_prob
        )
        self.attention_norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.feed_forward = FeedForward(config.hidden_size, config.intermediate_size, config.hidden_act)
        self.feed_forward_norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, x: Tensor, keys: Tensor, *where: Tensor | None) -> tuple[Tensor, Tensor]:
        """One stream: (B, T, H) → (B, T, H) and the attention weights. `where`: see `RelativeAttention`."""
        context, weights = self.attention(x, keys, *where)
        x = self.attention_norm(x + self.dropout(context))
        x = self.feed_forward_norm(x + self.dropout(self.feed_forward(x)))
        return x, weights


class XLNetOutput(NamedTuple):
    last_hidden_state: Tensor  # content stream h (B, T, H)
    hidden_states: tuple[Tensor, ...]  # of the content stream, embeddings first
    query_state: Tensor | None  # query stream g (B, P, H), where positions were asked for
    mems: tuple[Tensor, ...] | None  # each layer's input, to remember: (B, ≤ mem_len, H)
    attentions: tuple[Tensor, ...] | None  # of the content stream (B, N, T, S), on request


class XLNetModel(nn.Module):
    """The content stream h, and for chosen positions the query stream g (XLNet, section 2.3).

    h_t has seen the piece at t; g_t has not, only its position, so g_t may predict it. Both attend to the
    content of the pieces that come earlier in the order of the permutation. Fine-tuning uses h alone.
    """

    def __init__(self, config: XLNetConfig):
        super().__init__()
        self.config = config
        self.word = nn.Embedding(config.vocab_size, config.hidden_size)
        self.mask_embedding = nn.Parameter(torch.zeros(1, 1, config.hidden_size))  # w: every g starts from it
        self.layers = nn.ModuleList(XLNetLayer(config) for _ in range(config.num_hidden_layers))
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        initialise(self, config.initializer_range)
        for name, parameter in self.named_parameters():
            if name.endswith(("_bias", "_embedding")):
                nn.init.normal_(parameter, std=config.initializer_range)

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        may_attend: Tensor | None = None,
        positions: Tensor | None = None,
        mems: tuple[Tensor, ...] | None = None,
        need_weights: bool = False,
    ) -> XLNetOutput:
        """`input_ids`, `attention_mask` (1 = piece), `token_type_ids` (B, T).

        `may_attend` (B, T, T): the permutation as a mask, True where the key comes earlier in the order.
        `positions` (B, P): what the query stream predicts. `mems`: `num_hidden_layers` of (B, M, H).
        """
        batch, n_queries = input_ids.shape
        n_remembered = 0 if mems is None else mems[0].shape[1]
        n_keys = n_remembered + n_queries

        visible = may_attend
        if attention_mask is not None:
            pieces = attention_mask.bool()[:, None, :].expand(-1, n_queries, -1)
            visible = pieces if visible is None else visible & pieces
        if visible is not None:  # the memory is visible to all
            memory = visible.new_ones(batch, n_queries, n_remembered)
            visible = torch.cat([memory, visible], dim=-1)  # (B, T, S)
        other_segment = None
        if token_type_ids is not None:  # what is remembered counts as segment 0
            key_segments = torch.cat([token_type_ids.new_zeros(batch, n_remembered), token_type_ids], dim=1)
            other_segment = token_type_ids[:, :, None] != key_segments[:, None, :]  # (B, T, S)

        relative = relative_positions(n_queries, n_keys, self.config.hidden_size, input_ids.device)
        relative = self.dropout(relative)
        itself = torch.eye(n_queries, n_keys, dtype=torch.bool, device=input_ids.device)
        itself = itself.roll(n_remembered, dims=1)  # query i is key M + i
        for_content = relative, None if visible is None else visible | itself, other_segment

        h = self.dropout(self.word(input_ids))
        g, for_query = None, ()
        if positions is not None:
            g = self.dropout(self.mask_embedding.expand(batch, positions.shape[1], -1))
            rows = [None if m is None else _rows(m, positions) for m in (visible, other_segment)]
            for_query = relative, *rows, positions

        hidden_states, new_mems, attentions = [h], [], []
        for i, layer in enumerate(self.layers):
            keys = h if mems is None else torch.cat([mems[i], h], dim=1)  # (B, S, H)
            if self.config.mem_len:
                new_mems.append(self.remember(h, None if mems is None else mems[i]))
            if g is not None:
                g, _ = layer(g, keys, *for_query)
            h, weights = layer(h, keys, *for_content)
            hidden_states.append(h)
            attentions.append(weights)
        return XLNetOutput(
            self.dropout(h),
            tuple(hidden_states),
            None if g is None else self.dropout(g),
            tuple(new_mems) or None,
            tuple(attentions) if need_weights else None,
        )

    def remember(self, h: Tensor, earlier: Tensor | None) -> Tensor:
        """The last `mem_len` states of the memory and this segment, without their gradient (section 2.4)."""
        new = h if self.config.reuse_len is None else h[:, : self.config.reuse_len]
        if earlier is not None:
            new = torch.cat([earlier, new], dim=1)
        return new[:, -self.config.mem_len :].detach()


def _rows(mask: Tensor, positions: Tensor) -> Tensor:
    """(B, T, S) and (B, P) → (B, P, S): the rows at `positions`."""
    return mask.gather(1, positions[..., None].expand(-1, -1, mask.shape[-1]))


class XLNetForPreTraining(nn.Module):
    """XLNet with its output layer, whose weights are the word embeddings."""

    def __init__(self, config: XLNetConfig):
        super().__init__()
        self.config = config
        self.transformer = XLNetModel(config)
        self.lm_loss = nn.Linear(config.hidden_size, config.vocab_size)
        nn.init.zeros_(self.lm_loss.bias)
        self.lm_loss.weight = self.transformer.word.weight

    def forward(
        self,
        input_ids: Tensor,
        positions: Tensor,
        may_attend: Tensor,
        token_type_ids: Tensor | None = None,
        mems: tuple[Tensor, ...] | None = None,
    ) -> tuple[Tensor, tuple[Tensor, ...] | None]:
        """→ logits for the pieces at `positions` (B, P, V), from the query stream, and the new memory."""
        output = self.transformer(
            input_ids, token_type_ids=token_type_ids, may_attend=may_attend, positions=positions, mems=mems
        )
        return self.lm_loss(output.query_state), output.mems
