"""What `benchmarks/elmo.py` and `benchmarks/zoo.py` measured, as lesson ELMo reads it."""

import json

from tlcourse.show import zoo_results
from tlcourse.show.records import Records, results_dir

SENTENCES = "labelled sentences"
TWIN = "random twin, mix"
_TASKS = ("parts of speech", "sentiment", "senses")
_MODEL, _TWIN = "elmo-mini", "random twin"
# As the benchmark of the zoo has it → what the lesson calls it.
_ZOO_TASKS = {
    ("parts of speech", "bbc (silver)"): "parts of speech (silver)",
    ("entities", "bbc (silver)"): "names (silver)",
    ("topic", "bbc"): "topic of news",
    ("sentiment", "movie"): "sentiment of films",
}
_ZOO_MODELS = {
    (_MODEL, "trained"): _MODEL,
    (_MODEL, "random"): _TWIN,
    ("glove", "trained"): "GloVe",
    ("counts", "trained"): "counts",
}


def beside_baselines() -> Records:
    """With 100 labels, frozen: elmo-mini, its random twin, GloVe and counts, on four tasks."""
    results = json.loads((results_dir() / "zoo" / "tasks.json").read_text(encoding="utf-8"))
    rows = zoo_results.records(results).where(labels="100", way="frozen")
    return Records(
        {
            "task": told,
            "model": _ZOO_MODELS[row["model"], row["weights"]],
            "seed": row["seed"],
            "score": row["score"],
        }
        for (task, test), told in _ZOO_TASKS.items()
        for row in rows
        if (row["task"], row["test"]) == (task, test) and (row["model"], row["weights"]) in _ZOO_MODELS
    )


def by_reading() -> Records:
    """Task, reading, seed, score: of elmo-mini each layer, mean and mix; of its random twin the mix."""
    columns = {(_MODEL, name): name for name in ("token layer", "layer 1", "layer 2", "mean", "mix")}
    columns[_TWIN, "mix"] = TWIN
    rows = [row for task in _TASKS for row in _of(task)]
    return Records(
        {"task": row["task"], "reading": told, "seed": row["seed"], "score": row["score"]}
        for key, told in columns.items()
        for row in rows
        if (row["model"], row["reading"]) == key
    )


def commonest_sense() -> float:
    """The share of uses whose sense is the commonest of their word, mean over the words."""
    return _of("senses").where(model="commonest sense").mean


def shares() -> Records:
    """Task, layer, seed: the share of each layer in the mix that a probe on elmo-mini learned."""
    return Records(row for task in _TASKS for row in _of(task, "mixes_of_") if row["model"] == _MODEL)


def over_sentences() -> Records:
    """Parts of speech: model, labelled sentences, seed, score."""
    rows = Records.load("elmo/labels").where(task="parts of speech")
    return Records(
        {"model": row["model"], SENTENCES: row["labels"], "seed": row["seed"], "score": row["score"]}
        for row in rows
    )


def _of(task: str, kind: str = "") -> Records:
    """A file's records; where it has several words, their mean."""
    found = Records.load(f"elmo/{kind}{task.replace(' ', '_')}")
    return found.mean_over("word") if task == "senses" else found
