"""Which sense a word has, told by where its vector lies: nearest centroids, and a linear map that helps them.

Coenen et al. 2019, "Visualizing and Measuring the Geometry of BERT", section 4.2: the uses of a word in one
sense have a mean, and a new use has the sense of the nearest mean. Their baseline is the first sense, the
most frequent one. Their *semantic probe* is a map to fewer numbers, trained so that uses of one sense come
nearer to one another than uses of different senses; its control is the same map before training. What the
same word's vector becomes between two sentences is in `tlcourse.probe.mixed_contexts`.
Shapes: N uses of one word, L layers of H numbers, K senses, a map to M numbers.

Taught in lesson *The geometry of BERT*.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from tlcourse.data.glove import Vectors
from tlcourse.data.senseval import Senses
from tlcourse.models.pretrained.text_encoders import TextEncoder
from tlcourse.probe import sentence_states

RATE, STEPS, BATCH = 1e-3, 300, 256
CLAMP = 0.1  # how far the mean cosines may move from what they were
SPREAD = 0.05  # the map is drawn from U(−SPREAD, SPREAD), as the structural probe's


def use_states(encoder: TextEncoder, senses: Senses, layers: Sequence[int] | None = None) -> np.ndarray:
    """The word's own vector in each use: float32 (N, L, H), kept on disk.

    Args:
        layers: which, 0 for the embeddings; all if not given.

    Raises:
        ValueError: there is no such layer.
    """
    found = sentence_states.cached(encoder, senses.words, layers, only=senses.position)
    return np.stack([np.concatenate(layer) for layer in found], axis=1).astype(np.float32)


def fewer(senses: Senses, most: int, seed: int = 0, most_words: int | None = None) -> Senses:
    """A random `most` of the uses, or all, with the sides of the split that they are on; names stay.

    Args:
        most_words: longer uses are left out before the draw.
    """
    short = [i for i, words in enumerate(senses.words) if most_words is None or len(words) <= most_words]
    kept = np.sort(np.random.default_rng(seed).permutation(np.array(short, dtype=np.int64))[:most])
    train, test = (np.flatnonzero(np.isin(kept, side)) for side in (senses.train_index, senses.test_index))
    return replace(
        senses,
        ids=[senses.ids[i] for i in kept],
        words=[senses.words[i] for i in kept],
        position=senses.position[kept],
        sense=senses.sense[kept],
        train_index=train,
        test_index=test,
    )


def context_means(senses: Senses, vectors: Vectors, window: int = 10) -> np.ndarray:
    """What static vectors say: the mean vector of the words around each use, float32 (N, D).

    The word itself, which is the same in all uses, and words without a vector are left out; 0 if no word is
    left.

    Args:
        window: how many words to either side.
    """
    found = np.zeros((len(senses.words), vectors.matrix.shape[1]), dtype=np.float32)
    for row, words, at in zip(found, senses.words, senses.position, strict=True):
        around = [*words[max(0, at - window) : at], *words[at + 1 : at + 1 + window]]
        known = [vectors.index[word.lower()] for word in around if word.lower() in vectors.index]
        if known:
            row[:] = vectors.matrix[known].mean(axis=0)
    return found


def first_sense(sense: np.ndarray) -> int:
    """The most frequent sense of the training uses, int64 (N,); of several the one with the lowest number.

    Raises ValueError: there are no uses.
    """
    if not len(sense):
        raise ValueError("there are no uses to tell the most frequent sense from")
    return int(np.bincount(sense).argmax())


class NearestCentroid:
    """Senses by their mean vectors.

    Attributes:
        names: int64 (K,), the senses that occur, ascending.
        centroids: float64 (K, H).
    """

    def __init__(self, states: np.ndarray, sense: np.ndarray):
        """`states`: (N, H) of the training uses. `sense`: int64 (N,). Raises ValueError: other shapes."""
        if np.ndim(states) != 2 or np.shape(sense) != (len(states),) or not len(states):
            raise ValueError(
                f"got states {np.shape(states)} and sense {np.shape(sense)}, expected (N, H), (N,)"
            )
        self.names = np.unique(sense)
        means = [np.asarray(states)[sense == name].mean(axis=0, dtype=np.float64) for name in self.names]
        self.centroids = np.stack(means)

    def cosines(self, states: np.ndarray) -> np.ndarray:
        """With each centroid: (N, H) → (N, K)."""
        return _unit(np.asarray(states, dtype=np.float64)) @ _unit(self.centroids).T

    def predict(self, states: np.ndarray) -> np.ndarray:
        """The sense with the centroid at the largest cosine: (N, H) → int64 (N,)."""
        return self.names[self.cosines(states).argmax(axis=1)]


class WeighedCentroids(NearestCentroid):
    """The same centroids, and how frequent each sense is: what nearest centroids alone leave out.

    A use has the sense with the largest τ·cosine + ln(share of the training uses), as if cosines told how
    probable a use is. τ is the one of `STRENGTHS` under which the training uses' own senses are likeliest.
    Not of the paper: a control, to tell what frequency is worth.

    Attributes:
        shares: float64 (K,). strength: τ.
    """

    STRENGTHS = 2.0 ** np.arange(-1, 11)

    def __init__(self, states: np.ndarray, sense: np.ndarray):
        """As `NearestCentroid`."""
        super().__init__(states, sense)
        place = np.searchsorted(self.names, sense)
        self.shares = np.bincount(place) / len(place)
        cosines, rows = self.cosines(states), np.arange(len(place))
        likely = [self._log_shares(cosines, tau)[rows, place].mean() for tau in self.STRENGTHS]
        self.strength = float(self.STRENGTHS[int(np.argmax(likely))])

    def _log_shares(self, cosines: np.ndarray, strength: float) -> np.ndarray:
        scores = strength * cosines + np.log(self.shares)
        return scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)

    def predict(self, states: np.ndarray) -> np.ndarray:
        """(N, H) → int64 (N,)."""
        return self.names[self._log_shares(self.cosines(states), self.strength).argmax(axis=1)]


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)


def score_by_layer(states: np.ndarray, senses: Senses) -> list[float]:
    """The share of the test uses whose sense the nearest centroid tells, for each layer of (N, L, H).

    With one answer for each use, as here, it equals the F1 that papers on word senses give. The baseline is
    `first_sense_score`.
    """
    train, test = senses.train_index, senses.test_index
    found = []
    for layer in np.moveaxis(states, 1, 0):
        told = NearestCentroid(layer[train], senses.sense[train]).predict(layer[test])
        found.append(float((told == senses.sense[test]).mean()))
    return found


def first_sense_score(senses: Senses) -> float:
    """The share of the test uses that have the most frequent sense of the training uses."""
    return float((senses.sense[senses.test_index] == first_sense(senses.sense[senses.train_index])).mean())


class SemanticProbe(nn.Module):
    """B, (M, H): a random map, until it is trained. Attributes: `b`."""

    def __init__(self, width: int, m: int, seed: int = 0):
        """`width`: H. `m`: M. Raises ValueError: m is not from 1 to H."""
        super().__init__()
        if not 1 <= m <= width:
            raise ValueError(f"m is {m}, expected 1 to {width}, the width of the states")
        generator = torch.Generator().manual_seed(seed)
        self.b = nn.Parameter((torch.rand(m, width, generator=generator) * 2 - 1) * SPREAD)

    def forward(self, states: Tensor) -> Tensor:
        """(…, H) → (…, M)."""
        return states @ self.b.T

    @torch.inference_mode()
    def transform(self, states: np.ndarray) -> np.ndarray:
        """(N, H) → float32 (N, M)."""
        return self(torch.as_tensor(states, dtype=torch.float32)).numpy()


def mean_cosines(states: Tensor, sense: Tensor, word: Tensor) -> tuple[Tensor, Tensor]:
    """The mean cosine of two uses of a word in one sense, and of two in different senses.

    Args:
        states: (N, H). sense, word: int64 (N,); only uses of the same word are compared.

    Returns:
        two numbers; NaN where there is no such pair.
    """
    rows = nn.functional.normalize(states, dim=-1)
    cosines = rows @ rows.T
    pairs = torch.ones_like(cosines, dtype=torch.bool).triu(1) & (word[:, None] == word)
    same = sense[:, None] == sense
    return cosines[pairs & same].mean(), cosines[pairs & ~same].mean()


def fit_semantic_probe(
    states: np.ndarray,
    sense: np.ndarray,
    m: int,
    seed: int = 0,
    word: np.ndarray | None = None,
    clamp: float = CLAMP,
    steps: int = STEPS,
) -> SemanticProbe:
    """Train a map on the training uses of one word or of several (section 4.2.1).

    The loss is the mean cosine of uses in different senses minus that of uses in one sense. As in the paper,
    neither counts once it has moved by `clamp` from what it was before training: without that, a probe goes
    on to part what is well apart already. "Before training" is read here as in the states themselves.

    Args:
        states: (N, H). sense: int64 (N,).
        m: numbers that the map leaves.
        word: int64 (N,), where there are several words: only uses of the same one are compared.

    Raises:
        ValueError: shapes that do not fit, m not from 1 to H, or no pairs of one kind.
    """
    if np.ndim(states) != 2 or np.shape(sense) != (len(states),):
        raise ValueError(
            f"got states {np.shape(states)} and sense {np.shape(sense)}, expected (N, H) and (N,)"
        )
    x, y = torch.as_tensor(states, dtype=torch.float32), torch.as_tensor(sense)
    group = torch.zeros_like(y) if word is None else torch.as_tensor(word)
    probe = SemanticProbe(x.shape[1], m, seed)
    optimizer = torch.optim.Adam(probe.parameters(), lr=RATE)
    generator = torch.Generator().manual_seed(seed)
    some = torch.randperm(len(x), generator=generator)[:2000]
    same_before, different_before = mean_cosines(x[some], y[some], group[some])
    if same_before.isnan() or different_before.isnan():
        raise ValueError("expected a word with two senses or more, and two uses or more of one of them")
    for _ in range(steps):
        rows = torch.randperm(len(x), generator=generator)[:BATCH]
        same, different = mean_cosines(probe(x[rows]), y[rows], group[rows])
        if same.isnan() or different.isnan():  # a batch without such a pair
            continue
        gap = different.clamp(different_before - clamp, different_before + clamp) - same.clamp(
            same_before - clamp, same_before + clamp
        )
        optimizer.zero_grad()
        gap.backward()
        optimizer.step()
    return probe.eval()
