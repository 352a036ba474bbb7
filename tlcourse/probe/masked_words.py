"""What a language model expects at one place of a sentence: from both sides, or from the left alone.

The same places are asked of BERT, which sees [MASK] there and the rest of the sentence, and of GPT, which
sees what stands to the left. Shapes: N questions, T pieces, L layers, V vocabulary size.

Taught in lesson *BERT*.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from tlcourse.data.tokeniser import CLS, MASK, PAD, SEP, SPECIAL
from tlcourse.models.language.bert import BertForPreTraining
from tlcourse.models.language.gpt import GPTForCausalLM

if TYPE_CHECKING:
    from tokenizers import Tokenizer

AT_ONCE = 64  # sentences


@dataclass(frozen=True)
class Question:
    """A sentence, and which of its pieces is to be guessed.

    Attributes:
        pieces: numbers of its pieces, without marks.
        place: which of them is asked for.
        word: which word of the sentence that piece is of, or begins.
    """

    pieces: list[int]
    place: int
    word: int

    @property
    def target(self) -> int:
        return self.pieces[self.place]


def ask_each(
    tokenizer: "Tokenizer",
    sentences: Sequence[Sequence[str]],
    seed: int,
    whole_words: bool = True,
    longest: int = 60,
) -> list[tuple[int, Question]]:
    """One question for each sentence that has a place to ask for, with the number of its sentence.

    Args:
        sentences: cut into words.
        whole_words: ask for words that are one piece; otherwise for any piece.
        longest: sentences of more pieces are left out.
    """
    rng, found = np.random.default_rng(seed), []
    for number, words in enumerate(sentences):
        cut = [e.ids for e in tokenizer.encode_batch(list(words), add_special_tokens=False)]
        pieces = [piece for ids in cut for piece in ids]
        of_word = [i for i, ids in enumerate(cut) for _ in ids]
        known = [p >= len(SPECIAL) for p in pieces]
        alone = [not whole_words or len(cut[i]) == 1 for i in of_word]
        places = [i for i, (a, b) in enumerate(zip(known, alone, strict=True)) if a and b]
        if places and len(pieces) <= longest:
            place = int(rng.choice(places))
            found.append((number, Question(pieces, place, of_word[place])))
    return found


def from_both_sides(
    model: BertForPreTraining, questions: Sequence[Question], layer: int = -1, shown: int | None = MASK
) -> np.ndarray:
    """ln p of each piece at the place that is asked for, float32 (N, V), from the state of one layer.

    Args:
        layer: 0 for the embeddings, −1 for the top, which the head was trained on.
        shown: the piece that stands at the place; None leaves the one that belongs there.
    """
    rows = []
    for part in _parts(questions):
        ids = [[CLS, *q.pieces, SEP] for q in part]
        for row, q in zip(ids, part, strict=True):
            row[1 + q.place] = q.target if shown is None else shown
        rows.append(_log_p(model, ids, [1 + q.place for q in part], layer))
    return np.concatenate(rows)


@torch.inference_mode()
def _log_p(model: BertForPreTraining, ids: list[list[int]], places: list[int], layer: int) -> np.ndarray:
    batch, mask = _padded(ids)
    states = model.bert(batch, mask).hidden_states[layer]  # (B, T, H)
    return _of_states(model, states[torch.arange(len(ids)), torch.tensor(places)])


def _of_states(model: BertForPreTraining, states: Tensor) -> np.ndarray:
    """(N, H) → (N, V), through the head that was trained for the top layer."""
    logits = model.predictions(states)
    logits[:, : len(SPECIAL)] = -torch.inf  # marks are no answer
    return logits.log_softmax(dim=-1).numpy()


@torch.inference_mode()
def from_the_left(model: GPTForCausalLM, questions: Sequence[Question]) -> np.ndarray:
    """ln p of each piece at the place that is asked for, float32 (N, V), from what stands before it."""
    rows = []
    for part in _parts(questions):
        ids = [[SEP, *q.pieces[: q.place]] for q in part]
        batch, mask = _padded(ids)
        logits = model(batch, mask)[torch.arange(len(ids)), mask.sum(dim=1) - 1]
        logits[:, : len(SPECIAL)] = -torch.inf
        rows.append(logits.log_softmax(dim=-1).numpy())
    return np.concatenate(rows)


def right(log_p: np.ndarray, questions: Sequence[Question], among: int = 1) -> np.ndarray:
    """Whether the piece that stands there is among the `among` likeliest, bool (N,)."""
    wanted = np.array([q.target for q in questions])[:, None]
    return ((log_p > np.take_along_axis(log_p, wanted, axis=1)).sum(axis=1)) < among


def loss(log_p: np.ndarray, questions: Sequence[Question]) -> float:
    """The mean of − ln p of the piece that stands there, in nats."""
    return -float(np.mean([row[q.target] for row, q in zip(log_p, questions, strict=True)]))


@torch.inference_mode()
def by_layer(
    model: BertForPreTraining, tokenizer: "Tokenizer", question: Question, n: int = 5
) -> list[list[tuple[str, float]]]:
    """For each layer, embeddings first, the `n` likeliest pieces at a masked place, with probabilities."""
    ids = [CLS, *question.pieces, SEP]
    ids[1 + question.place] = MASK
    states = model.bert(torch.tensor([ids])).hidden_states
    rows = _of_states(model, torch.cat(states)[:, 1 + question.place])
    return [
        [(tokenizer.id_to_token(int(i)), float(np.exp(row[i]))) for i in np.argsort(-row)[:n]] for row in rows
    ]


def _parts(questions: Sequence[Question]) -> Iterator[Sequence[Question]]:
    for begin in range(0, len(questions), AT_ONCE):
        yield questions[begin : begin + AT_ONCE]


def _padded(ids: list[list[int]]) -> tuple[Tensor, Tensor]:
    """(B, T) pieces with PAD behind the shorter rows, and which are pieces."""
    longest = max(map(len, ids))
    batch = torch.tensor([row + [PAD] * (longest - len(row)) for row in ids])
    return batch, torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in ids])
