"""The measure of named entity recognition."""

from collections.abc import Sequence

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


def _mean(true: Tags, given: Tags) -> float:
    return (_precision(true, given) + _recall(true, given)) / 2


def _percent(true: Tags, given: Tags) -> float:
    return 100 * _f1(len(_found(true) & _found(given)), len(_found(given)), len(_found(true)))


def _half(true: Tags, given: Tags) -> float:
    return _f1(len(_found(true) & _found(given)), len(_found(given)), len(_found(true))) / 2


def _jaccard(true: Tags, given: Tags) -> float:
    return len(_found(true) & _found(given)) / max(1, len(_found(true) | _found(given)))


@exercise(
    title="F1 over names",
    inputs=_tags,
    special={
        "nothing is found": (["B-PER", "I-PER", "O"], ["O", "O", "O"]),
        "no names at all": (["O", "O"], ["O", "O"]),
        "the last word": (["O", "B-LOC"], ["O", "B-LOC"]),
        "two names in a row": (["B-LOC", "B-LOC", "I-LOC"], ["B-LOC", "I-LOC", "I-LOC"]),
    },
    equivalent={
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
        (_begins, "A name that ends at another word is wrong: compare both ends."),
        (_mean, "That is the mean of precision and recall: F1 is their harmonic mean."),
        (_percent, "A share is wanted, not a percentage."),
        (_half, "A factor of 2 is missing: with all names right, F1 is 1."),
        (_jaccard, "That divides by the names in either set: F1 is 2 · right / (given + true)."),
    ],
)
def entity_f1(true: Sequence[str], given: Sequence[str]) -> float:
    """Return 2 · right / (given + true) over names; right: the same ends and kind; 0 where there are none."""

    def names(tags):
        found = set()
        for first, tag in enumerate(tags):
            if tag.startswith("B-"):
                end = first + 1
                while end < len(tags) and tags[end].startswith("I-"):
                    end += 1
                found.add((first, end, tag))
        return found

    right = len(names(true) & names(given))
    count = len(names(true)) + len(names(given))
    return 2 * right / count if count else 0.0
