"""Distances in a tree as they are often got wrong, and the trees on which that shows."""

import numpy as np


def random_heads(rng: np.random.Generator, n: int) -> np.ndarray:
    """A tree of n words (6 at least) that tells mistakes apart: (n,).

    Word 0 has dependents and is not the root, the last word neither is the root nor hangs on it (to Python,
    −1 is the last), and some word is four edges from the root.
    """
    while True:
        order, heads = rng.permutation(n), np.full(n, -1)
        for place in range(1, n):
            heads[order[place]] = order[rng.integers(max(0, place - 3), place)]
        root = int(order[0])
        near_root = heads[-1] == root or root in (0, n - 1)
        if not near_root and (heads == 0).any() and ways_of(heads).sum(axis=1).max() >= 5:
            return heads


def ways_of(heads: np.ndarray) -> np.ndarray:
    """Whether word j is on word i's way to the root, both counted: bool (n, n)."""
    way = np.eye(len(heads), dtype=bool)
    for _ in heads:
        for word, head in enumerate(heads):
            if head >= 0:
                way[word] |= way[head]
    return way


def depths_of(heads: np.ndarray) -> np.ndarray:
    return ways_of(heads).sum(axis=1) - 1


def right_distances(heads: np.ndarray) -> np.ndarray:
    way = ways_of(heads).astype(int)
    return (way[:, None] != way[None]).sum(axis=2)


def apart(heads: np.ndarray) -> np.ndarray:
    return ~np.eye(len(heads), dtype=bool)


def edges_of(heads: np.ndarray) -> np.ndarray:
    edges = np.zeros((len(heads), len(heads)), dtype=int)
    for word, head in enumerate(heads):
        if head >= 0:
            edges[word, head] = edges[head, word] = 1
    return edges


def shortest(edges: np.ndarray) -> np.ndarray:
    """Floyd and Warshall's distances along edges of length 1, NaN where there is no way."""
    distances = before_ways(edges)
    for k in range(len(edges)):
        distances = np.minimum(distances, distances[:, [k]] + distances[[k]])
    return np.where(np.isinf(distances), np.nan, distances)


def before_ways(edges: np.ndarray) -> np.ndarray:
    distances = np.where(edges > 0, 1.0, np.inf)
    np.fill_diagonal(distances, 0)
    return distances


# --- what is often written instead


def in_the_sentence(heads: np.ndarray) -> np.ndarray:
    places = np.arange(len(heads))
    return abs(places[:, None] - places)


def between_heads(heads: np.ndarray) -> np.ndarray:
    return abs(heads[:, None] - heads)


def edges_alone(heads: np.ndarray) -> np.ndarray:
    right = right_distances(heads)
    return np.where(right <= 1, right, np.nan)


def edges_one_way(heads: np.ndarray) -> np.ndarray:
    right = right_distances(heads)
    return np.where((right <= 1) & ways_of(heads), right, np.nan)


def edges_and_two(heads: np.ndarray) -> np.ndarray:
    right = right_distances(heads)
    return np.where(right <= 2, right, np.nan)


def depths_apart(heads: np.ndarray) -> np.ndarray:
    depths = depths_of(heads)
    return abs(depths[:, None] - depths)


def depths_subtracted(heads: np.ndarray) -> np.ndarray:
    depths = depths_of(heads)
    return depths[:, None] - depths


def by_the_root(heads: np.ndarray) -> np.ndarray:
    depths = depths_of(heads)
    return (depths[:, None] + depths) * apart(heads)


def by_the_root_and_back(heads: np.ndarray) -> np.ndarray:
    depths = depths_of(heads)
    return depths[:, None] + depths


def ancestor_once(heads: np.ndarray) -> np.ndarray:
    depths, way = depths_of(heads), ways_of(heads).astype(int)
    return depths[:, None] + depths - (way @ way.T - 1)


def shared(heads: np.ndarray) -> np.ndarray:
    way = ways_of(heads).astype(int)
    return way @ way.T


def depth_of_the_shared(heads: np.ndarray) -> np.ndarray:
    return shared(heads) - 1


def all_on_both_ways(heads: np.ndarray) -> np.ndarray:
    way = ways_of(heads)
    return (way[:, None] | way[None]).sum(axis=2)


def on_the_first_alone(heads: np.ndarray) -> np.ndarray:
    way = ways_of(heads)
    return (way[:, None] & ~way[None]).sum(axis=2)


