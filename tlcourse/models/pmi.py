"""Counting instead of predicting: pointwise mutual information, and its factorisation (Levy and Goldberg
2014, NIPS).

Skip-gram with k noise words is at its optimum, given enough dimensions, where (equation 11)

    v_i · u_j = log( #(i,j) · |D| / (#(i) · #(j)) ) − log k = PMI(i, j) − log k

With noise drawn from count^¾ rather than from the counts, #(j) is replaced by that (Levy, Goldberg and Dagan
2015, "context distribution smoothing").
"""

import numpy as np
import scipy.sparse
from sklearn.utils.extmath import randomized_svd

from tlcourse.data.glove import Vectors


def pmi(counts: scipy.sparse.sparray, power: float = 1.0) -> scipy.sparse.csr_array:
    """Return log( X_ij / (X_i · P_j) ), sparse (V, V), for the entries that `counts` has; P_j ∝ (Σ_i
    X_ij)^power.

    The other entries, −∞ in truth, are left out.

    Raises:
        ValueError: `counts` has an entry that is not positive.
    """
    x = counts.tocoo().astype(np.float64)
    if len(x.data) and x.data.min() <= 0:
        raise ValueError(f"counts has the entry {x.data.min()}, expected positive ones only: log is taken")
    row, column = np.asarray(x.sum(1)).ravel(), np.asarray(x.sum(0)).ravel() ** power
    value = np.log(x.data) - np.log(row[x.row]) - np.log(column[x.col] / column.sum())
    return scipy.sparse.csr_array((value, (x.row, x.col)), shape=x.shape)


def shifted_positive(matrix: scipy.sparse.csr_array, negative: int) -> scipy.sparse.csr_array:
    """Return max(PMI − log k, 0): sparse, for what is not positive is left out (Levy and Goldberg 2014,
    section 4).
    """
    shifted = matrix.copy()
    shifted.data = np.maximum(shifted.data - np.log(negative), 0)
    shifted.eliminate_zeros()
    return shifted


def factorise(words: list[str], matrix: scipy.sparse.csr_array, vector_size: int, seed: int = 0) -> Vectors:
    """Return U·√Σ of the truncated singular value decomposition, float32 (V, vector_size) (section 5.1,
    symmetric).
    """
    u, sigma, _ = randomized_svd(matrix, vector_size, n_iter=4, random_state=seed)
    return Vectors(words, (u * np.sqrt(sigma)).astype(np.float32))
