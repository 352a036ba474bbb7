"""A string is a sequence of letters: whatever takes several texts must say so, and not read the letters."""

import numpy as np
import pytest
import torch

from tlcourse.data import near_duplicates, overlap, running_text, text_index, texts, tokeniser
from tlcourse.data.glove import Vectors
from tlcourse.lessons.sequences_and_attention import alignment
from tlcourse.models.language import elmo
from tlcourse.models.pretrained import encoders as pretrained_encoders
from tlcourse.models.pretrained import minilm
from tlcourse.models.sequences.letter_to_sound import LetterToSound
from tlcourse.models.sequences.pronouncer import Pronouncer
from tlcourse.models.vectors import averaged_vectors
from tlcourse.probe import bias, domain_shift
from tlcourse.probe.word_vectors import WordSpace
from tlcourse.train.finetuning import averaged_vectors as text_classifier
from tlcourse.train.measuring import baselines

TEXT = "a good film"
VECTORS = Vectors([*"abcdefgh"], np.eye(8, dtype=np.float32))


def test_lists_tuples_arrays_and_generators_of_texts_are_taken():
    for several in (["a", "b"], ("a", "b"), np.array(["a", "b"]), (x for x in "ab"), {"a": 0, "b": 1}):
        assert texts.as_texts(several) == ["a", "b"]
    assert texts.as_texts([]) == texts.as_sentences([]) == []
    assert texts.as_sentences([("a", "b"), []]) == [["a", "b"], []]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (TEXT, r"texts is a single string \('a good film'\), expected several: .*\[texts\]"),
        (b"a film", "texts is a single string"),
        ("long " * 50, "…"),
        (3, "texts is 3, of type int, expected a list of strings"),
        (None, "texts is None"),
        (["a", None], r"texts\[1\] is None, of type NoneType, expected a string"),
        (["a", ["b"]], r"texts\[1\] is \['b'\], of type list"),
    ],
)
def test_what_is_not_texts_is_named(values, said):
    with pytest.raises(TypeError, match=said):
        texts.as_texts(values)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (TEXT, "sentences is a single string"),
        (["the cat sat"], r"sentences\[0\] is a string \('the cat sat'\).*tokenise"),
        ([["the", "cat"], "sat"], r"sentences\[1\] is a string"),
        ([["the", 3]], r"sentences\[0\]\[1\] is 3"),
        (7, "sentences is 7"),
    ],
)
def test_what_is_not_sentences_is_named(values, said):
    with pytest.raises(TypeError, match=said):
        texts.as_sentences(values)


def test_pairs_have_partners():
    assert texts.as_pairs(["a"], ("b",)) == (["a"], ["b"])
    with pytest.raises(ValueError, match="first has 2 texts and second 1"):
        texts.as_pairs(["a", "b"], ["c"])


@pytest.fixture(scope="module")
def encoders(tiny_zoo):
    return [pretrained_encoders.load(tiny_zoo / name) for name in ("bert-mini", "elmo-mini")]


def test_no_encoder_reads_letters(encoders):
    for encoder in encoders:
        assert len(encoder.parts([TEXT])) == 1
        with pytest.raises(TypeError, match="texts is a single string"):
            encoder.parts(TEXT)
        with pytest.raises(TypeError, match="first is a single string"):
            encoder.pairs(TEXT, "the other")
        with pytest.raises(TypeError, match="second is a single string"):
            encoder.pairs([TEXT], "x")
        with pytest.raises(ValueError, match="partner"):
            encoder.pairs([TEXT], ["x", "y"])
        with pytest.raises(TypeError, match="sentences is a single string"):
            encoder.words(TEXT)
        with pytest.raises(TypeError, match=r"sentences\[0\] is a string"):
            encoder.words([TEXT])


def _averaged() -> averaged_vectors.AveragedVectors:
    return averaged_vectors.AveragedVectors(VECTORS.words, VECTORS.matrix, 2, frozen=True)


def _pronouncer() -> Pronouncer:
    return Pronouncer(torch.nn.Identity(), None, None)  # nothing is encoded before the words are looked at


@pytest.mark.parametrize(
    "call",
    [
        lambda: running_text.encode(["the cat sat"], 1),
        lambda: running_text.encode("the cat sat", 1),
        lambda: tokeniser.train(TEXT),
        lambda: near_duplicates.fingerprint(TEXT),
        lambda: overlap.Evaluation({"a test": TEXT}, overlap.Words()),
        lambda: text_index.build([text_index.Document("s", "n", TEXT)], tokenizer=None),
        lambda: text_index.build([text_index.Document("s", "n", [TEXT])], tokenizer=None, held_out="s/1"),
        lambda: elmo.character_ids(TEXT, 20),
        lambda: minilm.encode(TEXT),
        lambda: minilm.features(TEXT),
        lambda: _averaged().encode(TEXT),
        lambda: averaged_vectors.AveragedVectors("abcdefgh", VECTORS.matrix, 2, frozen=True),
        lambda: averaged_vectors.start_vectors(TEXT, None, 8, 0),
        lambda: text_classifier.fit(_averaged(), TEXT, np.zeros(len(TEXT), int), 0),
        lambda: text_classifier.accuracy(_averaged(), TEXT, np.zeros(len(TEXT))),
        lambda: baselines.average_vectors(TEXT, VECTORS),
        lambda: baselines.inputs(TEXT, VECTORS),
        lambda: LetterToSound([("ab", ("AH", "B"))]).say("ab"),
        lambda: _pronouncer().say("ab"),
        lambda: _pronouncer().attend("ab"),
        lambda: alignment.alignments(_pronouncer(), "ab"),
        lambda: alignment.pronounce(_pronouncer(), "ab"),
        lambda: WordSpace(VECTORS).nearest(VECTORS["a"], without="bc"),
        lambda: bias.leftover(WordSpace(VECTORS), "abcd", [*"efgh"], 4),
        lambda: domain_shift.unseen_share(TEXT, ["a film"]),
        lambda: domain_shift.unseen_share(["a film"], TEXT),
        lambda: domain_shift.which_words(["a film"], TEXT),
    ],
)
def test_nothing_takes_a_string_for_texts(call):
    with pytest.raises(TypeError, match=r"is a (single )?string \("):
        call()
