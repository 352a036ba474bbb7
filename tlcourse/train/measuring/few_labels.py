"""Learning from few labels: which ones are drawn, and one training of each kind, timed and tested.

Taught in lesson *Transfer in vision*.
"""

import time
from dataclasses import dataclass

import numpy as np
import torch
from sklearn.model_selection import train_test_split

from tlcourse.models.vision.staged import StagedNetwork
from tlcourse.train.finetuning import images as finetuning
from tlcourse.train.finetuning.image_batches import Inputs
from tlcourse.train.finetuning.trainings import give_back_memory
from tlcourse.train.labels import as_classes
from tlcourse.train.measuring import linear_probe


@dataclass(frozen=True)
class TestResult:
    """One training, and its result on the test items.

    Attributes:
        probability: of class 1, (number of test items,).
        accuracy: at a threshold of one half.
        seconds: of training, without testing, times the cores that it had.
    """

    probability: np.ndarray
    accuracy: float
    seconds: float


def draw_stratified(index: np.ndarray, labels: np.ndarray, n: int, seed: int) -> np.ndarray:
    """`n` items of `index` at random, each class with its share; all of them if there are no more.

    Raises:
        ValueError: `n` is too small to hold each class, or labels are not numbers of classes.
    """
    labels = as_classes(labels)
    if n >= len(index):
        return index
    if len(index) - n < len(np.unique(labels[index])):  # too few are left out for one of each class
        left_out = np.random.default_rng(seed).choice(len(index), len(index) - n, replace=False)
        return np.delete(index, left_out)
    chosen, _ = train_test_split(index, train_size=n, random_state=seed, stratify=labels[index])
    return np.sort(chosen)


def probe(
    features: np.ndarray, labels: np.ndarray, train: np.ndarray, test: np.ndarray, **options: object
) -> TestResult:
    """A linear probe on frozen features (N, channels), learned on `train` and tested on `test`.

    `options` go to `fit`.
    """
    labels = as_classes(labels, len(features))
    started = time.perf_counter()
    fitted = linear_probe.fit(features[train], labels[train], **options)
    seconds = time.perf_counter() - started
    return _tested(fitted.predict_proba(features[test])[:, 1], labels[test], seconds)


def tune_and_test(
    model: StagedNetwork,
    inputs: Inputs,
    labels: np.ndarray,
    train: np.ndarray,
    test: np.ndarray,
    recipe: finetuning.ImageRecipe,
    seed: int,
    start: str | None = None,
) -> TestResult:
    """Fine-tune `model` in place, with a new classifier for two classes, and test it.

    The arguments are those of `training_steps`.
    """
    labels = as_classes(labels, n_classes=2)
    model.new_classifier(2)
    model.to(memory_format=torch.channels_last)
    give_back_memory()  # to load it took twice its size
    started = time.perf_counter()
    for _ in finetuning.training_steps(model, inputs, labels, train, recipe, seed, start):
        pass
    seconds = (time.perf_counter() - started) * torch.get_num_threads()
    model.zero_grad()
    give_back_memory()  # of gradients, AdamW's means and maps: testing needs others
    probability = finetuning.probabilities(model, inputs, test, start)
    give_back_memory()
    return _tested(probability, labels[test], seconds)


def _tested(probability: np.ndarray, labels: np.ndarray, seconds: float) -> TestResult:
    return TestResult(probability, float(((probability > 0.5) == labels).mean()), seconds)
