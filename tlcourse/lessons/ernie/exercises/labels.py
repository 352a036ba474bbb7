"""Labels that a text gives for nothing: which words have a capital, and which pieces come again."""

import numpy as np

from tlcourse.exercises.machinery import exercise

_WORDS = ("Mr", "Blair", "said", "the", "BBC", "eBay", "iPod", "of", "Ericsson", "in", "2004", "McDonald",
          "was", "A", "on", "US", "hit", "Xbox", "3G", "mP", "£5bn", "rose")  # fmt: skip


_ALL = "You ask whether all letters are capitals: the first one decides."
_ONES = "Right, but as True and False: 1 and 0 are wanted, `int(…)` makes them."


def _words_and_sizes(rng: np.random.Generator) -> tuple[list[str], list[int]]:
    n = int(rng.integers(7, 12))
    words = [_WORDS[i] for i in rng.permutation(len(_WORDS))[:n]]
    words[:4] = ["Blair", "eBay", "said", "BBC"]
    sizes = rng.integers(1, 4, size=n).tolist()
    sizes[0] = 3
    return words, sizes


def _one_a_word(words: list[str], sizes: list[int]) -> list[int]:
    return [int(word[0].isupper()) for word in words]


def _any_letter(words: list[str], sizes: list[int]) -> list[int]:
    found = [int(any(c.isupper() for c in word)) for word in words]
    return [label for label, n in zip(found, sizes, strict=True) for _ in range(n)]


def _all_letters(words: list[str], sizes: list[int]) -> list[int]:
    return [int(word.isupper()) for word, n in zip(words, sizes, strict=True) for _ in range(n)]


def _all_letters_yes_and_no(words: list[str], sizes: list[int]) -> list[bool]:
    return [bool(label) for label in _all_letters(words, sizes)]


def _only_first_piece(words: list[str], sizes: list[int]) -> list[int]:
    return [int(word[0].isupper() and k == 0) for word, n in zip(words, sizes, strict=True) for k in range(n)]


def _title(words: list[str], sizes: list[int]) -> list[int]:
    return [int(word.istitle()) for word, n in zip(words, sizes, strict=True) for _ in range(n)]


def _not_lower(words: list[str], sizes: list[int]) -> list[int]:
    return [int(word != word.lower()) for word, n in zip(words, sizes, strict=True) for _ in range(n)]


def _first_not_lower(words: list[str], sizes: list[int]) -> list[int]:
    return [int(not word[0].islower()) for word, n in zip(words, sizes, strict=True) for _ in range(n)]


def _turned(words: list[str], sizes: list[int]) -> list[int]:
    return [int(not word[0].isupper()) for word, n in zip(words, sizes, strict=True) for _ in range(n)]


def _lists_in_list(words: list[str], sizes: list[int]) -> list[list[int]]:
    return [[int(word[0].isupper())] * n for word, n in zip(words, sizes, strict=True)]


def _yes_and_no(words: list[str], sizes: list[int]) -> list[bool]:
    return [word[0].isupper() for word, n in zip(words, sizes, strict=True) for _ in range(n)]


def _yes_and_no_array(words: list[str], sizes: list[int]) -> np.ndarray:
    return np.array(_yes_and_no(words, sizes))


@exercise(
    title="Capitals, piece by piece",
    inputs=_words_and_sizes,
    special={
        "a capital stands inside the word": (["eBay", "sold", "Skype"], [2, 1, 2]),
        "a word begins with a figure": (["3G", "phones", "UK"], [2, 1, 1]),
        "each word is one piece": (["The", "pound", "fell"], [1, 1, 1]),
    },
    any_kind=True,
    equivalent={"True → False": "there are as many sizes as words"},
    hints=(
        "A word gives its label to each of its pieces. Which letter of a word decides?",
        "`word[0].isupper()` says whether it begins with a capital; `zip(words, sizes)` goes through both "
        "lists.",
        "Two loops in one list: over the words with their sizes, and so many times for each word.",
    ),
    wrong=[
        (_one_a_word, "That is one label for each word: each of its pieces gets one."),
        (_lists_in_list, "That is a list for each word: one long list is wanted."),
        (_any_letter, "A capital inside, as in eBay, does not count: the word has to begin with one."),
        (_not_lower, "A capital inside, as in eBay, does not count: the word has to begin with one."),
        *((f, _ALL) for f in (_all_letters, _all_letters_yes_and_no)),
        (_title, "`istitle` says no to BBC: any word that begins with a capital counts."),
        (_first_not_lower, "A figure or a sign is no capital: ask for `isupper()`, not for “not lower”."),
        (_only_first_piece, "Only the first piece of a word has its label here: all of its pieces get it."),
        *((f, _ONES) for f in (_yes_and_no, _yes_and_no_array)),
        (_turned, "You have 1 where there is no capital: the other way round."),
    ],
)
def capital_labels(words: list[str], sizes: list[int]) -> list[int]:
    """Return 1 or 0 for each piece: does its word begin with a capital? `words` as written, cut into `sizes`
    pieces.
    """
    labels: list[int] = []
    for word, n in zip(words, sizes, strict=True):
        labels += n * [int(word[0].isupper())]
    return labels


