"""Attention between words, of that between pieces."""

import numpy as np

from tlcourse.exercises.machinery import exercise


def _pieces(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    lengths = rng.permutation([1, 1, 2, 2, 3, 4])[: int(rng.integers(4, 7))]
    if len(set(lengths.tolist())) == 1:
        lengths[0] += 1
    if lengths[0] == lengths[-1]:  # turned round it is another sentence
        lengths[-1] += 1
    words = np.repeat(np.arange(len(lengths)), lengths)
    weights = rng.gamma(0.6, size=(len(words), len(words))) + 0.01
    return weights / weights.sum(axis=1, keepdims=True), words


def _member(words: np.ndarray) -> np.ndarray:
    return (words == np.unique(words)[:, None]).astype(float)


def _mean(words: np.ndarray) -> np.ndarray:
    return _member(words) / _member(words).sum(axis=1, keepdims=True)


def _sum_both(weights: np.ndarray, words: np.ndarray) -> np.ndarray:
    return _member(words) @ weights @ _member(words).T


def _mean_both(weights: np.ndarray, words: np.ndarray) -> np.ndarray:
    return _mean(words) @ weights @ _mean(words).T


def _sum_from_mean_to(weights: np.ndarray, words: np.ndarray) -> np.ndarray:
    return _member(words) @ weights @ _mean(words).T


def _to_the_first(weights: np.ndarray, words: np.ndarray) -> np.ndarray:
    first = np.unique(words, return_index=True)[1]
    return (_mean(words) @ weights)[:, first]


def _from_the_first(weights: np.ndarray, words: np.ndarray) -> np.ndarray:
    first = np.unique(words, return_index=True)[1]
    return weights[first] @ _member(words).T


def _first_of_both(weights: np.ndarray, words: np.ndarray) -> np.ndarray:
    first = np.unique(words, return_index=True)[1]
    return weights[np.ix_(first, first)]


def _largest_to(weights: np.ndarray, words: np.ndarray) -> np.ndarray:
    looking = _mean(words) @ weights
    return np.stack([looking[:, words == word].max(axis=1) for word in np.unique(words)], axis=1)


def _largest_of_both(weights: np.ndarray, words: np.ndarray) -> np.ndarray:
    each = np.unique(words)
    return np.array([[weights[np.ix_(words == a, words == b)].max() for b in each] for a in each])


def _largest_from(weights: np.ndarray, words: np.ndarray) -> np.ndarray:
    to = weights @ _member(words).T
    return np.stack([to[words == word].max(axis=0) for word in np.unique(words)])


def _to_the_last(weights: np.ndarray, words: np.ndarray) -> np.ndarray:
    last = np.searchsorted(words, np.unique(words), side="right") - 1
    return (_mean(words) @ weights)[:, last]


def _from_the_last(weights: np.ndarray, words: np.ndarray) -> np.ndarray:
    last = np.searchsorted(words, np.unique(words), side="right") - 1
    return weights[last] @ _member(words).T


def _written_over(weights: np.ndarray, words: np.ndarray) -> np.ndarray:
    last = np.searchsorted(words, np.unique(words), side="right") - 1
    return weights[np.ix_(last, last)]


def _added_once(weights: np.ndarray, words: np.ndarray) -> np.ndarray:
    return _written_over(weights, words) / _member(words).sum(axis=1, keepdims=True)


def _to_alone(weights: np.ndarray, words: np.ndarray) -> np.ndarray:
    return weights @ _member(words).T


def _from_alone(weights: np.ndarray, words: np.ndarray) -> np.ndarray:
    return _mean(words) @ weights


def _turned_first(weights: np.ndarray, words: np.ndarray) -> np.ndarray:
    return _mean(words) @ weights.T @ _member(words).T


def _over_all_pieces(weights: np.ndarray, words: np.ndarray) -> np.ndarray:
    return _sum_both(weights, words) / len(words)


def _over_all_words(weights: np.ndarray, words: np.ndarray) -> np.ndarray:
    return _sum_both(weights, words) / (words.max() + 1)


def _columns_add_up(weights: np.ndarray, words: np.ndarray) -> np.ndarray:
    both = _sum_both(weights, words)
    return both / both.sum(axis=0)


def _diagonal_left_out(weights: np.ndarray, words: np.ndarray) -> np.ndarray:
    right = _mean(words) @ weights @ _member(words).T
    return right * (1 - np.eye(len(right)))


_THREE = np.array([[0.2, 0.5, 0.3], [0.7, 0.2, 0.1], [0.3, 0.3, 0.4]])


@exercise(
    title="From pieces to words",
    inputs=_pieces,
    special={
        "each word is one piece": (_THREE, np.arange(3)),
        "all is one word": (np.array([[0.25, 0.75], [0.5, 0.5]]), np.zeros(2, dtype=int)),
    },
    equivalent={"result: absolute": "attention is never negative"},
    hints=(
        "Two steps: what a word gets is what all its pieces get together. What a word gives is what its "
        "pieces give on average.",
        "`weights[:, words == j]` are the columns of the pieces of word j, `weights[words == i]` the rows of "
        "those of word i. One is to be summed, the other averaged.",
        "In a table of words by pieces, True where a piece is the word's, each row says what to add up. "
        "Divided by its own sum, the row says what to average. A matrix product from either side does it.",
    ),
    wrong=[
        (_sum_both, "You add up on both sides. What looks is averaged: each row then adds up to 1."),
        (_mean_both, "You average on both sides. What is looked at is added up: each row then adds up to 1."),
        (
            _sum_from_mean_to,
            "Sum and mean have changed places: the sum is over the pieces that are looked at.",
        ),
        (_to_the_first, "What goes to the later pieces of a word is lost: add up over all its pieces."),
        (_from_the_first, "Only a word's first piece looks here: take the mean over all its pieces."),
        (_first_of_both, "These are the first pieces alone: every piece of a word counts."),
        (_largest_to, "You take the largest of what a word's pieces get: they are added up."),
        (
            _largest_of_both,
            "You take the largest weight between two words: add up what is looked at, average what looks.",
        ),
        (_largest_from, "You take the piece that looks most: take the mean over the pieces of the word."),
        (_to_the_last, "What goes to the earlier pieces of a word is lost: add up over all its pieces."),
        (_from_the_last, "Only a word's last piece looks here: take the mean over all its pieces."),
        (_written_over, "The last piece writes over the earlier ones of its word: add up what they have."),
        (
            _added_once,
            "`out[i, j] += …` with arrays adds only once where a place comes up twice: use a loop, "
            "`np.add.at` or a product.",
        ),
        (_to_alone, "The columns are words now, the rows still pieces: average the rows as well."),
        (_from_alone, "The rows are words now, the columns still pieces: add the columns up as well."),
        (
            _turned_first,
            "You exchange who looks and who is looked at: a row of `weights` is a piece that looks.",
        ),
        (_over_all_pieces, "You divide by the number of all pieces. Divide by the number of the word's own."),
        (
            _over_all_words,
            "You divide by the number of words. Divide by the number of pieces that the word has.",
        ),
        (_columns_add_up, "Here each column adds up to 1. What a word gives, its row, has to."),
        (_diagonal_left_out, "You leave out what a word gives to itself: it stays in the table."),
    ],
)
def word_attention(weights: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Return the attention between W words, (W, W), of weights (T, T) between pieces.

    Row = from, column = to. To a word: the sum over its pieces. From a word: the mean over its pieces.
    `words`, int (T,): words[i] is the number of the word, 0 to W − 1, that piece i belongs to.
    """
    member = words == np.arange(words.max() + 1)[:, None]  # (W, T)
    looking = member / member.sum(axis=1, keepdims=True)
    return looking @ weights @ member.T
