"""A GRU encoder–decoder with and without attention (Cho et al. 2014; Bahdanau et al. 2015).

The names are those of Bahdanau et al., section 3 and appendix A. The two models share every line but one:
where the context comes from. That is kinder to the model without attention than the paper was: it, too, has
a bidirectional encoder, where that of RNNencdec reads one way; and it sees its one vector at every step.

Shapes: B words, S source symbols, T target symbols, E embedding size, H hidden size.

Taught in lesson *Sequences and attention*.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from tlcourse.data.symbols import PAD
from tlcourse.models.parts.attention import AdditiveAttention, DotProductAttention

ATTENTION = {"additive": AdditiveAttention, "dot-product": DotProductAttention}


class Encoded(NamedTuple):
    """What the decoder may look at: all of the source (with attention), or one vector of it (without)."""

    annotations: Tensor  # (B, S, 2H): h_j, one vector per source symbol
    projected: Tensor | None  # (B, S, H): projected once, as U_a h_j; None without attention
    mask: Tensor  # (B, S): True at real symbols
    summary: Tensor  # (B, 2H): the last state of either direction; each has read the whole word


class EncoderDecoder(nn.Module):
    """`attention="additive"` is Bahdanau et al.'s RNNsearch; None is that model without its attention.

    None is not quite their RNNencdec (Cho et al. 2014), whose encoder reads in one direction only.

    Args:
        source_vocab_size, target_vocab_size: sizes with PAD, BOS and EOS counted.
        embedding_size: E, of both vocabularies.
        hidden_size: H, of either encoder direction, of the decoder and of the alignment model.
        attention: how to score the annotations, "additive" or "dot-product"; None carries one vector through
            all steps.

    Raises:
        ValueError: another kind of attention.
    """

    def __init__(
        self,
        source_vocab_size: int,
        target_vocab_size: int,
        embedding_size: int = 64,
        hidden_size: int = 128,
        attention: str | None = "additive",
    ):
        super().__init__()
        if attention is not None and attention not in ATTENTION:
            raise ValueError(
                f"attention={attention!r} is unknown; it is one of {', '.join(ATTENTION)}, or None"
            )
        self.source_embedding = nn.Embedding(source_vocab_size, embedding_size, padding_idx=PAD)
        self.encoder = nn.GRU(embedding_size, hidden_size, bidirectional=True, batch_first=True)
        self.W_s = nn.Linear(hidden_size, hidden_size)
        self.attention = attention and ATTENTION[attention](hidden_size, 2 * hidden_size, hidden_size)
        self.target_embedding = nn.Embedding(target_vocab_size, embedding_size, padding_idx=PAD)
        self.decoder = nn.GRUCell(embedding_size + 2 * hidden_size, hidden_size)
        self.t = nn.Linear(hidden_size + embedding_size + 2 * hidden_size, 2 * hidden_size)  # U_o, V_o, C_o
        self.W_o = nn.Linear(hidden_size, target_vocab_size)

    def encode(self, source: Tensor) -> tuple[Encoded, Tensor]:
        """`source` (B, S) ids, PAD at the end → annotations, s_0 (B, H); section 3.2, appendix A.2.1."""
        mask = source != PAD
        embedded = self.source_embedding(source)
        packed = pack_padded_sequence(embedded, mask.sum(1).cpu(), batch_first=True, enforce_sorted=False)
        states, last = self.encoder(packed)
        annotations, _ = pad_packed_sequence(states, batch_first=True, total_length=source.shape[1])
        projected = self.attention.project(annotations) if self.attention else None
        encoded = Encoded(annotations, projected, mask, torch.cat([last[0], last[1]], dim=-1))
        return encoded, torch.tanh(self.W_s(last[1]))  # the backward GRU ends where writing begins

    def step(self, embedded: Tensor, state: Tensor, encoded: Encoded) -> tuple[Tensor, Tensor, Tensor | None]:
        """E y_{i−1} (B, E), s_{i−1} (B, H) → s_i (B, H), c_i (B, 2H), weights α_i (B, S) or None."""
        if self.attention is None:
            context, weights = encoded.summary, None  # c: the same vector at every step
        else:
            context, weights = self.attention(state, encoded.annotations, encoded.mask, encoded.projected)
        return self.decoder(torch.cat([embedded, context], dim=-1), state), context, weights

    def readout(self, state: Tensor, embedded: Tensor, context: Tensor) -> Tensor:
        """s_i, E y_{i−1}, c_i, each (…, ·) → logits of y_i (…, vocabulary): maxout, appendix A.2.2.

        Section 3.1 conditions y_i on s_i, appendix A.2.2 on s_{i−1}; this is section 3.1.
        """
        t = self.t(torch.cat([state, embedded, context], dim=-1))  # (…, 2H)
        return self.W_o(t.unflatten(-1, (-1, 2)).amax(dim=-1))

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """Teacher forcing: `source` (B, S), `target` (B, T) starting with BOS → logits (B, T, vocabulary).

        Position i predicts what follows target[:, i].
        """
        encoded, state = self.encode(source)
        embedded = self.target_embedding(target)
        states, contexts = [], []
        for y in embedded.unbind(dim=1):
            state, context, _ = self.step(y, state, encoded)
            states.append(state)
            contexts.append(context)
        return self.readout(torch.stack(states, 1), embedded, torch.stack(contexts, 1))
