"""Exercises of lesson 02, transfer in vision."""

import numpy as np

from tlcourse.exercises.machinery import exercise, prediction, question
from tlcourse.models.efficientnet import EfficientNet

best_depth = prediction(
    question="You train a linear classifier for defects on the features of one depth at a time, with all "
    "labels. Which depth does best?",
    options=[
        "The lowest: a crack is an edge, and edges are what the first layers see",
        "One in the upper half: past edges, whatever it is that comes there",
        "The middle: halfway between pixels and ImageNet's classes",
        "None beats always answering “fine”: no photograph in ImageNet is grey and square with busbars",
    ],
    answer=1,
    why=[
        "Edges everywhere: busbars, crystal borders, the frame. Averaged over the picture they hardly tell "
        "a crack from a busbar.",
        "It takes several layers to tell a crack from the edges that belong there. Those layers learned to "
        "do that on other things, and it carries over.",
        "Better than the bottom, but accuracy goes on rising above it.",
        "It does not need to have seen a solar cell. Textures, lines and blobs are general.",
    ],
)

batch_norm_trap = prediction(
    question="A network in training mode gets one photograph of a palace, alone, and then the same "
    "photograph among others. No weight changes in between. Does its answer?",
    options=[
        "No: same weights, same picture, same answer",
        "Yes: in training mode each picture is measured against the others in its batch",
        "Only the confidence, never the class",
    ],
    answer=1,
    why=[
        "True in evaluation mode. In training mode a batch norm subtracts the mean of the batch, so the "
        "neighbours matter.",
        "A batch norm in training mode takes mean and variance from the batch, neighbours included.",
        "Whatever moves the features can move the class.",
    ],
)


# --- 1. change one number -----------------------------------------------------------------------------------

CLASSES = 4
_FEATURES = EfficientNet().classifier.in_features

head_size = question(
    title="How much a feature extractor learns",
    answer=_FEATURES * CLASSES + CLASSES,
    hints=(
        "Only one layer learns. Which, and what shape is its weight?",
        f"A linear layer from {_FEATURES:,} features to four classes has a weight of that shape, and a bias.",
        f"{_FEATURES:,} × 4 weights and 4 biases.",
    ),
    wrong=[
        (_FEATURES * CLASSES, "These are the weights. Every class has a bias, too."),
        (_FEATURES * 2 + 2, "That is the head for two classes. The question has four."),
        (
            _FEATURES * 1000 + 1000,
            "That is ImageNet's own head, a thousand classes. It is replaced by one with four.",
        ),
        (
            lambda value: value > 2_000_000,
            "That is a whole network. Freeze all below the classifier first: `freeze_below(layers, "
            '"classifier")`.',
            3_374_000,
        ),
    ],
    explain="About five thousand numbers learn; more than three million stay as ImageNet left them.",
)


# --- 2. the normalisation -----------------------------------------------------------------------------------


def _grey_images(rng: np.random.Generator) -> np.ndarray:
    n, side = rng.integers(1, 4), rng.integers(3, 7)
    return rng.integers(0, 256, size=(n, side, side + 1), dtype=np.uint8)


def _not_scaled(images: np.ndarray) -> np.ndarray:
    return np.repeat((images[:, None] - 0.5) / 0.5, 3, axis=1)


def _only_scaled(images: np.ndarray) -> np.ndarray:
    return np.repeat(images[:, None] / 255, 3, axis=1)


def _imagenet_mean(images: np.ndarray) -> np.ndarray:
    mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    return (images[:, None] / 255 - mean[:, None, None]) / std[:, None, None]


def _own_mean(images: np.ndarray) -> np.ndarray:
    return np.repeat((images[:, None] - images.mean()) / images.std(), 3, axis=1)


def _channels_last(images: np.ndarray) -> np.ndarray:
    return np.repeat((images[..., None] / 255 - 0.5) / 0.5, 3, axis=-1)


def _one_channel(images: np.ndarray) -> np.ndarray:
    return (images[:, None] / 255 - 0.5) / 0.5


