"""Turn heads down or off: each head's output times a gate ξ, before the heads are put together.

Michel et al. 2019, section 2.3: MHAtt(x, q) = Σ_h ξ_h Att_h(x, q), with ξ_h = 1 for a head that is there
and 0 for one that is masked. The gate sits in front of the projection that joins the heads, in the course's
Transformers as in those of transformers, which no longer masks heads itself. Shapes: L layers of A heads,
B rows.

Taught in lesson *What does BERT look at*.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from tlcourse.models.parts.attention import MultiHeadAttention
from tlcourse.models.parts.transformer import padding_mask

# How the projection that joins the heads is called in transformers: BERT and its kin, DistilBERT, GPT-2.
_PUBLISHED = (".attention.output.dense", ".attention.out_lin", ".attn.c_proj")


def joining_layers(network: nn.Module) -> list[tuple[nn.Module, int]]:
    """For each layer, from the bottom up, the projection that joins its heads, and how many heads there are.

    Raises ValueError for a network whose heads are not found.
    """
    ours = [(m.output, m.num_attention_heads) for m in network.modules() if isinstance(m, MultiHeadAttention)]
    if ours:
        return ours
    config = getattr(network, "config", None)
    heads = getattr(config, "num_attention_heads", 0)
    theirs = [m for name, m in network.named_modules() if f".{name}".endswith(_PUBLISHED)]
    if not theirs or not heads:
        raise ValueError(
            f"no attention heads in {type(network).__name__}; expected a Transformer of the course, "
            "or BERT, DistilBERT or GPT-2 of transformers."
        )
    return [(m, heads) for m in theirs]


def shape(network: nn.Module) -> tuple[int, int]:
    """(L, A). Raises ValueError if the layers do not have as many heads each."""
    layers = joining_layers(network)
    counts = {n for _, n in layers}
    if len(counts) > 1:
        raise ValueError(f"the layers have {[n for _, n in layers]} heads, expected the same number in each")
    return len(layers), counts.pop()


@contextmanager
def gated(network: nn.Module, gates: Tensor) -> Iterator[None]:
    """Within this block, the output of head h of layer l is multiplied by `gates[l, h]`.

    Args:
        gates: (L, A), or (B, L, A) with gates for each row of the batch. They may require a gradient.

    Raises ValueError if the gates do not fit the network.
    """
    layers = joining_layers(network)
    expected = shape(network)
    if tuple(gates.shape[-2:]) != expected or gates.dim() not in (2, 3):
        raise ValueError(
            f"gates is {tuple(gates.shape)}, expected {expected}, or one such table for each row"
        )

    def gate(layer: int, n_heads: int) -> Any:
        def before(_: nn.Module, args: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
            heads = args[0].unflatten(-1, (n_heads, -1))  # (B, T, A, D)
            factor = gates[..., layer, :].reshape(-1, 1, n_heads, 1)
            return (heads * factor).flatten(-2), *args[1:]

        return before

    hooks = [m.register_forward_pre_hook(gate(layer, n)) for layer, (m, n) in enumerate(layers)]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


@contextmanager
def masked(network: nn.Module, keep: Any) -> Iterator[None]:
    """Within this block only the heads with `keep[l][h]` true are there. `keep`: (L, A)."""
    gates = torch.as_tensor(keep).to(next(network.parameters()).dtype)
    with gated(network, gates):
        yield


def last_layer(network: nn.Module, states: Sequence[Tensor], attention_mask: Tensor, keep: Any) -> Tensor:
    """The last layer (B, T, H) with the heads of `keep` alone, from the states of all layers with all heads.

    Only what lies above the lowest layer with a head off is computed anew. The network is the course's own.
    """
    changed = np.flatnonzero(~np.asarray(keep).all(axis=1))
    if not len(changed):
        return states[-1]
    lowest = int(changed[0])
    x = states[lowest]
    with masked(network, keep):
        for block in network.encoder.blocks[lowest:]:
            x, _ = block(x, padding_mask(attention_mask))
    return x
