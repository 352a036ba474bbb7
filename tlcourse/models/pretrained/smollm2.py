"""SmolLM2-135M: the packaged GPT-family decoder, thirty layers of width 576 (Ben Allal et al. 2025).

It comes with four bits a weight, which take long to unpack, so they are unpacked once and kept in half
precision: 270 MB. Read in single precision it takes 540 MB of memory. `load(half=True)` maps the file instead
of copying it, and turns the weights of a layer to single precision when that layer is asked, so that all sums
are the same and the memory is that of the file; each pass takes about a tenth of a second longer.

Taught in lesson *GPT-2*.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlcourse import assets
from tlcourse.models.pretrained.loading_quietly import no_progress_bar

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"


def folder() -> Path:
    """The unpacked model as a folder of transformers, made when it is first asked for: 270 MB.

    Raises:
        AssetMissing: not fetched yet.
    """
    packed = assets.path("smollm2")
    key = assets.catalogue()["smollm2"].manifest_id
    return assets.kept_folder("smollm2", key, lambda into: _unpack(packed, into))


def load(half: bool = False) -> tuple["PreTrainedTokenizerFast", "LlamaForCausalLM"]:
    """The tokeniser, and the model in evaluation mode; it computes in float32.

    Args:
        half: its weights stay in the file, in half precision (see above), and cannot be trained.

    Raises:
        AssetMissing: not fetched yet.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer

    with no_progress_bar():
        model = AutoModelForCausalLM.from_pretrained(folder(), dtype=torch.float16 if half else torch.float32)
    if half:
        compute_in_single(model)
    return AutoTokenizer.from_pretrained(folder()), model.eval()


def compute_in_single(model: nn.Module) -> None:
    """Let a model with weights in half precision compute in single precision, layer by layer, in place.

    Its linear layers and its table of pieces keep half precision; the few other numbers, those of the norms,
    become single.
    """
    for part in model.modules():
        if isinstance(part, nn.Linear):
            part.__class__ = _HalfLinear
        elif isinstance(part, nn.Embedding):
            part.__class__ = _HalfEmbedding
        else:
            for parameter in part.parameters(recurse=False):
                parameter.data = parameter.data.float()
    model.requires_grad_(False)


class _HalfLinear(nn.Linear):
    def forward(self, x: Tensor) -> Tensor:
        bias = None if self.bias is None else self.bias.float()
        return F.linear(x.float(), self.weight.float(), bias)


class _HalfEmbedding(nn.Embedding):
    def forward(self, ids: Tensor) -> Tensor:
        return super().forward(ids).float()


def _unpack(packed: Path, into: Path) -> None:
    import transformers
    from transformers import AutoModelForCausalLM, AutoTokenizer

    options = {}
    if hasattr(transformers, "GgufConfig"):  # its newer versions leave weights packed without it
        options["quantization_config"] = transformers.GgufConfig(dequantize=True)
    with no_progress_bar():
        model = AutoModelForCausalLM.from_pretrained(packed, gguf_file=_FILE, dtype=torch.float32, **options)
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.half().save_pretrained(into)
    AutoTokenizer.from_pretrained(packed, gguf_file=_FILE).save_pretrained(into)
