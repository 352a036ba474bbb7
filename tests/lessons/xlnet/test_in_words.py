"""The sentences say what came out, either way."""

import json

import pytest

from tlcourse.lessons.xlnet import figures, in_words, in_words_of_rows, kept, live, published
from tlcourse.probe import as_in_training, loss_by_place, neighbours
from tlcourse.show import zoo_reading
from tlcourse.show.records import Records


def seeds(score: float, spread: float = 0.01, **fields) -> list[dict]:
    return [{**fields, "seed": seed, "score": score + spread * (seed - 1)} for seed in range(3)]


def pairs(xlnet: float = 1.0, bert: float = 1.2, control: float = 0.2, at_once: float = -16.0) -> Records:
    rows = []
    for model, high in (("BERT", bert), ("XLNet", xlnet)):
        for kind, gap in ((neighbours.HIGH, high), (neighbours.LOW, control)):
            base = -16.0 if model == "BERT" else at_once
            fields = {"model": model, "pairs": kind, "n": 9}
            spread = 0.01 * (1 + (model == "BERT")) * (1 + (kind == neighbours.HIGH))
            rows += seeds(gap, **fields, measure="gap", spread=spread)
            rows += seeds(base, **fields, measure="at_once")
            rows += seeds(base + gap, **fields, measure="one_by_one")
    return Records(rows)


def test_gaps_either_way():
    told = in_words.of_gaps(pairs())
    assert told.count("so much for belonging together") == 2
    assert "0 by definition" in told
    assert "2.7 times as likely" in told
    assert "higher, by 0.80 nats" in told
    assert "the wrong way round" in in_words.of_gaps(pairs(xlnet=0.1, bert=0.1))
    assert "does not show" in in_words.of_gaps(pairs(xlnet=0.2, bert=0.2))


@pytest.mark.parametrize(
    ("bert", "said"),
    [
        (1.5, "BERT's weights know these pairs better than XLNet's (1.30 against 0.80"),
        (0.5, "a part of the knowledge is missing"),
        (1.0, "alike, within luck (0.80 against 0.80"),
    ],
)
def test_whose_weights_know_more_than_a_control_gives(bert, said):
    assert said in in_words.of_chain(pairs(bert=bert))


def test_who_gives_the_pair_more():
    assert "gives them 1.00 nats more than BERT at once" in in_words.of_chain(pairs())
    less = in_words.of_chain(pairs(at_once=-18.0))
    assert "still gives them 1.00 nats less" in less
    assert "at once gives them 2.00 nats less" in less
    assert "1.00 nats of that XLNet has at once already" in in_words.of_chain(pairs(at_once=-15.0))


def test_the_table_of_joints_has_four_columns():
    rows = in_words.joints(pairs())
    assert rows.values("model") == [
        "bert-mini, at once", "bert-mini, one by one", "xlnet-mini, at once", "xlnet-mini, one by one",
    ]  # fmt: skip


def pmi(top: float, noise: float = 0.0) -> Records:
    rows = []
    for model in ("BERT", "XLNet"):
        for kind, gap in (("-inf to 0", 0.2), ("0 to 8", 0.5), ("8 to inf", top)):
            rows += seeds(
                gap,
                model=model,
                pairs=kind,
                measure="gap",
                spread=0.01 * (gap + 1) + noise * (kind == "8 to inf"),
            )
    return Records(rows)


def test_pmi_either_way():
    told = in_words.of_pmi(pmi(2.0))
    assert "rises from 0.20 nats (below 0) to 2.00 (8 and more), outside the spread." in told
    assert "We think" not in told
    fell = in_words.of_pmi(pmi(0.1))
    assert "to 0.50 (0 to 8), outside the spread, and does not grow from there on (lower, " in fell
    assert "outside the spread: 8 and more)" in fell
    assert "We think" in fell
    assert "what is lower is within luck" in in_words.of_pmi(pmi(0.45, noise=0.2))


def test_the_figure_of_pmi_names_its_bins():
    alt = figures.gap_by_pmi(pmi(2.0)).alt
    assert "below 0" in alt
    assert "8 and more" in alt


def shift(bert: float, xlnet: float, noise_moved: float = 0.09) -> Records:
    rows = []
    for way, probe, moved in (
        (as_in_training.BERT_MASKED, bert, 0.05),
        (as_in_training.BERT_RANDOM, 0.6, noise_moved),
        (as_in_training.XLNET_ORDER, xlnet, 0.03),
    ):
        for layer in (0, 6):
            rows += seeds(
                probe, way=way, layer=layer, measure="told apart", spread=0.01 if probe > 0.55 else 0.005
            )
            rows += seeds(moved, way=way, layer=layer, measure="moved", spread=0.1 * moved)
    return Records(rows)