@exercise(
    title="Give the network what it was raised on",
    inputs=_grey_images,
    hints=(
        "Three things: from 0…255 to 0…1, then mean and standard deviation, then three channels. In this "
        "order.",
        "Subtract 0.5 and divide by 0.5. `images[:, None]` puts a channel axis behind the first.",
        "`x = (images[:, None] / 255 - 0.5) / 0.5`, then `np.repeat` it three times along axis 1.",
    ),
    wrong=[
        (_not_scaled, "Your values reach 500: divide by 255 before you subtract the mean."),
        (
            _only_scaled,
            "These are 0 to 1. The network was raised on −1 to 1: subtract the mean, divide by the std.",
        ),
        (
            _imagenet_mean,
            "That is the mean and std of ImageNet's own colours, right for many networks. This one was "
            "trained with 0.5 and 0.5.",
        ),
        (
            _own_mean,
            "You normalise by the statistics of this batch. Use those of the pretraining, the same for "
            "every batch.",
        ),
        (
            _channels_last,
            "The channels stand last. Torch wants (N, 3, h, w): the axis goes behind the first.",
        ),
        (
            _one_channel,
            "The values are right, but there is one channel. The first layer expects three: repeat it.",
        ),
    ],
)
def normalise(images: np.ndarray) -> np.ndarray:
    """Return (N, 3, h, w) from grey uint8 images (N, h, w): to 0…1, mean and std 0.5, three channels."""
    x = (images[:, None] / 255 - 0.5) / 0.5
    return np.repeat(x, 3, axis=1)


# --- 3. batch norm in evaluation mode -----------------------------------------------------------------------


