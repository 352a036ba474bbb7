"""SmolLM2-135M: the packaged GPT-family decoder, thirty layers of width 576 (Ben Allal et al. 2025).

It comes with four bits a weight, which take long to unpack, so they are unpacked once and kept in half
precision: 270 MB. `load` reads it as transformers has it, in single precision: 540 MB, and 200 more for what
transformers brings along. `decoder` maps the file into memory and needs nothing but torch: a layer's weights
become single when its turn comes, so that all sums are the same.

Taught in lesson *GPT-2*.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors.torch import load_file

from tlcourse import assets
from tlcourse.models.language.llama import Llama, LlamaConfig
from tlcourse.models.pretrained.loading_quietly import no_progress_bar

if TYPE_CHECKING:
    from tokenizers import Tokenizer
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


def decoder(single: bool = False) -> tuple["Tokenizer", Llama]:
    """The tokeniser of the library `tokenizers`, and the decoder, whose weights stay in their file.

    Args:
        single: they are copied into memory in single precision: 540 MB, and each pass is a bit faster.

    Raises:
        AssetMissing: not fetched yet.
    """
    from tokenizers import Tokenizer

    where = folder()
    config = LlamaConfig.read(where / "config.json")
    weights = load_file(where / "model.safetensors")  # mapped: a page is read when it is used
    if single:
        weights = {name: tensor.float() for name, tensor in weights.items()}
    return Tokenizer.from_file(str(where / "tokenizer.json")), Llama(config, weights)


def marks(pieces: "Tokenizer") -> list[int]:
    """The numbers of the pieces that are no text, such as the marks of a conversation."""
    return sorted(number for number, token in pieces.get_added_tokens_decoder().items() if token.special)


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
