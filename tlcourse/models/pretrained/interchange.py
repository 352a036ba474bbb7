"""Our weights ↔ those of the `transformers` classes of the same architecture, name by name.

Nothing is retrained or approximated: tensors are renamed, transposed, or put side by side, as each system's
module says. So a model of this course opens with `AutoModel.from_pretrained`, and a published BERT, GPT,
GPT-2, XLNet or ERNIE runs in our code.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from safetensors.torch import load_file
from torch import Tensor, nn

from tlcourse.models.language.counterpart import Counterpart, Pair
from tlcourse.models.pretrained.checkpoints import read_json
from tlcourse.models.pretrained.registry import SYSTEMS, system_of
from tlcourse.models.pretrained.transformers_configs import config_from_transformers, counterpart_of

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def _counterpart(model: nn.Module) -> Counterpart:
    for system in SYSTEMS:
        if system.counterparts and type(model) in (system.model, system.encoder):
            return counterpart_of(model.config)
    known = ", ".join(system.encoder.__name__ for system in SYSTEMS if system.counterparts)
    raise TypeError(
        f"{type(model).__name__} has no counterpart in transformers; {known} have, with and without heads."
    )


def name_pairs(model: nn.Module) -> list[Pair]:
    """Every parameter of `model` that the transformers class of the same architecture has too.

    Raises TypeError for a model without such a class (ELMo and ULMFiT have none).
    """
    theirs, system = _counterpart(model), system_of(model.config)
    pairs = theirs.pairs(model.config)
    if type(model) is system.encoder:
        return list(pairs)
    prefix = f"{system.encoder_name}."  # here and there the same
    inside = [
        pair._replace(ours=tuple(prefix + name for name in pair.ours), theirs=prefix + pair.theirs)
        for pair in pairs
    ]
    return [*inside, *theirs.head_pairs()]


def state_for_transformers(model: nn.Module) -> dict[str, Tensor]:
    """The parameters of `model` under their transformers names. Tied ones appear once."""
    ours = dict(model.named_parameters())
    return {
        pair.theirs: pair.to(*(ours[name].detach() for name in pair.ours)).clone().contiguous()
        for pair in name_pairs(model)
    }


def load_from_transformers(model: nn.Module, state: Mapping[str, Tensor]) -> None:
    """Copy tensors under their transformers names into `model`.

    Raises ValueError for a tensor that is missing or of another shape.
    """
    ours = dict(model.named_parameters())
    for name, tensor in _under_our_names(model, state):
        ours[name].data.copy_(tensor)


def _under_our_names(model: nn.Module, state: Mapping[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    shapes = {name: parameter.shape for name, parameter in model.named_parameters()}
    for pair in name_pairs(model):
        if pair.theirs not in state:
            raise ValueError(
                f"{pair.theirs} is missing: these are not the weights of a {type(model).__name__}."
            )
        for name, tensor in zip(pair.ours, pair.back(state[pair.theirs]), strict=True):
            if tensor.shape != shapes[name]:
                raise ValueError(
                    f"{pair.theirs} gives {name} the shape {tuple(tensor.shape)}, but the configuration asks "
                    f"for {tuple(shapes[name])}: check vocab_size, hidden_size and the number of heads."
                )
            yield name, tensor


def transformers_class(model: nn.Module) -> str:
    """The transformers class that opens what `state_for_transformers` gives, for `config.json`.

    Raises TypeError for a model without such a class.
    """
    theirs = _counterpart(model)
    return theirs.encoder if type(model) is system_of(model.config).encoder else theirs.pretraining


def from_transformers(theirs: "PreTrainedModel") -> nn.Module:
    """A transformers model as ours, with a copy of its weights, in eval mode.

    Raises ValueError for a class that this course does not build, or that lacks some of our heads.
    """
    name = type(theirs).__name__
    classes = {}
    for system in SYSTEMS:
        for counterpart in system.counterparts:
            classes |= {counterpart.encoder: system.encoder}
            if counterpart.pretraining:
                classes |= {counterpart.pretraining: system.model}
    if name not in classes:
        raise ValueError(f"{name} is not one of the classes this course builds: {', '.join(classes)}.")
    model = classes[name](config_from_transformers(theirs.config.to_dict()))
    given = {ours for pair in name_pairs(model) for ours in pair.ours}
    if missing := [ours for ours, _ in model.named_parameters() if ours not in given]:
        raise ValueError(
            f"{name} lacks {', '.join(missing)} of a {type(model).__name__}: take its base_model, whose "
            "weights are all there."
        )
    load_from_transformers(model, theirs.state_dict())
    return model.eval()


def encoder_in(folder: Path, weights: bool = True) -> nn.Module:
    """The encoder of a folder that transformers wrote, as ours, in eval mode; heads are not read.

    transformers itself is not imported: its classes alone take 200 MB of memory, and seconds. The weights
    are not copied either: a row of the embeddings takes memory once it is read. The file stays as it is
    when they are trained.

    Args:
        folder: with `config.json` and `model.safetensors`, of a bare encoder or of one with heads.
        weights: those of the folder; else random ones, and config.json is all that is read.

    Raises ValueError for an architecture that this course does not build, or for a tensor that is missing.
    """
    fields = read_json(folder / "config.json")
    config = config_from_transformers(fields)
    model = system_of(config).encoder(config).eval()
    if not weights:
        return model
    inside = f"{fields['model_type']}."  # an encoder's place in a model with heads
    state = {
        name.removeprefix(inside): tensor for name, tensor in load_file(folder / "model.safetensors").items()
    }
    found = {name: tensor.float() for name, tensor in _under_our_names(model, state)}
    model.load_state_dict(found, assign=True)
    return model
