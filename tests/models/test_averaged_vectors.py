"""Averaged word vectors, and their training."""

import numpy as np
import pytest
import torch

from tlcourse.data.glove import Vectors
from tlcourse.models.averaged_vectors import AveragedVectors, start_vectors
from tlcourse.train import text_classifier

WORDS = ["bad", "film", "good", "the"]


def test_a_text_is_the_mean_of_its_known_words():
    start = np.arange(8, dtype=np.float32).reshape(4, 2)
    model = AveragedVectors(WORDS, start, n_classes=3, frozen=True)
    texts = ["The GOOD film!", "good good bad", "nothing known", ""]
    means = np.stack([start[[3, 2, 1]].mean(0), start[[2, 2, 0]].mean(0), np.zeros(2), np.zeros(2)])
    expected = torch.from_numpy(means).float() @ model.linear.weight.T + model.linear.bias
    torch.testing.assert_close(model(model.encode(texts)), expected)


def test_start_vectors_come_from_where_they_are():
    vectors = Vectors(["good", "the"], np.array([[1, 2], [3, 4]], dtype=np.float32))
    words, start = start_vectors(["The good", "film"], vectors, 2, seed=0)
    assert words == ["film", "good", "the"]
    np.testing.assert_array_equal(start, [[0, 0], [1, 2], [3, 4]])
    _, drawn = start_vectors(["The good", "film"], None, 2, seed=0)
    assert drawn.shape == (3, 2)
    assert np.abs(drawn).min() > 0
    with pytest.raises(ValueError, match="size is 3"):
        start_vectors(["the"], vectors, 3, seed=0)


def reviews(n: int) -> tuple[list[str], np.ndarray]:
    rng = np.random.default_rng(0)
    labels = rng.integers(2, size=n)
    return [f"the {'good' if y else 'bad'} film" for y in labels], labels


@pytest.mark.parametrize("frozen", [True, False])
def test_it_learns_and_frozen_stays_frozen(frozen):
    torch.manual_seed(0)
    start = np.random.default_rng(0).normal(size=(4, 5)).astype(np.float32)
    model = AveragedVectors(WORDS, start, n_classes=2, frozen=frozen)
    texts, labels = reviews(60)
    text_classifier.fit(model, texts, labels, seed=0)
    assert text_classifier.accuracy(model, texts, labels) == 1.0
    assert np.array_equal(model.vectors.weight[:4].detach().numpy(), start) == frozen
    assert (model.vectors.weight[4] == 0).all()


def test_the_best_held_out_state_comes_back():
    """Labels that are pure chance: training on makes the held-out loss worse, so the first passes win."""
    torch.manual_seed(0)
    words = [f"w{i}" for i in range(200)]
    start = np.random.default_rng(0).normal(size=(200, 20)).astype(np.float32)
    texts = [f"w{i}" for i in range(200)]
    labels = np.random.default_rng(1).integers(2, size=200)
    words = ["".join(chr(97 + int(d)) for d in w[1:].zfill(3)) for w in words]
    texts = ["".join(chr(97 + int(d)) for d in t[1:].zfill(3)) for t in texts]
    model = AveragedVectors(words, start, n_classes=2, frozen=False)
    text_classifier.fit(model, texts, labels, seed=0)
    assert text_classifier.accuracy(model, texts, labels) < 0.9


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="2 words but 3 vectors"):
        AveragedVectors(["a", "b"], np.zeros((3, 2)), 2, True)
    model = AveragedVectors(["a"], np.zeros((1, 2)), 2, True)
    with pytest.raises(ValueError, match="3 texts are too few"):
        text_classifier.fit(model, ["a"] * 3, np.zeros(3, dtype=int), seed=0)
