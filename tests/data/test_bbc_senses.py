"""The senses of BBC news: the words stand where the file says, and every sense is on both sides."""

import numpy as np
import pytest

from tlcourse.data import bbc_senses


@pytest.mark.parametrize("word", bbc_senses.WORDS)
def test_each_use_is_the_word_in_its_article(word, news):
    found = bbc_senses.load(word)
    assert len(set(found.ids)) == len(found.ids)
    for identifier, words, at in zip(found.ids, found.words, found.position, strict=True):
        assert words[at].lower() == word
        text = news.texts[news.names.index(identifier)].lower()
        assert all(one.lower() in text for one in words)


@pytest.mark.parametrize("word", bbc_senses.WORDS)
def test_every_sense_is_learnt_and_asked(word):
    found = bbc_senses.load(word)
    both = np.concatenate([found.train_index, found.test_index])
    assert sorted(both.tolist()) == list(range(len(found.ids)))
    for index in (found.train_index, found.test_index):
        assert set(found.sense[index].tolist()) == set(range(len(found.names)))


def test_what_the_words_around_say_agrees_with_the_labels():
    """Words that belong to one sense alone, chosen without a look at the labels."""
    telling = {
        "play": {"lead": "a role, as an actor", "band": "music, on stage", "key": "a part in what happens"},
        "record": {
            "label": "music, its labels",
            "labels": "music, its labels",
            "holder": "the most ever",
            "track": "what somebody has done",
        },
    }
    for word, of_words in telling.items():
        found = bbc_senses.load(word)
        for near, name in of_words.items():
            senses = [
                found.names[sense]
                for words, at, sense in zip(found.words, found.position, found.sense, strict=True)
                if near in [one.lower() for one in words[max(0, at - 3) : at + 4]]
            ]
            assert senses, near
            assert np.mean([sense == name for sense in senses]) > 0.6, (near, senses)


def test_another_word_is_refused():
    with pytest.raises(ValueError, match="expected one of"):
        bbc_senses.load("hard")


def test_other_texts_are_refused(monkeypatch, news):
    from dataclasses import replace

    other = replace(news, texts=["Nothing of the kind ."] * len(news.texts))
    monkeypatch.setattr(bbc_senses.bbc_news, "load", lambda: other)
    with pytest.raises(ValueError, match="fetch BBC news anew"):
        bbc_senses.load("play")
