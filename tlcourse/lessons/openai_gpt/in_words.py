"""The sentences and rows of lesson OpenAI GPT that depend on what was measured."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from tlcourse.data.tokeniser import SEP, SPECIAL
from tlcourse.lessons.openai_gpt.written import PEOPLE, WAYS
from tlcourse.models.language.gpt import GPTForCausalLM
from tlcourse.probe import zero_shot
from tlcourse.show.differences import difference
from tlcourse.show.records import Records
from tlcourse.show.tables import mean_sd
from tlcourse.train.finetuning.generative import NOTHING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LINE, LEVELLED = "small GPT", "levelled"
ALL = 6  # layers of gpt-mini


def expected(
    model: GPTForCausalLM, tokenizer: "Tokenizer", contexts: Mapping[str, str], n: int = 4
) -> list[dict[str, str]]:
    """Rows of a table: what the model expects after each context, and what one has to know for it."""
    rows = []
    for context, needed in contexts.items():
        ids = tokenizer.encode(context, add_special_tokens=False).ids
        with torch.no_grad():
            p = model.next_logits(torch.tensor([[SEP, *ids]]))[0]
        p[: len(SPECIAL)] = -torch.inf
        top = p.softmax(dim=0).topk(n)
        told = ", ".join(
            f"{tokenizer.id_to_token(i)} {v:.0%}"
            for v, i in zip(top.values.tolist(), top.indices.tolist(), strict=True)
        )
        rows.append({"text": f"{context} …", "likeliest next": told, "what it takes": needed})
    return rows


def of_texts(records: Records) -> str:
    """How the likeliest pieces compare with people's text: repeated runs, and probability."""
    again, likely = (records.where(measured=name) for name in ("repeated", "probability"))
    greedy, people = WAYS_FIRST, PEOPLE
    gap = difference(again.where(text=greedy), again.where(text=people))
    verdict = gap.says(
        above="The likeliest piece each time repeats itself more than people do",
        below="The likeliest piece each time repeats itself less than people do",
        luck="Whether the likeliest piece each time repeats itself more than people do, these draws "
        "cannot tell",
    )
    drawn = [again.where(text=way).mean for way in WAYS if way != greedy]
    return (
        f"{verdict}: of the runs of four pieces, {again.where(text=greedy).mean:.0%} have stood there "
        f"before, in people's texts {again.where(text=people).mean:.1%}. And it is too sure: a piece that it "
        f"writes has a probability of {likely.where(text=greedy).mean:.1%} (geometric mean), one of people's "
        f"{likely.where(text=people).mean:.1%}. People surprise the model all the time. The ways that draw "
        f"repeat between {min(drawn):.1%} and {max(drawn):.1%}."
    )


WAYS_FIRST = next(iter(WAYS))


def of_rows(curves: Mapping[str, np.ndarray]) -> str:
    """What repeating does to the probability of a sentence, against the same sentence after others."""
    again, others = curves.values()
    gap = difference(
        (again[:, -1] / again[:, 0]).tolist(), (others[:, -1] / others[:, 0]).tolist(), share=False
    )
    times = again.shape[1]
    factors = [rows[:, -1].mean() / rows[:, 0].mean() for rows in (again, others)]  # as in the figure
    return (
        f"The {times}th time, its pieces are on average {factors[0]:.1f} times as likely as the first time. "
        f"After {times - 1} other sentences it is {factors[1]:.1f} times"
        + gap.says(
            above=": it is the repetition that does it, not the length of the text. ",
            below=", so repetition makes it less likely than length does. ",
            luck="; these few sentences cannot tell the two apart. ",
        )
        + "A model that takes the likeliest piece steps into a loop and finds it likelier with each turn "
        "(Holtzman et al. 2020, section 4.2, show the same for GPT-2)."
    )


