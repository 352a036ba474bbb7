"""The sentences of lesson XLNet on losses in rows: by place with a memory, by length, by order."""

import math

from tlcourse.lessons.xlnet.in_words import nats
from tlcourse.probe import loss_by_place
from tlcourse.show.differences import Difference, difference
from tlcourse.show.records import Records


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
    where = [less(loss_by_place.ON, loss_by_place.OTHER, part) for part in (parts[0], parts[-1])]
    return told + right.says(
        above="The memory of another article does a part of it: the right one is "
        f"{nats(right)} better on average, {share:.0%} of the whole, against the other one in the "
        f"first {n} pieces "
        f"{_amount(where[0], says)}, in the last {n} {_amount(where[1], says)}. The rest comes from "
        "having any "
        "memory at all, as the model had in its training at nearly every step.",
        below="The memory of another article does more than the right one: what helps is not what it holds.",
        luck="But the memory of another article does as much, within luck: what helps is not what it holds, "
        "but that there is one, as in the training.",
    )


def _amount(gap: Difference, says: dict[str, str]) -> str:
    verdict = gap.says(**says)
    return verdict if gap.verdict in ("luck", "once") else f"{verdict} by {nats(gap)}"


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
