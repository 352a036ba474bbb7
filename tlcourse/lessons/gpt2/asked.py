"""What the lesson asks live, on a few texts, and the tables of what came out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from tlcourse.data import bbc_news, byte_pairs, short_questions, tokeniser
from tlcourse.data.byte_pairs import BytePairs
from tlcourse.data.story_cloze import Cloze
from tlcourse.lessons.gpt2.four import Size
from tlcourse.models.pretrained import zoo
from tlcourse.probe import shared_context, story_answers
from tlcourse.show.records import Records
from tlcourse.show.tables import Strong

if TYPE_CHECKING:
    from tokenizers import Tokenizer


def learning_texts(n: int) -> list[str]:
    """Training articles of BBC news, to learn pairs from."""
    news = bbc_news.load()
    return [news.texts[i] for i in news.train_index[:n]]


def cut_words(texts: Sequence[str]) -> list[tuple[list[int], int]]:
    """The distinct words of some texts as numbers of bytes, each with how often it occurs."""
    counts = Counter(word for text in texts for word in byte_pairs.words(text))
    number = {byte: i for i, byte in enumerate(byte_pairs.BYTES)}
    return [([number[bytes([b])] for b in word.encode("utf-8")], n) for word, n in counts.items()]


def cut_and_back(pairs: BytePairs, pieces: "Tokenizer", texts: Sequence[str]) -> list[dict[str, str]]:
    """Rows of a table: a text, and what is left of it after the zoo's pieces and after bytes' pairs."""
    rows = []
    for text in texts:
        zoo, own = pieces.encode(text, add_special_tokens=False), pairs.encode(text)
        rows.append(
            {
                "text": text,
                "zoo's pieces": " ".join(zoo.tokens),
                "come back as": pieces.decode(zoo.ids, skip_special_tokens=False),
                "pairs of bytes": "·".join(pairs.shown(i) for i in own),
                "come back as ": pairs.decode(own),
            }
        )
    return rows


def first_joined(pairs: BytePairs, at: Sequence[int]) -> list[dict[str, str]]:
    """Rows of a table: which pairs were joined at some of the steps."""
    return [
        {"step": f"{i + 1:,}", "joined": " + ".join(pairs.shown(p) for p in pairs.pairs[i]),
         "new piece": pairs.shown(256 + i)} for i in at
    ]  # fmt: skip


def question(asked: Cloze, i: int, words: int = 45) -> str:
    """One question to be read: the end of its context, the gap, the choices."""
    before = " ".join(asked.contexts[i].replace("\n", " ").split()[-words:])
    return (
        f"… {before} **____**{asked.after[i]}\n\nChoices: {', '.join(asked.choices[i])}. "
        f"Right: *{asked.choices[i][asked.right[i]]}*."
    )


def scored(size: Size, asked: Cloze, i: int) -> list[dict[str, object]]:
    """Rows of a table: the choices of one question, the likeliest first, with what the model gives them."""
    context = asked.contexts[i].replace("\n", " ")
    sums = shared_context.log_probabilities(size.ask, context, asked.continuations(i)).sums
    p = np.exp(sums - sums.max())
    order = np.argsort(-sums)
    return [
        {
            "choice": Strong(asked.choices[i][k]) if k == asked.right[i] else asked.choices[i][k],
            "ln p of it and the rest": f"{sums[k]:.1f}".replace("-", "−"),
            "share among the ten": f"{p[k] / p.sum():.1%}",
        }
        for k in order
    ]


def shared_row(size: Size, context: str, continuations: Sequence[str]) -> tuple[list[str], torch.Tensor, int]:
    """The pieces of a context and its continuations in one row, the mask, and how many are context."""
    before = [*size.ask.start, *size.ask.encode(context)]
    after = [size.ask.encode(text) for text in continuations]
    ids = [*before, *(piece for some in after for piece in some)]
    _, may_look = shared_context.branches(len(before), [len(some) for some in after])
    return [size.tokenizer.id_to_token(i) for i in ids], may_look, len(before)


def answered(sizes: Mapping[str, Size], asked: Mapping[str, Cloze], kinds: Sequence[str]) -> Records:
    """Accuracy of each model now: cloze of each kind, and short questions."""
    rows = []
    for name, size in sizes.items():
        for kind, some in asked.items():
            score = story_answers.accuracy(story_answers.choice_scores(size.ask, some), some.right)
            rows.append({"model": name, "task": f"{kind}, now", "seed": 0, "score": score})
        for kind in kinds:
            some = short_questions.load(kind)
            score = story_answers.accuracy(story_answers.short_answers(size.ask, some), some.right)
            rows.append({"model": name, "task": f"{kind}, now", "seed": 0, "score": score})
    return Records(rows)


def zoo_pieces() -> "Tokenizer":
    """The pieces of the zoo."""
    return tokeniser.load(zoo.folder_of("gpt2-mini"))