def test_shift_either_way():
    told = in_words.of_shift(shift(0.7, 0.5))
    assert "above chance" in told
    assert "within luck of chance" in told
    assert "In BERT's states, a probe finds more often" in told
    assert "XLNet: 50% at most, above chance in no layer" in told
    assert "any piece that does not belong there" in told
    more = in_words.of_shift(shift(0.6, 0.8))
    assert "In XLNet's states, a probe finds more often" in more
    assert "above chance in 2 of 2 layers" in more
    assert "the sign itself counts" in in_words.of_shift(shift(0.7, 0.5, noise_moved=0.02))


def test_the_axes_of_the_shift_say_what_they_show():
    drawn = figures.shift_by_layer(shift(0.7, 0.5))
    assert [ax.get_ylabel() for ax in drawn.fig.axes] == [
        "share of the distance\nbetween two words' states",
        "the probe is right",
    ]
    assert [ax.get_title(loc="left") or ax.get_title() for ax in drawn.fig.axes] == ["moved by", "told apart"]
    assert "0.70" in drawn.alt


def memory(on: float, other: float) -> Records:
    rows = []
    for order in (loss_by_place.PERMUTED, loss_by_place.LEFT_TO_RIGHT):
        for way, loss in ((loss_by_place.ON, on), (loss_by_place.OFF, 5.0), (loss_by_place.OTHER, other)):
            for part in range(8):
                better = loss - 5.0 if part == 0 else (loss - 5.0) / 4
                rows += seeds(
                    5.0 + better, order=order, memory=way, part=part, spread=0.01 + 0.01 * loss % 0.007
                )
    return Records(rows)


def test_memory_either_way():
    told = in_words_of_rows.of_memory(memory(4.0, 4.7))
    assert "in the first 8 pieces of a row lower by 1.00 nats" in told
    assert "another article is worth 0.10 of these 0.34 nats" in told
    assert "within luck: what helps is not what it holds" in in_words_of_rows.of_memory(memory(4.0, 4.0))
    assert "more than the right one" in in_words_of_rows.of_memory(memory(4.5, 4.0))
    worse = in_words_of_rows.of_memory(memory(6.0, 6.0))
    assert "higher by" in worse
    assert "another article" not in worse
    left = in_words_of_rows.of_left_to_right(memory(4.0, 4.7))
    assert "lower by 1.00 nats (with another article's lower by 0.30 nats)" in left
    assert "memory of another article" in figures.memory_by_place(memory(4.0, 4.7)).alt


def lengths(long: float) -> Records:
    rows = []
    for length, loss in ((64, 5.0), (254, 4.8), (512, long)):
        rows += seeds(loss, model="XLNet", length=length, spread=0.01 * (1 + length / 512))
    for length, loss in ((64, 5.7), (254, 5.8)):
        rows += seeds(loss, model="BERT", length=length, spread=0.01 * (1 + length / 512))
    return Records(rows)


def test_lengths_either_way():
    told = in_words_of_rows.of_lengths(lengths(5.1), 260)
    assert "in rows of 254, the longest with distances that it knows, 0.20 better" in told
    assert "worse in rows of 512 (+0.30)" in told
    assert "5.80 nats in rows of 254 pieces, which with [CLS] and [SEP] fill its 256 positions" in told
    assert "0.10 worse than in rows of 64" in told
    assert "has to say the pieces of a span at once" in told
    assert "better in rows of 512 (−0.30)" in in_words_of_rows.of_lengths(lengths(4.5), 260)
    within = in_words_of_rows.of_lengths(lengths(4.8), 200)
    assert "in rows of 64, the longest" in within
    assert "better in rows of 254 (−0.20), 512 (−0.20)" in within
    assert "at 512" in figures.by_length(lengths(5.1), 223).alt


def test_sight_either_way():
    def losses(first):
        return Records([*seeds(first, sixth=0, spread=0.02), *seeds(4.7, sixth=5)])

    assert "times as unlikely" in in_words_of_rows.of_sight(losses(7.6))
    assert "better than the last" in in_words_of_rows.of_sight(losses(4.0))
    assert kept.by_sixth(losses(7.6)).values("sixth of the order") == ["first", "last"]


