"""Files that are whole or not there: written beside their place and renamed into it."""

import os
import tempfile
from pathlib import Path

PART = ".part"


def write_text(path: Path, text: str) -> None:
    """Write ``text`` to ``path``; a process killed on the way leaves the old file, and perhaps a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", suffix=PART, delete=False
    ) as file:
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            file.close()
            os.chmod(file.name, 0o644)  # a temporary file is for its owner alone
            os.replace(file.name, path)
        except BaseException:
            os.unlink(file.name)
            raise


def sweep(folder: Path) -> None:
    """Remove what killed writers left in ``folder``; call it only while nobody writes there."""
    for left in folder.glob(f".*{PART}"):
        left.unlink(missing_ok=True)
