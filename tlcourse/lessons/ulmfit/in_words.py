"""The sentences and rows of lesson ULMFiT that depend on what was measured."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from tlcourse.lessons.ulmfit.trials import chosen
from tlcourse.models.language.ulmfit import UlmfitForPreTraining
from tlcourse.show.differences import difference
from tlcourse.show.prose import signed
from tlcourse.show.records import Records
from tlcourse.show.tables import mean_sd

ALL = "ULMFiT"
NO_READING, SCRATCH, NO_TRICK = "no LM fine-tuning", "from scratch", "full: no trick"
# Way → what the paper has for it: validation error in % on TREC-6, tables 4, 6 and 7.
PUBLISHED = {
    ALL: 5.69,
    "no pretraining": 10.67,
    NO_READING: 6.38,
    "LM fine-tuning: full": 6.54,
    "LM fine-tuning: + discr": 6.36,
    SCRATCH: 13.36,
    NO_TRICK: 6.86,
    "one rate for all layers": 6.02,
    "a constant rate": 5.86,
    "all layers at once": None,
    "last layer only": 16.09,
    "the last state alone": None,
}


def measured(records: Records) -> list[str]:
    """The ways of `PUBLISHED` that were measured, in its order."""
    there = records.values("way")
    return [way for way in PUBLISHED if way in there]


def ablation_rows(records: Records) -> list[dict[str, str]]:
    """Rows of a table: errors, the paper's and ours, and whether ours differs from ULMFiT's."""
    rows, whole = [], records.where(way=ALL)
    for way in measured(records):
        found, paper = records.where(way=way), PUBLISHED[way]
        gap = difference(found, whole)
        verdict = gap.says(above="better", below="worse", luck="within luck")
        rows.append(
            {
                "": way,
                "paper, all labels": f"{paper:.2f}" if paper else "–",
                f"ours, {found.values('labels')[0]} labels": mean_sd(
                    [100 * (1 - s) for s in found.scores], ".1f"
                ),
                "ours against ULMFiT": "" if way == ALL else verdict,
            }
        )
    return rows


def of_ablation(records: Records) -> str:
    """Which tricks are worth more than luck here, and which are not."""
    whole = records.where(way=ALL)
    groups: dict[str, list[str]] = {"below": [], "above": [], "luck": []}
    for way in measured(records):
        if way != ALL:
            gap = difference(records.where(way=way), whole)
            points = signed(100 * gap.mean)
            groups[gap.verdict if gap.verdict in groups else "luck"].append(f"*{way}* ({points})")
    parts = []
    for verdict, text in (
        ("below", "Outside the spread **worse** than the whole of ULMFiT"),
        ("above", "Outside the spread **better**"),
        ("luck", "Within luck"),
    ):
        if groups[verdict]:
            parts.append(f"{text}: {', '.join(groups[verdict])}.")
    return " ".join(parts)


def of_model(lm: UlmfitForPreTraining) -> str:
    """How large the general language model is, and what it has read."""
    c, n = lm.config, sum(p.numel() for p in lm.parameters())
    *inner, last = c.widths[1:]
    return (
        f"**{n / 1e6:.1f} million numbers**, {c.num_hidden_layers} LSTM layers of "
        f"{', '.join(map(str, inner))} and {last} units (the last is as wide as the embeddings, whose "
        f"weights the softmax shares), {c.vocab_size:,} pieces of words. It has read 16 million pieces: "
        "news, novels, speeches, and *film reviews*, nearly half of it."
    )


def perplexities(**columns: Mapping[str, float]) -> list[dict[str, str]]:
    """Rows of a table: a kind of text, and its perplexity in each column."""
    names = next(iter(columns.values()))
    return [
        {"perplexity on": name} | {head: f"{values[name]:.0f}" for head, values in columns.items()}
        for name in names
    ]


def of_one_training(
    losses: Records, accuracies: Records, labels: np.ndarray, n_labels: int, n_pieces: int
) -> str:
    """What was forgotten by the end of one training of each way, and how many answers are right."""
    told = ", ".join(f"{way} {rows.mean:.1%}" for way, rows in accuracies.by("way").items())
    guessed = np.bincount(labels).max() / len(labels)
    level, worst = np.log(n_pieces), max(row["score"] for row in losses.where(done=1.0))
    lost = ", and the worst here more." if worst > level else "."
    learned = ""
    if max(row["score"] for row in accuracies) < guessed + 0.1:
        learned = " So the task is hardly learned yet, if at all: do not compare the two by this."
    return (
        f"{of_forgetting(losses)} Who holds each of the {n_pieces:,} pieces for equally likely has a loss of "
        f"{level:.1f}{lost} Right on {len(labels)} snippets, with {n_labels} labels and one seed: "
        f"{told}; always the commoner label {guessed:.1%}.{learned}"
    )


def of_stage_2(before: Mapping[str, float], after: Mapping[str, float], task: str) -> str:
    """What reading the task's text does to the perplexity there and elsewhere."""
    change = {name: after[name] / before[name] - 1 for name in before}
    others = [f"{name} {_percent(change[name])}" for name in before if name != task]
    direction = "falls" if change[task] < 0 else "does not fall"
    return (
        f"Perplexity on {task} that it has not read {direction}: {before[task]:.0f} → {after[task]:.0f} "
        f"({_percent(change[task])}). Elsewhere: {', '.join(others)}."
    )


