"""A loss that does not depend on the pieces."""

import math

import numpy as np
from numpy import ndarray  # the lesson, where the solutions may be read, has no np

from tlcourse.exercises.machinery import exercise

_TEXTS = (
    "Der Bär läuft über die Brücke.",
    "£5 for a café crème?",
    "naïve – but true",
    "Ærø is an island, €3",
)


def _text(rng: np.random.Generator) -> tuple[np.ndarray, str]:
    return rng.exponential(scale=3.0, size=int(rng.integers(4, 9))), str(rng.choice(_TEXTS))


def _per_piece(nats: np.ndarray, text: str) -> float:
    return float(nats.mean() / math.log(2))


def _per_letter(nats: np.ndarray, text: str) -> float:
    return float(nats.sum() / math.log(2) / len(text))


def _in_nats(nats: np.ndarray, text: str) -> float:
    return float(nats.sum() / len(text.encode()))


def _times(nats: np.ndarray, text: str) -> float:
    return float(nats.sum() * math.log(2) / len(text.encode()))


def _mean_per_byte(nats: np.ndarray, text: str) -> float:
    return float(nats.mean() / math.log(2) / len(text.encode()))


def _logged_again(nats: np.ndarray, text: str) -> float:
    return float(np.log2(nats).sum() / len(text.encode()))


def _bits(nats: np.ndarray, text: str) -> float:
    return float(nats.sum() / math.log(2))


def _per_bit(nats: np.ndarray, text: str) -> float:
    return float(nats.sum() / math.log(2) / (8 * len(text.encode())))


def _per_word(nats: np.ndarray, text: str) -> float:
    return float(nats.sum() / math.log(2) / len(text.split()))


def _inverse(nats: np.ndarray, text: str) -> float:
    return float(len(text.encode()) / (nats.sum() / math.log(2)))


def _perplexity(nats: np.ndarray, text: str) -> float:
    return float(np.exp(nats.sum() / len(text.encode())))


@exercise(
    title="Bits per byte",
    inputs=_text,
    equivalent={"result: absolute": "no −ln p is negative"},
    special={
        "a text of ASCII, where a letter is a byte": (np.array([1.0, 2.0, 0.5]), "plain"),
        "one piece": (np.array([2.5]), "ß"),
        "a capital with fewer bytes than its small letter": (np.array([2.0, 3.0, 1.0]), "Ⱥ and Ⱦ"),
        "a sign of four bytes": (np.array([4.0, 1.0]), "😀!"),
    },
    hints=(
        "What is the −ln p of the whole text, if you have that of each piece? And what is a nat in bits?",
        "A bit is ln 2 nats. The bytes are those of UTF-8: `text.encode()` gives them, and an ä has two.",
        "Sum, divide by `math.log(2)`, divide by the number of bytes.",
    ),
    wrong=[
        (_per_piece, "That is per piece: divide by the bytes of the text, whatever the number of pieces."),
        (_per_letter, "That is per letter: `len(text)` counts letters, and £ or ä have two bytes."),
        (_in_nats, "That is in nats: a bit is ln 2 = 0.69 nats, so divide by it."),
        (_times, "You multiply by ln 2. A bit is the smaller unit, so there are more of them: divide."),
        (
            _mean_per_byte,
            "The mean of the pieces, divided once more: the whole text has the *sum* of its pieces.",
        ),
        (_logged_again, "The −ln p are logarithms already: to turn them into bits, divide by ln 2."),
        (_bits, "These are the bits of the whole text: divide by the number of its bytes."),
        (_per_bit, "Divided by the text's bits: per byte is asked, so do not multiply the bytes by 8."),
        (_per_word, "That is per word: divide by the bytes."),
        (_inverse, "Upside down: bytes per bit."),
        (_perplexity, "That is a perplexity: no exponential, the bits themselves."),
    ],
)
def bits_per_byte(nats: ndarray, text: str) -> float:
    """Return bits per byte of a text in UTF-8; `nats` (T,) holds −ln p of each of its pieces."""
    return float(nats.sum() / math.log(2) / len(text.encode("utf-8")))
