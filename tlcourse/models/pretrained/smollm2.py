"""SmolLM2-135M: the packaged GPT-family decoder, thirty layers of width 576 (Ben Allal et al. 2025).

It comes with four bits a weight, which take long to unpack, so they are unpacked once and kept in half
precision.

Taught in lesson *GPT-2*.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import torch

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


def load() -> tuple["PreTrainedTokenizerFast", "LlamaForCausalLM"]:
    """The tokeniser, and the model in float32 and evaluation mode.

    Raises:
        AssetMissing: not fetched yet.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer

    with no_progress_bar():
        model = AutoModelForCausalLM.from_pretrained(folder(), dtype=torch.float32)
    return AutoTokenizer.from_pretrained(folder()), model.eval()


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
