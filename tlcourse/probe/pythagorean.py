"""A tree laid out so that squared distances are path lengths: what a tree in probe space would ideally be.

Coenen et al. 2019, "Visualizing and Measuring the Geometry of BERT", section 3.2. Their *Pythagorean*
(power-2) embedding of a tree with T nodes: the root at 0, a unit vector for each edge, all at right angles,
and each node at the sum of the edges on its way from the root. Two nodes then differ by the edges between
them, and the square of a sum of d such vectors is d. Distances themselves, not squared, cannot be path
lengths around a node with three neighbours. Random vectors in many dimensions are nearly at right angles, so
a tree whose edges are drawn at random is nearly such an embedding.

Taught in lesson *The geometry of BERT*.
"""

import numpy as np

from tlcourse.data.dependency_trees import ROOT
from tlcourse.probe.tree_metrics import ancestors


def embed(heads: np.ndarray) -> np.ndarray:
    """The exact embedding: float64 (T, T − 1), a coordinate for the edge above each node but the root.

    Args:
        heads: int (T,): the node that each hangs on, `ROOT` (−1) for one of them.

    Raises:
        ValueError: not a tree.
    """
    return ancestors(heads)[:, np.asarray(heads) != ROOT].astype(np.float64)


def random_branches(heads: np.ndarray, width: int, seed: int = 0) -> np.ndarray:
    """The embedding with random edges: float64 (T, width).

    Each edge is drawn from a normal distribution with variance 1/width, so its expected squared length is 1.

    Raises:
        ValueError: not a tree, or a width below 1.
    """
    if width < 1:
        raise ValueError(f"width is {width}, expected 1 or more")
    exact = embed(heads)
    edges = np.random.default_rng(seed).normal(scale=width**-0.5, size=(exact.shape[1], width))
    return exact @ edges


def squared_distances(points: np.ndarray) -> np.ndarray:
    """‖x_i − x_j‖² of (T, D): (T, T)."""
    return np.square(points[:, None, :] - points[None, :, :]).sum(axis=-1)


def flattened(points: np.ndarray, like: np.ndarray | None = None) -> np.ndarray:
    """(T, D) as it is drawn: its first two principal components, (T, 2), centred; 0 where there are fewer.

    Args:
        like: (T, 2), a drawing of the same nodes: turned and mirrored so that it lies over that as well as it
            can (an orthogonal Procrustes problem), and no larger or smaller.

    Raises:
        ValueError: `like` has another shape.
    """
    centred = points - points.mean(axis=0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    flat = np.zeros((len(points), 2))
    n = min(2, len(sizes))
    flat[:, :n] = left[:, :n] * sizes[:n]
    if like is None:
        return flat
    if np.shape(like) != flat.shape:
        raise ValueError(f"like is {np.shape(like)}, expected {flat.shape}")
    u, _, v = np.linalg.svd(flat.T @ (like - like.mean(axis=0)))
    return flat @ u @ v
