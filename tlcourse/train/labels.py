"""What a model may be trained towards: classes, numbers, or tags, one for each item, and nothing else.

Whatever trains passes its labels through here first. Labels that cannot be learned from would otherwise end
in a model of NaN weights, or in an error that torch raises far from the mistake.
"""

from collections.abc import Sequence

import numpy as np


def as_classes(
    labels: Sequence[int] | np.ndarray,
    n_items: int | None = None,
    n_classes: int | None = None,
    name: str = "labels",
) -> np.ndarray:
    """Return `labels` as int64 (N,), numbers of classes from 0 up; integers of any width and bool are taken.

    Args:
        n_items: how many there have to be; None if any number will do.
        n_classes: each has to be less than this; None if there is no bound.
        name: what the caller calls them, for the message.

    Raises:
        ValueError: they are not whole numbers, too many or too few, or not numbers of classes. The message
            names the first that is wrong.
    """
    found = _array(labels, name)
    if found.dtype.kind not in "iub":
        raise ValueError(f"{_first_strange(found, name)}, expected classes numbered 0, 1, 2 …, as int64")
    _check_shape(found, n_items, name)
    found = found.astype(np.int64)
    bound = np.inf if n_classes is None else n_classes
    wrong = np.flatnonzero((found < 0) | (found >= bound))
    if len(wrong):
        classes = "0 or more" if n_classes is None else f"0 to {n_classes - 1}"
        raise ValueError(
            f"{name}[{wrong[0]}] is {found[wrong[0]]}, expected the number of a class, {classes}"
            f"{'' if n_classes is None else f', as there are {n_classes} classes'}"
        )
    return found


def as_numbers(
    labels: Sequence[float] | np.ndarray, n_items: int | None = None, name: str = "targets"
) -> np.ndarray:
    """Return `labels` as float64 (N,), all of them finite.

    Raises:
        ValueError: they are not finite numbers, or too many or too few. The message names the first that is
            wrong.
    """
    found = _array(labels, name)
    if found.dtype.kind not in "iubf":
        raise ValueError(f"{_first_strange(found, name)}, expected numbers")
    _check_shape(found, n_items, name)
    found = found.astype(np.float64)
    wrong = np.flatnonzero(~np.isfinite(found))
    if len(wrong):
        raise ValueError(
            f"{name}[{wrong[0]}] is {found[wrong[0]]}, expected a finite number: leave such items out"
        )
    return found


def as_tags(
    tags: Sequence[Sequence[int] | np.ndarray],
    n_words: Sequence[int],
    n_tags: int | None = None,
    name: str = "targets",
) -> list[np.ndarray]:
    """Return an int64 array for each sentence, with the number of a tag for each of its words.

    Args:
        n_words: how many words each sentence has.

    Raises:
        ValueError: there is not one sequence for each sentence, or not one tag, from 0 to n_tags − 1, for
            each word.
    """
    if len(tags) != len(n_words):
        raise ValueError(f"{name} has {len(tags)} entries for {len(n_words)} sentences: give one for each")
    return [
        as_classes(row, n, n_tags, f"{name}[{i}]")
        for i, (row, n) in enumerate(zip(tags, n_words, strict=True))
    ]


def as_spans(
    spans: Sequence[Sequence[int]] | np.ndarray, n_places: Sequence[int], name: str = "targets"
) -> np.ndarray:
    """Return `spans` as int64 (N, 2): the first and the last place of each answer.

    Args:
        n_places: how many places each text has.

    Raises:
        ValueError: there is not one for each text, or one is not within its text or ends before it begins.
    """
    found = np.asarray(spans)
    if found.shape != (len(n_places), 2) or found.dtype.kind not in "iu":
        raise ValueError(
            f"{name} is {found.dtype} {found.shape}, expected whole numbers ({len(n_places)}, 2): both ends"
        )
    wrong = np.flatnonzero((found[:, 0] < 0) | (found[:, 0] > found[:, 1]) | (found[:, 1] >= n_places))
    if len(wrong):
        first, last = found[wrong[0]].tolist()
        raise ValueError(
            f"{name}[{wrong[0]}] goes from {first} to {last}, and its text has {n_places[wrong[0]]} places"
        )
    return found.astype(np.int64)


def _array(labels: Sequence | np.ndarray, name: str) -> np.ndarray:
    try:
        return np.asarray(labels)
    except (ValueError, TypeError) as error:  # rows of different lengths, a tensor that wants its gradient
        raise ValueError(f"{name} is not an array of one dimension ({error})") from error


def _check_shape(found: np.ndarray, n_items: int | None, name: str) -> None:
    if found.ndim != 1:
        raise ValueError(f"{name} has the shape {found.shape}, expected one dimension, a label for each item")
    if n_items is not None and len(found) != n_items:
        raise ValueError(f"{name} has {len(found)} entries for {n_items} items: give one for each")


def _first_strange(found: np.ndarray, name: str) -> str:
    """The first entry that is not a whole number, if there is one; else the type of them all."""
    for place, value in enumerate(found.ravel().tolist()[:10_000]):
        whole = isinstance(value, float) and value.is_integer()
        if not isinstance(value, int) and not whole:
            return f"{name}[{place}] is {value!r}"
    return f"{name} are of type {found.dtype}"
