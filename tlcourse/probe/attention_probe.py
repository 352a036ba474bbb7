"""Read the tree from the attention weights alone: a parser, and a classifier of pairs.

The parser is Clark et al.'s (2019, section 5): the probability that word i is the head of word j is
p(i|j) ∝ exp Σ_k (w_k α^k_ij + u_k α^k_ji), two numbers for each head k. The classifier is Coenen et al.'s
(2019, section 3.1): a pair of words is described by the weights of all heads in both directions, and a linear
model says whether one depends on the other. Shapes: K heads of all layers, W words.

Taught in lesson *What does BERT look at*.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor, nn

from tlcourse.data.dependency_trees import ROOT, DependencyTree

EPOCHS, BATCH, RATE = 20, 32, 0.05
_NOWHERE = -1e9


class AttentionParser(nn.Module):
    """p(i|j) for each word j over the other words i of its sentence."""

    def __init__(self, n_heads: int):
        super().__init__()
        self.w = nn.Parameter(torch.zeros(n_heads))
        self.u = nn.Parameter(torch.zeros(n_heads))

    def forward(self, maps: Tensor, words: Tensor) -> Tensor:
        """(B, K, W, W) with row = from, and which words are there, bool (B, W) → logits (B, W, W).

        Row j of the logits is over the words i that could be the head of j; itself is none of them.
        """
        # α_ji, from j to i, and α_ij, from i to j: both as row j, column i.
        scores = torch.einsum("bkji,k->bji", maps, self.u) + torch.einsum("bkij,k->bji", maps, self.w)
        itself = torch.eye(words.shape[1], dtype=torch.bool)
        return scores.masked_fill(~words[:, None, :] | itself, _NOWHERE)

    @torch.inference_mode()
    def heads(self, maps: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Of each sentence (K, W, W) the likeliest head of each word, int64 (W,)."""
        found = []
        for one in maps:
            there = torch.ones(1, one.shape[-1], dtype=torch.bool)
            found.append(self(torch.from_numpy(one)[None], there)[0].argmax(dim=-1).numpy())
        return found


def all_heads(between_words: np.ndarray) -> np.ndarray:
    """(L, A, W, W) → float32 (K, W, W)."""
    return np.ascontiguousarray(between_words.reshape(-1, *between_words.shape[-2:]), dtype=np.float32)


