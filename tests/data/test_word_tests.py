"""The word tests against gensim's own reading of the same files."""

import numpy as np
import pytest
from gensim.models import KeyedVectors
from gensim.test.utils import datapath


def test_wordsim353(word_tests):
    pairs, scores = word_tests.wordsim353()
    assert len(pairs) == len(scores) == 353
    assert (pairs[1], scores[1]) == (("tiger", "cat"), 7.35)
    assert 0 <= scores.min() < scores.max() <= 10


def test_simlex999(word_tests):
    pairs, scores = word_tests.simlex999()
    assert len(pairs) == len(scores) == 999
    assert (pairs[0], scores[0]) == (("old", "new"), 1.58)
    assert 0 <= scores.min() < scores.max() <= 10


def test_analogies(word_tests):
    sections = word_tests.analogies()
    assert (
        sum(map(len, sections.values())) == 19_544
    )  # Mikolov et al. 2013: 8,869 semantic and 10,675 syntactic
    assert sum(len(rows) for name, rows in sections.items() if not name.startswith("gram")) == 8_869
    assert len(sections) == 14
    assert sections["capital-common-countries"][0] == ("Athens", "Greece", "Baghdad", "Iraq")


@pytest.mark.parametrize("name", ["wordsim353", "simlex999"])
def test_gensim_reads_the_same_pairs(word_tests, name):
    from scipy.stats import spearmanr

    pairs, scores = getattr(word_tests, name)()
    words = sorted({word.lower() for pair in pairs for word in pair})
    vectors = KeyedVectors(20)
    vectors.add_vectors(words, np.random.default_rng(0).normal(size=(len(words), 20)).astype(np.float32))
    file = datapath({"wordsim353": "wordsim353.tsv", "simlex999": "simlex999.txt"}[name])
    _, (theirs, _), unknown = vectors.evaluate_word_pairs(file, case_insensitive=True)
    ours = [vectors.similarity(a.lower(), b.lower()) for a, b in pairs]
    assert unknown == 0
    assert spearmanr(ours, scores).statistic == pytest.approx(theirs, abs=1e-9)
