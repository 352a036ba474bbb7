"""The strategies as they were measured, and the sentences that depend on what came out."""

from collections.abc import Mapping, Sequence

from tlcourse.show.differences import difference
from tlcourse.show.records import Records
from tlcourse.train.pretraining.ernie_tasks import ORDER, TASKS
from tlcourse.train.pretraining.task_strategies import AT_ONCE, CONTINUAL, KEPT, ONE_BY_ONE, STRATEGIES

_FROZEN = {"parts of speech": "parts of speech, 100 sentences"}


def measured(records: Records | None = None) -> list[str]:
    """The strategies that were measured with all the seeds of those that the paper compares."""
    seeds = _seeds(records := records or Records.load("ernie/final"))
    return [way for way, rows in records.by("way").items() if seeds <= set(rows.values("seed"))]


def _seeds(records: Records) -> set[int]:
    """The seeds with which all that the paper compares was measured."""
    ways = records.by("way")
    return set.intersection(*(set(ways[way].values("seed")) for way in (ONE_BY_ONE, AT_ONCE, CONTINUAL)))


def _whole(records: Records) -> Records:
    """What was measured with all seeds; a run that is not through leaves out what it began."""
    of_final = Records.load("ernie/final")
    return records.where(way=measured(of_final), seed=_seeds(of_final))


def over_time() -> tuple[Records, dict[str, float]]:
    """The losses over the training, and task → the loss of one who knows the shares."""
    records, guesses = Records.load("ernie/strategies"), Records.load("ernie/guesses")
    return _whole(records), {task: rows.where(who="shares").mean for task, rows in guesses.by("task").items()}


def uncounted() -> float:
    """The loss in sentence order of one who knows the shares of its classes and counts no segments."""
    return Records.load("ernie/guesses").where(who="answers", task=TASKS[ORDER]).mean


def final() -> Records:
    """The losses at the end; the guesses stand among the ways, with each seed, as they know of none."""
    records, guesses = Records.load("ernie/final"), Records.load("ernie/guesses")
    kept = _whole(records)
    rows = [
        {"way": row["way"], "task": row["task"], "seed": row["seed"], "score": row["score"]} for row in kept
    ]
    rows += [
        {"way": row["who"], "task": row["task"], "seed": seed, "score": row["score"]}
        for row in guesses.where(who=["shares", "counts"])
        for seed in kept.values("seed")
    ]
    return Records(rows)


def frozen() -> Records:
    """What the trained ones' frozen states are worth, of the strategies that were measured in full."""
    return Records(
        {**{key: row[key] for key in ("way", "seed", "score")}, "task": _FROZEN[row["task"]]}
        for row in _whole(Records.load("ernie/frozen").where(task=list(_FROZEN)))
    )


def of_forgetting(records: Records, guess: Mapping[str, float]) -> str:
    """One after the other: the loss of each task when its turn ended, and at the end of all."""
    rows, lines, rising = records.where(way=ONE_BY_ONE), [], {}
    tasks = rows.values("task")
    for number, task in enumerate(tasks[:-1]):
        some = rows.where(task=task)
        then, last = some.where(done=_nearest(some, (number + 1) / len(tasks))), some.where(done=1.0)
        gap = difference(_plain(last), _plain(then), share=False)
        fate = gap.says(
            above=f"rises by {gap.mean:.2f}, to {last.mean:.2f}",
            below=f"falls on by {-gap.mean:.2f}, to {last.mean:.2f}",
            luck=f"is {last.mean:.2f} at the end, within luck of that",
        )
        rising[task] = gap.verdict == "above"
        beside = difference(_plain(last), _constant(last, guess[task]), share=False).says(
            above="above", below="below", luck="within luck of"
        )
        lines.append(
            f"- **{task}**: {then.mean:.2f} nats when its turn ended. Then it {fate}: {beside} the "
            f"{guess[task]:.2f} of one who guesses by shares."
        )
    sure = [f"{task} {'for sure' if up else 'not for sure'}" for task, up in rising.items()]
    return (
        "One after the other, task by task:\n\n"
        + "\n".join(lines)
        + (f"\n\nForgotten, over these seeds: {', '.join(sure)}.")
    )


def _plain(rows: Records) -> Records:
    return Records({"seed": row["seed"], "score": row["score"]} for row in rows)


