"""The sentences of lesson XLNet that depend on what was measured."""

import math
import re
from collections.abc import Collection, Sequence

from tlcourse.lessons.xlnet import kept
from tlcourse.probe import as_in_training, loss_by_place, neighbours
from tlcourse.show.differences import Difference, difference
from tlcourse.show.records import Records


def _nats(gap: Difference) -> str:
    return f"{abs(gap.mean):.2f} nats"


def spans(names: Sequence[str], chosen: Collection[int]) -> str:
    """A text in pieces, those that are predicted bold."""
    told = [re.sub(r"([$*_`#\\[\]<>])", r"\\\1", name) for name in names]
    marked = " ".join(f"**{name}**" if i in chosen else name for i, name in enumerate(told))
    return f"Bold is predicted, {len(chosen)} of {len(names)}: {marked}"


def joints(records: Records) -> Records:
    """ln p of both words as a table: at once and one by one, a column for each model and way."""
    names = {
        ("BERT", "at_once"): "bert-mini, at once",
        ("BERT", "one_by_one"): "bert-mini, one by one",
        ("XLNet", "at_once"): "xlnet-mini, at once",
        ("XLNet", "one_by_one"): "xlnet-mini, one by one",
    }
    return Records(
        {"pairs": row["pairs"], "model": name, "seed": row["seed"], "score": row["score"]}
        for (model, measure), name in names.items()
        for row in records.where(model=model, measure=measure)
    )


def of_gaps(records: Records) -> str:
    """What the chain rule adds for the pairs and for the controls, a line for each model."""
    lines = []
    for model, name in (("XLNet", "xlnet-mini"), ("BERT", "bert-mini, with one of the two filled in")):
        rows = records.where(measure="gap", model=model)
        high, low = (rows.where(pairs=kind) for kind in (neighbours.HIGH, neighbours.LOW))
        gap = difference(high, low, share=False)
        verdict = gap.says(
            above="outside the spread: it has learned that these belong together",
            below="outside the spread, and the wrong way round: the controls gain more",
            luck="within luck: no pair-knowledge shows",
        )
        lines.append(
            f"- **{name}**: {high.mean:+.2f} nats for pairs of high PMI (the two together become "
            f"{math.exp(high.mean):.1f} times as likely), {low.mean:+.2f} for the controls. The "
            "difference is "
            f"{verdict}.".replace("-0", "−0")
        )
    return "\n".join(
        [
            f"With {records[0]['n']} pairs of each kind in a draw (`data/results/xlnet/pairs.json`):\n",
            "- **bert-mini, as it was trained**: both at once, the sum itself, so exactly 0 for all.",
            *lines,
        ]
    )


def of_chain(records: Records) -> str:
    """Is it the weights or the objective? BERT's own chain beside XLNet's; and who gives the pair more."""
    high = records.where(pairs=neighbours.HIGH)
    gap = difference(
        high.where(model="BERT", measure="gap"), high.where(model="XLNet", measure="gap"), share=False
    )
    weights = gap.says(
        above=f"BERT's weights gain even more from a neighbour in sight than XLNet's, by {_nats(gap)}: "
        "what it "
        "lacks is not the knowledge, but an objective that uses it",
        below=f"BERT's weights gain less from a neighbour in sight than XLNet's, by {_nats(gap)}: a "
        "part of the "
        "knowledge is missing, too",
        luck="BERT's weights and XLNet's gain as much from a neighbour in sight, within luck: what BERT "
        "lacks "
        "is not the knowledge, but an objective that uses it",
    )
    of = {
        (model, measure): high.where(model=model, measure=measure)
        for model in ("BERT", "XLNet")
        for measure in ("at_once", "one_by_one")
    }
    whole = difference(of["XLNet", "one_by_one"], of["BERT", "at_once"], share=False)
    same = difference(of["XLNet", "at_once"], of["BERT", "at_once"], share=False)
    lead = whole.says(
        above=f"XLNet, word after word, gives these pairs {_nats(whole)} more than BERT does at once",
        below=f"XLNet, word after word, still gives these pairs {_nats(whole)} less than BERT does at once",
        luck="XLNet, word after word, and BERT at once give these pairs as much, within luck",
    )
    of_one = same.says(
        above=f"of two words said at once XLNet's sum is higher already, by {_nats(same)}",
        below=f"of two words said at once XLNet's sum is lower, by {_nats(same)}",
        luck="of two words said at once the two models' sums are within luck the same",
    )
    return f"{weights}. {lead[0].upper()}{lead[1:]}; {of_one}, and the rest is the chain rule."


