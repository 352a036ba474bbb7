"""The sentences of lesson Serving embeddings on what can be chosen: layers, search, int8, a cluster."""

from collections.abc import Sequence

from tlcourse.lessons.serving_embeddings.figures import WIDTHS
from tlcourse.lessons.serving_embeddings.in_words import sentence
from tlcourse.lessons.serving_embeddings.layers import CENTRED
from tlcourse.show.differences import Difference, difference
from tlcourse.show.prose import listed
from tlcourse.show.records import Records
from tlcourse.show.tables import mean_sd

BY_DEFAULT, LAST = -2, -1  # layers
ENOUGH = 0.95  # recall
ROUNDED = "graph, int8"


def of_layer(
    layers: Records, model: str, layer: int, pooling: str = "REDUCE_MEAN", task: str = "alike"
) -> Records:
    """The scores of one choice, a seed for each part."""
    return layers.where(task=task, model=model, layer=layer, pooling=pooling)


def told(rows: Records, spec: str = ".3f") -> str:
    return mean_sd(rows.scores, spec)


def gap_of(
    layers: Records,
    model: str,
    a: int,
    b: int,
    poolings: tuple[str, str] = ("REDUCE_MEAN", "REDUCE_MEAN"),
    task: str = "alike",
) -> Difference:
    """One layer and pooling against another, part by part."""
    first, second = (
        of_layer(layers, model, layer, how, task) for layer, how in zip((a, b), poolings, strict=True)
    )
    return difference(first, second, (f"layer {a}", f"layer {b}"))


def minus(number: int) -> str:
    return f"{number}".replace("-", "−")


def of_layers(layers: Records, models: Sequence[str], baselines: Sequence[str]) -> str:
    """For each model: is −2 better than the last, which choice is best, and what do baselines reach?"""
    lines = []
    for model in models:
        parts = []
        for task, name in (("alike", "pairs"), ("found", "headlines")):
            gap = gap_of(layers, model, BY_DEFAULT, LAST, task=task)
            parts.append(
                f"on {name} the mean of layer −2 is "
                + gap.says(
                    above=f"above that of the last, by {100 * gap.mean:.1f} points",
                    below=f"below that of the last, by {-100 * gap.mean:.1f} points",
                    luck=f"within luck of that of the last ({100 * gap.mean:+.1f} points)".replace("-", "−"),
                )
            )
        some = layers.where(task="alike", model=model)
        means = some.where(pooling="REDUCE_MEAN").by("layer")
        top = max(means, key=lambda layer: means[layer].mean)
        parts.append(f"best mean on pairs: layer {minus(top)}, {means[top].mean:.3f}")
        lines.append(f"- **{model}**: {'; '.join(parts)}.")
    without = " and ".join(
        f"{name} {layers.where(task='alike', model=name).mean:.3f} on pairs, "
        f"{layers.where(task='found', model=name).mean:.0%} on headlines"
        for name in baselines
    )
    return "\n".join([*lines, f"- Without a network: {without}."])


def of_baseline(layers: Records, untuned: Sequence[str], tuned: str, baselines: Sequence[str]) -> str:
    """Which model is worth its network on the rated pairs? Those not tuned, by the server's defaults."""
    floor = max((layers.where(task="alike", model=name) for name in baselines), key=lambda rows: rows.mean)
    (name,) = floor.values("model")

    def side(rows: Records) -> str:
        return difference(rows, floor, share=False).says(above="above", below="below", luck="within luck of")

    words = [f"{model} is {side(of_layer(layers, model, BY_DEFAULT))} it" for model in untuned]
    words.append(f"the last layer of {tuned} is {side(of_layer(layers, tuned, LAST))} it")
    lowest, never = [], True
    for model in untuned:
        some = layers.where(task="alike", model=model, pooling="REDUCE_MEAN")
        bottom = min(some.values("layer"))
        top = max(some.values("layer"), key=lambda layer: some.where(layer=layer).mean)
        lowest.append(top in (bottom, bottom + 1))
        cells = layers.where(task="alike", model=model).by("layer", "pooling").values()
        never = never and all(rows.mean < floor.mean for rows in cells)
    falls = (
        "Of the models that were not trained for sentences, the lowest layers are the best: each further "
        "one makes "
        "it worse, on the whole. "
        if all(lowest)
        else ""
    )
    under = f"None of their layers and poolings reaches {name} on pairs. " if never else ""
    return (
        f"Read the grey dotted line, too: {name} needs no network, and {floor.mean:.3f} is what it gets "
        "on pairs. "
        f"With the defaults of bert-as-service, {listed(words)}. {falls}{under}To have read much makes no "
        "sentence encoder: it has to be trained to be one."
    )


