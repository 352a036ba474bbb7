"""Slides that ask: a prediction, what came of it, an exercise and its hints."""

from tlcourse.exercises.machinery import Exercise
from tlcourse.exercises.marked_up import as_html
from tlcourse.exercises.prediction import Prediction
from tlcourse.exercises.questions import Question
from tlcourse.notebook_tools.slides import pieces
from tlcourse.notebook_tools.slides.slide import Slide

LETTERS = "ABCDEFGH"


def question(asked: Prediction) -> Slide:
    """Ask, and keep the answer for the notes."""
    options = "".join(f"<li>{as_html(option)}</li>" for option in asked.options)
    notes = [
        "<p>Let everybody choose before anybody speaks: hands up for each letter; keep the count.</p>",
        f"<p>What will come out: <b>{LETTERS[asked.answer]}</b>. Keep it until it has been measured.</p>",
    ]
    body = f'<ol type="A">{options}</ol>'
    return Slide("question", "Predict first", body, lead=asked.question, notes=notes)


def answer(asked: Prediction) -> Slide:
    """Tell what came out; the reasons are the teacher's."""
    marked = [
        f'<li class="right">{as_html(option)} <b>✓</b></li>'
        if option == asked.right
        else f"<li>{as_html(option)}</li>"
        for option in asked.options
    ]
    reasons = "".join(f"<li><b>{as_html(option)}</b>: {as_html(why)}</li>" for option, why in asked.reasons())
    return Slide(
        "answer",
        "What came out?",
        f'<ol type="A">{"".join(marked)}</ol>',
        lead=asked.question,
        notes=[f"<p>Ask those who chose another one what they thought. The reasons:</p><ul>{reasons}</ul>"],
    )


def turn(heading: str, body: list[str], code: str, exercises: dict[str, Exercise | Question]) -> list[Slide]:
    """An exercise for the room, and its hints, one at a click; the solution stays in the lesson.

    Args:
        heading: Markdown.
        body: what is said of it, HTML.
        code: the cell as the learner finds it.
        exercises: those that the cell asks for, by name.
    """
    notes = ["<p>Their notebooks check what they write. Who is done explains it to a neighbour.</p>"]
    slides = [Slide("turn", heading, "".join(body) + pieces.code(code), notes=notes)]
    for name, exercise in exercises.items():
        hints = "".join(f'<li class="fragment">{as_html(hint)}</li>' for hint in exercise.hints)
        slides.append(
            Slide(
                "hints",
                f"If you are stuck: {exercise.title}",
                f"<ol>{hints}</ol>",
                lead="Three hints, one at a click.",
                notes=[
                    f"<p>In the lesson: <code>check.{name}.hint()</code>; after the last one, "
                    f"<code>check.{name}.solution()</code>.</p>"
                ],
            )
        )
    return slides
