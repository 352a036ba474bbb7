"""The rated sentences: labels against the single votes, and no leak by origin, by copy or by near-copy."""

import re

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from tlcourse.data import rated_sentences

DOMAINS = rated_sentences.DOMAINS
SIZES = {"movie": (10603, 7952, 2651), "product": (3697, 2773, 924), "editorial": (5118, 3838, 1280)}
SIZES["tweets"] = (4140, 3105, 1035)


@pytest.mark.parametrize("domain", DOMAINS)
def test_sizes(rated, domain):
    data = rated[domain]
    assert (len(data.texts), len(data.train_index), len(data.test_index)) == SIZES[domain]
    assert len(data.ids) == len(data.rating) == len(data.label) == len(data.group) == len(data.texts)
    assert np.array_equal(np.sort(np.r_[data.train_index, data.test_index]), np.arange(len(data.texts)))


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_rating_is_the_mean_of_the_votes(rated, domain):
    data = rated[domain]
    means = np.array([votes.mean() for votes in data.votes])
    differ = np.abs(means - data.rating) > 1e-6
    assert differ.sum() == (139 if domain == "tweets" else 0)  # a fault of the data set: see the datasheet
    assert np.array_equal(means > 0, data.rating > 0)
    assert min(map(len, data.votes)) >= 15
    assert all(-4 <= votes.min() <= votes.max() <= 4 for votes in data.votes)


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_label_is_the_sign_of_the_rating(rated, domain):
    data = rated[domain]
    assert data.label[data.rating > 0].all()
    assert not data.label[data.rating <= 0].any()
    assert 0.4 < data.label.mean() < 0.7


def test_labels_mean_what_they_say(rated):
    movie = dict(zip(rated["movie"].texts, rated["movie"].label.tolist(), strict=True))
    assert (
        movie["If you sometimes like to go to the movies to have fun, Wasabi is a good place to start."] == 1
    )
    assert movie["Effective but too tepid biopic"] == 0


@pytest.mark.parametrize("domain", DOMAINS)
def test_no_text_is_on_both_sides(rated, domain):
    data = rated[domain]

    def bare(index):
        return {re.sub(r"\W+", " ", data.texts[i].lower()).strip() for i in index} - {""}

    assert not bare(data.train_index) & bare(data.test_index)
    assert len(set(data.texts)) == len(data.texts)


@pytest.mark.parametrize("domain", DOMAINS)
def test_no_text_is_nearly_on_both_sides(rated, domain):
    # the same similarity by another way: scikit-learn's counts and a matrix product
    data = rated[domain]
    vectorizer = CountVectorizer(binary=True, token_pattern=r"[^\W_]+")
    counts = vectorizer.fit_transform(data.texts).astype(np.float32)
    train, test = counts[data.train_index], counts[data.test_index]
    n_train, n_test = (np.asarray(rows.sum(1)).ravel() for rows in (train, test))
    highest = 0.0
    for first in range(0, len(n_test), 256):
        shared = (test[first : first + 256] @ train.T).toarray()
        union = n_test[first : first + 256, None] + n_train[None] - shared
        highest = max(highest, (shared / np.maximum(union, 1)).max())
    assert highest < rated_sentences.SIMILAR


@pytest.mark.parametrize("domain", ["product", "editorial"])
def test_sentences_of_one_review_or_editorial_stay_together(rated, domain):
    data = rated[domain]
    origin = np.array([int(identifier.split("_")[0]) for identifier in data.ids])
    assert not set(origin[data.train_index]) & set(origin[data.test_index])


def test_variants_of_a_tweet_stay_together(rated):
    data = rated["tweets"]
    anger = [i for i, text in enumerate(data.texts) if "nger is" in text and "ugly" in text.lower()]
    assert len(anger) > 2
    assert len(set(data.group[anger].tolist())) == 1


@pytest.mark.parametrize("domain", DOMAINS)
def test_texts_are_text(rated, domain):
    text = "\n".join(rated[domain].texts)
    assert not re.search(r"&(amp|lt|gt|quot|#\d+);", text)
    assert "\ufffd" not in text  # the mark of a wrong encoding
    assert "Ã" not in text
    assert all(line.strip() for line in rated[domain].texts)


def test_accents_and_dashes_are_read_as_utf8(rated):
    text = "\n".join(rated["movie"].texts)
    assert "clichés" in text
    assert "heck – few" in text


def test_the_splits_are_pinned(rated):
    assert {domain: data.test_index[:4].tolist() for domain, data in rated.items()} == {
        "movie": [0, 7, 16, 17],
        "product": [47, 48, 49, 50],
        "editorial": [19, 20, 21, 22],
        "tweets": [2, 8, 15, 20],
    }


def test_an_unknown_domain(rated):
    with pytest.raises(ValueError, match=r"domain is 'films', expected one of 'movie'"):
        rated_sentences.load("films")


def test_it_loads_in_a_moment(rated, seconds):
    assert seconds(lambda: [rated_sentences.load(domain) for domain in DOMAINS]) < 1
