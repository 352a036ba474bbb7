"""Senses: as NLTK reads them, split by document, nearly equal uses on one side."""

import os
from collections import Counter
from pathlib import Path

import pytest

from tlcourse import assets
from tlcourse.data import senseval

# Uses in the files, and of how many senses (Leacock et al. 1998, Leacock et al. 1993, Bruce and Wiebe 1994).
COUNTS = {"hard": (4333, 3), "interest": (2368, 6), "line": (4146, 6), "serve": (4378, 4)}


@pytest.fixture(scope="module")
def uses():
    try:
        return {word: senseval.load(word) for word in senseval.WORDS}
    except assets.AssetMissing as missing:
        pytest.skip(str(missing))


@pytest.mark.parametrize("word", senseval.WORDS)
def test_uses_are_those_of_nltk(uses, word):
    corpora = pytest.importorskip("nltk.corpus", reason="pip install nltk: the reference reader")
    if not Path(os.environ.get("NLTK_DATA", "")).is_dir():
        pytest.skip("set NLTK_DATA to a folder with senseval: `tlcourse fetch --tier nltk`")
    data = uses[word]
    theirs = corpora.senseval.instances(f"{word}.pos")
    assert (len(theirs), len(data.names)) == COUNTS[word]
    expected = {}
    for use in theirs:
        words = tuple(part if isinstance(part, str) else part[0] for part in use.context)
        expected.setdefault(words, (use.senses[0], use.position))
    found = {
        tuple(words): (data.names[sense], position)
        for words, sense, position in zip(data.words, data.sense, data.position.tolist(), strict=True)
    }
    assert found == expected


@pytest.mark.parametrize("word", senseval.WORDS)
def test_the_word_is_where_it_is_said_to_be(uses, word):
    data = uses[word]
    stem = {"serve": "serv"}.get(word, word)
    assert all(words[p].startswith(stem) for words, p in zip(data.words, data.position, strict=True))


@pytest.mark.parametrize("word", senseval.WORDS)
def test_splits_share_no_use_and_no_document(uses, word, apart):
    data = uses[word]
    assert apart([tuple(words) for words in data.words], data.train_index, data.test_index)
    if word in senseval._DOCUMENT:
        cut = {"hard": "_", "line": ":"}[word]
        documents = [name.rstrip(":").split(cut)[0] for name in data.ids]
        assert apart(documents, data.train_index, data.test_index)
    assert len(data.test_index) == pytest.approx(0.25 * len(data.words), abs=3)
    for rows in (data.train_index, data.test_index):
        assert set(data.sense[rows]) == set(range(len(data.names)))


def test_known_uses(uses):
    assert " ".join(uses["hard"].words[0]).startswith("`` he may lose all popular support , but someone")
    assert uses["hard"].names[uses["hard"].sense[0]] == "HARD1"
    most = Counter(uses["line"].sense.tolist()).most_common(1)[0]
    assert (uses["line"].names[most[0]], most[1]) == ("product", 2217)
    with pytest.raises(ValueError, match=r"'bank', expected one of 'hard'"):
        senseval.load("bank")
