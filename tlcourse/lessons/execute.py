"""Executes one notebook with papermill and measures its kernel."""

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import papermill
import psutil
from nbclient.exceptions import DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines
from papermill.exceptions import PapermillExecutionError


@dataclass
class Execution:
    """What came of a notebook: ``error`` is None where every cell ran; ``peak_bytes`` is the peak RSS."""

    notebook: nbformat.NotebookNode
    seconds: float = 0.0
    peak_bytes: int = 0
    error: str | None = None
    failed_cell: int | None = None
    cell_seconds: list[float] = field(default_factory=list)


class PeakMemory:
    """Follows the resident memory of a process and its children from a thread; ``bytes`` is the highest seen.

    The kernel's own high-water mark (``VmHWM``, Linux) is read as well, so a peak between two looks counts.
    """

    def __init__(self, pid: int, interval: float = 0.1):
        self.bytes = 0
        self._pid, self._interval = pid, interval
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc):
        self._stop.set()
        self._thread.join()

    def _follow(self):
        while True:
            self.look()
            if self._stop.wait(self._interval):
                self.look()
                return

    def look(self):
        """Take one sample."""
        try:
            kernel = psutil.Process(self._pid)
            total = 0
            for process in (kernel, *kernel.children(recursive=True)):
                try:
                    total += process.memory_info().rss
                except psutil.Error:
                    continue
            self.bytes = max(self.bytes, total, _high_water_mark(self._pid))
        except psutil.Error:
            return


def _high_water_mark(pid: int) -> int:
    """Return the peak RSS in bytes that Linux keeps for a process; 0 elsewhere or where it has ended."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


class _Client(PapermillNotebookClient):
    """papermill's client, with the kernel's memory followed while the cells run."""

    record: Execution

    def papermill_execute_cells(self):
        with PeakMemory(self.km.provisioner.pid) as memory:
            try:
                super().papermill_execute_cells()
            except DeadKernelError:
                status = self.km.provisioner.process.wait()
                how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
                why = "; signal 9 mostly means that the machine ran out of memory" if status == -9 else ""
                self.record.error = f"the kernel {how}{why} (peak so far {memory.bytes / 1e9:.2f} GB)"
            finally:
                memory.look()
                self.record.peak_bytes = memory.bytes


class _Engine(Engine):
    """papermill's extension point: runs :class:`_Client` and keeps the notebook if the kernel dies."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, *, record, kernel_env, on_cell, **kwargs):
        record.notebook = nb_man.nb

        def started(cell, cell_index):
            record.failed_cell, record.started = cell_index, time.monotonic()
            on_cell(cell_index, len(nb_man.nb.cells))

        client = _Client(
            nb_man,
            kernel_name=kernel_name,
            timeout=None,
            startup_timeout=kwargs.get("start_timeout", 120),
            on_cell_start=started,
        )
        client.record = record
        client.execute(env=kernel_env)


papermill_engines.register("tlcourse", _Engine)


def execute(
    notebook: nbformat.NotebookNode,
    *,
    cwd: Path,
    parameters: dict | None = None,
    env: dict[str, str] | None = None,
    on_cell: Callable[[int, int], None] = lambda index, total: None,
) -> Execution:
    """Run every cell of ``notebook`` in a kernel of its own, started in ``cwd``.

    Args:
        parameters: injected after the cell tagged ``parameters``.
        env: environment variables for the kernel beside the inherited ones.
        on_cell: called with (index of the cell that starts, number of cells).

    Returns:
        The executed copy with its measurements; a cell's error or the kernel's death is in ``error``.
    """
    record = Execution(notebook)
    begin = time.monotonic()
    try:
        papermill.execute_notebook(
            notebook,
            None,
            parameters=parameters or {},
            engine_name="tlcourse",
            progress_bar=False,
            cwd=cwd,
            start_timeout=120,
            record=record,
            kernel_env={**os.environ, **(env or {})},
            on_cell=on_cell,
        )
    except PapermillExecutionError as error:
        record.error = f"{error.ename}: {error.evalue}"
    record.seconds = time.monotonic() - begin
    if record.error is None:
        record.failed_cell = None
    return record
