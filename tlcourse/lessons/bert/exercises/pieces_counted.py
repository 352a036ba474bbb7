"""WordPiece learned: which two pieces to join."""

from collections import Counter
from itertools import pairwise

import numpy as np

from tlcourse.exercises.machinery import exercise

Words = list[tuple[list[str], int]]


def _words(rng: np.random.Generator) -> tuple[Words]:
    """Words of few letters that occur often; counts differ, so that no two pairs have one score."""
    letters = list("abcde")
    found = []
    for _ in range(int(rng.integers(9, 14))):
        word = rng.choice(letters, size=int(rng.integers(2, 6)))
        found.append(([word[0], *("##" + c for c in word[1:])], int(rng.integers(1, 97))))
    return (found,)


def _counted(words: Words) -> tuple[Counter, Counter]:
    pieces, pairs = Counter(), Counter()
    for word, n in words:
        for piece in word:
            pieces[piece] += n
        for pair in pairwise(word):
            pairs[pair] += n
    return pieces, pairs


def _most_frequent(words: Words) -> tuple[str, str]:
    pairs = _counted(words)[1]
    return max(pairs, key=lambda pair: pairs[pair])


def _each_word_once(words: Words) -> tuple[str, str]:
    pieces, pairs = _counted([(word, 1) for word, _ in words])
    return max(pairs, key=lambda pair: pairs[pair] / (pieces[pair[0]] * pieces[pair[1]]))


def _first_only(words: Words) -> tuple[str, str]:
    pieces, pairs = _counted(words)
    return max(pairs, key=lambda pair: pairs[pair] / pieces[pair[0]])


def _second_only(words: Words) -> tuple[str, str]:
    pieces, pairs = _counted(words)
    return max(pairs, key=lambda pair: pairs[pair] / pieces[pair[1]])


def _sum(words: Words) -> tuple[str, str]:
    pieces, pairs = _counted(words)
    return max(pairs, key=lambda pair: pairs[pair] / (pieces[pair[0]] + pieces[pair[1]]))


def _smallest(words: Words) -> tuple[str, str]:
    pieces, pairs = _counted(words)
    return min(pairs, key=lambda pair: pairs[pair] / (pieces[pair[0]] * pieces[pair[1]]))


def _joined(words: Words) -> str:
    a, b = _best(words)
    return a + b.removeprefix("##")


def _turned(words: Words) -> tuple[str, str]:
    return _best(words)[::-1]


def _precedence(words: Words) -> tuple[str, str]:
    pieces, pairs = _counted(words)
    return max(pairs, key=lambda pair: pairs[pair] / pieces[pair[0]] * pieces[pair[1]])


def _types_of_pieces(words: Words) -> tuple[str, str]:
    pieces = _counted([(word, 1) for word, _ in words])[0]
    pairs = _counted(words)[1]
    return max(pairs, key=lambda pair: pairs[pair] / (pieces[pair[0]] * pieces[pair[1]]))


def _pairs_of_types(words: Words) -> tuple[str, str]:
    pieces = _counted(words)[0]
    pairs = _counted([(word, 1) for word, _ in words])[1]
    return max(pairs, key=lambda pair: pairs[pair] / (pieces[pair[0]] * pieces[pair[1]]))


def _once_in_a_word(words: Words) -> tuple[str, str]:
    pieces, pairs = Counter(), Counter()
    for word, n in words:
        pieces.update(dict.fromkeys(word, n))
        pairs.update(dict.fromkeys(pairwise(word), n))
    return max(pairs, key=lambda pair: pairs[pair] / (pieces[pair[0]] * pieces[pair[1]]))


def _glued(words: Words) -> str:
    return "".join(_best(words))


def _bare(words: Words) -> tuple[str, str]:
    a, b = _best(words)
    return a.removeprefix("##"), b.removeprefix("##")


def _best(words: Words) -> tuple[str, str]:
    pieces, pairs = _counted(words)
    return max(pairs, key=lambda pair: pairs[pair] / (pieces[pair[0]] * pieces[pair[1]]))


@exercise(
    title="Two pieces that belong together",
    inputs=_words,
    special={
        "a word of one piece counts too": (
            [(["a"], 50), (["a", "##b"], 9), (["c", "##d"], 10), (["c", "##b"], 20)],
        ),
        "a pair stands twice in a word": (
            [(["a", "##b", "##a", "##b"], 7), (["c", "##d"], 11), (["c", "##a"], 5)],
        ),
        "a piece stands twice in a word": (
            [(["b", "##o", "##o"], 5), (["b"], 9), (["c", "##d"], 7)],
        ),
        "one word": ([(["q", "##u"], 3)],),
    },
    equivalent={"pieces[piece] += n → pieces[piece] -= n": "two negative counts have the same product"},
    hints=(
        "Two things are counted, each as often as its word occurs: single pieces, and pairs of neighbours.",
        "A `Counter` for each. `itertools.pairwise(word)` gives neighbours; add the word's count to each.",
        "`max(pairs, key=…)` finds the pair whose key is largest; the key divides the count of the pair by "
        "both counts of its pieces.",
    ),
    wrong=[
        (_most_frequent, "That is the most frequent pair, as byte-pair encoding takes it. Divide by "
         "the counts of both pieces."),
        (_each_word_once, "Each word counts as often as it occurs: you count every word once."),
        (_types_of_pieces, "The pieces are counted once for each word: a word counts as often as it occurs."),
        (_pairs_of_types, "The pairs are counted once for each word: a word counts as often as it occurs."),
        (_once_in_a_word, "A piece or a pair that stands twice in a word counts twice."),
        (_first_only, "You divide by the count of the first piece alone: by both."),
        (_second_only, "You divide by the count of the second piece alone: by both."),
        (_precedence, "`x / a * b` divides by a and multiplies by b: put brackets around the product."),
        (_sum, "You divide by the sum of the counts: by their product."),
        (_smallest, "That is the pair with the smallest score: the largest is wanted."),
        (_joined, "That is the joined piece. Return the two that are to be joined, (a, b)."),
        (_glued, "These are the two in one string. Return them apart, (a, b)."),
        (_bare, "The pieces inside a word keep their `##`."),
        (_turned, "The pair is turned round: the piece that comes first in the word stands first."),
    ],
)  # fmt: skip
def best_pair(words: Words) -> tuple[str, str]:
    """Return the neighbours (a, b) with the largest count(ab) / (count(a) · count(b)).

    `words` is a list of (pieces, how often the word occurs).
    """
    pieces, pairs = Counter(), Counter()
    for word, n in words:
        for piece in word:
            pieces[piece] += n
        for pair in pairwise(word):
            pairs[pair] += n
    return max(pairs, key=lambda pair: pairs[pair] / (pieces[pair[0]] * pieces[pair[1]]))
