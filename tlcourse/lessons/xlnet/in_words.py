"""The sentences of lesson XLNet that depend on what was measured."""

import math
import re
from collections.abc import Collection, Sequence

from tlcourse.lessons.xlnet import kept
from tlcourse.models.pretrained import how_trained
from tlcourse.probe import as_in_training, neighbours
from tlcourse.show.differences import Difference, difference
from tlcourse.show.records import Records
from tlcourse.show.zoo_reading import have_read, millions, read_most


def nats(gap: Difference) -> str:
    """How large a difference is, without its sign."""
    return f"{abs(gap.mean):.2f} nats"


def spans(names: Sequence[str], chosen: Collection[int]) -> str:
    """A text in pieces, those that are predicted bold."""
    told = [re.sub(r"([$*_`#\\[\]<>])", r"\\\1", name) for name in names]
    marked = " ".join(f"**{name}**" if i in chosen else name for i, name in enumerate(told))
    return f"Bold is predicted, {len(chosen)} of {len(names)}: {marked}"


def joints(records: Records) -> Records:
    """log p of both words as a table: at once and one by one, a column for each model and way."""
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
    for model, name in (("XLNet", "xlnet-mini, one by one"), ("BERT", "bert-mini, one by one")):
        high, low = _gaps(records, model)
        gap = difference(high, low, share=False)
        verdict = gap.says(
            above=f"higher, by {nats(gap)}, outside the spread: so much for belonging together",
            below="lower, outside the spread: the wrong way round",
            luck="within luck the same: that they belong together does not show",
        )
        lines.append(
            f"- **{name}**: {high.mean:.2f} nats for pairs of high PMI (the two together become "
            f"{math.exp(high.mean):.1f} times as likely), {low.mean:.2f} for the controls. The pairs are "
            f"{verdict}."
        )
    return "\n".join(
        [
            f"With {records[0]['n']} pairs of each kind in a draw (`data/results/xlnet/pairs.json`):\n",
            "- **bert-mini, at once**, as it was trained: the sum itself, so 0 by definition.",
            *lines,
        ]
    )


def _gaps(records: Records, model: str) -> tuple[Records, Records]:
    """The gaps of a model, of the pairs of high PMI and of the controls."""
    rows = records.where(measure="gap", model=model)
    return rows.where(pairs=neighbours.HIGH), rows.where(pairs=neighbours.LOW)


def net(records: Records, model: str) -> Difference:
    """The gap of the pairs without what a control gets, seed by seed."""
    return difference(*_gaps(records, model), share=False)


def of_chain(records: Records) -> str:
    """Is it the weights or the objective? BERT's own chain beside XLNet's; and who gives the pair more."""
    nets = [net(records, model) for model in ("BERT", "XLNet")]
    gap = difference(*(one.of_seed for one in nets), share=False)
    told = f"({nets[0].mean:.2f} against {nets[1].mean:.2f} nats above the control)"
    weights = gap.says(
        above=f"Asked one by one, BERT's weights know these pairs better than XLNet's {told}: what BERT "
        "lacks is not the knowledge, but an objective that uses it",
        below=f"Asked one by one, BERT's weights know these pairs less than XLNet's {told}: a part of "
        "the knowledge is missing, too",
        luck=f"Asked one by one, BERT's weights and XLNet's know these pairs alike, within luck {told}: "
        "what BERT lacks is not the knowledge, but an objective that uses it",
    )
    high = records.where(pairs=neighbours.HIGH)
    of = {
        (model, measure): high.where(model=model, measure=measure)
        for model in ("BERT", "XLNet")
        for measure in ("at_once", "one_by_one")
    }
    whole = difference(of["XLNet", "one_by_one"], of["BERT", "at_once"], share=False)
    same = difference(of["XLNet", "at_once"], of["BERT", "at_once"], share=False)
    lead = whole.says(
        above=f"XLNet one by one gives them {nats(whole)} more than BERT at once",
        below=f"XLNet one by one still gives them {nats(whole)} less than BERT at once",
        luck="XLNet one by one and BERT at once give them as much, within luck",
    )
    of_one = same.says(
        above=f"but {nats(same)} of that XLNet has at once already, which we think is since its "
        "training hides neighbours together, in spans, and BERT's hides single pieces; the rest is the "
        "chain rule",
        below=f"though XLNet at once gives them {nats(same)} less than BERT: the rest is the chain rule",
        luck="and at once the two models give them as much, within luck: it is the chain rule",
    )
    return f"{weights}. {lead}, {of_one}."


