"""An explorer: controls, a picture and words; whichever is moved, both are made anew for what is chosen.

Engine of the widgets in `lessons/`: a lesson says which controls there are, how the picture of a choice is
drawn, and what it says in words.
"""

import abc
import html
from collections.abc import Iterable, Sequence
from typing import Any

import ipywidgets
from matplotlib.figure import Figure

from tlcourse.show.figures import png
from tlcourse.show.twins import Twin


class NotShown(ValueError):
    """What was chosen cannot be shown, and why, for the learner to read; the picture stays as it was."""


class Explorer(Twin):
    """A twin with controls by name; a choice is what they hold, as keyword arguments.

    A subclass sets `alt` and defines `make_controls`, `draw` and `told`, and
    `static`, the picture where nothing can be moved. The last three may raise `NotShown`.

    Attributes:
        controls: name → widget, in the order of `make_controls`; there once the widget is.
        picture: the widget that holds the picture: an image, or HTML.
        words: the widget with the words, which screen readers read out when they change.
        in_a_row: how many controls stand side by side.
        words_first: the words stand above the picture: for one so high that they would be out of sight.
        in_html: the picture is HTML, not an image.
        widest: CSS width that an image keeps within.
    """

    in_a_row = 2
    words_first = False
    in_html = False
    widest = "720px"

    controls: dict[str, ipywidgets.Widget]
    picture: ipywidgets.Widget
    words: ipywidgets.HTML

    @abc.abstractmethod
    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        """Return the controls by name, each at what is shown first."""

    @abc.abstractmethod
    def draw(self, **chosen: Any) -> Figure | bytes | str:
        """Return the picture of a choice: a figure, the bytes of a PNG, or HTML."""

    @abc.abstractmethod
    def told(self, **chosen: Any) -> str:
        """Return what a choice shows, as plain text."""

    def told_html(self, **chosen: Any) -> str:
        """Return the same as HTML; a subclass whose words need more than a line says how."""
        return html.escape(self.told(**chosen))

    def rows(self) -> list[ipywidgets.Widget]:
        """Return the controls as they stand: by default so many `in_a_row`."""
        each = list(self.controls.values())
        parts = [each[i : i + self.in_a_row] for i in range(0, len(each), self.in_a_row)]
        return [part[0] if len(part) == 1 else ipywidgets.HBox(part) for part in parts]

    def build(self) -> ipywidgets.Widget:
        self.controls = self.make_controls()
        for control in self.controls.values():
            control.observe(self.guard(self.moved), "value")
        self.words = ipywidgets.HTML()
        layout = ipywidgets.Layout(max_width=self.widest)
        self.picture = ipywidgets.HTML() if self.in_html else ipywidgets.Image(format="png", layout=layout)
        self.moved()
        below = [self.words, self.picture] if self.words_first else [self.picture, self.words]
        return ipywidgets.VBox([*self.rows(), *below])

    def chosen(self) -> dict[str, Any]:
        """Return what the controls hold."""
        return {name: control.value for name, control in self.controls.items()}

    def moved(self, _change: object = None) -> None:
        """Show what is chosen now."""
        chosen = self.chosen()
        try:
            drawn, words = self.draw(**chosen), self.told_html(**chosen)
        except NotShown as why:
            words = f"✗ {html.escape(str(why))}"
        else:
            self.picture.value = png(drawn) if isinstance(drawn, Figure) else drawn
        self.words.value = f'<div role="status" style="line-height:1.4; max-width:60em">{words}</div>'


def _described(description: str, width: str) -> dict[str, Any]:
    """How a control says what it is: beside it, and whole."""
    return {
        "description": description,
        "style": {"description_width": "initial"},
        "layout": ipywidgets.Layout(width=width),
    }


def slider(
    description: str, values: Iterable[Any], value: Any, spec: str = "", width: str = "24em"
) -> ipywidgets.SelectionSlider:
    """Return a slider over `values`, each written with the format `spec`; it waits until it is let go."""
    return ipywidgets.SelectionSlider(
        options=[(f"{one:{spec}}", one) for one in values],
        value=value,
        continuous_update=False,
        **_described(description, width),
    )


def chooser(description: str, options: Sequence[str], value: str, width: str = "24em") -> ipywidgets.Dropdown:
    """Return a list to choose one of `options` from."""
    return ipywidgets.Dropdown(options=options, value=value, **_described(description, width))


def text_box(description: str, value: str, placeholder: str = "", width: str = "24em") -> ipywidgets.Text:
    """Return a box to type into; what is typed counts when Enter is pressed."""
    return ipywidgets.Text(
        value=value, placeholder=placeholder, continuous_update=False, **_described(description, width)
    )
