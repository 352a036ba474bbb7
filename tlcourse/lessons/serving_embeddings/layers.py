"""Which states make the best vector of a text: every layer and every pooling, read by the server's own code.

Two judges. *Alike*: pairs of sentences that people rated (the STS benchmark); how well do cosines put them in
the same order, as Spearman's correlation? *Found*: a headline has to find its own paragraph among all others.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.stats import spearmanr
from sklearn.feature_extraction.text import TfidfVectorizer

from tlcourse.data import glove
from tlcourse.data.sentences import find_words
from tlcourse.lessons.serving_embeddings.articles import found_first
from tlcourse.lessons.serving_embeddings.nearest import unit
from tlcourse.serve.embedding import Embedder

POOLINGS = ("REDUCE_MEAN", "REDUCE_MAX", "REDUCE_MEAN_MAX", "CLS_TOKEN")
PARTS = 5  # into which pairs or headlines are dealt, each of them a seed


def of_all_layers(model: str, texts: Sequence[str], longest: int = 64, at_once: int = 256):
    """(layer, pooling) → vectors of all texts, (N, W); layer −1 is the last, as in the server's settings.

    Raises what `Embedder` raises.
    """
    probe = Embedder(model)
    widths = probe.encoder.widths
    layers = tuple(range(-len(widths), 0))
    ends = np.cumsum([0, *widths])
    found: dict[tuple[int, str], np.ndarray] = {}
    for pooling in ("REDUCE_MEAN_MAX", "CLS_TOKEN"):
        embed = Embedder(model, layers=layers, pooling=pooling, max_seq_len=longest)
        embed.encoder = probe.encoder
        rows = np.concatenate(
            [embed(texts[i : i + at_once]).vectors for i in range(0, len(texts), at_once)]
        )
        for place, layer in enumerate(layers):
            own = slice(ends[place], ends[place + 1])
            if pooling == "CLS_TOKEN":
                found[layer, pooling] = rows[:, own]
                continue
            mean, largest = rows[:, own], rows[:, ends[-1] :][:, own]
            found[layer, "REDUCE_MEAN"], found[layer, "REDUCE_MAX"] = mean, largest
            found[layer, pooling] = np.concatenate([mean, largest], axis=1)
    return found


def parts(n: int) -> list[np.ndarray]:
    """Places 0 … n − 1, dealt into `PARTS` disjoint parts: int64 each."""
    return np.array_split(np.random.default_rng(0).permutation(n), PARTS)


def alike(first: np.ndarray, second: np.ndarray, rated: np.ndarray) -> list[float]:
    """Spearman's correlation of the pairs' cosines with what people said, in each part.

    first, second are vectors (N, W), rated (N,).
    """
    cosines = (unit(first) * unit(second)).sum(axis=1)
    return [float(spearmanr(cosines[part], rated[part]).statistic) for part in parts(len(rated))]


def found(headlines: np.ndarray, paragraphs: np.ndarray) -> list[float]:
    """The share of headlines whose own paragraph is most alike of all, in each part; both (N, W)."""
    right = found_first(unit(headlines) @ unit(paragraphs).T)
    return [float(right[part].mean()) for part in parts(len(right))]


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
