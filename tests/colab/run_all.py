"""Each lesson as its Colab badge opens it, by *Run all*, with Colab's Python, IPython and ipywidgets.

    make test-colab                         # PYTHON=python3.13 where the environment's own is another
    .venv/bin/python tests/colab/run_all.py --python python3.13 --keep build/colab 00 01

Not a part of `make test`: it makes an environment of several GB, and needs a Python package index. What git
fetches is this checkout's last commit; each lesson runs under the fast profile, alone in an empty folder.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tlcourse.notebook_tools.execute import execute
from tlcourse.notebook_tools.source import COLAB_CLONE, COLAB_TAG, find, read, repository
from tlcourse.show.twins import notebook_widget_errors

ROOT = Path(__file__).resolve().parents[2]
IMAGE = Path(__file__).with_name("image.txt")
WHERE = "import os, tlcourse; print(tlcourse.__file__, os.getcwd())"


def output(*command, **options) -> str:
    """Run a command and return what it prints."""
    return subprocess.run(
        [*map(str, command)], stdout=subprocess.PIPE, text=True, check=True, **options
    ).stdout


def packages(python: Path) -> dict[str, str]:
    """Return what is installed beside `python`: name → version or place."""
    listed = json.loads(
        output(python, "-m", "pip", "list", "--format", "json", "--disable-pip-version-check")
    )
    return {one["name"].lower(): one["version"] for one in listed}


def environment(base: str, place: Path) -> Path:
    """Make Colab's stand-in, or clear it of what an earlier run added; return its Python."""
    python, noted = place / "bin" / "python", place / "image.json"
    if not noted.exists():
        if place.is_dir() and any(place.iterdir()) and not (place / "pyvenv.cfg").exists():
            sys.exit(
                f"{place} is there, and no virtual environment: give --keep a folder that is not there yet"
            )
        subprocess.run([base, "-m", "venv", "--clear", place], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--requirement", IMAGE], check=True)
        noted.write_text(json.dumps(packages(python)))
    if added := sorted(packages(python).keys() - json.loads(noted.read_text()).keys()):
        subprocess.run([python, "-m", "pip", "uninstall", "--quiet", "--yes", *added], check=True)
    return python


def kernel(python: Path, folder: Path) -> str:
    """Make `python` known to Jupyter in this process as a kernel; return the kernel's name."""
    spec = {
        "argv": [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "language": "python",
    }
    (folder / "kernels" / "like-colab").mkdir(parents=True)
    (folder / "kernels" / "like-colab" / "kernel.json").write_text(json.dumps({**spec, "display_name": "x"}))
    os.environ["JUPYTER_PATH"] = str(folder)
    return "like-colab"


def opened(lesson, content: Path, name: str):
    """Return the lesson as Colab opens it, in the folder `content`, with a look around at the end."""
    notebook = read(lesson)
    (cell,) = [cell for cell in notebook.cells if COLAB_TAG in cell.metadata.get("tags", [])]
    cell.source = cell.source.replace(COLAB_CLONE, str(content / "tlcourse"))
    notebook.cells.append(type(cell)({**cell, "source": WHERE, "id": "where", "metadata": {}, "outputs": []}))
    notebook.metadata.kernelspec["name"] = name
    return notebook


def run(lesson, content: Path, name: str, env: dict[str, str]) -> list[str]:
    """Run one lesson; return what is wrong with it."""
    done = execute(opened(lesson, content, name), cwd=content, env=env)
    if done.error:
        return [f"in the cell that begins {done.failed_source()!r}: {done.error}"]
    wrong = notebook_widget_errors(done.notebook)
    package, folder = done.notebook.cells[-1].outputs[0].text.split()
    if "site-packages" not in package:
        wrong.append(f"the course was imported from {package}")
    if folder != str(content / "tlcourse" / "notebooks"):
        wrong.append(f"the notebook ran in {folder}")
    print(f"  {done.seconds:.0f} s, peak {done.peak_bytes / 1e9:.2f} GB", flush=True)
    return wrong


def main() -> int:
    """Run the lessons asked for; return 1 if one fails or a package that Colab brings was changed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lessons", nargs="*")
    parser.add_argument("--python", default=sys.executable, help="the Python that Colab has, or the nearest")
    parser.add_argument(
        "--keep", type=Path, default=ROOT / "build" / "colab", help="the environment's folder"
    )
    asked = parser.parse_args()
    python = environment(asked.python, asked.keep.resolve())
    before = packages(python)
    versions = {name: before[name] for name in ("ipython", "ipykernel", "ipywidgets", "numpy", "torch")}
    print(output(python, "--version").strip(), versions, flush=True)
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        remote, name = Path(scratch, "remote.git"), kernel(python, Path(scratch, "jupyter"))
        output("git", "clone", "--quiet", "--bare", ROOT, remote)
        env = {
            "COLAB_RELEASE_TAG": "like-colab",
            "PYTHONPATH": "",
            "TLCOURSE_PROFILE": "fast",
            "TLCOURSE_PROGRESS": f"{scratch}/progress.json",
            "IPYTHONDIR": f"{scratch}/ipython",
            "GIT_CONFIG_COUNT": "1",  # the address in the cell leads to the copy
            "GIT_CONFIG_KEY_0": f"url.file://{remote}.insteadOf",
            "GIT_CONFIG_VALUE_0": repository(ROOT),
        }
        for lesson in find(asked.lessons, ROOT):
            content = Path(scratch, lesson.name)
            content.mkdir()
            print(lesson.name, flush=True)
            for what in run(lesson, content, name, env):
                failed = 1
                print(f"  ✗ {what}", flush=True)
    after = packages(python)
    if changed := {one: after.get(one) for one, version in before.items() if after.get(one) != version}:
        failed = 1
        print(f"✗ Colab's own packages were changed: {changed}")
    print("added:", {one: version for one, version in after.items() if one not in before})
    return failed


if __name__ == "__main__":
    sys.exit(main())
