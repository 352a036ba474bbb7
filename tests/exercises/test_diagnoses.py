"""A wrong value gets the name of its mistake, and what is merely wrong gets none."""

import logging

import numpy as np
import pytest
import torch

from tlcourse.exercises.machinery import exercise
from tlcourse.exercises.verdicts import SOLVED, WRONG

HINTS = ("a nudge", "a bigger one", "nearly there")


def table(rng):
    """Two sizes that differ, values of both signs; a vector for the columns, a number."""
    rows, columns = int(rng.integers(3, 5)), int(rng.integers(6, 9))
    return rng.normal(size=(rows, columns)), rng.uniform(1.5, 3.0, size=columns), float(rng.uniform(2, 3))


@exercise(title="Scaled", inputs=table, hints=HINTS)
def scaled(x, scale, k):
    return x * scale + k


@exercise(title="Shares", inputs=table, hints=HINTS)
def shares(x, scale, k):
    return np.exp(x * scale / k) / np.exp(x * scale / k).sum(axis=1, keepdims=True)


@exercise(title="Which", inputs=lambda rng: (rng.normal(size=int(rng.integers(9, 15))),), hints=HINTS)
def largest(x):
    return int(x.argmax())


@exercise(title="Above", inputs=table, hints=HINTS)
def above(x, scale, k):
    return x * scale > k - 2.5


@exercise(title="Rising", inputs=lambda rng: (rng.uniform(size=5), int(rng.integers(2, 4))), hints=HINTS)
def rising(x, k):
    return [float(v) * k for v in np.sort(x)]


@exercise(title="Cut", inputs=table, hints=HINTS)
def cut(x, scale, k):
    return np.maximum(np.abs(x) * scale - k, 0)


@exercise(title="Two", inputs=table, hints=HINTS)
def two(x, scale, k):
    return x.sum(axis=1) * k, x.mean(axis=0)


@exercise(title="Mean", inputs=table, hints=HINTS)
def columns(x, scale, k):
    return x.mean(axis=0) * scale


