"""The four models of the lesson, read once, and what is known of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from tlcourse.data import bbc_news, tokeniser
from tlcourse.models.language.llama import Llama
from tlcourse.models.pretrained import smollm2, zoo
from tlcourse.models.pretrained.writers import SMOLLM2
from tlcourse.probe import bits_per_byte, zero_shot
from tlcourse.probe.zero_shot import LanguageModel
from tlcourse.show.records import Records
from tlcourse.train.finetuning import trainings

SMALL = ("gpt2-nano", "gpt2-micro", "gpt2-mini")
ALL = (*SMALL, SMOLLM2)
WORDS = 120  # of an article that are read


@dataclass(frozen=True)
class Size:
    """One of the four.

    Attributes:
        model: the network.
        ask: the same as `tlcourse.probe` asks it.
        tokenizer: its pieces.
        total: how many numbers it has; `body` without what has a row for each piece or place.
    """

    name: str
    model: torch.nn.Module | Llama
    ask: LanguageModel
    tokenizer: Any
    total: int
    body: int


def load(names: Sequence[str] = ALL) -> dict[str, Size]:
    """Name → model; SmolLM2's weights stay in half precision in their file.

    Raises:
        AssetMissing: SmolLM2 is not fetched yet.
    """
    found = {}
    for name in names:
        if name == SMOLLM2:
            tokenizer, model = smollm2.decoder()
            body = model.n_parameters - model.embeddings.numel()
            ask = zero_shot.of_llama(model, tokenizer, 256)
            found[name] = Size(name, model, ask, tokenizer, model.n_parameters, body)
        else:
            model, tokenizer = zoo.load(name, heads=True), tokeniser.load(zoo.folder_of(name))
            found[name] = Size(
                name, model, zero_shot.of_gpt(model, tokenizer, 256), tokenizer, *zoo.size(model)
            )
    trainings.give_back_memory()
    return found


BODIES = {"gpt2-nano": 595_072, "gpt2-micro": 1_779_840, "gpt2-mini": 4_739_072, SMOLLM2: 106_203_456}


_OWN = "54% film reviews, 20% novels, 8% BBC news, and others; one text for these three"


def described(sizes: dict[str, Size]) -> list[dict[str, str]]:
    """Rows of a table: what the four are."""
    rows = []
    for name, size in sizes.items():
        same, layers = name in SMALL, size.model.config.num_hidden_layers
        rows.append(
            {
                "model": name,
                "layers × width": f"{layers} × {size.model.config.hidden_size}",
                "numbers (parameters), millions": f"{size.total / 1e6:.1f}",
                "of these in the blocks": f"{size.body / 1e6:.1f}",
                "pieces in the vocabulary": f"{size.model.config.vocab_size:,}",
                "pieces read": "16 M" if same else "2 trillion",
                "text": _OWN if same else "the web, code, textbooks; then tuned to follow instructions",
            }
        )
    return rows


def articles(n: int) -> list[str]:
    """The beginnings of `n` test articles of BBC news, as `benchmarks/gpt2.py` reads them."""
    news = bbc_news.load()
    return bits_per_byte.beginnings([news.texts[i] for i in news.test_index], WORDS)[:n]


def bits(sizes: dict[str, Size], texts: Sequence[str]) -> Records:
    """Bits per byte of each model on some texts, now."""
    rows = []
    for name, size in sizes.items():
        score = bits_per_byte.per_byte(bits_per_byte.of_texts(size.ask, texts))
        rows.append({"model": name, "texts": "news, now", "seed": 0, "score": score})
    return Records(rows)
