"""A question answered without a label."""

import numpy as np
from numpy import ndarray  # the lesson, where the solutions may be read, has no np

from tlcourse.exercises.machinery import exercise


def _answers(rng: np.random.Generator) -> tuple[np.ndarray, int, np.ndarray]:
    n, context, longest = int(rng.integers(3, 5)), int(rng.integers(3, 5)), int(rng.integers(10, 13))
    log_p = -rng.exponential(scale=2.0, size=(n, longest))
    log_p[:, :context] = -rng.exponential(scale=2.0, size=context)
    return log_p, context, rng.integers(context + 2, longest, size=n)


def _by_sum(log_p: np.ndarray, n_context: int, lengths: np.ndarray) -> int:
    return int(np.argmax([row[n_context:n].sum() for row, n in zip(log_p, lengths, strict=True)]))


def _with_context(log_p: np.ndarray, n_context: int, lengths: np.ndarray) -> int:
    return int(np.argmax([row[:n].mean() for row, n in zip(log_p, lengths, strict=True)]))


def _with_padding(log_p: np.ndarray, n_context: int, lengths: np.ndarray) -> int:
    return int(log_p[:, n_context:].mean(axis=1).argmax())


def _least(log_p: np.ndarray, n_context: int, lengths: np.ndarray) -> int:
    return int(np.argmin([row[n_context:n].mean() for row, n in zip(log_p, lengths, strict=True)]))


def _one_late(log_p: np.ndarray, n_context: int, lengths: np.ndarray) -> int:
    return int(np.argmax([row[n_context + 1 : n].mean() for row, n in zip(log_p, lengths, strict=True)]))


def _first_piece(log_p: np.ndarray, n_context: int, lengths: np.ndarray) -> int:
    return int(log_p[:, n_context].argmax())


def _last_piece(log_p: np.ndarray, n_context: int, lengths: np.ndarray) -> int:
    return int(np.argmax([row[n - 1] for row, n in zip(log_p, lengths, strict=True)]))


def _the_score(log_p: np.ndarray, n_context: int, lengths: np.ndarray) -> float:
    return max(row[n_context:n].mean() for row, n in zip(log_p, lengths, strict=True))


def _by_whole_length(log_p: np.ndarray, n_context: int, lengths: np.ndarray) -> int:
    return int(np.argmax([row[n_context:n].sum() / n for row, n in zip(log_p, lengths, strict=True)]))


def _length_of_answer(log_p: np.ndarray, n_context: int, lengths: np.ndarray) -> int:
    return int(
        np.argmax([row[n_context : n_context + n].mean() for row, n in zip(log_p, lengths, strict=True)])
    )


def _one_early(log_p: np.ndarray, n_context: int, lengths: np.ndarray) -> int:
    return int(np.argmax([row[n_context - 1 : n - 1].mean() for row, n in zip(log_p, lengths, strict=True)]))


def _without_the_last(log_p: np.ndarray, n_context: int, lengths: np.ndarray) -> int:
    return int(np.argmax([row[n_context : n - 1].mean() for row, n in zip(log_p, lengths, strict=True)]))


def _of_exp(log_p: np.ndarray, n_context: int, lengths: np.ndarray) -> int:
    return int(np.argmax([np.exp(row[n_context:n]).mean() for row, n in zip(log_p, lengths, strict=True)]))


_unlikely_context = np.array([[-20.0, -20, -1, -1, 0, 0], [-20.0, -20, -1.5, -1.5, -1.5, -1.5]])
_long_context = np.array([[-1.0] * 6 + [-2.0, -2, 0, 0, 0, 0], [-1.0] * 6 + [-1.5] * 6])
_three = np.array([[-1.0, -3, -2, -2, -2, -2], [-1.0, -3, -3, -2, 0, 0], [-1.0, -3, -2.2, -1.5, -1.6, 0]])


@exercise(
    title="The best answer",
    inputs=_answers,
    equivalent={
        "True → False": "there is a length for each row",
        "result: absolute": "a number of an answer is never negative",
    },
    special={
        "a short answer that is not the likeliest per piece": (_three, 2, np.array([6, 4, 5])),
        "a context that is unlikely": (_unlikely_context, 2, np.array([4, 6])),
        "a context of one piece": (_three[:, 1:], 1, np.array([5, 3, 4])),
        "equally likely answers": (np.array([[-9.0, -2, -1, 0], [-9.0, -1, -1, -1]]), 1, np.array([3, 4])),
        "a long context before a short answer": (_long_context, 6, np.array([8, 12])),
        "an unlikely last piece": (np.array([[-9.0, -1, -1, -9], [-9.0, -2, -2, -2]]), 1, np.array([4, 4])),
        "two answers are equally good, and the first is asked for": (
            np.array([[-9.0, -2, -1], [-9.0, -1, -2]]),
            1,
            np.array([3, 3]),
        ),
    },
    hints=(
        "Row k of `log_p` is context, answer k, padding. Which of its places belong to the answer?",
        "`log_p[k, n_context:lengths[k]]` are the pieces of answer k. A long answer has more of them: sum or "
        "mean?",
        "One mean for each row, over its answer's pieces alone; then the place of the largest of them, as "
        "an `int`.",
    ),
    wrong=[
        (_by_sum, "You sum. Each further piece makes a sum smaller, so the shortest answer wins: the mean."),
        (
            _with_context,
            "The context's pieces are among them, and weigh more on a short answer: begin at `n_context`.",
        ),
        (_with_padding, "Padding is among them: answer k ends before `lengths[k]`."),
        (_least, "That is the least likely answer: argmax."),
        (_one_late, "The first piece of the answer is missing: it stands at `n_context`."),
        (_first_piece, "Only the answer's first piece counts here. Take the mean over all of its pieces."),
        (_last_piece, "Only the answer's last piece counts here. Take the mean over all of its pieces."),
        (
            _by_whole_length,
            "Divided by `lengths[k]`, which counts the context too: divide by the answer's own pieces.",
        ),
        (_length_of_answer, "`lengths[k]` counts context and answer together: answer k ends before it."),
        (_one_early, "One place too early: the first piece of the answer stands at `n_context`."),
        (_without_the_last, "The last piece of the answer is missing: it stands at `lengths[k] - 1`."),
        (_of_exp, "The mean is that of the log-probabilities as they are: no `exp`."),
        (_the_score, "That is how likely the best answer is. Return which one it is, its number."),
    ],
)
def best_answer(log_p: ndarray, n_context: int, lengths: ndarray) -> int:
    """Return which answer has the highest mean log-probability per piece; of two as good, the first.

    Row k of log_p (K, T) is the context of `n_context` pieces, then answer k, up to lengths[k], then padding.
    """
    means = [row[n_context:n].mean() for row, n in zip(log_p, lengths, strict=True)]
    return means.index(max(means))