def of_pmi(records: Records) -> str:
    """How far what the chain rule adds grows with the PMI."""
    gaps = records.where(measure="gap")
    kinds = gaps.values("pairs")
    told, stops = [], []
    for model, name in (("XLNet", "xlnet-mini"), ("BERT", "bert-mini")):
        of = {kind: gaps.where(model=model, pairs=kind) for kind in kinds}
        peak = max(kinds, key=lambda kind: of[kind].mean)
        rise = difference(of[peak], of[kinds[0]], share=False)
        said = rise.says(
            above=f"rises from {of[kinds[0]].mean:.2f} nats ({kept.span(kinds[0])}) to {of[peak].mean:.2f} "
            f"({kept.span(peak)}), outside the spread",
            below="falls from the first bin on",
            luck="does not rise outside the spread",
        )
        lower = [k for k in kinds[kinds.index(peak) + 1 :]
                 if difference(of[k], of[peak], share=False).verdict == "below"]  # fmt: skip
        stops.append(peak != kinds[-1])
        if peak != kinds[-1]:
            where = ", ".join(kept.span(kind) for kind in lower)
            said += ", and does not grow from there on"
            said += f" (lower, outside the spread: {where})" if lower else " (what is lower is within luck)"
        told.append(f"- **{name}**, one by one: the gap {said}.")
    if all(stops):
        told.append(
            "\nWe think: the highest PMI is that of rare words, and of those a small model has seen too "
            "few to know who goes with whom. (That the pairs above begin at 5 was chosen before this was "
            "measured.)"
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
            f"- **{name}**: a state moves by {one.where(measure='moved').mean:.1%} of the distance between "
            f"two words; the probe is right in {probe.mean:.1%}, {verdict}."
        )
    bert, order = (
        records.where(way=way, measure="told apart")
        for way in (as_in_training.BERT_MASKED, as_in_training.XLNET_ORDER)
    )
    against = difference(bert.where(layer=top), order.where(layer=top)).says(
        above="In BERT's states, a probe finds more often than in XLNet's from which of the two "
        "readings they are",
        below="In XLNet's states, a probe finds more often than in BERT's from which of the two "
        "readings they are",
        luck="In BERT's states and in XLNet's, a probe finds it alike, within luck",
    )
    layers = order.by("layer")
    above = [k for k, one in layers.items() if difference(one.scores, [0.5] * len(one)).verdict == "above"]
    highest = max(one.mean for one in layers.values())
    in_some = f"above chance in {len(above)} of {len(layers)} layers" if above else "above chance in no layer"
    moved = difference(
        *(
            rows.where(way=way, measure="moved")
            for way in (as_in_training.BERT_RANDOM, as_in_training.BERT_MASKED)
        )
    )
    symbol = moved.says(
        above="Random pieces move BERT's states even further than [MASK] does: what moves them is not "
        "this sign alone, but any piece that does not belong there",
        below="Random pieces move BERT's states less than [MASK] does: the sign itself counts",
        luck="Random pieces move BERT's states as far as [MASK] does, within luck: any wrong piece would do",
    )
    told.append(
        f"\n{against} (XLNet: {highest:.0%} at most, {in_some}). {symbol}. Places that are only out of "
        "sight, as in XLNet's order, put nothing wrong into the text. Two cautions: the models differ in "
        "more than this, and whether it harms a task is another question, which this does not answer."
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
        more = len(found.get("ahead in", [])) > len(found.get("behind in", []))
        if other == "bert-mini" and more and read_most("bert-mini", ["xlnet-mini"]):
            lines.append(
                "  It has read less, and been asked for less: how much is asked is not all that counts."
            )
        if other == "gpt-mini" and len(found.get("behind in", [])) > len(found.get("ahead in", [])):
            lines.append(
                "\nIn most of these tasks both that look at two sides and are asked for some pieces only are "
                "behind the one that learns from every piece, as BERT was in lesson 08. We think that this "
                "has a part in it, with so little text."
                if _both_behind_gpt(records)
                else "\nMore often behind than ahead of the one that learns from every piece."
            )
    return "\n".join([*lines, "\n" + of_reading()])


def of_reading() -> str:
    """How much of the same text each has read; XLNet's rows begin with half of the row before."""
    new = how_trained.pieces_new(how_trained.facts("xlnet-mini"))
    return (
        f"{have_read(['bert-mini', 'gpt-mini', 'xlnet-mini'])}. As half of what XLNet’s rows hold was in the "
        f"row before, too, {millions(new)} of its pieces were new to it."
    )


def _both_behind_gpt(records: Records) -> bool:
    """Whether XLNet and BERT are both behind GPT in most of the tasks."""
    behind = [
        all(
            difference(rows.where(model=model), rows.where(model="gpt-mini")).verdict == "below"
            for model in ("xlnet-mini", "bert-mini")
        )
        for rows in records.by("task").values()
    ]
    return sum(behind) > len(behind) / 2


def of_counts(records: Records) -> str:
    """Beside what knows no model at all."""
    names: dict[str, list[str]] = {"above": [], "below": [], "luck": []}
    for task, rows in records.by("task").items():
        gap = difference(rows.where(model="xlnet-mini"), rows.where(model="counts"))
        names[gap.says(above="above", below="below", luck="luck")].append(task)
    told = [
        f"{what} {', '.join(names[key])}"
        for key, what in (("above", "above them in"), ("below", "below them in"), ("luck", "within luck in"))
        if names[key]
    ]
    return (
        f"And against *counts*, words without a model, xlnet-mini is {'; '.join(told)}. A large difference "
        "can be within luck where the draws differ much, and a small one outside the spread where they "
        "don't."
    )


def of_card(changes: Sequence[str]) -> str:
    """Whether the model was trained as this lesson says, from its card."""
    if not changes:
        return "`xlnet-mini` was trained with exactly the masks that this lesson shows."
    quoted = " ".join(changes)
    meant = (
        " (The two segments are A and B; the loss above is the card's own.)"
        if "two segments" in quoted
        else ""
    )
    return (
        "**A flaw of these weights.** `xlnet-mini` was trained before its masks were as they are now. Its "
        f"card says, of what has changed since: “{quoted}”{meant} All losses in this lesson are measured "
        "with the mended mask. What the flaw did to the weights, and so to every result here, we have not "
        "measured."
    )
