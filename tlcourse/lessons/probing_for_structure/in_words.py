"""The sentences of lesson Probing for structure that depend on what was measured."""

from collections.abc import Sequence

from tlcourse.lessons.probing_for_structure import live, results
from tlcourse.probe.layer_places import centre_of_gravity, expected_layer
from tlcourse.show.differences import difference
from tlcourse.show.records import Records
from tlcourse.show.tables import mean_sd

_AGAINST = (results.NO_MODEL, results.DECAY, results.BILSTM, results.UNTRAINED)


def of_first_probe(accuracy: float, commonest: float) -> str:
    """What the first probe seems to say, before anybody asks what it is compared with."""
    return (
        f"The probe tags {accuracy:.0%} of unseen sentences' words as the parser does; always the commonest "
        f"tag would be right in {commonest:.0%}. " + (
            "So the network knows parts of speech, one would say. "
            if accuracy > commonest + 0.1 else "That is not far above it. "
        ) + "**But this network has never read a word**: its weights are random."
    )  # fmt: skip


def with_selectivity(records: Records) -> Records:
    """Beside the two tasks of `live.word_records`, the difference."""
    rows = []
    for (states, probe), one in records.by("states", "probe").items():
        task, control = (one.where(task=name).of_seed for name in (live.TASK, live.CONTROL))
        rows += one
        rows += [
            {"states": states, "probe": probe, "task": "selectivity", "seed": seed,
             "score": score - control[seed]}
            for seed, score in task.items()
        ]  # fmt: skip
    return Records({**row, "reads": f"{row['states']}, {row['probe']}"} for row in rows)


def of_selectivity(records: Records, commonest: float, ceiling: float) -> str:
    """What is left of the accuracy when the control is taken away; and linear against a hidden layer."""
    rows = with_selectivity(records)
    lines = []
    for name in rows.values("states"):
        of_model = rows.where(states=name, task="selectivity")
        linear, deep = (of_model.where(probe=probe) for probe in live.PROBES)
        said = difference(linear, deep).says(
            above="more selective", below="less selective", luck="within luck of the other"
        )
        lines.append(
            f"- **{name}**: selectivity {linear.mean:.1%} linear, {deep.mean:.1%} with a hidden "
            f"layer; the linear one is {said}."
        )
    controls = records.where(task=live.CONTROL, probe="one hidden layer")
    best = max(one.mean for one in controls.by("states").values())
    lines.append(
        f"- In the control task, one who always gives the commonest answer has {commonest:.1%}; who knows "
        f"each training word's by heart, and guesses for the others, {ceiling:.1%}. The probe with a hidden "
        f"layer comes to {best:.1%}."
    )
    return "\n".join(lines).replace("-0.", "−0.")


def of_trained_against_untrained(records: Records) -> str:
    """The two networks on the linguistic task alone."""
    trained, untrained = (
        records.where(task=live.TASK, probe="linear", states=name) for name in records.values("states")[::-1]
    )
    gap = difference(trained, untrained)
    return f"On parts of speech alone, linear probe: {gap.sentence}."


def of_edges(records: Records) -> str:
    """lex against mix, live."""
    gap = difference(records.where(reads="mix"), records.where(reads="lex"))
    return f"{gap.sentence}. " + gap.says(
        above="What the mix has more, the layers have put in: *lex* sees the two words alone.",
        below="Here the layers add nothing: with so few labels, seven of them are more to learn from.",
        luck="So few sentences and steps can't tell what the layers add.",
    )


_NAMES = {"lex": "lex: embeddings alone", "cat": "cat: top layer beside them", "mix": "mix of all layers"}


def edge_ways(edge: Records) -> Records:
    """Of `edge.json`: lex, cat and the mix of all layers, whichever are there."""
    rows = []
    for model, of_model in edge.by("model").items():
        mixes = [row for row in of_model if row["way"] == "mix"]
        top = max((row["up_to"] for row in mixes), default=None)
        rows += [
            {"model": model, "task": row["task"], "way": _NAMES[row["way"]], "seed": row["seed"],
             "what": f"{row['task']}, {model}", "score": row["score"]}
            for row in of_model
            if row["way"] in ("lex", "cat") or row.get("up_to") == top
        ]  # fmt: skip
    order = list(_NAMES.values())
    return Records(
        sorted(rows, key=lambda row: (row["model"], row["task"], order.index(row["way"]))), edge.about
    )


def places(edge: Records, weights: Records) -> list[dict[str, object]]:
    """A row for each model and task: centre of gravity; expected layer, where all its scores are there."""
    found = []
    for (model, task), shares in weights.by("model", "task").items():
        centres = []
        for one in shares.by("seed").values():
            ordered = sorted(one, key=lambda row: row["layer"])
            centres.append(centre_of_gravity([row["score"] for row in ordered]))
        row: dict[str, object] = {"model": model, "task": task, "centre of gravity": mean_sd(centres, ".2f")}
        n_layers = len(shares.values("layer"))
        mixes = [r for r in edge if (r["model"], r["task"], r["way"]) == (model, task, "mix")]
        by_seed: dict[int, dict[int, float]] = {}
        for r in mixes:
            by_seed.setdefault(r["seed"], {})[r["up_to"]] = r["score"]
        full = [[one[k] for k in sorted(one)] for one in by_seed.values() if len(one) == n_layers]
        row["expected layer"] = mean_sd([expected_layer(scores) for scores in full], ".2f") if full else "–"
        found.append(row)
    return found


