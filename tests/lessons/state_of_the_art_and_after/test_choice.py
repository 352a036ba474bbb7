"""The rule chooses within the budget, and never looks at the task that is kept out."""

import pytest

from tlcourse.lessons.state_of_the_art_and_after import (
    board,
    deciding,
    dial,
    figures,
    in_words,
)
from tlcourse.lessons.state_of_the_art_and_after.deciding import COUNTS, LARGEST, MINILM, RULE, Budget
from tlcourse.show.figures import png
from tlcourse.show.records import Records

MB = 2**20


def test_the_rule_keeps_within_the_budget(small):
    tasks = small.tasks(100)

    def chosen(**limits):
        able = deciding.affordable(small, Budget(100, **limits))
        return deciding.choose(small, able, 100, tasks)

    assert chosen() == "SmolLM2"
    assert chosen(ms=399) == "MiniLM"
    assert chosen(ms=40) == "MiniLM"  # just what it takes
    assert chosen(ms=39.9) == "GloVe"
    assert chosen(ms=39.9, bytes=79 * MB) == "TF-IDF"
    assert chosen(ms=0.5) is None
    assert chosen(ms=10, batch=32) == "MiniLM"


def test_the_nearest_number_of_labels_is_in_factors():
    assert [deciding.nearest(n, (100, 1000)) for n in (5, 300, 320, 9999)] == [100, 100, 1000, 1000]


def test_what_is_kept_out_is_not_looked_at(made):
    """Whatever happens on a task and on its sibling, the choice for it stays."""
    budgets = [Budget(100)]
    before = deciding.kept_out(made(), budgets, [RULE]).where(task="films")
    after = deciding.kept_out(
        made(leads={"films": "bert-mini", "film ratings": "bert-mini"}), budgets, [RULE]
    ).where(task="films")
    assert [r["chosen"] for r in before] == [r["chosen"] for r in after] == ["SmolLM2"]
    assert [r["best"] for r in after] == ["bert-mini"]
    assert after.mean == pytest.approx(0.5 - 0.03 - 0.17, abs=0.01)
    elsewhere = deciding.kept_out(made(leads={"topics": "bert-mini"}), budgets, [RULE]).where(task="names")
    assert [r["chosen"] for r in elsewhere] == ["SmolLM2"]
    most = deciding.kept_out(made(leads={"topics": "GloVe", "long reviews": "GloVe"}), budgets, [RULE]).where(
        task="names"
    )
    assert [r["chosen"] for r in most] == ["GloVe"]


def test_siblings_are_kept_out_together():
    tasks = [*board.TASKS]
    assert "film ratings" not in deciding.others("films", tasks)
    assert "names" not in deciding.others("parts of speech", tasks)
    assert len(deciding.others("topics", tasks)) == len(tasks) - 1


def test_habits_choose_as_they_say(small):
    rows = deciding.kept_out(small, [Budget(100), Budget(100, ms=30)])
    assert {r["chosen"] for r in rows.where(way=LARGEST, budget=0)} == {"SmolLM2"}
    assert {r["chosen"] for r in rows.where(way=LARGEST, budget=1)} == {"GloVe"}
    assert {r["chosen"] for r in rows.where(way=COUNTS)} == {"TF-IDF"}
    assert {r["budget"] for r in rows.where(way=MINILM)} == {0}  # too slow for the other
    for row in rows:
        assert row["score"] >= 0
        assert row["right"] == (row["chosen"] == row["best"])
        assert row["near"] == (row["score"] <= 0.01)


def test_the_summary_counts():
    rows = Records(
        {"way": RULE, "right": right, "near": regret < 0.01, "score": regret}
        for right, regret in ((True, 0.0), (False, 0.04))
    )
    found = deciding.summary(rows)
    assert found == {"choices": 2, "right": 0.5, "near": 0.5, "regret": 0.02, "most": 0.04}


