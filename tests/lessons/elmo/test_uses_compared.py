"""The widget: it follows what is typed, and answers nonsense in words."""

import pytest

from tlcourse.lessons.elmo import characters, uses_compared
from tlcourse.models.pretrained import zoo
from tlcourse.models.pretrained.text_encoders import WordEncoder


@pytest.fixture(scope="module")
def encoder() -> WordEncoder:
    return WordEncoder(zoo.load("elmo-mini"))


@pytest.fixture
def twin(encoder):
    return uses_compared.compare_uses(
        encoder, [["He", "plays", "well", "."], ["The", "bank", "is", "open", "."]]
    )


def test_the_token_layer_sees_letters_alone_and_the_same_sentence_is_the_same(twin):
    apart = twin.alike("They play on Saturday .", "The play opens in May .", "play")
    same = twin.alike("They play on .", "They play on .", "play")
    assert apart[0] == pytest.approx(1, abs=1e-3)
    assert max(apart[1:]) < 0.99
    assert same == pytest.approx([1, 1, 1], abs=1e-3)


@pytest.mark.parametrize(
    ("control", "typed", "said"),
    [
        ("word", "zebra", "does not have"),
        ("word", "two words", "not one word"),
        ("first", "", "does not have"),
        ("second", "play " * 50, "at most"),
    ],
)
def test_nonsense_gets_an_answer_not_an_error(twin, control, typed, said):
    assert twin.widget
    twin.controls[control].value = typed
    assert said in twin.words.value
    assert not twin.errors


def test_another_pair_stands_beside_to_compare(twin):
    same_sense = twin.alike(*uses_compared.EXAMPLES[uses_compared.COMPARED_WITH])
    assert twin.beside == pytest.approx(same_sense)
    assert f"To compare (play, both in sport): token layer 1.00, layer 1 {same_sense[1]:.2f}" in twin.alt


def test_an_example_fills_the_boxes_and_the_picture_follows(twin):
    assert twin.widget
    before = twin.picture.value
    twin.examples.value = "the same sentence twice"
    assert twin.controls["first"].value == twin.controls["second"].value
    assert twin.picture.value != before
    assert not twin.errors


def test_a_misspelling_keeps_its_ends_and_its_letters():
    import numpy as np

    for seed in range(5):
        wrong = characters.misspell("definitely", np.random.default_rng(seed))
        assert wrong != "definitely"
        assert sorted(wrong) == sorted("definitely")
        assert (wrong[0], wrong[-1]) == ("d", "y")
    with pytest.raises(ValueError, match="longer"):
        characters.misspell("aaa", np.random.default_rng(0))
