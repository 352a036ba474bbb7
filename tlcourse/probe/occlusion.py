"""What a network looked at: how its answer changes when a part of the image is covered.

Taught in lesson *Transfer in vision*.
"""

from collections.abc import Callable

import numpy as np
import torch

from tlcourse.train.finetuning import trainings


def occlusion(
    answer: Callable[[torch.Tensor], torch.Tensor], images: torch.Tensor, patch: int, stride: int
) -> np.ndarray:
    """How far the answer falls when a patch around each place is covered.

    Zeiler and Fergus 2014 (arXiv 1311.2901), section 4.2; by captum. The patch has the median tone of its
    image: a black one would look like a defect itself.

    Args:
        answer: images (batch, 3, h, w) → one number each, (batch,), such as the probability of a class.
        images: (N, 3, h, w), as the network wants them.
        patch, stride: size of the square and distance between two of them, in pixels.

    Returns:
        (N, h, w): the answer for the whole image minus that without the patch, averaged over the patches that
        cover the place. Positive where the image speaks for the answer.
    """
    from captum.attr import Occlusion  # 30 MB, which the trainings of a lesson can use until then

    trainings.give_back_memory()  # of what was done before
    method = Occlusion(answer)
    maps = []
    with torch.inference_mode():
        for image in images:
            found = method.attribute(
                image[None],
                sliding_window_shapes=(3, patch, patch),
                strides=(3, stride, stride),
                baselines=float(image.median()),
                perturbations_per_eval=8,
            )
            maps.append(found[0].mean(dim=0).numpy())
    trainings.give_back_memory()
    return np.stack(maps)
