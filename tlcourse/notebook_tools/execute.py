"""Executes one notebook with papermill and measures its kernel."""

import asyncio
import os
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tlcourse.notebook_tools.notebook_files import nbformat  # before others import it the slow way

# isort: split
import papermill
import psutil
import zmq
from nbclient.exceptions import DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines
from papermill.exceptions import PapermillExecutionError

ERROR_TAG = "papermill-error-cell-tag"
START_TIMEOUT = 120  # seconds for a kernel to answer, on a machine that is busy with others


class Watcher(Protocol):
    """Who is told how far a notebook is."""

    def kernel(self, pid: int) -> None:
        """The kernel runs as process `pid`."""

    def cell(self, index: int, total: int) -> None:
        """Cell `index` of `total` starts."""


@dataclass
class Execution:
    """What came of a notebook: `error` is None where every cell ran; `peak_bytes` is the peak RSS.

    `cpu_seconds` is what its kernel computed, on all cores together: unlike `seconds`, it says the same on a
    machine that does other things as well.
    """

    notebook: nbformat.NotebookNode
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_bytes: int = 0
    error: str | None = None
    cells: int = 0  # how many there are, and the index of the last that started
    last: int = 0

    def failed_source(self) -> str:
        """Return the first line of the cell that the run ended in."""
        cells = self.notebook.cells
        return (cells[self.last].source.strip().splitlines() or [""])[0] if self.last < len(cells) else ""


class Consumption:
    """Follows a process and its children from a thread: their resident memory's peak, their processor's time.

    What a process and its children share is not counted twice. The process's own high-water mark (`VmHWM`,
    Linux) is read as well, so a peak between two looks counts.
    """

    def __init__(self, pid: int, interval: float = 0.25):
        self.bytes, self.cpu_seconds = 0, 0.0
        self._pid, self._interval = pid, interval
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc):
        self._stop.set()
        self._thread.join()

    def _follow(self) -> None:
        self.look()
        while not self._stop.wait(self._interval):
            self.look()

    def look(self) -> None:
        """Take one sample."""
        try:
            process = psutil.Process(self._pid)
            total, computed = 0, process.cpu_times().children_user + process.cpu_times().children_system
            children = process.children(recursive=True)
            for member in (process, *children):
                try:
                    total += _own_part(member) if children else member.memory_info().rss
                    computed += member.cpu_times().user + member.cpu_times().system
                except psutil.Error:  # it ended between the listing and the question
                    continue
            self.bytes = max(self.bytes, total, _high_water_mark(self._pid))
            self.cpu_seconds = max(self.cpu_seconds, computed)
        except psutil.Error:
            return


def _own_part(process: psutil.Process) -> int:
    """Bytes of one of several: what it shares with others, such as torch's libraries, counts in parts.

    Linux says so (`Pss`); elsewhere, or where it may not be asked, all that is resident counts.
    """
    try:
        return process.memory_full_info().pss
    except (AttributeError, psutil.AccessDenied):
        return process.memory_info().rss


def _high_water_mark(pid: int) -> int:
    """Return the peak RSS in bytes that Linux keeps for a process; 0 elsewhere, or once it has ended."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


class _Client(PapermillNotebookClient):
    """papermill's client, with what the kernel consumes followed while the cells run."""

    record: Execution
    watcher: Watcher | None
    kernel_log: Path
    _next_look: asyncio.TimerHandle | None = None

    def keep_reading(self) -> None:
        """Look for a reply once a second while a cell runs; call it inside the event loop.

        nbclient answers what an `Output` widget caught on the socket where it waits for the cell's reply,
        past asyncio's wrapper. ZeroMQ tells of a new message once only, so a reply that comes in that moment
        would wait for ever (github.com/jupyter/nbclient/issues/312). Asking for EVENTS has pyzmq look again.
        """
        if self._next_look:
            self._next_look.cancel()
        if self.kc is not None:
            self.kc.shell_channel.socket.get(zmq.EVENTS)
            self._next_look = asyncio.get_running_loop().call_later(1.0, self.keep_reading)

    def papermill_execute_cells(self):
        pid = self.km.provisioner.pid
        if self.watcher:
            self.watcher.kernel(pid)
        with Consumption(pid) as consumed:
            try:
                super().papermill_execute_cells()
            except DeadKernelError:
                self.record.error = self._obituary(consumed.bytes)
                raise
            finally:
                consumed.look()
                self.record.peak_bytes = consumed.bytes
                self.record.cpu_seconds = consumed.cpu_seconds

    def _obituary(self, peak: int) -> str:
        """Say how the kernel died."""
        status = self.km.provisioner.process.wait()
        how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        if status == -9:
            how += ", which mostly means that the machine ran out of memory"
        lines = self.kernel_log.read_text(errors="replace").strip().splitlines()
        last = [line for line in lines if not line.startswith("[IPKernelApp]")][-1:]
        return f"the kernel {how} (peak {peak / 1e9:.2f} GB)" + (
            f"; it last wrote: {last[0]}" if last else ""
        )


class _Engine(Engine):
    """papermill's extension point: runs `_Client`, and keeps the notebook if the kernel dies."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, *, record, env, watcher, **kwargs):
        record.notebook, record.cells = nb_man.nb, len(nb_man.nb.cells)

        def started(cell, cell_index):
            record.last = cell_index
            client.keep_reading()
            if watcher:
                watcher.cell(cell_index, record.cells)

        client = _Client(
            nb_man,
            kernel_name=kernel_name,
            timeout=None,
            startup_timeout=START_TIMEOUT,
            on_cell_start=started,
        )
        client.record, client.watcher = record, watcher
        # The kernel's own stdout and stderr carry nothing of the lesson, only last words.
        with tempfile.NamedTemporaryFile(suffix=".log") as log:
            client.kernel_log = Path(log.name)
            with suppress(DeadKernelError):  # told in the record
                client.execute(env=env, stdout=log, stderr=log)


papermill_engines.register("tlcourse", _Engine)


def execute(
    notebook: nbformat.NotebookNode,
    *,
    cwd: Path,
    parameters: dict | None = None,
    env: dict[str, str] | None = None,
    watcher: Watcher | None = None,
) -> Execution:
    """Run every cell of `notebook` in a kernel of its own, started in `cwd`.

    Args:
        parameters: injected after the cell tagged `parameters`.
        env: environment variables for the kernel beside the inherited ones.
        watcher: told of the kernel and of each cell that starts.

    Returns:
        The executed copy with its measurements; a cell's error or the kernel's death is in `error`.
    """
    record = Execution(notebook, cells=len(notebook.cells))
    begin = time.monotonic()
    try:
        papermill.execute_notebook(
            notebook,
            None,
            parameters=parameters or {},
            engine_name="tlcourse",
            progress_bar=False,
            cwd=cwd,
            record=record,
            env={**os.environ, **(env or {})},
            watcher=watcher,
        )
    except PapermillExecutionError as error:
        record.error = f"{error.ename}: {error.evalue}"
        # papermill marks the failed cell by two cells of its own, one of them at the top
        record.notebook.cells = [
            cell for cell in record.notebook.cells if ERROR_TAG not in cell.metadata.tags
        ]
    record.seconds = time.monotonic() - begin
    return record
