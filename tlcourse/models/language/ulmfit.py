"""ULMFiT's network: an AWD-LSTM language model, and the classifier that is put on it.

Howard and Ruder 2018, "Universal Language Model Fine-tuning for Text Classification"; Merity et al. 2018,
"Regularizing and Optimizing LSTM Language Models" (AWD-LSTM).
Shapes: B sequences, T tokens, E embedding size, H hidden size, V vocabulary size.

Taught in lesson *ULMFiT*.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlcourse.models.language.system import Marks, System, name_layers
from tlcourse.models.parts.config_fields import MOST_LAYERS, check_real, check_whole
from tlcourse.models.parts.lstm import initialise

State = tuple[Tensor, Tensor]  # a layer's h and c, each (1, B, size)

# oneDNN has this LSTM in bfloat16 for some processors alone, and stops on others: those stay in float32.
LSTM_IN_BF16 = not torch.backends.mkldnn.is_available() or torch.ops.mkldnn._is_mkldnn_bf16_supported()


@dataclass(frozen=True)
class UlmfitConfig:
    """The dropouts are AWD-LSTM's, with the rates of ULMFiT (section 4.1), which has E 400 and H 1150.

    `dropout_multiplier` scales them all, as in ULMFiT's code: text that is read once or twice needs less.
    """

    vocab_size: int = 8192
    embedding_size: int = 256
    lstm_size: int = 560
    num_hidden_layers: int = 3
    output_dropout: float = 0.4
    hidden_dropout: float = 0.3
    input_dropout: float = 0.4
    embedding_dropout: float = 0.05
    weight_drop: float = 0.5
    dropout_multiplier: float = 1.0

    def __post_init__(self) -> None:
        check_whole(self, "vocab_size", "embedding_size", "lstm_size")
        check_whole(self, "num_hidden_layers", most=MOST_LAYERS)
        check_real(
            self, "output_dropout", "hidden_dropout", "input_dropout", "embedding_dropout", "weight_drop"
        )
        check_real(self, "dropout_multiplier", most=10.0)
        rates = (self.output_dropout, self.hidden_dropout, self.input_dropout, self.embedding_dropout)
        largest = max(*rates, self.weight_drop)
        if self.dropout_multiplier * largest > 1:
            raise ValueError(
                f"dropout_multiplier is {self.dropout_multiplier}, but times the largest rate, {largest}, it "
                "is more than 1"
            )

    @property
    def widths(self) -> list[int]:
        """Of the states, embeddings first; the last layer is as wide as they are."""
        inner = [self.lstm_size] * (self.num_hidden_layers - 1)
        return [self.embedding_size, *inner, self.embedding_size]


class VariationalDropout(nn.Module):
    """One mask a sequence, the same at every step (Gal and Ghahramani 2016; AWD-LSTM, section 4.2)."""

    def __init__(self, p: float):
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, size) → (B, T, size), each sequence with the same units dropped at all T steps."""
        if not self.training or self.p == 0:
            return x
        kept = torch.empty(x.shape[0], 1, x.shape[2], device=x.device).bernoulli_(1 - self.p)
        return x * (kept / (1 - self.p)).to(x.dtype)


class EmbeddingWithDropout(nn.Embedding):
    """Drops whole words: a dropped word is 0 wherever it occurs in the batch (AWD-LSTM, section 4.3)."""

    def __init__(self, vocab_size: int, embedding_size: int, p: float):
        super().__init__(vocab_size, embedding_size)
        self.p = p

    def forward(self, input_ids: Tensor) -> Tensor:
        """(B, T) → (B, T, E)."""
        if not self.training or self.p == 0:
            return super().forward(input_ids)
        kept = torch.empty(self.num_embeddings, 1, device=self.weight.device).bernoulli_(1 - self.p)
        return F.embedding(input_ids, self.weight) * F.embedding(input_ids, kept / (1 - self.p))


