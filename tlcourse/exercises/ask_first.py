"""The widget that asks a prediction: choose, commit, and go on; the answer comes where it is measured."""

import ipywidgets

from tlcourse.exercises import progress
from tlcourse.exercises.marked_up import as_html, without_marks
from tlcourse.exercises.prediction import Prediction
from tlcourse.show.twins import Twin

KEPT = "Kept. Read on: the lesson comes back to it when it has measured the answer."


class AskFirst(Twin):
    """A question to commit to. Neither the widget nor its twin holds the answer.

    `key` is the name under which the choice is remembered.
    """

    def __init__(self, asked: Prediction, key: str):
        self.question, self.options, self.key = asked.question, list(asked.options), key
        self.alt = f"Predict: {without_marks(asked.question)}"

    def build(self) -> ipywidgets.Widget:
        wide = ipywidgets.Layout(width="auto", max_width="60em")
        ask = ipywidgets.HTML(f"<b>{as_html(self.question)}</b>")
        self.choice = ipywidgets.RadioButtons(
            options=[(without_marks(text), i) for i, text in enumerate(self.options)], value=None, layout=wide
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
        progress.record_prediction(self.key, question=self.question, chosen=self.options[chosen])
        self.feedback.value = (
            '<div role="status" style="border-left:4px solid #0072B2; padding-left:0.6em; line-height:1.5">'
            f"<b>{as_html(self.options[chosen])}</b> {KEPT}</div>"
        )

    def static(self) -> str:
        items = "".join(f"<li>{as_html(option)}</li>" for option in self.options)
        return (
            f'<p><b>{as_html(self.question)}</b></p><ol type="A">{items}</ol>'
            "<p>(Decide before you read on. The answer stands further down, where it is measured.)</p>"
        )

    def plain(self) -> str:
        letters = [f"  {chr(ord('A') + i)}. {option}" for i, option in enumerate(self.options)]
        return "\n".join([self.question, *letters, "(Run the notebook to commit to an answer.)"])
