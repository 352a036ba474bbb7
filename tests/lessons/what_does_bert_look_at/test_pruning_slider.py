"""The widget: heads go as the slider says, a headline typed in is judged, nonsense is answered in words."""

import numpy as np
import pytest
import torch

from tlcourse.data.tasks import CLASSES, Task
from tlcourse.lessons.what_does_bert_look_at import in_words, pruning_slider, tuned
from tlcourse.models.pretrained import encoders
from tlcourse.probe import head_masks, pruning
from tlcourse.train.finetuning.text_model import TextModel, TextRecipe


@pytest.fixture
def mine(tiny_zoo):
    torch.manual_seed(0)
    model = TextModel(encoders.load(tiny_zoo / "bert-mini"), CLASSES, 2, TextRecipe()).eval()
    texts = ["A good film .", "A dull film .", "Funny and warm .", "It is too long ."]
    task = Task(
        "made up", CLASSES, texts, np.array([1, 0, 1, 0]), ("bad", "good"),
        np.arange(2), {"test": np.arange(2, 4)}, {"test": "accuracy"},
    )  # fmt: skip
    return tuned.Tuned(model, task, np.arange(2))


@pytest.fixture
def twin(mine, made_up):
    shape = head_masks.shape(mine.network)
    return pruning_slider.prune(
        mine, np.arange(np.prod(shape), dtype=float).reshape(shape), made_up["curves"]()
    )


def test_importance_is_of_each_layer_length_one(mine):
    found = tuned.importance(mine)
    np.testing.assert_allclose((found**2).sum(axis=1), 1, rtol=1e-5)


def test_masked_and_removed_say_the_same(mine):
    keep = np.array([[True, False], [False, True]])
    text = "A warm and funny film ."
    before = tuned.topics(mine, text, keep)
    assert tuned.accuracy(mine, keep) in (0.0, 0.5, 1.0)
    pruning.remove(mine.network, keep)
    assert tuned.topics(mine, text) == pytest.approx(before, abs=1e-5)


def test_a_twin_shares_the_vectors_of_the_pieces_and_nothing_else(mine):
    other = tuned.twin(mine)
    shared = {id(p) for p in mine.network.parameters()} & {id(p) for p in other.network.parameters()}
    assert shared == {id(p) for p in mine.network.embeddings.parameters()}
    text, before = "A warm and funny film .", tuned.topics(mine, "A warm and funny film .")
    assert tuned.topics(other, text) == pytest.approx(before)
    pruning.remove(other.network, np.array([[True, False], [False, True]]))
    assert tuned.topics(mine, text) == pytest.approx(before)


def test_the_slider_takes_heads_out_in_the_order_asked_for(twin):
    assert twin.widget
    least_first = in_words.ORDERS[in_words.IMPORTANCE]
    assert twin.keep(0.5, least_first).tolist() == [[False, False], [True, True]]
    assert twin.keep(0.5, in_words.WRONG).tolist() == [[True, True], [False, False]]
    before = twin.picture.value
    twin.controls["share"].value = 1.0
    assert "4 of 4 heads are gone" in twin.words.value
    assert twin.picture.value != before
    twin.controls["order"].value = in_words.ORDERS[in_words.RANDOM]
    assert "in random order" in twin.words.value
    twin.controls["headline"].value = "What a film ."
    assert "What a film" in twin.words.value
    assert not twin.errors


@pytest.mark.parametrize("headline", ["", "film " * 70])
def test_nonsense_gets_an_answer_not_an_error(twin, headline):
    assert twin.widget
    twin.controls["headline"].value = headline
    assert "1 to 60" in twin.words.value
    assert not twin.errors
