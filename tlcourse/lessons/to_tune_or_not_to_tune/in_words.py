"""The sentences of lesson To tune or not to tune that depend on what was measured, but for those on names."""

from collections.abc import Mapping

from tlcourse.lessons.to_tune_or_not_to_tune.published import DEVLIN, SQUAD, SQUAD_QUESTIONS
from tlcourse.show.differences import difference
from tlcourse.show.prose import listed, signed
from tlcourse.show.records import Records
from tlcourse.train.finetuning.text_model import TextModel

_METRICS = {
    "sentiment": "accuracy",
    "conll2003": "F1 over names",
    "similarity": "Spearman's ρ",
    "headline": "accuracy",
}


def measured_in(grid: Records) -> dict[str, str]:
    """Task → what a score is, for the tasks that were measured."""
    return {task: metric for task, metric in _METRICS.items() if task in grid.values("task")}


def ways_on(rows: Records, task: str) -> dict[str, Records]:
    """Way → its records on a task; nothing where the task was not measured."""
    return Records(row for row in rows if row["task"] == task).by("way")


def of_the_question(grid: Records, metrics: Mapping[str, str]) -> str:
    """To tune or not: where the few labels of the grid tell, and where they do not."""
    found: dict[str, list[str]] = {"above": [], "below": []}
    for model, rows in grid.by("model").items():
        for task in metrics:
            ways = ways_on(rows, task)
            if {"frozen, heavy", "tuned, light"} <= ways.keys() and not guessed(task, *ways.values()):
                verdict = difference(ways["frozen, heavy"], ways["tuned, light"]).verdict
                if verdict in found:
                    found[verdict].append(f"{task} ({model})")
    said = {"below": "tuning is better on", "above": "a heavy head on frozen states is better on"}
    told = [f"{words} {listed(found[side])}" for side, words in said.items() if found[side]]
    told.append("elsewhere these seeds do not tell" if told else "these seeds do not tell")
    labels = " and ".join(f"{n:,}" for n in grid.values("labels"))
    return (
        f"**To tune or not?** With {labels} labels, {'; '.join(told)}. Frozen under a heavy head is the "
        "cheaper to try, and a number to hold tuning against."
    )


def guessed(task: str, *ways: Records) -> bool:
    """Whether every way is as good as guessing, of two answers that are equally frequent: within a spread."""
    halves = [rows.mean - rows.spread <= 0.5 for rows in ways]
    return _METRICS.get(task) == "accuracy" and all(halves)


def of_answers(results: Records) -> str:
    """What the span head finds after one pass, against counting words, and what many questions give."""
    rows = results.where(measure="exact match")
    tuned, counted = rows.where(model="minilm"), rows.where(model="counting words")
    side = "not clearly better or worse than"
    if tuned.scores.min() > counted.mean:
        side = "better than"
    elif tuned.scores.max() < counted.mean:
        side = "worse than"
    (labels,) = tuned.values("labels")
    return (
        f"After {labels} questions MiniLM is {side} counting words. BERT-base, a larger network, learns from "
        f"{SQUAD_QUESTIONS / labels:.0f} times as many (SQuAD, from which XQuAD is taken), and finds the "
        f"very words of {SQUAD:.0%} ({DEVLIN}, table 2). The head is new: where an answer begins and ends, "
        "it learns from these questions alone."
    )


def of_grid(grid: Records, metrics: Mapping[str, str]) -> str:
    """For each model and task: frozen under the better head against tuned."""
    lines = []
    for model, rows in grid.by("model").items():
        told = []
        for task in metrics:
            ways = ways_on(rows, task)
            if not {"frozen, heavy", "tuned, light"} <= ways.keys():
                continue
            if guessed(task, *ways.values()):
                told.append(f"{task}: each way guesses, so there is nothing to compare")
                continue
            gap = difference(ways["frozen, heavy"], ways["tuned, light"])
            winner = gap.says(above="frozen with a heavy head", below="tuned with a light head", luck="luck")
            points = _points(gap.mean)
            apart = f"within luck ({points} apart)" if winner == "luck" else f"{winner} by {points}"
            told.append(f"{task}: {apart}")
        if told:
            lines.append(f"- **{model}**: {'; '.join(told)}")
    return "Which is better, frozen with a heavy head or tuned with a light one?\n\n" + "\n".join(lines)