class WeightDropLSTM(nn.LSTM):
    """One LSTM layer with DropConnect on its recurrent weights: one mask for all steps (AWD-LSTM, section 2).

    What is dropped is the matrix that takes h_{t−1} to h_t, before the first step; so the recurrence is
    regularised without touching the states, and the layer is still one call of the fast kernel.
    """

    def __init__(self, input_size: int, hidden_size: int, weight_drop: float):
        super().__init__(input_size, hidden_size, batch_first=True)
        initialise(self)
        self.weight_drop = weight_drop

    def forward(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """(B, T, input_size) → (B, T, hidden_size) and the state after the last step."""
        if state is None:
            zeros = x.new_zeros(1, x.shape[0], self.hidden_size)
            state = (zeros, zeros)
        recurrent = F.dropout(self.weight_hh_l0, self.weight_drop, self.training)
        weights = [self.weight_ih_l0, recurrent, self.bias_ih_l0, self.bias_hh_l0]
        in_bf16 = torch.is_autocast_enabled("cpu") and LSTM_IN_BF16
        with torch.autocast("cpu", enabled=in_bf16):
            output, h, c = torch.lstm(x, state, weights, True, 1, 0.0, self.training, False, True)
        return output, (h, c)


class AwdLstm(nn.Module):
    """Embedding, `num_hidden_layers` weight-dropped LSTMs; the last is as wide as the embedding.

    So the softmax can use the embedding's weights (AWD-LSTM, section 4.5).
    """

    def __init__(self, config: UlmfitConfig):
        super().__init__()
        self.config = config
        scale = config.dropout_multiplier
        self.embedding = EmbeddingWithDropout(
            config.vocab_size, config.embedding_size, scale * config.embedding_dropout
        )
        # AWD-LSTM has ±0.1: words so alike that three layers do not tell them apart for 700,000 tokens.
        nn.init.uniform_(self.embedding.weight, -0.5, 0.5)
        self.lstms = nn.ModuleList(
            WeightDropLSTM(n_in, n_out, scale * config.weight_drop) for n_in, n_out in pairwise(config.widths)
        )
        self.input_dropout = VariationalDropout(scale * config.input_dropout)
        # One for each layer's output: a layer that is frozen is read without, whatever the others do.
        self.hidden_dropouts = nn.ModuleList(
            VariationalDropout(scale * config.hidden_dropout) for _ in range(config.num_hidden_layers - 1)
        )

    def forward(
        self, input_ids: Tensor, state: Sequence[State] | None = None
    ) -> tuple[tuple[Tensor, ...], tuple[State, ...]]:
        """(B, T) → the embeddings and each layer's output, (B, T, size) each; and each layer's last state.

        Passing the state of one batch to the next, detached, is backpropagation through time in pieces.
        """
        x = self.input_dropout(self.embedding(input_ids))
        layers, new_state = [x], []
        for i, lstm in enumerate(self.lstms):
            x, last = lstm(x, None if state is None else state[i])
            new_state.append(last)
            layers.append(x)
            if i + 1 < len(self.lstms):
                x = self.hidden_dropouts[i](x)
        return tuple(layers), tuple(new_state)

    def scale_dropout(self, multiplier: float) -> None:
        """Set each dropout to `multiplier` times its rate in the configuration."""
        config = self.config
        self.embedding.p = multiplier * config.embedding_dropout
        self.input_dropout.p = multiplier * config.input_dropout
        for lstm in self.lstms:
            lstm.weight_drop = multiplier * config.weight_drop
        for dropout in self.hidden_dropouts:
            dropout.p = multiplier * config.hidden_dropout

    def named_layers(self) -> dict[str, nn.Module]:
        """From the bottom up, each with its own dropout."""
        each = zip_longest(self.lstms, self.hidden_dropouts, fillvalue=nn.Identity())
        return name_layers(nn.ModuleList([self.embedding, self.input_dropout]), map(nn.ModuleList, each))

    def states(self, input_ids: Tensor, **_: Tensor) -> tuple[Tensor, ...]:
        """(B, T) → the embeddings and each layer's output, (B, T, widths[k]). Padding is on the right."""
        return self(input_ids)[0]


class UlmfitForPreTraining(nn.Module):
    """The language model: AWD-LSTM and a softmax with the embedding's weights."""

    def __init__(self, config: UlmfitConfig):
        super().__init__()
        self.config = config
        self.encoder = AwdLstm(config)
        self.output_dropout = VariationalDropout(config.dropout_multiplier * config.output_dropout)
        self.decoder = nn.Linear(config.embedding_size, config.vocab_size)
        nn.init.zeros_(self.decoder.bias)
        self.decoder.weight = self.encoder.embedding.weight

    def forward(
        self, input_ids: Tensor, state: Sequence[State] | None = None
    ) -> tuple[Tensor, Tensor, Tensor, tuple[State, ...]]:
        """(B, T) → logits (B, T, V); the last layer with and without dropout (B, T, E); the state.

        The two are what AWD-LSTM's activation regularisation reads (section 4.6).
        """
        layers, new_state = self.encoder(input_ids, state)
        dropped = self.output_dropout(layers[-1])
        return self.decoder(dropped), dropped, layers[-1], new_state


def activation_regularisation(dropped: Tensor, raw: Tensor, alpha: float = 2.0, beta: float = 1.0) -> Tensor:
    """α L2(m ∘ h_t) + β L2(h_t − h_{t+1}): small activations, slow ones (AWD-LSTM, section 4.6)."""
    return alpha * dropped.square().mean() + beta * (raw[:, 1:] - raw[:, :-1]).square().mean()


class ConcatPooling(nn.Module):
    """h_c = [h_T; maxpool(H); meanpool(H)] (ULMFiT, section 3.3)."""

    parts = 3  # vectors of E numbers that it puts side by side

    def forward(self, states: Tensor, attention_mask: Tensor) -> Tensor:
        """(B, T, E), and (B, T) with 1 = token and 0 = padding on the right → (B, 3E)."""
        mask = attention_mask.bool().unsqueeze(-1)  # (B, T, 1)
        lengths = mask.sum(dim=1)  # (B, 1)
        last = states[torch.arange(len(states), device=states.device), lengths.squeeze(1) - 1]
        largest = states.masked_fill(~mask, -torch.inf).amax(dim=1)
        mean = states.masked_fill(~mask, 0.0).sum(dim=1) / lengths
        return torch.cat([last, largest, mean], dim=-1)


class LastState(nn.Module):
    """h_T alone: the state after the last piece, which has read them all."""

    parts = 1

    def forward(self, states: Tensor, attention_mask: Tensor) -> Tensor:
        """(B, T, E), and (B, T) with 1 = token and 0 = padding on the right → (B, E)."""
        return states[torch.arange(len(states), device=states.device), attention_mask.sum(dim=1) - 1]


class PoolingClassifier(nn.Module):
    """Concat pooling, then two linear blocks with batch norm and dropout, ReLU between (section 3.3)."""

    def __init__(
        self,
        input_size: int,
        num_labels: int,
        hidden_size: int = 50,
        dropouts: tuple[float, float] = (0.4, 0.1),
        pooling: ConcatPooling | LastState | None = None,
    ):
        super().__init__()
        self.pooling = pooling or ConcatPooling()
        pooled = self.pooling.parts * input_size
        self.block_1 = nn.Sequential(
            nn.BatchNorm1d(pooled), nn.Dropout(dropouts[0]), nn.Linear(pooled, hidden_size)
        )
        self.block_2 = nn.Sequential(
            nn.BatchNorm1d(hidden_size), nn.Dropout(dropouts[1]), nn.Linear(hidden_size, num_labels)
        )

    def forward(self, states: Tensor, attention_mask: Tensor) -> Tensor:
        """(B, T, E), (B, T) → logits (B, num_labels)."""
        return self.block_2(torch.relu(self.block_1(self.pooling(states, attention_mask))))


SYSTEM = System(
    UlmfitConfig,
    UlmfitForPreTraining,
    AwdLstm,
    "encoder",
    "ULMFiT: an AWD-LSTM language model (Howard and Ruder 2018)",
    Marks(("[SEP]",), ("[SEP]",), ("[SEP]",)),  # which stood between documents in pretraining
)
