"""The sentences and rows of lesson What does BERT look at that depend on what was measured."""

from collections.abc import Sequence

import numpy as np
from torch import nn

from tlcourse.lessons.what_does_bert_look_at import figures, habits
from tlcourse.show.differences import difference
from tlcourse.show.records import Records

IMPORTANCE, RANDOM, WRONG, ALWAYS = (
    "importance",
    "random",
    "most important first",
    "always the commonest answer",
)
ORDERS = {IMPORTANCE: "least important first", RANDOM: "in random order", WRONG: WRONG}
POINT = 0.01
# Files of `data/results/what_does_bert_look_at`: of trees, and of a tuned model.
OF_MAPS = ("statistics", "relations", "parser", "speed")
OF_TASK = ("pruning", "each_off", "one_head", "no_head", "explains")
UNMASKED, MASKED, REMOVED = "seconds, whole", "seconds, masked", "seconds, removed"


def results() -> dict[str, Records]:
    """All that `benchmarks/heads.py` has written for the lesson, by the name of its file."""
    return {name: Records.load(f"what_does_bert_look_at/{name}") for name in (*OF_MAPS, *OF_TASK)}


def signed(points: float) -> str:
    """`+0.3` or `−1.2`."""
    return f"{points:+.1f}".replace("-", "−")


def of_marked(records: Records) -> str:
    """What the treebank's heads find in the lesson's own sentences, beside the best offsets."""
    head, offset = (records.where(reader=reader) for reader in ("its head", "its best offset"))
    n = sum(row["pairs"] for row in head)
    right, wrong = (sum(row["pairs"] * row["score"] for row in rows) for rows in (head, offset))
    verdict = "more than" if right > wrong + 0.5 else "no more than"
    return (
        f"The network's heads that were chosen in the treebank find {right:.0f} of the {n} marked "
        f"pairs, {verdict} the "
        f"offsets that were chosen there, which find {wrong:.0f}. (These sentences are easier than the "
        "web's.)"
    )


def of_single_heads(each_off: Records, one_head: Records, no_head: Records | None) -> str:
    """How few heads are missed alone, and whether one head is enough for a layer."""
    off, alone = figures.changes(each_off), figures.changes(one_head)
    best = alone.max(axis=1)
    text = (
        f"Of {off.size} heads, {int((off <= -1).sum())} cost a point or more when they go alone; "
        f"{int((off >= 0).sum())} cost nothing, on the mean of the seeds. With a single head in one "
        "layer, the best "
        "one, accuracy changes "
        f"by {signed(best.min())} to {signed(best.max())} points, layer by layer; with the worst, by "
        f"{signed(alone.min(axis=1).min())} at most."
    )
    if no_head is not None:
        none = figures.layer_changes(no_head, one_head)
        idle = [int(k) + 1 for k in np.flatnonzero(none > -1)]
        text += (
            f" With no head at all in one layer it changes by {signed(none.min())} to {signed(none.max())} "
            "points: "
        )
        text += (
            f"within a point of the whole model, or above it, for {habits.layers_in_words(idle)}. "
            "Where a layer "
            "can lose all of its heads, that a single one is enough says nothing about heads."
            if idle
            else "each layer needs some of its heads, and one can do for many."
        )
        text += " (The best head was chosen on the headlines that it is scored on: some of it is luck.)"
    return text


def spared(results: Records, order: str = IMPORTANCE, within: float = POINT) -> float:
    """The largest share up to which accuracy stays within a point of the whole model's, on average."""
    rows = results.where(order=order)
    whole, largest = rows.where(share=0.0).mean, 0.0
    for share in sorted(rows.values("share")):
        if rows.where(share=share).mean < whole - within:
            break
        largest = share
    return largest


