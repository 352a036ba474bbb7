"""Exercises of lesson 01: reading a curve, two metrics, mean pooling, and what a label is worth."""

from collections.abc import Callable

import numpy as np
import torch

from tlcourse.exercises.machinery import exercise, prediction, question

worth = prediction(
    question=(
        "A frozen, pretrained network and 100 labelled sentences reach a certain accuracy. How many labels "
        "does a classifier need for the same, if it knows nothing but its labelled sentences?"
    ),
    options=["About 200", "About 1,000", "About 10,000", "It never gets there"],
    answer=1,
    why=[
        "Pretraining is worth more than that while labels are few: about ten times.",
        "About ten times as many, here. ULMFiT's authors found the same factor on longer reviews.",
        "It needs fewer. With about 8,000 it has caught up even with what the pretrained one makes of 8,000.",
        "It does. Pretraining saves labels; it is no accuracy that labels could not buy.",
    ],
)

best_home = prediction(
    question=(
        "You train on editorials, with MiniLM's features. On which of the four test sets does this "
        "classifier score highest?"
    ),
    options=["On editorials: it was trained on them", "On tweets", "On product reviews", "On movie reviews"],
    answer=1,
    why=[
        "One would think so. But editorials are the hardest set, for people too: being at home does not "
        "help enough.",
        "Tweets say plainly what they feel, so a good classifier finds them easier, wherever it comes from.",
        "Product reviews are easier than movie reviews, but not the easiest of the four.",
        "Movie reviews are witty, and hard for whoever comes from another domain.",
    ],
)


# 1. Change one number


def _why_there(answer: int) -> str:
    if answer == 0:
        return (
            "there is none among these. From so few sentences counting words cannot learn enough; with all "
            "the sentences of the `full` profile it overtakes."
        )
    return (
        "from here on, counting this domain's words tells more than fifty numbers learned elsewhere. The "
        "average of frozen vectors has nothing left to learn with."
    )


def _overtakes(labels: list[int], curves: dict[str, np.ndarray]) -> int:
    ahead = curves["TF-IDF"].mean(axis=0) > curves["GloVe"].mean(axis=0)
    return labels[int(np.argmax(ahead))] if ahead.any() else 0


_EXAMPLE_LABELS = [25, 50, 100]
_EXAMPLE_CURVES = {
    "TF-IDF": np.array([[0.5, 0.6, 0.7], [0.52, 0.6, 0.72]]),
    "GloVe": np.array([[0.6, 0.61, 0.62], [0.6, 0.63, 0.62]]),
}

overtakes = question(
    title="Where counting words overtakes averaging them",
    answer=_overtakes,
    example=(_EXAMPLE_LABELS, _EXAMPLE_CURVES),
    among=lambda labels, curves: labels,
    hints=(
        "Change `n` in the cell above the question, run it again, and compare two rows of the table.",
        "Look for the smallest budget at which the mean of TF-IDF is above the mean of GloVe.",
        "`(curves['TF-IDF'].mean(axis=0) > curves['GloVe'].mean(axis=0))` has one answer for each entry of "
        "`labels`.",
    ),
    wrong=[
        (25, "With 25 labels TF-IDF is far behind: it has seen too few words. Go to larger `n`."),
        (0, "0 says that there is no such budget. There is one: go on to larger `n`."),
        (
            lambda name: isinstance(name, str),
            "That is a name. The question is for how many labels it takes: one of `labels`.",
            "TF-IDF",
        ),
        (
            lambda n: 0 < n < 1,
            "That is an accuracy. The question is for how many labels it takes: one of `labels`.",
            0.68,
        ),
    ],
    explain=_why_there,
)


# 2. A metric that no majority can fool


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


