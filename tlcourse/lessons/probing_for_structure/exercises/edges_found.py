"""A tree made of distances, and the share of a sentence's edges that it has."""

from collections.abc import Collection, Iterable

import numpy as np

from tlcourse.exercises.machinery import exercise
from tlcourse.lessons.probing_for_structure.exercises.tree_mistakes import random_heads, right_distances

Edge = tuple[int, int]


def _predicted_and_edges(rng: np.random.Generator) -> tuple[np.ndarray, set[Edge]]:
    """Distances near those of a tree, no two alike; of its edges some are found, by each way others."""
    heads = random_heads(rng, int(rng.integers(12, 17)))
    right = right_distances(heads).astype(float)
    noise = np.triu(rng.normal(scale=0.8, size=right.shape), 1)
    distances = np.abs(right + noise + noise.T) * (right > 0)
    edges = {(min(word, head), max(word, head)) for word, head in enumerate(heads.tolist()) if head >= 0}
    return distances, edges


def _sorted(pairs: Iterable[Edge]) -> set[Edge]:
    return {(min(pair), max(pair)) for pair in pairs}


def _pairs(distances: np.ndarray) -> list[Edge]:
    """All pairs (i, j) with i < j, the nearest first."""
    n = len(distances)
    return sorted(((i, j) for i in range(n) for j in range(i + 1, n)), key=lambda pair: distances[pair])


def _grown(distances: np.ndarray, start: int = 0) -> list[Edge]:
    """Prim's edges in their order: (a word inside, the new one)."""
    inside, found = [start], []
    for _ in range(len(distances) - 1):
        pairs = ((i, j) for i in inside for j in range(len(distances)) if j not in inside)
        found.append(min(pairs, key=lambda pair: distances[pair]))
        inside.append(found[-1][1])
    return found


def _share(found: Collection[Edge], edges: set[Edge]) -> float:
    return len(set(found) & edges) / len(edges)


# --- what is often written instead


def _nearest_pairs(distances: np.ndarray, edges: set[Edge]) -> float:
    return _share(_pairs(distances)[: len(edges)], edges)


def _nearest_neighbours(distances: np.ndarray, edges: set[Edge]) -> float:
    far = distances + np.diag(np.full(len(distances), np.inf))
    return _share(_sorted(enumerate(far.argmin(axis=1).tolist())), edges)


def _nearest_unsorted(distances: np.ndarray, edges: set[Edge]) -> float:
    far = distances + np.diag(np.full(len(distances), np.inf))
    return _share([*enumerate(far.argmin(axis=1).tolist())], edges)


def _nearest_before(distances: np.ndarray, edges: set[Edge]) -> float:
    return _share([(int(distances[j, :j].argmin()), j) for j in range(1, len(distances))], edges)


def _neighbours_in_the_sentence(distances: np.ndarray, edges: set[Edge]) -> float:
    return _share([(i, i + 1) for i in range(len(distances) - 1)], edges)


def _longest(distances: np.ndarray, edges: set[Edge]) -> float:
    return _share(_sorted(_grown(-distances)), edges)


def _in_one_line(distances: np.ndarray, edges: set[Edge]) -> float:
    """From the word that came last to the nearest new one: a path."""
    at, inside, found = 0, {0}, []
    for _ in range(len(distances) - 1):
        new = min((j for j in range(len(distances)) if j not in inside), key=lambda j: distances[at, j])
        found.append((at, new))
        inside.add(new)
        at = new
    return _share(_sorted(found), edges)


def _star(distances: np.ndarray, edges: set[Edge]) -> float:
    return _share([(0, j) for j in range(1, len(distances))], edges)


def _from_the_start(distances: np.ndarray, edges: set[Edge]) -> float:
    """Dijkstra's tree of the shortest ways from word 0."""
    ways, before, inside = {0: 0.0}, {}, set()
    while len(inside) < len(distances):
        new = min((w for w in ways if w not in inside), key=lambda w: ways[w])
        inside.add(new)
        for j in range(len(distances)):
            if j not in inside and ways[new] + distances[new, j] < ways.get(j, np.inf):
                ways[j], before[j] = float(ways[new] + distances[new, j]), new
    return _share(_sorted(before.items()), edges)


