"""Two sentences with the same word: how alike the two uses are in each layer, live for whatever is typed."""

import textwrap
from collections.abc import Sequence

import ipywidgets
import numpy as np
from matplotlib.figure import Figure

from tlcourse.data.tokeniser import find_words
from tlcourse.lessons.elmo import figures
from tlcourse.models.pretrained.text_encoders import TextEncoder
from tlcourse.probe.layer_by_layer import LAYERS
from tlcourse.probe.word_uses import cosines, layer_states
from tlcourse.show.explorer import Explorer, NotShown, chooser, text_box

MOST_WORDS = 40  # more would take longer than an answer may
_SPORT, _STAGE = "England play Wales on Saturday .", "The play opens in London next week ."
EXAMPLES = {
    "play, both in sport": (_SPORT, "Scotland will play Italy next week .", "play"),
    "play, in sport and on stage": (_SPORT, _STAGE, "play"),
    "bank, with money and by a river": (
        "The bank raised its interest rate .",
        "They sat on the bank of the river .",
        "bank",
    ),
    "match, noun and verb": ("The match ended in a draw .", "No other product can match it .", "match"),
    "the same sentence twice": (_STAGE, _STAGE, "play"),
}
COMPARED_WITH = "play, both in sport"  # one of the examples: how alike two uses in one sense are


class UsesCompared(Explorer):
    """Made by `compare_uses`."""

    def __init__(self, encoder: TextEncoder, mean: np.ndarray, example: str):
        self.encoder, self.mean, self.example = encoder, mean, example
        self.beside = self.alike(*EXAMPLES[COMPARED_WITH])
        first, second, word = EXAMPLES[example]
        self.alt = f"How alike two uses of a word are, by layer. {self.told(first, second, word)}"

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        first, second, word = EXAMPLES[self.example]
        self.examples = chooser("Examples:", list(EXAMPLES), self.example, width="32em")
        self.examples.observe(self.guard(self._take_example), "value")
        return {
            "first": text_box("First sentence:", first, "type a sentence, press Enter", width="38em"),
            "second": text_box("Second sentence:", second, "type a sentence, press Enter", width="38em"),
            "word": text_box("Word in both:", word, "a word", width="20em"),
        }

    def rows(self) -> list[ipywidgets.Widget]:
        first, second, word = self.controls.values()
        return [first, second, ipywidgets.HBox([word, self.examples])]

    def _take_example(self, _change: object = None) -> None:
        for control, text in zip(self.controls.values(), EXAMPLES[self.examples.value], strict=True):
            control.value = text

    def alike(self, first: str, second: str, word: str) -> list[float]:
        """The cosine of the two uses in each layer, the mean state of the layer taken off both.

        Raises NotShown if a sentence lacks the word or is too long.
        """
        wanted = find_words(word.lower())
        if len(wanted) != 1:
            raise NotShown(f"“{word}” is not one word: type one that both sentences have.")
        sentences, places = [], []
        for name, text in (("first", first), ("second", second)):
            words = find_words(text)
            lower = [w.lower() for w in words]
            if wanted[0] not in lower:
                raise NotShown(f"The {name} sentence does not have the word “{word}”.")
            if len(words) > MOST_WORDS:
                raise NotShown(f"The {name} sentence has {len(words)} words: {MOST_WORDS} at most, please.")
            sentences.append(words)
            places.append(lower.index(wanted[0]))
        one, other = layer_states(self.encoder, sentences, places) - self.mean
        return [float(cosines(a, b[None])[0]) for a, b in zip(one, other, strict=True)]

    def draw(self, first: str, second: str, word: str) -> Figure:
        title = "\n".join(textwrap.shorten(text, 70, placeholder=" …") for text in (first, second))
        heading = f"“{word.strip()}” in\n{title}"
        found = self.alike(first, second, word)
        return figures.similarity(found, LAYERS, heading, self.beside, f"to compare: {COMPARED_WITH}")

    def told(self, first: str, second: str, word: str) -> str:
        found = self.alike(first, second, word)
        each, other = (
            ", ".join(f"{layer} {cosine:.2f}" for layer, cosine in zip(LAYERS, pair, strict=True))
            for pair in (found, self.beside)
        )
        told = f"“{word.strip()}” in “{first}” and in “{second}”: cosine {each}."
        return f"{told} To compare ({COMPARED_WITH}): {other}.".replace("-", "−")

    def static(self) -> Figure:
        return self.draw(*EXAMPLES[self.example])


def compare_uses(
    encoder: TextEncoder, sentences: Sequence[Sequence[str]], example: str = "play, in sport and on stage"
) -> UsesCompared:
    """Show how alike two uses of a word are, by layer.

    Args:
        encoder: ELMo.
        sentences: of ordinary text; the mean state of their words is taken off before the cosine.
        example: one of `EXAMPLES`, shown first.

    Raises:
        ValueError: there is no such example.
    """
    if example not in EXAMPLES:
        raise ValueError(f"example is {example!r}, expected one of {', '.join(map(repr, EXAMPLES))}")
    return UsesCompared(encoder, layer_states(encoder, sentences).mean(axis=0), example)