def tasks(xlnet: float) -> Records:
    rows = []
    for task in ("topic of news", "sentiment of films", "names (silver)"):
        for model, score in (("xlnet-mini", xlnet), ("bert-mini", 0.7), ("gpt-mini", 0.8), ("counts", 0.75)):
            rows += seeds(score, task=task, model=model, spread=0.01 * (score + 0.1))
    return Records(rows)


def test_tasks_either_way():
    assert "ahead in topic of news (+20.0)" in in_words.of_tasks(tasks(0.9))
    assert "every piece" not in in_words.of_tasks(tasks(0.9))
    assert "of its pieces were new to it" in in_words.of_tasks(tasks(0.9))
    told = in_words.of_tasks(tasks(0.6))
    assert "behind in topic of news (−10.0)" in told
    assert "has a part in it" in told
    assert "More often behind" in in_words.of_tasks(
        Records(
            {**row, "score": row["score"] + (0.3 if row["model"] == "bert-mini" else 0)} for row in tasks(0.6)
        )
    )


def test_who_read_less_and_is_ahead_all_the_same(monkeypatch):
    for bert, told in ((28e6, True), (16e6, False)):
        read = {"xlnet-mini": 16e6, "gpt-mini": 16e6, "bert-mini": bert}
        monkeypatch.setattr(zoo_reading.how_trained, "pieces_read", read.__getitem__)
        assert ("It has read less" in in_words.of_tasks(tasks(0.9))) == told
        assert "It has read less" not in in_words.of_tasks(tasks(0.6))


def test_signs_of_a_text_are_not_read_as_markdown():
    told = in_words.spans(["$", "1", "*"], {0})
    assert told == r"Bold is predicted, 1 of 3: **\$** 1 \*"


def test_counts_either_way():
    assert "above them in topic of news, sentiment of films, names (silver)." in in_words.of_counts(
        tasks(0.9)
    )
    assert "below them in topic of news" in in_words.of_counts(tasks(0.6))
    assert "within luck in topic of news" in in_words.of_counts(tasks(0.75))


def test_the_card_with_and_without_changes():
    assert "with exactly the masks that this lesson shows" in in_words.of_card([])
    assert "A flaw of these weights" in in_words.of_card(["It saw too much."])
    assert "saw too much." in in_words.of_card(["It saw too much."])


def test_paper_rows_have_figures_of_both():
    sight = Records([*seeds(7.6, sixth=0), *seeds(4.7, sixth=5)])
    rows = published.rows(tasks(0.9), memory(4.0, 4.7), pairs(), sight)
    assert len(rows) >= 3
    assert all("Yang" in row[2] for row in rows)
    assert len(published.ablations()) == 8
    assert published.ablations()[3]["RACE"] == "66.66"


def test_what_a_card_says_is_read(monkeypatch, tmp_path):
    facts = {"recipe": {"lengths": [[1.0, 128]], "config": {"mem_len": 96}}}
    (tmp_path / "training.json").write_text(json.dumps(facts))
    monkeypatch.setattr(kept.how_trained.zoo, "folder_of", lambda name: tmp_path)
    assert kept.furthest() == 223
    assert kept.changes() == []


def test_pairs_live_are_what_the_model_says_draw_by_draw():
    import numpy as np

    from tlcourse.probe.joint_probability import PairLogP
    from tlcourse.probe.neighbours import HiddenPair

    matched = [
        (HiddenPair([9, 10 + i], 0, 6.0, (9, 9)), HiddenPair([8, 10 + i], 0, -1.0, (9, 9))) for i in range(6)
    ]

    def ask(some):
        alone = np.full((len(some), 2), -4.0)
        return PairLogP(alone, alone + np.array([[pair.pmi / 3] * 2 for pair in some]))

    rows = live.pairs(matched, 3, {"one": ask}, 0)
    assert rows.where(pairs=neighbours.HIGH, measure="gap").scores == pytest.approx([2.0] * 3)
    assert rows.where(pairs=neighbours.LOW, measure="at_once").scores == pytest.approx([-8.0] * 3)
    assert {row["n"] for row in rows} == {2}


def test_the_figure_of_orders_says_what_is_in_sight():
    alt = figures.seen_in_orders(
        ["a", "b", "c"], 1, {"one": [2, 1, 0], "two": [1, 0, 2], "three": [2, 0, 1]}
    ).alt
    assert "one: from c; two: from nothing; three: from a, c." in alt
