"""The structural probe: a linear map after which squared distances are path lengths, or squared norms depths.

Hewitt and Manning 2019, "A Structural Probe for Finding Syntax in Word Representations", section 2. For the
states h of a sentence s of |s| words and its tree, with d the number of edges between two words and ‖w‖ the
number of edges from a word to the root:

- distance: min over B of Σ_s 1/|s|² Σ_{i,j} | d(i, j) − ‖B(h_i − h_j)‖² |
- depth: min over B of Σ_s 1/|s| Σ_i | ‖w_i‖ − ‖B h_i‖² |

Trained as by the authors' code: B from U(−0.05, 0.05), Adam at 1e-3, 20 sentences a batch, 40 epochs at most;
after an epoch without a new least loss on held-out sentences the rate is a tenth, after five such training
ends, and the best B is kept. Those sentences are taken from the training ones here, never from a test.
Shapes: a batch of N sentences, T words in the longest, states of H numbers, a map to `rank` numbers.

Taught in lesson *Probing for structure*.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from tlcourse.data.dependency_trees import DependencyTree
from tlcourse.probe.tree_metrics import tree_depths, tree_distances

RATE, BATCH, EPOCHS = 1e-3, 20, 40
PATIENCE = 5  # epochs without a new least loss, after which training ends
LEAST_GAIN = 1e-4  # of the loss, for an epoch to count as better
HELD_OUT = 0.1  # of the training sentences
SPREAD = 0.05  # B is drawn from U(−SPREAD, SPREAD)


@dataclass(frozen=True)
class Epoch:
    """Mean loss per sentence on the training and the held-out sentences, and the rate that was used."""

    trained: float
    held_out: float
    rate: float


class StructuralProbe(nn.Module, ABC):
    """B, and what is read off after it: see `DistanceProbe` and `DepthProbe`.

    Attributes:
        b: (rank, H).
        scale: what states are multiplied by before B, 1 in the paper.
        history: an `Epoch` for each epoch of training.
    """

    def __init__(self, width: int, rank: int | None = None, scale: float = 1.0):
        """`width`: H. `rank`: of the map, H if not given. Raises ValueError: rank is not from 1 to H."""
        super().__init__()
        rank = width if rank is None else rank
        if not 1 <= rank <= width:
            raise ValueError(f"rank is {rank}, expected 1 to {width}, the width of the states")
        self.b = nn.Parameter(torch.empty(rank, width).uniform_(-SPREAD, SPREAD))
        self.scale = scale
        self.history: list[Epoch] = []

    def transform(self, states: Tensor) -> Tensor:
        """B h: (…, H) → (…, rank)."""
        return self.scale * (states @ self.b.T)

    def forward(self, states: Tensor) -> Tensor:
        """(N, T, H) → (N, T, T) squared distances, or (N, T) squared norms."""
        return self.measure(self.transform(states))

    @abstractmethod
    def measure(self, transformed: Tensor) -> Tensor:
        """The squared distances or norms of (N, T, rank)."""

    @staticmethod
    @abstractmethod
    def gold(tree: DependencyTree) -> np.ndarray:
        """What is to be predicted for one sentence. Raises ValueError: it is no tree."""

    @staticmethod
    @abstractmethod
    def loss(predicted: Tensor, gold: Tensor, lengths: Tensor) -> Tensor:
        """The mean over a batch's sentences; what lies beyond a sentence's length is passed over."""

    @torch.inference_mode()
    def predict(self, states: Sequence[np.ndarray]) -> list[np.ndarray]:
        """For each sentence's (T, H), float32 (T, T) or (T,)."""
        return [self(torch.as_tensor(one, dtype=torch.float32)[None])[0].numpy() for one in states]


class DistanceProbe(StructuralProbe):
    """‖B(h_i − h_j)‖² for all pairs of words."""

    def measure(self, transformed: Tensor) -> Tensor:
        """(N, T, rank) → (N, T, T), as ‖x‖² + ‖y‖² − 2 x·y, which needs no array of differences."""
        products = transformed @ transformed.transpose(1, 2)
        norms = products.diagonal(dim1=1, dim2=2)
        squared = norms[:, :, None] + norms[:, None, :] - 2 * products
        return squared.clamp_min(0)  # rounding may leave a little less

    @staticmethod
    def gold(tree: DependencyTree) -> np.ndarray:
        """(T, T) path lengths."""
        return tree_distances(tree.heads)

    @staticmethod
    def loss(predicted: Tensor, gold: Tensor, lengths: Tensor) -> Tensor:
        """(N, T, T), (N, T, T), (N,) → a number."""
        share = _shares(lengths, predicted.shape[1])
        share = share[:, :, None] * share[:, None, :]  # 1/|s|²
        return (share * (predicted - gold).abs()).sum() / len(lengths)


class DepthProbe(StructuralProbe):
    """‖B h_i‖² for all words."""

    def measure(self, transformed: Tensor) -> Tensor:
        """(N, T, rank) → (N, T)."""
        return transformed.square().sum(dim=-1)

    @staticmethod
    def gold(tree: DependencyTree) -> np.ndarray:
        """(T,) depths."""
        return tree_depths(tree.heads)

    @staticmethod
    def loss(predicted: Tensor, gold: Tensor, lengths: Tensor) -> Tensor:
        """(N, T), (N, T), (N,) → a number."""
        share = _shares(lengths, predicted.shape[1])
        return (share * (predicted - gold).abs()).sum() / len(lengths)


