"""The sentences and rows on the board’s scores."""

import numpy as np
from scipy.stats import rankdata

from tlcourse.lessons.state_of_the_art_and_after.board import BASELINE, LABELS, OURS, REASONS, TASKS, Board
from tlcourse.lessons.state_of_the_art_and_after.in_words.costs import gain_in_words
from tlcourse.show.differences import difference
from tlcourse.show.prose import listed, signed

FEW = 4  # from so many on, systems are counted and not named


def _signed(gain: float) -> str:
    return signed(100 * gain)


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
            "BBC sentences, all words tagged, by spaCy (a program)",
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
    above, below = verdicts.count("above"), verdicts.count("below")
    return (
        f"{above + below} of {len(verdicts)} cells are bold, {above} above {BASELINE} and {below} below. "
        f"If no system differed from {BASELINE}, about one in twenty would be, some "
        f"{0.05 * len(verdicts):.0f}, by luck alone: whoever looks at many comparisons finds some. And three "
        "seeds make wide intervals: a large gain is not bold where its seeds differ much."
    )


def of_many_labels(board: Board, labels: int) -> str:
    """With more labels: how the course's own models stand to the baseline, and who else is above it."""
    ranked, tasks = board.ranked(labels)
    own = [one for one in ranked if OURS in one and one != BASELINE]
    gains = {one: board.mean_gain(one, labels, tasks) for one in ranked}
    verdicts = {one: difference(gains[one], gains[BASELINE]).verdict for one in ranked}
    sides = {"above": "above", "luck": "within luck of", "below": "below"}
    mine = [
        f"{_those(found)} {told}"
        for side, told in sides.items()
        if (found := [one for one in own if verdicts[one] == side])
    ]
    mine = [f"{told} {'it' if k else BASELINE}" for k, told in enumerate(mine)]
    said = (
        f"With {labels:,} labels counted words have learned much themselves. Of the course’s own {len(own)} "
        f"models, in the mean over {listed(tasks)}, {listed(mine)}."
    )
    ahead = [one for one in ranked if one not in own and verdicts[one] == "above"]
    return f"{said} Of the others, {_those(ahead)} above {BASELINE}." if ahead else said


def _those(systems: list[str]) -> str:
    """A few by name, more by their number."""
    told = listed(systems) if len(systems) < FEW else str(len(systems))
    return f"{told} {'is' if len(systems) == 1 else 'are'}"


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
        f"ones were measured on ({listed(tasks)}): {gain_in_words(gains[first])} points. Against the next, "
        f"{gap.sentence}. "
        "A mean hides what it is a mean of: "
    )
    winners, level = board.best_of(labels), board.level_with_best(labels)
    names = list(dict.fromkeys(winners.values()))
    shown = {task: task if level[task] else f"{task} (by more than luck)" for task in winners}
    by_system = [
        f"{one} is first on {listed([shown[task] for task, first in winners.items() if first == one])}"
        for one in names
    ]
    said += f"{'; '.join(by_system)}."
    above = [one for one in ranked if difference(gains[one], gains[BASELINE]).verdict == "above"]
    if above:
        said += f" Above {BASELINE} by more than luck: {listed(above)}."
    if below:
        them = "it" if above else BASELINE
        said += f" Below {them}, which was never pretrained, by more than luck: {listed(below)}."
        lowest = min(ranked, key=lambda one: gains[one].mean)
        if lowest not in below:
            said += f" ({lowest} is lower still, but its seeds differ more.)"
    return said


def winners(board: Board) -> str:
    """Who has the highest score on how many tasks, and how often by more than luck."""
    counted: dict[str, int] = {}
    total, clear = 0, 0
    for labels in LABELS:
        level = board.level_with_best(labels)
        for task, system in board.best_of(labels).items():
            counted[system] = counted.get(system, 0) + 1
            total, clear = total + 1, clear + (not level[task])
    order = sorted(counted, key=lambda one: -counted[one])
    told = ", ".join(
        f"{one} is first {'once' if counted[one] == 1 else f'{counted[one]} times'}" for one in order
    )
    return f"in {total} cases, a task with a number of labels each: {told}; by more than luck {clear} times"


def of_ours(board: Board, labels: int) -> str:
    """On how many tasks one of the course's own models leads."""
    best, level = board.best_of(labels), board.level_with_best(labels)
    own = [f"{task} ({system})" for task, system in best.items() if _is_ours(system)]
    said = (
        f"Of the {len(best)} tasks with {labels:,} labels, {len(own) or 'none'} "
        f"{'is' if len(own) == 1 else 'are'} led by a model that the course trained"
        + (f": {listed(own)}." if own else ".")
    )
    near = {task: [one for one in level[task] if _is_ours(one)] for task in best if not _is_ours(best[task])}
    told = [f"{task} ({listed(systems)})" for task, systems in near.items() if systems]
    if told:
        said += (
            f" On {len(told)} {'more' if own else 'of them'} one of these is within luck of the best: "
            f"{listed(told)}. With three seeds that says “not told apart”, and not “as good”."
        )
    return said


def _is_ours(system: str) -> bool:
    return OURS in system and system != BASELINE
