"""The packaged encoder: what batches, padding, masks and the cache must not change."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tlcourse import assets
from tlcourse.models.pretrained import minilm

SENTENCES = [
    "A beautifully tooled action thriller about love and terrorism in Korea.",
    "no",
    "",
    "The plot is thin, the jokes are old, and still I laughed all the way home; why, I could not say.",
    "😀 naïve Ångström",
]


@pytest.fixture(scope="module")
def encoder():
    try:
        return minilm.load()
    except assets.AssetMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TLCOURSE_CACHE", str(tmp_path))
    return tmp_path


def test_features_are_those_of_transformers_one_sentence_at_a_time(encoder):
    """No batch, no padding, no mask: transformers' own forward, and the plain mean of its states."""
    wanted = []
    with torch.inference_mode():
        for sentence in SENTENCES:
            states = encoder.model(**encoder.tokenizer(sentence, return_tensors="pt")).last_hidden_state
            wanted.append(states[0].mean(dim=0).numpy())
    # Another batch shape is another order of float32 sums: 1e-6 of features around 0.2.
    np.testing.assert_allclose(minilm.encode(SENTENCES), np.stack(wanted), atol=2e-5)


def test_the_network_is_the_published_one(encoder):
    """Similar sentences are close, as in Sentence-BERT's own example of what the features are for."""
    a, b, c = minilm.encode(["A man is eating food.", "A man eats a meal.", "The stock market fell."])

    def cosine(u, v):
        return u @ v / np.linalg.norm(u) / np.linalg.norm(v)

    assert cosine(a, b) > 0.5 > cosine(a, c)
    assert sum(p.numel() for p in encoder.model.parameters()) == 22_713_216
    assert not encoder.model.training


def test_long_texts_are_cut_and_short_lists_work(encoder):
    long = "very " * 500
    assert minilm.encode([long]).shape == (1, minilm.HIDDEN_SIZE)
    np.testing.assert_allclose(minilm.encode([long + "good"]), minilm.encode([long + "bad"]))
    assert minilm.encode([]).shape == (0, minilm.HIDDEN_SIZE)


def test_one_string_is_refused():
    with pytest.raises(TypeError, match="texts is a single string"):
        minilm.encode("one sentence")


def test_features_are_computed_once(encoder, own_cache, monkeypatch):
    batches = []

    def count(sequence):
        batches.append(len(sequence))
        return sequence

    first = minilm.features(SENTENCES, count)
    assert batches == [1]  # five sentences fit into one batch
    monkeypatch.setattr(minilm, "encode", lambda *_: pytest.fail("the cache was not used"))
    np.testing.assert_array_equal(minilm.features(SENTENCES, count), first)


def test_another_order_is_another_entry(encoder, own_cache):
    there = minilm.features(SENTENCES)
    back = minilm.features(SENTENCES[::-1])
    np.testing.assert_allclose(back[::-1], there, atol=2e-5)
    # Joined texts must not be mistaken for others with the same letters.
    assert not np.allclose(minilm.features(["ab", "c"]), minilm.features(["a", "bc"]))


@given(st.lists(st.integers(1, 128), min_size=1, max_size=60), st.integers(1, 9))
def test_batches_hold_every_item_once_longest_first(lengths, batch_size):
    batches = minilm.batches_by_length(lengths, batch_size)
    order = np.concatenate(batches)
    assert sorted(order) == list(range(len(lengths)))
    assert [lengths[i] for i in order] == sorted(lengths, reverse=True)
    assert all(len(batch) <= batch_size for batch in batches)


def test_padding_does_not_count():
    states = torch.tensor([[[1.0, 2.0], [3.0, 4.0], [99.0, 99.0]]])
    pooled = minilm.mean_pool(states, torch.tensor([[1, 1, 0]]))
    torch.testing.assert_close(pooled, torch.tensor([[2.0, 3.0]]))
