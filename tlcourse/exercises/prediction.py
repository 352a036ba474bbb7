"""Predict first: a multiple-choice question that is answered before the lesson shows the answer."""

import hashlib
import html
from collections.abc import Sequence

import ipywidgets

from tlcourse.exercises import progress
from tlcourse.show.prose import md
from tlcourse.show.twins import Twin


class Prediction(Twin):
    """A question to commit to; the feedback does not exist before. Made by `predict`."""

    def __init__(
        self, question: str, options: Sequence[str], answer: int, why: Sequence[str] | str, key: str
    ):
        self.question, self.options, self.answer, self.key = question, list(options), answer, key
        self.why = [why] * len(self.options) if isinstance(why, str) else list(why)
        self.alt = f"Predict: {question}"

    def build(self) -> ipywidgets.Widget:
        wide = ipywidgets.Layout(width="auto", max_width="60em")
        ask = ipywidgets.HTML(f"<b>{html.escape(self.question)}</b>")
        self.choice = ipywidgets.RadioButtons(
            options=[(text, i) for i, text in enumerate(self.options)], value=None, layout=wide
        )
        self.button = ipywidgets.Button(
            description="Commit to this answer", disabled=True, layout=ipywidgets.Layout(width="14em")
        )
        self.feedback = ipywidgets.HTML()
        self.choice.observe(self.guard(self._chosen), "value")
        self.button.on_click(self.guard(self._commit))
        return ipywidgets.VBox([ask, self.choice, self.button, self.feedback])

    def _chosen(self, _change: object) -> None:
        self.button.disabled = self.choice.value is None

    def _commit(self, _button: object) -> None:
        chosen = self.choice.value
        if chosen is None:
            return
        self.choice.disabled = self.button.disabled = True
        self.button.description = "Committed"
        self.feedback.value = self._feedback(chosen)
        progress.record_prediction(
            self.key,
            question=self.question,
            chosen=self.options[chosen],
            answer=self.options[self.answer],
        )

    def _feedback(self, chosen: int) -> str:
        right = chosen == self.answer
        verdict = "✓ Yes." if right else "✗ Not what happens."
        colour = "#009E73" if right else "#D55E00"
        text = f"<b>{verdict}</b> {html.escape(self.why[chosen])}"
        if not right:
            text += f"<br><b>The answer: {html.escape(self.options[self.answer])}.</b>"
            if self.why[self.answer] != self.why[chosen]:
                text += f" {html.escape(self.why[self.answer])}"
        return (
            f'<div role="status" style="border-left:4px solid {colour}; padding-left:0.6em; line-height:1.5; '
            f'max-width:60em">{text}</div>'
        )

    def static(self) -> str:
        items = "".join(f"<li>{html.escape(option)}</li>" for option in self.options)
        reasons = "".join(
            f"<li>{'✓ ' if i == self.answer else ''}<b>{html.escape(option)}</b>: {html.escape(why)}</li>"
            for i, (option, why) in enumerate(zip(self.options, self.why, strict=True))
        )
        if len(set(self.why)) == 1:
            reasons = (
                f"<li>✓ <b>{html.escape(self.options[self.answer])}</b>: {html.escape(self.why[0])}</li>"
            )
        return (
            f'<p><b>{html.escape(self.question)}</b></p><ol type="A">{items}</ol>'
            f"<details><summary>The answer, once you have decided</summary><ul>{reasons}</ul></details>"
        )

    def plain(self) -> str:
        letters = [f"  {chr(ord('A') + i)}. {option}" for i, option in enumerate(self.options)]
        return "\n".join([self.question, *letters, "(Run the notebook to commit to an answer.)"])


def predict(
    question: str, options: Sequence[str], answer: int, why: Sequence[str] | str, key: str | None = None
) -> Prediction:
    """Ask the learner to predict, before the lesson shows.

    A lesson asks with `check.predict("name")`, which calls this: written into a notebook's cell, the answer
    would stand above the question.

    Args:
        question: one question.
        options: two or more answers.
        answer: the index of the right one.
        why: the feedback, one text per option, or one for all.
        key: the name under which `recall` finds the choice; made from the question if not given.

    Raises:
        ValueError: fewer than two options, `answer` out of range, or not one `why` per option.
    """
    if len(options) < 2 or len(set(options)) != len(options):
        raise ValueError(f"show.predict needs two or more different options, got {list(options)!r}")
    if not 0 <= answer < len(options):
        raise ValueError(f"answer is the index of an option, 0 to {len(options) - 1}; got {answer!r}")
    if not isinstance(why, str) and len(why) != len(options):
        raise ValueError(
            f"why has {len(why)} texts for {len(options)} options; give one each, or one for all"
        )
    key = key or hashlib.sha256(question.encode()).hexdigest()[:12]
    return Prediction(question, options, answer, why, key)


def recall(key: str) -> None:
    """Show what the learner predicted under `key` earlier, and what the answer was."""
    entry = progress.prediction(key)
    if entry is None:
        md("*You have not committed to a prediction above. Go back, decide, then come and compare.*")
        return
    if entry["chosen"] == entry["answer"]:
        md(f"You predicted **{entry['chosen']}**, and that is what came out.")
    else:
        md(f"You predicted **{entry['chosen']}**. What came out: **{entry['answer']}**.")
