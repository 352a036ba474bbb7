"""The pieces of a word: character n-grams."""

import numpy as np

from tlcourse.exercises.machinery import exercise


def _word_and_lengths(rng: np.random.Generator) -> tuple[str, int, int]:
    word = str(rng.choice(["where", "straße", "unfollow", "transferring", "naïveté", "embeddings"]))
    shortest = int(rng.integers(2, 4))
    return word, shortest, shortest + int(rng.integers(1, 4))


def _pieces(marked: str, lengths: range) -> set[str]:
    return {marked[i : i + n] for n in lengths for i in range(len(marked) - n + 1)}


@exercise(
    title="Character n-grams",
    inputs=_word_and_lengths,
    hints=(
        "Put `<` and `>` around the word first, so that a prefix differs from the same letters inside a "
        "word.",
        "Two loops: one over the lengths, one over where a piece starts.",
        "`{marked[i : i + n] for n in range(shortest, longest + 1) for i in range(len(marked) - n + 1)}`",
    ),
    wrong=[
        (
            lambda word, shortest, longest: _pieces(word, range(shortest, longest + 1)),
            "The marks `<` and `>` are missing: without them `her` in `where` is the same as the word `her`.",
        ),
        (
            lambda word, shortest, longest: _pieces(f"<{word}>", range(shortest, longest)),
            "The longest pieces are missing: `range` stops before its end.",
        ),
        (
            lambda word, shortest, longest: {
                f"<{word}>"[i : i + n] for n in range(shortest, longest + 1) for i in range(len(word) + 2 - n)
            },
            "The last piece of each length is missing: from a text of m letters, m − n + 1 pieces of n can "
            "be cut.",
        ),
        (
            lambda word, shortest, longest: {
                f"<{word}>"[i : i + n] for n in range(shortest, longest + 1) for i in range(len(word) + 2)
            },
            "At the end your slices run out of letters, and shorter pieces come in: stop where n letters "
            "are left.",
        ),
        (
            lambda word, shortest, longest: _pieces(f"<{word}>", range(shortest, shortest + 1)),
            "Only the shortest pieces: go over all the lengths from `shortest` to `longest`.",
        ),
    ],
)
def ngrams(word: str, shortest: int, longest: int) -> set[str]:
    """Return the set of n-grams of `<word>` with `shortest` to `longest` characters, both included."""
    marked = f"<{word}>"
    return {marked[i : i + n] for n in range(shortest, longest + 1) for i in range(len(marked) - n + 1)}
