"""The attention view: all heads of a network as a grid, one of them as lines between words.

Clark et al. 2019 draw single heads so (figures 1 and 5). The module for the front end is beside this file and
goes into the page whole: nothing is loaded from elsewhere.
"""

import html
from pathlib import Path

import anywidget
import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import traitlets
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from tlcourse.data.tokeniser import find_words
from tlcourse.models.pretrained.text_encoders import TextEncoder
from tlcourse.probe import attention_maps, head_statistics
from tlcourse.probe.attention_maps import AttentionMap
from tlcourse.show.explorer import NotShown, text_box
from tlcourse.show.figure_style import COLOURS
from tlcourse.show.twins import Twin

MOST_WORDS = 30  # more would not fit a screen
_HERE = Path(__file__)


class HeadCanvas(anywidget.AnyWidget):
    """What is drawn in the front end; `layer` and `head` are counted from 0, `isolated` is −1 for none."""

    _esm = _HERE.with_suffix(".js").read_text(encoding="utf-8")
    _css = _HERE.with_suffix(".css").read_text(encoding="utf-8")

    units = traitlets.List(traitlets.Unicode()).tag(sync=True)
    is_mark = traitlets.List(traitlets.Bool()).tag(sync=True)
    shape = traitlets.List(traitlets.Int()).tag(sync=True)  # layers, heads, units
    weights = traitlets.Bytes().tag(sync=True)  # of that many heads, from × to, 255 for 1
    layer = traitlets.Int(0).tag(sync=True)
    head = traitlets.Int(0).tag(sync=True)
    isolated = traitlets.Int(-1).tag(sync=True)
    hide_marks = traitlets.Bool(False).tag(sync=True)

    def take(self, shown: AttentionMap) -> None:
        """Show another sentence."""
        with self.hold_sync():
            self.isolated = -1
            self.units, self.is_mark = shown.units, [bool(mark) for mark in shown.is_mark]
            self.shape = list(shown.weights.shape[:3])
            self.weights = np.rint(shown.weights * 255).astype(np.uint8).tobytes()


