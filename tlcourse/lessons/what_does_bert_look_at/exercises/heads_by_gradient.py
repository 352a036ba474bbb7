"""How much a head matters."""

import numpy as np

from tlcourse.exercises.machinery import exercise


def _gradients(rng: np.random.Generator) -> np.ndarray:
    n, layers, heads = (int(x) for x in rng.permutation([3, 4, 5, 6, 7])[:3])
    scale = rng.uniform(0.5, 3.0, size=(layers, 1)) * rng.uniform(0.3, 2.0, size=(layers, heads))
    return rng.normal(loc=0.4 * rng.normal(size=(layers, heads)), size=(n, layers, heads)) * scale


def _unit(scores: np.ndarray) -> np.ndarray:
    return scores / np.sqrt((scores**2).sum(axis=1, keepdims=True))


def _signs_cancel(gradients: np.ndarray) -> np.ndarray:
    return _unit(np.abs(gradients.mean(axis=0)))


def _signed(gradients: np.ndarray) -> np.ndarray:
    return _unit(gradients.mean(axis=0))


def _signed_not_normalised(gradients: np.ndarray) -> np.ndarray:
    return gradients.mean(axis=0)


def _not_normalised(gradients: np.ndarray) -> np.ndarray:
    return np.abs(gradients).mean(axis=0)


def _summed_not_normalised(gradients: np.ndarray) -> np.ndarray:
    return np.abs(gradients).sum(axis=0)


def _signs_cancel_not_normalised(gradients: np.ndarray) -> np.ndarray:
    return np.abs(gradients.mean(axis=0))


def _by_sum(gradients: np.ndarray) -> np.ndarray:
    scores = np.abs(gradients).mean(axis=0)
    return scores / scores.sum(axis=1, keepdims=True)


def _by_largest(gradients: np.ndarray) -> np.ndarray:
    scores = np.abs(gradients).mean(axis=0)
    return scores / scores.max(axis=1, keepdims=True)


def _by_column(gradients: np.ndarray) -> np.ndarray:
    scores = np.abs(gradients).mean(axis=0)
    return scores / np.linalg.norm(scores, axis=0)


def _by_all(gradients: np.ndarray) -> np.ndarray:
    scores = np.abs(gradients).mean(axis=0)
    return scores / np.linalg.norm(scores)


def _no_root(gradients: np.ndarray) -> np.ndarray:
    scores = np.abs(gradients).mean(axis=0)
    return scores / (scores**2).sum(axis=1, keepdims=True)


def _mean_for_sum(gradients: np.ndarray) -> np.ndarray:
    scores = np.abs(gradients).mean(axis=0)
    return scores / np.sqrt((scores**2).mean(axis=1, keepdims=True))


def _each_normalised_first(gradients: np.ndarray) -> np.ndarray:
    sizes = np.abs(gradients)
    return (sizes / np.linalg.norm(sizes, axis=2, keepdims=True)).mean(axis=0)


def _squares(gradients: np.ndarray) -> np.ndarray:
    return _unit((gradients**2).mean(axis=0))


def _root_of_squares(gradients: np.ndarray) -> np.ndarray:
    return _unit(np.sqrt((gradients**2).mean(axis=0)))


def _length_over_examples(gradients: np.ndarray) -> np.ndarray:
    return np.linalg.norm(gradients, axis=0)


def _by_the_largest_of_all(gradients: np.ndarray) -> np.ndarray:
    scores = np.abs(gradients).mean(axis=0)
    return scores / scores.max()


def _largest_example(gradients: np.ndarray) -> np.ndarray:
    return _unit(np.abs(gradients).max(axis=0))


def _middle_example(gradients: np.ndarray) -> np.ndarray:
    return _unit(np.median(np.abs(gradients), axis=0))


def _softmax(gradients: np.ndarray) -> np.ndarray:
    e = np.exp(np.abs(gradients).mean(axis=0))
    return e / e.sum(axis=1, keepdims=True)


def _over_layers(gradients: np.ndarray) -> np.ndarray:
    return _unit(np.abs(gradients).mean(axis=1))


