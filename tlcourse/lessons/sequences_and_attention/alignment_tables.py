"""The lesson's tables of letters and the phonemes they stand for: rows for `show.table`."""

from collections.abc import Sequence
from typing import Any

from tlcourse.data.cmudict import Lexicon
from tlcourse.models.sequences.letter_to_sound import LetterToSound
from tlcourse.probe.letter_alignment import Agreement, Attended, weight_on
from tlcourse.show.records import Records

_SPELT = [("x", "K"), ("x", "S"), ("ph", "F"), ("sh", "SH"), ("kn", "N"), ("igh", "AY"), ("qu", "W")]


def pronunciations(lexicon: Lexicon, words: Sequence[str]) -> list[dict[str, str]]:
    """Words, each with all its accepted pronunciations."""
    return [{"word": w, "said": " or ".join(map(" ".join, lexicon.pronunciations[w]))} for w in words]


def letter_by_letter(table: LetterToSound, lexicon: Lexicon, words: Sequence[str]) -> list[dict[str, str]]:
    """Words that have an alignment, each letter with what it says."""
    rows = []
    for word in words:
        chunks = table.align(word, lexicon.pronunciations[word][0]) or ()
        said = [f"{letter}:{'+'.join(chunk) or '–'}" for letter, chunk in zip(word, chunks, strict=True)]
        rows.append({"word": word, "found by EM": "  ".join(said)})
    return rows


def wrong_by_counting(counts: Records) -> list[dict[str, Any]]:
    """Error rates of models without chance, a row for each: there are no seeds to tell of."""
    return [
        {"model": model} | {what: rows.mean for what, rows in of.by("measured").items() if what}
        for model, of in counts.by("model").items()
    ]


def weights_by_spelling(attended: Attended) -> list[dict[str, Any]]:
    """Where the weight goes while a phoneme is written, for spellings whose letters and phoneme are clear."""
    rows = []
    for spelt, phoneme in _SPELT:
        n, weights = weight_on(attended, spelt, phoneme)
        each = "  ".join(f"{letter} {w:.0%}" for letter, w in zip(spelt, weights, strict=True))
        there = {"it looks at": each, "elsewhere": f"{1 - weights.sum():.0%}"} if n else {}
        rows.append({"spelt": spelt, "while it writes": phoneme} | there | {"words": n})
    return rows


def which_letter(found: Agreement) -> list[dict[str, Any]]:
    """How often the letter with the most weight, and a straight line, find the letter that says a phoneme."""
    return [
        {"guess": "letter with the most weight", "right": found.exact, "right, or next to it": found.near},
        {
            "guess": "a straight line",
            "right": found.diagonal_exact,
            "right, or next to it": found.diagonal_near,
        },
    ]
