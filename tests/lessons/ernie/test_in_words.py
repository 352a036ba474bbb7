"""The sentences say what came out, either way."""

from itertools import product

import pytest

from tlcourse.lessons.ernie import in_words, news, published, two_masks
from tlcourse.lessons.ernie import in_words_of_strategies as of_strategies
from tlcourse.lessons.ernie.in_words import BERT
from tlcourse.lessons.ernie.on_news import COUNTS, ERNIE, SHARES
from tlcourse.show import zoo_reading
from tlcourse.show.records import Records
from tlcourse.train.pretraining.ernie_tasks import TASKS
from tlcourse.train.pretraining.task_strategies import AT_ONCE, CONTINUAL, KEPT, ONE_BY_ONE

WOBBLE = (0.0, 0.004, -0.003)  # what seeds add: a difference of 0.1 is outside the spread


def seeded(score, **fields):
    return [
        {**fields, "seed": seed, "score": score + (1 + seed / 9) * add} for seed, add in enumerate(WOBBLE)
    ]


def noisy(score, **fields):
    """Three seeds between which nothing can be told."""
    return [{**fields, "seed": seed, "score": score + add} for seed, add in enumerate((0.9, -0.8, 0.1))]


def masks(bert_units, ernie_pieces, ernie_units):
    scores = {
        (BERT, two_masks.PIECES): 4.4, (BERT, two_masks.UNITS): bert_units,
        (ERNIE, two_masks.PIECES): ernie_pieces, (ERNIE, two_masks.UNITS): ernie_units,
    }  # fmt: skip
    return Records(row for (model, mask), s in scores.items() for row in seeded(s, model=model, mask=mask))


def test_masks():
    told = in_words.of_masks(masks(5.0, 5.4, 4.6))
    assert "For `bert-mini`, whole units are harder than pieces, by 0.60 nats" in told
    assert "For `ernie-mini`, whole units are easier than pieces, by 0.80 nats" in told
    assert "is 1.00 nats above `bert-mini`’s" in told
    assert "Each is better at the kind" in told
    assert "does not show as a price" in in_words.of_masks(masks(5.0, 4.0, 4.6))
    assert "does not show as a gain" in in_words.of_masks(masks(4.4, 5.4, 4.6))


def same(with_unit):
    return Records(
        row
        for model, (hidden, score) in product(
            (BERT, ERNIE), {two_masks.ALONE: 5.0, two_masks.WITH_UNIT: with_unit}.items()
        )
        for row in seeded(score, model=model, kind=news.WORD, hidden=hidden)
    )


@pytest.mark.parametrize(
    ("with_unit", "said"),
    [(8.0, "3.0 nats harder"), (4.0, "1.0 nats *easier*"), (5.0, "no difference can be told")],
)
def test_the_same_piece(with_unit, said):
    wrong = Records([*seeded(0.8, model=BERT), *seeded(0.1, model=ERNIE)])
    told = in_words.of_same_pieces(same(with_unit), wrong)
    assert said in told
    assert "in 80% of the cases, `ernie-mini` in 10%" in told
    assert "has learned that where a word’s beginning" in told
    assert "nothing at all" not in told
    worse = Records({**row, "score": row["score"] + 5} for row in same(with_unit))
    assert "costs `ernie-mini` 10.0 nats. One who knows nothing at all" in in_words.of_same_pieces(
        worse, wrong
    )


@pytest.mark.parametrize(("ernie", "said"), [(0.9, "So it is not that."), (0.8, "can’t be told apart")])
def test_first_guesses_either_way(ernie, said):
    wrong = Records([*seeded(0.8, model=BERT), *seeded(ernie, model=ERNIE)])
    assert said in in_words.of_same_pieces(same(8.0), wrong)


def reached(**better):
    return Records(
        row
        for task in TASKS
        for who, score in {SHARES: 1.0, COUNTS: 0.8, ERNIE: better.get(task.replace(" ", "_"), 0.9)}.items()
        for row in seeded(score, task=task, who=who)
    )


def test_what_is_reached():
    records = reached(capitalisation=0.5, sentence_order=1.2)
    told = in_words.of_reached(records)
    assert "**capitalisation**: `ernie-mini` is better than both." in told
    assert "**sentence order**: `ernie-mini` is worse than both." in told
    assert "**sentence distance**: `ernie-mini` is better than the shares and worse than the counts." in told
    told = in_words.summary_of_reached(records, 1.6)
    assert "more than both know: capitalisation; more than the shares alone: knowledge masking, token" in told
    assert "neither: sentence order." in told
    assert "nine classes are, has 1.60" in told
    assert "nine classes" not in in_words.summary_of_reached(reached(), 1.6)


