"""Tables as learners have them, made of the course's packaged data or of a few words."""

import csv
import io
import random

import pytest

SUBJECTS = (
    "film",
    "story",
    "plot",
    "cast",
    "score",
    "scene",
    "ending",
    "script",
    "pace",
    "style",
    "theme",
    "hero",
)
GOOD = ("great", "moving", "funny", "warm", "clever", "bright", "lovely", "superb", "gentle", "brave")
BAD = ("dull", "flat", "boring", "cold", "clumsy", "tired", "awful", "stale", "lazy", "grim")


def made_rows(n: int, seed: int = 0) -> list[tuple[str, str]]:
    """`n` different short reviews, half of them good, with their labels."""
    rng, rows = random.Random(seed), {}
    while len(rows) < n:
        label = ("neg", "pos")[len(rows) % 2]
        words = rng.sample(SUBJECTS, 4) + rng.sample(GOOD if label == "pos" else BAD, 3)
        rng.shuffle(words)
        rows[f"the {' '.join(words)} {len(rows)}"] = label
    return list(rows.items())


def as_csv(rows, head=("text", "label"), delimiter=",", end="\r\n") -> str:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end)
    writer.writerows([head, *rows] if head else rows)
    return file.getvalue()


@pytest.fixture
def rows():
    return made_rows(60)


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """What trials keep, they keep where nothing of the user's lies."""
    monkeypatch.setenv("TLCOURSE_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def write(tmp_path):
    """Write text or bytes to a file of a learner's and return its path."""

    def put(content: str | bytes, name: str = "mine.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return put
