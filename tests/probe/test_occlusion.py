"""Occlusion, against patches laid one by one."""

import numpy as np
import pytest
import torch

from tlcourse.probe import occlusion


@pytest.mark.parametrize(("patch", "stride"), [(4, 4), (4, 2), (3, 1)])
def test_it_is_the_mean_fall_over_all_patches_that_cover_a_place(patch, stride):
    generator = torch.Generator().manual_seed(0)
    images, weights = (
        torch.rand(2, 3, 12, 12, generator=generator),
        torch.randn(3, 12, 12, generator=generator),
    )

    def answer(x):
        return (x * weights).sum(dim=(1, 2, 3)).sigmoid()

    found = occlusion.occlusion(answer, images, patch, stride)
    assert found.shape == (2, 12, 12)
    for image, ours in zip(images, found, strict=True):
        falls, covered = np.zeros((12, 12)), np.zeros((12, 12))
        for top in range(0, 12 - patch + 1, stride):
            for left in range(0, 12 - patch + 1, stride):
                hidden = image.clone()
                hidden[:, top : top + patch, left : left + patch] = image.median()
                place = np.s_[top : top + patch, left : left + patch]
                falls[place] += float(answer(image[None]) - answer(hidden[None]))
                covered[place] += 1
        inside = covered > 0
        np.testing.assert_allclose(ours[inside], (falls[inside] / covered[inside]), atol=1e-6)


def test_what_the_answer_does_not_use_is_zero():
    images = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    found = occlusion.occlusion(lambda x: x[:, 0, :4, :4].sum(dim=(1, 2)), images, patch=4, stride=4)
    assert np.abs(found[0, :4, :4]).max() > 0.1
    found[0, :4, :4] = 0
    assert np.abs(found).max() < 1e-6
