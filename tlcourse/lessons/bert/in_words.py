"""The sentences and rows of lesson BERT that depend on what was measured."""

from collections.abc import Mapping

from tlcourse.lessons.bert import kinds
from tlcourse.models.pretrained import how_trained
from tlcourse.show.differences import Difference, difference
from tlcourse.show.prose import listed, signed
from tlcourse.show.records import Records
from tlcourse.show.zoo_reading import have_read, millions, read_most

ALONE = "frequency alone"
JOINED = "last four, side by side"
BERTS, LEFT, RANDOM = "BERT's", "left to right, no NSP", "random twin"
# Readouts of the ablations → what the lesson calls them; shares alone, higher is better.
READOUTS = {
    "piece in sight": "piece in sight",
    "parts of speech": "parts of speech",
    "next sentence": "does B follow A?",
    "headline": "headline of article?",
}
_TASKS = {
    "parts of speech": "parts of speech (silver)",
    "entities": "names (silver)",
    "topic": "topic of news",
    "sentiment": "sentiment of films",
}
_TESTS = ("bbc (silver)", "movie", "bbc")
_MODELS = {
    ("bert-mini", "trained"): "bert-mini",
    ("bert-mini", "random"): "random twin",
    ("gpt-mini", "trained"): "gpt-mini",
    ("minilm", "trained"): "MiniLM",
    ("counts", "trained"): "counts",
}


def of_peeking(loss: float, found: Mapping[str, float]) -> str:
    """What the model has learned that sees the answer."""
    sight, hidden, other, common = found.values()
    verdict = (
        "It copies: the neighbours, which would tell of another word, hardly count."
        if hidden <= common + 0.02
        else "Most of what it can do is to copy."
    )
    return (
        f"Its loss fell to {loss:.2f} nats. With the word in sight it says the right piece in {sight:.0%} of "
        "sentences it never read. With the word of another sentence put in its place it says that one in "
        f"{other:.0%}, and the right one in {hidden:.0%} (one who always says the commonest: {common:.0%}). "
        f"{verdict}"
    )


def of_kinds(records: Records) -> str:
    """Both sides against the left one, over all words, and where the gain is."""
    gap = _gain(records, "all words")
    gains = {kind: gain for kind, gain in kinds.gains(records).items() if kind != "all words"}
    ordered = sorted(gains, key=lambda kind: -gains[kind])
    points = {kind: f"{kind} {signed(100 * gains[kind], '.0f')}" for kind in ordered}
    sure = [kind for kind in ordered if _gain(records, kind).verdict in ("above", "below")]
    told = ", ".join(f"**{points[kind]}**" if kind in sure else points[kind] for kind in ordered)
    bold = " (bold: outside the spread of the draws)" if sure else " (none outside the spread of the draws)"
    said = f"{gap.sentence}. Points of accuracy that it is ahead, by kind{bold}: {told}."
    if gap.verdict == "above" and read_most("bert-mini", ["gpt-mini"]):
        said += (
            " It has read more, too: how much of the whole lead is that, these figures cannot say. But more "
            "reading alone would hardly help one kind so much and another not at all."
        )
    return said


def _gain(records: Records, kind: str) -> Difference:
    rows = records.where(kind=kind)
    return difference(rows.where(model=kinds.BOTH), rows.where(model=kinds.LEFT))


def of_zoo(records: Records) -> Records:
    """Of the zoo's results with 100 labels, frozen: bert-mini, its twin, gpt-mini, MiniLM and counts."""
    rows = records.where(labels="100", way="frozen", task=list(_TASKS), test=list(_TESTS))
    return Records(
        {
            "task": _TASKS[row["task"]],
            "model": _MODELS[row["model"], row["weights"]],
            "seed": row["seed"],
            "score": row["score"],
        }
        for task in _TASKS
        for row in rows
        if row["task"] == task and (row["model"], row["weights"]) in _MODELS
    )


