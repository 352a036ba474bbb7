"""Hide any word of any sentence: five guesses from each layer of a masked language model, live."""

from typing import TYPE_CHECKING, Any

import ipywidgets
from matplotlib.figure import Figure

from tlcourse.data.tokeniser import find_words
from tlcourse.lessons.bert import figures
from tlcourse.models.language.bert import BertForPreTraining
from tlcourse.probe import masked_words
from tlcourse.probe.masked_words import Question
from tlcourse.show.explorer import Explorer, NotShown, chooser, slider, text_box

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MOST_WORDS = 40  # more would take longer than an answer may
EXAMPLES = {
    "The prime minister said he would resign after the election .": 3,
    "The film was very good and very funny .": 5,
    "He did not know what to do .": 3,
    "She drank a cup of tea .": 6,
    "The capital of France is Paris .": 6,
    "I have never seen such a bad movie .": 7,
    "England beat Wales in the final .": 2,
}


class HiddenWords(Explorer):
    """Made by `hide_words`."""

    widest = "860px"

    def __init__(self, model: BertForPreTraining, tokenizer: "Tokenizer", example: str):
        self.model, self.tokenizer, self.example = model, tokenizer, example
        self.last: tuple[tuple[str, int] | None, Any] = (None, None)  # what was asked last, and the answer
        self.alt = f"Five guesses for a hidden word from each layer. {self.told(example, EXAMPLES[example])}"

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        self.examples = chooser("Examples:", list(EXAMPLES), self.example, width="46em")
        self.examples.observe(self.guard(self._take_example), "value")
        return {
            "sentence": text_box("Sentence:", self.example, "type a sentence, press Enter", width="46em"),
            "number": slider("Hide word number", range(1, MOST_WORDS + 1), EXAMPLES[self.example]),
        }

    def rows(self) -> list[ipywidgets.Widget]:
        return [self.examples, *self.controls.values()]

    def _take_example(self, _change: object = None) -> None:
        self.controls["number"].value = EXAMPLES[self.examples.value]
        self.controls["sentence"].value = self.examples.value

    def guessed(self, sentence: str, number: int) -> tuple[list[str], str, list[list[tuple[str, float]]]]:
        """The words, what belongs at the place, and five guesses from each layer.

        One [MASK] stands for the whole word. Raises NotShown if there is no such word.
        """
        words = find_words(sentence)
        if not words:
            raise NotShown("There is no word: type a sentence.")
        if len(words) > MOST_WORDS:
            raise NotShown(f"The sentence has {len(words)} words: {MOST_WORDS} at most, please.")
        if number > len(words):
            raise NotShown(f"The sentence has {len(words)} words: there is no word number {number}.")
        if (sentence, number) == self.last[0]:
            return self.last[1]
        cut = [e.ids for e in self.tokenizer.encode_batch(words, add_special_tokens=False)]
        place = number - 1
        before = [piece for ids in cut[:place] for piece in ids]
        after = [piece for ids in cut[place + 1 :] for piece in ids]
        asked = cut[place] or [self.tokenizer.token_to_id("[UNK]")]
        question = Question([*before, asked[0], *after], len(before), place)
        right = self.tokenizer.id_to_token(asked[0]) if len(asked) == 1 else ""
        found = words, right, masked_words.by_layer(self.model, self.tokenizer, question)
        self.last = (sentence, number), found
        return found

    def draw(self, sentence: str, number: int) -> Figure:
        words, right, found = self.guessed(sentence, number)
        return figures.guesses(words, number - 1, found, right)

    def told(self, sentence: str, number: int) -> str:
        words, right, found = self.guessed(sentence, number)
        word = words[number - 1]
        top = ", ".join(f"{piece} {p:.0%}" for piece, p in found[-1])
        if not right:
            return f"“{word}” is several pieces: no single guess can be it. The top layer guesses {top}."
        names = ["the embeddings", *(f"layer {k}" for k in range(1, len(found)))]
        first = [name for name, guesses in zip(names, found, strict=True) if guesses[0][0] == right]
        known = f"It is the first guess of {', '.join(first)}" if first else "It is no layer's first guess"
        return f"“{word}” is hidden. {known}. The top layer guesses {top}."

    def static(self) -> Figure:
        return self.draw(self.example, EXAMPLES[self.example])


def hide_words(
    model: BertForPreTraining, tokenizer: "Tokenizer", example: str = next(iter(EXAMPLES))
) -> HiddenWords:
    """Show what each layer guesses for a hidden word.

    Raises ValueError if `example` is not one of `EXAMPLES`.
    """
    if example not in EXAMPLES:
        raise ValueError(f"example is {example!r}, expected one of {', '.join(map(repr, EXAMPLES))}")
    return HiddenWords(model, tokenizer, example)
