"""The sentences and rows of lesson ELMo that depend on what was measured."""

from collections.abc import Mapping, Sequence
from typing import Any

from tlcourse.data.tokeniser import find_words
from tlcourse.models.pretrained.text_encoders import TextEncoder
from tlcourse.probe.word_uses import Uses, layer_states
from tlcourse.show.differences import difference
from tlcourse.show.records import Records
from tlcourse.show.tables import mean_sd

# As the benchmark of the zoo has it → what the lesson calls it.
_TESTS = {"bbc (silver)": "", "movie": "", "bbc": "", "imdb": ""}
_TASKS = {
    "parts of speech": "parts of speech (silver)",
    "entities": "names (silver)",
    "topic": "topic of news",
    "sentiment": "sentiment of films",
}
_MODELS = {
    ("elmo-mini", "trained"): "elmo-mini",
    ("elmo-mini", "random"): "random twin",
    ("glove", "trained"): "GloVe",
    ("counts", "trained"): "counts",
}
MODEL = "elmo-mini"
# What the learner reads: a field of the records → a column.
_ORDER = ("token layer", "layer 1", "layer 2", "mean", "mix")


def beside_baselines(records: Records) -> Records:
    """Of the zoo's results with 100 labels, frozen: elmo-mini, its twin, GloVe and counts, on four tasks."""
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


def of_typos(again: Records, n: int) -> str:
    """How often a misspelt word is still nearest to the word that was meant."""
    ours, random = (again.where(model=model) for model in ("elmo-mini", "random twin"))
    gap = difference(ours, random)
    verdict = gap.says(
        above="So training has taught it which letters matter.",
        below="So this comes with the architecture, and training gave some of it away: we think because it "
        "learned which differences of letters change a word's use, and moved such words apart.",
        luck="So this comes with the architecture, and not with training.",
    )
    return (
        f"Of {n:,} words with two letters swapped, {ours.mean:.0%} are still nearest to the word meant "
        f"(± {ours.spread:.1%} over {len(ours.scores)} draws of the swaps). With random weights it is "
        f"{random.mean:.0%}. {verdict}"
    )


def of_tasks(records: Records) -> str:
    """One line for each task: against the twin, GloVe and counts."""
    lines = []
    for task, rows in records.by("task").items():
        ours = rows.where(model=MODEL)
        told = [difference(ours, rows.where(model=other)) for other in ("random twin", "GloVe", "counts")]
        above = [gap.second for gap in told if gap.verdict == "above"]
        below = [gap.second for gap in told if gap.verdict == "below"]
        luck = [gap.second for gap in told if gap.verdict in ("luck", "once")]
        parts = [
            f"{verdict} {' and '.join(names)}"
            for verdict, names in (("above", above), ("below", below), ("within luck of", luck))
            if names
        ]
        lines.append(f"- **{task}**: `elmo-mini` is {', '.join(parts)}.")
    return "\n".join(lines)


def as_columns(records: Records) -> Records:
    """Task, reading, seed and score alone, in the order of the readings."""
    return Records(
        {key: row[key] for key in ("task", "reading", "seed", "score")}
        for reading in _ORDER
        for row in records
        if row["reading"] == reading
    )


def of_layers(records: Records) -> str:
    """Which of the two layers above the characters each task is read from better."""
    lines = []
    for task, rows in records.by("task").items():
        gap = difference(rows.where(reading="layer 1"), rows.where(reading="layer 2"))
        winner = gap.says(
            above="layer 1 is better", below="layer 2 is better", luck="the two cannot be told apart"
        )
        points = f"{100 * gap.mean:+.1f}".replace("-", "−")
        lines.append(f"- **{task}**: {winner} (layer 1 less layer 2: {points} points)")
    return "Layer 1 against layer 2, with the same labels:\n\n" + "\n".join(lines)


