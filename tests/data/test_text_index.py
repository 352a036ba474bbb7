"""The index against the tokeniser and the sentence splitter run on the text itself."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tlcourse.data import sentences, text_index, tokeniser
from tlcourse.data.text_index import CAPITAL, STARTS_UNIT, STARTS_WORD, Document


@pytest.fixture(scope="module")
def texts(made_text):
    return made_text.documents(12)


@pytest.fixture(scope="module")
def tokenizer(texts):
    return tokeniser.train([d.text for d in texts], vocab_size=90)


@pytest.fixture(scope="module")
def index(texts, tokenizer):
    return text_index.build(texts, tokenizer, held_out=["made/3"])


def test_words_and_pieces_are_those_of_the_text(index, texts, tokenizer):
    for number, document in enumerate(texts):
        found = [s for paragraph in document.paragraphs for s in sentences.split(paragraph)]
        first, last = index.documents[number], index.documents[number + 1]
        assert last - first == len(found)
        for i, sentence in enumerate(found, first):
            words = index.words[index.sentence_words[i] : index.sentence_words[i + 1]]
            pieces = index.pieces[index.sentence_pieces[i] : index.sentence_pieces[i + 1]]
            assert [index.vocabulary[w] for w in words] == tokeniser.find_words(sentence)
            assert pieces.tolist() == tokenizer.encode(sentence).ids


def test_frequent_words_have_low_numbers(index):
    counts = np.bincount(index.words, minlength=len(index.vocabulary))
    assert index.vocabulary[:2] == ["<unk>", "</s>"]
    assert not counts[:2].any()
    assert (np.diff(counts[2:]) <= 0).all()


def test_flags_say_where_words_begin_and_which_have_capitals(index, tokenizer):
    pieces = [tokenizer.id_to_token(i) for i in index.pieces]
    starts = np.array([not piece.startswith("##") for piece in pieces])
    assert np.array_equal((index.flags & STARTS_WORD) > 0, starts)
    words = [index.vocabulary[w] for w in index.words]
    word_of_piece = np.cumsum(starts) - 1
    capital = [words[w][0].isupper() for w in word_of_piece]
    assert np.array_equal((index.flags & CAPITAL) > 0, capital)


def test_a_name_is_one_unit():
    document = Document("x", "x/0", ["We met Mary Ann Brown there. Then we left New York."])
    tokenizer = tokeniser.train([document.text] * 3, vocab_size=40)
    index = text_index.build([document], tokenizer)
    unit = np.cumsum((index.flags & STARTS_UNIT) > 0)
    words = np.cumsum((index.flags & STARTS_WORD) > 0) - 1
    units = {}
    for u, w in dict.fromkeys(zip(unit.tolist(), words.tolist(), strict=True)):
        units.setdefault(u, []).append(index.vocabulary[index.words[w]])
    found = [" ".join(unit) for unit in units.values()]
    assert found == ["We", "met", "Mary Ann Brown", "there", ".", "Then", "we", "left", "New York", "."]


def test_documents_keep_their_length_in_bytes_and_what_is_held_out(index, texts):
    assert index.n_bytes.tolist() == [len(d.text.encode()) for d in texts]
    assert np.flatnonzero(index.held_out).tolist() == [3]
    assert len(index) == 12


def test_saved_and_loaded_is_the_same(index, tmp_path):
    text_index.save(index, tmp_path / "text")
    again = text_index.load(tmp_path / "text")
    for name in ("words", "pieces", "flags", "sentence_words", "documents", "source", "held_out"):
        assert np.array_equal(getattr(index, name), getattr(again, name))
        assert getattr(index, name).dtype == getattr(again, name).dtype
    assert (again.sources, again.vocabulary) == (index.sources, index.vocabulary)
    assert again.fingerprint() == index.fingerprint()
    with pytest.raises(FileExistsError, match="delete it"):
        text_index.save(index, tmp_path / "text")
    with pytest.raises(FileNotFoundError, match="tlcourse text"):
        text_index.load(tmp_path / "elsewhere")
    assert [p.name for p in tmp_path.iterdir()] == ["text"]


def changed_array(change):
    def damage(folder):
        np.save(folder / "documents.npy", change(np.load(folder / "documents.npy")))

    return damage


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "index.json").write_text("[" * 100_000),
        lambda folder: (folder / "index.json").write_text("[]"),
        lambda folder: (folder / "index.json").write_text('{"sources": "made", "report": {}}'),
        lambda folder: (folder / "index.json").write_bytes(b"\xff"),
        lambda folder: (folder / "tokenizer.json").write_text("{}"),
        lambda folder: (folder / "tokenizer.json").unlink(),
        lambda folder: (folder / "vocabulary.txt").write_bytes(b"\xff"),
        lambda folder: (folder / "pieces.npy").unlink(),
        lambda folder: (folder / "pieces.npy").write_bytes(b""),
        lambda folder: (folder / "pieces.npy").write_bytes((folder / "pieces.npy").read_bytes()[:-3]),
        lambda folder: (folder / "pieces.npy").write_bytes((folder / "flags.npy").read_bytes()[:200]),
        lambda folder: np.save(folder / "flags.npy", np.load(folder / "flags.npy")[:-1]),
        changed_array(lambda array: array[:-1]),
        changed_array(lambda array: array[None]),
        changed_array(lambda array: array[:0]),
        changed_array(lambda array: array[0]),
        changed_array(lambda array: array.astype(object)),
    ],
)
def test_a_damaged_text_is_named_with_what_to_do(index, tmp_path, damage):
    folder = tmp_path / "text"
    text_index.save(index, folder)
    damage(folder)
    with pytest.raises(ValueError, match=rf"text in {folder} is damaged .*`tlcourse text"):
        text_index.load(folder)


SAVE = """
import sys, time
import made_text
from tlcourse.data import text_index
index = made_text.index(n=20)
print("ready", flush=True)
sys.stdin.readline()
for number in range(60):
    try:
        text_index.save(index, f"{sys.argv[1]}/{number}")
    except FileExistsError as error:
        assert "delete it" in str(error)
"""


def test_two_that_save_into_one_folder_at_once(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]), prepend=os.pathsep)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    both = [subprocess.Popen([sys.executable, "-c", SAVE, str(tmp_path)], **pipes) for _ in range(2)]
    for process in both:
        assert process.stdout.readline() == "ready\n"
    for process in both:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in both:
        _, error = process.communicate(timeout=120)
        assert process.returncode == 0, error
    assert {path.name for path in tmp_path.iterdir()} == {str(number) for number in range(60)}
    assert len({text_index.load(folder).fingerprint() for folder in tmp_path.iterdir()}) == 1


def test_nothing_to_index():
    tokenizer = tokeniser.train(["a b c"] * 3, vocab_size=14)
    with pytest.raises(ValueError, match="no text"):
        text_index.build([Document("x", "x/0", ["  "])], tokenizer)