def of_tasks(records: Records) -> str:
    """One line for each task: bert-mini against its twin, gpt-mini, MiniLM and counts; and what follows."""
    lines, learned, open_, worse, counted = [], [], [], [], 0
    for task, rows in records.by("task").items():
        told: dict[str, list[str]] = {}
        for other in [m for m in rows.values("model") if m != "bert-mini"]:
            gap = difference(rows.where(model="bert-mini"), rows.where(model=other))
            told.setdefault(gap.says(above="above", below="below", luck="within luck of"), []).append(other)
            if other == "random twin":
                if gap.verdict == "above":
                    learned.append(task.removesuffix(" (silver)"))
                elif gap.verdict == "below":
                    worse.append(task)
                else:
                    open_.append(f"{task} ({signed(100 * gap.mean)} points)")
            counted += other == "counts" and gap.verdict == "below"
        parts = [f"{verdict} {listed(names)}" for verdict, names in told.items()]
        lines.append(f"- **{task}**: `bert-mini` is {', '.join(parts)}.")
    n = len(lines)
    if learned:
        lines.append(f"\nIt has learned something about words: {listed(learned)} show it.")
    if open_:
        lines.append(f"Of {listed(open_)} three draws can't tell whether it has more than its twin.")
    if worse:
        lines.append(f"On {listed(worse)} its random twin is above it.")
    if counted:
        lines.append(f"But counting, without any model, is above it in {counted} of the {n} tasks.")
    return "\n".join(lines)


def of_reading() -> str:
    """How much bert-mini and gpt-mini have read, what they were asked of it, and why so much."""
    stages = how_trained.stages("bert-mini")
    hidden = millions(how_trained.pieces_hidden("bert-mini"))
    told = (
        f"{have_read(['bert-mini', 'gpt-mini'])}. `gpt-mini` had to guess every piece, `bert-mini` those "
        f"that were hidden, {hidden}"
    )
    if len({share for _, share in stages}) == 1:
        return f"{told}."
    shares = ", then of ".join(f"{millions(tokens)} {share:.0%}" for tokens, share in stages)
    return (
        f"{told}: of {shares}. With more hidden than the paper’s 15 %, a small model learns more from the "
        "same text (Wettig et al. 2023; here `benchmarks/masked_lm_pilot.py`)."
    )


def of_fewer_lessons(records: Records) -> str:
    """In how many tasks GPT is ahead of BERT, and what was asked of each."""
    gaps = [
        difference(rows.where(model="bert-mini"), rows.where(model="gpt-mini"))
        for rows in records.by("task").values()
    ]
    ahead = sum(gap.verdict == "below" for gap in gaps)
    told = f"`gpt-mini`, as large, is ahead of `bert-mini` in {ahead} of the {len(gaps)} tasks"
    if 2 * ahead <= len(gaps):
        return f"{told}."
    asked = millions(how_trained.pieces_hidden("bert-mini")), millions(how_trained.pieces_read("gpt-mini"))
    return (
        f"{told}. We think because GPT learns from every piece that it reads, {asked[1]}, and BERT from "
        f"those that were hidden, {asked[0]}. The paper knows the cost: its masked "
        "model learns more slowly at first, and passes the other almost at once (section 3.1, appendix C.1). "
        "We think that ours was stopped before that point."
    )


def readouts(records: Records) -> Records:
    """The readouts of the ablations that are shares, in the order and under the names of the lesson.

    Of a way that was measured with fewer seeds than BERT's own, nothing.
    """
    seeds = {way: set(rows.values("seed")) for way, rows in records.by("way").items()}
    return Records(
        (
            {"way": row["way"], "readout": READOUTS[name], "seed": row["seed"], "score": row["score"]}
            for name in READOUTS
            for row in records
            if row["readout"] == name and seeds[row["way"]] == seeds[BERTS]
        ),
        {**records.about, "tokens": records[0]["tokens"]},
    )


