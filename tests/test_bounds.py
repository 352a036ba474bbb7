"""`make test-oldest` and `make test-newest` ask the resolver for what they are named after."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

FAKE = """\
#!/bin/sh
echo "$(basename "$0") $*" >>"$FAKE_LOG"
case "$*" in
    "-m venv --clear "*) mkdir -p "$4/bin"; cp "$0" "$4/bin/python"; cp "$0" "$4/bin/uv" ;;
    "venv --quiet --clear --python "*)
        mkdir -p "$6/bin"; cp "$0" "$6/bin/python"; cp "$0" "$6/bin/tlcourse" ;;
esac
"""


@pytest.fixture
def steps(tmp_path):
    """Runs a target of the Makefile with programs that only note how they were called; returns the notes."""
    folder, programs, log = tmp_path / "a course", tmp_path / "bin", tmp_path / "log"
    (folder / "tests" / "bounds").mkdir(parents=True)
    programs.mkdir()
    shutil.copy(ROOT / "Makefile", folder)
    shutil.copy(ROOT / "tests" / "bounds" / "run", folder / "tests" / "bounds")
    for tool in ("make", "sh", "dirname", "basename", "mkdir", "cp"):
        (programs / tool).symlink_to(shutil.which(tool))
    for name in ("python3", "python3.11", "python3.99"):
        (programs / name).write_text(FAKE)
        (programs / name).chmod(0o755)

    def run(*arguments):
        clean = {
            name: os.environ[name] for name in os.environ if name not in ("MAKEFLAGS", "PYTHON", "TORCH")
        }
        env = {**clean, "PATH": str(programs), "FAKE_LOG": str(log)}
        subprocess.run(["make", *arguments], cwd=folder, env=env, check=True, capture_output=True)
        return log.read_text().splitlines()

    return run


def test_oldest(steps):
    _, tool, environment, install, _, fetch, tests = steps("test-oldest")
    assert tool.endswith("install --quiet --upgrade uv")
    assert environment.endswith("--python python3.11 build/bounds/oldest")
    assert "--resolution lowest-direct" in install
    assert install.endswith("--editable .[test,nltk,silver]")
    assert fetch == "tlcourse fetch"
    assert tests.startswith("python -m pytest")
    assert tests.endswith("--ignore tests/browser tests/notebooks notebooks tests")


def test_newest_with_a_python_of_ones_own_and_torch_without_cuda(steps):
    _, _, environment, install, *_ = steps("test-newest", "PYTHON=python3.99", "TORCH=cpu")
    assert "--python python3.99 build/bounds/newest" in environment
    assert "--resolution highest --upgrade --torch-backend=cpu" in install
