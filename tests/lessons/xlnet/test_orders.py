"""The widget: its masks, its numbers as transformers says, and answers to nonsense in words."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from tlcourse.data import tokeniser
from tlcourse.data.tokeniser import CLS, SEP, SPECIAL
from tlcourse.lessons.xlnet import exercises, orders
from tlcourse.models.pretrained import zoo


@pytest.fixture(scope="module")
def parts():
    return zoo.load("xlnet-mini", heads=True), tokeniser.load(zoo.folder_of("xlnet-mini"))


@pytest.fixture
def twin(parts):
    return orders.order_words(*parts)


def test_masks_are_those_of_the_exercises():
    order = np.random.default_rng(0).permutation(8).tolist()
    content, query = orders.masks(order)
    assert np.array_equal(content, exercises.content_mask(order))
    assert np.array_equal(query[order], exercises.query_mask(order, 8))


def test_the_shift_is_that_of_the_model():
    from tlcourse.models.parts.relative_attention import relative_shift

    scores = np.random.default_rng(0).normal(size=(4, 11))
    assert np.array_equal(exercises.by_key(scores, 7), relative_shift(torch.from_numpy(scores), 7).numpy())


def test_probabilities_as_transformers_says(parts):
    from transformers import XLNetLMHeadModel

    model, tokens = parts
    pieces = tokens.encode("he did not know what to do next", add_special_tokens=False).ids
    order = [5, 2, 0, 7, 1, 3, 6, 4]
    theirs = XLNetLMHeadModel.from_pretrained(zoo.folder_of("xlnet-mini")).eval()
    n = len(pieces)
    hides = torch.ones(1, n + 2, n + 2)
    for step, place in enumerate(order):
        hides[0, place, order[:step]] = 0
    hides[0, :, n:] = 0
    where = torch.eye(n + 2)[None, :n]
    segments = torch.tensor([[0] * (n + 1) + [2]])
    with torch.inference_mode():
        logits = theirs(
            torch.tensor([[*pieces, SEP, CLS]]),
            perm_mask=hides,
            target_mapping=where,
            token_type_ids=segments,
            use_mems=False,
        ).logits[0]
    logits = logits.clone()
    logits[:, : len(SPECIAL)] = -torch.inf
    expected = logits.log_softmax(dim=-1)[:, len(SPECIAL) :].numpy()
    assert orders.log_p(model, pieces, order)[:, len(SPECIAL) :] == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("name", orders.READY)
def test_ready_orders_are_orders(name):
    for length in (2, 5, 8):
        order = orders.ready_order(name, length, 1)
        assert sorted(order) == list(range(length))
        assert name != orders.LAST or order[-1] == 1


def test_a_word_moves_by_one_step_and_the_picture_follows(twin):
    assert twin.widget
    twin.controls["order"].value = "1 2 3 4 5 6 7 8"
    twin.controls["number"].value = 3
    assert "step 3 of 8: it is predicted from new, york." in twin.words.value
    before = twin.picture.value
    earlier, later = twin.buttons.values()
    earlier.click()
    assert twin.controls["order"].value == "1 3 2 4 5 6 7 8"
    assert "step 2 of 8: it is predicted from new." in twin.words.value
    assert twin.picture.value != before
    earlier.click()
    earlier.click()  # it is the first already
    assert twin.controls["order"].value == "3 1 2 4 5 6 7 8"
    assert "nothing but the marks" in twin.words.value
    later.click()
    assert twin.controls["order"].value == "1 3 2 4 5 6 7 8"
    assert not twin.errors


def test_an_example_and_a_ready_order_fill_the_boxes(twin):
    assert twin.widget
    twin.examples.value = list(orders.EXAMPLES)[3]
    assert twin.controls["sentence"].value == twin.examples.value
    twin.ready.value = orders.RIGHT
    assert twin.controls["order"].value == "8 7 6 5 4 3 2 1"
    assert not twin.errors


@pytest.mark.parametrize(
    ("sentence", "order", "number", "said"),
    [
        ("one", "1", 1, "Two words at least"),
        ("one two three four five six seven eight nine ten", "1 2", 1, "8 at most"),
        ("the city", "1 1", 1, "each number from 1 to 2 once"),
        ("the city", "first second", 1, "numbers with spaces"),
        ("the city", "2 1", 5, "no number 5"),
    ],
)
def test_nonsense_gets_an_answer_not_an_error(twin, sentence, order, number, said):
    assert twin.widget
    twin.controls["number"].value = number
    twin.controls["sentence"].value = sentence
    twin.controls["order"].value = order
    assert said in twin.words.value
    assert not twin.errors


def test_another_example_is_refused(parts):
    with pytest.raises(ValueError, match="expected one of"):
        orders.order_words(*parts, sentence="none")


def test_only_what_colabs_ipywidgets_has_is_used(twin):
    known = json.loads((Path(__file__).parents[2] / "ipywidgets_7_7_traits.json").read_text())["traits"]
    assert twin.widget
    for widget in (*twin.controls.values(), *twin.buttons.values(), twin.examples, twin.ready):
        defaults = widget.trait_defaults()
        for trait in set(widget.keys) - set(known[type(widget).__name__]) - {"layout", "style"}:
            assert trait.startswith("_") or getattr(widget, trait) == defaults.get(trait), f"{trait} is new"
