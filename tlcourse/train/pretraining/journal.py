"""What a training says of itself while it runs: where it stands, and a log that is kept."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tlcourse import files


@dataclass(frozen=True)
class TrainingStatus:
    """Where a training stands."""

    step: int
    tokens: int
    total_tokens: int
    losses: dict[str, float]  # means over the targets since the last report
    learning_rate: float
    seconds: float
    tokens_per_second: float

    @property
    def seconds_left(self) -> float:
        return (self.total_tokens - self.tokens) / max(self.tokens_per_second, 1e-9)


class Journal:
    """Lines about single steps, in memory and, in the process that writes, in `path`."""

    def __init__(self, path: Path, writes: bool):
        self.path, self.writes = path, writes
        self.lines: list[dict[str, Any]] = []

    def begin(self, lines: list[dict[str, Any]]) -> None:
        """Go on after `lines`: what was logged after the checkpoint is logged again."""
        self.lines = lines
        if self.writes:
            files.write_text(self.path, "".join(json.dumps(line) + "\n" for line in lines))

    def note(self, step: int, tokens: int, line: dict[str, Any]) -> None:
        line = {"step": step, "tokens": tokens} | line
        self.lines.append(line)
        if self.writes:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")

    def last(self, name: str) -> dict[str, float]:
        """The latest line's `name`, {} if no line has one."""
        return next((line[name] for line in reversed(self.lines) if name in line), {})
