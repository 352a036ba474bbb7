"""The sentences of lesson ERNIE 2.0 that depend on what was measured."""

from math import log

from tlcourse.lessons.ernie import news, two_masks
from tlcourse.lessons.ernie.on_news import COUNTS, ERNIE, SHARES
from tlcourse.show.differences import Difference, difference
from tlcourse.show.prose import capitalised, listed
from tlcourse.show.records import Records
from tlcourse.train.pretraining.ernie_tasks import ORDER, TASKS

BERT = "bert-mini"
PIECES = 8192  # of the zoo's vocabulary


def nats(gap: Difference) -> str:
    """`0.61 nats above`, `0.40 nats below` or `within luck of`."""
    size = f"{abs(gap.mean):.2f} nats "
    return gap.says(above=f"{size}above", below=f"{size}below", luck="within luck of")


def of_masks(records: Records) -> str:
    """Which mask is harder for each model, and who is ahead on which."""
    lines = []
    for model, rows in records.by("model").items():
        gap = difference(rows.where(mask=two_masks.UNITS), rows.where(mask=two_masks.PIECES), share=False)
        told = gap.says(
            above=f"whole units are harder than pieces, by {gap.mean:.2f} nats",
            below=f"whole units are easier than pieces, by {-gap.mean:.2f} nats",
            luck="between whole units and pieces no difference can be told from luck",
        )
        lines.append(f"- For `{model}`, {told}.")
    leads = []
    for mask, rows in records.by("mask").items():
        gap = difference(rows.where(model=ERNIE), rows.where(model=BERT), share=False)
        leads.append(f"of {mask}, `{ERNIE}`’s loss is {nats(gap)} `{BERT}`’s")
    lines.append(f"- {capitalised('; '.join(leads))}. {_own_kind(records)}")
    return "\n".join(lines)


def _own_kind(records: Records) -> str:
    """Whether each model is better at the kind that it was trained on."""
    best = {
        mask: difference(rows.where(model=ERNIE), rows.where(model=BERT), share=False).verdict
        for mask, rows in records.by("mask").items()
    }
    if best[two_masks.UNITS] == "below" and best[two_masks.PIECES] == "above":
        return "Each is better at the kind of question that it was trained on."
    if best[two_masks.UNITS] == "below":
        return "What whole units teach does not show as a price on pieces."
    return "That units were trained on whole does not show as a gain on them."


def of_same_pieces(records: Records, wrong: Records) -> str:
    """The control: the same piece, alone or with its unit; and what kind of piece the first guess is."""
    lines = []
    for kind, rows in records.by("kind").items():
        told = []
        for model, some in rows.where(model=[BERT, ERNIE]).by("model").items():
            gap = difference(
                some.where(hidden=two_masks.WITH_UNIT), some.where(hidden=two_masks.ALONE), share=False
            )
            told.append(
                f"for `{model}` "
                + gap.says(
                    above=f"it is {gap.mean:.1f} nats harder with its unit",
                    below=f"it is {-gap.mean:.1f} nats *easier* with its unit",
                    luck="no difference can be told from luck",
                )
            )
        lines.append(f"- **{kind}**: {'; '.join(told)}.")
    alone = records.where(hidden=two_masks.ALONE, kind=news.WORD, model=ERNIE).mean
    nothing = log(PIECES)
    if alone > nothing:
        lines.append(
            f"\nA piece of a word alone costs `{ERNIE}` {alone:.1f} nats. One who knows nothing at all, and "
            f"gives each of the {PIECES:,} pieces the same chance, has {nothing:.1f}: it is sure of "
            "something else."
        )
    share = {model: rows.mean for model, rows in wrong.by("model").items()}
    gap = difference(wrong.where(model=ERNIE), wrong.where(model=BERT))
    why = gap.says(
        above="So it is not that.",
        below="A model that saw only whole units hidden has learned that where a word’s beginning stands in "
        "sight, no `[MASK]` hides its end.",
        luck="There the two can’t be told apart.",
    )
    lines.append(
        f"\nLook at the first guesses where a piece inside a word is hidden alone: `{BERT}` says a piece of "
        f"a word’s inside (with ##) in {share[BERT]:.0%} of the cases, `{ERNIE}` in {share[ERNIE]:.0%}. {why}"
    )
    return "\n".join(lines)


def of_reached(records: Records) -> str:
    """Task by task: the model against one who knows the shares, and one who has counted a clue."""
    lines = []
    for task, rows in records.by("task").items():
        ours = rows.where(who=ERNIE)
        told = {
            who: difference(ours, rows.where(who=who), share=False).says(
                above="worse than", below="better than", luck="within luck of"
            )
            for who in (SHARES, COUNTS)
        }
        same = told[SHARES] == told[COUNTS]
        text = f"{told[SHARES]} both" if same else f"{told[SHARES]} the shares and {told[COUNTS]} the counts"
        lines.append(f"- **{task}**: `{ERNIE}` is {text}.")
    return "\n".join(lines)


