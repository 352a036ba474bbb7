"""Ways to turn the inputs of a task into numbers, each with several readings, for one linear model.

Counts know nothing but the labelled texts; GloVe has pretrained word vectors, an encoder a pretrained
network. All are frozen, and a logistic regression (a ridge regression for numbers) is trained on them.
`evaluate` chooses the reading of a representation and the strength of the penalty, on the training labels.

Taught in lesson *ELMo*.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import scipy.sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from tlcourse.data.glove import Vectors
from tlcourse.data.tasks import NUMBERS, TAGS, Task
from tlcourse.models.pretrained.text_encoders import Example, TextEncoder
from tlcourse.train.measuring import frozen_states
from tlcourse.train.measuring.baselines import average_vectors

Readings = dict[str, np.ndarray]  # name → a row for each text, or for each word of them


class Representation(ABC):
    """Attributes:
    strengths: scikit-learn's C to choose from; a ridge regression's penalty is 1 / C.
    keep: what was read is kept, so it pays to read everything that any seed may draw at once.
    """

    strengths: tuple[float, ...] = (1e-4, 1e-3, 1e-2, 1e-1)
    keep: bool = False

    @abstractmethod
    def readings(self, task: Task, rows: np.ndarray) -> Readings:
        """For the items `rows`: name of the reading → a row per item, or per word where words are tagged."""

    def first(self, reading: str, task: Task) -> BaseEstimator:
        """What is fitted to the training rows before the linear model."""
        return StandardScaler()

    def estimator(self, reading: str, task: Task, strength: float) -> Pipeline:
        """An untrained model of one of the readings."""
        if task.kind == NUMBERS:
            linear: BaseEstimator = Ridge(alpha=1 / strength)
        else:
            linear = LogisticRegression(C=strength, max_iter=100 if task.kind == TAGS else 300)
        return make_pipeline(self.first(reading, task), linear)


class Counts(Representation):
    """TF-IDF of words, or of words and pairs of words; of a tagged word, how it and others are spelt."""

    strengths = (1.0, 10.0, 100.0)

    def readings(self, task: Task, rows: np.ndarray) -> Readings:
        if task.kind == TAGS:
            found = [spelling(task.texts[i], place) for i in rows for place in range(len(task.texts[i]))]
            return {"spelling": _objects(found)}
        texts = [task.texts[i] for i in rows]
        if task.second is None:
            return {name: _objects(texts) for name in ("words", "words and pairs of words")}
        pairs = _objects([(text, task.second[i]) for text, i in zip(texts, rows, strict=True)])
        return {"cosine": pairs, "cosine and shared words": pairs}

    def first(self, reading: str, task: Task) -> BaseEstimator:
        if task.kind == TAGS:
            return DictVectorizer()
        if task.second is not None:
            return SharedWords(each=reading != "cosine")
        return TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2 if "pairs" in reading else 1))


def _objects(values: Sequence) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def spelling(words: Sequence[str], place: int) -> dict[str, str | bool]:
    """A word without anything pretrained: itself, its ends, its shape, its neighbours."""
    word = words[place]
    return {
        "word": word.lower(),
        "ends": word[-3:].lower(),
        "begins": word[:2].lower(),
        "capital": word[0].isupper(),
        "capitals": word.isupper(),
        "digits": any(c.isdigit() for c in word),
        "before": words[place - 1].lower() if place else "",
        "after": words[place + 1].lower() if place + 1 < len(words) else "",
        "capital before": bool(place) and words[place - 1][0].isupper(),
    }


class SharedWords(TransformerMixin, BaseEstimator):
    """Pairs of texts → the cosine of their TF-IDF vectors; with `each`, also what each shared word adds."""

    def __init__(self, each: bool = False):
        self.each = each

    def fit(self, pairs: Sequence[tuple[str, str]], y: object = None) -> "SharedWords":
        self.tfidf_ = TfidfVectorizer(sublinear_tf=True).fit([text for pair in pairs for text in pair])
        return self

    def transform(self, pairs: Sequence[tuple[str, str]]) -> scipy.sparse.csr_matrix:
        a, b = (self.tfidf_.transform([pair[side] for pair in pairs]) for side in (0, 1))
        shared = a.multiply(b).tocsr()
        cosine = scipy.sparse.csr_matrix(shared.sum(axis=1))
        return scipy.sparse.hstack([cosine, shared]).tocsr() if self.each else cosine


class Averages(Representation):
    """GloVe: the mean of a text's vectors; of a tagged word its vector and its neighbours'."""

    def __init__(self, vectors: Vectors):
        self.vectors = vectors

    def readings(self, task: Task, rows: np.ndarray) -> Readings:
        if task.kind == TAGS:
            return {"word and neighbours": np.concatenate([self._windows(task.texts[i]) for i in rows])}
        mean = average_vectors([task.texts[i] for i in rows], self.vectors)
        if task.second is None:
            return {"mean": mean}
        return {"mean": compared(mean, average_vectors([task.second[i] for i in rows], self.vectors))}

    def _windows(self, words: Sequence[str]) -> np.ndarray:
        nothing = np.zeros(self.vectors.matrix.shape[1], dtype=np.float32)
        index = self.vectors.index
        rows = [self.vectors.matrix[index[w]] if w in index else nothing for w in map(str.lower, words)]
        padded = np.stack([nothing, *rows, nothing])
        return np.concatenate([padded[1:-1], padded[:-2], padded[2:]], axis=1)


def compared(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """[|u − v|, u ∗ v], as in Conneau et al. 2017 (InferSent, section 3.1), and the cosine."""
    lengths = np.linalg.norm(u, axis=1) * np.linalg.norm(v, axis=1)
    cosine = (u * v).sum(axis=1) / np.maximum(lengths, 1e-9)
    return np.concatenate([np.abs(u - v), u * v, cosine[:, None]], axis=1)


def parts_of(encoder: TextEncoder, task: Task, rows: np.ndarray) -> list[list[Example]]:
    """The items `rows` of a task as `encoder` reads them: all of a text, in parts if need be."""
    texts = [task.texts[i] for i in rows]
    if task.kind == TAGS:
        return [[sentence] for sentence in encoder.words(texts)]
    if task.second is None:
        return encoder.parts(texts)
    return [[pair] for pair in encoder.pairs(texts, [task.second[i] for i in rows])]


class States(Representation):
    """An encoder's states: of the top or of four heights, their mean or mean and maximum.

    All of a text is read, in parts if need be. A pair is read as one, as in pretraining, or its texts are
    read apart and compared.
    """

    def __init__(self, encoder: TextEncoder, keep: bool = True, bf16: bool = False):
        """`keep`: in the cache on disk; random weights are not worth it. `bf16`: compute in bfloat16."""
        self.encoder, self.keep, self.bf16 = encoder, keep, bf16
        self.found: dict[tuple[str, bytes], Readings] = {}  # of the last task

    @cached_property
    def weights(self) -> str:
        return frozen_states.fingerprint(self.encoder)

    def readings(self, task: Task, rows: np.ndarray) -> Readings:
        if any(name != task.name for name, _ in self.found):
            self.found.clear()
        asked = task.name, rows.tobytes()
        if asked not in self.found:
            self.found[asked] = self._readings(task, rows)
        return self.found[asked]

    def _readings(self, task: Task, rows: np.ndarray) -> Readings:
        found = self._arrays(parts_of(self.encoder, task, rows), of_words=task.kind == TAGS)
        if task.kind == TAGS:
            return {"top": _joined(found, ["word"], top=True), "all heights": _joined(found, ["word"])}
        readings = _pooled(found)
        if task.second is None:
            return readings
        u, v = (self._each_once([side[i] for i in rows]) for side in (task.texts, task.second))
        for name in ("top, mean", "all heights, mean"):
            readings[f"apart, {name}"] = compared(u[name], v[name])
        return readings

    def _each_once(self, texts: Sequence[str]) -> Readings:
        distinct = sorted(set(texts))
        place = {text: i for i, text in enumerate(distinct)}
        rows = [place[text] for text in texts]
        return {n: x[rows] for n, x in _pooled(self._arrays(self.encoder.parts(distinct))).items()}

    def _arrays(self, texts: Sequence[Sequence[Example]], of_words: bool = False) -> frozen_states.Arrays:
        if not self.keep:
            return frozen_states.compute(self.encoder, texts, of_words, bf16=self.bf16)
        return frozen_states.cached(self.encoder, texts, of_words, self.weights, bf16=self.bf16)


def _pooled(found: frozen_states.Arrays) -> Readings:
    return {
        "top, mean": _joined(found, ["mean"], top=True),
        "top, mean and maximum": _joined(found, ["mean", "max"], top=True),
        "all heights, mean": _joined(found, ["mean"]),
        "all heights, mean and maximum": _joined(found, ["mean", "max"]),
    }


def _joined(found: frozen_states.Arrays, kinds: Sequence[str], top: bool = False) -> np.ndarray:
    n = 1 + max(int(name.split()[1]) for name in found)
    parts = [found[f"{kind} {k}"] for k in range(n - 1 if top else 0, n) for kind in kinds]
    return np.concatenate(parts, axis=1).astype(np.float32)
