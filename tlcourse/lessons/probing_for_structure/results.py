"""The records of `benchmarks/probing.py`, in the lesson's words and put on one axis."""

from collections.abc import Sequence

from tlcourse.models.pretrained import registry
from tlcourse.show.records import Records

TRAINED, UNTRAINED = "trained", "untrained, same layer"
NO_MODEL = "no model (left to right)"
DECAY, BILSTM = "neighbours mixed in (decay)", "random BiLSTM over layer 0"
CONTROL = "control trees"
EMBEDDINGS = "the embeddings (layer 0)"
PUBLISHED = ("distilbert", "minilm")
ZOO = tuple(registry.ZOO)
SEEDS = 3  # of fewer, no spread is told
_WHAT = {
    "trained": TRAINED,
    "untrained": UNTRAINED,
    "none": NO_MODEL,
    "decay over layer 0": DECAY,
    "random BiLSTM over layer 0": BILSTM,
}


def on_one_axis(
    structural: Records, measure: str, control: Records | None = None, rank: int = 128
) -> Records:
    """Fields `model`, `what`, `layer`, `seed`: trained layers, baselines, and control trees if there are.

    What knows no model is given to each model. `control` is `control.json`.
    """
    rows = structural.where(measure=measure)
    models = [model for model in rows.values("model") if model != "linear"]
    found = []
    for row in rows:
        for model in models if row["model"] == "linear" else [row["model"]]:
            kept = {"model": model, "what": _WHAT[row["states"]], "seed": row["seed"], "score": row["score"]}
            found.append(kept | ({"layer": row["layer"]} if "layer" in row else {}))
    if control is not None:
        found += [
            {"model": row["model"], "what": CONTROL, "layer": row["layer"], "seed": row["seed"],
             "score": row["score"]}
            for row in control
            if row["task"] == "control" and row["probe"] == "distance" and row["measure"] == measure
            and row["rank"] == rank and row["model"] in models
        ]  # fmt: skip
    return Records(found, structural.about)


def baselines(rows: Records, model: str) -> dict[str, Records]:
    """By name, what each layer of a model is to beat: no model, mixed neighbours, random weights, layer 0."""
    one = rows.where(model=model)
    found = {what: one.where(what=what) for what in (NO_MODEL, DECAY, BILSTM) if what in one.values("what")}
    return found | {EMBEDDINGS: one.where(what=TRAINED, layer=0)}


def strongest(rows: Records, model: str) -> tuple[str, Records]:
    """The baseline with the most, its name first."""
    return max(baselines(rows, model).items(), key=lambda item: item[1].mean)


def compared_at(rows: Records, model: str) -> int:
    """The layer chosen before anything was measured: the middle one, or else the untrained twin's first."""
    of_model = rows.where(model=model)
    layers = sorted(of_model.where(what=TRAINED).values("layer"))
    there = of_model.where(what=UNTRAINED).values("layer")
    middle = layers[len(layers) // 2]
    return middle if middle in there else there[0]


def whole(rows: Records, models: Sequence[str]) -> list[str]:
    """Those of the models of which all layers were measured with the same seeds, `SEEDS` of them or more."""
    kept = []
    for model in models:
        if model not in rows.values("model"):
            continue
        trained = rows.where(model=model, what=TRAINED)
        seeds = {layer: set(one.values("seed")) for layer, one in trained.by("layer").items()}
        same = len({frozenset(one) for one in seeds.values()}) == 1
        if len(seeds) > 1 and same and min(map(len, seeds.values())) >= SEEDS:
            kept.append(model)
    return kept


def by_rank(rank: Records, structural: Records, chosen: int) -> Records:
    """`rank.json`, and beside its ranks the `chosen` one, with which `structural.json` was measured."""
    there = {(row["model"], row["layer"]) for row in rank}
    rows = [row for row in rank if row["rank"] != chosen]
    rows += [
        {
            "model": row["model"],
            "layer": row["layer"],
            "rank": chosen,
            "seed": row["seed"],
            "score": row["score"],
        }
        for row in structural.where(states="trained", measure="UUAS")
        if (row["model"], row["layer"]) in there
    ]
    return Records(rows, rank.about)
