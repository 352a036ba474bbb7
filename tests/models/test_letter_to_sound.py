"""EM alignment on words whose alignment is known, and the table that is read from it."""

import itertools

import pytest

from tlcourse.models.letter_to_sound import LetterToSound

SOUND = {"a": ("AE",), "t": ("T",), "s": ("S",), "x": ("K", "S"), "h": (), "p": ("P",)}


def spell(word):
    """A language in which every letter always says the same: x two phonemes, h none."""
    return word, tuple(itertools.chain.from_iterable(SOUND[letter] for letter in word))


WORDS = ["".join(w) for n in (2, 3, 4) for w in itertools.product("atsxhp", repeat=n)]
ENTRIES = [spell(w) for w in WORDS if spell(w)[1]]


@pytest.fixture(scope="module")
def model():
    return LetterToSound(ENTRIES)


def test_em_finds_what_each_letter_says(model):
    for word in ("tax", "hat", "path", "axhs"):
        assert model.align(word, spell(word)[1]) == [SOUND[letter] for letter in word]


def test_an_alignment_says_all_phonemes_in_order(model):
    for word, said in ENTRIES[::37]:
        assert tuple(itertools.chain.from_iterable(model.align(word, said))) == said


def test_the_best_alignment_is_the_best_of_all(model):
    """Viterbi against trying every way of dealing out the phonemes."""
    word, said = spell("taxh")
    number = {chunk: i for i, chunk in enumerate(model.chunks)}

    def ways(letters, rest):
        if not letters:
            yield from [[]] if not rest else []
            return
        for size in range(3):
            if size <= len(rest):
                for tail in ways(letters[1:], rest[size:]):
                    yield [rest[:size], *tail]

    def score(chunks):
        letters = ["abcdefghijklmnopqrstuvwxyz".index(x) for x in word]
        return sum(model.log_p[x, number[c]] for x, c in zip(letters, chunks, strict=True))

    assert model.align(word, said) == max(ways(word, said), key=score)


def test_it_says_words_it_never_saw_and_letters_too(model):
    assert model.pronounce("taxpath") == spell("taxpath")[1]
    assert model.pronounce("zat") == ("AE", "T")  # z was never seen: it stays silent


def test_context_decides_where_a_letter_says_two_things():
    entries = [("ca", ("K", "AE")), ("ce", ("S", "EH")), ("ta", ("T", "AE")), ("te", ("T", "EH"))] * 5
    model = LetterToSound(entries)
    assert model.pronounce("ca") == ("K", "AE")
    assert model.pronounce("ce") == ("S", "EH")
    assert model.pronounce("ca", widest=0)[0] == model.pronounce("ce", widest=0)[0]


def test_what_cannot_be_aligned_is_none_and_does_not_disturb():
    model = LetterToSound([*ENTRIES, ("at", ("T", "AE", "T", "AE", "T"))])
    assert model.align("at", ("T", "AE", "T", "AE", "T")) is None
    assert model.pronounce("at") == ("AE", "T")