def of_curve(results: Records) -> str:
    """How far pruning goes in each order, and whether importance is better than chance."""
    far = {order: spared(results, order) for order in ORDERS}
    shares = sorted(set(results.where(order=RANDOM).values("share")) & {0.2, 0.4, 0.6, 0.8})
    verdicts: dict[str, list[str]] = {}
    for share in shares:
        mine, other = (results.where(order=order, share=share) for order in (IMPORTANCE, RANDOM))
        says = difference(mine, other).says(above="above", below="below", luck="within luck of")
        verdicts.setdefault(says, []).append(f"{share:.0%} ({signed(100 * (mine.mean - other.mean))})")
    told = "; ".join(f"{verdict} it at {', '.join(at)}" for verdict, at in verdicts.items())
    return (
        f"Least important first, {far[IMPORTANCE]:.0%} of the heads can go before accuracy has fallen by "
        "more "
        f"than a point; in random order {far[RANDOM]:.0%}; most important first {far[WRONG]:.0%}. Against "
        "random "
        f"order, importance is {told} (in brackets the mean difference, in points). "
        f"{_seed_by_seed(results, shares)}"
    )


def _seed_by_seed(results: Records, shares: Sequence[float]) -> str:
    """In how many seeds importance is above random order throughout, and how far above the reverse."""
    ahead = {
        order: [
            difference(*(results.where(order=one, share=share) for one in (IMPORTANCE, order)))
            for share in shares
        ]
        for order in (RANDOM, WRONG)
    }
    n = len(results.where(order=IMPORTANCE, share=0.0).scores)
    wins = int(np.all([gap.of_seed > 0 for gap in ahead[RANDOM]], axis=0).sum())
    spread = max(results.where(order=RANDOM, share=share).spread for share in shares)
    behind = [gap for gap in ahead[WRONG] if gap.verdict == "above"]
    clear = int(np.all([gap.of_seed > 0 for gap in ahead[WRONG]], axis=0).sum())
    return (
        f"Seed by seed it is above random order at all of these shares in {wins} of {n}; but a random "
        "order is "
        f"now a lucky one, now not, and its accuracy varies by up to {100 * spread:.0f} points. Above the "
        f"reverse order, the most important first, it is at all of these shares in {clear} of {n}, "
        "outside the "
        f"spread at {len(behind)} of {len(shares)}."
    )


def of_live_pruning(now: Records, kept: Records, labels: int, tested: int) -> str:
    """What was measured now beside the committed seeds, at each share."""
    parts = []
    whole = now.where(share=0.0).mean
    error = (whole * (1 - whole) / tested) ** 0.5
    for share in now.values("share"):
        mine = now.where(share=share).mean
        others = kept.where(order=IMPORTANCE, share=share)
        parts.append(f"{share:.0%} gone: {mine:.1%} ({others.mean:.1%} ± {others.spread:.1%})")
    return (
        f"Tuned on {labels:,} labels now; in brackets the three seeds of `data/results`, 1,000 labels each: "
        f"{'; '.join(parts)}. Of {tested:,} headlines one is {100 / tested:.1f} points; drawn anew, "
        "so many would "
        f"give another accuracy by about {100 * error:.1f} points (the standard error): a single run "
        "does not "
        "settle a point."
    )


def of_removed(p: Sequence[np.ndarray], names: Sequence[str], whole: nn.Module, smaller: nn.Module) -> str:
    """That masked and removed give the same answer, and what is saved in parameters."""
    counts = [sum(one.numel() for one in network.parameters()) for network in (whole, smaller)]
    apart = float(np.abs(p[0] - p[1]).max())
    same = f"the same but for {apart:.0e}" if apart < 1e-4 else f"not the same: {apart:.4f} apart"
    top = int(p[0].argmax())
    told = ", ".join(f"{name} {value:.3f}" for name, value in zip(names, p[0], strict=True))
    return (
        f"With these heads masked, the topics of this headline have the probabilities {told}; with "
        "them removed, "
        f"{names[top]} has {p[1][top]:.3f}: {same}. "
        f"The whole network has {counts[0] / 1e6:.1f} million parameters, without these heads "
        f"{counts[1] / 1e6:.1f} million (more than half of them are the vectors of the pieces)."
    )


