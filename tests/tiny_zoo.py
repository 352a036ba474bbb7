"""Every kind of model of the zoo, tiny: as `zoo.export` writes them, or to be trained within a second."""

import dataclasses
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer

from tlcourse.data import tokeniser
from tlcourse.models.pretrained import zoo
from tlcourse.models.pretrained.registry import system_of

NAMES = ("elmo-mini", "ulmfit-mini", "gpt-mini", "gpt2-nano", "bert-mini", "xlnet-mini", "ernie-mini")
_TRANSFORMER = {
    "vocab_size": 100,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 128,
    "max_position_embeddings": 64,
}
_LSTM = {
    "elmo-mini": {"vocab_size": 60, "projection_size": 16, "lstm_size": 24, "filters": ((1, 8), (2, 8))},
    "ulmfit-mini": {"vocab_size": 100, "embedding_size": 32, "lstm_size": 40},
}


def make(base: Path, tokenizer: Tokenizer) -> Path:
    """Write a folder for each name below `base`, and return it."""
    for name in NAMES:
        config = dataclasses.replace(zoo.ZOO[name], **_LSTM.get(name, _TRANSFORMER))
        torch.manual_seed(0)
        zoo.export(zoo.build(config), base / name)
        if marks := system_of(config).marks:
            tokeniser.save(tokenizer, base / name, marks.templates)
    return base


def shrink(patch: pytest.MonkeyPatch) -> None:
    """Put small sizes into the zoo itself, for what looks models up there."""
    small = {**_TRANSFORMER, "num_hidden_layers": 1}
    del small["max_position_embeddings"]  # recipes count on them
    of_their_own = {**_LSTM, "elmo-mini": {**_LSTM["elmo-mini"], "vocab_size": 40}}
    for name, config in zoo.ZOO.items():
        patch.setitem(zoo.ZOO, name, dataclasses.replace(config, **of_their_own.get(name, small)))
