"""Which way to take: what the scores say, and what the clock does."""

from collections.abc import Mapping

import numpy as np

from tlcourse.exercises.machinery import exercise

Way = str


def _ways(rng: np.random.Generator) -> tuple[dict[Way, list[float]], dict[Way, float], float]:
    names = rng.permutation(["frozen, light", "frozen, heavy", "tuned, light", "tuned, heavy", "counts"])
    means = rng.permutation([0.52, 0.61, 0.68, 0.77, 0.83]) + rng.uniform(-0.02, 0.02, 5)
    scores = {
        str(n): (m + rng.normal(scale=0.05, size=rng.integers(2, 5))).tolist()
        for n, m in zip(names, means, strict=True)
    }
    order = sorted(scores, key=lambda name: np.mean(scores[name]))
    clock = dict(zip(order, np.sort(rng.uniform(1, 90, 5)), strict=True))
    clock[order[-1]] += 30  # the best is the slowest; of the others the best is neither slow nor quick
    clock[order[2]], clock[order[3]] = clock[order[3]], clock[order[2]]
    clock[order[0]], clock[order[1]] = clock[order[1]], clock[order[0]]  # nor is the quickest the worst
    seconds = {name: float(clock[name]) for name in scores}
    return scores, seconds, float(rng.uniform(clock[order[2]], clock[order[4]]))


def _affordable(scores: Mapping, seconds: Mapping, budget: float) -> list[str]:
    return [name for name in scores if seconds[name] <= budget]


def _best_of_all(scores: Mapping, seconds: Mapping, budget: float) -> str:
    return max(scores, key=lambda name: np.mean(scores[name]))


def _best_or_none(scores: Mapping, seconds: Mapping, budget: float) -> str | None:
    best = _best_of_all(scores, seconds, budget)
    return best if seconds[best] <= budget else None


def _median(scores: Mapping, seconds: Mapping, budget: float) -> str | None:
    some = _affordable(scores, seconds, budget)
    return max(some, key=lambda name: np.median(scores[name]), default=None)


def _first_seed(scores: Mapping, seconds: Mapping, budget: float) -> str | None:
    return max(_affordable(scores, seconds, budget), key=lambda name: scores[name][0], default=None)


def _last_seed(scores: Mapping, seconds: Mapping, budget: float) -> str | None:
    return max(_affordable(scores, seconds, budget), key=lambda name: scores[name][-1], default=None)


def _none_above_zero(scores: Mapping, seconds: Mapping, budget: float) -> str | None:
    some = [name for name in _affordable(scores, seconds, budget) if np.mean(scores[name]) > 0]
    return max(some, key=lambda name: np.mean(scores[name]), default=None)


def _cheapest(scores: Mapping, seconds: Mapping, budget: float) -> str | None:
    return min(_affordable(scores, seconds, budget), key=seconds.get, default=None)


def _luckiest(scores: Mapping, seconds: Mapping, budget: float) -> str | None:
    return max(_affordable(scores, seconds, budget), key=lambda name: max(scores[name]), default=None)


def _worst(scores: Mapping, seconds: Mapping, budget: float) -> str | None:
    return min(_affordable(scores, seconds, budget), key=lambda name: np.mean(scores[name]), default=None)


def _dearest(scores: Mapping, seconds: Mapping, budget: float) -> str | None:
    return max(_affordable(scores, seconds, budget), key=seconds.get, default=None)


def _strictly(scores: Mapping, seconds: Mapping, budget: float) -> str | None:
    some = [name for name in scores if seconds[name] < budget]
    return max(some, key=lambda name: np.mean(scores[name]), default=None)


def _by_sum(scores: Mapping, seconds: Mapping, budget: float) -> str | None:
    return max(_affordable(scores, seconds, budget), key=lambda name: sum(scores[name]), default=None)


def _the_score(scores: Mapping, seconds: Mapping, budget: float) -> float | None:
    some = [np.mean(scores[name]) for name in _affordable(scores, seconds, budget)]
    return float(max(some)) if some else None


def _per_second(scores: Mapping, seconds: Mapping, budget: float) -> str | None:
    some = _affordable(scores, seconds, budget)
    return max(some, key=lambda name: np.mean(scores[name]) / seconds[name], default=None)


@exercise(
    title="The best that you can afford",
    inputs=_ways,
    special={
        "the best takes just the budget": ({"a": [0.5, 0.5], "b": [0.9, 0.7]}, {"a": 1.0, "b": 10.4}, 10.4),
        "nothing is affordable": ({"a": [0.5], "b": [0.9]}, {"a": 5.0, "b": 10.0}, 1.0),
        "the best is a little better and much slower": (
            {"a": [0.2], "b": [0.9], "c": [0.95]},
            {"a": 1.0, "b": 1.5, "c": 9.0},
            10.0,
        ),
        "one seed is lucky": ({"a": [0.9, 0.1, 0.1], "b": [0.5, 0.5, 0.5]}, {"a": 1.0, "b": 2.0}, 3.0),
        "one seed has failed": ({"a": [0.0, 0.6, 0.6], "b": [0.5, 0.5, 0.5]}, {"a": 1.0, "b": 2.0}, 3.0),
        "all scores are below zero": ({"a": [-0.2, -0.4], "b": [-0.1, -0.1]}, {"a": 1.0, "b": 2.0}, 3.0),
    },
    hints=(
        "First leave out what takes longer than the budget. What is left is compared by its mean.",
        "`np.mean(scores[way])` is the mean over the seeds. `max(ways, key=…)` gives the best by it.",
        "`max` of nothing raises an error: return None if no way is affordable.",
    ),
    wrong=[
        (_by_sum, "A sum grows with the number of seeds: compare the means."),
        (_best_of_all, "The best of all, but it takes longer than the budget."),
        (
            _best_or_none,
            "You choose first and look at the clock afterwards: if the best of all takes too long, another "
            "way may be within the budget.",
        ),
        (_median, "You compare medians, which pass over a seed that failed: compare the means."),
        (
            _first_seed,
            "You compare the first seed of each way, as comparing the lists does too: compare their means.",
        ),
        (_last_seed, "You compare the last seed of each way: compare their means."),
        (
            _none_above_zero,
            "Your best score starts at 0, and a score may be below: start at −∞, or let `max` choose.",
        ),
        (_cheapest, "That is the cheapest. Of those within the budget, the best is wanted."),
        (_luckiest, "You compare the luckiest seed of each: compare their means."),
        (_worst, "That is the worst of those within the budget."),
        (_dearest, "That is the slowest of those within the budget: time spent is no score."),
        (_strictly, "A way that takes just the budget is within it: ≤."),
        (_the_score, "That is the score. Which way has it?"),
        (_per_second, "That is the score for each second: within the budget only the score counts."),
    ],
)
def choose_way(scores: Mapping[str, list[float]], seconds: Mapping[str, float], budget: float) -> str | None:
    """Return the way with the highest mean score among those with seconds[way] ≤ budget; None if none is.

    scores[way] has one score for each seed.
    """
    within = [way for way in scores if seconds[way] <= budget]
    return max(within, key=lambda way: np.mean(scores[way]), default=None)
