"""Few labels: who is drawn, and what an outcome says."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score
from torch import nn

from tlcourse.models.vision.staged import StagedNetwork
from tlcourse.train.finetuning import images as finetuning
from tlcourse.train.finetuning.image_batches import Maps
from tlcourse.train.measuring import few_labels, linear_probe

LABELS = (np.arange(120) % 10 < 3).astype(int)


@given(n=st.integers(10, 79), seed=st.integers(0, 100))
def test_each_class_is_drawn_with_its_share(n, seed):
    index = np.arange(0, 120)[:80]
    drawn = few_labels.draw_stratified(index, LABELS, n, seed)
    assert len(drawn) == n == len(set(drawn))
    assert set(drawn) <= set(index)
    assert abs(LABELS[drawn].sum() - n * LABELS[index].mean()) <= 1
    np.testing.assert_array_equal(drawn, few_labels.draw_stratified(index, LABELS, n, seed))


def test_all_of_them_if_there_are_no_more():
    np.testing.assert_array_equal(few_labels.draw_stratified(np.arange(40), LABELS, 41, 0), np.arange(40))


def test_too_few_for_two_classes_is_refused():
    with pytest.raises(ValueError, match="train_size = 1"):
        few_labels.draw_stratified(np.arange(80), LABELS, 1, 0)


def test_a_probe_learns_on_one_part_and_is_tested_on_the_other():
    x = np.random.default_rng(0).normal(size=(120, 6)) + LABELS[:, None]
    train, test = np.arange(80), np.arange(80, 120)
    outcome = few_labels.probe(x, LABELS, train, test, penalties=(0.1,))
    fitted = linear_probe.fit(x[train], LABELS[train], penalties=(0.1,))
    np.testing.assert_allclose(outcome.probability, fitted.predict_proba(x[test])[:, 1])
    assert outcome.accuracy == accuracy_score(LABELS[test], fitted.predict(x[test]))
    assert outcome.seconds > 0


def test_fine_tuning_gives_the_model_a_classifier_for_two():
    torch.manual_seed(0)
    model = StagedNetwork({"only": nn.Conv2d(2, 4, 1)}, nn.Linear(4, 1000), (0.5,) * 3, (0.5,) * 3)
    maps = np.random.default_rng(0).normal(size=(1, 120, 2, 3, 3)).astype(np.float32)
    maps[0, LABELS == 1] += 1
    train, test = np.arange(80), np.arange(80, 120)
    recipe = finetuning.ImageRecipe("only", n_steps=60, learning_rate=0.05)
    outcome = few_labels.tune_and_test(model, Maps(maps), LABELS, train, test, recipe, seed=0)
    assert model.classifier.out_features == 2
    expected = finetuning.probabilities(model, Maps(maps), test)
    np.testing.assert_array_equal(outcome.probability, expected)
    assert outcome.accuracy == accuracy_score(LABELS[test], expected > 0.5) > 0.9