# 3. Read the matrix down, not across


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
    hints=(
        "A gap compares two classifiers on the same test set. Which axis of the matrix is the test set?",
        "`np.diag(scores)` holds, for each test set, the score of the classifier that was trained at home.",
        "Columns are test sets, so the diagonal has to lie along the columns' axis: `np.diag(scores)[None, "
        ":]`, a row. From it the scores are taken off.",
    ),
    wrong=[
        (
            _gap_along_rows,
            "You compare along a row: one classifier on two test sets, so the difference is mostly how "
            "hard they are. Compare within a column.",
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


# 4. From word states to a sentence


def _states_and_mask(rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """All sizes differ; the first row is padded on the left, the last on the right."""
    batch, length, width = int(rng.integers(2, 4)), int(rng.integers(6, 9)), int(rng.integers(4, 6))
    states = torch.from_numpy(rng.normal(size=(batch, length, width)).astype(np.float32))
    place = torch.arange(length)[None, :]
    begin, end = torch.zeros(batch, 1), torch.full((batch, 1), length)
    begin[0] = int(rng.integers(2, length - 1))
    end[-1] = int(rng.integers(2, length - 1))
    return states, ((place >= begin) & (place < end)).long()


def _pool_from_the_left(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return torch.stack([s[:n].mean(dim=0) for s, n in zip(states, mask.sum(dim=1).tolist(), strict=True)])


def _pool_all(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return states.mean(dim=1)


def _pool_over_length(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return (states * mask.unsqueeze(-1)).mean(dim=1)


def _pool_sum(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return (states * mask.unsqueeze(-1)).sum(dim=1)


def _pool_first(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return states[:, 0]


def _pool_batch_total(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return (states * mask.unsqueeze(-1)).sum(dim=1) / mask.sum()


def _pool_max(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return states.masked_fill(mask.unsqueeze(-1) == 0, -torch.inf).max(dim=1).values


@exercise(
    title="Mean pooling with a mask",
    inputs=_states_and_mask,
    equivalent={
        "mask.unsqueeze(-1).to(states.dtype) → mask.unsqueeze(-1)": "torch multiplies whole numbers with "
        "fractions, too",
    },
    hints=(
        "Padding has states too, and they mean nothing. How can a factor of 0 or 1 take them out of a sum?",
        "`mask.unsqueeze(-1)` is (B, T, 1), so it multiplies states (B, T, H). How many tokens are real in "
        "each row?",
        "`(states * mask.unsqueeze(-1)).sum(dim=1)` is the sum of the real ones. Divide it by how many "
        "they are in each row; that has to be (B, 1), which `keepdim=True` does.",
    ),
    wrong=[
        (_pool_all, "You average over the padding too: the mask is not used."),
        (
            _pool_over_length,
            "The sum is right, but you divide by T, the padded length. Divide by the number of real tokens.",
        ),
        (
            _pool_sum,
            "This is the sum: long sentences would get long vectors. Divide by the number of real tokens.",
        ),
        (
            _pool_from_the_left,
            "You average the first n states, n being the number of real tokens. But the first row is "
            "padded on the left: the mask says *where* the real ones are.",
        ),
        (
            lambda states, mask: torch.stack(
                [s[m.bool()].mean(dim=0) for s, m in zip(states, 1 - mask, strict=True)]
            ).nan_to_num(),
            "This is the mean of the padding. Where the mask is 1 the tokens are real.",
        ),
        (_pool_first, "This takes the first token, [CLS]. It is a pooling too, but not the mean."),
        (
            _pool_batch_total,
            "You divide by the real tokens of the whole batch. Each sentence has its own number: sum over "
            "`dim=1`.",
        ),
        (_pool_max, "This is max pooling: the largest value of each feature. Take the mean."),
    ],
)
def mean_pool(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Average the states (B, T, H) of the real tokens, those where mask (B, T) is 1, to (B, H)."""
    weights = mask.unsqueeze(-1).to(states.dtype)  # (B, T, 1)
    return (states * weights).sum(dim=1) / weights.sum(dim=1)


# 5. What a label is worth: the method


def _curve_and_target(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, float]:
    labels = 25 * 2 ** np.arange(int(rng.integers(4, 7)))
    scores = np.sort(rng.uniform(0.5, 0.8, size=len(labels)))
    k = int(rng.integers(0, len(labels) + 1))  # before the first budget, between two, or out of reach
    ends = np.concatenate([[scores[0] - 0.02], scores, [scores[-1] + 0.02]])
    return labels, scores, float(ends[k] + 0.3 * (ends[k + 1] - ends[k]))


_STRAIGHT_CURVE = np.array([25, 50, 100, 200]), np.array([0.5, 0.6, 0.7, 0.8])


def _in_base(log: Callable, power: Callable) -> Callable:
    def wrong(labels: np.ndarray, scores: np.ndarray, target: float) -> float:
        return float("inf") if target > scores[-1] else float(power(np.interp(target, scores, log(labels))))

    return wrong


def _last_excluded(labels: np.ndarray, scores: np.ndarray, target: float) -> float:
    return float("inf") if target >= scores[-1] else labels_needed(labels, scores, target)


def _linear_labels(labels: np.ndarray, scores: np.ndarray, target: float) -> float:
    if target > scores[-1]:
        return float("inf")
    return float(np.interp(target, scores, labels))


def _clipped(labels: np.ndarray, scores: np.ndarray, target: float) -> float:
    return float(np.exp(np.interp(target, scores, np.log(labels))))


def _next_budget(labels: np.ndarray, scores: np.ndarray, target: float) -> float:
    reached = np.flatnonzero(scores >= target)
    return float(labels[reached[0]]) if len(reached) else float("inf")


def _budget_before(labels: np.ndarray, scores: np.ndarray, target: float) -> float:
    below = max(np.searchsorted(scores, target, "right") - 1, 0)
    return float("inf") if target > scores[-1] else float(labels[below])


def _nearest_budget(labels: np.ndarray, scores: np.ndarray, target: float) -> float:
    return float("inf") if target > scores[-1] else float(labels[np.argmin(np.abs(scores - target))])


def _line_goes_on(labels: np.ndarray, scores: np.ndarray, target: float, below: bool) -> float:
    """Extrapolates below the first score, and with `below` False above the last, too."""
    if below and target > scores[-1]:
        return float("inf")
    k = int(np.clip(np.searchsorted(scores, target), 1, len(scores) - 1))
    share = (target - scores[k - 1]) / (scores[k] - scores[k - 1])
    log = np.log(labels)
    return float(np.exp(log[k - 1] + share * (log[k] - log[k - 1])))


def _forgot_exp(labels: np.ndarray, scores: np.ndarray, target: float) -> float:
    if target > scores[-1]:
        return float("inf")
    return float(np.interp(target, scores, np.log(labels)))


def _axes_swapped(labels: np.ndarray, scores: np.ndarray, target: float) -> float:
    if target > scores[-1]:
        return float("inf")
    return float(np.exp(np.interp(target, np.log(labels), scores)))


@exercise(
    title="The labels that a score costs",
    inputs=_curve_and_target,
    special={
        "the target is the last score itself": (*_STRAIGHT_CURVE, 0.8),
        "the target lies between the last two scores": (*_STRAIGHT_CURVE, 0.76),
        "the target is never reached": (*_STRAIGHT_CURVE, 0.81),
        "even the first budget is enough": (*_STRAIGHT_CURVE, 0.4),
    },
    equivalent={"result: absolute": "there are no fewer than 0 labels"},
    hints=(
        "You know scores at given labels and want the labels at a given score: the curve is read backwards.",
        "`np.interp(x, xs, ys)` draws straight lines. The curve is straight over log labels, so let `ys` "
        "be logarithms.",
        "Where target > scores[-1] return `float('inf')`. Else look up the target among the scores, and "
        "let what is read off be `np.log(labels)`; in the end take `np.exp`.",
    ),
    wrong=[
        (
            _linear_labels,
            "You interpolate over the labels themselves. The budgets double, so the line is straight over "
            "their logarithm: interpolate there and take `np.exp` in the end.",
        ),
        (
            _clipped,
            "Where the curve never reaches the target, you return the last budget: `np.interp` stays at "
            "the edge. Nobody knows how many it would take; return `float('inf')`.",
        ),
        (
            _next_budget,
            "This is the next budget that was measured. Interpolate between it and the one before.",
        ),
        (
            _budget_before,
            "This is the budget before, which does not reach the target yet. Interpolate between it and the "
            "next one.",
        ),
        (
            _nearest_budget,
            "This is the measured budget whose score is nearest. Interpolate between the two around the "
            "target.",
        ),
        (
            lambda labels, scores, target: (
                labels_needed(labels, scores, target) if target >= scores[0] else float("inf")
            ),
            "Where even the first budget is enough, you return infinity. Return `labels[0]`; infinity is for "
            "a target above the last score.",
        ),
        (
            lambda labels, scores, target: _line_goes_on(labels, scores, target, below=True),
            "Below the first score you let the line go on. Even `labels[0]` is enough there: return it.",
        ),
        (
            lambda labels, scores, target: _line_goes_on(labels, scores, target, below=False),
            "Outside the measured scores you let the line go on. Below the first, `labels[0]` is enough; "
            "above the last nobody knows, so return infinity.",
        ),
        (
            _last_excluded,
            "Where the target is the last score itself, the curve reaches it, with `labels[-1]`: only "
            "beyond it is infinity.",
        ),
        (
            _in_base(np.log2, np.exp),
            "You take the logarithm to the base 2, and `exp` in the end. The two have to fit: `np.log` and "
            "`np.exp`.",
        ),
        (
            _in_base(np.log10, np.exp),
            "You take the logarithm to the base 10, and `exp` in the end. The two have to fit: `np.log` "
            "and `np.exp`.",
        ),
        (
            _in_base(np.log, np.exp2),
            "You take 2 to a power in the end. What undoes `np.log` is `np.exp`.",
        ),
        (
            _in_base(np.log, lambda x: 10.0**x),
            "You take 10 to a power in the end. What undoes `np.log` is `np.exp`.",
        ),
        (
            lambda labels, scores, target: float(np.interp(target, scores, labels)),
            "Two things: the line is straight over the *logarithm* of the labels, and where the curve "
            "never reaches the target the answer is infinity.",
        ),
        (
            lambda labels, scores, target: float(labels[np.argmax(scores >= target)]),
            "This is the next budget that was measured: interpolate. And where none reaches the target, "
            "`argmax` of nothing but False is 0.",
        ),
        (_forgot_exp, "This is the logarithm of the answer: take `np.exp` of it."),
        (
            _axes_swapped,
            "`np.interp` wants (x, known x, known y). Here x is the score, and what is looked up are the "
            "labels.",
        ),
    ],
)
def labels_needed(labels: np.ndarray, scores: np.ndarray, target: float) -> float:
    """Return the labels at which an ascending curve reaches target: labels[0] at least, inf if never."""
    if target > scores[-1]:
        return float("inf")
    return float(np.exp(np.interp(target, scores, np.log(labels))))
