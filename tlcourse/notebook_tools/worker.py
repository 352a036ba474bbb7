"""Runs one notebook for the runner, in a process of its own: `python -m tlcourse.notebook_tools.worker`.

The task is the first line on stdin, events are lines of JSON on stdout. stdin stays open for as long as the
runner lives; its end, however the runner died, kills the kernel and this process, so nothing is left running.
The result `NAME.json` is written last: where it is there, the executed copy and its HTML are whole.
"""

import copy
import json
import os
import re
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from tlcourse import files
from tlcourse.notebook_tools.execute import execute
from tlcourse.notebook_tools.normalise import WIDGET_VIEW
from tlcourse.notebook_tools.notebook_files import nbformat
from tlcourse.show.twins import notebook_widget_errors


class _Events:
    """Tells the runner, a line of JSON each."""

    def __init__(self, stream):
        self._stream = stream

    def send(self, **event) -> None:
        print(json.dumps(event), file=self._stream, flush=True)

    def kernel(self, pid: int) -> None:
        self.send(event="kernel", pid=pid)

    def cell(self, index: int, total: int) -> None:
        self.send(event="cell", index=index, total=total)


def _end_with_the_runner() -> None:
    """Wait for the end of stdin, then kill every process below this one, and this one."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    for _ in range(3):  # a kernel that is just being started is seen on the second look
        for child in psutil.Process().children(recursive=True):
            try:
                child.kill()
            except psutil.Error:
                continue
        time.sleep(0.05)
    os._exit(1)


def _html(notebook: nbformat.NotebookNode, name: str) -> str:
    """Return the notebook as a page: static twins only, as live widgets load code from a CDN."""
    from nbconvert import HTMLExporter

    page = copy.deepcopy(notebook)
    page.metadata.pop("widgets", None)
    for cell in page.cells:
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop(WIDGET_VIEW, None)
    exporter = HTMLExporter(require_js_url="", embed_images=False)
    return exporter.from_notebook_node(page, resources={"metadata": {"name": name}})[0]


def run(task: dict, events: _Events) -> dict:
    """Execute the notebook of `task`, store the copy, its HTML and the result, and return the result."""
    out, name = Path(task["out"]), task["name"]
    notebook = nbformat.reads(task["notebook"], as_version=4)
    with tempfile.TemporaryDirectory() as scratch:
        # Neither the learner's record of solved exercises nor their IPython start-up takes part.
        env = {"TLCOURSE_PROGRESS": f"{scratch}/progress.json", "IPYTHONDIR": f"{scratch}/ipython"}
        done = execute(notebook, cwd=task["cwd"], parameters=task["parameters"], env=env, watcher=events)
    in_widgets = [re.sub(r"<[^>]+>", " ", text).strip() for text in notebook_widget_errors(done.notebook)]
    # each once, though an Output widget may hold an error twice, and without the one that ended the run
    in_widgets = [text for text in dict.fromkeys(in_widgets) if text != done.error]
    files.write_text(out / f"{name}.ipynb", nbformat.writes(done.notebook) + "\n")
    files.write_text(out / f"{name}.html", _html(done.notebook, name))
    result = {
        "name": name,
        "status": "failed" if done.error or in_widgets else "passed",
        "seconds": round(done.seconds, 2),
        "cpu_seconds": round(done.cpu_seconds, 2),
        "peak_bytes": done.peak_bytes,
        "cells": done.cells,
        "failed_cell": done.failed_source() if done.error else None,
        "error": done.error,
        "widget_errors": in_widgets,
        "parameters": task["parameters"],
        "key": task["key"],
    }
    files.write_text(out / f"{name}.json", json.dumps(result, indent=2) + "\n")
    return result


def main() -> None:
    """Take one task from stdin and run it."""
    events = _Events(sys.stdout)
    sys.stdout = sys.stderr  # what a library prints is not an event
    task = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_the_runner, daemon=True).start()
    try:
        result = run(task, events)
    except (
        Exception
    ) as error:  # not the lesson's, which is in the result: a kernel that does not start, a full disk
        result = {"name": task["name"], "status": "failed", "error": f"{type(error).__name__}: {error}"}
    events.send(event="done", result=result)
    sys.stderr.flush()
    os._exit(0)  # without the thread that still waits


if __name__ == "__main__":
    main()
