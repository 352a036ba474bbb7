"""What is said follows what came out, either way; figures and the paper's table are whole."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from tlcourse.lessons.serving_embeddings import figures, flow, in_words, published
from tlcourse.lessons.serving_embeddings import in_words_of_choices as choices
from tlcourse.lessons.serving_embeddings.batches import Cost
from tlcourse.lessons.serving_embeddings.clients import Visits
from tlcourse.show.records import Records

_spec = importlib.util.spec_from_file_location("made_up", Path(__file__).with_name("made_up.py"))
made_up = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made_up)


def visits(n: int = 20, wait: float = 0.1, counted: float | None = None, each: float = 0.1) -> Visits:
    arrived = each * np.arange(n)
    return Visits(arrived, arrived + wait, np.full(5, counted) if counted is not None else np.array([]))


@pytest.mark.parametrize(
    ("served", "shared", "said"),
    [(18, 5, "more, and by"), (5, 18, "fewer, and by"), (10, 10, "cannot tell the two apart")],
)
def test_vectors_against_words(served, shared, said):
    a, b = ([i < n for i in range(20)] for n in (served, shared))
    told = in_words.of_found(a, b)
    assert said in told
    assert f"**{served / 20:.0%}**" in told


def test_which_length_gains():
    told = in_words.of_gain({8: Cost(0.01, 0.001), 128: Cost(0.01, 0.05)}, 32)
    assert "gain the most with 8 tokens" in told
    assert "the shorter, the more" in told
    told = in_words.of_gain({8: Cost(0.0, 0.001), 128: Cost(0.01, 0.01)}, 32)
    assert "gain the most with 128" in told
    assert "though not" in told


def test_gathering_pays_or_not():
    told = in_words.of_tiny({1: visits(wait=0.3, each=0.2), 16: visits(wait=0.1)}, 16)
    assert "waits 33% as long" in told
    assert "hardly worth it" in in_words.of_tiny({1: visits(), 16: visits()}, 16)


@pytest.mark.parametrize(("rate", "said"), [(120.0, "2.0 times as many"), (30.0, "only 0.5 times")])
def test_sorting_pays_or_not(rate, said):
    told = in_words.of_padding(made_up.batches(rate), 8)
    assert said in told
    assert "41% of what is computed is padding" in told
    assert "within luck" in in_words.of_padding(Records(
        row | {"score": 60.0 + 5 * (-1) ** row["seed"] * (row["way"] == "by length") + row["seed"]}
        if row["measure"] == "texts a second" else row for row in made_up.batches()
    ), 32)  # fmt: skip


def test_little_beside_what_the_server_counted():
    found = visits(n=200)
    assert "about the same" in in_words.of_little(visits(n=200, counted=1.0))
    assert "not quite the same, 50% less" in in_words.of_little(visits(n=200, counted=0.5))
    assert "asked" not in in_words.of_little(found)
    assert found.inside == pytest.approx(found.per_second * found.waits.mean())


def test_turns_and_their_end():
    rows = in_words.of_turns({1: visits(), 16: visits(wait=1.6)})
    assert [row["clients"] for row in rows] == [1, 16]
    assert "from 1 to 16 clients" in in_words.of_saturation({1: visits(), 16: visits(wait=1.6)})
    assert "0 times the mean" in in_words.of_slowest(visits())


def test_the_dial_says_how_it_was_measured():
    told = in_words.of_dial(made_up.load())
    assert "What 16 clients get in place of 1" in told
    assert "16 tokens 3.5 times as many" in told
    assert told.endswith("rounds.)")
    noted = Records(made_up.load(), {"note": "others ran"})
    assert "Others ran." in in_words.of_dial(noted)


def test_ways_and_faults():
    rows = in_words.of_ways(made_up.speed())
    assert rows[0]["way"] == "a loop in one program"
    assert all("64 clients" in row for row in rows[1:])
    assert rows[0]["1 client"].mean == 60
    told = in_words.of_batching(made_up.speed())
    assert "1.8 times" in told
    assert "99% within 99 ms" in told
    faults = Records.load("serving_embeddings/faults")
    assert "none was lost" in in_words.of_faults(faults)
    lost = Records(
        row | {"score": 3.0 if row["measure"] == "requests lost" else row["score"]} for row in faults
    )
    assert "3 were lost" in in_words.of_faults(lost)


def test_layers_either_way():
    told = choices.of_layers(made_up.layers(), made_up.MODELS, made_up.PLAIN)
    assert "- **bert-mini**: on pairs the mean of layer −2 is above that of the last, by 3.0 points" in told
    assert "best mean on pairs: layer −7" in told
    assert "**minilm**: on pairs the mean of layer −2 is below that of the last, by 3.0 points" in told
    level = choices.of_layers(made_up.layers(falls=0.0, noise=0.0), made_up.MODELS, made_up.PLAIN)
    assert "within luck" in level


def test_a_network_is_worth_it_or_not():
    told = choices.of_baseline(made_up.layers(), made_up.MODELS[:2], "minilm", made_up.PLAIN)
    assert "bert-mini is below it" in told
    assert "the last layer of minilm is above it" in told
    told = choices.of_baseline(made_up.layers(plain=0.1), made_up.MODELS[:2], "minilm", made_up.PLAIN)
    assert "bert-mini is above it" in told
    assert "bert-mini −8.0 points" in choices.of_centred(made_up.layers(), made_up.MODELS)


def test_search_pays_or_never():
    rows = choices.search_rows(made_up.search())
    assert rows[0]["pays after"] == "never: slower"
    assert "queries" in rows[-1]["pays after"]
    assert "slower for 1,000 sentences" in choices.of_search(made_up.search())
    never = made_up.search(found=0.5)
    assert choices.search_rows(never)[0]["pays after"] == "never finds 95%"
    assert "quicker for none of these" in choices.of_search(never)


def test_int8_either_way():
    told = choices.of_int8(made_up.int8(), made_up.bits())
    assert "4.0 times as small" in told
    assert "within luck" in told
    lost = choices.of_int8(made_up.int8(), made_up.bits(loses=0.05, noise=0.01))
    assert "on rated pairs −4.9 points" in lost
    told = choices.of_bits(made_up.bits())
    assert (
        "down to 8 bits with a scale for each row, and down to 8 bits with a scale for the whole table"
        in told
    )


def test_what_ray_costs():
    told = choices.of_ray(made_up.ray())
    assert choices.ray_rows(made_up.ray())[1] == {"": "processes", "this server": "5", "Ray Serve": "15"}
    assert "A quiet machine." in told


@pytest.mark.parametrize("gain", [2.0, 9.0])
def test_the_papers_rows_are_whole(gain):
    rows = published.paper_rows(made_up.speed(gain), made_up.layers())
    assert all(len(row) == 5 and all(row) for row in rows)
    assert ("gain more" if gain > 4.5 else "gain less") in rows[1][4]
    assert "40: 0.52, 80: 0.26, 320: 0.06" in rows[0][1]
    assert "40: 0.50" in rows[0][3]
    assert "The last is better" in rows[3][4]


def test_figures_say_what_came_out():
    assert "All arrows go one way" in flow.way_of_a_text().alt
    rows = [
        {"length": length, "at once": size, "seed": seed, "score": size * length / 1e4}
        for length in (8, 64) for size in (1, 4) for seed in range(2)
    ]  # fmt: skip
    assert "8 tokens: 1250 texts a second one by one" in figures.batches(Records(rows)).alt
    assert "between 0 and 1" in figures.visits(visits(n=5)).alt
    assert (
        "minilm, pairs that people rated: best mean of layer −1"
        in figures.layers(made_up.layers(), made_up.PLAIN).alt
    )
    assert "1,000 sentences: exact 0.10 ms" in figures.searches(made_up.search()).alt
    assert "at 3 bits" in figures.rounded(made_up.bits()).alt
    assert figures.costs({8: Cost(0.01, 0.001)}, 32)[0]["once, ms"] == "10.0"