def of_layers(records: Records) -> str:
    """What the embeddings, and what all the layers above them add, for each task."""
    lines = []
    for task, rows in records.by("task").items():
        none, table, whole = (rows.where(layers=k) for k in (NOTHING, 0, ALL))
        told = [
            difference(one, other).says(above=up, below=down, luck=luck)
            for one, other, up, down, luck in (
                (table, none, "help", "hurt", "make no difference that three seeds can tell"),
                (whole, table, "help beyond them", "hurt", "make none beyond them that three seeds can tell"),
            )
        ]
        points = [100 * (a.mean - b.mean) for a, b in ((table, none), (whole, table))]
        lines.append(
            f"- **{task}**: the embeddings {told[0]} ({points[0]:+.1f} points), the layers above {told[1]} "
            f"({points[1]:+.1f} points)".replace("-", "−").replace("− **", "- **")
        )
    return "\n".join(lines)


def of_top(records: Records) -> str:
    """Whether accuracy goes on rising up to the last layer."""
    told = []
    for task, rows in records.by("task").items():
        below = max(k for k in rows.values("layers") if k < ALL)
        gap = difference(rows.where(layers=ALL), rows.where(layers=below))
        told.append(
            gap.says(
                above=f"for {task}, all {ALL} layers are better than {below}",
                below=f"for {task}, {below} layers are better than all {ALL}",
                luck=f"for {task}, {below} and {ALL} layers cannot be told apart",
            )
        )
    return f"Does it rise up to the last layer? In our results, {'; '.join(told)}."


def of_counts(records: Records, counts: Records) -> str:
    """The whole model against counts of the same texts."""
    (task,) = counts.values("task")
    ours = records.where(task=task, layers=ALL)
    gap = difference(ours, counts, names=("all six layers", "TF-IDF of the same beginnings"))
    return f"And against counts, for {task}: {gap.sentence}."


def of_auxiliary(records: Records) -> str:
    """The auxiliary loss on against off, for each task."""
    lines = []
    for (task, labels), rows in records.by("task", "labels").items():
        gap = difference(rows.where(weight=0.5), rows.where(weight=0.0))
        verdict = gap.says(above="it helps", below="it hurts", luck="no difference outside luck")
        points = f"{100 * gap.mean:+.1f}".replace("-", "−")
        lines.append(f"- **{task}**, {labels:,} labels: {verdict} ({points} points)")
    return "\n".join(lines)


def best_way(records: Records) -> Records:
    """One score per model, place and task: levelled where all models were, else as it says."""
    return Records(row for row in records if row["way"] == LEVELLED or row["task"] == zero_shot.ACCEPTABILITY)


def of_zero_shot(records: Records, ends: Sequence[str]) -> str:
    """For each task: whether the small GPT has left its beginning, and where those that read more are."""
    lines = []
    for task, rows in records.by("task").items():
        line = rows.where(model=LINE)
        places = sorted(line.values("tokens"))
        gap = difference(
            line.where(tokens=places[-1]), line.where(tokens=places[0]), share=task != "acceptability"
        )
        spec = ".2f" if task == zero_shot.ACCEPTABILITY else ".0%"
        moved = gap.says(above="rises", below="falls", luck="does not move beyond luck")
        there = [name for name in ends if name in rows.values("model")]
        last = ", ".join(
            f"{name} {_bold_above(zero_shot.CHANCE[task], rows.where(model=name), spec)}" for name in there
        )
        lines.append(
            f"- **{task}** (chance {zero_shot.CHANCE[task]:{spec}}): the small GPT {moved}, "
            f"{' → '.join(f'{line.where(tokens=k).mean:{spec}}' for k in (places[0], places[-1]))}; {last}"
        )
    bold = "In bold: above chance by more than two standard errors of so many questions.\n\n"
    return bold + "\n".join(lines).replace("-0", "−0")


def _bold_above(chance: float, rows: Records, spec: str) -> str:
    """The mean score, bold where so many questions would seldom give it by chance (0: a correlation)."""
    variance = chance * (1 - chance) if chance else 1.0
    items = sum(row["items"] for row in rows)
    bold = "**" * (rows.mean - chance > 2 * math.sqrt(variance / items))
    return f"{bold}{rows.mean:{spec}}{bold}"


