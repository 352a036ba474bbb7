"""BERT: a Transformer encoder that sees both sides, trained on masked words and sentence pairs.

Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding".
Shapes: B sequences, T pieces, H hidden size, P masked positions per sequence, V vocabulary size.

Taught in lesson *BERT*.
"""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from tlcourse.models.language.counterpart import Counterpart, Pair, pair_layer
from tlcourse.models.language.system import Marks, System, name_layers
from tlcourse.models.parts.config_fields import check_whole
from tlcourse.models.parts.embeddings import TransformerEmbeddings
from tlcourse.models.parts.transformer import (
    EncoderOutput,
    TransformerConfig,
    TransformerStack,
    activation,
    gather_positions,
    initialise,
    padding_mask,
)


@dataclass(frozen=True)
class BertConfig(TransformerConfig):
    type_vocab_size: int = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole(self, "type_vocab_size", least=0)  # DistilBERT has none


class Pooler(nn.Module):
    """tanh(W h_[CLS] + b): the vector that next-sentence prediction and classifiers read.

    The paper has the final state of [CLS] itself there (section 3); the layer is in the authors' code.
    """

    def __init__(self, hidden_size: int):
        super().__init__()
        self.dense = nn.Linear(hidden_size, hidden_size)

    def forward(self, last_hidden_state: Tensor) -> Tensor:
        """(B, T, H) → (B, H)."""
        return torch.tanh(self.dense(last_hidden_state[:, 0]))


class BertModel(nn.Module):
    """Embeddings, encoder, pooler (section 3)."""

    has_pooler = True

    def __init__(self, config: BertConfig):
        super().__init__()
        self.config = config
        self.embeddings = TransformerEmbeddings(
            config.vocab_size,
            config.hidden_size,
            config.max_position_embeddings,
            type_vocab_size=config.type_vocab_size,
            layer_norm_eps=config.layer_norm_eps,
            hidden_dropout_prob=config.hidden_dropout_prob,
        )
        self.encoder = TransformerStack(config, norm="post")
        self.pooler = Pooler(config.hidden_size) if self.has_pooler else None
        initialise(self, config.initializer_range)

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        need_weights: bool = False,
    ) -> EncoderOutput:
        """All inputs (B, T): `attention_mask` 1 = piece, 0 = padding; `token_type_ids` = the segment."""
        return self.encode(
            self.embeddings(input_ids, token_type_ids), padding_mask(attention_mask), need_weights
        )

    def encode(self, embedded: Tensor, mask: Tensor | None, need_weights: bool = False) -> EncoderOutput:
        """From the embedded input (B, T, H) on."""
        output = self.encoder(embedded, mask, need_weights)
        if self.pooler is None:
            return output
        return output._replace(pooler_output=self.pooler(output.last_hidden_state))

    def named_layers(self) -> dict[str, nn.Module]:
        """From the bottom up, without the pooler: what reads the states does not train it."""
        return name_layers(self.embeddings, self.encoder.blocks)

    def states(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> tuple[Tensor, ...]:
        """(B, T) each → `num_hidden_layers` + 1 of (B, T, H), embeddings first."""
        return self(input_ids, attention_mask, token_type_ids).hidden_states


class MaskedLMHead(nn.Module):
    """From a state to a distribution over the vocabulary: dense, GELU, layer norm, then the word embeddings.

    The output weights *are* the input embeddings, with a bias of their own per piece (the authors' code,
    `get_masked_lm_output`).
    """

    def __init__(self, config: TransformerConfig, word_embeddings: nn.Embedding):
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)
        self.activation = activation(config.hidden_act)
        self.norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.decoder = nn.Linear(config.hidden_size, config.vocab_size)
        initialise(self, config.initializer_range)
        self.decoder.weight = word_embeddings.weight

    def forward(self, hidden_states: Tensor) -> Tensor:
        """(…, H) → (…, V)."""
        return self.decoder(self.norm(self.activation(self.dense(hidden_states))))


class BertForPreTraining(nn.Module):
    """BERT with both of its pretraining heads (sections 3.1, task 1 and task 2)."""

    def __init__(self, config: BertConfig):
        super().__init__()
        self.config = config
        self.bert = BertModel(config)
        self.predictions = MaskedLMHead(config, self.bert.embeddings.word)
        self.seq_relationship = nn.Linear(config.hidden_size, 2)
        initialise(self.seq_relationship, config.initializer_range)

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        positions: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """(B, T) → masked-LM logits at `positions` (B, P), or everywhere: (B, P or T, V); and (B, 2).

        The second logits are next-sentence prediction's: class 0 = B follows A, class 1 = B is random.
        """
        output = self.bert(input_ids, attention_mask, token_type_ids)
        states = output.last_hidden_state
        if positions is not None:
            states = gather_positions(states, positions)
        return self.predictions(states), self.seq_relationship(output.pooler_output)


def pairs(config: BertConfig) -> Iterator[Pair]:
    """The encoder's tensors, here and in transformers."""
    yield Pair(("embeddings.word.weight",), "embeddings.word_embeddings.weight")
    yield Pair(("embeddings.position.weight",), "embeddings.position_embeddings.weight")
    yield Pair(("embeddings.token_type.weight",), "embeddings.token_type_embeddings.weight")
    yield from pair_layer("embeddings.norm", "embeddings.LayerNorm")
    for i in range(config.num_hidden_layers):
        ours, theirs = f"encoder.blocks.{i}", f"encoder.layer.{i}"
        for name in ("query", "key", "value"):
            yield from pair_layer(f"{ours}.attention.{name}", f"{theirs}.attention.self.{name}")
        yield from pair_layer(f"{ours}.attention.output", f"{theirs}.attention.output.dense")
        yield from pair_layer(f"{ours}.attention_norm", f"{theirs}.attention.output.LayerNorm")
        yield from pair_layer(f"{ours}.feed_forward.intermediate", f"{theirs}.intermediate.dense")
        yield from pair_layer(f"{ours}.feed_forward.output", f"{theirs}.output.dense")
        yield from pair_layer(f"{ours}.feed_forward_norm", f"{theirs}.output.LayerNorm")
    yield from pair_layer("pooler.dense", "pooler.dense")


def masked_lm_pairs() -> Iterator[Pair]:
    """The tensors of the head for masked pieces."""
    yield from pair_layer("predictions.dense", "cls.predictions.transform.dense")
    yield from pair_layer("predictions.norm", "cls.predictions.transform.LayerNorm")
    yield Pair(("predictions.decoder.bias",), "cls.predictions.bias")


CONFIG_NAMES = {field.name: field.name for field in dataclasses.fields(BertConfig)}
ONLY = {"is_decoder": False, "add_cross_attention": False}
MARKS = Marks(("[CLS]",), ("[SEP]",), ("[SEP]",), summary=0, word_at="first", segments=True)

SYSTEM = System(
    BertConfig,
    BertForPreTraining,
    BertModel,
    "bert",
    "BERT: masked pieces and next sentences (Devlin et al. 2019)",
    MARKS,
    (
        Counterpart(
            "bert",
            "BertModel",
            "BertForPreTraining",
            CONFIG_NAMES,
            pairs,
            lambda: (*masked_lm_pairs(), *pair_layer("seq_relationship", "cls.seq_relationship")),
            ONLY,
        ),
    ),
)
