"""The sentences and rows on CoNLL-2003: which layers to read, under which head, and how far it travels."""

import math

from tlcourse.lessons.to_tune_or_not_to_tune.in_words import with_spread
from tlcourse.lessons.to_tune_or_not_to_tune.published import BERT_BASE, BERT_BASE_TEST
from tlcourse.show.differences import difference
from tlcourse.show.prose import listed
from tlcourse.show.records import Records

ROW = {  # one row of the results on CoNLL-2003 → what the lesson calls it
    ("frozen", "linear"): "frozen, linear head",
    ("frozen", "BiLSTM"): "frozen, BiLSTM head",
    ("fine-tuned", "linear"): "fine-tuned",
}


def named(results: Records) -> Records:
    """The results on CoNLL-2003 with `way` as the lesson calls it: way and head in one."""
    rows = ({**row, "way": ROW[row["way"], row["head"]]} for row in results)
    return Records(({k: v for k, v in row.items() if k != "head"} for row in rows), results.about)


def best_reading(results: Records) -> str:
    """The reading with the highest mean on the development part, under the linear head."""
    rows = results.where(way="frozen", head="linear", test="valid")
    return max(rows.values("reading"), key=lambda one: rows.where(reading=one).mean)


def frozen_readings() -> list[str]:
    """The paper's readings of frozen layers."""
    return [name for name in BERT_BASE if name != "fine-tuned"]


def of_readings(results: Records) -> str:
    """What is best to read, whether the next best is as good, and how far last and embeddings are behind."""
    rows = results.where(way="frozen", head="linear", test="valid")
    best = best_reading(results)
    gap = difference(rows.where(reading=best), rows.where(reading="last"))
    low = difference(rows.where(reading=best), rows.where(reading="embeddings"))
    said = f"Under a linear head the best reading is **{best}**, {rows.where(reading=best).mean:.1%}"
    others = [one for one in rows.values("reading") if one != best]
    if others:
        second = max(others, key=lambda one: rows.where(reading=one).mean)
        close = difference(rows.where(reading=best), rows.where(reading=second))
        side = close.says(above="above", below="below", luck="within luck of", once="above")
        said += f", {side} {second} ({rows.where(reading=second).mean:.1%})"
        if "last" not in (best, second):
            said += f"; the last layer alone has {rows.where(reading='last').mean:.1%}"
    if best != "embeddings":
        said += f"; the embeddings, which have not seen the sentence, are {100 * low.mean:.0f} points behind"
        to_top = difference(rows.where(reading="embeddings"), rows.where(reading="last"))
        said += to_top.says(
            above=f", and yet {100 * to_top.mean:.0f} above the last layer", below="", luck="", once=""
        )
    said += "."
    theirs = max(BERT_BASE[one] for one in frozen_readings()) - BERT_BASE["last"]
    if gap.mean > theirs + 0.02:
        said += (
            f" In the paper the last layer lies {100 * theirs:.1f} points behind the best reading, here "
            f"{100 * gap.mean:.1f}. We have not told the causes apart: the head (theirs is a BiLSTM, this "
            "one is linear), the network (ours is smaller, and stored in eight bits), and its tuning to "
            "correct grammar, after which its upper layers may hold what that task needs."
        )
    return said


def of_labels(results: Records) -> str:
    """What the best reading of a frozen network, and the last one, reach with fewer sentences."""
    rows = results.where(way="frozen", head="linear", test="valid")
    best = best_reading(rows.where(labels="all"))
    found = rows.where(reading=best).by("labels")
    told = [f"{found[n].mean:.0%} with {_sentences(n)}" for n in sorted(found, key=_count)]
    said = f"By the number of labelled sentences, the best reading has {listed(told)}."
    by_size = [found[n].mean for n in sorted(found, key=_count)]
    if len(by_size) > 1 and abs(by_size[-1] - by_size[0]) < 0.05:
        said += " More labels change little: they are not what is missing under this head."
    return said


def of_the_heavy_head(results: Records) -> str:
    """What an LSTM on the same frozen states is worth, with as many sentences and against more of them."""
    rows = results.where(way="frozen", test="valid", reading="weighted sum of all")
    light, heavy = (rows.where(head=head).by("labels") for head in ("linear", "BiLSTM"))
    n = max((n for n in heavy if n in light), key=_count)
    gap = difference(heavy[n], light[n], names=("the BiLSTM", "the linear layer"))
    said = f"On the same states, the weighted sum of all, with {_sentences(n)} sentences, {gap.sentence}."
    fewer = [k for k in heavy if "all" in light and k != "all" and heavy[k].mean > light["all"].mean]
    if fewer:
        least = min(fewer, key=_count)
        said += (
            f" With {_sentences(least)} sentences it has {heavy[least].mean:.1%}, more than the linear layer "
            f"with all of them ({light['all'].mean:.1%})."
        )
    theirs = [BERT_BASE[one] for one in frozen_readings() if one != "embeddings"]
    return said + (
        " We measured this reading alone under a BiLSTM. Of the paper's stars, the frozen ones are all under "
        "one, and there the choice matters little: but for the embeddings they lie within "
        f"{100 * (max(theirs) - min(theirs)):.1f} points."
    )


