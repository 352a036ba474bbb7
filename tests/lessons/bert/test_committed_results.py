"""What the lesson shows is there with three seeds, and what it measures live agrees with it."""

import pytest

from tlcourse.data import tasks
from tlcourse.lessons.bert import in_words
from tlcourse.models.pretrained import encoders
from tlcourse.probe.layer_by_layer import ByLayer, reader
from tlcourse.show.records import Records


def test_every_way_was_measured_three_times():
    rows = in_words.readouts(Records.load("bert/ablations"))
    assert {in_words.BERTS, "no NSP", in_words.LEFT, "100/0/0"} <= set(rows.values("way"))
    for (way, readout), found in rows.by("way", "readout").items():
        assert set(found.values("seed")) == {0, 1, 2}, (way, readout)


def test_every_layer_was_read_three_times():
    rows = Records.load("bert/layers")
    assert "bert-mini" in in_words.whole(rows.where(task="entities")).values("model")
    for model in in_words.whole(rows.where(task="entities")).values("model"):
        found = rows.where(model=model, task="entities")
        for layer in range(7):
            one = found.where(reading="one layer", layer=layer)
            assert set(one.values("seed")) == {0, 1, 2}, (model, layer)


@pytest.mark.timeout(400)
def test_a_part_measured_anew_agrees_within_the_spread():
    kept = Records.load("bert/layers").where(model="bert-mini", task="entities", reading="one layer", layer=6)
    names = ByLayer(tasks.load("entities"), reader(encoders.load("bert-mini"), 7), [0], 300, 300)
    score, _ = names.measure([6], 300, 0)
    assert score == pytest.approx(kept.of_seed[0], abs=max(0.02, 2 * kept.spread))
