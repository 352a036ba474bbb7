"""The trigram beside a left-to-right model: the same targets, and counted by hand."""

import dataclasses
import math
from collections import Counter

import numpy as np
import pytest

from tlcourse.models.language.kneser_ney import KneserNey
from tlcourse.models.pretrained import zoo
from tlcourse.train.pretraining import held_out
from tlcourse.train.pretraining.objectives import BothDirections, MaskedPairs, NextPiece, NextPieceWithState
from tlcourse.train.pretraining.recipes import PretrainingRecipe
from tlcourse.train.pretraining.trigram_baseline import Trigrams


@pytest.fixture(scope="module")
def index(made_text):
    return made_text.index(n=200)


def objective_of(kind, name, index, tiny_zoo):
    model = zoo.load(tiny_zoo / name, heads=True)
    return kind(model, index), PretrainingRecipe(model.config, 1, batch_tokens=128, lengths=((1.0, 32),))


@pytest.mark.parametrize(("kind", "name"), [(NextPiece, "gpt-mini"), (NextPieceWithState, "ulmfit-mini")])
def test_the_trigram_is_asked_for_what_the_model_is(index, tiny_zoo, kind, name):
    objective, recipe = objective_of(kind, name, index, tiny_zoo)
    found = Trigrams(index).losses(objective, recipe)
    assert found.keys() == {"next piece"} == held_out.losses(objective, index, recipe).keys()
    assert 0 < found["next piece"] < math.log(100) - 1  # of a hundred pieces
    targets = np.concatenate([b["targets"].ravel() for b in held_out.batches(objective, index, recipe)])
    trained = np.concatenate(
        [
            index.pieces[a:b]
            for a, b, out in zip(
                index.document_pieces[:-1], index.document_pieces[1:], index.held_out, strict=True
            )
            if not out
        ]
    )
    counts = Counter(trained.tolist())
    unigram = -np.mean([math.log((counts[int(t)] + 1) / (len(trained) + 100)) for t in targets])
    assert found["next piece"] < unigram - 0.5  # it knows more than how frequent pieces are


def test_what_a_state_has_read_is_counted_too(index, tiny_zoo):
    objective, recipe = objective_of(NextPieceWithState, "ulmfit-mini", index, tiny_zoo)
    batches = list(held_out.batches(objective, index, recipe))
    assert len(batches) > 1
    text = np.concatenate([batch["input_ids"] for batch in batches], axis=1)  # each row goes on in the next
    text = np.concatenate([text, batches[-1]["targets"][:, -1:]], axis=1)
    trigrams = Trigrams(index)
    loss, n = trigrams.model("pieces", objective.vocab_size, trigrams._all()).loss(text)
    assert trigrams.losses(objective, recipe)["next piece"] == pytest.approx(loss / n, rel=1e-12)


def test_elmo_is_asked_in_both_directions(index, tiny_zoo):
    objective, recipe = objective_of(BothDirections, "elmo-mini", index, tiny_zoo)
    found = Trigrams(index).losses(objective, recipe)
    assert found.keys() == held_out.losses(objective, index, recipe).keys()
    batch = next(held_out.batches(objective, index, recipe))
    collated = objective.collate(batch)
    vocabulary = objective.vocab_size
    from tlcourse.train.pretraining import trigram_baseline

    forward = trigram_baseline._words(batch, vocabulary)
    backward = trigram_baseline._words_backwards(batch, vocabulary)
    np.testing.assert_array_equal(forward[:, 1:], collated["following"])
    np.testing.assert_array_equal(backward[:, 1:], collated["preceding"][:, ::-1])


def test_masked_pieces_have_no_trigram(index, tiny_zoo):
    assert Trigrams(index).losses(*objective_of(MaskedPairs, "bert-mini", index, tiny_zoo)) == {}


def test_held_out_text_is_not_counted(index, tiny_zoo):
    trigrams = Trigrams(index)
    model = trigrams.model("pieces", 100, trigrams._all())
    assert isinstance(model, KneserNey)
    n_trained = int(np.diff(index.document_pieces)[~index.held_out].sum() + (~index.held_out).sum())
    everything = len(index.pieces) + len(index)
    assert n_trained < everything
    from tlcourse.data.packing import piece_stream

    assert len(piece_stream(index, np.flatnonzero(~index.held_out))) == n_trained


def test_as_much_as_a_model_reads_is_counted(index, tiny_zoo):
    objective, recipe = objective_of(NextPiece, "gpt-mini", index, tiny_zoo)
    trigrams, pieces = Trigrams(index), np.diff(index.document_pieces)
    trained = int(pieces[~index.held_out].sum())
    some = dataclasses.replace(recipe, tokens=trained // 3)
    documents = np.array(trigrams._as_much(some))
    assert not index.held_out[documents].any()
    assert 0 <= pieces[documents].sum() - some.tokens < pieces.max()
    less = trigrams.losses(objective, some, as_much=True)["next piece"]
    assert less > trigrams.losses(objective, some)["next piece"]


def test_what_is_read_again_is_not_counted_again(index, tiny_zoo):
    objective, recipe = objective_of(NextPiece, "gpt-mini", index, tiny_zoo)
    trigrams = Trigrams(index)
    trained = int(np.diff(index.document_pieces)[~index.held_out].sum())
    often = dataclasses.replace(recipe, tokens=4 * trained, repeats={"other": 3.0})  # a pass and more
    assert trigrams._as_much(often) == trigrams._all()
    assert trigrams.losses(objective, often, as_much=True) == trigrams.losses(objective, often)
