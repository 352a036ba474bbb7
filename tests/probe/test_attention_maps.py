"""Attention between words: pieces joined as in a plain loop, and weights that are transformers' own."""

import numpy as np
import pytest
import torch
import transformers

from tlcourse.models.pretrained import encoders
from tlcourse.probe import attention_maps

SENTENCES = [
    ["The", "quiet", "teacher", "misremembered", "unfathomable", "stories", "."],
    ["Mary", "saw", "the", "river"],
]


def in_a_loop(weights: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """(T, T) → (U, U), a word at a time."""
    n = unit.max() + 1
    out = np.zeros((n, n))
    for one in range(n):
        for other in range(n):
            rows = [weights[i] for i in range(len(unit)) if unit[i] == one]
            out[one, other] = np.mean(
                [sum(row[j] for j in range(len(unit)) if unit[j] == other) for row in rows]
            )
    return out


def test_pieces_are_put_together_as_in_a_plain_loop():
    rng = np.random.default_rng(0)
    unit = np.array([0, 1, 1, 2, 3, 3, 3, 4])
    weights = rng.dirichlet(np.ones(len(unit)), size=(2, 3, len(unit))).astype(np.float32)
    found = attention_maps.joined(weights, unit)
    np.testing.assert_allclose(found[1, 2], in_a_loop(weights[1, 2], unit), atol=1e-6)
    np.testing.assert_allclose(found.sum(axis=-1), 1, atol=1e-5)


@pytest.mark.parametrize("name", ["bert-mini", "ernie-mini", "gpt-mini", "gpt2-nano"])
def test_every_row_adds_up_to_one_and_the_units_are_marks_and_words(tiny_zoo, name):
    encoder = encoders.load(tiny_zoo / name)
    for found, words in zip(attention_maps.of_sentences(encoder, SENTENCES), SENTENCES, strict=True):
        layers, heads = encoder.network.config.num_hidden_layers, encoder.network.config.num_attention_heads
        assert found.weights.shape == (layers, heads, len(found.units), len(found.units))
        assert [u for u, mark in zip(found.units, found.is_mark, strict=True) if not mark] == words
        np.testing.assert_allclose(found.weights.sum(axis=-1), 1, atol=1e-5)
        assert found.between_words.shape[-2:] == (len(words), len(words))


def test_the_weights_are_those_of_transformers(tiny_zoo):
    encoder = encoders.load(tiny_zoo / "bert-mini")
    theirs = transformers.AutoModel.from_pretrained(
        tiny_zoo / "bert-mini", attn_implementation="eager"
    ).eval()
    found = attention_maps.of_sentences(encoder, SENTENCES)
    for one, words in zip(found, SENTENCES, strict=True):
        (example,) = encoder.words([words])
        batch = encoder.batch([example])
        with torch.no_grad():
            expected = theirs(**batch, output_attentions=True).attentions
        unit = attention_maps.unit_of_pieces(encoder, example, words)
        for layer, weights in enumerate(expected):
            for head in range(weights.shape[1]):
                np.testing.assert_allclose(
                    one.weights[layer, head], in_a_loop(weights[0, head].numpy(), unit), atol=1e-5
                )


def test_what_reads_from_left_to_right_never_looks_ahead(tiny_zoo):
    (found, _) = attention_maps.of_sentences(encoders.load(tiny_zoo / "gpt-mini"), SENTENCES)
    ahead = np.triu(np.ones(found.between_words.shape[-2:]), 1).astype(bool)
    assert (found.between_words[..., ahead] == 0).all()
    assert (found.between_words[..., 2, 0] > 0).all()


def test_a_network_without_attention_and_a_sentence_that_is_too_long_are_refused(tiny_zoo):
    with pytest.raises(ValueError, match=r"no attention maps.*bert-mini"):
        attention_maps.of_sentences(encoders.load(tiny_zoo / "ulmfit-mini"), SENTENCES)
    encoder = encoders.load(tiny_zoo / "bert-mini")
    with pytest.raises(ValueError, match=r"400 words is too long: 64 pieces"):
        attention_maps.of_sentences(encoder, [["the"] * 400])
