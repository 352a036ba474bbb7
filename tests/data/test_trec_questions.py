"""TREC-6: its authors' split, each question once."""

import numpy as np
import pytest

from tlcourse import assets
from tlcourse.data import trec_questions


@pytest.fixture(scope="module")
def questions():
    try:
        return trec_questions.load()
    except assets.AssetMissing as missing:
        pytest.skip(str(missing))


def test_each_question_stands_on_one_side(questions):
    assert len(set(questions.texts)) == len(questions.texts) == len(questions.label)
    both = np.concatenate([questions.train_index, questions.test_index])
    assert sorted(both) == [*range(len(questions.texts))]
    assert len(questions.test_index) == 500


def test_kinds(questions):
    place = questions.texts.index("Who invented Make-up?")
    assert questions.names[questions.label[place]] == "HUM"
    test = np.bincount(questions.label[questions.test_index])
    assert dict(zip(questions.names, test.tolist(), strict=True)) == {
        "ABBR": 9, "DESC": 138, "ENTY": 94, "HUM": 65, "LOC": 81, "NUM": 113,
    }  # fmt: skip
