"""The trainings that lesson 03 compares, and what fastText makes of typos, on a small text."""

import numpy as np
import pytest

from tlcourse.data import running_text
from tlcourse.lessons.static_word_vectors import kept_results, trials, typos
from tlcourse.models.vectors import word2vec


def test_gensim_gets_the_settings_that_ours_has():
    """Names that gensim does not know would raise; the shape and the vocabulary are compared."""
    sentences = [["the", "cat", "sat", "on", "the", "mat"], ["the", "dog", "sat"]] * 30
    settings = word2vec.Settings(vector_size=7, window=2, sample=None, epochs=1, shrink_windows=False)
    vectors = trials.gensim_skipgram(sentences, settings)
    text = running_text.encode(sentences, min_count=5)
    assert sorted(vectors.words) == sorted(text.words)
    assert vectors.matrix.shape == (len(text.words), 7)


@pytest.mark.parametrize(
    ("word", "at", "typo"), [("government", 3, "govrenment"), ("football", 2, "fotoball")]
)
def test_a_typo_swaps_two_neighbours(word, at, typo):
    assert typos.swapped(word, at) == (typo if word[at] != word[at + 1] else word)


def test_the_kept_comparison_has_the_means_of_its_file():
    kept = kept_results.against_gensim().where(model="fastText", test="WordSim-353")
    means = {whose: rows.mean for whose, rows in kept.by("whose").items()}
    expected = {"ours": 0.418, "gensim, text in order": 0.298, "gensim, text shuffled": 0.412}
    assert means == pytest.approx(expected, abs=5e-4)
    assert kept_results.glove_similarity(100, 40) == pytest.approx(0.2235, abs=5e-4)


def test_time_is_the_mean_of_the_trainings():
    rows = [
        {"model": "ours", "test": "a", "seed": s, "seconds": t, "score": 0.0} for s, t in ((0, 1.0), (1, 4.0))
    ]
    assert trials.seconds(trials.Records(rows)) == np.mean([1.0, 4.0])