_ENDS = {
    "gpt2-nano": "`gpt2-nano`, of the same size as the small GPT",
    "gpt-mini": "`gpt-mini`, four times as large",
    "ulmfit-mini": "`ulmfit-mini`, an LSTM",
    "SmolLM2": "SmolLM2, a decoder of our days with 135 million numbers, tuned to follow instructions "
    "after its pretraining, so not by next words alone",
}


def of_ends(records: Records, ends: Sequence[str]) -> str:
    """What the models at the right of the figure are, and how much they have read."""
    told = []
    for name in ends:
        tokens = records.where(model=name).values("tokens")[0]
        read = f"{tokens / 1e12:.0f} trillion" if tokens >= 1e12 else f"{tokens / 1e6:.0f} million"
        told.append(f"{_ENDS[name]} ({read} pieces)")
    few, headlines = (
        min(row["items"] for row in records if row["model"] == ends[0] and row["task"] == task)
        for task in (zero_shot.TOPIC, zero_shot.HEADLINE)
    )
    return (
        f"At the right of the figure: {'; '.join(told)}. Each was trained once, and asked some {few} "
        f"questions (headlines: {headlines}), so that luck alone moves a share by "
        f"{100 * (0.25 / few) ** 0.5:.0f} points or more "
        "(SmolLM2, which is slow, was asked fewer, and no headlines)."
    )


def paper_rows(tuned: Records, asked: Records, texts: Records) -> list[tuple[Any, ...]]:
    """The paper's figures beside ours."""
    radford = "Radford et al. 2018, "

    def at(task: str, k: int, weight: float = 0.0) -> list[float]:
        return tuned.where(task=task, layers=k, weight=weight).scores

    task = next(iter(tuned.values("task")))
    again = texts.where(measured="repeated")
    return [
        (
            "without pretraining → with it",
            "59.9 → 74.7, mean over eight tasks",
            radford + "table 5",
            f"{mean_sd(at(task, NOTHING), '.1%')} → {mean_sd(at(task, ALL), '.1%')}, {task}",
            "The direction is the same. Theirs has 117 million numbers and whole data sets; ours has "
            "7 million, and a task with few labels.",
        ),
        (
            "embeddings alone → all layers",
            "up to 9% more on MultiNLI",
            radford + "section 5, figure 2, left",
            f"{mean_sd(at(task, 0), '.1%')} → {mean_sd(at(task, ALL), '.1%')}, {task}",
            "MultiNLI is about how sentences relate, a topic mostly about which words there are: we think "
            "that this is why our embeddings alone do so much of it.",
        ),
        (
            "auxiliary loss: without → with it",
            "75.0 → 74.7, mean; better on the larger data sets",
            radford + "table 5 and section 5",
            f"{mean_sd(at(task, ALL), '.1%')} → {mean_sd(at(task, ALL, 0.5), '.1%')}, {task}",
            "They, too, find it no help on small data sets, and ours are small. We have tried no large one.",
        ),
        (
            "zero-shot answers during pretraining",
            "steady rise on all of four tasks",
            radford + "section 5, figure 2, right",
            _ends(asked),
            "Theirs has read 7,000 books, our small GPT "
            f"{max(asked.where(model=LINE).values('tokens')):,} pieces: next to nothing. Those at the right "
            "of our figure have read more.",
        ),
        (
            "the likeliest pieces against people's text",
            "far more repetition, far higher probability",
            "Holtzman et al. 2020, sections 4 and 5 (GPT-2)",
            f"{mean_sd(again.where(text=WAYS_FIRST).scores, '.0%')} of runs repeated, "
            f"{mean_sd(again.where(text=PEOPLE).scores, '.1%')} in people's",
            "Another measure (runs of four pieces), a smaller model, shorter texts; the same finding.",
        ),
    ]


def _ends(asked: Records) -> str:
    rows = asked.where(model=LINE)
    first, last = min(rows.values("tokens")), max(rows.values("tokens"))
    told = []
    for task, group in rows.by("task").items():
        spec = ".2f" if task == zero_shot.ACCEPTABILITY else ".0%"
        start, end = (f"{group.where(tokens=k).mean:{spec}}" for k in (first, last))
        told.append(f"{task} {start} → {end}")
    return "; ".join(told)
