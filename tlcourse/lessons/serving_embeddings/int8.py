"""An encoder whose large products are of whole numbers: int8 weights, and states rounded as they come.

*Dynamic* quantisation: the weights are rounded once, each row with a scale of its own; the states that come
in are rounded anew for each batch, with one scale, since nobody knows them before. What comes out is float32
again, so norms, softmax and pooling stay as they were. torch's own operators do it, those that
`torch.ao.quantization.quantize_dynamic` calls; the tests hold the two together. Both are announced to go, in
favour of the package torchao. On a CPU, without a compiler, torchao comes down to `torch._int_mm`, which took
20 to 30 times as long as float32 where we tried it (torch 2.14, AVX2).
"""

import copy
import warnings

import torch
from torch import Tensor, nn

MOST = 127  # of int8, on either side of 0


def rounded_rows(weight: Tensor, bits: int = 8, one_scale: bool = False) -> Tensor:
    """A table of weights (R, C), each rounded to the nearest of 2^bits − 1 values around 0; still float32.

    Args:
        one_scale: one scale for the whole table, in place of one for each row.

    Raises ValueError for fewer than 2 bits: nothing would be left but 0.
    """
    if bits < 2:
        raise ValueError(f"bits is {bits}, expected 2 or more: a sign and one digit")
    steps = 2 ** (bits - 1) - 1
    largest = weight.abs().amax() if one_scale else weight.abs().amax(dim=1, keepdim=True)
    scale = torch.where(largest > 0, largest / steps, 1.0)
    return torch.round(weight / scale) * scale


class Int8Linear(nn.Module):
    """What an `nn.Linear` computes, in whole numbers."""

    def __init__(self, layer: nn.Linear):
        super().__init__()
        weight = layer.weight.detach()
        scale = weight.abs().amax(dim=1).double() / MOST
        scale = torch.where(scale > 0, scale, 1.0)
        zero = torch.zeros(len(scale), dtype=torch.long)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*deprecated", category=UserWarning)
            rounded = torch.quantize_per_channel(weight, scale, zero, axis=0, dtype=torch.qint8)
        bias = None if layer.bias is None else layer.bias.detach()
        self.packed = torch.ops.quantized.linear_prepack(rounded, bias)

    def forward(self, states: Tensor) -> Tensor:
        return torch.ops.quantized.linear_dynamic(states, self.packed, True)  # 7 bits of states: see fbgemm


def in_int8(encoder: nn.Module) -> nn.Module:
    """A copy of an encoder, with each `nn.Linear` in it replaced; it shares all other weights."""
    made = _sharing(encoder)
    for module in [*made.modules()]:
        for name, layer in module.named_children():
            if type(layer) is nn.Linear:
                setattr(module, name, Int8Linear(layer))
    return made


def with_rounded_weights(encoder: nn.Module, bits: int, one_scale: bool = False) -> nn.Module:
    """A copy of an encoder whose `nn.Linear` have rounded weights, computing in float32 as before."""
    made = _sharing(encoder)
    for layer in made.modules():
        if type(layer) is nn.Linear:
            layer.weight = nn.Parameter(rounded_rows(layer.weight.detach(), bits, one_scale))
    return made


def _sharing(encoder: nn.Module) -> nn.Module:
    """A copy of the modules, but not of their weights."""
    return copy.deepcopy(encoder, {id(weight): weight for weight in encoder.parameters()})


def megabytes(encoder: nn.Module) -> dict[str, float]:
    """Of the weights: in `tables` of pieces and places, in `products`, and in all."""
    tables = sum(_bytes(m.weight) for m in encoder.modules() if isinstance(m, nn.Embedding))
    products = 0
    for module in encoder.modules():
        if isinstance(module, nn.Linear):
            products += _bytes(module.weight)
        elif isinstance(module, Int8Linear):
            weight, _ = torch.ops.quantized.linear_unpack(module.packed)
            products += weight.numel() + 8 * len(weight)  # a byte each, and a scale for each row
    return {"tables": tables / 1e6, "products": products / 1e6, "all": (tables + products) / 1e6}


def _bytes(weight: Tensor) -> int:
    return weight.numel() * weight.element_size()
