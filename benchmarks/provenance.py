"""What each result says of itself: the command that makes it again, and on what it was made."""

import os
import platform
import shlex
import sys
from pathlib import Path


def command() -> str:
    """This run's command. Of a path its last part: where it lies on this machine says nothing on another."""
    arguments = [Path(a).name if os.sep in a else a for a in sys.argv[1:]]
    return shlex.join(["python", f"benchmarks/{Path(sys.argv[0]).name}", *arguments])


def machine() -> dict[str, str]:
    import torch

    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {torch.get_num_threads()} threads",
        "torch": torch.__version__,
    }
