"""The benchmark of short rows: each way reads as much, and is compared on the same held-out text."""

import json
import subprocess
import sys
from pathlib import Path

from tlcourse.data import text_index

ROOT = Path(__file__).resolve().parents[2]


def test_it_reports_each_way(made_text, tmp_path):
    text_index.save(made_text.index(n=200), tmp_path / "text")
    out = tmp_path / "found.json"
    command = [
        sys.executable,
        ROOT / "benchmarks" / "short_rows.py",
        "--text",
        tmp_path / "text",
        "--out",
        out,
    ]
    done = subprocess.run([*command, "--tokens", "120000"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    ways = json.loads(out.read_text())["ways"]
    assert len(ways) == 3
    for (run,) in ways.values():
        assert 110_000 < run["curve"][-1][0] < 130_000
        assert 0 < run["held_out"] < 10
    assert done.stdout.count("held out") == 3
