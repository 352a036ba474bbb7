"""Whether this machine is ready for the course: one check a line, each with what to do where it fails.

Nothing heavy is imported: versions come from the installed packages' metadata, whether PyTorch is built for
CUDA from its `version.py` read as text, and the graphics card from `nvidia-smi`, which needs no PyTorch.
"""

import importlib.metadata
import importlib.util
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tlcourse import checkout, kernel

MEMORY_NEEDED = 1_500_000_000  # bytes: what one notebook may take
DISK_SPARE = 500_000_000  # bytes: for features and the like that lessons keep

_SHOWN = ("torch", "torchvision", "transformers", "numpy", "scikit-learn", "ipywidgets", "jupyterlab")


@dataclass(frozen=True)
class Check:
    """One line of the doctor's: `fix` says what to do, and is empty where `ok`."""

    name: str
    ok: bool
    detail: str
    fix: str = ""


def checks() -> list[Check]:
    """Look at everything a lesson needs; takes about a second.

    What is looked at may be broken in any way: a check that fails itself is one that did not pass.
    """
    return [
        _survived("Python", _python),
        _survived("Packages", _packages),
        _survived("Device", _device),
        _survived("Memory", _memory),
        _survived("Disk", _disk),
        _survived("Assets", _assets),
        _survived("JupyterLab", _front_end),
        _survived("Kernel", _kernel),
        _survived("Widgets", _widgets),
    ]


def _survived(name: str, check: Callable[[], Check]) -> Check:
    try:
        return check()
    except Exception as error:
        what = str(error).strip().splitlines()[:1]
        detail = ": ".join(["it could not be looked at", type(error).__name__, *what])
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{kernel.shown(Path(frame.filename))}, line {frame.lineno}"
        return Check(name, False, detail, f"mend what the message names; it was met in {where}")


def versions() -> dict[str, str]:
    """Return the versions that results depend on, by package name; without what is not installed."""
    found = {"python": platform.python_version()}
    for name in ("tlcourse", *_SHOWN):
        if version := _version(name):
            found[name] = version
    return found


def _version(package: str) -> str | None:
    """Return the version of an installed package; None where it is not there, or has no readable metadata."""
    try:
        return importlib.metadata.version(package)
    except (importlib.metadata.PackageNotFoundError, KeyError):
        return None


def _on_colab() -> bool:
    return "COLAB_RELEASE_TAG" in os.environ


def _install(*what: str) -> str:
    """Return the command that installs packages into this environment."""
    return " ".join([kernel.this_python(), "-m pip install", *map(shlex.quote, what)])


def _python() -> Check:
    ok = sys.version_info >= (3, 11)
    fix = "" if ok else "install Python 3.11 or newer, then set up again with: make setup PYTHON=python3.11"
    return Check(
        "Python", ok, f"{platform.python_version()} on {platform.system()} {platform.machine()}", fix
    )


def _packages() -> Check:
    from packaging.requirements import Requirement

    try:
        required = [Requirement(line) for line in importlib.metadata.requires("tlcourse") or ()]
    except importlib.metadata.PackageNotFoundError:
        here = checkout.of_package()
        fix = _install("--editable", str(here)) if here else "install the course from its clone: make setup"
        return Check("Packages", False, "the course itself is not installed", fix)
    required = [r for r in required if r.marker is None or r.marker.evaluate({"extra": ""})]
    wrong = {}
    for requirement in required:
        version = _version(requirement.name)
        if version is None:
            wrong[f"{requirement.name} is missing"] = requirement
        elif not _within(requirement.specifier, version):
            wrong[f"{requirement.name} is {version}, needs {requirement.specifier}"] = requirement
    if wrong:
        names = (f"{requirement.name}{requirement.specifier}" for requirement in wrong.values())
        return Check("Packages", False, "; ".join(wrong), _install(*names))
    shown = ", ".join(f"{name} {version}" for name in _SHOWN if (version := _version(name)))
    return Check("Packages", True, f"all {len(required)} are there: {shown}")


def _within(specifier, version: str) -> bool:
    from packaging.version import InvalidVersion

    try:
        return specifier.contains(version, prereleases=True)
    except InvalidVersion:  # not by the rules: nobody can say
        return False


def _device() -> Check:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    cpu = f"CPU, {cores} core{'s' if cores != 1 else ''}"
    if sys.platform == "darwin" and platform.machine() == "arm64":
        return Check("Device", True, f"{cpu}; Apple GPU")
    cards = _nvidia_cards()
    if not cards:
        return Check("Device", True, f"{cpu}; no GPU found, and none is needed")
    if _torch_cuda() is None:
        return Check(
            "Device", True, f"{cpu}; {cards[0]} stays unused: this PyTorch is built for the CPU only"
        )
    return Check("Device", True, f"{cpu}; {', '.join(cards)}")


def _nvidia_cards() -> list[str]:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return []
    try:
        answer = subprocess.run([tool, "-L"], capture_output=True, text=True, errors="replace", timeout=2)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return re.findall(r"^GPU \d+: (.*?)(?: \(UUID.*)?$", answer.stdout, re.MULTILINE)


