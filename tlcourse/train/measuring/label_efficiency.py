"""How many labels a representation is worth: learning curves, and how far one lags behind the other.

This is how ULMFiT's few-label results are reported (Howard and Ruder 2018, section 5, "Low-shot learning"):
the labels that training without pretraining needs for the same score, divided by those it got.

Taught in lesson *What is transfer learning*.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tlcourse.train.measuring.domain_transfer import Domain, fit, predict


def learning_curve(
    domain: Domain,
    representation: str,
    labels: Sequence[int],
    seeds: Sequence[int],
    metric: Callable[[np.ndarray, np.ndarray], float],
) -> list[dict[str, Any]]:
    """`metric(true, predicted)` on the domain's test sentences, a record for each seed and size.

    A record has `model` (the representation), `task` (the domain), `labels`, `seed` and `score`.
    With one seed the training sentences of fewer labels are among those of more; across representations they
    are the same, so that scores can be compared in pairs.
    """
    known = {"model": representation, "task": domain.name}

    def score(n: int, seed: int) -> float:
        model = fit([(domain, n)], representation, seed)
        return metric(domain.test_label, predict(model, domain, representation))

    return [{**known, "labels": n, "seed": seed, "score": score(n, seed)} for seed in seeds for n in labels]


def labels_to_reach(labels: Sequence[int], scores: Sequence[float], target: float) -> float:
    """The number of labels at which a learning curve first reaches `target`; `inf` if it never does.

    Between two measured budgets the curve is a straight line over the logarithm of the labels. Where even the
    first budget reaches the target, that budget is returned: how few would be enough was not measured.

    Args:
        labels: L budgets, ascending.
        scores: the score at each of them.

    Raises:
        ValueError: the lengths differ, or `labels` does not ascend.
    """
    labels, scores = np.asarray(labels, dtype=float), np.asarray(scores, dtype=float)
    if labels.shape != scores.shape:
        raise ValueError(f"{len(labels)} budgets, but {len(scores)} scores: give one for each")
    if (np.diff(labels) <= 0).any():
        raise ValueError(f"labels have to ascend, got {labels.tolist()}")
    reached = np.flatnonzero(scores >= target)
    if len(reached) == 0:
        return float("inf")
    k = reached[0]
    if k == 0:
        return float(labels[0])
    share = (target - scores[k - 1]) / (scores[k] - scores[k - 1])
    return float(np.exp(np.log(labels[k - 1]) + share * np.log(labels[k] / labels[k - 1])))


def labels_worth(
    labels: Sequence[int], scores: np.ndarray, baseline: np.ndarray, n_labels: int
) -> np.ndarray:
    """How many labels the baseline needs to reach what the other has with `n_labels`, for each seed.

    Args:
        labels: L budgets, ascending; `n_labels` is one of them.
        scores, baseline: (S, L), a row for each seed, the same seeds.

    Returns:
        float64, (S,): labels; `inf` where the baseline never gets there.

    Raises:
        ValueError: `n_labels` was not measured.
    """
    if n_labels not in labels:
        raise ValueError(f"n_labels is {n_labels}, but the curves were measured at {list(labels)}")
    column = list(labels).index(n_labels)
    return np.array([labels_to_reach(labels, b, s[column]) for s, b in zip(scores, baseline, strict=True)])
