"""The rows of *paper says / we get / why they differ*."""

from collections.abc import Sequence
from typing import Any

from tlcourse.lessons.to_tune_or_not_to_tune.in_words import guessed, ways_on, with_spread
from tlcourse.lessons.to_tune_or_not_to_tune.in_words_of_names import best_reading
from tlcourse.lessons.to_tune_or_not_to_tune.published import BERT_BASE, BERT_BASE_TEST, DEVLIN, PETERS
from tlcourse.show.differences import difference
from tlcourse.show.prose import signed
from tlcourse.show.records import Records

THREE = ("embeddings", "second-to-last", "last")
MIXED = ("sum of last four", "concatenation of last four", "weighted sum of all")
_TABLE_7 = f"{DEVLIN}, table 7"
_SMALLER = (
    "They: 12 layers under a BiLSTM of 768 units. We: 6 layers, distilled, once tuned to correct grammar and "
    "stored in eight bits, under a linear head."
)
_ORDER = "The order is what to compare: their differences are a point or less."
_ONE_PASS = (
    "Smaller, as above, and one pass over single sentences; they: several passes, with the document "
    "around each."
)
_FEW = (
    "They: all labels, and heads made for each task. We: 100 labels; frozen heads have 200 steps, tuning 60."
)


def paper_rows(results: Records, grid: Records) -> list[tuple[Any, ...]]:
    """The papers' figures beside ours."""
    linear = results.where(way="frozen", head="linear", test="valid", labels="all")
    rows: list[tuple[Any, ...]] = []
    order = _ORDER
    if best_reading(results) == "weighted sum of all":
        means = [linear.where(reading=one).mean for one in MIXED]
        order = (
            "Theirs differ by a point or less, under a BiLSTM; ours, under a linear head, by "
            f"{100 * (max(means) - min(means)):.0f}. Side by side, that head has four times as many weights. "
            "Which of the three is best depends on the network too (section 2)."
        )
    for readings, why in ((THREE, _SMALLER), (MIXED, order)):
        theirs = " / ".join(f"{100 * BERT_BASE[one]:.1f}" for one in readings)
        ours = " / ".join(f"{linear.where(reading=one).mean:.1%}" for one in readings)
        what = f"names, frozen: {' / '.join(readings)}"
        rows.append((what, f"{theirs} F1, development", _TABLE_7, ours, why))
    tuned = Records(r for r in results if (r["way"], r["test"], r["labels"]) == ("fine-tuned", "test", "all"))
    if tuned:
        theirs = f"{100 * BERT_BASE_TEST:.1f} F1"
        rows.append(("names, fine-tuned, test", theirs, _TABLE_7, with_spread(tuned), _ONE_PASS))
    source = f"{PETERS}, table 2"
    for model, tasks, what, theirs in (
        ("elmo-mini", ("headline",), "ELMo, pairs of sentences", "frozen is better"),
        ("elmo-mini", ("sentiment", "conll2003"), "ELMo, sentiment and names", "both about as good"),
        ("minilm", ("similarity",), "BERT, similarity", "tuned is better"),
        ("minilm", ("sentiment", "conll2003"), "BERT, sentiment and names", "both about as good"),
    ):
        ours = _winners(grid, model, tasks)
        if ours:
            rows.append((what, theirs, source, f"{model}: {ours}", _FEW))
    return rows


def _winners(grid: Records, model: str, tasks: Sequence[str]) -> str:
    """For each task that was measured, which of the two ways of the paper is better."""
    told = []
    for task in tasks:
        ways = ways_on(Records(row for row in grid if row["model"] == model), task)
        if {"frozen, heavy", "tuned, light"} <= ways.keys():
            if guessed(task, *ways.values()):
                told.append(f"{task}: each way guesses, so there is nothing to compare")
                continue
            gap = difference(ways["frozen, heavy"], ways["tuned, light"])
            side = gap.says(above="frozen is better", below="tuned is better", luck="within luck")
            points = signed(100 * gap.mean, ".0f")
            told.append(f"{task}: {side} (frozen − tuned: {points} points)")
    return "; ".join(told)
