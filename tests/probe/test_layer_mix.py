"""The probe on layers: it finds the layer that knows, scikit-learn agrees, and nonsense is refused."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from tlcourse.probe import layer_mix


def made(n: int = 300, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Three layers of eight numbers, of which the second alone says the class."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3, 8)).astype(np.float32)
    return x, (x[:, 1, :3].sum(axis=1) > 0).astype(np.int64)


def test_the_mix_takes_the_layer_that_knows_and_a_free_one_beats_the_mean():
    x, y = made()
    new, answer = made(seed=1)
    free, mean = (layer_mix.fit(x, y, 2, seed=0, free=way, penalty=0.001) for way in (True, False))
    assert free.shares.argmax() == 1
    assert free.shares.sum() == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(mean.shares, 1 / 3, atol=1e-6)
    assert (free.predict(new) == answer).mean() > (mean.predict(new) == answer).mean()


def test_on_one_layer_it_is_about_as_good_as_scikit_learn():
    (x, y), (new, answer) = made(), made(seed=1)
    ours = (layer_mix.fit(x[:, 1:2], y, 2, seed=0).predict(new[:, 1:2]) == answer).mean()
    theirs = LogisticRegression().fit(x[:, 1], y).score(new[:, 1], answer)
    assert ours == pytest.approx(theirs, abs=0.04)


def test_the_size_of_a_layers_numbers_does_not_matter():
    x, y = made()
    large = x * np.array([1, 100, 1], dtype=np.float32)[:, None]
    one, other = (layer_mix.fit(rows, y, 2, seed=0).shares for rows in (x, large))
    np.testing.assert_allclose(one, other, atol=1e-3)


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        (np.zeros((20, 8), np.float32), np.zeros(20, int), "N, L, H"),
        (np.zeros((20, 3, 8), np.float32), np.zeros(19, int), "N, L, H"),
        (np.zeros((5, 3, 8), np.float32), np.zeros(5, int), "ten or more"),
    ],
)
def test_what_does_not_fit_is_refused(x, y, said):
    with pytest.raises(ValueError, match=said):
        layer_mix.fit(x, y, 2, seed=0)
