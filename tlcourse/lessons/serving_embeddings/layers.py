"""Which states make the best vector of a text: every layer and every pooling, read by the server's own code.

Two judges. *Alike*: pairs of sentences that people rated (the STS benchmark); how well do cosines put them in
the same order, as Spearman's correlation? *Found*: a headline has to find its own paragraph among all others.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from scipy.stats import spearmanr
from sklearn.feature_extraction.text import TfidfVectorizer

from tlcourse.data import glove
from tlcourse.data.sentences import find_words
from tlcourse.lessons.serving_embeddings.articles import found_first
from tlcourse.lessons.serving_embeddings.nearest import unit
from tlcourse.models.pretrained.minilm import batches_by_length
from tlcourse.models.pretrained.text_encoders import TextEncoder
from tlcourse.serve.pooling import pool

POOLINGS = ("REDUCE_MEAN", "REDUCE_MAX", "REDUCE_MEAN_MAX", "CLS_TOKEN")
CENTRED = "REDUCE_MEAN, centred"  # no strategy of the server: it does not know which texts will come
AT_ONCE = 32
SAME = 1e-9  # cosines that differ by less do not differ
PARTS = 5  # into which pairs or headlines are dealt, each of them a seed


def of_all_layers(
    encoder: TextEncoder, texts: Sequence[str], only: Sequence[int] | None = None
) -> dict[tuple[int, str], np.ndarray]:
    """(layer, pooling) → vectors of all texts, (N, W); layer −1 is the last, as in the server's settings.

    Args:
        only: these layers, in place of all.
    """
    layers = only or range(-1, -len(encoder.widths) - 1, -1)
    examples = encoder.beginnings(list(texts))
    found: dict[tuple[int, str], list[tuple[np.ndarray, np.ndarray]]] = {}
    for places in batches_by_length([len(example) for example in examples], AT_ONCE):
        batch = encoder.batch([examples[i] for i in places])
        with torch.inference_mode():
            states = encoder(batch)
            for layer in layers:
                for pooling in POOLINGS:
                    rows = pool(states[layer], batch["attention_mask"], pooling).numpy()
                    found.setdefault((layer, pooling), []).append((places, rows))
    return {key: _in_order(parts) for key, parts in found.items()}


def _in_order(parts: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Rows of batches, each where its text stands."""
    places, rows = (np.concatenate(column) for column in zip(*parts, strict=True))
    return rows[np.argsort(places)]


def parts(n: int) -> list[np.ndarray]:
    """Places 0 … n − 1, dealt into `PARTS` disjoint parts: int64 each."""
    return np.array_split(np.random.default_rng(0).permutation(n), PARTS)


def alike(first: np.ndarray, second: np.ndarray, rated: np.ndarray) -> list[float]:
    """Spearman's correlation of the pairs' cosines with what people said, in each part.

    first, second are vectors (N, W), rated (N,). Vectors that are all the same, as [CLS] below the first
    layer, put nothing in order: 0.
    """
    cosines = (_unit(first) * _unit(second)).sum(axis=1)
    if np.ptp(cosines) < SAME:
        return [0.0] * PARTS
    return [float(spearmanr(cosines[part], rated[part]).statistic) for part in parts(len(rated))]


def _unit(vectors: np.ndarray) -> np.ndarray:
    """In float64: the cosines of some layers differ by a millionth."""
    vectors = vectors.astype(np.float64)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-300)


def found(headlines: np.ndarray, paragraphs: np.ndarray) -> list[float]:
    """The share of headlines whose own paragraph is most alike of all, in each part; both (N, W)."""
    right = found_first(unit(headlines) @ unit(paragraphs).T)
    return [float(right[part].mean()) for part in parts(len(right))]


def centred(some: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Vectors of several kinds of texts, each without the mean of its own kind: what all of them share."""
    return [vectors - vectors.mean(axis=0) for vectors in some]


def averaged_glove(texts: Sequence[str], words: glove.Vectors) -> np.ndarray:
    """A baseline: the mean of the GloVe vectors of a text's words, (N, 50); 0 where none is known."""
    rows = np.zeros((len(texts), words.matrix.shape[1]), dtype=np.float32)
    for i, text in enumerate(texts):
        known = [words.index[w.lower()] for w in find_words(text) if w.lower() in words.index]
        if known:
            rows[i] = words.matrix[known].mean(axis=0)
    return rows


def tf_idf(texts: Sequence[str], of: Sequence[str]) -> Iterator[np.ndarray]:
    """A baseline: words that are shared, rare ones more; vectors of `of`, in tables of 500 rows."""
    words = TfidfVectorizer(sublinear_tf=True).fit(texts)
    for i in range(0, len(of), 500):
        yield words.transform(of[i : i + 500]).toarray()
