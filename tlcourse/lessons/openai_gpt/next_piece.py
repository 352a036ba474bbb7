"""What may come next, a bar for each piece: the learner chooses or draws, and the text grows."""

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

import ipywidgets
import matplotlib.pyplot as plt
import torch
from matplotlib.figure import Figure

from tlcourse.data.tokeniser import SEP, SPECIAL
from tlcourse.models.language.gpt import GPTForCausalLM
from tlcourse.models.language.sampling import Choice, distribution
from tlcourse.show.explorer import Explorer, NotShown, chooser, slider, text_box
from tlcourse.show.figure_style import COLOURS

if TYPE_CHECKING:
    from tokenizers import Tokenizer

BARS, MOST = 12, 120  # pieces shown, pieces of a text
_ALL, _TOP, _NUCLEUS, _NARROW = "all pieces", "the 10 likeliest", "nucleus 0.9", "nucleus 0.5"
CUTS = {_ALL: (None, None), _TOP: (10, None), _NUCLEUS: (None, 0.9), _NARROW: (None, 0.5)}
_Likely = tuple[list[str], list[float], list[float]]
_CHOOSE = "choose the next piece …"


class NextPiece(Explorer):
    """Made by `grow`."""

    words_first = True

    def __init__(self, model: GPTForCausalLM, tokenizer: "Tokenizer", text: str, seed: int):
        self.model, self.tokenizer, self.text = model, tokenizer, text
        self.generator = torch.Generator().manual_seed(seed)
        self.last: tuple[tuple[str, float, str], _Likely] | None = None
        self.alt = f"Bars for the pieces that may come next. {self.told(text, 1.0, _NUCLEUS)}"

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        self.pick = ipywidgets.Dropdown(options=[_CHOOSE], value=_CHOOSE, layout={"width": "22em"})
        self.pick.observe(self.guard(self._picked), "value")
        self.buttons = {
            name: ipywidgets.Button(description=name, layout={"width": "11em"})
            for name in ("Draw one", "Draw ten", "Start again")
        }
        for name, button in self.buttons.items():
            button.on_click(self.guard(lambda _, name=name: self._pressed(name)))
        return {
            "text": text_box("Text:", self.text, "type a beginning, press Enter", width="46em"),
            "temperature": slider("Temperature", (0.3, 0.5, 0.7, 0.85, 1.0, 1.2, 1.5, 2.0), 1.0, "g"),
            "cut": chooser("Draw from", list(CUTS), _NUCLEUS),
        }

    def rows(self) -> list[ipywidgets.Widget]:
        text, temperature, cut = self.controls.values()
        return [
            text,
            ipywidgets.HBox([temperature, cut]),
            ipywidgets.HBox([self.pick, *self.buttons.values()]),
        ]

    def likely(self, text: str, temperature: float, cut: str) -> _Likely:
        """The likeliest pieces after a text, each with its probability, and with that it is drawn with.

        Raises NotShown for a text that is too long.
        """
        asked = text, temperature, cut
        if self.last and self.last[0] == asked:  # the picture and the words ask for the same
            return self.last[1]
        ids = self.tokenizer.encode(text, add_special_tokens=False).ids
        if len(ids) > MOST:
            raise NotShown(f"This text has {len(ids)} pieces: {MOST} at most, please. Start again.")
        with torch.no_grad():
            logits = self.model.next_logits(torch.tensor([[SEP, *ids]]))[0]
        logits[: len(SPECIAL)] = -torch.inf  # marks are not text
        p = distribution(logits, Choice(temperature))
        drawn = distribution(logits, Choice(temperature, *CUTS[cut]))
        order = p.argsort(descending=True)[:BARS]
        self.drawn = drawn
        pieces = [self.tokenizer.id_to_token(int(i)) for i in order]
        self.last = asked, (pieces, p[order].tolist(), drawn[order].tolist())
        return self.last[1]

    def draw(self, text: str, temperature: float, cut: str) -> Figure:
        pieces, p, drawn = self.likely(text, temperature, cut)
        if hasattr(self, "pick"):
            self.pick.options = [_CHOOSE, *pieces]
        fig, ax = plt.subplots(figsize=(7.5, 3.9))
        kept = [d > 0 for d in drawn]
        ax.barh(pieces, p, color=[COLOURS["blue"] if k else "white" for k in kept],
                edgecolor=[COLOURS["blue"] if k else COLOURS["grey"] for k in kept], height=0.7)  # fmt: skip
        for y, (one, keep) in enumerate(zip(p, kept, strict=True)):
            ax.text(one + 0.004, y, f"{one:.1%}" + ("" if keep else "  cut off"), va="center", fontsize=11)
        ax.invert_yaxis()
        ax.set(xlim=(0, max(0.25, 1.2 * max(p))), xlabel="probability of the next piece, at this temperature")
        ax.grid(axis="y", visible=False)
        return fig

    def told(self, text: str, temperature: float, cut: str) -> str:
        pieces, p, _ = self.likely(text, temperature, cut)
        n = int((self.drawn > 0).sum())
        top = ", ".join(f"{w} {one:.0%}" for w, one in zip(pieces[:3], p, strict=False))
        return f"“{text}” … likeliest next: {top}. Drawing from {cut}: {n:,} of {len(self.drawn):,} pieces."

    def told_html(self, text: str, temperature: float, cut: str) -> str:
        said = self.told(text, temperature, cut).partition(" … ")[2]
        return f"<b>{html.escape(text)}</b> …<br>{html.escape(said[:1].upper() + said[1:])}"

    def static(self) -> Figure:
        fig = self.draw(self.text, 1.0, _NUCLEUS)  # without the controls, so the title says what they say
        n = int((self.drawn > 0).sum())
        fig.axes[0].set_title(
            f"“{self.text} …”\ntemperature 1; {_NUCLEUS} leaves {n:,} of {len(self.drawn):,} pieces",
            fontsize=12,
        )
        return fig

    def _picked(self, _change: object = None) -> None:
        piece = self.pick.value
        if piece not in (None, _CHOOSE):
            self._grow([piece])

    def _pressed(self, name: str) -> None:
        if name == "Start again":
            self.controls["text"].value = self.text
            return
        text, pieces = self.controls["text"].value, []
        temperature, cut = self.controls["temperature"].value, self.controls["cut"].value
        for _ in range(10 if name == "Draw ten" else 1):
            self.likely(joined(text, pieces), temperature, cut)
            chosen = int(torch.multinomial(self.drawn, 1, generator=self.generator))
            pieces.append(self.tokenizer.id_to_token(chosen))
        self._grow(pieces)

    def _grow(self, pieces: Sequence[str]) -> None:
        self.controls["text"].value = joined(self.controls["text"].value, pieces)


def joined(text: str, pieces: Sequence[str]) -> str:
    """A text with pieces after it: those that begin in `##` belong to the word before."""
    for piece in pieces:
        text += piece.removeprefix("##") if piece.startswith("##") else f" {piece}"
    return text.strip()


def grow(
    model: GPTForCausalLM,
    tokenizer: "Tokenizer",
    text: str = "The film was so boring that I fell",
    seed: int = 0,
) -> NextPiece:
    """Show the pieces that may come after a text; choose one or draw, and the text grows."""
    return NextPiece(model, tokenizer, text, seed)
