"""The Transformer block (Vaswani et al. 2017, section 3.1), shared by GPT, GPT-2, BERT and ERNIE.

Shapes: B sequences, T tokens, H hidden size, V vocabulary size. Masks are boolean, True = may attend.

Taught in lesson *Sequences and attention*.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from tlcourse.models.parts.attention import MultiHeadAttention
from tlcourse.models.parts.config_fields import MOST_LAYERS, check_choice, check_real, check_whole

ACTIVATIONS = ("gelu", "gelu_new", "relu")


@dataclass(frozen=True)
class TransformerConfig:
    """What every Transformer of the course is built from; the names are those of `transformers`.

    Raises ValueError, with the name of the field, for a value that no network can be built from.
    """

    vocab_size: int = 8192
    hidden_size: int = 256
    num_hidden_layers: int = 6
    num_attention_heads: int = 8
    intermediate_size: int = 1024
    max_position_embeddings: int = 256
    hidden_act: str = "gelu"
    hidden_dropout_prob: float = 0.1
    attention_probs_dropout_prob: float = 0.1
    layer_norm_eps: float = 1e-12
    initializer_range: float = 0.02

    def __post_init__(self) -> None:
        check_whole(self, "vocab_size", "hidden_size", "num_attention_heads", "intermediate_size")
        check_whole(self, "max_position_embeddings")
        check_whole(self, "num_hidden_layers", most=MOST_LAYERS)
        check_choice(self, "hidden_act", *ACTIVATIONS)
        check_real(self, "hidden_dropout_prob", "attention_probs_dropout_prob", "layer_norm_eps")
        check_real(self, "initializer_range", most=10.0)

    @property
    def widths(self) -> list[int]:
        """Of the states, embeddings first."""
        return [self.hidden_size] * (self.num_hidden_layers + 1)


class EncoderOutput(NamedTuple):
    """What every encoder of the course returns."""

    last_hidden_state: Tensor  # (B, T, H)
    hidden_states: tuple[Tensor, ...]  # the embeddings, then each layer: num_hidden_layers + 1 of (B, T, H)
    pooler_output: Tensor | None = None  # (B, H), where the model has a pooler
    attentions: tuple[Tensor, ...] | None = None  # on request: num_hidden_layers of (B, heads, T, T)


def activation(name: str) -> nn.Module:
    """The activation by its `transformers` name; BERT takes the exact GELU, GPT its tanh approximation.

    Hendrycks and Gimpel 2016, section 2, gives both. Raises ValueError for an unknown name.
    """
    match name:
        case "gelu":
            return nn.GELU()
        case "gelu_new":
            return nn.GELU(approximate="tanh")
        case "relu":
            return nn.ReLU()
    raise ValueError(f"hidden_act={name!r} is unknown; it is one of 'gelu', 'gelu_new', 'relu'.")


class FeedForward(nn.Module):
    """Two linear layers applied to each position alone, Vaswani et al. 2017, section 3.3."""

    def __init__(self, hidden_size: int, intermediate_size: int, hidden_act: str = "gelu"):
        super().__init__()
        self.intermediate = nn.Linear(hidden_size, intermediate_size)
        self.activation = activation(hidden_act)
        self.output = nn.Linear(intermediate_size, hidden_size)

    def forward(self, hidden_states: Tensor) -> Tensor:
        """(B, T, H) → (B, T, H), through (B, T, intermediate_size)."""
        return self.output(self.activation(self.intermediate(hidden_states)))


class TransformerBlock(nn.Module):
    """Self-attention, then feed-forward, each with dropout, a residual connection and a layer norm.

    `norm="post"` normalises after the sum, x ← LN(x + f(x)), as the first Transformer, GPT and BERT do;
    `norm="pre"` normalises what goes into f, x ← x + f(LN(x)), as GPT-2 does (Radford et al. 2019, section
    2.3): the path from the last layer to the first is then a plain sum.
    """

    def __init__(
        self,
        hidden_size: int,
        num_attention_heads: int,
        intermediate_size: int,
        norm: str = "post",
        hidden_act: str = "gelu",
        hidden_dropout_prob: float = 0.0,
        attention_probs_dropout_prob: float = 0.0,
        layer_norm_eps: float = 1e-12,
    ):
        super().__init__()
        if norm not in ("pre", "post"):
            raise ValueError(f"norm={norm!r}; it is 'post' (GPT, BERT) or 'pre' (GPT-2).")
        self.norm = norm
        self.attention = MultiHeadAttention(hidden_size, num_attention_heads, attention_probs_dropout_prob)
        self.attention_norm = nn.LayerNorm(hidden_size, eps=layer_norm_eps)
        self.feed_forward = FeedForward(hidden_size, intermediate_size, hidden_act)
        self.feed_forward_norm = nn.LayerNorm(hidden_size, eps=layer_norm_eps)
        self.dropout = nn.Dropout(hidden_dropout_prob)

    def forward(
        self, hidden_states: Tensor, attention_mask: Tensor | None = None, need_weights: bool = False
    ) -> tuple[Tensor, Tensor | None]:
        """(B, T, H) → (B, T, H), and the attention weights (B, heads, T, T) if `need_weights`.

        `attention_mask` is boolean, True = may attend, broadcastable to (B, heads, T, T).
        """
        x = hidden_states
        if self.norm == "post":
            context, weights = self.attention(x, attention_mask=attention_mask, need_weights=need_weights)
            x = self.attention_norm(x + self.dropout(context))
            x = self.feed_forward_norm(x + self.dropout(self.feed_forward(x)))
        else:
            context, weights = self.attention(
                self.attention_norm(x), attention_mask=attention_mask, need_weights=need_weights
            )
            x = x + self.dropout(context)
            x = x + self.dropout(self.feed_forward(self.feed_forward_norm(x)))
        return x, weights


class TransformerStack(nn.Module):
    """`num_hidden_layers` blocks, one on the other."""

    def __init__(self, config: TransformerConfig, norm: str = "post"):
        super().__init__()
        self.blocks = nn.ModuleList(
            TransformerBlock(
                config.hidden_size,
                config.num_attention_heads,
                config.intermediate_size,
                norm=norm,
                hidden_act=config.hidden_act,
                hidden_dropout_prob=config.hidden_dropout_prob,
                attention_probs_dropout_prob=config.attention_probs_dropout_prob,
                layer_norm_eps=config.layer_norm_eps,
            )
            for _ in range(config.num_hidden_layers)
        )

    def forward(
        self, embeddings: Tensor, attention_mask: Tensor | None = None, need_weights: bool = False
    ) -> EncoderOutput:
        """(B, T, H) → the states of all layers, and if `need_weights` all attention maps."""
        x = embeddings
        hidden_states, attentions = [x], []
        for block in self.blocks:
            x, weights = block(x, attention_mask, need_weights)
            hidden_states.append(x)
            attentions.append(weights)
        return EncoderOutput(x, tuple(hidden_states), attentions=tuple(attentions) if need_weights else None)


def padding_mask(attention_mask: Tensor | None) -> Tensor | None:
    """A tokeniser's (B, T) mask, 1 = token, 0 = padding → boolean (B, 1, 1, T): which keys to attend to."""
    return None if attention_mask is None else attention_mask.bool()[:, None, None, :]


def causal_mask(length: int) -> Tensor:
    """Boolean (T, T): row t, position t, may attend to 0 … t."""
    return torch.ones(length, length, dtype=torch.bool).tril()


def initialise(module: nn.Module, initializer_range: float = 0.02) -> None:
    """Weights from N(0, initializer_range²), biases 0, layer norms 1 and 0, as GPT and BERT start."""
    for part in module.modules():
        if isinstance(part, nn.Linear | nn.Embedding):
            nn.init.normal_(part.weight, std=initializer_range)
        if isinstance(part, nn.Linear) and part.bias is not None:
            nn.init.zeros_(part.bias)


def gather_positions(hidden_states: Tensor, positions: Tensor) -> Tensor:
    """(B, T, H) and (B, P) → (B, P, H): only the states that have a target reach the output projection."""
    return torch.gather(hidden_states, 1, positions.unsqueeze(-1).expand(-1, -1, hidden_states.shape[-1]))
