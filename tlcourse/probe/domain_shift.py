"""What changes from one domain to another: words that were never seen, and words that change sides.

Taught in lesson *What is transfer learning*.
"""

from collections.abc import Sequence
from itertools import combinations, pairwise

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.metrics import balanced_accuracy_score

from tlcourse.data.running_text import tokenise
from tlcourse.data.texts import as_texts


def unseen_share(texts: Sequence[str], known: Sequence[str]) -> np.ndarray:
    """The share of each text's words that no `known` text has: float64, (N,); 0 for a text without words."""
    vocabulary = {word for text in as_texts(known, "known") for word in tokenise(text)}
    return np.array([_share([word not in vocabulary for word in tokenise(text)]) for text in as_texts(texts)])


def _share(flags: list[bool]) -> float:
    return sum(flags) / len(flags) if flags else 0.0


def score_by_share(
    share: np.ndarray, label: np.ndarray, predicted: np.ndarray, edges: Sequence[float]
) -> np.ndarray:
    """Balanced accuracy on the texts whose `share` lies in (edges[b], edges[b + 1]]: float64, (B,).

    Args:
        share: (N,), such as `unseen_share`.
        label, predicted: (N,), 0 or 1.
        edges: B + 1 bounds, ascending.
    """
    inside = [(share > low) & (share <= high) for low, high in pairwise(edges)]
    return np.array([balanced_accuracy_score(label[mask], predicted[mask]) for mask in inside])


def which_words(*collections: Sequence[str]) -> tuple[np.ndarray, list[csr_matrix]]:
    """Which text has which word, over one vocabulary for all the collections.

    Returns:
        V words in alphabetical order, and for each collection of N texts a sparse (N, V) of 0 and 1.
    """
    counter = CountVectorizer(tokenizer=tokenise, token_pattern=None, lowercase=False, binary=True)
    counter.fit([text for texts in collections for text in as_texts(texts)])
    return counter.get_feature_names_out(), [counter.transform(texts) for texts in collections]


def polarity(counts: csr_matrix, label: np.ndarray, prior: float = 500.0) -> np.ndarray:
    """How strongly each word speaks for label 1, as a z-score: float64, (V,).

    The log-odds ratio with an informative Dirichlet prior of Monroe, Colaresi and Quinn 2008 (*Fightin'
    words*, section 3.5): rare words are pulled towards 0, because they prove little.

    Args:
        counts: (N, V), how often each text has each word; every word occurs somewhere.
        label: (N,), 0 or 1.
        prior: α₀, the size of the prior in words; the share of each word in it is its share in the counts.
    """
    ones, zeros = (np.asarray(counts[label == c].sum(axis=0), dtype=float).ravel() for c in (1, 0))
    alpha = prior * (ones + zeros) / (ones + zeros).sum()
    log_odds = [np.log((y + alpha) / (y.sum() + prior - y - alpha)) for y in (ones, zeros)]
    return (log_odds[0] - log_odds[1]) / np.sqrt(1 / (ones + alpha) + 1 / (zeros + alpha))


def flips(
    words: np.ndarray,
    first: tuple[csr_matrix, np.ndarray],
    second: tuple[csr_matrix, np.ndarray],
    at_least: int = 10,
    z: float = 1.96,
) -> list[dict[str, object]]:
    """The words that speak for one label in the first domain and for the other in the second.

    Args:
        words: the vocabulary, (V,), of `which_words`.
        first, second: (which text has which word, labels) of two domains.
        at_least: in how many texts of each domain a word has to occur to be looked at.
        z: how far from 0 `polarity` has to be in both domains, on opposite sides.

    Returns:
        A dict for each word, the clearest first: `word`, `z1`, `z2`, and in how many texts it occurs:
        `positive1`, `negative1`, `positive2`, `negative2`.
    """
    totals = [np.asarray(counts.sum(axis=0)).ravel() for counts, _ in (first, second)]
    often = np.flatnonzero((totals[0] >= at_least) & (totals[1] >= at_least))
    columns: dict[str, np.ndarray] = {"word": words[often]}
    for number, (counts, label), total in zip((1, 2), (first, second), totals, strict=True):
        scores = np.zeros(len(words))
        scores[total > 0] = polarity(counts[:, total > 0], label)
        columns[f"z{number}"] = scores[often]
        for name, value in (("positive", 1), ("negative", 0)):
            columns[f"{name}{number}"] = np.asarray(counts[label == value].sum(axis=0)).ravel()[often]
    weaker = np.minimum(abs(columns["z1"]), abs(columns["z2"]))
    turned = np.flatnonzero((weaker >= z) & (columns["z1"] * columns["z2"] < 0))
    ranked = turned[np.argsort(-weaker[turned], kind="stable")]
    rows = zip(*(column[ranked] for column in columns.values()), strict=True)
    return [dict(zip(columns, row, strict=True)) for row in rows]


def all_flips(
    words: np.ndarray, sides: Sequence[tuple[csr_matrix, np.ndarray]], names: Sequence[str]
) -> list[dict[str, object]]:
    """The `flips` of each pair of domains, the clearest first: word, z in the one, z in the other.

    Args:
        sides: (which text has which word, labels) of each domain.
        names: what the domains are called.
    """
    found = [
        {"word": flip["word"], "in": names[i], "z": flip["z1"], "but in": names[j], "z there": flip["z2"]}
        for i, j in combinations(range(len(sides)), 2)
        for flip in flips(words, sides[i], sides[j])
    ]
    return sorted(found, key=lambda flip: -min(abs(flip["z"]), abs(flip["z there"])))


def flips_by_luck(
    words: np.ndarray, sides: Sequence[tuple[csr_matrix, np.ndarray]], repeats: int, seed: int
) -> list[int]:
    """How many words change sides if the labels of one domain of each pair are shuffled; once per repeat."""
    rng = np.random.default_rng(seed)
    counts = []
    for _ in range(repeats):
        mixed = [(table, rng.permutation(label)) for table, label in sides]
        pairs = combinations(range(len(sides)), 2)
        counts.append(sum(len(flips(words, sides[i], mixed[j])) for i, j in pairs))
    return counts
