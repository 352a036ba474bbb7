"""GPT and GPT-2: a Transformer decoder that reads from left to right.

GPT: Radford et al. 2018, "Improving Language Understanding by Generative Pre-Training". GPT-2: Radford et al.
2019, "Language Models are Unsupervised Multitask Learners".
Shapes: B sequences, T pieces, H hidden size, V vocabulary size.

Taught in lesson *OpenAI GPT*.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlcourse.models.language import sampling
from tlcourse.models.language.counterpart import Counterpart, Pair, pair_conv1d, pair_layer
from tlcourse.models.language.system import Marks, System, name_layers
from tlcourse.models.parts.config_fields import check_choice
from tlcourse.models.parts.embeddings import TransformerEmbeddings
from tlcourse.models.parts.transformer import (
    EncoderOutput,
    TransformerConfig,
    TransformerStack,
    causal_mask,
    gather_positions,
    initialise,
    padding_mask,
)


@dataclass(frozen=True)
class GPTConfig(TransformerConfig):
    """`norm="post"` is GPT, `norm="pre"` GPT-2."""

    hidden_act: str = "gelu_new"
    layer_norm_eps: float = 1e-5
    norm: str = "post"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice(self, "norm", "pre", "post")


class GPTModel(nn.Module):
    """Token and position embeddings and a stack of blocks whose attention never looks ahead."""

    def __init__(self, config: GPTConfig):
        super().__init__()
        self.config = config
        self.embeddings = TransformerEmbeddings(
            config.vocab_size,
            config.hidden_size,
            config.max_position_embeddings,
            hidden_dropout_prob=config.hidden_dropout_prob,
        )
        self.decoder = TransformerStack(config, norm=config.norm)
        # GPT-2 (section 2.3) adds a layer norm after the last block; a post-LN block ends in one already.
        self.norm = (
            nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
            if config.norm == "pre"
            else nn.Identity()
        )
        causal = causal_mask(config.max_position_embeddings)
        self.register_buffer("causal", causal, persistent=False)  # row t: position t may attend to 0 … t
        initialise(self, config.initializer_range)
        if config.norm == "pre":
            self.scale_residual_layers()

    def scale_residual_layers(self) -> None:
        """GPT-2 (section 2.3): the N layers that write to the residual path start smaller by √N."""
        n_residual_layers = 2 * self.config.num_hidden_layers
        for block in self.decoder.blocks:
            for layer in (block.attention.output, block.feed_forward.output):
                layer.weight.data /= math.sqrt(n_residual_layers)

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor | None = None, need_weights: bool = False
    ) -> EncoderOutput:
        """`input_ids` (B, T), `attention_mask` (B, T) 1 = piece, 0 = padding (on the right) → the states."""
        embedded = self.embeddings(input_ids)
        length = input_ids.shape[1]
        mask = self.causal[:length, :length]  # (T, T)
        if attention_mask is not None:
            mask = mask & padding_mask(attention_mask)  # (B, 1, T, T)
        output = self.decoder(embedded, mask, need_weights)
        last = self.norm(output.last_hidden_state)
        return output._replace(last_hidden_state=last, hidden_states=(*output.hidden_states[:-1], last))

    def named_layers(self) -> dict[str, nn.Module]:
        """From the bottom up; the last norm belongs to the last block."""
        *below, top = self.decoder.blocks
        return name_layers(self.embeddings, [*below, nn.ModuleList([top, self.norm])])

    def states(self, input_ids: Tensor, attention_mask: Tensor, **_: Tensor) -> tuple[Tensor, ...]:
        """(B, T) each → `num_hidden_layers` + 1 of (B, T, H), embeddings first. Segments are not read."""
        return self(input_ids, attention_mask).hidden_states


class GPTForCausalLM(nn.Module):
    """The next piece, with the token embeddings as output weights (GPT, section 3.1, equation 2)."""

    def __init__(self, config: GPTConfig):
        super().__init__()
        self.config = config
        self.transformer = GPTModel(config)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        self.lm_head.weight = self.transformer.embeddings.word.weight

    def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None) -> Tensor:
        """(B, T) → logits (B, T, V); those at position t are for the piece at t + 1."""
        return self.lm_head(self.transformer(input_ids, attention_mask).last_hidden_state)

    def generate(
        self,
        input_ids: Tensor,
        max_new_tokens: int,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Continue (B, T) to (B, T + max_new_tokens), as `sampling.continued` does; it reads what fits."""
        longest, choice = self.config.max_position_embeddings, sampling.Choice(temperature, top_k, top_p)

        def read(ids: Tensor) -> Tensor:
            return self.next_logits(ids[:, -longest:])

        return sampling.continued(read, input_ids, max_new_tokens, choice, generator)

    def next_logits(self, input_ids: Tensor) -> Tensor:
        """(B, T) → (B, V), for the piece after the last alone: the others would be multiplied for nothing."""
        return self.lm_head(self.transformer(input_ids).last_hidden_state[:, -1])


