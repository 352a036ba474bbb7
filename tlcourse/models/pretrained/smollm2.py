"""SmolLM2-135M: the packaged GPT-family decoder, thirty layers of width 576 (Ben Allal et al. 2025).

It comes with four bits a weight, which take long to unpack, so they are unpacked once and kept in half
precision.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from tlcourse import assets

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"


def folder() -> Path:
    """The unpacked model as a folder of transformers, made when it is first asked for: 270 MB.

    Raises:
        AssetMissing: not fetched yet.
    """
    packed = assets.path("smollm2")
    unpacked = assets.derived_dir() / f"smollm2-{assets.catalogue()['smollm2'].manifest_id}"
    if unpacked.is_dir():
        return unpacked
    unpacked.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=unpacked.parent, prefix=".smollm2-"))
    try:
        _unpack(packed, beside)
        with suppress(OSError):  # another process was faster
            beside.rename(unpacked)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return unpacked


def load() -> tuple["PreTrainedTokenizerFast", "LlamaForCausalLM"]:
    """The tokeniser, and the model in float32 and evaluation mode.

    Raises:
        AssetMissing: not fetched yet.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer

    with _no_progress_bar():
        model = AutoModelForCausalLM.from_pretrained(folder(), dtype=torch.float32)
    return AutoTokenizer.from_pretrained(folder()), model.eval()


def _unpack(packed: Path, into: Path) -> None:
    import transformers
    from transformers import AutoModelForCausalLM, AutoTokenizer

    options = {}
    if hasattr(transformers, "GgufConfig"):  # its newer versions leave weights packed without it
        options["quantization_config"] = transformers.GgufConfig(dequantize=True)
    with _no_progress_bar():
        model = AutoModelForCausalLM.from_pretrained(packed, gguf_file=_FILE, dtype=torch.float32, **options)
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.half().save_pretrained(into)
    AutoTokenizer.from_pretrained(packed, gguf_file=_FILE).save_pretrained(into)
    into.chmod(0o755)


@contextmanager
def _no_progress_bar() -> Iterator[None]:
    """transformers' bars would be gone before they are seen, and would stay in a stored lesson."""
    from transformers.utils import logging

    before = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if before:
            logging.enable_progress_bar()
