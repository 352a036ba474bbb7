"""WEAT by its formula, debiasing by what it promises, and the leftover on planted clusters."""

from itertools import combinations

import numpy as np
import pytest

from tlcourse.data.glove import Vectors
from tlcourse.probe import bias
from tlcourse.probe.bias import WordSets
from tlcourse.probe.word_vectors import WordSpace


def a_space(words: list[str], size: int = 12, seed: int = 0) -> WordSpace:
    rng = np.random.default_rng(seed)
    return WordSpace(Vectors(words, rng.normal(size=(len(words), size)).astype(np.float32)))


SETS = WordSets(
    "made up", ("x0", "x1", "x2", "x3"), ("y0", "y1", "y2", "y3"), ("a0", "a1"), ("b0", "b1", "b2")
)


def test_the_effect_and_p_are_the_papers_formula():
    words = [*SETS.x, *SETS.y, *SETS.a, *SETS.b]
    space = a_space(words)

    def cosine(u, v):
        return float(np.dot(u, v) / np.linalg.norm(u) / np.linalg.norm(v))

    def s(w):
        toward_a = np.mean([cosine(space[w], space[a]) for a in SETS.a])
        return toward_a - np.mean([cosine(space[w], space[b]) for b in SETS.b])

    values = {w: s(w) for w in (*SETS.x, *SETS.y)}
    difference = np.mean([values[w] for w in SETS.x]) - np.mean([values[w] for w in SETS.y])
    effect = difference / np.std(list(values.values()), ddof=1)
    observed = sum(values[w] for w in SETS.x) - sum(values[w] for w in SETS.y)
    others = []
    for chosen in combinations(values, 4):
        rest = [w for w in values if w not in chosen]
        others.append(sum(values[w] for w in chosen) - sum(values[w] for w in rest))
    p = np.mean([o >= observed - 1e-9 for o in others])

    found = bias.weat(space, SETS)
    assert found.effect == pytest.approx(effect, abs=1e-5)
    assert found.p == pytest.approx(p)
    assert found.missing == ()


def test_a_sampled_p_is_near_the_exact_one(monkeypatch):
    space = a_space([*SETS.x, *SETS.y, *SETS.a, *SETS.b])
    exact = bias.weat(space, SETS).p
    monkeypatch.setattr(bias, "comb", lambda *_: bias.EXACT_UP_TO + 1)
    assert bias.weat(space, SETS).p == pytest.approx(exact, abs=0.015)  # 20,000 draws: ± 0.0035 (1 sd)


def test_missing_words_are_said_and_too_many_refused():
    space = a_space([*SETS.x[:3], *SETS.y, *SETS.a, *SETS.b])
    assert bias.weat(space, SETS).missing == ("x3",)
    with pytest.raises(ValueError, match="only 1 words of set a"):
        bias.weat(a_space([*SETS.x, *SETS.y, "a0", *SETS.b]), SETS)


def test_the_word_lists_are_as_in_the_papers():
    for sets in bias.WEATS:
        assert len(sets.x) == len(sets.y) == len(set(sets.x)) == len(set(sets.y))
        assert len(sets.a) == len(sets.b)
        assert not set(sets.x) & set(sets.y)
    assert {len(s.x) for s in bias.WEATS} == {25, 8}


def gendered_space(seed: int = 0) -> WordSpace:
    """Words with a planted gender component, in the defining pairs and in forty occupations."""
    rng = np.random.default_rng(seed)
    axis = np.zeros(20)
    axis[0] = 1.0
    words, rows = [], []
    for she, he in bias.DEFINING_PAIRS:
        common = rng.normal(size=20) * 0.6
        words += [she, he]
        rows += [common + axis, common - axis]
    for i in range(40):
        words.append(f"job{i}")
        rows.append(rng.normal(size=20) + (0.5 if i % 2 else -0.5) * axis)
    return WordSpace(Vectors(words, np.array(rows, dtype=np.float32)))


def test_the_planted_direction_is_found():
    direction = bias.gender_direction(gendered_space())
    assert np.linalg.norm(direction) == pytest.approx(1, abs=1e-5)
    assert direction[0] > 0.9


def test_debiasing_does_what_it_promises():
    space = gendered_space()
    direction = bias.gender_direction(space)
    after = bias.hard_debias(space, direction)
    np.testing.assert_allclose(np.linalg.norm(after.directions, axis=1), 1, atol=1e-5)
    neutral = [w for w in after.words if w.startswith("job")]
    np.testing.assert_allclose([after[w] @ direction for w in neutral], 0, atol=1e-6)
    for she, he in bias.DEFINING_PAIRS:
        # Equally far from the middle, on opposite sides; every neutral word is equally near to both.
        assert after[she] @ direction == pytest.approx(-(after[he] @ direction), abs=1e-5)
        assert after[she] @ direction > 0
        for word in neutral[:5]:
            assert after[word] @ after[she] == pytest.approx(after[word] @ after[he], abs=1e-5)
    before = gendered_space()
    np.testing.assert_array_equal(space.directions, before.directions)


def test_leftover_finds_clusters_and_nothing_where_there_is_nothing():
    rng = np.random.default_rng(0)
    words = [f"w{i}" for i in range(400)]
    apart = rng.normal(size=(400, 10)) * 0.3
    apart[:200, 3] += 2
    apart[200:, 3] -= 2
    planted = WordSpace(Vectors(words, apart.astype(np.float32)))
    found = bias.leftover(planted, words[:200], words[200:], n_train=100)
    assert found.clusters > 0.95
    assert found.classifier > 0.95
    chance = bias.leftover(a_space(words), words[:200], words[200:], n_train=100)
    assert chance.clusters < 0.65
    assert chance.classifier < 0.65
    with pytest.raises(ValueError, match="n_train is 400"):
        bias.leftover(planted, words[:200], words[200:], n_train=400)
