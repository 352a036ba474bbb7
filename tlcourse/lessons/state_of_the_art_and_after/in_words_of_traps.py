"""The sentences on the traps."""

from collections.abc import Mapping

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
    gap = difference(picked, honest, names=("the reported best", "an honest pick"))
    one = found.where(how=PICKED, k=found.values("k")[0])
    rise = 100 * (picked.mean - one.mean)
    real = 100 * (honest.mean - one.mean)
    worth = difference(true, honest)
    return (
        f"Of {most} settings, the best on the test set reports {rise:.1f} points more than one taken at "
        "random. "
        f"Picked honestly, on other texts, the gain is {real:.1f}. So {gap.sentence}: that is not skill, but "
        "the luck "
        f"of these texts. (Fresh texts differ from the test set by luck as well, {100 * worth.mean:+.1f} "
        "points here; "
        "so compare how far each line rises, not where it begins.)"
    ).replace("-", "−")


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
        most = 100 * shares[-1] * (1 - before.mean)
        verb = gap.says(above="gains", below="loses", luck="gains, within luck,")
        told.append(
            f"{system} {verb} {100 * abs(gap.mean):.1f} points of the {most:.1f} that were wrong among the "
            "leaked; on "
            f"fresh texts its score {real.says(above='rises too', below='falls', luck='stays within luck')}"
        )
    return (
        f"With {shares[-1]:.0%} of the test texts leaked, {'; '.join(told)}. A leak buys most where a model "
        "learns by "
        "heart. So do large networks: what has been in their text before is no test for them."
    )


def of_found(shared: Mapping[str, tuple[int, int]], least: int) -> str:
    """How many texts the search by runs of words finds: what is asked → (found, of so many)."""
    told = [f"{found} of {total} {what}" for what, (found, total) in shared.items()]
    return f"Runs of {least} words find {'; '.join(told)}."
