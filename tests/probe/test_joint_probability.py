"""Two hidden pieces: as transformers' BERT and XLNet say, and the sums of the chain rule."""

import numpy as np
import pytest
import torch

from tlcourse.data import tokeniser
from tlcourse.data.tokeniser import CLS, MASK, SEP, SPECIAL
from tlcourse.models.pretrained import zoo
from tlcourse.probe import joint_probability
from tlcourse.probe.neighbours import HiddenPair

TEXTS = {"the prime minister said he would go now .": 1, "she had a cup of tea in new york": 7}


@pytest.fixture(scope="module")
def pairs():
    tokens = tokeniser.load(zoo.folder_of("bert-mini"))
    return [
        HiddenPair(tokens.encode(text, add_special_tokens=False).ids, place, 5.0, (9, 9))
        for text, place in TEXTS.items()
    ]


def log_p(logits):
    logits = logits.clone()
    logits[..., : len(SPECIAL)] = -torch.inf
    return logits.log_softmax(dim=-1)


def test_bert_as_transformers_says(pairs):
    from transformers import BertForMaskedLM

    theirs = BertForMaskedLM.from_pretrained(zoo.folder_of("bert-mini")).eval()
    found = joint_probability.of_bert(zoo.load("bert-mini", heads=True), pairs)
    for i, pair in enumerate(pairs):
        places = [1 + pair.place, 2 + pair.place]
        for hidden, table in ((places, found.alone), (places[:1], found.given), (places[1:], found.given)):
            ids = torch.tensor([[CLS, *pair.pieces, SEP]])
            ids[0, hidden] = MASK
            with torch.inference_mode():
                p = log_p(theirs(ids).logits[0])
            for place in hidden:
                k = places.index(place)
                assert table[i, k] == pytest.approx(float(p[place, pair.targets[k]]), abs=1e-4)


@pytest.mark.parametrize("earlier", [0, 1])
def test_xlnet_as_transformers_says(pairs, earlier):
    from transformers import XLNetLMHeadModel

    theirs = XLNetLMHeadModel.from_pretrained(zoo.folder_of("xlnet-mini")).eval()
    found = joint_probability.of_xlnet(zoo.load("xlnet-mini", heads=True), pairs)
    for i, pair in enumerate(pairs):
        ids = torch.tensor([[*pair.pieces, SEP, CLS]])
        places = [pair.place, pair.place + 1]
        hides = torch.zeros(1, ids.shape[1], ids.shape[1])
        hides[0, :, places] = 1
        hides[0, places[1 - earlier], places[earlier]] = 0
        segments = torch.zeros_like(ids)
        segments[0, -1] = 2
        where = torch.nn.functional.one_hot(torch.tensor([places]), ids.shape[1]).float()
        with torch.inference_mode():
            p = log_p(
                theirs(
                    ids, perm_mask=hides, target_mapping=where, token_type_ids=segments, use_mems=False
                ).logits[0]
            )
        for k, table in ((earlier, found.alone), (1 - earlier, found.given)):
            assert table[i, k] == pytest.approx(float(p[k, pair.targets[k]]), abs=1e-4)


def test_sums_and_gap_by_hand():
    found = joint_probability.PairLogP(np.array([[-3.0, -4.0]]), np.array([[-1.0, -2.5]]))
    assert found.at_once == pytest.approx([-7.0])
    assert found.one_by_one == pytest.approx([((-3.0 - 2.5) + (-4.0 - 1.0)) / 2])
    assert found.gap == pytest.approx([1.75])


def test_batches_do_not_change_what_is_found(pairs, monkeypatch):
    bert = zoo.load("bert-mini", heads=True)
    whole = joint_probability.of_bert(bert, [*pairs, *pairs])
    monkeypatch.setattr(joint_probability, "AT_ONCE", 1)
    alone = joint_probability.of_bert(bert, [*pairs, *pairs])
    assert whole.given == pytest.approx(alone.given, abs=1e-4)
    assert whole.alone[:2] == pytest.approx(whole.alone[2:], abs=1e-5)
