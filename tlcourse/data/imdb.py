"""IMDb: 25,000 reviews to learn from, 25,000 to test on, 50,000 without a label (Maas et al. 2011).

No film is on both sides, and the labels are clear-cut: 1 means seven stars or more out of ten, 0 four or
fewer.
"""

import json
import lzma
from pathlib import Path

import numpy as np


def read(folder: str | Path, split: str) -> tuple[list[str], np.ndarray]:
    """The reviews of a split as they stand in the file, and their labels: 1, 0, or −1 for none, int64 (N,).

    Args:
        folder: `stanfordnlp/imdb` from the Hugging Face hub, or a folder with `train.jsonl.xz` and so on.
        split: `train`, `test` or `unsup`.

    Raises FileNotFoundError, with the command that gets them.
    """
    folder = Path(folder)
    lines = folder / f"{split}.jsonl.xz"
    tables = sorted(folder.rglob(f"{split}*.parquet"))
    if lines.is_file():
        with lzma.open(lines, "rt", encoding="utf-8") as file:
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