def _over_heads(gradients: np.ndarray) -> np.ndarray:
    return _unit(np.abs(gradients).mean(axis=2))


_CANCELLING = np.array([[[1.0, 2.0, 0.5], [0.1, -0.3, 0.2]], [[-1.0, -1.0, 0.5], [0.1, 0.3, -0.2]]])


@exercise(
    title="How much a head matters",
    inputs=_gradients,
    special={"the signs cancel": (_CANCELLING,)},
    equivalent={
        "np.abs(gradients).mean(axis=0) → np.abs(gradients).sum(axis=0)": "divided by the length, it cancels",
        "result: absolute": "it is not negative",
    },
    hints=(
        "A gate whose gradient is −2 matters as much as one whose gradient is 2. So what comes first: the "
        "mean, or the absolute value?",
        "First one number for each head, from all examples. Then each layer, which is a row, is brought to "
        "length 1.",
        "`np.linalg.norm` gives the root of the sum of squares; it too takes an axis. `keepdims=True` leaves "
        "one column, by which a table of rows can be divided.",
    ),
    wrong=[
        (_signs_cancel, "The mean comes first, and gradients of both signs cancel: absolute values first."),
        (_signed, "Gradients of both signs cancel: take absolute values before the mean."),
        (
            _signed_not_normalised,
            "Two things: absolute values before the mean; then each layer divided by its length.",
        ),
        (_not_normalised, "The mean is right. Now divide each layer by its length, its ℓ2 norm."),
        (
            _summed_not_normalised,
            "That is the sum over the examples. Each layer is to be divided by its length, its ℓ2 norm.",
        ),
        (
            _signs_cancel_not_normalised,
            "Two things: the absolute value comes before the mean; then each layer is divided by its length.",
        ),
        (
            _by_sum,
            "You divide by the sum of the layer (ℓ1). Divide by the root of the sum of its squares (ℓ2).",
        ),
        (
            _by_largest,
            "You divide by the largest of the layer. Divide by the root of the sum of its squares.",
        ),
        (
            _by_column,
            "You bring each column to length 1. Divide each row, a layer, by its own length.",
        ),
        (_by_all, "You divide by the length of the whole table. Divide each layer by its own."),
        (_no_root, "You divide by the sum of squares. Take its root first."),
        (_mean_for_sum, "You divide by the root of the *mean* of squares. Take the root of their sum."),
        (
            _each_normalised_first,
            "You bring each example to length 1 first. Take the mean over the examples, then divide.",
        ),
        (_squares, "You take the mean of the squares. Take the mean of the absolute values instead."),
        (
            _root_of_squares,
            "You take the root of the mean square over the examples. Take the mean of the absolute values.",
        ),
        (
            _length_over_examples,
            "You take the length over the examples. Take the mean of |gradient| over them, then divide each "
            "layer by its length.",
        ),
        (
            _by_the_largest_of_all,
            "You divide by the largest of the whole table. Divide each layer by its own length.",
        ),
        (
            _largest_example,
            "You take the example where the head matters most. Take the mean over all examples.",
        ),
        (
            _middle_example,
            "You take the example in the middle (the median). Take the mean over all examples.",
        ),
        (_softmax, "You take a softmax of each layer. Divide it by its length, its ℓ2 norm, instead."),
        (_over_layers, "You average over the layers. The examples are axis 0, the layers axis 1."),
        (_over_heads, "You average over the heads. The examples are axis 0, the heads axis 2."),
    ],
)
def head_importance(gradients: np.ndarray) -> np.ndarray:
    """Return how much each head matters, (L, H): the mean of |gradient| over examples, by layer of length 1.

    gradients[n, l, h] (N, L, H) is how the loss of example n changes with the gate of head h of layer l. Each
    layer is divided by its ℓ2 norm: the squares of a row of the result add up to 1.
    """
    mean = np.abs(gradients).mean(axis=0)
    return mean / np.linalg.norm(mean, axis=1, keepdims=True)