def _shares(lengths: Tensor, longest: int) -> Tensor:
    """(N,) → (N, T): 1/|s| for each word of a sentence, 0 beyond its end."""
    return (torch.arange(longest) < lengths[:, None]) / lengths[:, None]


class _Sentences:
    """States and gold of some sentences, and batches of them.

    Only real words are multiplied by B, which is most of the work; padding comes after it.
    """

    def __init__(self, states: Sequence[np.ndarray], gold: Sequence[np.ndarray]):
        self.gold = gold
        self.lengths = np.array([len(one) for one in states])
        self.begins = np.cumsum([0, *self.lengths[:-1]])
        self.words = torch.from_numpy(np.concatenate(states).astype(np.float32))  # all of them, (W, H)

    def batch(self, rows: np.ndarray) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """States of all words, one after the other, (W, H); for N sentences of T words which of those each
        word is, (N, T); gold; lengths (N,). Beyond a sentence's end stand the first word, and a gold of 0."""
        lengths = self.lengths[rows]
        there = np.arange(lengths.max()) < lengths[:, None]
        words = (self.begins[rows][:, None] + np.arange(lengths.max()))[there]
        places = np.zeros(there.shape, dtype=np.int64)
        places[there] = np.arange(len(words))
        gold = np.zeros((len(rows), *[lengths.max()] * self.gold[0].ndim), dtype=np.float32)
        for padded, row in zip(gold, rows, strict=True):
            one = self.gold[row]
            padded[tuple(map(slice, one.shape))] = one
        words = self.words[torch.from_numpy(words)]
        return words, torch.from_numpy(places), torch.from_numpy(gold), torch.from_numpy(lengths)

    def losses(self, probe: StructuralProbe, order: np.ndarray) -> Iterator[tuple[Tensor, int]]:
        """Each batch's loss, and how many sentences it is over."""
        for start in range(0, len(order), BATCH):
            words, places, gold, lengths = self.batch(order[start : start + BATCH])
            transformed = nn.functional.embedding(places, probe.transform(words))
            yield probe.loss(probe.measure(transformed), gold, lengths), len(lengths)


def _mean_norm(states: Sequence[np.ndarray]) -> float:
    """The mean length of a word's state."""
    lengths = [np.linalg.norm(one.astype(np.float32), axis=1) for one in states]
    return float(np.concatenate(lengths).mean())


def fit(
    kind: type[StructuralProbe],
    states: Sequence[np.ndarray],
    trees: Sequence[DependencyTree],
    rank: int | None = None,
    seed: int = 0,
    epochs: int = EPOCHS,
    mean_norm: float | None = None,
) -> StructuralProbe:
    """Train a probe on N sentences, a tenth of which are held out to lower the rate and to stop on.

    Args:
        kind: `DistanceProbe` or `DepthProbe`.
        states: of each sentence, (T, H); of one layer.
        rank: of B, H if not given.
        seed: draws B, the held-out sentences and the order of the others.
        epochs: at most.
        mean_norm: multiply all states by one number, so that the training words' mean length is this. B could
            have that number in it, so the same maps can be found; but with few sentences it decides how far
            training comes and how much it overfits, and states from several sources are compared fairly only
            at one length. The paper, with 40,000 sentences, leaves them as they are, which is the default.

    Raises:
        ValueError: fewer than ten sentences, or states that do not fit their trees.
    """
    if len(states) != len(trees) or len(states) < 10:
        raise ValueError(f"got {len(states)} states and {len(trees)} trees, expected ten or more of each")
    for one, tree in zip(states, trees, strict=True):
        if one.ndim != 2 or len(one) != len(tree.words):
            raise ValueError(f"states are {one.shape}, expected ({len(tree.words)}, H), a row for each word")
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(states))
    aside, learnt = np.split(order, [max(1, round(HELD_OUT * len(order)))])
    sentences = _Sentences(states, [kind.gold(tree) for tree in trees])
    scale = 1.0 if mean_norm is None else mean_norm / _mean_norm([states[i] for i in learnt])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        probe = kind(states[0].shape[1], rank, scale)
    optimizer = torch.optim.Adam(probe.parameters(), lr=RATE, fused=True)  # one step is 5 ms
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.1, patience=0)
    least, best, since = float("inf"), probe.b.detach().clone(), 0
    for _ in range(epochs):
        rate = optimizer.param_groups[0]["lr"]
        trained = 0.0
        for loss, n in sentences.losses(probe, rng.permutation(learnt)):
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            trained += loss.item() * n
        with torch.inference_mode():
            held = sum(loss.item() * n for loss, n in sentences.losses(probe, aside)) / len(aside)
        schedule.step(held)
        probe.history.append(Epoch(trained / len(learnt), held, rate))
        if held < least - LEAST_GAIN:
            least, best, since = held, probe.b.detach().clone(), 0
        else:
            since += 1
        if since == PATIENCE:
            break
    with torch.no_grad():
        probe.b.copy_(best)
    return probe.eval()
