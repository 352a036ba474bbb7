"""Uses of a word in the plane, layer by layer: hover to read one, type one to see where it lies."""

import html
import textwrap
from collections.abc import Mapping

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from tlcourse.data.senseval import Senses
from tlcourse.data.tokeniser import find_words
from tlcourse.lessons.geometry_of_bert.drawn import flat_uses
from tlcourse.models.pretrained.text_encoders import TextEncoder
from tlcourse.probe import sentence_states
from tlcourse.probe.senses import NearestCentroid
from tlcourse.probe.word_uses import cosines
from tlcourse.show.explorer import Explorer, NotShown, chooser, slider, text_box
from tlcourse.show.figure_style import cycle

# Sentences that are in no article, name → sentence.
OWN = {
    "of our own: two senses at once": "The band broke a record with the record that they made last summer .",
    "of our own: one word, no context": "A record .",
}
ENOUGH = 10  # words of an example
MOST_WORDS = 40  # more would take longer than an answer may
WIDTH, HEIGHT, MARGIN, LEGEND = 820, 480, 24, 56
# One shape of about 10 pixels around (0, 0) for each sense: colour never stands alone.
SHAPES = (
    '<circle r="5"/>',
    '<rect x="-4.5" y="-4.5" width="9" height="9"/>',
    '<path d="M0-6L5.5 4.5H-5.5Z"/>',
    '<path d="M0-6.5L6.5 0 0 6.5-6.5 0Z"/>',
    '<path d="M0 6L5.5-4.5H-5.5Z"/>',
    '<path d="M-2-6h4v4h4v4h-4v4h-4v-4h-4v-4h4Z"/>',
)
_STAR = (
    '<path d="M0-13L4-4 13-4 6 2 8 11 0 6-8 11-6 2-13-4-4-4Z" fill="#000" stroke="#fff" stroke-width="2"/>'
)


