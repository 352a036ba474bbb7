"""One vector for a task, from all the layers."""

import numpy as np
import torch
from torch import Tensor

from tlcourse.exercises.machinery import exercise


def _layers(rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
    n, words, size = int(rng.integers(2, 5)), int(rng.integers(5, 8)), int(rng.integers(8, 11))
    layers = torch.from_numpy(rng.normal(size=(n, words, size))).float()
    gamma = torch.tensor(float(rng.uniform(1.5, 3.0)))
    return layers, torch.from_numpy(rng.normal(scale=1.5, size=n)).float(), gamma


def _no_softmax(layers: Tensor, w: Tensor, gamma: Tensor) -> Tensor:
    return gamma * (w[:, None, None] * layers).sum(dim=0)


def _no_gamma(layers: Tensor, w: Tensor, gamma: Tensor) -> Tensor:
    return (w.softmax(dim=0)[:, None, None] * layers).sum(dim=0)


def _plain_mean(layers: Tensor, w: Tensor, gamma: Tensor) -> Tensor:
    return gamma * layers.mean(dim=0)


def _divided_again(layers: Tensor, w: Tensor, gamma: Tensor) -> Tensor:
    return gamma * (w.softmax(dim=0)[:, None, None] * layers).mean(dim=0)


def _gamma_inside(layers: Tensor, w: Tensor, gamma: Tensor) -> Tensor:
    return ((gamma * w).softmax(dim=0)[:, None, None] * layers).sum(dim=0)


def _no_token_layer(layers: Tensor, w: Tensor, gamma: Tensor) -> Tensor:
    return gamma * (w[1:].softmax(dim=0)[:, None, None] * layers[1:]).sum(dim=0)


def _no_token_layer_in_the_sum(layers: Tensor, w: Tensor, gamma: Tensor) -> Tensor:
    return gamma * (w.softmax(dim=0)[1:, None, None] * layers[1:]).sum(dim=0)


_NO_TOKEN_LAYER = "The first layer is left out: the sum begins at j = 0, the token layer."


def _top(layers: Tensor, w: Tensor, gamma: Tensor) -> Tensor:
    return gamma * layers[-1]


def _stacked(layers: Tensor, w: Tensor, gamma: Tensor) -> Tensor:
    return gamma * w.softmax(dim=0)[:, None, None] * layers


def _added(layers: Tensor, w: Tensor, gamma: Tensor) -> Tensor:
    return gamma + (w.softmax(dim=0)[:, None, None] * layers).sum(dim=0)


def _over_words(layers: Tensor, w: Tensor, gamma: Tensor) -> Tensor:
    return gamma * (w.softmax(dim=0)[:, None, None] * layers).sum(dim=1)


def _sum_to_one(layers: Tensor, w: Tensor, gamma: Tensor) -> Tensor:
    return gamma * ((w / w.sum())[:, None, None] * layers).sum(dim=0)


@exercise(
    title="The scalar mix",
    inputs=_layers,
    equivalent={"0 → -1 (2)": "w has one axis"},
    hints=(
        "One number for each layer, the same for all words and dimensions: which axis of `layers` has it?",
        "`w.softmax(dim=0)` has shape (J,). To multiply (J, T, H) with it, it needs shape (J, 1, 1): "
        "`[:, None, None]`.",
        "Multiply, then sum over the layers' axis, then scale the whole by γ.",
    ),
    wrong=[
        (_no_softmax, "The weights are w itself. In the formula s = softmax(w), so that they add up to 1."),
        (_no_gamma, "γ is missing: it scales the whole mix."),
        (_plain_mean, "That is the plain mean of the layers: w changes nothing."),
        (_divided_again, "You divide by the number of layers once more: the weights add up to 1 already."),
        (_gamma_inside, "γ stands outside of the softmax: it scales the mix, not w."),
        (_no_token_layer, _NO_TOKEN_LAYER),
        (_no_token_layer_in_the_sum, _NO_TOKEN_LAYER),
        (_top, "That is the top layer alone, the way before ELMo."),
        (_stacked, "The layers are weighted and not summed yet: the result has shape (T, H)."),
        (_added, "γ is added here. It scales the mix: multiply."),
        (
            _over_words,
            "You sum over the words. One mix for each word is wanted: sum over the layers, axis 0.",
        ),
        (_sum_to_one, "Divided by their sum the weights add up to 1, but may be negative: use a softmax."),
    ],
)
def scalar_mix(layers: Tensor, w: Tensor, gamma: Tensor) -> Tensor:
    """Return γ Σ_j s_j h_j, (T, H), with s = softmax(w): layers (J, T, H), w (J,), gamma a number."""
    return gamma * (w.softmax(dim=0)[:, None, None] * layers).sum(dim=0)
