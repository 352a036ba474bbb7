"""The sentences of lesson Probing for structure about probes of words and spans, and what to remember."""

import numpy as np

from tlcourse.lessons.probing_for_structure import live, results
from tlcourse.lessons.probing_for_structure.trees_in_words import of_gold_layers
from tlcourse.probe.layer_places import centre_of_gravity, expected_layer
from tlcourse.show.differences import difference
from tlcourse.show.records import Records
from tlcourse.show.tables import mean_sd


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
    controls = records.where(task=live.CONTROL, states=rows.values("states")[-1])
    linear, deep = (controls.where(probe=probe).mean for probe in live.PROBES)
    lines.append(
        f"- In the control task, one who always gives the commonest answer has {commonest:.1%}; who knows "
        f"each training word's by heart, and guesses for the others, {ceiling:.1%}. From "
        f"{rows.values('states')[-1]}, the linear probe comes to {linear:.1%}, the one with a hidden layer "
        f"to {deep:.1%}."
    )
    return "\n".join(lines).replace("-0.", "−0.")


def of_trained_against_untrained(records: Records, table: float) -> str:
    """The two networks on the linguistic task alone, and a plain table of words, `live.from_a_table`."""
    trained, untrained = (
        records.where(task=live.TASK, probe="linear", states=name) for name in records.values("states")[::-1]
    )
    gap = difference(trained, untrained)
    where = {name: one.mean - table for name, one in (("untrained", untrained), ("trained", trained))}
    return (
        f"On parts of speech alone, linear probe: {gap.sentence}. And a plain table, which gives each "
        f"word the tag that it had most often in training, a new word the commonest of all, has "
        f"{table:.1%}: the probe of untrained vectors is {_points(where['untrained'])} it, that of "
        f"trained ones {_points(where['trained'])} it."
    )


def _points(gap: float) -> str:
    return f"{100 * abs(gap):.1f} points {'above' if gap >= 0 else 'below'}"


def of_edges(records: Records) -> str:
    """lex against mix, live."""
    gap = difference(records.where(reads="mix"), records.where(reads="lex"))
    return f"{gap.sentence}. " + gap.says(
        above="*lex* sees the two words alone, and where they stand. The layers add to it; whether by what "
        "they were trained for, or by mixing neighbours in as random ones do, too, the next table says.",
        below="Here the layers add nothing. We think that there are too few labels and steps for a mix.",
        luck="So few sentences and steps can't tell what the layers add.",
    )


PAPERS_ORDER = ("parts of speech", "names", "dependencies")  # from the lowest layer up
UNTRAINED_MIX = "untrained mix"
EDGE_WAYS = {
    "lex": "lex: embeddings alone",
    "cat": "cat: top layer beside them",
    "mix": "mix of all layers",
    UNTRAINED_MIX: "mix, untrained",
}


def edge_ways(edge: Records) -> Records:
    """Of `edge.json`: lex, cat and the mix of all layers, whichever are there."""
    rows = []
    for model, of_model in edge.by("model").items():
        mixes = [row for row in of_model if row["way"] == "mix"]
        top = max((row["up_to"] for row in mixes), default=None)
        rows += [
            {"model": model, "task": row["task"], "way": EDGE_WAYS[row["way"]], "seed": row["seed"],
             "what": f"{row['task']}, {model}", "score": row["score"]}
            for row in of_model
            if row["way"] != "mix" or row["up_to"] == top
        ]  # fmt: skip
    order = list(EDGE_WAYS.values())
    return Records(
        sorted(rows, key=lambda row: (row["model"], row["task"], order.index(row["way"]))), edge.about
    )


CENTRE, EXPECTED = "centre of gravity", "expected layer"
HARDLY = 0.25  # of a layer


def _places(edge: Records, weights: Records) -> dict[tuple[str, str], dict[str, dict[int, float]]]:
    """(model, task) → `CENTRE`, and `EXPECTED` where all its scores are there → seed → a layer."""
    found = {}
    for (model, task), shares in weights.by("model", "task").items():
        layers = sorted(shares.values("layer"))
        by_layer = {
            seed: {row["layer"]: row["score"] for row in one} for seed, one in shares.by("seed").items()
        }
        of_one = {
            CENTRE: {seed: centre_of_gravity([one[k] for k in layers]) for seed, one in by_layer.items()}
        }
        scores: dict[int, dict[int, float]] = {}
        for row in edge:
            if (row["model"], row["task"], row["way"]) == (model, task, "mix"):
                scores.setdefault(row["seed"], {})[row["up_to"]] = row["score"]
        every = {seed: one for seed, one in scores.items() if sorted(one) == layers}
        if every:
            of_one[EXPECTED] = {seed: expected_layer([one[k] for k in layers]) for seed, one in every.items()}
        found[model, task] = of_one
    return found


def places(edge: Records, weights: Records) -> list[dict[str, object]]:
    """A row for each model and task: centre of gravity; expected layer, if it was measured for any."""
    found = _places(edge, weights)
    kinds = [kind for kind in (CENTRE, EXPECTED) if any(kind in one for one in found.values())]
    return [
        {"model": model, "task": task}
        | {kind: mean_sd([*one[kind].values()], ".2f") if kind in one else "–" for kind in kinds}
        for (model, task), one in found.items()
    ]


