"""The sentences and rows of the lesson that depend on the board."""

from itertools import pairwise

import numpy as np
from scipy.stats import rankdata

from tlcourse.lessons.state_of_the_art_and_after.board import (
    BASELINE,
    LABELS,
    LESSON_OF,
    READ_BEFORE,
    REASONS,
    TASKS,
    Board,
)
from tlcourse.lessons.state_of_the_art_and_after.figures import MB, undominated
from tlcourse.show.differences import difference
from tlcourse.show.records import Records

OURS = "-"  # our own models have a size in their name: elmo-mini, gpt2-nano


def _signed(gain: float) -> str:
    return f"{100 * gain:+.1f}".replace("-", "−")


def listed(items: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def best_of(board: Board, labels: int) -> dict[str, str]:
    """Task → the system with the highest mean score."""
    return {
        task: max(board.measured(task, labels), key=lambda one: board.cell(one, task, labels).mean)
        for task in board.tasks(labels)
    }


def tasks_rows() -> list[dict[str, object]]:
    """Rows of a table: what each task asks, and of what."""
    told = {
        "films": ("is this snippet of a film review positive?", "snippets"),
        "film ratings": ("how positive, from −4 to 4?", "the same snippets"),
        "long reviews": ("is this review positive?", "reviews of IMDb"),
        "topics": ("which of five topics?", "BBC articles"),
        "questions": ("what kind of thing is asked for, of six?", "questions (TREC)"),
        "names": (
            "where do names stand, and of which kind?",
            "BBC sentences, all words tagged, by a program",
        ),
        "parts of speech": ("noun, verb, …?", "the same sentences"),
    }
    return [
        {
            "task": task,
            "asks": told[task][0],
            "100 labels are 100": told[task][1],
            "a score is": TASKS[task][2],
        }
        for task in TASKS
    ]


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
                f"points above {BASELINE}": "–" if gain is None else _gain(gain),
                "tasks": f"{len(board.common([system], labels))} of {len(board.tasks(labels))}",
                "parameters": many(cost.parameters),
                "read before": "nothing" if system == BASELINE else many(cost.tokens),
                "ms a text": two_digits(cost.ms[1].mean()),
                "32 together": two_digits(cost.ms[32].mean()),
                "MB": f"{cost.bytes / MB:.0f}",
            }
        )
    return rows


def _gain(gain: Records) -> str:
    return f"{100 * gain.mean:+.1f} ± {100 * gain.spread:.1f}".replace("-", "−")


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


def of_empty_cells(board: Board, labels: int) -> str:
    """Which cells are empty, system by system, and why."""
    told = []
    for system in board.systems:
        absent = [task for task in board.tasks(labels) if system not in board.measured(task, labels)]
        if absent:
            told.append(f"{system} on {listed(absent)} ({REASONS.get(system, 'not measured')})")
    return f"Empty cells: {'; '.join(told)}. A guess in their place would be worse." if told else ""


def of_bold(board: Board, labels: int) -> str:
    """How many cells are more than luck, and how many would be by luck alone."""
    verdicts = [
        difference(board.cell(system, task, labels), board.cell(BASELINE, task, labels)).verdict
        for task in board.tasks(labels)
        for system in board.measured(task, labels)
        if system != BASELINE
    ]
    bold = sum(verdict in ("above", "below") for verdict in verdicts)
    return (
        f"{bold} of {len(verdicts)} cells are bold. If no system differed from {BASELINE}, about one in "
        "twenty "
        f"would be, some {0.05 * len(verdicts):.0f}, by luck alone: whoever looks at many comparisons finds "
        "some. And three seeds make wide intervals: a large gain is not bold where its seeds differ much."
    )


def of_many_labels(board: Board, labels: int) -> str:
    """With more labels: which of the course's own models are above the baseline in the mean."""
    ranked, tasks = board.ranked(labels)
    own = [one for one in ranked if OURS in one and one != BASELINE]
    gains = {one: board.mean_gain(one, labels, tasks) for one in ranked}
    above = [one for one in own if gains[one].mean > 0]
    ahead = [one for one in ranked if one not in own and one != BASELINE and gains[one].mean > 0]
    mine = f"{listed(above)} are" if len(above) > 1 else f"{above[0]} is" if above else "none is"
    said = (
        f"With {labels:,} labels counted words have learned much themselves. Of the course’s own {len(own)} "
        "models "
        f"{mine} above {BASELINE} in the mean over {listed(tasks)}"
    )
    return f"{said}; of the others, {listed(ahead)}." if ahead else f"{said}."


def ranks(board: Board, labels: int) -> dict[str, float]:
    """System → its mean rank over the common tasks, 1 for the best."""
    ranked, tasks = board.ranked(labels)
    scores = np.array([[board.cell(one, task, labels).mean for one in ranked] for task in tasks])
    return dict(zip(ranked, rankdata(-scores, axis=1).mean(axis=0).tolist(), strict=True))


