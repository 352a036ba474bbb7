"""fastText: hashes and pieces against gensim's port of the program, gradients against autograd."""

import random

import gensim.models
import numpy as np
import pytest
import torch
from gensim.models.fasttext import ft_hash_bytes, ft_ngram_hashes
from gensim.models.fasttext_inner import compute_ngrams_bytes
from hypothesis import given
from hypothesis import strategies as st

from tlcourse.data import running_text
from tlcourse.models.vectors import fasttext, word2vec
from tlcourse.models.vectors.fasttext import FastText, Settings

SEEDS = (
    "where", "naïveté", "straße", "Ålesund", "façade", "señor", "Łódź", "žluťoučký", "όνομα", "привет",
    "世界", "日本語", "한국어", "مرحبا", "שלום", "हिन्दी", "😀", "a", "é", "ab", "don't", "e\u0301",
)  # fmt: skip


def a_thousand_words() -> list[str]:
    """Words made of pieces of words in a dozen scripts; half of them hold letters beyond ASCII."""
    rng = random.Random(0)
    letters = sorted(set("".join(SEEDS)) | set("abcdefghijklmnopqrstuvwxyz"))
    made = {"".join(rng.choices(letters, k=rng.randint(1, 14))) for _ in range(1200)}
    return sorted({*made, *SEEDS})


def test_hashes_are_fasttexts_own_for_a_thousand_words():
    words = a_thousand_words()
    assert len(words) >= 1000
    assert sum(not w.isascii() for w in words) > 500
    for word in words:
        assert fasttext.fnv1a(word.encode()) == ft_hash_bytes(word.encode())
        settings = Settings(bucket=2_000_000)
        expected = list(ft_ngram_hashes(word, 3, 6, 2_000_000))
        assert sorted(fasttext.buckets(word, settings)) == sorted(expected)


@given(
    st.text(min_size=1, max_size=12).filter(lambda w: "\x00" not in w and w.isprintable()),
    st.integers(1, 4),
    st.integers(0, 4),
)
def test_pieces_are_gensims(word, shortest, more):
    ours = [piece.encode() for piece in fasttext.ngrams(word, shortest, shortest + more)]
    assert sorted(ours) == sorted(compute_ngrams_bytes(word, shortest, shortest + more))


def test_a_byte_from_128_on_is_signed():
    # 0xC3 0xA9 is é: cast to int8 it is −61 −87, which widens to 0xFFFFFFC3 0xFFFFFFA9
    plain = 2166136261
    for byte in "é".encode():
        plain = ((plain ^ byte) * 16777619) % 2**32
    assert fasttext.fnv1a("é".encode()) != plain
    assert fasttext.fnv1a(b"e") == ((2166136261 ^ ord("e")) * 16777619) % 2**32


@pytest.fixture(scope="module")
def text() -> running_text.RunningText:
    sentences = [["the", "walker", "walked", "walking"], ["the", "talker", "talked", "talking"]] * 40
    return running_text.encode(sentences, min_count=1)


def test_a_word_is_the_mean_of_its_pieces_and_itself(text):
    model = FastText(text.words, Settings(vector_size=5, bucket=50), torch.Generator().manual_seed(0))
    ids = torch.tensor([[3, 0, 3], [1, 2, 0]])
    found = model.input_vectors(ids)
    for word, vector in zip(ids.flatten(), found.flatten(0, 1), strict=True):
        rows = [int(word), *(len(text.words) + b for b in fasttext.buckets(text.words[word], model.settings))]
        torch.testing.assert_close(vector, model.input[rows].mean(0))
        np.testing.assert_allclose(model.vector(text.words[word]), vector.numpy(), rtol=1e-5, atol=1e-7)


def test_a_change_goes_to_every_piece(text):
    model = FastText(text.words, Settings(vector_size=3, bucket=50), torch.Generator().manual_seed(0))
    ids = torch.tensor([[3, 0, 3]])
    change = torch.randn(1, 3, 3, generator=torch.Generator().manual_seed(1))
    expected = model.input.clone()
    for word, delta in zip(ids[0], change[0], strict=True):
        rows = [int(word), *(len(text.words) + b for b in fasttext.buckets(text.words[word], model.settings))]
        for row in rows:
            expected[row] += delta
    model.add_to_input(ids, change)
    torch.testing.assert_close(model.input, expected)


def test_gensims_trained_vectors_come_out_of_our_pieces():
    """The vectors that gensim's fastText gives to unseen words, from its tables and our hashing."""
    sentences = [["naïve", "walker", "walked", "straße"], ["talker", "talked", "talking", "naïveté"]] * 20
    theirs = gensim.models.FastText(
        sentences, vector_size=8, min_count=1, bucket=300, epochs=2, workers=1, seed=1, sg=1
    ).wv
    model = FastText(theirs.index_to_key, Settings(vector_size=8, bucket=300), torch.Generator())
    model.input[len(theirs) :] = torch.from_numpy(theirs.vectors_ngrams)
    for word in ("walking", "naïvely", "Straßen", "привет"):
        np.testing.assert_allclose(model.vector(word), theirs.get_vector(word), rtol=1e-5, atol=1e-7)


def test_it_learns_from_pieces(text):
    settings = Settings(vector_size=10, bucket=500, epochs=20, window=3, sample=None, alpha=0.05)
    model = word2vec.train(text, settings, FastText)
    assert model.history[-1][1] > model.history[0][1] + 0.2
    unseen = model.vector("walks")
    near = {
        w: np.dot(unseen, model.vector(w)) / np.linalg.norm(model.vector(w)) for w in ("walker", "talker")
    }
    assert near["walker"] > near["talker"]


def test_what_cannot_be_is_refused(text):
    with pytest.raises(ValueError, match="min_n=4"):
        Settings(min_n=4, max_n=3)
    model = FastText(text.words, Settings(vector_size=3, min_n=6, bucket=5), torch.Generator())
    with pytest.raises(ValueError, match="no n-gram"):
        model.vector("a")
