"""The sentences of lesson The geometry of BERT about linear maps, and about two sentences that become one."""

from collections.abc import Mapping, Sequence

import numpy as np

from tlcourse.lessons.geometry_of_bert.in_words import side
from tlcourse.lessons.geometry_of_bert.kept import ACCURACY
from tlcourse.probe.mixed_contexts import misled
from tlcourse.show.differences import difference
from tlcourse.show.prose import listed
from tlcourse.show.records import Records

TRAINED, RANDOM, LOT, NO_MAP = "trained", "random map", "trained on senses by lot", "no map"


def semantic_curves(records: Records, model: str, layer: int) -> Records:
    """Fields `way`, `m`, `seed`: accuracy over the words, of one layer; without the vectors as they are."""
    rows = records.where(model=model, layer=layer, measure=ACCURACY, way=[TRAINED, RANDOM, LOT])
    return Records(
        ({k: row[k] for k in ("way", "m", "seed", "score")} for row in rows.mean_over("word")), records.about
    )


def of_semantic(records: Records, models: Sequence[str]) -> str:
    """For each model and layer: at the largest m and at the smallest, trained against its two controls."""
    lines = []
    for model in models:
        for layer, rows in records.where(model=model, measure=ACCURACY).by("layer").items():
            means = rows.mean_over("word")
            raw = means.where(way=NO_MAP)
            told = []
            for m in (min, max):
                width = m(row["m"] for row in means if row["way"] == TRAINED)
                at = means.where(m=width)
                ours = at.where(way=TRAINED)
                parts = [
                    f"{side(difference(ours, other, (TRAINED, name)))} {name} ({other.mean:.1%})"
                    for name, other in (
                        ("the random map", at.where(way=RANDOM)),
                        ("the map trained on shuffled senses", at.where(way=LOT)),
                        ("the vectors as they are", raw),
                    )
                ]
                told.append(f"m = {width}: {ours.mean:.1%}, {listed(parts)}")
            lines.append(f"- **{model}, layer {layer}**. {'; '.join(told)}.")
    return "\n".join(lines)


def of_joined(records: Records, models: Sequence[str]) -> str:
    """For each model, at the last layer: what the other sense does to the ratio, and the longer text alone.

    Args:
        records: as `benchmarks/geometry.py joined` writes them.
    """
    lines = []
    for model in models:
        means = records.where(model=model).mean_over("word")
        top = means.where(layer=max(means.values("layer")))
        told = []
        for measure, spec, name, short in (
            ("ratio", ".3f", "the mean ratio", "ratio"),
            ("misled", ".1%", "the share nearer to the other sense", "share"),
        ):
            one = top.where(measure=measure).by("context")
            against = difference(one["joined"], one["alone"], ("joined", "alone"), share=measure == "misled")
            control = difference(
                one["joined"], one["control"], ("joined", "control"), share=measure == "misled"
            )
            told.append(
                f"{name} is {one['alone'].mean:{spec}} alone, {one['control'].mean:{spec}} beside a sentence "
                f"without the word and {one['joined'].mean:{spec}} beside the other sense, which is "
                f"{side(against)} the {short} alone and {side(control)} that beside a sentence without the "
                "word"
            )
        lines.append(f"- **{model}, last layer**: {'; '.join(told)}.")
    return "\n".join(lines)


def of_recovery(records: Records, models: Sequence[str]) -> str:
    """What most uses do when joined, as the prediction asked; and how much of it the longer text explains."""
    means = records.where(model=list(models)).mean_over("word")
    shares, parts = [], []
    for model in models:
        rows = means.where(model=model)
        top = rows.where(layer=max(rows.values("layer")), measure="ratio")
        of = {context: one.mean for context, one in top.by("context").items()}
        fall, control = of["alone"] - of["joined"], of["alone"] - of["control"]
        by_context = top.by("context")
        longer = difference(by_context["alone"], by_context["control"], ("alone", "control"), share=False)
        whole = difference(by_context["alone"], by_context["joined"], ("alone", "joined"), share=False)
        if whole.verdict == "above":
            nothing = "no part that is outside luck" if longer.verdict != "below" else "none, for it rises"
            part = f"{control / fall:.0%}" if longer.verdict == "above" else nothing
            parts.append(f"{part} with {model}")
        misled = rows.where(layer=max(rows.values("layer")), measure="misled", context="joined")
        shares.append(misled.mean)
    most = "most uses still lie nearer to their own sense" if max(shares) < 0.5 else (
        "with one model or more, most uses lie nearer to the other sense"
    )  # fmt: skip
    longer = (
        f" Of the fall in the mean ratio the longer text alone explains {listed(parts)}." if parts else ""
    )
    others = listed([f"{share:.0%}" for share in shares])
    return f"Joined with the other sense, {most}; nearer to the other lie {others}.{longer}"


def of_joined_now(ratios: Mapping[str, np.ndarray]) -> str:
    """The same for one layer, measured now on few pairs: context → ratios (1, 2P)."""
    names = {
        "alone": "alone",
        "control": "beside a sentence without the word",
        "joined": "beside the other sense",
    }
    told = listed([f"{ratios[context].mean():.3f} {name}" for context, name in names.items()])
    also = listed([f"{misled(ratios[context]):.0%} {name}" for context, name in names.items()])
    n = ratios["alone"].size
    return f"Of {n} uses the mean ratio is {told}; nearer to the other sense lie {also}."
