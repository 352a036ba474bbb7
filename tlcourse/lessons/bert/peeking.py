"""Rows of ordinary text for the model that sees the answer, and what such a model can do."""

from collections.abc import Sequence
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
    """How often the first guess is right where the word stands there, and where [MASK] does.

    And how often one is right who always says the commonest answer to these questions.
    """
    model.eval()
    targets = np.array([q.target for q in questions])
    return {
        "the word in sight": masked_words.right(
            masked_words.from_both_sides(model, questions, shown=None), questions
        ).mean(),
        "[MASK] in its place": masked_words.right(
            masked_words.from_both_sides(model, questions), questions
        ).mean(),
        "always the commonest": float((targets == np.bincount(targets).argmax()).mean()),
    }