def on_the_second_alone(heads: np.ndarray) -> np.ndarray:
    return on_the_first_alone(heads).T


def all_words_of_both(heads: np.ndarray) -> np.ndarray:
    return by_the_root_and_back(heads) + 2


def from_the_head(heads: np.ndarray) -> np.ndarray:
    way = ways_of(heads) & apart(heads)
    return (way[:, None] != way[None]).sum(axis=2)


def depth_of_the_first(heads: np.ndarray) -> np.ndarray:
    return np.repeat(depths_of(heads)[:, None] + 1, len(heads), axis=1)


def depth_of_the_second(heads: np.ndarray) -> np.ndarray:
    return depth_of_the_first(heads).T


def words_on_the_path(heads: np.ndarray) -> np.ndarray:
    return (right_distances(heads) + 1) * apart(heads)


def words_between(heads: np.ndarray) -> np.ndarray:
    return (right_distances(heads) - 1) * apart(heads)


def up_alone(heads: np.ndarray) -> np.ndarray:
    return np.where(ways_of(heads), right_distances(heads), np.nan)


def down_alone(heads: np.ndarray) -> np.ndarray:
    return up_alone(heads).T


def up_and_down_alone(heads: np.ndarray) -> np.ndarray:
    return np.where(ways_of(heads) | ways_of(heads).T, right_distances(heads), np.nan)


def begun_with_0(heads: np.ndarray) -> np.ndarray:
    """Floyd and Warshall's minimum, where no way yet is 0 edges."""
    distances = edges_of(heads)
    for k in range(len(heads)):
        distances = np.minimum(distances, distances[:, [k]] + distances[[k]])
    return distances


def half(heads: np.ndarray) -> np.ndarray:
    return np.where(np.tri(len(heads), k=-1, dtype=bool), np.nan, right_distances(heads))


def lower_half(heads: np.ndarray) -> np.ndarray:
    return half(heads).T


def root_hangs_on_the_last(heads: np.ndarray) -> np.ndarray:
    edges, root = edges_of(heads), int(np.argmin(heads))
    edges[root, -1] = edges[-1, root] = 1
    distances = shortest(edges)
    if root == len(heads) - 1:
        distances[root, root] = np.nan  # 1 or 0, whichever is written last
    return distances


def up_from_the_last(heads: np.ndarray) -> np.ndarray:
    """The words on the way, were the root to hang on the last word."""
    way = np.eye(len(heads), dtype=bool)
    for _ in heads:
        for word, head in enumerate(heads):
            way[word] |= way[head]
    return (way[:, None] != way[None]).sum(axis=2)


def cut_at_word_0(heads: np.ndarray) -> np.ndarray:
    return shortest(edges_of(np.where(heads == 0, -1, heads)))


def if_head(heads: np.ndarray) -> np.ndarray:
    """`if head:` is true of −1, and false of 0."""
    edges = np.zeros((len(heads), len(heads)), dtype=int)
    for word, head in enumerate(heads):
        if head:
            edges[word, head] = edges[head, word] = 1
    distances = shortest(edges)
    if heads[-1] == -1:
        distances[-1, -1] = np.nan
    return distances


def ways_that_end_before_0(heads: np.ndarray) -> np.ndarray:
    return right_distances(np.where(heads == 0, -1, heads))


def one_round(heads: np.ndarray) -> np.ndarray:
    """Each way has the word and its head."""
    way = ways_of(heads) & (right_distances(heads) <= 1)
    return (way[:, None] != way[None]).sum(axis=2)


def words_alone(heads: np.ndarray) -> np.ndarray:
    return 2 * apart(heads).astype(int)


def ways_in_common(heads: np.ndarray) -> np.ndarray:
    """The way of each word without all that is not on its head's way."""
    ways = [{word} for word in range(len(heads))]
    for _ in heads:
        ways = [way & ways[head] if head >= 0 else way for way, head in zip(ways, heads, strict=True)]
    return np.array([[len(a ^ b) for b in ways] for a in ways])


def wrong_loop_inside(heads: np.ndarray) -> np.ndarray:
    n = len(heads)
    distances = before_ways(edges_of(heads))
    for i in range(n):
        for j in range(n):
            distances[i, j] = min(distances[i, k] + distances[k, j] for k in range(n))
    return np.where(np.isinf(distances), np.nan, distances)


def there_and_back(heads: np.ndarray) -> np.ndarray:
    return np.where(apart(heads), right_distances(heads), 2 if len(heads) > 1 else np.nan)
