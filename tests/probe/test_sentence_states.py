"""The states of words: the mean over each word's pieces, of every system, kept on disk layer by layer."""

import numpy as np
import pytest
import torch

from tlcourse.models.pretrained import encoders
from tlcourse.models.pretrained.text_encoders import PieceEncoder
from tlcourse.probe import sentence_states

SENTENCES = [["We", "play", "extraordinarily", "well", "."], ["No"], ["The", "incomprehensible", "word"]]


@pytest.fixture(scope="module", params=["bert-mini", "gpt-mini", "xlnet-mini", "elmo-mini"])
def encoder(request, tiny_zoo):
    return encoders.load(tiny_zoo / request.param)


@pytest.fixture(autouse=True)
def cache_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("TLCOURSE_CACHE", str(tmp_path / "derived"))


def test_a_words_state_is_the_mean_over_its_pieces(encoder):
    found = sentence_states.compute(encoder, SENTENCES)
    assert len(found) == len(encoder.widths)
    for s, words in enumerate(SENTENCES):
        example = encoder.words([words])[0]
        with torch.inference_mode():
            states = [layer[0].numpy() for layer in encoder(encoder.batch([example]))]
        begin = len(encoder.marks[0]) if isinstance(encoder, PieceEncoder) else 1
        for place, word in enumerate(words):
            n = len(encoder.piece_cache[word]) if isinstance(encoder, PieceEncoder) else 1
            for k, layer in enumerate(states):
                mean = layer[begin : begin + n].mean(axis=0)
                np.testing.assert_allclose(found[k][s][place], mean, atol=4e-3)
            begin += n


def test_some_layers_are_those_layers(encoder):
    whole, some = (sentence_states.compute(encoder, SENTENCES, layers) for layers in (None, [2, 0]))
    for k, of_layer in zip((2, 0), some, strict=True):
        for one, other in zip(of_layer, whole[k], strict=True):
            np.testing.assert_array_equal(one, other)
    with pytest.raises(ValueError, match="layer 9 is not there"):
        sentence_states.compute(encoder, SENTENCES, [9])


def test_one_word_of_each_sentence_is_that_word(encoder):
    whole, kept = sentence_states.compute(encoder, SENTENCES), [2, 0, 1]
    for get in (sentence_states.compute, sentence_states.cached):
        found = get(encoder, SENTENCES, [1], only=kept)[0]
        for one, of_sentence, place in zip(found, whole[1], kept, strict=True):
            np.testing.assert_array_equal(one, of_sentence[place : place + 1])
    with pytest.raises(ValueError, match="place is 1, but the sentence has 1 words"):
        sentence_states.compute(encoder, SENTENCES, only=[0, 1, 0])
    with pytest.raises(ValueError, match="got 2 places for 3 sentences"):
        sentence_states.cached(encoder, SENTENCES, only=[0, 0])


def test_what_is_kept_is_not_computed_again(encoder, monkeypatch):
    calls = []
    compute = sentence_states.compute

    def counted(encoder, sentences, layers, *more):
        calls.append(list(layers))
        return compute(encoder, sentences, layers, *more)

    monkeypatch.setattr(sentence_states, "compute", counted)
    first = sentence_states.cached(encoder, SENTENCES, [0])
    both = sentence_states.cached(encoder, SENTENCES, [0, 1, 2])
    again = sentence_states.cached(encoder, SENTENCES, [2, 1])
    assert calls == [[0], [1, 2]]
    assert [one.shape for one in first[0]] == [(len(s), encoder.widths[0]) for s in SENTENCES]
    for one, other in zip(both[2] + both[1], again[0] + again[1], strict=True):
        np.testing.assert_array_equal(one, other)
    sentence_states.cached(encoder, SENTENCES[:2], [0])
    assert len(calls) == 3


@pytest.mark.parametrize("name", ["bert-mini", "elmo-mini"])
def test_a_sentence_that_is_cut_is_refused(tiny_zoo, name):
    with pytest.raises(ValueError, match="300 words is too long"):
        sentence_states.compute(encoders.load(tiny_zoo / name), [["word"] * 300])