class AttentionView(Twin):
    """Made by `attention`."""

    def __init__(self, encoder: TextEncoder, sentence: str, layer: int, head: int):
        self.encoder = encoder
        self.shown = self._read(sentence)
        layers, heads = self.shown.weights.shape[:2]
        for name, value, most in (("layer", layer, layers), ("head", head, heads)):
            if not 1 <= value <= most:
                raise ValueError(f"{name} is {value}, expected 1 to {most}")
        self.sentence, self.layer, self.head = sentence, layer, head
        self.alt = f"Attention in “{sentence}”. {self.told(self.shown, layer - 1, head - 1)}"

    def _read(self, sentence: str) -> AttentionMap:
        words = find_words(sentence)
        if not 2 <= len(words) <= MOST_WORDS:
            raise NotShown(f"The sentence has {len(words)} words: 2 to {MOST_WORDS}, please.")
        (found,) = attention_maps.of_sentences(self.encoder, [words])
        return found

    def build(self) -> ipywidgets.Widget:
        self.box = text_box("Sentence:", self.sentence, "type a sentence, press Enter", width="44em")
        self.canvas = HeadCanvas(layer=self.layer - 1, head=self.head - 1)
        self.words = ipywidgets.HTML()
        self.canvas.take(self.shown)
        self.box.observe(self.guard(self._typed), "value")
        self.canvas.observe(self.guard(self._moved), ["layer", "head", "isolated"])
        self._moved()
        return ipywidgets.VBox([self.box, self.canvas, self.words])

    def _typed(self, _change: object = None) -> None:
        try:
            self.shown = self._read(self.box.value)
        except NotShown as why:
            self._say(f"✗ {why}")
            return
        self.canvas.take(self.shown)
        self._moved()

    def _moved(self, _change: object = None) -> None:
        self._say(self.told(self.shown, self.canvas.layer, self.canvas.head, self.canvas.isolated))

    def _say(self, words: str) -> None:
        self.words.value = f'<div role="status" style="line-height:1.4">{html.escape(words)}</div>'

    @staticmethod
    def told(shown: AttentionMap, layer: int, head: int, isolated: int = -1) -> str:
        """What a head does in this sentence, or what one unit looks at most; all counted from 0."""
        where = f"Layer {layer + 1}, head {head + 1}"
        if isolated >= 0:
            row = shown.weights[layer, head, isolated]
            most = [f"{shown.units[i]} {row[i]:.0%}" for i in np.argsort(-row, kind="stable")[:3]]
            return f"{where}: {shown.units[isolated]} looks at {', '.join(most)}."
        found = {name: table[layer, head] for name, table in head_statistics.of_maps([shown]).items()}
        shares = {name: share for name, share in found.items() if name.startswith("to ")}
        names = {"to the first mark": f"to {shown.units[0]}", "to the last mark": f"to {shown.units[-1]}"}
        each = [f"{names.get(name, name)} {share:.0%}" for name, share in shares.items()]
        return f"{where}: of a word's attention go, on average, {', '.join(each)}."

    def static(self) -> Figure:
        _, heads, n = self.shown.weights.shape[:3]
        fig, (grid, lines) = plt.subplots(
            1, 2, figsize=(10.5, max(4.0, 0.3 * n)), width_ratios=(heads, 10), layout="constrained"
        )
        _draw_grid(grid, self.shown.weights)
        grid.add_patch(
            Rectangle((self.head - 1, self.layer - 1), 1, 1, fill=False, ec=COLOURS["vermillion"], lw=3)
        )
        grid.set(xlabel="head", ylabel="layer", title="all heads")
        _draw_lines(lines, self.shown.units, self.shown.weights[self.layer - 1, self.head - 1])
        lines.set_title(f"layer {self.layer}, head {self.head}: left looks at right")
        return fig


def _draw_grid(axes: plt.Axes, weights: np.ndarray) -> None:
    """Each head's weights as a small picture, the darker the more."""
    layers, heads = weights.shape[:2]
    for layer in range(layers):
        for head in range(heads):
            box = (head + 0.06, head + 0.94, layer + 0.94, layer + 0.06)
            picture = np.sqrt(weights[layer, head])
            axes.imshow(picture, cmap="Blues", vmin=0, vmax=1, extent=box, interpolation="nearest")
    axes.set(xlim=(0, heads), ylim=(layers, 0), aspect="equal")
    axes.set_xticks(np.arange(heads) + 0.5, [str(i + 1) for i in range(heads)])
    axes.set_yticks(np.arange(layers) + 0.5, [str(i + 1) for i in range(layers)])
    axes.grid(False)


def _draw_lines(axes: plt.Axes, units: list[str], weights: np.ndarray) -> None:
    for i, row in enumerate(weights):
        for j, weight in enumerate(row):
            if weight >= 0.02:
                axes.plot([0, 1], [i, j], "-", color=COLOURS["blue"], lw=1 + 3 * weight, alpha=float(weight))
    for i, unit in enumerate(units):
        axes.text(-0.03, i, unit, ha="right", va="center")
        axes.text(1.03, i, unit, ha="left", va="center")
    axes.set(xlim=(-0.5, 1.5), ylim=(len(units) - 0.5, -0.5))
    axes.axis("off")


def attention(encoder: TextEncoder, sentence: str, layer: int = 1, head: int = 1) -> AttentionView:
    """Show who looks at whom in a sentence, for every head of the network; any sentence can be typed in.

    Args:
        encoder: of a network with attention, such as `encoders.load("distilbert")`.
        layer, head: shown first, counted from 1.

    Raises:
        ValueError: the network has no attention or no such head, or the sentence is too short or too long.
    """
    return AttentionView(encoder, sentence, layer, head)
