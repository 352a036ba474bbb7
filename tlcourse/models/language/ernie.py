"""ERNIE 2.0: BERT's encoder with a task embedding, and a head for each of its pretraining tasks.

Sun et al. 2020, "ERNIE 2.0: A Continual Pre-training Framework for Language Understanding".
Shapes: B sequences, T pieces, H hidden size, P masked positions per sequence, V vocabulary size.

Taught in lesson *ERNIE 2.0*.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import factorial
from typing import Any, NamedTuple

from torch import Tensor, nn

from tlcourse.models.language import bert
from tlcourse.models.language.bert import BertConfig, BertModel, MaskedLMHead
from tlcourse.models.language.counterpart import Counterpart, Pair
from tlcourse.models.language.system import System
from tlcourse.models.parts.config_fields import check_whole
from tlcourse.models.parts.embeddings import TransformerEmbeddings
from tlcourse.models.parts.transformer import EncoderOutput, gather_positions, initialise, padding_mask


@dataclass(frozen=True)
class ErnieConfig(BertConfig):
    task_type_vocab_size: int = 5  # which of the five pretraining tasks the input was made for
    max_segments: int = 3  # sentence reordering cuts a passage into at most this many

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole(self, "task_type_vocab_size")
        check_whole(self, "max_segments", most=8)  # 46,233 orders

    @property
    def n_orders(self) -> int:
        """Classes of sentence reordering: all orders of 1, 2, … segments, Σ n! ("Structure-aware")."""
        return sum(factorial(n) for n in range(1, self.max_segments + 1))


class ErnieModel(BertModel):
    """BERT whose input also says which task it was made for (section "Model structure", figure 3)."""

    def __init__(self, config: ErnieConfig):
        super().__init__(config)
        self.embeddings = TransformerEmbeddings(
            config.vocab_size,
            config.hidden_size,
            config.max_position_embeddings,
            type_vocab_size=config.type_vocab_size,
            task_type_vocab_size=config.task_type_vocab_size,
            layer_norm_eps=config.layer_norm_eps,
            hidden_dropout_prob=config.hidden_dropout_prob,
        )
        initialise(self.embeddings, config.initializer_range)

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        task_type_ids: Tensor | None = None,
        need_weights: bool = False,
    ) -> EncoderOutput:
        """All inputs (B, T). The paper fine-tunes with any task id; without `task_type_ids` it is 0."""
        embedded = self.embeddings(input_ids, token_type_ids, task_type_ids)
        return self.encode(embedded, padding_mask(attention_mask), need_weights)


class ErnieLogits(NamedTuple):
    """Token-level tasks give logits per piece, sequence-level tasks per sequence (figure 3)."""

    predictions: Tensor  # (B, P, V) knowledge masking: which piece was masked?
    capital: Tensor  # (B, T, 2) is the word written with a capital?
    token_document: Tensor  # (B, T, 2) does the token occur in another segment of its document?
    order: Tensor  # (B, n_orders) in which order are the segments?
    distance: Tensor  # (B, 3) are the sentences neighbours, of one document, or of two?


class ErnieForPreTraining(nn.Module):
    """ERNIE with the heads of five of the paper's pretraining tasks.

    Word-aware: knowledge masking, capitalisation, token–document relation. Structure-aware: sentence
    reordering, sentence distance. The two semantic-aware tasks need search logs and labelled connectives.
    """

    def __init__(self, config: ErnieConfig):
        super().__init__()
        self.config = config
        self.ernie = ErnieModel(config)
        self.predictions = MaskedLMHead(config, self.ernie.embeddings.word)
        self.capital = nn.Linear(config.hidden_size, 2)
        self.token_document = nn.Linear(config.hidden_size, 2)
        self.order = nn.Linear(config.hidden_size, config.n_orders)
        self.distance = nn.Linear(config.hidden_size, 3)
        for head in (self.capital, self.token_document, self.order, self.distance):
            initialise(head, config.initializer_range)

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        task_type_ids: Tensor | None = None,
        positions: Tensor | None = None,
    ) -> ErnieLogits:
        """(B, T) → every task's logits; those of knowledge masking at `positions` (B, P), or everywhere."""
        output = self.ernie(input_ids, attention_mask, token_type_ids, task_type_ids)
        states = output.last_hidden_state
        masked = states if positions is None else gather_positions(states, positions)
        return ErnieLogits(
            self.predictions(masked),
            self.capital(states),
            self.token_document(states),
            self.order(output.pooler_output),
            self.distance(output.pooler_output),
        )


def _pairs(config: ErnieConfig) -> Iterator[Pair]:
    yield Pair(("embeddings.task_type.weight",), "embeddings.task_type_embeddings.weight")
    yield from bert.pairs(config)


def _tasks(fields: Mapping[str, Any]) -> dict[str, Any]:
    if not fields.get("use_task_id"):
        raise ValueError("this ERNIE has no task embedding (use_task_id is false): it is a BERT.")
    return {"task_type_vocab_size": fields["task_type_vocab_size"]}


SYSTEM = System(
    ErnieConfig,
    ErnieForPreTraining,
    ErnieModel,
    "ernie",
    "ERNIE 2.0: five tasks, learned one after the other and together (Sun et al. 2020)",
    bert.MARKS,
    (
        Counterpart(
            "ernie",
            "ErnieModel",
            "ErnieForMaskedLM",  # of the five heads transformers has the one for masked pieces
            bert.CONFIG_NAMES,
            _pairs,
            bert.masked_lm_pairs,
            bert.ONLY,
            lambda config: {"use_task_id": True, "task_type_vocab_size": config.task_type_vocab_size},
            _tasks,
        ),
    ),
)