def perplexity_rows(records: Records) -> list[dict[str, str]]:
    """Rows of a table: perplexity of the task's text and of news, before and after the whole of stage 2."""
    rows = []
    whole = records.where(**{"stage 2": "+ discr + STLR", "pretrained": True})
    for task, found in whole.by("task").items():
        cells = {"stage 2 reads": {"imdb": "IMDb reviews", "trec": "TREC-6 questions"}.get(task, task)}
        for text, label in (("the task's", "that kind of text"), ("news", "news")):
            first, last = (found.where(text=text, when=when).mean for when in ("before", "after"))
            cells[f"perplexity, {label}"] = f"{first:.0f} → {last:.0f} ({_percent(last / first - 1)})"
        rows.append(cells)
    return rows


def of_new_and_known_text(records: Records) -> str:
    """Whether stage 2 brought the model nearer to questions, new to it, and to IMDb, which it knew."""
    rows = records.where(**{"stage 2": "+ discr + STLR", "pretrained": True, "text": "the task's"})
    change = {
        task: rows.where(task=task, when="after").mean / rows.where(task=task, when="before").mean - 1
        for task in ("trec", "imdb")
    }
    questions = f"On questions, new to it, perplexity changes by {_percent(change['trec'])}"
    reviews = f"on reviews, of which it had read tens of thousands, by {_percent(change['imdb'])}"
    if change["imdb"] < 0:
        return f"{questions}; {reviews}."
    return (
        f"{questions}; {reviews}: it gets *worse*. It had little to learn there; we think that the rate "
        "(the paper's) is too high for a text that a model knows. A search over it was not made."
    )


def on_the_curve(records: Records) -> Records:
    """Of the ablation, what is a point of the curve over the number of labels."""
    return records.where(way=["TF-IDF", "frozen", ALL, NO_READING, SCRATCH], seed=[0, 1, 2])


def _percent(share: float) -> str:
    return f"{100 * share:+.0f} %".replace("-", "−")


def of_forgetting(losses: Records) -> str:
    """How far the loss on general text has risen by the end, by way of training."""
    told = []
    for way, rows in losses.by("way").items():
        first, last = (rows.where(done=done) for done in (0.0, 1.0))
        rise = [b - a for a, b in zip(first.scores, last.scores, strict=True)]
        told.append((sum(rise) / len(rise), way))
    told.sort()
    each = ", ".join(f"*{way}* {f'{rise:+.2f}'.replace('-', '−')}" for rise, way in told)
    return f"Rise of the loss on news by the end, in nats a piece: {each}."


def what_forgetting_costs(losses: Records, accuracies: Records) -> str:
    """Whether the way that forgets most is also worse at the task."""
    last = losses.where(done=1.0)
    most = max(last.values("way"), key=lambda way: last.where(way=way).mean)
    if most == ALL:
        return "Here ULMFiT itself forgets most."
    gap = difference(accuracies.where(way=most), accuracies.where(way=ALL))
    return gap.says(
        above=f"And yet *{most}*, which forgets most, is **better** at the task: {gap.sentence}. Forgetting "
        "news did not hurt here.",
        below=f"And *{most}*, which forgets most, is worse at the task: {gap.sentence}.",
        luck=f"Whether that costs accuracy on the task is not shown by it: {gap.sentence}.",
    )


def of_arms(records: Records, what: str) -> str:
    """ULMFiT against each of the others, a line each."""
    whole = records.where(way=ALL)
    lines = [
        f"- {difference(whole, records.where(way=way)).sentence}."
        for way in records.values("way")
        if way != ALL
    ]
    return f"{what}:\n\n" + "\n".join(lines)


