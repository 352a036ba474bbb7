"""Find the test texts that have leaked."""

import re
from collections.abc import Callable, Sequence

import numpy as np

from tlcourse.exercises.machinery import exercise

_WORDS = (
    "the", "film", "this", "is", "was", "so", "plot", "cast", "dull", "slow", "fine", "long", "old", "bad",
    "sad", "end", "it", "but", "of", "in",
)  # fmt: skip


def _texts(rng: np.random.Generator) -> tuple[list[str], list[str], int]:
    n = int(rng.integers(3, 5))
    sizes = rng.integers(n + 2, n + 7, 9)
    texts = [" ".join(rng.choice(_WORDS, size)) for size in sizes]
    train, test = texts[:5], texts[5:]
    words = train[0].split()
    test.append(" ".join(rng.choice(_WORDS, 3)) + " " + " ".join(words[1 : 1 + n]))  # just as long a run
    words = train[1].split()
    test.append(" ".join(words[:n]) + " " + " ".join(rng.choice(_WORDS, 3)))  # both begin with it
    words = train[2].split()
    test.insert(1, " ".join(words[: n - 1]) + " zebra " + words[-1])  # one word short
    words = train[3].split()
    test.insert(2, " ".join([*words[2:], *words[:2]][::-1]))  # the same words in another order
    test.insert(3, train[4].title())  # the whole text, with capitals
    return train, test, n


def _runs(text: str, n: int, lower: bool = True) -> set[tuple[str, ...]]:
    words = (text.lower() if lower else text).split()
    return {tuple(words[i : i + n]) for i in range(len(words) - n + 1)}


def _leaked(train: Sequence[str], test: Sequence[str], n: int) -> list[int]:
    known = set().union(*(_runs(text, n) for text in train))
    return [i for i, text in enumerate(test) if _runs(text, n) & known]


def _whole(train: Sequence[str], test: Sequence[str], n: int) -> list[int]:
    return [i for i, text in enumerate(test) if text.lower() in {one.lower() for one in train}]


def _exact(train: Sequence[str], test: Sequence[str], n: int) -> list[int]:
    return [i for i, text in enumerate(test) if text in set(train)]


def _with_capitals(train: Sequence[str], test: Sequence[str], n: int) -> list[int]:
    known = set().union(*(_runs(text, n, lower=False) for text in train))
    return [i for i, text in enumerate(test) if _runs(text, n, lower=False) & known]


def _shared_words(train: Sequence[str], test: Sequence[str], n: int) -> list[int]:
    known = [set(text.lower().split()) for text in train]
    return [
        i for i, text in enumerate(test) if any(len(set(text.lower().split()) & one) >= n for one in known)
    ]


def _any_order(train: Sequence[str], test: Sequence[str], n: int) -> list[int]:
    known = {frozenset(run) for text in train for run in _runs(text, n)}
    return [i for i, text in enumerate(test) if {frozenset(run) for run in _runs(text, n)} & known]


def _longer(train: Sequence[str], test: Sequence[str], n: int) -> list[int]:
    return _leaked(train, test, n + 1)


def _shorter(train: Sequence[str], test: Sequence[str], n: int) -> list[int]:
    return _leaked(train, test, n - 1)


def _without_the_last(train: Sequence[str], test: Sequence[str], n: int) -> list[int]:
    def runs(text: str) -> set[tuple[str, ...]]:
        words = text.lower().split()
        return {tuple(words[i : i + n]) for i in range(len(words) - n)}

    known = set().union(*(runs(text) for text in train))
    return [i for i, text in enumerate(test) if runs(text) & known]


def _ragged(train: Sequence[str], test: Sequence[str], n: int) -> list[int]:
    def runs(text: str) -> set[tuple[str, ...]]:
        words = text.lower().split()
        return {tuple(words[i : i + n]) for i in range(len(words))}

    known = set().union(*(runs(text) for text in train))
    return [i for i, text in enumerate(test) if runs(text) & known]