# The input transformations (GPT, section 3.3 and figure 1): every task becomes one or more sequences.


def classification_input(text: Sequence[int], start: int, extract: int) -> list[list[int]]:
    """[start; text; extract]: one sequence."""
    return [[start, *text, extract]]


def entailment_input(
    premise: Sequence[int], hypothesis: Sequence[int], start: int, delimiter: int, extract: int
) -> list[list[int]]:
    """[start; premise; delimiter; hypothesis; extract]: one sequence."""
    return [[start, *premise, delimiter, *hypothesis, extract]]


def similarity_input(
    first: Sequence[int], second: Sequence[int], start: int, delimiter: int, extract: int
) -> list[list[int]]:
    """Both orders, as similarity has none: two sequences, whose final states are added."""
    return [[start, *a, delimiter, *b, extract] for a, b in ((first, second), (second, first))]


def multiple_choice_input(
    context: Sequence[int], answers: Sequence[Sequence[int]], start: int, delimiter: int, extract: int
) -> list[list[int]]:
    """[start; context; delimiter; answer_k; extract]: one sequence per answer, a softmax over the answers."""
    return [[start, *context, delimiter, *answer, extract] for answer in answers]


class GPTClassifier(nn.Module):
    """A pretrained GPT and one linear layer on the state of the last piece (GPT, section 3.2).

    The new parameters are W_y and the embeddings of the delimiters only. A task with one sequence per
    example, or two (similarity), gives `num_labels` logits; multiple choice (`num_labels=1`) gives one per
    sequence. `dropout` is applied to the state that W_y reads (section 4.1).
    """

    def __init__(
        self, language_model: GPTForCausalLM, num_labels: int, lm_weight: float = 0.5, dropout: float = 0.1
    ):
        super().__init__()
        self.language_model = language_model
        self.lm_weight = lm_weight  # λ of equation 5
        self.dropout = nn.Dropout(dropout)
        self.W_y = nn.Linear(language_model.config.hidden_size, num_labels, bias=False)
        initialise(self.W_y, language_model.config.initializer_range)

    def classify(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor]:
        """`input_ids` and `attention_mask` (B, S, T), S sequences per example → class logits, states.

        The class logits are (B, num_labels), or (B, S) if `num_labels` is 1; the states (B·S, T, H).
        """
        batch, sequences, _ = input_ids.shape
        flat_ids, flat_mask = input_ids.flatten(0, 1), attention_mask.flatten(0, 1)  # (B·S, T)
        states = self.language_model.transformer(flat_ids, flat_mask).last_hidden_state
        last = flat_mask.long().sum(dim=1, keepdim=True) - 1  # (B·S, 1): where the extract piece stands
        extracted = self.dropout(gather_positions(states, last)).view(batch, sequences, -1)  # (B, S, H)
        if self.W_y.out_features == 1:
            return self.W_y(extracted).squeeze(-1), states
        return self.W_y(extracted.sum(dim=1)), states

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor]:
        """(B, S, T) each → class logits as `classify` gives them, LM logits (B, S, T, V)."""
        logits, states = self.classify(input_ids, attention_mask)
        return logits, self.language_model.lm_head(states).view(*input_ids.shape, -1)

    def loss(self, input_ids: Tensor, attention_mask: Tensor, labels: Tensor) -> Tensor:
        """L3 = L2 + λ·L1 (equation 5): the task's cross-entropy and the language model's, on one text."""
        if self.lm_weight == 0:  # the largest matrix of a small model is not multiplied for nothing
            return F.cross_entropy(self.classify(input_ids, attention_mask)[0], labels)
        logits, lm_logits = self(input_ids, attention_mask)
        targets = input_ids.masked_fill(~attention_mask.bool(), -100)[..., 1:]  # padding is not a target
        lm_loss = F.cross_entropy(lm_logits[..., :-1, :].flatten(0, -2), targets.flatten(), ignore_index=-100)
        return F.cross_entropy(logits, labels) + self.lm_weight * lm_loss


