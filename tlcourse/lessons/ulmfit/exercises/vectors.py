"""One vector for a text, from all its states."""

import numpy as np
import torch
from torch import Tensor

from tlcourse.exercises.machinery import exercise


def _padded_states(rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """States that are all negative, so that zeros of the padding would win a maximum."""
    batch, longest, size = int(rng.integers(2, 5)), int(rng.integers(6, 9)), int(rng.integers(3, 6))
    lengths = rng.integers(2, longest, size=batch)
    lengths[int(rng.integers(1, batch))] = longest
    states = torch.from_numpy(rng.normal(-1.5, 0.6, size=(batch, longest, size))).float()
    mask = torch.zeros(batch, longest, dtype=torch.long)
    for row, n in zip(mask, lengths.tolist(), strict=True):
        row[:n] = 1
    states[mask == 0] = torch.from_numpy(rng.normal(0, 2, size=(int((mask == 0).sum()), size))).float()
    return states, mask


def _parts(states: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    inside = mask.bool()[..., None]
    n = mask.sum(dim=1, keepdim=True)
    last = states[torch.arange(len(states)), n[:, 0] - 1]
    return last, states.masked_fill(~inside, -torch.inf).amax(1), (states * inside).sum(1) / n


def _ignoring(states, mask):
    return torch.cat([states[:, -1], states.amax(dim=1), states.mean(dim=1)], dim=1)


def _last_of_the_batch(states, mask):
    _, largest, mean = _parts(states, mask)
    return torch.cat([states[:, -1], largest, mean], dim=1)


def _one_early(states, mask):
    _, largest, mean = _parts(states, mask)
    last = states[torch.arange(len(states)), mask.sum(dim=1) - 2]
    return torch.cat([last, largest, mean], dim=1)


def _one_late(states, mask):
    _, largest, mean = _parts(states, mask)
    places = mask.sum(dim=1).clamp(max=states.shape[1] - 1)
    return torch.cat([states[torch.arange(len(states)), places], largest, mean], dim=1)


def _first_state(states, mask):
    _, largest, mean = _parts(states, mask)
    return torch.cat([states[:, 0], largest, mean], dim=1)


def _zero_where_shorter(states, mask):
    _, largest, mean = _parts(states, mask)
    return torch.cat([states[:, -1] * mask[:, -1:], largest, mean], dim=1)


def _mean_of_the_filled(fill):
    """The mean over the array that was made for the maximum."""

    def wrong(states, mask):
        last, largest, _ = _parts(states, mask)
        filled = states.masked_fill(mask[..., None] == 0, fill)
        return torch.cat([last, largest, filled.sum(dim=1) / mask.sum(dim=1, keepdim=True)], dim=1)

    return wrong


def _mean_of_the_filled_by_the_longest(fill):
    def wrong(states, mask):
        last, largest, _ = _parts(states, mask)
        return torch.cat([last, largest, states.masked_fill(mask[..., None] == 0, fill).mean(dim=1)], dim=1)

    return wrong


def _maximum_with_zeros(states, mask):
    last, _, mean = _parts(states, mask)
    return torch.cat([last, (states * mask[..., None]).amax(dim=1), mean], dim=1)


def _maximum_of_all(states, mask):
    last, _, mean = _parts(states, mask)
    return torch.cat([last, states.amax(dim=1), mean], dim=1)


def _mean_of_all(states, mask):
    last, largest, _ = _parts(states, mask)
    return torch.cat([last, largest, states.mean(dim=1)], dim=1)


def _divided_by_the_longest(states, mask):
    last, largest, _ = _parts(states, mask)
    return torch.cat([last, largest, (states * mask[..., None]).mean(dim=1)], dim=1)


def _not_divided(states, mask):
    last, largest, _ = _parts(states, mask)
    return torch.cat([last, largest, (states * mask[..., None]).sum(dim=1)], dim=1)


def _other_order(states, mask):
    last, largest, mean = _parts(states, mask)
    return torch.cat([last, mean, largest], dim=1)


def _added(states, mask):
    return sum(_parts(states, mask))


def _stacked(states, mask):
    return torch.stack(_parts(states, mask), dim=1)


def _underneath(states, mask):
    return torch.cat(_parts(states, mask), dim=0)


def _minimum(states, mask):
    last, _, mean = _parts(states, mask)
    least = states.masked_fill(mask[..., None] == 0, torch.inf).amin(dim=1)
    return torch.cat([last, least, mean], dim=1)


def _no_mean(states, mask):
    return torch.cat(_parts(states, mask)[:2], dim=1)


@exercise(
    title="Concat pooling",
    inputs=_padded_states,
    equivalent={"lengths - 1 → abs(lengths - 1)": "every text has a piece"},
    rtol=1e-4,
    atol=1e-5,
    hints=(
        "Three vectors for each text. Which of its states may each of them look at?",
        "The last state of row b stands at `mask[b].sum() - 1`. For the maximum, padding has to lose: make "
        "it −∞ first (`masked_fill`), then `.amax(dim=1)`.",
        "`states[torch.arange(len(states)), lengths - 1]` takes one state of each row. For the mean make the "
        "padding 0, sum over dim 1 and divide by the lengths. `torch.cat(…, dim=1)` puts the three side by "
        "side.",
    ),
    wrong=[
        (_ignoring, "The padding counts as text, in all three parts: use the mask."),
        (_last_of_the_batch, "Your last state is that of the longest text's place, padding in shorter ones: "
         "take the place `mask.sum(dim=1) - 1`."),
        (_one_early, "The first part is off by one: the last state is the one at length − 1."),
        (_one_late, "The first part is one too late, in the padding: the last state is the one at "
         "length − 1."),
        (_first_state, "The first part is each text's first state: the last stands at length − 1."),
        (_maximum_with_zeros, "With the padding set to 0, zeros win against states below 0: set it to −∞ for "
         "the maximum."),
        (_maximum_of_all, "The maximum goes over the padding, too: set it to −∞ first."),
        (_mean_of_all, "The mean goes over the padding, too."),
        (_divided_by_the_longest, "The mean is divided by the padded length: divide by each text's own."),
        (_not_divided, "The third part is the sum: divide by the lengths."),
        (_other_order, "Right parts, other order: last state, maximum, mean."),
        (_added, "The three are added up. Concat: side by side, (B, 3E)."),
        (_stacked, "The three are stacked on a new axis. Side by side they are (B, 3E)."),
        (_underneath, "The three stand one below the other: join them along dim 1."),
        (_zero_where_shorter, "Your last state is 0 for the shorter texts: it is taken at the longest text's "
         "place. Take the place `mask.sum(dim=1) - 1`."),
        *((wrong(fill), "The mean goes over what was filled in for the maximum: for the mean fill with 0.")
          for wrong in (_mean_of_the_filled, _mean_of_the_filled_by_the_longest)
          for fill in (-torch.inf, -1e9)),
        (_minimum, "The second part is the smallest of each dimension, not the largest."),
        (_no_mean, "The mean is missing: three parts, (B, 3E)."),
    ],
)  # fmt: skip
def concat_pool(states: Tensor, mask: Tensor) -> Tensor:
    """Return [last state; maximum; mean], (B, 3E): states (B, T, E), mask (B, T), 1 = text, 0 = padding.

    The padding, on the right, counts nowhere.
    """
    inside = mask.bool()[..., None]  # (B, T, 1)
    lengths = mask.sum(dim=1)  # (B,)
    last = states[torch.arange(len(states)), lengths - 1]
    largest = states.masked_fill(~inside, -torch.inf).amax(dim=1)
    mean = states.masked_fill(~inside, 0.0).sum(dim=1) / lengths[:, None]
    return torch.cat([last, largest, mean], dim=1)