def _document(rng: np.random.Generator) -> tuple[list[int], int, int]:
    n = int(rng.integers(20, 28))
    pieces = (rng.integers(0, 16, size=n) + 30).tolist()
    first = int(rng.integers(4, 8))
    last = first + int(rng.integers(6, 9))
    twice, before, after = 90, 91, 92
    pieces[first + 1] = pieces[first + 3] = twice  # twice in the passage, nowhere else
    pieces[first], pieces[first - 1] = before, before  # the neighbours are outside
    pieces[last - 1], pieces[last] = after, after
    return pieces, first, last


def _in_all(pieces: list[int], first: int, last: int) -> list[int]:
    return [1 for _ in pieces[first:last]]


def _in_passage(pieces: list[int], first: int, last: int) -> list[int]:
    part = pieces[first:last]
    return [int(part.count(p) > 1) for p in part]


def _in_document(pieces: list[int], first: int, last: int) -> list[int]:
    return [int(pieces.count(p) > 1) for p in pieces[first:last]]


def _before(pieces: list[int], first: int, last: int) -> list[int]:
    return [int(p in pieces[:first]) for p in pieces[first:last]]


def _after(pieces: list[int], first: int, last: int) -> list[int]:
    return [int(p in pieces[last:]) for p in pieces[first:last]]


def _both(pieces: list[int], first: int, last: int) -> list[int]:
    return [int(p in pieces[:first] and p in pieces[last:]) for p in pieces[first:last]]


def _one_off(pieces: list[int], first: int, last: int) -> list[int]:
    return [int(p in pieces[:first] or p in pieces[last + 1 :]) for p in pieces[first:last]]


def _last_with_it(pieces: list[int], first: int, last: int) -> list[int]:
    return [int(p in pieces[:first] or p in pieces[last:]) for p in pieces[first : last + 1]]


def _of_the_rest(pieces: list[int], first: int, last: int) -> list[int]:
    return [int(p in pieces[first:last]) for p in pieces[:first] + pieces[last:]]


def _not_again(pieces: list[int], first: int, last: int) -> list[int]:
    return [int(p not in pieces[:first] + pieces[last:]) for p in pieces[first:last]]


def _of_all(pieces: list[int], first: int, last: int) -> list[int]:
    return [int(p in pieces[:first] + pieces[last:]) for p in pieces]


def _true_or_false(pieces: list[int], first: int, last: int) -> list[bool]:
    rest = pieces[:first] + pieces[last:]
    return [p in rest for p in pieces[first:last]]


def _true_or_false_array(pieces: list[int], first: int, last: int) -> np.ndarray:
    return np.array(_true_or_false(pieces, first, last), dtype=bool)


def _later(pieces: list[int], first: int, last: int) -> list[int]:
    return [int(pieces[i] in pieces[i + 1 :]) for i in range(first, last)]


@exercise(
    title="Does it stand elsewhere in the document?",
    inputs=_document,
    special={
        "the passage is the whole document": ([31, 32, 31], 0, 3),
        "the passage begins the document": ([31, 32, 33, 31, 34], 0, 2),
        "the passage ends the document": ([31, 32, 33, 31, 34], 3, 5),
    },
    any_kind=True,
    hints=(
        "What is the rest of the document? Two parts of `pieces`, one on each side.",
        "`pieces[:first]` stands before the passage, `pieces[last:]` behind it; `p in rest` asks.",
        "One number for each piece of `pieces[first:last]`: 1 if it is in one part or in the other, else 0.",
    ),
    wrong=[
        (_in_all, "Each piece is found in itself: look in the rest of the document, not in all of it."),
        (
            _in_document,
            "A piece that is twice in the passage and nowhere else does not count: look outside it.",
        ),
        (_in_passage, "You look within the passage: look outside it."),
        (_before, "You look before the passage alone: behind it, too."),
        (_after, "You look behind the passage alone: before it, too."),
        (_both, "One side is enough: before *or* behind."),
        (_one_off, "The piece at `last` is the first one behind the passage: you leave it out."),
        (_last_with_it, "The piece at `last` is no longer of the passage."),
        (_of_the_rest, "You ask of the rest whether it is in the passage: it is the other way round."),
        (_not_again, "You have 1 where it does not come again: the other way round."),
        *((f, _ONES) for f in (_true_or_false, _true_or_false_array)),
        (_later, "You look behind each piece alone: anywhere outside the passage counts, before it too."),
        (_of_all, "You answer for the whole document: for the pieces of the passage alone."),
    ],
)
def recurs(pieces: list[int], first: int, last: int) -> list[int]:
    """Return 1 or 0 for each piece of the passage `pieces[first:last]`: is it anywhere else in the document
    `pieces`?
    """
    rest = pieces[:first] + pieces[last:]
    return [int(p in rest) for p in pieces[first:last]]
