"""From probabilities to decisions: a threshold for a promised precision."""

import numpy as np

from tlcourse.exercises.machinery import exercise


def _scores_and_promise(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, float]:
    n = int(rng.integers(60, 90))
    label = (rng.random(n) < 0.35).astype(int)
    label[:2] = 0, 1
    logits = rng.normal(size=n) + 2.2 * label - 1
    # Rounded: several items share a score, and have to be let in together.
    probability = np.round(1 / (1 + np.exp(-logits)), 2)
    probability[np.argmax(np.where(label == 1, probability, -1))] = 1.0  # the promise can be kept
    return probability, label, float(rng.choice([0.75, 0.8, 0.85]))


def _at_each_threshold(probability, label):
    for threshold in np.unique(probability):
        alarm = probability >= threshold
        yield threshold, label[alarm].mean(), alarm[label == 1].mean(), alarm[label == 0].mean()


def _promise_as_threshold(probability, label, promise):
    return (probability >= promise)[label == 1].mean()


def _at_one_half(probability, label, promise):
    return (probability >= 0.5)[label == 1].mean()


def _highest_precision(probability, label, promise):
    return max(_at_each_threshold(probability, label), key=lambda row: (row[1], row[2]))[2]


def _false_alarm_rate(probability, label, promise):
    return max((row[3] for row in _at_each_threshold(probability, label) if row[1] >= promise), default=0.0)


def _threshold_itself(of_those, default):
    """The lowest or the highest threshold of the best recall; `default` where none keeps the promise."""

    def wrong(probability, label, promise):
        kept = [row for row in _at_each_threshold(probability, label) if row[1] >= promise]
        best = max((row[2] for row in kept), default=0.0)
        return of_those((row[0] for row in kept if row[2] == best), default=default)

    return wrong


def _fixed_grid(steps):
    def wrong(probability, label, promise):
        alarms = [probability >= threshold for threshold in np.linspace(0, 1, steps + 1)]
        kept = [alarm for alarm in alarms if alarm.any() and label[alarm].mean() >= promise]
        return max((alarm[label == 1].mean() for alarm in kept), default=0.0)

    return wrong


def _at_one_half_if_it_keeps_the_promise(probability, label, promise):
    alarm = probability >= 0.5
    return alarm[label == 1].mean() if alarm.any() and label[alarm].mean() >= promise else 0.0


def _share_of_all(probability, label, promise):
    rows = _at_each_threshold(probability, label)
    return max((row[2] * label.mean() for row in rows if row[1] >= promise), default=0.0)


def _precision_over_all(probability, label, promise):
    alarms = [probability >= threshold for threshold in np.unique(probability)]
    kept = [alarm for alarm in alarms if label[alarm].sum() / len(label) >= promise]
    return max((alarm[label == 1].mean() for alarm in kept), default=0.0)


def _accuracy_promised(probability, label, promise):
    rows = _at_each_threshold(probability, label)
    right = ((row[2], ((probability >= row[0]) == label).mean()) for row in rows)
    return max((recall for recall, accuracy in right if accuracy >= promise), default=0.0)


def _exchanged(probability, label, promise):
    return max((row[1] for row in _at_each_threshold(probability, label) if row[2] >= promise), default=0.0)


def _least_recall(probability, label, promise):
    return min((row[2] for row in _at_each_threshold(probability, label) if row[1] >= promise), default=0.0)


def _first_break(probability, label, promise):
    best = 0.0
    for _, precision, recall, _ in reversed([*_at_each_threshold(probability, label)]):
        if precision < promise:
            break
        best = recall
    return best


def _item_by_item(probability, label, promise):
    order = np.argsort(-probability, kind="stable")
    found = np.cumsum(label[order])
    kept = found / np.arange(1, len(label) + 1) >= promise
    return float((found / label.sum())[kept].max(initial=0.0))


