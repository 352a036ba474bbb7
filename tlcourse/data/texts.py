"""Texts, words and sentences as arguments. A string is a sequence too, of letters: here it is turned away.

    encoder.parts("a good film")     # would read eleven texts of one letter each

Whatever takes several texts passes them through `as_texts` first, whatever takes sentences that are cut into
words through `as_sentences`.
"""

from collections.abc import Iterable

SHOWN = 40  # characters of a value in a message


def as_texts(values: Iterable[str], name: str = "texts") -> list[str]:
    """Return `values` as a list of strings.

    Args:
        name: what the caller calls them, for the message: `texts`, `words`, `without`.

    Raises:
        TypeError: `values` is one string, is not iterable, or holds something other than a string.
    """
    if isinstance(values, str | bytes):
        raise TypeError(
            f"{name} is a single string ({_shown(values)}), expected several: put it in a list, [{name}]"
        )
    found = _listed(values, name, "strings")
    for place, value in enumerate(found):
        if not isinstance(value, str):
            raise TypeError(
                f"{name}[{place}] is {_shown(value)}, of type {type(value).__name__}, expected a string"
            )
    return found


def as_pairs(first: Iterable[str], second: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return two lists of strings, of one length.

    Raises:
        TypeError: one of them is a single string, or holds something other than strings.
        ValueError: they differ in length.
    """
    left, right = as_texts(first, "first"), as_texts(second, "second")
    if len(left) != len(right):
        raise ValueError(f"first has {len(left)} texts and second {len(right)}: each text needs its partner")
    return left, right


def as_sentences(values: Iterable[Iterable[str]], name: str = "sentences") -> list[list[str]]:
    """Return `values` as a list of lists of words.

    Raises:
        TypeError: `values` or one of its sentences is a string that is not cut into words, or holds something
            other than words.
    """
    if isinstance(values, str | bytes):
        raise TypeError(
            f"{name} is a single string ({_shown(values)}), expected a list of sentences, each a list of "
            "words: [['a', 'good', 'film']]"
        )
    found = _listed(values, name, "sentences")
    for place, sentence in enumerate(found):
        if isinstance(sentence, str | bytes):
            raise TypeError(
                f"{name}[{place}] is a string ({_shown(sentence)}), expected a list of its words: cut it "
                "first, with tlcourse.data.running_text.tokenise(sentence) or sentence.split()"
            )
    return [as_texts(sentence, f"{name}[{place}]") for place, sentence in enumerate(found)]


def _listed(values: Iterable, name: str, what: str) -> list:
    try:
        return list(values)
    except TypeError:
        raise TypeError(
            f"{name} is {_shown(values)}, of type {type(values).__name__}, expected a list of {what}"
        ) from None


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