CASES = [
    (scaled, lambda x, s, k: -(x * s + k), "sign"),
    (scaled, lambda x, s, k: np.abs(x * s + k), "absolute"),
    (scaled, lambda x, s, k: (x * s + k) * 100, "100 times"),
    (scaled, lambda x, s, k: (x * s + k) / 7, "0.1429 times"),
    (scaled, lambda x, s, k: x * s, "`k`"),
    (scaled, lambda x, s, k: x + k, "`scale`"),
    (scaled, lambda x, s, k: x * s - k, "`k`"),
    (scaled, lambda x, s, k: x / s + k, "`scale`"),
    (scaled, lambda x, s, k: x * s + 2 * k, "too large by `k`"),
    (scaled, lambda x, s, k: (x * s + k).T, "transpose"),
    (scaled, lambda x, s, k: (x * s + k)[:, ::-1], "wrong order along axis 1"),
    (scaled, lambda x, s, k: np.roll(x * s + k, 1, axis=1), "one place too late"),
    (scaled, lambda x, s, k: np.roll(x * s + k, -1, axis=1), "one place too early"),
    (scaled, lambda x, s, k: np.sort(x * s + k, axis=1), "wrong places"),
    (scaled, lambda x, s, k: np.exp(x * s + k), "`exp`"),
    (scaled, lambda x, s, k: np.round(x * s + k), "rounded"),
    (scaled, lambda x, s, k: (x * s + k) * len(x), "`x.shape[0]`"),
    (scaled, lambda x, s, k: (x * s + k) / x.shape[1], "`x.shape[1]`"),
    (scaled, lambda x, s, k: (x * s + k) / np.sqrt(x.shape[1]), "root of `x.shape[1]`"),
    (scaled, lambda x, s, k: (x * s + k) / s, "factor `scale`"),
    (scaled, lambda x, s, k: np.log(x * s), "NaN"),
    (scaled, lambda x, s, k: x * s + 3 * k + 1, "by the same amount"),
    (scaled, lambda x, s, k: x, "`x` itself"),
    (scaled, lambda x, s, k: x * 0, "All your values are 0"),
    (scaled, lambda x, s, k: (x * s + k).tolist(), "np.asarray"),
    (scaled, lambda x, s, k: list(x * s + k), "np.stack"),
    (scaled, lambda x, s, k: torch.tensor(x * s + k), ".numpy()"),
    (scaled, lambda x, s, k: (x * s + k).astype(int), "floating-point"),
    (scaled, lambda x, s, k: (x * s + k)[None], "length 1"),
    (scaled, lambda x, s, k: (x * s + k).sum(axis=0), "axis is missing"),
    (scaled, lambda x, s, k: (x * s + k)[:, 1:], "one too few"),
    (shares, lambda x, s, k: np.exp(x * s / k) / np.exp(x * s / k).sum(axis=0), "along axis 0"),
    (shares, lambda x, s, k: np.exp(x * s / k) / np.exp(x * s / k).sum(), "together add up to 1"),
    (shares, lambda x, s, k: np.exp(x * s / k), "do not add up to 1"),
    (shares, lambda x, s, k: np.exp(x * s / k), "divide by what they add up to along axis 1"),
    (shares, lambda x, s, k: np.round(shares(x, s, k), 2), "but rounded"),
    (scaled, lambda x, s, k: np.zeros((2, 2)), "the same on every input"),
    (shares, lambda x, s, k: x * s / k, "softmax over the last axis is missing"),
    (shares, lambda x, s, k: np.log(shares(x, s, k)), "logarithm"),
    (shares, lambda x, s, k: np.log2(shares(x, s, k)), "base 2"),
    (shares, lambda x, s, k: 1 - shares(x, s, k), "1 minus"),
    (shares, lambda x, s, k: 1 / shares(x, s, k), "1 divided"),
    (shares, lambda x, s, k: np.exp(shares(x, s, k)) / np.exp(shares(x, s, k)).sum(1, keepdims=True), "once"),
    (shares, lambda x, s, k: shares(x, s, 1.0), "`k` were 1"),
    (largest, lambda x: int(x.argmax()) + 1, "one too high"),
    (largest, lambda x: int(x.argmax()) - 1, "one too low"),
    (largest, lambda x: int(x.argmin()), "wrong sign"),
    (largest, lambda x: float(x.max()), None),
    (largest, lambda x: x, "One number"),
    (largest, lambda x: 3, "whatever comes in"),
    (above, lambda x, s, k: ~above(x, s, k), "PyTorch"),
    (above, lambda x, s, k: above(x, s, k).astype(int), "compare"),
    (above, lambda x, s, k: above(x, s, k) & (x > 0.5), "one way only"),
    (rising, lambda x, k: [float(v) * k for v in np.sort(x)][::-1], "wrong order"),
    (rising, lambda x, k: [float(v) * k for v in np.sort(x)][:-1], "last is missing"),
    (rising, lambda x, k: [float(v) * k for v in np.sort(x)][1:], "first is missing"),
    (rising, lambda x, k: [float(v) * k for v in x], "wrong places"),
    (rising, lambda x, k: np.sort(x) * k, "list"),
    (cut, lambda x, s, k: np.abs(x) * s - k, "Cut them off at 0"),
    (cut, lambda x, s, k: np.maximum(x * s - k / 2, 0), None),
    (cut, lambda x, s, k: np.maximum(np.abs(x) * s - k + 0.3, 0), "Where nothing is cut off"),
    (two, lambda x, s, k: two(x, s, k)[::-1], "wrong order"),
    (two, lambda x, s, k: (two(x, s, k)[0], x.sum(axis=0)), "second value"),
    (two, lambda x, s, k: (two(x, s, k)[1],) * 2, "In place 0"),
    (columns, lambda x, s, k: x.mean(axis=1), "should be axis 0"),
    (columns, lambda x, s, k: x * s, "axis 0"),
    (columns, lambda x, s, k: x.sum(axis=0) * s, "`x.shape[0]`"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "attempt", "words"), CASES)
@pytest.mark.filterwarnings("ignore")
def test_each_mistake_has_its_name(asked, attempt, words, caplog):
    verdict = asked.verdict(attempt)
    assert verdict.status == WRONG
    assert not caplog.records
    if words is None:
        assert not verdict.named, f"a name for what has none: {verdict.message}"
    else:
        assert verdict.named, verdict
        assert words in verdict.message, verdict


