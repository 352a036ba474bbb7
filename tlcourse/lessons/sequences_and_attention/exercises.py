"""Exercises of lesson 04: the parts of attention, and one step of a beam."""

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from tlcourse.exercises.machinery import exercise, prediction


def _tensor(rng: np.random.Generator, *shape: int, scale: float = 1.0) -> Tensor:
    return torch.from_numpy(rng.normal(scale=scale, size=shape)).float()


long_words = prediction(
    question=(
        "Two models learn to pronounce English words. They are alike in all but one thing: while it "
        "writes, one may look at every letter again, the other has only one vector that sums up the whole "
        "word. Where will the second one do worse?"
    ),
    options=(
        "About as much on short words as on long ones",
        "Mostly on short words: they are the irregular ones",
        "Mostly on long words",
        "Nowhere: the vector has far more numbers in it than the word has letters",
    ),
    answer=2,
    why=(
        "The gap is not the same everywhere: look at the curves by length.",
        "Short words are the irregular ones, but both models suffer from that alike.",
        "What has to fit into the vector grows with the word, the vector does not.",
        "There is room in it. But a network has to learn to write the letters in and to read them out in "
        "the right order, and that gets harder with every letter.",
    ),
)

undivided = prediction(
    question=(
        "A query and sixteen keys, each of 512 random numbers. You take a softmax of their dot products, "
        "without dividing them by anything. How much weight will the largest get, on average?"
    ),
    options=("About 1/16", "About a quarter", "About half", "More than nine tenths"),
    answer=3,
    why=(
        "That would be right if all dot products were about equal. Each is a sum of 512 random terms.",
        "More: that is about what happens after dividing by √512.",
        "More: think of how far apart sums of 512 random terms lie, and of what exp does to a difference "
        "of 20.",
        "The dot products have a standard deviation of √512 ≈ 23, so the largest leaves the rest far behind.",
    ),
)


def _length(rng: np.random.Generator) -> tuple[int]:
    return (int(rng.integers(2, 9)),)


def _future(length: int) -> Tensor:
    return torch.ones(length, length, dtype=torch.bool).triu()


def _not_itself(length: int) -> Tensor:
    return torch.ones(length, length, dtype=torch.bool).tril(-1)


def _one_too_many(length: int) -> Tensor:
    return torch.ones(length, length, dtype=torch.bool).tril(1)


def _everything(length: int) -> Tensor:
    return torch.ones(length, length, dtype=torch.bool)


@exercise(
    title="A causal mask",
    inputs=_length,
    hints=(
        "Draw it for three positions: row = who looks, column = what is looked at. Row 0 may see column 0 "
        "alone.",
        "`.tril()` keeps the lower left triangle of a matrix, `.triu()` the upper right one, both with the "
        "diagonal.",
        "`torch.ones(length, length, dtype=torch.bool)` is all True. Keep one of its two triangles: the "
        "one that leaves row 0 a single True.",
    ),
    wrong=[
        (_future, "Here every position sees itself and the future. It is the past that it may see."),
        (
            _not_itself,
            "A position may see itself, too: the diagonal has to be True. Row 0 sees nothing here.",
        ),
        (_one_too_many, "Off by one: every position also sees the next one, the one it has to predict."),
        (_everything, "This mask hides nothing."),
    ],
)
def causal_mask(length: int) -> Tensor:
    """Return a bool tensor (length, length), True where position i (row) may look at position j (column)."""
    return torch.ones(length, length, dtype=torch.bool).tril()


