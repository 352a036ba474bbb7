"""What the kept results of lesson XLNet are called, and what is read of the models' cards."""

from tlcourse.models.pretrained import how_trained
from tlcourse.probe import as_in_training
from tlcourse.show.records import Records

# A reading as in the training → what the lesson calls it; each is compared with the text as it is.
SHIFTS = {
    as_in_training.BERT_MASKED: "bert-mini, 15 % hidden 80/10/10",
    as_in_training.BERT_RANDOM: "bert-mini, the same 15 % random, no [MASK]",
    as_in_training.XLNET_ORDER: "xlnet-mini, a sixth out of sight",
}
MODELS = {
    ("xlnet-mini", "trained"): "xlnet-mini",
    ("bert-mini", "trained"): "bert-mini",
    ("gpt-mini", "trained"): "gpt-mini",
    ("xlnet-mini", "random"): "XLNet, random",
    ("bert-mini", "random"): "BERT, random",
    ("counts", "trained"): "counts",
}
_TASKS = {
    "topic": "topic of news",
    "sentiment": "sentiment of films",
    "imdb": "films, whole reviews",
    "parts of speech": "parts of speech (silver)",
    "entities": "names (silver)",
}
_TESTS = ("bbc", "movie", "imdb", "bbc (silver)")


def tasks(records: Records, labels: str = "100") -> Records:
    """Of the zoo's results, what this lesson shows: frozen states, so many labels, the models of `MODELS`."""
    return Records(
        {
            "task": _TASKS[row["task"]],
            "model": MODELS[row["model"], row["weights"]],
            "seed": row["seed"],
            "score": row["score"],
        }
        for row in records
        if row["way"] == "frozen"
        and row["labels"] == labels
        and row["task"] in _TASKS
        and row["test"] in _TESTS
        and (row["model"], row["weights"]) in MODELS
    )


def changes(name: str = "xlnet-mini") -> list[str]:
    """What has changed since a model was trained, from its card: none if nothing has."""
    return how_trained.facts(name).get("changed_since", [])


def furthest(name: str = "xlnet-mini") -> int:
    """The largest distance of two pieces in the training: a whole row, and the memory before it."""
    recipe = how_trained.facts(name)["recipe"]
    longest = max(length for _, length in recipe["lengths"])
    return longest - 1 + recipe["config"]["mem_len"]


def by_sixth(records: Records) -> Records:
    """The losses by how much of a row comes earlier in the order, as rows of a table."""
    names = ("first", "second", "third", "fourth", "fifth", "last")
    return Records(
        {"sixth of the order": names[row["sixth"]], "model": "xlnet-mini, loss in nats", "seed": row["seed"],
         "score": row["score"]}
        for row in sorted(records, key=lambda row: row["sixth"])
    )  # fmt: skip


def span(kind: str) -> str:
    """A bin of the PMI, `-inf to 0` or `2 to 4`, in words."""
    low, _, high = kind.partition(" to ")
    if low == "-inf":
        return "below 0"
    return f"{low} and more" if high == "inf" else f"{low} to {high}"