def swapped(change, make=seeded):
    return Records(
        row
        for task, named in product(TASKS, TASKS)
        for row in (make if (task, named) == (TASKS[0], TASKS[1]) else seeded)(
            1.0 + (change if (task, named) == (TASKS[0], TASKS[1]) else 0), task=task, named=named
        )
    )


def test_swapped():
    told = in_words.of_swapped(swapped(0.1))
    assert "higher in 1 of 20 cases, lower in 0, and in the other 19" in told
    assert "0.10 nats up: knowledge masking, with the name of capitalisation" in told
    assert "the name moves little" in told
    assert "1 of 20 is as many as luck alone would give" in told
    assert "do depend on which task is named" in in_words.of_swapped(swapped(2.0))
    assert "0.10 nats down" in in_words.of_swapped(swapped(-0.1))
    assert "that is within luck" in in_words.of_swapped(swapped(0.4, noisy))


def over_time(last):
    tasks = TASKS[:4]
    return Records(
        row
        for task, done in product(tasks, (0.0, 0.25, 0.5, 0.75, 1.0))
        for row in seeded(last if done == 1.0 else 0.5, way=ONE_BY_ONE, task=task, done=done)
    )


@pytest.mark.parametrize(
    ("last", "fate", "beside"),
    [(0.9, "rises by 0.40, to 0.90", "above the 0.70"), (0.3, "falls on by 0.20, to 0.30", "below the 0.70"),
     (0.5, "is 0.50 at the end, within luck", "below the 0.70")],
)  # fmt: skip
def test_forgetting(last, fate, beside):
    told = of_strategies.of_forgetting(over_time(last), dict.fromkeys(TASKS[:4], 0.7))
    assert fate in told
    assert beside in told
    assert f"knowledge masking {'for sure' if last == 0.9 else 'not for sure'}" in told
    assert "sentence order" not in told  # it is the last one


def final(continual, joint=0.5, apart=0.9, kept=None):
    ways = {ONE_BY_ONE: apart, AT_ONCE: joint, CONTINUAL: continual, "shares": 0.7}
    ways |= {KEPT: kept} if kept else {}
    return Records(
        row for way, task in product(ways, TASKS[:4]) for row in seeded(ways[way], way=way, task=task)
    )


def test_final():
    told = of_strategies.of_final(final(0.4, kept=0.5))
    assert (
        "**continual** against **one after the other**, in nats: better in knowledge masking (−0.50)" in told
    )
    assert "against **continual, equal turns**" in told
    assert KEPT not in of_strategies.of_final(final(0.4))
    assert "worse in knowledge masking (+0.10)" in of_strategies.of_final(final(0.6))


@pytest.mark.parametrize(
    ("continual", "said"),
    [
        (0.4, "shows as a gain here"),
        (0.6, "does not show as a gain here"),
        (0.5, "can’t be said at this size"),
    ],
)
def test_verdict(continual, said):
    told = of_strategies.verdict(final(continual), 1.5)
    assert said in told
    assert "better in 4 of 4 tasks and worse in 0" in told
    assert "no strategy has learned" not in told


def test_what_no_strategy_has_learned_is_said():
    told = of_strategies.verdict(final(0.8, joint=0.8), 1.54)
    assert "Of knowledge masking and of capitalisation" in told
    assert "no strategy has learned more than the shares" in told
    assert "does not even count the `[SEP]`s, has 1.54" in told
    level = Records({**row, "score": 0.7} if row["way"] != "shares" else row for row in final(0.7, joint=0.7))
    assert "does not even count" not in of_strategies.verdict(level, 1.54)


def test_counts_that_are_ahead_of_every_strategy_are_named():
    counts = Records(row for task in TASKS[:2] for row in seeded(0.1, way="counts", task=task))
    told = of_strategies.verdict(final(0.5) + counts, 1.5)
    assert told.endswith("The counts are ahead of every strategy in knowledge masking and capitalisation.")
    assert "ahead of every" not in of_strategies.verdict(final(0.5), 1.5)


