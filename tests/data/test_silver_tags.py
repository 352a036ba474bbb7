"""The silver tags that ship: of the articles' words, without spaCy, and as spaCy gives them where it is."""

import sys

import numpy as np
import pytest

from tlcourse import assets
from tlcourse.data import silver_files, silver_tags, tagged_sentences


def test_spacy_is_not_needed(monkeypatch):
    monkeypatch.setitem(sys.modules, "spacy", None)
    found = tagged_sentences.bbc_silver("entities")
    assert all(len(words) == len(tags) for words, tags in zip(found.words, found.tags, strict=True))
    together = np.concatenate([found.train_index, found.test_index])
    assert sorted(together.tolist()) == list(range(len(found.words)))


def test_spacy_gives_the_kept_tags(news):
    pytest.importorskip("spacy")
    try:
        pipeline = silver_files.pipeline(*silver_tags._NOT_NEEDED)
    except assets.AssetMissing as missing:
        pytest.skip(str(missing))
    texts = [sentence for text in news.texts for sentence in silver_tags.sentences_of(text)]
    found = tagged_sentences.bbc_silver("parts of speech")
    agree = []
    for i in range(0, len(texts), 300):
        tokens = [t for t in pipeline(texts[i]) if t.text.split() == [t.text]]
        assert [t.text for t in tokens] == found.words[i]
        agree += [t.pos_ == found.names[tag] for t, tag in zip(tokens, found.tags[i], strict=True)]
    assert np.mean(agree) > 0.98, "versions of spaCy differ in a word or two"


def test_tags_of_other_sentences_are_refused():
    with pytest.raises(ValueError, match=r"sentences, not of 1: fetch BBC news anew"):
        silver_tags.read(["Only this one."])


def test_lengths_of_another_text_are_refused():
    with pytest.raises(ValueError, match="not of the sentence"):
        silver_files.words_of("Shorter now", [7, 9], silver_tags.FILE)
