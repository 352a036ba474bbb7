"""A training that has run away is stopped, so that nobody goes on working with weights that are NaN."""

import math

from torch import nn


def check_loss(loss: float, step: int, learning_rate: float) -> None:
    """Raise FloatingPointError if the loss of step number `step` is not finite."""
    if not math.isfinite(loss):
        raise FloatingPointError(f"the loss is {loss} at step {step}: {_remedy(learning_rate)}")


def check_weights(model: nn.Module, learning_rate: float) -> None:
    """Raise FloatingPointError if a parameter of `model` is not finite; on `meta` none has a value."""
    for name, parameter in model.named_parameters():
        if not parameter.is_meta and not parameter.isfinite().all():
            raise FloatingPointError(
                f"{name} has weights that are not finite after the training: {_remedy(learning_rate)}"
            )


def _remedy(learning_rate: float) -> str:
    return (
        f"the training has diverged and its weights are of no use. Load the model again, and train it with a "
        f"learning_rate below {learning_rate:g}."
    )