def _maps_and_statistics(rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    channels = int(rng.integers(2, 5))
    x = rng.normal(1.0, 2.0, size=(int(rng.integers(2, 4)), channels, 3, int(rng.integers(2, 5))))
    mean, variance = rng.normal(size=channels), rng.uniform(0.01, 2.0, size=channels)
    scale, shift = rng.normal(size=channels), rng.normal(size=channels)
    return x, mean, variance, scale, shift


def _per_channel(values: np.ndarray) -> np.ndarray:
    return values[:, None, None]


def _batch_statistics(x, mean, variance, scale, shift):
    mean, variance = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
    return batch_norm.reference(x, mean, variance, scale, shift)


def _per_image_statistics(x, mean, variance, scale, shift):
    mean, variance = x.mean(axis=(2, 3), keepdims=True), x.var(axis=(2, 3), keepdims=True)
    return _per_channel(scale) * (x - mean) / np.sqrt(variance + 1e-3) + _per_channel(shift)


def _variance_as_deviation(x, mean, variance, scale, shift):
    return _per_channel(scale) * (x - _per_channel(mean)) / (_per_channel(variance) + 1e-3) + _per_channel(
        shift
    )


def _epsilon_outside(x, mean, variance, scale, shift):
    return _per_channel(scale) * (x - _per_channel(mean)) / (
        np.sqrt(_per_channel(variance)) + 1e-3
    ) + _per_channel(shift)


def _no_epsilon(x, mean, variance, scale, shift):
    return _per_channel(scale) * (x - _per_channel(mean)) / np.sqrt(_per_channel(variance)) + _per_channel(
        shift
    )


def _no_scale(x, mean, variance, scale, shift):
    return (x - _per_channel(mean)) / np.sqrt(_per_channel(variance) + 1e-3)


@exercise(
    title="Batch norm, the safe way",
    inputs=_maps_and_statistics,
    hints=(
        "Everything is per channel. What shape must a vector of channels have, to meet (N, C, h, w)?",
        "`mean[:, None, None]` has shape (C, 1, 1). Subtract it, divide by √(variance + ε), scale, shift.",
        "`scale[:, None, None] * (x - mean[:, None, None]) / np.sqrt(variance[:, None, None] + 1e-3)`, and "
        "the shift.",
    ),
    wrong=[
        (
            _batch_statistics,
            "You take mean and variance from this batch: that is training mode, the trap. Use the running "
            "ones, given.",
        ),
        (_per_image_statistics, "You take mean and variance from each image. Use the running ones, given."),
        (_variance_as_deviation, "You divide by the variance. Divide by its square root."),
        (_epsilon_outside, "ε goes under the root, beside the variance."),
        (_no_epsilon, "ε is missing: under the root, beside the variance."),
        (_no_scale, "Normalised, but the learned scale and shift are not applied."),
    ],
)
def batch_norm(
    x: np.ndarray, mean: np.ndarray, variance: np.ndarray, scale: np.ndarray, shift: np.ndarray
) -> np.ndarray:
    """Return what a batch norm in evaluation mode makes of ``x`` (N, C, h, w); the rest is (C,), ε 1e-3."""
    x = (x - mean[:, None, None]) / np.sqrt(variance[:, None, None] + 1e-3)
    return scale[:, None, None] * x + shift[:, None, None]


# --- 4. discriminative learning rates -----------------------------------------------------------------------


def _rates_input(rng: np.random.Generator) -> tuple[float, int, float]:
    return float(10 ** rng.uniform(-4, -1)), int(rng.integers(3, 11)), float(rng.uniform(1.5, 3.0))


def _top_down(top_rate, n_layers, factor):
    return [top_rate / factor**below for below in range(n_layers)]


def _growing_downwards(top_rate, n_layers, factor):
    return [top_rate * factor**below for below in reversed(range(n_layers))]


def _linear_steps(top_rate, n_layers, factor):
    return [top_rate / (factor * below) if below else top_rate for below in reversed(range(n_layers))]


def _one_too_many(top_rate, n_layers, factor):
    return [top_rate / factor ** (below + 1) for below in reversed(range(n_layers))]


def _one_rate(top_rate, n_layers, factor):
    return [top_rate] * n_layers


@exercise(
    title="A learning rate for each layer",
    inputs=_rates_input,
    hints=(
        "Start at the top, where you know the rate, and walk down. What happens to it at each step?",
        "The layer k steps below the top has the top rate divided by `factor**k`. The list begins at the "
        "bottom.",
        "`[top_rate / factor**k for k in reversed(range(n_layers))]`",
    ),
    wrong=[
        (
            _top_down,
            "The rates are right, in the wrong order: the list begins with the bottom layer, the slowest.",
        ),
        (
            _growing_downwards,
            "Your lower layers learn faster. They hold what is general: they should learn slower.",
        ),
        (
            _linear_steps,
            "You divide by factor × steps. Each step divides again: factor to the power of the steps.",
        ),
        (_one_too_many, "The top layer itself has `top_rate`, undivided: you are one step too low."),
        (_one_rate, "All layers have the same rate: that is what this is meant to replace."),
    ],
)
def layer_rates(top_rate: float, n_layers: int, factor: float) -> list[float]:
    """Return the learning rate of each layer, the bottom first: each ``factor`` times the one below."""
    return [top_rate / factor**below for below in reversed(range(n_layers))]


# --- 5. a threshold for a promise ---------------------------------------------------------------------------


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


def _threshold_itself(probability, label, promise):
    return min((row[0] for row in _at_each_threshold(probability, label) if row[1] >= promise), default=1.0)


def _least_recall(probability, label, promise):
    return min((row[2] for row in _at_each_threshold(probability, label) if row[1] >= promise), default=0.0)


def _first_break(probability, label, promise):
    best = 0.0
    for _, precision, recall, _ in reversed([*_at_each_threshold(probability, label)]):
        if precision < promise:
            break
        best = recall
    return best


@exercise(
    title="Find the most without crying wolf",
    inputs=_scores_and_promise,
    hints=(
        "Every probability that occurs is a threshold worth trying. For each: who raises an alarm, how many "
        "are true?",
        "Precision is `label[alarm].mean()`, recall is `alarm[label == 1].mean()`. Which thresholds keep "
        "the promise?",
        "Loop over `np.unique(probability)`; `alarm = probability >= threshold`; collect the recall where "
        "the precision is at least `promise`; return the maximum, or 0.",
    ),
    wrong=[
        (
            _promise_as_threshold,
            "You use the promised precision as the threshold. Precision has to be counted.",
        ),
        (_at_one_half, "You look at the threshold 0.5 only. Try them all."),
        (
            _highest_precision,
            "You take the threshold with the best precision. The promise is enough: find more.",
        ),
        (
            _false_alarm_rate,
            "You count the alarms among the fine ones. Recall counts them among the defective.",
        ),
        (
            _threshold_itself,
            "You return the threshold. The question is what share of the defective it finds.",
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
    """Return the highest recall of any threshold whose alarms (probability ≥ it) have precision ``promise``.

    0.0 if no threshold keeps the promise.
    """
    best = 0.0
    for threshold in np.unique(probability):
        alarm = probability >= threshold
        if label[alarm].mean() >= promise:
            best = max(best, alarm[label == 1].mean())
    return float(best)