class SensesInSpace(Explorer):
    """Made by `senses_in_space`."""

    in_html = True
    words_first = True

    def __init__(
        self,
        encoder: TextEncoder,
        senses: Mapping[str, Senses],
        states: Mapping[str, np.ndarray],
        examples: Mapping[str, str],
        layer: int,
    ):
        self.encoder, self.senses, self.states, self.examples = encoder, dict(senses), dict(states), examples
        self.layers, self.layer = range(next(iter(self.states.values())).shape[1]), layer
        self.first = next(iter(examples.values()))
        self.read: tuple[str, tuple[str, np.ndarray]] | None = None  # the last sentence: its word, (L, H)
        self.alt = f"Uses of a word in the plane, a mark for each sense. {self.told(self.first, layer)}"

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        self.chooser = chooser("Examples:", list(self.examples), next(iter(self.examples)), width="60em")
        self.chooser.observe(self.guard(self._take_example), "value")
        return {
            "sentence": text_box("Sentence:", self.first, "type a sentence, press Enter", width="60em"),
            "layer": slider("Layer", self.layers, self.layer),
        }

    def rows(self) -> list[ipywidgets.Widget]:
        return [self.chooser, *self.controls.values()]

    def _take_example(self, _change: object = None) -> None:
        self.controls["sentence"].value = self.examples[self.chooser.value]

    def use(self, sentence: str) -> tuple[str, np.ndarray]:
        """The word that is asked about, and its states (L, H). Raises NotShown: none, or a long sentence."""
        if self.read is None or self.read[0] != sentence:
            words = find_words(sentence)
            lower = [word.lower() for word in words]
            there = [word for word in self.senses if word in lower]
            if not there:
                raise NotShown(
                    f"Type a sentence with one of the words {', '.join(self.senses)}, as it is spelt."
                )
            if len(words) > MOST_WORDS:
                raise NotShown(f"The sentence has {len(words)} words: {MOST_WORDS} at most, please.")
            found = sentence_states.compute(self.encoder, [words], only=[lower.index(there[0])])
            states = np.stack([layer[0][0] for layer in found]).astype(np.float32)
            self.read = sentence, (there[0], states)
        return self.read[1]

    def others(self, sentence: str, word: str) -> np.ndarray:
        """Which uses of the word are in other sentences than this one: int64."""
        asked = find_words(sentence)
        return np.array([i for i, words in enumerate(self.senses[word].words) if words != asked])

    def told(self, sentence: str, layer: int) -> str:
        word, states = self.use(sentence)
        senses, others = self.senses[word], self.others(sentence, word)
        rows = self.states[word][others, layer]
        near = NearestCentroid(rows, senses.sense[others])
        by_sense = near.cosines(states[None, layer])[0]
        order = np.argsort(-by_sense)[:2]
        best, next_best = (f"“{senses.names[near.names[k]]}” ({by_sense[k]:.2f})" for k in order)
        closest = others[int(np.argmax(cosines(states[layer], rows)))]
        where = f"layer {layer}" if layer else "the embeddings"
        labelled = [i for i in range(len(senses.words)) if i not in set(others.tolist())]
        is_it = f" Its label is “{senses.names[senses.sense[labelled[0]]]}”." if labelled else ""
        return (
            f"In {where}, this “{word}” (the star) lies nearest to the centroid of {best}, then {next_best}; "
            f"in brackets, cosines.{is_it} Nearest use, labelled “{senses.names[senses.sense[closest]]}”: "
            f"{_around(senses, closest)}"
        )

    def _flat(self, sentence: str, layer: int) -> tuple[Senses, np.ndarray, np.ndarray]:
        """The senses of the word, its uses in [0, 1]² (N, 2), and where the sentence's lies (2,)."""
        word, states = self.use(sentence)
        flat = flat_uses(np.concatenate([self.states[word][:, layer], states[None, layer]]))
        low, high = flat.min(axis=0), flat.max(axis=0)
        flat = (flat - low) / np.where(high > low, high - low, 1)
        return self.senses[word], flat[:-1], flat[-1]

    def draw(self, sentence: str, layer: int) -> str:
        senses, flat, here = self._flat(sentence, layer)
        styles = cycle(len(senses.names))

        def at(point: np.ndarray) -> str:
            x, y = MARGIN + point * (WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN)
            return f'transform="translate({x:.1f} {y:.1f})"'

        alt = html.escape(f"Uses of {senses.word} in layer {layer}; a star for the sentence above.")
        parts = [
            f'<svg width="{WIDTH}" height="{HEIGHT + LEGEND}" viewBox="0 0 {WIDTH} {HEIGHT + LEGEND}" '
            'role="img" '
            f'aria-label="{alt}" style="background:white; max-width:100%; height:auto">'
        ]
        for i, point in enumerate(flat):
            kind = int(senses.sense[i])
            colour = styles[kind]["color"]
            parts.append(
                f'<g {at(point)} fill="{colour}" stroke="{colour}" fill-opacity=".7">'
                f"<title>{html.escape(senses.names[kind])}: {html.escape(' '.join(senses.words[i]))}</title>"
                f"{SHAPES[kind % len(SHAPES)]}</g>"
            )
        parts.append(f"<g {at(here)}><title>{html.escape(sentence)}</title>{_STAR}</g>")
        for kind, name in enumerate(senses.names):
            x, y = MARGIN + (kind % 3) * WIDTH / 3, HEIGHT + 12 + 26 * (kind // 3)
            colour = styles[kind]["color"]
            parts.append(
                f'<g transform="translate({x:.0f} {y:.0f})" fill="{colour}" stroke="{colour}">'
                f'{SHAPES[kind % len(SHAPES)]}<text x="12" y="5" font-size="15" stroke="none" fill="#000">'
                f"{html.escape(name)}</text></g>"
            )
        return "".join([*parts, "</svg>"])

    def static(self) -> Figure:
        senses, flat, here = self._flat(self.first, self.layer)
        fig, ax = plt.subplots(figsize=(10, 6))
        for kind, (name, style) in enumerate(zip(senses.names, cycle(len(senses.names)), strict=True)):
            ax.scatter(*flat[senses.sense == kind].T, s=40, color=style["color"], marker=style["marker"],
                       label=name, alpha=0.8)  # fmt: skip
        ax.scatter(*here, s=320, color="black", edgecolor="white", marker="*", label="the sentence", zorder=3)
        ax.set(xticks=[], yticks=[], ylim=(1.05, -0.05))  # y grows downwards, as in the live picture
        ax.set_title("\n".join(textwrap.wrap(self.first, 80)), fontsize=12)
        ax.grid(False)
        fig.legend(loc="outside lower center", ncols=3)
        return fig


def _around(senses: Senses, use: int, most: int = 8) -> str:
    """The word in some words to either side."""
    words, at = senses.words[use], int(senses.position[use])
    part = words[max(0, at - most) : at + most + 1]
    return f"… {' '.join(part)} …"


def examples_of(senses: Mapping[str, Senses], more: Mapping[str, str] | None = None) -> dict[str, str]:
    """For the widget: of each word and sense a short use, by a name that says both; then `more`.

    The shortest of `ENOUGH` words or more: a few words seldom say which sense is meant.
    """
    found = {}
    for word, uses in senses.items():
        for number, name in enumerate(uses.names):
            there = np.flatnonzero(uses.sense == number)
            if len(there):
                shortest = min(there, key=lambda i: (len(uses.words[i]) < ENOUGH, len(uses.words[i])))
                found[f"{word}: {name}"] = " ".join(uses.words[shortest])
    return found | dict(more or {})


def senses_in_space(
    encoder: TextEncoder,
    senses: Mapping[str, Senses],
    states: Mapping[str, np.ndarray],
    layer: int,
    more: Mapping[str, str] | None = None,
) -> SensesInSpace:
    """Show the uses of some words in the plane, and where a sentence's word lies among them.

    Args:
        senses: word → its uses.
        states: word → (N, L, H), what `encoder` makes of them.
        layer: shown first.
        more: further examples, name → sentence.

    Raises:
        ValueError: states that are not of these uses, or no such layer.
    """
    for word, uses in senses.items():
        if word not in states or len(states[word]) != len(uses.words):
            raise ValueError(f"states are not of the {len(uses.words)} uses of {word!r}")
        if not 0 <= layer < states[word].shape[1]:
            raise ValueError(f"layer is {layer}, expected 0 to {states[word].shape[1] - 1}")
    return SensesInSpace(encoder, senses, states, examples_of(senses, more), layer)
