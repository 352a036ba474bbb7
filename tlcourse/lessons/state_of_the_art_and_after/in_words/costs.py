"""The leaderboard's rows, and the sentences on what a system costs."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from tlcourse.lessons.state_of_the_art_and_after.board import (
    BASELINE,
    LABELS,
    LESSON_OF,
    MB,
    OURS,
    READ_BEFORE,
    Board,
)
from tlcourse.lessons.state_of_the_art_and_after.deciding import undominated
from tlcourse.show.differences import difference
from tlcourse.show.prose import listed, signed
from tlcourse.show.records import Records
from tlcourse.show.zoo_reading import amounts


def board_rows(board: Board, labels: int) -> list[dict[str, object]]:
    """Rows of the leaderboard: best mean gain first; below, what was measured on too few tasks."""
    ranked, tasks = board.ranked(labels)
    order = sorted(ranked, key=lambda one: -board.mean_gain(one, labels, tasks).mean)
    rest = [one for one in board.systems if one not in ranked]
    rows = []
    for system in [*order, *rest]:
        cost = board.costs[system]
        gain = board.mean_gain(system, labels, tasks) if system in ranked else None
        rows.append(
            {
                "system": system,
                "lesson": LESSON_OF[system],
                f"points above {BASELINE}": "–" if gain is None else gain_in_words(gain),
                "measured on": f"{len(board.common([system], labels))} of {len(board.tasks(labels))}",
                "parameters": many(cost.parameters),
                "read before": "nothing" if system == BASELINE else many(cost.tokens),
                "ms a text, one by one": two_digits(cost.ms[1].mean()),
                "ms a text, 32 together": two_digits(cost.ms[32].mean()),
                "MB": f"{cost.bytes / MB:.0f}",
            }
        )
    return rows


def gain_in_words(gain: Records) -> str:
    """Points, with the standard deviation over the seeds: `+14.3 ± 3.9`."""
    return f"{signed(100 * gain.mean)} ± {100 * gain.spread:.1f}"


def two_digits(value: float) -> str:
    """A number to two digits, never with an exponent: `180`, `1.8`, `0.053`."""
    return np.format_float_positional(float(f"{value:.2g}"), trim="-")


def many(n: float | None) -> str:
    """A large number in words: `23 million`."""
    if n is None:
        return "no count"
    for size, name in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if n >= size:
            return f"{n / size:.3g} {name}"
    return f"{n:,.0f}"


def of_reading(board: Board) -> str:
    """What each system read before, and how its costs were taken."""
    others = [f"{name}: {told}" for name, (_, told) in READ_BEFORE.items() if name in board.costs]
    ours = {name: cost.tokens for name, cost in board.costs.items() if OURS in name and cost.tokens}
    one, many_ = (_ms(board, [BASELINE], batch)[BASELINE] for batch in (1, 32))
    return (
        f"*Read before*: {'; '.join(others)}; {amounts(ours)}. *Milliseconds* are what the "
        "processor spent, not the clock’s, so that other programs disturb little. One by one, "
        f"{BASELINE}’s {two_digits(one)} ms are nearly all scikit-learn’s call, not the counting: 32 "
        f"together it needs {two_digits(many_)} a text. *MB* is what a process grows by, the libraries not "
        "counted, while the system is loaded (float32) and reads 32 texts. The ± is the standard deviation "
        f"over the three seeds, and much of it is {BASELINE}’s own, which all gains share: who is to be "
        "compared with whom is compared seed by seed."
    )


def of_the_front(board: Board, labels: int) -> str:
    """What each step up the front costs, which steps are sure, and who is off it."""
    ranked, tasks = board.ranked(labels)
    gains = {one: board.mean_gain(one, labels, tasks) for one in ranked}
    means, ms = {one: gain.mean for one, gain in gains.items()}, _ms(board, ranked)
    order = sorted(undominated(means, ms), key=ms.__getitem__)
    steps = [
        f"from {one} to {other}, {100 * (means[other] - means[one]):.1f} points for "
        f"{ms[other] / ms[one]:.3g} times the time"
        for one, other in pairwise(order)
    ]
    sure = [b for a, b in pairwise(order) if difference(gains[b], gains[a]).verdict == "above"]
    kept = {0: "None of these steps is", 1: f"Only the step to {listed(sure)} is"}
    off = [one for one in ranked if one not in order]
    said = (
        f"On the front by milliseconds: {', '.join(order)}. Its steps: {'; '.join(steps)}. "
        f"{kept.get(len(sure), f'The steps to {listed(sure)} are')} more than luck; with other seeds the "
        f"others may be gone, and their names off the front. Off it are {len(off)}: something is at least as "
        "good and quicker."
    )
    if BASELINE in off:
        said += f" {_of_the_baseline(board, labels, means)}"
    ours = sum(OURS in one and one != BASELINE for one in off)
    return said + (
        f" {ours} are the course’s own: they were made small, and read the same little text, to be compared "
        "with each other."
        if ours
        else ""
    )


def _ms(board: Board, systems: Sequence[str], batch: int = 1) -> dict[str, float]:
    return {one: float(board.costs[one].ms[batch].mean()) for one in systems}


def _of_the_baseline(board: Board, labels: int, means: Mapping[str, float]) -> str:
    """What makes the baseline pointless by milliseconds, and whether that means much."""
    ms, ranked = _ms(board, [*means]), [*means]
    by = max((o for o in ranked if means[o] >= means[BASELINE] and ms[o] <= ms[BASELINE] and o != BASELINE),
             key=means.__getitem__)  # fmt: skip
    gain = board.mean_gain(by, labels, board.ranked(labels)[1])
    together, size = _ms(board, ranked, 32), {one: board.costs[one].bytes / MB for one in ranked}
    said = f"Of {BASELINE} that means little. {by} is {gain_in_words(gain)} points above it"
    if together[BASELINE] < together[by] and size[BASELINE] < size[by]:
        said += (
            f", and quicker only one by one. With 32 together {BASELINE} needs "
            f"{two_digits(together[BASELINE])} ms a text against {two_digits(together[by])}, and "
            f"{size[BASELINE]:.0f} MB against {size[by]:.0f}"
        )
    return f"{said}."


def price_of_the_best(board: Board) -> str:
    """What the first two of the board gain over the baseline, and at how many times its milliseconds."""
    labels = LABELS[0]
    ranked, tasks = board.ranked(labels)
    gains = {one: board.mean_gain(one, labels, tasks).mean for one in ranked if one != BASELINE}
    ms = _ms(board, ranked)
    told = [
        f"{one} is {100 * gains[one]:.0f} points above {BASELINE} at {ms[one] / ms[BASELINE]:,.0f} times its "
        "milliseconds"
        for one in sorted(gains, key=lambda one: -gains[one])[:2]
    ]
    return ", ".join(told)
