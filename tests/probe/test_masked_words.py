"""What is expected at a hidden place: as transformers' own BERT and GPT say, and nothing is peeked at."""

import numpy as np
import pytest
import torch

from tlcourse.data import tokeniser
from tlcourse.data.tokeniser import CLS, MASK, SEP, SPECIAL
from tlcourse.models.pretrained import zoo
from tlcourse.probe import masked_words

SENTENCES = [
    ["The", "prime", "minister", "said", "he", "would", "resign", "."],
    ["He", "did", "not", "know", "what", "to", "do", ",", "and", "said", "so", "."],
    ["Unbelievably", "antidisestablishmentarian"],
]


@pytest.fixture(scope="module")
def bert():
    return zoo.load("bert-mini", heads=True)


@pytest.fixture(scope="module")
def tokens():
    return tokeniser.load(zoo.folder_of("bert-mini"))


@pytest.fixture(scope="module")
def questions(tokens):
    return [question for _, question in masked_words.ask_each(tokens, SENTENCES[:2], seed=0)]


def theirs(cls, name, ids):
    from transformers import AutoModelForCausalLM, BertForMaskedLM

    model = {"bert": BertForMaskedLM, "gpt": AutoModelForCausalLM}[cls].from_pretrained(zoo.folder_of(name))
    with torch.inference_mode():
        logits = model.eval()(torch.tensor([ids])).logits[0].clone()
        logits[:, : len(SPECIAL)] = -torch.inf
        return logits.log_softmax(dim=-1).numpy()


def finite(row):
    return row[len(SPECIAL) :]


def test_both_sides_as_transformers_says(bert, questions):
    found = masked_words.from_both_sides(bert, questions)
    for row, question in zip(found, questions, strict=True):
        ids = [CLS, *question.pieces, SEP]
        ids[1 + question.place] = MASK
        expected = theirs("bert", "bert-mini", ids)[1 + question.place]
        np.testing.assert_allclose(finite(row), finite(expected), atol=2e-3)


def test_the_left_side_as_transformers_says(questions):
    found = masked_words.from_the_left(zoo.load("gpt-mini", heads=True), questions)
    for row, question in zip(found, questions, strict=True):
        expected = theirs("gpt", "gpt-mini", [SEP, *question.pieces[: question.place]])[-1]
        np.testing.assert_allclose(finite(row), finite(expected), atol=2e-3)


def test_the_hidden_piece_is_not_peeked_at(bert, questions):
    (question, _) = questions
    pieces = list(question.pieces)
    pieces[question.place] = len(SPECIAL) + 5
    other = masked_words.Question(pieces, question.place, question.word)
    one, two = masked_words.from_both_sides(bert, [question]), masked_words.from_both_sides(bert, [other])
    np.testing.assert_array_equal(one, two)
    shown = masked_words.from_both_sides(bert, [question], shown=None)
    assert shown[0, question.target] > one[0, question.target]


def test_questions_are_of_whole_words_where_asked(tokens):
    for seed in range(5):
        asked = masked_words.ask_each(tokens, SENTENCES, seed)
        assert [number for number, _ in asked] == [0, 1]  # no word of the third is one piece
        for number, question in asked:
            word = SENTENCES[number][question.word].lower()
            assert tokens.id_to_token(question.target) == word
    assert len(masked_words.ask_each(tokens, SENTENCES, 0, whole_words=False)) == 3
    assert len(masked_words.ask_each(tokens, SENTENCES, 0, whole_words=False, longest=9)) == 1


def test_each_layer_is_read_through_the_same_head(bert, tokens, questions):
    question = questions[0]
    by_layer = masked_words.by_layer(bert, tokens, question, n=3)
    assert len(by_layer) == bert.config.num_hidden_layers + 1
    for layer, found in enumerate(by_layer):
        (row,) = masked_words.from_both_sides(bert, [question], layer)
        best = int(row.argmax())
        assert found[0][0] == tokens.id_to_token(best)
        assert found[0][1] == pytest.approx(float(np.exp(row[best])), abs=1e-4)


def test_right_and_loss():
    asked = [masked_words.Question([7, 9], 1, 1), masked_words.Question([8], 0, 0)]
    log_p = np.log(np.full((2, 10), 0.05, dtype=np.float32))
    log_p[0, 9], log_p[1, 7], log_p[1, 8] = np.log(0.5), np.log(0.5), np.log(0.1)
    assert masked_words.right(log_p, asked).tolist() == [True, False]
    assert masked_words.right(log_p, asked, among=2).tolist() == [True, True]
    assert masked_words.loss(log_p, asked) == pytest.approx(-(np.log(0.5) + np.log(0.1)) / 2)
