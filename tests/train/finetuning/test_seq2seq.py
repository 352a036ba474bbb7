"""Training: the batches are fair, the steps learn, the same seed gives the same model."""

import itertools

import pytest
import torch

from tlcourse.data.symbols import Symbols
from tlcourse.models.sequences.pronouncer import Pronouncer
from tlcourse.models.sequences.seq2seq import EncoderDecoder
from tlcourse.train.finetuning.seq2seq import Seq2SeqRecipe, length_batches, training_steps

PAIRS = [([3] * (i % 5 + 1), [4] * (i % 3 + 1)) for i in range(64)]


def test_a_round_of_batches_holds_every_pair_once():
    numbered = [([i], [i]) for i in range(64)]
    batches = itertools.islice(length_batches(numbered, 8, 3, torch.Generator().manual_seed(0)), 16)
    seen = [source[0] for batch in batches for source, _ in batch]
    assert sorted(seen[:64]) == sorted(seen[64:]) == list(range(64))
    assert seen[:64] != seen[64:]


def test_batches_are_of_about_equal_length():
    batches = list(itertools.islice(length_batches(PAIRS, 8, 8, torch.Generator().manual_seed(0)), 8))
    spread = [max(len(s) for s, _ in b) - min(len(s) for s, _ in b) for b in batches]
    assert sum(spread) <= 5  # sorted, 64 words of 5 lengths in 8 batches: a length changes 4 times


WORDS = ["".join(w) for n in (2, 3, 4) for w in itertools.product("abcd", repeat=n)]
SYMBOLS = Symbols("abcd")


def train(seed, attention="additive", steps=100):
    """Learn to say letters backwards."""
    torch.manual_seed(seed)
    m = EncoderDecoder(len(SYMBOLS), len(SYMBOLS), 12, 16, attention=attention)
    pairs = [(SYMBOLS.encode(w), SYMBOLS.encode(reversed(w))) for i, w in enumerate(WORDS) if i % 5]
    losses = list(training_steps(m, pairs, steps, seed, Seq2SeqRecipe(0.02, 10, 32)))
    return m, losses


@pytest.mark.parametrize("attention", ["additive", "dot-product", None])
def test_it_learns_to_reverse_words_it_never_saw(attention):
    m, losses = train(0, attention)
    assert losses[-1] < 0.4 < 1.0 < losses[0]
    unseen = WORDS[::5]
    said = Pronouncer(m, SYMBOLS, SYMBOLS).say(unseen)
    right = sum(said[w] == tuple(reversed(w)) for w in unseen) / len(unseen)
    assert right > (0.8 if attention else 0.5), right


def test_the_same_seed_gives_the_same_model_and_another_seed_another():
    (_, a), (_, b), (_, c) = train(1, steps=5), train(1, steps=5), train(2, steps=5)
    assert a == b != c


def test_too_few_pairs_are_refused():
    m = EncoderDecoder(9, 9, 4, 4)
    with pytest.raises(ValueError, match="2 pairs do not fill one batch of batch_size=128"):
        next(training_steps(m, PAIRS[:2], 1, 0))