@pytest.mark.parametrize("asked", [scaled, columns, cut])
def test_noise_has_no_name(asked):
    """Values that are wrong in no way that could be named: no diagnosis may claim to know."""

    def noisy(x, scale, k):
        right = asked(x, scale, k)
        return right + 0.3 * np.random.default_rng(right.size).normal(size=right.shape)

    verdict = asked.verdict(noisy)
    assert not verdict.named, verdict


def test_a_special_case_is_told_apart():
    @exercise(
        title="Mean or 0",
        inputs=lambda rng: (rng.normal(size=4).tolist(),),
        special={"the list is empty": ([],), "there is one value": ([2.0],)},
        hints=HINTS,
    )
    def mean_or_zero(x):
        return sum(x) / len(x) if x else 0.0

    verdict = mean_or_zero.verdict(lambda x: sum(x) / max(len(x), 2))
    assert "Right on ordinary inputs, but not where there is one value" in verdict.message
    assert verdict.named
    assert verdict.args == ([2.0],)
    verdict = mean_or_zero.verdict(lambda x: sum(x) / len(x))
    assert "divide by 0" in verdict.message
    assert mean_or_zero.verdict(lambda x: sum(x) / len(x) if x else 0.0).status == SOLVED


def test_one_of_the_questions_own_words():
    @exercise(
        title="The other",
        inputs=lambda rng: tuple(int(i) for i in rng.choice(20, 2, replace=False) + 5),
        hints=HINTS,
    )
    def smaller_than_both(a, b):
        return min(a, b) - 1

    assert "own words" in smaller_than_both.verdict(lambda a, b: max(a, b)).message


def test_an_argument_without_effect():
    @exercise(title="x", inputs=table, hints=HINTS)
    def curved(x, scale, k):
        return np.tanh(x * k) + scale

    assert "`k` makes no difference" in curved.verdict(lambda x, s, k: np.tanh(x) * 1.3 + s).message


def test_texts_of_different_lengths_stop_no_diagnosis(caplog):
    """A list of arrays that differ in length can't be inverted like a mask."""

    @exercise(title="Mean", inputs=lambda rng: ([rng.normal(size=3), rng.normal(size=5)],), hints=HINTS)
    def mean(texts):
        return np.concatenate(texts).mean()

    verdict = mean.verdict(lambda texts: np.median(np.concatenate(texts)))
    assert verdict.status == WRONG
    assert not caplog.records


def test_masks_of_whole_numbers_and_of_truth():
    def inputs(rng):
        rows, columns = int(rng.integers(3, 5)), int(rng.integers(6, 9))
        mask = (np.arange(columns) < rng.integers(2, columns - 1, size=(rows, 1))).astype(int)
        return rng.normal(size=(rows, columns)), mask

    @exercise(title="Sum", inputs=inputs, hints=HINTS)
    def real_ones(x, mask):
        return (x * mask).sum(axis=1)

    def said(attempt):
        return real_ones.verdict(attempt).message

    assert "makes no difference yet" in said(lambda x, m: x.sum(axis=1))
    assert "PyTorch" in said(lambda x, m: (x * (1 - m)).sum(axis=1))
    assert "from the other side" in said(lambda x, m: (x * m[:, ::-1]).sum(axis=1))
    assert "`~1` is −2" in said(lambda x, m: (x * ~m).sum(axis=1))
    assert "the sum of `mask` along axis 1" in said(lambda x, m: (x * m).sum(axis=1) / m.sum(axis=1))


def test_a_diagnosis_that_fails_is_no_fault_of_the_learner(monkeypatch, caplog):
    from tlcourse.exercises.diagnoses import values

    def fails(attempt):
        raise ZeroDivisionError

    monkeypatch.setattr(values, "DIAGNOSES", (fails,))
    with caplog.at_level(logging.ERROR):
        assert scaled.verdict(lambda x, s, k: x * s + 3 * k + 1).status == WRONG
    assert "fails failed on" in caplog.text


@pytest.mark.parametrize(
    ("columns", "told"), [(6, "reduce it over axis 1"), (4, "reduce it over one of its axes")]
)
def test_an_axis_is_named_where_the_shapes_tell_which(columns, told):
    @exercise(title="Row sums", inputs=lambda rng: (rng.normal(size=(4, columns)),), hints=HINTS)
    def row_sums(x):
        return x.sum(axis=1)

    assert told in row_sums.verdict(lambda x: x + 1.0).message
