"""The sentences of lesson XLNet on losses in rows: by place with a memory, by length, by order."""

import math

from tlcourse.lessons.xlnet.in_words import nats
from tlcourse.probe import loss_by_place
from tlcourse.show.differences import Difference, difference
from tlcourse.show.records import Records

_SAYS = {"above": "lower", "below": "higher", "luck": "within luck the same"}


def _less(rows: Records, way: str, against: str, part: int | None = None) -> Difference:
    """How much lower the loss is with one memory than with another, in one part of the row or in all."""
    if part is None:
        one, other = (rows.where(memory=m).mean_over("part") for m in (against, way))
    else:
        one, other = (rows.where(memory=m, part=part) for m in (against, way))
    return difference(one, other, share=False)


def _amount(gap: Difference) -> str:
    verdict = gap.says(**_SAYS)
    return verdict if gap.verdict in ("luck", "once") else f"{verdict} by {nats(gap)}"


def of_memory(records: Records) -> str:
    """What the memory changes: in all, at the beginning and at the end of a row; and another article's."""
    rows = records.where(order=loss_by_place.PERMUTED)
    parts = sorted(rows.values("part"))
    first, last, n = parts[0], parts[-1], 64 // len(parts)
    on, off, other = loss_by_place.ON, loss_by_place.OFF, loss_by_place.OTHER
    whole = _less(rows, on, off)
    told = [
        f"- With the memory the loss is {_amount(whole)}; in the first {n} pieces of a row "
        f"{_amount(_less(rows, on, off, first))}, in the last {n} {_amount(_less(rows, on, off, last))}."
    ]
    if whole.verdict != "above":
        return told[0]
    right, any_ = _less(rows, on, other), _less(rows, other, off)
    told.append(
        right.says(
            above=f"- The memory of another article is worth {any_.mean:.2f} of these {whole.mean:.2f} "
            "nats: so much comes from having any memory at all, as the model had in nearly every step of "
            f"its training. What only the right one gives is {right.mean:.2f}; in the first {n} pieces the "
            f"loss is {_amount(_less(rows, on, other, first))} than with another's, in the last {n} "
            f"{_amount(_less(rows, on, other, last))}.",
            below="- The memory of another article does more than the right one: what helps is not what "
            "it holds.",
            luck="- But the memory of another article does as much, within luck: what helps is not what "
            "it holds, but that there is one, as in the training.",
        )
    )
    return "\n".join(told)


def of_left_to_right(records: Records) -> str:
    """The same where all pieces are predicted from the left: the memory is all that the first ones have."""
    rows = records.where(order=loss_by_place.LEFT_TO_RIGHT)
    parts = sorted(rows.values("part"))
    on, off, other = loss_by_place.ON, loss_by_place.OFF, loss_by_place.OTHER
    told = [
        f"{_amount(_less(rows, on, off, part))} (with another article's "
        f"{_amount(_less(rows, other, off, part))})"
        for part in (parts[0], parts[-1])
    ]
    return (
        "- From left to right, where the first pieces have nothing else to look at, the memory makes their "
        f"loss {told[0]}; that of the last pieces {told[1]}."
    )


def of_lengths(records: Records, furthest: int) -> str:
    """How the loss goes on in longer rows, for each model."""
    xlnet, bert = (records.where(model=model) for model in ("XLNet", "BERT"))
    at = {n: xlnet.where(length=n) for n in sorted(xlnet.values("length"))}
    lengths = list(at)
    known = max(n for n in lengths if n <= furthest)
    fall = difference(at[known], at[lengths[0]], share=False)
    told = [
        f"- **xlnet-mini**: {at[lengths[0]].mean:.2f} nats in rows of {lengths[0]}; in rows of {known}, the "
        "longest with distances that it knows, "
        + fall.says(
            above=f"{fall.mean:.2f} worse.", below=f"{-fall.mean:.2f} better.", luck="the same, within luck."
        )
    ]
    beyond: dict[str, list[str]] = {}
    for n in (n for n in lengths if n > furthest):
        gap = difference(at[n], at[known], share=False)
        verdict = gap.says(above="worse in rows of", below="better in rows of", luck="within luck in rows of")
        beyond.setdefault(verdict, []).append(f"{n} ({gap.mean:+.2f})".replace("-", "−"))
    if beyond:
        parts = "; ".join(f"{verdict} {', '.join(some)}" for verdict, some in beyond.items())
        told.append(f"Against that, beyond the {furthest} of its training: {parts}.")
    ends = sorted(bert.values("length"))
    change = difference(bert.where(length=ends[-1]), bert.where(length=ends[0]), share=False)
    how = change.says(
        above=f"{change.mean:.2f} worse than in rows of {ends[0]}",
        below=f"{-change.mean:.2f} better than in rows of {ends[0]}",
        luck=f"within luck of rows of {ends[0]}",
    )
    level = bert.where(length=ends[-1]).mean
    told.append(
        f"\n- **bert-mini**: {level:.2f} nats in rows of {ends[-1]} pieces, which with [CLS] and [SEP] fill "
        f"its {ends[-1] + 2} positions; {how}. Longer rows it can't read."
    )
    if level > at[lengths[0]].mean:
        told.append(
            "Its loss is so much higher, we think, as it has to say the pieces of a span at once: its "
            "training hides single pieces, and XLNet predicts the next piece of a span with the one before "
            "in sight."
        )
    return " ".join(told)


def of_sight(records: Records) -> str:
    """How much harder the first of an order are than the last."""
    sixths = sorted(records.values("sixth"))
    losses = [records.where(sixth=sixth) for sixth in sixths]
    gap = difference(losses[0], losses[-1], share=False)
    return gap.says(
        above=f"The first sixth of an order costs {losses[0].mean:.1f} nats a piece, the last "
        f"{losses[-1].mean:.1f}: {math.exp(gap.mean):.0f} times as unlikely. A word that is predicted from "
        "next to nothing teaches its frequency.",
        below="The first of an order are predicted better than the last.",
        luck="The first of an order and the last are predicted alike, within luck.",
    )
