"""At which layer a score comes."""

import numpy as np

from tlcourse.exercises.machinery import exercise


def _cumulative(rng: np.random.Generator) -> tuple[np.ndarray]:
    """Scores that rise on the whole; one layer takes a little away, the largest gain is not the first."""
    gains = rng.uniform(0.01, 0.06, size=int(rng.integers(6, 9)))
    gains[int(rng.integers(1, len(gains) - 1))] = -float(rng.uniform(0.01, 0.02))
    gains[0] = 0.02
    return (float(rng.uniform(0.3, 0.5)) + np.concatenate([[0.0], gains.cumsum()]),)


def _right(scores: np.ndarray) -> float:
    gains = np.diff(scores)
    return float(np.arange(1, len(scores)) @ gains / gains.sum())


def _from_0(scores: np.ndarray) -> float:
    return _right(scores) - 1


def _one_late(scores: np.ndarray) -> float:
    return _right(scores) + 1


def _by_scores(scores: np.ndarray) -> float:
    return float(np.arange(len(scores)) @ scores / scores.sum())


def _by_scores_from_1(scores: np.ndarray) -> float:
    return _by_scores(scores) + 1


def _by_scores_above_layer_0(scores: np.ndarray) -> float:
    return float(np.arange(1, len(scores)) @ scores[1:] / scores[1:].sum())


def _layer_0_a_gain(scores: np.ndarray) -> float:
    gains = np.diff(scores, prepend=0.0)
    return float(np.arange(len(scores)) @ gains / gains.sum())


def _layer_0_a_gain_from_1(scores: np.ndarray) -> float:
    return _layer_0_a_gain(scores) + 1


def _not_divided(scores: np.ndarray) -> float:
    return float(np.arange(1, len(scores)) @ np.diff(scores))


def _not_divided_from_0(scores: np.ndarray) -> float:
    return float(np.arange(len(scores) - 1) @ np.diff(scores))


def _by_layers(scores: np.ndarray) -> float:
    return _not_divided(scores) / (len(scores) - 1)


def _by_layers_and_embeddings(scores: np.ndarray) -> float:
    return _not_divided(scores) / len(scores)


def _by_sum_of_scores(scores: np.ndarray) -> float:
    return _not_divided(scores) / float(scores.sum())


def _by_layer_numbers(scores: np.ndarray) -> float:
    return _not_divided(scores) / float(np.arange(len(scores)).sum())


def _brackets(scores: np.ndarray) -> float:
    return float(_not_divided(scores) / scores[-1] - scores[0])


def _over_layer_0(scores: np.ndarray) -> float:
    gains = scores[1:] - scores[0]
    return float(np.arange(1, len(scores)) @ gains / gains.sum())


def _to_the_top(scores: np.ndarray) -> float:
    gains = scores[-1] - scores[:-1]
    return float(np.arange(1, len(scores)) @ gains / gains.sum())


def _best_layer(scores: np.ndarray) -> float:
    return float(scores.argmax())


def _largest_gain(scores: np.ndarray) -> float:
    return float(np.diff(scores).argmax() + 1)


def _largest_gain_from_0(scores: np.ndarray) -> float:
    return float(np.diff(scores).argmax())


def _sizes(scores: np.ndarray) -> float:
    gains = abs(np.diff(scores))
    return float(np.arange(1, len(scores)) @ gains / gains.sum())


def _cut_off(scores: np.ndarray) -> float:
    gains = np.maximum(np.diff(scores), 0)
    return float(np.arange(1, len(scores)) @ gains / gains.sum())


def _softmax(scores: np.ndarray) -> float:
    weights = np.exp(np.diff(scores))
    return float(np.arange(1, len(scores)) @ weights / weights.sum())


def _softmax_of_scores(scores: np.ndarray) -> float:
    weights = np.exp(scores)
    return float(np.arange(len(scores)) @ weights / weights.sum())


def _mean_gain(scores: np.ndarray) -> float:
    return float(np.diff(scores).mean())


def _total_gain(scores: np.ndarray) -> float:
    return float(scores[-1] - scores[0])


def _from_the_top(scores: np.ndarray) -> float:
    gains = np.diff(scores)[::-1]
    return float(np.arange(1, len(scores)) @ gains / gains.sum())


def _middle(scores: np.ndarray) -> float:
    return float(np.arange(1, len(scores)).mean())


def _middle_of_all(scores: np.ndarray) -> float:
    return float(np.arange(len(scores)).mean())


def _each_layer(scores: np.ndarray) -> np.ndarray:
    gains = np.diff(scores)
    return np.arange(1, len(scores)) * gains / gains.sum()


def _shares(scores: np.ndarray) -> np.ndarray:
    gains = np.diff(scores)
    return gains / gains.sum()


def _gains(scores: np.ndarray) -> np.ndarray:
    return np.diff(scores)


def _last_left_out(scores: np.ndarray) -> float:
    gains = np.diff(scores)
    return float(np.arange(1, len(gains)) @ gains[:-1] / gains.sum())


def _last_left_out_of_both(scores: np.ndarray) -> float:
    return _right(scores[:-1]) if len(scores) > 2 else 1.0


def _first_left_out(scores: np.ndarray) -> float:
    gains = np.diff(scores)
    return float(np.arange(2, len(scores)) @ gains[1:] / gains.sum())


def _halfway(scores: np.ndarray) -> float:
    return float(
        np.interp((scores[0] + scores[-1]) / 2, np.maximum.accumulate(scores), np.arange(len(scores)))
    )