def summary_of_reached(records: Records, uncounted: float) -> str:
    """What was learned: more than both know, more than the shares, or neither.

    Args:
        uncounted: the loss in sentence order of one who knows the shares of its classes and counts no marks.
    """
    groups: dict[str, list[str]] = {
        "more than both know": [],
        "more than the shares alone": [],
        "neither": [],
    }
    above = False
    for task, rows in records.by("task").items():
        shares, counts = (
            difference(rows.where(who=ERNIE), rows.where(who=who), share=False).verdict
            for who in (SHARES, COUNTS)
        )
        better = "more than both know" if counts == "below" else "more than the shares alone"
        groups[better if shares == "below" else "neither"].append(task)
        above = above or (task == TASKS[ORDER] and shares == "above")
    told = "; ".join(f"{name}: {listed(tasks)}" for name, tasks in groups.items() if tasks)
    order = (
        " In sentence order it is worse than one who counts the segments; one who does not even count them, "
        f"and knows how frequent the nine classes are, has {uncounted:.2f}."
        if above
        else ""
    )
    return (
        f"What `{ERNIE}` has learned here, {told}.{order} A loss that falls in a log is no proof that "
        "something was learned; a guess has to stand beside it."
    )


def of_swapped(records: Records) -> str:
    """Whether another task's name in the input changes anything, and most where."""
    changes: dict[tuple[str, str], Difference] = {}
    for task in TASKS:
        right = records.where(task=task, named=task)
        for named in TASKS:
            if named != task:
                changes[task, named] = difference(records.where(task=task, named=named), right, share=False)
    harder = [pair for pair, gap in changes.items() if gap.verdict == "above"]
    easier = [pair for pair, gap in changes.items() if gap.verdict == "below"]
    largest = max(changes, key=lambda pair: abs(changes[pair].mean))
    n, move = len(changes), changes[largest].mean
    text = (
        f"With another task’s name the loss is higher in {len(harder)} of {n} cases, lower in {len(easier)}, "
        f"and in the other {n - len(harder) - len(easier)} the difference is within luck. The largest change "
        f"is {abs(move):.2f} nats {'up' if move > 0 else 'down'}: {largest[0]}, with the name of {largest[1]}"
    )
    if changes[largest].verdict in ("luck", "once"):
        text += ", and that is within luck"
    if len(harder) + len(easier) <= 0.05 * n:
        text += f". {len(harder) + len(easier)} of {n} is as many as luck alone would give"
    if abs(move) < 0.3:
        return (
            f"{text}. So the name moves little. We think because each head reads its own answer from the "
            "same states; and rows of two passages show by themselves what they are for."
        )
    return f"{text}. So the states do depend on which task is named."


def counted(records: Records, first: str, second: str) -> dict[str, list[str]]:
    """`above`, `below` and `luck` → the tests in which the first model is that, of the second."""
    found: dict[str, list[str]] = {"above": [], "below": [], "luck": []}
    for task, rows in records.by("task").items():
        models = rows.by("model")
        if first in models and second in models:
            gap = difference(models[first], models[second])
            found[gap.verdict if gap.verdict in found else "luck"].append(task)
    return found


def of_models(records: Records, first: str = ERNIE, second: str = BERT) -> str:
    """In how many of the rows one is above the other."""
    found = counted(records, first, second)
    n = sum(map(len, found.values()))
    parts = [
        f"{key} in {len(found[key])} of {n}" + (f" ({'; '.join(found[key])})" if found[key] else "")
        for key in ("above", "below")
    ]
    told = f"`{first}` against `{second}`: {', '.join(parts)}"
    return f"{told}; in {len(found['luck'])} the difference is within luck."


def of_counts(records: Records) -> str:
    """Whether counts, which know no model, are ahead."""
    found = counted(records, ERNIE, "counts")
    n = sum(map(len, found.values()))
    if len(found["below"]) > n / 2:
        return (
            f"Mind the last column: counts are ahead of `{ERNIE}` in {len(found['below'])} of {n}. What is "
            "compared here are two small models, neither of which one would use for these tasks."
        )
    return f"Counts are ahead of `{ERNIE}` in {len(found['below'])} of {n}."


def of_pairs(pairs: Records) -> str:
    """The models against each other, and against what was never trained."""
    lines = []
    for task, rows in pairs.by("task").items():
        verdicts = [
            difference(rows.where(model=ERNIE), rows.where(model=other)).says(
                above=f"above {other}", below=f"below {other}", luck=f"within luck of {other}"
            )
            for other in (BERT, "random twin", "counts")
            if other in rows.values("model")
        ]
        lines.append(f"- **{task}**: `{ERNIE}` is {', '.join(verdicts)}.")
    return "\n".join(lines)
