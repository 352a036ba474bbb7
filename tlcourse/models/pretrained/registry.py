"""The systems that the course builds, and the zoo: its own small models of them, by name.

A system is told by the class of its configuration. To add one, write its module in `models/language/` and
list its `SYSTEM` here; with a line in `ZOO` and one in `train/pretraining/recipes.py` it can be trained.
"""

import math
from typing import Any

from tlcourse.models.language import bert, elmo, ernie, gpt, ulmfit, xlnet
from tlcourse.models.language.bert import BertConfig
from tlcourse.models.language.elmo import ElmoConfig
from tlcourse.models.language.ernie import ErnieConfig
from tlcourse.models.language.gpt import GPTConfig
from tlcourse.models.language.system import System
from tlcourse.models.language.ulmfit import UlmfitConfig
from tlcourse.models.language.xlnet import XLNetConfig
from tlcourse.models.parts.transformer import TransformerConfig
from tlcourse.models.pretrained import distilbert

Config = TransformerConfig | ElmoConfig | UlmfitConfig

_MODULES = (elmo, ulmfit, gpt, bert, distilbert, xlnet, ernie)
SYSTEMS: tuple[System, ...] = tuple(module.SYSTEM for module in _MODULES)


def system_of(config: Config) -> System:
    """The system of a configuration. Raises TypeError if the course builds none of it."""
    for system in SYSTEMS:
        if type(config) is system.config:
            return system
    known = ", ".join(system.config.__name__ for system in SYSTEMS)
    raise TypeError(f"{type(config).__name__} is the configuration of no system of this course: {known}.")


# Text that a small model reads once or twice cannot be learned by heart: hardly anything is dropped.
_NO_DROPOUT = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}


def _sizes(hidden_size: int, num_hidden_layers: int) -> dict[str, Any]:
    """Heads of 64 and a feed-forward layer four times as wide, as in BERT-base and GPT.

    The first weights are as theirs, too: 256 inputs times N(0, 0.035²) add up to as much as their 768 times
    N(0, 0.02²). From smaller ones, attention would stay uniform for long.
    """
    return {
        "hidden_size": hidden_size,
        "num_hidden_layers": num_hidden_layers,
        "num_attention_heads": hidden_size // 64,
        "intermediate_size": 4 * hidden_size,
        "initializer_range": round(0.02 * math.sqrt(768 / hidden_size), 4),
    }


_MINI = _sizes(256, 6)

ZOO: dict[str, Config] = {
    "elmo-mini": ElmoConfig(dropout=0.0),
    "ulmfit-mini": UlmfitConfig(dropout_multiplier=0.1),
    "gpt-mini": GPTConfig(**_MINI, **_NO_DROPOUT),
    "gpt2-nano": GPTConfig(**_sizes(128, 3), **_NO_DROPOUT, norm="pre"),
    "gpt2-micro": GPTConfig(**_sizes(192, 4), **_NO_DROPOUT, norm="pre"),
    "gpt2-mini": GPTConfig(**_MINI, **_NO_DROPOUT, norm="pre"),
    "bert-mini": BertConfig(**_MINI, **_NO_DROPOUT),
    "xlnet-mini": XLNetConfig(**_MINI, **_NO_DROPOUT, mem_len=96, reuse_len=64),
    "ernie-mini": ErnieConfig(**_MINI, **_NO_DROPOUT),
}
