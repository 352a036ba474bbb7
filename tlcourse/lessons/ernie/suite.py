"""ernie-mini beside bert-mini on the course's tasks: the zoo's results, and pairs of sentences."""

from collections.abc import Mapping
from typing import Any

from tlcourse.lessons.ernie.in_words import BERT
from tlcourse.lessons.ernie.on_news import ERNIE
from tlcourse.show.records import Records
from tlcourse.show.zoo_results import records

_MODELS = {
    (ERNIE, "trained"): ERNIE,
    (BERT, "trained"): BERT,
    (ERNIE, "random"): "random twin",
    ("counts", "trained"): "counts",
}
_NAMES = {
    ("topic", "bbc"): "topic of news",
    ("parts of speech", "bbc (silver)"): "parts of speech (silver)",
    ("entities", "bbc (silver)"): "names (silver)",
    ("sentiment", "movie"): "sentiment of films",
    ("imdb", "imdb"): "sentiment of IMDb’s film reviews",
}
LABELS = ("100", "1000", "all")


def of_zoo(results: Mapping[str, Any]) -> Records:
    """Frozen, by `task` (with the number of labels), `model` and `seed`, where both models were measured."""
    found = records(results).where(way="frozen")
    rows = []
    for (task, test), name in _NAMES.items():
        for labels in LABELS:
            some = [
                {"task": f"{name}, {_told(labels)}", "model": _MODELS[row["model"], row["weights"]],
                 "seed": row["seed"], "score": row["score"]}
                for row in found
                if (row["task"], row["test"], row["labels"]) == (task, test, labels)
                and (row["model"], row["weights"]) in _MODELS
            ]  # fmt: skip
            if {ERNIE, BERT} <= {row["model"] for row in some}:
                rows += sorted(some, key=lambda row: [*_MODELS.values()].index(row["model"]))
    return Records(rows)


def _told(labels: str) -> str:
    return "all labels" if labels == "all" else f"{int(labels):,} labels"


def of_pairs() -> Records | None:
    """The results on pairs of sentences, by `task`, `model` and `seed`; None where there are none."""
    try:
        found = Records.load("ernie/pairs")
    except FileNotFoundError:
        return None
    return Records({key: row[key] for key in ("task", "model", "seed", "score")} for row in found)
