"""The records of `benchmarks/geometry.py`, narrowed to what the lesson shows."""

from collections.abc import Sequence

from tlcourse.show.records import Records

CENTROID, FREQUENCIES = "nearest centroid", "nearest centroid, with frequencies"
NEIGHBOURS, LOGISTIC = "five nearest uses", "logistic regression"
BALANCED = "logistic regression, balanced"
WAYS = (CENTROID, FREQUENCIES, NEIGHBOURS, LOGISTIC, BALANCED)
FIRST, GLOVE, UNTRAINED, TRAINED = "first sense", "GloVe, mean of the context", "untrained", "trained"
ACCURACY, MACRO = "accuracy", "macro F1"
PUBLISHED = ("distilbert", "minilm")


def by_layer(senses: Records, model: str, measure: str = ACCURACY, way: str = CENTROID) -> Records:
    """Fields `what`, `layer` (none for what has no layers), `seed`: the mean over the words.

    `what` is one of `TRAINED`, `UNTRAINED` (if it was measured for all words), `FIRST` and `GLOVE`.
    """
    rows = []
    for what, narrowed in (
        (TRAINED, {"model": model, "states": "trained", "way": way}),
        (UNTRAINED, {"model": model, "states": "untrained", "way": way}),
        (FIRST, {"model": "no model"}),
        (GLOVE, {"model": "GloVe", "way": way}),
    ):
        if not any(all(row.get(k) == v for k, v in narrowed.items()) for row in senses):
            continue
        found = senses.where(measure=measure, **narrowed).mean_over("word")
        rows += [
            {"what": what, "seed": row["seed"], "score": row["score"]}
            | ({"layer": row["layer"]} if "layer" in row else {})
            for row in found
        ]
    return Records(rows, senses.about)


def whole(senses: Records, models: Sequence[str], states: str = TRAINED) -> list[str]:
    """Those of `models` of which every word was measured with the same seeds as without a model."""
    wanted = {(row["word"], row["seed"]) for row in senses if row["model"] == "no model"}
    return [
        model
        for model in models
        if {(r["word"], r["seed"]) for r in senses if r["model"] == model and r["states"] == states} >= wanted
    ]


def top_layer(senses: Records, model: str) -> int:
    """The number of a model's last layer."""
    return max(senses.where(model=model, states=TRAINED).values("layer"))


def of_ways(senses: Records, models: Sequence[str]) -> Records:
    """Fields `reads`, `way`, `measure`, `seed`: each way of reading the top layer, and GloVe's means."""
    rows = []
    for model in ("no model", "GloVe", *models):
        narrowed = senses.where(model=model)
        if model in models:
            narrowed = narrowed.where(states=TRAINED, layer=top_layer(senses, model))
        for row in narrowed.mean_over("word"):
            name = {"no model": FIRST, "GloVe": GLOVE}.get(model, model)
            rows.append({"reads": name, **{k: row[k] for k in ("way", "measure", "seed", "score")}})
    return Records(rows, senses.about)


def objectives(
    senses: Records, models: Sequence[str], measure: str = ACCURACY, way: str = CENTROID
) -> Records:
    """Fields `model`, `layer`, `seed`: of each of `models` the mean over the words, layer by layer."""
    found = senses.where(model=list(models), states=TRAINED, way=way, measure=measure)
    return found.mean_over("word")


def with_baselines(of_layers: Records, senses: Records) -> Records:
    """The same, and what has no layers as models of their own, with the same score in every layer."""
    rows, layers = list(of_layers), of_layers.values("layer")
    for name, narrowed in ((FIRST, {"model": "no model"}), (GLOVE, {"model": "GloVe", "way": CENTROID})):
        for row in senses.where(measure=ACCURACY, **narrowed).mean_over("word"):
            rows += [{"model": name, "layer": k, "seed": row["seed"], "score": row["score"]} for k in layers]
    return Records(rows, senses.about)


def whole_words(records: Records, models: Sequence[str]) -> list[str]:
    """Those of `models` of which every word that any model has was measured with every seed."""
    wanted = {(row["word"], row["seed"]) for row in records}
    return [
        model
        for model in models
        if {(r["word"], r["seed"]) for r in records if r["model"] == model} >= wanted
    ]