def of_losses(records: Records) -> str:
    """The loss on held-out text, by way; what reads from the left predicts something else."""
    masked = records.where(readout="held out, masked piece")
    ways = {way: rows for way, rows in masked.by("way").items() if way != ALONE}
    told = ", ".join(f"{way} {rows.mean:.2f} ± {rows.spread:.2f}" for way, rows in ways.items())
    alone = masked.where(way=ALONE).mean
    left = records.where(readout="held out, next piece")
    return (
        f"Of masked pieces, hidden 80/10/10 for every way, in nats: {told}. Of the next piece, from the "
        f"left: {left.mean:.2f} ± {left.spread:.2f}. Knowing only how frequent each piece is gives "
        f"{alone:.2f}. (The questions are BERT's own: 100/0/0 and 0/0/100 meet in them what training never "
        "asked of them, so these losses say little of what they learned.) After "
        f"{records[0]['tokens']:,} pieces, then, BERT's own way is {alone - ways[BERTS].mean:.2f} nats below "
        "that (and we think that most of it is the tenth that stays in sight), what reads from the left "
        f"{alone - left.mean:.2f}; we think because it gets a lesson from every piece."
    )


def of_tenths(records: Records) -> str:
    """In which columns a part could show at all, and what the pieces that are not [MASK] are for."""
    berts, twin = (records.where(way=way) for way in (BERTS, RANDOM))
    blind = [
        f"*{name}*"
        for name in READOUTS.values()
        if difference(berts.where(readout=name), twin.where(readout=name)).verdict != "above"
    ]
    first = (
        f"In {listed(blind)} BERT's own way is itself not above its random twin by more than luck: what it "
        "has learned does not show there, so those columns can't say what a part, such as NSP, is for. "
        if blind
        else ""
    )
    sight = records.where(readout=READOUTS["piece in sight"])
    gap = difference(sight.where(way=BERTS), sight.where(way="100/0/0"))
    said = gap.says(
        above="What the tenths are for shows in *piece in sight*. Where every chosen piece was `[MASK]`, no "
        "word in sight was ever asked for, and the head does not name it. With 10 % random and 10 % kept, "
        "a word in sight may be asked for, and half of those asked for are the answer: to name it pays. With "
        "all random it is asked for, and hardly ever the answer.",
        below="Against what the tenths are for, the state keeps a piece in sight better without them.",
        luck="What the tenths are for does not show here: a piece in sight is kept alike without them.",
    )
    return first + said


def of_ablations(records: Records, way: str) -> str:
    """A way against BERT's own, readout by readout, in a line."""
    told: dict[str, list[str]] = {}
    for name, rows in records.by("readout").items():
        if way not in rows.values("way"):
            continue
        gap = difference(rows.where(way=way), rows.where(way=BERTS))
        points = f"{name} ({signed(100 * gap.mean)})"
        told.setdefault(
            gap.says(above="above BERT's in", below="below it in", luck="within luck in"), []
        ).append(points)
    parts = [f"{verdict} {', '.join(names)}" for verdict, names in told.items()]
    return f"- **{way}**: {'; '.join(parts)}."


def whole(records: Records) -> Records:
    """Of the models that were read from every layer with the same seeds, all that was measured."""
    seeds = set(records.values("seed"))
    found = []
    for rows in records.by("model").values():
        single = rows.where(reading="one layer")
        layers = set(single.values("layer"))
        if layers >= set(range(7)) and all(
            set(single.where(layer=k).values("seed")) == seeds for k in layers
        ):
            found += rows
    return Records(found, records.about)


def of_layers(records: Records, model: str) -> str:
    """Which single layer is best, whether the last one is worse, and what combinations add."""
    rows = records.where(model=model)
    single = rows.where(reading="one layer")
    top = max(single.values("layer"))
    best = max(single.values("layer"), key=lambda k: single.where(layer=k).mean)
    last, first = single.where(layer=top), single.where(layer=0)
    gap = difference(last, single.where(layer=best))
    words = {"above": "above", "below": "below", "luck": "within luck of"}
    against = "the last one is the best"
    if best != top:
        against = f"layer {best} is the best, and the last one is {gap.says(**words)} it"
    told = f"- **{model}**: from {first.mean:.1%} at the embeddings to {last.mean:.1%} at the top; {against}."
    more = max(single.where(layer=k).mean for k in range(1, top + 1)) - first.mean
    if more < 0.05:
        told += (
            f" No layer is more than {100 * more:.1f} points above the embeddings, which have seen no "
            "neighbour: for names, at this size, the layers add little."
        )
    if JOINED not in rows.values("reading"):
        return told
    joined = difference(rows.where(reading=JOINED), last)
    return f"{told} The last four side by side are {joined.says(**words)} the last alone."
