"""What is put on an encoder: which layers are read, and a light head or a heavy one.

*Readings* are the rows of BERT's comparison (Devlin et al. 2019, table 7): one layer, the sum or the
concatenation of the last four, or ELMo's learned mix of all (Peters et al. 2018, equation 1). A *heavy* head
has an LSTM in both directions between the states and the linear layer, as what is frozen needs (Peters, Ruder
and Smith 2019, section 3). Shapes: B texts, P places (pieces of a text, tagged words, or the pieces of a
paragraph), L layers of H numbers.

Taught in lesson *To tune or not to tune*.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from tlcourse.models.language.elmo import ScalarMix
from tlcourse.models.parts.lstm import initialise

LAST_FOUR = slice(-4, None)
READINGS: dict[str, tuple[slice, str]] = {  # name → which layers, and how they become one
    "embeddings": (slice(0, 1), "one"),
    "second-to-last": (slice(-2, -1), "one"),
    "last": (slice(-1, None), "one"),
    "sum of last four": (LAST_FOUR, "sum"),
    "concatenation of last four": (LAST_FOUR, "concatenation"),
    "weighted sum of all": (slice(None), "mix"),
}


@dataclass(frozen=True)
class Head:
    """What is new on the encoder.

    Attributes:
        reading: a name in `READINGS`.
        lstm_size: units each way of an LSTM below the linear layer; 0 for a light head, that layer alone.
    """

    reading: str = "last"
    lstm_size: int = 0


LIGHT, HEAVY = Head(), Head("weighted sum of all", 128)


class LayerReading(nn.Module):
    """The states of all layers → what the head reads.

    Frozen layers are standardised first: a mix is then of numbers of one size, and a few large ones do not
    set the rate for all. Layers that learn are left as they are.
    """

    def __init__(self, reading: str, widths: Sequence[int]):
        """Raises ValueError for an unknown reading, or a mix or sum of layers that differ in width."""
        super().__init__()
        if reading not in READINGS:
            raise ValueError(f"reading is {reading!r}, expected one of {', '.join(map(repr, READINGS))}")
        where, self.join = READINGS[reading]
        self.layers = range(len(widths))[where]
        read = [widths[k] for k in self.layers]
        if self.join in ("sum", "mix") and len(set(read)) > 1:
            raise ValueError(f"layers of {tuple(widths)} numbers cannot be mixed: use mix=False.")
        self.width = sum(read) if self.join == "concatenation" else read[0]
        self.mix = ScalarMix(len(read)) if self.join == "mix" else None
        self.register_buffer("centre", None)
        self.register_buffer("spread", None)

    def standardise(self, states: Tensor) -> None:
        """Take centre and spread of each number from `states` (N, L, H), of the layers that are read."""
        self.centre, self.spread = states.mean(dim=0), states.std(dim=0).clamp_min(1e-3)

    def forward(self, states: Sequence[Tensor]) -> Tensor:
        """The layers that are read, (B, P, H) each → (B, P, `width`)."""
        if self.centre is not None:
            rows = zip(states, self.centre, self.spread, strict=True)
            states = [(state - centre) / spread for state, centre, spread in rows]
        if self.join == "mix":
            return self.mix(states)
        if self.join == "sum":
            return sum(states) / len(states)  # their mean: a linear layer does not mind the factor
        return torch.cat([*states], dim=-1)


class Recurrent(nn.Module):
    """An LSTM in each direction; the heavy part of a heavy head."""

    def __init__(self, width: int, size: int):
        super().__init__()
        self.ahead, self.back = (initialise(nn.LSTM(width, size, batch_first=True)) for _ in range(2))
        self.width = 2 * size

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(B, P, width), and (B, P) with 1 = place and 0 = padding on the right → (B, P, 2 · size)."""
        lengths = mask.sum(dim=1)
        position = torch.arange(x.shape[1])
        mirrored = lengths[:, None] - 1 - position
        turned = torch.where(mirrored >= 0, mirrored, position)[..., None]
        right, _ = self.ahead(x)
        left, _ = self.back(x.gather(1, turned.expand_as(x)))
        return torch.cat([right, left.gather(1, turned.expand_as(left))], dim=-1)


def side_by_side(states: Sequence[np.ndarray], layers: Sequence[int]) -> Tensor:
    """(P_b, L, H) for each text → those of `layers`, text after text, (ΣP, layers, H) in float32."""
    return torch.from_numpy(np.concatenate([one[:, layers[0] : layers[-1] + 1] for one in states])).float()


def padded(states: Sequence[np.ndarray], layers: Sequence[int]) -> tuple[list[Tensor], Tensor]:
    """(P_b, L, H) for each text → for each of `layers` (B, P, H) in float32, and the mask (B, P)."""
    lengths = torch.tensor([len(one) for one in states])
    mask = torch.arange(int(lengths.max())) < lengths[:, None]
    flat = side_by_side(states, layers)
    out = flat.new_zeros(*mask.shape, *flat.shape[1:])
    out[mask] = flat
    return [*out.unbind(dim=2)], mask.long()


def best_span(logits: Tensor, longest: int = 30) -> tuple[int, int]:
    """(P, 2), logits of first and last places → the pair i ≤ j < i + `longest` with the highest sum."""
    total = logits[:, 0, None] + logits[None, :, 1]  # (P, P)
    allowed = torch.ones_like(total, dtype=torch.bool).triu().tril(longest - 1)
    first, last = divmod(int(total.masked_fill(~allowed, -torch.inf).argmax()), len(logits))
    return first, last
