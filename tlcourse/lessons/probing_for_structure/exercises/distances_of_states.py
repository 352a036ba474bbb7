"""Distances between states after a linear map."""

import numpy as np
import torch
from torch import Tensor

from tlcourse.exercises.machinery import exercise


def _states_and_map(rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    words, width = int(rng.integers(4, 7)), int(rng.integers(8, 11))
    rank = int(rng.integers(2, 4))
    return (
        torch.from_numpy(rng.normal(size=(words, width))).float(),
        torch.from_numpy(rng.normal(scale=0.5, size=(rank, width))).float(),
    )


def _mapped(states: Tensor, B: Tensor) -> Tensor:
    """B (h_i − h_j), (T, T, rank)."""
    x = states @ B.T
    return x[:, None] - x[None]


def _not_squared(states: Tensor, B: Tensor) -> Tensor:
    return _mapped(states, B).square().sum(-1).sqrt()


def _no_map(states: Tensor, B: Tensor) -> Tensor:
    return (states[:, None] - states[None]).square().sum(-1)


def _no_map_not_squared(states: Tensor, B: Tensor) -> Tensor:
    return _no_map(states, B).sqrt()


def _products(states: Tensor, B: Tensor) -> Tensor:
    x = states @ B.T
    return x @ x.T


def _products_of_differences(states: Tensor, B: Tensor) -> Tensor:
    x = states @ B.T
    return -2 * x @ x.T


def _differences_of_norms(states: Tensor, B: Tensor) -> Tensor:
    norms = (states @ B.T).square().sum(-1)
    return norms[:, None] - norms


def _sizes_of_differences_of_norms(states: Tensor, B: Tensor) -> Tensor:
    return _differences_of_norms(states, B).abs()


def _squares_of_differences_of_lengths(states: Tensor, B: Tensor) -> Tensor:
    lengths = (states @ B.T).norm(dim=-1)
    return (lengths[:, None] - lengths).square()


def _squares_of_differences_of_norms(states: Tensor, B: Tensor) -> Tensor:
    return _differences_of_norms(states, B).square()


def _sums_of_norms(states: Tensor, B: Tensor) -> Tensor:
    norms = (states @ B.T).square().sum(-1)
    return norms[:, None] + norms


def _product_once(states: Tensor, B: Tensor) -> Tensor:
    return _sums_of_norms(states, B) - _products(states, B)


def _product_added(states: Tensor, B: Tensor) -> Tensor:
    return _sums_of_norms(states, B) + 2 * _products(states, B)


def _absolute(states: Tensor, B: Tensor) -> Tensor:
    return _mapped(states, B).abs().sum(-1)


def _absolute_squared(states: Tensor, B: Tensor) -> Tensor:
    return _mapped(states, B).abs().sum(-1).square()


def _largest(states: Tensor, B: Tensor) -> Tensor:
    return _mapped(states, B).abs().amax(-1)


def _mean(states: Tensor, B: Tensor) -> Tensor:
    return _mapped(states, B).square().mean(-1)


def _summed_first(states: Tensor, B: Tensor) -> Tensor:
    return _mapped(states, B).sum(-1).square()


def _sum_alone(states: Tensor, B: Tensor) -> Tensor:
    return _mapped(states, B).sum(-1)


def _squared_first(states: Tensor, B: Tensor) -> Tensor:
    return ((states[:, None] - states[None]).square() @ B.T).sum(-1)


def _back_again(states: Tensor, B: Tensor) -> Tensor:
    x = states @ B.T @ B
    return (x[:, None] - x[None]).square().sum(-1)


def _not_mapped_the_second(states: Tensor, B: Tensor) -> Tensor:
    return (states @ B.T).square().sum(-1)


def _cosine(states: Tensor, B: Tensor) -> Tensor:
    x = torch.nn.functional.normalize(states @ B.T, dim=-1)
    return 1 - x @ x.T


def _likeness(states: Tensor, B: Tensor) -> Tensor:
    return 1 - _cosine(states, B)


def _unit(states: Tensor, B: Tensor) -> Tensor:
    x = torch.nn.functional.normalize(states @ B.T, dim=-1)
    return (x[:, None] - x[None]).square().sum(-1)


def _each_number(states: Tensor, B: Tensor) -> Tensor:
    return _mapped(states, B).square()


def _halved(states: Tensor, B: Tensor) -> Tensor:
    return _mapped(states, B).square().sum(-1).triu()


def _map_from_the_left(states: Tensor, B: Tensor) -> Tensor:
    if B.shape[0] != B.shape[1]:
        return _mapped(states, B).square().sum(-1)
    x = states @ B
    return (x[:, None] - x[None]).square().sum(-1)


@exercise(
    title="The probe's distances",
    inputs=_states_and_map,
    any_kind=True,
    special={
        "B is a square": (
            torch.tensor([[1.0, 2.0], [0.0, 1.0], [3.0, -1.0]]),
            torch.tensor([[1.0, 2.0], [0.0, 0.5]]),
        ),
        "B has one row": (torch.tensor([[1.0, 2.0], [0.0, 1.0]]), torch.tensor([[0.5, -1.0]])),
    },
    equivalent={
        "x[:, None] - x → x - x[:, None]": "the square of a difference, either way round",
        "x[:, None] - x → abs(x[:, None] - x)": "it is squared",
        "result: absolute": "a square is never negative",
        "result: transposed": "as far from j to i as from i to j",
        "result: a list": "lists of the same numbers are as good",
    },
    rtol=1e-4,
    atol=1e-4,  # of ‖x‖² + ‖y‖² − 2 x·y in float32, on the diagonal
    hints=(
        "Two steps: what B makes of every state, and then the squared length of every difference.",
        "`states @ B.T` is (T, rank): B of every state at once. With an axis put in, `x[:, None]` is (T, 1, "
        "rank), and next to (T, rank) it is paired with every row.",
        "Subtract, square number by number, and add up over the last axis: no root.",
    ),
    wrong=[
        (_not_squared, "That is the length. The probe's distance is its *square*: leave the root out."),
        (_no_map, "These are the distances between the states as they are: B comes first."),
        (_no_map_not_squared, "B is not used, and a root is too many: ‖B(h_i − h_j)‖² is wanted."),
        (_products, "These are dot products: large where two states are alike. The squared length of "
         "their difference is wanted."),
        (_products_of_differences, "The two squared norms are missing: ‖x − y‖² = ‖x‖² + ‖y‖² − 2 x·y."),
        (_differences_of_norms, "You subtract squared norms. Take the difference of the two states first, "
         "then its norm."),
        (_sizes_of_differences_of_norms, "You compare how long the two are. Two vectors of one length may "
         "still be far apart: subtract the vectors, then take the norm."),
        (_squares_of_differences_of_lengths, "You subtract lengths and square that: subtract the vectors, "
         "then take the squared length."),
        (_squares_of_differences_of_norms, "You subtract squared norms and square that: subtract the "
         "vectors, then take the squared norm."),
        (_sums_of_norms, "You add the squared norms of both: the vectors are subtracted first."),
        (_product_once, "‖x − y‖² has twice the dot product in it: ‖x‖² + ‖y‖² − 2 x·y."),
        (_product_added, "You add the dot products, as for ‖x + y‖²: subtract them."),
        (_absolute, "You add up absolute values: squares are wanted."),
        (_absolute_squared, "You add up absolute values and square the sum: square each number, then add "
         "up."),
        (_largest, "You take the largest number of each difference: the sum of the squares of all is "
         "wanted."),
        (_mean, "You take the mean over the numbers of a difference: a squared length is their sum."),
        (_summed_first, "You add up first and square then: square each number, then add up."),
        (_sum_alone, "You add up the differences, and nothing is squared: square each number first."),
        (_squared_first, "You square before B: B is applied to the difference itself, and the result "
         "squared."),
        (_back_again, "B is applied, and B transposed after it: you are back at H numbers. B alone is "
         "wanted."),
        (_not_mapped_the_second, "That is one number for each word, its squared norm, as the probe of "
         "depths has it. Here each *pair* of words has one."),
        (_cosine, "That is 1 − cosine: the lengths count here."),
        (_likeness, "That is the cosine, how alike two are: the squared length of their difference is "
         "wanted."),
        (_unit, "You bring the vectors to length 1: their lengths count here."),
        (_each_number, "These are the squares of each number still: add them up over the last axis."),
        (_halved, "Below the diagonal yours are 0: it is as far from j to i as from i to j."),
        (_map_from_the_left, "With a square B one sees it: you multiply by B where B.T belongs (B h is `B "
         "@ h`, or `h @ B.T` for a row)."),
    ],
)  # fmt: skip
def probe_distances(states: Tensor, B: Tensor) -> Tensor:
    """Return ‖B(h_i − h_j)‖² for all pairs of words, (T, T); states (T, H), B (rank, H)."""
    x = states @ B.T
    return (x[:, None] - x).square().sum(dim=-1)
