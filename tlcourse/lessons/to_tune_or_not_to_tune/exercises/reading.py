"""From pieces to words, and from layers to one vector for each."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from tlcourse.exercises.machinery import exercise


def _words(rng: np.random.Generator) -> tuple[list[int | None]]:
    sizes = [int(rng.integers(2, 4)), 1, *rng.integers(1, 4, size=int(rng.integers(4, 7))).tolist(), 2]
    inside = [word for word, size in enumerate(sizes) for _ in range(size)]
    return ([None, *inside, *[None] * int(rng.integers(1, 4))],)


def _lasts(words: Sequence[int | None]) -> list[int]:
    return [i for i, w in enumerate(words) if w is not None and (i + 1 == len(words) or words[i + 1] != w)]


def _every_piece(words: Sequence[int | None]) -> list[int]:
    return [i for i, w in enumerate(words) if w is not None]


def _truthy_pieces(words: Sequence[int | None]) -> list[int]:
    return [i for i, w in enumerate(words) if w]


def _with_marks(words: Sequence[int | None]) -> list[int]:
    return [i for i, w in enumerate(words) if i == 0 or w != words[i - 1]]


def _without_the_mark(words: Sequence[int | None]) -> list[int]:
    return [i - 1 for i in _firsts(words)]


def _firsts(words: Sequence[int | None]) -> list[int]:
    return [words.index(w) for w in dict.fromkeys(words) if w is not None]


def _as_words(words: Sequence[int | None]) -> list[int]:
    return [words[i] for i in _firsts(words)]


def _numbers_of_pieces(words: Sequence[int | None]) -> list[int]:
    return [w for w in words if w is not None]


def _not_the_first(words: Sequence[int | None]) -> list[int]:
    return [i for i in _firsts(words) if words[i] != 0]


def _with_the_end(words: Sequence[int | None]) -> list[int]:
    return [i for i, w in enumerate(words) if w != (words[i - 1] if i else None)]


def _further_pieces(words: Sequence[int | None]) -> list[int]:
    return [i for i, w in enumerate(words) if w is not None and i and w == words[i - 1]]


def _every_piece_and_the_end(words: Sequence[int | None]) -> list[int]:
    return [i for i, w in enumerate(words) if w is not None or (i and words[i - 1] is not None)]


def _before_the_first(words: Sequence[int | None]) -> list[int]:
    return [i for i, w in enumerate(words) if w is not None and w != words[i - 1]]


def _inside_with_marks(words: Sequence[int | None]) -> list[int]:
    return [i for i in _with_marks(words) if 0 < i < len(words) - 1]


def _mask(words: Sequence[int | None]) -> list[bool]:
    firsts = _firsts(words)
    return [i in firsts for i in range(len(words))]


@exercise(
    title="The first piece of each word",
    inputs=_words,
    special={
        "there is one word": ([None, 0, None],),
        "there is no word": ([None, None],),
        "the text begins and ends with a word's piece": ([0, 0],),
    },
    equivalent={
        "result: absolute": "a place is never negative",
    },
    hints=(
        "Go through the places from left to right. When does a new word begin, and when does one go on?",
        "A place begins a word if its number is not None and differs from the number just before it.",
        "`enumerate(words)` gives place and number; keep what came before in a variable, None at first.",
    ),
    wrong=[
        (_lasts, "Those are the last pieces of the words: BERT's tag is read from the first."),
        (_every_piece, "Each word is to have one place: here one of several pieces has several."),
        (_truthy_pieces, "Word 0 counts as false in Python; and each word is to have one place."),
        (_with_marks, "[CLS] and [SEP] belong to no word: their number is None. Leave them out."),
        (_without_the_mark, "All are one too early: [CLS] stands at place 0, and the states have it too."),
        *(
            (numbers, "Those are the words' numbers. Where do their first pieces stand?")
            for numbers in (_as_words, _numbers_of_pieces)
        ),
        (_not_the_first, "The first word is missing: its number is 0, which counts as false in Python."),
        (_with_the_end, "[SEP] after the last word belongs to none: its number is None. Leave it out."),
        (
            _inside_with_marks,
            "A mark may stand elsewhere than at the two ends, and a word at them: leave out each None.",
        ),
        (_further_pieces, "Those are the further pieces, which go on with a word: the first are wanted."),
        (_every_piece_and_the_end, "Both have to hold: the number is not None, *and* another than before."),
        (
            _before_the_first,
            "At place 0 your `words[i - 1]` is `words[-1]`, the last piece: before the first there is none.",
        ),
        *(
            (function, "You say yes or no for each piece: the places of those with a yes are wanted.")
            for function in (
                _mask,
                lambda words: [int(yes) for yes in _mask(words)],
                lambda words: np.array(_mask(words)),
                lambda words: torch.tensor(_mask(words)),
            )
        ),
        *(
            (function, "The places are right: a list of them is wanted, which `.tolist()` makes.")
            for function in (
                lambda words: np.array(_firsts(words)),  # of nothing it makes floating-point numbers
                lambda words: np.array(_firsts(words), dtype=int),
                lambda words: torch.tensor(_firsts(words)),
                lambda words: torch.tensor(_firsts(words), dtype=torch.long),
            )
        ),
        (lambda words: set(_firsts(words)), "A set keeps no order: a list is wanted, from left to right."),
    ],
)
def first_pieces(words: Sequence[int | None]) -> list[int]:
    """Return a list: the place of each word's first piece.

    words[i] is the number of the word that piece i belongs to, or None for a mark.
    """
    places, before = [], None
    for place, word in enumerate(words):
        if word is not None and word != before:
            places.append(place)
        before = word
    return places


def _states(rng: np.random.Generator) -> tuple[Tensor]:
    layers, words, size = int(rng.integers(7, 9)), int(rng.integers(5, 7)), int(rng.integers(9, 12))
    return (torch.from_numpy(rng.normal(size=(layers, words, size))).float(),)


def _sum(states: Tensor) -> Tensor:
    return states[-4:].sum(dim=0)


def _first_four(states: Tensor) -> Tensor:
    return torch.cat([*states[:4]], dim=-1)


def _from_layer_one(states: Tensor) -> Tensor:
    return torch.cat([*states[1:5]], dim=-1)


def _along_words(states: Tensor) -> Tensor:
    return torch.cat([*states[-4:]], dim=0)


def _reshaped(states: Tensor) -> Tensor:
    return states[-4:].reshape(states.shape[1], -1)


def _three(states: Tensor) -> Tensor:
    return torch.cat([*states[-4:-1]], dim=-1)


def _all(states: Tensor) -> Tensor:
    return torch.cat([*states], dim=-1)


def _top_first(states: Tensor) -> Tensor:
    return torch.cat([*states[-4:].flip(0)], dim=-1)


def _stacked(states: Tensor) -> Tensor:
    return states[-4:].transpose(0, 1)


def _stacked_in_front(states: Tensor) -> Tensor:
    return states[-4:]


def _stacked_behind(states: Tensor) -> Tensor:
    return states[-4:].permute(1, 2, 0)


def _one_lower(states: Tensor) -> Tensor:
    return torch.cat([*states[-5:-1]], dim=-1)


def _last_words(states: Tensor) -> Tensor:
    return torch.cat([*states[:, -4:]], dim=-1)


def _last_numbers(states: Tensor) -> Tensor:
    return torch.cat([*states[..., -4:]], dim=-1)


@exercise(
    title="Concatenate the last four layers",
    inputs=_states,
    special={"there are just four layers": (torch.arange(24.0).reshape(4, 3, 2),)},
    hints=(
        "`states[-4:]` are the last four layers, (4, T, H). Which axis should become four times as long?",
        "`torch.cat(list_of_tensors, dim=…)` puts tensors one behind the other along an axis that they have.",
        "Each word keeps its row: the four (T, H) tensors go side by side along the last axis, lowest first.",
    ),
    wrong=[
        (_sum, "That is the sum of the last four: side by side, each number is kept."),
        (_first_four, "Those are the first four layers, the embeddings among them."),
        (_from_layer_one, "Those are layers 1 to 4, from below: count from the end, `states[-4:]`."),
        (
            _along_words,
            "You put the layers one below the other: four times as many rows. Each word has one.",
        ),
        (
            _reshaped,
            "A reshape reads on layer after layer, so that a row mixes words: words first, then reshape.",
        ),
        (_three, "The last layer is missing: a slice leaves out its end."),
        (_one_lower, "The last layer is missing: a slice leaves out its end. `[-4:]` goes to the end."),
        (_last_words, "You take the last four words of each layer: the layers are the first axis."),
        (_last_numbers, "You take the last four numbers of each state: the layers are the first axis."),
        (_all, "Those are all the layers: the last four are wanted."),
        (_top_first, "The four are there, the top first: lowest first is wanted."),
        (
            _stacked,
            "The words' axis is in front, but there are three axes: put the four vectors of a word in a row.",
        ),
        *(
            (
                stacked,
                "The four layers still have an axis of their own: `stack` makes a new one, `cat` puts them "
                "behind one another along one that is there.",
            )
            for stacked in (_stacked_in_front, _stacked_behind)
        ),
    ],
)
def concat_last_four(states: Tensor) -> Tensor:
    """Return (T, 4H): of each word its states in the last four layers, lowest first; states is (L, T, H)."""
    return torch.cat([*states[-4:]], dim=-1)
