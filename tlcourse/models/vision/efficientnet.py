"""EfficientNet-Lite0: the ImageNet network of the vision lesson, 4.7M parameters, for devices without a GPU.

Tan and Le 2019, "EfficientNet: rethinking model scaling for convolutional neural networks" (arXiv
1905.11946), table 1; the *Lite* variant leaves out squeeze-and-excitation and puts ReLU6 in the place of
swish. Inside are the inverted residual blocks of MobileNetV2 (arXiv 1801.04381, section 3): widen with a 1×1
convolution, look around in each channel by itself (depthwise), narrow again, add the input.

Taught in lesson *Transfer in vision*.
"""

import copy
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval

from tlcourse import assets
from tlcourse.models.vision.staged import StagedNetwork

RESOLUTION = 224  # of the images that the weights were trained on


@dataclass(frozen=True)
class Stage:
    """One row of the paper's table 1. The first block of a stage has the stride, the others have 1."""

    num_blocks: int
    kernel_size: int
    stride: int
    expansion: int
    channels: int


STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)
STEM_CHANNELS, HEAD_CHANNELS = 32, 1280


class ConvNorm(nn.Module):
    """Convolution, batch norm and, if `activate`, ReLU6. Pads as TensorFlow's `SAME` does."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int = 1,
        groups: int = 1,
        activate: bool = True,
    ):
        super().__init__()
        # At stride 1 "SAME" is symmetric, and the convolution pads by itself.
        padding = kernel_size // 2 if stride == 1 else 0
        self.conv = nn.Conv2d(
            in_channels, out_channels, kernel_size, stride, padding, groups=groups, bias=False
        )
        self.norm = nn.BatchNorm2d(out_channels, eps=1e-3)
        self.activate = activate

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.conv.stride != (1, 1):
            x = self._pad(x)
        fixed = isinstance(self.norm, nn.BatchNorm2d) and not self.norm.training
        if fixed and x.numel() > 4 * self.conv.weight.numel():  # elsewhere two steps are faster
            x = self._normalised_convolution(x)
        else:
            x = self.norm(self.conv(x))
        return F.relu6(x, inplace=True) if self.activate else x

    def _normalised_convolution(self, x: torch.Tensor) -> torch.Tensor:
        """Convolution and batch norm in one: in evaluation mode the norm is but a scale and a shift.

        The gradients are those of the two steps. But the map between them need not be kept for the way back:
        that is a third of the memory of fine-tuning.
        """
        norm, conv = self.norm, self.conv
        scale = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
        shift = norm.bias - norm.running_mean * scale
        weight = conv.weight * scale[:, None, None, None]
        return F.conv2d(x, weight, shift, conv.stride, conv.padding, conv.dilation, conv.groups)

    def _pad(self, x: torch.Tensor) -> torch.Tensor:
        """Pad so that ⌈size/stride⌉ windows fit, one more row below and column right where the sum is odd."""
        kernel, stride = self.conv.kernel_size[0], self.conv.stride[0]
        sides = []
        for size in (x.shape[3], x.shape[2]):  # F.pad wants the last axis first
            total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            sides += [total // 2, total - total // 2]
        return F.pad(x, sides)


class InvertedResidual(nn.Module):
    """Widen, look around, narrow; add the input where it has the same shape (MobileNetV2, figure 3)."""

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int, stride: int, expansion: int):
        super().__init__()
        wide = in_channels * expansion
        self.expand = ConvNorm(in_channels, wide, 1) if expansion > 1 else nn.Identity()
        self.depthwise = ConvNorm(wide, wide, kernel_size, stride, groups=wide)
        self.project = ConvNorm(wide, out_channels, 1, activate=False)
        self.residual = stride == 1 and in_channels == out_channels

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.project(self.depthwise(self.expand(x)))
        return x + out if self.residual else out


class EfficientNet(StagedNetwork):
    """EfficientNet-Lite0; its depths are `stem`, `stage1` … `stage7` and `head`."""

    def __init__(self, num_classes: int = 1000):
        depths: dict[str, nn.Module] = {"stem": ConvNorm(3, STEM_CHANNELS, 3, stride=2)}
        channels = STEM_CHANNELS
        for number, stage in enumerate(STAGES, start=1):
            blocks = []
            for i in range(stage.num_blocks):
                stride = stage.stride if i == 0 else 1
                blocks.append(
                    InvertedResidual(channels, stage.channels, stage.kernel_size, stride, stage.expansion)
                )
                channels = stage.channels
            depths[f"stage{number}"] = nn.Sequential(*blocks)
        depths["head"] = ConvNorm(channels, HEAD_CHANNELS, 1)
        half = (0.5, 0.5, 0.5)
        super().__init__(depths, nn.Linear(HEAD_CHANNELS, num_classes), half, half)


def load(name: str = "efficientnet-lite0") -> EfficientNet:
    """EfficientNet-Lite0 with its ImageNet weights, in evaluation mode.

    Raises:
        AssetMissing: not fetched yet.
        ValueError: the file's tensors are not those of this architecture.
    """
    (file,) = assets.path(name).glob("*.pth")
    return from_tensors(torch.load(file, map_location="cpu", weights_only=True))


def from_tensors(tensors: dict[str, torch.Tensor]) -> EfficientNet:
    """Fill a network with tensors that stand in this module's order, whatever their names."""
    model = EfficientNet()
    own = model.state_dict()
    shapes = [tuple(t.shape) for t in tensors.values()], [tuple(t.shape) for t in own.values()]
    if shapes[0] != shapes[1]:
        raise ValueError(
            f"expected the {len(own)} tensors of EfficientNet-Lite0 in order, got {len(tensors)} others"
        )
    model.load_state_dict(dict(zip(own, tensors.values(), strict=True)))
    return model.eval()


def fold(model: EfficientNet) -> EfficientNet:
    """Return a copy for inference that computes the same with fewer steps.

    In evaluation mode a batch norm is a fixed scale and shift, so it goes into the weights of the
    convolution before it. Channels lie last in memory, which CPU convolutions like best. Gradients of a
    folded network are not those of the original: do not train it.
    """
    model = copy.deepcopy(model).eval()
    for module in model.modules():
        if isinstance(module, ConvNorm) and isinstance(module.norm, nn.BatchNorm2d):
            module.conv, module.norm = fuse_conv_bn_eval(module.conv, module.norm), nn.Identity()
    return model.requires_grad_(False).to(memory_format=torch.channels_last)
