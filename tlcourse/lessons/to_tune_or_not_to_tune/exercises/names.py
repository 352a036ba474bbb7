"""The measure of named entity recognition."""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import groupby

import numpy as np

from tlcourse.exercises.machinery import exercise

_KINDS = ("PER", "LOC", "ORG")
Tags = Sequence[str]


def _tags(rng: np.random.Generator) -> tuple[list[str], list[str]]:
    true, given = [], []
    for _ in range(int(rng.integers(7, 10))):
        kind, size = str(rng.choice(_KINDS)), int(rng.integers(1, 4))
        name = [f"B-{kind}", *[f"I-{kind}"] * (size - 1)]
        other = str(rng.choice([k for k in _KINDS if k != kind]))
        way = rng.integers(6)
        if way == 0:
            answer = ["O"] * size  # missed
        elif way == 1:
            answer = [tag.replace(kind, other) for tag in name]  # the wrong kind
        elif way == 2:
            answer = [*name[:-1], "O"]  # ends too early
        else:
            answer = name
        gap = int(rng.integers(0, 3))
        true += name + ["O"] * gap
        given += answer + [str(rng.choice([f"B-{other}", "O", "O"])) for _ in range(gap)]
    return true, given


def _found(tags: Tags) -> set[tuple[int, int, str]]:
    names, start = set(), 0
    for i, tag in enumerate(tags):
        if tag.startswith("B-"):
            start = i
        if tag != "O" and (i + 1 == len(tags) or not tags[i + 1].startswith("I-")):
            names.add((start, i, tag[2:]))
    return names


def _f1(right: int, given: int, true: int) -> float:
    return 2 * right / (given + true) if given + true else 0.0


def _accuracy(true: Tags, given: Tags) -> float:
    return float(np.mean([a == b for a, b in zip(true, given, strict=True)]))


def _words(true: Tags, given: Tags) -> float:
    both = sum(a == b != "O" for a, b in zip(true, given, strict=True))
    return _f1(both, sum(t != "O" for t in given), sum(t != "O" for t in true))


def _recall(true: Tags, given: Tags) -> float:
    return len(_found(true) & _found(given)) / max(1, len(_found(true)))


def _precision(true: Tags, given: Tags) -> float:
    return len(_found(true) & _found(given)) / max(1, len(_found(given)))


def _no_kind(true: Tags, given: Tags) -> float:
    a, b = ({one[:2] for one in _found(tags)} for tags in (true, given))
    return _f1(len(a & b), len(b), len(a))


def _begins(true: Tags, given: Tags) -> float:
    a, b = ({(one[0], one[2]) for one in _found(tags)} for tags in (true, given))
    return _f1(len(a & b), len(b), len(a))


def _overlapping(whose: int, same_kind: bool) -> Callable[[Tags, Tags], float]:
    """F1 where a name of either list is right if one of the other shares a word with it."""

    def f1(*both: Tags) -> float:
        names = [_found(tags) for tags in both]
        right = sum(
            any(
                i <= last and first <= j and (kind == other or not same_kind)
                for first, last, other in names[1 - whose]
            )
            for i, j, kind in names[whose]
        )
        return _f1(right, len(names[1]), len(names[0]))

    return lambda true, given: f1(true, given)


def _over_true_alone(true: Tags, given: Tags) -> float:
    return 2 * _recall(true, given)


def _over_given_alone(true: Tags, given: Tags) -> float:
    return 2 * _precision(true, given)


def _in_either(true: Tags, given: Tags) -> float:
    a, b = _found(true), _found(given)
    return _f1(len(a | b), len(a), len(b))


def _not_divided(true: Tags, given: Tags) -> float:
    return 2 * len(_found(true) & _found(given))


def _mean(true: Tags, given: Tags) -> float:
    return (_precision(true, given) + _recall(true, given)) / 2


def _percent(true: Tags, given: Tags) -> float:
    return 100 * _f1(len(_found(true) & _found(given)), len(_found(given)), len(_found(true)))


def _half(true: Tags, given: Tags) -> float:
    return _f1(len(_found(true) & _found(given)), len(_found(given)), len(_found(true))) / 2


def _jaccard(true: Tags, given: Tags) -> float:
    return len(_found(true) & _found(given)) / max(1, len(_found(true) | _found(given)))


def _run_together(tags: Tags, kind_of: Callable[[str], object]) -> set[tuple[int, int, str]]:
    names = set()
    for _, run in groupby(enumerate(tags), key=lambda pair: kind_of(pair[1])):
        places, marks = zip(*run, strict=True)
        if marks[0] != "O":
            names.add((places[0], places[-1], marks[0][2:]))
    return names


def _merged(true: Tags, given: Tags) -> float:
    a, b = (_run_together(tags, lambda tag: tag != "O") for tags in (true, given))
    return _f1(len(a & b), len(b), len(a))


