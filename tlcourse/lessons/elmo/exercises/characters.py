"""Spelling a word for a network that knows no unknown word."""

import numpy as np

from tlcourse.exercises.machinery import exercise

WORDS = ("cat", "Beckham", "naïve", "in", "goverment", "a", "£40", "unbelievably")


def _word_and_room(rng: np.random.Generator) -> tuple[str, int]:
    word = WORDS[int(rng.integers(len(WORDS)))]
    return word, len(word.encode("utf-8")) + int(rng.integers(4, 9))


def _code_points(word: str, room: int) -> list[int]:
    ids = [257, *(ord(c) + 1 for c in word), 258]
    return ids + [0] * (room - len(ids))


def _unshifted(word: str, room: int) -> list[int]:
    ids = [257, *word.encode("utf-8"), 258]
    return ids + [0] * (room - len(ids))


def _marks_shifted(word: str, room: int) -> list[int]:
    return _filled([258, *(b + 1 for b in word.encode("utf-8")), 259], room)


def _zeros_by_characters(word: str, room: int) -> list[int]:
    return [257, *(b + 1 for b in word.encode("utf-8")), 258] + [0] * (room - 2 - len(word))


def _marks_taken_off_twice(word: str, room: int) -> list[int]:
    return _filled([257, *(b + 1 for b in word.encode("utf-8")), 258], room - 2)


def _marks_not_counted(word: str, room: int) -> list[int]:
    return _filled([257, *(b + 1 for b in word.encode("utf-8")), 258], room + 2)


def _unpadded(word: str, room: int) -> list[int]:
    return [257, *(b + 1 for b in word.encode("utf-8")), 258]


def _begun_twice(word: str, room: int) -> list[int]:
    return _filled([257, *(b + 1 for b in word.encode("utf-8")), 257], room)


def _ended_twice(word: str, room: int) -> list[int]:
    return _filled([258, *(b + 1 for b in word.encode("utf-8")), 258], room)


def _shifted_twice(word: str, room: int) -> list[int]:
    return _filled([257, *(b + 2 for b in word.encode("utf-8")), 258], room)


def _filled_with_ones(word: str, room: int) -> list[int]:
    ids = [257, *(b + 1 for b in word.encode("utf-8")), 258]
    return ids + [1] * (room - len(ids))


def _lower(word: str, room: int) -> list[int]:
    return _filled([257, *(b + 1 for b in word.lower().encode("utf-8")), 258], room)


def _end_mark_missing(word: str, room: int) -> list[int]:
    return _filled([257, *(b + 1 for b in word.encode("utf-8"))], room)


def _shifted_down(word: str, room: int) -> list[int]:
    return _filled([257, *(b - 1 for b in word.encode("utf-8")), 258], room)


def _filled(ids: list[int], room: int) -> list[int]:
    return ids + [0] * (room - len(ids))


def _no_marks(word: str, room: int) -> list[int]:
    ids = [b + 1 for b in word.encode("utf-8")]
    return ids + [0] * (room - len(ids))


def _padding_before_the_end(word: str, room: int) -> list[int]:
    ids = [257, *(b + 1 for b in word.encode("utf-8"))]
    return [*ids, *[0] * (room - len(ids) - 1), 258]


def _marks_swapped(word: str, room: int) -> list[int]:
    ids = [258, *(b + 1 for b in word.encode("utf-8")), 257]
    return ids + [0] * (room - len(ids))


def _padded_in_front(word: str, room: int) -> list[int]:
    ids = [257, *(b + 1 for b in word.encode("utf-8")), 258]
    return [0] * (room - len(ids)) + ids


@exercise(
    title="Spell a word",
    inputs=_word_and_room,
    special={
        "a letter of two bytes": ("café", 12),
        "no room to spare": ("dog", 5),
        "an empty word": ("", 4),
        "a capital": ("Ajax", 9),
    },
    equivalent={
        "result: absolute": "numbers of characters are never negative",
        "room - len(ids) → abs(room - len(ids))": "there is room enough",
    },
    hints=(
        "What are the bytes of a word? A str has a method for that, and ï has two of them.",
        "A loop over `word.encode('utf-8')` gives whole numbers from 0 to 255. Add 1 to each, so that 0 "
        "stays free for padding.",
        "Build a list: 257, then the shifted bytes, then 258. How many zeros are missing up to `room`?",
    ),
    wrong=[
        (
            _code_points,
            "You number the characters. One such as ï or £ is two bytes: take the bytes.",
        ),
        (_unshifted, "The bytes are not shifted: byte 0 would look like padding. Add 1 to each."),
        (_unpadded, "Words of a batch need one length: fill up with zeros to `room`."),
        (_begun_twice, "257 is the mark of a word's beginning. Its end is 258."),
        (_ended_twice, "258 is the mark of a word's end. Its beginning is 257."),
        (_shifted_twice, "The bytes are shifted by 2: add 1."),
        (_filled_with_ones, "You fill up with ones, which stand for byte 0. Padding is 0."),
        (_lower, "The word keeps its capitals: *Bush* and *bush* are spelt differently."),
        (_end_mark_missing, "The end is missing: 258 follows the last byte."),
        (_shifted_down, "Add 1 to each byte: you take 1 away."),
        (_no_marks, "The marks are missing: 257 where the word begins, 258 where it ends."),
        (_padding_before_the_end, "The word ends before the padding begins: 258 follows its last byte."),
        (_marks_swapped, "257 begins a word and 258 ends it, not the other way round."),
        (
            _marks_shifted,
            "The marks are shifted too: add 1 to the bytes alone.",
        ),
        (
            _zeros_by_characters,
            "You count the zeros by the word's characters, and ï is two bytes: count those of the list.",
        ),
        (_marks_taken_off_twice, "Two zeros are missing: are the marks taken off the room twice?"),
        (_marks_not_counted, "Two zeros too many: the marks take room, too."),
        (_padded_in_front, "Padding comes at the end here, after 258."),
    ],
)
def spell(word: str, room: int) -> list[int]:
    """Return a list of `room` numbers: 257, each UTF-8 byte of the word plus 1, 258, then zeros."""
    ids = [257, *(byte + 1 for byte in word.encode("utf-8")), 258]
    return ids + [0] * (room - len(ids))
