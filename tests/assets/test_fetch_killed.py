"""Killed in the middle, and twice at once: real processes, a real server, SIGKILL."""

import dataclasses
import json
import os
import random
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from fake_index import packaged, wheel

from tlcourse import assets

CHILD = Path(__file__).with_name("fetch_in_child.py")
N_FILES = 300


@pytest.fixture
def many(index, cache, known, tmp_path):
    """An asset of many files and 0.4 MB, and a file that tells a child process about it."""
    used = {f"{i % 7}/{i}.bin": random.Random(i).randbytes(1200 + i) for i in range(N_FILES)}
    content = wheel({f"inside/{name}": data for name, data in used.items()})
    asset = packaged("many", content, used)
    index.files[asset.archive] = content
    known["many"] = asset
    listing = tmp_path / "catalogue.json"
    listing.write_text(json.dumps([[asset.manifest_text, dataclasses.asdict(asset)]]))
    return asset, listing, used


def start(listing: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, str(CHILD), str(listing), "many"],
        stdout=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )


def kill_at(process: subprocess.Popen, stage: str, count: int) -> bool:
    """Kill at the `count`-th report of `stage`; False if the process was done before."""
    for line in process.stdout:
        if line.startswith(stage):
            count -= 1
        if count == 0:
            process.kill()
            process.wait()
            process.stdout.close()
            return True
    process.wait()
    process.stdout.close()
    return False


def is_correct(folder: Path, used: dict[str, bytes]) -> bool:
    found = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    found.pop(".verified.json")
    return found == used


KILLS = [
    ("wait", 1),
    ("download", 1),
    ("download", 3),
    ("download", 6),
    ("unpack", 1),
    ("unpack", N_FILES // 2),
    ("unpack", N_FILES - 1),
    ("unpack", N_FILES),  # between the last file and the rename, or right after it
]


@pytest.mark.parametrize(("stage", "count"), KILLS)
def test_a_kill_leaves_nothing_that_is_taken_for_whole(many, cache, stage, count):
    _, listing, used = many
    assert kill_at(start(listing), stage, count)
    with suppress(assets.AssetMissing):  # or the kill came after the rename
        assert is_correct(assets.path("many"), used)
    assets.fetch()
    assert is_correct(assets.path("many"), used)
    assert {p.name for p in (cache / ".partial").iterdir()} <= {"many.lock"}


def test_kill_after_kill_ends_in_a_correct_state(many, index, cache):
    _, listing, used = many
    index.speed = 400_000
    for stage, count in random.Random(0).sample(KILLS, len(KILLS)):
        if not kill_at(start(listing), stage, count):
            break  # it was whole by then
    assets.fetch()
    assert is_correct(assets.path("many"), used)
    assert {p.name for p in (cache / ".partial").iterdir()} <= {"many.lock"}


def test_a_killed_download_is_continued_where_it_stopped(many, index):
    asset, listing, _ = many
    index.speed = 400_000
    assert kill_at(start(listing), "download", 4)
    assets.fetch()
    first, second = index.downloads
    assert first == (asset.archive, "")
    start_at = int(second[1].removeprefix("bytes=").rstrip("-"))
    assert 0 < start_at < asset.size


def test_a_killed_unpacking_does_not_download_again(many, index):
    _, listing, _ = many
    assert kill_at(start(listing), "unpack", 2)
    assets.fetch()
    assert len(index.downloads) == 1


def test_two_processes_at_once_download_once(many, index):
    _, listing, used = many
    index.speed = 800_000
    both = [start(listing), start(listing)]
    for process in both:
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        assert f"=> {assets.path('many')}" in output
    assert is_correct(assets.path("many"), used)
    assert len(index.downloads) == 1


def test_the_lock_of_a_killed_process_does_not_block(many, index):
    _, listing, used = many
    index.speed = 100_000
    waiting = start(listing)
    first = waiting.stdout.readline()
    assert first.startswith("wait")
    waiting.kill()
    waiting.wait()
    waiting.stdout.close()
    index.speed = 0.0
    assets.fetch()
    assert is_correct(assets.path("many"), used)
