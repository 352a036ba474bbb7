"""Fine-tuning, against a plain loop with torch's AdamW, and by what has to stay as it was."""

import copy

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from tlcourse.models.vision.staged import StagedNetwork
from tlcourse.train import schedules
from tlcourse.train.finetuning import images as finetuning
from tlcourse.train.finetuning.image_batches import Images, Maps, transform
from tlcourse.train.finetuning.images import ImageRecipe
from tlcourse.train.measuring import features

HALF = (0.5, 0.5, 0.5)
LABELS = np.array([0, 1] * 6)
ALL = np.arange(len(LABELS))


@pytest.fixture
def network():
    torch.manual_seed(0)
    depths = {
        "low": nn.Sequential(nn.Conv2d(3, 4, 3, stride=2), nn.BatchNorm2d(4), nn.ReLU()),
        "high": nn.Sequential(nn.Conv2d(4, 5, 3), nn.BatchNorm2d(5), nn.ReLU()),
    }
    model = StagedNetwork(depths, nn.Linear(5, 3), HALF, HALF).eval()
    model.new_classifier(2)
    return model


@pytest.fixture
def images():
    pictures = np.random.default_rng(0).integers(0, 256, (len(LABELS), 16, 16), dtype=np.uint8)
    pictures[LABELS == 1, :, :8] //= 3  # something to learn
    return pictures


@pytest.fixture
def inputs(images):
    return Images(images, 16, HALF, HALF)


def train(model, inputs, recipe, seed=0, index=ALL, start=None):
    return [*finetuning.training_steps(model, inputs, LABELS, index, recipe, seed, start)]


def changed(before, after):
    """The layers whose weights are not bitwise the same."""
    return {
        name.split(".")[-3] if name.startswith("depths") else "classifier"
        for name, value in after.state_dict().items()
        if not torch.equal(value, before.state_dict()[name])
    }


def test_it_takes_the_steps_of_adamw_on_a_slanted_triangle(network, images):
    """All items are in each batch, so that order cannot matter; maps come in one way, so no flip is drawn."""
    x = transform(16, HALF, HALF)(torch.from_numpy(images)[:, None])
    with torch.no_grad():
        maps = network.depths["low"](x)
    reference = copy.deepcopy(network)
    recipe = ImageRecipe("high", n_steps=6, batch_size=len(ALL), learning_rate=0.01, rate_factor=2.0)
    losses = train(network, Maps(maps.numpy()[None]), recipe, start="high")

    groups = [
        {"params": reference.depths["high"].parameters(), "peak": 0.005},
        {"params": reference.classifier.parameters(), "peak": 0.01},
    ]
    optimizer = torch.optim.AdamW(groups, lr=0.01, weight_decay=recipe.weight_decay)
    for step, loss in enumerate(losses):
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * schedules.slanted_triangular(step, 6)
        optimizer.zero_grad()
        features = reference.depths["high"](maps).mean(dim=(2, 3))
        ours = F.cross_entropy(reference.classifier(features), torch.from_numpy(LABELS))
        assert loss == pytest.approx(ours.item(), abs=1e-5)
        ours.backward()
        optimizer.step()
    for name, value in reference.state_dict().items():
        # Adam divides by tiny numbers in the first steps, which spreads the last digits
        np.testing.assert_allclose(network.state_dict()[name], value, atol=1e-4, err_msg=name)


def test_it_learns(network, inputs):
    train(
        network,
        inputs,
        ImageRecipe("low", n_steps=120, batch_size=12, learning_rate=0.02, batch_statistics=True),
    )
    assert ((finetuning.probabilities(network, inputs, ALL) > 0.5) == LABELS).mean() > 0.9


@pytest.mark.parametrize(
    ("lowest", "learned"),
    [
        ("classifier", {"classifier"}),
        ("high", {"high", "classifier"}),
        ("low", {"low", "high", "classifier"}),
    ],
)
def test_only_what_is_not_frozen_changes(network, inputs, lowest, learned):
    before = copy.deepcopy(network)
    train(network, inputs, ImageRecipe(lowest, n_steps=3, batch_size=4, batch_statistics=True))
    assert changed(before, network) == learned
    assert not network.training


def test_kept_maps_train_as_the_images_do(network, images, inputs):
    """The lesson says so; float16 rounds the maps to three digits, and both draw the same flips."""
    kept = features.extract(network, images, transform(16, HALF, HALF), below="high")["maps"]
    twin, recipe = copy.deepcopy(network), ImageRecipe("high", n_steps=5, batch_size=4)
    from_images = train(network, inputs, recipe)
    from_maps = train(twin, Maps(kept), recipe, start="high")
    np.testing.assert_allclose(from_maps, from_images, atol=1e-3)


def test_layers_join_from_the_top(network, inputs):
    before, recipe = copy.deepcopy(network), ImageRecipe("low", n_steps=6, batch_size=4, gradual=True)
    seen = []
    for _ in finetuning.training_steps(network, inputs, LABELS, ALL, recipe, 0):
        seen.append(sorted(changed(before, network)))
    assert seen == [["classifier"]] * 2 + [["classifier", "high"]] * 2 + [["classifier", "high", "low"]] * 2


def test_a_seed_gives_the_same_training_again(network, inputs):
    recipe = ImageRecipe("low", n_steps=4, batch_size=5)
    runs = [train(copy.deepcopy(network), inputs, recipe, seed) for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]


def test_each_item_comes_once_before_any_comes_again(network):
    class Counting:
        def __init__(self):
            self.rows = []

        def batch(self, index, rng=None):
            self.rows += list(index)
            return torch.zeros(len(index), 3, 16, 16)

    inputs, index = Counting(), np.array([2, 3, 5, 7, 8])
    train(network, inputs, ImageRecipe("classifier", n_steps=5, batch_size=3), index=index)
    assert [sorted(inputs.rows[i : i + 5]) for i in (0, 5, 10)] == [index.tolist()] * 3


def test_probabilities_do_not_depend_on_the_batch(network, inputs):
    whole = finetuning.probabilities(network, inputs, ALL, batch_size=12)
    np.testing.assert_allclose(finetuning.probabilities(network, inputs, ALL, batch_size=5), whole, atol=1e-6)


def test_what_cannot_be_trained_is_refused(network, inputs):
    with pytest.raises(ValueError, match="'low' is to be trained, but the inputs begin above it, at 'high'"):
        train(network, inputs, ImageRecipe("low"), start="high")
    with pytest.raises(ValueError, match="the index is empty"):
        train(network, inputs, ImageRecipe("low"), index=ALL[:0])
