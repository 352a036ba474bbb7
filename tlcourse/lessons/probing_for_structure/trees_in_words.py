"""The sentences of lesson Probing for structure about trees: layers, margins, control trees, ranks."""

from collections.abc import Mapping, Sequence

from tlcourse.lessons.probing_for_structure import results
from tlcourse.show.differences import difference
from tlcourse.show.prose import capitalised, listed
from tlcourse.show.records import Records
from tlcourse.show.tables import mean_sd
from tlcourse.show.zoo_reading import have_read


def of_live_trees(records: Records, trained: str, untrained: str, measure: str = "UUAS") -> str:
    """A trained layer against no model, the untrained one and the embeddings."""
    rows = records.where(measure=measure)
    others = [name for name in rows.values("states") if name in ("no model", untrained, "layer 0")]
    told = [difference(rows.where(states=trained), rows.where(states=name)).sentence for name in others]
    said = f"{measure}: {'; '.join(told)}."
    if difference(rows.where(states=trained), rows.where(states="no model")).verdict != "above":
        said += " We think that these sentences are too few for so many numbers: section 4 has more."
    return said


def of_layers(records: Records, layers: Sequence[int]) -> str:
    """Of silver trees, as `live.measure_trees` measures them: the best layer, and which are level with it."""
    told = _of_layers({k: records.where(measure="UUAS", states=f"layer {k}") for k in layers})
    return capitalised(told)


def of_gold_layers(rows: Records, models: Sequence[str]) -> str:
    """The same for each model on gold trees, and its last layer against the strongest baseline.

    Args:
        rows: as `results.on_one_axis` makes them.
    """
    lines = []
    for model in models:
        one = rows.where(model=model)
        trained = one.where(what=results.TRAINED)
        by_layer = {k: trained.where(layer=k) for k in sorted(trained.values("layer"))}
        last = max(by_layer)
        name, strongest = results.strongest(rows, model)
        where = difference(by_layer[last], strongest).says(
            above="above", below="below", luck="within luck of"
        )
        lines.append(
            f"- **{model}**: {_of_layers(by_layer)} Its last layer has {by_layer[last].mean:.1%}, {where} "
            f"the strongest baseline, {name}, {strongest.mean:.1%}."
        )
    return "\n".join(lines)


def _of_layers(by_layer: Mapping[int, Records]) -> str:
    best = max(by_layer, key=lambda layer: by_layer[layer].mean)
    level = [k for k in by_layer if k != best and difference(by_layer[best], by_layer[k]).verdict != "above"]
    told = f"layer {best} has the most, {by_layer[best].mean:.1%}"
    if not level:
        return told + ", above each other one outside the spread."
    return f"{told}; layer{'s' if len(level) > 1 else ''} {listed(level)} cannot be told from it."


def of_margins(rows: Records, models: Sequence[str]) -> str:
    """For each model, the layer chosen beforehand against every baseline."""
    lines = []
    for model in models:
        one = rows.where(model=model)
        layer = results.compared_at(rows, model)
        ours = one.where(what=results.TRAINED, layer=layer)
        told = [
            f"{what}: {difference(ours, theirs, (f'layer {layer}', what))}"
            for what, theirs in compared_with(rows, model, layer).items()
        ]
        lines.append(
            f"- **{model}**, layer {layer}, {mean_sd(ours.scores, '.1%')}; points above {'; '.join(told)}."
        )
    return "\n".join(lines)


def compared_with(rows: Records, model: str, layer: int) -> dict[str, Records]:
    """By name, what a layer has to beat: each baseline, and the untrained twin where it was measured."""
    twin = rows.where(model=model, what=results.UNTRAINED)
    at = {results.UNTRAINED: twin.where(layer=layer)} if layer in twin.values("layer") else {}
    return results.baselines(rows, model) | at


def of_decay(rows: Records, models: Sequence[str]) -> str:
    """Whether mixed neighbours have more than the embeddings that they are mixed of."""
    told = []
    for model in models:
        of_model = results.baselines(rows, model)
        if results.DECAY in of_model:
            names = ("decay", "the embeddings that it mixes")
            gap = difference(of_model[results.DECAY], of_model[results.EMBEDDINGS], names)
            told.append((gap, f"{model}: {gap.sentence}"))
    if not told:
        return ""
    said = "; ".join(sentence for _, sentence in told)
    if all(gap.verdict == "below" for gap, _ in told):
        said += (
            ". In the paper it is the other way round. Theirs mixes vectors of words; ours have each word's "
            "place in them, and we think that the mean blurs those"
        )
    return f"{said}."


