"""Which letters a model looks at while it pronounces a word: step by step, and all steps at once."""

from collections.abc import Sequence
from contextlib import suppress

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from tlcourse.data.texts import as_texts
from tlcourse.models.sequences.pronouncer import Pronouncer
from tlcourse.probe.letter_alignment import forward_steps
from tlcourse.show.explorer import Explorer, NotShown, text_box
from tlcourse.show.figure_style import COLOURS
from tlcourse.show.figures import Described, png, shown_size

_INTERVAL = 900  # milliseconds for each phoneme while playing
_MOST_ALIGNED = 6  # words in one figure

Said = tuple[str, tuple[str, ...], np.ndarray]  # a word, its phonemes, the weights of each


def alignments(pronouncer: Pronouncer, words: Sequence[str]) -> Described:
    """Draw the weights of one to six words: a row for each phoneme, a column for each letter, dark = much.

    Raises:
        ValueError: no word, too many, or a word that the model cannot read.
    """
    words = as_texts(words, "words")
    if not 1 <= len(words) <= _MOST_ALIGNED:
        raise ValueError(f"one figure holds 1 to {_MOST_ALIGNED} words, got {len(words)}: {list(words)!r}")
    attended = pronouncer.attend(map(pronouncer.read, words))
    said = [(word, *attended[word]) for word in dict.fromkeys(map(pronouncer.read, words))]
    told = "; ".join(f"{word} said {' '.join(phonemes) or 'with nothing'}" for word, phonemes, _ in said)
    n, rightwards = forward_steps(attended)
    order = f" From phoneme to phoneme the weight moves right in {rightwards:.0%} of {n} steps." if n else ""
    return Described(
        _squares(said),
        "Attention weights as grey squares, a row for each phoneme, a column for each letter: "
        f"{told}.{order}",
    )


def _squares(said: Sequence[Said]) -> Figure:
    widths = [len(word) for word, *_ in said]
    tallest = max(max(len(phonemes), 1) for _, phonemes, _ in said)
    size = (0.42 * sum(widths) + 0.9 * len(said) + 0.4, 0.42 * tallest + 1.2)
    fig, axes = plt.subplots(1, len(said), figsize=size, squeeze=False, width_ratios=widths)
    for ax, (word, phonemes, weights) in zip(axes[0], said, strict=True):
        if not phonemes:  # a model that has hardly been trained
            phonemes, weights = ("nothing",), np.zeros((1, len(word)))
        ax.imshow(weights, cmap="Greys", vmin=0, vmax=1, aspect="equal")
        ax.set(title=word, xticks=range(len(word)), yticks=range(len(phonemes)))
        ax.set_xticklabels(list(word))
        ax.set_yticklabels(phonemes)
        ax.set_xticks(np.arange(len(word) + 1) - 0.5, minor=True)
        ax.set_yticks(np.arange(len(phonemes) + 1) - 0.5, minor=True)
        ax.grid(which="major", visible=False)
        ax.grid(which="minor", color=COLOURS["light"], linewidth=0.8, alpha=1)
        ax.tick_params(which="both", length=0)
        ax.set_anchor("N")
    return fig


def told(word: str, phonemes: Sequence[str], weights: np.ndarray, step: int) -> str:
    """Say in words what the model looks at while it writes phoneme number `step`, counted from 1."""
    looks = sorted(zip(weights[step - 1], word, strict=True), key=lambda pair: -pair[0])
    most = ", ".join(f"{letter} {weight:.0%}" for weight, letter in looks if weight >= 0.1)
    return (
        f"Step {step} of {len(phonemes)}: {phonemes[step - 1]}, looking at {most or 'nothing in particular'}."
    )


