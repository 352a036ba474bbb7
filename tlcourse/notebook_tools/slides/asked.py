"""What a lesson asks, from its room: predictions and their reasons, exercises and their hints."""

import ast
from importlib import import_module

from tlcourse.exercises import lessons_with_exercises
from tlcourse.exercises.classroom import exercises_of, predictions_of
from tlcourse.exercises.marked_up import as_html
from tlcourse.exercises.prediction import Prediction
from tlcourse.notebook_tools.slides import pieces
from tlcourse.notebook_tools.slides.slide import Slide


class Asked:
    """The questions and exercises of one lesson; none where its room has none."""

    def __init__(self, slug: str):
        self.predictions: dict[str, Prediction] = {}
        self.exercises: dict[str, object] = {}
        if slug in lessons_with_exercises():
            module = import_module(f"tlcourse.lessons.{slug}.exercises")
            self.predictions, self.exercises = predictions_of(module), exercises_of(module)

    def question(self, name: str) -> Slide:
        """Ask, and keep the answer for the notes."""
        asked = self.predictions[name]
        options = "".join(f"<li>{as_html(option)}</li>" for option in asked.options)
        letter = "ABCDEFGH"[asked.answer]
        notes = [
            "<p>Let everybody choose before anybody speaks: hands up for each letter; keep the count.</p>",
            f"<p>What will come out: <b>{letter}</b>. Keep it until it has been measured.</p>",
        ]
        body = f'<ol type="A">{options}</ol>'
        return Slide("question", "Predict first", body, lead=asked.question, notes=notes)

    def answer(self, name: str) -> Slide:
        """Tell what came out; the reasons are the teacher's."""
        asked = self.predictions[name]
        marked = [
            f'<li class="right">{as_html(option)} <b>✓</b></li>'
            if option == asked.right
            else f"<li>{as_html(option)}</li>"
            for option in asked.options
        ]
        reasons = "".join(
            f"<li><b>{as_html(option)}</b>: {as_html(why)}</li>" for option, why in asked.reasons()
        )
        return Slide(
            "answer",
            "What came out?",
            f'<ol type="A">{"".join(marked)}</ol>',
            lead=asked.question,
            notes=[
                f"<p>Ask those who chose another one what they thought. The reasons:</p><ul>{reasons}</ul>"
            ],
        )

    def named_in(self, code: str) -> list[str]:
        """The exercises that a cell's code defines or assigns."""
        found = []
        for node in ast.parse(code).body:
            if isinstance(node, ast.FunctionDef):
                found.append(node.name)
            elif isinstance(node, ast.Assign):
                found += [target.id for target in node.targets if isinstance(target, ast.Name)]
        return [name for name in found if name in self.exercises]

    def turn(self, heading: str, body: list[str], code: str, names: list[str]) -> list[Slide]:
        """An exercise for the room, and its hints, one at a click; the solution stays in the lesson."""
        notes = ["<p>Their notebooks check what they write. Who is done explains it to a neighbour.</p>"]
        stub = pieces.code(code)
        slides = [Slide("turn", heading, "".join(body) + stub, notes=notes)]
        for name in names:
            exercise = self.exercises[name]
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
