"""How much memory a room of learners needs on one machine: kernels side by side, and what they share.

    python benchmarks/classroom.py --out data/results/classroom/memory.json

Kernels run a lesson's imports, then go on to where its models are loaded, and stay there; after 1, 2, 4 and 8
of them, all are measured. `score` is the memory of all in bytes, each page counted once: what a process has
alone, and of the files that several have mapped (libraries, weights, arrays of the cache) as much as the one
that has most of it. `pss` and `rss` are the sums that the system gives: PSS shares out each page among *all*
processes of the machine that have it, and says too little beside other work; RSS counts it for each in full.
`stage` is `imports`, `begun` or, for JupyterLab's own server, `server`.

Linux only. It stops before the room passes `--most` GB. A lesson's peak is in the report of `tlcourse run`.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from arguments import file_to_write, from_one_up
from jupyter_client.manager import KernelManager
from results_file import RecordsFile

from tlcourse.notebook_tools.source import COLAB_TAG, all_lessons, course_root, read

COUNTS = (1, 2, 4, 8)
# A lesson → what its cell that loads models has in it
LESSONS = {
    "bert": 'models.load("bert-mini"',
    "gpt2": "four.load()",
}
PROFILE = "fast"  # these cells load the same models and texts as in full, and train for fewer steps
TIMEOUT = 600  # seconds, for a cell
_MAPPING = re.compile(r"^[0-9a-f]+-[0-9a-f]+ \S+ (?P<offset>\S+) \S+ \S+ *(?P<path>.*)$")
_FIELD = re.compile(r"^(?P<name>\w+): +(?P<kilobytes>\d+) kB$")


def main() -> None:
    options = arguments()
    results = RecordsFile(options.out)
    results.facts["lessons"] = LESSONS
    with servers() as started:
        for count, pids in started:
            add(results, {"lesson": "", "stage": "server", "kernels": count}, pids)
    for slug in options.lessons:
        for stage, count, pids in kernels(slug, options.counts, options.most * 1e9):
            add(results, {"lesson": slug, "stage": stage, "kernels": count}, pids)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", type=file_to_write, required=True)
    parser.add_argument("--most", type=float, default=6.5, help="GB that the kernels may take together")
    parser.add_argument("--lessons", nargs="+", choices=LESSONS, default=list(LESSONS))
    parser.add_argument("--counts", nargs="+", type=from_one_up, default=list(COUNTS), help="of kernels")
    return parser.parse_args()


def add(results: RecordsFile, key: dict, pids: list[int]) -> None:
    found = memory(pids)
    results.add(**key, seed=0, score=found["once"], pss=found["pss"], rss=found["rss"])
    print(*key.values(), *(f"{name} {value / 1e9:.2f} GB" for name, value in found.items()), flush=True)


def memory(pids: list[int]) -> dict[str, int]:
    """Bytes of processes together: `once`, `pss` and `rss`, as the top of this module says."""
    sums, shared = Counter(), Counter()
    for pid in pids:
        mapped = Counter()
        for place, fields in mappings(Path(f"/proc/{pid}/smaps").read_text(encoding="utf-8")):
            sums["pss"] += fields["Pss"]
            sums["rss"] += fields["Rss"]
            if place:
                mapped[place] += fields["Rss"] - fields["Anonymous"]
            sums["once"] += fields["Anonymous"] if place else fields["Rss"]
        shared |= mapped  # the larger of the two, for each place
    return {"once": sums["once"] + shared.total(), "pss": sums["pss"], "rss": sums["rss"]}


def mappings(smaps: str) -> Iterator[tuple[tuple[str, str] | None, Counter]]:
    """(file and place in it, or None; field → bytes) for each mapping of a process."""
    place, fields = None, Counter()
    for line in smaps.splitlines():
        if found := _MAPPING.match(line):
            if fields:
                yield place, fields
            fields = Counter()
            place = (found["path"], found["offset"]) if found["path"].startswith("/") else None
        elif found := _FIELD.match(line):
            fields[found["name"]] = int(found["kilobytes"]) * 1024
    if fields:
        yield place, fields


def cells(slug: str) -> tuple[list[str], list[str]]:
    """The code of a lesson's cells up to its imports, and from there to where its models are loaded."""
    (lesson,) = (one for one in all_lessons() if one.slug == slug)
    code = [
        cell.source
        for cell in read(lesson).cells
        if cell.cell_type == "code" and COLAB_TAG not in cell.metadata.get("tags", [])
    ]
    last = next(number for number, source in enumerate(code) if LESSONS[slug] in source)
    return code[:2], code[2 : last + 1]


def kernels(slug: str, counts: list[int], most: float) -> Iterator[tuple[str, int, list[int]]]:
    """(stage, how many kernels there are, their processes) as they become more; all end at the end."""
    imports, further = cells(slug)
    started: list[tuple] = []
    try:
        for stage, code in (("imports", imports), ("begun", further)):
            for count in counts:
                while len(started) < count and stage == "imports":
                    started.append(start())
                for _manager, client, done in started[:count]:
                    if stage not in done:
                        run(client, code)
                        done.add(stage)
                pids = [manager.provisioner.process.pid for manager, _, _ in started[:count]]
                yield stage, count, pids
                together = memory(pids)["once"]
                if count < counts[-1] and together * 2 > most:  # the next count doubles it
                    print(f"{slug}: {count} have {together / 1e9:.1f} GB, so no more", flush=True)
                    break
    finally:
        for manager, client, _ in started:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


def start() -> tuple:
    """A kernel of this Python, as a learner's: on one core, in the notebooks' folder."""
    manager = KernelManager(kernel_name="python3")
    env = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "TLCOURSE_PROFILE": PROFILE}
    manager.start_kernel(cwd=str(course_root() / "notebooks"), env=env)
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=TIMEOUT)
    return manager, client, set()


def run(client, code: list[str]) -> None:
    for source in code:
        reply = client.execute_interactive(source, timeout=TIMEOUT, output_hook=lambda message: None)
        if reply["content"]["status"] != "ok":
            raise RuntimeError("\n".join(reply["content"]["traceback"]))


@contextmanager
def servers() -> Iterator[Iterator[tuple[int, list[int]]]]:
    """JupyterLab's own servers, without a kernel: (how many there are, their processes)."""
    running: list[subprocess.Popen] = []

    def grow() -> Iterator[tuple[int, list[int]]]:
        for count in COUNTS[:3]:
            while len(running) < count:
                running.append(serve())
            yield count, [process.pid for process in running]

    try:
        yield grow()
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()


def serve() -> subprocess.Popen:
    options = ["--no-browser", "--port=0", "--allow-root", "--ServerApp.port_retries=50"]
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stderr:
        if "is running at" in line:
            break
    time.sleep(2)  # until its extensions have said what they have to say
    return process


if __name__ == "__main__":
    main()
