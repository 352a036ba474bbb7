"""Every lesson solved, by the code of `tlcourse run`, with no network: a teacher's run before class."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tlcourse.notebook_tools.source import all_lessons

ROOT = Path(__file__).resolve().parents[2]
GUARD = ROOT / "tests" / "offline" / "guard"
LESSONS = all_lessons(ROOT)
# The budget holds for two free cores. Tests share them, so it is held against the seconds that were computed,
# on all cores together; a machine whose cores are half as fast passes too.
CORES, SLOWER = 2, 2


def without_network() -> list[str]:
    """Return a command that runs another with only a loopback interface; [] where Linux does not let us.

    The guard stops Python's sockets everywhere; this stops those of compiled code too.
    """
    inside = ["unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    if not shutil.which("unshare") or not shutil.which("ip"):
        return []
    works = subprocess.run([*inside, "true"], capture_output=True).returncode == 0
    return inside if works else []


@pytest.fixture(scope="module", params=LESSONS, ids=lambda lesson: lesson.name)
def solved(request, tmp_path_factory):
    """Run one lesson; return (entry in the report, executed notebook, attempts at the network, budget)."""
    out = tmp_path_factory.mktemp("solved")
    log = out / "network.log"
    command = [sys.executable, "-m", "tlcourse", "run", request.param.number]
    command += ["--profile", "fast", "--solutions", "--out", str(out)]
    env = {**os.environ, "PYTHONPATH": str(GUARD), "TLCOURSE_NETWORK_LOG": str(log)}
    done = subprocess.run([*without_network(), *command], cwd=ROOT, env=env, capture_output=True, text=True)
    assert (out / "report.json").exists(), done.stderr
    report = json.loads((out / "report.json").read_text())
    executed = nbformat.read(out / f"{request.param.name}.ipynb", as_version=4)
    return report["notebooks"][0], executed, log.read_text() if log.exists() else "", report["budget"]


def shown(output) -> str:
    """Return an output as text."""
    return output.get("text") or output.get("data", {}).get("text/plain", "")


@pytest.mark.notebook
@pytest.mark.timeout(300)
def test_runs_without_an_error_in_cells_or_widgets(solved):
    entry, _, _, _ = solved
    assert (entry["error"], entry["widget_errors"]) == (None, [])
    assert entry["status"] == "passed"


@pytest.mark.notebook
def test_every_exercise_passes_its_check(solved):
    _, executed, _, _ = solved
    checks = 0
    for cell in executed.cells:
        if cell.cell_type == "code" and re.search(r"^check\.\w+\((?!\s*\))", cell.source, re.MULTILINE):
            verdicts = [text for output in cell.outputs if re.match("[✓✗○]", text := shown(output).lstrip())]
            checks += len(verdicts)
            assert all(verdict.startswith("✓") for verdict in verdicts), f"{cell.source}\n{verdicts}"
    assert checks >= 1


@pytest.mark.notebook
def test_makes_no_attempt_at_the_network(solved):
    _, _, attempts, _ = solved
    assert attempts == ""


@pytest.mark.notebook
def test_memory_and_time_are_within_budget(solved):
    entry, _, _, budget = solved
    assert 50e6 < entry["peak_bytes"] < budget["peak_bytes"]
    assert 0 < entry["cpu_seconds"] < CORES * SLOWER * budget["seconds"]


@pytest.mark.notebook
def test_a_lesson_that_tries_the_network_would_be_caught(course, tmp_path):
    """The same run, of a lesson that asks for a page and goes on without it."""
    ask = "try:\n    socket.getaddrinfo('example.org', 80)\nexcept OSError as error:\n    print(error)\n"
    folder, log = course({"00_a": f"# %%\nimport socket\n{ask}"}), tmp_path / "log"
    env = {**os.environ, "PYTHONPATH": str(GUARD), "TLCOURSE_NETWORK_LOG": str(log)}
    command = [sys.executable, "-m", "tlcourse", "run", "--profile", "fast", "--out", str(tmp_path / "out")]
    subprocess.run([*without_network(), *command], cwd=folder, env=env, check=True, capture_output=True)
    assert "example.org" in log.read_text()
    executed = nbformat.read(tmp_path / "out" / "00_a.ipynb", as_version=4)
    assert "the test refuses the network" in executed.cells[2].outputs[0].text
