"""TL;DR: a text with these letters after it, and what a language model goes on with (GPT-2, section 3.6).

The authors let GPT-2 write a hundred pieces, drawn from the two likeliest each time, take three sentences of
them, and compare with people's summaries by ROUGE. Here the articles are the beginnings of BBC news, what is
compared is twelve words, and people's summary is the headline. ROUGE-1 (Lin 2004) is the F1 of the words that
two texts have in common.

Taught in lesson *GPT-2*.
"""

from collections import Counter

import numpy as np
import torch

from tlcourse.data import bbc_news, sentences
from tlcourse.data.bbc_news import BBC
from tlcourse.data.near_duplicates import words
from tlcourse.data.splits import lot
from tlcourse.data.text_sources import clean
from tlcourse.models.language.sampling import Choice
from tlcourse.models.pretrained import writers
from tlcourse.models.pretrained.writers import Writer

HINTS = {"TL;DR:": "TL;DR:", "no hint": ""}
BASELINES = ("first words", "a random sentence")
READ, WRITTEN, COMPARED = 150, 24, 12  # pieces that are read, and written; words that are compared
CHOICE = Choice(top_k=2)


def articles(n: int) -> tuple[list[str], list[str]]:
    """`n` test articles of more than 150 words, one line each, and their headlines; in a random order.

    Raises:
        AssetMissing: not fetched yet.
    """
    news: BBC = bbc_news.load()
    long = [i for i in news.test_index if len(news.texts[i].split()) > 150]
    chosen = sorted(long, key=lambda i: lot(news.names[i], "tl;dr"))[:n]
    return [clean(news.texts[i]) for i in chosen], [news.titles[i] for i in chosen]


def written(writer: Writer, texts: list[str], hint: str, seed: int) -> list[str]:
    """What a model writes after the first pieces of each text and the hint."""
    end = writer.encode(" " + hint) if hint else []
    rows = [[*writer.start, *writer.encode(text)[: READ - len(end)], *end] for text in texts]
    ids = writers.continued(writer, torch.tensor(rows), WRITTEN, CHOICE, seed)
    return [writer.decode(row[len(rows[0]) :].tolist()) for row in ids]


def baseline(way: str, text: str, seed: int) -> str:
    """The first words of a text, or one of its sentences."""
    found = sentences.split(text)[:8]
    if way == BASELINES[0]:
        return found[0]
    return found[int(np.random.default_rng([seed, lot(text[:60], "sentence") % 2**32]).integers(len(found)))]


def rouge_1(said: str, wanted: str) -> float:
    """F1 of the words that the first words of `said` share with `wanted`; each counts as often as it stands.

    0 if one of them has no word.
    """
    a, b = Counter(words(said)[:COMPARED]), Counter(words(wanted))
    common = (a & b).total()
    return 2 * common / (a.total() + b.total()) if common else 0.0
