"""XLNet: permutation language modelling with two streams, on Transformer-XL.

Yang et al. 2019, "XLNet: Generalized Autoregressive Pretraining for Language Understanding"; Dai et al. 2019,
"Transformer-XL: Attentive Language Models beyond a Fixed-Length Context".
Shapes: B sequences, T pieces, M remembered pieces, S = M + T, P predicted positions, H hidden size, N heads,
D = H / N, V vocabulary size. Masks are boolean, True = may attend.

Taught in lesson *XLNet*.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from tlcourse.models.language.counterpart import Counterpart, Pair, pair_layer
from tlcourse.models.language.system import Marks, System, name_layers
from tlcourse.models.parts.config_fields import check_whole
from tlcourse.models.parts.relative_attention import RelativeAttention, relative_positions
from tlcourse.models.parts.transformer import FeedForward, TransformerConfig, initialise


@dataclass(frozen=True)
class XLNetConfig(TransformerConfig):
    """`mem_len`: states remembered of earlier segments, 0: none. `reuse_len`: how many of each segment.

    XLNet has no table of positions: `max_position_embeddings` has no effect here.
    """

    mem_len: int = 96
    reuse_len: int | None = None  # None: all of them

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole(self, "mem_len", least=0)
        if self.reuse_len is not None:
            check_whole(self, "reuse_len")
        if self.hidden_size % 2:
            raise ValueError(
                f"hidden_size is {self.hidden_size}, expected an even number, for as many sines as "
                "cosines of a distance"
            )


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

    def named_layers(self) -> dict[str, nn.Module]:
        """From the bottom up. The first vector of the query stream is left out: fine-tuning has none."""
        return name_layers(nn.ModuleList([self.word, self.dropout]), self.layers)

    def states(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> tuple[Tensor, ...]:
        """(B, T) each → the content stream's `num_hidden_layers` + 1 of (B, T, H), embeddings first."""
        return self(input_ids, attention_mask, token_type_ids).hidden_states


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


def _pairs(config: XLNetConfig) -> Iterator[Pair]:
    hidden, heads = config.hidden_size, config.num_attention_heads
    yield Pair(("word.weight",), "word_embedding.weight")
    yield Pair(("mask_embedding",), "mask_emb")

    def by_head(weight: Tensor) -> Tensor:  # (heads·D, H) → (H, heads, D)
        return weight.T.reshape(hidden, heads, -1)

    def by_row(weight: Tensor) -> tuple[Tensor, ...]:
        return (weight.reshape(hidden, -1).T,)

    for i in range(config.num_hidden_layers):
        ours, theirs = f"layers.{i}.attention", f"layer.{i}.rel_attn"
        for name, letter in (("query", "q"), ("key", "k"), ("value", "v"), ("relative_key", "r")):
            yield Pair((f"{ours}.{name}.weight",), f"{theirs}.{letter}", by_head, by_row)
        yield Pair(
            (f"{ours}.output.weight",),
            f"{theirs}.o",
            lambda weight: weight.reshape(hidden, heads, -1),
            lambda weight: (weight.reshape(hidden, -1),),
        )
        for name, letter in (("content", "w"), ("distance", "r"), ("segment", "s")):
            yield Pair(
                (f"{ours}.{name}_bias",),
                f"{theirs}.r_{letter}_bias",
                lambda bias: bias.squeeze(1),
                lambda bias: (bias.unsqueeze(1),),
            )
        yield Pair(
            (f"{ours}.segment_embedding",),
            f"{theirs}.seg_embed",
            lambda table: table.transpose(0, 1),
            lambda table: (table.transpose(0, 1),),
        )
        yield from pair_layer(f"layers.{i}.attention_norm", f"{theirs}.layer_norm")
        yield from pair_layer(f"layers.{i}.feed_forward.intermediate", f"layer.{i}.ff.layer_1")
        yield from pair_layer(f"layers.{i}.feed_forward.output", f"layer.{i}.ff.layer_2")
        yield from pair_layer(f"layers.{i}.feed_forward_norm", f"layer.{i}.ff.layer_norm")


def _refuse_two_dropouts(config: XLNetConfig) -> dict[str, Any]:
    if config.hidden_dropout_prob != config.attention_probs_dropout_prob:
        raise ValueError(
            f"hidden_dropout_prob is {config.hidden_dropout_prob} and attention_probs_dropout_prob "
            f"{config.attention_probs_dropout_prob}: an xlnet configuration has one `dropout` for both."
        )
    return {}


def _memory_and_dropout(fields: Mapping[str, Any]) -> dict[str, Any]:
    found = {"mem_len": fields.get("mem_len") or 0, "reuse_len": fields.get("reuse_len") or None}  # 0: all
    if "dropout" in fields:
        found["attention_probs_dropout_prob"] = fields["dropout"]
    return found


SYSTEM = System(
    XLNetConfig,
    XLNetForPreTraining,
    XLNetModel,
    "transformer",
    "XLNet: pieces in a permuted order, with a memory (Yang et al. 2019)",
    Marks((), ("[SEP]",), ("[SEP]", "[CLS]"), summary=-1, word_at="first", segments=True, last_segment=2),
    (
        Counterpart(
            "xlnet",
            "XLNetModel",
            "XLNetLMHeadModel",
            {
                "vocab_size": "vocab_size",
                "d_model": "hidden_size",
                "n_layer": "num_hidden_layers",
                "n_head": "num_attention_heads",
                "d_inner": "intermediate_size",
                "ff_activation": "hidden_act",
                "dropout": "hidden_dropout_prob",
                "mem_len": "mem_len",
                "reuse_len": "reuse_len",
                "initializer_range": "initializer_range",
                "layer_norm_eps": "layer_norm_eps",
            },
            _pairs,
            lambda: (Pair(("lm_loss.bias",), "lm_loss.bias"),),
            only={
                "attn_type": "bi",
                "bi_data": False,
                "clamp_len": -1,
                "same_length": False,
                "untie_r": True,
            },
            more_theirs=_refuse_two_dropouts,
            more_ours=_memory_and_dropout,
        ),
    ),
)