def of_heads(grid: Records, metrics: Mapping[str, str]) -> str:
    """What the heavy head adds to frozen states: where it helps, harms, that is luck, or all guess."""
    found: dict[str, list[str]] = {"above": [], "below": [], "luck": [], "guess": []}
    for model, rows in grid.by("model").items():
        for task in metrics:
            ways = ways_on(rows, task)
            if {"frozen, heavy", "frozen, light"} <= ways.keys():
                if guessed(task, *ways.values()):
                    found["guess"].append(f"{task}, {model}")
                    continue
                gap = difference(ways["frozen, heavy"], ways["frozen, light"])
                points = signed(100 * gap.mean, ".0f")
                verdict = gap.says(above="above", below="below", luck="luck")
                found[verdict].append(f"{task}, {model} ({points})")
    said = {"above": "is better", "below": "is worse", "luck": "is within luck of the light one"}
    told = [f"it {words} on {listed(found[side])}" for side, words in said.items() if found[side]]
    told += [f"on {listed(found['guess'])} each way guesses"] if found["guess"] else []
    return f"A heavy head in place of a light one, on frozen states, in points: {'; '.join(told)}."


def of_costs(seconds: Records) -> str:
    """Seconds of one core, by way: the mean over tasks and seeds for each model."""
    lines = []
    for model, rows in seconds.by("model").items():
        means = {
            way: sum(row["score"] for row in found) / len(found) for way, found in rows.by("way").items()
        }
        lines.append(f"- **{model}**: " + ", ".join(f"{way} {took:.0f} s" for way, took in means.items()))
    return (
        "Seconds of training on one core, mean over tasks and seeds (200 steps of a head, 60 of the network):"
        "\n\n" + "\n".join(lines)
    )


def of_memory(model: TextModel) -> str:
    """What training takes for weights, gradients and Adam's averages: of all, of the layers, or of a head."""
    whole = sum(p.numel() for p in model.encoder.parameters())
    head = sum(p.numel() for name, p in model.named_parameters() if not name.startswith("encoder."))
    lowest = next(iter(model.encoder.layers().values()))  # piece vectors and positions
    still = sum(p.numel() for p in lowest.parameters())
    tuned, frozen = 16 * whole / 1e6, (4 * whole + 16 * head) / 1e6
    layers = tuned - 12 * still / 1e6
    return (
        f"MiniLM has {whole / 1e6:.1f} million numbers, a heavy head {head / 1e6:.1f} million. With four "
        f"bytes each, tuning all of MiniLM takes {tuned:,.0f} MB beside the states of a batch; with its "
        f"piece vectors left alone, as in section 1, {layers:,.0f} MB; frozen under that head, "
        f"{frozen:,.0f} MB."
    )


def of_everywhere(results: Records) -> str:
    """For how many systems tuning helps, harms, or cannot be told."""
    found: dict[str, list[str]] = {"above": [], "below": [], "luck": [], "once": []}
    for system, rows in results.by("system").items():
        gap = difference(rows.where(way="fine-tuned"), rows.where(way="frozen"))
        found[gap.verdict].append(system)
    said = {"helps": found["above"], "harms": found["below"]}
    said["is within luck for"] = found["luck"] + found["once"]
    parts = [f"{word} {listed(names)}" for word, names in said.items() if names]
    return f"With the same labels, fine-tuning {'; it '.join(parts)}."


def with_spread(rows: Records) -> str:
    return (
        f"{rows.mean:.1%} ± {rows.spread:.1%} over {len(rows)} seeds"
        if len(rows) > 1
        else (f"{rows.mean:.1%}, one seed")
    )


def _points(share: float) -> str:
    n = round(100 * abs(share))
    return f"{n} point" if n == 1 else f"{n} points"
