"""Two readings of one text: what is compared stands there both times, and the measures by hand."""

import numpy as np
import pytest
from scipy.spatial.distance import cosine, pdist

from tlcourse.models.pretrained import zoo
from tlcourse.probe import as_in_training
from tlcourse.probe.as_in_training import BERT_HALF, BERT_MASKED, BERT_RANDOM, TwoReadings


@pytest.fixture(scope="module")
def rows():
    return np.random.default_rng(0).integers(100, 2000, (6, 20))


@pytest.mark.parametrize("against", [BERT_MASKED, BERT_RANDOM, BERT_HALF])
def test_berts_word_is_the_same_and_its_state_is_not(rows, against):
    found = as_in_training.of_bert(zoo.load("bert-mini", heads=True), rows, 0, against)
    assert found.afterwards.shape == (7, 6, 256)
    assert found.in_training[0] == pytest.approx(found.afterwards[0], abs=1e-6)  # the embeddings
    assert np.abs(found.in_training[-1] - found.afterwards[-1]).max() > 0.01


def test_xlnets_word_is_the_same_and_all_in_sight_is_what_an_encoder_reads(rows):
    import torch

    from tlcourse.data.tokeniser import CLS, SEP

    model = zoo.load("xlnet-mini", heads=True)
    found = as_in_training.of_xlnet(model, rows, 0)
    assert found.in_training[0] == pytest.approx(found.afterwards[0], abs=1e-6)
    assert np.abs(found.in_training[-1] - found.afterwards[-1]).max() > 0.001
    ids = torch.tensor([[*row, SEP, CLS] for row in rows.tolist()])
    segments = torch.zeros_like(ids)
    segments[:, -1] = 2
    with torch.inference_mode():
        states = model.transformer.states(ids, torch.ones_like(ids), segments)[-1].numpy()
    for one, row in zip(found.afterwards[-1], states, strict=True):
        assert np.abs(row - one).max(axis=1).min() < 1e-4  # it is one of the row's states


def test_shift_by_hand():
    rng = np.random.default_rng(0)
    before, after = rng.normal(size=(2, 2, 5, 7))
    found = as_in_training.shift(TwoReadings(before, after))
    for layer in range(2):
        moved = np.mean([cosine(a, b) for a, b in zip(before[layer], after[layer], strict=True)])
        assert found[layer] == pytest.approx(moved / pdist(after[layer], "cosine").mean())


def test_a_probe_tells_what_differs_and_guesses_what_does_not():
    rng = np.random.default_rng(0)
    same = rng.normal(size=(1, 400, 8)).astype(np.float32)
    shifted = same + np.array([3, 0, 0, 0, 0, 0, 0, 0], dtype=np.float32)
    assert as_in_training.told_apart(TwoReadings(same, same), 0, 0) == 0.5
    assert as_in_training.told_apart(TwoReadings(same, shifted), 0, 0) > 0.85
