"""The linear probe: a logistic regression on frozen features tells how much of a task they already know.

As in Kornblith et al. 2019 ("Do better ImageNet models transfer better", section 3), the strength of the L2
penalty is chosen on the training part alone, by cross-validation.

Taught in lesson *Transfer in vision*.
"""

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import ThreadpoolController

from tlcourse.train.labels import as_classes

_BLAS = ThreadpoolController()  # one thread is faster: a step takes less time than two need to meet
PENALTIES = (1e-3, 1e-2, 1e-1, 1.0)  # scikit-learn's C: smaller is a stronger penalty
FOLDS = 3


def fit(
    features: np.ndarray,
    labels: np.ndarray,
    penalties: Sequence[float] = PENALTIES,
) -> Pipeline:
    """Fit a probe: standardised features, then logistic regression.

    Args:
        features: (N, channels).
        labels: int (N,).
        penalties: values of C to choose from; with one value there is no cross-validation.

    Raises:
        ValueError: labels are not one number of a class for each row, all are the same, or a class has fewer
            members than cross-validation has folds.
    """
    labels = as_classes(labels, len(features))
    probe = make_pipeline(StandardScaler(), LogisticRegression(C=penalties[0], max_iter=500))
    counts = np.bincount(labels)
    if (counts > 0).sum() < 2:
        raise ValueError("all labels are the same: a probe needs examples of two classes")
    if len(penalties) == 1:
        with _BLAS.limit(limits=1, user_api="blas"):
            return probe.fit(features, labels)
    if counts[counts > 0].min() < FOLDS:
        raise ValueError(
            f"a class has only {counts[counts > 0].min()} examples, and choosing the penalty needs {FOLDS}: "
            "label more, or give one penalty"
        )
    search = GridSearchCV(
        probe, {"logisticregression__C": list(penalties)}, cv=StratifiedKFold(FOLDS), n_jobs=1
    )
    with _BLAS.limit(limits=1, user_api="blas"):
        return search.fit(features, labels).best_estimator_
