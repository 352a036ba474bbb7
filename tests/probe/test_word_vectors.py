"""Neighbours, analogies and similarity against gensim."""

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import given
from hypothesis import strategies as st

from tlcourse.data.glove import Vectors
from tlcourse.probe import word_vectors
from tlcourse.probe.word_vectors import WordSpace


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(120, 8)) * rng.lognormal(size=(120, 1))
    return Vectors([f"w{i}" for i in range(120)], matrix.astype(np.float32))


@pytest.fixture(scope="module")
def space(vectors) -> WordSpace:
    return WordSpace(vectors)


@pytest.fixture(scope="module")
def gensims(vectors) -> KeyedVectors:
    keyed = KeyedVectors(8)
    keyed.add_vectors(vectors.words, vectors.matrix)
    return keyed


def questions(n: int) -> list[tuple[str, str, str, str]]:
    rng = np.random.default_rng(1)
    return [tuple(f"W{i}" for i in rng.choice(130, 4, replace=False)) for _ in range(n)]  # some are unknown


def test_neighbours_are_gensims(space, gensims):
    for word in ("w0", "w77"):
        ours, theirs = space.neighbours(word, 7), gensims.most_similar(word, topn=7)
        assert [w for w, _ in ours] == [w for w, _ in theirs]
        np.testing.assert_allclose([c for _, c in ours], [c for _, c in theirs], atol=1e-6)


def test_arithmetic_is_gensims(space, gensims):
    direction, words = space.evaluate("w1 - w2 + w3")
    assert words == ["w1", "w2", "w3"]
    theirs = gensims.most_similar(positive=["w1", "w3"], negative=["w2"], topn=5)
    assert [w for w, _ in space.nearest(direction, 5, without=words)] == [w for w, _ in theirs]


def test_more_neighbours_than_words_gives_all(space):
    found = space.nearest(space["w5"], 1000, without=["w5", "no such word"])
    assert len(found) == 119


@pytest.mark.parametrize(
    ("method", "solve"),
    [("3CosAdd", KeyedVectors.most_similar), ("3CosMul", KeyedVectors.most_similar_cosmul)],
)
def test_analogies_are_solved_as_gensim_solves_them(space, gensims, monkeypatch, method, solve):
    """Every question's right answer is made to be what gensim answers: all must come out correct."""
    monkeypatch.setattr(word_vectors, "EPSILON", 1e-6)  # gensim's; the paper's is 0.001
    known = [q for q in questions(150) if all(w.lower() in space for w in q)]
    asked = []
    for question in known:
        a, b, c = (w.lower() for w in question[:3])
        asked.append((a, b, c, solve(gensims, positive=[b, c], negative=[a], topn=1)[0][0]))
    assert len(asked) > 80
    found = word_vectors.analogies(space, {"first": asked[:50], "gram-second": asked[50:]}, method)
    assert [s.accuracy for s in found] == [1.0, 1.0]


def test_questions_are_counted_as_gensim_counts_them(space, gensims, tmp_path):
    sections = {"first": questions(60), "gram-second": questions(90)[60:]}
    file = tmp_path / "questions.txt"
    file.write_text("".join(f": {n}\n" + "".join(" ".join(q) + "\n" for q in s) for n, s in sections.items()))
    _, expected = gensims.evaluate_word_analogies(file, restrict_vocab=None)
    found = word_vectors.analogies(space, sections)
    for ours, gold in zip(found, expected, strict=False):
        assert ours.correct == len(gold["correct"])
        assert ours.asked == len(gold["correct"]) + len(gold["incorrect"])
    assert word_vectors.total(found).total == 90
    assert word_vectors.total(found, "semantic").total == 60
    assert word_vectors.total(found, "syntactic").asked == found[1].asked


