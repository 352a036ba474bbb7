"""What is taken out of texts before a model reads them, and which texts are the same.

Marks of a web page are taken out, as no reader sees them. Texts that are nearly the same (Jaccard
similarity of their words ≥ 0.8) are kept together, so that none is learned on one side of a split and
tested on the other.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tlcourse.data.near_duplicates import joined, similar_pairs, words
from tlcourse.data.tasks import CLASSES
from tlcourse.trial.refusals import counted, shown

LONGEST = 10_000  # characters of a text that are kept; an encoder reads the first thousand or so
SIMILAR = 0.8
MOST_ALIKE = 0.2  # share of the texts; a larger group cannot be kept on one side of a split

_NAMES = (
    "a|abbr|article|b|blockquote|body|br|button|center|code|dd|div|dl|dt|em|font|footer|form|h[1-6]|head|header|hr|"
    "html|i|iframe|img|input|li|link|main|meta|nav|ol|option|p|pre|q|s|section|select|small|span|strike|strong|sub|"
    "sup|svg|table|tbody|td|th|thead|title|tr|tt|u|ul|video"
)
_ATTRIBUTES = r"""\s(?:"[^"]*"|'[^']*'|[^<>"'])*"""
_MARKUP = re.compile(
    rf"<!--.*?-->|<(script|style)\b[^<>]*>.*?</\1\s*>|</?(?:{_NAMES}|script|style)(?:{_ATTRIBUTES}|\s[^<>]*)?/?>",
    re.IGNORECASE | re.DOTALL,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31}\d{0,2});")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ufeff\u2028\u2029]+")
_BLANK = re.compile(r"\s+")


def without_markup(text: str) -> str:
    """Without a web page's tags, comments and scripts, entities resolved; `<3` and `<user>` stay."""
    if "<" in text:
        text = _MARKUP.sub(" ", text)
    return _ENTITY.sub(lambda one: html.unescape(one[0]), text) if "&" in text else text


def tidy(text: str) -> str:
    """One line without control characters."""
    return _BLANK.sub(" ", _CONTROL.sub(" ", text)).strip()


def cleaned(texts: Sequence[str], lines: Sequence[int]) -> tuple[list[str], list[str]]:
    """Texts on one line, without markup, not too long; and what was done, in sentences."""
    found, marked, long = [], [], []
    for text, line in zip(texts, lines, strict=True):
        plain = without_markup(text)
        if plain != text:
            marked.append(line)
        plain = tidy(plain)
        if len(plain) > LONGEST:
            long.append(line)
            plain = plain[:LONGEST]
        found.append(plain)
    notes = []
    if marked:
        notes.append(
            f"Tags and entities of HTML were taken out of {counted(len(marked), 'text')}, the first in line "
            f"{marked[0]}."
        )
    if long:
        notes.append(
            f"{counted(len(long), 'text')} of more than {LONGEST:,} characters, the first in line {long[0]}, "
            "were cut there."
        )
    return found, notes


@dataclass(frozen=True)
class Alike:
    """Which texts stay, and which belong together.

    Attributes:
        kept: (M,) int64, places among the texts that were given.
        values: (M,) what is to be predicted; of one text with several numbers their mean.
        groups: (M,) int64; what has one number must not be torn apart.
        notes: what was left out, in sentences.
    """

    kept: np.ndarray
    values: np.ndarray
    groups: np.ndarray
    notes: list[str]


def without_copies(texts: Sequence[str], kind: str, values: np.ndarray, lines: Sequence[int]) -> Alike:
    """Each text once. One that stands there with several classes is left out, as no answer to it is right."""
    places: dict[str, list[int]] = {}
    for i, text in enumerate(texts):
        places.setdefault(text.casefold(), []).append(i)
    kept, chosen, copies, torn = [], [], 0, []
    for same in places.values():
        found = values[same]
        copies += len(same) - 1
        if np.ptp(found) and kind == CLASSES:
            torn.append(same)
            copies -= len(same) - 1
            continue
        kept.append(same[0])
        chosen.append(found.mean() if kind != CLASSES else found[0])
    notes = []
    if copies:
        notes.append(
            f"Left out: {counted(copies, 'copy', 'copies')} of texts that stand in the file more than once."
        )
    if torn:
        n = sum(map(len, torn))
        where = " and ".join(str(lines[i]) for i in torn[0][:2])
        notes.append(
            f"Left out: {counted(n, 'record')} of {counted(len(torn), 'text')} that stand there with "
            f"different labels, such as {shown(texts[torn[0][0]])} in lines {where}. Decide which is right."
        )
    groups, told = _together([texts[i] for i in kept])
    return Alike(np.array(kept, np.int64), np.array(chosen, values.dtype), groups, notes + told)


def _together(texts: Sequence[str]) -> tuple[np.ndarray, list[str]]:
    """The group of each text: those that are nearly the same have one."""
    if not texts:
        return np.zeros(0, np.int64), []
    pairs = similar_pairs([frozenset(words(text)) for text in texts], SIMILAR)
    groups = joined(range(len(texts)), pairs)
    sizes = np.bincount(groups)
    alike = int(sizes[sizes > 1].sum())
    if not alike:
        return groups, []
    if sizes.max() > MOST_ALIKE * len(texts):
        return np.arange(len(texts)), [
            f"{counted(int(sizes.max()), 'text')} are nearly the same, too many to keep on one side of the "
            "split: what is tested was nearly seen, so take every score as too high."
        ]
    return groups, [
        f"{counted(alike, 'text')} are nearly the same as another: those that belong together are never on "
        "both sides of a split."
    ]
