"""CoLA and the STS benchmark: GLUE's counts, and nothing to learn from that is asked later."""

import pytest
from sklearn.metrics import matthews_corrcoef

from tlcourse.data import cola, stsb


@pytest.fixture(scope="module")
def judged(gold):
    return gold(cola.load)


@pytest.fixture(scope="module")
def pairs(gold):
    return gold(stsb.load)


def test_cola_is_whole(judged):
    sizes = len(judged.texts) - 527 - 516, len(judged.in_domain_index), len(judged.out_of_domain_index)
    assert sizes == (8551, 527, 516)
    assert judged.texts[0] == "Our friends won't buy this analysis, let alone the next one we propose."
    assert set(judged.label) == {0, 1}
    assert judged.label.mean() == pytest.approx(0.7, abs=0.01)
    outside = {judged.source[i] for i in judged.out_of_domain_index}
    assert (len(set(judged.source) - outside), len(outside)) == (17, 6)  # as in the paper, table 2


def test_what_cola_asks_is_not_learned_from(judged):
    asked = {judged.texts[i] for part in (judged.in_domain_index, judged.out_of_domain_index) for i in part}
    assert not asked & {judged.texts[i] for i in judged.train_index}
    assert len(judged.train_index) == 8533
    source = [judged.source[i] for i in judged.out_of_domain_index]
    assert not set(source) & {judged.source[i] for i in judged.train_index}


def test_stsb_is_whole(pairs):
    assert len(pairs.first) == 5749 + 1500 + 1379
    assert (len(pairs.valid_index), len(pairs.test_index)) == (1500, 1379)
    assert (pairs.first[0], pairs.second[0]) == (
        "A plane is taking off.",
        "An air plane is taking off.",
    )
    assert pairs.score[0] == 5.0
    assert (pairs.score.min(), pairs.score.max()) == (0.0, 5.0)
    quoted = "A man and and woman are running together, holding hands."
    assert quoted in pairs.second  # with a comma, so in quotes


def test_what_stsb_asks_is_not_learned_from(pairs):
    keys = [frozenset(pair) for pair in zip(pairs.first, pairs.second, strict=True)]
    asked = {keys[i] for part in (pairs.valid_index, pairs.test_index) for i in part}
    assert not asked & {keys[i] for i in pairs.train_index}
    assert len(pairs.train_index) == 5725


def test_the_metric_of_cola_is_matthews(judged):
    from tlcourse.data.tasks import CLASSES, Task
    from tlcourse.train.measuring.scores import score

    rows = judged.in_domain_index
    task = Task(
        "t", CLASSES, judged.texts, judged.label, (), rows, {"x": rows}, {"x": "Matthews correlation"}
    )
    answers = judged.label[rows].copy()
    answers[:100] = 1
    assert score(task, "x", answers) == pytest.approx(matthews_corrcoef(judged.label[rows], answers))
    assert score(task, "x", answers * 0 + 1) == 0  # always the same answer
