"""How right the answers to a task are, as one number: the higher the better, 1 is perfect."""

from collections.abc import Iterable, Sequence

import numpy as np
from scipy.stats import spearmanr
from sklearn.metrics import accuracy_score, balanced_accuracy_score, matthews_corrcoef

from tlcourse.data.tasks import Task

Span = tuple[int, int, int, str]  # sentence, first word, the one after the last, kind


def score(task: Task, test: str, predicted: np.ndarray) -> float:
    """What `task` measures on its test set `test`.

    Args:
        predicted: a class or number for each text; or a tag for each word, all texts one after the other.

    Raises ValueError if there are not as many as there are answers.
    """
    rows = task.tests[test]
    true = task.target(rows)
    if len(true) != len(predicted):
        raise ValueError(f"{len(predicted)} answers to the {len(true)} questions of {task.name}, {test}")
    match task.metrics[test]:
        case "accuracy":
            return float(accuracy_score(true, predicted))
        case "balanced accuracy":
            return float(balanced_accuracy_score(true, predicted))
        case "Matthews correlation":
            return float(matthews_corrcoef(true, predicted))
        case "Spearman's ρ":
            if np.ptp(predicted) == 0:
                return 0.0  # the same answer to everything has no order
            return float(spearmanr(true, predicted).statistic)
        case "F1":
            lengths = [len(task.targets[i]) for i in rows]
            return span_f1(by_sentence(true, lengths), by_sentence(predicted, lengths), task.names)
    raise ValueError(f"the metric of {task.name}, {test} is {task.metrics[test]!r}, which is not a known one")


def by_sentence(tags: np.ndarray, lengths: Sequence[int]) -> list[np.ndarray]:
    """Tags of all words, one after the other → one array per sentence."""
    return np.split(np.asarray(tags), np.cumsum(lengths)[:-1])


def spans(sentences: Iterable[np.ndarray], names: Sequence[str]) -> set[Span]:
    """What BIO tags mark. As in the shared task's own program, I- after anything else begins a span too."""
    found = set()
    for number, tags in enumerate(sentences):
        begin, kind = 0, ""
        for place, tag in enumerate([*(names[t] for t in tags), "O"]):
            goes_on = tag == f"I-{kind}" and kind
            if kind and not goes_on:
                found.add((number, begin, place, kind))
                kind = ""
            if tag != "O" and not goes_on:
                begin, kind = place, tag[2:]
    return found


def span_f1(true: Iterable[np.ndarray], predicted: Iterable[np.ndarray], names: Sequence[str]) -> float:
    """2 P R / (P + R) over spans that agree in both ends and in kind (CoNLL-2000 and its successors)."""
    expected, given = spans(true, names), spans(predicted, names)
    if not expected and not given:
        return 1.0
    return 2 * len(expected & given) / (len(expected) + len(given))


def error_of_difference(truth: np.ndarray, one: np.ndarray, other: np.ndarray) -> float:
    """The standard error of the difference of two balanced accuracies on the same test items.

    It says how far the difference would move with another test set, not with other training items. What both
    get right or both get wrong cancels, so it is smaller than that of either score.

    Args:
        truth, one, other: the right classes and those of two classifiers, (N,).
    """
    gap = (one == truth).astype(float) - (other == truth)
    classes = np.unique(truth)
    return float(np.sqrt(sum(gap[truth == c].var() / (truth == c).sum() for c in classes)) / len(classes))
