"""One notebook in a kernel: measured, and never left waiting."""

import os
import subprocess
import sys
import time

import nbformat.v4 as v4
import pytest

from tlcourse.notebook_tools.execute import Consumption, execute


def notebook(*sources):
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources], metadata=kernel)


@pytest.mark.timeout(120)
def test_an_error_caught_by_an_output_widget_does_not_stall_the_run(tmp_path):
    """nbclient loses about one reply in thirty here, and then waits for ever."""
    catch = "with ipywidgets.Output() as out:\n    raise KeyError('x')\nout"
    done = execute(notebook("import ipywidgets", *[catch] * 60), cwd=tmp_path)
    assert done.error is None
    assert done.notebook.cells[-1].execution_count == 61


def test_peak_memory_counts_children_and_what_is_freed_again():
    hold = "import time; x = bytearray({size}); x = None; print(1, flush=True); time.sleep({rest})"
    child = [
        sys.executable,
        "-c",
        hold.format(size=0, rest=1).replace("x = None; ", "x = bytearray(200_000_000); "),
    ]
    parent = f"import subprocess; subprocess.run({child!r})"
    with (
        subprocess.Popen([sys.executable, "-c", parent]) as process,
        Consumption(process.pid, 0.05) as consumed,
    ):
        process.wait()
    assert 0.2e9 < consumed.bytes < 0.3e9, "the child's block counts"


@pytest.mark.skipif(not os.path.exists("/proc/self/smaps"), reason="how much is shared, Linux alone says")
def test_what_parent_and_child_share_is_not_counted_twice(tmp_path):
    """Both map a file of 200 MB, as a server's worker maps the libraries that its notebook has mapped."""
    (tmp_path / "file").write_bytes(bytes(200_000_000))
    read = (
        "import mmap, sys; f = open('file', 'rb'); "
        "m = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ); sum(m[::4096])"
    )
    child = f"{read}; print(1, flush=True); sys.stdin.read()"
    parent = f"{read}; import subprocess; subprocess.run([sys.executable, '-c', {child!r}])"
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path
    ) as process:
        process.stdout.readline()  # the child has read it, too
        consumed = Consumption(process.pid)
        consumed.look()
        process.stdin.close()
    assert 0.2e9 < consumed.bytes < 0.35e9


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="the high-water mark is Linux's")
def test_a_peak_between_two_looks_counts():
    code = "x = bytearray(300_000_000); x = None; print(1, flush=True); import sys; sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        process.stdout.readline()  # the block has come and gone
        consumed = Consumption(process.pid)
        consumed.look()
        process.stdin.close()
    assert 0.3e9 < consumed.bytes < 0.4e9


def test_of_a_process_that_has_ended_nothing_is_known():
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    consumed = Consumption(process.pid)
    consumed.look()
    assert (consumed.bytes, consumed.cpu_seconds) == (0, 0)


def test_what_is_computed_counts_and_what_is_waited_for_does_not():
    child = [sys.executable, "-c", "import time; time.sleep(1); t = time.process_time\nwhile t() < 0.5: pass"]
    parent = f"import subprocess, sys; subprocess.run({child!r}); print(1, flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        process.stdout.readline()  # the child has ended
        consumed = Consumption(process.pid)
        consumed.look()
        process.stdin.close()
    assert 0.5 <= consumed.cpu_seconds < 1.0, "the child's half second, and two starts of Python"


def test_an_error_is_recorded_with_its_cell(tmp_path):
    begin = time.monotonic()
    done = execute(notebook("import os; os.getcwd()", "1 / 0", "2"), cwd=tmp_path, env={"X": "1"})
    assert done.notebook.cells[0].outputs[0].data["text/plain"] == repr(str(tmp_path))
    assert done.error == "ZeroDivisionError: division by zero"
    assert done.failed_source() == "1 / 0"
    assert len(done.notebook.cells) == done.cells == 3, "papermill's own marks are taken out again"
    assert done.notebook.cells[2].execution_count is None
    assert 0 < done.seconds <= time.monotonic() - begin
