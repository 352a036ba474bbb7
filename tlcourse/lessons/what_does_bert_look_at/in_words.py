"""The sentences and rows of lesson What does BERT look at that depend on what was measured."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import nn

from tlcourse.lessons.what_does_bert_look_at import figures
from tlcourse.lessons.what_does_bert_look_at.agreement import Looks
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
LOOKS, COSTS = 1 / 3, 0.02  # of a verb's attention; of the right edit's probability
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
        f"The heads that were chosen in the treebank find {right:.0f} of the {n} marked pairs, {verdict} the "
        f"offsets that were chosen there, which find {wrong:.0f}. (These sentences are easier than the "
        "web's.)"
    )


def of_single_heads(each_off: Records, one_head: Records, no_head: Records | None) -> str:
    """How few heads are missed alone, and whether one head is enough for a layer."""
    off, alone = figures.changes(each_off), figures.changes(one_head)
    best = alone.max(axis=1)
    text = (
        f"Of {off.size} heads, {int((off <= -1).sum())} cost a point or more when they go alone, and "
        f"{int((off >= 0).sum())} cost nothing or even help. With a single head in one layer, the best "
        "one, accuracy changes "
        f"by {signed(best.min())} to {signed(best.max())} points, layer by layer; with the worst, by "
        f"{signed(alone.min(axis=1).min())} at most."
    )
    if no_head is not None:
        none = figures.layer_changes(no_head, one_head)
        gain = best - none
        text += (
            " That is not the one head's doing alone: with none left in the layer it changes by "
            f"{signed(none.min())} to "
            f"{signed(none.max())} points. The best head is {signed(gain.min())} to {signed(gain.max())} "
            "points above none"
            " (the best of so many is partly luck: it was chosen on the headlines that it is scored on)."
        )
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
        f"order, importance is {told} (in brackets the mean difference, in points)."
    )


def of_live_pruning(now: Records, kept: Records, labels: int) -> str:
    """What was measured now beside the committed seeds, at each share."""
    parts = []
    for share in now.values("share"):
        mine = now.where(share=share).mean
        others = kept.where(order=IMPORTANCE, share=share)
        parts.append(f"{share:.0%} gone: {mine:.1%} ({others.mean:.1%} ± {others.spread:.1%})")
    return (
        f"Tuned on {labels:,} labels now; in brackets the three seeds of `data/results`, 1,000 labels each: "
        f"{'; '.join(parts)}."
    )


def of_removed(p: Sequence[np.ndarray], whole: nn.Module, smaller: nn.Module) -> str:
    """That masked and removed give the same answer, and what is saved in parameters."""
    counts = [sum(one.numel() for one in network.parameters()) for network in (whole, smaller)]
    apart = float(np.abs(p[0] - p[1]).max())
    same = f"the same but for {apart:.0e}" if apart < 1e-4 else f"not the same: {apart:.4f} apart"
    told = [", ".join(f"{value:.3f}" for value in values) for values in p]
    return (
        f"Masked, the topics of this headline have the probabilities {told[0]}; removed, {told[1]}: {same}. "
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
            for measure, name in ((MASKED, "masked"), (REMOVED, "removed")):
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
    return (
        f"Half of the heads are {fewer:.0%} of the layers' parameters: the feed-forward layers stay whole. "
        f"Without them the model is {told} (median of pairs of runs, one thread)."
    )


def of_looks(found: Looks) -> str:
    """Whether the heads that look at the subject are the heads that are missed."""
    looks, matters = found.looks.mean(axis=0), found.matters.mean(axis=0)
    layer, head = np.unravel_index(looks.argmax(), looks.shape)
    rank = 1 + int((matters > matters[layer, head]).sum())
    looking = looks > LOOKS
    costly = [int((matters[some] > COSTS).sum()) for some in (looking, ~looking)]
    draws = f"{len(found.agreement)} draws of {found.n} sentences"
    lines = [
        f"With all heads the right edit has {found.whole.mean():.0%} of the probability. The head that looks "
        f"at the subject most is layer {layer + 1}, head {head + 1}: there the verb gives it "
        f"{looks[layer, head]:.0%} of its attention. Without this head the right edit's probability "
        "changes by "
        f"{signed(-100 * matters[layer, head])} points, {_place(rank)} of {looks.size} by what is lost.",
        f"{int(looking.sum())} heads give the subject over a third of the verb's attention; {costly[0]} of "
        "them "
        f"cost more than {100 * COSTS:.0f} points when they go. So do {costly[1]} of the "
        f"{int((~looking).sum())} "
        "others.",
        "Rank correlation (Spearman's ρ; 1: the same order, 0: none) between looking and mattering, in "
        f"{draws}: over all heads {_range(found.agreement)}, {_verdict(found.agreement)}; over the heads of "
        f"layer {layer + 1} alone {_range(found.agreement_within(layer))}, "
        f"{_verdict(found.agreement_within(layer))}.",
    ]
    return "\n".join(f"- {line}" for line in lines)


def _place(rank: int) -> str:
    return "the first" if rank == 1 else f"number {rank}"


def _range(values: np.ndarray) -> str:
    texts = dict.fromkeys(f"{value:.2f}".replace("-", "−") for value in (values.min(), values.max()))
    return " to ".join(texts)


def _verdict(values: np.ndarray) -> str:
    mean = values.mean()
    return "hardly any agreement" if mean < 0.2 else "some agreement" if mean < 0.6 else "much agreement"


def of_many(records: Records, many: int) -> str:
    """Whether taking the lookers out hurts more than taking others."""
    most, others = (records.where(off=records.values("off")[i]) for i in (1, 2))
    gap = difference(most, others, names=("with the lookers gone, what is mended", "with others gone"))
    verdict = gap.says(
        above="Without the heads that look at the subject more is mended than without others of their layers",
        below="The heads that look at the subject are missed more than others of their layers",
        luck="Whether the heads that look at the subject are missed more than others is within luck",
        once="Both were measured alike",
    )
    return f"{verdict} ({gap.sentence}; {many} heads each)."


def of_words_left_out(results: Records) -> list[dict[str, Any]]:
    """Rows: how far the answer moves when a word is left out, and who says which word."""
    moved = results.where(measure="change of the answer")
    return [
        {"the word that is left out": what, "the answer moves by": rows}
        for what, rows in moved.by("what").items()
    ]


def of_agreement(results: Records) -> str:
    """Whether attention's order of the words is that of what leaving them out does; beside the gradient's."""
    rows = results.where(measure="agreement").by("what")
    told = ", ".join(
        f"{what} {one.mean:.2f} ± {one.spread:.2f}".replace("-", "−") for what, one in rows.items()
    )
    attention = [one for what, one in rows.items() if "attention" in what]
    slope = next(one for what, one in rows.items() if "attention" not in what)
    gaps = [difference(slope, one, share=False) for one in attention]
    if all(gap.verdict == "above" for gap in gaps):
        verdict = "The slope is closer to it than attention, of the last layer or of all"
    elif all(gap.verdict == "below" for gap in gaps):
        verdict = "Attention is closer to it than the slope"
    else:
        verdict = "Neither attention nor the slope is closer to it throughout"
    return (
        "Agreement (Kendall's τ; 1: the same order, 0: none) with what leaving each word out does: "
        f"{told}. {verdict}."
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
        f"The right neighbour is the head of {right:.0%} of the words. Two numbers a head, learned, find "
        f"{attention.mean:.0%}: {gap.sentence}. {more}."
    )
