"""What may be said of two results: whether one is above the other, by how much, or whether it is luck.

The rule of the course, in one place. Two results are compared seed by seed, where both were measured with the
same seeds. The 95% interval of the mean difference is Student's t over the seeds
(`scipy.stats.ttest_rel`; for different seeds `scipy.stats.ttest_ind`, Welch's). *Outside the
spread* means that 0 lies outside that interval. Everything else is *within luck*: it is not said that two
results are equal, only that these seeds cannot tell them apart. What is the same for every seed, such as a
training on all the labels, was measured once, and there is no spread to judge it by.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from tlcourse.show.records import Records

CONFIDENCE = 0.95
FAR, BARELY = 0.10, 0.01  # of shares of 1: ten points are far, less than one is barely


@dataclass(frozen=True)
class Difference:
    """One result minus another. Made by `difference`.

    Attributes:
        first, second: what they are called.
        of_seed: the difference for each seed, (S,); for different seeds, of the two means, (1,).
        low, high: the 95% interval of the mean difference; NaN where there is no spread to make one of.
        share: scores are shares of 1, so that differences are told in points.
        paired: the same seeds on both sides.
    """

    first: str
    second: str
    of_seed: np.ndarray
    low: float
    high: float
    share: bool = True
    paired: bool = True

    @property
    def mean(self) -> float:
        return float(self.of_seed.mean())

    @property
    def verdict(self) -> str:
        """`"above"` or `"below"` outside the spread, `"luck"` within it, `"once"` without one."""
        if np.isnan(self.low):
            return "once"
        if self.low > 0:
            return "above"
        return "below" if self.high < 0 else "luck"

    def says(self, *, above: str, below: str, luck: str, once: str | None = None) -> str:
        """The text for what came out, so that a sentence is true in each profile and on each machine.

        Without a text for `once`, what was measured once gets that of `luck`.
        """
        texts = {"above": above, "below": below, "luck": luck, "once": luck if once is None else once}
        return texts[self.verdict]

    def level(self, margin: float = 0.01) -> bool:
        """Whether "as good as" may be said: the whole interval lies within ± `margin` (a point)."""
        return bool(-margin < self.low and self.high < margin)

    @property
    def adverb(self) -> str:
        """How far: `"far "` from ten points on, `"barely "` under one, else nothing. Of shares alone."""
        size = abs(self.mean)
        if not self.share or FAR > size >= BARELY:
            return ""
        return "far " if size >= FAR else "barely "

    @property
    def sentence(self) -> str:
        """The comparison in words, without a full stop: side, size, seeds, and whether it is luck."""
        n, sizes = len(self.of_seed), np.abs(self.of_seed)
        side = "above" if self.mean > 0 else "below"
        pair = f"{self.first} is {{}}{side} {self.second}"
        if self.verdict == "once":
            same = f"{self.first} and {self.second} are equal"
            told = f"{pair.format('')} by {self._amount(abs(self.mean))}" if self.mean else same
            return f"{told}, measured once: there is no spread to judge it by"
        if not self.paired:
            told = f"{pair.format(self.adverb)} by {self._amount(abs(self.mean))} on average"
            return told if self.verdict != "luck" else f"{told}, which is within luck"
        if sizes.max() < 1e-12:
            return f"{self.first} and {self.second} are equal in each of {n} seeds"
        agreeing = int((np.sign(self.of_seed) == np.sign(self.mean)).sum())
        if agreeing == n:
            told = f"by {self._amount(sizes.min(), sizes.max())} in each of {n} seeds"
            if self.verdict != "luck":
                return f"{pair.format(self.adverb)} {told}"
            return f"{pair.format('')} {told}, but so few seeds may agree by luck"
        if self.verdict != "luck":
            told = f"{pair.format(self.adverb)} by {self._amount(abs(self.mean))} on average"
            return f"{told}, in {agreeing} of {n} seeds"
        spans = self._amount(self.of_seed.min(), self.of_seed.max(), signed=True)
        return f"{self.first} and {self.second} are within luck of each other: {spans} over {n} seeds"

    def __str__(self) -> str:
        """For a cell of a table: the mean difference, and the least and the most over the seeds."""
        told = self._amount(self.mean, signed=True)
        if self.verdict == "once" or not self.paired:
            return told
        spans = self._amount(self.of_seed.min(), self.of_seed.max(), signed=True, unit=False)
        luck = ", within luck" if self.verdict == "luck" else ""
        return f"{told} ({spans}, n={len(self.of_seed)}{luck})"

    def _amount(self, *values: float, signed: bool = False, unit: bool = True) -> str:
        spec = f"{'+' if signed else ''}{'.1f' if self.share else '.3g'}"
        numbers = dict.fromkeys(f"{100 * v if self.share else v:{spec}}".replace("-", "−") for v in values)
        return " to ".join(numbers) + (" points" if self.share and unit else "")


def difference(
    first: Records | Sequence[float],
    second: Records | Sequence[float],
    names: tuple[str, str] | None = None,
    share: bool = True,
) -> Difference:
    """Compare two results, each one score for each seed.

    Args:
        first, second: records of one result each (narrowed with `where`), or scores seed by seed.
        names: what to call them; if not given, the values of the fields in which they differ.
        share: scores are shares of 1 and are told in points; False for ranks, losses, seconds.

    Raises:
        ValueError: scores without seeds that are not equally many, or a seed with several records.
    """
    if isinstance(first, Records) and isinstance(second, Records):
        a, b = first.of_seed, second.of_seed
        names = names or _names(first, second)
        both = [seed for seed in a if seed in b]
        if not both and min(len(a), len(b)) > 1:
            return _unpaired(names, [*a.values()], [*b.values()], share)
        if not both:
            return Difference(
                *names, np.array([first.mean - second.mean]), np.nan, np.nan, share, paired=False
            )
        x, y = (np.array([side[seed] for seed in both]) for side in (a, b))
    else:
        x, y = (np.asarray(getattr(side, "scores", side), dtype=float) for side in (first, second))
        if x.shape != y.shape or x.ndim != 1 or not len(x):
            raise ValueError(
                f"difference takes scores seed by seed, equally many; got {x.shape} and {y.shape}"
            )
        names = names or ("the first", "the second")
    found = x - y
    # On all the labels every seed trains on the same: that is one measurement, however often it is repeated.
    once = len(found) < 2 or (np.ptp(x) < 1e-12 and np.ptp(y) < 1e-12)
    if once:
        low, high = np.nan, np.nan
    elif np.ptp(found) < 1e-12:  # scores that differ, and by chance the same difference in each seed
        low = high = found.mean()
    else:
        low, high = stats.ttest_rel(x, y).confidence_interval(CONFIDENCE)
    return Difference(*names, found, float(low), float(high), share)


def _unpaired(names: tuple[str, str], x: list[float], y: list[float], share: bool) -> Difference:
    mean = np.array([np.mean(x) - np.mean(y)])
    if np.ptp(x) < 1e-12 and np.ptp(y) < 1e-12:
        return Difference(*names, mean, np.nan, np.nan, share, paired=False)
    low, high = stats.ttest_ind(x, y, equal_var=False).confidence_interval(CONFIDENCE)
    return Difference(*names, mean, float(low), float(high), share, paired=False)


def _names(first: Records, second: Records) -> tuple[str, str]:
    """What tells the two apart, in words: `MiniLM` and `TF-IDF`, or `labels 100` and `labels 25`."""
    told: list[list[str]] = [[], []]
    for field in dict.fromkeys(key for row in (*first, *second) for key in row):
        if field in ("seed", "score"):
            continue
        values = [{row.get(field) for row in side} for side in (first, second)]
        if values[0] != values[1] and all(len(side) == 1 for side in values):
            for words, (value,) in zip(told, values, strict=True):
                words.append(_word(field, value))
    return tuple(
        ", ".join(words) or default for words, default in zip(told, ("the first", "the second"), strict=True)
    )


def _word(field: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    number = f"{value:,}" if isinstance(value, int) else f"{value}"
    return f"{number} labels" if field == "labels" else f"{field} {number}"
