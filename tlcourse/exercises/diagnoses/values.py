"""Numbers of the right shape that are wrong all in one way: the sign, a factor, a logarithm, the order."""

import math
from collections.abc import Callable

import numpy as np

from tlcourse.exercises.diagnoses import Attempt, places
from tlcourse.exercises.diagnoses.pairs import Change, Pair, equal, everywhere, is_bool, parts


def _softmax(x: np.ndarray) -> np.ndarray:
    if x.ndim == 0:
        return x
    exp = np.exp(x - x.max(axis=-1, keepdims=True))
    return exp / exp.sum(axis=-1, keepdims=True)


# What makes the learner's value of the right one → what to say.
_ROUNDED = "Your values are right, but rounded: return all of their digits."

OF_THE_RIGHT_VALUE: tuple[tuple[Change, str], ...] = (
    (np.negative, "The sign is turned round everywhere: a minus is missing or too many, or a difference is "
     "the wrong way round."),
    (np.abs, "You return absolute values: the sign should stay."),
    (lambda a: 1 - a, "Each value is 1 minus the right one: you return the share (or probability) of the "
     "opposite."),
    (lambda a: 1 / a, "Each value is 1 divided by the right one: a fraction is the wrong way up."),
    (np.log, "You return the logarithm of the right value: an `exp` is missing (or a `log` too many)."),
    (np.log2, "You return the logarithm, to the base 2, of the right value: 2 to its power would be right."),
    (np.log10, "You return the logarithm, to the base 10, of the right value."),
    (np.exp, "You return `exp` of the right value: a logarithm is missing (or an `exp` too many)."),
    (np.sqrt, "You return the square root of the right value."),
    (np.square, "You return the square of the right value: a square root is missing."),
    (_softmax, "You take a softmax of what is right already: once is enough."),
    (lambda a: np.cumsum(a, axis=-1), "You add up along the last axis as you go (a cumulative sum): return "
     "each by itself."),
    (np.round, "Your values are rounded (or whole-number division was used): keep the decimals."),
    (lambda a: np.round(a, 1), _ROUNDED), (lambda a: np.round(a, 2), _ROUNDED),
    (lambda a: np.round(a, 3), _ROUNDED), (lambda a: np.round(a, 4), _ROUNDED),
    (np.floor, "Your values are cut to whole numbers: keep the decimals."),
    (lambda a: a / a.sum(axis=0), "You divide by the sum along the first axis: that is not asked for."),
    (lambda a: a / a.sum(axis=-1, keepdims=True), "You divide by the sum along the last axis: that is not "
     "asked for."),
    (lambda a: a / a.sum(), "You divide by the sum of all: that is not asked for."),
    (lambda a: a / np.sqrt((a * a).sum(axis=-1, keepdims=True)), "You bring the result to length 1: that "
     "is not asked for."),
    (lambda a: np.maximum(a, 0), "You cut negative values at 0: they should stay."),
    (lambda a: np.minimum(a, 1), "You cut at 1: larger values should stay."),
)  # fmt: skip
# What makes the right value of the learner's.
OF_YOUR_VALUE: tuple[tuple[Change, str], ...] = (
    (np.abs, "The sizes are right, the signs are not: an absolute value is missing."),
    (lambda b: np.maximum(b, 0), "All is right but what should be 0 at least: your values go below. Cut "
     "them off at 0."),
    (lambda b: np.minimum(b, 1), "All is right but what should be 1 at most: yours goes above. Cut it off "
     "at 1."),
    (_softmax, "These are scores still: a softmax over the last axis is missing."),
    (np.exp, "You return the logarithm of the right value: an `exp` is missing."),
    (np.sqrt, "You return the square of the right value: a square root is missing."),
)  # fmt: skip


def in_all_values(attempt: Attempt) -> str | None:
    """Of a tuple, the first value that is wrong everywhere in one way; else the value itself."""
    return _of_the_first_wrong(attempt, (*places.EARLY, *_CHANGES, *places.LATE))


def on_each_input(attempt: Attempt) -> str | None:
    """Wrong in one way on each input, though not in the same way on all."""
    return _of_the_first_wrong(attempt, _ON_EACH)


def _of_the_first_wrong(attempt: Attempt, diagnoses: tuple) -> str | None:
    for where, pairs in parts(attempt):
        if all(equal(a, b, attempt) for a, b in pairs):
            continue
        for named in diagnoses:
            if sentence := named(pairs, attempt):
                return f"{where}{sentence}"
        return None
    return None


