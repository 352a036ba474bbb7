"""Predict first: a multiple-choice question that keeps its answer until the lesson has measured it.

Committing says that the choice is kept, and no more: neither the widget nor its static twin holds the answer.
`recalled` shows it, with the reasons, where the lesson comes to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tlcourse.exercises import progress
from tlcourse.exercises.marked_up import as_html


@dataclass(frozen=True)
class Prediction:
    """A multiple-choice question to answer before the lesson does. Made by `prediction`."""

    question: str
    options: tuple[str, ...]
    answer: int
    why: tuple[str, ...] | str

    def __post_init__(self) -> None:
        options, why = self.options, self.why
        if len(options) < 2 or len(set(options)) != len(options):
            raise ValueError(f"a prediction needs two or more different options, got {list(options)!r}")
        if not 0 <= self.answer < len(options):
            raise ValueError(
                f"answer is the index of an option, 0 to {len(options) - 1}; got {self.answer!r}"
            )
        if not isinstance(why, str) and len(why) != len(options):
            raise ValueError(
                f"why has {len(why)} texts for {len(options)} options; give one each, or one for all"
            )

    @property
    def right(self) -> str:
        """The option that is right."""
        return self.options[self.answer]

    def reasons(self) -> list[tuple[str, str]]:
        """Return (option, why it is right or wrong) for each; one for all stands with the right one alone."""
        if isinstance(self.why, str):
            return [(self.right, self.why)]
        return list(zip(self.options, self.why, strict=True))


def prediction(*, question: str, options: Sequence[str], answer: int, why: Sequence[str] | str) -> Prediction:
    """Declare a question that a notebook asks with `check.predict("name")`, its answer out of sight.

    Args:
        question: one question.
        options: two or more answers.
        answer: the index of the right one.
        why: the feedback, one text per option, or one for all; it may speak of what was measured.

    Raises:
        ValueError: fewer than two options, `answer` out of range, or not one `why` per option.
    """
    return Prediction(question, tuple(options), answer, why if isinstance(why, str) else tuple(why))


@dataclass(frozen=True)
class Recalled:
    """What the learner predicted, what came out, and why: shown where the lesson has measured it.

    `chosen` is the option that was committed to, or None.
    """

    asked: Prediction
    chosen: str | None

    def _verdict(self) -> tuple[str, str]:
        """The verdict's words and its colour."""
        if self.chosen is None:
            return (
                "You had not committed to a prediction when this cell ran. If you have by now, run it "
                f"again. What came out: {self.asked.right}.",
                "#6E6E6E",
            )
        if self.chosen == self.asked.right:
            return f"✓ You predicted “{self.chosen}”, and that is what came out.", "#009E73"
        return f"✗ You predicted “{self.chosen}”. What came out: {self.asked.right}.", "#D55E00"

    def __repr__(self) -> str:
        reasons = [
            f"  {'✓' if option == self.asked.right else '·'} {option}: {why}"
            for option, why in self.asked.reasons()
        ]
        return "\n".join([self.asked.question, self._verdict()[0], *reasons])

    def _repr_html_(self) -> str:
        words, colour = self._verdict()
        marks = {self.asked.right: "✓ "}
        reasons = "".join(
            f"<li>{marks.get(option, '')}<b>{as_html(option)}</b>: {as_html(why)}</li>"
            for option, why in self.asked.reasons()
        )
        return (
            f'<div role="status" style="border-left:4px solid {colour}; padding-left:0.6em; line-height:1.5; '
            f'max-width:60em"><p>{as_html(self.asked.question)}</p><p><b>{as_html(words)}</b></p>'
            f"<ul>{reasons}</ul></div>"
        )


def recalled(asked: Prediction, key: str) -> Recalled:
    """Return what the learner committed to under `key`, and what came out."""
    entry = progress.prediction(key)
    return Recalled(asked, entry["chosen"] if entry else None)
