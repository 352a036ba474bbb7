"""What a stack of layers has seen, and what is hidden from it."""

import numpy as np
import torch
from torch import Tensor

from tlcourse.data.tokeniser import MASK
from tlcourse.exercises.machinery import exercise


def _mask_and_layers(rng: np.random.Generator) -> tuple[Tensor, int]:
    length = int(rng.integers(6, 9))
    mask = torch.from_numpy(rng.random((length, length)) < 0.22)
    mask[torch.arange(length), (torch.arange(length) + 1) % length] = True  # no row is empty
    mask[0, 0] = False
    return mask, int(rng.integers(2, 4))


def _once(mask: Tensor, layers: int) -> Tensor:
    return mask.clone()


def _turned(mask: Tensor, layers: int) -> Tensor:
    return (torch.linalg.matrix_power(mask.double(), layers) > 0).T


def _one_too_many(mask: Tensor, layers: int) -> Tensor:
    return torch.linalg.matrix_power(mask.double(), layers + 1) > 0


def _one_too_few(mask: Tensor, layers: int) -> Tensor:
    return torch.linalg.matrix_power(mask.double(), layers - 1) > 0


def _counted(mask: Tensor, layers: int) -> Tensor:
    return torch.linalg.matrix_power(mask.double(), layers)


def _with_itself(mask: Tensor, layers: int) -> Tensor:
    length = len(mask)
    return torch.linalg.matrix_power(mask.double() + torch.eye(length, dtype=torch.double), layers) > 0


def _in_all_layers(mask: Tensor, layers: int) -> Tensor:
    seen, power = mask.clone(), mask.double()
    for _ in range(layers - 1):
        power = power @ mask.double()
        seen = seen & (power > 0)
    return seen


def _in_any_layer(mask: Tensor, layers: int) -> Tensor:
    seen, power = mask.clone(), mask.double()
    for _ in range(layers - 1):
        power = power @ mask.double()
        seen = seen | (power > 0)
    return seen


def _squared(mask: Tensor, layers: int) -> Tensor:
    seen = mask.double()
    for _ in range(layers - 1):
        seen = seen @ seen
    return seen > 0


_NO_DIAGONAL = ~torch.eye(5, dtype=torch.bool)


@exercise(
    title="What a state has seen after some layers",
    inputs=_mask_and_layers,
    special={
        "all but itself, one layer": (_NO_DIAGONAL, 1),
        "all but itself, two layers": (_NO_DIAGONAL, 2),
        "left to right": (torch.ones(5, 5, dtype=torch.bool).tril(), 3),
        "a chain to the left": (torch.eye(6, dtype=torch.bool).roll(1, 0), 4),
    },
    equivalent={
        "layers - 1 → abs(layers - 1)": "there is one layer at least",
        "mask.float() @ seen.float() → seen.float() @ mask.float()": "powers of one matrix, either way round",
    },
    hints=(
        "After one layer, state i has seen what `mask[i]` allows. A second layer looks at states of the "
        "first: what had those seen?",
        "State i now has seen word j if it looks at some k (`mask[i, k]`) and state k had seen j. Over all "
        "k, that is a matrix product, with “more than 0” for “some”.",
        "Begin with what one layer allows. For each further layer, multiply `mask` with what is reached so "
        "far, both as floats, and compare with 0.",
    ),
    wrong=[
        (_once, "That is what one layer sees. A further layer is a matrix product, `@` (and not `**`)."),
        (
            _with_itself,
            "You let each state look at itself. Only what `mask` allows is looked at.",
        ),
        (_turned, "Rows and columns are swapped: row i is what state i has seen."),
        (_one_too_many, "That is one layer too many: `mask` itself is the first."),
        (_one_too_few, "That is one layer too few."),
        (_squared, "Each layer looks with `mask`: you multiply what was seen with itself."),
        (_counted, "These are numbers of ways. Whether there is one is asked: compare with 0."),
        (_in_all_layers, "A word counts if the top state has seen it, whatever lower ones had."),
        (_in_any_layer, "Only what the top layer has seen counts: what lower ones had is not added."),
    ],
)
def reach(mask: Tensor, layers: int) -> Tensor:
    """Return bool (T, T): may the state at i, after so many layers, depend on the word at j?

    `mask` (T, T) says whether i may look at j, the same in each layer; nothing else comes to a state.
    """
    seen = mask
    for _ in range(layers - 1):
        seen = mask.float() @ seen.float() > 0
    return seen


