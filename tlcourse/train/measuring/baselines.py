"""The baselines that every lesson is read against: three ways to turn a sentence into numbers, one
classifier.

`TF-IDF` knows nothing but the labelled sentences. `GloVe` has pretrained word vectors, `MiniLM` a
pretrained network; both are frozen, so all three train the same kind of classifier on the same labels.

Taught in lesson *What is transfer learning*.
"""

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from tlcourse.data.glove import Vectors
from tlcourse.data.running_text import tokenise
from tlcourse.data.texts import as_texts
from tlcourse.models.pretrained import minilm

# scikit-learn's C of each: the best of a few powers of √10 for 100 and 1,000 labels of the four
# rated-sentence sets, tried on their training splits (benchmarks/sentences.py). Three times more or less
# costs less than a point.
STRENGTH = {"TF-IDF": 3.0, "GloVe": 0.03, "MiniLM": 0.003}
REPRESENTATIONS = tuple(STRENGTH)


def average_vectors(texts: Sequence[str], vectors: Vectors) -> np.ndarray:
    """The mean of the vectors of each text's known words: float32, (N, 50); zeros where no word is known."""
    texts = as_texts(texts)
    features = np.zeros((len(texts), vectors.matrix.shape[1]), dtype=np.float32)
    for row, text in enumerate(texts):
        known = [vectors.index[word] for word in tokenise(text) if word in vectors.index]
        if known:
            features[row] = vectors.matrix[known].mean(axis=0)
    return features


def inputs(texts: Sequence[str], vectors: Vectors, progress: minilm.Watch = iter) -> dict[str, np.ndarray]:
    """What the classifier of each representation reads, one row for each of N texts.

    TF-IDF reads the texts themselves, objects, (N,): its weights come from the sentences that it is trained
    on. GloVe reads (N, 50), MiniLM (N, 384), which is computed once and then kept
    (`tlcourse.models.pretrained.minilm.features`).
    """
    texts = as_texts(texts)
    return {
        "TF-IDF": np.array(texts, dtype=object),
        "GloVe": average_vectors(texts, vectors),
        "MiniLM": minilm.features(texts, progress),
    }


def classifier(representation: str) -> Pipeline:
    """An untrained logistic regression for `"TF-IDF"`, `"GloVe"` or `"MiniLM"` inputs.

    Both classes weigh the same in the loss, however often they occur. Otherwise a regularised model with few
    labels gives most sentences the more frequent label.

    Raises:
        ValueError: there is no such representation.
    """
    if representation not in STRENGTH:
        raise ValueError(f"representation is {representation!r}, expected one of {', '.join(STRENGTH)}")
    first = TfidfVectorizer(sublinear_tf=True) if representation == "TF-IDF" else StandardScaler()
    logistic = LogisticRegression(C=STRENGTH[representation], class_weight="balanced", max_iter=1000)
    return make_pipeline(first, logistic)