def _scores_and_mask(rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    shape = int(rng.integers(2, 5)), int(rng.integers(5, 8))
    mask = torch.from_numpy(rng.random(shape) < 0.5)
    mask[:, 0], mask[:, -1] = True, False  # every row has something to see, and something not to see
    return _tensor(rng, *shape, scale=2.0), mask


def _masked_afterwards(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.softmax(dim=-1) * mask


def _minus_one(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.masked_fill(~mask, -1.0).softmax(dim=-1)


def _zeroed(scores: Tensor, mask: Tensor) -> Tensor:
    return (scores * mask).softmax(dim=-1)


def _inverted(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.masked_fill(mask, -torch.inf).softmax(dim=-1)


def _down_the_columns(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.masked_fill(~mask, -torch.inf).softmax(dim=0)


def _unmasked(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.softmax(dim=-1)


@exercise(
    title="A softmax that cannot see what is masked",
    inputs=_scores_and_mask,
    equivalent={"result: absolute": "weights are never negative"},
    hints=(
        "Which score does a softmax turn into a weight of exactly 0?",
        "`scores.masked_fill(where, value)` writes `value` wherever `where` is True. `~mask` is True where "
        "mask is not.",
        "Write `-torch.inf` where the mask is False; then each row is to add up to 1: a softmax, over "
        "which axis?",
    ),
    wrong=[
        (
            _masked_afterwards,
            "You mask after the softmax: the hidden keys have taken their share already, so a row no "
            "longer adds up to 1. Mask the scores.",
        ),
        (
            _minus_one,
            "exp(−1) is 0.37, not 0: the hidden keys still get weight. Which score gives exactly 0?",
        ),
        (_zeroed, "A score of 0 is a score like any other: exp(0) = 1, so the hidden keys get weight."),
        (_inverted, "The mask is the wrong way round: True means that a key may be seen."),
        (_down_the_columns, "Your columns add up to 1. Each query (row) shares its weight among the keys."),
        (_unmasked, "The mask changes nothing yet: hidden keys get weight."),
    ],
)
def masked_softmax(scores: Tensor, mask: Tensor) -> Tensor:
    """Return weights (T, S): each row a softmax of its scores (T, S) where mask (T, S) is True, else 0."""
    return scores.masked_fill(~mask, -torch.inf).softmax(dim=-1)


def _query_key_value(rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """All sizes differ, that of the values too."""
    queries, keys, size = int(rng.integers(2, 5)), int(rng.integers(5, 8)), int(rng.integers(8, 11))
    return _tensor(rng, queries, size), _tensor(rng, keys, size), _tensor(rng, keys, size + 3)


def _unscaled(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    return (query @ key.T).softmax(dim=-1) @ value


def _by_the_size(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    return (query @ key.T / query.shape[-1]).softmax(dim=-1) @ value


def _by_the_keys(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    return (query @ key.T / math.sqrt(key.shape[0])).softmax(dim=-1) @ value


def _scaled_up(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    return (query @ key.T * math.sqrt(query.shape[-1])).softmax(dim=-1) @ value


def _over_the_queries(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    return (query @ key.T / math.sqrt(query.shape[-1])).softmax(dim=0) @ value


def _no_softmax(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    return query @ key.T / math.sqrt(query.shape[-1]) @ value


def _weights_alone(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    return (query @ key.T / math.sqrt(query.shape[-1])).softmax(dim=-1)


@exercise(
    title="Scaled dot-product attention",
    inputs=_query_key_value,
    hints=(
        "Three steps: a score for every query and key, weights from the scores, a weighted sum of the "
        "values.",
        "`query @ key.T` holds all dot products, one row per query. Divide by the square root of a "
        "vector's length.",
        "`query @ key.T / math.sqrt(query.shape[-1])` are the scores. Two steps remain: each row's "
        "softmax, and what these weights mix.",
    ),
    wrong=[
        (_unscaled, "The scores are not divided by √D yet (D = the length of a query)."),
        (_by_the_size, "You divide by D. A sum of D random terms grows like √D, so divide by √D."),
        (
            _by_the_keys,
            "You divide by the root of how many keys there are. It is the length D of each that counts.",
        ),
        (
            lambda query, key, value: (query @ key.T / math.sqrt(len(query))).softmax(dim=-1) @ value,
            "You divide by the root of how many queries there are. It is the length D of each that counts.",
        ),
        (
            lambda query, key, value: (query @ key.T / math.sqrt(value.shape[-1])).softmax(dim=-1) @ value,
            "You divide by the root of a value's length. It is the length of queries and keys that counts.",
        ),
        (
            lambda query, key, value: (query @ key.T).softmax(dim=-1) / math.sqrt(query.shape[-1]) @ value,
            "You divide by √D after the softmax. Divide the scores before it.",
        ),
        (
            lambda query, key, value: (
                (query @ key.T / math.sqrt(query.shape[-1])).softmax(dim=-1).softmax(dim=-1) @ value
            ),
            "You take the softmax twice: once is enough.",
        ),
        (
            lambda query, key, value: (
                (query @ key.T / math.sqrt(query.shape[-1])).log_softmax(dim=-1) @ value
            ),
            "These are logarithms of the weights: `softmax`, not `log_softmax`.",
        ),
        (
            lambda query, key, value: (query @ key.T / math.sqrt(query.shape[-1])).sigmoid() @ value,
            "A sigmoid lets every key get up to 1. A softmax makes the keys share one weight.",
        ),
        (_scaled_up, "You multiply by √D. That makes large scores larger still: divide."),
        (
            _over_the_queries,
            "Your softmax runs over the queries. Each query shares its weight among the keys.",
        ),
        (_no_softmax, "There is no softmax yet: the weights of a query have to add up to 1."),
        (_weights_alone, "These are the weights. Attention returns what they mix: weights @ value."),
    ],
)
def scaled_dot_product(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Return softmax(query keyᵀ / √D) value, (T, V), of query (T, D), key (S, D) and value (S, V)."""
    scores = query @ key.T / math.sqrt(query.shape[-1])
    return scores.softmax(dim=-1) @ value


def _states_and_heads(rng: np.random.Generator) -> tuple[Tensor, int]:
    heads = int(rng.integers(2, 5))
    return _tensor(rng, int(rng.integers(5, 8)), 3 * heads), heads


def _viewed(x: Tensor, heads: int) -> Tensor:
    return x.reshape(heads, x.shape[0], -1)


def _interleaved(x: Tensor, heads: int) -> Tensor:
    return x.view(x.shape[0], -1, heads).permute(2, 0, 1)


def _not_transposed(x: Tensor, heads: int) -> Tensor:
    return x.view(x.shape[0], heads, -1)


@exercise(
    title="Split into heads",
    inputs=_states_and_heads,
    hints=(
        "Each row of x belongs to one position. Cut every row into `heads` pieces, then put the heads in "
        "front.",
        "`x.view(T, heads, D)` cuts the rows: the shape is (T, heads, D). Which two axes have to change "
        "places?",
        "`x.view(x.shape[0], heads, -1)` is (T, heads, D). Exchange the first two axes.",
    ),
    wrong=[
        (
            _viewed,
            "The shape is right, but the positions are mixed up: `view(heads, T, D)` cuts the numbers in "
            "the order in which they lie in memory. Cut each row first, then transpose.",
        ),
        (
            _interleaved,
            "A head gets numbers from all over a row. It should get one piece of it, in one run.",
        ),
        (
            _not_transposed,
            "Each row is cut right, but the shape is (T, heads, D): bring the heads to the front.",
        ),
    ],
)
def split_heads(x: Tensor, heads: int) -> Tensor:
    """Return (heads, T, D): row t of head h is the h-th piece of row t of x (T, H), D = H / heads numbers."""
    return x.view(x.shape[0], heads, -1).transpose(0, 1)


def _beginnings(rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """One beginning far ahead, so that it has two of the best continuations."""
    width, vocabulary = int(rng.integers(2, 5)), int(rng.integers(5, 9))
    total = -_tensor(rng, width).abs().cumsum(0)
    return total, _tensor(rng, width, vocabulary, scale=2.0).log_softmax(dim=-1)


def _each_its_own(total: Tensor, log_p: Tensor) -> tuple[Tensor, Tensor]:
    return torch.arange(len(total)), log_p.argmax(dim=-1)


def _of_sums(of: Callable[[Tensor, Tensor], Tensor]) -> Callable:
    def wrong(total: Tensor, log_p: Tensor) -> tuple[Tensor, Tensor]:
        best = of(total, log_p).flatten().topk(len(total)).indices
        return best // log_p.shape[1], best % log_p.shape[1]

    return wrong


def _forgetful(total: Tensor, log_p: Tensor) -> tuple[Tensor, Tensor]:
    best = log_p.flatten().topk(len(total)).indices
    return best // log_p.shape[1], best % log_p.shape[1]


def _probabilities_added(total: Tensor, log_p: Tensor) -> tuple[Tensor, Tensor]:
    best = (total[:, None] + log_p.exp()).flatten().topk(len(total)).indices
    return best // log_p.shape[1], best % log_p.shape[1]


def _swapped(total: Tensor, log_p: Tensor) -> tuple[Tensor, Tensor]:
    best = (total[:, None] + log_p).flatten().topk(len(total)).indices
    return best % log_p.shape[1], best // log_p.shape[1]


def _divided_by_the_width(total: Tensor, log_p: Tensor) -> tuple[Tensor, Tensor]:
    best = (total[:, None] + log_p).flatten().topk(len(total)).indices
    return best // len(total), best % len(total)


def _only_the_first(total: Tensor, log_p: Tensor) -> tuple[Tensor, Tensor]:
    best = log_p[0].topk(len(total)).indices
    return torch.zeros_like(best), best


def _least_likely(total: Tensor, log_p: Tensor) -> tuple[Tensor, Tensor]:
    worst = (total[:, None] + log_p).flatten().topk(len(total), largest=False).indices
    return worst // log_p.shape[1], worst % log_p.shape[1]


def _unsorted(total: Tensor, log_p: Tensor) -> tuple[Tensor, Tensor]:
    best = (total[:, None] + log_p).flatten().topk(len(total)).indices.sort().values
    return best // log_p.shape[1], best % log_p.shape[1]


@exercise(
    title="One step of a beam",
    inputs=_beginnings,
    hints=(
        "The log-probability of a beginning and one more symbol is a sum. Make all K × V sums, then take "
        "the K largest.",
        "`(total[:, None] + log_p).flatten().topk(K).indices` are places in a row of K × V numbers.",
        "In that row each beginning has V places, one after the other, V being `log_p.shape[1]`. So what "
        "do `//` and `%` by V tell you of a place?",
    ),
    wrong=[
        (
            _each_its_own,
            "Each beginning goes on with its own best symbol. But two of the K best may come from one "
            "beginning, and none from another: compare all K × V of them.",
        ),
        (
            _of_sums(lambda total, log_p: total[:, None] * log_p),
            "You multiply two logarithms. Probabilities multiply, so their logarithms add up.",
        ),
        (
            _of_sums(lambda total, log_p: total[:, None] - log_p),
            "You subtract. The log-probability of a beginning and one more symbol is the sum of the two.",
        ),
        (_forgetful, "You rank by the last symbol alone: add what the beginning has so far, `total`."),
        (_probabilities_added, "You add a probability to a log-probability: `log_p` is what adds up."),
        (
            _swapped,
            "The two are swapped: `p // V` is the beginning, `p % V` the symbol; return the beginnings "
            "first.",
        ),
        (_divided_by_the_width, "A beginning has V places in the row, not K: divide by `log_p.shape[1]`."),
        (_least_likely, "You take the K least likely: the largest sums are wanted."),
        (
            lambda total, log_p: ((total[:, None] + log_p).flatten().topk(len(total)).indices,) * 2,
            "These are places in the row of K × V. Take them apart: which beginning, which symbol?",
        ),
        (_unsorted, "The right ones, in the wrong order: the likeliest comes first."),
        (_only_the_first, "You only go on from the first beginning: that is a beam of one."),
    ],
)
def beam_step(total: Tensor, log_p: Tensor) -> tuple[Tensor, Tensor]:
    """Return the K likeliest continuations, best first: whose each is (K,), and which symbol it adds (K,).

    `total` (K,) holds the log-probability of each beginning, `log_p` (K, V) that of each symbol after it.
    """
    best = (total[:, None] + log_p).flatten().topk(len(total)).indices
    return best // log_p.shape[1], best % log_p.shape[1]
