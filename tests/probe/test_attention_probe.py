"""The parser and the pair classifier find a tree that was put into one head, and none in noise."""

import numpy as np
import pytest

from tlcourse.data.dependency_trees import ROOT, DependencyTree
from tlcourse.probe import attention_probe


def made(n: int, seed: int, planted: bool) -> tuple[list[np.ndarray], list[DependencyTree]]:
    """Random trees; of five heads the third looks from each word to its head, if planted."""
    rng = np.random.default_rng(seed)
    maps, trees = [], []
    for _ in range(n):
        size = int(rng.integers(5, 12))
        heads = np.array([ROOT, *(int(rng.integers(0, word)) for word in range(1, size))])
        weights = rng.dirichlet(np.ones(size), size=(5, size))
        if planted:
            weights[2, np.arange(1, size), heads[1:]] += 2
        maps.append((weights / weights.sum(axis=-1, keepdims=True)).astype(np.float32))
        punctuation = np.arange(size) == size - 1
        trees.append(DependencyTree(["w"] * size, ["X"] * size, heads, ["dep"] * size, punctuation))
    return maps, trees


def test_the_parser_finds_the_head_that_knows_and_its_direction():
    parser = attention_probe.fit(*made(60, 0, planted=True), seed=0)
    maps, trees = made(40, 1, planted=True)
    assert attention_probe.attachment_score(parser.heads(maps), trees) > 0.95
    u = parser.u.detach().numpy()
    assert u.argmax() == 2  # α from the dependent j to i
    assert parser.w.detach().numpy()[2] < 0  # who looks at j is not what j depends on


def test_in_noise_it_finds_about_what_guessing_finds():
    parser = attention_probe.fit(*made(60, 0, planted=False), seed=0)
    maps, trees = made(200, 1, planted=False)
    assert attention_probe.attachment_score(parser.heads(maps), trees) < 0.3  # a word in about seven is right


def test_the_logits_are_the_formulas():
    import torch

    (one,), (tree,) = made(1, 3, planted=True)
    rng = np.random.default_rng(0)
    parser = attention_probe.AttentionParser(5)
    w, u = rng.normal(size=(2, 5)).astype(np.float32)
    parser.w.data, parser.u.data = torch.from_numpy(w), torch.from_numpy(u)
    n = len(tree.words)
    found = parser(torch.from_numpy(one)[None], torch.ones(1, n, dtype=torch.bool))[0]
    for j in range(n):
        for i in range(n):
            if i != j:
                expected = sum(w[k] * one[k, i, j] + u[k] * one[k, j, i] for k in range(5))
                assert found[j, i].item() == pytest.approx(expected, abs=1e-5)
        assert found[j].argmax() != j


def test_padding_does_not_matter():
    import torch

    maps, trees = made(2, 4, planted=True)
    x, there, heads = attention_probe._padded(maps, trees)
    parser = attention_probe.AttentionParser(5)
    parser.u.data = torch.arange(5.0)
    together = parser(x, there).argmax(dim=-1)
    for row, one in enumerate(parser.heads(maps)):
        assert together[row, : len(one)].tolist() == one.tolist()
        assert (heads[row, len(one) :] == ROOT).all()


def test_pairs_are_balanced_and_a_linear_model_tells_them_apart():
    x, y = attention_probe.pairs(*made(60, 0, planted=True), seed=0)
    assert x.shape == (len(y), 10)
    assert y.mean() == pytest.approx(0.5, abs=0.02)
    new = attention_probe.pairs(*made(30, 1, planted=True), seed=0)
    assert attention_probe.classifier().fit(x, y).score(*new) > 0.95
    noise = attention_probe.pairs(*made(60, 0, planted=False), seed=0)
    new = attention_probe.pairs(*made(60, 1, planted=False), seed=0)
    assert attention_probe.classifier().fit(*noise).score(*new) == pytest.approx(0.5, abs=0.1)


def test_pairs_without_an_arc_are_as_far_apart_when_asked_for():
    maps, trees = made(80, 0, planted=True)
    chosen = attention_probe.choose_pairs(trees, 0, same_offset=True)
    for some, tree in zip(chosen, trees, strict=True):
        arcs, others = some.linked == 1, some.linked == 0
        assert sorted(some.offsets[arcs]) == sorted(some.offsets[others])
        heads = tree.heads
        for j, i, linked in zip(some.first, some.second, some.linked, strict=True):
            assert (heads[j] == i) == bool(linked)
            assert linked or heads[i] != j
    y = np.concatenate([one.linked for one in chosen])
    places = attention_probe.places(chosen, farthest=3)
    assert places.shape == (len(y), 7)
    assert (places.sum(axis=1) == 1).all()
    assert attention_probe.classifier().fit(places, y).score(places, y) == pytest.approx(0.5, abs=1e-9)
    x = attention_probe.weights_between(maps, chosen)
    assert attention_probe.classifier().fit(x, y).score(x, y) > 0.95


def test_places_alone_tell_short_arcs_from_any_two_words():
    _, trees = made(80, 0, planted=False)
    for tree in trees:
        tree.heads[1:] = np.arange(len(tree.heads) - 1)  # a line: each word hangs on the one before
    chosen = attention_probe.choose_pairs(trees, 0)
    y = np.concatenate([one.linked for one in chosen])
    places = attention_probe.places(chosen)
    assert attention_probe.classifier().fit(places, y).score(places, y) == 1


def test_weights_are_of_all_heads_there_and_back():
    maps, trees = made(3, 2, planted=True)
    chosen = attention_probe.choose_pairs(trees, 1)
    x = attention_probe.weights_between(maps, chosen)
    first = chosen[0]
    j, i = first.first[1], first.second[1]
    np.testing.assert_allclose(x[1], [*maps[0][:, j, i], *maps[0][:, i, j]])
    assert first.offsets[1] == i - j


def test_maps_that_do_not_fit_are_refused():
    maps, trees = made(2, 0, planted=True)
    with pytest.raises(ValueError, match="a map is"):
        attention_probe.fit([one[:, :-1, :-1] for one in maps], trees, seed=0)
