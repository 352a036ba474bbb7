"""The sentences of lesson The geometry of BERT that depend on what was measured: trees, attention, senses."""

import itertools
from collections.abc import Sequence

from tlcourse.lessons.geometry_of_bert import kept, live
from tlcourse.show.differences import Difference, difference
from tlcourse.show.prose import listed
from tlcourse.show.records import Records
from tlcourse.show.zoo_reading import have_read, read_most

_ATTENTION, _PLACES, _COMMONEST = "attention", "places", "the commonest answer"


def side(gap: Difference) -> str:
    """`above`, `below` or `within luck of`; and that it was measured once, where each seed has the same."""
    once = "equal to" if not gap.mean else f"{'above' if gap.mean > 0 else 'below'} (measured once)"
    return gap.says(above="above", below="below", luck="within luck of", once=once)


def of_random_branches(records: Records) -> str:
    """How far off a tree with random edges is, for each width."""
    means = {width: rows.mean for width, rows in records.by("width").items()}
    told = listed([f"{mean:.2f} with {width} numbers" for width, mean in means.items()])
    falls = all(b < a for a, b in itertools.pairwise(means.values()))
    why = " The more numbers, the nearer random vectors are to right angles." if falls else ""
    return f"On average, squared distances differ from path lengths by so many edges: {told}.{why}"


def of_path_lengths(records: Records) -> str:
    """For each space how far apart words are that are one and more edges apart, and up to where it rises."""
    lines = []
    for name, rows in records.by("space").items():
        edges = sorted(rows.values("edges"))
        means = [rows.where(edges=k).mean for k in edges]
        rises = next((k for k in range(1, len(means)) if means[k] <= means[k - 1]), len(means))
        shape = "all the way" if rises == len(means) else f"up to {edges[rises - 1]}"
        step = (means[rises - 1] - means[0]) / max(1, edges[rises - 1] - edges[0])
        lines.append(
            f"- **{name}**: {means[0]:.2f} at one edge, {means[-1]:.2f} at {edges[-1]}; it rises "
            f"{shape}, by {step:.2f} for each further edge. How many edges lie between two words explains "
            f"{rows[0]['explained']:.0%} of the variance of their squared distance."
        )
    return "\n".join(lines)


def of_arcs_now(records: Records) -> str:
    """Attention against places, now: the usual pairs, and those that are as far apart as the true ones."""
    lines = []
    for task, rows in records.by("task").items():
        gap = difference(rows.where(reads=_ATTENTION), rows.where(reads=_PLACES), (_ATTENTION, _PLACES))
        lines.append(f"- **{task}**: {gap.sentence}.")
    return "\n".join(lines)


def of_arcs(records: Records) -> str:
    """For each model and task on gold trees: trained attention against places, and its untrained twin's."""
    lines = []
    for task, of_task in records.by("task").items():
        told = []
        for model, rows in of_task.by("model").items():
            trained = rows.where(weights="trained")
            ours = trained.where(reads=_ATTENTION)
            against = {"places alone": trained.where(reads=_PLACES)}
            if kept.UNTRAINED in rows.values("weights"):
                twin = rows.where(weights=kept.UNTRAINED, reads=_ATTENTION)
                against["its untrained twin"] = twin
            parts = [
                f"{side(difference(ours, other, (model, name)))} {name} ({other.mean:.1%})"
                for name, other in against.items()
            ]
            told.append(f"{model} {ours.mean:.1%}, {listed(parts)}")
        commonest = of_task.where(weights="trained", reads=_COMMONEST).mean_over("model").mean
        lines.append(f"- **{task}** (always the commonest answer: {commonest:.1%}): {'; '.join(told)}.")
    return "\n".join(lines)


def arcs_table(records: Records) -> Records:
    """Fields `reads`, `task`, `seed`: attention of each model and of its twin, places, the commonest."""
    rows = []
    for row in records:
        name = row["reads"]
        if name == _ATTENTION:
            name = f"{row['model']}'s attention" + (", untrained" if row["weights"] != "trained" else "")
        elif row["weights"] != "trained" or row["model"] != records.values("model")[0]:
            continue  # the same for each model
        rows.append({"reads": name, "task": row["task"], "seed": row["seed"], "score": row["score"]})
    return Records(rows, records.about)


def of_senses_now(records: Records, ours: str, layer: int) -> str:
    """One layer, chosen before, against everything else that reads the same uses: the mean over the words."""
    means = records.mean_over("word")
    one = means.where(reads=ours, layer=layer)
    parts = []
    for name, rows in means.by("reads").items():
        if name == ours:
            continue
        other = rows.where(layer=layer if layer in rows.values("layer") else live.NO_LAYER)
        parts.append(f"{side(difference(one, other, (ours, name)))} {name} ({other.mean:.0%})")
    return (
        f"{ours}, layer {layer}, tells the sense of {one.mean:.0%} of the uses that it has not learnt from: "
        f"{listed(parts)}."
    )