# --- the same change everywhere


def _changed(pairs: list[Pair], attempt: Attempt) -> str | None:
    if is_bool(pairs):
        return None
    for change, sentence in OF_THE_RIGHT_VALUE:
        if everywhere(pairs, change, attempt):
            return sentence
    for change, sentence in OF_YOUR_VALUE:
        if everywhere(pairs, change, attempt, of_yours=True):
            return sentence
    return None


_KNOWN_FACTORS = {
    100.0: "a percentage, where a share (0 to 1) is asked for",
    0.01: "a share, where a percentage is asked for",
    1 / math.log(2): "a logarithm to the base 2, where the natural one (`log`) is asked for",
    math.log(2): "a natural logarithm, where the one to the base 2 is asked for",
    1 / math.log(10): "a logarithm to the base 10, where the natural one (`log`) is asked for",
    math.log(10): "a natural logarithm, where the one to the base 10 is asked for",
    2.0: "something counts twice, or a mean of two is missing",
    0.5: "something is halved, or counts half",
}


def _constant_factor(pairs: list[Pair], attempt: Attempt) -> str | None:
    if is_bool(pairs) or (ratio := _one(pairs, lambda a, b: b / a)) is None:
        return None
    if ratio == 0 or not everywhere(pairs, lambda a: a * ratio, attempt):
        return None
    known = next(
        (text for factor, text in _KNOWN_FACTORS.items() if math.isclose(ratio, factor, rel_tol=1e-4)), ""
    )
    return f"Every value is {ratio:.4g} times the right one{': ' + known if known else ''}."


def _constant_offset(pairs: list[Pair], attempt: Attempt) -> str | None:
    if is_bool(pairs) or (gap := _one(pairs, lambda a, b: b - a)) is None:
        return None
    if not everywhere(pairs, lambda a: a + gap, attempt):
        return None
    if abs(gap) == 1 and all(a.dtype.kind in "iu" for a, _ in pairs):
        return f"Off by one: you are one too {'high' if gap > 0 else 'low'} everywhere."
    return f"Every value is {abs(gap):.4g} too {'large' if gap > 0 else 'small'}."