def _first_alone(distances: np.ndarray, edges: set[Edge]) -> float:
    return _share(_sorted(_grown(distances)[:1]), edges)


def _last_missing(distances: np.ndarray, edges: set[Edge]) -> float:
    return _share(_sorted(_grown(distances)[:-1]), edges)


def _as_they_come(distances: np.ndarray, edges: set[Edge]) -> float:
    return _share(_grown(distances), edges)


def _as_they_come_turned(distances: np.ndarray, edges: set[Edge]) -> float:
    return _share([(j, i) for i, j in _grown(distances)], edges)


def _matched(distances: np.ndarray, edges: set[Edge]) -> float:
    """A pair is left out as soon as one of its words has an edge."""
    seen: set[int] = set()
    found = []
    for i, j in _pairs(distances):
        if i not in seen and j not in seen:
            found.append((i, j))
            seen |= {i, j}
    return _share(found, edges)


def _about_one(distances: np.ndarray, edges: set[Edge]) -> float:
    return _share([pair for pair in _pairs(distances) if distances[pair] < 1.5], edges)


def _rounded_to_one(distances: np.ndarray, edges: set[Edge]) -> float:
    return _share([pair for pair in _pairs(distances) if distances[pair].round() == 1], edges)


def _at_most_one(distances: np.ndarray, edges: set[Edge]) -> float:
    return _share([pair for pair in _pairs(distances) if distances[pair] <= 1], edges)


def _one_label_changed(distances: np.ndarray, edges: set[Edge]) -> float:
    """Kruskal's way, but of two trees that are joined one word alone gets the other's label."""
    label = [*range(len(distances))]
    found = []
    for i, j in _pairs(distances):
        if label[i] != label[j]:
            found.append((i, j))
            label[j] = label[i]
    return _share(found, edges)


def _none_found(distances: np.ndarray, edges: set[Edge]) -> float:
    return 0.0


def _tree(distances: np.ndarray) -> set[Edge]:
    return _sorted(_grown(distances))


def _number(distances: np.ndarray, edges: set[Edge]) -> float:
    return float(len(_tree(distances) & edges))


def _by_words(distances: np.ndarray, edges: set[Edge]) -> float:
    return len(_tree(distances) & edges) / len(distances)


def _of_either(distances: np.ndarray, edges: set[Edge]) -> float:
    return len(_tree(distances) & edges) / len(_tree(distances) | edges)


def _wrong_ones(distances: np.ndarray, edges: set[Edge]) -> float:
    return len(_tree(distances) - edges) / len(edges)


def _all_of_them(distances: np.ndarray, edges: set[Edge]) -> float:
    return len(_tree(distances)) / len(edges)


def _in_either(distances: np.ndarray, edges: set[Edge]) -> float:
    return len(_tree(distances) | edges) / len(edges)


def _length(distances: np.ndarray, edges: set[Edge]) -> float:
    return float(sum(distances[pair] for pair in _tree(distances)))


def _both_ways(distances: np.ndarray, edges: set[Edge]) -> float:
    """Each edge stands in the tree twice, (i, j) and (j, i), and is divided by."""
    return len(_tree(distances) & edges) / (2 * len(edges))


def _whole(distances: np.ndarray, edges: set[Edge]) -> float:
    return float(_tree(distances) == edges)


_CHAIN = np.abs(np.subtract.outer(np.arange(6.0), np.arange(6.0)))


