"""The sentences and rows of lesson OpenAI GPT that depend on what was measured."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from tlcourse.data.tokeniser import SEP, SPECIAL
from tlcourse.lessons.openai_gpt.written import PEOPLE, WAYS
from tlcourse.models.language.gpt import GPTForCausalLM
from tlcourse.probe import zero_shot
from tlcourse.show.differences import Difference, difference
from tlcourse.show.records import Records
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
            f"“{tokenizer.id_to_token(i)}” {v:.0%}"
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
        f"before, in people's texts {again.where(text=people).mean:.1%}. The ways that draw repeat between "
        f"{min(drawn):.1%} and {max(drawn):.1%}. And the surprise: where the likeliest is "
        f"taken, a piece has a probability of {likely.where(text=greedy).mean:.1%}, in people's texts "
        f"{likely.where(text=people).mean:.1%}. "
        f"{_where_people_are({way: likely.where(text=way).mean for way in (*WAYS, PEOPLE)})}"
    )


def _where_people_are(probability: Mapping[str, float]) -> str:
    """Between which two ways of choosing people's texts lie, by how likely the model finds them."""
    ranked = sorted(probability, key=probability.__getitem__)
    place = ranked.index(PEOPLE)
    if place in (0, len(ranked) - 1):
        return f"By this, people surprise the model {'less' if place else 'more'} than any way of choosing."
    return f"By this, people lie between *{ranked[place - 1]}* and *{ranked[place + 1]}*."


WAYS_FIRST = next(iter(WAYS))


def of_rows(curves: Mapping[str, np.ndarray]) -> str:
    """What repeating does to the probability of a sentence, against the same sentence after others."""
    again, others = curves.values()
    gap = difference(
        (again[:, -1] / again[:, 0]).tolist(), (others[:, -1] / others[:, 0]).tolist(), share=False
    )
    times = again.shape[1]
    factors = [rows[:, -1].mean() / rows[:, 0].mean() for rows in (again, others)]  # as in the figure
    second = again[:, 1].mean() / again[:, 0].mean()
    return (
        f"The second time, its pieces are on average {second:.1f} times as likely as the first time, the "
        f"{times}th time {factors[0]:.1f} times. "
        f"After {times - 1} other sentences it is {factors[1]:.1f} times"
        + gap.says(
            above=": it is the repetition that does it, not the length of the text. ",
            below=", so repetition makes it less likely than length does. ",
            luck="; these few sentences cannot tell the two apart. ",
        )
        + "A model in a loop finds it likelier than at first, and so stays in it (Holtzman et al. 2020, "
        "section 4.2, show the same for GPT-2)."
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
    gap = difference(ours, counts, names=("gpt-mini with all six layers", "TF-IDF of the same beginnings"))
    return f"And against counts, for {task}: {gap.sentence}."


def of_auxiliary(records: Records) -> str:
    """The auxiliary loss on against off, for each task."""
    lines = []
    for (task, labels), rows in records.by("task", "labels").items():
        gap = difference(rows.where(weight=0.5), rows.where(weight=0.0))
        points = ", ".join(f"{100 * seed:+.1f}" for seed in gap.of_seed).replace("-", "−")
        verdict = gap.says(above="it helps", below="it hurts", luck=_luck(gap))
        lines.append(f"- **{task}**, {labels:,} labels, seed by seed {points} points: {verdict}.")
    return "\n".join(lines)


def _luck(gap: Difference) -> str:
    """What to say of a difference within luck, where all seeds agree and where they do not."""
    for way, agree in (("lower", gap.of_seed < 0), ("higher", gap.of_seed > 0)):
        if agree.all():
            return f"{way} each time, but so few seeds may agree by luck (lesson 01)"
    return "no difference outside luck"


def best_way(records: Records) -> Records:
    """One score per model, place and task: levelled where all models were, else as it says."""
    return Records(row for row in records if row["way"] == LEVELLED or row["task"] == zero_shot.ACCEPTABILITY)


def of_zero_shot(records: Records, ends: Sequence[str]) -> str:
    """For each task: whether the small GPT has left its beginning, and where those that read more are."""
    lines = []
    for task, rows in records.by("task").items():
        line = rows.where(model=LINE)
        places = sorted(line.values("tokens"))
        gap = _moved(line)
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


def _moved(line: Records) -> Difference:
    """The end of one task's line against its beginning."""
    first, last = min(line.values("tokens")), max(line.values("tokens"))
    return difference(line.where(tokens=last), line.where(tokens=first))


def _above(chance: float, rows: Records) -> bool:
    """Whether so many questions would seldom give such a score by chance (0: a correlation)."""
    variance = chance * (1 - chance) if chance else 1.0
    return rows.mean - chance > 2 * math.sqrt(variance / sum(row["items"] for row in rows))


def _bold_above(chance: float, rows: Records, spec: str) -> str:
    bold = "**" * _above(chance, rows)
    return f"{bold}{rows.mean:{spec}}{bold}"


def of_the_guess(records: Records, read_more: str) -> str:
    """Whether the line bears the guess out, and what the same network can answer that has read more."""
    tasks = records.by("task")
    line = records.where(model=LINE)
    rising = [task for task, rows in tasks.items() if _moved(rows.where(model=LINE)).verdict == "above"]
    if rising:
        told = f"The line rises, as the guess has it, for {' and '.join(rising)}."
    else:
        told = (
            f"So the line neither supports the guess nor refutes it: {max(line.values('tokens')):,} pieces "
            "may be too few to learn anything of these tasks."
        )
    more = records.where(model=read_more)
    able = [task for task, rows in more.by("task").items() if _above(zero_shot.CHANCE[task], rows)]
    answers = f"above chance on {' and '.join(able)}, and on no other" if able else "above chance on none"
    millions = more.values("tokens")[0] / 1e6
    ends = " A rise on all four is the paper's result, not ours." if len(rising) < len(tasks) else ""
    return f"{told} The same network after {millions:.0f} million pieces, `{read_more}`, is {answers}.{ends}"


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
    slow = [row["items"] for row in records if row["model"] == "SmolLM2"]
    fewer = f" (SmolLM2, which is slow, {min(slow)}, and no headlines)" if slow else ""
    few, headlines = (
        min(row["items"] for row in records if row["model"] == ends[0] and row["task"] == task)
        for task in (zero_shot.TOPIC, zero_shot.HEADLINE)
    )
    return (
        f"At the right of the figure below: {'; '.join(told)}. Each was trained once, and asked some {few} "
        f"questions (headlines: {headlines}), so that luck alone moves a share by "
        f"{100 * (0.25 / few) ** 0.5:.0f} points or more{fewer}."
    )
