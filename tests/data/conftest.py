"""The packaged data sets, loaded once; where one is not fetched, its tests are skipped with the command."""

import pytest

from tlcourse import assets
from tlcourse.data import bbc_news, cmudict, glove, rated_sentences, solar_cells


def need(name: str) -> None:
    """Skip the test if the asset `name` was never fetched; a damaged one fails it."""
    try:
        assets.path(name)
    except assets.AssetMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def cells():
    need("solar-cells")
    return solar_cells.load()


@pytest.fixture(scope="session")
def rated():
    """All four domains by name."""
    need("rated-sentences")
    return {domain: rated_sentences.load(domain) for domain in rated_sentences.DOMAINS}


@pytest.fixture(scope="session")
def news():
    need("bbc-news")
    return bbc_news.load()


@pytest.fixture(scope="session")
def vectors():
    need("glove-6b-50d")
    return glove.load()


@pytest.fixture(scope="session")
def lexicon():
    need("cmudict")
    return cmudict.load()


@pytest.fixture(scope="session")
def word_tests():
    need("word-tests")
    from tlcourse.data import word_tests

    return word_tests


@pytest.fixture
def seconds():
    """`seconds(task)`: the processor time of `task()`, which a busy machine changes little."""
    import time

    def measure(task) -> float:
        start = time.process_time()
        task()
        return time.process_time() - start

    return measure


@pytest.fixture(scope="session")
def apart():
    """`apart(keys, *indices)`: no two of the indices share an item, or one with the same key."""

    def check(keys, *indices) -> bool:
        sets = [{keys[i] for i in index} for index in indices]
        rows = [i for index in indices for i in index]
        return len(rows) == len(set(rows)) and len(set.union(*sets)) == sum(map(len, sets))

    return check
