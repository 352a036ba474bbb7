"""The course's own models by name: what they are built from, how large they are, how to load and export them.

    from tlcourse import models
    encoder = models.load("bert-mini")

A model's folder holds `config.json`, `model.safetensors`, its tokeniser, and their hashes, `SHA256SUMS`.
Where transformers has the architecture, the folder is one of transformers, so
`AutoModel.from_pretrained(folder)` opens it as well.
"""

import dataclasses
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from tlcourse import files
from tlcourse.assets import sha256sums
from tlcourse.models.pretrained import interchange
from tlcourse.models.pretrained.checkpoints import (
    checkpoints_dir,
    load_tensors,
    read_json,
    save_tensors,
)
from tlcourse.models.pretrained.registry import SYSTEMS, ZOO, Config, system_of
from tlcourse.models.pretrained.transformers_configs import transformers_config

CONFIG, WEIGHTS = "config.json", "model.safetensors"
HEADS = "heads.safetensors"  # those that transformers does not have


class SizeInParameters(NamedTuple):
    total: int
    body: int  # without what has a row for each entry of the vocabulary or each position


def build(config: Config) -> nn.Module:
    """A new model with random weights and its pretraining heads."""
    return system_of(config).model(config)


def encoder_of(model: nn.Module) -> nn.Module:
    """The part of a pretraining model that is transferred."""
    name = system_of(model.config).encoder_name
    return getattr(model, name) if name else model


def size(model: nn.Module) -> SizeInParameters:
    """How many numbers are trained; tied ones count once."""
    tables = set()
    for part in model.modules():
        if isinstance(part, nn.Embedding):
            tables.add(part.weight)
        if isinstance(part, nn.Linear) and part.out_features == model.config.vocab_size:
            tables.update(part.parameters())
    total = sum(p.numel() for p in model.parameters())
    return SizeInParameters(total, total - sum(p.numel() for p in tables))


def find(name: str) -> str:
    """The full name of a model of the zoo; `bert` is short for `bert-mini`.

    Raises ValueError for another name, with those there are.
    """
    for full in (name, f"{name}-mini"):
        if full in ZOO:
            return full
    raise ValueError(f"name is {name!r}, but the zoo has {', '.join(ZOO)}.")


def folder_of(name: str | Path) -> Path:
    """The folder of a trained model, by its name in the zoo or as it is.

    Raises:
        ValueError: no model has this name.
        FileNotFoundError: there is no trained model; the message says what to do.
    """
    folder, full = Path(name), ""
    a_name = len(folder.parts) < 2 and not folder.is_dir()  # otherwise a path, perhaps with a slip in it
    if name == "" or a_name:  # Path("") is the working folder
        full = find(str(name))
        folder = checkpoints_dir() / full
    for file in (CONFIG, WEIGHTS):
        if (folder / file).is_file():
            continue
        missing = f"{(folder / file).absolute()} is not there."
        if full:
            raise FileNotFoundError(
                f"{missing} Train the model with `tlcourse pretrain {full}`, or set TLCOURSE_CHECKPOINTS to "
                "the folder that holds the trained models."
            )
        raise FileNotFoundError(
            f"{missing} Give a folder that `tlcourse pretrain` wrote, such as runs/bert-mini/model, or a "
            f"name of the zoo: {', '.join(ZOO)}."
        )
    return folder


def load(name: str | Path, heads: bool = False) -> nn.Module:
    """A trained model in eval mode, by its name in the zoo or by its folder.

    Args:
        name: `"bert-mini"`, or the path of a folder that `export` wrote.
        heads: with its pretraining heads; otherwise the encoder alone, as in `transformers.AutoModel`.

    Raises:
        ValueError: no model has this name, or a file of the model is damaged or belongs to another one.
        FileNotFoundError: it is not there, or not whole; the message says what to do.
    """
    folder = folder_of(name)
    config = read_config(folder)
    try:
        model = _built_to_fit(config, folder)
        _load_weights(model, folder, heads)
    except (ValueError, FileNotFoundError) as error:
        known = next((name for name, of_zoo in ZOO.items() if of_zoo == config), "NAME")
        raise type(error)(
            f"{error} Get the folder again, or train the model again with `tlcourse pretrain {known}`."
        ) from error
    model.eval()
    return model if heads else encoder_of(model)


def begin_from(model: nn.Module, name: str | Path) -> None:
    """Copy into `model` the weights of a trained one: its encoder, and the heads that both have.

    What the other lacks, such as ERNIE's task embedding beside BERT, stays as it is.

    Raises:
        ValueError: no model has this name; or its encoder does not fit into this one.
        FileNotFoundError: it is not there; the message says what to do.
    """
    other = load(name, heads=True)
    inside, theirs = _places(model), {place: name for name, place in _places(other).items()}
    given, own = dict(other.named_parameters()), dict(model.named_parameters())
    heads = {n: n for n in own.keys() - inside.keys() if n in given}
    taken = {n: theirs[k] for n, k in inside.items() if k in theirs} | heads
    left = set(theirs.values()) - set(taken.values())
    wrong = [n for n, t in taken.items() if own[n].shape != given[t].shape]
    if left or wrong:
        raise ValueError(
            f"{name} is a {type(other).__name__} whose {min(left or wrong)} does not fit into this "
            f"{type(model).__name__}: begin from a model of the same architecture and size."
        )
    with torch.no_grad():
        for n, t in taken.items():
            own[n].copy_(given[t])


