"""The rows that hold what papers report against what the lesson finds."""

from typing import Any

from tlcourse.lessons.openai_gpt.in_words import ALL, LINE, WAYS_FIRST
from tlcourse.lessons.openai_gpt.written import PEOPLE
from tlcourse.probe import zero_shot
from tlcourse.show.differences import difference
from tlcourse.show.records import Records
from tlcourse.show.tables import mean_sd
from tlcourse.train.finetuning.generative import NOTHING


def paper_rows(tuned: Records, asked: Records, texts: Records) -> list[tuple[Any, ...]]:
    """The paper's figures beside ours."""
    radford = "Radford et al. 2018, "

    def at(task: str, k: int, weight: float = 0.0) -> list[float]:
        return tuned.where(task=task, layers=k, weight=weight).scores

    task = next(iter(tuned.values("task")))
    again = texts.where(measured="repeated")
    auxiliary = difference(
        tuned.where(task=task, layers=ALL, weight=0.5), tuned.where(task=task, layers=ALL, weight=0.0)
    )
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
            "They find it no help on small data sets. Ours is small"
            + auxiliary.says(
                above=", and it helps", below=", and it hurts", luck=", and shows none outside luck"
            )
            + ". We have tried no large one.",
        ),
        (
            "zero-shot answers during pretraining",
            "steady rise on all four of its tasks",
            radford + "section 5, figure 2, right",
            _ends(asked),
            "Two of the tasks are others. Theirs has read 7,000 books, our small GPT "
            f"{max(asked.where(model=LINE).values('tokens')):,} pieces: next to nothing.",
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
