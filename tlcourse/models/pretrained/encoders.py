"""Pretrained encoders by name: the course's own, MiniLM and SmolLM2; or the same with random weights."""

from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import nn

from tlcourse.data import tokeniser
from tlcourse.data.tokeniser import CLS, SEP
from tlcourse.models.language.bert import BertModel
from tlcourse.models.language.elmo import BiLM
from tlcourse.models.language.gpt import GPTModel
from tlcourse.models.language.ulmfit import AwdLstm
from tlcourse.models.language.xlnet import XLNetModel
from tlcourse.models.pretrained import interchange, zoo
from tlcourse.models.pretrained.text_encoders import MAX_LENGTH, PieceEncoder, TextEncoder, WordEncoder

if TYPE_CHECKING:
    from tokenizers import Tokenizer


def of_zoo(model: nn.Module, folder: str | Path) -> TextEncoder:
    """An encoder of the zoo with the tokeniser in a model's `folder`.

    Raises:
        FileNotFoundError: there is no tokeniser.
        ValueError: the tokeniser is damaged, or of another model.
        TypeError: the model is not an encoder of the zoo.
    """
    if isinstance(model, BiLM):
        return WordEncoder(model)
    tokens = tokeniser.load(folder)
    config = model.config
    _check_fit(tokens, config.vocab_size, Path(folder) / "tokenizer.json")
    longest = min(MAX_LENGTH, getattr(config, "max_position_embeddings", MAX_LENGTH))
    match model:
        case BertModel():
            marks, summary = ((CLS,), (SEP,), (SEP,)), 0
        case XLNetModel():
            marks, summary = ((), (SEP,), (SEP, CLS)), -1
        case GPTModel() | AwdLstm():
            marks, summary = ((SEP,), (SEP,), (SEP,)), -1
        case _:
            raise TypeError(
                f"{type(model).__name__} is no encoder of the zoo: give what models.load returns."
            )
    if isinstance(model, AwdLstm):
        widths = [config.embedding_size, *(lstm.hidden_size for lstm in model.lstms)]
    else:
        widths = [config.hidden_size] * (config.num_hidden_layers + 1)
    return PieceEncoder(model, tokens, widths, marks, summary, longest)


def _check_fit(tokens: "Tokenizer", vocab_size: int, path: Path) -> None:
    """Raise ValueError if the model has no row for a piece, or other numbers for [CLS] and [SEP]."""
    highest = max(tokens.get_vocab().values())
    marks = {mark: tokens.token_to_id(mark) for mark in ("[CLS]", "[SEP]")}
    if highest >= vocab_size or [*marks.values()] != [CLS, SEP]:
        raise ValueError(
            f"{path} has pieces up to number {highest} and the marks {marks}; the model has pieces below "
            f"{vocab_size}, [CLS] is {CLS} and [SEP] {SEP}. It is damaged, or of another model: get the "
            "folder again."
        )


def load(name: str | Path, random_seed: int | None = None) -> TextEncoder:
    """An encoder by its name in the zoo or by its folder; or `minilm`, or `smollm2`. In eval mode.

    Args:
        random_seed: of the zoo, the same architecture with random weights instead of the trained ones.

    Raises:
        ValueError: there is no such model, or no random one.
        FileNotFoundError, AssetMissing: it is not there; the message says what to do.
    """
    if name in ("minilm", "smollm2"):
        if random_seed is not None:
            raise ValueError(
                f"{name} comes with trained weights only: random ones are for models of the zoo."
            )
        return _minilm() if name == "minilm" else _smollm2()
    folder = zoo.folder_of(name)
    model = zoo.load(folder)
    if random_seed is not None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(random_seed)
            model = zoo.encoder_of(zoo.build(zoo.read_config(folder))).eval()
    return of_zoo(model, folder)


def _minilm() -> TextEncoder:
    from tlcourse.models.pretrained import minilm

    loaded = minilm.load()
    model = interchange.from_transformers(loaded.model)
    cls, sep = loaded.tokenizer.cls_token_id, loaded.tokenizer.sep_token_id
    widths = [model.config.hidden_size] * (model.config.num_hidden_layers + 1)
    tokens = tokeniser.load(loaded.tokenizer.name_or_path)
    return PieceEncoder(model, tokens, widths, ((cls,), (sep,), (sep,)), 0)


def _smollm2() -> TextEncoder:
    from tlcourse.models.pretrained import smollm2

    tokens, model = smollm2.load()
    widths = [model.config.hidden_size] * (model.config.num_hidden_layers + 1)
    newline = tokens.encode("\n", add_special_tokens=False)
    marks = ((), tuple(newline), ())
    return PieceEncoder(model.model, tokeniser.load(smollm2.folder()), widths, marks, -1, blank=" ")