def _one(pairs: list[Pair], of: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> float | None:
    """The number that `of(expected, got)` is, going by the largest value; None if not finite."""
    best = (0.0, 0.0)
    for a, b in pairs:
        sizes = np.abs(np.where(np.isfinite(a) & np.isfinite(b), a, 0)) if a.size else np.zeros(1)
        if sizes.max() > abs(best[0]):
            best = (float(a.flat[int(sizes.argmax())]), float(b.flat[int(sizes.argmax())]))
    with np.errstate(all="ignore"):
        value = float(of(np.float64(best[0]), np.float64(best[1])))
    return value if math.isfinite(value) else None


def _straight_line(pairs: list[Pair], attempt: Attempt) -> str | None:
    """One factor and one term for all the values of all the inputs."""
    if not all(a.dtype.kind == "f" for a, _ in pairs):
        return None
    right, yours = (np.concatenate([np.ravel(pair[i]) for pair in pairs]).astype(float) for i in (0, 1))
    if len(np.unique(right)) < 4 or not (np.isfinite(right) & np.isfinite(yours)).all():
        return None
    slope, start = np.polyfit(right, yours, 1)
    if abs(slope) < 1e-6 or not everywhere(pairs, lambda a: slope * a + start, attempt):
        return None
    return (
        f"Every value is {slope:.4g} × the right one {'+' if start > 0 else '−'} {abs(start):.4g}: one of "
        "your factors or terms is another number than asked for."
    )


def _not_normalised(pairs: list[Pair], attempt: Attempt) -> str | None:
    """Right values add up to 1 along an axis; these do not."""
    if not all(a.dtype.kind == "f" and a.ndim for a, _ in pairs):
        return None

    def sums_to_one(arrays: list[np.ndarray], axis: int) -> bool:
        return all(
            x.ndim > axis and x.shape[axis] > 1 and np.allclose(x.sum(axis=axis), 1, atol=1e-4)
            for x in arrays
        )

    with np.errstate(all="ignore"):
        wanted = [i for i in range(pairs[0][0].ndim) if sums_to_one([a for a, _ in pairs], i)]
        found = [i for i in range(pairs[0][0].ndim) if sums_to_one([b for _, b in pairs], i)]
    if not wanted or set(wanted) & set(found):
        return None
    if found:
        return f"Your values add up to 1 along axis {found[0]}. It should be along axis {wanted[0]}."
    if all(np.isclose(b.sum(), 1, atol=1e-4) for _, b in pairs):
        return (
            f"All your values together add up to 1. It should be so along axis {wanted[0]}, each by itself."
        )
    along = f" along axis {wanted[0]}" if pairs[0][0].ndim > 1 else ""
    return f"Your values do not add up to 1{along}: divide by what they add up to{along}."


def _same_on_each_input(pairs: list[Pair], attempt: Attempt) -> str | None:
    """One term, or one factor, for all the values of an input, leaving out what is cut off at 0."""
    parts = [_not_cut(a.astype(float), b.astype(float)) for a, b in pairs if a.dtype.kind == "f"]
    told = [(a, b) for a, b in parts if len(np.unique(a)) > 2]
    if len(told) < 2 or len(told) * 2 < len(pairs):
        return None
    cut = any(a.size < b.size for (a, _), (_, b) in zip(parts, pairs, strict=False))
    where = "Where nothing is cut off, all" if cut else "All"
    with np.errstate(all="ignore"):
        gaps, ratios = [b - a for a, b in told], [b / a for a, b in told]
    if all(np.allclose(gap, gap[0], rtol=1e-4, atol=1e-5) for gap in gaps):
        gap = max((g[0] for g in gaps), key=abs)
        if abs(gap) < 1e-5:
            return None
        return (
            f"{where} your values of one input are too {'large' if gap > 0 else 'small'} by the same "
            f"amount (such as {abs(gap):.3g}): a term is another than asked for, or a factor inside the "
            "logarithm."
        )
    if all(np.allclose(ratio, ratio[0], rtol=1e-4) for ratio in ratios):
        return (
            f"{where} your values of one input are the same number of times the right one (such as "
            f"{ratios[0][0]:.3g}): a factor is another than asked for, such as what you divide by."
        )
    return None


def _not_cut(a: np.ndarray, b: np.ndarray) -> Pair:
    """The values of both where neither is at its lowest, if that is 0 and occurs more than once."""
    if a.size and a.min() == 0 and (a == 0).sum() > 1:
        keep = (a > 0) & (b > 0)
        return a[keep], b[keep]
    return a.ravel(), b.ravel()


def _all_alike(pairs: list[Pair], attempt: Attempt) -> str | None:
    """One value for all the entries of an input."""
    told = [(a, b) for a, b in pairs if a.size > 1 and len(np.unique(a)) > 1]
    if told and all(len(np.unique(b)) == 1 for _, b in told):
        return "All your values of one input are the same, and they should differ."
    return None


def _not_finite(pairs: list[Pair], attempt: Attempt) -> str | None:
    """NaN or infinity where there is none."""
    odd = [(a[~np.isfinite(b) & np.isfinite(a)], b[~np.isfinite(b) & np.isfinite(a)]) for a, b in pairs]
    strange = np.concatenate([np.ravel(b) for _, b in odd])
    if not strange.size:
        return None
    right = np.concatenate([np.ravel(a) for a, _ in odd])
    word = "NaN (not a number)" if np.isnan(strange).any() else "infinite"
    rest = " Where it happens the answer is always 0." if not right.any() and len(right) > 1 else ""
    many = f"{len(strange)} of your values are" if len(strange) > 1 else "Your value is"
    return (
        f"{many} {word}, where a finite number is expected: look for a division by 0, a root or logarithm "
        f"of something negative, log(0), or an `exp` that overflows.{rest}"
    )


_CHANGES = (_changed, _constant_factor, _constant_offset, _not_normalised)
_ON_EACH = (_straight_line, _same_on_each_input, _all_alike, _not_finite)


def not_a_number(attempt: Attempt) -> str | None:
    """NaN, which no other diagnosis should explain away."""
    for where, pairs in parts(attempt):
        if any((np.isnan(b) & ~np.isnan(a)).any() for a, b in pairs):
            sentence = _not_finite(pairs, attempt)
            return sentence and f"{where}{sentence}"
    return None


EARLY = (not_a_number,)
DIAGNOSES = (in_all_values,)
LATE = (on_each_input,)
