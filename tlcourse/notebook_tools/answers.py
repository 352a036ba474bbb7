"""The answer book: one page with every exercise solved, and with what came of each prediction.

`tlcourse run --solutions` writes it beside the executed lessons. A question whose answer depends on what a
lesson measures has the answer of that run.
"""

import html
import re
from pathlib import Path

from tlcourse import curriculum, files
from tlcourse.exercises.machinery import Exercise
from tlcourse.exercises.marked_up import as_html
from tlcourse.exercises.prediction import Prediction
from tlcourse.exercises.questions import Question
from tlcourse.notebook_tools.asked import Asked
from tlcourse.notebook_tools.notebook_files import nbformat

PAGE = "answers.html"

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a }
body { margin: 2rem auto; padding: 0 1rem; max-width: 54rem }
h1 { font-size: 1.7rem } h2 { font-size: 1.35rem; margin-top: 3rem; border-bottom: 2px solid #1a1a1a }
h3 { font-size: 1.1rem; margin: 2rem 0 .3rem }
pre { background: #f6f6f6; padding: .7rem .9rem; overflow-x: auto; font-size: .88rem; line-height: 1.4 }
.note { color: #4a4a4a } .right { font-weight: 600 } details { margin: .4rem 0 } summary { cursor: pointer }
@media print { details > * { display: block } }
"""


def write(names: list[str], out: Path) -> Path | None:
    """Write the answers of the lessons called `names` to `out`/answers.html; None if they ask nothing.

    Args:
        names: such as `"08_bert"`; where `out` has the lesson's executed copy, its verdicts are quoted.
    """
    parts = {name: _lesson(name, out) for name in names}
    parts = {name: part for name, part in parts.items() if part}
    if not parts:
        return None
    toc = "".join(f'<li><a href="#{name}">{html.escape(_title(name))}</a></li>' for name in parts)
    files.write_text(
        out / PAGE,
        f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Answers</title><style>{_STYLE}</style></head><body>
<h1>Answers</h1>
<p class="note">For teachers: what came of each prediction and why, and for each exercise the solution, the
hints that learners get, and the mistakes that the checks name. The lessons as they ran are in
<a href="index.html">the report</a>.</p>
<ol class="note" style="list-style:none; padding:0">{toc}</ol>
{"".join(parts.values())}
</body></html>
""",
    )
    return out / PAGE


def _title(name: str) -> str:
    number, slug = name.split("_", 1)
    return f"{number} · {curriculum.lesson(slug).title}"


def _lesson(name: str, out: Path) -> str:
    asked = Asked(name.split("_", 1)[1])
    if not asked.predictions and not asked.exercises:
        return ""
    told = _verdicts(out / f"{name}.ipynb")
    page = f'<p class="note"><a href="{name}.html">The lesson, solved</a></p>' if told else ""
    predictions = "".join(map(_prediction, asked.predictions.values()))
    exercises = "".join(_exercise(one, told.get(key, "")) for key, one in asked.exercises.items())
    return f'<h2 id="{name}">{html.escape(_title(name))}</h2>\n{page}{predictions}{exercises}'


def _verdicts(executed: Path) -> dict[str, str]:
    """Name of an exercise → what its check said in an executed lesson; empty if it was not executed."""
    if not executed.exists():
        return {}
    told = {}
    for cell in nbformat.read(executed, as_version=4).cells:
        called = re.search(r"^check\.(\w+)\(", cell.source, re.MULTILINE)
        for output in cell.get("outputs", []):
            text = output.get("data", {}).get("text/plain", "")
            if called and text.startswith("✓ "):
                told[called[1]] = text
    return told


def _prediction(asked: Prediction) -> str:
    options = "".join(
        f'<li class="right">{as_html(option)} ✓</li>'
        if option == asked.right
        else f"<li>{as_html(option)}</li>"
        for option in asked.options
    )
    reasons = "".join(f"<li><b>{as_html(option)}</b>: {as_html(why)}</li>" for option, why in asked.reasons())
    return (
        f'<h3>Predict: {as_html(asked.question)}</h3>\n<ol type="A">{options}</ol>\n'
        f"<details><summary>Why</summary><ul>{reasons}</ul></details>\n"
    )


def _exercise(exercise: Exercise | Question, told: str) -> str:
    hints = "".join(f"<li>{as_html(hint)}</li>" for hint in exercise.hints)
    mistakes = dict.fromkeys(entry[1] for entry in exercise.wrong if isinstance(entry[1], str))
    wrong = "".join(f"<li>{as_html(message)}</li>" for message in mistakes)
    known = (
        f"<details><summary>Mistakes that its check names</summary><ul>{wrong}</ul></details>"
        if wrong
        else ""
    )
    verdict = f'<p class="note">{html.escape(told)}</p>' if told else ""
    return (
        f"<h3>{html.escape(exercise.title)} <code>{html.escape(exercise.name)}</code></h3>\n"
        f"<pre>{html.escape(exercise.source())}</pre>\n{verdict}"
        f"<details><summary>Hints</summary><ol>{hints}</ol></details>\n{known}\n"
    )
