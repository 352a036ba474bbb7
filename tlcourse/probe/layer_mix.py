"""A linear probe on frozen layers: on one of them, on their mean, or on a mix of them that it learns itself.

The mix is ELMo's (Peters et al. 2018, equation 1). Each layer is standardised first, on the training rows, so
that its weight says how much it is used and not how large its numbers are. How strongly the probe's weights
are held back is chosen on a fifth of the training rows. Shapes: N rows, L layers of H numbers, K classes.

Taught in lesson *ELMo*.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from tlcourse.models.language.elmo import ScalarMix

STRENGTHS = (1e-4, 1e-3, 1e-2)  # of the L2 penalty on the linear layer
STEPS, BATCH, RATE = 500, 256, 5e-3


class LayerProbe(nn.Module):
    """γ Σ_j s_j h_j, then a linear layer. `free=False` leaves the mix what it is at first, the mean."""

    def __init__(self, n_layers: int, width: int, n_classes: int, free: bool = True):
        super().__init__()
        self.mix = ScalarMix(n_layers).requires_grad_(free)
        self.linear = nn.Linear(width, n_classes)
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)
        self.register_buffer("mean", torch.zeros(n_layers, width))
        self.register_buffer("spread", torch.ones(n_layers, width))

    @property
    def shares(self) -> np.ndarray:
        """s, (L,): how much of the mix each layer is; they add up to 1."""
        return self.mix.w.detach().softmax(dim=0).numpy()

    def forward(self, layers: Tensor) -> Tensor:
        """(N, L, H) → (N, K)."""
        return self.linear(self.mix(((layers - self.mean) / self.spread).unbind(dim=1)))

    @torch.inference_mode()
    def predict(self, layers: np.ndarray) -> np.ndarray:
        """(N, L, H) → int64 (N,)."""
        rows = torch.as_tensor(layers, dtype=torch.float32)
        return torch.cat([self(part).argmax(dim=-1) for part in rows.split(4096)]).numpy()


def fit(
    layers: np.ndarray,
    y: np.ndarray,
    n_classes: int,
    seed: int,
    free: bool = True,
    penalty: float = 0.0,
    groups: Sequence[int] | np.ndarray | None = None,
) -> LayerProbe:
    """Train a probe; how strongly it is held back is chosen on a fifth of the rows, never on a test.

    Args:
        layers: (N, L, H); a single layer is a mix of one.
        y: int64 (N,).
        free: learn the mix; otherwise it stays the mean.
        penalty: λ of the paper's λ‖w‖², on the mix.
        groups: (N,), such as the sentence of a word: what belongs together stays together.

    Raises:
        ValueError: fewer than ten rows, or shapes that do not fit.
    """
    if layers.ndim != 3 or len(layers) != len(y):
        raise ValueError(f"layers is {layers.shape} and y {y.shape}, expected (N, L, H) and (N,)")
    if len(y) < 10:
        raise ValueError(f"{len(y)} rows are too few to choose a penalty on, expected ten or more")
    x, target = torch.as_tensor(layers, dtype=torch.float32), torch.as_tensor(y)
    group = np.arange(len(y)) if groups is None else np.asarray(groups)
    names = np.random.default_rng(seed).permutation(np.unique(group))
    aside = torch.from_numpy(np.isin(group, names[: max(1, len(names) // 5)]))
    found = {}
    for strength in STRENGTHS:
        probe = _train(x[~aside], target[~aside], n_classes, seed, free, penalty, strength)
        with torch.inference_mode():
            found[strength] = (probe(x[aside]).argmax(dim=-1) == target[aside]).float().mean().item()
    best = max(found, key=lambda strength: (found[strength], strength))
    return _train(x, target, n_classes, seed, free, penalty, best)


def _train(
    x: Tensor, y: Tensor, n_classes: int, seed: int, free: bool, penalty: float, strength: float
) -> LayerProbe:
    probe = LayerProbe(x.shape[1], x.shape[2], n_classes, free)
    probe.mean, probe.spread = x.mean(dim=0), x.std(dim=0).clamp_min(1e-3)
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam([p for p in probe.parameters() if p.requires_grad], lr=RATE)
    for step in range(STEPS):
        for part in optimizer.param_groups:
            part["lr"] = RATE * (1 - step / STEPS)
        rows = torch.randint(len(x), (min(BATCH, len(x)),), generator=generator)
        loss = nn.functional.cross_entropy(probe(x[rows]), y[rows])
        held = strength * probe.linear.weight.square().sum() + probe.mix.penalty(penalty)
        optimizer.zero_grad()
        (loss + held).backward()
        optimizer.step()
    return probe.eval()
