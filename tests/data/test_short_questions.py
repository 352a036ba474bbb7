"""Forty questions, each with its own answer, after examples that give nothing away."""

import pytest

from tlcourse.data import short_questions


@pytest.mark.parametrize("kind", short_questions.KINDS)
@pytest.mark.parametrize("examples", range(3))
def test_each_question_has_its_own_answer_and_no_example_has_it(kind, examples):
    asked = short_questions.load(kind, examples)
    assert len(asked.prompts) == len(set(asked.answers)) == 10
    assert all(prompt.endswith("Answer:") for prompt in asked.prompts)
    shown = asked.prompts[0].rsplit("Question:", 1)[0]
    assert shown.count("Answer:") == 2
    assert not any(f"Answer: {answer}." in shown for answer in asked.answers)


def test_what_is_not_there_is_refused():
    with pytest.raises(ValueError, match="rivers"):
        short_questions.load("rivers")
    with pytest.raises(ValueError, match="examples 3"):
        short_questions.load("capitals", 3)
