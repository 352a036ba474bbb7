"""Models that go on with a text, each step asking for one piece: what was read is kept, not read again.

A decoder's keys and values of what it has read do not change when more is read. transformers keeps them, for
its own models and for the zoo's GPTs, whose folders it opens. `models.language.sampling.continued`
reads everything anew for each piece, which is simpler, and slow.

Taught in lesson *GPT-2*.
"""

import inspect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from tlcourse.data import tokeniser
from tlcourse.models.language.sampling import Choice, distribution
from tlcourse.models.pretrained import smollm2, zoo
from tlcourse.models.pretrained.loading_quietly import no_progress_bar

SMOLLM2 = "SmolLM2"


@dataclass(frozen=True)
class Writer:
    """A causal model of transformers and its pieces.

    Attributes:
        model: it keeps the keys and values of what it has read.
        tokenizer: text ↔ numbers of pieces, as transformers has it.
        start: what stands before a text.
        marks: numbers of pieces that are no text, and are never written.
    """

    model: Any
    tokenizer: Any
    start: tuple[int, ...]
    marks: tuple[int, ...]

    def encode(self, text: str) -> list[int]:
        """The numbers of a text's pieces, without marks."""
        return self.tokenizer(text, add_special_tokens=False)["input_ids"]

    def decode(self, ids: Sequence[int]) -> str:
        return self.tokenizer.decode(ids, skip_special_tokens=True)


def load(name: str) -> Writer:
    """A GPT of the zoo, such as `gpt2-mini`, or `SmolLM2`.

    Raises:
        ValueError, FileNotFoundError: the zoo has no such model.
        AssetMissing: SmolLM2 is not fetched yet.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer

    if name == SMOLLM2:
        tokenizer, model = smollm2.load()
        return Writer(model, tokenizer, (tokenizer.bos_token_id,), tuple(tokenizer.all_special_ids))
    folder = zoo.folder_of(name)
    with no_progress_bar(), _errors_alone():  # the zoo's pieces have no number 50256, and need none
        model = AutoModelForCausalLM.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    return Writer(model, tokenizer, (tokeniser.SEP,), tuple(range(len(tokeniser.SPECIAL))))


@contextmanager
def _errors_alone() -> Iterator[None]:
    from transformers.utils import logging

    before = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(before)


@torch.inference_mode()
def continued(writer: Writer, ids: Tensor, n: int, choice: Choice, seed: int) -> Tensor:
    """Go on from (B, T), without padding, by `n` pieces: (B, T + n); no mark is written."""
    from transformers import DynamicCache

    generator = torch.Generator().manual_seed(seed)
    newer = "cache" in inspect.signature(writer.model.forward).parameters  # what transformers calls it
    kept, read = {"cache" if newer else "past_key_values": DynamicCache()}, ids
    for _ in range(n):
        logits = writer.model(input_ids=read, use_cache=True, logits_to_keep=1, **kept).logits[:, -1].float()
        logits[:, list(writer.marks)] = -torch.inf
        p = distribution(logits, choice)
        greedy = choice.temperature == 0
        read = p.argmax(dim=-1, keepdim=True) if greedy else p.multinomial(1, generator=generator)
        ids = torch.cat([ids, read], dim=1)
    return ids
