"""A metric that no majority can fool, and what a classifier loses away from home."""

import numpy as np

from tlcourse.exercises.machinery import exercise


def _labels_and_predictions(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    n = int(rng.integers(20, 40))
    label = (rng.random(n) < 0.8).astype(np.int64)
    label[:2] = 0, 1  # both classes are there
    predicted = np.where(rng.random(n) < 0.7, label, 1 - label)
    predicted[:4] = 0, 1, 0, 1
    return label, predicted


def _plain_accuracy(label: np.ndarray, predicted: np.ndarray) -> float:
    return float((label == predicted).mean())


def _mean_precision(label: np.ndarray, predicted: np.ndarray) -> float:
    return float(np.mean([(label[predicted == c] == c).mean() for c in (0, 1)]))


def _recall_of_ones(label: np.ndarray, predicted: np.ndarray) -> float:
    return float((predicted[label == 1] == 1).mean())


def _sum_of_recalls(label: np.ndarray, predicted: np.ndarray) -> float:
    return float(sum((predicted[label == c] == c).mean() for c in (0, 1)))


def _mean_f1(label: np.ndarray, predicted: np.ndarray) -> float:
    masks = [(label == c, predicted == c) for c in (0, 1)]
    return float(np.mean([2 * (true & told).sum() / (true.sum() + told.sum()) for true, told in masks]))


def _halved_shares(label: np.ndarray, predicted: np.ndarray) -> float:
    return float(np.mean([((predicted == c) & (label == c)).mean() for c in (0, 1)]))


@exercise(
    title="Balanced accuracy",
    inputs=_labels_and_predictions,
    equivalent={"result: absolute": "a share is never negative"},
    hints=(
        "Ask two questions, one for each class: of the sentences that truly have this label, which share "
        "is right?",
        "`label == 1` is a mask. What does `predicted[label == 1]` hold, and which of it is right?",
        "For one class c it is `(predicted[label == c] == c).mean()`. Do that for both, and take the mean "
        "of the two.",
    ),
    wrong=[
        (
            _plain_accuracy,
            "This is the accuracy: the larger class counts more. Take the share for each class, then their "
            "mean.",
        ),
        (
            _mean_precision,
            "You select by the prediction: that gives precision. Select by the true label, which gives "
            "recall.",
        ),
        (
            _recall_of_ones,
            "This looks at class 1 only. Predicting 1 everywhere would get 100%: class 0 is missing.",
        ),
        (_sum_of_recalls, "You add the two shares. Take their mean, so that 1 is perfect and 0.5 is a coin."),
        (
            lambda label, predicted: float(sum((predicted[label == c] == c).sum() for c in (0, 1)) / 2),
            "You count the right ones. Take the share of each class that is right: divide by the size of "
            "that class.",
        ),
        (
            lambda label, predicted: float((predicted[label == 0] == 0).mean()),
            "This looks at class 0 only. Predicting 0 everywhere would get 100%: class 1 is missing.",
        ),
        (
            lambda label, predicted: float(
                2 * ((predicted == 1) & (label == 1)).sum() / ((predicted == 1).sum() + (label == 1).sum())
            ),
            "This is F1, of precision and recall of one class. Balanced accuracy is the mean of the two "
            "recalls.",
        ),
        (
            lambda label, predicted: float(np.mean([predicted[label == c].mean() for c in (0, 1)])),
            "You average what is predicted, which is the share of ones in either class. For class 0 a "
            "prediction of 0 is right: compare with the class.",
        ),
        (
            lambda label, predicted: float(np.mean([(predicted[label == c] != c).mean() for c in (0, 1)])),
            "This is the share that is wrong. Take the share that is right: `==`.",
        ),
        (
            lambda label, predicted: float(
                np.sqrt(np.prod([(predicted[label == c] == c).mean() for c in (0, 1)]))
            ),
            "This is the geometric mean of the two shares. Take the arithmetic one: their sum, halved.",
        ),
        (
            _mean_f1,
            "This is F1, averaged over the classes. Balanced accuracy takes the recall of each class, and no "
            "precision.",
        ),
        (
            _halved_shares,
            "You divide by all the sentences. Divide the right ones of a class by the size of that class.",
        ),
    ],
)
def balanced_accuracy(label: np.ndarray, predicted: np.ndarray) -> float:
    """Return the mean over the classes 0 and 1 of the share that is predicted right; both inputs are (N,)."""
    return float(np.mean([(predicted[label == c] == c).mean() for c in (0, 1)]))


def _square(rng: np.random.Generator) -> tuple[np.ndarray]:
    return (rng.uniform(0.5, 0.9, size=(int(rng.integers(3, 6)),) * 2),)


def _gap_along_rows(scores: np.ndarray) -> np.ndarray:
    return np.diag(scores)[:, None] - scores


def _gap_turned(scores: np.ndarray) -> np.ndarray:
    return (np.diag(scores)[None, :] - scores).T


def _gap_negative(scores: np.ndarray) -> np.ndarray:
    return scores - np.diag(scores)[None, :]


def _gap_from_mean(scores: np.ndarray) -> np.ndarray:
    return np.diag(scores).mean() - scores


def _gap_from_best(scores: np.ndarray) -> np.ndarray:
    return scores.max(axis=0, keepdims=True) - scores


@exercise(
    title="The transfer gap",
    inputs=_square,
    any_kind=True,
    equivalent={"result: a list": "any kind of array will do"},
    hints=(
        "A gap compares two classifiers on the same test set. Which axis of the matrix is the test set?",
        "`np.diag(scores)` holds, for each test set, the score of the classifier that was trained at home.",
        "Columns are test sets, so the diagonal has to lie along the columns' axis: `np.diag(scores)[None, "
        ":]`, a row. From it the scores are taken off.",
    ),
    wrong=[
        (
            _gap_along_rows,
            "You compare along a row: one classifier on two test sets, so the difference may be how hard "
            "they are. Compare within a column.",
        ),
        (_gap_turned, "The values are right but transposed: rows stay the source, columns the target."),
        (_gap_negative, "The sign is turned round: a gap is positive where the foreign classifier is worse."),
        (
            lambda scores: scores - np.diag(scores)[:, None],
            "Two things: you compare along a row, where the test set changes; and the sign is turned round.",
        ),
        (
            lambda scores: np.diag(np.diag(scores)) - scores,
            "Your home scores stand on a diagonal, with 0 beside them. `np.diag(scores)` alone is a row, "
            "which numpy repeats for every row of the matrix.",
        ),
        (
            lambda scores: (np.diag(scores)[None, :] - scores) / np.diag(scores)[None, :],
            "You divide by the home score, which gives a relative loss. The gap is the plain difference.",
        ),
        (
            lambda scores: scores.max(axis=1, keepdims=True) - scores,
            "You compare with the best of the row, on another test set. Compare within a column, with the "
            "diagonal.",
        ),
        (
            lambda scores: scores.mean(axis=0, keepdims=True) - scores,
            "You compare with the mean of the column. The home score is the one on the diagonal.",
        ),
        (
            lambda scores: scores.T - scores,
            "You compare two journeys, there and back, on two test sets. Compare within a column, with the "
            "diagonal.",
        ),
        (_gap_from_mean, "You subtract from the mean of the diagonal. Each column has its own home score."),
        (
            _gap_from_best,
            "You compare with the best of the column. The home score is the one on the diagonal.",
        ),
    ],
)
def transfer_gap(scores: np.ndarray) -> np.ndarray:
    """Return what each source loses against training at home: (S, S), rows trained on, columns tested on."""
    return np.diag(scores)[None, :] - scores
