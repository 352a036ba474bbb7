"""What a choice costs on a task that it was not made on."""

import numpy as np

from tlcourse.exercises.machinery import exercise


def _table(rng: np.random.Generator) -> tuple[np.ndarray]:
    tasks, systems = int(rng.integers(4, 6)), int(rng.integers(6, 8))
    scores = rng.uniform(0.3, 0.5, (tasks, systems))
    favourites = rng.permutation(systems)[:2]
    scores[:, favourites[0]] += 0.25
    scores[:, favourites[1]] += 0.22
    task = int(rng.integers(tasks))  # here the favourite wins by so much that it leads by this task alone
    scores[task, favourites[0]] += 0.3
    scores[[t for t in range(tasks) if t != task], favourites[0]] -= 0.08
    return (scores.round(3),)


def _chosen(scores: np.ndarray, leave_out: bool = True) -> np.ndarray:
    means = [
        np.delete(scores, t, axis=0).mean(axis=0) if leave_out else scores.mean(axis=0)
        for t in range(len(scores))
    ]
    return np.array([int(m.argmax()) for m in means])


def _of(scores: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    return scores[np.arange(len(scores)), chosen]


def _looked(scores: np.ndarray) -> np.ndarray:
    return scores.max(axis=1) - _of(scores, _chosen(scores, leave_out=False))


def _negative(scores: np.ndarray) -> np.ndarray:
    return _of(scores, _chosen(scores)) - scores.max(axis=1)


def _choices(scores: np.ndarray) -> np.ndarray:
    return _chosen(scores)


def _scores(scores: np.ndarray) -> np.ndarray:
    return _of(scores, _chosen(scores))


def _mean(scores: np.ndarray) -> float:
    return float((scores.max(axis=1) - _of(scores, _chosen(scores))).mean())


def _per_system(scores: np.ndarray) -> np.ndarray:
    chosen = [int(np.delete(scores, s, axis=1).mean(axis=1).argmax()) for s in range(scores.shape[1])]
    return scores.max(axis=0) - scores[chosen, np.arange(scores.shape[1])]


def _best_elsewhere(scores: np.ndarray) -> np.ndarray:
    found = []
    for t in range(len(scores)):
        rest = np.delete(scores, t, axis=0)
        found.append(scores[t].max() - scores[t][int(rest.max(axis=0).argmax())])
    return np.array(found)


def _itself(scores: np.ndarray) -> np.ndarray:
    return scores.max(axis=1) - _of(scores, scores.argmax(axis=1))


def _on_the_rest(scores: np.ndarray) -> np.ndarray:
    found = []
    for t in range(len(scores)):
        means = np.delete(scores, t, axis=0).mean(axis=0)
        found.append(means.max() - means[int(scores[t].argmax())])
    return np.array(found)


def _mean_minus(scores: np.ndarray) -> np.ndarray:
    return scores.mean(axis=1) - _of(scores, _chosen(scores))


def _worst(scores: np.ndarray) -> np.ndarray:
    found = [int(np.delete(scores, t, axis=0).mean(axis=0).argmin()) for t in range(len(scores))]
    return scores.max(axis=1) - _of(scores, np.array(found))


def _by_wins(scores: np.ndarray) -> np.ndarray:
    n, s = scores.shape
    wins = [np.bincount(np.delete(scores, t, axis=0).argmax(axis=1), minlength=s) for t in range(n)]
    return scores.max(axis=1) - _of(scores, np.array([int(w.argmax()) for w in wins]))


def _by_rank(scores: np.ndarray) -> np.ndarray:
    ranks = scores.argsort(axis=1).argsort(axis=1)
    return scores.max(axis=1) - _of(scores, _chosen(ranks))


def _next_row_left_out(scores: np.ndarray) -> np.ndarray:
    n = len(scores)
    found = [int(np.delete(scores, (t + 1) % n, axis=0).mean(axis=0).argmax()) for t in range(n)]
    return scores.max(axis=1) - _of(scores, np.array(found))


def _only_itself_left_in(scores: np.ndarray) -> np.ndarray:
    n = len(scores)
    found = [int(scores[: t or n].mean(axis=0).argmax()) for t in range(n)]
    return scores.max(axis=1) - _of(scores, np.array(found))


def _of_means(scores: np.ndarray) -> np.ndarray:
    rest = [np.delete(scores, t, axis=0).mean(axis=0).max() for t in range(len(scores))]
    return scores.max(axis=1) - np.array(rest)


@exercise(
    title="Regret on a task kept out",
    any_kind=True,
    inputs=_table,
    special={
        "two tasks that disagree": (np.array([[0.9, 0.2, 0.5], [0.1, 0.8, 0.4]]),),
        "one system leads everywhere": (np.array([[0.5, 0.9], [0.4, 0.7], [0.3, 0.6]]),),
        "scores are below zero": (np.array([[-0.4, -0.1, -0.3], [-0.2, -0.5, -0.6], [-0.3, -0.35, -0.7]]),),
        "two systems are level on the other tasks": (
            np.array([[0.5, 0.25, 0.75], [0.25, 0.75, 0.75], [0.75, 0.25, 0.5]]),
        ),
        "a system leads by one task alone": (
            np.array([[0.99, 0.4, 0.3], [0.5, 0.6, 0.2], [0.5, 0.55, 0.3]]),
        ),
    },
    equivalent={
        "np.array(found) → found": "a list of regrets is as good",
        "result: a list": "a list of regrets is as good",
        "result: absolute": "a regret is never negative",
        "scores[t].max() - scores[t, chosen] → abs(scores[t].max() - scores[t, chosen])": "never negative",
        "rest.mean(axis=0) → rest.sum(axis=0)": "each sum is over as many tasks",
    },
    hints=(
        "Go through the tasks. For each, forget its row: which system has the best mean over the other rows?",
        "`np.delete(scores, t, axis=0)` is the table without row t; its mean over axis 0 is one for each "
        "system.",
        "Then look at row t: its highest score, minus that of the system that you chose without it.",
    ),
    wrong=[
        (_looked, "You choose with the task that is to be kept out: leave its row out of the means."),
        (_itself, "You choose by the task itself: then there is no regret. Choose by the others."),
        (
            _negative,
            "The other way round: the best score minus the chosen one's, so that 0 is the best regret.",
        ),
        (_choices, "Those are the systems that you choose. How far is each behind the best on its task?"),
        (_scores, "Those are the scores of what you choose. How far is each behind the best on its task?"),
        (_mean, "That is the mean regret: one for each task is wanted."),
        (_per_system, "Rows are tasks and columns are systems: you leave out a system."),
        (_best_elsewhere, "You choose by the highest single score on the other tasks: choose by the mean."),
        (
            _on_the_rest,
            "You look at the other tasks for the regret: it counts on the task that was kept out.",
        ),
        (_of_means, "You subtract the best mean of the others: what does that system score on *this* task?"),
        (_mean_minus, "The regret is how far you are behind the best on that task, not behind the mean."),
        (_by_wins, "You count first places on the other tasks: the best *mean* is wanted."),
        (_by_rank, "You choose by ranks: the best mean of the *scores* is wanted."),
        (_worst, "You choose the worst of the others: argmax, not argmin."),
        (_next_row_left_out, "You leave out another task's row than the one that you look at."),
        (_only_itself_left_in, "You choose by the rows before the task alone: those after it count as well."),
    ],
)
def regrets(scores: np.ndarray) -> np.ndarray:
    """Return (T,): the best score on each task minus that of the system with the best mean on the others.

    scores: numpy array, (T, S): T tasks, each on its own texts, S systems. Of equal means take the first.
    """
    found = []
    for t in range(len(scores)):
        rest = np.delete(scores, t, axis=0)
        chosen = rest.mean(axis=0).argmax()
        found.append(scores[t].max() - scores[t, chosen])
    return np.array(found)
