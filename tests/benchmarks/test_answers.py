"""Counting words finds the name that the question stands around, and never one that it has itself."""

import pytest

PARAGRAPH = (
    "the long race through the woods and around the lake was won by Anna Berg in the end. "
    + "x " * 20
    + "her trainer came on foot from a village near Rome and left again on the following day."
)


@pytest.mark.parametrize(
    ("question", "answer"),
    [("Who won the race?", "Anna Berg"), ("Near what village was her trainer, Anna Berg?", "Rome")],
)
def test_the_name_with_the_most_words_of_the_question_around_it(script, question, answer):
    assert script("answers").counting_words(question, PARAGRAPH) == answer


def test_a_paragraph_without_names_has_no_answer(script):
    assert script("answers").counting_words("Who?", "nobody came") == ""
