"""The zoo's tokeniser, and what transformers makes of its files."""

import json
import re
import subprocess
import sys

import pytest
import transformers

from tlcourse.data import tokeniser

TEXT = [
    "The old house stood on the hill, and the wind went round the house.",
    "A café in the old town: she's there every day; it's 9_to_5 work!",
    "Nobody knew who had lived in the old house before the war.",
] * 5


@pytest.fixture(scope="module")
def tokenizer():
    return tokeniser.train(TEXT, vocab_size=110)


def test_special_pieces_have_their_numbers(tokenizer):
    assert [tokenizer.token_to_id(name) for name in tokeniser.SPECIAL] == list(range(8))
    assert tokenizer.get_vocab_size() == 110


def test_every_word_is_cut_into_pieces_that_spell_it(tokenizer):
    for text in TEXT[:3]:
        words = re.findall(tokeniser.WORD, text)
        encoding = tokenizer.encode(text)
        spelled = {}
        for piece, word in zip(encoding.tokens, encoding.word_ids, strict=True):
            spelled[word] = spelled.get(word, "") + piece.removeprefix("##")
        assert [spelled[i] for i in range(len(words))] == [w.lower().replace("é", "e") for w in words]


def test_a_sentence_is_its_words_one_by_one(tokenizer):
    text = "The café's old_house: £9, naïve ÉTÉ…"
    one_by_one = [i for word in tokeniser.find_words(text) for i in tokenizer.encode(word).ids]
    assert tokenizer.encode(text).ids == one_by_one


def test_the_same_text_gives_the_same_pieces(tokenizer):
    # The engine's own numbering of letters, and with it the order of ties, is drawn by each process anew.
    script = "import sys, json; from tlcourse.data import tokeniser\n"
    script += "print(tokeniser.train(json.load(sys.stdin), vocab_size=110).to_str())"
    command = [sys.executable, "-c", script]
    again = subprocess.run(command, input=json.dumps(TEXT), capture_output=True, text=True, check=True)
    assert again.stdout.strip() == tokenizer.to_str()
    assert {"é", "##_", "##!"}.isdisjoint(tokenizer.get_vocab())
    pieces = sorted(tokenizer.get_vocab(), key=tokenizer.get_vocab().get)
    letters = [piece for piece in pieces if len(piece) == 1]
    assert letters == sorted(letters)


def test_rare_letters_are_unknown(monkeypatch):
    monkeypatch.setattr(tokeniser, "LETTERS", 3)
    tokenizer = tokeniser.train(["abab ccc abc Ab! xyz"] * 2, vocab_size=16)
    assert tokenizer.encode("abc z").tokens == ["ab", "##c", "[UNK]"]


def test_too_little_text_is_refused():
    with pytest.raises(ValueError, match="8192 were asked for"):
        tokeniser.train(["too little"])


@pytest.mark.parametrize(
    ("model_type", "one", "two", "segments"),
    [
        ("bert", "[CLS] the [SEP]", "[CLS] the [SEP] house [SEP]", [0, 0, 0, 1, 1]),
        ("xlnet", "the [SEP] [CLS]", "the [SEP] house [SEP] [CLS]", [0, 0, 1, 1, 2]),
        ("gpt2", "the", "the house", [0, 1]),
    ],
)
def test_autotokenizer_opens_it(tokenizer, tmp_path, model_type, one, two, segments):
    templates = {
        "bert": ("[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1"),
        "xlnet": ("$A [SEP] [CLS]:2", "$A [SEP] $B:1 [SEP]:1 [CLS]:2"),
    }
    tokeniser.save(tokenizer, tmp_path, templates.get(model_type))
    (tmp_path / "config.json").write_text(f'{{"model_type": "{model_type}"}}')
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path)
    assert " ".join(theirs.convert_ids_to_tokens(theirs("The")["input_ids"])) == one
    pair = theirs("The", "house", return_token_type_ids=True)
    assert " ".join(theirs.convert_ids_to_tokens(pair["input_ids"])) == two
    assert pair["token_type_ids"] == segments
    assert (theirs.pad_token_id, theirs.mask_token_id) == (tokeniser.PAD, tokeniser.MASK)
    assert theirs.decode(theirs("the old house")["input_ids"], skip_special_tokens=True) == "the old house"
    assert tokeniser.load(tmp_path).get_vocab() == tokenizer.get_vocab()


def test_loading_from_nowhere(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"tokenizer\.json"):
        tokeniser.load(tmp_path)
