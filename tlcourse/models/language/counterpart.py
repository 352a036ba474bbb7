"""How a system says that transformers has it too: whose numbers are in which tensor, and in which field.

Nothing is retrained or approximated on the way: tensors are renamed, transposed, or put side by side.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch import Tensor


class Pair(NamedTuple):
    """One tensor of theirs and the tensor or tensors of ours that hold the same numbers."""

    ours: tuple[str, ...]
    theirs: str
    to: Callable[..., Tensor] = lambda tensor: tensor
    back: Callable[[Tensor], tuple[Tensor, ...]] = lambda tensor: (tensor,)


def pair_layer(ours: str, theirs: str) -> Iterator[Pair]:
    """A linear layer or a layer norm."""
    yield Pair((f"{ours}.weight",), f"{theirs}.weight")
    yield Pair((f"{ours}.bias",), f"{theirs}.bias")


def pair_conv1d(ours: tuple[str, ...], theirs: str) -> Iterator[Pair]:
    """GPT's "Conv1D" is a linear layer with its weight transposed; query, key and value stand in one."""
    n = len(ours)
    yield Pair(
        tuple(f"{name}.weight" for name in ours),
        f"{theirs}.weight",
        lambda *weights: torch.cat(weights).T,
        lambda weight: weight.T.chunk(n),
    )
    yield Pair(
        tuple(f"{name}.bias" for name in ours),
        f"{theirs}.bias",
        lambda *biases: torch.cat(biases),
        lambda bias: bias.chunk(n),
    )


@dataclass(frozen=True)
class Counterpart:
    """The classes of transformers of one architecture.

    Attributes:
        model_type: of its `config.json`.
        encoder: the class without heads.
        pretraining: the one with them, or the most of them that transformers has; empty where we build none.
        config_names: their field → ours.
        pairs: of the encoder's tensors, for a configuration of ours.
        head_pairs: of the tensors of the heads.
        only: what changes the arithmetic in a way that ours does not have: the only value that is ours.
        more_theirs: what else they need to be told of our configuration; raises ValueError for what
            theirs has no place for.
        more_ours: what else ours takes from their fields; raises ValueError for a variant that is not ours.
        fits: whether a configuration of ours is of this architecture.
    """

    model_type: str
    encoder: str
    pretraining: str
    config_names: Mapping[str, str]
    pairs: Callable[[Any], Iterable[Pair]]
    head_pairs: Callable[[], Iterable[Pair]] = tuple
    only: Mapping[str, Any] = field(default_factory=dict)
    more_theirs: Callable[[Any], dict[str, Any]] = lambda config: {}
    more_ours: Callable[[Mapping[str, Any]], dict[str, Any]] = lambda fields: {}
    fits: Callable[[Any], bool] = lambda config: True
