"""How much the zoo's models have read, as sentences say it."""

from collections.abc import Iterable, Mapping

from tlcourse.models.pretrained import how_trained
from tlcourse.show.prose import listed


def millions(pieces: float) -> str:
    """A number of pieces in words: `16 million`; below ten million with one place: `2.4 million`."""
    return f"{pieces / 1e6:.{0 if pieces >= 9.95e6 else 1}f}".removesuffix(".0") + " million"


def have_read(names: Iterable[str]) -> str:
    """Who of the zoo has read how much: "`a` and `b` have read 16 million pieces each, `c` 28 million"."""
    return amounts({f"`{name}`": how_trained.pieces_read(name) for name in names})


def read_most(name: str, others: Iterable[str]) -> bool:
    """Whether it has read more than each of the others."""
    own = how_trained.pieces_read(name)
    return all(own > 1.01 * how_trained.pieces_read(other) for other in others if other != name)


def amounts(read: Mapping[str, float]) -> str:
    """The same of any names, with how much each has read."""
    by_amount: dict[str, list[str]] = {}
    for name, pieces in read.items():
        by_amount.setdefault(millions(pieces), []).append(name)
    told = []
    for amount, who in by_amount.items():
        several = len(who) > 1
        verb, unit = ("", "") if told else (" have read" if several else " has read", " pieces")
        told.append(f"{listed(who)}{verb} {amount}{unit}{' each' if several else ''}")
    return ", ".join(told)