def _letters(train: Sequence[str], test: Sequence[str], n: int) -> list[int]:
    def runs(text: str) -> set[str]:
        return {text.lower()[i : i + n] for i in range(len(text) - n + 1)}

    known = set().union(*(runs(text) for text in train))
    return [i for i, text in enumerate(test) if runs(text) & known]


def _all_runs(train: Sequence[str], test: Sequence[str], n: int) -> list[int]:
    known = set().union(*(_runs(text, n) for text in train))
    return [i for i, text in enumerate(test) if _runs(text, n) <= known]


def _clean(train: Sequence[str], test: Sequence[str], n: int) -> list[int]:
    found = _leaked(train, test, n)
    return [i for i in range(len(test)) if i not in found]


def _of_train(train: Sequence[str], test: Sequence[str], n: int) -> list[int]:
    return _leaked(test, train, n)


def _texts_themselves(train: Sequence[str], test: Sequence[str], n: int) -> list[str]:
    return [test[i] for i in _leaked(train, test, n)]


def _first_run(train: Sequence[str], test: Sequence[str], n: int) -> list[int]:
    known = {tuple(text.lower().split()[:n]) for text in train}
    return [i for i, text in enumerate(test) if tuple(text.lower().split()[:n]) in known]


def _first_text(train: Sequence[str], test: Sequence[str], n: int) -> list[int]:
    return _leaked(train[:1], test, n)


def _same_place(train: Sequence[str], test: Sequence[str], n: int) -> list[int]:
    pairs = zip(train, test, strict=False)
    return [i for i, (known, text) in enumerate(pairs) if _runs(text, n) & _runs(known, n)]


def _of_fixed_length(k: int) -> Callable[[Sequence[str], Sequence[str], int], list[int]]:
    return lambda train, test, n: _leaked(train, test, k)


def _flags(train: Sequence[str], test: Sequence[str], n: int) -> list[bool]:
    found = _leaked(train, test, n)
    return [i in found for i in range(len(test))]


def _in_the_text(train: Sequence[str], test: Sequence[str], n: int) -> list[int]:
    joined = [text.lower() for text in train]
    return [
        i
        for i, text in enumerate(test)
        if any(" ".join(run) in one for run in _runs(text, n) for one in joined)
    ]


def _joined(train: Sequence[str], test: Sequence[str], n: int) -> list[int]:
    return _leaked([" ".join(train)], test, n)


def _by_letters(train: Sequence[str], test: Sequence[str], n: int) -> list[int]:
    clean = [[" ".join(re.findall(r"\w+", text)) for text in texts] for texts in (train, test)]
    return _leaked(*clean, n)


def _each_run(train: Sequence[str], test: Sequence[str], n: int) -> list[int]:
    known = set().union(*(_runs(text, n) for text in train))
    return [i for i, text in enumerate(test) for run in _runs(text, n) if run in known]


def _each_text(train: Sequence[str], test: Sequence[str], n: int) -> list[int]:
    return [i for i, text in enumerate(test) for other in train if _runs(text, n) & _runs(other, n)]


def _blocks(train: Sequence[str], test: Sequence[str], n: int) -> list[int]:
    def runs(text: str) -> set[tuple[str, ...]]:
        words = text.lower().split()
        return {tuple(words[i : i + n]) for i in range(0, len(words) - n + 1, n)}

    known = set().union(*(runs(text) for text in train))
    return [i for i, text in enumerate(test) if runs(text) & known]


