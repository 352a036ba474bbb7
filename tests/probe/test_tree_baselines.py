"""What the probe is compared with: worked by hand, or as PyTorch's own modules do it a sentence at a time."""

import numpy as np
import pytest
import torch
from torch import nn

from tlcourse.data.dependency_trees import DependencyTree
from tlcourse.probe import sentence_states, tree_baselines, tree_metrics


@pytest.fixture
def states():
    rng = np.random.default_rng(0)
    return [rng.normal(size=(n, 6)).astype(np.float32) for n in (4, 1, 7)]


def test_the_linear_tree_finds_the_edges_between_neighbours():
    heads = np.array([1, 2, -1, 4, 2, 2])  # the dog chased the cat .
    marks = np.array([False] * 5 + [True])
    tree = DependencyTree(["w"] * 6, ["X"] * 6, heads, [], marks)
    assert tree_metrics.uuas([tree_baselines.linear_distances(6)], [tree]) == 3 / 4
    assert tree_metrics.root_accuracy([tree_baselines.linear_depths(6)], [tree]) == 0


def test_decay_is_a_mean_by_distance(states):
    x = states[0].astype(float)
    second = (x[0] / 2 + x[1] + x[2] / 2 + x[3] / 4) / 2.25
    found = tree_baselines.decayed(states)
    np.testing.assert_allclose(found[0][1], second, rtol=1e-5)
    np.testing.assert_allclose(found[1], states[1], rtol=1e-6)
    assert [one.shape for one in found] == [one.shape for one in states]


def test_the_random_bilstm_is_pytorchs_on_each_sentence_alone(states):
    torch.manual_seed(5)
    lstm = nn.LSTM(6, 3, batch_first=True, bidirectional=True)
    found = tree_baselines.random_bilstm(states, seed=5)
    for one, ours in zip(states, found, strict=True):
        theirs = lstm(torch.from_numpy(one)[None])[0][0].detach().numpy()
        np.testing.assert_allclose(ours, theirs, atol=1e-6)
    other = tree_baselines.random_bilstm(states, seed=6)
    assert not np.allclose(found[0], other[0])
    np.testing.assert_array_equal(tree_baselines.random_bilstm(states, seed=5)[2], found[2])


def test_what_a_bilstm_cannot_read_is_refused():
    with pytest.raises(ValueError, match="even H"):
        tree_baselines.random_bilstm([np.zeros((2, 5), np.float32)])
    with pytest.raises(ValueError, match="one sentence or more"):
        tree_baselines.random_bilstm([])


def test_an_untrained_model_has_the_same_shapes_and_other_states(tiny_zoo):
    sentences = [["We", "play", "."], ["No"]]
    name = tiny_zoo / "bert-mini"
    one, same, other = (tree_baselines.untrained(name, sentences, [0, 2], seed) for seed in (1, 1, 2))
    trained = sentence_states.compute(tree_baselines.encoders.load(name), sentences, [0, 2])
    assert [s.shape for s in one[1]] == [s.shape for s in trained[1]]
    np.testing.assert_array_equal(one[1][0], same[1][0])
    assert not np.allclose(one[1][0], other[1][0])
    assert not np.allclose(one[1][0], trained[1][0])
