"""Counting instead of predicting: pointwise mutual information, and its factorisation (Levy and Goldberg
2014, NIPS).

Skip-gram with k noise words is at its optimum, given enough dimensions, where (equation 11)

    v_i · u_j = log( #(i,j) · |D| / (#(i) · #(j)) ) − log k = PMI(i, j) − log k

where #(j) / |D| is the probability with which noise words are drawn. word2vec draws them from count^¾.

Taught in lesson *Static word vectors*.
"""

import numpy as np
import scipy.sparse
import scipy.sparse.linalg
import torch
from sklearn.utils.extmath import randomized_svd

from tlcourse.data.glove import Vectors
from tlcourse.data.running_text import RunningText
from tlcourse.models.vectors import word2vec


def pair_counts(
    text: RunningText, settings: word2vec.Settings, epochs: int, seed: int = 0
) -> scipy.sparse.csr_array:
    """Return how often each (centre, context) pair comes up in so many epochs of skip-gram, sparse (V, V)."""
    size = len(text.words)
    counts = scipy.sparse.csr_array((size, size))
    generator = torch.Generator().manual_seed(seed)
    for _ in range(epochs):
        pairs = []  # of one epoch at a time: there are millions
        for batch in word2vec.blocks(text, settings, generator):
            block, i, j = batch.inside.nonzero(as_tuple=True)
            pairs.append(torch.stack((batch.center[block, i], batch.context[block, j])).int())
        rows, columns = torch.cat(pairs, dim=1).numpy()
        counts = counts + scipy.sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=counts.shape)
    return counts


def pmi(counts: scipy.sparse.sparray, noise: np.ndarray | None = None) -> scipy.sparse.csr_array:
    """Return log( X_ij / (X_i · P_j) ), sparse (V, V), for the entries that `counts` has.

    P, (V,), is the distribution `noise`, or that of the contexts themselves, X_j / |D|. Entries that `counts`
    does not have, −∞ in truth, are left out.

    Raises:
        ValueError: `counts` has an entry that is not positive.
    """
    table = scipy.sparse.csr_array(counts, dtype=np.float64, copy=True)
    if table.nnz and table.data.min() <= 0:
        lowest = table.data.min()
        raise ValueError(f"counts has the entry {lowest}, expected positive ones only: log is taken")
    row, column = table.sum(1), table.sum(0)
    if noise is None:
        noise = column / column.sum()
    with np.errstate(divide="ignore"):  # the −∞ of an empty row or column is not used
        log_row, log_noise = np.log(row), np.log(noise)
    np.log(table.data, out=table.data)
    table.data -= log_row.repeat(np.diff(table.indptr))
    table.data -= log_noise[table.indices]
    return table


def without_margins(rows: np.ndarray, columns: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return what is left of some entries of a table, (N,), once the best r_i + c_j is taken out, by least
    squares.

    Entry n stands in row `rows[n]`, column `columns[n]`. What depends on one word alone, such as a bias, or
    how frequent the word is, no longer matters: log X_ij and PMI(i, j) leave the same remainder.
    """
    number = np.arange(len(values))
    sides = []
    for labels in (rows, columns):
        distinct, which = np.unique(labels, return_inverse=True)
        sides.append(
            scipy.sparse.csr_array((np.ones(len(values)), (number, which)), (len(values), len(distinct)))
        )
    design = scipy.sparse.hstack(sides, format="csr")
    return values - design @ scipy.sparse.linalg.lsqr(design, values, atol=1e-8, btol=1e-8)[0]


def shifted_positive(matrix: scipy.sparse.csr_array, negative: int) -> scipy.sparse.csr_array:
    """Return max(PMI − log k, 0): sparse, for what is not positive is left out (Levy and Goldberg 2014,
    section 4).
    """
    shifted = matrix.copy()
    shifted.data = np.maximum(shifted.data - np.log(negative), 0)
    shifted.eliminate_zeros()
    return shifted


def factorise(words: list[str], matrix: scipy.sparse.csr_array, vector_size: int, seed: int = 0) -> Vectors:
    """Return U·√Σ of the truncated singular value decomposition, float32 (V, vector_size).

    The symmetric split of Σ (Levy and Goldberg 2014, section 4.2).
    """
    u, sigma, _ = randomized_svd(matrix, vector_size, n_iter=4, random_state=seed)
    return Vectors(words, (u * np.sqrt(sigma)).astype(np.float32))
