"""`make setup`, with a Python that only notes what it is asked to do: which steps, in which order."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

OURS = ("MAKEFLAGS", "VENV", "PYTHON", "TORCH")  # `make test` may have set these

FAKE_PYTHON = """\
#!/bin/sh
case "$*" in
    *version_info*) exit "${FAKE_TOO_OLD:-0}" ;;
    *ensurepip*) exit "${FAKE_NO_VENV:-0}" ;;
    --version) echo "Python 3.99" ;;
    -c*) ;;
    *) echo "python $*" >>"$FAKE_LOG" ;;
esac
case "$*" in
    "-m venv --clear "*)
        rm -rf "$4" && mkdir -p "$4/bin" && cp "$0" "$4/bin/python"
        printf '#!/bin/sh\\necho "tlcourse $*" >>"$FAKE_LOG"\\n' >"$4/bin/tlcourse"
        chmod +x "$4/bin/tlcourse" ;;
    *"pip --disable-pip-version-check install --editable"*) exit "${FAKE_PIP_FAILS:-0}" ;;
esac
"""

MAKE_ENVIRONMENT = "python -m venv --clear {}"
INSTALL_TORCH = "python -m pip --disable-pip-version-check install torch torchvision"
INSTALL_COURSE = "python -m pip --disable-pip-version-check install --editable .[dev]"
FETCH = "tlcourse fetch"


@pytest.fixture
def checkout(tmp_path):
    """A checkout in a folder with a space, and a PATH with the fake python3 and no other."""
    folder = tmp_path / "a course"
    (folder / ".ci").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", ".ci/setup"):
        shutil.copy(ROOT / name, folder / name)
    programs = tmp_path / "bin"
    programs.mkdir()
    for tool in ("make", "sh", "dirname", "cat", "cksum", "sed", "cp", "mv", "rm", "mkdir", "chmod"):
        (programs / tool).symlink_to(shutil.which(tool))
    (programs / "python3").write_text(FAKE_PYTHON)
    (programs / "python3").chmod(0o755)
    return folder


@pytest.fixture
def setup(checkout, tmp_path):
    """Runs `make setup`; returns the finished process, with what was done as `.steps`."""

    def run(*arguments, **env):
        log = tmp_path / "log"
        log.unlink(missing_ok=True)
        clean = {name: os.environ[name] for name in os.environ if name not in OURS}
        done = subprocess.run(
            ["make", "setup", *arguments],
            cwd=checkout,
            env={**clean, "PATH": str(tmp_path / "bin"), "FAKE_LOG": str(log), **env},
            capture_output=True,
            text=True,
        )
        done.steps = log.read_text().splitlines() if log.exists() else []
        return done

    return run


def test_a_bare_checkout_is_set_up_in_this_order(setup):
    done = setup()
    assert done.returncode == 0, done.stderr
    assert done.steps == [MAKE_ENVIRONMENT.format(".venv"), INSTALL_TORCH, INSTALL_COURSE, FETCH]


def test_the_second_time_only_the_assets_are_looked_at(setup):
    setup()
    assert setup().steps == [FETCH]


def test_a_changed_pyproject_installs_again_into_the_same_environment(setup, checkout):
    setup()
    with (checkout / "pyproject.toml").open("a") as file:
        file.write("# changed\n")
    assert setup().steps == [INSTALL_TORCH, INSTALL_COURSE, FETCH]


def test_what_failed_is_done_again(setup):
    assert setup(FAKE_PIP_FAILS="1").returncode != 0
    assert setup().steps == [INSTALL_TORCH, INSTALL_COURSE, FETCH]


def test_an_environment_elsewhere(setup, checkout, tmp_path):
    place = tmp_path / "other place" / "env"
    place.parent.mkdir()
    assert setup(f"VENV={place}").steps[0] == MAKE_ENVIRONMENT.format(place)
    assert setup(f"VENV={place}").steps == [FETCH]
    assert not (checkout / ".venv").exists()


def test_a_folder_with_something_in_it_is_not_cleared(setup, tmp_path):
    place = tmp_path / "home"
    place.mkdir()
    (place / ".thesis.tex").write_text("three years")
    done = setup(f"VENV={place}")
    assert done.returncode != 0
    assert done.steps == []
    assert "no virtual environment: what is in it would be deleted" in done.stderr
    (place / ".thesis.tex").unlink()
    assert setup(f"VENV={place}").steps[0] == MAKE_ENVIRONMENT.format(place)


def test_an_environment_whose_python_is_gone_is_made_anew(setup, tmp_path):
    place = tmp_path / "env"
    place.mkdir()
    (place / "pyvenv.cfg").write_text("home = /usr/lib/python3.10\n")
    assert setup(f"VENV={place}").steps[0] == MAKE_ENVIRONMENT.format(place)


def test_clean_leaves_what_was_trained(checkout):
    for name in ("build/lessons", "runs/fast", "runs/full-solved", "runs/bert-mini"):
        (checkout / name).mkdir(parents=True)
    subprocess.run(["make", "clean"], cwd=checkout, check=True, capture_output=True)
    left = {path.relative_to(checkout).as_posix() for path in checkout.glob("*/*")}
    assert left == {".ci/setup", "runs/bert-mini"}


def test_cpu_only_torch_comes_from_one_index_and_stays(setup):
    steps = setup("TORCH=cpu").steps
    assert "--index-url" in steps[1]
    assert steps[1].endswith("whl/cpu torch torchvision")
    assert setup().steps == [FETCH], "without TORCH, what was chosen holds"
    steps = setup("TORCH=default").steps
    assert steps[:2] == [MAKE_ENVIRONMENT.format(".venv"), INSTALL_TORCH], "another build of torch: made anew"


@pytest.mark.parametrize(
    ("arguments", "env", "said"),
    [
        ((), {"FAKE_TOO_OLD": "1"}, "the course needs Python 3.11 or newer"),
        (
            ("PYTHON=python3",),
            {"FAKE_TOO_OLD": "1"},
            "PYTHON=python3 is Python 3.99, but the course",
        ),
        (("PYTHON=python9",), {}, "PYTHON=python9: there is no such program"),
        (("TORCH=gpu",), {}, 'TORCH is "gpu", but it is cpu'),
        ((), {"FAKE_NO_VENV": "1"}, "apt-get install python3-venv"),
    ],
)
def test_what_is_missing_is_said(setup, arguments, env, said):
    done = setup(*arguments, **env)
    assert done.returncode != 0
    assert said in done.stderr
    assert done.steps == []
