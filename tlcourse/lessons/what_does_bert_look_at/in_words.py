"""The sentences and rows of lesson What does BERT look at that depend on what was measured."""

from collections.abc import Sequence

import numpy as np
from torch import nn

from tlcourse.lessons.what_does_bert_look_at import figures, habits
from tlcourse.show.differences import Difference, difference
from tlcourse.show.prose import listed, signed
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
        f"{_how_many(int((off <= -1).sum()), off.size)} a point or more when it goes alone; "
        f"{int((off >= 0).sum())} cost nothing, on the mean of the seeds. (All are compared with the same "
        "whole models: a headline or two of luck in these lifts or lowers all dots on the left together.) "
        "With a single head in one layer, "
        f"the best one, accuracy changes by {signed(best.min())} to {signed(best.max())} points, layer by "
        f"layer; with the worst, by {signed(alone.min(axis=1).min())} at most."
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


def _how_many(n: int, of: int) -> str:
    return f"{n} of the {of} heads cost{'s' if n == 1 else ''}" if n else f"None of the {of} heads costs"


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
    """How far pruning goes in each order, and whether importance is better than the others."""
    shares = sorted(set(results.where(order=RANDOM).values("share")) & {0.2, 0.4, 0.6, 0.8})
    reach = "; ".join(f"{shown}, {_reach(results, order)}" for order, shown in ORDERS.items())
    lines = [
        f"Share of the heads that can go before accuracy has fallen by more than a point: {reach}.",
        *(_against(results, shares, order) for order in (RANDOM, WRONG)),
        *_of_none(results),
    ]
    return "\n".join(f"- {line}" for line in lines)


def _of_none(results: Records) -> list[str]:
    """What is left without any head: the pieces' own vectors, which never hear of each other."""
    none, always = results.where(order=IMPORTANCE, share=1.0), results.where(order=ALWAYS).mean
    if not len(none) or none.mean < always + 0.05:
        return []
    return [
        f"With no head at all it is right about {none.mean:.0%}, where always the same answer is about "
        f"{always:.0%}: no piece hears of another any more, but the pieces themselves, put together, still "
        "tell much of a topic. So on this task there is less for heads to do than on many."
    ]


def _reach(results: Records, order: str) -> str:
    """`spared`, and the next share that was measured, as not all orders were at the same shares."""
    far = spared(results, order)
    more = [share for share in sorted(results.where(order=order).values("share")) if share > far]
    if not more:
        return f"{far:.0%}"
    return f"{far:.0%}, not {more[0]:.0%}" if far else f"less than {more[0]:.0%}"


def _against(results: Records, shares: Sequence[float], order: str) -> str:
    """Importance minus another order at each share, in how many seeds it is above, and whether by luck."""
    gaps = {
        share: difference(*(results.where(order=one, share=share) for one in (IMPORTANCE, order)))
        for share in shares
    }
    points = ", ".join(f"{signed(100 * gap.mean)} ({share:.0%} gone)" for share, gap in gaps.items())
    wins = np.all([gap.of_seed > 0 for gap in gaps.values()], axis=0)
    words = {"above": "outside the spread", "below": "below, outside the spread,", "luck": "within luck"}
    verdicts: dict[str, list[str]] = {}
    for share, gap in gaps.items():
        verdicts.setdefault(gap.says(**words), []).append(f"{share:.0%}")
    told = ", ".join(f"{verdict} at {listed(at)}" for verdict, at in verdicts.items())
    return (
        f"Least important first minus {ORDERS[order].removeprefix('in ')}, in points: {points}. All of "
        f"these are above 0 in {int(wins.sum())} of {len(wins)} seeds. By lesson 01's rule it is {told}"
        f"{_why_luck(gaps) if 'luck' in told else ''}."
    )


def _why_luck(gaps: dict[float, Difference]) -> str:
    """Why many points can be within luck: the seeds differ by as much."""
    share, gap = max(
        ((share, gap) for share, gap in gaps.items() if gap.verdict == "luck"), key=lambda pair: pair[1].mean
    )
    low, high = (signed(100 * value) for value in (gap.of_seed.min(), gap.of_seed.max()))
    seeds = len(gap.of_seed)
    return (
        f": with {share:.0%} gone the seeds say {low} to {high}, and {seeds} that differ so leave 0 possible"
    )