@pytest.mark.parametrize(("n_questions", "n_words"), [(1, 1), (7, 50), (1000, 119)])
@pytest.mark.parametrize("method", ["3CosAdd", "3CosMul"])
@pytest.mark.parametrize("exclude", [True, False])
def test_how_much_is_done_at_once_changes_nothing(space, monkeypatch, n_questions, n_words, method, exclude):
    known = [q for q in questions(150) if all(w.lower() in space for w in q)]
    scores = {q: [space[w.lower()] for w in q[:3]] for q in known}
    right = []  # what a search of all words at once answers
    for q, (a, b, c) in scores.items():
        s = word_vectors._scores(space.directions, a[None], b[None], c[None], method)[0]
        if exclude:
            s[[space.index[w.lower()] for w in q[:3]]] = -np.inf
        right.append((*q[:3], space.words[s.argmax()]))
    monkeypatch.setattr(word_vectors, "QUESTIONS_AT_ONCE", n_questions)
    monkeypatch.setattr(word_vectors, "WORDS_AT_ONCE", n_words)
    assert word_vectors.analogies(space, {"all": right}, method, exclude)[0].accuracy == 1.0


def test_planted_analogies_need_the_rule():
    """b − a + c is nearest to c itself, and to d once the question words are ruled out."""
    step = np.array([0.0, 0.0, 0.3])
    base = np.array([[1.0, 0, 0], [0, 1.0, 0], [0.7, 0.7, 0]])
    words = [f"{side}{i}" for i in range(3) for side in "ab"]
    matrix = np.concatenate([[b, b + step] for b in base]).astype(np.float32)
    space = WordSpace(Vectors(words, matrix))
    asked = {"planted": [(f"a{i}", f"b{i}", f"a{j}", f"b{j}") for i in range(3) for j in range(3) if i != j]}
    assert word_vectors.analogies(space, asked)[0].accuracy == 1.0
    assert word_vectors.analogies(space, {"none": []})[0].asked == 0
    assert np.isnan(word_vectors.analogies(space, {"none": []})[0].accuracy)


def test_similarity_is_gensims(vectors, gensims, tmp_path):
    rng = np.random.default_rng(2)
    pairs = [(f"W{a}", f"w{b}") for a, b in rng.integers(0, 125, size=(80, 2))]
    people = rng.random(80).round(3)
    file = tmp_path / "pairs.tsv"
    file.write_text("".join(f"{a}\t{b}\t{s}\n" for (a, b), s in zip(pairs, people, strict=True)))
    _, spearman, unknown = gensims.evaluate_word_pairs(file)
    found = word_vectors.similarity(vectors, pairs, people)
    assert found.spearman == pytest.approx(spearman.statistic, abs=1e-6)
    assert found.total == 80
    assert 100 * (1 - found.used / found.total) == pytest.approx(unknown)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("king - man + woman", [(1, "king"), (-1, "man"), (1, "woman")]),
        ("KING−man", [(1, "king-man")]),
        ("king −man+woman", [(1, "king"), (-1, "man"), (1, "woman")]),
        ("- a + b", [(-1, "a"), (1, "b")]),
        ("well-known", [(1, "well-known")]),
        ("  bank  ", [(1, "bank")]),
    ],
)
def test_expressions_are_read(text, expected):
    assert word_vectors.parse(text) == expected


@pytest.mark.parametrize("text", ["", "   ", "a b", "a +", "+ + a", "a - - b"])
def test_what_is_no_expression_is_refused(text):
    with pytest.raises(ValueError, match="king - man"):
        word_vectors.parse(text)


@given(st.text(alphabet="ab +-−", max_size=12))
def test_any_text_is_read_or_refused(text):
    try:
        signed = word_vectors.parse(text)
    except ValueError:
        return
    assert signed
    assert all(sign in (1, -1) and word and " " not in word for sign, word in signed)


def test_bad_input_is_named(space, vectors):
    with pytest.raises(KeyError, match="'zzz' is not one of the 120 words"):
        space["zzz"]
    with pytest.raises(ValueError, match="method is '4CosAdd'"):
        word_vectors.analogies(space, {}, method="4CosAdd")
    with pytest.raises(ValueError, match="kind is 'x'"):
        word_vectors.total([], "x")
    with pytest.raises(ValueError, match="only 1 of 1 pairs"):
        word_vectors.similarity(vectors, [("w1", "w2")], np.array([1.0]))
