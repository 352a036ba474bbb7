"""Every encoder of the course embeds: layers as transformers numbers them, long texts cut, company without
effect."""

import numpy as np
import pytest
import torch
import transformers

from tlcourse.serve.embedding import Embedder, like_lengths

TEXTS = ["The old house.", "a", "Mary saw the river, and the quiet teacher liked the early winter story."]
NAMES = ("elmo-mini", "ulmfit-mini", "gpt-mini", "gpt2-nano", "bert-mini", "xlnet-mini", "ernie-mini")


@pytest.mark.parametrize("name", NAMES)
def test_company_changes_nothing(tiny_zoo, name):
    embed = Embedder(str(tiny_zoo / name))
    together = embed(TEXTS, tokens=True)
    assert together.vectors.shape == (3, embed.width)
    assert together.lengths == [len(tokens) for tokens in together.tokens]
    for text, row in zip(TEXTS, together.vectors, strict=True):
        np.testing.assert_allclose(embed([text]).vectors[0], row, atol=1e-5)


def test_layers_are_those_of_transformers(tiny):
    theirs = transformers.AutoModel.from_pretrained(tiny).eval()
    read = transformers.AutoTokenizer.from_pretrained(tiny)
    embed = Embedder(tiny, layers=(-1, -3), pooling="REDUCE_MEAN_MAX")
    found = embed(TEXTS).vectors
    for text, row in zip(TEXTS, found, strict=True):
        with torch.no_grad():
            states = theirs(**read(text, return_tensors="pt"), output_hidden_states=True).hidden_states
        last, lowest = states[-1][0].numpy(), states[-3][0].numpy()
        both = np.concatenate([last, lowest], axis=1)  # as there: side by side, then pooled
        np.testing.assert_allclose(row, np.concatenate([both.mean(0), both.max(0)]), atol=1e-5)


def test_a_long_text_loses_its_end(tiny):
    embed = Embedder(tiny, max_seq_len=10)
    whole = Embedder(tiny)(TEXTS[2:], tokens=True).tokens[0]
    answer = embed(TEXTS[2:], tokens=True)
    assert answer.lengths == [10]
    assert answer.tokens[0] == [*whole[:9], "[SEP]"]


def test_length_one(tiny):
    vectors = Embedder(tiny, normalise=True)(TEXTS).vectors
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_vector_of_each_token_ends_with_its_text(tiny):
    embed = Embedder(tiny, pooling="NONE")
    answer = embed(TEXTS)
    assert answer.vectors.shape == (3, max(answer.lengths), 32)
    for row, text, n in zip(answer.vectors, TEXTS, answer.lengths, strict=True):
        np.testing.assert_allclose(row[:n], embed([text]).vectors[0], atol=1e-5)
        assert not row[n:].any()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"layers": (-4,)}, "layer is -4, but .* to −3, its embeddings"),
        ({"layers": (3,)}, "layer is 3"),
        ({"max_seq_len": 65}, "max_seq_len is 65, but .* reads 3 to 64"),
        ({"max_seq_len": 2}, "max_seq_len is 2"),
    ],
)
def test_what_the_model_has_not(tiny, asked, said):
    with pytest.raises(ValueError, match=said):
        Embedder(tiny, **asked)


def test_groups_of_like_lengths():
    lengths = [3, 100, 50, 49, 7, 6]
    groups = [[lengths[i] for i in group] for group in like_lengths(lengths)]
    assert groups == [[100, 50], [49], [7, 6], [3]]
