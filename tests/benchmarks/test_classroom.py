"""What a room needs: a page that two processes share is counted once, and one that each has alone twice."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
MEGABYTE = 1 << 20

HOLD = """
import mmap, sys
own = bytearray(b"x" * int(sys.argv[2]))
with open(sys.argv[1], "rb") as file:
    shared = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
for start in range(0, len(shared), 4096):
    shared[start]
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holders(tmp_path):
    """Starts processes that read a file of so many bytes through a mapping, and have others of their own."""
    path, started = tmp_path / "weights", []

    def start(count, shared, own):
        path.write_bytes(b"w" * shared)
        for _ in range(count):
            command = [sys.executable, "-c", HOLD, str(path), str(own)]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            started.append(process)
            process.stdout.readline()
        return [process.pid for process in started]

    yield start
    for process in started:
        process.communicate()


def test_what_is_shared_is_counted_once(script, holders):
    memory = script("classroom").memory
    shared, own = 64 * MEGABYTE, 32 * MEGABYTE
    pids = holders(3, shared, own)
    alone, all_three = memory(pids[:1]), memory(pids)
    further = (all_three["once"] - alone["once"]) / 2
    # Python itself has a few megabytes of its own for each process.
    assert own <= further < own + 16 * MEGABYTE
    assert alone["once"] >= shared + own
    assert all_three["rss"] >= 3 * (shared + own)
    assert all_three["pss"] <= all_three["once"] * 1.05


def test_a_mapping_is_read_as_the_system_writes_it(script):
    smaps = """\
7f0000000000-7f0000002000 r--p 00001000 fe:00 42                         /usr/lib/with a space.so
Size:                  8 kB
Rss:                   8 kB
Pss:                   2 kB
Anonymous:             4 kB
VmFlags: rd mr mw me sd
7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0                          [stack]
Rss:                  12 kB
Pss:                  12 kB
Anonymous:            12 kB
"""
    (place, library), (nowhere, stack) = script("classroom").mappings(smaps)
    assert place == ("/usr/lib/with a space.so", "00001000")
    assert nowhere is None
    assert (library["Rss"], library["Pss"], library["Anonymous"]) == (8192, 2048, 4096)
    assert stack["Rss"] == 12288


def test_each_lesson_that_is_measured_has_the_cell_that_loads(script):
    classroom = script("classroom")
    for slug, loads in classroom.LESSONS.items():
        imports, further = classroom.cells(slug)
        assert len(imports) == 2
        assert "import" in imports[1]
        assert loads in further[-1]
        assert not any(loads in source for source in further[:-1])
