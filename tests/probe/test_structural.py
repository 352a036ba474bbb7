"""The structural probe: its loss is the paper's sum, padding counts for nothing, a tree put in is found."""

import numpy as np
import pytest
import torch

from tlcourse.data.dependency_trees import DependencyTree
from tlcourse.probe import structural, tree_metrics
from tlcourse.probe.structural import DepthProbe, DistanceProbe


def made(n_sentences: int = 60, width: int = 24, seed: int = 0, noise: float = 0.01, size: float = 1.0):
    """Random trees, and states in which some rotation of squared distances and norms are the trees' own."""
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(np.random.default_rng(99).normal(size=(width, width)))[0]
    states, trees = [], []
    for _ in range(n_sentences):
        n = int(rng.integers(2, 9))
        order, heads = rng.permutation(n), np.full(n, -1)
        for k in range(1, n):
            heads[order[k]] = order[rng.integers(k)]
        path = tree_metrics.ancestors(heads)[:, heads >= 0].astype(float)
        points = np.zeros((n, width))
        points[:, : n - 1] = path
        points[:, 12:] = rng.normal(size=(n, width - 12))  # what the probe has to pass over
        points = points @ turn + noise * rng.normal(size=(n, width))
        states.append((size * points).astype(np.float32))
        marks = np.zeros(n, dtype=bool)
        trees.append(DependencyTree(["w"] * n, ["X"] * n, heads, [], marks))
    return states, trees


def papers_loss(kind, b, states, trees):
    """The paper's sums, word by word; squared lengths by the definition."""
    losses = []
    for h, tree in zip(states, trees, strict=True):
        n, total = len(h), 0.0
        for i in range(n):
            if kind is DepthProbe:
                total += abs(tree_metrics.tree_depths(tree.heads)[i] - (b @ h[i]) @ (b @ h[i]))
            else:
                for j in range(n):
                    between = b @ (h[i] - h[j])
                    total += abs(tree_metrics.tree_distances(tree.heads)[i, j] - between @ between)
        losses.append(total / (n if kind is DepthProbe else n**2))
    return float(np.mean(losses))


@pytest.mark.parametrize("kind", [DistanceProbe, DepthProbe])
def test_the_loss_of_a_padded_batch_is_the_papers_sum(kind):
    states, trees = made(7)
    torch.manual_seed(0)
    probe = kind(24, rank=5)
    assert probe.b.shape == (5, 24)
    assert probe.b.abs().max() <= 0.05
    longest = max(map(len, states))
    padded = torch.full((7, longest, 24), 7.0)  # what stands there must not matter
    gold = torch.full((7, *[longest] * (2 if kind is DistanceProbe else 1)), -9.0)
    for i, (h, tree) in enumerate(zip(states, trees, strict=True)):
        padded[i, : len(h)] = torch.from_numpy(h)
        gold[(i, *[slice(len(h))] * (gold.ndim - 1))] = torch.from_numpy(kind.gold(tree)).float()
    loss = kind.loss(probe(padded), gold, torch.tensor([*map(len, states)]))
    assert loss.item() == pytest.approx(papers_loss(kind, probe.b.detach().numpy(), states, trees), rel=1e-5)


@pytest.mark.parametrize("kind", [DistanceProbe, DepthProbe])
def test_predictions_are_squared_lengths_after_the_map(kind):
    states, trees = made(12)
    probe = structural.fit(kind, states, trees, rank=6, epochs=1)
    b = probe.b.detach().numpy()
    for h, found in zip(states, probe.predict(states), strict=True):
        there = h @ b.T
        if kind is DistanceProbe:
            there = there[:, None] - there
        np.testing.assert_allclose(found, (there**2).sum(axis=-1), atol=1e-4)


