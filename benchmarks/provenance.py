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


# What multiplies matrices of bfloat16 in hardware, as Linux names it; without, that is slower than float32.
_FAST_BFLOAT16 = ("avx512_bf16", "amx_bf16", "bf16")


def arithmetic() -> str:
    """What the processor multiplies with, such as `AVX512, avx512_bf16`; a speed says little without it."""
    import torch

    names = [torch.backends.cpu.get_cpu_capability()]
    if torch.cuda.is_available():
        names.insert(0, torch.cuda.get_device_name())
    flags = Path("/proc/cpuinfo")
    known = set(flags.read_text(encoding="utf-8").split()) if flags.is_file() else set()
    return ", ".join([*names, *(name for name in _FAST_BFLOAT16 if name in known)])
