"""ResNet (He et al. 2016, arXiv 1512.03385) by torchvision, cut into depths as EfficientNet-Lite0 is.

On the hub tier: `tlcourse fetch resnet50` gets the weights once.

Taught in lesson *Transfer in vision*.
"""

import torch
from torch import nn
from torchvision import models

from tlcourse import assets
from tlcourse.models.vision.staged import StagedNetwork

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet's colours, in [0, 1]


class ResNet(StagedNetwork):
    """Its depths are `stem` and `stage1` … `stage4`; torchvision calls these layer1 … layer4."""

    def __init__(self, network: models.ResNet):
        stem = nn.Sequential(network.conv1, network.bn1, network.relu, network.maxpool)
        stages = {f"stage{i}": getattr(network, f"layer{i}") for i in range(1, 5)}
        super().__init__({"stem": stem, **stages}, network.fc, MEAN, STD)


def load(name: str = "resnet50") -> ResNet:
    """A ResNet with its ImageNet weights, in evaluation mode; `name` is the asset and torchvision's name.

    Raises:
        AssetMissing: not fetched yet; the message says how.
    """
    (file,) = assets.path(name).glob("*.pth")
    network = models.get_model(name, weights=None)
    network.load_state_dict(torch.load(file, map_location="cpu", weights_only=True))
    return ResNet(network).eval()
