"""Losses by place: as transformers' XLNet and BERT have them, with their own memory and masks."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tlcourse.data import tokeniser
from tlcourse.data.tokeniser import CLS, MASK, SEP
from tlcourse.models.pretrained import zoo
from tlcourse.probe import loss_by_place
from tlcourse.probe.loss_by_place import LEFT_TO_RIGHT, OFF, ON, OTHER, PERMUTED
from tlcourse.train.pretraining.masking import IGNORED

LENGTH = 8


@pytest.fixture(scope="module")
def xlnet():
    return zoo.load("xlnet-mini", heads=True)


@pytest.fixture(scope="module")
def articles():
    return np.random.default_rng(0).integers(100, 2000, (2, 3 * LENGTH))


def test_memory_on_off_and_of_another_as_transformers_says(xlnet, articles):
    from transformers import XLNetLMHeadModel

    theirs = XLNetLMHeadModel.from_pretrained(zoo.folder_of("xlnet-mini")).eval()
    found = loss_by_place.with_and_without_memory(xlnet, articles, LENGTH, LEFT_TO_RIGHT, 0, n_parts=LENGTH)
    rows = [torch.from_numpy(articles[:, i * LENGTH : (i + 1) * LENGTH]) for i in range(3)]
    hides = torch.ones(2, LENGTH, LENGTH).triu()
    with torch.inference_mode():
        mems = None
        for row in rows[:2]:
            mems = theirs.transformer(row, mems=mems, use_mems=True).mems
        for way, memory in ((ON, mems), (OFF, None), (OTHER, [m.flip(1) for m in mems])):
            where = torch.eye(LENGTH).expand(2, -1, -1)
            logits = theirs(rows[2], perm_mask=hides, target_mapping=where, mems=memory, use_mems=True).logits
            loss = F.cross_entropy(logits.transpose(1, 2), rows[2], reduction="none").mean(dim=0)
            # transformers has no row that sees nothing: without a memory, the first place is left out
            first = 1 if way == OFF else 0
            assert found[way][first:] == pytest.approx(loss.numpy()[first:], abs=1e-3)


def test_too_few_rows_or_articles_are_refused(xlnet, articles):
    with pytest.raises(ValueError, match="three rows"):
        loss_by_place.with_and_without_memory(xlnet, articles[:, : 2 * LENGTH], LENGTH, PERMUTED, 0)
    with pytest.raises(ValueError, match="two articles"):
        loss_by_place.with_and_without_memory(xlnet, articles[:1], LENGTH, PERMUTED, 0)


def test_asked_at_the_end_hides_what_is_predicted_and_nothing_else(articles):
    asked = loss_by_place.asked_at_the_end(articles, 20, seed=1)
    length = articles.shape[1]
    for i, row in enumerate(asked.may_attend):
        there = asked.targets[i] != IGNORED
        places = asked.positions[i][there]
        assert len(places)
        assert (places >= length - 20).all()
        assert np.array_equal(articles[i, places], asked.targets[i][there])
        others = np.setdiff1d(np.arange(length), places)
        assert row[:, others].all()
        assert not row[np.ix_(others, places)].any()
        among = row[np.ix_(places, places)]
        assert sorted(among.sum(axis=1)) == list(range(len(places)))


def test_bert_by_length_as_transformers_says(articles):
    from transformers import BertForMaskedLM

    theirs = BertForMaskedLM.from_pretrained(zoo.folder_of("bert-mini")).eval()
    asked = loss_by_place.asked_at_the_end(articles, 20, seed=1)
    found = loss_by_place.of_length(zoo.load("bert-mini", heads=True), articles, 20, asked)
    cut, losses = articles.shape[1] - 20, []
    for i, row in enumerate(articles[:, cut:]):
        there = asked.targets[i] != IGNORED
        places = asked.positions[i][there] - cut
        shown = row.copy()
        shown[places] = MASK
        with torch.inference_mode():
            logits = theirs(torch.tensor([[CLS, *shown, SEP]])).logits[0, 1 + places]
        losses += F.cross_entropy(logits, torch.from_numpy(row[places]), reduction="none").tolist()
    assert found == pytest.approx(np.mean(losses), abs=1e-3)


def test_the_whole_length_is_the_whole_mask(xlnet, articles):
    """With nothing cut off, the loss is that of the model asked directly."""
    asked = loss_by_place.asked_at_the_end(articles, 20, seed=1)
    with torch.inference_mode():
        logits, _ = xlnet(
            torch.from_numpy(articles), torch.from_numpy(asked.positions), torch.from_numpy(asked.may_attend)
        )
    expected = F.cross_entropy(logits.transpose(1, 2), torch.from_numpy(asked.targets), ignore_index=IGNORED)
    found = loss_by_place.of_length(xlnet, articles, articles.shape[1], asked)
    assert found == pytest.approx(float(expected), abs=1e-4)


def test_where_berts_table_ends_it_says_so():
    rows = np.random.default_rng(0).integers(100, 2000, (1, 260))
    asked = loss_by_place.asked_at_the_end(rows, 40, seed=0)
    bert = zoo.load("bert-mini", heads=True)
    with pytest.raises(ValueError, match="rows of 254 pieces at most"):
        loss_by_place.of_length(bert, rows, 255, asked)
    assert loss_by_place.of_length(bert, rows, 254, asked) > 0


def test_the_first_sixth_of_an_order_is_harder_than_the_last(xlnet):
    tokens = tokeniser.load(zoo.folder_of("xlnet-mini"))
    text = (
        "the prime minister said on friday that he would not go to the party conference in the autumn . " * 3
    )
    rows = loss_by_place.long_articles(tokens, [text, "too short"], 48)
    assert rows.shape == (1, 48)
    losses = loss_by_place.by_share_in_sight(xlnet, np.repeat(rows, 8, axis=0), seed=0)
    assert losses.shape == (6,)
    assert losses[0] > losses[-1] + 1
