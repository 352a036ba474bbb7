"""The sentences of lesson ELMo that depend on what was measured."""

from tlcourse.lessons.elmo.results import SENTENCES, TWIN
from tlcourse.models.language.elmo import BiLM
from tlcourse.show.differences import difference
from tlcourse.show.prose import capitalised, listed, signed
from tlcourse.show.records import Records

MODEL = "elmo-mini"
_PAPER = {"parts of speech": "layer 1", "senses": "layer 2"}  # which it found ahead: tables 6 and 5
_BASELINES = {"random twin": "the random twin", "GloVe": "GloVe", "counts": "counts"}


def of_size(bilm: BiLM) -> str:
    """How large the model is, and what it predicts among."""
    c, size = bilm.config, sum(p.numel() for p in bilm.parameters())
    return (
        f"**{size / 1e6:.1f} million numbers**: {c.num_hidden_layers} layers of LSTM in each direction, of "
        f"{c.lstm_size} units. What an LSTM gives out is shortened by a *projection*, a linear layer, to "
        f"{c.projection_size} numbers; the two directions side by side make {2 * c.projection_size}. It "
        f"predicts among {c.vocab_size:,} words, and reads any word at all."
    )


def of_typos(again: Records, n: int) -> str:
    """How often a misspelt word is still nearest to the word that was meant."""
    ours, random = (again.where(model=model) for model in ("elmo-mini", "random twin"))
    gap = difference(ours, random)
    verdict = gap.says(
        above="So training has taught it which letters matter.",
        below="So this comes with the architecture, and training gave some of it away: we think because it "
        "learned which differences of letters matter. *Form* and *from* differ by such a swap, and are used "
        "differently.",
        luck="So this comes with the architecture, and not with training.",
    )
    return (
        f"Of {n:,} words with two letters swapped, **{ours.mean:.0%}** are still nearest to the word meant "
        f"(± {ours.spread:.1%} over {len(ours.scores)} draws of the swaps). With the twin's random weights "
        f"it is **{random.mean:.0%}** (± {random.spread:.1%}). {verdict}"
    )


def of_tasks(records: Records) -> str:
    """One line for each task: against the twin, GloVe and counts."""
    lines = []
    for task, rows in records.by("task").items():
        ours = rows.where(model=MODEL)
        told = [
            difference(ours, rows.where(model=other), names=(MODEL, name))
            for other, name in _BASELINES.items()
        ]
        above = [gap.second for gap in told if gap.verdict == "above"]
        below = [gap.second for gap in told if gap.verdict == "below"]
        luck = [gap.second for gap in told if gap.verdict in ("luck", "once")]
        parts = [
            f"{verdict} {listed(names)}"
            for verdict, names in (("above", above), ("below", below), ("within luck of", luck))
            if names
        ]
        lines.append(f"- **{task}**: `elmo-mini` is {', '.join(parts)}.")
    return "\n".join(lines)


def of_layers(records: Records) -> str:
    """Which of the two layers above the characters each task is read from better."""
    lines = []
    for task, rows in records.by("task").items():
        gap = difference(rows.where(reading="layer 1"), rows.where(reading="layer 2"))
        winner = gap.says(
            above="layer 1 is better", below="layer 2 is better", luck="the two cannot be told apart"
        )
        points = signed(100 * gap.mean)
        lines.append(f"- **{task}**: {winner} (layer 1 less layer 2: {points} points)")
    return "\n\n".join(
        ["Layer 1 against layer 2, with the same labels:", "\n".join(lines), *_beside_the_paper(records)]
    )


def _beside_the_paper(records: Records) -> list[str]:
    """Where the order of our two layers is the paper's, in one sentence, if its tasks are among ours."""
    told = []
    for task in (t for t in _PAPER if t in records.values("task")):
        gap = difference(
            records.where(task=task, reading="layer 1"), records.where(task=task, reading="layer 2")
        )
        ahead = gap.says(above="layer 1", below="layer 2", luck="")
        if not ahead:
            told.append(f"on {task} our two layers cannot be told apart")
        else:
            told.append(
                f"on {task} ours {'agrees' if ahead == _PAPER[task] else 'has it the other way round'}"
            )
    if not told:
        return []
    found = listed([f"{layer} ahead on {task}" for task, layer in _PAPER.items()])
    return [f"The paper has {found}: {'; '.join(told)}."]


