"""Which heads can be spared: their importance, which to take first, and taking them out for good.

Michel et al. 2019: I_h = E_x |∂L(x) / ∂ξ_h| (equation 2), by which heads are sorted and pruned, a tenth of
them at a time (section 4). Shapes: L layers of A heads, B rows.

Taught in lesson *What does BERT look at*.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from tlcourse.models.parts.attention import MultiHeadAttention
from tlcourse.probe import head_masks

Batch = dict[str, Tensor]


def importance(network: nn.Module, batches: Iterable[Batch], losses: Callable[[Batch], Tensor]) -> np.ndarray:
    """I_h, float64 (L, A): how much each row's loss moves with its head's gate, without sign, on average.

    Args:
        losses: runs the network on a batch and returns the loss of each of its rows, (B,). A gate for each
            row and head lets one backward pass find all of a batch.

    Raises ValueError if there is no batch, or `losses` does not give one number for each row.
    """
    total, rows = np.zeros(head_masks.shape(network)), 0
    for batch in batches:
        n = len(next(iter(batch.values())))
        gates = torch.ones(n, *total.shape, requires_grad=True)
        with head_masks.gated(network, gates):
            found = losses(batch)
        if found.shape != (n,):
            raise ValueError(f"losses gave {tuple(found.shape)} for a batch of {n} rows, expected ({n},)")
        (slope,) = torch.autograd.grad(found.sum(), gates)
        total += slope.abs().sum(dim=0).double().numpy()
        rows += n
    if not rows:
        raise ValueError("got no batches, expected at least one")
    return total / rows


def normalised(scores: np.ndarray) -> np.ndarray:
    """(L, A) divided by its ℓ2 norm in each layer, so that layers can be compared (section 4.1)."""
    return scores / np.maximum(np.linalg.norm(scores, axis=1, keepdims=True), 1e-30)


def keeping(scores: np.ndarray, shares: Sequence[float]) -> Iterator[tuple[int, np.ndarray]]:
    """For each share of the heads: how many are pruned, and which stay, bool (L, A).

    The least important go first.
    """
    order = scores.argsort(axis=None, kind="stable")
    for share in shares:
        n = round(share * scores.size)
        keep = np.ones(scores.size, dtype=bool)
        keep[order[:n]] = False
        yield n, keep.reshape(scores.shape)


def alone(n_layers: int, n_heads: int, layer: int, head: int) -> np.ndarray:
    """bool (L, A): all heads stay but those of `layer`, of which one is left (section 3.3)."""
    keep = np.ones((n_layers, n_heads), dtype=bool)
    keep[layer] = np.arange(n_heads) == head
    return keep


def without(n_layers: int, n_heads: int, layer: int, head: int) -> np.ndarray:
    """bool (L, A): a single head is gone (section 3.2)."""
    keep = np.ones((n_layers, n_heads), dtype=bool)
    keep[layer, head] = False
    return keep


class NoHeads(nn.Module):
    """What is left of an attention without heads: the bias of the projection that joined them."""

    num_attention_heads = 0

    def __init__(self, bias: Tensor):
        super().__init__()
        self.bias = nn.Parameter(bias.detach().clone())

    def forward(self, hidden_states: Tensor, **_: object) -> tuple[Tensor, None]:
        """(B, T, H) → (B, T, H), no weights."""
        return self.bias.expand_as(hidden_states), None


def remove(network: nn.Module, keep: np.ndarray) -> None:
    """Take heads out of a Transformer of the course, in place: fewer rows and columns, the same as masking.

    Args:
        keep: bool (L, A).

    Raises ValueError if `keep` does not fit, or the network is not of the course.
    """
    places = [
        (parent, name, child)
        for parent in network.modules()
        for name, child in parent.named_children()
        if isinstance(child, MultiHeadAttention)
    ]
    if not places:
        raise ValueError(
            f"{type(network).__name__} is not a Transformer of the course: mask its heads instead"
        )
    if keep.shape != head_masks.shape(network):
        raise ValueError(f"keep is {keep.shape}, expected {head_masks.shape(network)}")
    for (parent, name, attention), kept in zip(places, keep, strict=True):
        if kept.any():
            _narrow(attention, kept)
        else:
            setattr(parent, name, NoHeads(attention.output.bias))


def _narrow(attention: MultiHeadAttention, kept: np.ndarray) -> None:
    size = attention.query.out_features // attention.num_attention_heads
    rows = torch.from_numpy(np.flatnonzero(np.repeat(kept, size)))
    for layer in (attention.query, attention.key, attention.value):
        layer.weight = nn.Parameter(layer.weight.detach()[rows].clone())
        layer.bias = nn.Parameter(layer.bias.detach()[rows].clone())
        layer.out_features = len(rows)
    joining = attention.output
    joining.weight = nn.Parameter(joining.weight.detach()[:, rows].clone())
    joining.in_features = len(rows)
    attention.num_attention_heads = int(kept.sum())
