"""The fine-tuning benchmark runs, and both sides stop where they have reached what was asked."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tlcourse import assets
from tlcourse.models.pretrained import minilm

ROOT = Path(__file__).resolve().parents[2]


def test_times_to_a_target_that_one_missed_are_not_compared(script):
    benchmark = script("finetuning")
    ours = {"seconds": 10.0, "accuracy": 0.81}
    assert benchmark.share_of_time(ours, {"seconds": 40.0, "accuracy": 0.8}, target=0.8) == 0.25
    assert benchmark.share_of_time(ours, {"seconds": 40.0, "accuracy": 0.79}, target=0.8) is None
    assert benchmark.share_of_time(ours | {"accuracy": 0.7}, {"seconds": 4.0, "accuracy": 0.8}, 0.8) is None


def test_it_reports(tmp_path):
    try:
        minilm.load()
    except assets.AssetMissing as missing:
        pytest.skip(str(missing))
    out = tmp_path / "finetuning.json"
    script = ROOT / "benchmarks" / "finetuning.py"
    options = ["--target", "0.4", "--seeds", "1", "--asked", "64", "--every", "2", "--out", str(out)]
    run = subprocess.run([sys.executable, script, *options], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    report = json.loads(out.read_text(encoding="utf-8"))
    assert str(tmp_path) not in report["command"]
    (ours,), (theirs,) = report["found"]["ours"], report["found"]["Trainer"]
    assert min(ours["accuracy"], theirs["accuracy"]) >= 0.4  # of two classes: reached at once
    assert ours["accuracy on others"] >= 0.4
    assert (ours["steps"], theirs["steps"]) == (30, 2)
    assert report["share_of_trainers_seconds"] == [ours["seconds"] / theirs["seconds"]]
