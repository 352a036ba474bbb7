"""Who is on the Pareto front."""

from collections.abc import Callable, Sequence

import numpy as np

from tlcourse.exercises.machinery import exercise


def _systems(rng: np.random.Generator) -> tuple[list[float], list[float]]:
    n = int(rng.integers(8, 11))
    cost = np.sort(rng.uniform(1, 90, n))
    score = np.linspace(0.45, 0.8, n) + rng.uniform(-0.03, 0.03, n)
    low = rng.choice(np.arange(1, n - 1), size=3, replace=False)
    score[low] -= rng.uniform(0.12, 0.2, 3)  # these are beaten by what is cheaper
    order = rng.permutation(n)
    return score[order].round(3).tolist(), cost[order].round(1).tolist()


def _front(scores: Sequence[float], costs: Sequence[float]) -> list[int]:
    points = list(zip(scores, costs, strict=True))
    return [
        i
        for i, (s, c) in enumerate(points)
        if not any(a >= s and b <= c and (a > s or b < c) for a, b in points)
    ]


def _with_ties(scores: Sequence[float], costs: Sequence[float]) -> list[int]:
    points = list(enumerate(zip(scores, costs, strict=True)))
    return [i for i, (s, c) in points if not any(j != i and a >= s and b <= c for j, (a, b) in points)]


def _strict(scores: Sequence[float], costs: Sequence[float]) -> list[int]:
    points = list(zip(scores, costs, strict=True))
    return [i for i, (s, c) in enumerate(points) if not any(a > s and b < c for a, b in points)]


def _none_by_itself(scores: Sequence[float], costs: Sequence[float]) -> list[int]:
    points = list(zip(scores, costs, strict=True))
    return [i for i, (s, c) in enumerate(points) if not any(a >= s and b <= c for a, b in points)]


def _beaten(scores: Sequence[float], costs: Sequence[float]) -> list[int]:
    on = _front(scores, costs)
    return [i for i in range(len(scores)) if i not in on]


def _cost_is_good(scores: Sequence[float], costs: Sequence[float]) -> list[int]:
    return _front(scores, [-c for c in costs])


def _worst(scores: Sequence[float], costs: Sequence[float]) -> list[int]:
    return _front([-s for s in scores], costs)


def _per_cost(scores: Sequence[float], costs: Sequence[float]) -> list[int]:
    return [int(np.argmax(np.asarray(scores) / np.asarray(costs)))]


def _by_cost(scores: Sequence[float], costs: Sequence[float]) -> list[int]:
    return sorted(_front(scores, costs), key=lambda i: (costs[i], i))


def _by_score(scores: Sequence[float], costs: Sequence[float]) -> list[int]:
    return sorted(_front(scores, costs), key=lambda i: (-scores[i], i))


def _ends(scores: Sequence[float], costs: Sequence[float]) -> list[int]:
    return sorted({int(np.argmax(scores)), int(np.argmin(costs))})


def _flags(scores: Sequence[float], costs: Sequence[float]) -> list[bool]:
    on = _front(scores, costs)
    return [i in on for i in range(len(scores))]


def _points(scores: Sequence[float], costs: Sequence[float]) -> list[tuple[float, float]]:
    return [(scores[i], costs[i]) for i in _front(scores, costs)]


def _next_only(scores: Sequence[float], costs: Sequence[float]) -> list[int]:
    order = np.argsort(costs, kind="stable")
    return sorted(int(i) for k, i in enumerate(order) if k == 0 or scores[i] > scores[order[k - 1]])


def _first_of_equals(scores: Sequence[float], costs: Sequence[float]) -> list[int]:
    best, kept = -np.inf, []
    for i in sorted(range(len(scores)), key=lambda i: (costs[i], -scores[i], i)):
        if scores[i] > best:
            best = scores[i]
            kept.append(i)
    return sorted(kept)


def _by(pointless: Callable[[float, float, float, float], bool]) -> Callable:
    """The places of those that no other makes pointless by another rule: (score, cost, the other's two)."""

    def told(scores: Sequence[float], costs: Sequence[float]) -> list[int]:
        points = list(zip(scores, costs, strict=True))
        return [i for i, (s, c) in enumerate(points) if not any(pointless(s, c, a, b) for a, b in points)]

    return told


def _one_other(scores: Sequence[float], costs: Sequence[float], place: int) -> list[int]:
    a, b = scores[place], costs[place]
    points = zip(scores, costs, strict=True)
    return [i for i, (s, c) in enumerate(points) if not (a >= s and b <= c and (a > s or b < c))]


