"""How right an answer is that was found in a text: exact match, and F1 over words (Rajpurkar et al. 2016).

Both after SQuAD's tidying: small letters, no punctuation, no articles.

Taught in lesson *To tune or not to tune*.
"""

import re
import string
from collections import Counter
from collections.abc import Sequence

import numpy as np

_SIGNS = str.maketrans("", "", string.punctuation)


def tidy(text: str) -> list[str]:
    """The words that count."""
    return re.sub(r"\b(a|an|the)\b", " ", text.lower().translate(_SIGNS)).split()


def exact(expected: str, given: str) -> float:
    return float(tidy(expected) == tidy(given))


def f1(expected: str, given: str) -> float:
    """2 · shared words / all words of both; two answers without words are the same."""
    a, b = tidy(expected), tidy(given)
    if not a and not b:
        return 1.0
    shared = (Counter(a) & Counter(b)).total()
    return 2 * shared / (len(a) + len(b))


def mean(expected: Sequence[str], given: Sequence[str]) -> dict[str, float]:
    """`exact match` and `F1`, each the mean over all questions."""
    pairs = [*zip(expected, given, strict=True)]
    return {
        "exact match": float(np.mean([exact(*pair) for pair in pairs])),
        "F1": float(np.mean([f1(*pair) for pair in pairs])),
    }
