"""The nearest of many vectors: compared with all, or found by walking through a graph of neighbours.

The graph is HNSW (Malkov and Yashunin 2020), in the library usearch: each vector is tied to some that are
near it, and a search goes from neighbour to neighbour, keeping the best that it has met, `keeps` of them. It
may end beside the nearest. Vectors have length 1, so that a product is a cosine.
"""

import time
from collections.abc import Callable

import numpy as np
from usearch.index import Index

TIES, TIES_TRIED = 16, 128  # neighbours of a vector, and how many are looked at when it is put in
STORED = {"float32": "f32", "int8": "i8"}


def unit(vectors: np.ndarray) -> np.ndarray:
    """Each row divided by its length: float32, (N, H). A row of zeros stays."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(length > 0, length, 1)).astype(np.float32)


def exact(vectors: np.ndarray, query: np.ndarray, k: int) -> np.ndarray:
    """The `k` rows of `vectors` (N, H) that are most alike to one `query` (H,), nearest first: int64 (k,)."""
    cosines = vectors @ query
    best = np.argpartition(-cosines, k - 1)[:k]
    return best[np.argsort(-cosines[best])]


def graph(vectors: np.ndarray, stored: str = "float32") -> Index:
    """Tie each row of `vectors` to its neighbours, one after the other, on one thread.

    Args:
        stored: `float32`, or `int8`, a quarter of the memory.

    Raises ValueError for another kind.
    """
    if stored not in STORED:
        raise ValueError(f"stored is {stored!r}, expected one of {', '.join(STORED)}")
    index = Index(
        ndim=vectors.shape[1],
        metric="cos",
        dtype=STORED[stored],
        connectivity=TIES,
        expansion_add=TIES_TRIED,
    )
    index.add(np.arange(len(vectors)), np.ascontiguousarray(vectors), threads=1)
    return index


def walk(index: Index, query: np.ndarray, k: int, keeps: int) -> np.ndarray:
    """The `k` nearest that a search finds which keeps the best `keeps` on its way: int64 (k,)."""
    index.expansion_search = max(keeps, k)
    return index.search(query, k, threads=1).keys.astype(np.int64)


def recall(found: np.ndarray, right: np.ndarray) -> float:
    """The share of the right neighbours that were found; both (Q, k)."""
    return float(np.mean([len(set(f) & set(r)) / len(r) for f, r in zip(found, right, strict=True)]))


def timed(search: Callable[[np.ndarray], np.ndarray], queries: np.ndarray) -> tuple[np.ndarray, float]:
    """What is found for each query, (Q, k), and seconds of the processor for one."""
    search(queries[0])
    started = time.thread_time()
    found = np.stack([search(query) for query in queries])
    return found, (time.thread_time() - started) / len(queries)
