"""The sentences of lesson XLNet that depend on what was measured."""

import math
import re
from collections.abc import Collection, Sequence

from tlcourse.lessons.xlnet import kept
from tlcourse.probe import as_in_training, neighbours
from tlcourse.show.differences import Difference, difference
from tlcourse.show.records import Records


def nats(gap: Difference) -> str:
    """How large a difference is, without its sign."""
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
        above=f"BERT's weights gain even more from a neighbour in sight than XLNet's, by {nats(gap)}: "
        "what it "
        "lacks is not the knowledge, but an objective that uses it",
        below=f"BERT's weights gain less from a neighbour in sight than XLNet's, by {nats(gap)}: a "
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
        above=f"XLNet, word after word, gives these pairs {nats(whole)} more than BERT does at once",
        below=f"XLNet, word after word, still gives these pairs {nats(whole)} less than BERT does at once",
        luck="XLNet, word after word, and BERT at once give these pairs as much, within luck",
    )
    of_one = same.says(
        above=f"of two words said at once XLNet's sum is higher already, by {nats(same)}",
        below=f"of two words said at once XLNet's sum is lower, by {nats(same)}",
        luck="of two words said at once the two models' sums are within luck the same",
    )
    return f"{weights}. {lead[0].upper()}{lead[1:]}; {of_one}, and the rest is the chain rule."


def of_pmi(records: Records) -> str:
    """Whether what the chain rule adds grows with the PMI, and where it is largest."""
    gaps = records.where(measure="gap")
    kinds = gaps.values("pairs")
    told, falls = [], []
    for model, name in (("XLNet", "xlnet-mini"), ("BERT", "bert-mini's own chain")):
        of = {kind: gaps.where(model=model, pairs=kind) for kind in kinds}
        peak = max(kinds, key=lambda kind: of[kind].mean)
        rise = difference(of[peak], of[kinds[0]], share=False)
        fall = difference(of[kinds[-1]], of[peak], share=False)
        falls.append(peak != kinds[-1] and fall.verdict == "below")
        told.append(
            f"- **{name}**: {of[kinds[0]].mean:.2f} nats for a PMI {kept.span(kinds[0])}, most for "
            f"{kept.span(peak)} ({of[peak].mean:.2f}, "
            + rise.says(above="outside the spread", below="below the first", luck="within luck of the first")
            + ")"
            + (f"; {of[kinds[-1]].mean:.2f} for {kept.span(kinds[-1])}." if peak != kinds[-1] else ".")
        )
    if any(falls):
        told.append(
            "\nIt does not go on growing. We think: the highest PMI is that of rare words, and of those "
            "a small "
            "model has seen too few to know who goes with whom."
        )
    return "\n".join(told)


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
        if other == "gpt-mini" and len(found.get("behind in", [])) > len(found.get("ahead in", [])):
            lines.append(
                "\nBoth that look at two sides and learn from one piece in six are behind the one that "
                "learns "
                "from every piece, as BERT was in lesson 08. We think it is for that reason, with so "
                "little text."
                if _behind_gpt(records)
                else "\nMore often behind than ahead of the one that learns from every piece."
            )
    return "\n".join(lines)


def _behind_gpt(records: Records) -> bool:
    """Whether BERT, too, is behind GPT in most of the tasks."""
    verdicts = [
        difference(rows.where(model="bert-mini"), rows.where(model="gpt-mini")).verdict
        for rows in records.by("task").values()
    ]
    return verdicts.count("below") > len(verdicts) / 2


def of_card(changes: Sequence[str]) -> str:
    """Whether the model was trained as this lesson says, from its card."""
    if not changes:
        return "`xlnet-mini` was trained with the masks that this lesson shows."
    return (
        "What the card of `xlnet-mini` says has changed since it was trained: “"
        + " ".join(changes)
        + "” So the "
        "weights were made with a memory that had seen a little of what came next. All losses in this "
        "lesson are "
        "measured without that; how much it matters for them, we have not measured."
    )
