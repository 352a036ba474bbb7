"""The baselines against scikit-learn's parts, put together by hand."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from tlcourse.data.glove import Vectors
from tlcourse.data.running_text import tokenise
from tlcourse.train.measuring import baselines

VECTORS = Vectors(["good", "bad", "film"], np.array([[1, 0], [-1, 0], [0, 3]], dtype=np.float32))


def test_a_text_is_the_mean_of_its_known_words():
    texts = ["Good film!", "good GOOD bad", "unheard of", ""]
    wanted = [[0.5, 1.5], [1 / 3, 0], [0, 0], [0, 0]]
    features = baselines.average_vectors(texts, VECTORS)
    assert features.dtype == np.float32
    np.testing.assert_allclose(features, wanted, atol=1e-7)


def test_averages_equal_a_matrix_product():
    """Counts times vectors, divided by the number of known words: the same by linear algebra."""
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(["good", "bad", "film", "zzz"], size=n)) for n in (1, 4, 9, 30)]
    counts = np.array([[tokenise(text).count(word) for word in VECTORS.words] for text in texts])
    wanted = counts @ VECTORS.matrix / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    np.testing.assert_allclose(baselines.average_vectors(texts, VECTORS), wanted, rtol=1e-6)


@pytest.mark.parametrize("name", baselines.REPRESENTATIONS)
def test_a_classifier_is_its_two_parts(name):
    rng = np.random.default_rng(1)
    label = rng.integers(0, 2, size=60)
    if name == "TF-IDF":
        vocabulary = [["film", "plot", "end", good] for good in ("dull", "fine")]
        x = np.array([" ".join(rng.choice(vocabulary[y], 8)) for y in label], dtype=object)
        part = TfidfVectorizer(sublinear_tf=True)
    else:
        x, part = rng.normal(size=(60, 5)) + label[:, None], StandardScaler()
    numbers = part.fit_transform(x)
    share = label.mean()
    weight = np.where(label == 1, 0.5 / share, 0.5 / (1 - share))  # "balanced", written out
    plain = LogisticRegression(C=baselines.STRENGTH[name], max_iter=1000).fit(
        numbers, label, sample_weight=weight
    )
    model = baselines.classifier(name).fit(x, label)
    np.testing.assert_allclose(model.predict_proba(x), plain.predict_proba(numbers), atol=1e-3)


def test_a_rare_class_is_not_forgotten():
    """With few labels and strong regularisation, an unweighted model predicts the majority everywhere."""
    rng = np.random.default_rng(2)
    label = (np.arange(40) < 6).astype(int)
    x = rng.normal(size=(40, 10)) + 0.7 * label[:, None]
    recall = (baselines.classifier("MiniLM").fit(x, label).predict(x)[label == 1] == 1).mean()
    plain = LogisticRegression(C=baselines.STRENGTH["MiniLM"]).fit(StandardScaler().fit_transform(x), label)
    assert recall > 0.5
    assert (plain.predict(StandardScaler().fit_transform(x)) == 0).all()


def test_an_unknown_representation_is_named():
    with pytest.raises(ValueError, match=r"word2vec.*TF-IDF, GloVe, MiniLM"):
        baselines.classifier("word2vec")
