"""PMI against numpy and scikit-learn, its factorisation against a full SVD."""

import numpy as np
import pytest
import scipy.sparse
from sklearn.metrics import mutual_info_score

from tlcourse.data import running_text
from tlcourse.models.vectors import pmi, word2vec


@pytest.fixture
def counts() -> np.ndarray:
    rng = np.random.default_rng(0)
    return rng.poisson(3, size=(9, 9)).astype(float) + np.eye(9)


def test_pmi_is_the_formula(counts):
    total = counts.sum()
    with np.errstate(divide="ignore"):
        expected = np.log((counts / total) / np.outer(counts.sum(1) / total, counts.sum(0) / total))
    found = pmi.pmi(scipy.sparse.csr_array(counts)).toarray()
    np.testing.assert_allclose(found[counts > 0], expected[counts > 0])
    assert (found[counts == 0] == 0).all()


def test_its_mean_is_mutual_information(counts):
    found = pmi.pmi(scipy.sparse.csr_array(counts))
    mean = (found.toarray() * counts / counts.sum()).sum()
    assert mean == pytest.approx(mutual_info_score(None, None, contingency=counts))


def test_noise_takes_the_place_of_the_contexts(counts):
    sparse = scipy.sparse.csr_array(counts)
    own = counts.sum(0) / counts.sum()
    np.testing.assert_allclose(pmi.pmi(sparse, own).toarray(), pmi.pmi(sparse).toarray())
    flat = pmi.pmi(sparse, np.full(9, 1 / 9)).toarray()
    np.testing.assert_allclose(flat[0, 0], np.log(counts[0, 0] / counts[0].sum() * 9))


def test_shift_and_cut(counts):
    table = pmi.pmi(scipy.sparse.csr_array(counts))
    np.testing.assert_allclose(
        pmi.shifted_positive(table, 2).toarray(), np.maximum(table.toarray() - np.log(2), 0), atol=1e-12
    )


def test_the_factors_give_the_best_low_rank_table():
    rng = np.random.default_rng(1)
    half = rng.gamma(1.0, 1.0, size=(30, 4))
    table = half @ half.T  # symmetric, rank 4, positive
    found = pmi.factorise([f"w{i}" for i in range(30)], scipy.sparse.csr_array(table), 4).matrix
    np.testing.assert_allclose(found @ found.T, table, rtol=1e-3, atol=1e-3)  # float32


def test_pairs_are_those_that_training_sees():
    text = running_text.encode([["a", "b", "c"]] * 200, min_count=1)
    settings = word2vec.Settings(window=1, sample=None)
    counts = pmi.pair_counts(text, settings, epochs=2).toarray()
    a, b, c = (text.index[w] for w in "abc")
    assert counts[a, b] == counts[b, a] == counts[b, c] == counts[c, b] == 400
    assert counts.sum() == 1600


def test_without_margins_is_the_residual_of_dense_least_squares():
    rng = np.random.default_rng(2)
    rows, columns = rng.integers(0, 7, 40), rng.integers(10, 15, 40)
    values = rng.normal(size=40)
    design = np.concatenate([rows[:, None] == np.arange(7), columns[:, None] == np.arange(10, 15)], axis=1)
    best = np.linalg.lstsq(design.astype(float), values, rcond=None)[0]
    np.testing.assert_allclose(pmi.without_margins(rows, columns, values), values - design @ best, atol=1e-6)


def test_without_margins_log_counts_and_pmi_are_the_same(counts):
    rows, columns = counts.nonzero()
    table = pmi.pmi(scipy.sparse.csr_array(counts)).toarray()
    np.testing.assert_allclose(
        pmi.without_margins(rows, columns, np.log(counts[rows, columns])),
        pmi.without_margins(rows, columns, table[rows, columns]),
        atol=1e-6,
    )


def test_empty_rows_and_columns_do_no_harm(counts):
    wider = np.pad(counts, (0, 2))
    found = pmi.pmi(scipy.sparse.csr_array(wider)).toarray()
    np.testing.assert_allclose(found[:9, :9], pmi.pmi(scipy.sparse.csr_array(counts)).toarray())
    assert not found[9:].any()
    assert not found[:, 9:].any()


def test_counts_must_be_positive():
    with pytest.raises(ValueError, match="positive"):
        pmi.pmi(scipy.sparse.csr_array(np.array([[-1.0, 2.0]])))
