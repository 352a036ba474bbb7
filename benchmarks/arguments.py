"""Arguments that several benchmarks take, refused before anything is measured."""

import argparse
from pathlib import Path


def from_one_up(value: str) -> int:
    return whole_number(value, 1, "a whole number from 1 up")


def whole_number(value: str, least: int, expected: str) -> int:
    if not value.isdecimal() or int(value) < least:
        raise argparse.ArgumentTypeError(f"{value!r}: expected {expected}")
    return int(value)


def file_to_write(value: str) -> Path:
    path = Path(value)
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"{value!r}: there is no folder {path.parent}; make it first")
    return path
