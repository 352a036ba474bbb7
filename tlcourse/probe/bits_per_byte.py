"""How many bits a language model needs for a byte of text: a loss that does not depend on the pieces.

A loss per piece rewards short pieces: cut into letters, each is easy to guess. The log-probability of the
whole text, divided by the number of its bytes, compares models whose vocabularies differ (Radford et al.
2019, section 3.1). It assumes that the pieces stand for the whole text: where the zoo's tokeniser leaves out
capitals and blanks, its models have less to predict. `readable` is the text that remains for them.

Taught in lesson *GPT-2*.
"""

import math
from collections.abc import Sequence

import numpy as np
import torch

from tlcourse.data.tokeniser import find_words
from tlcourse.models.language.kneser_ney import KneserNey
from tlcourse.probe.zero_shot import LanguageModel


@torch.inference_mode()
def text_nats(model: LanguageModel, text: str) -> np.ndarray:
    """−ln p of each piece of a text after the mark that stands before it: float64 (T,).

    Raises:
        ValueError: the text has no piece, or more than the model reads.
    """
    ids = model.encode(text)
    if not 0 < len(ids) <= model.longest - len(model.start):
        raise ValueError(
            f"the text has {len(ids)} pieces, expected 1 to {model.longest - len(model.start)}: cut it."
        )
    row = torch.tensor([[*model.start, *ids]])
    logits = model.logits(row[:, :-1], torch.ones_like(row[:, :-1]))[0, len(model.start) - 1 :].float()
    log_p = logits.gather(1, torch.tensor(ids)[:, None])[:, 0] - logits.logsumexp(dim=-1)
    return -log_p.double().numpy()


def of_texts(model: LanguageModel, texts: Sequence[str], size_of: Sequence[str] | None = None) -> np.ndarray:
    """Bits and bytes of each text: float64 (N, 2); `per_byte` divides the one's sum by the other's.

    Args:
        size_of: texts whose bytes are counted, where others are read.
    """
    sizes = [len(text.encode("utf-8")) for text in size_of or texts]
    bits = [text_nats(model, text).sum() / math.log(2) for text in texts]
    return np.column_stack([bits, sizes])


def of_counts(counted: KneserNey, encode: LanguageModel, texts: Sequence[str]) -> np.ndarray:
    """The same for a model that counted pieces, each text after the start of `encode`."""
    rows = []
    for text in texts:
        ids = [*encode.start, *encode.encode(text)]
        total, _ = counted.loss(np.array([ids]), n_given=len(encode.start))
        rows.append((total / math.log(2), len(text.encode("utf-8"))))
    return np.array(rows)


def per_byte(found: np.ndarray) -> float:
    """(N, 2) of `of_texts` → bits per byte of all the texts together."""
    bits, size = found.sum(axis=0)
    return float(bits / size)


def beginnings(texts: Sequence[str], n_words: int) -> list[str]:
    """The first `n_words` words and signs of each text, on one line; texts with fewer are left out."""
    found = []
    for text in texts:
        parts = text.split()
        sizes = np.cumsum([len(find_words(part)) for part in parts])
        if len(sizes) and sizes[-1] >= n_words:
            found.append(" ".join(parts[: int(np.searchsorted(sizes, n_words)) + 1]))
    return found


def readable(text: str) -> str:
    """What the zoo's pieces keep of a text: lower case, no accents, a blank between words and signs."""
    import unicodedata

    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return " ".join(find_words(plain.lower()))
