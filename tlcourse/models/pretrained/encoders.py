"""Encoders by name: MiniLM, DistilBERT, SmolLM2, and the zoo's; most come with random weights too."""

from collections.abc import Callable
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
    from transformers import PreTrainedModel, PreTrainedTokenizerFast


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
    """An encoder by its name in the zoo or by its folder; or `minilm`, `distilbert`, `smollm2`. In eval mode.

    Args:
        random_seed: the same architecture with random weights instead of the trained ones; not of `smollm2`.

    Raises:
        ValueError: there is no such model, or no random one.
        FileNotFoundError, AssetMissing: it is not there; the message says what to do.
    """
    if name in _PUBLISHED:
        return _PUBLISHED[name](random_seed)
    folder = zoo.folder_of(name)
    model = zoo.load(folder)
    if random_seed is not None:
        model = _seeded(random_seed, lambda: zoo.encoder_of(zoo.build(zoo.read_config(folder))).eval())
    return of_zoo(model, folder)


def _seeded(random_seed: int, build: Callable[[], nn.Module]) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(random_seed)
        return build()


def _minilm(random_seed: int | None) -> TextEncoder:
    from tlcourse.models.pretrained import minilm

    loaded = minilm.load()
    return _bert(loaded.model, loaded.tokenizer, random_seed)


def _distilbert(random_seed: int | None) -> TextEncoder:
    from tlcourse.models.pretrained import distilbert

    tokenizer, model = distilbert.load()
    return _bert(model, tokenizer, random_seed)


def _bert(
    model: "PreTrainedModel", tokenizer: "PreTrainedTokenizerFast", random_seed: int | None
) -> TextEncoder:
    """A published BERT or DistilBERT in the course's own code."""
    ours = interchange.from_transformers(model)
    if random_seed is not None:
        ours = _seeded(random_seed, lambda: type(ours)(ours.config).eval())
    cls, sep = tokenizer.cls_token_id, tokenizer.sep_token_id
    widths = [ours.config.hidden_size] * (ours.config.num_hidden_layers + 1)
    tokens = tokeniser.load(tokenizer.name_or_path)
    return PieceEncoder(ours, tokens, widths, ((cls,), (sep,), (sep,)), 0)


def _smollm2(random_seed: int | None) -> TextEncoder:
    if random_seed is not None:
        raise ValueError("smollm2 comes with trained weights only: random ones are for the other models.")
    from tlcourse.models.pretrained import smollm2

    tokens, model = smollm2.load()
    widths = [model.config.hidden_size] * (model.config.num_hidden_layers + 1)
    newline = tokens.encode("\n", add_special_tokens=False)
    marks = ((), tuple(newline), ())
    return PieceEncoder(model.model, tokeniser.load(smollm2.folder()), widths, marks, -1, blank=" ")


_PUBLISHED = {"minilm": _minilm, "distilbert": _distilbert, "smollm2": _smollm2}
