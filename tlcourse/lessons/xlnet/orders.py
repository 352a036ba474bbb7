"""Eight words in any order: both streams' masks, and which word is predicted from what, live."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import ipywidgets
import numpy as np
import torch
from matplotlib.figure import Figure

from tlcourse.data.tokeniser import CLS, SEP, SPECIAL
from tlcourse.lessons.xlnet import figures
from tlcourse.models.language.xlnet import XLNetForPreTraining
from tlcourse.show.explorer import Explorer, NotShown, chooser, slider, text_box

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MOST = 8  # pieces
EXAMPLES = {  # words → the place, from 0, that is asked for
    "new york is a very very big city": 1,
    "the prime minister said he would go now": 2,
    "he did not know what to do next": 5,
    "the film was very good and very funny": 4,
    "i have never seen such a bad movie": 6,
    "she had a cup of tea and left": 4,
}
LEFT, RIGHT, OUTSIDE, LAST = "left to right", "right to left", "from outside in", "the asked word last"
READY = (LEFT, RIGHT, OUTSIDE, LAST, "random 1", "random 2", "random 3")


def ready_order(name: str, length: int, asked: int) -> list[int]:
    """One of `READY` as places, the first one first; `asked` is a place."""
    places = list(range(length))
    if name == RIGHT:
        return places[::-1]
    if name == OUTSIDE:
        return [places[i // 2] if i % 2 == 0 else places[-1 - i // 2] for i in range(length)]
    if name == LAST:
        return [*(place for place in places if place != asked), asked]
    if name.startswith("random"):
        return np.random.default_rng(int(name.split()[1])).permutation(length).tolist()
    return places


def masks(order: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """An order of T places → what the content stream and the query stream may look at, bool (T, T) each."""
    rank = np.argsort(order)
    earlier = rank[None, :] < rank[:, None]
    return earlier | np.eye(len(rank), dtype=bool), earlier


@torch.inference_mode()
def log_p(model: XLNetForPreTraining, pieces: Sequence[int], order: Sequence[int]) -> np.ndarray:
    """ln p of all pieces at each place, from those that come earlier in the order, float32 (T, V).

    [SEP] and [CLS] follow, as in the training, and are in sight of all.
    """
    n = len(pieces)
    may_attend = torch.zeros(1, n + 2, n + 2, dtype=torch.bool)
    may_attend[0, :n, :n] = torch.from_numpy(masks(order)[1])
    may_attend[0, :, n:] = True
    segments = torch.zeros(1, n + 2, dtype=torch.long)
    segments[0, -1] = 2
    logits, _ = model(torch.tensor([[*pieces, SEP, CLS]]), torch.arange(n)[None], may_attend, segments)
    logits[..., : len(SPECIAL)] = -torch.inf
    return logits[0].log_softmax(dim=-1).numpy()


class Orders(Explorer):
    """Made by `order_words`."""

    widest = "1000px"

    def __init__(self, model: XLNetForPreTraining, tokenizer: "Tokenizer", sentence: str):
        self.model, self.tokenizer, self.sentence = model, tokenizer, sentence
        self.asked = EXAMPLES[sentence]
        self.first_order = told_order(ready_order(LAST, len(self._pieces(sentence)), self.asked))
        self._log_p = lru_cache(maxsize=64)(lambda pieces, order: log_p(model, pieces, order))
        words = self.told(sentence, self.first_order, self.asked + 1)
        self.alt = f"Both streams' masks for an order of words, and five guesses for one of them. {words}"

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        self.examples = chooser("Examples:", list(EXAMPLES), self.sentence, width="30em")
        self.examples.observe(self.guard(self._take_example), "value")
        self.ready = chooser("Ready orders:", list(READY), LAST, width="20em")
        self.ready.observe(self.guard(self._take_order), "value")
        self.buttons = {
            name: ipywidgets.Button(description=name, layout={"width": "12em"})
            for name in ("◀ one step earlier", "one step later ▶")
        }
        for button, step in zip(self.buttons.values(), (-1, 1), strict=True):
            button.on_click(self.guard(lambda _, step=step: self._move(step)))
        return {
            "sentence": text_box("Words:", self.sentence, "eight words at most, press Enter", width="30em"),
            "order": text_box("Order:", self.first_order, "such as 3 1 2, press Enter", width="20em"),
            "number": slider("Asked: word number", range(1, MOST + 1), self.asked + 1),
        }

    def rows(self) -> list[ipywidgets.Widget]:
        sentence, order, number = self.controls.values()
        return [
            ipywidgets.HBox([self.examples, self.ready]),
            ipywidgets.HBox([sentence, order]),
            ipywidgets.HBox([number, *self.buttons.values()]),
        ]

    def _take_example(self, _change: object = None) -> None:
        sentence = self.examples.value
        self.controls["number"].value = EXAMPLES[sentence] + 1
        self.controls["order"].value = self._made(self.ready.value, sentence)
        self.controls["sentence"].value = sentence

    def _take_order(self, _change: object = None) -> None:
        self.controls["order"].value = self._made(self.ready.value, self.controls["sentence"].value)

    def _made(self, name: str, sentence: str) -> str:
        length = len(self._pieces(sentence))
        return told_order(ready_order(name, length, min(self.controls["number"].value, length) - 1))

    def _move(self, step: int) -> None:
        """The asked word changes places with its neighbour in the order."""
        pieces, order, asked = self._read(**self.chosen())
        at = order.index(asked)
        other = at + step
        if 0 <= other < len(pieces):
            order[at], order[other] = order[other], order[at]
            self.controls["order"].value = told_order(order)

    def _pieces(self, sentence: str) -> list[int]:
        pieces = self.tokenizer.encode(sentence, add_special_tokens=False).ids
        if len(pieces) < 2:
            raise NotShown("Two words at least, please.")
        if len(pieces) > MOST:
            raise NotShown(f"These are {len(pieces)} pieces: {MOST} at most, please.")
        return pieces

    def _read(self, sentence: str, order: str, number: int) -> tuple[list[int], list[int], int]:
        pieces = self._pieces(sentence)
        n = len(pieces)
        try:
            places = [int(one) - 1 for one in order.replace(",", " ").split()]
        except ValueError:
            raise NotShown(f"The order is {order!r}: numbers with spaces between, please.") from None
        if sorted(places) != list(range(n)):
            raise NotShown(f"The order has to hold each number from 1 to {n} once: there are {n} pieces.")
        if number > n:
            raise NotShown(f"There are {n} pieces: there is no number {number}.")
        return pieces, places, number - 1

    def guessed(self, sentence: str, order: str, number: int) -> tuple[list[str], list[int], int, np.ndarray]:
        """The pieces in letters, the order as places, which place is asked for, and ln p there, (T, V)."""
        pieces, places, asked = self._read(sentence, order, number)
        names = [self.tokenizer.id_to_token(piece) for piece in pieces]
        return names, places, asked, self._log_p(tuple(pieces), tuple(places))

    def _best(self, row: np.ndarray, n: int = 5) -> list[tuple[str, float]]:
        best = np.argsort(-row)[:n]
        return [(self.tokenizer.id_to_token(int(i)), float(np.exp(row[i]))) for i in best]

    def draw(self, **chosen: Any) -> Figure:
        names, order, asked, table = self.guessed(**chosen)
        own = self._own(names, table)
        return figures.both_streams(
            names,
            order,
            asked,
            *masks(order),
            self._best(table[asked]),
            p=float(np.exp(own[asked])),
            whole=float(own.sum()),
        )

    def _own(self, names: Sequence[str], table: np.ndarray) -> np.ndarray:
        """ln p of what stands at each place, (T,)."""
        return table[np.arange(len(names)), [self.tokenizer.token_to_id(name) for name in names]]

    def told(self, sentence: str, order: str, number: int) -> str:
        names, places, asked, table = self.guessed(sentence, order, number)
        own = self._own(names, table)
        step = places.index(asked)
        seen = ", ".join(names[i] for i in sorted(places[:step])) or "nothing but the marks at the end"
        best = ", ".join(f"“{piece}” {p:.0%}" for piece, p in self._best(table[asked], 3))
        return (
            f"“{names[asked]}” comes at step {step + 1} of {len(names)}: it is predicted from {seen}. "
            f"xlnet-mini gives it {np.exp(own[asked]):.2%}; likeliest: {best}. All {len(names)} together, "
            f"by the chain rule in this order: log p = −{-own.sum():.1f}."
        )

    def static(self) -> Figure:
        return self.draw(sentence=self.sentence, order=self.first_order, number=self.asked + 1)


def told_order(order: Sequence[int]) -> str:
    """Places as the learner counts them, from 1: `3 1 2`."""
    return " ".join(str(place + 1) for place in order)


def order_words(
    model: XLNetForPreTraining, tokenizer: "Tokenizer", sentence: str = next(iter(EXAMPLES))
) -> Orders:
    """Show, for an order of up to eight words, both masks and how likely each word is from what it may see.

    Raises ValueError if `sentence` is not one of `EXAMPLES`.
    """
    if sentence not in EXAMPLES:
        raise ValueError(f"sentence is {sentence!r}, expected one of {', '.join(map(repr, EXAMPLES))}")
    return Orders(model, tokenizer, sentence)
