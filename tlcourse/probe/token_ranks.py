"""How far down a model's list each piece of a text stands: what tells drawn text from what people wrote.

GLTR (Gehrmann et al. 2019, "GLTR: Statistical Detection and Visualization of Generated Text", section 2)
looks at three things at each place: the probability of the piece that stands there, its rank among all
pieces, and the entropy of the distribution. Text that was drawn from a model has too many pieces from the top
of the list.

Taught in lesson *GPT-2*.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor

TOPS = (10, 100, 1000)  # GLTR's green, yellow and red; the rest is purple
FEATURES = ("log p", "log rank", "entropy", *(f"in the top {k:,}" for k in TOPS))


@dataclass(frozen=True)
class Places:
    """What a model says of each place of B texts, all (B, T) float32 or int64.

    Attributes:
        log_p: ln of the probability of the piece that stands there.
        rank: 1 for the likeliest piece.
        entropy: of the distribution, in nats.
    """

    log_p: np.ndarray
    rank: np.ndarray
    entropy: np.ndarray

    def features(self) -> np.ndarray:
        """(B, 6), the means over the places: see `FEATURES`."""
        tops = [(self.rank <= k).mean(axis=1) for k in TOPS]
        means = [self.log_p.mean(axis=1), np.log(self.rank).mean(axis=1), self.entropy.mean(axis=1)]
        return np.column_stack([*means, *tops])


@torch.inference_mode()
def places(logits: Callable[[Tensor], Tensor], ids: Tensor, n_given: int, batch_size: int = 2) -> Places:
    """Ask a model about texts of equal length.

    Args:
        logits: (B, T) → (B, T, V), position t for the piece at t + 1.
        ids: (B, T), of which the first `n_given` are read and not judged.
    """
    found: list[list[np.ndarray]] = [[], [], []]
    for some in ids.split(batch_size):
        log_p = logits(some)[:, n_given - 1 : -1].float().log_softmax(dim=-1)
        own = log_p.gather(2, some[:, n_given:, None])
        rank = 1 + (log_p > own).sum(dim=-1)
        entropy = torch.special.entr(log_p.exp()).sum(dim=-1)
        for kept, part in zip(found, (own[..., 0], rank, entropy), strict=True):
            kept.append(part.numpy())
    return Places(*(np.concatenate(parts) for parts in found))


def auroc(generated: np.ndarray, people: np.ndarray) -> float:
    """How often a text that was generated has the higher score of the two: 0.5 by chance. (B,) each."""
    labels = np.r_[np.ones(len(generated)), np.zeros(len(people))]
    return float(roc_auc_score(labels, np.r_[generated, people]))


def classified(generated: np.ndarray, people: np.ndarray, seed: int) -> float:
    """AUROC of logistic regression on the features, on texts whose beginnings it has not seen.

    Row i of both, (B, 6), goes on from the same beginning; half of the beginnings are for training.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(generated))
    train, test = order[: len(order) // 2], order[len(order) // 2 :]
    x = np.concatenate([generated[train], people[train]])
    y = np.repeat([1, 0], len(train))
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(x, y)
    return auroc(*(model.decision_function(part[test]) for part in (generated, people)))
