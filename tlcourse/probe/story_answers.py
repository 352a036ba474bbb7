"""Questions about stories put to a language model, as GPT-2's authors put theirs: nothing is trained.

Ten choices (Radford et al. 2019, section 3.2): the probability of each choice and the rest of its sentence,
after the context; the likeliest is the answer. The last word (section 3.3): is each of its pieces the
likeliest? With a filter of function words, which rarely end a sentence, its first piece has to be the
likeliest of the others.

Taught in lesson *GPT-2*.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tlcourse.data.short_questions import ShortQuestions
from tlcourse.data.story_cloze import FUNCTION_WORDS, Cloze
from tlcourse.models.language.kneser_ney import KneserNey
from tlcourse.probe.shared_context import log_probabilities
from tlcourse.probe.zero_shot import LanguageModel


def choice_scores(model: LanguageModel, asked: Cloze) -> np.ndarray:
    """ln p of each choice with the rest of its sentence, float64 (N, K)."""
    return np.array(
        [
            log_probabilities(model, _flat(asked.contexts[i]), asked.continuations(i)).sums
            for i in range(len(asked))
        ]
    )


def counted_scores(counted: KneserNey, model: LanguageModel, asked: Cloze) -> np.ndarray:
    """The same, for a model that counted the pieces of `model`."""
    rows = []
    for i in range(len(asked)):
        before = [*model.start, *model.encode(_flat(asked.contexts[i]))]
        found = [[*before, *model.encode(text)] for text in asked.continuations(i)]
        rows.append([-counted.loss(np.array([ids]), n_given=len(before))[0] for ids in found])
    return np.array(rows)


def last_word(
    model: LanguageModel, asked: Cloze, banned: Tensor | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Is the last word what the model finds likeliest, bool (N,); and −ln p of the word, float64 (N,).

    Args:
        banned: pieces that the word cannot begin with, from `function_pieces`.
    """
    right, nats = [], []
    for i in range(len(asked)):
        word = asked.choices[i][asked.right[i]]
        found = log_probabilities(model, _flat(asked.contexts[i]), [word], banned)
        right.append(found.likeliest[0])
        nats.append(-found.sums[0])
    return np.array(right), np.array(nats)


def function_pieces(tokenizer: Any) -> Tensor:
    """bool (V,): the pieces that are function words, signs or marks, as no last word begins with them.

    Args:
        tokenizer: of `tokenizers` or of transformers.
    """
    pieces = tokenizer.get_vocab()
    banned = torch.ones(max(pieces.values()) + 1, dtype=torch.bool)
    for number in pieces.values():
        text = tokenizer.decode([number]).strip().lower()
        banned[number] = not text.isalpha() or text in FUNCTION_WORDS
    return banned


def short_answers(model: LanguageModel, asked: ShortQuestions) -> np.ndarray:
    """The mean ln p per piece of each answer, less its mean over the ten questions: float64 (10, 10).

    What is taken away is what the answer scores anyway, as a common word (`probe.zero_shot.levelled`).
    """
    scores = np.array([log_probabilities(model, prompt, asked.answers).means for prompt in asked.prompts])
    return scores - scores.mean(axis=0)


def accuracy(scores: np.ndarray, right: Sequence[int] | np.ndarray) -> float:
    """The share of the rows of (N, K) whose largest score is at the right place."""
    return float((scores.argmax(axis=1) == right).mean())


def _flat(context: str) -> str:
    return context.replace("\n", " ")
