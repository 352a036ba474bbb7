"""Shared runs of words against sets of tuples in plain Python."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tlcourse.data.overlap import SHORTEST, Evaluation, N, Words, ngrams, repeated


def runs(text, n):
    words = text.lower().split()
    return {tuple(words[i : i + n]) for i in range(len(words) - n + 1)}


@given(
    st.lists(st.sampled_from("ab"), max_size=60),
    st.lists(st.sampled_from("ab"), max_size=60),
    st.integers(1, 6),
)
def test_two_ngrams_have_one_number_only_if_they_are_equal(one, other, n):
    words = Words()
    shared = set(ngrams(words.numbers(" ".join(one)), n).tolist())
    shared &= set(ngrams(words.numbers(" ".join(other)), n).tolist())
    assert len(shared) == len(runs(" ".join(one), n) & runs(" ".join(other), n))


def shared(text, tests):
    words = Words()
    return Evaluation(tests, words).shared_with(words.numbers(text))


def shared_by_hand(text, evaluation):
    for test in evaluation:
        n = min(N, len(test.split()))
        if n >= SHORTEST and runs(test, n) & runs(text, n):
            return True
    return False


@given(st.integers(0, 10_000))
def test_sharing_is_found_exactly_where_it_is(seed):
    rng = np.random.default_rng(seed)

    def text(n):
        return " ".join(rng.choice(["a", "b"], size=n, p=[0.5, 0.5]))

    tests = [text(int(n)) for n in rng.integers(4, 20, size=6)]
    document = text(int(rng.integers(5, 80)))
    assert (shared(document, {"set": tests}) == ["set"]) == shared_by_hand(document, tests)


def test_case_and_punctuation_hide_nothing():
    test = "The quick brown fox jumps over the lazy dog, and then it sleeps all day."
    leaked = "He wrote: «the QUICK brown-fox jumps over the lazy dog and then it sleeps»!"
    tests = {"a": ["something else " * 10], "b": [test]}
    assert shared(leaked, tests) == ["b"]
    assert shared(leaked.replace("lazy", "old"), tests) == []
    assert Evaluation(tests, Words()).n_texts == {"a": 1, "b": 1}


def test_short_texts_count_as_a_whole():
    seven = {"short": ["a film that nobody should ever see"], "tiny": ["very good film"]}
    assert shared("it is a film that nobody should ever see again, a very good film", seven) == []
    nine = {"short": ["this is a film that nobody should ever see"]}
    assert shared("well this is a film that nobody should ever see again", nine) == ["short"]
    assert shared("well this is a film that nobody should watch", nine) == []


def repeated_texts(texts):
    words = Words()
    return repeated([words.numbers(text) for text in texts]).tolist()


def test_repeated_texts_are_found_and_their_first_is_kept():
    rng = np.random.default_rng(0)
    words = [f"w{i}" for i in range(3000)]

    def fresh(n):
        return " ".join(rng.choice(words, n))

    a, b, c = fresh(200), fresh(200), fresh(200)
    most_of_a = " ".join(a.split()[:150]) + " " + fresh(50)
    little_of_b = " ".join(b.split()[:60]) + " " + fresh(140)
    short = "only six words in this text"
    texts = [a, b, short, a.upper(), most_of_a, little_of_b, c, short, c + "."]
    assert repeated_texts(texts) == [False, False, False, True, True, False, False, True, True]
    assert repeated_texts([]) == []


def test_a_text_that_repeats_itself_is_no_repetition():
    text = "one two three four five six seven eight nine ten eleven twelve thirteen " * 9
    assert repeated_texts([text]) == [False]
