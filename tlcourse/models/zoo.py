"""The course's own models by name: what they are built from, how large they are, how to load and export them.

    from tlcourse import models
    encoder = models.load("bert-mini")

A model's folder holds `config.json`, `model.safetensors` and its tokeniser. Where transformers has the
architecture, the folder is one of transformers, so `AutoModel.from_pretrained(folder)` opens it as well.
"""

import dataclasses
import json
import math
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from tlcourse.models import interchange
from tlcourse.models.bert import BertConfig, BertForPreTraining
from tlcourse.models.elmo import BiLM, ElmoConfig
from tlcourse.models.ernie import ErnieConfig, ErnieForPreTraining
from tlcourse.models.gpt import GPTConfig, GPTForCausalLM
from tlcourse.models.transformer import TransformerConfig
from tlcourse.models.ulmfit import UlmfitConfig, UlmfitForPreTraining
from tlcourse.models.xlnet import XLNetConfig, XLNetForPreTraining

Config = TransformerConfig | ElmoConfig | UlmfitConfig

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


class Architecture(NamedTuple):
    model: type[nn.Module]  # with its pretraining heads
    encoder: str  # the attribute that holds the part without them; "" where that is the model itself


_ARCHITECTURES: dict[type, Architecture] = {
    ElmoConfig: Architecture(BiLM, ""),
    UlmfitConfig: Architecture(UlmfitForPreTraining, "encoder"),
    GPTConfig: Architecture(GPTForCausalLM, "transformer"),
    BertConfig: Architecture(BertForPreTraining, "bert"),
    XLNetConfig: Architecture(XLNetForPreTraining, "transformer"),
    ErnieConfig: Architecture(ErnieForPreTraining, "ernie"),
}


class SizeInParameters(NamedTuple):
    total: int
    body: int  # without what has a row for each entry of the vocabulary or each position


def build(config: Config) -> nn.Module:
    """A new model with random weights and its pretraining heads."""
    return _ARCHITECTURES[type(config)].model(config)


def encoder_of(model: nn.Module) -> nn.Module:
    """The part of a pretraining model that is transferred."""
    name = _ARCHITECTURES[type(model.config)].encoder
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


def checkpoints_dir() -> Path:
    """Where the trained models lie: TLCOURSE_CHECKPOINTS, or `data/checkpoints` of the checkout."""
    folder = os.environ.get("TLCOURSE_CHECKPOINTS")
    return Path(folder) if folder else Path(__file__).parents[2] / "data" / "checkpoints"


def load(name: str | Path, heads: bool = False) -> nn.Module:
    """A trained model in eval mode, by its name in the zoo or by its folder.

    Args:
        name: `"bert-mini"`, or the path of a folder that `export` wrote.
        heads: with its pretraining heads; otherwise the encoder alone, as in `transformers.AutoModel`.

    Raises:
        ValueError: no model has this name.
        FileNotFoundError: it is not there, or not whole; the message says what to do.
    """
    folder = Path(name)
    if not folder.is_dir():
        name = find(str(name))
        folder = checkpoints_dir() / name
    for file in ("config.json", "model.safetensors"):
        if not (folder / file).is_file():
            raise FileNotFoundError(
                f"{folder / file} is not there. Train the model with `tlcourse pretrain {folder.name}`, or "
                "set TLCOURSE_CHECKPOINTS to the folder that holds the trained models."
            )
    config = read_config(folder)
    model = build(config)
    _load_weights(model, folder)
    model.eval()
    return model if heads else encoder_of(model)


def read_config(folder: Path) -> Config:
    """The configuration in a folder that `export` wrote. Raises ValueError if another program wrote it."""
    fields = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    own = fields.get("tlcourse")
    classes = {kind.__name__: kind for kind in _ARCHITECTURES}
    if own is None or own.get("config") not in classes:
        raise ValueError(
            f"{folder / 'config.json'} is not of this course. A published model opens with transformers; "
            "tlcourse.models.interchange.from_transformers then turns it into ours."
        )
    values = {k: _tuples(v) for k, v in own["fields"].items()}
    return classes[own["config"]](**values)


def export(model: nn.Module, folder: str | Path, dtype: torch.dtype = torch.float16) -> None:
    """Write `model`, with its heads, to `folder`, which becomes complete or stays as it was.

    Half precision halves the file; loading turns it back to single. Raises ValueError if a weight has no
    finite value in `dtype`.
    """
    folder = Path(folder)
    config = model.config
    fields: dict[str, Any] = {}
    own = {name: p.detach() for name, p in model.named_parameters()}
    if isinstance(config, TransformerConfig):
        fields = interchange.transformers_config(config) | {
            "architectures": [interchange.transformers_class(model)],
            "dtype": "float32",  # what transformers computes in, whatever the file holds
        }
        state = interchange.state_for_transformers(model)
        known = {name for pair in interchange.name_pairs(model) for name in pair.ours}
        rest = {name: p for name, p in own.items() if name not in known}
    else:
        state, rest = own, {}
    fields["tlcourse"] = {"config": type(config).__name__, "fields": dataclasses.asdict(config)}

    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        _save(state, beside / "model.safetensors", dtype)
        if rest:  # heads that transformers does not have
            _save(rest, beside / "heads.safetensors", dtype)
        (beside / "config.json").write_text(json.dumps(fields, indent=2) + "\n", encoding="utf-8")
        beside.chmod(0o755)
        if folder.exists():
            for file in folder.iterdir():  # a card or a tokeniser that is already there stays
                if not (beside / file.name).exists():
                    shutil.copy2(file, beside / file.name)
            shutil.rmtree(folder)
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _save(tensors: dict[str, Tensor], path: Path, dtype: torch.dtype) -> None:
    from safetensors.torch import save_file

    rounded = {name: tensor.to(dtype).contiguous() for name, tensor in tensors.items()}
    for name, tensor in rounded.items():
        if not tensor.isfinite().all():
            raise ValueError(f"{name} has values that {dtype} cannot hold: did the training diverge?")
    save_file(rounded, path, metadata={"format": "pt"})
    path.chmod(0o644)  # safetensors writes for its owner alone


def _load_weights(model: nn.Module, folder: Path) -> None:
    from safetensors.torch import load_file

    state = load_file(folder / "model.safetensors")
    if isinstance(model.config, TransformerConfig):
        interchange.load_from_transformers(model, state)
        heads = folder / "heads.safetensors"
        state = load_file(heads) if heads.is_file() else {}
    own = dict(model.named_parameters())
    with torch.no_grad():
        for name, tensor in state.items():
            own[name].copy_(tensor)


def _tuples(value: Any) -> Any:
    """JSON has lists where a configuration has tuples."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