def _places(model: nn.Module) -> dict[str, str]:
    """The names of a model's encoder's parameters → their names in the encoder."""
    inside = {p: name for name, p in encoder_of(model).named_parameters()}
    return {name: inside[p] for name, p in model.named_parameters() if p in inside}


def read_config(folder: Path) -> Config:
    """The configuration in a folder that `export` wrote.

    Raises ValueError if it is damaged, or if another program wrote it.
    """
    path = folder / CONFIG
    own = read_json(path).get("tlcourse")
    classes = {system.config.__name__: system.config for system in SYSTEMS}
    if not isinstance(own, dict) or str(own.get("config")) not in classes:
        raise ValueError(
            f"{path} was not written by this course. A published model opens with transformers; "
            "tlcourse.models.pretrained.interchange.from_transformers then turns it into ours."
        )
    try:
        config = classes[own["config"]](**{k: _tuples(v) for k, v in own["fields"].items()})
    except (KeyError, AttributeError, TypeError, ValueError) as error:
        raise ValueError(
            f"{path} does not describe a {own['config']} ({error}). Get the folder again."
        ) from error
    try:
        sha256sums.check(path)
    except ValueError as error:
        raise ValueError(f"{error} Get the folder again.") from error
    return config


def export(model: nn.Module, folder: str | Path, dtype: torch.dtype = torch.float16) -> None:
    """Write `model`, with its heads, to `folder`, which becomes complete or stays as it was.

    Half precision halves the file; loading turns it back to single. Raises ValueError if a weight has no
    finite value in `dtype`.
    """
    folder = Path(folder)
    config = model.config
    fields: dict[str, Any] = {}
    if system_of(config).counterparts:
        fields = transformers_config(config) | {
            "architectures": [interchange.transformers_class(model)],
            "dtype": "float32",  # what transformers computes in, whatever the file holds
        }
    fields["tlcourse"] = {"config": type(config).__name__, "fields": dataclasses.asdict(config)}

    def written_anew(place: str, _: list[str]) -> tuple[str, ...]:
        return (CONFIG, WEIGHTS, HEADS) if Path(place) == folder else ()

    with files.new_folder(folder, existing="replace") as beside:
        if folder.exists():  # a card or a tokeniser that is already there stays
            shutil.copytree(folder, beside, ignore=written_anew, dirs_exist_ok=True)
        for file, tensors in _tensors(model).items():
            save_tensors(tensors, beside / file, dtype)
        files.write_json(beside / CONFIG, fields)
        sha256sums.note(beside, [CONFIG, *_tensors(model)])


def _tensors(model: nn.Module) -> dict[str, dict[str, Tensor]]:
    """What each file of weights holds: what transformers has too under its names, the rest under ours."""
    own = {name: p.detach() for name, p in model.named_parameters()}
    if not system_of(model.config).counterparts:
        return {WEIGHTS: own}
    known = {name for pair in interchange.name_pairs(model) for name in pair.ours}
    rest = {name: p for name, p in own.items() if name not in known}
    return {WEIGHTS: interchange.state_for_transformers(model)} | ({HEADS: rest} if rest else {})


def _built_to_fit(config: Config, folder: Path) -> nn.Module:
    """A new model, once it is known that the file of weights has what its configuration asks for.

    If the sizes are not the zoo's, a sketch that takes no memory is compared first: otherwise, a few zeros
    too many in config.json would fill the machine.
    """
    if config not in ZOO.values():
        try:
            with torch.device("meta"):
                sketch = build(config)
        except (ValueError, RuntimeError) as error:
            raise ValueError(
                f"{folder / CONFIG} describes a model that cannot be built ({error})."
            ) from error
        load_tensors(folder / WEIGHTS, _tensors(sketch)[WEIGHTS])
    return build(config)


def _load_weights(model: nn.Module, folder: Path, heads: bool) -> None:
    """Without `heads`, those that have a file of their own are not read, and stay random."""
    expected = _tensors(model)
    state = load_tensors(folder / WEIGHTS, expected[WEIGHTS])
    if system_of(model.config).counterparts:
        interchange.load_from_transformers(model, state)
        state = load_tensors(folder / HEADS, expected[HEADS]) if heads and HEADS in expected else {}
    own = dict(model.named_parameters())
    with torch.no_grad():
        for name, tensor in state.items():
            own[name].copy_(tensor)


def _tuples(value: Any) -> Any:
    """JSON has lists where a configuration has tuples."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
