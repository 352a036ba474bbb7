"""Read the tree from the attention weights alone: a parser, and a classifier of pairs.

The parser is Clark et al.'s (2019, section 5): the probability that word i is the head of word j is
p(i|j) ∝ exp Σ_k (w_k α^k_ij + u_k α^k_ji), two numbers for each head k. The classifier is Coenen et al.'s
(2019, section 3.1): a pair of words is described by the weights of all heads in both directions, and a linear
model says whether one depends on the other. Shapes: K heads of all layers, W words.

Taught in lesson *What does BERT look at*.
"""

from collections.abc import Sequence

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


def pairs(
    maps: Sequence[np.ndarray], trees: Sequence[DependencyTree], seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Word pairs, half of them dependent and head, half drawn from words without an arc between them.

    Returns float32 (N, 2K), the weights from the first word to the second and back, and int64 (N,): 1 for an
    arc.
    """
    rng = np.random.default_rng(seed)
    x, y = [], []
    for one, tree in zip(maps, trees, strict=True):
        words = np.flatnonzero((tree.heads != ROOT) & ~tree.is_punctuation)
        linked = {(int(j), int(tree.heads[j])) for j in words}
        linked |= {(i, j) for j, i in linked}
        for j in words:
            free = [i for i in range(len(tree.words)) if i != j and (int(j), i) not in linked]
            for i, label in ((int(tree.heads[j]), 1), *((int(rng.choice(free)), 0) for _ in free[:1])):
                x.append(np.concatenate([one[:, j, i], one[:, i, j]]))
                y.append(label)
    return np.array(x, dtype=np.float32), np.array(y)


def classifier(strength: float = 1.0) -> Pipeline:
    """L2-regularised logistic regression, as the paper's; `strength` is scikit-learn's C."""
    return make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=1000))