def of_control_trees(rows: Records, models: Sequence[str]) -> str:
    """The distance probe's selectivity, model by model, at the layers where control trees were learnt."""
    lines = []
    for model in models:
        one = rows.where(model=model)
        if results.CONTROL not in one.values("what"):
            continue
        control = one.where(what=results.CONTROL)
        for layer in control.values("layer"):
            gold = one.where(what=results.TRAINED, layer=layer)
            gap = difference(gold, control.where(layer=layer), ("gold trees", "control trees"))
            lines.append(
                f"- **{model}**, layer {layer}: gold {gold.mean:.1%}, control "
                f"{control.where(layer=layer).mean:.1%}; selectivity {gap}."
            )
    return "\n".join(lines)


def of_objectives(structural: Records, models: Sequence[str], measure: str = "UUAS") -> str:
    """The six from the best layer down, and which cannot be told from the first."""
    rows = structural.where(measure=measure, states="trained")
    best: dict[str, Records] = {}
    for model in models:
        one = rows.where(model=model)
        layers = {layer: one.where(layer=layer) for layer in one.values("layer")}
        best[model] = layers[max(layers, key=lambda k: layers[k].mean)]
    order = sorted(best, key=lambda model: -best[model].mean)
    first = order[0]
    told = ", ".join(
        f"{model} {best[model].mean:.1%} (layer {best[model].values('layer')[0]})" for model in order
    )
    level = [m for m in order[1:] if difference(best[first], best[m]).verdict != "above"]
    said = f"Of the same text, {have_read(models)}. Best layer of each, picked on these trees: {told}. "
    if level:
        said += f"{listed(level)} cannot be told from {first}. "
    elif len(order) > 1:
        said += f"{first} is above each of the others outside the spread. "
    flat = structural.where(measure=measure, states="none")
    said += _sunk(rows, models, flat)
    below = [model for model in order if difference(best[model], flat).verdict != "above"]
    if below:
        return said + f"{listed(below)} cannot be said to beat no model at all, {flat.mean:.1%}."
    all_are = "Each at its best layer, all are" if len(order) > 1 else "At its best layer it is"
    return said + f"{all_are} above no model at all, {flat.mean:.1%}."


def _sunk(rows: Records, models: Sequence[str], flat: Records) -> str:
    """Which models have layers that are below no model."""
    told = []
    for model in models:
        one = rows.where(model=model)
        layers = [
            layer for layer in sorted(one.values("layer"))
            if difference(one.where(layer=layer), flat).verdict == "below"
        ]  # fmt: skip
        if layers:
            told.append(f"{model} (layer{'s' if len(layers) > 1 else ''} {listed(layers)})")
    if not told:
        return ""
    return (
        f"Below no model, outside the spread: {listed(told)}; there the tree is harder to find than in the "
        "words' order. "
    )


def of_loop(b_scores: Mapping[str, float]) -> str:
    """What the map trained in the lesson's own loop is worth. `b_scores` as `live.map_scores` gives it."""
    return (
        f"One who always says the same number is {b_scores['always']:.2f} edges off. With this $B$, "
        f"{b_scores['UUAS']:.0%} of the test sentences' edges are in the shortest tree."
    )


def of_rank(rank: Records) -> str:
    """The best rank, and the least one that cannot be told from it."""
    lines = []
    for (model, layer), one in rank.by("model", "layer").items():
        ranks = sorted(one.values("rank"))
        top = max(ranks, key=lambda r: one.where(rank=r).mean)
        enough = next(
            r for r in ranks
            if r == top or difference(one.where(rank=top), one.where(rank=r)).verdict != "above"
        )  # fmt: skip
        told = f"- **{model}**, layer {layer}: most with rank {top}, {one.where(rank=top).mean:.1%}"
        if enough == top:
            before = max((r for r in ranks if r < top), default=top)
            told += (
                f"; with rank {before} it is less, outside the spread ({one.where(rank=before).mean:.1%})."
            )
        else:
            told += f"; rank {enough} cannot be told from that ({one.where(rank=enough).mean:.1%})."
        if top == ranks[-1]:
            told += " That is the largest which was tried."
        lines.append(told)
    return "\n".join(lines)


def of_lengths(choose: Records, rank: int, epochs: int) -> str:
    """What the states' common length does to UUAS, on sentences held out from training (`choose.json`)."""
    lines = []
    for model, one in choose.where(measure="UUAS", rank=rank, epochs=epochs).by("model").items():
        of_length = {norm: one.where(mean_norm=norm).mean for norm in sorted(one.values("mean_norm"))}
        as_they_are = of_length.pop(0, None)
        told = ", ".join(f"{score:.1%} at length {norm:g}" for norm, score in of_length.items())
        lines.append(f"- **{model}**: {told}" + (f"; {as_they_are:.1%} as they are." if as_they_are else "."))
    return "\n".join(lines)
