"""Which pieces are hidden, when units are hidden whole."""

import numpy as np

from tlcourse.exercises.machinery import exercise


def _units_order_budget(rng: np.random.Generator) -> tuple[list[int], list[int], int]:
    sizes = rng.permutation([1, 1, 2, 2, 3, 3, 4, 1]).tolist()[: int(rng.integers(6, 9))]
    unit = [u for u, n in enumerate(sizes) for _ in range(n)]
    order = rng.permutation(len(sizes)).tolist()
    longest = max(range(len(sizes)), key=sizes.__getitem__)
    order.remove(longest)
    order.insert(1, longest)  # it does not fit, and a shorter one behind it does
    return unit, order, int(sizes[order[0]] + sizes[longest] - 1)


def _stops(unit: list[int], order: list[int], budget: int) -> list[int]:
    hidden: list[int] = []
    for u in order:
        places = [i for i, v in enumerate(unit) if v == u]
        if len(hidden) + len(places) > budget:
            break
        hidden += places
    return sorted(hidden)


def _cut(unit: list[int], order: list[int], budget: int) -> list[int]:
    places = [i for u in order for i, v in enumerate(unit) if v == u]
    return sorted(places[:budget])


def _units_counted(unit: list[int], order: list[int], budget: int) -> list[int]:
    return sorted(i for i, v in enumerate(unit) if v in order[:budget])


def _full(unit: list[int], order: list[int], budget: int, slack: int = 0) -> list[int]:
    hidden: list[int] = []
    for u in order:
        places = [i for i, v in enumerate(unit) if v == u]
        if len(hidden) + len(places) <= budget + slack:
            hidden += places
    return sorted(hidden)


def _each_alone(unit: list[int], order: list[int], budget: int) -> list[int]:
    return sorted(i for i, v in enumerate(unit) if v in order and unit.count(v) <= budget)


def _never_full(unit: list[int], order: list[int], budget: int) -> list[int]:
    return _full(unit, order, budget, -1)


def _one_over(unit: list[int], order: list[int], budget: int) -> list[int]:
    hidden: list[int] = []
    for u in order:
        if len(hidden) < budget:
            hidden += [i for i, v in enumerate(unit) if v == u]
    return sorted(hidden)


def _in_text_order(unit: list[int], order: list[int], budget: int) -> list[int]:
    return _full(unit, sorted(order), budget)


def _first_pieces(unit: list[int], order: list[int], budget: int) -> list[int]:
    return sorted(unit.index(u) for u in order[:budget])


def _names(unit: list[int], order: list[int], budget: int) -> list[int]:
    hidden, n = [], 0
    for u in order:
        if n + unit.count(u) <= budget:
            hidden.append(u)
            n += unit.count(u)
    return sorted(hidden)


def _unsorted(unit: list[int], order: list[int], budget: int) -> list[int]:
    hidden: list[int] = []
    for u in order:
        places = [i for i, v in enumerate(unit) if v == u]
        if len(hidden) + len(places) <= budget:
            hidden += places
    return hidden


def _shown(unit: list[int], order: list[int], budget: int) -> list[int]:
    hidden = _full(unit, order, budget)
    return [i for i in range(len(unit)) if i not in hidden]


def _as_mask(unit: list[int], order: list[int], budget: int) -> list[bool]:
    hidden = _full(unit, order, budget)
    return [i in hidden for i in range(len(unit))]


@exercise(
    title="Hide whole units",
    inputs=_units_order_budget,
    special={
        "the budget is met exactly": ([0, 0, 1, 2, 2, 2, 3], [2, 1, 0, 3], 4),
        "nothing fits": ([0, 0, 1, 1, 1], [1, 0], 1),
        "all fit": ([0, 1, 1, 2], [2, 0, 1], 9),
    },
    any_kind=True,
    hints=(
        "Go through `order`. For each unit: which places have its number, and would so many still fit?",
        "The places of unit u are those i at which `unit[i]` is u. Keep a list of what is hidden; its "
        "length, plus the number of these places, must not be above the budget.",
        "A unit that does not fit is left out, and the next one is tried: no `break`. At the end, "
        "`sorted(…)`.",
    ),
    wrong=[
        (_stops, "You stop at the first unit that does not fit: go on, a shorter one may fit."),
        (_cut, "You cut a unit where the budget ends: it is hidden whole or not at all."),
        (_units_counted, "The budget counts pieces, not units."),
        (_each_alone, "Each unit is compared with the budget alone: what is hidden already counts too."),
        (_never_full, "The budget may be met exactly: `<=`."),
        (_one_over, "The last unit goes over the budget: ask before you take it whether it fits."),
        (_in_text_order, "You take the units as they stand in the text: take them in the order of `order`."),
        (_first_pieces, "One piece of each unit is hidden: all of its pieces are."),
        (_names, "These are the numbers of the units: the places of their pieces are wanted."),
        (_unsorted, "The right places, in the order of taking: put them in order."),
        (_shown, "These are the pieces that stay in sight: those that are hidden are wanted."),
        (_as_mask, "One yes or no for each piece: the places that are hidden are wanted."),
    ],
)
def whole_units(unit: list[int], order: list[int], budget: int) -> list[int]:
    """Return the places of the hidden pieces, ascending.

    Piece i is of unit `unit[i]`. Units are tried in the given `order`: one is hidden whole if, with it, no
    more than `budget` pieces are hidden; else it is left out and the next one is tried.
    """
    hidden: list[int] = []
    for u in order:
        places = [i for i, v in enumerate(unit) if v == u]
        if len(hidden) + len(places) <= budget:
            hidden += places
    return sorted(hidden)
