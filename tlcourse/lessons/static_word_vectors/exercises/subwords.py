"""The pieces of a word: character n-grams."""

import numpy as np

from tlcourse.exercises.machinery import exercise


def _word_and_lengths(rng: np.random.Generator) -> tuple[str, int, int]:
    """Long words and one with a capital; the short ones are in `special`."""
    word = str(rng.choice(["Where", "Straße", "unFollow", "Transferring", "naïveTé", "Embeddings"]))
    shortest = int(rng.integers(2, 4))
    return word, shortest, shortest + int(rng.integers(1, 4))


def _pieces(marked: str, lengths: range) -> set[str]:
    return {marked[i : i + n] for n in lengths for i in range(len(marked) - n + 1)}


@exercise(
    title="Character n-grams",
    inputs=_word_and_lengths,
    special={
        "the word is shorter than the longest n-gram": ("is", 3, 6),
        "one n-gram is the whole word with its marks": ("cat", 3, 5),
        "even the marked word is too short for any": ("a", 4, 6),
        "there is one length only": ("Paris", 3, 3),
    },
    hints=(
        "Put `<` and `>` around the word first, so that a prefix differs from the same letters inside a "
        "word.",
        "Two loops: one over the lengths, one over where a piece starts.",
        "For one length n: `{marked[i : i + n] for i in range(len(marked) - n + 1)}`. Let n run, too, and "
        "mind where `range` ends.",
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
            "The last piece of each length is missing, the one with `>`: from a text of m letters, marks "
            "included, m − n + 1 pieces of n can be cut.",
        ),
        (
            lambda word, shortest, longest: {
                f"<{word}>"[i : i + n] for n in range(shortest, longest + 1) for i in range(len(word) + 2)
            },
            "At the end your slices run out of letters, and shorter pieces come in: stop where n letters "
            "are left.",
        ),
        (
            lambda word, shortest, longest: (
                _pieces(f"<{word}>", range(shortest, longest + 1)) - {f"<{word}>"}
            ),
            "The marked word itself is left out. It is an n-gram like any other if its length is in range.",
        ),
        (
            lambda word, shortest, longest: _pieces(f"<{word}>".lower(), range(shortest, longest + 1)),
            "You turn the word into lower case. Capitals count.",
        ),
        (
            lambda word, shortest, longest: _pieces(f"<{word}>", range(shortest + 1, longest + 1)),
            "The shortest pieces are missing: begin at `shortest` itself.",
        ),
        (
            lambda word, shortest, longest: {
                f"<{word}>"[i:n] for n in range(shortest, longest + 1) for i in range(len(word) + 3 - n)
            },
            "A slice ends where it says, not n letters on: `[i : i + n]`.",
        ),
        (
            lambda word, shortest, longest: {
                tuple(p) for p in _pieces(f"<{word}>", range(shortest, longest + 1))
            },
            'Each n-gram is a tuple of letters. It has to be text: `"".join(…)` makes one of them.',
        ),
        (
            lambda word, shortest, longest: _pieces(f"{word}>", range(shortest, longest + 1)),
            "The mark at the beginning, `<`, is missing.",
        ),
        (
            lambda word, shortest, longest: {
                f"<{word}>"[:n] for n in range(shortest, longest + 1) if n <= len(word) + 2
            },
            "Only the pieces at the beginning: let the start run over the whole word, too.",
        ),
        (
            lambda word, shortest, longest: _pieces(f"<{word}>", range(longest, longest + 1)),
            "Only the longest pieces: go over all the lengths from `shortest` to `longest`.",
        ),
        (
            lambda word, shortest, longest: _pieces(f"<{word}>", range(shortest, shortest + 1)),
            "Only the shortest pieces: go over all the lengths from `shortest` to `longest`.",
        ),
    ],
)
def ngrams(word: str, shortest: int, longest: int) -> set[str]:
    """Return the set of n-grams of the word between `<` and `>`, `shortest` to `longest` characters long."""
    marked = f"<{word}>"
    return {marked[i : i + n] for n in range(shortest, longest + 1) for i in range(len(marked) - n + 1)}
