"""The sentences and rows of lesson To tune or not to tune that depend on what was measured."""

from collections.abc import Mapping, Sequence
from typing import Any

from tlcourse.lessons.to_tune_or_not_to_tune.published import BERT_BASE, BERT_BASE_TEST, DEVLIN, PETERS
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
    parts = [f"Under a linear head the best reading is **{best}**, {rows.where(reading=best).mean:.1%}"]
    if best != "last":
        side = gap.says(above="above", below="below", luck="within luck of", once="above")
        parts.append(f"which is {side} the last layer alone ({rows.where(reading='last').mean:.1%})")
    parts.append(f"the embeddings, which have not seen the sentence, are {100 * low.mean:.0f} points behind")
    return ", ".join(parts) + "."


def of_tuning(results: Records) -> str:
    """Fine-tuned against the best frozen way, on the test part; and what a heavy head is worth."""
    rows = results.where(test="test", labels="all")
    ways = {}
    for way, found in named(rows).by("way").items():
        reading = max(found.values("reading"), key=lambda one: found.where(reading=one).mean)
        ways[way] = found.where(reading=reading)
    told = []
    frozen = max((way for way in ways if way != "fine-tuned"), key=lambda way: ways[way].mean)
    for way, found in ways.items():
        n = len(found.scores)
        told.append(
            f"{way}: {found.mean:.1%}" + (f" ± {found.spread:.1%} over {n} seeds" if n > 1 else ", one seed")
        )
    said = "On the test part, " + "; ".join(told) + "."
    if "fine-tuned" in ways:
        gap = difference(ways["fine-tuned"], ways[frozen], names=("fine-tuned", frozen))
        said += f" So {gap.sentence}."
    return said


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
            cells = Records([row for row in rows if row["task"] == task])
            if "tuned, light" not in cells.values("way"):
                continue
            heavy, tuned = cells.where(way="frozen, heavy"), cells.where(way="tuned, light")
            gap = difference(heavy, tuned)
            winner = gap.says(above="frozen with a heavy head", below="tuned with a light head", luck="luck")
            points = f"{100 * abs(gap.mean):.0f} points"
            told.append(f"{task}: {winner}" + (f" by {points}" if winner != "luck" else f" ({points} apart)"))
        lines.append(f"- **{model}**: {'; '.join(told)}")
    return "Which is better, frozen with a heavy head or tuned with a light one?\n\n" + "\n".join(lines)


def of_heads(grid: Records, metrics: Mapping[str, str]) -> str:
    """What the heavy head adds to frozen states."""
    told = []
    for (model, task), cells in grid.by("model", "task").items():
        if task not in metrics:
            continue
        gap = difference(cells.where(way="frozen, heavy"), cells.where(way="frozen, light"))
        points = f"{100 * gap.mean:+.0f}".replace("-", "−")
        told.append(f"{model}, {task}: {points}{gap.says(above='', below='', luck=' (luck)')}")
    return f"A heavy head in place of a light one, on frozen states, in points: {'; '.join(told)}."


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


THREE = ("embeddings", "second-to-last", "last")
MIXED = ("sum of last four", "concatenation of last four", "weighted sum of all")
_TABLE_7 = f"{DEVLIN}, table 7"
_SMALLER = (
    "They: 12 layers under a BiLSTM of 768 units. We: 6 layers, distilled, once tuned to correct grammar and "
    "squeezed into eight bits, under a linear head."
)
_ORDER = "The order is what to compare: their differences are a point or less."
_ONE_PASS = "One pass over single sentences; they: several passes, with the document around each."
_FEW = "They: all labels, and a head with attention between the two. We: 100 labels, the pair read as one."
_PAIRS = {  # model → (what it stands for, what the paper says)
    "elmo-mini": ("ELMo", "frozen above tuned on pairs"),
    "minilm": ("BERT", "tuned above frozen on similarity"),
}


def paper_rows(results: Records, grid: Records) -> list[tuple[Any, ...]]:
    """The papers' figures beside ours."""
    linear = results.where(way="frozen", head="linear", test="valid")
    rows: list[tuple[Any, ...]] = []
    for readings, why in ((THREE, _SMALLER), (MIXED, _ORDER)):
        theirs = " / ".join(f"{100 * BERT_BASE[one]:.1f}" for one in readings)
        ours = " / ".join(f"{linear.where(reading=one).mean:.1%}" for one in readings)
        what = f"NER, frozen: {' / '.join(readings)}"
        rows.append((what, f"{theirs} F1, development", _TABLE_7, ours, why))
    tuned = [r for r in results if (r["way"], r["test"], r["labels"]) == ("fine-tuned", "test", "all")]
    if tuned:
        found = Records(tuned)
        ours = f"{found.mean:.1%}" + (f" ± {found.spread:.1%}" if len(found) > 1 else " (one seed)")
        rows.append(("NER, fine-tuned, test", f"{100 * BERT_BASE_TEST:.1f} F1", _TABLE_7, ours, _ONE_PASS))
    for model, (system, said) in _PAIRS.items():
        cells = Records(r for r in grid if (r["model"], r["task"]) == (model, "similarity"))
        ways = cells.values("way") if len(cells) else []
        if "tuned, light" in ways:
            heavy, light = (cells.where(way=way).mean for way in ("frozen, heavy", "tuned, light"))
            ours = f"{model}: frozen {heavy:.2f}, tuned {light:.2f} (Spearman)"
            source = f"{PETERS}, table 2, as reported"
            rows.append((f"{system}: similarity of sentences", said, source, ours, _FEW))
    return rows


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
