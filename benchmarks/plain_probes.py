"""The structural probe trained in two plainer ways, for `probing.py speed` to compare with.

Both start from the same map, take the same sentences in the same order and take the same steps as
`tlcourse.probe.structural.fit`, so that they come to the same map; only how
a batch's loss is computed differs.
"""

import time
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from tlcourse.data.dependency_trees import DependencyTree
from tlcourse.probe import structural, tree_metrics

Loss = Callable[[Tensor, list[Tensor], list[Tensor]], Tensor]  # of B, of states (T, H), of distances (T, T)


def sentence_by_sentence(b: Tensor, states: list[Tensor], gold: list[Tensor]) -> Tensor:
    """The formula as it is written: for each sentence all differences of its words, and their lengths."""
    total = torch.zeros(())
    for h, true in zip(states, gold, strict=True):
        moved = h @ b.T
        squared = (moved[:, None] - moved[None, :]).square().sum(dim=-1)
        total = total + (squared - true).abs().sum() / len(h) ** 2
    return total / len(states)


def padded_differences(b: Tensor, states: list[Tensor], gold: list[Tensor]) -> Tensor:
    """As the authors' code does it: padded to (N, T, H), all differences in one array, (N, T, T, rank)."""
    padded = torch.nn.utils.rnn.pad_sequence(states, batch_first=True)
    longest = padded.shape[1]
    true = torch.full((len(states), longest, longest), -1.0)
    for row, one in zip(true, gold, strict=True):
        row[: len(one), : len(one)] = one
    moved = (padded @ b.T).unsqueeze(2).expand(-1, -1, longest, -1)
    squared = (moved - moved.transpose(1, 2)).square().sum(dim=-1)
    there = (true != -1).float()
    lengths = torch.tensor([float(len(one)) for one in states])
    errors = (squared * there - true * there).abs().sum(dim=(1, 2))
    return (errors / lengths.square()).sum() / len(states)


def train(
    loss_of: Loss,
    states: Sequence[np.ndarray],
    trees: Sequence[DependencyTree],
    rank: int,
    seed: int,
    epochs: int,
) -> Tensor:
    """B after some epochs on the sentences that `structural.fit` learns from, at its first rate."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(states))
    learnt = order[max(1, round(structural.HELD_OUT * len(order))) :]
    h = [torch.from_numpy(one.astype(np.float32)) for one in states]
    gold = [torch.from_numpy(tree_metrics.tree_distances(tree.heads)).float() for tree in trees]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        spread = structural.SPREAD
        b = torch.empty(rank, h[0].shape[1]).uniform_(-spread, spread).requires_grad_()
    optimizer = torch.optim.Adam([b], lr=structural.RATE, fused=True)
    for _ in range(epochs):
        mixed = rng.permutation(learnt)
        for start in range(0, len(mixed), structural.BATCH):
            rows = mixed[start : start + structural.BATCH]
            loss = loss_of(b, [h[i] for i in rows], [gold[i] for i in rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return b.detach()


def seconds(
    states: Sequence[np.ndarray], trees: Sequence[DependencyTree], rank: int, seed: int, epochs: int = 10
) -> dict[str, float]:
    """CPU seconds of a distance probe's training, by way. All three must find the same map."""
    rank = min(rank, states[0].shape[1])
    given = (states, trees, rank, seed, epochs)
    ways = {
        "ours": lambda: structural.fit(structural.DistanceProbe, *given).b.detach(),
        "sentence by sentence": lambda: train(sentence_by_sentence, *given),
        "all differences, padded": lambda: train(padded_differences, *given),
    }
    took, maps = {}, []
    for way, run in ways.items():
        started = time.process_time()
        maps.append(run())
        took[way] = time.process_time() - started
    for b in maps:
        torch.testing.assert_close(b, maps[0], atol=1e-3, rtol=1e-2)
    return took
