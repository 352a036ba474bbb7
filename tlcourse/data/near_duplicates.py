"""Texts that are nearly the same, found before they end up on both sides of a split.

Two texts are near-duplicates where the Jaccard similarity of their sets of words, or of runs of words, is
high: |A ∩ B| / |A ∪ B| ≥ t. All such pairs are found without comparing all pairs, by the prefix filter of
Bayardo, Ma and Srikant (Scaling Up All Pairs Similarity Search, WWW 2007): with the items of each set ordered
from the rarest to the most frequent, two sets can reach t only if they share one of their first n − ⌈t·n⌉ + 1
items.
"""

import hashlib
import math
import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence

import numpy as np

from tlcourse.data.texts import as_texts


def fingerprint(texts: Iterable[str]) -> str:
    """A key for whatever is derived from exactly these texts, in this order."""
    return hashlib.sha256("\0".join(as_texts(texts)).encode()).hexdigest()


def words(text: str) -> list[str]:
    """The runs of letters and digits of `text`, in lower case."""
    return re.findall(r"[^\W_]+", text.lower())


def shingles(tokens: Sequence[str], length: int) -> frozenset[tuple[str, ...]]:
    """The runs of `length` tokens; the whole, if there are fewer."""
    last = max(1, len(tokens) - length + 1)
    return frozenset(tuple(tokens[i : i + length]) for i in range(last)) if tokens else frozenset()


def jaccard(left: frozenset, right: frozenset) -> float:
    """|left ∩ right| / |left ∪ right|, in [0, 1]; 0 where both are empty."""
    shared = len(left & right)
    return shared / max(1, len(left) + len(right) - shared)


def similar_pairs(sets: Sequence[frozenset], threshold: float) -> list[tuple[int, int]]:
    """All i < j such that the Jaccard similarity of `sets[i]` and `sets[j]` is at least `threshold`.

    An empty set is similar to none.

    Raises:
        ValueError: `threshold` is not in (0, 1].
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold is {threshold!r}, expected a similarity in (0, 1]")
    frequency = Counter(item for one in sets for item in one)
    several = [item for item, count in frequency.items() if count > 1]  # the rest is in no two sets
    rank = {item: place for place, item in enumerate(sorted(several, key=frequency.__getitem__))}
    with_prefix: dict[int, list[int]] = defaultdict(list)  # rank of an item → earlier sets that begin with it
    pairs = []
    for j, one in enumerate(sets):
        ranks = sorted(rank[item] for item in one if item in rank)
        # 1e-9 here and below: no pair exactly at the threshold is lost to rounding
        prefix = len(one) - math.ceil(threshold * len(one) - 1e-9) + 1
        front = ranks[: max(0, prefix - (len(one) - len(ranks)))]  # the rarest come first, those of no rank
        for i in {i for item in front for i in with_prefix[item]}:
            small, large = sorted((len(one), len(sets[i])))
            if small >= threshold * large - 1e-9 and jaccard(one, sets[i]) >= threshold - 1e-9:
                pairs.append((i, j))
        for item in front:
            with_prefix[item].append(j)
    return sorted(pairs)


def same_pairs(items: Iterable[Hashable]) -> list[tuple[int, int]]:
    """(the first one, i) for each i whose item has occurred before."""
    first: dict[Hashable, int] = {}
    return [(first[item], i) for i, item in enumerate(items) if first.setdefault(item, i) != i]


def joined(groups: Sequence[Hashable], pairs: Iterable[tuple[int, int]]) -> np.ndarray:
    """The groups, numbered from 0, with those merged that a pair of items connects: int64, (N,)."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    first: dict[Hashable, int] = {}
    links = [(first.setdefault(group, i), i) for i, group in enumerate(groups)] + list(pairs)
    links = np.array(links, np.int32)  # SciPy 1.11's search takes no other, and only prints that it failed
    left, right = links.reshape(-1, 2).T
    graph = coo_array((np.ones(len(left)), (left, right)), shape=(len(groups), len(groups)))
    return connected_components(graph, directed=False)[1].astype(np.int64)