@exercise(
    title="Find the most without crying wolf",
    inputs=_scores_and_promise,
    special={
        "several items share a score: a threshold lets in all of them or none": (
            np.array([0.9, 0.8, 0.8, 0.8, 0.8]),
            np.array([1, 1, 0, 0, 1]),
            0.75,
        ),
        "a threshold's precision is the promise exactly": (
            np.array([0.9, 0.8, 0.7, 0.6, 0.5]),
            np.array([1, 1, 0, 1, 0]),
            0.75,
        ),
        "the best threshold lies between two hundredths": (
            np.array([0.98444, 0.98443, 0.98442, 0.5, 0.3]),
            np.array([1, 1, 0, 0, 1]),
            0.75,
        ),
        "every item may be let in": (np.array([0.6, 0.9, 0.8, 0.7, 0.5]), np.array([0, 1, 1, 1, 1]), 0.75),
        "no threshold keeps the promise": (np.array([0.9, 0.4, 0.8, 0.7]), np.array([0, 1, 1, 0]), 0.75),
    },
    equivalent={
        "np.unique(probability) → probability": "the same thresholds, some of them tried twice",
        "result: absolute": "a share is never negative",
    },
    hints=(
        "Every probability that occurs is a threshold worth trying. For each: who raises an alarm, how "
        "many are true?",
        "Precision is `label[alarm].mean()`, recall is `alarm[label == 1].mean()`. Which thresholds keep "
        "the promise?",
        "Loop over `np.unique(probability)` and let `alarm` be where the probability is at least that. "
        "Where `label[alarm].mean()` keeps the promise, compare the recall with the best so far; begin "
        "with 0.",
    ),
    wrong=[
        (
            _promise_as_threshold,
            "You use the promised precision as the threshold. Precision has to be counted.",
        ),
        (
            _item_by_item,
            "You let the items in one by one, in the order of their scores. Items that share a score are "
            "let in together, all or none: a threshold can't tell them apart.",
        ),
        (
            _precision_over_all,
            "You divide the right alarms by all cells. Precision divides by the alarms: "
            "`label[alarm].mean()`.",
        ),
        (
            lambda probability, label, promise: max(
                (row[2] for row in _at_each_threshold(probability, label) if row[1] > promise), default=0.0
            ),
            "A precision that is the promise exactly keeps it: ≥, not >.",
        ),
        (
            lambda probability, label, promise: max(
                (row[1] for row in _at_each_threshold(probability, label) if row[1] >= promise), default=0.0
            ),
            "You return a precision. What is asked for is the recall: the share of the defective that is "
            "found.",
        ),
        *(
            (one_half, "You look at the threshold 0.5 only. Try them all.")
            for one_half in (_at_one_half, _at_one_half_if_it_keeps_the_promise)
        ),
        *(
            (
                _fixed_grid(steps),
                "You try a fixed grid of thresholds, and the best one may lie between two of them. Try every "
                "probability that occurs.",
            )
            for steps in (10, 20, 100, 1000, 10_000)
        ),
        (
            _share_of_all,
            "You divide the found ones by all cells. Recall divides them by the defective ones.",
        ),
        (
            _accuracy_promised,
            "You hold the accuracy to the promise. It is about the alarms: how many of them are right?",
        ),
        (
            _exchanged,
            "Precision and recall have changed places: the promise is of precision, and recall is wanted.",
        ),
        (
            _highest_precision,
            "You take the threshold with the best precision. The promise is enough: find more.",
        ),
        (
            _false_alarm_rate,
            "You count the alarms among the fine ones. Recall counts them among the defective.",
        ),
        *(
            (
                _threshold_itself(of_those, default),
                "You return the threshold. The question is what share of the defective it finds.",
            )
            for of_those in (min, max)
            for default in (1.0, 0.0, 0.5)
        ),
        (_least_recall, "You return the least recall that keeps the promise. The most is wanted."),
        (
            _first_break,
            "You stop at the first threshold that breaks the promise. Precision goes up and down: a lower "
            "threshold may keep it again.",
        ),
    ],
)
def recall_at_precision(probability: np.ndarray, label: np.ndarray, promise: float) -> float:
    """Return the highest recall of any threshold whose alarms (probability ≥ it) have precision `promise`.

    0.0 if no threshold keeps the promise.
    """
    best = 0.0
    for threshold in np.unique(probability):
        alarm = probability >= threshold
        if label[alarm].mean() >= promise:
            best = max(best, alarm[label == 1].mean())
    return float(best)
