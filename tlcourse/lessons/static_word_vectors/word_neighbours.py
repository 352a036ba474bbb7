"""Neighbours and arithmetic of word vectors, live (lesson 03)."""

import html
from collections.abc import Sequence

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from tlcourse.probe.word_vectors import Neighbour, WordSpace, parse
from tlcourse.show.explorer import Explorer, NotShown, chooser, text_box
from tlcourse.show.figure_style import COLOURS

EXAMPLES = ("king - man + woman", "paris - france + italy", "walking - walk + swim", "bank", "cell", "play")
_CELL, _LABEL = 9, 110  # pixels: one dimension of a strip, the room for the words


class Neighbours(Explorer):
    """Type words joined by + and −; see the sum dimension by dimension, and the words nearest to it."""

    def __init__(self, space: WordSpace, expression: str, examples: Sequence[str], n: int):
        self.space, self.expression, self.n = space, expression, n
        self.examples = list(dict.fromkeys([expression, *examples]))
        best = ", ".join(
            f"{word} ({cosine:.2f})" for word, cosine in self.answer(expression, n, hide=True)[:5]
        )
        self.alt = (
            f"Left: the {space.directions.shape[1]} dimensions of each vector in {expression!r} as a strip "
            f"of shades, the sum below them. Right: the words nearest to the sum by cosine: {best}."
        )

    def answer(self, expression: str, n: int, hide: bool) -> list[Neighbour]:
        """Return the `n` nearest words to `expression`, without its own words if `hide`."""
        direction, words = self.space.evaluate(expression)
        return self.space.nearest(direction, n, without=words if hide else ())

    in_html = True

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        self.example = chooser("Examples:", self.examples, self.expression, width="32em")
        self.example.observe(self.guard(self._take_example), "value")
        count = ipywidgets.IntSlider(
            value=self.n, min=3, max=20, description="How many:", continuous_update=False
        )
        return {
            "expression": text_box("Words:", self.expression, "king - man + woman", width="32em"),
            "hide": ipywidgets.Checkbox(value=True, description="Hide the words I typed", indent=False),
            "n": count,
        }

    def rows(self) -> list[ipywidgets.Widget]:
        box, hide, count = self.controls.values()
        return [ipywidgets.HBox([box, hide]), ipywidgets.HBox([self.example, count])]

    def _take_example(self, _change: object = None) -> None:
        self.controls["expression"].value = self.example.value

    def draw(self, expression: str, n: int, hide: bool) -> str:
        try:
            nearest = self.answer(expression, n, hide)
        except (KeyError, ValueError) as problem:  # what was typed, not a fault of the widget
            raise NotShown(str(problem.args[0])) from problem
        return (
            '<div style="display:flex; gap:2em; flex-wrap:wrap; line-height:1.3">'
            f"{self._strips_svg(expression, nearest[0][0])}{_bars_html(nearest)}</div>"
        )

    def told(self, expression: str, n: int, hide: bool) -> str:
        return f"Nearest: {', '.join(word for word, _ in self.answer(expression, n, hide)[:3])}, …"

    def _strips(self, expression: str, answer: str) -> list[tuple[str, np.ndarray]]:
        """The rows of the sum: each signed word, the sum, the nearest word, as (label, (D,))."""
        signed = parse(expression)
        rows = [(f"{'−' if sign < 0 else '+'} {word}", sign * self.space[word]) for sign, word in signed]
        if len(rows) > 1:
            rows.append(("= the sum", self.space.evaluate(expression)[0]))
        rows.append((f"≈ {answer}", self.space[answer]))
        return [(label.removeprefix("+ ") if i == 0 else label, row) for i, (label, row) in enumerate(rows)]

    def _strips_svg(self, expression: str, answer: str) -> str:
        rows = self._strips(expression, answer)
        largest = max(np.abs(row).max() for _, row in rows)
        width, height = _LABEL + _CELL * len(rows[0][1]), 30 * len(rows)
        parts = [
            f'<svg width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" '
            f'aria-label="{html.escape(expression)}, dimension by dimension" '
            'style="background:white; max-width:100%">'
        ]
        for line, (label, row) in enumerate(rows):
            y = 30 * line
            parts.append(
                f'<text x="{_LABEL - 8}" y="{y + 18}" text-anchor="end" '
                f'font-size="13">{html.escape(label)}</text>'
            )
            parts.extend(
                f'<rect x="{_LABEL + _CELL * d}" y="{y + 2}" width="{_CELL}" height="22" '
                f'fill="{_shade(value / largest)}"><title>dimension {d}: {value:+.2f}</title></rect>'
                for d, value in enumerate(row[:100])
            )
        return "".join([*parts, "</svg>"])

    def static(self) -> Figure:
        nearest = self.answer(self.expression, self.n, hide=True)
        rows = self._strips(self.expression, nearest[0][0])
        fig, (left, right) = plt.subplots(1, 2, figsize=(11, 3.6), width_ratios=(1.7, 1))
        values = np.stack([row for _, row in rows])
        limit = np.abs(values).max()
        left.imshow(values, aspect="auto", cmap="PuOr", vmin=-limit, vmax=limit)
        left.set_yticks(range(len(rows)), [label for label, _ in rows])
        left.set_xlabel("dimension")
        left.set_title("The sum, dimension by dimension")
        left.grid(False)
        for y in range(len(rows) - 1):
            left.axhline(y + 0.5, color="white", linewidth=6)
        words, cosines = zip(*nearest[::-1], strict=True)
        right.barh(words, cosines, color=COLOURS["blue"])
        for y, cosine in enumerate(cosines):
            right.text(cosine - 0.02, y, f"{cosine:.2f}", va="center", ha="right", color="white", fontsize=11)
        right.set(xlim=(0, 1), xlabel="cosine")
        right.set_title("Nearest words")
        right.grid(axis="y", visible=False)
        return fig


def _shade(value: float) -> str:
    """A colour from orange (−1) over near-white (0) to purple (+1): the ends differ in hue, the middle in
    lightness.
    """
    end = np.array([45, 0, 75]) if value > 0 else np.array([179, 88, 6])
    mixed = np.array([247, 247, 247]) + abs(value) * (end - 247)
    return "#" + "".join(f"{int(v):02x}" for v in np.clip(mixed, 0, 255))


def _bars_html(nearest: list[Neighbour]) -> str:
    lines = "".join(
        f'<tr><td style="text-align:right; padding-right:0.6em">{html.escape(word)}</td>'
        f'<td><div style="background:{COLOURS["blue"]}; color:white; padding:0 0.3em; text-align:right; '
        f'width:{max(0.25, cosine) * 12:.1f}em">{cosine:.2f}</div></td></tr>'
        for word, cosine in nearest
    )
    return f'<table aria-label="nearest words by cosine"><tbody>{lines}</tbody></table>'


def neighbours(
    space: WordSpace, expression: str = EXAMPLES[0], examples: Sequence[str] = EXAMPLES, n: int = 8
) -> Neighbours:
    """Show the words nearest to a word, or to a sum and difference of words, as you type them.

    Args:
        space: where to look.
        expression: what stands in the box at first, and in the static twin.
        examples: more to choose from.
        n: how many neighbours at first.

    Raises:
        ValueError, KeyError: an expression cannot be read, or has a word without a vector.
    """
    for text in (expression, *examples):
        space.evaluate(text)
    return Neighbours(space, expression, examples, n)