def of_pmi(records: Records) -> str:
    """Whether what the chain rule adds grows with the PMI."""
    gaps = records.where(measure="gap")
    kinds = gaps.values("pairs")
    told = []
    for model, name in (("XLNet", "xlnet-mini"), ("BERT", "bert-mini's own chain")):
        rows = gaps.where(model=model)
        rise = difference(rows.where(pairs=kinds[-1]), rows.where(pairs=kinds[0]), share=False)
        how = rise.says(
            above=f"grows from {rows.where(pairs=kinds[0]).mean:.2f} to "
            f"{rows.where(pairs=kinds[-1]).mean:.2f} nats",
            below="falls with the PMI",
            luck="does not grow outside the spread",
        )
        told.append(f"for {name} it {how}")
    return (
        f"From the lowest to the highest PMI, what one word tells of the other {' and '.join(told)}. It "
        "stays far "
        "below the PMI itself, which is of two words without a sentence around: much of what the "
        "neighbour would "
        "say, the rest of the sentence has said."
        if _below_pmi(gaps, kinds)
        else f"From the lowest to the highest PMI, what one word tells of the other {' and '.join(told)}."
    )


def _below_pmi(gaps: Records, kinds: Sequence[str]) -> bool:
    lowest_of_top = float(kinds[-1].partition(" to ")[0])
    return all(gaps.where(pairs=kinds[-1], model=m).mean < lowest_of_top / 2 for m in ("BERT", "XLNet"))


def of_shift(records: Records) -> str:
    """How far states move and how well a probe tells it, at the top."""
    top = max(records.values("layer"))
    rows = records.where(layer=top)
    told = []
    for way, name in kept.SHIFTS.items():
        one = rows.where(way=way)
        probe = one.where(measure="told apart")
        chance = difference(probe.scores, [0.5] * len(probe))
        verdict = chance.says(above="above chance", below="below chance", luck="within luck of chance")
        told.append(
            f"- **{name}**: a state moves by {one.where(measure='moved').mean:.1%} of the distance "
            "between two "
            f"words; the probe is right in {probe.mean:.1%}, {verdict}."
        )
    bert, noise, order = (
        rows.where(way=way, measure="told apart")
        for way in (as_in_training.BERT_MASKED, as_in_training.BERT_RANDOM, as_in_training.XLNET_ORDER)
    )
    against = difference(bert, order).says(
        above="BERT's states show in which of the two worlds they are, and XLNet's less or not at all",
        below="XLNet's states show it more than BERT's",
        luck="BERT's states and XLNet's show it alike",
    )
    moved = difference(
        *(
            rows.where(way=way, measure="moved")
            for way in (as_in_training.BERT_RANDOM, as_in_training.BERT_MASKED)
        )
    )
    symbol = moved.says(
        above="A random piece in its place moves them even further: it is not the sign [MASK] alone, "
        "but a text "
        "with holes",
        below="A random piece in its place moves them less: the sign itself counts",
        luck="A random piece in its place moves them as far: any wrong piece would do",
    )
    told.append(
        f"\n{against} ({bert.mean:.0%} against {order.mean:.0%}; random pieces: {noise.mean:.0%}). {symbol}. "
        "Whether it harms a task is another question, which this does not answer."
    )
    return "\n".join(told)


def of_memory(records: Records) -> str:
    """What the memory changes: in all, at the beginning and at the end of a row; and another article's."""
    rows = records.where(order=loss_by_place.PERMUTED)
    parts = sorted(rows.values("part"))

    def less(way: str, against: str, part: int | None = None) -> Difference:
        some = rows if part is None else rows.where(part=part)
        one, other = (
            some.where(memory=m).mean_over("part") if part is None else some.where(memory=m)
            for m in (against, way)
        )
        return difference(one, other, share=False)

    whole = less(loss_by_place.ON, loss_by_place.OFF)
    first, last = (less(loss_by_place.ON, loss_by_place.OFF, part) for part in (parts[0], parts[-1]))
    right = less(loss_by_place.ON, loss_by_place.OTHER)
    says = {"above": "lower", "below": "higher", "luck": "within luck the same"}
    n = 64 // len(parts)
    told = (
        f"With the memory the loss is {_amount(whole, says)}; in the first {n} pieces of a row "
        f"{_amount(first, says)}, "
        f"in the last {n} {_amount(last, says)}. "
    )
    if whole.verdict != "above":
        return told
    share = right.mean / whole.mean
    return told + right.says(
        above=f"The memory of another article does a part of it: the right one is {_nats(right)} better, "
        f"{share:.0%} of the whole. The rest comes from having any memory at all, as the model had in its "
        "training at nearly every step.",
        below="The memory of another article does more than the right one: what helps is not what it holds.",
        luck="But the memory of another article does as much, within luck: what helps is not what it "
        "holds, but "
        "that there is one, as in the training.",
    )


