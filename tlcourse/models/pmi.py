"""Counting instead of predicting: pointwise mutual information, and its factorisation (Levy and Goldberg
2014, NIPS).

Skip-gram with k noise words is at its optimum, given enough dimensions, where (equation 11)

    v_i · u_j = log( #(i,j) · |D| / (#(i) · #(j)) ) − log k = PMI(i, j) − log k

where #(j) / |D| is the probability with which noise words are drawn. word2vec draws them from count^¾.
"""

import numpy as np
import scipy.sparse
import torch
from sklearn.utils.extmath import randomized_svd

from tlcourse.data.glove import Vectors
from tlcourse.data.running_text import RunningText
from tlcourse.models import word2vec


def pair_counts(
    text: RunningText, settings: word2vec.Settings, epochs: int, seed: int = 0
) -> scipy.sparse.csr_array:
    """Return how often each (centre, context) pair comes up in so many epochs of skip-gram, sparse (V, V)."""
    size = len(text.words)
    keys = []
    generator = torch.Generator().manual_seed(seed)
    for _ in range(epochs):
        for batch in word2vec.blocks(text, settings, generator):
            block, i, j = batch.inside.nonzero(as_tuple=True)
            keys.append(batch.center[block, i] * size + batch.context[block, j])
    pair, count = torch.cat(keys).unique(return_counts=True)
    entries = (count.numpy().astype(float), ((pair // size).numpy(), (pair % size).numpy()))
    return scipy.sparse.csr_array(entries, shape=(size, size))


def pmi(counts: scipy.sparse.sparray, noise: np.ndarray | None = None) -> scipy.sparse.csr_array:
    """Return log( X_ij / (X_i · P_j) ), sparse (V, V), for the entries that `counts` has.

    P, (V,), is the distribution `noise`, or that of the contexts themselves, X_j / |D|. Entries that `counts`
    does not have, −∞ in truth, are left out.

    Raises:
        ValueError: `counts` has an entry that is not positive.
    """
    x = counts.tocoo().astype(np.float64)
    if len(x.data) and x.data.min() <= 0:
        raise ValueError(f"counts has the entry {x.data.min()}, expected positive ones only: log is taken")
    row = np.asarray(x.sum(1)).ravel()
    if noise is None:
        column = np.asarray(x.sum(0)).ravel()
        noise = column / column.sum()
    value = np.log(x.data) - np.log(row[x.row]) - np.log(noise[x.col])
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
