"""Sentences on how much the zoo has read follow the files beside the weights."""

import json

import pytest

from tlcourse.models.pretrained import how_trained, zoo
from tlcourse.show import zoo_reading


@pytest.fixture
def trained(tmp_path, monkeypatch):
    """Folders whose `training.json` says what a test wants: `trained(bert={"tokens": 5})`."""
    monkeypatch.setattr(zoo, "folder_of", lambda name: tmp_path / name)

    def write(**of_models):
        for name, facts in of_models.items():
            (tmp_path / name).mkdir()
            (tmp_path / name / how_trained.TRAINING).write_text(json.dumps(facts), encoding="utf-8")

    return write


def test_who_has_read_as_much_is_told_together(trained):
    longer = {"tokens": 12e6, "before": [{"tokens": 16e6}]}
    trained(a={"tokens": 16_000_400}, b=longer, c={"tokens": 15_999_900})
    assert zoo_reading.have_read("abc") == "`a` and `c` have read 16 million pieces each, `b` 28 million"
    assert zoo_reading.have_read("b") == "`b` has read 28 million pieces"
    assert zoo_reading.have_read("ab") == "`a` has read 16 million pieces, `b` 28 million"
    assert zoo_reading.read_most("b", "abc")
    assert not zoo_reading.read_most("a", "abc")
    assert not zoo_reading.read_most("a", "ac")  # a few hundred pieces are none
    assert zoo_reading.millions(2_400_000) == "2.4 million"
    assert zoo_reading.millions(8_000_400) == "8 million"
    assert zoo_reading.millions(9_960_000) == "10 million"


def test_every_training_hides_its_own_share(trained):
    recipe = {"masked": 0.4}
    trained(
        one={"tokens": 1000, "recipe": {}},  # from before there was a choice
        two={"tokens": 1000, "recipe": recipe, "before": [{"tokens": 2000}, {"tokens": 100, "masked": 0.3}]},
    )
    assert how_trained.pieces_hidden("one") == 150
    assert how_trained.pieces_hidden("two") == 400 + 300 + 30
    assert how_trained.pieces_read("two") == 3100


def test_rows_that_overlap_hold_less_that_is_new():
    half = {"tokens": 1000, "recipe": {"config": {"reuse_len": 64}, "lengths": [[1.0, 128]]}}
    assert how_trained.pieces_new(half) == 500
    assert how_trained.pieces_new({"tokens": 1000, "recipe": {"config": {}, "lengths": []}}) == 1000


def test_a_folder_without_the_file_says_so(trained):
    with pytest.raises(FileNotFoundError, match="training"):
        how_trained.facts("nobody")
