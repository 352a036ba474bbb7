"""The sentences and rows of lesson To tune or not to tune that depend on what was measured."""

import math
from collections.abc import Mapping, Sequence

from tlcourse.lessons.to_tune_or_not_to_tune.published import BERT_BASE, BERT_BASE_TEST
from tlcourse.show.differences import difference
from tlcourse.show.records import Records
from tlcourse.train.finetuning.text_model import TextModel

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


def of_readings(results: Records) -> str:
    """What is best to read, whether the top is, and how far the embeddings are behind."""
    rows = results.where(way="frozen", head="linear", test="valid")
    best = best_reading(results)
    gap = difference(rows.where(reading=best), rows.where(reading="last"))
    low = difference(rows.where(reading=best), rows.where(reading="embeddings"))
    said = f"Under a linear head the best reading is **{best}**, {rows.where(reading=best).mean:.1%}"
    if best != "last":
        side = gap.says(above="above", below="below", luck="within luck of", once="above")
        said += f", which is {side} the last layer alone ({rows.where(reading='last').mean:.1%})"
    if best != "embeddings":
        said += f"; the embeddings, which have not seen the sentence, are {100 * low.mean:.0f} points behind"
    said += "."
    theirs = max(BERT_BASE[one] for one in frozen_readings()) - BERT_BASE["last"]
    if gap.mean > theirs + 0.02:
        said += (
            f" In the paper the last layer lies {100 * theirs:.1f} points behind the best reading, here "
            f"{100 * gap.mean:.1f}: we think because ours was tuned to correct grammar, and its upper layers "
            "now hold what that task needs. What lies below them is still there."
        )
    return said


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
    return f"How far is the last layer behind the best of the six? {'; '.join(told)}."


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
        gap = difference(ways["fine-tuned"], ways[frozen], names=("fine-tuned", frozen))
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
        "It passed over the sentences once, where the paper tries two to four passes. And it sees a "
        "sentence, not the document around it. What each of them costs we have not measured."
    )


def of_labels(results: Records) -> str:
    """What the best reading of a frozen network, and the last one, reach with fewer sentences."""
    rows = results.where(way="frozen", head="linear", test="valid")
    best = best_reading(rows.where(labels="all"))
    found = rows.where(reading=best).by("labels")
    told = [f"{found[n].mean:.0%} with {_sentences(n)}" for n in sorted(found, key=_count)]
    return f"With fewer labelled sentences, the best reading has {_listed(told)}."


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
    return said


def _count(labels: int | str) -> float:
    return math.inf if labels == "all" else labels


def _sentences(labels: int | str) -> str:
    return "all" if labels == "all" else f"{labels:,}"


def with_spread(rows: Records) -> str:
    return (
        f"{rows.mean:.1%} ± {rows.spread:.1%} over {len(rows)} seeds"
        if len(rows) > 1
        else (f"{rows.mean:.1%}, one seed")
    )


def of_domain(results: Records) -> str:
    """How many points are lost on another kind of text, for each way."""
    told = []
    for way, rows in results.by("way").items():
        gap = difference(rows.where(test="test"), rows.where(test="wikigold"))
        told.append(f"{way} loses {100 * gap.mean:.0f} points")
    return f"From news to Wikipedia, {'; '.join(told)}."


def of_grid(grid: Records, metrics: Mapping[str, str]) -> str:
    """For each model and task: frozen under the better head against tuned."""
    lines = []
    for model, rows in grid.by("model").items():
        told = []
        for task in metrics:
            ways = ways_on(rows, task)
            if not {"frozen, heavy", "tuned, light"} <= ways.keys():
                continue
            gap = difference(ways["frozen, heavy"], ways["tuned, light"])
            winner = gap.says(above="frozen with a heavy head", below="tuned with a light head", luck="luck")
            points = f"{100 * abs(gap.mean):.0f} points"
            apart = f"within luck ({points} apart)" if winner == "luck" else f"{winner} by {points}"
            told.append(f"{task}: {apart}")
        if told:
            lines.append(f"- **{model}**: {'; '.join(told)}")
    return "Which is better, frozen with a heavy head or tuned with a light one?\n\n" + "\n".join(lines)


