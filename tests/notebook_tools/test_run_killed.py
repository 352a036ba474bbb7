"""`tlcourse run` killed at any moment: nothing half-written, nobody left running, the next run right."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid

import nbformat
import psutil
import pytest

# Each notebook says where it is by files, so that the test can strike at a chosen moment.
CELLS = """\
# %%
from pathlib import Path
Path("{name}.first").touch()
total = sum(range(1000))

# %%
import time
while Path("hold").exists():
    time.sleep(0.02)
print("the sum is", total)
"""
LIMIT = 60  # seconds that any step may take on a busy machine


class Course:
    """A course of two notebooks, and the processes that a run of it starts."""

    def __init__(self, folder):
        self.folder, self.notebooks, self.out = folder, folder / "notebooks", folder / "out"
        self.mark = uuid.uuid4().hex

    def start(self, *options):
        command = [
            sys.executable,
            "-m",
            "tlcourse",
            "run",
            "--profile",
            "fast",
            "--jobs",
            "2",
            "--out",
            str(self.out),
        ]
        return subprocess.Popen(
            [*command, *options],
            cwd=self.folder,
            env={**os.environ, "TLCOURSE_TEST_MARK": self.mark},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            # What a shell starts in the background, these tests perhaps, ignores Ctrl-C, and so would this.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def processes(self, of=""):
        """Every process that carries this course's mark: runner, workers, kernels; or those with `of`."""
        found = []
        for process in psutil.process_iter():
            try:
                marked = process.environ().get("TLCOURSE_TEST_MARK") == self.mark
                if marked and process.status() != "zombie" and of in " ".join(process.cmdline()):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def kernels(self):
        return self.processes("ipykernel_launcher")

    def holds(self):
        """Nothing on disk is half-written, and the report tells what is there."""
        report = json.loads((self.out / "report.json").read_text())
        for entry in report["notebooks"]:
            if entry["status"] == "passed":
                nbformat.validate(nbformat.read(self.out / f"{entry['name']}.ipynb", as_version=4))
        for result in self.out.glob("0?_*.json"):
            json.loads(result.read_text())
            assert result.with_suffix(".ipynb").exists()
            assert "</html>" in result.with_suffix(".html").read_text()
        return report


def wait_for(condition, what):
    end = time.monotonic() + LIMIT
    while not (value := condition()):
        assert time.monotonic() < end, f"in vain for {what}"
        time.sleep(0.02)
    return value


@pytest.fixture
def killed(course):
    tested = Course(course({name: CELLS.format(name=name) for name in ("00_a", "01_b")}))
    yield tested
    for process in tested.processes():
        process.kill()


MOMENTS = {
    "the report is begun": lambda c: (c.out / "report.json").exists(),
    "a worker runs": lambda c: len(c.processes()) > 1,
    "a kernel runs": lambda c: c.kernels(),
    "both are in a cell": lambda c: all((c.notebooks / f"{n}.first").exists() for n in ("00_a", "01_b")),
}


def test_killed_at_every_moment_then_right(killed):
    for moment, reached in MOMENTS.items():
        (killed.notebooks / "hold").touch()
        for path in killed.notebooks.glob("*.first"):
            path.unlink()
        (killed.out / "report.json").unlink(missing_ok=True)
        runner = killed.start()
        wait_for(lambda reached=reached: reached(killed), moment)
        runner.kill()
        runner.wait()
        wait_for(lambda: not killed.processes(), f"all processes to end, killed when {moment}")
        if (killed.out / "report.json").exists():
            assert killed.holds()["complete"] is False
    (killed.notebooks / "hold").unlink()
    runner = killed.start("--resume")
    assert runner.wait(LIMIT) == 0, runner.stderr.read()
    report = killed.holds()
    assert report["complete"]
    assert [entry["status"] for entry in report["notebooks"]] == ["passed", "passed"]
    executed = nbformat.read(killed.out / "01_b.ipynb", as_version=4)
    assert executed.cells[-1].outputs[0].text == "the sum is 499500\n"
    assert not list(killed.out.glob(".*.part"))


def test_killed_between_two_notebooks_keeps_the_first(killed):
    """Killed while the second holds, the first is whole; --resume runs only the second."""
    (killed.notebooks / "src" / "00_a.py").write_text(
        (killed.notebooks / "src" / "00_a.py").read_text().replace('Path("hold")', 'Path("never")')
    )
    (killed.notebooks / "hold").touch()
    runner = killed.start()
    wait_for(lambda: (killed.out / "00_a.json").exists(), "the first result")
    wait_for(lambda: (killed.notebooks / "01_b.first").exists(), "the second notebook")
    runner.kill()
    runner.wait()
    wait_for(lambda: not killed.processes(), "all processes to end")
    killed.holds()
    (killed.notebooks / "hold").unlink()
    runner = killed.start("--resume")
    assert runner.wait(LIMIT) == 0, runner.stderr.read()
    assert [entry.get("reused", False) for entry in killed.holds()["notebooks"]] == [True, False]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop_it_stops_and_says_so(killed, number):
    (killed.notebooks / "hold").touch()
    runner = killed.start()
    wait_for(lambda: MOMENTS["both are in a cell"](killed), "both in a cell")
    runner.send_signal(number)
    assert runner.wait(LIMIT) == 130
    assert b"Traceback" not in runner.stderr.read()
    wait_for(lambda: not killed.processes(), "all processes to end")
    report = killed.holds()
    assert report["complete"] is False
    assert [entry["status"] for entry in report["notebooks"]] == ["interrupted", "interrupted"]


def test_a_killed_worker_is_reported_and_its_kernel_ended(killed):
    (killed.notebooks / "hold").touch()
    runner = killed.start()
    wait_for(lambda: MOMENTS["both are in a cell"](killed), "both in a cell")
    workers = killed.processes("tlcourse.notebook_tools.worker")
    assert len(workers) == 2
    for worker in workers:
        worker.kill()
    assert runner.wait(LIMIT) == 1
    wait_for(lambda: not killed.processes(), "all processes to end")
    report = json.loads((killed.out / "report.json").read_text())
    assert ["killed by signal 9" in entry["error"] for entry in report["notebooks"]] == [True, True]


def test_two_runs_do_not_write_to_one_folder(killed):
    (killed.notebooks / "hold").touch()
    first = killed.start()
    wait_for(lambda: MOMENTS["a kernel runs"](killed), "a kernel")
    second = killed.start()
    assert second.wait(LIMIT) == 1
    assert b"another tlcourse run is writing" in second.stderr.read()
    (killed.notebooks / "hold").unlink()
    assert first.wait(LIMIT) == 0, first.stderr.read()