def worth_of_reading(records: Records) -> str:
    """What the unlabelled text adds, for each number of labels."""
    told = []
    for n in sorted(records.values("labels")):
        rows = records.where(labels=n)
        gap = difference(rows.where(way=ALL), rows.where(way=NO_READING))
        points = signed(100 * gap.mean)
        told.append(f"{n:,} labels {points} points{gap.says(above='', below='', luck=' (within luck)')}")
    return f"What the unlabelled questions add: {'; '.join(told)}."


def labels_to_match(records: Records, n: int) -> int | None:
    """The fewest labels measured with which the classifier from scratch reaches ULMFiT's mean with `n`."""
    wanted = records.where(way=ALL, labels=n).mean
    scratch = records.where(way=SCRATCH)
    enough = (k for k in sorted(scratch.values("labels")) if scratch.where(labels=k).mean >= wanted)
    return next(enough, None)


def of_labels(records: Records, n: int) -> str:
    """How many labels training from scratch needs for what ULMFiT reaches with `n`."""
    whole, scratch = (records.where(way=way, labels=n) for way in (ALL, SCRATCH))
    told = f"With {n:,} labels ULMFiT reaches {whole.mean:.1%} on average, training from scratch "
    return f"{told}{scratch.mean:.1%}. {labels_saved(records, n)}"


def labels_saved(records: Records, n: int) -> str:
    """What may be said of the labels that ULMFiT saves, if it has `n`."""
    need, most = labels_to_match(records, n), max(records.where(way=SCRATCH).values("labels"))
    reached = f"comes to that with {need:,}" if need else f"does not come to that even with {most:,}"
    return difference(*(records.where(way=way, labels=n) for way in (ALL, SCRATCH))).says(
        above=f"The mean from scratch {reached}.",
        below="From scratch is better here: it saves none.",
        luck="The two are within luck: how many labels it saves, these draws cannot say.",
        once=f"From scratch {reached}.",
    )


def searched(records: Records) -> list[dict[str, Any]]:
    """Rows of a table: the rates that were tried, on training labels alone, and which is used."""
    rows = []
    for task, of_task in records.by("task").items():
        for way, of_way in of_task.by("way").items():
            found = {row["rate"]: row["score"] for row in of_way}
            used = chosen(found)
            rows += [
                {
                    "task": {"imdb": "IMDb", "trec": "TREC-6"}.get(task, task),
                    "trained": way,
                    "rate": f"{rate:g}",
                    "accuracy": f"{found[rate]:.1%}",
                    "used": "✓" if rate == used else "",
                }
                for rate in sorted(found)
            ]
    return rows


def paper_rows(imdb: Records, trec: Records, curve: Records) -> list[tuple[Any, ...]]:
    """The paper's figures beside ours."""
    howard = "Howard and Ruder 2018, "

    def errors(records: Records, *ways: str) -> str:
        return " / ".join(
            mean_sd([100 * (1 - s) for s in records.where(way=way).scores], ".1f") for way in ways
        )

    few = min(curve.values("labels"), key=lambda n: abs(n - 100))
    return [
        (
            "IMDb, error %: from scratch / no LM fine-tuning / ULMFiT",
            "9.93 / 6.99 / 5.00 (validation)",
            howard + "tables 6 and 7",
            errors(imdb, SCRATCH, NO_READING, ALL) + " (100 labels)",
            "They: 25,000 labels, whole reviews, a model that has read 103 million words of Wikipedia. We: "
            "100 labels, the end of each review, a model half as wide that has read 16 million pieces.",
        ),
        (
            "TREC-6, error %: no pretraining / with",
            "10.67 / 5.69 (validation)",
            howard + "table 4",
            errors(trec, "no pretraining", ALL) + " (100 labels)",
            "They have 49 times as many labels (a tenth is held out) and go over them 50 times, we 8 times. "
            "Without pretraining both still read the task's text.",
        ),
        (
            "TREC-6, error %: last layer only / full, no trick / ULMFiT",
            "16.09 / 6.86 / 5.69 (validation)",
            howard + "table 7",
            errors(trec, "last layer only", NO_TRICK, ALL) + " (100 labels)",
            "Whether ours differ by more than luck stands in the ablation. With 100 labels there are few "
            "steps, and with gradual unfreezing and small rates the lower layers hardly move in them.",
        ),
        (
            "100 labels with ULMFiT equal how many from scratch?",
            "10 times as many on IMDb, 20 times on AG",
            howard + "section 5, figure 3",
            labels_saved(curve, few),
            "TREC-6 in place of theirs, few sizes, and three draws of each.",
        ),
    ]