def of_scales(board: Board, labels: int) -> str:
    """What the mean of gains hides: scales, and tasks on the same texts; the mean rank beside it."""
    ranked, tasks = board.ranked(labels)
    by_rank = ranks(board, labels)
    gains = {one: board.mean_gain(one, labels, tasks).mean for one in ranked}
    first = sorted(gains, key=lambda one: -gains[one])[:5]
    also = sorted(by_rank, key=by_rank.__getitem__)[:5]
    said = (
        "A mean of gains is a choice. Thirty points of ρ are not thirty of accuracy, and two of these tasks "
        "are on "
        "the same snippets. By mean *rank* the first five are "
        f"{listed([f'{s} ({by_rank[s]:.1f})' for s in also])}; "
        f"by mean gain {listed(first)}."
    )
    rest = [task for task in tasks if task != "film ratings"]
    if len(rest) < len(tasks):
        less = {one: board.mean_gain(one, labels, rest).mean for one in ranked}
        moved = [one for one in ranked if (gains[one] > 0) != (less[one] > 0) and one != BASELINE]
        if moved:
            told = listed([f"{one} ({_signed(less[one])})" for one in moved])
            said += f" Without film ratings {told} would change sides of {BASELINE}."
    return said


def of_reading(board: Board) -> str:
    """What each system read before, and how its costs were taken."""
    others = [f"{name}: {told}" for name, (_, told) in READ_BEFORE.items() if name in board.costs]
    return (
        f"*Read before*: {'; '.join(others)}; ours 16 million pieces each. *Milliseconds* are what the "
        "processor "
        "spent, not the clock’s, so that other programs disturb little. *MB* is what a process grows by, the "
        "libraries not counted, while the system is loaded (float32) and reads 32 texts. The ± is the "
        "standard "
        f"deviation over the three seeds, and much of it is {BASELINE}’s own, which all gains share: who is "
        "to be "
        "compared with whom is compared seed by seed."
    )


def of_the_board(board: Board, labels: int) -> str:
    """Who leads, by how much, and whether it is luck."""
    ranked, tasks = board.ranked(labels)
    gains = {one: board.mean_gain(one, labels, tasks) for one in ranked}
    first, second, *_ = sorted(gains, key=lambda one: -gains[one].mean)
    gap = difference(gains[first], gains[second], names=(first, second))
    below = [one for one in ranked if difference(gains[one], gains[BASELINE]).verdict == "below"]
    said = (
        f"With {labels:,} labels **{first}** has the highest mean over the {len(tasks)} tasks that all the "
        "ranked "
        f"ones were measured on ({listed(tasks)}): {_gain(gains[first])} points. Against the next, "
        f"{gap.sentence}. "
        "A mean hides what it is a mean of: "
    )
    winners = best_of(board, labels)
    names = list(dict.fromkeys(winners.values()))
    by_system = [f"{one} leads on {listed([t for t, w in winners.items() if w == one])}" for one in names]
    said += f"{'; '.join(by_system)}."
    if below:
        said += f" Below {BASELINE}, which was never pretrained, by more than luck: {listed(below)}."
    return said


def winners(board: Board) -> str:
    """Who has the highest score on how many tasks."""
    counted: dict[str, int] = {}
    total = 0
    for labels in LABELS:
        for system in best_of(board, labels).values():
            counted[system] = counted.get(system, 0) + 1
            total += 1
    order = sorted(counted, key=lambda one: -counted[one])
    return f"of {total} times a task and a number of labels, of those measured there: " + ", ".join(
        f"{one} is first {'once' if counted[one] == 1 else f'{counted[one]} times'}" for one in order
    )


def of_ours(board: Board, labels: int) -> str:
    """On how many tasks one of the course's own models leads."""
    best = best_of(board, labels)
    own = [f"{task} ({system})" for task, system in best.items() if OURS in system and system != BASELINE]
    return (
        f"Of the {len(best)} tasks with {labels:,} labels, {len(own) or 'none'} "
        f"{'is' if len(own) == 1 else 'are'} led by a model that the course trained"
        + (f": {listed(own)}." if own else ".")
    )


def of_the_front(board: Board, labels: int) -> str:
    """What each step up the front costs."""
    ranked, tasks = board.ranked(labels)
    gains = {one: board.mean_gain(one, labels, tasks).mean for one in ranked}
    ms = {one: float(board.costs[one].ms[1].mean()) for one in ranked}
    order = sorted(undominated(gains, ms), key=ms.__getitem__)
    steps = [
        f"from {one} to {other}, {100 * (gains[other] - gains[one]):.1f} points for "
        f"{ms[other] / ms[one]:.3g} times "
        "the time"
        for one, other in pairwise(order)
    ]
    all_gains = {one: board.mean_gain(one, labels, tasks) for one in order}
    sure = [
        other
        for one, other in pairwise(order)
        if difference(all_gains[other], all_gains[one]).verdict == "above"
    ]
    off = [one for one in ranked if one not in order]
    return (
        f"On the front by milliseconds: {', '.join(order)}. Its steps: {'; '.join(steps)}. More than luck, "
        "seed by "
        f"seed, {'are those to ' + listed(sure) if sure else 'is none of them'}; the others may be gone with "
        "other "
        f"seeds, and so may their names on the front. The {len(off)} others are off it: something is at "
        "least as "
        "good and quicker. That says nothing against them as lessons: they were made small, and read the "
        "same "
        "little text, to be compared with each other."
    )


def price_of_the_best(board: Board) -> str:
    """What the best of the board costs beside the cheapest."""
    labels = LABELS[0]
    ranked, tasks = board.ranked(labels)
    gains = {one: board.mean_gain(one, labels, tasks).mean for one in ranked}
    first = max(gains, key=gains.__getitem__)
    times = board.costs[first].ms[1].mean() / board.costs[BASELINE].ms[1].mean()
    return (
        f"{first} leads by {100 * gains[first]:.0f} points, at {times:,.0f} times {BASELINE}’s milliseconds"
    )
