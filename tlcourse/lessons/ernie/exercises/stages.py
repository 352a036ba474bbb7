"""How many steps each task gets in each stage."""

import numpy as np

from tlcourse.exercises.machinery import exercise


def _tasks_and_steps(rng: np.random.Generator) -> tuple[int, int]:
    n_tasks = int(rng.integers(3, 7))
    return n_tasks, (n_tasks + 1) * int(
        rng.integers(3, 12)
    )  # small: who swaps the two makes a table of N × N


def _table(n_tasks: int, new: np.ndarray, later: float) -> np.ndarray:
    table = np.tril(np.full((n_tasks, n_tasks), float(later)), -1)
    return table + np.diag(new)


def _one_by_one(n_tasks: int, n_steps: int) -> np.ndarray:
    return np.eye(n_tasks) * n_steps


def _all_at_once(n_tasks: int, n_steps: int) -> np.ndarray:
    return np.full((n_tasks, n_tasks), n_steps / n_tasks)


def _turned(n_tasks: int, n_steps: int) -> np.ndarray:
    return steps_by_stage.reference(n_tasks, n_steps).T


def _upside_down(n_tasks: int, n_steps: int) -> np.ndarray:
    return steps_by_stage.reference(n_tasks, n_steps)[::-1, ::-1]


def _all_new_and_more(n_tasks: int, n_steps: int) -> np.ndarray:
    return _table(n_tasks, np.full(n_tasks, float(n_steps)), n_steps / (n_tasks + 1))


def _by_tasks(n_tasks: int, n_steps: int) -> np.ndarray:
    part = n_steps / n_tasks
    return _table(n_tasks, n_steps - part * np.arange(n_tasks)[::-1], part)


def _two_more(n_tasks: int, n_steps: int) -> np.ndarray:
    part = n_steps / (n_tasks + 2)
    return _table(n_tasks, n_steps - part * np.arange(n_tasks)[::-1], part)


def _equal_from_entry(n_tasks: int, n_steps: int) -> np.ndarray:
    share = n_steps / np.arange(n_tasks, 0, -1)
    return np.tril(np.broadcast_to(share, (n_tasks, n_tasks)))


def _stage_by_stage(n_tasks: int, n_steps: int) -> np.ndarray:
    return np.tril(np.ones((n_tasks, n_tasks))) * n_steps / np.arange(1, n_tasks + 1)[:, None]


def _all_parts(n_tasks: int, n_steps: int) -> np.ndarray:
    return np.tril(np.full((n_tasks, n_tasks), n_steps / (n_tasks + 1)))


def _shares(n_tasks: int, n_steps: int) -> np.ndarray:
    return steps_by_stage.reference(n_tasks, n_steps) / n_steps


def _growing_wrong_way(n_tasks: int, n_steps: int) -> np.ndarray:
    part = n_steps / (n_tasks + 1)
    return _table(n_tasks, n_steps - part * np.arange(n_tasks), part)


def _one_stage_more(n_tasks: int, n_steps: int) -> np.ndarray:
    part = n_steps / (n_tasks + 1)
    return _table(n_tasks, n_steps - part * np.arange(n_tasks, 0, -1), part)


def _left(n_tasks: int, part: float, n_steps: int) -> np.ndarray:
    return _table(n_tasks, n_steps - part * np.arange(n_tasks)[::-1], part)


def _tasks_so_far(n_tasks: int, n_steps: int) -> np.ndarray:
    stage = np.arange(n_tasks)[:, None]
    table = np.tril(np.broadcast_to(n_steps / (stage + 2), (n_tasks, n_tasks)), -1)
    return table + np.diag(n_steps - table.sum(0))


def _part_is_all(n_tasks: int, n_steps: int) -> np.ndarray:
    return _left(n_tasks, n_steps, n_steps)


def _part_is_product(n_tasks: int, n_steps: int) -> np.ndarray:
    return _left(n_tasks, n_steps * (n_tasks + 1), n_steps)


def _part_is_tasks(n_tasks: int, n_steps: int) -> np.ndarray:
    return _left(n_tasks, n_tasks + 1, n_steps)


def _added(n_tasks: int, n_steps: int) -> np.ndarray:
    part = n_steps / (n_tasks + 1)
    return _table(n_tasks, n_steps + part * np.arange(n_tasks)[::-1], part)


def _given_away(n_tasks: int, n_steps: int) -> np.ndarray:
    part = n_steps / (n_tasks + 1)
    return _table(n_tasks, part * np.arange(n_tasks)[::-1], part)


@exercise(
    title="Which task when?",
    inputs=_tasks_and_steps,
    special={"four tasks": (4, 50), "one task": (1, 40), "two tasks": (2, 30)},
    any_kind=True,
    equivalent={
        "n_steps - table[task + 1:, task].sum() → abs(n_steps - table[task + 1:, task].sum())": "never < 0",
        "result: absolute": "numbers of steps are never negative",
        "result: a list": "any kind of table is right",
    },
    hints=(
        "Column by column: a task begins in the stage of its own number. What does it get in each stage "
        "after that?",
        "An old task gets N / (T + 1) in each later stage; task t has T − 1 − t of these. What is left is "
        "what it gets when it is new.",
        "Begin with zeros. For each task, write the part below the diagonal of its column; then what stands "
        "*on* the diagonal is N minus the sum of what stands below it.",
    ),
    wrong=[
        (
            _one_by_one,
            "That is one after the other: an old task goes on, with N / (T + 1) in each later stage.",
        ),
        (_all_at_once, "That is all at once: a task gets nothing before its own stage."),
        (_turned, "Rows and columns are swapped: a row is a stage, a column a task."),
        (_upside_down, "The last stage stands first in your table."),
        (_all_new_and_more, "A new task gets all N, and then still more: each task is to have N in all."),
        (_by_tasks, "You divide by T: an old task gets N / (T + 1)."),
        (_two_more, "You divide by T + 2: an old task gets N / (T + 1)."),
        (_equal_from_entry, "You spread each task's N evenly: a new one gets more than an old one."),
        (_stage_by_stage, "Here each stage has N steps: each *task* has N in all."),
        (_all_parts, "A new task gets N / (T + 1) too: it gets what is left of its N."),
        (_tasks_so_far, "T is the number of all tasks, in each stage: not of those that are there so far."),
        (_part_is_all, "An old task gets a part of N in a later stage, N / (T + 1): you give it all N."),
        (_part_is_product, "The part is N *divided* by T + 1."),
        (_part_is_tasks, "T + 1 is what N is divided by: an old task gets N / (T + 1)."),
        (_added, "What an old task gets later is taken from its N, not added to it."),
        (_given_away, "That is what a task gets *later*: when it is new it gets what is left of N."),
        (_shares, "These are shares of N: steps are wanted."),
        (_growing_wrong_way, "The first task has the most later stages, so the least is left for its own."),
        (_one_stage_more, "You count one later stage too many: task t has T − 1 − t of them."),
    ],
)
def steps_by_stage(n_tasks: int, n_steps: int) -> np.ndarray:
    """Return a table (stages, tasks), T × T: the steps that each task gets in each stage; each gets N,
    `n_steps`, in all.

    Task t is new in stage t, and gets nothing before; in each later stage it is old and gets N / (T + 1);
    what is then left of its N it gets when it is new.
    """
    part = n_steps / (n_tasks + 1)
    table = np.zeros((n_tasks, n_tasks))
    for task in range(n_tasks):
        table[task:, task] = part
        table[task, task] = n_steps - table[task + 1 :, task].sum()
    return table