def of_edge_ways(edge: Records) -> str:
    """A line for each task: what the layers add to the embeddings, by model."""
    rows = edge_ways(edge)
    lines = []
    for task, one in rows.by("task").items():
        told = []
        for model, of_model in one.by("model").items():
            there = of_model.values("way")
            if _NAMES["mix"] in there and _NAMES["lex"] in there:
                mix, lex = (of_model.where(way=_NAMES[name]) for name in ("mix", "lex"))
                gap = difference(mix, lex, (f"{model}'s mix", "its embeddings alone"))
                told.append(gap.sentence)
        if told:
            lines.append(f"- **{task}**: {'; '.join(told)}.")
    return "\n".join(lines)


def of_live_trees(records: Records, trained: str, untrained: str) -> str:
    """A trained layer against no model, the untrained one and the embeddings."""
    rows = records.where(measure="UUAS")
    others = [name for name in rows.values("states") if name in ("no model", untrained, "layer 0")]
    told = [difference(rows.where(states=trained), rows.where(states=name)).sentence for name in others]
    said = "UUAS: " + "; ".join(told) + "."
    if difference(rows.where(states=trained), rows.where(states="no model")).verdict != "above":
        said += " We think that these sentences are too few for so many numbers: section 4 has more."
    return said


def of_layers(records: Records, layers: Sequence[int]) -> str:
    """The best layer, and whether the others are below it by more than luck."""
    rows = {layer: records.where(measure="UUAS", states=f"layer {layer}") for layer in layers}
    best = max(rows, key=lambda layer: rows[layer].mean)
    level = [k for k in rows if k != best and difference(rows[best], rows[k]).verdict != "above"]
    told = f"Layer {best} has the most, {rows[best].mean:.1%}"
    if not level:
        return told + ", above each other one outside the spread."
    names = " and ".join(map(str, level))
    return f"{told}; layer{'s' if len(level) > 1 else ''} {names} cannot be told from it."


def of_margins(rows: Records, models: Sequence[str]) -> str:
    """For each model, the layer chosen beforehand against every baseline."""
    lines = []
    for model in models:
        one = rows.where(model=model)
        layer = results.compared_at(rows, model)
        ours = one.where(what=results.TRAINED, layer=layer)
        told = []
        for what in _AGAINST:
            if what in one.values("what"):
                theirs = one.where(what=what)
                theirs = theirs.where(layer=layer) if what == results.UNTRAINED else theirs
                gap = difference(ours, theirs, (f"layer {layer}", what))
                told.append(f"{what}: {gap}")
        lines.append(
            f"- **{model}**, layer {layer}, {mean_sd(ours.scores, '.1%')}; points above {'; '.join(told)}."
        )
    return "\n".join(lines)


def all_above(rows: Records, models: Sequence[str]) -> bool:
    """Whether each model's layer is above each baseline outside the spread."""
    for model in models:
        layer = results.compared_at(rows, model)
        one = rows.where(model=model)
        for what in [what for what in _AGAINST if what in one.values("what")]:
            theirs = one.where(what=what, layer=layer) if what == results.UNTRAINED else one.where(what=what)
            if difference(one.where(what=results.TRAINED, layer=layer), theirs).verdict != "above":
                return False
    return True


def of_all_margins(rows: Records, models: Sequence[str]) -> str:
    names = " and ".join(models)
    if all_above(rows, models):
        return f"{names}: above every baseline, in each case outside the spread over the seeds."
    return "Not each margin is outside the spread: see which."


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
                f"{control.where(layer=layer).mean:.1%}; selectivity {gap}"
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
    said = f"Best layer of each: {told}. "
    if level:
        return said + f"{' and '.join(level)} cannot be told from {first}."
    return said + f"{first} is above each of the others outside the spread."


def of_rank(rank: Records) -> str:
    """From which rank on nothing is gained."""
    lines = []
    for (model, layer), one in rank.by("model", "layer").items():
        ranks = sorted(one.values("rank"))
        top = max(ranks, key=lambda r: one.where(rank=r).mean)
        enough = next(
            r for r in ranks
            if r == top or difference(one.where(rank=top), one.where(rank=r)).verdict != "above"
        )  # fmt: skip
        lines.append(
            f"- **{model}**, layer {layer}: most with rank {top}, {one.where(rank=top).mean:.1%}; from rank "
            f"{enough} on it cannot be told from that ({one.where(rank=enough).mean:.1%})."
        )
    return "\n".join(lines)
