"""A run's whole state in one file, written beside and renamed: after a kill the last one is whole.

The file is a safetensors file (no pickle): tensors, and as its metadata what is not a tensor, as JSON.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from tlcourse import files


def save(path: str | Path, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
    """Write `tensors` and the JSON values `facts`; the file at `path` is replaced at once or not at all.

    Raises:
        FloatingPointError: a tensor has values that are not finite; the last checkpoint stays.
    """
    from safetensors.torch import save_file

    whole = {name: tensor.detach().contiguous().cpu() for name, tensor in tensors.items()}
    for name, tensor in whole.items():
        if not _is_finite(tensor):
            raise FloatingPointError(
                f"{name} has values that are not finite: the training has diverged, and {path} stays as it "
                "was. Start again with a lower learning_rate."
            )
    with files.new_file(path) as beside:
        save_file(whole, beside, metadata={"facts": json.dumps(facts)})


def load(path: str | Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """What `save` wrote. Raises FileNotFoundError, or ValueError if the file is not one of `save`."""
    from safetensors import SafetensorError, safe_open

    if not Path(path).is_file():
        raise FileNotFoundError(f"there is no checkpoint at {path}: start without --resume.")
    try:
        with safe_open(path, framework="pt") as file:
            facts = dict(json.loads((file.metadata() or {})["facts"]))
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, KeyError, ValueError, TypeError, RecursionError) as error:
        raise ValueError(f"{path} is not a checkpoint of this course ({error!s:.300}): delete it.") from error
    for name, tensor in tensors.items():
        if not _is_finite(tensor):
            raise ValueError(f"{path} is damaged: {name} has values that are not finite. Delete it.")
    return tensors, facts


def _is_finite(tensor: Tensor) -> bool:
    return not tensor.is_floating_point() or bool(tensor.isfinite().all())


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The optimizer's state, such as Adam's moments and step counts, by the number of the parameter."""
    state = optimizer.state_dict()["state"]
    return {
        f"{number}.{name}": torch.as_tensor(value)
        for number, values in state.items()
        for name, value in values.items()
    }


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Put back what `optimizer_tensors` gave of an optimizer of the same kind, for the same parameters."""
    state: dict[int, dict[str, Tensor]] = {}
    for key, tensor in tensors.items():
        number, name = key.split(".", 1)
        state.setdefault(int(number), {})[name] = tensor
    optimizer.load_state_dict(optimizer.state_dict() | {"state": state})
