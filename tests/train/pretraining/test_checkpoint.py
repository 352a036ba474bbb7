"""Checkpoints: exact, whole after a kill, and an optimizer that goes on as if nothing had happened."""

import os
import signal
import subprocess
import sys

import pytest
import torch
from safetensors.torch import save_file

from tlcourse.train.pretraining import checkpoint


def test_what_is_saved_comes_back_exactly(tmp_path):
    tensors = {"a": torch.randn(3, 4), "b": torch.arange(5), "rng": torch.get_rng_state()}
    facts = {"step": 7, "losses": [1.5, 0.1], "name": "bert"}
    checkpoint.save(tmp_path / "c.safetensors", tensors, facts)
    again, same_facts = checkpoint.load(tmp_path / "c.safetensors")
    assert same_facts == facts
    assert all(torch.equal(tensors[name], again[name]) for name in tensors)
    assert [p.name for p in tmp_path.iterdir()] == ["c.safetensors"]


def test_no_checkpoint_and_no_checkpoint_of_ours(tmp_path):
    with pytest.raises(FileNotFoundError, match="--resume"):
        checkpoint.load(tmp_path / "c.safetensors")
    (tmp_path / "c.safetensors").write_bytes(b"\x00" * 64)
    with pytest.raises(ValueError, match="delete it"):
        checkpoint.load(tmp_path / "c.safetensors")


@pytest.mark.parametrize("facts", ["[" * 100_000, "[1]", "7", "", "no JSON"])
def test_facts_that_are_none_are_named(tmp_path, facts):
    path = tmp_path / "c.safetensors"
    save_file({"x": torch.zeros(2)}, path, metadata={"facts": facts})
    with pytest.raises(ValueError, match=rf"{path} is not a checkpoint .*delete it"):
        checkpoint.load(path)


def test_a_checkpoint_with_nan_is_named(tmp_path):
    tensors = {"model.x": torch.tensor([1.0, torch.nan])}
    save_file(tensors, tmp_path / "c.safetensors", metadata={"facts": "{}"})
    with pytest.raises(ValueError, match=r"model\.x has values that are not finite"):
        checkpoint.load(tmp_path / "c.safetensors")


def test_weights_that_are_not_finite_leave_the_last_checkpoint(tmp_path):
    path = tmp_path / "c.safetensors"
    checkpoint.save(path, {"model.x": torch.ones(2)}, {"step": 1})
    with pytest.raises(FloatingPointError, match=r"model\.x .* diverged"):
        checkpoint.save(path, {"model.x": torch.tensor([1.0, torch.inf])}, {"step": 2})
    assert checkpoint.load(path)[1] == {"step": 1}


KILLED = """
import sys, torch
from tlcourse.train.pretraining import checkpoint
n = 0
while True:
    n += 1
    checkpoint.save(sys.argv[1], {"x": torch.full((300_000,), float(n))}, {"n": n})
    print(n, flush=True)
"""


def test_killed_while_writing_leaves_a_whole_one(tmp_path):
    path = tmp_path / "c.safetensors"
    with subprocess.Popen([sys.executable, "-c", KILLED, path], stdout=subprocess.PIPE, text=True) as process:
        while int(process.stdout.readline()) < 20:
            pass
        os.kill(process.pid, signal.SIGKILL)
    tensors, facts = checkpoint.load(path)
    assert facts["n"] >= 20
    assert (tensors["x"] == facts["n"]).all()


def test_a_restored_optimizer_goes_on_exactly(tmp_path):
    def make():
        torch.manual_seed(0)
        model = torch.nn.Linear(4, 3)
        groups = [{"params": [model.weight], "weight_decay": 0.1}, {"params": [model.bias]}]
        return model, torch.optim.AdamW(groups, lr=0.1, fused=True)

    def steps(model, optimizer, n, seed):
        generator = torch.Generator().manual_seed(seed)
        for _ in range(n):
            optimizer.zero_grad()
            model(torch.randn(8, 4, generator=generator)).square().sum().backward()
            optimizer.step()

    model, optimizer = make()
    steps(model, optimizer, 3, seed=1)
    path = tmp_path / "c.safetensors"
    checkpoint.save(path, dict(model.named_parameters()) | checkpoint.optimizer_tensors(optimizer), {})
    tensors, _ = checkpoint.load(path)
    steps(model, optimizer, 3, seed=2)

    other, other_optimizer = make()
    other.load_state_dict({name: tensors.pop(name) for name in ("weight", "bias")})
    checkpoint.restore_optimizer(other_optimizer, tensors)
    steps(other, other_optimizer, 3, seed=2)
    assert torch.equal(model.weight, other.weight)
    assert torch.equal(model.bias, other.bias)
    assert [group["weight_decay"] for group in other_optimizer.param_groups] == [0.1, 0.01]