def of_centred(layers: Records, models: Sequence[str]) -> str:
    """What subtracting the common part does, in the default layer, where headlines look for articles."""
    parts = []
    for model in models:
        gap = gap_of(layers, model, BY_DEFAULT, BY_DEFAULT, (CENTRED, "REDUCE_MEAN"), task="found")
        change = f"{100 * gap.mean:+.1f} points".replace("-", "−")
        parts.append(f"{model} {gap.says(above=change, below=change, luck=f'{change}, within luck')}")
    return (
        "A part of the trouble has a name: all vectors of a model have much in common, and headlines "
        "have more in common with each other than with their articles. Take away the mean of each kind "
        "(*centred*), "
        f"and so many more headlines find their article, in layer −2: {', '.join(parts)}. A "
        "server cannot do "
        "that for you: it does not know which texts will come."
    )


def best_walk(some: Records, way: str) -> tuple[float, float] | None:
    """Seconds and recall of the quickest search that finds `ENOUGH`; None if none does."""
    walked = some.where(way=way, measure="recall")
    good = _enough(some, way)
    if not good:
        return None
    keeps = min(good, key=lambda k: some.where(way=way, measure="seconds", keeps=k).mean)
    return some.where(way=way, measure="seconds", keeps=keeps).mean, walked.where(keeps=keeps).mean


def _enough(some: Records, way: str) -> list[int]:
    """How much a search has to keep to find `ENOUGH`."""
    walked = some.where(way=way, measure="recall")
    return [k for k in walked.values("keeps") if walked.where(keeps=k).mean >= ENOUGH]


def _side(some: Records, way: str) -> str:
    """Whether the quickest search that finds `ENOUGH` wins against comparing all, loses, or it is unclear."""
    walks = [some.where(way=way, measure="seconds", keeps=k) for k in _enough(some, way)]
    if not walks:
        return "loses"
    walked, exact = min(walks, key=lambda rows: rows.mean), some.where(way="exact", measure="seconds")
    once = "wins" if walked.mean < exact.mean else "loses"
    return difference(exact, walked, share=False).says(above="wins", below="loses", luck="unclear", once=once)


def _round(number: float) -> int:
    """Two digits: more would be luck."""
    return int(float(f"{number:.1e}"))


def search_rows(search: Records, way: str = "graph, float32") -> list[dict[str, object]]:
    """Rows of a table: from how many vectors on does the graph pay, and after how many queries?"""
    rows = []
    for (what, n), some in search.by("what", "vectors").items():
        exact = some.where(way="exact", measure="seconds").mean
        building = some.where(way=way, measure="seconds to build").mean
        row: dict[str, object] = {
            "vectors": f"{n:,} {what} of {WIDTHS[what]} numbers",
            "all compared, ms": f"{1000 * exact:.2f}",
            "to build the graph, s": f"{building:.1f}",
        }
        quickest = best_walk(some, way)
        if quickest is None:
            row |= {f"graph, ms at {ENOUGH:.0%}": "–", "pays after": f"never finds {ENOUGH:.0%}"}
        else:
            row |= {
                f"graph, ms at {ENOUGH:.0%}": f"{1000 * quickest[0]:.2f}",
                "pays after": {
                    "wins": f"{_round(building / max(exact - quickest[0], 1e-12)):,} queries",
                    "loses": "never: slower",
                    "unclear": "no clear difference",
                }[_side(some, way)],
            }
        rows.append(row)
    return rows


def of_search(search: Records, way: str = "graph, float32") -> str:
    """Where the graph pays, and what int8 does to it."""
    sides: dict[str, list[str]] = {"wins": [], "loses": [], "unclear": []}
    small = ""
    for (what, n), some in search.by("what", "vectors").items():
        quickest = best_walk(some, way)
        exact = some.where(way="exact", measure="seconds").mean
        ratio = "" if quickest is None else f" ({exact / quickest[0]:.1f} times as fast)"
        sides[_side(some, way)].append(f"{n:,} {what}{ratio}")
        if quickest is None:
            continue
        if ROUNDED in some.values("way"):
            walked = some.where(way=[way, ROUNDED], measure="recall")
            found = walked.where(keeps=max(walked.values("keeps"))).by("way")
            small = (
                " With vectors of one byte a number (int8), a quarter of the memory, the widest search "
                f"of {n:,} {what} finds "
                f"{found[ROUNDED].mean:.1%} of the right ones, in place of {found[way].mean:.1%}."
            )
    wins = listed(sides["wins"], nothing="none of these")
    told_ = f"At {ENOUGH:.0%} of the right neighbours, the graph is quicker for {wins}"
    told_ += f"; slower for {listed(sides['loses'])}" if sides["loses"] else ""
    told_ += f"; three runs cannot tell for {listed(sides['unclear'])}" if sides["unclear"] else ""
    told_ += "."
    return told_ + small


