"""Predictions: no answer before the commitment, feedback after it, remembered until the end of the lesson."""

import pytest

from tlcourse.exercises import prediction, progress

OPTIONS = ["It rises", "It falls", "It stays"]
WHY = ["rising is wrong", "falling is right", "staying is wrong"]


@pytest.fixture
def twin():
    made = prediction.predict("What <happens>?", OPTIONS, 1, WHY, key="what-happens")
    assert made.widget
    return made


def everything_shown(widget):
    """All the texts of a widget tree."""
    texts = [str(getattr(widget, name, "")) for name in ("value", "description", "options")]
    return " ".join(texts + [everything_shown(child) for child in getattr(widget, "children", ())])


def test_before_the_commitment_there_is_no_answer(twin):
    assert not any(why in everything_shown(twin.widget) for why in WHY)
    assert twin.choice.value is None
    assert twin.button.disabled
    twin.choice.value = 0
    assert not twin.button.disabled
    assert not any(why in everything_shown(twin.widget) for why in WHY)
    assert progress.prediction("what-happens") is None


@pytest.mark.parametrize("chosen", [0, 2])
def test_a_wrong_choice_gets_its_own_reason_and_the_answer(twin, chosen):
    twin.choice.value = chosen
    twin.button.click()
    assert "✗" in twin.feedback.value
    assert WHY[chosen] in twin.feedback.value
    assert OPTIONS[1] in twin.feedback.value
    assert WHY[1] in twin.feedback.value
    assert WHY[2 - chosen] not in twin.feedback.value


def test_the_right_choice(twin):
    twin.choice.value = 1
    twin.button.click()
    assert "✓" in twin.feedback.value
    assert WHY[1] in twin.feedback.value
    assert WHY[0] not in twin.feedback.value


def test_committed_is_committed(twin):
    twin.choice.value = 1
    twin.button.click()
    assert twin.choice.disabled
    assert twin.button.disabled
    assert 'role="status"' in twin.feedback.value, "a screen reader is told"


def test_a_click_without_a_choice_does_nothing(twin):
    twin.button.click()
    assert twin.feedback.value == ""
    assert twin.errors == []


def test_the_choice_is_recalled(twin, shown):
    prediction.recall("what-happens")
    twin.choice.value = 0
    twin.button.click()
    prediction.recall("what-happens")
    texts = [data["text/plain"] for data, _ in shown()]
    assert "not committed" in texts[0]
    assert texts[1] == "You predicted **It rises**. What came out: **It falls**."


def test_a_right_choice_is_recalled(twin, shown):
    twin.choice.value = 1
    twin.button.click()
    prediction.recall("what-happens")
    assert "that is what came out" in shown()[-1][0]["text/plain"]


def test_the_static_twin_folds_the_answer_away(twin):
    page = twin.static()
    before, _, after = page.partition("<details>")
    assert all(option in before for option in OPTIONS)
    assert not any(why in before for why in WHY)
    assert all(why in after for why in WHY)
    assert "<happens>" not in page
    assert "What &lt;happens&gt;?" in page


def test_the_plain_text_has_no_answer(twin):
    assert all(option in twin.plain() for option in OPTIONS)
    assert not any(why in twin.plain() for why in WHY)


def test_one_reason_for_all():
    twin = prediction.predict("What?", OPTIONS, 0, "because it is so")
    assert twin.static().count("because it is so") == 1
    assert twin.widget
    twin.choice.value = 2
    twin.button.click()
    assert twin.feedback.value.count("because it is so") == 1


def test_a_question_has_the_same_key_every_time():
    a, b, c = (prediction.predict(q, OPTIONS, 0, "w").key for q in ("One?", "One?", "Two?"))
    assert a == b != c


@pytest.mark.parametrize(
    ("options", "answer", "why", "words"),
    [
        (["one"], 0, "w", "two or more"),
        (["one", "one"], 0, "w", "different"),
        (["one", "two"], 2, "w", "0 to 1"),
        (["one", "two"], -1, "w", "0 to 1"),
        (["one", "two"], 0, ["w"], "1 texts for 2 options"),
    ],
)
def test_bad_questions(options, answer, why, words):
    with pytest.raises(ValueError, match=words):
        prediction.predict("What?", options, answer, why)
