"""The network learns on: batch norm in evaluation mode, and a rate for each layer."""

import numpy as np

from tlcourse.exercises.machinery import exercise

# --- 3. batch norm in evaluation mode -----------------------------------------------------------------------


def _maps_and_statistics(rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """N, C, h and w all differ; there is a small variance, for which ε counts."""
    channels = int(rng.integers(4, 6))
    x = rng.normal(1.0, 2.0, size=(int(rng.integers(2, 4)), channels, 6, int(rng.integers(7, 9))))
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


def _with_epsilon(epsilon):
    def wrong(x, mean, variance, scale, shift):
        x = (x - _per_channel(mean)) / np.sqrt(_per_channel(variance) + epsilon)
        return _per_channel(scale) * x + _per_channel(shift)

    return wrong


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
        "Begin with `(x - mean[:, None, None]) / np.sqrt(variance[:, None, None] + 1e-3)`. The other two, "
        "shaped alike, scale that and shift it.",
    ),
    wrong=[
        (
            _batch_statistics,
            "You take mean and variance from this batch: that is training mode, the trap. Use the "
            "remembered ones, given.",
        ),
        (
            _per_image_statistics,
            "You take mean and variance from each image. Use the remembered ones, given.",
        ),
        (_variance_as_deviation, "You divide by the variance. Divide by its square root."),
        (_epsilon_outside, "ε goes under the root, beside the variance."),
        (_no_epsilon, "ε is missing: under the root, beside the variance."),
        (
            _with_epsilon(1e-5),
            "ε is 1e-3 here, as this network was trained; you take torch's default, 1e-5.",
        ),
        (
            lambda x, mean, variance, scale, shift: (
                _per_channel(scale) * (x - _per_channel(mean)) * np.sqrt(_per_channel(variance) + 1e-3)
                + _per_channel(shift)
            ),
            "You multiply by the root. Divide by it: large spread is made small.",
        ),
        (
            lambda x, mean, variance, scale, shift: (
                _per_channel(scale) * x
                - _per_channel(mean) / np.sqrt(_per_channel(variance) + 1e-3)
                + _per_channel(shift)
            ),
            "Only the mean is divided by the root: brackets around `x - mean` are missing.",
        ),
        (
            lambda x, mean, variance, scale, shift: (
                _per_channel(scale)
                * ((x - _per_channel(mean)) / np.sqrt(_per_channel(variance) + 1e-3) + _per_channel(shift))
            ),
            "You scale the shift, too: scale first, then shift.",
        ),
        (_no_scale, "Normalised, but the learned scale and shift are not applied."),
    ],
)
def batch_norm(
    x: np.ndarray, mean: np.ndarray, variance: np.ndarray, scale: np.ndarray, shift: np.ndarray
) -> np.ndarray:
    """Return what a batch norm in evaluation mode makes of `x` (N, C, h, w); the rest is (C,), ε 1e-3."""
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
    special={"there is one layer alone": (0.01, 1, 2.6)},
    equivalent={"result: absolute": "rates are never negative"},
    rtol=1e-5,
    atol=1e-12,
    any_kind=True,
    hints=(
        "Start at the top, where you know the rate, and walk down. What happens to it at each step?",
        "The layer k steps below the top has the top rate divided by `factor**k`. The list begins at the "
        "bottom.",
        "`[top_rate / factor**k for k in range(n_layers)]` has all the rates, the top's first. Turn the "
        "order round.",
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
        (
            lambda top_rate, n_layers, factor: [top_rate / factor] * (n_layers - 1) + [top_rate],
            "All layers but the top have the same rate: each step down divides once more.",
        ),
        (
            lambda top_rate, n_layers, factor: [top_rate * factor**k for k in range(n_layers)],
            "You give the bottom layer the top's rate and go up from there. `top_rate` is that of the last "
            "in the list; the others are smaller.",
        ),
        (
            lambda top_rate, n_layers, factor: [top_rate - factor * k for k in reversed(range(n_layers))],
            "You subtract the factor at each step, and rates fall below 0. Each step divides by it.",
        ),
        (_one_rate, "All layers have the same rate: that is what this is meant to replace."),
    ],
)
def layer_rates(top_rate: float, n_layers: int, factor: float) -> list[float]:
    """Return the learning rate of each layer, the bottom first: each `factor` times the one below."""
    return [top_rate / factor**below for below in reversed(range(n_layers))]
