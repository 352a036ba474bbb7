"""Bits per byte against torch's cross-entropy, and against what counting gives."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tlcourse.data import tokeniser
from tlcourse.models.language.kneser_ney import KneserNey
from tlcourse.models.pretrained import zoo
from tlcourse.probe import bits_per_byte, zero_shot

TEXTS = ["The film was so boring.", "Two cafés, and £5 for a tea."]


@pytest.fixture(scope="module")
def nano():
    model = zoo.load("gpt2-nano", heads=True)
    return zero_shot.of_gpt(model, tokeniser.load(zoo.folder_of("gpt2-nano")), 256)


def test_the_bits_are_those_of_cross_entropy(nano):
    found = bits_per_byte.of_texts(nano, TEXTS)
    for text, (bits, size) in zip(TEXTS, found, strict=True):
        ids = torch.tensor([[*nano.start, *nano.encode(text)]])
        loss = F.cross_entropy(nano.logits(ids, torch.ones_like(ids))[0, :-1], ids[0, 1:], reduction="sum")
        assert bits == pytest.approx(loss.item() / math.log(2), rel=1e-5)
        assert size == len(text.encode())
    assert bits_per_byte.per_byte(found) == pytest.approx(found[:, 0].sum() / found[:, 1].sum())


def test_other_texts_may_be_counted_than_are_read(nano):
    found = bits_per_byte.of_texts(nano, ["the film"], size_of=["The film, a long one"])
    assert found[0, 1] == 20
    assert found[0, 0] == bits_per_byte.of_texts(nano, ["the film"])[0, 0]


def test_counts_are_asked_for_the_same_pieces(nano):
    read = [piece for text in TEXTS for piece in [*nano.start, *nano.encode(text)]]
    counted = KneserNey(np.array(read), 8192)
    (row,) = bits_per_byte.of_counts(counted, nano, TEXTS[:1])
    ids = [*nano.start, *nano.encode(TEXTS[0])]
    padded = np.array([-1, -1, *ids])
    windows = np.lib.stride_tricks.sliding_window_view(padded, 3)[1:]
    p = counted.probability(windows[:, :2], windows[:, 2])
    assert row[0] == pytest.approx(-np.log2(p).sum())


def test_a_text_that_does_not_fit_is_refused(nano):
    for text in ("", "word " * 300):
        with pytest.raises(ValueError, match="expected 1 to 255"):
            bits_per_byte.text_nats(nano, text)


def test_beginnings_have_as_many_words_and_end_between_blanks():
    texts = ["one two, three four", "too few"]
    assert bits_per_byte.beginnings(texts, 4) == ["one two, three"]
    assert bits_per_byte.beginnings(["a b c d e f"], 3) == ["a b c"]


def test_what_the_zoo_keeps_of_a_text(nano):
    text = "Two Cafés, and it's £5."
    pieces = tokeniser.load(zoo.folder_of("gpt2-nano"))
    encode = lambda t: pieces.encode(t, add_special_tokens=False).ids  # noqa: E731
    assert bits_per_byte.readable(text) == "two cafes , and it ' s £ 5 ."
    assert encode(bits_per_byte.readable(text)) == encode(text)
