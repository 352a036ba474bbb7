"""The measurements of lesson XLNet: every draw has texts and pairs of its own, and every pair has its bin."""

from itertools import pairwise

import numpy as np
import pytest

from tlcourse.probe.neighbours import HiddenPair


@pytest.fixture(scope="module")
def benchmark(script):
    return script("xlnet")


@pytest.fixture(scope="module")
def parts(benchmark):
    return benchmark.Parts()


@pytest.mark.parametrize(("length", "n"), [(320, 64), (512, 48), (256, 150)])
def test_draws_have_other_articles(parts, benchmark, length, n):
    drawn = [parts.articles(length, n, seed) for seed in benchmark.SEEDS]
    assert [one.shape for one in drawn] == [(n, length)] * 3
    assert len(np.unique(np.concatenate(drawn), axis=0)) == 3 * n


def test_every_pmi_has_one_bin(benchmark):
    assert all(a[1] == b[0] for a, b in pairwise(benchmark.PMI_BINS))
    assert (benchmark.PMI_BINS[0][0], benchmark.PMI_BINS[-1][1]) == (-np.inf, np.inf)


def test_pairs_are_written_for_each_draw_and_not_twice(parts, benchmark, monkeypatch, tmp_path):
    found = [HiddenPair([100 + i, 900 + i, 5], 0, 6.0 if i % 2 else -1.0, (9, 9)) for i in range(12)]
    monkeypatch.setattr(parts, "neighbours", lambda: found)
    monkeypatch.setattr(benchmark, "PAIRS", 2)
    results = benchmark.RecordsFile(tmp_path / "pairs.json")
    benchmark.pairs(parts, results)
    rows = results.facts["records"]
    assert len(rows) == 3 * 2 * 2 * 3  # seeds, kinds, models, measures
    assert {row["n"] for row in rows} == {2}
    monkeypatch.setattr(benchmark, "add_log_p", None)  # nothing is measured again
    benchmark.pairs(parts, results)
    assert results.facts["records"] == rows