def _pairs(config: GPTConfig, word: str, position: str) -> Iterator[Pair]:
    yield Pair(("embeddings.word.weight",), f"{word}.weight")
    yield Pair(("embeddings.position.weight",), f"{position}.weight")
    for i in range(config.num_hidden_layers):
        ours, theirs = f"decoder.blocks.{i}", f"h.{i}"
        fused = tuple(f"{ours}.attention.{name}" for name in ("query", "key", "value"))
        yield from pair_conv1d(fused, f"{theirs}.attn.c_attn")
        yield from pair_conv1d((f"{ours}.attention.output",), f"{theirs}.attn.c_proj")
        yield from pair_layer(f"{ours}.attention_norm", f"{theirs}.ln_1")
        yield from pair_conv1d((f"{ours}.feed_forward.intermediate",), f"{theirs}.mlp.c_fc")
        yield from pair_conv1d((f"{ours}.feed_forward.output",), f"{theirs}.mlp.c_proj")
        yield from pair_layer(f"{ours}.feed_forward_norm", f"{theirs}.ln_2")
    if config.norm == "pre":
        yield from pair_layer("norm", "ln_f")


def _what_openai_gpt_cannot_say(config: GPTConfig) -> dict[str, Any]:
    if config.intermediate_size != 4 * config.hidden_size or config.hidden_act != "gelu_new":
        raise ValueError(
            f"intermediate_size is {config.intermediate_size} and hidden_act {config.hidden_act!r}; an "
            f"openai-gpt configuration has no place for them and means {4 * config.hidden_size} and "
            "'gelu_new'. Keep those, or take norm='pre', whose gpt2 configuration has both."
        )
    return {"afn": "gelu"}


def _of_gpt2(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "intermediate_size": fields.get("n_inner") or 4 * fields["n_embd"],
        "hidden_act": fields.get("activation_function", "gelu_new"),
        "norm": "pre",
    }


_CONFIG_NAMES = {
    "vocab_size": "vocab_size",
    "n_embd": "hidden_size",
    "n_layer": "num_hidden_layers",
    "n_head": "num_attention_heads",
    "n_positions": "max_position_embeddings",
    "resid_pdrop": "hidden_dropout_prob",
    "embd_pdrop": "hidden_dropout_prob",
    "attn_pdrop": "attention_probs_dropout_prob",
    "layer_norm_epsilon": "layer_norm_eps",
    "initializer_range": "initializer_range",
}

SYSTEM = System(
    GPTConfig,
    GPTForCausalLM,
    GPTModel,
    "transformer",
    "GPT: a Transformer that reads from left to right (Radford et al. 2018; GPT-2: 2019)",
    Marks(("[SEP]",), ("[SEP]",), ("[SEP]",)),  # which stood between documents in pretraining
    (
        Counterpart(
            "gpt2",
            "GPT2Model",
            "GPT2LMHeadModel",
            _CONFIG_NAMES,
            partial(_pairs, word="wte", position="wpe"),
            only={
                "add_cross_attention": False,
                "scale_attn_weights": True,
                "scale_attn_by_inverse_layer_idx": False,
            },
            more_theirs=lambda config: {
                "n_inner": config.intermediate_size,
                "activation_function": config.hidden_act,
            },
            more_ours=_of_gpt2,
            fits=lambda config: config.norm == "pre",
        ),
        Counterpart(
            "openai-gpt",
            "OpenAIGPTModel",
            "OpenAIGPTLMHeadModel",
            _CONFIG_NAMES,
            partial(_pairs, word="tokens_embed", position="positions_embed"),
            only={"afn": "gelu"},
            more_theirs=_what_openai_gpt_cannot_say,
            more_ours=lambda fields: {"intermediate_size": 4 * fields["n_embd"]},
        ),
    ),
)