def of_int8(speed: Records, scores: Records, model: str = "minilm") -> str:
    """Size, speed and quality of an encoder in int8."""

    def megabytes(way: str, part: str) -> float:
        return speed.where(model=model, way=way, measure="megabytes", part=part).mean

    times = speed.where(model=model, measure="seconds")
    ratios = {}
    for (length, size), some in times.by("length", "at once").items():
        ratios[length, size] = some.where(way="float32").mean / some.where(way="int8").mean
    fastest, slowest = max(ratios, key=ratios.get), min(ratios, key=ratios.get)
    parts = []
    for task, name in (("alike", "rated pairs"), ("found", "headlines")):
        a, b = (scores.where(task=task, way=way) for way in ("int8", "float32"))
        gap = difference(a, b, ("int8", "float32"))
        change = f"{100 * gap.mean:+.1f} points".replace("-", "−")
        parts.append(f"on {name} {gap.says(above=change, below=change, luck=f'{change}, within luck')}")
    products = megabytes("float32", "products") / megabytes("int8", "products")
    least, most = (f"{_texts(*key)} {ratios[key]:.1f} times as fast" for key in (slowest, fastest))
    return (
        f"The tables of the products are {products:.1f} times as small, the model only "
        f"{megabytes('float32', 'all') / megabytes('int8', 'all'):.1f} times: "
        f"{megabytes('int8', 'tables'):.0f} of its {megabytes('int8', 'all'):.0f} MB are the table of "
        "pieces, "
        f"which is only looked up and stays as it is. In the stored runs it computes {least}, and {most}. "
        "Its "
        f"quality beside float32: {', '.join(parts)}."
    )


def _texts(length: int, size: int) -> str:
    return f"{size} text{'s' if size > 1 else ''} of {length} tokens"


def of_bits(scores: Records) -> str:
    """How far weights can be rounded, and what a scale for each row is worth."""
    some = scores.where(task="alike", way="weights rounded")
    whole = scores.where(task="alike", way="float32")
    bits = sorted(some.values("bits"), reverse=True)
    ends = []
    for scale in some.values("scale"):
        fine = []
        for n in bits:
            if difference(some.where(bits=n, scale=scale), whole).mean < -0.01:
                break
            fine.append(n)
        ends.append(
            f"down to {fine[-1]} bits with a scale for {scale}"
            if fine
            else f"with no number of bits with a scale for {scale}"
        )
    return (
        f"Less than a point is lost on rated pairs {', and '.join(ends)}. (These weights are rounded, but "
        "computed with in float32: this is what rounding costs, not what it saves.)"
    )


def ray_rows(costs: Records) -> list[dict[str, object]]:
    """Rows of a table: what a cluster's machinery costs where one machine would do."""
    asked = [
        ("seconds to the first answer", {}, ".0f"),
        ("processes", {}, ".0f"),
        ("megabytes", {}, ",.0f"),
        ("milliseconds of a lone text", {}, ".0f"),
    ]
    rates = costs.where(measure="texts a second")
    asked += [("texts a second", {"clients": n}, ".0f") for n in sorted(rates.values("clients"))]
    rows = []
    for measure, key, spec in asked:
        row: dict[str, object] = {
            "": measure + (f", {key['clients']} client{'s' if key['clients'] > 1 else ''}" if key else "")
        }
        for way in ("this server", "Ray Serve"):
            row[way] = f"{costs.where(measure=measure, way=way, **key).mean:{spec}}"
        rows.append(row)
    return rows


def of_ray(costs: Records) -> str:
    """How it was measured, and what one gets for it."""
    noted = f" {sentence(costs.about['note'])}" if "note" in costs.about else ""
    return (
        f"(One worker here, one replica there; HTTP; means of {len(costs.values('seed'))} rounds; by "
        f"`benchmarks/serving_ray.py`.){noted} What you pay buys nothing on one machine. It buys most of "
        "the list "
        "above on the second."
    )
