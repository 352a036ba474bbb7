"""The pretraining benchmark: both sides do the same work, operations are counted right, it reports."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import trainer_side

from tlcourse.data import text_index
from tlcourse.models.pretrained import interchange, zoo
from tlcourse.train.pretraining import held_out

ROOT = Path(__file__).resolve().parents[2]
ROWS, LENGTH = 4, 80


@pytest.fixture(scope="module")
def benchmark(script):
    return script("pretraining")


@pytest.fixture(scope="module")
def index(made_text):
    return made_text.index(n=200)


@pytest.fixture
def options():
    return argparse.Namespace(warm=1, steps=2, compile=False)


@pytest.mark.parametrize("name", ["bert-mini", "gpt-mini", "xlnet-mini"])
def test_both_sides_have_the_same_loss(benchmark, index, options, name):
    """Twice: at the second step XLNet attends to what it remembers of the first."""
    recipe = benchmark.recipe_of(name, index, options, ROWS, LENGTH, bf16=False)
    objective, batch = trainer_side.objective_and_batch(recipe, index)
    objective.eval()
    theirs = trainer_side.model_of(objective).eval()
    theirs.load_state_dict(interchange.state_for_transformers(objective.model), strict=False)
    theirs.tie_weights()
    carry, memory = objective.initial_carry(ROWS), trainer_side.Memory(objective, ROWS)
    seen = []
    for _ in range(2):
        with torch.no_grad():
            losses, carry = objective(carry, **held_out.as_tensors(objective, batch))
            ours = sum((total / count).item() for total, count in losses.values())
            output = theirs(**trainer_side.inputs_of(name, batch), **memory.inputs())
        memory.keep(output)
        seen.append(ours)
        # GPT: the last target of a row is not in the row, so that ours has one more.
        assert output.loss.item() == pytest.approx(ours, rel=5e-3 if name == "gpt-mini" else 1e-4)
    for ours, theirs in zip(carry, memory.states, strict=True):
        torch.testing.assert_close(ours, theirs.transpose(0, 1), rtol=1e-4, atol=1e-4)
    assert len(carry) == (recipe.config.num_hidden_layers if name == "xlnet-mini" else 0)
    assert (seen[0] != seen[1]) == (name == "xlnet-mini")


def test_xlnet_remembers_under_trainer_too(benchmark, index, options, monkeypatch):
    kept = []

    class Watched(trainer_side.Memory):
        def keep(self, output):
            kept.append([state.shape for state in output.mems])
            super().keep(output)

    monkeypatch.setattr(trainer_side, "Memory", Watched)
    recipe = benchmark.recipe_of("xlnet-mini", index, options, ROWS, LENGTH, bf16=False)
    found = trainer_side.tokens_per_second("xlnet-mini", recipe, index, warm=1, steps=2, tuned=False)
    assert found["steps"] == 2
    config = recipe.config
    assert kept == [[(config.mem_len, ROWS, config.hidden_size)] * config.num_hidden_layers] * 3


@pytest.mark.parametrize("name", ["bert-mini", "gpt-mini", "xlnet-mini"])
def test_every_row_is_as_long_as_was_asked(benchmark, index, options, name):
    recipe = benchmark.recipe_of(name, index, options, ROWS, LENGTH, bf16=False)
    assert {recipe.row_length(tokens) for tokens in range(recipe.tokens)} == {LENGTH}
    _, batch = trainer_side.objective_and_batch(recipe, index)
    assert batch["input_ids"].shape[0] == ROWS


def test_operations_are_those_of_the_formula(benchmark, index, options):
    recipe = benchmark.recipe_of("gpt-mini", index, options, ROWS, LENGTH, bf16=False)
    config = recipe.config
    body = zoo.size(zoo.build(config)).body
    # 6 a weight (Kaplan et al. 2020, section 2.1) with the softmax, and 12 T H a layer for attention.
    expected = 6 * (body + config.vocab_size * config.hidden_size)
    expected += config.num_hidden_layers * 12 * LENGTH * config.hidden_size
    assert benchmark.operations(recipe, index) == pytest.approx(expected, rel=0.01)


def test_the_peak_is_a_rate(benchmark):
    assert 1e8 < benchmark.peak(torch.float32, size=256, seconds=0.1) < 1e14


def test_a_small_run_reports_both_sides(index, tmp_path):
    text_index.save(index, tmp_path / "a text")
    command = [sys.executable, ROOT / "benchmarks" / "pretraining.py", "gpt", "--text", tmp_path / "a text"]
    small = ["--rows", "2", "--length", "32", "--steps", "2", "--warm", "1", "--rounds", "2", "--no-compile"]
    out = tmp_path / "out.json"
    done = subprocess.run([*map(str, command), *small, "--out", str(out)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    report = json.loads(out.read_text())
    found = report["models"]["gpt-mini"]
    assert [one["order"] for one in found["rounds"]] == [["ours", "Trainer"], ["Trainer", "ours"]]
    for one in found["rounds"]:
        assert one["ours"]["steps"] == one["Trainer"]["steps"] == 2
        ratio = one["ours"]["tokens_per_second"] / one["Trainer"]["tokens_per_second"]
        assert one["Trainer"]["ours_is_faster_by"] == pytest.approx(ratio)
        share = one["ours"]["tokens_per_second"] * one["ours"]["flops_per_token"]
        assert one["ours"]["share_of_peak"] == pytest.approx(share / one["ours"]["matrix_product_flops"])
    ratios = sorted(one["Trainer"]["ours_is_faster_by"] for one in found["rounds"])
    told = found["Trainer"]["ours_is_faster_by"]
    assert [told["lowest"], told["highest"]] == ratios
    assert told["median"] == pytest.approx(sum(ratios) / 2)
    assert f"ours is {told['median']:.2f} ({ratios[0]:.2f} to {ratios[1]:.2f}) × as fast" in done.stdout
    assert report["arithmetic"].startswith(torch.backends.cpu.get_cpu_capability())
    assert "'a text'" in report["command"]
    assert str(tmp_path) not in out.read_text()


def test_in_float32_if_asked(benchmark, index, options, monkeypatch):
    monkeypatch.setattr(benchmark, "peak", lambda *_, **__: 1e11)
    monkeypatch.setattr(benchmark.pretraining, "bf16_is_fast", lambda: True)
    for options.float32 in (True, False):
        speed = benchmark.Speed(options, index)
        assert speed.recipe("bert-mini", ROWS, LENGTH).bf16 == (not options.float32)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["elmo"], "elmo-mini has no Trainer here; expected one of bert-mini, gpt-mini, xlnet-mini"),
        (["bart"], "bart"),
        (["--length", "64"], "argument --length: 64: xlnet-mini takes rows of 69 to 256 pieces"),
        (["bert", "--length", "512"], "argument --length: 512: bert-mini takes rows of 5 to 256 pieces"),
        (["--warm", "0"], "argument --warm: '0': expected a whole number from 1 up"),
        (["--out", "nowhere/x.json"], "argument --out: 'nowhere/x.json': there is no folder nowhere"),
    ],
)
def test_what_cannot_be_measured_is_refused_at_once(
    benchmark, monkeypatch, capsys, tmp_path, arguments, told
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["benchmarks/pretraining.py", *arguments])
    with pytest.raises(SystemExit) as stopped:
        benchmark.main()
    assert stopped.value.code == 2
    assert told in capsys.readouterr().err


def test_what_was_measured_is_kept_when_the_next_stops(benchmark, index, monkeypatch, tmp_path):
    text_index.save(index, tmp_path / "text")
    out = tmp_path / "out.json"
    small = ["--rows", "2", "--length", "80", "--steps", "1", "--warm", "1", "--no-compile"]
    monkeypatch.setattr(
        sys,
        "argv",
        ["pretraining.py", "gpt", "bert", "--text", str(tmp_path / "text"), *small, "--out", str(out)],
    )

    def stops_at_bert(name, *_, **__):
        if name == "bert-mini":
            raise KeyboardInterrupt
        return {"tokens_per_second": 1.0, "steps": 1}

    monkeypatch.setattr(benchmark.trainer_side, "tokens_per_second", stops_at_bert)
    with pytest.raises(KeyboardInterrupt):
        benchmark.main()
    assert [*json.loads(out.read_text())["models"]] == ["gpt-mini"]
