"""EM alignment on words whose alignment is known, and the table that is read from it."""

import itertools

import pytest

from tlcourse.models.sequences.letter_to_sound import LetterToSound

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
    said = model.say(["taxpath", "zat", "ta"])
    assert said["taxpath"] == spell("taxpath")[1]
    assert said["zat"] == ("AE", "T")  # z was never seen: it stays silent
    assert said["ta"] == ("T", "AE")


def test_context_decides_where_a_letter_says_two_things():
    entries = [("ca", ("K", "AE")), ("ce", ("S", "EH")), ("ta", ("T", "AE")), ("te", ("T", "EH"))] * 5
    model = LetterToSound(entries)
    assert model.say(["ca", "ce"]) == {"ca": ("K", "AE"), "ce": ("S", "EH")}
    alone = model.say(["ca", "ce"], widest=0)
    assert alone["ca"][0] == alone["ce"][0]


def test_the_most_frequent_wins_and_a_wider_context_wins_over_it():
    entries = [("aa", ("AE", "AE"))] * 3 + [("ab", ("AH", "B"))] * 5 + [("ab", ("EY", "B"))] * 4
    model = LetterToSound(entries)
    assert model.say(["ab", "aa", "a"], widest=1) == {"ab": ("AH", "B"), "aa": ("AE", "AE"), "a": ("AE",)}


def test_what_cannot_be_aligned_is_none_and_does_not_disturb():
    model = LetterToSound([*ENTRIES, ("at", ("T", "AE", "T", "AE", "T"))])
    assert model.align("at", ("T", "AE", "T", "AE", "T")) is None
    assert model.say(["at"]) == {"at": ("AE", "T")}
