"""A term or a factor that an argument explains: missing from the result, or in it once too often."""

import itertools
from collections.abc import Callable, Iterator

import numpy as np

from tlcourse.exercises.comparison import as_array
from tlcourse.exercises.diagnoses import Attempt
from tlcourse.exercises.diagnoses.arguments import Unfit, numeric

_QUANTITIES: tuple[tuple[Callable[[np.ndarray], np.ndarray], str], ...] = (
    (lambda q: q, "`{0}`"),
    (np.sqrt, "the root of `{0}`"),
    (np.square, "the square of `{0}`"),
    (np.log, "the logarithm of `{0}`"),
)


def a_term_or_a_factor(attempt: Attempt) -> str | None:
    """The result differs by a factor or a term that an argument explains, or one of its sizes or sums."""
    try:
        pairs = [(as_array(c.expected).astype(float), as_array(c.got).astype(float)) for c in attempt.cases]
    except (TypeError, ValueError):
        return None
    if any(a.shape != b.shape or as_array(c.expected).dtype.kind == "b" for (a, b), c in
           zip(pairs, attempt.cases, strict=True)):  # fmt: skip
        return None
    for told, quantities in _explanations(attempt, [a.shape for a, _ in pairs]):
        for sentence, change in _TERMS_AND_FACTORS:
            with np.errstate(all="ignore"):
                if all(
                    np.shape(expected := change(a, q)) == b.shape and attempt.same(expected, b)
                    for (a, b), q in zip(pairs, quantities, strict=True)
                ):
                    return sentence.format(told)
    return None


_TERMS_AND_FACTORS: tuple[tuple[str, Callable[[np.ndarray, np.ndarray], np.ndarray]], ...] = (
    ("Your values are too large by the factor {0}: divide by it, or leave it out.", lambda a, q: a * q),
    (
        "Your values are too small by the factor {0}: multiply by it, or do not divide by it.",
        lambda a, q: a / q,
    ),
    ("Your values are too large by {0}: leave that term out, or subtract it.", lambda a, q: a + q),
    ("Your values are too small by {0}: that term is missing.", lambda a, q: a - q),
    (
        "Your values are too large by twice {0}: it is added where it should be subtracted.",
        lambda a, q: a + 2 * q,
    ),
    (
        "Your values are too small by twice {0}: it is subtracted where it should be added.",
        lambda a, q: a - 2 * q,
    ),
    ("Your values are raised to the power of {0}.", lambda a, q: a**q),
)


def _explanations(attempt: Attempt, shapes: list[tuple[int, ...]]) -> Iterator[tuple[str, list[np.ndarray]]]:
    """Yield (its name, what it is in each case) for every quantity that could explain a difference."""
    for number, name in enumerate(attempt.names):
        try:
            args = [as_array(numeric(case.args[number])).astype(float) for case in attempt.cases]
        except Unfit:
            continue
        ndim = args[0].ndim
        if any(a.ndim != ndim for a in args):
            continue
        raw = [(name, args)] if ndim == 0 else []
        for axis in range(ndim):
            raw.append((f"`{name}.shape[{axis}]`", [np.float64(a.shape[axis]) for a in args]))
        if ndim:
            raw += [(f"the number of entries of `{name}`", [np.float64(a.size) for a in args]),
                    (f"the sum of all of `{name}`", [a.sum() for a in args])]  # fmt: skip
            for axis in range(ndim):
                raw.append((f"the sum of `{name}` along axis {axis}", [a.sum(axis) for a in args]))
            raw.append((name, args))
        for told, values in raw:
            told = told if "`" in told else f"`{told}`"
            for change, of in _QUANTITIES:
                with np.errstate(all="ignore"):
                    changed = [change(v) for v in values]
                for placed in _placements(changed, shapes):
                    yield of.replace("`{0}`", "{0}").format(told), placed


def _placements(values: list[np.ndarray], shapes: list[tuple[int, ...]]) -> Iterator[list[np.ndarray]]:
    """Yield the values with axes of length 1 put in so that they meet the shapes, in each way that fits."""
    ndim, target = np.ndim(values[0]), len(shapes[0])
    for axes in itertools.combinations(range(target), ndim):
        fits = all(
            np.ndim(v) == ndim and all(shape[x] == n for x, n in zip(axes, np.shape(v), strict=True))
            for v, shape in zip(values, shapes, strict=True)
        )
        if fits:
            rest = tuple(x for x in range(target) if x not in axes)
            yield [np.expand_dims(v, rest) if ndim else v for v in values]


DIAGNOSES = (a_term_or_a_factor,)