def _to_corrupt(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    n = int(rng.integers(24, 33))
    ids = rng.integers(100, 200, size=n)
    others = rng.integers(300, 400, size=n)
    chosen = rng.random(n) < 0.5
    fate = rng.choice([0.05, 0.4, 0.79, 0.81, 0.85, 0.89, 0.91, 0.95, 0.99], size=n)
    chosen[:5], fate[:5] = [True, True, True, False, False], [0.3, 0.85, 0.95, 0.3, 0.85]
    return ids, chosen, fate, others


def _all_masked(ids: np.ndarray, chosen: np.ndarray, fate: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.where(chosen, MASK, ids)


def _not_chosen_too(ids: np.ndarray, chosen: np.ndarray, fate: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.where(fate < 0.8, MASK, np.where(fate < 0.9, others, ids))


def _no_random(ids: np.ndarray, chosen: np.ndarray, fate: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.where(chosen & (fate < 0.8), MASK, ids)


def _none_kept(ids: np.ndarray, chosen: np.ndarray, fate: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.where(chosen, np.where(fate < 0.8, MASK, others), ids)


def _turned_fate(ids: np.ndarray, chosen: np.ndarray, fate: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.where(chosen & (fate >= 0.2), MASK, np.where(chosen & (fate >= 0.1), others, ids))


def _random_replaces_all(
    ids: np.ndarray, chosen: np.ndarray, fate: np.ndarray, others: np.ndarray
) -> np.ndarray:
    return np.where(chosen & (fate < 0.8), MASK, np.where(fate < 0.9, others, ids))


def _random_first(ids: np.ndarray, chosen: np.ndarray, fate: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.where(chosen, np.where(fate < 0.9, others, ids), ids)


def _swapped(ids: np.ndarray, chosen: np.ndarray, fate: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.where(chosen, np.where(fate < 0.8, others, np.where(fate < 0.9, MASK, ids)), ids)


def _tenths_swapped(ids: np.ndarray, chosen: np.ndarray, fate: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.where(chosen, np.where(fate < 0.8, MASK, np.where(fate < 0.9, ids, others)), ids)


def _chosen_alone(ids: np.ndarray, chosen: np.ndarray, fate: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.where(fate < 0.8, MASK, np.where(fate < 0.9, others, ids))[chosen]


def _not_chosen(ids: np.ndarray, chosen: np.ndarray, fate: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.where(~chosen, np.where(fate < 0.8, MASK, np.where(fate < 0.9, others, ids)), ids)


@exercise(
    title="80, 10, 10",
    inputs=_to_corrupt,
    special={
        "a fate is exactly 0.8 or 0.9": (
            np.array([11, 12, 13, 14]),
            np.array([True, True, True, False]),
            np.array([0.8, 0.9, 0.0, 0.8]),
            np.array([21, 22, 23, 24]),
        ),
        "nothing is chosen": (
            np.array([11, 12, 13]),
            np.zeros(3, dtype=bool),
            np.array([0.1, 0.85, 0.95]),
            np.array([21, 22, 23]),
        ),
    },
    equivalent={"result: absolute": "numbers of pieces are never negative"},
    hints=(
        "Two kinds of places stay as they are: what was not chosen, and one in ten of what was.",
        "`np.where(condition, this, that)` chooses place by place, and can stand inside another.",
        "Two conditions: `chosen` and below 0.8, then `chosen` and below 0.9. `&` binds tighter than `<`: "
        "put brackets around each comparison.",
    ),
    wrong=[
        (_all_masked, "Every chosen piece becomes [MASK]: only those with a fate below 0.8."),
        (_no_random, "From 0.8 up to 0.9 the piece from `others` stands there."),
        (_none_kept, "From 0.9 on a chosen piece stays as it is: you put a random one there."),
        (_not_chosen_too, "Pieces that were not chosen change too: look at `chosen`."),
        (
            _random_replaces_all,
            "Pieces that were not chosen get a random one: look at `chosen` as well.",
        ),
        (_random_first, "None becomes [MASK]: those with a fate below 0.8 do."),
        (_turned_fate, "Your tenths are at the wrong end of `fate`: below 0.8 is [MASK]."),
        (_swapped, "[MASK] and the random piece are swapped: eight in ten are [MASK]."),
        (
            _tenths_swapped,
            "The last two tenths are swapped: from 0.8 up to 0.9 `others`, from 0.9 on as it is.",
        ),
        (_chosen_alone, "You return the chosen pieces alone: the whole text is wanted."),
        (_not_chosen, "You change what was *not* chosen."),
    ],
)
def corrupt(ids: np.ndarray, chosen: np.ndarray, fate: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return what the model sees, (T,): of the chosen pieces, those with fate below 0.8 are 4, for [MASK].

    With fate from 0.8 up to 0.9 (not included) the piece of `others` stands there; the rest stays. All (T,).
    """
    shown = np.where(fate < 0.8, MASK, np.where(fate < 0.9, others, ids))
    return np.where(chosen, shown, ids)