def one_step(word: str, phonemes: Sequence[str], weights: np.ndarray, step: int) -> Figure:
    """Draw the letters, the phonemes written up to `step`, and how much of each letter the last one sees."""
    n = len(word)
    fig, ax = plt.subplots(figsize=(max(5.0, 0.62 * max(n, len(phonemes)) + 0.8), 3.0))
    now = weights[step - 1]
    place = np.linspace(0, n - 1, len(phonemes)) if len(phonemes) > 1 else np.array([(n - 1) / 2])
    for j, (letter, weight) in enumerate(zip(word, now, strict=True)):
        ax.plot(
            [j, place[step - 1]], [0.35, 1.65], color=COLOURS["blue"], linewidth=9 * weight, alpha=0.7,
            marker="", linestyle="-", solid_capstyle="round",
        )  # fmt: skip
        ax.add_patch(
            plt.Rectangle((j - 0.42, -0.35), 0.84, 0.7, facecolor=str(1 - 0.85 * weight), edgecolor="black")
        )
        ink = "white" if weight > 0.55 else "black"
        ax.text(j, 0, letter, ha="center", va="center", fontsize=17, color=ink, family="monospace")
        if weight >= 0.1:
            ax.text(j, -0.62, f"{weight:.0%}", ha="center", va="center", fontsize=12)
    for i, (x, phoneme) in enumerate(zip(place[:step], phonemes, strict=False)):
        current = i == step - 1
        ax.text(
            x, 1.95, phoneme, ha="center", va="center", fontsize=19 if current else 14,
            weight="bold" if current else "normal", color="black" if current else COLOURS["grey"],
        )  # fmt: skip
    ax.set(xlim=(-0.7, n - 0.3), ylim=(-0.85, 2.3))
    # The picture is cropped to what is drawn: a frame that is always there keeps it from jumping.
    ax.add_patch(plt.Rectangle((-0.7, -0.85), n + 0.4, 3.15, facecolor="white", zorder=-1))
    ax.axis("off")
    return fig


class Pronunciation(Explorer):
    """A word pronounced phoneme by phoneme, with the attention moving. Made by `pronounce`."""

    def __init__(self, pronouncer: Pronouncer, words: Sequence[str]):
        self.pronouncer, self.start = pronouncer, [pronouncer.read(word) for word in words]
        self.shown: Said | None = None
        self._said: dict[str, tuple[tuple[str, ...], np.ndarray]] = {}
        self._frames: dict[tuple[str, int], bytes] = {}
        self.alt = (
            "Attention while pronouncing: a row for each phoneme, a column for each letter. "
            + " ".join(f"{word}: {' '.join(self._attend(word)[0]) or 'nothing'}." for word in self.start)
        )

    def static(self) -> Figure:
        return _squares([(word, *self._attend(word)) for word in dict.fromkeys(self.start)])

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        step = ipywidgets.IntSlider(value=1, min=1, max=2, description="Phoneme", continuous_update=False)
        self.play = ipywidgets.Play(value=1, min=1, max=2, interval=_INTERVAL)
        self.link = ipywidgets.jslink((self.play, "value"), (step, "value"))
        return {"word": text_box("Word", self.start[0], "type a word, press Enter"), "step": step}

    def rows(self) -> list[ipywidgets.Widget]:
        word, step = self.controls.values()
        return [word, ipywidgets.HBox([self.play, step])]

    def draw(self, word: str, step: int) -> bytes:
        word, phonemes, _ = self._read(word)
        return self._frame(word, min(step, len(phonemes)))

    def told(self, word: str, step: int) -> str:
        word, phonemes, weights = self._read(word)
        step = min(step, len(phonemes))
        return f"{told(word, phonemes, weights, step)} So far: {' '.join(phonemes[:step])}"

    def moved(self, change: object = None) -> None:
        """A new word starts at its first phoneme; what cannot be said is explained."""
        with suppress(NotShown):
            said = self._read(self.controls["word"].value)
            if self.shown is None or self.shown[0] != said[0]:
                self.shown, step = said, self.controls["step"]
                self.play.max = step.max = len(said[1])
                self.play.value = step.value = 1
        super().moved(change)
        if self.picture.value:
            self.picture.layout.max_width = f"min(100%, {shown_size(self.picture.value)[0]}px)"

    def _read(self, text: str) -> Said:
        try:
            word = self.pronouncer.read(text)
        except ValueError as error:
            raise NotShown(str(error)) from error
        phonemes, weights = self._attend(word)
        if not phonemes:
            raise NotShown(f"The model says nothing at all to “{word}”.")
        return word, phonemes, weights

    def _attend(self, word: str) -> tuple[tuple[str, ...], np.ndarray]:
        if word not in self._said:
            self._said |= self.pronouncer.attend([word])
        return self._said[word]

    def _frame(self, word: str, step: int) -> bytes:
        if (word, step) not in self._frames:
            self._frames[word, step] = png(one_step(word, *self._attend(word), step))
        return self._frames[word, step]


def pronounce(pronouncer: Pronouncer, words: Sequence[str]) -> Pronunciation:
    """Type a word and see it pronounced. The first of `words` is there already; the figure shows them all.

    Raises:
        ValueError: no word, too many, one that cannot be read, or a model without attention.
    """
    words = as_texts(words, "words")
    if not 1 <= len(words) <= _MOST_ALIGNED:
        raise ValueError(f"give 1 to {_MOST_ALIGNED} words to begin with, got {len(words)}: {list(words)!r}")
    return Pronunciation(pronouncer, words)
