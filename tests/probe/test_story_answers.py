"""Questions about stories: the scores are sums over choice and rest, asked one by one."""

import numpy as np
import pytest
import torch

from tlcourse.data import short_questions, tokeniser
from tlcourse.data.story_cloze import Cloze
from tlcourse.models.language.kneser_ney import KneserNey
from tlcourse.models.pretrained import zoo
from tlcourse.probe import story_answers, zero_shot

ASKED = Cloze(
    "nouns",
    ["The film was long. It had a bad end.\nBut the", "They met in the house.\nThe old"],
    [["film", "end"], ["house", "river"]],
    [" was good, too.", " was cold."],
    np.array([0, 0]),
)


@pytest.fixture(scope="module")
def nano():
    model = zoo.load("gpt2-nano", heads=True)
    return zero_shot.of_gpt(model, tokeniser.load(zoo.folder_of("gpt2-nano")), 256)


def test_each_choice_with_the_rest_of_its_sentence(nano):
    scores = story_answers.choice_scores(nano, ASKED)
    for i, k in np.ndindex(2, 2):
        text = ASKED.choices[i][k] + ASKED.after[i]
        mean = zero_shot.mean_log_probability(nano, [(ASKED.contexts[i].replace("\n", " "), text)])[0]
        assert scores[i, k] == pytest.approx(mean * len(nano.encode(text)), abs=1e-3)


def test_counts_are_asked_the_same(nano):
    read = [*nano.start, *nano.encode("the film was good , too . the river was cold . the house")]
    counted = KneserNey(np.array(read), 8192)
    scores = story_answers.counted_scores(counted, nano, ASKED)
    before = [*nano.start, *nano.encode("They met in the house. The old")]
    rows = [before + nano.encode(f"{word} was cold.") for word in ("house", "river")]
    expected = [-counted.loss(np.array([row]), n_given=len(before))[0] for row in rows]
    assert scores[1] == pytest.approx(expected)
    assert scores[1].argmax() == 1  # "river was cold" was counted


def test_the_last_word(nano):
    ids = torch.tensor([[*nano.start, *nano.encode("The film was so")]])
    best = int(nano.logits(ids, torch.ones_like(ids))[0, -1].argmax())
    word = tokeniser.load(zoo.folder_of("gpt2-nano")).id_to_token(best)
    asked = Cloze("last words", ["The film was so"] * 2, [[word], ["river"]], ["", ""], np.array([0, 0]))
    right, nats = story_answers.last_word(nano, asked)
    assert right.tolist() == [True, False]
    log_p = nano.logits(ids, torch.ones_like(ids))[0, -1].log_softmax(dim=0)
    assert nats[0] == pytest.approx(-log_p[best].item(), abs=1e-4)


def test_what_no_last_word_begins_with():
    pieces = tokeniser.load(zoo.folder_of("gpt2-nano"))
    banned = story_answers.function_pieces(pieces)
    assert banned.shape == (8192,)
    for text, is_banned in (("the", True), (",", True), ("[SEP]", True), ("film", False)):
        assert bool(banned[pieces.token_to_id(text)]) is is_banned, text


def test_short_answers_are_levelled(nano):
    scores = story_answers.short_answers(nano, short_questions.load("capitals"))
    assert scores.shape == (10, 10)
    assert scores.mean(axis=0) == pytest.approx(np.zeros(10), abs=1e-9)


def test_accuracy():
    assert story_answers.accuracy(np.array([[1, 2], [3, 0]]), [1, 1]) == 0.5