@exercise(
    title="Texts that have leaked",
    any_kind=True,
    inputs=_texts,
    special={
        "the shared run stands at the very end": (
            ["it was a fine old film"],
            ["so a fine old film"],
            4,
        ),
        "the shared run is one word short": (["it was a fine old film"], ["one fine old film"], 4),
        "texts are shorter than the run": (["a film"], ["a film", "film"], 4),
        "a run is part of longer words": (
            ["the cartoons were fine"],
            ["toons were fine", "oons were"],
            2,
        ),
        "a run goes from one text into the next": (
            ["a fine old", "film was it"],
            ["old film", "fine old"],
            2,
        ),
        "a comma stands behind a word": (["a fine film, was it"], ["fine film was", "film, was it"], 3),
        "a test text shares its run with two training texts": (
            ["a fine old film", "such a fine old town", "none"],
            ["it was a fine old film", "nothing here"],
            3,
        ),
        "capitals differ": (["A Fine Old Film"], ["a fine old film"], 3),
    },
    equivalent={"result: absolute": "a place is never negative"},
    hints=(
        "Make all runs of `n` words of the training texts first, in a set. Then ask each test text.",
        "Runs of `words = text.lower().split()` are `tuple(words[i : i + n])`; how far may `i` go?",
        "The last run begins at `len(words) − n`. A test text has leaked if one of its runs is in the set.",
    ),
    wrong=[
        (_exact, "You compare whole texts: a run of `n` words is enough."),
        (_whole, "You compare whole texts: a run of `n` words is enough."),
        (_with_capitals, "“Fine Film” and “fine film” are the same words here: compare in small letters."),
        (_shared_words, "You count shared words wherever they stand: they have to follow one another."),
        (_any_order, "You compare the words of a run in any order: the same order is wanted."),
        (_longer, "Your runs are one word too long, or the last run of each text is missing."),
        (_shorter, "Your runs are one word too short."),
        (
            _without_the_last,
            "The last run of each text is missing: it begins at len(words) − n, which `range` leaves out.",
        ),
        (_ragged, "At the end of a text your slices are shorter than `n` words: stop at len(words) − n."),
        (_letters, "Those are runs of letters: cut the text into words first."),
        (_all_runs, "One shared run is enough: you ask for all of them."),
        (_clean, "Those are the texts that have *not* leaked."),
        (_joined, "Your runs go on from one text into the next: make them of each text by itself."),
        (_of_train, "You look among the training texts: which of the test texts have leaked?"),
        (_texts_themselves, "Those are the texts. At which places do they stand in `test`?"),
        (_first_run, "You compare the first run of each text alone: it may stand anywhere."),
        (_first_text, "You look into the first training text alone."),
        (_flags, "You say yes or no for each: the places of those with a yes are wanted."),
        (
            _in_the_text,
            "You look for letters in the text, so that “toons” is found in “cartoons”: compare words.",
        ),
        (_by_letters, "Words are what `split()` gives: “film,” is another word than “film”."),
        (
            lambda train, test, n: [],
            "You find none. Do you compare each test text with all training texts, and runs of `n` words?",
        ),
        (
            _same_place,
            "You compare a test text with the training text at the same place alone: it may have leaked from "
            "any.",
        ),
        *(
            (_of_fixed_length(k), f"Your runs are always {k} words long: `n` says how many.")
            for k in (2, 3, 4, 5, 8)
        ),
        (
            lambda train, test, n: len(_leaked(train, test, n)),
            "That is how many have leaked: the list of their places is wanted.",
        ),
        (_each_run, "A text is listed once for each shared run: once is enough."),
        (
            _each_text,
            "A text is listed once for each training text that it shares a run with: once is enough.",
        ),
        (_blocks, "You cut each text into runs that follow one another: a run may begin at any word."),
        (lambda train, test, n: set(_leaked(train, test, n)), "A set keeps no order: a list is wanted."),
    ],
)
def leaked(train: Sequence[str], test: Sequence[str], n: int) -> list[int]:
    """Return a list: the places, ascending, of test texts that share n words in a row with a training text.

    Words are what `text.lower().split()` gives; a text of fewer than n words has no run.
    """

    def runs(text):
        words = text.lower().split()
        return {tuple(words[i : i + n]) for i in range(len(words) - n + 1)}

    known = set()
    for text in train:
        known |= runs(text)
    return [i for i, text in enumerate(test) if runs(text) & known]
