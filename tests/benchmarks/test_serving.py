"""The benchmarks of the server: what they report, and that they see what goes wrong."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]


def test_faults_are_reported(tmp_path):
    out = tmp_path / "faults.json"
    command = [sys.executable, ROOT / "benchmarks" / "serving_faults.py", "--out", out, "--seconds", "4"]
    small = ["--clients", "2", "--every", "2", "--messages", "60", "--workers", "1"]
    done = subprocess.run([*command, *small], capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    found = {one["measure"]: one["score"] for one in json.loads(out.read_text())["records"]}
    assert found["requests asked"] > 0
    assert found["workers killed"] >= 1
    for measure in (
        "requests lost",
        "requests answered twice",
        "answers wrong",
        "messages not accounted for",
    ):
        assert found[measure] == 0
    assert found["messages that a change left harmless"] < 30


def test_a_speed_is_what_all_clients_got(script):
    """Each answer takes a twentieth of a second: four clients get no more than 80 in a second."""
    sent, lock = [], threading.Lock()

    def encode(texts):
        time.sleep(0.05)
        with lock:
            sent.extend(texts)

    found = script("serving").speed(4, lambda: encode, [*map(str, range(100))], 0.5, at_once=2)
    assert 0 < found <= 2 * 80
    assert found <= len(sent) / 0.5


def test_a_latency_begins_when_a_text_comes(script, monkeypatch):
    """One client, a twentieth of a second each: who comes while it is busy waits, and that counts."""
    serving = script("serving")
    monkeypatch.setattr(serving, "CLIENTS", (1,))
    monkeypatch.setattr(serving, "over_zeromq", lambda served: lambda texts: time.sleep(0.05))
    waits = serving.latencies(None, ["a"], rate=100, seconds=0.3)
    assert len(waits) == 30
    assert waits.min() >= 0.05
    assert np.sort(waits)[-1] > 0.3  # thirty come within a third of a second, and take one and a half


def test_changed_messages_have_a_frame_and_are_the_same_again(script):
    module = script("malformed_messages")
    messages = [*module.messages(500, seed=1)]
    assert len(messages) == 500
    assert all(messages)
    assert messages == [*module.messages(500, seed=1)]
    assert messages != [*module.messages(500, seed=2)]