def _amount(gap: Difference, says: dict[str, str]) -> str:
    verdict = gap.says(**says)
    return verdict if gap.verdict in ("luck", "once") else f"{verdict} by {_nats(gap)}"


def of_left_to_right(records: Records) -> str:
    """The same where all pieces are predicted from the left: the memory is all that the first ones have."""
    rows = records.where(order=loss_by_place.LEFT_TO_RIGHT)
    parts = sorted(rows.values("part"))
    told = []
    for part in (parts[0], parts[-1]):
        on, off = (rows.where(part=part, memory=m) for m in (loss_by_place.ON, loss_by_place.OFF))
        told.append(_amount(difference(off, on, share=False), {
            "above": "lower", "below": "higher", "luck": "within luck the same"}))  # fmt: skip
    return (
        "From left to right, where a piece has nothing else before the row, the memory makes the loss "
        "of the "
        f"first pieces {told[0]}, of the last {told[1]}."
    )


def of_lengths(records: Records, furthest: int) -> str:
    """How the loss goes on in longer rows, for each model."""
    told = []
    xlnet = records.where(model="XLNet")
    lengths = sorted(xlnet.values("length"))
    best = min(lengths, key=lambda n: xlnet.where(length=n).mean)
    first = difference(xlnet.where(length=lengths[0]), xlnet.where(length=best), share=False)
    last = difference(xlnet.where(length=lengths[-1]), xlnet.where(length=best), share=False)
    told.append(
        f"xlnet-mini: {xlnet.where(length=lengths[0]).mean:.2f} nats in rows of {lengths[0]}, best in "
        "rows of "
        f"{best} ({xlnet.where(length=best).mean:.2f})"
        + first.says(above="", below="", luck=", which is within luck of the shortest")
    )
    if best != lengths[-1]:
        told.append(
            last.says(
                above=f"and {last.mean:.2f} worse again in rows of {lengths[-1]}, with distances far "
                "beyond the "
                f"{furthest} of its training: it can read them, and it has not learned what to do with them",
                below=f"and lower still in rows of {lengths[-1]}",
                luck=f"and within luck of that in rows of {lengths[-1]}, beyond the {furthest} of its "
                "training",
            )
        )
    bert = records.where(model="BERT")
    ends = sorted(bert.values("length"))
    change = difference(bert.where(length=ends[-1]), bert.where(length=ends[0]), share=False)
    how = change.says(
        above=f"{change.mean:.2f} worse than in rows of {ends[0]}",
        below=f"{-change.mean:.2f} better than in rows of {ends[0]}",
        luck=f"within luck of rows of {ends[0]}",
    )
    return f"{', '.join(told)}. bert-mini, up to the {ends[-1]} where its table ends: {how}."


def of_sight(records: Records) -> str:
    """How much harder the first of an order are than the last."""
    sixths = sorted(records.values("sixth"))
    losses = [records.where(sixth=sixth) for sixth in sixths]
    gap = difference(losses[0], losses[-1], share=False)
    return gap.says(
        above=f"The first sixth of an order costs {losses[0].mean:.1f} nats a piece, the last "
        f"{losses[-1].mean:.1f}: "
        f"{math.exp(gap.mean):.0f} times as unlikely. A word that is predicted from next to nothing "
        "teaches its "
        "frequency. (xlnet-mini was trained on the last sixth alone; the other five it has never had to "
        "say, so a "
        "part of the difference is that.)",
        below="The first of an order are predicted better than the last.",
        luck="The first of an order and the last are predicted alike, within luck.",
    )


def of_tasks(records: Records) -> str:
    """xlnet-mini against bert-mini, and against gpt-mini, task by task."""
    lines = []
    for other in ("bert-mini", "gpt-mini"):
        found: dict[str, list[str]] = {}
        for task, rows in records.by("task").items():
            gap = difference(rows.where(model="xlnet-mini"), rows.where(model=other))
            points = f"{task} ({100 * gap.mean:+.1f})".replace("-", "−")
            verdict = gap.says(above="ahead in", below="behind in", luck="within luck in")
            found.setdefault(verdict, []).append(points)
        told = "; ".join(f"{verdict} {', '.join(names)}" for verdict, names in found.items())
        lines.append(f"- xlnet-mini against **{other}**, in points: {told}.")
    return "\n".join(lines)


def of_card(changes: Sequence[str]) -> str:
    """Whether the model was trained as this lesson says, from its card."""
    if not changes:
        return "`xlnet-mini` was trained with the masks that this lesson shows."
    return (
        "What the card of `xlnet-mini` says has changed since it was trained: "
        + " ".join(changes)
        + " So the "
        "weights were made with a memory that had seen a little of what came next; all losses here are "
        "measured "
        "without that, and how much it matters we have not measured."
    )
