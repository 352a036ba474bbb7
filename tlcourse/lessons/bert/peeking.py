"""Rows of ordinary text for the model that sees the answer, and what such a model can do."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from tlcourse.models.language.bert import BertForPreTraining
from tlcourse.probe import masked_words
from tlcourse.probe.masked_words import Question

if TYPE_CHECKING:
    from tokenizers import Tokenizer


def text_rows(tokenizer: "Tokenizer", texts: Sequence[str], length: int) -> Tensor:
    """The texts' pieces one after the other, cut into rows, int64 (N, length)."""
    pieces = [i for e in tokenizer.encode_batch(list(texts), add_special_tokens=False) for i in e.ids]
    n = len(pieces) // length
    return torch.tensor(pieces[: n * length]).view(n, length)


def can_do(model: BertForPreTraining, questions: Sequence[Question]) -> dict[str, float]:
    """How often the first guess is right where the word stands there, and where another one does.

    The other one is the word that the next question asks for, a piece of ordinary text as the model has met
    them; where it is the same, the question is left out. Also: how often the guess is that other one, and how
    often one is right who always says the commonest answer.
    """
    model.eval()
    after = [q.target for q in [*questions[1:], questions[0]]]
    asked = [(q, other) for q, other in zip(questions, after, strict=True) if other != q.target]
    whole = [q for q, _ in asked]
    changed = [
        replace(q, pieces=[*q.pieces[: q.place], other, *q.pieces[q.place + 1 :]]) for q, other in asked
    ]
    targets = np.array([q.target for q in whole])
    log_p = masked_words.from_both_sides(model, changed, shown=None)
    return {
        "the word in sight": masked_words.right(
            masked_words.from_both_sides(model, whole, shown=None), whole
        ).mean(),
        "another in its place": masked_words.right(log_p, whole).mean(),
        "the other one": masked_words.right(log_p, changed).mean(),
        "always the commonest": float((targets == np.bincount(targets).argmax()).mean()),
    }
