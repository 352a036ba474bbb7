"""The sentences and rows on the rule: how good it is on tasks that were kept out."""

from collections import Counter

from tlcourse.lessons.state_of_the_art_and_after import deciding
from tlcourse.lessons.state_of_the_art_and_after.board import BASELINE, LABELS, Board
from tlcourse.lessons.state_of_the_art_and_after.deciding import RULE
from tlcourse.lessons.state_of_the_art_and_after.in_words import listed
from tlcourse.show.differences import difference
from tlcourse.show.records import Records

MINI = "MiniLM"
_LEVEL = 0.002  # of a share of 1: two tenths of a point of mean regret


def kept_out_rows(rows: Records) -> list[dict[str, object]]:
    """Rows of a table: each way to choose, and how it did on what was kept out."""
    found = []
    for way, group in rows.by("way").items():
        one = deciding.summary(group)
        found.append(
            {
                "way": way,
                "choices": int(one["choices"]),
                "took the best": f"{one['right']:.0%}",
                "within a point of it": f"{one['near']:.0%}",
                "points behind, mean": f"{100 * one['regret']:.1f}",
                "at most": f"{100 * one['most']:.1f}",
            }
        )
    return found


def of_the_rule(rows: Records) -> str:
    """How good the rule is without a limit, beside the habits: on the choices that each habit can make."""
    rule = deciding.summary(rows.where(way=RULE))
    told, level = [], []
    for way in rows.values("way"):
        if way == RULE:
            continue
        theirs = rows.where(way=way)
        cells = {(row["task"], row["budget"]) for row in theirs}
        ours = [r for r in rows.where(way=RULE) if (r["task"], r["budget"]) in cells]
        ours = deciding.summary(Records(ours))["regret"]
        habit = deciding.summary(theirs)["regret"]
        told.append(f"“{way}” {100 * habit:.1f} (the rule there {100 * ours:.1f})")
        if habit <= ours + _LEVEL:
            level.append(f"“{way}”")
    said = (
        f"Without a limit the rule takes the best system in {round(rule['right'] * rule['choices'])} of "
        f"{rule['choices']} choices, and is {100 * rule['regret']:.1f} points behind on average. Points "
        f"behind of the habits, each on the choices that it can make: {listed(told)}."
    )
    if level:
        best = Counter(row["best"] for row in rows.where(way=RULE)).most_common(2)
        said += (
            f" So the rule earns nothing over {listed(level)}: without a limit a habit does. The board shows "
            "why: "
            f"{listed([system for system, _ in best])} are the best in {sum(n for _, n in best)} of "
            f"{rule['choices']}."
        )
    return said


def of_limits(rows: Records) -> str:
    """The same with limits of time and memory."""
    found = {way: deciding.summary(group) for way, group in rows.by("way").items()}
    rule = found[RULE]
    others = [
        f"“{way}” {one['right']:.0%} and {100 * one['regret']:.1f} points"
        for way, one in found.items()
        if way != RULE
    ]
    best = min(found, key=lambda way: found[way]["regret"])
    verdict = "With limits the rule is ahead" if best == RULE else f"With limits “{best}” is ahead"
    return (
        f"{verdict}. Over {rule['choices']} choices the rule takes the best {rule['right']:.0%} of the time "
        f"and is {100 * rule['regret']:.1f} points behind; {listed(others)}. These are not independent of "
        "one another: the tasks are the same, and neighbouring limits leave nearly the same systems."
    )


def of_own(own: Records, board: Board) -> str:
    """Whether what the board says of MiniLM beside counted words is right on texts that it does not know.

    Args:
        own: what a trial measured: `model`, `labels`, `seed`, `score`.
    """
    labels = min(own.values("labels"), key=lambda n: abs(n - LABELS[0]))
    rows = own.where(labels=labels)
    ours = {
        name: rows.where(model=name) for name in rows.values("model") if name.startswith((BASELINE, MINI))
    }
    if len(ours) < 2:
        return ""
    mini = next(one for name, one in ours.items() if name.startswith(MINI))
    gap = difference(mini, ours[BASELINE], names=(MINI, BASELINE))
    ranked, tasks = board.ranked(LABELS[0])
    said = 100 * board.mean_gain(MINI, LABELS[0], tasks).mean if MINI in ranked else float("nan")
    return (
        f"The board, which has never seen these texts, says {MINI} is {said:.1f} points above {BASELINE} "
        "with "
        f"{LABELS[0]} labels. Here, with {labels}: {gap.sentence}."
    )
