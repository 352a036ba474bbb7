"""How much memory a class needs on one machine, from what `benchmarks/classroom.py` has measured."""

import numpy as np

from tlcourse import curriculum
from tlcourse.show.records import Records

CLASSES = (30, 100)
GIGABYTE = 1e9


def line(records: Records) -> tuple[float, float]:
    """What all share, and what each has alone, in bytes: the line through the memory of so many kernels.

    Raises:
        ValueError: the records are of fewer than two numbers of kernels.
    """
    counts = [row["kernels"] for row in records]
    if len(set(counts)) < 2:
        raise ValueError(f"a line needs two numbers of kernels, got {sorted(set(counts))}")
    each, shared = np.polyfit(counts, [row["score"] for row in records], 1)
    return float(shared), float(each)


def together(records: Records, learners: int) -> float:
    """Bytes of so many, by the line."""
    shared, each = line(records)
    return shared + each * learners


def kinds(records: Records) -> dict[str, Records]:
    """What was measured, in words → its records, servers first."""
    found = {"JupyterLab's server": records.where(stage="server")}
    for slug in records.values("lesson"):
        for stage, words in (("imports", "imported"), ("begun", "its models loaded")):
            if slug and stage in (of := records.where(lesson=slug)).values("stage"):
                found[f"{curriculum.lesson(slug).title}, {words}"] = of.where(stage=stage)
    return found


def table(records: Records) -> str:
    """Each kind with what the first takes, each further one, and a class of them, as Markdown; GB."""
    head = ["", "the first", "each further one", *(f"{count} of them" for count in CLASSES)]
    rows = [head, ["---", *["---:"] * (len(head) - 1)]]
    for words, some in kinds(records).items():
        shared, each = line(some)
        amounts = [shared + each, each, *(together(some, count) for count in CLASSES)]
        rows.append([words, *(f"{amount / GIGABYTE:.2f}" for amount in amounts)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _begun(records: Records) -> dict[str, Records]:
    """Lesson → its records with the models loaded."""
    begun = records.where(stage="begun")
    return {slug: begun.where(lesson=slug) for slug in begun.values("lesson")}


def span(records: Records, learners: int) -> tuple[float, float]:
    """The least and the most GB that so many take, each with a server and one of the lessons begun."""
    servers = together(records.where(stage="server"), learners)
    amounts = [(servers + together(rows, learners)) / GIGABYTE for rows in _begun(records).values()]
    return min(amounts), max(amounts)


def sentence(records: Records) -> str:
    """What a class of thirty, and one of a hundred, needs."""
    said = ", ".join(f"{count} learners {_between(*span(records, count))}" for count in CLASSES)
    most = max(records.where(stage="begun").values("kernels"))
    return (
        f"Each with a server and one lesson begun, {said} (measured with up to {most} kernels on one "
        "machine, and from there by a straight line)."
    )


def _between(low: float, high: float) -> str:
    return f"take {low:.0f} GB" if round(low) == round(high) else f"take {low:.0f} to {high:.0f} GB"


def sharing(records: Records) -> str:
    """How much less that is than if each had its own copy of libraries and weights."""
    most = max(records.where(stage="begun").values("kernels"))
    rows = records.where(stage="begun", kernels=most)
    saved = [1 - row["score"] / row["rss"] for row in rows]
    titles = " and ".join(curriculum.lesson(row["lesson"]).title for row in rows)
    low, high = (f"{value:.0%}" for value in (min(saved), max(saved)))
    amount = low if low == high else f"{low} to {high}"
    return (
        "Libraries, and weights and arrays that are mapped from one folder, are in memory once, however many "
        f"use them. With {most} kernels of {titles} that is {amount} less than their sizes (RSS) add up to."
    )


def page() -> str:
    """All of it as Markdown, from `data/results/classroom/memory.json`."""
    records = Records.load("classroom/memory")
    return "\n\n".join(
        [
            sentence(records),
            "GB, each page of memory counted once (in the small profile, which loads the same models):",
            table(records),
            sharing(records),
            "While a lesson trains or measures, its kernel takes more: up to 1.5 GB at its peak (`tlcourse "
            "run` reports it for each lesson). A class does not peak at once, but where all run the same "
            f"cell, leave room: half as much again is a start. Measured by `{records.about['command']}`.",
        ]
    )
