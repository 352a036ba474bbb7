"""The sentences on the traps."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from tlcourse.lessons.state_of_the_art_and_after.traps import FRESH, HONEST, PICKED, TEST, TRUE, WRONG
from tlcourse.show.differences import difference
from tlcourse.show.records import Records


def of_seeds(scores: Records, shares: Mapping[str, Mapping[int, float]]) -> str:
    """How far two systems are apart, how much a seed moves them, and how often one seed errs."""
    first, second = scores.values("system")[:2]
    told = []
    for (name, found), n in zip(shares.items(), scores.values("labels"), strict=True):
        gap = difference(scores.where(system=first, labels=n), scores.where(system=second, labels=n))
        error = 100 * gap.of_seed.std(ddof=1) / np.sqrt(len(gap.of_seed))
        told.append(
            f"{name}: {100 * abs(gap.mean):.1f} points apart in the mean (± {error:.1f}, standard error), "
            "while "
            f"one seed strays from it by {100 * gap.of_seed.std(ddof=1):.1f} (standard deviation); one seed "
            "errs "
            f"in {found[1]:.0%}"
        )
    return (
        f"{'. '.join(told)}. (Level counts as half an error.) What counts is the distance in units of the "
        "straying. Which one is *better* is itself only as sure as that mean."
    )


def of_test_texts(first: str, second: str, found: Mapping[int, tuple[float, float]]) -> str:
    """What other test sets of several sizes might have said of one training."""
    told = [f"{n:,} texts: {_points(low)} to {_points(high)}" for n, (low, high) in found.items()]
    return (
        f"One training each on 1,000 labels, {first} minus {second} in points, 95% interval over drawn test "
        "sets: "
        f"{'; '.join(told)}. To tell a point apart, many texts are needed, however many seeds there are."
    )


def of_shared_runs(pairs: Sequence[tuple[str, str]], n_test: int, n: int) -> str:
    """What a search by runs of words finds in the course's own split."""
    said = (
        f"In the course’s own split of film snippets, {len(pairs)} of {n_test:,} test texts share {n} words "
        "in a "
        "row with a training text"
    )
    if not pairs:
        return f"{said}."
    return (
        f"{said}, such as “{pairs[0][0]}” and “{pairs[0][1]}”. Look at what is found before you call it a "
        "leak: a "
        "title or a saying is shared, too."
    )


def of_tries(found: Records) -> str:
    """What picking on the test set reports above its true worth, and above an honest pick."""
    most = found.values("k")[-1]
    picked, true, honest = (found.where(how=how, k=most) for how in (PICKED, TRUE, HONEST))
    gap = difference(picked, true)
    gaps = [
        difference(found.where(how=PICKED, k=k), found.where(how=TRUE, k=k)).mean for k in found.values("k")
    ]
    grows = ", and it grows with every doubling" if all(a < b for a, b in pairwise(gaps)) else ""
    verdict = gap.says(
        above=f"The rest, {_points(gap.mean)}, is the luck of these texts{grows}",
        below="Here luck made it look worse than it is",
        luck=f"The rest, {_points(gap.mean)}, is within luck with so few splits",
    )
    return (
        f"Of {most} settings, the best on the test set is reported {_points(picked.mean)} points above the "
        "mean "
        f"setting. On fresh texts it is worth {_points(true.mean)}. {verdict}. Picked on other texts, a "
        "setting is "
        f"{_points(honest.mean)} points above the mean on the test set. An honest number: these texts "
        "did not choose it."
    )


def _points(share: float) -> str:
    return f"{100 * share:.1f}".replace("-", "−")


def of_leaks(found: Records) -> str:
    """What a leak buys on the test set, for each system, and on fresh texts."""
    shares = found.values("share")
    told = []
    for system in found.values("system"):
        rows = found.where(system=system, on=TEST)
        gap = difference(rows.where(share=shares[-1]), rows.where(share=shares[0]))
        fresh = found.where(system=system, on=FRESH)
        real = difference(fresh.where(share=shares[-1]), fresh.where(share=shares[0]))
        size = _points(gap.mean)
        verb = gap.says(
            above=f"gains {size} points",
            below=f"loses {_points(-gap.mean)} points",
            luck=f"{size} points, within luck",
        )
        wrong = found.where(system=system, on=WRONG, share=shares[-1])
        told.append(
            f"{system}: {verb}, where {_points(wrong.mean)} could be mended; on fresh texts its score "
            f"{real.says(above='rises too', below='falls', luck='stays within luck')}"
        )
    return (
        f"With {shares[-1]:.0%} of the test texts leaked: {'; '.join(told)}. (*Could be mended*: leaked "
        "texts that it had wrong without them. What is gained beyond is luck on other texts.) A leak buys "
        "what a model learns by heart, on the leaked texts and nowhere else."
    )
