"""A tree laid out so that squared distances are path lengths."""

from collections.abc import Sequence

import numpy as np

from tlcourse.exercises.machinery import exercise


def _tree(rng: np.random.Generator) -> tuple[list[int]]:
    """The parents of n nodes that stand in any order, none of them the root at the beginning or the end."""
    n = int(rng.integers(6, 9))
    order = rng.permutation(n)
    if order[0] in (0, n - 1):
        order[[0, 1, 2]] = order[[1, 2, 0]]
    if order[0] in (0, n - 1):
        order[[0, 1]] = order[[1, 0]]
    above = [-1, 0, *(int(rng.integers(max(0, k - 3), k)) for k in range(2, n))]
    parents = [-1] * n
    for k in range(1, n):
        parents[order[k]] = int(order[above[k]])
    return (parents,)


def _ways(parents: Sequence[int]) -> list[list[int]]:
    """For each node the nodes from it up to the one below the root."""
    found = []
    for node in range(len(parents)):
        way: list[int] = []
        for _ in parents:
            if parents[node] == -1:
                break
            way.append(node)
            node = parents[node]
        found.append(way)
    return found


def _laid_out(parents: Sequence[int], all_columns: bool = False, value: float = 1.0) -> np.ndarray:
    points = np.zeros((len(parents), len(parents)))
    for node, way in enumerate(_ways(parents)):
        points[node, way] = value
    return points if all_columns else points[:, [k for k, p in enumerate(parents) if p != -1]]


def _own_edge_alone(parents: Sequence[int]) -> np.ndarray:
    return np.eye(len(parents))[:, [k for k, p in enumerate(parents) if p != -1]]


def _without_its_own(parents: Sequence[int]) -> np.ndarray:
    return _laid_out(parents) - _own_edge_alone(parents)


def _own_and_parents(parents: Sequence[int]) -> np.ndarray:
    own = _own_edge_alone(parents)
    return own + np.stack([own[p] if p != -1 else own[k] * 0 for k, p in enumerate(parents)])


def _parents_alone(parents: Sequence[int]) -> np.ndarray:
    own = _own_edge_alone(parents)
    return np.stack([own[p] if p != -1 else own[k] * 0 for k, p in enumerate(parents)])


def _root_has_one_too(parents: Sequence[int]) -> np.ndarray:
    return _laid_out(parents, all_columns=True)


def _root_has_an_edge(parents: Sequence[int]) -> np.ndarray:
    points = _laid_out(parents, all_columns=True)
    points[:, parents.index(-1)] = 1
    return points


def _first_column_gone(parents: Sequence[int]) -> np.ndarray:
    return _laid_out(parents, all_columns=True)[:, 1:]


def _last_column_gone(parents: Sequence[int]) -> np.ndarray:
    return _laid_out(parents, all_columns=True)[:, :-1]


def _in_one_pass(parents: Sequence[int]) -> np.ndarray:
    """A parent that comes later is still at 0."""
    edges, points = _own_edge_alone(parents), np.zeros((len(parents), len(parents) - 1))
    for node, parent in enumerate(parents):
        if parent != -1:
            points[node] = points[parent] + edges[node]
    return points


def _depths(parents: Sequence[int]) -> np.ndarray:
    return _laid_out(parents).sum(axis=1)


def _neighbours(parents: Sequence[int]) -> np.ndarray:
    parent = _parents_alone(parents)
    below = [k for k, p in enumerate(parents) if p != -1]
    return parent + np.array([[float(parents[k] == node) for k in below] for node in range(len(parents))])


def _down_not_up(parents: Sequence[int]) -> np.ndarray:
    return _laid_out(parents, all_columns=True).T[:, [k for k, p in enumerate(parents) if p != -1]]


def _half_edges(parents: Sequence[int]) -> np.ndarray:
    return _laid_out(parents, value=0.5**0.5)


def _by_depth(parents: Sequence[int]) -> np.ndarray:
    """The d-th edge of every way is the same vector: branches fall together."""
    points = np.zeros((len(parents), len(parents) - 1))
    for node, way in enumerate(_ways(parents)):
        points[node, : len(way)] = 1
    return points


def _root_taken_for_the_first(parents: Sequence[int]) -> np.ndarray:
    """The edge above node k in column k − 1, as if the root were always node 0."""
    points = np.zeros((len(parents), len(parents) - 1))
    for node, way in enumerate(_ways(parents)):
        points[node, [k - 1 for k in way]] = 1
    return points


def _minus(parents: Sequence[int]) -> np.ndarray:
    return -_laid_out(parents)


@exercise(
    title="A tree laid out",
    inputs=_tree,
    special={
        "the tree is a chain": ([1, 2, 3, -1],),
        "all hang on the root": ([2, 2, -1, 2, 2],),
        "a parent comes later in the list": ([3, 0, -1, 2, 3],),
    },
    equivalent=dict.fromkeys(("result: absolute", "result: root", "result: square"), "ones and zeros"),
    hints=(
        "The root lies at 0. From there each node is reached by a way of edges, and each edge is one step "
        "in a "
        "direction of its own.",
        "Each node but the root has one edge above it: that edge is its column. A node has a 1 in the "
        "columns "
        "of itself, of its parent, of the parent's parent … up to the root, which has no column.",
        "Begin with zeros. For each node, go from parent to parent until −1 comes, and put a 1 in each "
        "column that you pass; the column of a node is its place among those that are not the root.",
    ),
    wrong=[
        (
            _own_edge_alone,
            "Each node has its own edge alone: add those of its parent, and so on up to the root.",
        ),
        (_own_and_parents, "You go up one step, to the parent: go on to the root."),
        (
            _parents_alone,
            "Each node has its parent's edge alone: all edges from the root to the node belong to it.",
        ),
        (_without_its_own, "The edge above the node itself is missing: your way begins at its parent."),
        (
            _root_has_one_too,
            "The root has a column of zeros: no edge is above it, so n − 1 columns are left.",
        ),
        (_root_has_an_edge, "You give the root an edge of its own: no edge is above it, it lies at 0."),
        (_first_column_gone, "You take the first column away: the root's has to go, wherever it stands."),
        (_last_column_gone, "You take the last column away: the root's has to go, wherever it stands."),
        (_in_one_pass, "A parent may come later in the list: when you add its edges they are not there yet."),
        (
            _root_taken_for_the_first,
            "The root is not always node 0: the columns are those of the other nodes, in their order.",
        ),
        (_depths, "These are the depths: one point for each node is asked for, (n, n − 1)."),
        (_neighbours, "You mark the neighbours of a node: mark the edges on the way from the root to it."),
        (_down_not_up, "You go down, to the nodes below: go up, from parent to parent."),
        (_half_edges, "Your edges are shorter than 1: a squared distance then is half the path."),
        (
            _by_depth,
            "Edges at the same depth share a column, and branches fall together: each edge has its own.",
        ),
        (_minus, "A step is +1 in the edge's column."),
    ],
)
def pythagorean(parents: list[int]) -> np.ndarray:
    """Return a point for each of a tree's n nodes, (n, n − 1): squared distances are path lengths.

    parents[i] is the node above node i, in any order, −1 for the root. A column for the edge above each node
    but the root, in the nodes' order: 1.0 if the way from the root to the point's node takes it, else 0.0.
    """

    def way(node):  # from the node up to the root, which has no edge above it
        return [node, *way(parents[node])] if parents[node] != -1 else []

    edges = [node for node in range(len(parents)) if parents[node] != -1]
    return np.array([[float(edge in way(node)) for edge in edges] for node in range(len(parents))])
