"""Frozen against fine-tuned, gathered from the results of all lessons that measured both."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tlcourse.lessons.state_of_the_art_and_after.board import SYSTEMS, TASKS
from tlcourse.show.records import Records, results_dir
from tlcourse.show.zoo_results import records as zoo_records

FROZEN, TUNED = "frozen", "fine-tuned"
CONLL = "names (CoNLL)"  # people’s tags of Reuters news; the board’s names are a program’s, of BBC news
Row = dict[str, Any]


def gather() -> Records:
    """Records with `lesson`, `system`, `task`, `labels`, `way`, `seed`, `score`.

    A pair is there only with three seeds on both sides, and once: of two lessons with the same system, task
    and number of labels, the board's own measurement comes first. Frozen is a linear model on the states
    throughout, whatever a lesson tried besides.
    """
    rows = [*_vision(), *_suite(), *_ulmfit(), *_grid(), *_names(), *_everywhere()]
    kept: list[Row] = []
    pairs = set()
    for (_, *pair), group in Records(rows).by("lesson", "system", "task", "labels").items():
        ways = group.by("way")
        whole = {FROZEN, TUNED} == set(ways) and all(len(one) >= 3 for one in ways.values())
        if whole and tuple(pair) not in pairs:
            pairs.add(tuple(pair))
            kept += group
    return Records(kept)


def _row(row: Mapping[str, Any], lesson: str, system: str, task: str, way: str) -> Row:
    kept = {"labels": row["labels"], "seed": row["seed"], "score": row["score"]}
    return {"lesson": lesson, "system": SYSTEMS.get(system, system), "task": task, "way": way, **kept}


def _vision() -> Iterator[Row]:
    for row in Records.load("to_tune_or_not_to_tune/solar_cells"):
        if row["way"] in (FROZEN, TUNED):
            yield _row(row, "02", row["system"], "solar cells", row["way"])


def _ulmfit() -> Iterator[Row]:
    for name, task in (("trec", "questions"), ("imdb", "long reviews")):
        for row in Records.load(f"ulmfit/{name}"):
            if row["way"] in (FROZEN, "ULMFiT"):
                yield _row(row, "06", "ulmfit-mini", task, FROZEN if row["way"] == FROZEN else TUNED)
    for row in Records.load("ulmfit/stage_2"):
        if row["way"] == "ULMFiT":
            yield _row(row, "06", "ulmfit-mini", "questions", TUNED)


def _suite() -> Iterator[Row]:
    zoo = json.loads((results_dir() / "zoo" / "tasks.json").read_text(encoding="utf-8"))
    names = {(task, test): name for name, (task, test, _) in TASKS.items()}
    for row in zoo_records(zoo):
        name = names.get((row["task"], row["test"]))
        if name and row["weights"] == "trained" and row["labels"] != "all":
            yield _row({**row, "labels": int(row["labels"])}, "board", row["model"], name, row["way"])


def _grid() -> Iterator[Row]:
    ways = {"frozen, light": FROZEN, "tuned, light": TUNED}
    for row in Records.load("to_tune_or_not_to_tune/grid"):
        if row["way"] in ways:
            task = {"sentiment": "films", "conll2003": CONLL}.get(row["task"], row["task"])
            yield _row(row, "09", row["model"], task, ways[row["way"]])


def _names() -> Iterator[Row]:
    for name in ("frozen", "tuned"):
        for row in Records.load(f"to_tune_or_not_to_tune/{name}"):
            linear = row["head"] == "linear" and row["reading"] in ("weighted sum of all", "last")
            tuned = row["way"] == TUNED
            if row["test"] == "valid" and linear and (tuned or row["reading"] != "last"):
                yield _row(row, "09", row["model"], CONLL, row["way"])


def _everywhere() -> Iterator[Row]:
    for row in Records.load("to_tune_or_not_to_tune/everywhere"):
        yield _row(row, "09", row["system"], "films", row["way"])
