"""Byte pairs by hand are those of the `tokenizers` library, and no text is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlcourse.data import bbc_news, byte_pairs


@pytest.fixture(scope="module")
def texts():
    return bbc_news.load().texts


@pytest.fixture(scope="module")
def pairs(texts):
    return byte_pairs.learn(texts[:60], 400)


@pytest.fixture(scope="module")
def theirs(texts):
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=656, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(texts[:60], trainer)
    return tokenizer


def test_the_same_pieces_with_the_same_numbers_as_tokenizers(pairs, theirs, texts):
    for text in [*texts[60:90], "Naïve café £5", "don't they'll I've", "a  b\n\n c  ", "x_y 12 3½"[:7]]:
        assert pairs.encode(text) == theirs.encode(text).ids, text


@given(st.text())
def test_every_text_comes_back(pairs, text):
    assert "".join(byte_pairs.words(text)) == text
    assert pairs.decode(pairs.encode(text)) == text


def test_all_bytes_are_pieces_and_the_first_pairs_are_frequent(pairs):
    assert sorted(pairs.pieces[:256]) == [bytes([b]) for b in range(256)]
    assert len(set(pairs.pieces)) == len(pairs.pieces) == 656
    assert " t" in [pairs.pieces[256 + i].decode() for i in range(3)]


def test_a_pair_is_joined_from_left_to_right():
    assert byte_pairs.joined([1, 1, 1, 2, 1, 1], (1, 1), 9) == [9, 1, 2, 9]
    assert byte_pairs.joined([], (1, 1), 9) == []


def test_parts_of_signs_are_shown_as_numbers(pairs):
    shown = [pairs.shown(i) for i in pairs.encode(" 😀")]
    assert "F0" in " ".join(shown)
    assert pairs.shown(pairs.encode(" the")[0]) == "␣the"


def test_too_many_pairs_are_refused():
    with pytest.raises(ValueError, match="no pair left after 2"):
        byte_pairs.learn(["abc"], 5)
    with pytest.raises(TypeError):
        byte_pairs.learn("abc", 1)
