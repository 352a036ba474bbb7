"""IMDb: 25,000 reviews to learn from, 25,000 to test on, 50,000 without a label (Maas et al. 2011).

No film is on both sides, and the labels are clear-cut: 1 means seven stars or more out of ten, 0 four or
fewer.
"""

import json
from pathlib import Path

import numpy as np

from tlcourse import assets
from tlcourse.assets import own_files

# Of train.jsonl and test.jsonl, one review a line: `text` as in the original, `label` 1 or 0, `rating`, `id`.
SHA256 = (
    "5074926a42944ce16c1385b211183b9c7ea8187bbb8dcee8279af4450cbe7c6e",
    "bfe1cc1a628e53870e33c36200bc01125f3deb0cfcabcad8d5e0e14ffc595fee",
)
LONGEST = 40_000_000  # bytes of the longer one


def folder() -> Path:
    """The folder with the reviews, for `read`: one of `TLCOURSE_FILES`, or what was fetched from the hub.

    Raises:
        AssetMissing: there is neither.
    """
    own = own_files.find(SHA256, LONGEST)
    return own[SHA256[0]].parent if len(own) == len(SHA256) else assets.path("imdb")


def read(folder: str | Path, split: str) -> tuple[list[str], np.ndarray]:
    """The reviews of a split as they stand in the file, and their labels: 1, 0, or −1 for none, int64 (N,).

    Args:
        folder: `stanfordnlp/imdb` of the Hugging Face hub, or one with `train.jsonl.xz` or `train.jsonl`
            and so on in it.
        split: `train`, `test` or `unsup`.

    Raises FileNotFoundError, with the command that gets them.
    """
    folder = Path(folder)
    lines = [file for file in (folder / f"{split}.jsonl", folder / f"{split}.jsonl.xz") if file.is_file()]
    tables = sorted(folder.rglob(f"{split}*.parquet"))
    if lines:
        with own_files.opened(lines[0]) as file:
            rows = [json.loads(line) for line in file]
        return [row["text"] for row in rows], np.array([row.get("label", -1) for row in rows])
    if not tables:
        raise FileNotFoundError(
            f"there are no IMDb reviews ({split}) in {folder}: "
            f"`hf download stanfordnlp/imdb --repo-type dataset --local-dir {folder}`"
        )
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.concat_tables([pyarrow.parquet.read_table(path) for path in tables])
    labels = table["label"].to_numpy() if "label" in table.column_names else np.full(len(table), -1)
    return table["text"].to_pylist(), labels.astype(np.int64)
