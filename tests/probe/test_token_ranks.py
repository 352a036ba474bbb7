"""Ranks by sorting, entropies by scipy, and a detector that tells what can be told and nothing else."""

import numpy as np
import pytest
import torch
from scipy.stats import entropy

from tlcourse.probe import token_ranks

TABLE = torch.randn(3, 9, 40, generator=torch.Generator().manual_seed(0))
IDS = torch.randint(40, (3, 9), generator=torch.Generator().manual_seed(1))


def logits(ids):
    """Whichever rows are asked: by their first piece and the second, which tell them apart."""
    rows = [int((IDS[:, : ids.shape[1]] == row).all(dim=1).nonzero()[0]) for row in ids]
    return TABLE[rows][:, : ids.shape[1]]


def test_each_place_by_hand():
    found = token_ranks.places(logits, IDS, n_given=2, batch_size=2)
    assert found.rank.shape == (3, 7)
    for b in range(3):
        for place in range(2, 9):
            p = TABLE[b, place - 1].softmax(dim=0).numpy()
            piece = int(IDS[b, place])
            assert found.rank[b, place - 2] == 1 + np.argsort(-p).tolist().index(piece)
            assert found.log_p[b, place - 2] == pytest.approx(np.log(p[piece]), abs=1e-5)
            assert found.entropy[b, place - 2] == pytest.approx(entropy(p), abs=1e-4)


def test_features_are_means_over_the_places():
    found = token_ranks.Places(np.array([[-1.0, -3.0]]), np.array([[1, 200]]), np.array([[2.0, 4.0]]))
    expected = [-2.0, np.log(200) / 2, 3.0, 0.5, 0.5, 1.0]
    assert found.features()[0] == pytest.approx(expected)
    assert len(token_ranks.FEATURES) == found.features().shape[1]


def test_an_impossible_piece_leaves_the_entropy_finite():
    table = torch.tensor([[[0.0, -torch.inf, 0.0]] * 2])
    found = token_ranks.places(lambda ids: table, torch.tensor([[0, 2]]), 1)
    assert found.entropy[0, 0] == pytest.approx(np.log(2), abs=1e-5)


def test_auroc_counts_pairs():
    assert token_ranks.auroc(np.array([3.0, 1.0]), np.array([2.0, 0.0])) == 0.75


def test_the_classifier_tells_what_differs_and_not_what_does_not():
    rng = np.random.default_rng(0)
    people = rng.normal(size=(200, 6))
    other = rng.normal(size=(200, 6))
    assert token_ranks.classified(other + 3, people, seed=0) > 0.95
    assert 0.35 < np.mean([token_ranks.classified(other, people, seed=s) for s in range(5)]) < 0.65