@exercise(
    title="From distances to a tree, and UUAS",
    inputs=_predicted_and_edges,
    special={
        "the distances are those of the tree": (_CHAIN, {(i, i + 1) for i in range(5)}),
        "no edge is found": (_CHAIN, {(0, 2), (2, 4), (1, 4), (1, 5), (3, 5)}),
        "there are two words": (np.array([[0.0, 7.0], [7.0, 0.0]]), {(0, 1)}),
    },
    equivalent={
        "0 → 1": "the tree may grow from any word",
        "len(distances) - 1 → abs(len(distances) - 1)": "there is one word at least",
        "distances: transposed": "as far from j to i as from i to j",
        "result: absolute": "a share is never negative",
    },
    hints=(
        "Begin with one word in the tree. Of all pairs of a word inside and one outside, which is the "
        "nearest? It becomes an edge, and its outer word comes in.",
        "With `inside = {0}`: as many rounds as there are edges to find, `len(distances) - 1`, each of which "
        "takes `min(pairs, key=…)` over the pairs from inside to outside.",
        "Write each edge with the smaller place first, as `edges` has them, and put it in a set: what two "
        "sets have in common is `a & b`.",
    ),
    wrong=[
        (_nearest_pairs, "You take the nearest pairs of all. They may close a circle and leave a word "
         "out: each new edge has to lead from a word inside the tree to one outside."),
        (_nearest_neighbours, "You join each word to its nearest one (or leave a pair out once both its "
         "words have an edge, which comes to the same). That need not be one tree: several may stay "
         "apart."),
        (_nearest_unsorted, "Two things: the nearest word of each need not make one tree; and edges have "
         "the smaller place first."),
        (_nearest_before, "You join each word to the nearest of those *before it in the sentence*: it may "
         "be any word that is in the tree already."),
        (_neighbours_in_the_sentence, "You join neighbours in the sentence: join by `distances`."),
        (_longest, "You take the farthest pairs: the *least* total length is wanted."),
        (_in_one_line, "You go on from the word that came last, and get a line. The nearest pair may "
         "begin at any word that is in the tree."),
        (_star, "You join all words to the first (is `key=` missing in `min`?): a new word joins "
         "whichever word inside it is nearest to."),
        (_from_the_start, "You keep the shortest ways from the first word (Dijkstra). Only the new edge "
         "itself is to be short, not the way back to the start."),
        (_first_alone, "You stop after one edge: go on until all words are inside."),
        (_last_missing, "One edge is missing: a tree of T words has T − 1."),
        (_as_they_come, "Your edges stand as (inside, new). Those of `edges` have the smaller place "
         "first: (4, 2) is not found in a set that has (2, 4)."),
        (_as_they_come_turned, "Your edges stand as (new, inside). Those of `edges` have the smaller "
         "place first: (4, 2) is not found in a set that has (2, 4)."),
        (_matched, "You leave a pair out if one of its words has an edge already: a word may have "
         "several."),
        (_about_one, "You take every pair that is about 1 apart. How long an edge is does not matter: "
         "they have to make the shortest tree."),
        (_rounded_to_one, "You take the pairs whose distance rounds to 1: take those that make the "
         "shortest tree, however long they are."),
        (_at_most_one, "You take the pairs that are 1 apart or less: how long an edge is does not matter, "
         "they have to make the shortest tree."),
        (_one_label_changed, "If two trees are joined, *all* words of one get the other's label, not one "
         "word."),
        (_none_found, "None of your edges is found. Are they (i, j) with the smaller place first, as in "
         "`edges`, and is no word joined to itself, which is 0 away?"),
        (_number, "That is how many edges are found: divide by how many there are."),
        (_by_words, "You divide by the number of words: a tree has one edge less."),
        (_of_either, "You divide by the edges that are in either of the two trees: by that of the true "
         "edges."),
        (_wrong_ones, "That is the share of edges that are *not* found."),
        (_all_of_them, "You count all edges of your tree: those that are in `edges` too count."),
        (_in_either, "You count the edges that are in either of the two: `&` is what is in both."),
        (_length, "That is the total length of the tree: the share of true edges in it is asked for."),
        (_both_ways, "Half of the right share: each edge stands twice in what you divide by, as (i, j) "
         "and (j, i)."),
        (_whole, "You ask whether the whole tree is right: count its edges one by one."),
    ],
)  # fmt: skip
def uuas(distances: np.ndarray, edges: set[Edge]) -> float:
    """Return the share of `edges` that are in the tree of least total length over all words.

    distances (T, T), symmetric; edges are the T − 1 true pairs (i, j), with i < j.
    """
    inside, found = {0}, set()
    for _ in range(len(distances) - 1):
        pairs = [(i, j) for i in inside for j in range(len(distances)) if j not in inside]
        i, j = min(pairs, key=lambda pair: distances[pair])
        inside.add(j)
        found.add((min(i, j), max(i, j)))
    return len(found & edges) / len(edges)
