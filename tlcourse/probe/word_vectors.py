"""Questions to word vectors: neighbours, arithmetic, analogies, and similarity as people judge it.

Taught in lesson *Static word vectors*.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import spearmanr

from tlcourse.data.glove import Vectors
from tlcourse.data.texts import as_texts
from tlcourse.data.word_tests import Analogy, Pair

QUESTIONS_AT_ONCE, WORDS_AT_ONCE = 256, 8192  # 8 MB of scores
EPSILON = 0.001  # 3CosMul's, Levy and Goldberg 2014b, section 6

Neighbour = tuple[str, float]


def unit(matrix: np.ndarray) -> np.ndarray:
    """Return the rows of `matrix` (…, D) at length 1, float32; a row of zeros stays as it is."""
    matrix = np.asarray(matrix, dtype=np.float32)
    return matrix / np.maximum(np.linalg.norm(matrix, axis=-1, keepdims=True), 1e-12)


class WordSpace:
    """Vectors at length 1, so that a dot product is a cosine.

    Attributes:
        words, index: as in the vectors it was made from.
        directions: float32 (V, D), rows of length 1.
    """

    def __init__(self, vectors: Vectors):
        self.words, self.index = vectors.words, vectors.index
        self.directions = unit(vectors.matrix)

    def __contains__(self, word: str) -> bool:
        return word in self.index

    def __getitem__(self, word: str) -> np.ndarray:
        """The direction of `word`, float32 (D,).

        Raises:
            KeyError: it has no vector.
        """
        if word not in self.index:
            raise KeyError(f"{word!r} is not one of the {len(self.words):,} words that have a vector")
        return self.directions[self.index[word]]

    def nearest(self, direction: np.ndarray, n: int = 10, without: Sequence[str] = ()) -> list[Neighbour]:
        """Return the `n` words nearest to `direction` (D,) by cosine, nearest first, except `without`."""
        cosine = self.directions @ unit(direction)
        cosine[[self.index[word] for word in as_texts(without, "without") if word in self.index]] = -np.inf
        n = min(n, len(cosine))
        best = np.argpartition(-cosine, n - 1)[:n]
        best = best[np.argsort(-cosine[best], kind="stable")]
        return [(self.words[i], float(cosine[i])) for i in best if np.isfinite(cosine[i])]

    def neighbours(self, word: str, n: int = 10) -> list[Neighbour]:
        """Return the `n` words nearest to `word`, itself left out; KeyError if it has no vector."""
        return self.nearest(self[word], n, without=[word])

    def evaluate(self, expression: str) -> tuple[np.ndarray, list[str]]:
        """Return the vector (D,) of an expression such as `"king - man + woman"`, and the words in it.

        Each word counts with length 1, as in 3CosAdd.

        Raises:
            ValueError: it is not words joined by + and −.
            KeyError: a word has no vector.
        """
        signed = parse(expression)
        return sum(sign * self[word] for sign, word in signed), [word for _, word in signed]


def parse(expression: str) -> list[tuple[int, str]]:
    """Return the signed words of `"king - man + woman"`: `[(1, "king"), (-1, "man"), (1, "woman")]`.

    A minus sign needs a space on its left, or starts the text: `well-known` is a word.

    Raises:
        ValueError: it is not words joined by + and −.
    """
    text = " " + expression.lower().replace("−", "-").strip()
    parts = re.split(r"\s*(\+|\s-)\s*", text.replace(" -", "  -"))
    words, signs = [p.strip() for p in parts[::2]], [p.strip() for p in parts[1::2]]
    if not words[0]:  # a sign before the first word, or nothing at all
        words = words[1:]
    else:
        signs = ["+", *signs]
    if not words or not all(words) or any(" " in word for word in words):
        raise ValueError(
            f"{expression!r} is not understood; write words joined by + and -, like: king - man + woman"
        )
    return [(-1 if sign == "-" else 1, word) for sign, word in zip(signs, words, strict=True)]


@dataclass(frozen=True)
class Similarity:
    """How well cosines rank pairs of words: `spearman` over the `used` of `total` pairs that have both
    vectors.
    """

    spearman: float
    used: int
    total: int


def similarity(vectors: Mapping[str, np.ndarray], pairs: Sequence[Pair], scores: np.ndarray) -> Similarity:
    """Return Spearman's rank correlation between the cosines of `pairs` and what people said.

    Args:
        vectors: anything with `word in vectors` and `vectors[word]` (D,): Vectors, WordSpace, FastText. Pairs
            are looked up in lower case.

    Raises:
        ValueError: fewer than three pairs have vectors.
    """
    found = [
        (float(unit(vectors[a.lower()]) @ unit(vectors[b.lower()])), score)
        for (a, b), score in zip(pairs, scores, strict=True)
        if a.lower() in vectors and b.lower() in vectors
    ]
    if len(found) < 3:
        raise ValueError(f"only {len(found)} of {len(pairs)} pairs have vectors: too few to rank")
    cosine, people = zip(*found, strict=True)
    return Similarity(float(spearmanr(cosine, people).statistic), len(found), len(pairs))


@dataclass(frozen=True)
class Section:
    """One section of the analogies: `correct` of the `asked` whose four words are in the vocabulary, of
    `total`.
    """

    name: str
    correct: int
    asked: int
    total: int

    @property
    def accuracy(self) -> float:
        """Of those asked; nan if none was."""
        return self.correct / self.asked if self.asked else float("nan")


def analogies(
    space: WordSpace,
    sections: Mapping[str, Sequence[Analogy]],
    method: str = "3CosAdd",
    exclude_question_words: bool = True,
) -> list[Section]:
    """Answer "a is to b as c is to ?" by searching the whole vocabulary of `space`, one result per section.

    3CosAdd (Mikolov et al. 2013): argmax_d cos(d, b − a + c), all at length 1. 3CosMul (Levy and Goldberg
    2014b, equation 4): argmax_d s(d, b)·s(d, c) / (s(d, a) + ε) with s = (1 + cos) / 2. A question counts if
    its four words, in lower case, have vectors. By the protocol of both papers a, b and c cannot be the
    answer.

    Raises:
        ValueError: no such `method`.
    """
    if method not in ("3CosAdd", "3CosMul"):
        raise ValueError(f"method is {method!r}, expected '3CosAdd' or '3CosMul'")
    results = []
    for name, questions in sections.items():
        lowered = [tuple(word.lower() for word in question) for question in questions]
        known = np.array(
            [[space.index[w] for w in q] for q in lowered if all(w in space for w in q)], dtype=np.int64
        )
        correct = 0
        for start in range(0, len(known), QUESTIONS_AT_ONCE):
            rows = known[start : start + QUESTIONS_AT_ONCE]
            answers = _answers(space.directions, rows[:, :3], method, exclude_question_words)
            correct += int((answers == rows[:, 3]).sum())
        results.append(Section(name, correct, len(known), len(questions)))
    return results


def _answers(directions: np.ndarray, asked: np.ndarray, method: str, exclude: bool) -> np.ndarray:
    """The best row for each question (Q,), from rows a, b and c of `directions` in `asked` (Q, 3)."""
    vectors = [directions[asked[:, i]] for i in range(3)]
    number = np.arange(len(asked))
    best, answers = np.full(len(asked), -np.inf), np.zeros(len(asked), dtype=np.int64)
    for first in range(0, len(directions), WORDS_AT_ONCE):
        scores = _scores(directions[first : first + WORDS_AT_ONCE], *vectors, method)  # (Q, words)
        if exclude:
            question, which = ((asked >= first) & (asked < first + WORDS_AT_ONCE)).nonzero()
            scores[question, asked[question, which] - first] = -np.inf
        here = scores.argmax(1)
        better = scores[number, here] > best
        best[better], answers[better] = scores[number, here][better], here[better] + first
    return answers


def _scores(directions: np.ndarray, a: np.ndarray, b: np.ndarray, c: np.ndarray, method: str) -> np.ndarray:
    """How good each word of `directions` (V, D) is as an answer, (Q, V); a, b and c are (Q, D)."""
    if method == "3CosAdd":
        return (b - a + c) @ directions.T
    scores, other = b @ directions.T, c @ directions.T
    scores += 1
    scores *= np.add(other, 1, out=other)
    np.matmul(a, directions.T, out=other)
    scores /= np.add(other, 1 + 2 * EPSILON, out=other)  # twice the formula, which moves no argmax
    return scores


def total(sections: Sequence[Section], kind: str = "all") -> Section:
    """Return the sum of `sections`: "all", "semantic" (the first five of Google's), or "syntactic" ("gram…").

    Raises:
        ValueError: no such `kind`.
    """
    chosen = {
        "all": list(sections),
        "semantic": [s for s in sections if not s.name.startswith("gram")],
        "syntactic": [s for s in sections if s.name.startswith("gram")],
    }.get(kind)
    if chosen is None:
        raise ValueError(f"kind is {kind!r}, expected 'all', 'semantic' or 'syntactic'")
    return Section(kind, *(sum(getattr(s, field) for s in chosen) for field in ("correct", "asked", "total")))
