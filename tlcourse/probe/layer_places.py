"""At which layer a model knows something: three numbers from a probe's mix, or from its scores by layer.

Tenney, Das and Pavlick 2019, "BERT Rediscovers the Classical NLP Pipeline", section 3. Layers are counted
from the embeddings, layer 0. The *centre of gravity* says what a trained mix pays attention to; the *expected
layer* says at which layer the score comes, whatever the mix's weights are.

Taught in lesson *Probing for structure*.
"""

from collections.abc import Sequence

import numpy as np


def centre_of_gravity(shares: Sequence[float] | np.ndarray) -> float:
    """Σ ℓ s_ℓ: the mean layer of a mix with the shares s, (L,).

    Raises ValueError: they do not add up to 1.
    """
    return float(np.arange(len(shares)) @ _checked(shares))


def concentration(shares: Sequence[float] | np.ndarray) -> float:
    """K(s), how far the shares are from equal: the Kullback-Leibler divergence from 1/L each, in nats.

    0 where all layers count the same, ln L where one is all. Raises ValueError: they do not add up to 1.
    """
    s = _checked(shares)
    some = s[s > 0]
    return float((some * np.log(some * len(s))).sum())


def gains(scores: Sequence[float]) -> np.ndarray:
    """Δ_ℓ, what layer ℓ adds to the score of a mix of the layers below it: (L,) → (L − 1,), from layer 1."""
    return np.diff(np.asarray(scores, dtype=np.float64))


def expected_layer(scores: Sequence[float]) -> float:
    """Σ ℓ Δ_ℓ / Σ Δ_ℓ over ℓ = 1 … L − 1, of L cumulative scores.

    Raises ValueError: the top of the model adds nothing to its embeddings, so there is nothing to place.
    """
    gain = gains(scores)
    if not gain.sum() > 0:
        raise ValueError(f"scores are {[*scores]}: the last is not above the first, so no layer adds to it")
    return float(np.arange(1, len(gain) + 1) @ gain / gain.sum())


def _checked(shares: Sequence[float] | np.ndarray) -> np.ndarray:
    s = np.asarray(shares, dtype=np.float64)
    if s.ndim != 1 or (s < 0).any() or not np.isclose(s.sum(), 1, atol=1e-4):
        raise ValueError(f"shares are {s.tolist()}, expected one for each layer, adding up to 1")
    return s