def of_layers(senses: Records, models: Sequence[str]) -> str:
    """For each model whether it rises up to the last layer, which is best, and what it stands against."""
    lines = []
    for model in models:
        rows = kept.by_layer(senses, model)
        trained = rows.where(what=kept.TRAINED)
        layers = sorted(trained.values("layer"))
        means = [trained.where(layer=k).mean for k in layers]
        best, top = max(layers, key=lambda k: means[k]), layers[-1]
        rises = all(b > a for a, b in itertools.pairwise(means))
        if rises:
            shape = "it rises with every layer"
        elif best == top:
            shape = "not with every layer, but the last has the most"
        else:
            gap = difference(trained.where(layer=top), trained.where(layer=best), ("last", "best"))
            shape = f"layer {best} has the most, {means[best]:.1%}, and the last is {side(gap)} it"
        against = [
            f"{side(difference(trained.where(layer=top), rows.where(what=what), (model, what)))} "
            f"{what} "
            f"({rows.where(what=what).mean:.1%})"
            for what in (kept.FIRST, kept.GLOVE)
        ]
        if kept.UNTRAINED in rows.values("what"):
            twin = rows.where(what=kept.UNTRAINED)
            gap = difference(trained.where(layer=top), twin.where(layer=top), (model, kept.UNTRAINED))
            against.append(f"{side(gap)} its untrained twin's last layer ({twin.where(layer=top).mean:.1%})")
        lines.append(
            f"- **{model}**: from {means[0]:.1%} at the embeddings to {means[-1]:.1%} at the last layer; "
            f"{shape}. "
            f"The last layer is {listed(against)}."
        )
    return "\n".join(lines)


def of_words(senses: Records, model: str) -> str:
    """Word by word: the last layer's centroids against the first sense."""
    top = kept.top_layer(senses, model)
    rows = senses.where(measure=kept.ACCURACY)
    told: dict[str, list[str]] = {}
    for word, of_word in rows.by("word").items():
        ours = of_word.where(model=model, states=kept.TRAINED, layer=top, way=kept.CENTROID)
        first = of_word.where(model="no model")
        gap = difference(ours, first, (model, kept.FIRST))
        told.setdefault(gap.says(above="above it", below="below it", luck="within luck of it"), []).append(
            f"“{word}” ({ours.mean:.0%} against {first.mean:.0%})"
        )
    return "; ".join(f"{verdict} for {listed(words)}" for verdict, words in told.items())


def of_why_below(senses: Records, model: str, word: str) -> str:
    """What the same vectors give for one word where the reader knows frequencies, or weighs each number."""
    top = kept.top_layer(senses, model)
    rows = senses.where(word=word, measure=kept.ACCURACY)
    ours = rows.where(model=model, states=kept.TRAINED, layer=top)
    plain, first = ours.where(way=kept.CENTROID), rows.where(model="no model")
    parts = []
    for way in (kept.FREQUENCIES, kept.BALANCED, kept.LOGISTIC):
        if way in ours.values("way"):
            one = ours.where(way=way)
            gap = difference(one, plain, (way, kept.CENTROID))
            parts.append(f"{way} {one.mean:.1%}, {side(gap)} the nearest centroid")
    return (
        f"“{word}” with {model}, last layer: nearest centroid {plain.mean:.1%}, first sense "
        f"{first.mean:.1%}; "
        f"{'; '.join(parts)}."
    )


def of_objectives(senses: Records, models: Sequence[str]) -> str:
    """The best layer of each objective, against the best of all, and against its untrained twin."""
    rows = kept.objectives(senses, models)
    best = {}
    for model, of_model in rows.by("model").items():
        layer = max(of_model.values("layer"), key=lambda k, of_model=of_model: of_model.where(layer=k).mean)
        best[model] = (layer, of_model.where(layer=layer))
    first = max(best, key=lambda model: best[model][1].mean)
    twins = set(kept.whole(senses, models, kept.UNTRAINED))
    static = kept.by_layer(senses, first).where(what=kept.GLOVE)
    gap = difference(best[first][1], static, (first, kept.GLOVE))
    lines = [
        f"Of the same text, {have_read(models)}. The best of these, {first}, is {side(gap)} "
        f"{kept.GLOVE} ({static.mean:.1%}). Each at its best layer, which was chosen by these very results:\n"
    ]
    for model, (layer, one) in sorted(best.items(), key=lambda item: -item[1][1].mean):
        told = f"- **{model}**: layer {layer}, {one.mean:.1%}"
        if model != first:
            gap = difference(one, best[first][1], (model, first))
            told += f", {gap.says(above='above', below='below', luck='cannot be told from')} {first}"
        if model in twins:
            twin = kept.by_layer(senses, model).where(what=kept.UNTRAINED, layer=layer)
            gap = difference(one, twin, (model, kept.UNTRAINED))
            told += f"; {side(gap)} its untrained twin ({twin.mean:.1%})"
        lines.append(f"{told}.")
    if read_most(first, best):
        lines.append(f"\nHow much of its lead {first} owes to its longer training, these figures cannot say.")
    return "\n".join(lines)
