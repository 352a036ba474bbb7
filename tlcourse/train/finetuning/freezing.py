"""Which layers learn, how fast, and from when on: freezing, discriminative rates, gradual unfreezing.

A model is given as its layers from the bottom up, name → module, the new classifier last: `model.layers()` of
`EfficientNet`.

Taught in lesson *Transfer in vision*.
"""

from collections.abc import Mapping

import torch
from torch import nn

NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)


def from_layer(layers: Mapping[str, nn.Module], lowest: str) -> list[str]:
    """The names of `lowest` and all layers above it.

    Raises:
        ValueError: there is no such layer.
    """
    names = [*layers]
    if lowest not in names:
        raise ValueError(f"there is no layer {lowest!r}; from the bottom up they are {', '.join(names)}")
    return names[names.index(lowest) :]


def freeze_below(layers: Mapping[str, nn.Module], lowest: str) -> None:
    """Let `lowest` and all layers above it learn, and nothing below.

    The classifier's name makes a feature extractor, the bottom layer's name trains the whole network.
    """
    learning = from_layer(layers, lowest)
    for name, layer in layers.items():
        layer.requires_grad_(name in learning)


def count_trainable(layers: Mapping[str, nn.Module]) -> int:
    """How many numbers the optimizer may change."""
    return sum(p.numel() for layer in layers.values() for p in layer.parameters() if p.requires_grad)


def set_training(layers: Mapping[str, nn.Module], batch_statistics: bool) -> None:
    """Put the layers that learn into training mode, and the frozen ones into evaluation mode.

    Args:
        batch_statistics: whether batch norms of the layers that learn normalise by the mean and variance of
            the batch, and move their running averages. Otherwise they go on with those of the pretraining.
    """
    for layer in layers.values():
        learns = any(p.requires_grad for p in layer.parameters())
        layer.train(learns)
        for module in layer.modules():
            if isinstance(module, NORMS):
                module.train(learns and batch_statistics)


def discriminative_rates(layers: Mapping[str, nn.Module], top_rate: float, factor: float) -> dict[str, float]:
    """The learning rate of each layer: `top_rate` for the top one, `factor` times less for each layer below.

    η^{l-1} = η^l / 2.6 in Howard and Ruder 2018, section 3.2. `factor` 1 is one rate for all.
    """
    return {name: top_rate / factor**below for below, name in enumerate(reversed(layers))}


def parameter_groups(layers: Mapping[str, nn.Module], rates: Mapping[str, float]) -> list[dict[str, object]]:
    """Parameter groups for a torch optimizer: one for each layer with something to learn, at its rate.

    `peak` keeps the rate where a schedule moves `lr`.
    """
    groups = []
    for name, layer in layers.items():
        parameters = [p for p in layer.parameters() if p.requires_grad]
        if parameters:
            groups.append({"params": parameters, "lr": rates[name], "peak": rates[name], "name": name})
    return groups


def optimizer(
    layers: Mapping[str, nn.Module],
    lowest: str,
    top_rate: float,
    factor: float,
    weight_decay: float,
    betas: tuple[float, float] = (0.9, 0.999),
) -> torch.optim.AdamW:
    """Freeze what is below `lowest`; AdamW for the rest, at the rates of `discriminative_rates`."""
    freeze_below(layers, lowest)
    groups = parameter_groups(layers, discriminative_rates(layers, top_rate, factor))
    return torch.optim.AdamW(groups, betas=betas, weight_decay=weight_decay, fused=True)


def set_rates(optimizer: torch.optim.Optimizer, factor: float) -> None:
    """Set each layer's rate to `factor` times its highest."""
    for group in optimizer.param_groups:
        group["lr"] = group["peak"] * factor


def thawed(layers: Mapping[str, nn.Module], lowest: str, progress: float) -> str:
    """Gradual unfreezing (Howard and Ruder 2018, section 3.3): the lowest layer that learns by now.

    The top layer learns from the start. The others join one after the other, from the top, each after an
    equal share of the progress. In the last of these shares, and from then on, all from `lowest` up learn.

    Args:
        progress: of the steps in which the layers join, the share that is done; more than 1 after them.
    """
    names = from_layer(layers, lowest)
    return names[::-1][min(int(progress * len(names)), len(names) - 1)]
