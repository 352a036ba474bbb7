"""The sentences and rows on the rule: how good it is on tasks that were kept out."""

from collections import Counter

from tlcourse.lessons.state_of_the_art_and_after import deciding
from tlcourse.lessons.state_of_the_art_and_after.board import BASELINE, LABELS, Board
from tlcourse.lessons.state_of_the_art_and_after.deciding import RULE
from tlcourse.show.differences import difference
from tlcourse.show.prose import listed
from tlcourse.show.records import Records

MINI = "MiniLM"
_LEVEL = 0.002  # of a share of 1: two tenths of a point of mean regret


def kept_out_rows(rows: Records) -> list[dict[str, object]]:
    """Rows of a table: each way to choose, and how it did on what was kept out, by the number of labels."""
    found = []
    for (way, labels), group in rows.by("way", "labels").items():
        one = deciding.summary(group)
        found.append(
            {
                "way": way,
                "labels": f"{labels:,}",
                "choices": int(one["choices"]),
                "took the best": f"{one['right']:.0%}",
                "within a point of it": f"{one['near']:.0%}",
                "points behind, mean": f"{100 * one['regret']:.1f}",
                "at most": f"{100 * one['most']:.1f}",
            }
        )
    return found


def of_the_rule(rows: Records, board: Board) -> str:
    """How good the rule is without a limit, beside the habits, and what this test cannot show."""
    rule = deciding.summary(rows.where(way=RULE))
    ways = [way for way in rows.values("way") if way != RULE]
    regrets = {way: 100 * deciding.summary(rows.where(way=way))["regret"] for way in ways}
    level = [f"“{way}”" for way in ways if _behind(rows, way) <= _LEVEL]
    said = (
        f"Without a limit the rule takes the best system in {round(rule['right'] * rule['choices'])} of "
        f"{rule['choices']} choices, and is {100 * rule['regret']:.1f} points behind on average; "
        f"{listed(f'“{way}” {regret:.1f}' for way, regret in regrets.items())}."
    )
    if level:
        best = Counter(row["best"] for row in rows.where(way=RULE)).most_common(2)
        said += (
            f" So the rule earns nothing over {listed(level)}: without a limit, a habit is enough. The board "
            f"shows why: {listed([system for system, _ in best])} are the best in "
            f"{sum(n for _, n in best)} of {rule['choices']}."
        )
    return "\n\n".join(filter(None, [said, _of_one_task(rows, board), _of_who_can_be_chosen(rows, board)]))


def _behind(rows: Records, way: str) -> float:
    """A habit's mean regret minus the rule's, on the choices that the habit can make."""
    theirs = rows.where(way=way)
    able = {(row["task"], row["budget"]) for row in theirs}
    ours = Records(r for r in rows.where(way=RULE) if (r["task"], r["budget"]) in able)
    return deciding.summary(theirs)["regret"] - deciding.summary(ours)["regret"]


def _of_one_task(rows: Records, board: Board) -> str:
    """Where the rule had a single task to choose by."""
    told = []
    for labels in rows.values("labels"):
        tasks, common = board.tasks(labels), board.ranked(labels)[1]
        seen = {task: [one for one in common if one in deciding.others(task, tasks)] for task in tasks}
        alone = [task for task, left in seen.items() if len(left) == 1]
        if alone:
            told.append(
                f"With {labels:,} labels only {listed(common)} are measured for all ranked systems. With "
                f"{' or '.join(alone)} kept out, the rule chooses by one task alone, "
                f"{listed(dict.fromkeys(seen[task][0] for task in alone))}. "
                f"{_where_it_differs(rows, labels, alone)}A board this small cannot do better."
            )
    return " ".join(told)


def _where_it_differs(rows: Records, labels: int, tasks: list[str]) -> str:
    """That all in which the rule and the largest differ are these choices; empty if it is not so."""
    chosen = {
        way: {(r["task"], r["labels"]): r["chosen"] for r in rows.where(way=way)}
        for way in (RULE, deciding.LARGEST)
    }
    differ = {at for at, one in chosen[RULE].items() if one != chosen[deciding.LARGEST].get(at)}
    if differ != {(task, labels) for task in tasks}:
        return ""
    return f"Only there does it choose otherwise than “{deciding.LARGEST}”. "


def _of_who_can_be_chosen(rows: Records, board: Board) -> str:
    """Who is the best and can't be chosen, for it is not ranked; who was absent."""
    told = []
    for labels in rows.values("labels"):
        ranked, _ = board.ranked(labels)
        best = {r["task"]: r["best"] for r in rows.where(way=RULE, labels=labels)}
        told += [
            f"{one} is the best on {task}, and never the rule’s choice: it is not ranked."
            for task, one in best.items()
            if one not in ranked
        ]
    absent = {
        one: [task for task in board.tasks(LABELS[0]) if one not in board.measured(task, LABELS[0])]
        for one in board.ranked(LABELS[0])[0]
    }
    told += [
        f"{one} was not measured on {listed(tasks)}, so nothing could choose it there."
        for one, tasks in absent.items()
        if tasks
    ]
    return " ".join(told)


def of_limits(rows: Records) -> str:
    """The same with limits of time and memory."""
    parts = []
    for labels, some in rows.by("labels").items():
        found = {way: deciding.summary(group) for way, group in some.by("way").items()}
        rule, n_tasks = found[RULE], len(some.values("task"))
        others = [
            f"“{way}” {one['right']:.0%} and {100 * one['regret']:.1f}"
            for way, one in found.items()
            if way != RULE
        ]
        first, second = sorted(found, key=lambda way: found[way]["regret"])[:2]
        lead = found[second]["regret"] - found[first]["regret"]
        if lead <= _LEVEL:
            verdict = f"the rule earns nothing over “{second if first == RULE else first}”"
        else:
            verdict = "the rule is ahead" if first == RULE else f"“{first}” is ahead"
        parts.append(
            f"With {labels:,} labels and limits {verdict}: over {rule['choices']} choices ({n_tasks} tasks) "
            f"the rule takes the best of those that fit {rule['right']:.0%} of the time and is "
            f"{100 * rule['regret']:.1f} points behind that; {listed(others)}."
        )
    return (
        f"{' '.join(parts)} These are not independent of one another: the tasks are the same, and "
        "neighbouring limits leave nearly the same systems."
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
