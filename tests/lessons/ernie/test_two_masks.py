"""Both masks on the same rows: units are whole, single pieces are not, and the losses are those of the
models.
"""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tlcourse.data.text_index import CAPITAL, STARTS_UNIT, STARTS_WORD
from tlcourse.data.tokeniser import CLS, MASK, SEP
from tlcourse.lessons.ernie import news, two_masks
from tlcourse.models.language.bert import BertConfig, BertForPreTraining
from tlcourse.models.language.ernie import ErnieConfig, ErnieForPreTraining
from tlcourse.train.pretraining.masking import IGNORED

LENGTH = 20
SIZES = {"vocab_size": 100, "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
         "intermediate_size": 32, "max_position_embeddings": LENGTH}  # fmt: skip


@pytest.fixture(scope="module")
def index(made_text):
    return made_text.index(200)


@pytest.fixture(scope="module")
def both():
    torch.manual_seed(0)
    return {
        "bert-mini": BertForPreTraining(BertConfig(**SIZES)).eval(),
        "ernie-mini": ErnieForPreTraining(ErnieConfig(**SIZES)).eval(),
    }


def test_rows_are_stretches_of_held_out_documents(index):
    rows = two_masks.draw(index, 12, LENGTH, seed=1)
    assert (rows.ids[:, 0] == CLS).all()
    assert (rows.ids[:, -1] == SEP).all()
    held_out = np.repeat(np.asarray(index.held_out), np.diff(index.document_pieces))
    pieces = np.asarray(index.pieces).astype(int)
    for row, unit, kinds in zip(rows.ids, rows.unit, rows.kinds, strict=True):
        where = [
            i for i in np.flatnonzero(held_out) if pieces[i : i + LENGTH - 2].tolist() == row[1:-1].tolist()
        ]
        assert where
        assert unit[0] == unit[-1] == -1
        assert (np.diff(unit[1:-1]) >= 0).all()
        assert len(kinds) == unit.max() + 1


def test_units_are_hidden_whole_and_pieces_are_not(index):
    rows = two_masks.draw(index, 40, LENGTH, seed=0)
    cut = {}
    for way in (two_masks.PIECES, two_masks.UNITS):
        masked = two_masks.hidden(rows, way, 100, seed=0)
        cut[way] = 0
        for unit, positions, targets in zip(rows.unit, masked.positions, masked.targets, strict=True):
            places = set(positions[targets != IGNORED].tolist())
            for u in {int(unit[p]) for p in places}:
                cut[way] += not set(np.flatnonzero(unit == u).tolist()) <= places
    assert cut[two_masks.UNITS] == 0
    assert cut[two_masks.PIECES] > 5


def test_kinds_of_units():
    word, start, capital = STARTS_WORD, STARTS_UNIT, CAPITAL
    assert news.kind_of(np.array([word + start])) is None
    assert news.kind_of(np.array([word + start, 0])) == news.WORD
    assert news.kind_of(np.array([word + start + capital, capital, word + capital])) == news.NAME
    assert news.kind_of(np.array([word + start, word])) == news.PHRASE
    assert news.unit_numbers(np.array([start, 0, start, start, 0])).tolist() == [0, 0, 1, 2, 2]
    assert news.unit_numbers(np.array([0, start, 0])).tolist() == [0, 1, 1]  # cut in the middle of a unit


def test_the_loss_is_cross_entropy_over_what_is_hidden(index, both):
    found = two_masks.losses(both, index, 6, LENGTH, [3])
    rows = two_masks.draw(index, 6, LENGTH, 3)
    for way in (two_masks.PIECES, two_masks.UNITS):
        masked = two_masks.hidden(rows, way, 100, 3)
        ids, positions = torch.from_numpy(masked.input_ids), torch.from_numpy(masked.positions)
        with torch.no_grad():
            logits = both["bert-mini"](ids, positions=positions)[0]
        logits[..., :8] = -torch.inf  # the marks
        expected = F.cross_entropy(
            logits.flatten(0, 1), torch.from_numpy(masked.targets).flatten(), ignore_index=IGNORED
        )
        assert found.where(model="bert-mini", mask=way).mean == pytest.approx(expected.item(), rel=1e-4)


def test_one_and_the_same_piece_is_asked_alone_and_with_its_unit(index, both):
    rows = two_masks.draw(index, 30, LENGTH, 0)
    asked = [*two_masks.one_unit_each(rows, np.random.default_rng(0))]
    assert asked
    for i, kind, places, place in asked:
        assert place in places
        assert len(places) > 1
        assert len({int(u) for u in rows.unit[i, places]}) == 1
        assert kind in (news.WORD, news.NAME, news.PHRASE)
    found = two_masks.same_pieces(both, index, 30, LENGTH, [0])
    told = two_masks.told_apart(found)
    assert len(told) == len(found)
    assert told.values("hidden")[0].startswith("a word of several pieces")


def test_the_share_of_inner_pieces_among_first_guesses(index, both):
    scores = [row["score"] for row in two_masks.wrong_kind(both, index, 30, LENGTH, [0, 1])]
    assert all(0 <= score <= 1 for score in scores)

    class Says(torch.nn.Module):
        """Always the same piece."""

        def __init__(self, piece):
            super().__init__()
            self.piece, self.config = piece, ErnieConfig(**SIZES)

        def forward(self, ids, attention_mask, positions):
            logits = torch.zeros(*positions.shape, 100)
            logits[..., self.piece] = 9.0
            return (logits,)

    inside = [token.startswith("##") for token in two_masks._tokens(index)]
    models = {"inside": Says(inside.index(True)), "whole": Says(len(inside) - 1 - inside[::-1].index(False))}
    found = two_masks.wrong_kind(models, index, 30, LENGTH, [0])
    assert found.where(model="inside").mean == 1
    assert found.where(model="whole").mean == 0


def test_side_by_side(index):
    rows = two_masks.side_by_side(index, index.tokenizer, seed=0)
    assert [row["hidden"] for row in rows] == [two_masks.PIECES] * 2 + [two_masks.UNITS] * 2
    assert all(row["what it has to say"] for row in rows)
    assert any(index.tokenizer.id_to_token(MASK) in row["what the model sees"] for row in rows)