FEW = 1000  # labelled sentences with which every model was measured


def of_every_model(news: Records) -> Records:
    """Each model with a thousand sentences: its readings, also under a BiLSTM, and fine-tuned."""
    found = []
    for row in news.where(labels=FEW, test="valid"):
        reading = row["reading"] if row["way"] == "frozen" else "fine-tuned"
        reading += ", under a BiLSTM" if row["head"] == "BiLSTM" else ""
        kept = {k: row[k] for k in ("model", "labels", "seed", "score")}
        found.append(kept | {"reading": reading})
    order = [*BERT_BASE, *(f"{one}, under a BiLSTM" for one in BERT_BASE)]
    return Records(sorted(found, key=lambda row: order.index(row["reading"])), news.about)


def of_every_last_layer(few: Records) -> str:
    """For each model, how far the last layer is behind its best reading under a linear head."""
    told = []
    for model, rows in few.by("model").items():
        light = [one for one in rows.values("reading") if one in frozen_readings()]
        best = max(light, key=lambda one: rows.where(reading=one).mean)
        if best == "last":
            told.append(f"{model}: the last is the best")
            continue
        gap = difference(rows.where(reading=best), rows.where(reading="last"))
        behind = f"{100 * gap.mean:.0f} points behind {best}"
        told.append(f"{model}: {gap.says(above=behind, below=behind, luck=f'within luck of {best}')}")
    paper = max(frozen_readings(), key=BERT_BASE.__getitem__)
    return (
        f"How far is the last layer behind the best of the six? {'; '.join(told)}. In the paper's BERT-base "
        f"the best is {paper}, and the last {100 * (BERT_BASE[paper] - BERT_BASE['last']):.1f} points behind."
    )


def of_tuning(results: Records) -> str:
    """Fine-tuned against the best frozen way, on the test part, each with the reading best on the other."""
    found = named(results.where(labels="all"))
    ways = {}
    for way, rows in found.by("way").items():
        dev, test = rows.where(test="valid"), rows.where(test="test")
        reading = max(dev.values("reading"), key=lambda one: dev.where(reading=one).mean)
        ways[way] = test.where(reading=reading)
    told = [f"{way}: {with_spread(rows)}" for way, rows in ways.items()]
    said = "On the test part, " + "; ".join(told) + "."
    if "fine-tuned" in ways and len(ways) > 1:
        frozen = max((way for way in ways if way != "fine-tuned"), key=lambda way: ways[way].mean)
        head = "BiLSTM" if "BiLSTM" in frozen else "linear layer"
        names = ("the fine-tuned network", f"the {head} on frozen states")
        gap = difference(ways["fine-tuned"], ways[frozen], names=names)
        said += f" So {gap.sentence}."
    return said


def of_the_paper(results: Records) -> str:
    """How far the fine-tuned network is from the paper's, and what differs."""
    tuned = results.where(way="fine-tuned", test="test", labels="all")
    gap = 100 * (BERT_BASE_TEST - tuned.mean)
    if gap < 1:
        return f"The paper's BERT-base has {BERT_BASE_TEST:.1%} there: ours is as far."
    return (
        f"The paper's BERT-base, fine-tuned, has {BERT_BASE_TEST:.1%} there; ours is {gap:.0f} points "
        "behind. Four things differ. Ours has six layers of twelve, and was taught by BERT (*distilled*). "
        "Before it came to us, it was tuned to correct grammar, and its weights were stored in eight bits. "
        "It passed over the sentences once (our frozen heads twice); the paper tries two to four passes. "
        "And it sees a sentence, not the document around it. What each of them costs we have not measured."
    )


def one_reading_each(results: Records, best: str) -> Records:
    """Of the ways of `named`, each with one reading: the best under the linear head, else the only one."""
    wanted = {ROW["frozen", "linear"]: best, ROW["frozen", "BiLSTM"]: "weighted sum of all"}
    wanted[ROW["fine-tuned", "linear"]] = "last"
    return Records([row for row in results if row["reading"] == wanted[row["way"]]], results.about)


def of_domain(results: Records) -> str:
    """How many points are lost on another kind of text, for each way."""
    told = []
    for way, rows in results.by("way").items():
        gap = difference(rows.where(test="test"), rows.where(test="wikigold"))
        told.append(f"{way}: {100 * gap.mean:.0f} points")
    said = f"Lost from news to Wikipedia: {'; '.join(told)}."
    tuned, heavy = ROW["fine-tuned", "linear"], ROW["frozen", "BiLSTM"]
    if {tuned, heavy} <= {*results.values("way")}:
        news, wiki = (
            difference(results.where(way=tuned, test=test), results.where(way=heavy, test=test))
            for test in ("test", "wikigold")
        )
        said += f" Fine-tuned against the BiLSTM on frozen states: {news} in news, {wiki} in Wikipedia."
    return said


def _count(labels: int | str) -> float:
    return math.inf if labels == "all" else labels


def _sentences(labels: int | str) -> str:
    return "all" if labels == "all" else f"{labels:,}"
