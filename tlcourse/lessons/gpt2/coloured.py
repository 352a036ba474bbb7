"""A text coloured by how far down a model's list each of its pieces stands, and how many stand where."""

import html
from collections.abc import Mapping
from typing import TYPE_CHECKING

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.figure import Figure

from tlcourse.data.tokeniser import SEP
from tlcourse.models.language.gpt import GPTForCausalLM
from tlcourse.probe import token_ranks
from tlcourse.show.explorer import Explorer, NotShown, chooser, text_box

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MOST, LINE = 90, 58  # pieces of a text; letters in a line
BANDS = ("1–10", "11–100", "101–1,000", "over 1,000")
_FACE = ("#FFFFFF", "#BFE3F7", "#F2B84B", "#8C2D04")  # darker and darker, also in grey
_INK = ("black", "black", "black", "white")
TYPED = "what you type"


class Coloured(Explorer):
    """Made by `show_ranks`."""

    words_first = True
    widest = "860px"

    def __init__(
        self,
        judges: Mapping[str, GPTForCausalLM],
        tokenizer: "Tokenizer",
        texts: Mapping[str, str],
        text: str,
    ):
        self.judges, self.tokenizer = dict(judges), tokenizer
        self.texts = {TYPED: text, **texts}
        self.first = next(iter(texts), TYPED), next(reversed(self.judges)), text
        self.alt = f"A text whose pieces are coloured by rank. {self.told(*self.first)}"

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        source, judge, text = self.first
        controls = {
            "source": chooser("Text", list(self.texts), source, width="30em"),
            "judge": chooser("Judged by", list(self.judges), judge),
            "text": text_box("Type:", text, "type a text, press Enter", width="52em"),
        }
        controls["text"].observe(self.guard(self._typed), "value")
        return controls

    def _typed(self, _change: object = None) -> None:
        self.controls["source"].value = TYPED

    def ranked(self, source: str, judge: str, text: str) -> tuple[list[str], np.ndarray]:
        """The pieces of the chosen text, and the rank of each. Raises NotShown for one too long or empty."""
        chosen = text if source == TYPED else self.texts[source]
        ids = self.tokenizer.encode(chosen, add_special_tokens=False).ids
        if not ids:
            raise NotShown("Type a few words.")
        if len(ids) > MOST and source == TYPED:
            raise NotShown(f"This text has {len(ids)} pieces: {MOST} at most, please.")
        ids = ids[:MOST]
        found = token_ranks.places(self.judges[judge], torch.tensor([[SEP, *ids]]), 1)
        return [self.tokenizer.id_to_token(i) for i in ids], found.rank[0]

    def draw(self, source: str, judge: str, text: str) -> Figure:
        pieces, rank = self.ranked(source, judge, text)
        bands = np.searchsorted(token_ranks.TOPS, rank)
        fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6), width_ratios=(3.4, 1))
        _write(left, pieces, bands)
        counts = np.bincount(bands, minlength=4)
        right.barh(BANDS, counts, color=_FACE, edgecolor="black")
        for y, n in enumerate(counts):
            right.text(n + 0.4, y, f"{n}", va="center", fontsize=11)
        right.invert_yaxis()
        right.set(title="rank", xlabel="pieces", xlim=(0, 1.2 * max(counts) + 1))
        right.grid(visible=False)
        return fig

    def told(self, source: str, judge: str, text: str) -> str:
        pieces, rank = self.ranked(source, judge, text)
        last = int(np.argmax(rank))
        return (
            f"{judge} on {source}: {(rank == 1).mean():.0%} of {len(rank)} pieces are its first guess, "
            f"{(rank <= 10).mean():.0%} among its first ten; mean log rank {np.log(rank).mean():.2f}. The "
            f"greatest surprise: “{pieces[last]}”, rank {rank[last]:,}."
        )

    def told_html(self, source: str, judge: str, text: str) -> str:
        return html.escape(self.told(source, judge, text))

    def static(self) -> Figure:
        return self.draw(*self.first)


def _write(ax: plt.Axes, pieces: list[str], bands: np.ndarray) -> None:
    """Letters of one width, so that a piece's place is counted and not measured."""
    x, y = 0, 0
    for piece, band in zip(pieces, bands.tolist(), strict=True):
        goes_on = piece.startswith("##")
        shown = piece.removeprefix("##")
        x += 0 if goes_on or x == 0 else 1
        if x + len(shown) > LINE:
            x, y = 0, y + 1
        ax.text(x, -y, shown, family="monospace", fontsize=10.5, color=_INK[band], va="center", ha="left",
                bbox={"facecolor": _FACE[band], "edgecolor": "#999999", "pad": 1.2, "lw": 0.4})  # fmt: skip
        x += len(shown) + 0.35
    ax.set(xlim=(-0.5, LINE + 6), ylim=(-max(y, 5) - 1, 1))
    ax.axis("off")


def show_ranks(
    judges: Mapping[str, GPTForCausalLM],
    tokenizer: "Tokenizer",
    texts: Mapping[str, str],
    text: str = "The film was so boring that I fell asleep before the popcorn was finished.",
) -> Coloured:
    """Show a text, one of `texts` or typed, coloured by the ranks of its pieces under one of the judges."""
    return Coloured(judges, tokenizer, texts, text)
