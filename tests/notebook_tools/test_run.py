"""`tlcourse run`: outcomes, report and page."""

import json
import os
import re

import nbformat
import pytest

from tlcourse.notebook_tools import report as reporting
from tlcourse.notebook_tools.run import Run, source_key
from tlcourse.notebook_tools.source import LessonError, find, read

FINE = "# %%\nblock = bytearray(300_000_000)\nprint(profile, solutions)\n"
WIDGET = """\
# %%
import ipywidgets
with ipywidgets.Output() as out:
    raise KeyError("lost in a callback")
out
"""
KILLED = "# %%\nimport signal\nos.kill(os.getpid(), signal.SIGKILL)\n"


def run(folder, **options):
    out = folder / "out"
    return Run(find([], folder), out, profile="fast", **options).start(), out


def test_report_of_every_outcome(course):
    lessons = {"00_fine": FINE, "01_error": "# %%\nprint(1)\n\n# %%\n1 / 0\n\n# %%\nprint(2)\n"}
    folder = course({**lessons, "02_widget": WIDGET, "03_killed": KILLED})
    cells = []
    report, out = run(folder, jobs=2, solutions=True, progress=lambda *at: cells.append(at))
    fine, error, widget, killed = report["notebooks"]

    assert (fine["status"], fine["error"], fine["widget_errors"]) == ("passed", None, [])
    assert 0.3e9 < fine["peak_bytes"] < 0.6e9, "the block of 0.3 GB and a kernel"
    assert 0 < fine["seconds"] < 60
    executed = nbformat.read(out / "00_fine.ipynb", as_version=4)
    assert executed.cells[2].outputs[0].text == "fast True\n", "parameters were set"
    assert [at for at in cells if at[0] == "00_fine"] == [("00_fine", i, 3) for i in range(4)]

    assert (error["status"], error["failed_cell"]) == ("failed", "1 / 0")
    assert error["error"] == "ZeroDivisionError: division by zero"
    assert (widget["status"], widget["error"]) == ("failed", None)
    assert "lost in a callback" in " ".join(widget["widget_errors"])
    assert killed["status"] == "failed"
    assert re.search(r"killed by signal 9.*out of memory.*peak 0\.\d\d GB", killed["error"])

    assert report["complete"]
    assert json.loads((out / "report.json").read_text()) == report
    assert {"python", "torch", "numpy"} <= report["versions"].keys()
    page = (out / "index.html").read_text()
    for name in ("00_fine", "01_error", "02_widget", "03_killed"):
        assert f'href="{name}.html"' in page
        assert (out / f"{name}.html").exists()
    assert "1 of 4 notebooks passed" in page
    assert "<script" not in page
    assert not re.search(r"(src|href)=.http", page), "the page needs no network"


@pytest.mark.parametrize("said", [None, "3"])
def test_lessons_that_run_at_a_time_share_the_cores(course, monkeypatch, said):
    monkeypatch.setenv("OMP_NUM_THREADS", said) if said else monkeypatch.delenv("OMP_NUM_THREADS", False)
    folder = course({"00_a": "# %%\nprint(os.environ.get('OMP_NUM_THREADS'))\n"})
    for jobs, threads in ((1, said), (2, said or str(max(1, os.cpu_count() // 2)))):
        _, out = run(folder, jobs=jobs)
        executed = nbformat.read(out / "00_a.ipynb", as_version=4)
        assert executed.cells[2].outputs[0].text == f"{threads}\n"


def test_resume_keeps_what_holds_and_runs_what_changed(course):
    stamp = "# %%\nimport time\nprint(time.time_ns())\n"
    folder = course({"00_a": stamp, "01_b": stamp})
    run(folder, jobs=2)
    before = {name: (folder / "out" / f"{name}.ipynb").read_text() for name in ("00_a", "01_b")}
    course({"01_b": stamp + "\n# %%\nprint('changed')\n"})
    report, out = run(folder, resume=True)
    assert [entry.get("reused", False) for entry in report["notebooks"]] == [True, False]
    assert (out / "00_a.ipynb").read_text() == before["00_a"]
    assert (out / "01_b.ipynb").read_text() != before["01_b"]


def test_without_resume_nothing_is_kept(course):
    folder = course({"00_a": "# %%\n1\n"})
    run(folder)
    course({"00_a": "# %%\n1 / 0\n"})
    report, _ = run(folder)
    assert report["notebooks"][0]["status"] == "failed"


def test_key_depends_on_source_and_parameters(course):
    one, two = (read(lesson) for lesson in find([], course({"00_a": "# %%\n1\n", "01_b": "# %%\n2\n"})))
    keys = [
        source_key(one, {"profile": "fast"}),
        source_key(one, {"profile": "full"}),
        source_key(two, {"profile": "fast"}),
    ]
    assert len(set(keys)) == 3
    assert source_key(one, {"profile": "fast"}) == keys[0]


def test_a_missing_parameter_is_refused_before_anything_runs(course):
    folder = course({"00_a": ""})
    source = folder / "notebooks" / "src" / "00_a.py"
    source.write_text(source.read_text().replace("solutions = False", ""))
    with pytest.raises(LessonError, match=r"00_a.*parameters does not set solutions"):
        run(folder)
    assert not (folder / "out").exists()


def test_page_marks_what_is_over_budget_and_escapes():
    entry = {
        "name": "00_a",
        "status": "failed",
        "cells": 3,
        "seconds": 90.0,
        "peak_bytes": 1_000_000_000,
        "failed_cell": "x = '<b>'",
        "error": "ValueError: <script>",
        "widget_errors": [],
    }
    report = {
        "complete": False,
        "profile": "fast",
        "solutions": False,
        "jobs": 1,
        "started": "2026-01-01T00:00:00+00:00",
        "budget": {"seconds": 45, "peak_bytes": 1_500_000_000},
        "machine": {"system": "Linux", "cores": 2, "memory_bytes": 8_000_000_000},
        "versions": {"python": "3.12"},
        "notebooks": [entry, {"name": "01_b", "status": "interrupted"}],
    }
    page = reporting.page(report)
    assert page.count("over budget") == 1
    assert "90.0 s – over budget" in page
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "not come to its end" in page
    assert "interrupted" in page


def test_a_kernel_that_does_not_start_is_said(course, tmp_path, monkeypatch):
    spec = tmp_path / "jupyter" / "kernels" / "python3"
    spec.mkdir(parents=True)
    command = '["/nowhere/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"]'
    (spec / "kernel.json").write_text(f'{{"argv": {command}, "display_name": "x", "language": "python"}}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    report, _ = run(course({"00_a": "# %%\n1\n"}))
    (entry,) = report["notebooks"]
    assert entry["status"] == "failed"
    assert "/nowhere/python" in entry["error"]


@pytest.mark.parametrize(
    "left", ["not json", "[]", '{"status": "passed"}', '{"status": "passed", "key": "old"}']
)
def test_resume_does_not_trust_what_it_does_not_know(course, left):
    folder = course({"00_a": ""})
    out = folder / "out"
    out.mkdir()
    for kind in ("json", "html", "ipynb"):
        (out / f"00_a.{kind}").write_text(left)
    assert Run(find([], folder), out, profile="fast", resume=True)._earlier("00_a") is None
    assert not list(out.iterdir())
