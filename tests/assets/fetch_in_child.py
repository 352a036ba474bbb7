"""Fetch made-up assets in a process that a test can kill: python fetch_in_child.py CATALOGUE.json NAME…

Prints `stage done` at each report of progress, and `=> folder` at the end.
"""

import json
import sys
from pathlib import Path

from tlcourse import assets
from tlcourse.assets import entries


def load(path: str) -> dict[str, entries.Asset]:
    found = {}
    for text, fields in json.loads(Path(path).read_text(encoding="utf-8")):
        asset = entries.Asset(**fields)
        vars(asset)["manifest_text"] = text
        found[asset.name] = asset
    return found


def main(path: str, names: list[str]) -> None:
    made_up = load(path)
    entries._load = lambda: made_up

    def report(name: str, stage: str, done: int, total: int) -> None:
        print(stage, done, flush=True)

    for folder in assets.fetch(names, progress=report).values():
        print("=>", folder, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
