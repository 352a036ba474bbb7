"""The network as it is: what a feature extractor learns, and which pixels the network expects."""

import numpy as np

from tlcourse.exercises.machinery import exercise, question
from tlcourse.models.vision.efficientnet import EfficientNet
from tlcourse.train.finetuning import freezing

# --- 1. change one number -----------------------------------------------------------------------------------

CLASSES = 4
_FEATURES = EfficientNet().classifier.in_features


def _learning(lowest: str, classes: int) -> int:
    """How many numbers learn from the layer `lowest` up, with a new classifier."""
    network = EfficientNet()
    network.new_classifier(classes)
    freezing.freeze_below(network.layers(), lowest)
    return freezing.count_trainable(network.layers())


classifier_size = question(
    title="How much a feature extractor learns",
    answer=_FEATURES * CLASSES + CLASSES,
    hints=(
        "Only one layer learns. Which, and what shape is its weight?",
        f"A linear layer from {_FEATURES:,} features to four classes has a weight of that shape, and a bias.",
        f"{_FEATURES:,} weights for each class. Then count the biases, and add.",
    ),
    wrong=[
        (_FEATURES * CLASSES, "These are the weights. Every class has a bias, too."),
        (
            CLASSES,
            "That is how many classes there are. How many numbers does the layer need to tell them apart?",
        ),
        (_FEATURES, "That is how many features go in. Each class has a weight for every one of them."),
        (_FEATURES * 2 + 2, "That is the classifier for two classes. The question has four."),
        (
            _FEATURES * 1000 + 1000,
            "That is ImageNet's own classifier, a thousand classes. It is replaced by one with four.",
        ),
        (
            _FEATURES * (CLASSES + 1) + CLASSES + 1,
            "That is the classifier for five classes. The question has four, *fine* among them.",
        ),
        (_FEATURES + 1, "That is for one score. Each of the four classes has weights and a bias of its own."),
        *(
            (
                _learning("head", n),
                "You let the head learn as well, the ninth depth. A feature extractor trains the classifier "
                'alone: `freeze_below(layers, "classifier")`.',
            )
            for n in (CLASSES, 2)
        ),
        *(
            (
                _learning(lowest, n),
                "That is fine-tuning: you let the upper depths learn as well. A feature extractor trains the "
                "classifier alone.",
            )
            for lowest in ("stage7", "stage6")
            for n in (CLASSES, 2)
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
    """N, 3, h and w all differ."""
    n, side = rng.choice([1, 2, 4]), rng.integers(5, 8)
    return rng.integers(0, 256, size=(n, side, side + 2), dtype=np.uint8)


def _not_scaled(images: np.ndarray) -> np.ndarray:
    return np.repeat((images[:, None] - 0.5) / 0.5, 3, axis=1)


def _only_scaled(images: np.ndarray) -> np.ndarray:
    return np.repeat(images[:, None] / 255, 3, axis=1)


def _imagenet_mean(images: np.ndarray) -> np.ndarray:
    mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    return (images[:, None] / 255 - mean[:, None, None]) / std[:, None, None]


def _own_mean(images: np.ndarray) -> np.ndarray:
    return np.repeat((images[:, None] - images.mean()) / images.std(), 3, axis=1)


def _own_mean_alone(images: np.ndarray) -> np.ndarray:
    return np.repeat((images[:, None] / 255 - images.mean() / 255) / 0.5, 3, axis=1)


def _mean_of_0_to_255(images: np.ndarray) -> np.ndarray:
    return np.repeat((images[:, None] / 255 - images.mean()) / 0.5, 3, axis=1)


def _by_the_brightest(images: np.ndarray) -> np.ndarray:
    return np.repeat((images[:, None] / images.max() - 0.5) / 0.5, 3, axis=1)


def _whole_numbers(images: np.ndarray) -> np.ndarray:
    return np.repeat((images[:, None] // 255 - 0.5) / 0.5, 3, axis=1)


def _overflow(images: np.ndarray) -> np.ndarray:
    return np.repeat((images[:, None] * 2 - 255) / 255, 3, axis=1)


def _overflow_of_twice(images: np.ndarray) -> np.ndarray:
    return np.repeat(images[:, None] * 2 / 255 - 1, 3, axis=1)


def _channels_first(images: np.ndarray) -> np.ndarray:
    return np.stack([(images / 255 - 0.5) / 0.5] * 3)


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
        "`images[:, None] / 255` is (N, 1, h, w), from 0 to 1. Take off the mean, divide by the std, and "
        "let `np.repeat` make three of one along axis 1.",
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
            lambda images: np.repeat(images[:, None] / 255 - 0.5, 3, axis=1),
            "The mean is subtracted, but you do not divide by the standard deviation, 0.5.",
        ),
        (
            lambda images: np.repeat(images[:, None] / 255 - 0.5 / 0.5, 3, axis=1),
            "`/` comes before `-`: this subtracts 0.5 / 0.5. Put brackets around the difference.",
        ),
        (
            lambda images: np.repeat(images[:, None] / 127.5, 3, axis=1),
            "These are 0 to 2. The mean is still to be subtracted: the network was raised on −1 to 1.",
        ),
        *(
            (
                of_this_batch,
                "You normalise by the statistics of this batch. Use those of the pretraining, the same for "
                "every batch.",
            )
            for of_this_batch in (_own_mean, _own_mean_alone, _mean_of_0_to_255)
        ),
        (_by_the_brightest, "Divide by 255, whatever the brightest pixel is."),
        (_whole_numbers, "`//` leaves whole numbers, here 0 and 1. Divide with `/`."),
        *(
            (
                beyond_255,
                "The images are uint8, which begins again at 0 after 255: divide first, and with `/`.",
            )
            for beyond_255 in (_overflow, _overflow_of_twice)
        ),
        (
            _channels_first,
            "The channels stand first. Torch wants (N, 3, h, w): `np.stack(…, axis=1)`.",
        ),
        (
            _channels_last,
            "The channels stand last. Torch wants (N, 3, h, w): the axis belongs behind the first, as with "
            "`np.stack(…, axis=1)`.",
        ),
        (
            _one_channel,
            "The values are right, but there is one channel. The first layer expects three: repeat it.",
        ),
    ],
)
def normalise(images: np.ndarray) -> np.ndarray:
    """Return (N, 3, h, w) from grey uint8 images (N, h, w): to 0…1, minus 0.5, by 0.5, three channels."""
    x = (images[:, None] / 255 - 0.5) / 0.5
    return np.repeat(x, 3, axis=1)