def _merged_of_a_kind(true: Tags, given: Tags) -> float:
    a, b = (_run_together(tags, lambda tag: tag[2:]) for tags in (true, given))
    return _f1(len(a & b), len(b), len(a))


def _end_lost(true: Tags, given: Tags) -> float:
    a, b = ({one for one in _found(tags) if one[1] + 1 < len(tags)} for tags in (true, given))
    return _f1(len(a & b), len(b), len(a))


def _without_places(count: Callable, sizes: bool) -> Callable[[Tags, Tags], float]:
    """F1 of names that are their kind alone, or with their size; `count` says how right ones are counted."""

    def f1(true: Tags, given: Tags) -> float:
        a, b = ([(kind, (j - i) * sizes) for i, j, kind in _found(tags)] for tags in (true, given))
        return _f1(*count(a, b))

    return f1


_COUNTS = (
    lambda a, b: (len({*a} & {*b}), len({*b}), len({*a})),
    lambda a, b: (len({*a} & {*b}), len(b), len(a)),
    lambda a, b: ((Counter(a) & Counter(b)).total(), len(b), len(a)),
    lambda a, b: (sum(name in a for name in b), len(b), len(a)),
)


@exercise(
    title="F1 over names",
    inputs=_tags,
    special={
        "nothing is found": (["B-PER", "I-PER", "O"], ["O", "O", "O"]),
        "there are no names at all": (["O", "O"], ["O", "O"]),
        "a name is the last word": (["O", "B-LOC"], ["O", "B-LOC"]),
        "two names stand in a row": (["B-LOC", "B-LOC", "I-LOC"], ["B-LOC", "I-LOC", "I-LOC"]),
        "a name lacks its first word": (["B-PER", "I-PER", "O"], ["O", "B-PER", "O"]),
    },
    equivalent={
        "'O' → ''": "whatever is not I- ends the last name",
        "1 → 2": "of a single name in both lists together none is right",
        "result: absolute": "F1 is never negative",
        "true and given swapped": "F1 is the same either way",
    },
    hints=(
        "Which names does a list of tags mark? Write them as (first word, last word, kind), in a set.",
        "A name begins at B-, and goes on as long as I- follows. Names that are in both sets are right.",
        "F1 = 2 · right / (names in `given` + names in `true`); where both have none, 0.",
    ),
    wrong=[
        (
            _accuracy,
            "That is the share of right tags: most words are O, so it is high even if no name is found.",
        ),
        (_words, "That counts words: a name counts once, and only if both its ends are right."),
        (_recall, "That is recall, right / true: F1 looks at what was given as well."),
        (_precision, "That is precision, right / given: F1 looks at what was missed as well."),
        (_no_kind, "A name of the wrong kind is wrong too: compare the kind with the ends."),
        *(
            (
                _overlapping(whose, same_kind),
                "A name is right only if both its ends are: you count those that overlap.",
            )
            for whose in (0, 1)
            for same_kind in (True, False)
        ),
        (_begins, "A name that ends at another word is wrong: compare both ends."),
        *(
            (
                merged,
                "Two names stand side by side, and you make one of them: B- begins a new name each time.",
            )
            for merged in (_merged, _merged_of_a_kind)
        ),
        (
            _end_lost,
            "A name that goes to the end of the text is lost: nothing follows there that would end it.",
        ),
        *(
            (
                _without_places(count, sizes),
                "You compare names without where they stand: the same kind elsewhere is another name. Keep "
                "(first word, last word, kind).",
            )
            for count in _COUNTS
            for sizes in (True, False)
        ),
        (_mean, "That is the mean of precision and recall: F1 is their harmonic mean."),
        (_over_true_alone, "You divide by the names in `true` alone: those in `given` are added to them."),
        (_over_given_alone, "You divide by the names in `given` alone: those in `true` are added to them."),
        (_in_either, "`|` takes the names in either list: right are those in both, `&`."),
        (_not_divided, "That is twice the number of right names: divide it by the names in both lists."),
        (_percent, "A share is wanted, not a percentage."),
        (_half, "A factor of 2 is missing: with all names right, F1 is 1."),
        (_jaccard, "That divides by the names in either set: F1 is 2 · right / (given + true)."),
    ],
)
def entity_f1(true: Sequence[str], given: Sequence[str]) -> float:
    """Return 2 · right / (given + true) over names; right: the same ends and kind; 0 where there are none.

    true, given: lists of tags; each I- goes on with a name of its kind, which a B- began.
    """

    def names(tags):
        found, first = set(), None
        for place, tag in enumerate([*tags, "O"]):
            if first is not None and not tag.startswith("I-"):
                found.add((first, place, tags[first]))
                first = None
            if tag.startswith("B-"):
                first = place
        return found

    wanted, found = names(true), names(given)
    return 2 * len(wanted & found) / max(1, len(wanted) + len(found))