def _constant(rows: Records, value: float) -> Records:
    return Records({"seed": row["seed"], "score": value} for row in rows)


def _nearest(rows: Records, done: float) -> float:
    return min(rows.values("done"), key=lambda d: abs(d - done))


def of_final(records: Records, others: Sequence[str] = (ONE_BY_ONE, AT_ONCE, KEPT)) -> str:
    """At the end, on more text: the paper's continual way against each other one, task by task."""
    lines = []
    for other in [way for way in others if way in records.values("way")]:
        told: dict[str, list[str]] = {}
        for task, rows in records.by("task").items():
            gap = difference(rows.where(way=CONTINUAL), rows.where(way=other), share=False)
            verdict = gap.says(above="worse in", below="better in", luck="within luck in")
            told.setdefault(verdict, []).append(f"{task} ({gap.mean:+.2f})".replace("-", "−"))
        parts = [f"{verdict} {', '.join(tasks)}" for verdict, tasks in told.items()]
        lines.append(f"- **continual** against **{other}**, in nats: {'; '.join(parts)}.")
    return "\n".join(lines)


def verdict(records: Records, uncounted: float) -> str:
    """What three seeds allow to be said of the paper's claim."""
    against = {}
    for other in (ONE_BY_ONE, AT_ONCE):
        found = [
            difference(rows.where(way=CONTINUAL), rows.where(way=other), share=False).verdict
            for rows in records.by("task").values()
        ]
        against[other] = found.count("below"), found.count("above"), len(found)
    (won, lost, n), (won_joint, lost_joint, _) = against[ONE_BY_ONE], against[AT_ONCE]
    first = (
        f"Against one after the other, the continual way is better in {won} of {n} tasks and worse in {lost}."
    )
    second = f" Against all at once it is better in {won_joint} and worse in {lost_joint}"
    if won_joint > lost_joint:
        end = ": that tasks come in one by one shows as a gain here, too."
    elif lost_joint > won_joint:
        end = ": that tasks come in one by one does not show as a gain here."
    else:
        end = ": which of the two is better can’t be said at this size."
    return f"{first}{second}{end}{_not_learned(records, uncounted)}{_counts(records)}"


def _counts(records: Records) -> str:
    """The tasks in which one who has counted a clue is ahead of every strategy."""
    ahead = [
        task
        for task, rows in records.by("task").items()
        if "counts" in rows.values("way")
        and all(
            difference(rows.where(way=way), rows.where(way="counts"), share=False).verdict == "above"
            for way in rows.values("way")
            if way in STRATEGIES
        )
    ]
    return f" The counts are ahead of every strategy in {' and '.join(ahead)}." if ahead else ""


def _not_learned(records: Records, uncounted: float) -> str:
    """The tasks in which no strategy is below one who guesses by shares: nothing can be compared there."""
    missing = [
        task
        for task, rows in records.by("task").items()
        if "shares" in rows.values("way")
        and not any(
            difference(rows.where(way=way), rows.where(way="shares"), share=False).verdict == "below"
            for way in rows.values("way")
            if way in STRATEGIES
        )
    ]
    if not missing:
        return ""
    told = f" Of {' and of '.join(missing)} no strategy has learned more than the shares say."
    order = records.where(task=TASKS[ORDER])
    if TASKS[ORDER] in missing and all(
        difference(order.where(way=way), order.where(way="shares"), share=False).verdict == "above"
        for way in order.values("way")
        if way in STRATEGIES
    ):
        told += (
            " There all are above them, which count the segments; one who knows how frequent the nine "
            f"classes are, and does not even count the `[SEP]`s, has {uncounted:.2f}. A batch asks for four "
            "orders, and for hundreds of capitals."
        )
    return told


def of_frozen(records: Records) -> str:
    """The strategies' states, frozen, on tasks with labels: each way against all at once."""
    lines = []
    for task, rows in records.by("task").items():
        told = []
        for way in [w for w in rows.values("way") if w != AT_ONCE]:
            gap = difference(rows.where(way=way), rows.where(way=AT_ONCE))
            word = gap.says(above="above", below="below", luck="within luck of")
            told.append(f"{way} is {word} it ({100 * gap.mean:+.1f} points)".replace("-", "−"))
        lines.append(f"- **{task}**, *all at once* {rows.where(way=AT_ONCE).mean:.1%}: {'; '.join(told)}.")
    return "\n".join(lines)