def of_training(records: Records, commonest: float) -> str:
    """How much of what the mix reads comes of training, and how much any weights would give."""
    lines, twins = [], {}
    for task, rows in records.by("task").items():
        mix, twin = rows.where(reading="mix"), rows.where(reading=TWIN)
        verdict, points = _against(mix, twin)
        lines.append(f"- **{task}**: the learned mix is {verdict} the random twin's ({points} points)")
        twins[task] = twin
    text = "What is it worth that the layers were trained?\n\n" + "\n".join(lines)
    senses = twins.get("senses")
    if senses is None or min(senses.scores) <= commonest:
        return text
    text += (
        f"\n\nOn senses the twin gets {senses.mean:.1%}, the commonest sense {commonest:.1%}: "
        "a state in which the neighbours have left a trace, whatever the weights, tells much about a sense."
    )
    token = records.where(task="senses", reading="token layer")
    if min(token.scores) <= commonest:
        return text
    return f"{text} The token layer ({token.mean:.1%}) tells *line* from *lines*, and nothing else of a use."


def of_shares(shares: Records) -> str:
    """Which layer each task's mix leans on, where it is more than luck."""
    ahead, level = [], []
    for task, rows in shares.by("task").items():
        layers = [rows.where(layer=layer) for layer in rows.values("layer")]
        most = max(layers, key=lambda one: one.mean)
        if all(difference(most, one).verdict == "above" for one in layers if one is not most):
            ahead.append(f"on {task} {most.values('layer')[0]} ends ahead of the others ({most.mean:.0%})")
        else:
            level.append(task)
    if level:
        ahead.append(f"on {listed(level)} no layer ends ahead of all the others by more than luck")
    told = "; ".join(ahead)
    return (
        f"Every mix starts with the same share for each layer. {capitalised(told)}. A share says "
        "what the probe uses, not what the layer knows."
    )


def of_mixes(records: Records) -> str:
    """What the layers bring together: their mean against the top one, and a learned mix against the mean."""
    lines, gained = [], []
    for task, rows in records.by("task").items():
        top, mean, mix = (rows.where(reading=name) for name in ("layer 2", "mean", "mix"))
        told = [_against(first, second) for first, second in ((mean, top), (mix, mean))]
        gained += [task] if told[1][0] == "above" else []
        lines.append(
            f"- **{task}**: the mean is {told[0][0]} the top layer ({told[0][1]} points), the learned mix "
            f"{told[1][0]} the mean ({told[1][1]})"
        )
    where = f"On {listed(gained)}" if gained else "On none of these tasks"
    return (
        f"{where} is the learned mix above the plain mean by more than luck. The mean of all layers against "
        "the top alone, and the learned mix against the mean:\n\n" + "\n".join(lines)
    )


def _against(first: Records, second: Records) -> tuple[str, str]:
    """Above, below or within luck of; and by how many points on average."""
    gap = difference(first, second)
    points = signed(100 * gap.mean)
    return gap.says(above="above", below="below", luck="within luck of"), points


def labels_to_match(records: Records, baseline: str, n: int) -> int | None:
    """The fewest sentences of those measured with which elmo-mini's mean reaches the baseline's with `n`."""
    wanted = records.where(model=baseline, **{SENTENCES: n}).mean
    ours = records.where(model=MODEL)
    return next(
        (k for k in sorted(ours.values(SENTENCES)) if ours.where(**{SENTENCES: k}).mean >= wanted), None
    )


def of_labels(records: Records) -> str:
    """How many labelled sentences save how many, against each baseline with the most labels."""
    most = max(records.values(SENTENCES))
    told = []
    for name in records.values("model"):
        if name == MODEL:
            continue
        need = labels_to_match(records, name, most)
        told.append(f"**{f'{need:,}' if need else f'more than {most:,}'}** for {_BASELINES.get(name, name)}")
    return (
        f"To reach what another gets with {most:,} labelled sentences, `elmo-mini` needs {listed(told)}, "
        "of the sizes that were measured."
    )
