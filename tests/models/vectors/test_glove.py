"""GloVe against dense loops in float64, and against the authors' update, one entry at a time."""

import numpy as np
import pytest
import scipy.sparse
import torch
from hypothesis import given
from hypothesis import strategies as st

from tlcourse.data import running_text
from tlcourse.models.vectors import glove
from tlcourse.models.vectors.glove import Settings


def dense_counts(sentences: list[list[int]], size: int, window: int) -> np.ndarray:
    counts = np.zeros((size, size))
    for sentence in sentences:
        for i, left in enumerate(sentence):
            for j, right in enumerate(sentence):
                if i != j and abs(i - j) <= window:
                    counts[left, right] += 1 / abs(i - j)
    return counts


@given(
    sentences=st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=12), min_size=1, max_size=8),
    window=st.integers(1, 6),
)
def test_counts_are_those_of_two_loops(sentences, window):
    text = running_text.encode([[f"w{w}" for w in s] for s in sentences], min_count=1)
    numbers = [[text.index[f"w{w}"] for w in s] for s in sentences]
    expected = dense_counts(numbers, len(text.words), window)
    np.testing.assert_allclose(glove.cooccurrences(text, window).toarray(), expected, atol=1e-12)


@pytest.fixture
def counts() -> np.ndarray:
    rng = np.random.default_rng(0)
    x = rng.gamma(0.5, 30.0, size=(12, 12)) * (rng.random((12, 12)) < 0.6)
    return x + x.T


def dense_loss(model: glove.GloVe, counts: np.ndarray, x_max: float) -> float:
    """Equation 8, entry by entry, in float64; vectors and biases taken apart."""
    word, context = model.word.double().numpy(), model.context.double().numpy()
    w, b = word[:, :-2], word[:, -2]
    w_tilde, b_tilde = context[:, :-2], context[:, -1]
    total = 0.0
    for i in range(len(counts)):
        for j in range(len(counts)):
            if counts[i, j] > 0:
                f = (counts[i, j] / x_max) ** 0.75 if counts[i, j] < x_max else 1.0
                total += f * (w[i] @ w_tilde[j] + b[i] + b_tilde[j] - np.log(counts[i, j])) ** 2
    return total


@pytest.mark.parametrize("epochs", [1, 20])
def test_the_loss_is_the_dense_one(counts, epochs):
    words = [f"w{i}" for i in range(len(counts))]
    sparse = scipy.sparse.csr_array(counts)
    model = glove.train(words, sparse, Settings(vector_size=5, epochs=epochs, batch_size=7))
    expected = dense_loss(model, counts, 10.0)
    assert glove.loss(model, sparse, 10.0) == pytest.approx(expected, rel=1e-6)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(glove, "ENTRIES_AT_ONCE", 3)
        assert glove.loss(model, sparse, 10.0) == pytest.approx(expected, rel=1e-6)


def test_one_entry_at_a_time_it_is_the_authors_program(counts):
    settings = Settings(vector_size=4, learning_rate=0.05)
    model = glove.GloVe(["w"] * len(counts), 4, torch.Generator().manual_seed(0))
    word, context = model.word.double().numpy().copy(), model.context.double().numpy().copy()
    w, b, w_tilde, b_tilde = word[:, :4], word[:, 4], context[:, :4], context[:, 5]
    sq_w, sq_c, sq_b, sq_bt = np.ones((12, 4)), np.ones((12, 4)), np.ones(12), np.ones(12)
    order = np.random.default_rng(1).permutation(np.argwhere(counts > 0))
    for i, j in order:
        model.step(torch.tensor([i]), torch.tensor([j]), torch.tensor([counts[i, j]]).float(), settings)
        f = min(1.0, (counts[i, j] / 10) ** 0.75)
        d = 0.05 * f * (w[i] @ w_tilde[j] + b[i] + b_tilde[j] - np.log(counts[i, j]))
        step_w, step_c = d * w_tilde[j], d * w[i]
        w[i] -= step_w / np.sqrt(sq_w[i])
        w_tilde[j] -= step_c / np.sqrt(sq_c[j])
        sq_w[i] += step_w**2
        sq_c[j] += step_c**2
        b[i] -= d / np.sqrt(sq_b[i])
        b_tilde[j] -= d / np.sqrt(sq_bt[j])
        sq_b[i] += d**2
        sq_bt[j] += d**2
    # float32 against float64 over a hundred steps
    np.testing.assert_allclose(model.word[:, :4], w, atol=1e-5)
    np.testing.assert_allclose(model.context[:, :4], w_tilde, atol=1e-5)
    np.testing.assert_allclose(model.word[:, 4], b, atol=1e-5)
    np.testing.assert_allclose(model.context[:, 5], b_tilde, atol=1e-5)
    assert (model.word[:, 5] == 1).all()
    assert (model.context[:, 4] == 1).all()


def test_training_fits_the_logarithm_of_the_counts(counts):
    words = [f"w{i}" for i in range(len(counts))]
    model = glove.train(
        words, scipy.sparse.csr_array(counts), Settings(vector_size=12, epochs=300, batch_size=8)
    )
    assert model.history[-1] < 0.01 * model.history[0]
    assert model.vectors().matrix.shape == (12, 12)


def test_counts_that_do_not_fit_are_refused(counts):
    with pytest.raises(ValueError, match="one row and column for each of 3 words"):
        glove.train(["a", "b", "c"], scipy.sparse.csr_array(counts), Settings())
    with pytest.raises(ValueError, match="positive"):
        glove.train(["a"], scipy.sparse.csr_array(np.array([[-1.0]])), Settings())
    with pytest.raises(ValueError, match="window is 0"):
        glove.cooccurrences(running_text.encode([["a", "b"]], min_count=1), window=0)
    with pytest.raises(ValueError, match="epochs is 0"):
        Settings(epochs=0)