def test_frozen():
    rows = [*seeded(0.6, way=AT_ONCE, task="topic"), *seeded(0.7, way=CONTINUAL, task="topic"),
            *seeded(0.4, way=ONE_BY_ONE, task="topic"), *seeded(0.6, way=KEPT, task="topic")]  # fmt: skip
    told = of_strategies.of_frozen(Records(rows))
    assert "continual is above it (+10.0 points)" in told
    assert "one after the other is below it (−20.0 points)" in told
    assert "equal turns is within luck of it" in told


def suite(ernie, counts=0.9):
    rows = []
    for task in ("sentiment of films, all labels", "names (silver), 100 labels"):
        rows += [*seeded(ernie, task=task, model=ERNIE), *seeded(0.6, task=task, model=BERT)]
        rows += seeded(counts, task=task, model="counts")
    return Records(rows)


def test_models():
    assert "above in 2 of 2 (sentiment of films, all labels; names" in in_words.of_models(suite(0.7))
    assert "below in 2 of 2" in in_words.of_models(suite(0.5))
    assert "in 2 the difference is within luck" in in_words.of_models(suite(0.6))
    assert "counts are ahead of `ernie-mini` in 2 of 2" in in_words.of_counts(suite(0.7))
    assert "in 0 of 2" in in_words.of_counts(suite(0.7, counts=0.1))


def pairs(twin):
    scores = {ERNIE: 0.6, BERT: 0.5, "counts": 0.6, "random twin": twin}
    return Records(row for model, s in scores.items() for row in seeded(s, task="similarity", model=model))


def test_pairs_and_the_papers_rows(monkeypatch):
    told = in_words.of_pairs(pairs(0.7))
    assert "above bert-mini, below random twin, within luck of counts" in told
    rows = {row[0]: row for row in published.paper_rows(suite(0.7), pairs(0.2))}
    assert len(rows) == 3
    assert "0.600 ± 0.004 (n=3) / 0.500" in rows["STS-B, Spearman’s ρ: ERNIE 2.0 / BERT"][3]
    assert "16 times" in rows["STS-B, Spearman’s ρ: ERNIE 2.0 / BERT"][4]
    assert "within luck of each other" in published.paper_rows(suite(0.6), None)[-1][4]
    turned = Records(
        [*seeded(0.4, task="similarity", model=ERNIE), *seeded(0.5, task="similarity", model=BERT)]
    )
    assert "The other way round" in published.paper_rows(suite(0.7), turned)[1][4]
    near = {row[0]: row for row in published.paper_rows(suite(0.7), pairs(0.6))}
    assert (
        "can’t be told from weights that were never trained"
        in near["STS-B, Spearman’s ρ: ERNIE 2.0 / BERT"][4]
    )
    assert len(published.paper_rows(suite(0.7), None)) == 2
    for bert, what in (
        (28e6, "way of training and how much was read, once"),
        (16e6, "way of training, once"),
    ):
        read = {"ernie-mini": 16e6, "bert-mini": bert}
        monkeypatch.setattr(zoo_reading.how_trained, "pieces_read", read.__getitem__)
        assert what in published.paper_rows(suite(0.7), None)[0][4]
    chance = Records(row for m in (ERNIE, BERT) for row in seeded(0.5, task="entailment", model=m))
    assert "at chance" in str(published.paper_rows(suite(0.7), chance))


def test_seven_tasks_of_which_five_are_here():
    used = published.tasks()
    assert len(used) == 7
    assert [row["task"] for row in used if row["ernie-mini"]] == [*TASKS]


@pytest.mark.parametrize(
    ("last", "said", "fate"),
    [(1.25, "rose from 1.08", "forgotten in part"), (0.9, "fell from 1.08", "not forgotten"),
     (1.08, "hardly moved", "not forgotten")],
)  # fmt: skip
def test_the_small_models_own_log(last, said, fate):
    order, distance = TASKS[3], TASKS[4]
    log = [
        {"tokens": 4_000_000, "held_out": {order: 2.0, distance: 1.1}},
        {"tokens": 6_000_000, "losses": {order: 1.5}},
        {"tokens": 8_000_000, "held_out": {order: 1.08, distance: 1.1}},
        {"tokens": 9_000_000, "losses": {order: 1.5, distance: 1.0}},
        {"tokens": 16_000_000, "held_out": {order: last, distance: 1.0}},
    ]
    told = published.of_card({"log": log})
    assert said in told
    assert fate in told
    assert not published.of_card({"log": log[:3]})
    assert not published.of_card({"log": [log[1], log[3], log[4]]})
