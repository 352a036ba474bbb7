"""Our configurations ↔ the `config.json` of the transformers class of the same architecture."""

from collections.abc import Mapping
from typing import Any

from tlcourse.models.language.counterpart import Counterpart
from tlcourse.models.pretrained.registry import SYSTEMS, Config, system_of


def counterpart_of(config: Config) -> Counterpart:
    """The architecture of transformers that a configuration describes. Raises TypeError if there is none."""
    for counterpart in system_of(config).counterparts:
        if counterpart.fits(config):
            return counterpart
    raise TypeError(f"{type(config).__name__} has no counterpart in transformers.")


def transformers_config(config: Config) -> dict[str, Any]:
    """`config` in the names of the transformers configuration of the same architecture, with `model_type`.

    Raises TypeError for an architecture that transformers does not have, ValueError for what its
    configuration there has no place for: GPT's width and activation, XLNet's second rate of dropout.
    """
    theirs = counterpart_of(config)
    renamed = {name: getattr(config, ours) for name, ours in theirs.config_names.items()}
    return {"model_type": theirs.model_type} | renamed | theirs.more_theirs(config)


def config_from_transformers(fields: Mapping[str, Any]) -> Config:
    """The other way round, from a parsed `config.json`.

    Raises ValueError for another architecture, or a variant of one whose arithmetic is not ours.
    """
    model_type = fields.get("model_type")
    known = {theirs.model_type: (system, theirs) for system in SYSTEMS for theirs in system.counterparts}
    if model_type not in known:
        raise ValueError(f"model_type is {model_type!r}; this course has {', '.join(map(repr, known))}.")
    system, theirs = known[model_type]
    for name, value in theirs.only.items():
        if fields.get(name, value) != value:
            raise ValueError(
                f"{name} is {fields[name]!r} in this {model_type}; the course has {value!r} alone."
            )
    renamed = {ours: fields[name] for name, ours in theirs.config_names.items() if name in fields}
    return system.config(**renamed | theirs.more_ours(fields))
