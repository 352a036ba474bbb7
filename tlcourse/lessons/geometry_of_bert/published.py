"""The paper's figures beside ours."""

from collections.abc import Sequence
from typing import Any

from tlcourse.lessons.geometry_of_bert import in_words_of_maps as maps
from tlcourse.lessons.geometry_of_bert import kept
from tlcourse.lessons.geometry_of_bert.in_words import side
from tlcourse.show.differences import difference
from tlcourse.show.prose import listed
from tlcourse.show.records import Records
from tlcourse.show.tables import mean_sd

_PAPER = "Coenen et al. 2019"
_NOTES = "Coenen et al. 2019, section 4.2, as in the authors' notes *Language, Context, and Geometry*, part 2"
# m → F1 after a trained map and after a random one: the table of part 3 of the same notes.
SEMANTIC = {768: (71.26, 70.74), 512: (71.52, 70.51), 256: (71.29, 69.92), 128: (71.21, 69.56),
            64: (70.19, 68.00), 32: (68.01, 64.62), 16: (65.34, 61.01)}  # fmt: skip


def _told(rows: Records) -> str:
    return mean_sd(rows.scores, ".1%")


def paper_rows(
    arcs: Records, senses: Records, semantic: Records, together: Records, models: Sequence[str]
) -> list[tuple[Any, ...]]:
    """Rows for `show.compare`: attention, senses, maps, two sentences; of senses, these models."""
    return [
        *_arc_rows(arcs),
        *_sense_rows(senses, models),
        _semantic_row(semantic),
        _joined_row(together),
    ]


def _arc_rows(arcs: Records) -> list[tuple[Any, ...]]:
    def ours(task: str) -> str:
        told = []
        for model, rows in arcs.where(task=task, reads="attention", weights="trained").by("model").items():
            told.append(f"{model} {_told(rows)}")
        places = arcs.where(task=task, reads="places", model=arcs.values("model")[0])
        return f"{', '.join(told)}; places alone {_told(places)}"

    relations = arcs.where(task="which relation").values("relations")[0]
    why = (
        "They: 144 heads of BERT-base, the Penn Treebank. We: 72 heads of a distilled model, UD "
        "English-EWT, a few "
        "hundred sentences. Their figure has no reader of places beside it; ours has."
    )
    return [
        (
            "is there an arc: accuracy",
            "85.8%",
            f"{_PAPER}, section 3.1; as reported",
            ours("arc or not"),
            why,
        ),
        (
            "which relation: accuracy",
            "71.9% (30 relations)",
            f"{_PAPER}, section 3.1; as reported",
            f"{ours('which relation')} ({relations} relations)",
            "As above. UD's relations are others, and fewer are frequent enough here.",
        ),
    ]


def _sense_rows(senses: Records, models: Sequence[str]) -> list[tuple[Any, ...]]:
    told = []
    for model in models:
        rows = kept.by_layer(senses, model)
        told.append(f"{model} {_told(rows.where(what=kept.TRAINED, layer=kept.top_layer(senses, model)))}")
    rows = kept.by_layer(senses, models[0])
    first, glove = (_told(rows.where(what=what)) for what in (kept.FIRST, kept.GLOVE))
    return [
        (
            "nearest centroid: F1",
            "first sense 64.8, ELMo 70.1, BERT-base 71.1",
            _NOTES,
            f"first sense {first}, GloVe's mean {glove}, {', '.join(told)}",
            "They: all words of a text, thousands of senses, many with a handful of uses in SemCor. We: "
            "four words "
            "with three to six senses and hundreds of uses, so each centroid is a mean of many.",
        )
    ]


def _semantic_row(semantic: Records) -> tuple[Any, ...]:
    model = semantic.values("model")[0]
    top = max(semantic.where(model=model).values("layer"))
    rows = maps.semantic_curves(semantic, model, top)
    ours = []
    for m in sorted(rows.values("m"), reverse=True):
        at = rows.where(m=m)
        ours.append(f"{m}: {_told(at.where(way=maps.TRAINED))} / {_told(at.where(way=maps.RANDOM))}")
    theirs = "; ".join(f"{m}: {a:.2f} / {b:.2f}" for m, (a, b) in SEMANTIC.items() if m in (128, 64, 32, 16))
    few, many = min(rows.values("m")), max(rows.values("m"))
    told = []
    for m in (few, many):
        at = rows.where(m=m)
        gap = difference(at.where(way=maps.TRAINED), at.where(way=maps.RANDOM), (maps.TRAINED, maps.RANDOM))
        told.append(f"{side(gap)} the random one with {m} ({100 * gap.mean:+.1f} points)")
    return (
        "m numbers after a trained / a random map",
        f"{theirs}; no map 71.1",
        _NOTES.replace("4.2", "4.2.1").replace("part 2", "part 3"),
        f"{model}, last layer: {'; '.join(ours)}",
        "Their map is trained on 8,542 senses of SemCor, ours on hundreds of uses of four words. "
        f"Theirs gains with each number of numbers; ours is {listed(told)}.".replace("-", "−"),
    )


def _joined_row(together: Records) -> tuple[Any, ...]:
    told = []
    for model, rows in together.mean_over("word").by("model").items():
        top = rows.where(layer=max(rows.values("layer")), measure="ratio")
        told.append(
            f"{model} " + ", ".join(f"{context} {one.mean:.2f}" for context, one in top.by("context").items())
        )
    return (
        "two sentences joined: similarity ratio in the last layer",
        "above 1 by itself, lower when joined with the other sense; no control",
        f"{_PAPER}, section 4.3; as reported",
        "; ".join(told),
        "They: 25,096 pairs of SemCor; their ratios stand in a figure. Ours has a control, a sentence "
        "without the word, which tells the other sentence's word and sense from a longer text.",
    )
