"""Heads turned off one by one: what is computed once for many masks is what each mask alone would give."""

import numpy as np
import pytest
import torch

from tlcourse.lessons.what_does_bert_look_at import agreement, figures, marked
from tlcourse.models.pretrained import encoders
from tlcourse.probe import head_masks, pruning
from tlcourse.show.records import Records


@pytest.fixture(scope="module")
def corrector(tiny_zoo):
    encoder = encoders.load(tiny_zoo / "bert-mini")
    torch.manual_seed(0)
    return agreement.Corrector(encoder, torch.nn.Linear(32, 4), ["$KEEP", *agreement.EDITS.values(), "other"])


def test_sentences_are_broken_in_one_place_and_all_different():
    some = agreement.broken(50, seed=0)
    assert len({" ".join(one.words) for one in some}) == 50
    for one in some:
        assert one.words[one.subject].endswith("s")
        assert one.words[one.verb] in agreement.EDITS
        assert one.edit == agreement.EDITS[one.words[one.verb]]
    assert agreement.broken(5, seed=1) == agreement.broken(5, seed=1)
    assert agreement.broken(5, seed=1) != agreement.broken(5, seed=2)


def test_many_masks_at_once_are_each_mask_alone(corrector):
    some = agreement.broken(6, seed=0)
    network = corrector.encoder.network
    shape = head_masks.shape(network)
    keeps = [np.ones(shape, dtype=bool), *(pruning.without(*shape, *place) for place in np.ndindex(shape))]
    found = corrector.probabilities(some, keeps)
    assert found.shape == (len(keeps), 6)
    examples = corrector.encoder.words([one.words for one in some])
    for row, keep in zip(found, keeps, strict=True):
        with torch.inference_mode(), head_masks.masked(network, keep):
            top = corrector.encoder(corrector.encoder.batch(examples))[-1]
            p = corrector.classifier(top).softmax(dim=-1)
        expected = [
            float(p[i, example.places[one.verb], corrector.edits[one.edit]])
            for i, (example, one) in enumerate(zip(examples, some, strict=True))
        ]
        np.testing.assert_allclose(row, expected, rtol=1e-5)


def test_what_a_head_looks_at_and_what_is_lost_without_it(corrector, monkeypatch):
    monkeypatch.setattr(agreement, "mended", lambda model, n, seed: agreement.broken(n, seed))
    found = agreement.measure(corrector, 3, [0, 1])
    assert found.looks.shape == found.matters.shape == (2, *head_masks.shape(corrector.encoder.network))
    assert (found.looks > 0).all()
    assert found.agreement.shape == (2,)
    assert found.n_apart == sum(one.apart for seed in (0, 1) for one in agreement.broken(3, seed))
    shown = agreement.examples(corrector, 3, 0).split("\n")
    assert len(shown) == 3
    assert all(len(line.split("**")[2].split()) > 1 for line in shown[:2])  # words between subject and verb
    many = agreement.without_many(corrector, found, 2, 4, [0, 1])
    assert len(many.values("off")) == 4
    assert "heads" in figures.looks_and_matters(found).alt


def test_only_what_the_whole_model_mends_is_asked(corrector, monkeypatch):
    p = iter([np.array([[0.9, 0.1, 0.6, 0.2, 0.7, 0.8]])])
    monkeypatch.setattr(corrector, "probabilities", lambda some, keeps: next(p))
    assert agreement.mended(corrector, 2, 0) == [agreement.broken(6, 0)[i] for i in (0, 2)]


def test_as_many_others_of_the_same_layers():
    others = agreement._others(np.array([0, 1, 5]), 4, np.random.default_rng(0))
    assert sorted(others // 4) == [0, 0, 1]
    assert not set(others) & {0, 1, 5}


def test_marked_words_stand_once_in_their_sentence():
    for words, pairs in marked.sentences():
        for pair in pairs:
            assert words.count(words[pair.dependent]) == words.count(words[pair.head]) == 1, words
            assert pair.dependent != pair.head


def test_marked_pairs_are_measured(corrector):
    chosen = [
        {
            "relation": one,
            "reader": "head",
            "layer": 1,
            "head": 0,
            "direction": "head to dependent",
            "score": 1,
        }
        for one in ("nsubj", "obj", "case", "amod", "nmod:poss")
    ]
    chosen += [{"relation": row["relation"], "reader": "offset", "offset": -2, "score": 0} for row in chosen]
    found = marked.measure(corrector.encoder, Records(chosen))
    assert set(found.values("relation")) == {"nsubj", "obj", "case", "amod", "nmod:poss"}
    offsets = found.where(reader="its best offset", relation="obj")[0]
    by_hand = [p.head - p.dependent for _, pairs in marked.sentences() for p in pairs if p.relation == "obj"]
    assert offsets["score"] == pytest.approx(np.mean(np.array(by_hand) == -2))
    assert offsets["pairs"] == len(by_hand)
    shown = {row["relation"]: row["best offset"] for row in marked.rows(found)}
    assert shown["obj"] == f"{by_hand.count(-2)} of {len(by_hand)}"