def _the_last(scores: Sequence[float], costs: Sequence[float]) -> list[int]:
    return _one_other(scores, costs, -1)


def _the_first(scores: Sequence[float], costs: Sequence[float]) -> list[int]:
    return _one_other(scores, costs, 0)


_BOTH = "Both have to hold: the other is at least as good *and* at least as cheap. You ask for one of them."


@exercise(
    title="The Pareto front",
    any_kind=True,
    inputs=_systems,
    special={
        "two have the same score, one is cheaper": ([0.7, 0.7, 0.5], [9.0, 4.0, 1.0]),
        "two cost the same, one is better": ([0.6, 0.8, 0.5], [5.0, 5.0, 1.0]),
        "two are the same in both": ([0.7, 0.7, 0.5], [4.0, 4.0, 1.0]),
        "there is one system": ([0.7], [4.0]),
        "scores are below zero": ([-0.3, -0.1, -0.2], [1.0, 2.0, 3.0]),
    },
    equivalent={"result: absolute": "a place is never negative"},
    hints=(
        "A system is not on the front if another one makes it pointless. When does it?",
        "Another makes it pointless if it is at least as good *and* at least as cheap, and not the same in "
        "both.",
        "`any(…)` over all systems tells whether there is such a one; keep `i` where there is none.",
    ),
    wrong=[
        (
            _none_by_itself,
            "You find none. If you compare each system with itself, too: it is as good and as cheap, and "
            "that does not make it pointless.",
        ),
        (
            lambda scores, costs: len(_front(scores, costs)),
            "That is how many they are: the list of their places is wanted.",
        ),
        (lambda scores, costs: set(_front(scores, costs)), "A set keeps no order: a list is wanted."),
        (
            _with_ties,
            "Two that are the same in both do not make each other pointless: one of the two has to be "
            "better.",
        ),
        (
            _strict,
            "One that is as good and cheaper (or as cheap and better) makes the other pointless: ≥ and ≤, "
            "one "
            "of them strict.",
        ),
        *(
            (_by(rule), _BOTH)
            for rule in (
                lambda s, c, a, b: (a >= s or b <= c) and (a > s or b < c),
                lambda s, c, a, b: b <= c and (a > s or b < c),
                lambda s, c, a, b: a >= s and (a > s or b < c),
                lambda s, c, a, b: a > s or b < c,
            )
        ),
        (
            _by(lambda s, c, a, b: a >= s and b >= c and (a > s or b < c)),
            "Cheaper is better: the other's cost has to be ≤, not ≥.",
        ),
        *(
            (
                function,
                "You listen to one other system alone: it is pointless as soon as *any* of them makes it so.",
            )
            for function in (_the_last, _the_first)
        ),
        (_beaten, "Those are the ones that are *not* on the front."),
        (_cost_is_good, "You treat high costs as good: cheaper is better."),
        (_worst, "You treat low scores as good: higher is better."),
        (_per_cost, "That is the best score for each unit of cost: one system. The front has several."),
        (_by_cost, "Those are the right ones, by cost. The places are wanted from the lowest up."),
        (_by_score, "Those are the right ones, by score. The places are wanted from the lowest up."),
        (_ends, "Those are the two ends of the front: what lies between them belongs to it as well."),
        (_flags, "You say yes or no for each: the places of those with a yes are wanted."),
        (lambda s, c: np.array(_flags(s, c)), "You say yes or no for each: the places are wanted."),
        (
            lambda scores, costs: [int(np.argmax(scores))],
            "That is the best one. The front has several: cheaper ones that nothing cheaper beats.",
        ),
        (
            lambda scores, costs: [scores[i] for i in _front(scores, costs)],
            "Those are scores. At which places do they stand?",
        ),
        (_points, "Those are scores and costs. At which places do they stand?"),
        (
            _next_only,
            "You compare each with the next cheaper one alone: one that is cheaper still may be better.",
        ),
        (_first_of_equals, "Of two that are the same in both, both are on the front."),
    ],
)
def pareto_front(scores: Sequence[float], costs: Sequence[float]) -> list[int]:
    """Return a list: the places, ascending, of the systems that no other makes pointless.

    One makes another pointless if it is at least as good (score), at least as cheap, and better or cheaper.
    """
    kept = []
    for i in range(len(scores)):
        beaten = False
        for j in range(len(scores)):
            no_worse = scores[j] >= scores[i] and costs[j] <= costs[i]
            beaten = beaten or (no_worse and (scores[j] > scores[i] or costs[j] < costs[i]))
        if not beaten:
            kept.append(i)
    return kept
