"""Freezing, discriminative rates and gradual unfreezing, on a network of four layers."""

import pytest
import torch
from torch import nn

from tlcourse.models.vision import efficientnet
from tlcourse.train.finetuning import freezing


@pytest.fixture
def layers():
    return {
        "low": nn.Sequential(nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2)),
        "middle": nn.Sequential(nn.Conv2d(2, 2, 1), nn.BatchNorm2d(2)),
        "high": nn.Conv2d(2, 3, 1),
        "classifier": nn.Linear(3, 2),
    }


def learning(layers):
    return [name for name, layer in layers.items() if any(p.requires_grad for p in layer.parameters())]


@pytest.mark.parametrize("lowest", ["low", "middle", "high", "classifier"])
def test_what_lies_below_is_frozen(layers, lowest):
    freezing.freeze_below(layers, "classifier")
    freezing.freeze_below(layers, lowest)  # thaws again what the first call froze
    assert learning(layers) == [*layers][[*layers].index(lowest) :]


def test_a_feature_extractor_learns_its_classifier_alone():
    model = efficientnet.EfficientNet()
    model.new_classifier(2)
    freezing.freeze_below(model.layers(), "classifier")
    assert freezing.count_trainable(model.layers()) == 1280 * 2 + 2
    freezing.freeze_below(model.layers(), "stem")
    assert freezing.count_trainable(model.layers()) == sum(p.numel() for p in model.parameters())


def test_an_unknown_layer_is_refused(layers):
    with pytest.raises(ValueError, match="'top'; from the bottom up they are low, middle, high, classifier"):
        freezing.freeze_below(layers, "top")


def test_rates_fall_by_the_factor_of_ulmfit(layers):
    rates = freezing.discriminative_rates(layers, 0.01, 2.6)
    # Howard and Ruder 2018, section 3.2: η^{l-1} = η^l / 2.6, the last layer's rate given
    expected = {"low": 0.01 / 17.576, "middle": 0.01 / 6.76, "high": 0.01 / 2.6, "classifier": 0.01}
    assert rates == pytest.approx(expected)
    assert set(freezing.discriminative_rates(layers, 0.01, 1.0).values()) == {0.01}


def test_groups_hold_each_parameter_that_learns_once_at_its_rate(layers):
    freezing.freeze_below(layers, "middle")
    groups = freezing.parameter_groups(layers, freezing.discriminative_rates(layers, 0.01, 2.0))
    assert [(group["name"], group["lr"]) for group in groups] == [
        ("middle", 0.0025),
        ("high", 0.005),
        ("classifier", 0.01),
    ]
    held = [id(p) for group in groups for p in group["params"]]
    assert sorted(held) == sorted(
        id(p) for layer in layers.values() for p in layer.parameters() if p.requires_grad
    )


def test_layers_thaw_from_the_top_in_equal_shares(layers):
    now = [freezing.thawed(layers, "middle", step / 9) for step in range(9)]
    assert now == ["classifier"] * 3 + ["high"] * 3 + ["middle"] * 3


@pytest.mark.parametrize("batch_statistics", [False, True])
def test_batch_norms_move_only_where_they_may(layers, batch_statistics):
    freezing.freeze_below(layers, "middle")
    freezing.set_training(layers, batch_statistics)
    x = torch.randn(8, 1, 3, 3, generator=torch.Generator().manual_seed(0)) + 5
    layers["middle"](layers["low"](x))
    assert torch.equal(layers["low"][1].running_mean, torch.zeros(2)), "a frozen layer"
    assert torch.equal(layers["middle"][1].running_mean, torch.zeros(2)) != batch_statistics
