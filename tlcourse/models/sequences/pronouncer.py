"""An encoder–decoder together with its letters and phonemes: words in, pronunciations out.

Taught in lesson *Sequences and attention*.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from torch import Tensor

from tlcourse.data.symbols import Symbols, pad
from tlcourse.data.texts import as_texts
from tlcourse.models.sequences.decoding import beam, greedy
from tlcourse.models.sequences.seq2seq import EncoderDecoder

LONGEST = 40  # letters; the longest word of the CMU dictionary has 34


class Pronouncer:
    """Says words with a trained `model`."""

    def __init__(self, model: EncoderDecoder, letters: Symbols, phonemes: Symbols):
        self.model, self.letters, self.phonemes = model, letters, phonemes

    def read(self, text: str) -> str:
        """`text` as a word that the model can say: trimmed, in small letters.

        Raises:
            ValueError: no word, more than one, too long, or with a character that the model has never seen.
        """
        word = text.strip().lower()
        if not word:
            raise ValueError("There is no word yet: type one, such as “phonetic”.")
        if len(word.split()) > 1:
            raise ValueError(f"“{text.strip()}” is more than one word. The model says one word at a time.")
        if strange := sorted(set(word) - set(self.letters.symbols)):
            raise ValueError(
                f"“{word}” has {' '.join(strange)} in it. The model knows the letters a to z only: "
                "write digits out as words, and leave accents and other signs away."
            )
        if len(word) > LONGEST:
            raise ValueError(f"“{word[:12]}…” has {len(word)} letters. Give at most {LONGEST}.")
        return word

    def say(
        self, words: Iterable[str], width: int | None = None, alpha: float = 0.0, batch_size: int = 500
    ) -> dict[str, tuple[str, ...]]:
        """Each word and its phonemes, greedily, or by `beam`."""
        said = {}
        for batch, source in self._batches(words, batch_size):
            decoded = greedy(self.model, source) if width is None else beam(self.model, source, width, alpha)
            said |= zip(batch, map(self.phonemes.decode, decoded.symbols.tolist()), strict=True)
        return said

    def attend(
        self, words: Iterable[str], batch_size: int = 500
    ) -> dict[str, tuple[tuple[str, ...], np.ndarray]]:
        """Each word, its phonemes (greedily), and the weights (phonemes, letters), whose rows add up to 1.

        Raises:
            ValueError: the model has no attention.
        """
        words = as_texts(words, "words")
        if self.model.attention is None:
            raise ValueError(
                "this model has no attention to look at; pass one built with attention='additive'"
            )
        looked = {}
        for batch, source in self._batches(words, batch_size):
            decoded = greedy(self.model, source)
            for word, row, weights in zip(
                batch, decoded.symbols.tolist(), decoded.weights.numpy(), strict=True
            ):
                phonemes = self.phonemes.decode(row)
                looked[word] = phonemes, weights[: len(phonemes), : len(word)]
        return looked

    def _batches(self, words: Iterable[str], batch_size: int) -> Iterator[tuple[list[str], Tensor]]:
        self.model.eval()
        ordered = sorted(
            as_texts(words, "words"), key=len
        )  # words of one length go together: hardly any padding
        for start in range(0, len(ordered), batch_size):
            batch = ordered[start : start + batch_size]
            yield batch, pad([self.letters.encode(word) for word in batch])