def test_a_training_epoch_is_that_of_a_plain_loop(monkeypatch):
    """Adam on the paper's loss, a batch of all sentences, each sentence by itself."""
    monkeypatch.setattr(structural, "BATCH", 100)
    states, trees = made(20)
    probe = structural.fit(DistanceProbe, states, trees, rank=8, seed=3, epochs=1)
    order = np.random.default_rng(3).permutation(20)
    torch.manual_seed(3)
    b = torch.empty(8, 24).uniform_(-0.05, 0.05).requires_grad_()
    optimizer = torch.optim.Adam([b], lr=1e-3)
    loss = 0.0
    for i in order[2:]:
        moved = torch.from_numpy(states[i]) @ b.T
        squared = (moved[:, None] - moved[None]).square().sum(dim=-1)
        true = torch.from_numpy(tree_metrics.tree_distances(trees[i].heads))
        loss = loss + (squared - true).abs().sum() / len(states[i]) ** 2 / 18
    loss.backward()
    optimizer.step()
    assert probe.history[0].trained == pytest.approx(loss.item(), rel=1e-5)
    torch.testing.assert_close(probe.b.detach(), b.detach(), atol=1e-6, rtol=1e-4)


def test_a_tree_that_was_put_in_is_found_and_one_in_other_states_is_not():
    (states, trees), (new, unseen) = made(200, size=10), made(40, seed=1, size=10)
    distance = structural.fit(DistanceProbe, states, trees).predict(new)
    assert tree_metrics.uuas(distance, unseen) > 0.95
    depth = structural.fit(DepthProbe, states, trees).predict(new)
    assert tree_metrics.root_accuracy(depth, unseen) > 0.9
    assert tree_metrics.depth_spearman(depth, unseen) > 0.9
    rng = np.random.default_rng(0)
    blind = [rng.normal(size=h.shape).astype(np.float32) for h in [*states, *new]]
    probe = structural.fit(DistanceProbe, blind[:200], trees)
    assert tree_metrics.uuas(probe.predict(blind[200:]), unseen) < 0.7


def test_the_rate_falls_to_a_tenth_training_stops_and_the_best_map_is_kept():
    states, trees = made(60)
    probe = structural.fit(DistanceProbe, states, trees, seed=1)
    held = [epoch.held_out for epoch in probe.history]
    for before, after in zip(probe.history, probe.history[1:], strict=False):
        assert after.rate == pytest.approx(before.rate) or after.rate == pytest.approx(before.rate / 10)
    assert probe.history[0].rate == 1e-3
    assert probe.history[-1].rate < 1e-4
    assert len(held) < 40
    aside = np.random.default_rng(1).permutation(60)[:6]
    kept = papers_loss(
        DistanceProbe, probe.b.detach().numpy(), [states[i] for i in aside], [trees[i] for i in aside]
    )
    assert kept == pytest.approx(min(held), abs=structural.LEAST_GAIN)
    assert min(held[-5:]) > min(held) - structural.LEAST_GAIN


def test_a_seed_says_everything_and_half_precision_will_do():
    states, trees = made(20)
    one, same, other = (
        structural.fit(DepthProbe, [h.astype(np.float16) for h in states], trees, seed=seed, epochs=2)
        for seed in (0, 0, 1)
    )
    assert torch.equal(one.b, same.b)
    assert not torch.equal(one.b, other.b)


def test_brought_to_one_length_the_size_of_the_states_does_not_matter():
    states, trees = made(20)
    one, other = (
        structural.fit(DistanceProbe, [size * h for h in states], trees, epochs=2, mean_norm=4)
        for size in (1, 16)
    )
    torch.testing.assert_close(one.b, other.b)
    for a, b in zip(one.predict(states), other.predict([16 * h for h in states]), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4)
    aside = np.random.default_rng(0).permutation(20)[2:]
    mean = np.concatenate([np.linalg.norm(states[i], axis=1) for i in aside]).mean()
    assert one.scale == pytest.approx(4 / mean, rel=1e-5)
    assert structural.fit(DistanceProbe, states, trees, epochs=1).scale == 1


def test_what_does_not_fit_is_refused():
    states, trees = made(12)
    with pytest.raises(ValueError, match="ten or more"):
        structural.fit(DepthProbe, states[:9], trees[:9])
    with pytest.raises(ValueError, match="a row for each word"):
        structural.fit(DepthProbe, [states[0][:-1], *states[1:]], trees)
    with pytest.raises(ValueError, match="rank is 25, expected 1 to 24"):
        structural.fit(DepthProbe, states, trees, rank=25)
