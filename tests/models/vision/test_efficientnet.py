"""EfficientNet-Lite0 against timm's, with the same weights."""

import copy

import numpy as np
import pytest
import torch

timm = pytest.importorskip("timm")

from tlcourse import assets  # noqa: E402
from tlcourse.models.vision import efficientnet  # noqa: E402


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


def test_gradients_are_those_of_convolution_and_batch_norm(pair):
    """In evaluation mode both go through as one step; timm takes two.

    In double precision: in single, an activation that lies on a kink of ReLU6 falls to one side or the other
    by the order of a sum, and its whole gradient with it.
    """
    ours, theirs = (copy.deepcopy(model).double() for model in pair)
    x = torch.randn(2, 3, 96, 96, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    found = torch.autograd.grad(ours(x).logsumexp(dim=1).sum(), [*ours.parameters()])
    expected = torch.autograd.grad(theirs(x).logsumexp(dim=1).sum(), [*theirs.parameters()])
    for (name, _), a, b in zip(ours.named_parameters(), found, expected, strict=True):
        # sums over up to 2,304 places, in another order, through 50 layers
        np.testing.assert_allclose(a, b, atol=1e-9 * b.abs().max().clamp(min=1e-3), err_msg=name)


def test_batch_norms_in_training_mode_follow_the_batch(pair):
    block = efficientnet.ConvNorm(3, 4, 3).train()
    x = torch.randn(5, 3, 8, 8, generator=torch.Generator().manual_seed(3)) + 2
    with torch.inference_mode():
        expected = torch.nn.functional.batch_norm(block.conv(x), None, None, training=True, eps=1e-3)
        np.testing.assert_allclose(block(x), expected.clamp(0, 6), atol=1e-5)
    assert block.norm.num_batches_tracked == 1
