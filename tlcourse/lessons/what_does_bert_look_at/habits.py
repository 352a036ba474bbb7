"""What heads look at whatever the words are: the results' statistics as tables, and what to say of them."""

from collections.abc import Sequence
from itertools import islice

import numpy as np

from tlcourse.data import bbc_news, sentences
from tlcourse.models.pretrained.text_encoders import TextEncoder
from tlcourse.probe import attention_maps, head_statistics
from tlcourse.show.prose import listed
from tlcourse.show.records import Records

PREVIOUS, NEXT, ITSELF = "to the previous word", "to the next word", "to itself"
FIRST, LAST = "to the first mark", "to the last mark"
MARKS = {FIRST: "[CLS]", LAST: "[SEP]"}
PLACES = {
    FIRST: "[CLS]",
    LAST: "[SEP]",
    ITSELF: "itself",
    PREVIOUS: "the word before",
    NEXT: "the word after",
}
REST = "other words"
HALF, CLOSED = 0.5, 0.9


def table(results: Records, model: str, statistic: str) -> np.ndarray:
    """(L, A) of one statistic of one model."""
    rows = results.where(model=model, statistic=statistic)
    found = np.full((1 + max(rows.values("layer")), 1 + max(rows.values("head"))), np.nan)
    for row in rows:
        found[row["layer"], row["head"]] = row["score"]
    return found


def typical(results: Records, model: str) -> dict[str, tuple[int, int]]:
    """The head, layer and number from 0, that gives most to the word before, the word after, and [SEP]."""
    names = {PREVIOUS: "the word before", NEXT: "the word after", LAST: "[SEP]"}
    found = {}
    for statistic, name in names.items():
        values = table(results, model, statistic)
        layer, head = np.unravel_index(values.argmax(), values.shape)
        found[name] = (int(layer), int(head))
    return found


def by_layer(results: Records, model: str) -> dict[str, np.ndarray]:
    """Where a layer's heads look, on average: name of the place → share of a word's attention, (L,)."""
    found = {name: table(results, model, statistic).mean(axis=1) for statistic, name in PLACES.items()}
    return found | {REST: np.maximum(0, 1 - sum(found.values()))}


def neighbours(results: Records, model: str) -> tuple[int, int, int]:
    """How many heads give more than half of their attention to the word before, to the word after; of all."""
    before, after = (table(results, model, one) for one in (PREVIOUS, NEXT))
    return int((before > HALF).sum()), int((after > HALF).sum()), before.size


def resting_place(results: Records, model: str) -> tuple[str, float, list[int]]:
    """The mark that gets most over the layers, how much of the attention, and the layers where over half.

    Layers count from 1.
    """
    layers = {mark: table(results, model, statistic).mean(axis=1) for statistic, mark in MARKS.items()}
    mark = max(layers, key=lambda one: layers[one].mean())
    over = [int(k) + 1 for k in np.flatnonzero(layers[mark] > HALF)]
    return mark, float(layers[mark].mean()), over


def told(results: Records, models: dict[str, str]) -> str:
    """One line for each model: neighbours and marks."""
    lines = []
    for model, shown in models.items():
        before, after, n = neighbours(results, model)
        mark, mean, over = resting_place(results, model)
        where = f"more than half in {layers_in_words(over)}" if over else "in no layer more than half"
        lines.append(
            f"- **{shown}**: of {n} heads, {before} {'gives' if before == 1 else 'give'} more than half of "
            "the "
            f"attention to the word before, {after} to the word after. The mark that gets most is {mark}: "
            f"{mean:.0%} of all "
            f"attention, {where}."
        )
    return "\n".join(lines)


def layers_in_words(layers: Sequence[int]) -> str:
    """`layer 3`, or `layers 3, 4 and 5`."""
    return f"layer{'s' if len(layers) > 1 else ''} {listed(layers)}"


def rests(results: Records, model: str) -> np.ndarray:
    """Which heads give [SEP] more than half of the words' attention, bool (L, A)."""
    return table(results, model, LAST) > HALF


def no_operation(results: Records, model: str, shown: str) -> str:
    """Whether [SEP] gathers anything from the words in the heads that rest on it."""
    own, resting = table(results, model, "last mark to itself"), rests(results, model)
    if not resting.any():
        return f"In {shown} no head gives [SEP] more than half of the words' attention."
    n, closed = int(resting.sum()), int((own[resting] > CLOSED).sum())
    text = (
        f"In {shown} {n} {'head gives' if n == 1 else 'heads give'} [SEP] more than half of the words' "
        f"attention. In {closed} of them [SEP] gives over {CLOSED:.0%} of its own attention to itself"
    )
    if closed == n:
        text += ": it gathers nothing from the words, as a place of rest should"
    elif closed > n / 2:
        text += (
            ": it gathers next to nothing from the words, as a place of rest should. In the others "
            "it gathers some"
        )
    else:
        text += ". In most it gathers something from the words, too"
    if not resting.all():
        others = own[~resting].mean()
        text += f". In the heads that do not rest on it, [SEP] gives itself {others:.0%} on average"
    return f"{text}. Is it a no-op? Then nothing should change without these heads: section 5 turns them off."


def upper_layers(results: Records, models: dict[str, str]) -> str:
    """What most heads of the upper half of the layers look at most: a line for each model."""
    lines = []
    for model, shown in models.items():
        every = {name: table(results, model, statistic) for statistic, name in PLACES.items()}
        upper = {name: values[len(values) // 2 :] for name, values in every.items()}
        marks = np.maximum(*(upper[mark] for mark in MARKS.values()))
        rest = np.max([values for name, values in upper.items() if name not in MARKS.values()], axis=0)
        first = 1 + len(every["itself"]) // 2
        lines.append(
            f"- **{shown}**, layers {first} to {len(every['itself'])}: {int((marks > rest).sum())} of "
            f"{marks.size} "
            "heads give one of the marks more than they give the word itself or a neighbour, "
            f"{int((marks > HALF).sum())} give one of the marks more than half."
        )
    return "\n".join(lines)


def of_news(encoder: TextEncoder, n: int) -> dict[str, np.ndarray]:
    """The same statistics, (L, A) each, of `n` sentences of BBC news: of each test article the second."""
    news = bbc_news.load()
    second = (sentences.words_of(news.texts[i])[1] for i in news.test_index)
    some = [*islice((words for words in second if 8 <= len(words) <= 30), n)]
    return head_statistics.of_maps(attention_maps.of_sentences(encoder, some))


def live(found: dict[str, np.ndarray], results: Records, model: str) -> str:
    """The share of marks and neighbours in the sentences read now, beside the results' over the treebank."""
    names = {LAST: "[SEP]", FIRST: "[CLS]", PREVIOUS: "the word before", NEXT: "the word after"}
    parts = [
        f"{name} {found[statistic].mean():.0%} ({table(results, model, statistic).mean():.0%})"
        for statistic, name in names.items()
    ]
    pairs = [(found[one].ravel(), table(results, model, one).ravel()) for one in names]
    r = min(float(np.corrcoef(a, b)[0, 1]) for a, b in pairs)
    text = (
        "Over all heads, of a word's attention go in these sentences, and in brackets in the treebank's: "
        f"{', '.join(parts)}."
    )
    if r > 0.8:
        return (
            f"{text} Head by head the two agree: for each of the four the correlation over "
            f"{pairs[0][0].size} heads is {r:.2f} or more."
        )
    return f"{text} Head by head they differ: the lowest correlation of the four is {r:.2f}."