def of_mixes(records: Records) -> str:
    """Whether the learned mix is more than the mean of the layers, and than the best single one."""
    lines = []
    for task, rows in records.by("task").items():
        mix, mean = (rows.where(reading=name) for name in ("mix", "mean"))
        singles = {name: rows.where(reading=name) for name in _ORDER[:3]}
        best = max(singles, key=lambda name: singles[name].mean)
        told = [
            difference(one, other).says(above="above", below="below", luck="within luck of")
            for one, other in ((mix, mean), (mix, singles[best]), (mean, singles[best]))
        ]
        lines.append(
            f"- **{task}**: the learned mix is {told[0]} the mean, and {told[1]} the best single layer, "
            f"{best}; the mean is {told[2]} that layer"
        )
    return "What is the learning of the mix worth?\n\n" + "\n".join(lines)


def labels_to_match(records: Records, baseline: str, n: int) -> int | None:
    """The fewest labels of those measured with which elmo-mini's mean reaches the baseline's with `n`."""
    wanted = records.where(model=baseline, labels=n).mean
    ours = records.where(model=MODEL)
    return next((k for k in sorted(ours.values("labels")) if ours.where(labels=k).mean >= wanted), None)


def of_labels(records: Records) -> str:
    """How many labelled sentences save how many, against each baseline with the most labels."""
    most = max(records.values("labels"))
    told = []
    for name in records.values("model"):
        if name == MODEL:
            continue
        need = labels_to_match(records, name, most)
        enough = f"it reaches with {need:,}" if need else f"it does not reach with {most:,}"
        told.append(f"what **{name}** gets with {most:,} sentences, {enough}")
    return f"Of the sizes that were measured, for `elmo-mini`: {'; '.join(told)}."


def neighbours(
    encoder: TextEncoder, uses: Mapping[str, Uses], questions: Sequence[tuple[str, str]], layer: int, n: int
) -> list[dict[str, Any]]:
    """Rows of a table: for each (word, sentence) the `n` nearest uses of that word, with their cosines."""
    rows = []
    for word, sentence in questions:
        words = find_words(sentence)
        (states,) = layer_states(encoder, [words], [[w.lower() for w in words].index(word)])
        for which, cosine in uses[word].nearest(states, layer, n):
            rows.append(
                {
                    "sentence": sentence,
                    "nearest use": _around(uses[word].sentences[which], uses[word].places[which]),
                    "cosine": f"{cosine:.2f}",
                }
            )
    return rows


def _around(words: Sequence[str], place: int, reach: int = 6) -> str:
    """A use with a few words on either side."""
    begin, end = max(0, place - reach), place + reach + 1
    return f"{'… ' if begin else ''}{' '.join(words[begin:end])}{' …' if end < len(words) else ''}"


def paper_rows(layers: Records, of_zoo: Records) -> list[tuple[Any, ...]]:
    """The paper's figures beside ours."""
    peters = "Peters et al. 2018, "

    def pair(task: str, first: str, second: str) -> str:
        return " → ".join(mean_sd(of_zoo.where(task=task, model=m).scores, ".1%") for m in (first, second))

    def read(task: str, *readings: str) -> str:
        return " / ".join(f"{layers.where(task=task, reading=one).mean:.1%}" for one in readings)

    return [
        (
            "names: baseline → with ELMo",
            "90.15 → 92.22 ± 0.10 F1",
            peters + "table 1",
            f"{pair('names (silver)', 'GloVe', MODEL)} F1",
            "They: all of CoNLL-2003, a bi-LSTM with a CRF on GloVe already, ELMo added. We: a linear "
            "model, 100 sentences, tags by a program, ELMo in place of GloVe. We think that it gains more "
            "here because there are so few labels.",
        ),
        (
            "sentiment: baseline → with ELMo",
            "51.4 → 54.7 ± 0.5, five classes",
            peters + "table 1 (SST-5)",
            f"{pair('sentiment of films', 'GloVe', MODEL)}, two classes",
            "They add ELMo to a large classifier that has vectors of words already; we put the states' "
            "mean in place of GloVe's, with 100 labels, and it does not help.",
        ),
        (
            "last layer / all, near their mean (λ = 1) / all, free (λ = 0.001)",
            "82.5 / 83.6 / 84.8 F1 (baseline 80.8)",
            peters + "table 2, SQuAD",
            f"{read('parts of speech', 'layer 2', 'mean', 'mix')}, parts of speech",
            "All layers against the last: compare the rows. What learning the mix adds is said for each "
            "task above.",
        ),
    ]
