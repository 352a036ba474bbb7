"""What the lesson shows is there with three seeds, and what is measured anew agrees with it."""

import numpy as np
import pytest

from tlcourse.assets import AssetMissing
from tlcourse.data import senseval
from tlcourse.lessons.geometry_of_bert import kept
from tlcourse.models.pretrained import encoders
from tlcourse.probe import senses
from tlcourse.show.records import Records

WORDS = set(senseval.WORDS)


def whole(rows: Records) -> bool:
    return set(rows.values("word")) == WORDS and all(
        set(of_word.values("seed")) == {0, 1, 2} for of_word in rows.by("word").values()
    )


def test_senses_of_every_word_three_times():
    rows = Records.load("geometry_of_bert/senses")
    models = kept.whole(rows, kept.PUBLISHED)
    assert "minilm" in models
    for model in models:
        for layer in range(kept.top_layer(rows, model) + 1):
            assert whole(rows.where(model=model, states=kept.TRAINED, layer=layer, way=kept.CENTROID))
        assert set(kept.WAYS) <= set(
            rows.where(model=model, states=kept.TRAINED, layer=kept.top_layer(rows, model)).values("way")
        )
    assert whole(rows.where(model="minilm", states=kept.UNTRAINED))
    assert whole(rows.where(model="GloVe"))


@pytest.mark.parametrize("file", ["attention", "semantic", "joined"])
def test_the_others_three_times_with_their_controls(file):
    rows = Records.load(f"geometry_of_bert/{file}")
    assert set(rows.where(model="minilm").values("seed")) == {0, 1, 2}
    field, control = {
        "attention": ("reads", "places"),
        "semantic": ("way", "trained on senses by lot"),
        "joined": ("context", "control"),
    }[file]
    assert control in rows.values(field)
    if file == "attention":
        assert "untrained" in rows.values("weights")


@pytest.mark.timeout(400)
def test_a_word_read_anew_agrees_within_the_spread():
    """As `benchmarks/geometry.py senses` does it."""
    try:
        some = senses.fewer(senseval.load("serve"), 1000, most_words=50)
    except AssetMissing as missing:
        pytest.skip(str(missing))
    states = senses.use_states(encoders.load("minilm"), some, [0, 6])
    rows = Records.load("geometry_of_bert/senses").where(
        model="minilm", states=kept.TRAINED, word="serve", way=kept.CENTROID, measure=kept.ACCURACY
    )
    parts = np.array_split(np.random.default_rng(99).permutation(some.train_index), 3)
    for seed, part in enumerate(parts):
        for k, layer in enumerate((0, 6)):
            centroids = senses.NearestCentroid(states[part, k], some.sense[part])
            found = (centroids.predict(states[some.test_index, k]) == some.sense[some.test_index]).mean()
            assert found == pytest.approx(rows.where(layer=layer).of_seed[seed], abs=0.02)