def fit(maps: Sequence[np.ndarray], trees: Sequence[DependencyTree], seed: int) -> AttentionParser:
    """Train w and u by cross-entropy on every word that has a head and is no punctuation.

    Args:
        maps: (K, W, W) for each tree.

    Raises ValueError if maps and trees do not fit.
    """
    for one, tree in zip(maps, trees, strict=True):
        if one.ndim != 3 or one.shape[1:] != (len(tree.words),) * 2:
            raise ValueError(f"a map is {one.shape}, expected (heads, {len(tree.words)}, {len(tree.words)})")
    parser = AttentionParser(len(maps[0]))
    optimizer = torch.optim.Adam(parser.parameters(), lr=RATE)
    rng = np.random.default_rng(seed)
    for _ in range(EPOCHS):
        order = rng.permutation(len(maps))
        for start in range(0, len(order), BATCH):
            some = order[start : start + BATCH]
            x, there, heads = _padded([maps[i] for i in some], [trees[i] for i in some])
            loss = nn.functional.cross_entropy(
                parser(x, there).flatten(0, 1), heads.flatten(), ignore_index=ROOT
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return parser.eval()


def _padded(maps: list[np.ndarray], trees: list[DependencyTree]) -> tuple[Tensor, Tensor, Tensor]:
    """Maps (B, K, W, W), which words are there (B, W), heads (B, W): `ROOT` where none is to be learned."""
    longest = max(len(tree.words) for tree in trees)
    x = torch.zeros(len(maps), len(maps[0]), longest, longest)
    there = torch.zeros(len(maps), longest, dtype=torch.bool)
    heads = torch.full((len(maps), longest), ROOT)
    for row, (one, tree) in enumerate(zip(maps, trees, strict=True)):
        n = len(tree.words)
        x[row, :, :n, :n] = torch.from_numpy(one)
        there[row, :n] = True
        heads[row, :n] = torch.from_numpy(np.where(tree.is_punctuation, ROOT, tree.heads))
    return x, there, heads


def attachment_score(predicted: Sequence[np.ndarray], trees: Sequence[DependencyTree]) -> float:
    """UAS: the share of words whose head is found; roots and punctuation are left out."""
    right = words = 0
    for heads, tree in zip(predicted, trees, strict=True):
        counted = (tree.heads != ROOT) & ~tree.is_punctuation
        right += int((heads == tree.heads)[counted].sum())
        words += int(counted.sum())
    return right / words


@dataclass(frozen=True)
class Pairs:
    """Pairs of words (j, i) of one sentence.

    Attributes:
        first, second: int64 (N,): their places.
        linked: int64 (N,): 1 if `second` is the head of `first`, else 0.
    """

    first: np.ndarray
    second: np.ndarray
    linked: np.ndarray

    @property
    def offsets(self) -> np.ndarray:
        """How many words to the right of `first` the `second` stands, int64 (N,); below 0 to the left."""
        return self.second - self.first


def choose_pairs(trees: Sequence[DependencyTree], seed: int, same_offset: bool = False) -> list[Pairs]:
    """For each tree, every word with its head, and as many words that no arc links.

    Punctuation is never the word that has a head. It may be the other word of a pair without an arc, which
    gives a reader a little that is no syntax.

    Args:
        same_offset: the pair without an arc is as far apart, in the same direction, as the one with it, so
            that places alone tell nothing; a word for which there is no such pair is left out. Otherwise it
            is the word itself with any other.
    """
    rng = np.random.default_rng(seed)
    found = []
    for tree in trees:
        n, words = len(tree.words), np.flatnonzero((tree.heads != ROOT) & ~tree.is_punctuation)
        linked = {(int(j), int(tree.heads[j])) for j in words}
        linked |= {(i, j) for j, i in linked}
        rows = []
        for j in map(int, words):
            head = int(tree.heads[j])
            if same_offset:
                free = [(k, k + head - j) for k in map(int, words) if 0 <= k + head - j < n]
            else:
                free = [(j, i) for i in range(n) if i != j]
            free = [pair for pair in free if pair not in linked]
            if free:
                rows += [(j, head, 1), (*free[int(rng.integers(len(free)))], 0)]
            elif not same_offset:
                rows.append((j, head, 1))
        found.append(Pairs(*np.array(rows, dtype=np.int64).reshape(-1, 3).T))
    return found


def weights_between(maps: Sequence[np.ndarray], pairs: Sequence[Pairs]) -> np.ndarray:
    """What describes each pair: the weights of all heads there and back, float32 (N, 2K).

    Args:
        maps: (K, W, W) for each sentence; `pairs` of the same sentences.
    """
    rows = [
        np.concatenate([one[:, some.first, some.second], one[:, some.second, some.first]]).T
        for one, some in zip(maps, pairs, strict=True)
    ]
    return np.concatenate(rows).astype(np.float32)


def pairs(
    maps: Sequence[np.ndarray], trees: Sequence[DependencyTree], seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Word pairs, half of them dependent and head, half drawn from words without an arc between them.

    Returns float32 (N, 2K), the weights from the first word to the second and back, and int64 (N,): 1 for an
    arc.
    """
    chosen = choose_pairs(trees, seed)
    return weights_between(maps, chosen), np.concatenate([some.linked for some in chosen])


def places(pairs: Sequence[Pairs], farthest: int = 10) -> np.ndarray:
    """What a reader without attention knows of each pair: its offset, one-hot, float32 (N, 2·farthest + 1).

    Args:
        farthest: pairs that are farther apart count as this far.
    """
    offsets = np.concatenate([some.offsets for some in pairs]).clip(-farthest, farthest)
    return np.eye(2 * farthest + 1, dtype=np.float32)[offsets + farthest]


def classifier(strength: float = 1.0) -> Pipeline:
    """L2-regularised logistic regression, as the paper's; `strength` is scikit-learn's C."""
    return make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=1000))
