"""What a frozen network makes of images: pooled features at every depth, and the maps between two layers.

Taught in lesson *Transfer in vision*.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import torch

from tlcourse import assets
from tlcourse.models.vision import efficientnet
from tlcourse.models.vision.staged import StagedNetwork, pool
from tlcourse.train.finetuning.image_batches import FLIPS, Inputs, Transform, transform
from tlcourse.train.finetuning.trainings import give_back_memory

VERSION = 1  # of this code, for the key of what is cached: raise it when the result changes
BATCH = 8  # larger ones leave the processor's cache, and are slower
NETWORK = "efficientnet-lite0"

Watch = Callable[[range], Iterable[int]]  # such as show.progress with its description


def extract(
    model: StagedNetwork,
    images: np.ndarray,
    prepare: Transform,
    below: str | None = None,
    flips: Sequence[tuple[int, ...]] = FLIPS,
    watch: Watch = iter,
    batch: int = BATCH,
) -> dict[str, np.ndarray]:
    """One pass of frozen layers over all images.

    Args:
        model: in evaluation mode; a folded one is fastest.
        images: uint8 (N, h, w), grey.
        prepare: what makes the network's inputs of them.
        below: keep the maps that go into this layer as well, for each of `flips`.
        watch: wraps the range of batches, to show progress.
        batch: images at a time.

    Returns:
        depth → float32 (N, channels), averaged over all places; and, where `below` is given, `"maps"` →
        float16 (len(flips), N, channels, height, width).
    """
    names = [*model.layers()]
    keep = names[names.index(below) - 1] if below else None
    out: dict[str, np.ndarray] = {}
    with torch.inference_mode():
        for first in watch(range(0, len(images), batch)):
            rows = slice(first, first + batch)
            x = prepare(torch.from_numpy(images[rows])[:, None])
            for way, axes in enumerate(flips if below else [()]):
                for name, maps in model.maps(x.flip(axes) if axes else x):
                    if not axes:
                        pooled = pool(maps)
                        _room(out, name, (len(images), pooled.shape[1]), np.float32)[rows] = pooled
                    if name == keep:
                        shape = (len(flips), len(images), *maps.shape[1:])
                        _room(out, "maps", shape, np.float16)[way, rows] = maps
                        if axes:
                            break  # only the image as it is goes on to the top
    give_back_memory()
    return out


def _room(out: dict[str, np.ndarray], name: str, shape: tuple[int, ...], dtype: type) -> np.ndarray:
    """The array `name` of `out`, allocated at once: many small results would scatter over the heap."""
    if name not in out:
        out[name] = np.empty(shape, dtype)
    return out[name]


def cached(
    images: np.ndarray, resolution: int, below: str | None = None, watch: Watch = iter
) -> dict[str, np.ndarray]:
    """`extract` with EfficientNet-Lite0, from disk if it was done before."""
    key = {
        "images": hashlib.sha256(np.ascontiguousarray(images)).hexdigest(),
        "weights": assets.catalogue()[NETWORK].manifest_id,
        "resolution": resolution,
        "below": below,
        "flips": FLIPS,
        "version": VERSION,
    }

    def make() -> dict[str, np.ndarray]:
        model = efficientnet.fold(efficientnet.load())
        prepare = transform(resolution, model.mean, model.std)
        return extract(model, images, prepare, below, watch=watch)

    return assets.cached_arrays("image-features", key, make)


def above(model: StagedNetwork, inputs: Inputs, index: np.ndarray, start: str) -> dict[str, np.ndarray]:
    """Pooled features of inputs `index` at each depth from `start` up, depth → (len(index), channels).

    `inputs` gives what goes into the layer `start`, such as kept maps.
    """
    model.eval()
    out: dict[str, np.ndarray] = {}
    with torch.inference_mode():
        for first in range(0, len(index), BATCH):
            rows = slice(first, first + BATCH)
            for name, maps in model.maps(inputs.batch(index[rows]), start):
                pooled = pool(maps)
                _room(out, name, (len(index), pooled.shape[1]), np.float32)[rows] = pooled
    give_back_memory()
    return out
