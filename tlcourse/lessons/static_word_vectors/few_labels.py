"""Film-review sentences in a classifier, with few and with many labels (lesson 03)."""

from functools import cache

import numpy as np
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from tlcourse.data import glove, rated_sentences
from tlcourse.models.vectors.averaged_vectors import AveragedVectors, start_vectors
from tlcourse.train.finetuning import averaged_vectors, trainings

MODELS = ("TF-IDF", "frozen GloVe", "tuned GloVe", "random, learned")
COMMONEST = 100_000  # words of GloVe that are loaded


@cache
def _movies() -> tuple[np.ndarray, rated_sentences.RatedSentences]:
    movies = rated_sentences.load("movie")
    return np.array(movies.texts, dtype=object), movies


@cache
def _glove() -> glove.Vectors:
    trainings.give_back_memory()  # what the searches for analogies needed
    return glove.load(COMMONEST)


def n_train() -> int:
    """How many labelled sentences there are to train on."""
    return len(_movies()[1].train_index)


def majority() -> float:
    """The accuracy of always giving the label that is commoner in the test sentences."""
    share = float(_movies()[1].label[_movies()[1].test_index].mean())
    return max(share, 1 - share)


def accuracy(model: str, labels: int, seed: int) -> float:
    """Train on `labels` sentences drawn with `seed`; return the accuracy on all the test sentences."""
    texts, movies = _movies()
    chosen = np.random.default_rng(seed).permutation(movies.train_index)[:labels]
    train, test = list(texts[chosen]), list(texts[movies.test_index])
    if model == "TF-IDF":
        baseline = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(train, movies.label[chosen])
        return baseline.score(test, movies.label[movies.test_index])
    source = None if model == "random, learned" else _glove()
    words, start = start_vectors([*train, *test], source, 50, seed)
    torch.manual_seed(seed)
    network = AveragedVectors(words, start, n_classes=2, frozen=model == "frozen GloVe")
    averaged_vectors.fit(network, train, movies.label[chosen], seed)
    return averaged_vectors.accuracy(network, test, movies.label[movies.test_index])