@pytest.mark.parametrize(
    ("leads", "said"),
    [
        ({}, "So the rule earns nothing over “the largest that fits”"),
        (dict.fromkeys(("films", "film ratings", "topics", "names"), "MiniLM"), "over “always MiniLM”"),
    ],
)
def test_the_sentence_on_the_rule_says_what_came_out(made, leads, said):
    ours = made(leads=leads)
    rows = deciding.kept_out(ours, deciding.unlimited([100]))
    assert said in in_words.of_the_rule(rows, ours)


def test_what_the_test_of_the_rule_cannot_show_is_told():
    whole = board.load()
    said = in_words.of_the_rule(deciding.kept_out(whole, deciding.unlimited(board.LABELS)), whole)
    alone = "With films or film ratings kept out, the rule chooses by one task alone, questions."
    assert f"{alone} Only there does it choose otherwise than “the largest that fits”." in said
    assert "DistilBERT is the best on names, and never the rule’s choice" in said
    assert "SmolLM2 was not measured on topics" in said


def test_the_sentence_on_limits(small):
    limits = deciding.many_budgets(small, [100])
    assert len({tuple(deciding.affordable(small, one)) for one in limits}) == len(limits)
    assert all(len(deciding.affordable(small, one)) > 1 for one in limits)
    rows = deciding.kept_out(small, limits, (RULE, LARGEST, COUNTS))
    said = in_words.of_limits(rows)
    assert said.startswith("With 100 labels and limits the rule is ahead: over ")
    assert "“always TF-IDF”" in said
    table = in_words.kept_out_rows(rows)
    assert [row["way"] for row in table] == [RULE, LARGEST, COUNTS]
    assert table[0]["took the best"] == "100%"


def test_the_map_says_the_rule_for_each_corner(small):
    drawn = figures.decision_map(small, [100, 1000])
    for system in ("TF-IDF", "GloVe", "MiniLM", "SmolLM2"):
        assert system in drawn.alt
    assert "bert-mini" not in drawn.alt
    assert png(drawn.fig)


def test_the_figure_of_regrets_names_each_way(small):
    drawn = figures.regrets(deciding.kept_out(small, [Budget(100)]))
    assert "the rule: 0.0 points" in drawn.alt
    assert "always TF-IDF: 17.0 points" in drawn.alt


def test_the_dial_follows_its_controls(small):
    twin = dial.dial(small)
    assert twin.widget
    assert "Use GloVe" in twin.words.value
    before = twin.picture.value
    twin.controls["ms"].value = 100
    assert "Use MiniLM" in twin.words.value
    assert twin.picture.value != before
    twin.controls["memory"].value = 3
    assert "Use TF-IDF" in twin.words.value
    twin.controls["ms"].value = 0.1
    assert "Nothing here keeps within that. TF-IDF needs 1 ms" in twin.words.value
    twin.controls["labels"].value = 3000
    assert "nearest to 3,000 labels were 1,000" in twin.words.value
    assert not twin.errors
    assert png(twin.static())
    assert "took the best one" in twin.alt


def test_the_dial_on_the_committed_board():
    twin = dial.dial(board.load())
    assert twin.widget
    for ms in dial.MILLISECONDS:
        twin.controls["ms"].value = ms
    assert not twin.errors


def test_the_dial_lists_what_is_as_good_and_smaller():
    twin = dial.dial(board.load())
    said = twin.told(100, 3, 300, "one by one")
    assert said.startswith("100 labels, at most 3 ms a text and 300 MB, one by one. Use GloVe")
    assert "Within luck of it, and quicker or smaller: TF-IDF (1.8 ms a text, 3 MB)." in said
    assert "took the best one that fits once in 7" in said
    assert "less often than by guessing among 2" in said
    assert twin.examples().count("\n") == len(dial.WHO_ASKS) - 1


def test_own_texts_are_set_beside_the_board(small):
    own = Records(
        {"model": model, "labels": 100, "seed": seed, "score": base + 0.001 * seed}
        for model, base in (("TF-IDF", 0.5), ("MiniLM frozen", 0.6))
        for seed in range(3)
    )
    said = in_words.of_own(own, small)
    assert "says MiniLM is 15.0 points above TF-IDF" in said
    assert "MiniLM is above TF-IDF by 10.0 points" in said
    assert in_words.of_own(own.where(model="TF-IDF"), small) == ""