def of_heads(grid: Records, metrics: Mapping[str, str]) -> str:
    """What the heavy head adds to frozen states: where it helps, where it harms, and where that is luck."""
    found: dict[str, list[str]] = {"above": [], "below": [], "luck": []}
    for model, rows in grid.by("model").items():
        for task in metrics:
            ways = ways_on(rows, task)
            if {"frozen, heavy", "frozen, light"} <= ways.keys():
                gap = difference(ways["frozen, heavy"], ways["frozen, light"])
                points = f"{100 * gap.mean:+.0f}".replace("-", "−")
                verdict = gap.says(above="above", below="below", luck="luck")
                found[verdict].append(f"{task}, {model} ({points})")
    said = {"above": "is better", "below": "is worse", "luck": "is within luck of the light one"}
    told = [f"it {words} on {_listed(found[side])}" for side, words in said.items() if found[side]]
    return f"A heavy head in place of a light one, on frozen states, in points: {'; '.join(told)}."


def ways_on(rows: Records, task: str) -> dict[str, Records]:
    """Way → its records on a task; nothing where the task was not measured."""
    return Records(row for row in rows if row["task"] == task).by("way")


def of_answers(results: Records) -> str:
    """What the span head finds after one pass, against counting words."""
    told = []
    for measure, rows in results.by("measure").items():
        tuned, counted = rows.where(model="minilm"), rows.where(model="counting words")
        side = (
            "above"
            if tuned.scores.min() > counted.mean
            else ("below" if tuned.scores.max() < counted.mean else "not clearly apart from")
        )
        told.append(f"{measure}: {with_spread(tuned)}, {side} counting words ({counted.mean:.1%})")
    (labels,) = results.where(model="minilm").values("labels")
    return f"MiniLM after {labels} questions: {'; '.join(told)}."


def of_costs(seconds: Records) -> str:
    """Seconds of one core, by way: the mean over tasks and seeds for each model."""
    lines = []
    for model, rows in seconds.by("model").items():
        means = {
            way: sum(row["score"] for row in found) / len(found) for way, found in rows.by("way").items()
        }
        lines.append(f"- **{model}**: " + ", ".join(f"{way} {took:.0f} s" for way, took in means.items()))
    return "Seconds of training on one core, mean over tasks and seeds:\n\n" + "\n".join(lines)


def of_everywhere(results: Records) -> str:
    """For how many systems tuning helps, harms, or cannot be told."""
    found: dict[str, list[str]] = {"above": [], "below": [], "luck": [], "once": []}
    for system, rows in results.by("system").items():
        gap = difference(rows.where(way="fine-tuned"), rows.where(way="frozen"))
        found[gap.verdict].append(system)
    said = {"helps": found["above"], "harms": found["below"]}
    said["is within luck for"] = found["luck"] + found["once"]
    parts = [f"{word} {_listed(names)}" for word, names in said.items() if names]
    return f"With the same labels, fine-tuning {'; it '.join(parts)}."


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def frozen_readings() -> list[str]:
    """The paper's readings of frozen layers."""
    return [name for name in BERT_BASE if name != "fine-tuned"]


_METRICS = {
    "sentiment": "accuracy",
    "conll2003": "F1 over names",
    "similarity": "Spearman's ρ",
    "headline": "accuracy",
}


def measured_in(grid: Records) -> dict[str, str]:
    """Task → what a score is, for the tasks that were measured."""
    return {task: metric for task, metric in _METRICS.items() if task in grid.values("task")}


def one_reading_each(results: Records, best: str) -> Records:
    """Of the ways of `named`, each with one reading: the best under the linear head, else the only one."""
    wanted = {ROW["frozen", "linear"]: best, ROW["frozen", "BiLSTM"]: "weighted sum of all"}
    wanted[ROW["fine-tuned", "linear"]] = "last"
    return Records([row for row in results if row["reading"] == wanted[row["way"]]], results.about)


def of_memory(model: TextModel) -> str:
    """What training takes in memory for weights, gradients and Adam's averages, tuned and frozen."""
    whole = sum(p.numel() for p in model.encoder.parameters())
    head = sum(p.numel() for name, p in model.named_parameters() if not name.startswith("encoder."))
    tuned, frozen = 16 * (whole + head) / 1e6, (4 * whole + 16 * head) / 1e6
    return (
        f"MiniLM has {whole / 1e6:.1f} million numbers, its heavy head {head / 1e6:.1f} million. With four "
        f"bytes each, tuning both takes {tuned:,.0f} MB beside the states of a batch; the head alone "
        f"{frozen:,.0f} MB."
    )
