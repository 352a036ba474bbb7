"""The attention view with one word chosen: its lines stand out, those of the other words are grey."""

import ipywidgets
from matplotlib.figure import Figure

from tlcourse.models.pretrained.text_encoders import TextEncoder
from tlcourse.show.attention_view import AttentionView
from tlcourse.show.figure_style import COLOURS


class OneRow(AttentionView):
    """What one word of a sentence looks at in one head; layer and head count from 1.

    Raises ValueError for a word that the sentence has not.
    """

    def __init__(self, encoder: TextEncoder, sentence: str, layer: int, head: int, word: str):
        super().__init__(encoder, sentence, layer, head)
        self.isolated = self.shown.units.index(word)
        self.alt = f"Attention in “{sentence}”. {self.told(self.shown, layer - 1, head - 1, self.isolated)}"

    def build(self) -> ipywidgets.Widget:
        whole = super().build()
        self.canvas.isolated = self.isolated
        return whole

    def static(self) -> Figure:
        fig = super().static()
        for line in fig.axes[1].lines:
            if line.get_ydata()[0] == self.isolated:
                line.set(color=COLOURS["vermillion"], alpha=1, zorder=3)
            else:
                line.set(color=COLOURS["light"], linewidth=1)
        return fig