def _torch_cuda() -> str | None:
    """Return the CUDA version that the installed PyTorch is built for, or None."""
    try:
        text = Path(importlib.metadata.distribution("torch").locate_file("torch/version.py")).read_text(
            "utf-8"
        )
    except (importlib.metadata.PackageNotFoundError, OSError, ValueError):
        return None
    found = re.search(r"^cuda\b.*=\s*'([\d.]+)'", text, re.MULTILINE)
    return found[1] if found else None


def available_memory() -> tuple[int, int]:
    """Return (bytes available, bytes in all), where a container's own limit counts as the machine."""
    import psutil

    memory = psutil.virtual_memory()
    available, total = memory.available, memory.total
    # cgroup v2, then v1: Binder and Docker limit a container there; psutil sees the whole host.
    v1 = "/sys/fs/cgroup/memory"
    for limit, used, parts in (
        ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current", "/sys/fs/cgroup/memory.stat"),
        (f"{v1}/memory.limit_in_bytes", f"{v1}/memory.usage_in_bytes", f"{v1}/memory.stat"),
    ):
        try:
            most, taken = int(Path(limit).read_text()), int(Path(used).read_text())
        except (OSError, ValueError):  # not Linux, or "max": no limit
            continue
        if most < total:
            available, total = min(available, most - max(0, taken - _cached(Path(parts)))), most
        break
    return available, total


def _cached(parts: Path) -> int:
    """Return how much of what a container has taken are files once read, which make room where needed."""
    try:
        found = re.search(r"^(?:total_)?inactive_file (\d+)$", parts.read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) if found else 0


def _memory() -> Check:
    available, total = available_memory()
    ok = available >= MEMORY_NEEDED
    fix = "" if ok else f"close other notebooks and programs: a lesson may take {MEMORY_NEEDED / 1e9:.1f} GB"
    return Check("Memory", ok, f"{available / 1e9:.1f} of {total / 1e9:.1f} GB free", fix)


def _missing_assets() -> tuple[list, list]:
    """Return the assets of the packaged tier that are there, and those that are not."""
    from tlcourse import assets

    there, missing = [], []
    for asset in assets.catalogue().values():
        if asset.tier != "packaged":
            continue
        try:
            assets.path(asset.name)
            there.append(asset)
        except assets.AssetError:
            missing.append(asset)
    return there, missing


def _disk() -> Check:
    from tlcourse import assets

    folder = assets.cache_dir()
    while not os.path.exists(folder):  # pathlib would raise where a folder above may not be looked into
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    needed = DISK_SPARE + 3 * sum(asset.size for asset in _missing_assets()[1])  # archive and unpacked files
    where = f"{free / 1e9:.1f} GB free for {kernel.shown(assets.cache_dir())}"
    if free >= needed:
        return Check("Disk", True, where)
    return Check(
        "Disk", False, where, f"make room ({needed / 1e9:.1f} GB), or set TLCOURSE_ASSETS to another disk"
    )


def _assets() -> Check:
    from tlcourse import assets

    there, missing = _missing_assets()
    if missing:
        names = ", ".join(asset.name for asset in missing)
        fix = "tlcourse fetch"
        if assets.cache.is_read_only(assets.cache_dir()):
            fix = assets.cache.remedy(fix)
        return Check("Assets", False, f"missing: {names}", fix)
    return Check("Assets", True, f"all {len(there)} are there: " + ", ".join(map(_with_source, there)))


def _with_source(asset) -> str:
    """The name of an asset, and where it came from if not from the package index."""
    from tlcourse import assets

    source = assets.source(asset.name)
    return asset.name if source in ("", assets.packaged.INDEX) else f"{asset.name} (from {source})"


def _front_end() -> Check:
    version = _version("jupyterlab")
    if version:
        return Check("JupyterLab", True, version)
    if _on_colab():
        return Check("JupyterLab", True, "not needed: this is Colab")
    return Check("JupyterLab", False, "not installed", _install("jupyterlab"))


def _kernel() -> Check:
    """A kernel called python3 has to be this Python, or the lessons run without the packages seen above."""
    for package in ("jupyter_client", "ipykernel"):
        if importlib.util.find_spec(package) is None:
            return Check("Kernel", False, f"{package} is not installed", _install("ipykernel"))
    found = kernel.specs()  # where there is none, Jupyter starts ipykernel in its own Python
    trouble = kernel.problem(found[0]) if found and not _on_colab() else ""
    if trouble:
        return Check("Kernel", False, trouble, kernel.remedy())
    return Check("Kernel", True, f"python3 is this Python (ipykernel {_version('ipykernel')})")


def _widgets() -> Check:
    version = _version("ipywidgets")
    if version is None:
        return Check("Widgets", False, "ipywidgets is not installed", _install("ipywidgets"))
    if _on_colab() or not _version("jupyterlab"):
        return Check("Widgets", True, f"ipywidgets {version}")
    from jupyter_core.paths import jupyter_path

    extension = "@jupyter-widgets/jupyterlab-manager"
    if not any((Path(folder) / extension).is_dir() for folder in jupyter_path("labextensions")):
        detail = f"JupyterLab does not know {extension}"
        return Check("Widgets", False, detail, _install("--force-reinstall", "jupyterlab_widgets"))
    return Check("Widgets", True, f"ipywidgets {version}, known to JupyterLab")
