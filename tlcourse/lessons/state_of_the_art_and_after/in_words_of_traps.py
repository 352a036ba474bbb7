"""The sentences on the traps."""

from collections.abc import Mapping
from itertools import pairwise

from tlcourse.lessons.state_of_the_art_and_after.traps import HONEST, PICKED, TRUE
from tlcourse.show.differences import difference
from tlcourse.show.records import Records


def of_seeds(scores: Records, shares: Mapping[str, Mapping[int, float]]) -> str:
    """How far two systems are apart, how much a seed moves them, and how often one seed errs."""
    first, second = scores.values("system")[:2]
    told = []
    for (name, found), n in zip(shares.items(), scores.values("labels"), strict=True):
        gap = difference(scores.where(system=first, labels=n), scores.where(system=second, labels=n))
        told.append(
            f"{name}: {100 * abs(gap.mean):.1f} points apart in the mean, and the difference of one seed "
            "strays by "
            f"{100 * gap.of_seed.std(ddof=1):.1f} (standard deviation); one seed errs in {found[1]:.0%}"
        )
    return f"{'. '.join(told)}. What counts is the distance in units of that straying."


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
        f"{_points(honest.mean)} points above the mean on the test set: a number that nobody chose."
    )


def _points(share: float) -> str:
    return f"{100 * share:.1f}".replace("-", "−")


def of_leaks(found: Records) -> str:
    """What a leak buys on the test set, for each system, and on fresh texts."""
    shares = found.values("share")
    told = []
    for system in found.values("system"):
        rows = found.where(system=system, on="the test set")
        before, after = rows.where(share=shares[0]), rows.where(share=shares[-1])
        gap = difference(after, before)
        fresh = found.where(system=system, on="fresh texts")
        real = difference(fresh.where(share=shares[-1]), fresh.where(share=shares[0]))
        size = _points(gap.mean)
        verb = gap.says(
            above=f"gains {size} points",
            below=f"loses {_points(-gap.mean)} points",
            luck=f"{size} points, within luck",
        )
        told.append(
            f"{system}: {verb} ({shares[-1]:.0%} of its errors are "
            f"{_points(shares[-1] * (1 - before.mean))}); on fresh texts its score "
            f"{real.says(above='rises too', below='falls', luck='stays within luck')}"
        )
    return (
        f"With {shares[-1]:.0%} of the test texts leaked: {'; '.join(told)}. A leak buys what a model learns "
        "by "
        "heart, on the leaked texts and nowhere else. (Lesson 13 looks for what a large network has read "
        "before.)"
    )
