"""Averaged word vectors, and their training."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from tlcourse.data.glove import Vectors
from tlcourse.models.vectors.averaged_vectors import AveragedVectors, start_vectors
from tlcourse.train.finetuning import averaged_vectors as text_classifier

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


def test_frozen_vectors_end_where_logistic_regression_ends():
    """The linear layer over frozen means is a logistic regression; scikit-learn finds the optimum."""
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    words = [a + b for a in "abcdefgh" for b in "ijklmnop"]
    start = rng.normal(size=(64, 5)).astype(np.float32)
    texts = [" ".join(rng.choice(words, 4)) for _ in range(120)]
    model = AveragedVectors(words, start, n_classes=2, frozen=True)
    with torch.no_grad():
        means = np.stack([model.vectors(rows[None]).numpy()[0] for rows in model.encode(texts)])
    labels = (means @ rng.normal(size=5) + rng.normal(0, 0.7, size=120) > 0).astype(int)

    plain = text_classifier.VectorRecipe(weight_decay=0.0, min_steps=1500)
    text_classifier.fit(model, texts, labels, seed=0, recipe=plain)
    optimum = LogisticRegression(C=np.inf, tol=1e-8).fit(means, labels)
    ours = np.diff(model.linear.weight.detach().numpy(), axis=0)
    np.testing.assert_allclose(ours, optimum.coef_, rtol=0.05, atol=0.05)  # Adam on batches of 32


def test_few_texts_get_steps_enough():
    counted = []
    model = AveragedVectors(WORDS, np.eye(4, dtype=np.float32), n_classes=2, frozen=True)
    model.register_forward_hook(lambda *_: counted.append(1))
    texts, labels = reviews(40)
    text_classifier.fit(model, texts, labels, 0, text_classifier.VectorRecipe(passes=3, min_steps=2))
    assert len(counted) == 6  # 2 batches, 3 times
    text_classifier.fit(model, texts, labels, 0, text_classifier.VectorRecipe(passes=3, min_steps=7))
    assert len(counted) == 6 + 7


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="2 words but 3 vectors"):
        AveragedVectors(["a", "b"], np.zeros((3, 2)), 2, True)
    model = AveragedVectors(["a"], np.zeros((1, 2)), 2, True)
    with pytest.raises(ValueError, match="labels has 2 entries for 3 items"):
        text_classifier.fit(model, ["a"] * 3, np.zeros(2, dtype=int), seed=0)
    with pytest.raises(ValueError, match="there is no text"):
        text_classifier.fit(model, [], np.zeros(0, dtype=int), seed=0)
