"""The page of a trial: one HTML file that needs nothing else, without a script, light or dark.

Whatever comes from the learner's file is escaped here or in the engine's tables, and isolated, so that
text from right to left does not turn the page around.
"""

import base64
import html
from collections.abc import Iterable, Sequence
from pathlib import Path

from tlcourse.show.figures import fewer_colours, png
from tlcourse.trial.in_words import BY_COST
from tlcourse.trial.outcome import DATA, Outcome
from tlcourse.trial.tuning import PIECES
from tlcourse.trial.yardstick import FROZEN_PIECES, NOTHING

MOST_IN_MATRIX = 12  # classes; of more, the pairs that are confused most often
PAIRS = 12
LONGEST = 240  # characters of a text that is shown

_STYLE = Path(__file__).with_name("page.css")


def page(outcome: Outcome) -> str:
    """Return the page as HTML."""
    data = outcome.data
    first, *rest = outcome.sentences
    title = f"{data.name}: what pretraining is worth on it"
    parts = [
        f"<h1>{_own(data.name)}: what pretraining is worth on it</h1>",
        f'<p class="quiet">{_facts(outcome)}</p>',
        f'<p class="lead">{_escape(first)}</p>',
        *(f"<p>{_escape(one)}</p>" for one in rest),
        "<h2>How scores grow with labels</h2>",
        _figure(outcome),
        _wide(outcome.table["text/html"], "scores by labels and model"),
        f'<p class="quiet">{_escape(_how(outcome))}</p>',
        _wide(outcome.with_all_labels["text/html"], "every metric"),
        "<h2>What to do next</h2>",
        _list(outcome.next_steps),
        *_confused(outcome),
        *_misread(outcome),
        *_words(outcome),
        "<h2>What was assumed of your file</h2>",
        _list(data.notes),
        f'<p class="quiet">The same as data: <a href="{DATA}">{DATA}</a>. Made by <code>tlcourse try</code>.'
        "</p>",
    ]
    body = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_escape(title)}</title><style>{_STYLE.read_text('utf-8')}</style></head><body><main>\n{body}\n</main></body></html>\n"
    )


def _escape(text: str) -> str:
    return html.escape(text)


def _own(text: str, most: int = LONGEST) -> str:
    """Text of the learner's file: escaped, cut, and with a direction of its own."""
    text = text if len(text) <= most else f"{text[: most - 1]}…"
    return f"<bdi>{html.escape(text)}</bdi>"


def _facts(outcome: Outcome) -> str:
    data = outcome.data
    text, label = (_own(name, 60) for name in data.columns)
    kind = f"{len(data.names)} classes" if data.names else "a number"
    resumed = f" {outcome.resumed} measurements were there from a run before." if outcome.resumed else ""
    return (
        f"{len(data.texts):,} texts of {data.n_records:,} records; from column {text}, {kind} in column "
        f"{label} are predicted. A budget of {outcome.budget:g} minutes, seed {outcome.seed}.{resumed}"
    )


def _how(outcome: Outcome) -> str:
    """How it was measured, for who reads the table."""
    n_test = len(outcome.task.tests["own"])
    nothing = NOTHING[outcome.data.kind]
    say = (
        "says the training labels' most frequent class"
        if outcome.data.names
        else "says the mean of the training labels"
    )
    return (
        f"Each seed draws its own test texts, {n_test:,} of them, and its own labels to learn from; all "
        f"models get the same. As the draws overlap, the spread is a little too small. “{nothing}” {say} of "
        "every text. TF-IDF reads all of a text, and so does averaged GloVe; MiniLM reads its first "
        f"{FROZEN_PIECES} pieces (a piece is a word or a part of one), and is fine-tuned on its first "
        f"{PIECES}. The penalty of each linear model is chosen on the training labels alone."
    )


def _figure(outcome: Outcome) -> str:
    image = base64.b64encode(fewer_colours(png(outcome.figure.fig))).decode("ascii")
    drawn = f'<img src="data:image/png;base64,{image}" alt="{_escape(outcome.figure.alt)}">'
    return _wide(f"<figure>{drawn}</figure>", "learning curves")


def _wide(inside: str, name: str) -> str:
    """What scrolls by itself on a narrow screen, with the keyboard too: a table, a figure."""
    return f'<div class="wide" tabindex="0" role="region" aria-label="{_escape(name)}">{inside}</div>'


def _list(items: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li><bdi>{_escape(one)}</bdi></li>' for one in items)}</ul>"


def _table(heads: Sequence[str], rows: Iterable[str], name: str) -> str:
    """`heads` and `rows` are HTML already."""
    head = "".join(f'<th scope="col">{one}</th>' for one in heads)
    return _wide(
        f'<table class="own"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>', name
    )


def _confused(outcome: Outcome) -> list[str]:
    if not outcome.data.names:
        return []
    names = outcome.data.names
    head = f"<h2>What {_escape(outcome.reading.choice)} confuses</h2>"
    if len(names) > MOST_IN_MATRIX:
        rows = [
            f"<tr><td>{_own(c.true, 60)}</td><td>{_own(c.said, 60)}</td>"
            f'<td class="number">{c.times} of {c.of}</td></tr>'
            for c in outcome.confusions[:PAIRS]
        ]
        return [head, _table(("is", "was taken for", "times"), rows, "confused classes")] if rows else []
    rows = []
    for name, counts in zip(names, outcome.matrix.tolist(), strict=True):
        total = max(1, sum(counts))
        cells = "".join(
            f'<td class="number{" right" if names[j] == name else ""}" '
            f'style="background: rgba(var(--heat), {0.45 * n / total:.2f})">{n}</td>'
            for j, n in enumerate(counts)
        )
        rows.append(f'<tr><th scope="row">{_own(name, 40)}</th>{cells}</tr>')
    heads = ["is ↓ &nbsp; taken for →", *(_own(name, 40) for name in names)]
    told = (
        '<p class="quiet">Test texts of the first seed, with the most labels. Framed: right. The darker, the '
        "larger the share of the row.</p>"
    )
    return [head, told, _table(heads, rows, "confusion matrix")]


def _misread(outcome: Outcome) -> list[str]:
    found = outcome.misread
    if not found:
        return []
    models = [model for model in BY_COST if model in found[0].said]
    rows = [
        f'<tr><td class="number">{one.line}</td><td class="text">{_own(one.text)}</td>'
        f"<td>{_own(one.label, 40)}</td>"
        + "".join(f"<td>{_own(one.said[model], 40)}</td>" for model in models)
        + "</tr>"
        for one in found
    ]
    told = (
        "Test texts of the first seed, those first that most models got wrong"
        if outcome.data.names
        else "Test texts of the first seed whose numbers are furthest from what was said"
    )
    return [
        "<h2>Texts that were misread</h2>",
        f'<p class="quiet">{told}. What nobody gets right is often labelled wrong.</p>',
        _table(("line", "text", "label", *(f"{_escape(m)} said" for m in models)), rows, "misread texts"),
    ]


def _words(outcome: Outcome) -> list[str]:
    told = {name: words for name, words in outcome.telling_words.items() if words}
    if not told:
        return []
    rows = [
        f'<tr><th scope="row">{_own(name, 60)}</th><td>{_own(", ".join(words))}</td></tr>'
        for name, words in told.items()
    ]
    return [
        "<h2>Words that tell</h2>",
        '<p class="quiet">Words that stand far more often in texts of one kind than in the others (log-odds '
        "with a prior, beyond 1.96 standard errors). If one gives the label away, such as a name or a form "
        "of address, no model had to understand anything.</p>",
        _table(("of", "words"), rows, "telling words"),
    ]
