"""What a network is trained on: images, or the maps that its frozen layers make of them, computed once.

Taught in lesson *Transfer in vision*.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import torch
from torchvision.transforms import v2

from tlcourse.assets import derived

# A cell and its mirror image are equally likely, so training may show either.
FLIPS: tuple[tuple[int, ...], ...] = ((), (-1,))

Transform = Callable[[torch.Tensor], torch.Tensor]


def transform(resolution: int, mean: Sequence[float], std: Sequence[float]) -> Transform:
    """uint8 images (N, 1 or 3, h, w) → normalised float32 (N, 3, resolution, resolution), channels last.

    A grey image stands in each of the three colour channels, for that is what the first layer expects.
    `mean` and `std` are those of the network, for pixels in [0, 1].
    """
    steps = v2.Compose(
        [
            v2.Resize([resolution, resolution], antialias=True),
            v2.RGB(),
            v2.ToDtype(torch.float32, scale=True),
            v2.Normalize(list(mean), list(std)),
        ]
    )
    return lambda images: steps(images).contiguous(memory_format=torch.channels_last)


class Inputs(Protocol):
    """Anything that gives batches of a network's inputs by their numbers."""

    def batch(self, index: np.ndarray, rng: np.random.Generator | None = None) -> torch.Tensor:
        """The inputs `index`; with a generator each is flipped at random, without one as it is."""


class Images:
    """Images in memory, at the network's resolution.

    Args:
        images: uint8 (N, h, w), grey.
        resolution, mean, std: as in `transform`.
    """

    def __init__(self, images: np.ndarray, resolution: int, mean: Sequence[float], std: Sequence[float]):
        shrink = v2.Resize([resolution, resolution], antialias=True)
        chunks = torch.from_numpy(images)[:, None].split(256)
        self.images = torch.cat([shrink(chunk) for chunk in chunks])
        self.transform = transform(resolution, mean, std)

    def pixels(self) -> np.ndarray:
        """All images at this resolution: uint8 (N, resolution, resolution)."""
        return self.images[:, 0].numpy()

    def batch(self, index: np.ndarray, rng: np.random.Generator | None = None) -> torch.Tensor:
        """(len(index), 3, resolution, resolution), float32."""
        images = self.images[torch.as_tensor(index)]
        if rng is not None:
            ways = rng.integers(len(FLIPS), size=len(index))
            images = torch.stack([x.flip(FLIPS[way]) for x, way in zip(images, ways, strict=True)])
        return self.transform(images)


class Maps:
    """Maps that the frozen layers made of the images, and of each flipped image.

    A flipped map is not the map of the flipped image: the padding at stride 2 is lopsided, and
    the filters are not symmetric. So each way is computed.

    Args:
        maps: float16 (len(FLIPS) or 1, N, channels, height, width).
    """

    def __init__(self, maps: np.ndarray):
        self.maps = maps

    def batch(self, index: np.ndarray, rng: np.random.Generator | None = None) -> torch.Tensor:
        """(len(index), channels, height, width), float32."""
        ways = np.zeros(len(index), int) if rng is None else rng.integers(len(self.maps), size=len(index))
        each = self.maps.reshape(-1, *self.maps.shape[2:])
        chosen = torch.from_numpy(derived.take(each, ways * self.maps.shape[1] + index)).float()
        return chosen.contiguous(memory_format=torch.channels_last)
