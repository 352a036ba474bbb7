"""EfficientNet-Lite0 against timm's, with the same weights."""

import numpy as np
import pytest
import torch

timm = pytest.importorskip("timm")

from tlcourse import assets  # noqa: E402
from tlcourse.models import efficientnet  # noqa: E402


@pytest.fixture(scope="module")
def pair():
    try:
        folder = assets.path("efficientnet-lite0")
    except assets.AssetMissing as missing:
        pytest.skip(str(missing))
    theirs = timm.create_model("tf_efficientnet_lite0", pretrained=False).eval()
    (weights,) = folder.rglob("*.pth")
    state = torch.load(weights, weights_only=True, map_location="cpu")
    theirs.load_state_dict(dict(zip(theirs.state_dict(), state.values(), strict=True)))
    return efficientnet.load().eval(), theirs


@pytest.mark.parametrize("resolution", [96, 129, 224])
def test_logits_equal_timms(pair, resolution):
    ours, theirs = pair
    x = torch.randn(2, 3, resolution, resolution, generator=torch.Generator().manual_seed(resolution))
    with torch.inference_mode():
        # fp32 sums of up to 1,152 products, in another order
        np.testing.assert_allclose(ours(x), theirs(x), rtol=1e-4, atol=1e-4)


def test_maps_of_each_stage_equal_timms(pair):
    ours, theirs = pair
    x = torch.randn(1, 3, 160, 160, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        maps = dict(ours.maps(x))
        _, stages = theirs.forward_intermediates(x)
    last_of_each_size = ("stage1", "stage2", "stage3", "stage5", "stage7")
    for name, expected in zip(last_of_each_size, stages, strict=True):
        np.testing.assert_allclose(maps[name], expected, rtol=1e-4, atol=1e-4, err_msg=name)


def test_folding_the_batch_norms_changes_nothing(pair):
    ours, _ = pair
    x = torch.randn(2, 3, 128, 128, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        np.testing.assert_allclose(efficientnet.fold(ours)(x), ours(x), rtol=1e-3, atol=1e-3)