def growth(edge: Records) -> list[dict[str, object]]:
    """A row for each model and task of which all S_ℓ were measured: the score of mixes of layers 0 to ℓ."""
    rows = []
    for (model, task), one in edge.where(way="mix").by("model", "task").items():
        by_layer = {k: one.where(up_to=k) for k in sorted(one.values("up_to"))}
        seeds = set.intersection(*(set(of.values("seed")) for of in by_layer.values()))
        if len(by_layer) > 1 and seeds:
            scores = {k: np.mean([of.of_seed[s] for s in seeds]) for k, of in by_layer.items()}
            rows.append(
                {"model": model, "task": task} | {f"S {k}": f"{score:.1%}" for k, score in scores.items()}
            )
    return rows


def of_edge_ways(edge: Records) -> str:
    """A line for each task: what the layers add to the embeddings, by model."""
    rows = edge_ways(edge)
    lines = []
    for task, one in rows.by("task").items():
        told = []
        for model, of_model in one.by("model").items():
            there = of_model.values("way")
            if EDGE_WAYS["mix"] in there and EDGE_WAYS["lex"] in there:
                mix, lex = (of_model.where(way=EDGE_WAYS[name]) for name in ("mix", "lex"))
                gap = difference(mix, lex, (f"{model}'s mix", "its embeddings alone"))
                told.append(gap.sentence)
                if EDGE_WAYS[UNTRAINED_MIX] in there:
                    twin = of_model.where(way=EDGE_WAYS[UNTRAINED_MIX])
                    told.append(difference(mix, twin, (f"{model}'s mix", "its untrained twin's")).sentence)
        if told:
            lines.append(f"- **{task}**: {'; '.join(told)}.")
    return "\n".join(lines)


def of_places(edge: Records, weights: Records) -> str:
    """Whether parts of speech come before names, and names before dependencies, as in the paper."""
    found = _places(edge, weights)
    lines = []
    for model in dict.fromkeys(model for model, _ in found):
        for kind in (CENTRE, EXPECTED):
            of_task = {
                task: found[model, task][kind]
                for task in PAPERS_ORDER
                if kind in found.get((model, task), {})
            }
            if len(of_task) < 2:
                continue
            seeds = set.intersection(*(set(one) for one in of_task.values()))
            ours = sorted(of_task, key=lambda task: float(np.mean([*of_task[task].values()])))
            same = sum(sorted(of_task, key=lambda task: of_task[task][seed]) == [*of_task] for seed in seeds)
            lines.append(
                f"- **{model}**, by {kind}: {', '.join(ours)} (means); the paper's order in {same} of "
                f"{len(seeds)} seeds."
            )
    lines = lines or ["- Of one task alone there is no order."]
    centres = [np.mean([*one[CENTRE].values()]) for one in found.values()]
    equal = (len(weights.values("layer")) - 1) / 2
    off = max(abs(centre - equal) for centre in centres)
    lines.append(
        f"- Equal shares, with which training begins, have their centre at {equal:.2f}. "
        + (
            f"Ours lie within {off:.2f} of that: the mixes have hardly moved, and their order says little."
            if off < HARDLY else f"Ours have moved by up to {off:.2f}."
        )
    )  # fmt: skip
    if not any(EXPECTED in one for one in found.values()):
        lines.append(
            "- The expected layer needs a training for each layer, and was not measured on gold labels."
        )
    return "\n".join(lines)


def to_remember(by_word: Records, commonest: float, axes: Records, model: str) -> str:
    """The lesson in five lines, with the numbers that it measured.

    Args:
        by_word: as `live.word_records` makes them; `commonest`: share of the commonest tag.
        axes: as `results.on_one_axis` makes them; `model`: one of its models.
    """
    untrained = by_word.values("states")[0]
    seen = by_word.where(states=untrained, probe="one hidden layer", task=live.TASK).mean
    linear, deep = (by_word.where(states=untrained, task=live.CONTROL, probe=probe) for probe in live.PROBES)
    larger = difference(deep, linear).says(
        above="The larger probe has learned more by heart",
        below="The larger probe has learned less by heart here",
        luck="Whether the larger probe learns more by heart cannot be told here",
    )
    layer = results.compared_at(axes, model)
    tree = axes.where(model=model, what=results.TRAINED, layer=layer).mean
    name, strongest = results.strongest(axes, model)
    return "\n".join(
        (
            f"1. A probe's score is that of vectors and probe together: on vectors of an untrained network, "
            f"{seen:.0%} of the parts of speech were right, where always the commonest one has "
            f"{commonest:.0%}.",
            "2. Control tasks measure what a probe learns by heart; selectivity is what is left. "
            f"{larger} (of the control task, on untrained vectors, {deep.mean:.0%}; the linear one "
            f"{linear.mean:.0%}).",
            "3. Edge probing asks for labels of spans, and compares with the embeddings alone, and with "
            "layers that nobody trained: what is above both comes from the training.",
            "4. The structural probe is one matrix. After it, squared distances stand for path lengths: the "
            f"shortest tree has {tree:.0%} of the gold edges in {model}'s layer {layer}; the strongest "
            f"baseline, {name}, has {strongest.mean:.0%}.",
            f"5. A layer's score is read beside all baselines. {of_gold_layers(axes, [model])[2:]}",
        )
    )
