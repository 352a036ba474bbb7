"""Encoders by name: MiniLM, DistilBERT, SmolLM2, and the zoo's; most come with random weights too."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from tlcourse import assets
from tlcourse.data import tokeniser
from tlcourse.data.tokeniser import CLS, SEP
from tlcourse.models.language.system import Marks, name_layers
from tlcourse.models.pretrained import interchange, zoo
from tlcourse.models.pretrained.registry import SYSTEMS, system_of
from tlcourse.models.pretrained.text_encoders import (
    MAX_LENGTH,
    Batch,
    PieceEncoder,
    TextEncoder,
    WordEncoder,
)

if TYPE_CHECKING:
    from tokenizers import Tokenizer


def of_zoo(model: nn.Module, folder: str | Path) -> TextEncoder:
    """An encoder of the zoo with the tokeniser in a model's `folder`.

    Raises:
        FileNotFoundError: there is no tokeniser.
        ValueError: the tokeniser is damaged, or of another model.
        TypeError: the model is not an encoder of the zoo.
    """
    if type(model) not in [system.encoder for system in SYSTEMS]:
        raise TypeError(
            f"{type(model).__name__} is not an encoder of the zoo: give what models.load returns."
        )
    if system_of(model.config).marks is None:
        return WordEncoder(model)
    tokens = tokeniser.load(folder)
    _check_fit(tokens, model.config.vocab_size, Path(folder) / "tokenizer.json")
    return _of_pieces(model, tokens)


def _of_pieces(model: nn.Module, tokens: "Tokenizer") -> TextEncoder:
    longest = min(MAX_LENGTH, getattr(model.config, "max_position_embeddings", MAX_LENGTH))
    return PieceEncoder(model, tokens, system_of(model.config).marks, longest)


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


def _in_our_code(folder: Path, random_seed: int | None) -> TextEncoder:
    """A published model of a system that the course builds."""
    if random_seed is None:
        ours = interchange.encoder_in(folder)
    else:
        ours = _seeded(random_seed, lambda: interchange.encoder_in(folder, weights=False))
    return _of_pieces(ours, tokeniser.load(folder))


def _minilm(random_seed: int | None) -> TextEncoder:
    return _in_our_code(assets.path("minilm"), random_seed)


def _distilbert(random_seed: int | None) -> TextEncoder:
    from tlcourse.models.pretrained import distilbert

    return _in_our_code(distilbert.folder(), random_seed)


class _Llama(PieceEncoder):
    """A Llama of transformers, whose network is not the course's own."""

    MARKS = Marks(between=("Ċ",), blank=" ")  # a newline between two texts

    def __init__(self, network: nn.Module, tokenizer: "Tokenizer"):
        config = network.config
        widths = [config.hidden_size] * (config.num_hidden_layers + 1)
        super().__init__(network, tokenizer, self.MARKS, widths=widths)

    def forward(self, batch: Batch) -> tuple[Tensor, ...]:
        ids, mask = batch["input_ids"], batch["attention_mask"]
        output = self.network(ids, attention_mask=mask, output_hidden_states=True, use_cache=False)
        return output.hidden_states

    def layers(self) -> dict[str, nn.Module]:
        *below, top = self.network.layers
        return name_layers(self.network.embed_tokens, [*below, nn.ModuleList([top, self.network.norm])])


def _smollm2(random_seed: int | None) -> TextEncoder:
    if random_seed is not None:
        raise ValueError("smollm2 comes with trained weights only: random ones are for the other models.")
    from tlcourse.models.pretrained import smollm2

    _, model = smollm2.load()
    return _Llama(model.model, tokeniser.load(smollm2.folder()))


_PUBLISHED = {"minilm": _minilm, "distilbert": _distilbert, "smollm2": _smollm2}
