"""ResNet cut into depths, against torchvision's own network with the same (random) weights."""

import numpy as np
import pytest
import torch
from torchvision import models

from tlcourse.models.vision.resnet import ResNet


@pytest.fixture(scope="module")
def whole():
    torch.manual_seed(0)
    return models.resnet18(weights=None).eval()


def test_logits_are_torchvisions(whole):
    x = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        np.testing.assert_allclose(ResNet(whole)(x), whole(x), rtol=1e-5, atol=1e-5)


def test_it_goes_on_from_any_layer(whole):
    model, x = ResNet(whole), torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        expected, below = model(x), x
        for depth, maps in model.maps(x):
            np.testing.assert_allclose(model(below, start=depth), expected, rtol=1e-5, atol=1e-5)
            below = maps
        features = below.mean(dim=(2, 3))
        np.testing.assert_allclose(model(features, start="classifier"), expected, rtol=1e-5, atol=1e-5)


def test_an_unknown_layer_is_refused(whole):
    with pytest.raises(ValueError, match="no layer 'stage9'; from the bottom up they are stem, stage1"):
        ResNet(whole)(torch.zeros(1, 3, 64, 64), start="stage9")
