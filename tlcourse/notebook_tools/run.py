"""Runs lessons side by side, each in a worker process, and keeps a report that is true at every moment."""

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

import tlcourse
from tlcourse import doctor, files, profiles
from tlcourse.notebook_tools import answers
from tlcourse.notebook_tools import report as reporting
from tlcourse.notebook_tools.notebook_files import nbformat
from tlcourse.notebook_tools.source import LessonError, LessonFiles, parameter_names, read

# What tells OpenMP, MKL and OpenBLAS how many threads to take.
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")

CellBegins = Callable[[str, int, int], None]  # (name of the notebook, cell that starts, number of cells)


def source_key(notebook: nbformat.NotebookNode, parameters: dict) -> str:
    """Return a hash of what a run's outcome depends on: cells, parameters, this package's code, versions."""
    digest = hashlib.sha256()
    for cell in notebook.cells:
        digest.update(f"{cell.cell_type}\0{cell.source}\0".encode())
    digest.update(json.dumps([parameters, doctor.versions()], sort_keys=True).encode())
    package = Path(tlcourse.__file__).parent
    for path in sorted(package.rglob("*.py")):
        digest.update(str(path.relative_to(package)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


class Run:
    """One call of `tlcourse run`: `start()` runs the lessons and returns the report."""

    def __init__(
        self,
        lessons: list[LessonFiles],
        out: Path,
        *,
        profile: str,
        solutions: bool = False,
        jobs: int = 1,
        resume: bool = False,
        progress: CellBegins = lambda name, index, total: None,
    ):
        """Read the lessons.

        Args:
            lessons: what to run; each .py is converted afresh.
            out: folder for executed copies, their HTML and the report.
            jobs: how many notebooks run at a time.
            resume: take over what passed in `out` before, where nothing that it depends on has changed.

        Raises:
            LessonError: a lesson's parameters cell lacks a name to be set, or `jobs` is not positive.
        """
        if jobs < 1:
            raise LessonError(f"--jobs is {jobs}; it has to be 1 or more.")
        self.out, self.jobs, self.resume, self.progress = out.resolve(), jobs, resume, progress
        self.parameters = {"profile": profile, "solutions": solutions}
        self.lessons = {lesson.name: lesson for lesson in lessons}
        self.notebooks = {lesson.name: read(lesson) for lesson in lessons}
        for name, notebook in self.notebooks.items():
            # papermill itself only warns of an unknown parameter, and runs without it.
            if missing := set(self.parameters) - parameter_names(notebook):
                raise LessonError(
                    f"{name}: its cell tagged parameters does not set {', '.join(sorted(missing))}."
                )
        self._workers: dict[str, subprocess.Popen] = {}
        self._lock = threading.Lock()
        self._stopping = False

    def start(self) -> dict:
        """Run all lessons and return the report; it is on disk, and true, from the first moment on.

        Raises:
            LessonError: another run writes to the same folder.
        """
        self.out.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.out / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise LessonError(
                f"another tlcourse run is writing to {self.out}; wait, or choose another --out."
            ) from None
        with lock:
            files.sweep(self.out)
            for name in ("report.json", "index.html", answers.PAGE):  # they are about to be no longer true
                (self.out / name).unlink(missing_ok=True)
            entries = {
                name: self._earlier(name) or {"name": name, "status": "waiting"} for name in self.lessons
            }
            report = {
                "complete": False,
                "profile": self.parameters["profile"],
                "solutions": self.parameters["solutions"],
                "jobs": self.jobs,
                "started": datetime.now(UTC).isoformat(timespec="seconds"),
                "budget": {
                    "seconds": reporting.BUDGET_SECONDS[self.parameters["profile"]],
                    "peak_bytes": profiles.MEMORY_BYTES,
                },
                "machine": reporting.machine(),
                "versions": doctor.versions(),
                "notebooks": list(entries.values()),
            }
            reporting.write(self.out, report)
            pool = ThreadPoolExecutor(self.jobs)
            try:
                pending = {
                    pool.submit(self._run, name)
                    for name, entry in entries.items()
                    if entry["status"] == "waiting"
                }
                while pending:
                    # With a timeout, so that a signal is handled at once on every system.
                    ready, pending = wait(pending, timeout=0.5, return_when=FIRST_COMPLETED)
                    for future in ready:
                        entries[future.result()["name"]] = future.result()
                    if ready:
                        report["notebooks"] = list(entries.values())
                        reporting.write(self.out, report)
            except BaseException:
                self._stop()
                pool.shutdown(wait=True, cancel_futures=True)
                for entry in entries.values():
                    if entry["status"] == "waiting":
                        entry["status"] = "interrupted"
                report["notebooks"] = list(entries.values())
                reporting.write(self.out, report)
                raise
            pool.shutdown()
            if self.parameters["solutions"]:
                answers.write([*self.lessons], self.out)
            report["complete"] = True
            report["finished"] = datetime.now(UTC).isoformat(timespec="seconds")
            reporting.write(self.out, report)
        return report

    def _earlier(self, name: str) -> dict | None:
        """Return what an earlier run says of this notebook if it still holds; else remove what it left."""
        written = [self.out / f"{name}.{kind}" for kind in ("json", "html", "ipynb")]
        if self.resume and all(path.exists() for path in written):
            with suppress(ValueError, AttributeError):  # not ours, or of another version
                result = json.loads(written[0].read_text(encoding="utf-8"))
                key = source_key(self.notebooks[name], self.parameters)
                if result.get("status") == "passed" and result.get("key") == key:
                    return {**result, "reused": True}
        for path in written:  # the result first: without it the others count for nothing
            path.unlink(missing_ok=True)
        return None

    def _run(self, name: str) -> dict:
        """Run one notebook in a worker and return its result."""
        task = {
            "name": name,
            "notebook": nbformat.writes(self.notebooks[name]),
            "parameters": self.parameters,
            "cwd": str(self.lessons[name].built.parent),
            "out": str(self.out),
            "key": source_key(self.notebooks[name], self.parameters),
        }
        with self._lock:
            if self._stopping:
                return {"name": name, "status": "interrupted"}
            worker = subprocess.Popen(
                [sys.executable, "-m", "tlcourse.notebook_tools.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=self._environment(),
                start_new_session=True,  # Ctrl-C is for the runner, which ends its workers itself
            )
            self._workers[name] = worker
        kernel, result = None, None
        try:
            worker.stdin.write(json.dumps(task).encode() + b"\n")
            worker.stdin.flush()
            for line in worker.stdout:
                event = json.loads(line)
                if event["event"] == "kernel":
                    kernel = _process(event["pid"])
                elif event["event"] == "cell":
                    self.progress(name, event["index"], event["total"])
                elif event["event"] == "done":
                    result = event["result"]
                    if "cells" in result:
                        self.progress(name, result["cells"], result["cells"])
        except BrokenPipeError:
            pass  # the worker died before it read its task
        finally:
            self._let_go(worker)
            status = worker.wait()
            worker.stdout.close()
        if result is None and self._stopping:
            return {"name": name, "status": "interrupted"}
        if result is None:
            _kill(kernel)
            how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
            result = {"name": name, "status": "failed", "error": f"the process that ran the notebook {how}"}
        return result

    def _stop(self) -> None:
        """End all workers: the end of their stdin makes them kill their kernels and themselves."""
        with self._lock:
            self._stopping = True
            workers = list(self._workers.values())
        for worker in workers:
            self._let_go(worker)

    def _environment(self) -> dict[str, str]:
        """A worker's: lessons that run at a time share the cores, unless you said how many threads to take.

        Threads wait for each other by spinning: two lessons that take all cores take thrice as long.
        """
        if self.jobs == 1:
            return {**os.environ}
        return dict.fromkeys(THREADS, str(max(1, (os.cpu_count() or 1) // self.jobs))) | os.environ

    def _let_go(self, worker: subprocess.Popen) -> None:
        """Close the worker's stdin; where it died before it read its task, part of that is still to write."""
        with self._lock, suppress(BrokenPipeError):
            worker.stdin.close()


def _process(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None


def _kill(process: psutil.Process | None) -> None:
    """Kill a process and its children; psutil notices where the number has gone to another process."""
    if process is None:
        return
    try:
        for member in (*process.children(recursive=True), process):
            member.kill()
    except psutil.NoSuchProcess:
        return
