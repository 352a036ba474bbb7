"""What a lesson asks, from its room: predictions and their reasons, exercises and their hints."""

import ast
from importlib import import_module

from tlcourse.exercises import lessons_with_exercises
from tlcourse.exercises.classroom import exercises_of, predictions_of
from tlcourse.exercises.machinery import Exercise
from tlcourse.exercises.prediction import Prediction
from tlcourse.exercises.questions import Question


class Asked:
    """The predictions and exercises of one lesson, by name; none if it has no room."""

    def __init__(self, slug: str):
        self.predictions: dict[str, Prediction] = {}
        self.exercises: dict[str, Exercise | Question] = {}
        if slug in lessons_with_exercises():
            module = import_module(f"tlcourse.lessons.{slug}.exercises")
            self.predictions, self.exercises = predictions_of(module), exercises_of(module)

    def named_in(self, code: str) -> list[str]:
        """The exercises that a cell's code defines or assigns."""
        found = []
        for node in ast.parse(code).body:
            if isinstance(node, ast.FunctionDef):
                found.append(node.name)
            elif isinstance(node, ast.Assign):
                found += [target.id for target in node.targets if isinstance(target, ast.Name)]
        return [name for name in found if name in self.exercises]