def speed_rows(results: Records) -> list[dict[str, str]]:
    """For each share: parameters of the layers, and milliseconds for each batch, masked and removed."""
    lines = []
    for share in results.values("share"):
        rows = results.where(share=share)
        n = rows.where(measure="parameters")[0]["score"]
        line = {"heads gone": f"{share:.0%}", "parameters of the layers": f"{n / 1e6:.1f} million"}
        for batch in sorted(set(rows.where(measure=REMOVED).values("batch"))):
            for measure, name in ((UNMASKED, "whole"), (MASKED, "masked"), (REMOVED, "removed")):
                ms = 1000 * _median(rows.where(batch=batch, measure=measure))
                line[f"{name}, batch of {batch}"] = f"{ms:.0f} ms"
        lines.append(line)
    return lines


def gain(results: Records, share: float, batch: int) -> float:
    """How much faster the model is without these heads: the median over pairs of runs."""
    rows = results.where(share=share, batch=batch)
    whole, removed = (rows.where(measure=one) for one in (UNMASKED, REMOVED))
    pairs = {row["repeat"]: row["score"] for row in whole}
    return float(np.median([pairs[row["repeat"]] / row["score"] for row in removed]) - 1)


def _median(rows: Records) -> float:
    return float(np.median([row["score"] for row in rows]))


def of_speed(results: Records) -> str:
    """Masking saves nothing; removing saves less time than heads."""
    share = 0.5
    rows = results.where(measure="parameters")
    fewer = 1 - rows.where(share=share)[0]["score"] / rows.where(share=0.0)[0]["score"]
    gains = {
        batch: gain(results, share, batch)
        for batch in sorted(set(results.where(share=share, measure=REMOVED).values("batch")))
    }
    told = ", ".join(
        f"{abs(g):.0%} {'faster' if g >= 0 else 'slower'} with a batch of {batch}"
        for batch, g in gains.items()
    )
    times = len(results.where(measure=REMOVED).values("repeat"))
    return (
        f"Half of the heads are {fewer:.0%} of the layers' parameters: the feed-forward layers stay whole. "
        f"Without them the model is {told}: whole and removed ran in turn, {times} times, and this is the "
        f"median of the quotients, not the quotient of the table's medians. {_noise(results)}"
    )


def _noise(results: Records) -> str:
    """How far the same work, the whole model, differs from row to row of the table."""
    least, most = 1.0, 1.0
    for _, rows in results.where(measure=UNMASKED).by("batch").items():
        medians = [_median(rows.where(share=share)) for share in rows.values("share")]
        if max(medians) / min(medians) > most / least:
            least, most = min(medians), max(medians)
    return (
        "The whole model does the same work in each row: where its time differs there, up to "
        f"{most / least - 1:.0%}, that is the machine's noise."
    )


def parser_table(results: Records, models: dict[str, str]) -> Records:
    """UAS by way: of those that need no model, of the models, and of the first one's untrained twins."""
    shown = (
        {"none": "no model"}
        | models
        | {f"{one}, untrained": f"{name}, random weights" for one, name in models.items()}
    )
    rows = [row for row in results.where(treebank="ud") if row["model"] in shown]
    rows.sort(key=lambda row: [*shown].index(row["model"]))
    return Records({**row, "model": shown[row["model"]]} for row in rows)


def of_parser(results: Records, model: str, shown: str) -> str:
    """Attention alone against position alone and against the right neighbour."""
    rows = results.where(treebank="ud")
    attention, both = (rows.where(model=model, way=way) for way in ("attention", "attention and position"))
    position = rows.where(model="none", way="position")
    right = rows.where(model="none", way="right neighbour").mean
    gap = difference(attention, position, names=(f"attention of {shown}", "position alone"))
    more = difference(both, attention, names=("with position", "without")).says(
        above="Position adds a little to it",
        below="Position takes from it",
        luck="Position adds nothing that is more than luck",
    )
    return (
        f"The right neighbour is the head in the tree of {right:.0%} of the words. Two numbers a head "
        "of the network, learned, find "
        f"{attention.mean:.0%}: {gap.sentence}. {more}."
    )
