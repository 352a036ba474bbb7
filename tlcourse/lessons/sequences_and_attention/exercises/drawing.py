"""Random tensors for the checks of this lesson."""

import numpy as np
import torch
from torch import Tensor


def tensor(rng: np.random.Generator, *shape: int, scale: float = 1.0) -> Tensor:
    return torch.from_numpy(rng.normal(scale=scale, size=shape)).float()
