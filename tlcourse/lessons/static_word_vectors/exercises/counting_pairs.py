"""What skip-gram comes close to factorising: the shifted positive PMI of counted pairs."""

import numpy as np

from tlcourse.exercises.machinery import exercise


def _counts_and_k(rng: np.random.Generator) -> tuple[np.ndarray, int]:
    """Not symmetric: the context is what stands to the right, say."""
    size = rng.integers(5, 8)
    counts = 1.0 + rng.poisson(np.outer(*rng.gamma(1.0, 3.0, size=(2, size))))
    counts[0, 1] = counts[2, 1] = 0  # pairs that never meet
    counts[np.arange(size), rng.permutation(size)] += rng.integers(20, 90, size=size)
    return counts, int(rng.integers(2, 4))


def _table(counts: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.log(counts * counts.sum() / np.outer(counts.sum(1), counts.sum(0)))


def _shifted(pmi: np.ndarray, shift: float) -> np.ndarray:
    return np.maximum(pmi - shift, 0)


def _over(counts: np.ndarray, of_word: np.ndarray, of_context: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.log(counts * counts.sum() / np.outer(of_word, of_context))


def _pairwise(counts: np.ndarray) -> np.ndarray:
    """The sums multiplied number by number, (V,), where a table of all products belongs."""
    with np.errstate(divide="ignore"):
        return np.log(counts * counts.sum() / (counts.sum(1) * counts.sum(0)))


def _of_noise(counts: np.ndarray) -> np.ndarray:
    """With P_n of the formula above the exercise in the place of P."""
    share = counts.sum(0) ** 0.75
    with np.errstate(divide="ignore"):
        return np.log(counts / np.outer(counts.sum(1), share / share.sum()))


def _not_probabilities(counts: np.ndarray, k: int) -> np.ndarray:
    return np.zeros(counts.shape)  # what log(count / products) and log(count / row sum) come to, cut at 0


@exercise(
    title="Shifted positive PMI",
    inputs=_counts_and_k,
    equivalent={
        "counts: rounded": "they are counted, so whole already",
        "result: absolute": "cut at 0, so never negative",
    },
    hints=(
        "First the PMI of every pair: log of how often they meet, over how often they would by chance.",
        "By chance: row sum × column sum / total. `np.outer(rows, columns)` makes the whole table of "
        "products.",
        "Divide `counts` by that table and take `np.log`: the PMI. (Of the warning about log 0 you need not "
        "mind: −∞ is cut.) The shift is `np.log(k)`; what is then below 0 becomes 0, by `np.maximum`.",
    ),
    wrong=[
        (
            lambda counts, k: np.maximum(_table(counts), 0),
            "This is positive PMI, but k has no effect: shift by log k before you cut at 0.",
        ),
        (
            lambda counts, k: np.maximum(_table(counts) + np.log(k), 0),
            "The shift goes the other way: more noise words push scores down, so log k is taken off.",
        ),
        (
            lambda counts, k: np.maximum(_table(counts), 0) - np.log(k),
            "You cut at 0 and shift afterwards. Shift first, then cut: the smallest value has to be 0.",
        ),
        (
            lambda counts, k: _table(counts) - np.log(k),
            "Pairs that never meet give log 0 = −∞, and others stay below 0. Replace what is negative by 0.",
        ),
        (
            lambda counts, k: np.maximum(_table(counts) - k, 0),
            "The shift is log k, not k: it comes from k noise words inside a logarithm.",
        ),
        (
            lambda counts, k: _shifted(_over(counts, counts.sum(0), counts.sum(1)), np.log(k)),
            "The sums have changed places: entry (i, j) is divided by the sum of *row* i and of *column* j.",
        ),
        (
            lambda counts, k: _shifted(_over(counts, counts.sum(1), counts.sum(1)), np.log(k)),
            "You take the sums of the rows twice. The context's are those of the columns: "
            "`counts.sum(axis=0)`.",
        ),
        (
            lambda counts, k: _shifted(_over(counts, counts.sum(0), counts.sum(0)), np.log(k)),
            "You take the sums of the columns twice. The word's are those of the rows: `counts.sum(axis=1)`.",
        ),
        (
            lambda counts, k: _shifted(_pairwise(counts), np.log(k)),
            "`rows * columns` of two flat arrays multiplies them number by number. You need the whole table "
            "of products: `np.outer(rows, columns)`.",
        ),
        (
            lambda counts, k: _shifted(_over(counts, np.ones(len(counts)), counts.sum(0)), np.log(k)),
            "The sums of the rows are missing: a word that has many pairs meets every context more often.",
        ),
        (
            lambda counts, k: _shifted(_over(counts, counts.sum(1), np.ones(len(counts))), np.log(k)),
            "The sums of the columns are missing: a common context stands beside every word more often.",
        ),
        (
            lambda counts, k: _shifted(_of_noise(counts), np.log(k)),
            "That is skip-gram's noise, counts to the power of ¾. Asked for is the plain share P(j).",
        ),
        (
            lambda counts, k: _shifted(_table(counts) / np.log(2), np.log2(k)),
            "Your logarithms are to the base 2. PMI as here takes the natural one: `np.log`.",
        ),
        (
            lambda counts, k: _shifted(_table(counts) / np.log(2), np.log(k)),
            "The PMI's logarithm is to the base 2, that of k is natural. Take `np.log` for both.",
        ),
        (
            lambda counts, k: _shifted(_table(counts), np.log2(k)),
            "The logarithm of k is to the base 2, that of the PMI is natural. Take `np.log` for both.",
        ),
        (
            lambda counts, k: _shifted(_table(counts) / np.log(10), np.log10(k)),
            "Your logarithms are to the base 10. PMI as here takes the natural one: `np.log`.",
        ),
        (
            lambda counts, k: _shifted(np.exp(_table(counts)), np.log(k)),
            "The logarithm of the ratio is missing: PMI is the log of count over chance.",
        ),
        (
            lambda counts, k: _shifted(np.log(np.maximum(counts, 1e-300)), np.log(k)),
            "This is the logarithm of the counts. What the pair would meet by chance has to be divided out.",
        ),
        (
            _not_probabilities,
            "Everything is 0, so every logarithm was negative. Does each count become a probability, count "
            "/ total, and do you divide by both the row's and the column's?",
        ),
    ],
)
def shifted_ppmi(counts: np.ndarray, k: int) -> np.ndarray:
    """Return max(PMI − log k, 0), (V, V), from counts (V, V) of word i (row) in the context j (column).

    No row or column is empty; a pair that never meets gets 0.
    """
    by_chance = np.outer(counts.sum(1), counts.sum(0)) / counts.sum()
    with np.errstate(divide="ignore"):  # log 0 = −∞ is cut at 0 below
        return np.maximum(np.log(counts / by_chance) - np.log(k), 0)
