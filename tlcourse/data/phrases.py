"""Phrases and names in running text: what ERNIE masks as a whole.

Sun et al. 2019 (ERNIE 1.0), section 3.2; Sun et al. 2020, "Knowledge Masking Task". The authors cut
phrases with a chunker and names with a tagger. Here a phrase is a pair of words that meet far more often
than by chance, and a name is a run of words with capitals inside a sentence: no labels, and fast enough
for any amount of text.
"""

from collections.abc import Sequence

import numpy as np

MIN_COUNT = 50  # a phrase occurs so often …
THRESHOLD = 0.55  # … and has this normalised pointwise mutual information, of at most 1
LONGEST = 4  # words in a unit; longer runs are cut


def npmi(pair_count: np.ndarray, first_count: np.ndarray, second_count: np.ndarray, total: int) -> np.ndarray:
    """Normalised pointwise mutual information, ln(p(ab) / p(a) p(b)) / −ln p(ab), in [−1, 1]; Bouma 2009."""
    p = pair_count / total
    return np.log(p / (first_count / total * (second_count / total))) / -np.log(p)


def continues_unit(
    words: np.ndarray,
    sentence_words: np.ndarray,
    vocabulary: Sequence[str],
    min_count: int = MIN_COUNT,
    threshold: float = THRESHOLD,
) -> np.ndarray:
    """bool (W,): does the word belong to the same unit as the word before it?

    `words` (W,) are indices into `vocabulary`, `sentence_words` (S + 1,) where sentences begin.
    """
    letters = np.array([word[0].isalpha() for word in vocabulary])
    capital = np.array([word[0].isupper() for word in vocabulary])
    starts_sentence = np.zeros(len(words) + 1, dtype=bool)
    starts_sentence[sentence_words] = True
    starts_sentence = starts_sentence[:-1]

    inside = ~starts_sentence  # the word before is of the same sentence
    inside[1:] &= letters[words[1:]] & letters[words[:-1]]
    inside[0] = False
    name = inside.copy()
    name[1:] &= capital[words[1:]] & capital[words[:-1]] & ~starts_sentence[:-1]
    joined = name | (inside & _is_phrase(words, inside, vocabulary, min_count, threshold))
    return _cut_long_runs(joined)


def _is_phrase(
    words: np.ndarray, inside: np.ndarray, vocabulary: Sequence[str], min_count: int, threshold: float
) -> np.ndarray:
    """bool (W,): the word and the one before are a phrase, whatever their case."""
    numbers: dict[str, int] = {}
    lower = np.array([numbers.setdefault(word.lower(), len(numbers)) for word in vocabulary], dtype=np.uint64)
    folded = lower[words]
    pairs = np.zeros(len(words), dtype=np.uint64)
    pairs[1:] = folded[:-1] * np.uint64(len(numbers)) + folded[1:]
    kinds, counts = np.unique(pairs[inside], return_counts=True)
    kinds, counts = kinds[counts >= min_count], counts[counts >= min_count]
    if not len(kinds):
        return np.zeros(len(words), dtype=bool)
    single = np.bincount(folded.astype(np.int64), minlength=len(numbers))
    first, second = single[kinds // len(numbers)], single[kinds % len(numbers)]
    phrases = kinds[npmi(counts, first, second, len(words)) >= threshold]
    return np.isin(pairs, phrases)


def _cut_long_runs(joined: np.ndarray) -> np.ndarray:
    """Start a new unit where one would be longer than LONGEST words."""
    place = np.arange(len(joined))
    start = np.maximum.accumulate(np.where(joined, 0, place))  # where the word's unit starts
    return joined & ((place - start) % LONGEST != 0)
