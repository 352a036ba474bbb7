"""The solar cells: what is in them, and that no panel is on both sides of the fixed split."""

from collections import Counter

import numpy as np
import pytest
from PIL import Image

from tlcourse import assets
from tlcourse.data import solar_cells


def test_what_the_authors_publish_about_it(cells):
    assert cells.images.shape == (2624, 300, 300)
    assert cells.images.dtype == np.uint8
    assert Counter(cells.kind.tolist()) == {"mono": 1074, "poly": 1550}
    assert Counter((cells.probability * 3).round().astype(int).tolist()) == {0: 1508, 1: 295, 2: 106, 3: 715}


def test_a_label_says_that_a_defect_is_more_likely_than_not(cells):
    assert np.array_equal(cells.label, np.isin(cells.probability.round(2), [0.67, 1.0]))
    assert cells.label.sum() == 106 + 715


def test_images_belong_to_their_rows(cells):
    folder = assets.path("solar-cells")
    for row in (0, 1, 1311, 2623):
        with Image.open(folder / cells.names[row]) as image:
            assert np.array_equal(np.asarray(image), cells.images[row])
    assert cells.names[1311] == "images/cell1312.png"


def test_labels_can_be_seen(cells):
    # a cell with a defect has dark places: its darkest twentieth is darker, in both kinds
    dark = np.percentile(cells.images[:, ::5, ::5].reshape(2624, -1), 5, axis=1)
    for kind in ("mono", "poly"):
        of_kind = cells.kind == kind
        sick, sound = dark[of_kind & (cells.probability == 1)], dark[of_kind & (cells.probability == 0)]
        assert np.median(sick) < np.median(sound)


def test_the_modules_are_as_many_of_each_kind_as_published(cells):
    kinds = [set(cells.kind[cells.module == number].tolist()) for number in range(44)]
    assert cells.module.max() == 43
    assert Counter(kind for (kind,) in kinds) == {"mono": 18, "poly": 26}


def test_cells_look_like_their_own_module(cells):
    small = cells.images.reshape(-1, 30, 10, 30, 10).mean((2, 4)).reshape(2624, -1)
    small -= small.mean(1, keepdims=True)
    small /= np.linalg.norm(small, axis=1, keepdims=True)
    alike = small @ small.T
    np.fill_diagonal(alike, -1)
    nearest = cells.module[alike.argmax(1)]
    by_chance = np.bincount(cells.module)[cells.module].mean() / 2624
    assert np.mean(nearest == cells.module) > 20 * by_chance  # why a split by cell is not enough
    neighbours = (small[1:] * small[:-1]).sum(1)
    border = cells.module[1:] != cells.module[:-1]
    assert np.median(neighbours[border]) < np.median(neighbours[~border]) - 0.1


def test_no_module_is_on_both_sides_of_the_fixed_split(cells):
    train, test = cells.train_index, cells.test_index
    assert (len(train), len(test)) == (1964, 660)
    assert np.array_equal(np.sort(np.r_[train, test]), np.arange(2624))
    assert not set(cells.module[train]) & set(cells.module[test])
    assert abs(cells.label[train].mean() - cells.label[test].mean()) < 0.02


@pytest.mark.parametrize("seed", range(5))
def test_other_seeds_give_other_modules(cells, seed):
    train, test = cells.split_by_module(seed)
    assert not set(cells.module[train]) & set(cells.module[test])
    assert len(set(cells.module[test].tolist())) == 11
    assert len(train) + len(test) == 2624
    assert set(test.tolist()) != set(cells.split_by_module(seed + 1)[1].tolist())


def test_the_published_protocol_draws_cells_in_proportion(cells):
    train, test = cells.split(0)
    assert (len(train), len(test)) == (1970, 654)
    assert np.array_equal(np.sort(np.r_[train, test]), np.arange(2624))
    for kind in ("mono", "poly"):
        for probability in (0, 1 / 3, 2 / 3, 1):
            chosen = (cells.kind == kind) & np.isclose(cells.probability, probability)
            assert chosen[test].sum() == round(0.25 * chosen.sum())
    assert len(set(cells.module[train]) & set(cells.module[test])) == 44


def test_the_splits_are_pinned(cells):
    assert cells.split(0)[1][:5].tolist() == [1, 2, 4, 5, 7]
    assert sorted(set(cells.module[cells.test_index].tolist())) == [2, 3, 6, 11, 22, 23, 31, 32, 36, 40, 41]


def test_it_loads_in_a_moment_from_the_cache(cells, seconds):
    assert seconds(solar_cells.load) < 3