def _share_of_the_way(scores: np.ndarray) -> float:
    return _right(scores) / (len(scores) - 1)


def _rounded(scores: np.ndarray) -> float:
    return float(round(_right(scores)))


@exercise(
    title="The expected layer",
    inputs=_cumulative,
    special={
        "the last layer takes something away": (np.array([0.4, 0.7, 0.9, 0.8]),),
        "layer 1 is below the embeddings": (np.array([0.5, 0.45, 0.6, 0.8]),),
        "all comes with layer 1": (np.array([0.5, 0.8, 0.8, 0.8]),),
        "all comes with the last layer": (np.array([0.5, 0.5, 0.5, 0.9]),),
        "there is one layer above the embeddings": (np.array([0.25, 0.75]),),
    },
    equivalent={
        "np.arange(1, len(scores)) @ gains → gains @ np.arange(1, len(scores))": "a dot product, either way",
        "result: absolute": "a mean of layers is positive here",
    },
    hints=(
        "The scores are cumulative: that of layer ℓ is of a probe that reads layers 0 to ℓ. What did layer ℓ "
        "alone add?",
        "`np.diff(scores)` has what each layer added to the one below: its first number belongs to layer 1.",
        "A weighted mean: the numbers of the layers, 1, 2, …, weighted by what they added, which is divided "
        "by all that was added.",
    ),
    wrong=[
        (_from_0, "One too low: what is added first belongs to layer 1, for layer 0 is the embeddings."),
        (_one_late, "One too high: what is added first belongs to layer 1."),
        (_by_scores, "You weight the layers by their scores. What counts is what each *adds*: `np.diff`."),
        (_by_scores_from_1, "You weight the layers by their scores, and count from 1: the embeddings are "
         "layer 0, and what counts is what each layer adds."),
        (_by_scores_above_layer_0, "You weight the layers above the embeddings by their scores: by what "
         "each adds to the one below."),
        (_layer_0_a_gain, "The score of the embeddings counts as something that layer 0 adds: only what "
         "is added after it counts, from layer 1 on."),
        (_layer_0_a_gain_from_1, "The score of the embeddings counts as a first gain, at layer 1: only "
         "what is added after it counts."),
        (_not_divided, "The sum is not divided yet: by all that was added."),
        (_not_divided_from_0, "Two things: layers are counted from 1 here, and the sum is divided by all "
         "that was added."),
        (_by_layers, "You divide by the number of layers: by all that was added."),
        (_by_layers_and_embeddings, "You divide by the number of scores: by all that was added."),
        (_by_sum_of_scores, "You divide by the sum of the scores: by the sum of what was added."),
        (_by_layer_numbers, "You divide by the sum of the layers' numbers: the weights are what was "
         "added, so by their sum."),
        (_brackets, "`x / a - b` divides by a alone: put brackets around the difference."),
        (_over_layer_0, "You take what each layer has more than the embeddings: what does it add to the "
         "layer just below?"),
        (_to_the_top, "You take what is still missing to the top: what does each layer add to the one "
         "below?"),
        (_best_layer, "That is the layer with the best score: the mean is wanted, weighted by what each "
         "adds."),
        (_largest_gain, "That is the layer that adds most: the mean of all is wanted, weighted by what "
         "they add."),
        (_largest_gain_from_0, "That is where the most is added, counted from 0: a weighted mean of all "
         "layers is wanted."),
        (_sizes, "A layer that takes something away counts as if it had added that: keep the sign."),
        (_cut_off, "A layer that takes something away counts as 0 here: it counts below 0, as in the "
         "formula."),
        (_softmax, "You weight by a softmax: by the gains themselves, divided by their sum."),
        (_softmax_of_scores, "You weight by a softmax of the scores: by what each layer adds, divided by "
         "the sum of that."),
        (_mean_gain, "That is what a layer adds on average: at which *layer* it comes is asked for."),
        (_total_gain, "That is all that was added: at which *layer* it comes is asked for."),
        (_from_the_top, "You count the layers from the top: layer 1 is just above the embeddings."),
        (_middle, "That is the mean of the layers' numbers: weight them by what they add."),
        (_middle_of_all, "That is the mean of all layers' numbers, the embeddings' too: weight those from "
         "1 on by what they add."),
        (_each_layer, "These are the layers' parts of the sum: add them up."),
        (_shares, "These are the layers' shares: multiply each by the layer's number, and add up."),
        (_gains, "That is what each layer adds: the mean of the layers, weighted by it, is wanted."),
        (_last_left_out, "What the last layer adds is left out of the sum: a `range` ends one before."),
        (_last_left_out_of_both, "The last layer is left out: take all that comes after the embeddings."),
        (_first_left_out, "What layer 1 adds is left out: it is the first that adds to the embeddings."),
        (_halfway, "That is where half of it is reached: the weighted mean is wanted."),
        (_share_of_the_way, "You divide by the number of layers once more: the answer is a layer, not a "
         "share of the way up."),
        (_rounded, "You round: the expected layer is a mean, and lies between layers."),
    ],
)  # fmt: skip
def expected_layer(scores: np.ndarray) -> float:
    """Return Σ ℓ·Δ_ℓ / Σ Δ_ℓ over ℓ = 1, 2, …, where Δ_ℓ = score of ℓ minus score of ℓ − 1.

    scores (L,): that at place ℓ is of a probe that reads layers 0 (the embeddings) to ℓ.
    """
    gains = np.diff(scores)
    return np.arange(1, len(scores)) @ gains / gains.sum()