def live_rows(now: Records, kept: Records) -> list[dict[str, str]]:
    """A table's rows: accuracy measured now beside the committed seeds, at each share."""
    others = {share: kept.where(order=IMPORTANCE, share=share) for share in now.values("share")}
    return [
        {
            "heads gone": f"{share:.0%}",
            "now": f"{now.where(share=share).mean:.1%}",
            "three seeds of 1,000 labels": f"{rows.mean:.1%} ± {rows.spread:.1%}",
        }
        for share, rows in others.items()
    ]


def of_live_pruning(now: Records, labels: int, tested: int) -> str:
    """From how many labels and headlines, and how far others would move the figure."""
    whole = now.where(share=0.0).mean
    error = (whole * (1 - whole) / tested) ** 0.5
    return (
        f"Now: tuned on {labels:,} labels, asked about {tested:,} headlines. Another {tested:,} would move "
        f"the accuracy by about {100 * error:.1f} points (the standard error): a single run does not "
        "settle a point."
    )


def of_removed(p: Sequence[np.ndarray], names: Sequence[str], whole: nn.Module, smaller: nn.Module) -> str:
    """That masked and removed give the same answer, and what is saved in parameters.

    Args:
        p: of each topic, with all heads, with some masked, with the same removed.
    """
    counts = [sum(one.numel() for one in network.parameters()) for network in (whole, smaller)]
    apart = float(np.abs(p[1] - p[2]).max())
    whole_says, masked, removed = (f"{names[one.argmax()]} (probability {one.max():.3f})" for one in p)
    return (
        f"With all heads this headline is {whole_says}, with heads masked {masked}, with the same heads "
        f"removed {removed}. Masked and removed differ by {apart:.0e} at most. "
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
    """Masking saves nothing; removing saves less time than heads, and not all of it is more than noise."""
    share = 0.5
    rows = results.where(measure="parameters")
    fewer = 1 - rows.where(share=share)[0]["score"] / rows.where(share=0.0)[0]["score"]
    batches = sorted(set(results.where(share=share, measure=REMOVED).values("batch")))
    told = []
    for batch in batches:
        more, noise = gain(results, share, batch), _noise(results, batch)
        side = "faster" if more >= 0 else "slower"
        small = "hardly more than the noise, up to" if noise < abs(more) < 1.5 * noise else "noise up to"
        told.append(f"{abs(more):.0%} {side} with a batch of {batch} ({small} {noise:.0%})")
    times = len(results.where(measure=REMOVED).values("repeat"))
    return (
        f"Half of the heads are {fewer:.0%} of the layers' parameters: the feed-forward layers stay whole. "
        f"Without them the model is {listed(told)}. Whole and removed ran in turn, {times} times, and this "
        "is the median of their quotients. The noise is how far the whole model's time differs from row "
        "to row, where it does the same work."
    )


def _noise(results: Records, batch: int) -> float:
    """How far the same work, the whole model, differs from row to row of the table."""
    rows = results.where(measure=UNMASKED, batch=batch)
    medians = [_median(rows.where(share=share)) for share in rows.values("share")]
    return max(medians) / min(medians) - 1


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


def of_parser(results: Records, models: dict[str, str]) -> str:
    """Attention alone against position alone and against the right neighbour."""
    rows = results.where(treebank="ud")
    right = rows.where(model="none", way="right neighbour").mean
    gaps: list[str] = []
    more: dict[str, list[str]] = {}
    for model, shown in models.items():
        attention, both = (
            rows.where(model=model, way=way) for way in ("attention", "attention and position")
        )
        gap = difference(attention, rows.where(model="none", way="position"))
        low, high = np.sort(100 * np.abs(gap.of_seed))[[0, -1]]
        size = f"{low:.1f} to {high:.1f} points"
        says = gap.says(above=f"{size} more", below=f"{size} fewer", luck="a difference within luck")
        gaps.append(f"{says} in {shown}")
        adds = difference(both, attention).says(
            above="gains a little", below="loses", luck="gains nothing that is more than luck"
        )
        more.setdefault(adds, []).append(shown)
    besides = [f"{adds} in {listed(some)}" for adds, some in more.items()]
    return (
        f"The right neighbour is the head in the tree of {right:.0%} of the words. Against position alone, "
        f"two learned numbers a head of the network find {listed(gaps)}. With position besides, attention "
        f"{listed(besides)}."
    )
