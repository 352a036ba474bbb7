"""Trained models on disk: where they lie, and files of weights that are whole or refused."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

import tlcourse
from tlcourse import checkout, files
from tlcourse.assets import sha256sums


def checkpoints_dir() -> Path:
    """Where the trained models lie: TLCOURSE_CHECKPOINTS, or `data/checkpoints` of the course's folder.

    That folder is the one the package lies in, or else the nearest one at or above the working folder.

    Raises FileNotFoundError if none of them is there.
    """
    chosen = os.environ.get("TLCOURSE_CHECKPOINTS")
    if chosen:
        return Path(chosen).expanduser().absolute()
    for root in (checkout.of_package(), checkout.above(Path.cwd())):
        if root and (root / "data" / "checkpoints").is_dir():
            return root / "data" / "checkpoints"
    package = Path(tlcourse.__file__).parent
    raise FileNotFoundError(
        f"the trained models are not there: the package ({package}) is not in a clone of the course with "
        f"data/checkpoints, and there is none at or above {Path.cwd()}. Change into your clone, or set "
        "TLCOURSE_CHECKPOINTS to the folder that holds the trained models."
    )


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file. Raises ValueError, naming the file, if it does not hold one."""
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:  # not JSON, not UTF-8, or nested too deep
        raise ValueError(f"{path} cannot be read as JSON: {error}. Get the folder again.") from error
    if not isinstance(fields, dict):
        raise ValueError(f"{path} holds a {type(fields).__name__}, not an object. Get the folder again.")
    return fields


def save_tensors(tensors: Mapping[str, Tensor], path: Path, dtype: torch.dtype) -> None:
    """Write tensors as `dtype`. Raises ValueError if one has a value that it cannot hold."""
    rounded = {name: tensor.to(dtype).contiguous() for name, tensor in tensors.items()}
    for name, tensor in rounded.items():
        if not tensor.isfinite().all():
            raise ValueError(f"{name} has values that {dtype} cannot hold: did the training diverge?")
    with files.new_file(path) as beside:
        save_file(rounded, beside, metadata={"format": "pt"})


def load_tensors(path: Path, expected: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What `save_tensors` wrote: tensors of the names and shapes of those `expected`, no more and no fewer.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is cut short, holds other tensors, or numbers that are not finite, or its hash is not
            the one beside it.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there.")
    try:
        tensors = load_file(path)
    except (SafetensorError, KeyError, RuntimeError) as error:  # the last two for types torch does not have
        raise ValueError(f"{path} is cut short, or not a safetensors file ({error}).") from error
    if missing := expected.keys() - tensors.keys():
        raise ValueError(f"{path} lacks {_some(missing)} of the {len(expected)} tensors of such a model.")
    if unknown := tensors.keys() - expected.keys():
        raise ValueError(f"{path} has {_some(unknown)}, which the model in config.json does not have.")
    for name, tensor in tensors.items():
        if tensor.shape != expected[name].shape:
            raise ValueError(
                f"{path} has {name} of shape {tuple(tensor.shape)}, but config.json asks for "
                f"{tuple(expected[name].shape)}."
            )
        if not tensor.is_floating_point():
            raise ValueError(f"{path} has {name} of type {tensor.dtype}, expected floating-point numbers.")
        if not tensor.float().isfinite().all():
            raise ValueError(f"{path} has {name} with values that are not finite: NaN or infinite.")
    sha256sums.check(path)
    return tensors


@torch.no_grad()
def load_into(model: nn.Module, path: Path) -> None:
    """Give a model's parameters the values that `save_tensors` kept; raises what `load_tensors` raises."""
    parameters = dict(model.named_parameters())
    for name, values in load_tensors(path, parameters).items():
        parameters[name].copy_(values)


def _some(names: Iterable[str], most: int = 3) -> str:
    """The first few names, and how many more there are."""
    first, *others = sorted(names)
    shown = ", ".join((first, *others[: most - 1]))
    return shown + (f" and {len(others) - most + 1} more" if len(others) >= most else "")
