"""Texts that the model writes from the same beginnings, with each way of choosing a piece."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from tlcourse.data.tokeniser import SEP, SPECIAL
from tlcourse.models.language import sampling
from tlcourse.models.language.gpt import GPTForCausalLM
from tlcourse.models.language.sampling import Choice
from tlcourse.show.records import Records
from tlcourse.train.measuring import repetition

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WAYS = {
    "the likeliest": Choice(temperature=0),
    "temperature 0.5": Choice(temperature=0.5),
    "top-k, k = 40": Choice(top_k=40),
    "nucleus, p = 0.9": Choice(top_p=0.9),
    "all pieces": Choice(),
}
PEOPLE = "people"
_GIVEN = 4  # pieces of a text that the model goes on from


def beginnings(texts: Sequence[str], tokenizer: "Tokenizer", length: int) -> torch.Tensor:
    """The first pieces of those texts that are long enough: (N, 1 + length), after the first mark."""
    encoded = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
    return torch.tensor([[SEP, *ids[:length]] for ids in encoded if len(ids) >= length])


def write(model: GPTForCausalLM, start: torch.Tensor, n: int, way: str, seed: int) -> torch.Tensor:
    """Go on from (B, T) by `n` pieces, without marks: (B, T + n)."""

    def next_logits(ids: torch.Tensor) -> torch.Tensor:
        logits = model.next_logits(ids)
        logits[:, : len(SPECIAL)] = -torch.inf
        return logits

    generator = torch.Generator().manual_seed(seed)
    return sampling.continued(next_logits, start, n, WAYS[way], generator)


def compared(
    model: GPTForCausalLM, people: torch.Tensor, draws: Sequence[int], n_texts: int
) -> tuple[Records, dict[str, torch.Tensor]]:
    """How much repeats itself, and how likely the model finds it, in its own texts and in those of people.

    Args:
        people: beginnings of texts that people wrote, (N, T); the model goes on from their first pieces.
        draws: seeds, each of which draws `n_texts` of them and what is written.

    Returns:
        Records with `text`, `measured` (repeated, probability), seed, score; and the last draw's texts.
    """
    rows, texts = [], {}
    for seed in draws:
        chosen = people[np.random.default_rng(seed).permutation(len(people))[:n_texts]]
        given = chosen[:, : 1 + _GIVEN]
        texts = {way: write(model, given, chosen.shape[1] - given.shape[1], way, seed) for way in WAYS}
        texts[PEOPLE] = chosen
        for name, ids in texts.items():
            again = np.mean([repetition.repeated(row[1:].tolist()) for row in ids])
            rows.append({"text": name, "measured": "repeated", "seed": seed, "score": again})
            rows.append(
                {"text": name, "measured": "probability", "seed": seed, "score": _probability(model, ids)}
            )
    return Records(rows), texts


@torch.inference_mode()
def _probability(model: GPTForCausalLM, ids: torch.Tensor) -> float:
    """The geometric mean of what the model gives to the pieces that were written: 1 / perplexity."""
    log_p = model(ids)[:, _GIVEN:-1].log_softmax(dim=-1)
    return float(log_p.gather(2, ids[:, 1 + _GIVEN :, None]).mean().exp())


def shown(texts: Mapping[str, torch.Tensor], tokenizer: "Tokenizer") -> list[dict[str, Any]]:
    """Rows of a table: one text in each way, the one in which the likeliest pieces repeat themselves most."""
    greedy = texts[next(iter(WAYS))]
    which = int(np.argmax([repetition.repeated(row[1:].tolist()) for row in greedy]))
    return [
        {"chosen by": name, "the text": tokenizer.decode(ids[which].tolist(), skip_special_tokens=True)}
        for name, ids in texts.items()
    ]


def in_a_row(
    model: GPTForCausalLM, tokenizer: "Tokenizer", sentences: Sequence[str], times: int
) -> dict[str, np.ndarray]:
    """How likely a sentence's pieces are where it is repeated, and where another one stands each time.

    Returns:
        name → (sentences, times): each in its k-th repetition; and each after k − 1 others.
    """
    pieces = [tokenizer.encode(sentence, add_special_tokens=False).ids for sentence in sentences]
    again, others = [], []
    for i, own in enumerate(pieces):
        again.append(repetition.expected(model, [SEP], [own] * times))
        row = []
        for k in range(times):
            before = [pieces[(i + 1 + j) % len(pieces)] for j in range(k)]
            row.append(repetition.expected(model, [SEP], [*before, own])[-1])
        others.append(row)
    return {"the same sentence again": np.array(again), "the same sentence after others": np.array(others)}
