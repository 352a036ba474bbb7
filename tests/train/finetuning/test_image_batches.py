"""What a network is fed, against torch's own interpolation and the formula of a normalisation."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from tlcourse.train.finetuning import image_batches
from tlcourse.train.finetuning.image_batches import FLIPS, Images, Maps

MEAN, STD = (0.5, 0.4, 0.3), (0.5, 0.25, 0.2)


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (5, 40, 40), dtype=np.uint8)


def test_a_grey_image_becomes_three_normalised_channels(images):
    x = image_batches.transform(40, MEAN, STD)(torch.from_numpy(images)[:, None])
    assert x.shape == (5, 3, 40, 40)
    expected = (images[:, None] / 255 - np.reshape(MEAN, (3, 1, 1))) / np.reshape(STD, (3, 1, 1))
    np.testing.assert_allclose(x, expected, atol=1e-6)


def test_images_shrink_as_torch_shrinks_them(images):
    x = image_batches.transform(16, (0, 0, 0), (1, 1, 1))(torch.from_numpy(images)[:, None])[:, 0]
    grey = torch.from_numpy(images)[:, None].float()
    expected = F.interpolate(grey, (16, 16), mode="bilinear", antialias=True)[:, 0] / 255
    np.testing.assert_allclose(x, expected, atol=1 / 255)  # ours is rounded to a whole tone


def test_images_without_a_generator_are_as_they_are(images):
    inputs = Images(images, 40, MEAN, STD)
    np.testing.assert_array_equal(inputs.pixels(), images)
    expected = image_batches.transform(40, MEAN, STD)(torch.from_numpy(images[[3, 1]])[:, None])
    assert torch.equal(inputs.batch(np.array([3, 1])), expected)


def test_images_are_flipped_at_random_each_way_as_often(images):
    inputs = Images(images, 40, MEAN, STD)
    ways = torch.stack([inputs.batch(np.array([2])).flip(axes) for axes in FLIPS])[:, 0]
    drawn = inputs.batch(np.full(400, 2), np.random.default_rng(0))
    is_way = (drawn[:, None] == ways[None]).flatten(2).all(dim=2)
    assert is_way.sum(dim=1).eq(1).all(), "each is one of the ways"
    shares = is_way.double().mean(dim=0)
    # 400 draws: three standard errors of a share
    np.testing.assert_allclose(shares, 1 / len(FLIPS), atol=3 * np.sqrt(0.25 / 400))


def test_maps_come_in_the_way_that_is_drawn():
    maps = np.arange(2 * 6, dtype=np.float16).reshape(2, 6, 1, 1, 1)
    inputs, index = Maps(maps), np.array([4, 0, 5, 5])
    assert inputs.batch(index).flatten().tolist() == [4, 0, 5, 5]
    assert inputs.batch(index).dtype == torch.float32
    ways = np.random.default_rng(1).integers(2, size=4)
    drawn = inputs.batch(index, np.random.default_rng(1)).flatten().tolist()
    assert drawn == [index[i] + 6 * ways[i] for i in range(4)]
