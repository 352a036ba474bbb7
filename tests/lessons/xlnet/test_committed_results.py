"""What the lesson shows is there with three seeds, its questions have the answers they say, and a part "
"agrees."""

import numpy as np
import pytest

from tlcourse import models
from tlcourse.data import bbc_news, tokeniser
from tlcourse.lessons.xlnet import in_words, kept
from tlcourse.models.pretrained import zoo
from tlcourse.probe import as_in_training, loss_by_place
from tlcourse.show.differences import difference
from tlcourse.show.records import Records


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("pairs", ("model", "pairs", "measure")),
        ("pmi", ("model", "pairs", "measure")),
        ("shift", ("way", "layer", "measure")),
        ("memory", ("order", "memory", "part")),
        ("lengths", ("model", "length")),
        ("sight", ("sixth",)),
    ],
)
def test_everything_was_measured_three_times(name, fields):
    for what, rows in Records.load(f"xlnet/{name}").by(*fields).items():
        assert sorted(rows.of_seed) == [0, 1, 2], what


def test_the_neighbour_helps_both_models_and_more_in_pairs_that_belong_together():
    """The answer to `neighbour_known`: and BERT no less than XLNet."""
    records = Records.load("xlnet/pairs")
    nets = [in_words.net(records, model) for model in ("BERT", "XLNet")]
    assert [one.verdict for one in nets] == ["above", "above"]
    assert difference(*(one.of_seed for one in nets), share=False).verdict != "below"


def test_the_right_memory_helps_most_at_the_beginning():
    """The answer to `where_memory`."""
    rows = Records.load("xlnet/memory").where(order=loss_by_place.PERMUTED)
    gains = [
        difference(
            *(rows.where(part=part, memory=way) for way in (loss_by_place.OTHER, loss_by_place.ON)),
            share=False,
        )
        for part in sorted(rows.values("part"))
    ]
    assert gains[0].verdict == "above"
    assert gains[0].mean > 5 * max(abs(one.mean) for one in gains[1:])


def test_the_loss_falls_a_little_stays_level_and_is_worse_at_512():
    """The answer to `beyond_training`."""
    rows = Records.load("xlnet/lengths").where(model="XLNet")
    at = {length: rows.where(length=length) for length in rows.values("length")}
    assert max(at) > 2 * kept.furthest()
    assert difference(at[192], at[64], share=False).verdict == "below"
    assert all(abs(difference(at[n], at[192], share=False).mean) < 0.03 for n in (254, 320, 384))
    assert difference(at[512], at[384], share=False).verdict == "above"


@pytest.mark.timeout(400)
def test_a_part_measured_anew_agrees():
    news = bbc_news.load()
    tokens = tokeniser.load(zoo.folder_of("xlnet-mini"))
    articles = loss_by_place.long_articles(tokens, [news.texts[i] for i in news.test_index], 320)
    xlnet = models.load("xlnet-mini", heads=True)
    found = loss_by_place.with_and_without_memory(xlnet, articles[::12], 64, loss_by_place.PERMUTED, 5)
    rows = Records.load("xlnet/memory").where(order=loss_by_place.PERMUTED)
    for way in (loss_by_place.ON, loss_by_place.OFF):
        whole = rows.where(memory=way).mean_over("part")
        assert np.nanmean(found[way]) == pytest.approx(whole.mean, abs=max(0.25, 3 * whole.spread))
    readings = as_in_training.of_xlnet(xlnet, articles[:80, :64], 5)
    top = Records.load("xlnet/shift").where(way=as_in_training.XLNET_ORDER, layer=6, measure="moved")
    assert as_in_training.shift(readings)[-1] == pytest.approx(top.mean, rel=0.4)


def test_the_tasks_of_the_table_are_all_there():
    import json

    from tlcourse.show import zoo_results
    from tlcourse.show.records import results_dir

    cells = json.loads((results_dir() / "zoo" / "tasks.json").read_text(encoding="utf-8"))
    rows = kept.tasks(zoo_results.records(cells))
    assert len(rows.values("task")) == 5
    for what, found in rows.by("task", "model").items():
        assert sorted(found.of_seed) == [0, 1, 2], what
