"""What is promised of the package as a whole: dependencies, layers, weight, what a wheel holds."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tlcourse import curriculum

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

# conda-forge's names where they differ from PyPI's
CONDA = {"torch": "pytorch-cpu", "matplotlib": "matplotlib-base", "nbconvert": "nbconvert-core"}

# A module imports only from floors below its own, or from its own.
FLOORS = (
    "assets",
    "data",
    "models",
    "train",
    "probe",
    "serve",
    "show",
    "terminal",
    "trial",
    "exercises",
    "lessons",
    "kernel",
    "doctor",
    "notebook_tools",
    "commands",
    "cli",
)
FREE = {
    "checkout",
    "curriculum",
    "files",
    "profiles",
    "threads",
}  # stand below all, and import each other alone


def requirements(*groups: str) -> dict[str, str]:
    """Return name → lower bound as pyproject.toml has them."""
    lines = list(PYPROJECT["project"]["dependencies"])
    for group in groups:
        lines += PYPROJECT["project"]["optional-dependencies"][group]
    found = {}
    for requirement in map(Requirement, lines):
        if requirement.name != "tlcourse":
            found[canonicalize_name(requirement.name)] = str(requirement.specifier)
    return found


def conda_environment() -> dict[str, str]:
    """Return name → version condition of environment.yml, the pip section included."""
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    lines = [line for line in listed if isinstance(line, str)]
    for section in listed:
        if isinstance(section, dict):
            lines += section["pip"]
    names = {}
    for line in lines:
        name, condition = re.fullmatch(r"([\w-]+)(.*)", line).groups()
        names[canonicalize_name(name)] = condition
    return names


def test_conda_has_what_pyproject_asks_for():
    wanted = requirements("lab", "serve")
    conda = conda_environment()
    translated = {canonicalize_name(CONDA.get(name, name)): bound for name, bound in wanted.items()}
    own = {"python": "=3.12", "pip": ""}
    assert conda == {**translated, **own}


def test_conda_python_is_one_that_the_package_takes():
    version = conda_environment()["python"].lstrip("=")
    assert Requirement(f"python{PYPROJECT['project']['requires-python']}").specifier.contains(version)


def test_no_upper_bounds():
    """Colab and Binder bring their own versions of torch, numpy and the rest."""
    for name, condition in requirements("lab", "serve", "ray", "test", "dev").items():
        assert re.fullmatch(r">=[\d.]+", condition), f"{name}{condition}"


def test_each_dependency_has_its_reason():
    text = (ROOT / "pyproject.toml").read_text()
    for name in requirements("lab", "serve", "test"):
        line = re.search(rf'^\s*"{name}[>=].*$', text, re.MULTILINE)
        assert line, name
        assert re.search(r"#\s+\S", line[0]), f"{name} is there without a reason"


# How a package is imported where that is not its own name
IMPORTED = {
    "markdown-it-py": "markdown_it",
    "bert-serving-client": "bert_serving",
    "pillow": "PIL",
    "pyyaml": "yaml",
    "pyzmq": "zmq",
    "scikit-learn": "sklearn",
}
# What nothing imports, and who needs it all the same
UNSEEN = {
    "accessible-pygments": "a style of Pygments, taken by its name",
    "sphinx-revealjs": "its files of reveal.js are put into the slides",
    "furo": "docs/conf.py names it",
    "myst-nb": "docs/conf.py names it",
    "sphinx": "tlcourse site starts it",
    "gguf": "transformers, to read SmolLM2",
    "ipykernel": "Jupyter starts it",
    "nbval": "a plug-in of pytest's",
    "pre-commit": "contributors",
    "pytest-timeout": "a plug-in of pytest's",
    "pytest-xdist": "a plug-in of pytest's",
    "ruff": "make lint",
}


def test_each_dependency_is_used():
    """What nothing uses yet is not installed yet; what only tests use is in their extra."""
    seen = {}
    for folder in ("tlcourse", "notebooks/src", "docs", "tests", "benchmarks"):
        seen[folder] = {
            name.split(".")[0] for path in (ROOT / folder).rglob("*.py") for name in imports_of(path)
        }
    course, all_ = seen["tlcourse"] | seen["notebooks/src"], set().union(*seen.values())
    extras = (
        (("lab", "serve", "ray", "nltk", "silver"), course),
        (("site",), course | seen["docs"]),
        (("test", "dev"), all_),
    )
    for groups, used in (((), course), *extras):
        for name in requirements(*groups).keys() - UNSEEN.keys():
            assert IMPORTED.get(name, name.replace("-", "_")) in used, f"nothing uses {name}"


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize(
    "module", ["tlcourse", "tlcourse.cli", "tlcourse.doctor", "tlcourse.profiles", "tlcourse.assets"]
)
def test_import_is_light(module):
    heavy = "'torch', 'transformers', 'torchvision', 'matplotlib', 'pandas', 'sklearn'"
    heavy = run(f"import sys, {module}; print(*{{{heavy}}} & set(sys.modules))")
    assert heavy == ""


def test_importing_the_course_brings_nothing_but_what_python_comes_with():
    """A time would say something of the machine; this is what made it long when it was."""
    added = run(
        "import sys; before = set(sys.modules); import tlcourse; "
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before})"
    )
    assert set(added.split()) <= {"tlcourse", *sys.stdlib_module_names}


def test_doctor_looks_at_everything_without_torch():
    """It takes seconds to import."""
    heavy = "{'torch', 'transformers', 'torchvision', 'matplotlib', 'pandas', 'sklearn'}"
    look = "import sys; from tlcourse import doctor; doctor.checks()"
    found = run(f"{look}; print(*{heavy} & set(sys.modules))")
    assert found == ""


def floor_of(name: str) -> str | None:
    """Return the floor of a dotted module name, or None if it is not one of ours or stands free."""
    parts = name.split(".")
    if parts[0] != "tlcourse" or len(parts) == 1 or parts[1] in FREE or parts[1].startswith("__"):
        return None
    return parts[1]


def imports_of(path: Path):
    """Yield every module that the file imports, at any depth: a lazy import is one too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "importorskip":
            yield node.args[0].value


def modules() -> list[Path]:
    return sorted((ROOT / "tlcourse").rglob("*.py"))


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_downwards(path):
    own = path.relative_to(ROOT / "tlcourse").with_suffix("").parts[0]
    if own.startswith("__"):
        return
    for name in imports_of(path):
        floor = floor_of(name)
        if floor is None:
            continue
        assert floor in FLOORS, f"{name} stands on no floor"
        if own in FREE:
            pytest.fail(f"{own} stands below all, and imports {name}")
        allowed = FLOORS.index(floor) <= FLOORS.index(own)
        assert allowed, f"{path.name} imports {name}, from a floor above {own}"


# Within a floor: a room imports only from those before it, or from its own.
ROOMS = {
    "models": ("parts", "vision", "vectors", "sequences", "language", "pretrained"),
    "train": ("divergence", "labels", "schedules", "pretraining", "finetuning", "measuring"),
}


@pytest.mark.parametrize("floor", sorted(ROOMS))
def test_rooms_of_a_floor_import_downwards(floor):
    rooms = ROOMS[floor]
    for path in modules():
        parts = path.relative_to(ROOT / "tlcourse").with_suffix("").parts
        if parts[0] != floor or parts[1] == "__init__":
            continue
        for name in imports_of(path):
            if name.startswith(f"tlcourse.{floor}."):
                room = name.split(".")[2]
                assert rooms.index(room) <= rooms.index(parts[1]), f"{path} imports {name}"


def test_a_lesson_imports_no_other():
    for path in modules():
        parts = path.relative_to(ROOT / "tlcourse").parts
        others = {one.slug for one in curriculum.LESSONS} - set(parts[1:2])
        if parts[0] == "lessons":
            for name in imports_of(path):
                assert not name.startswith("tlcourse.lessons.") or name.split(".")[2] not in others, path


def test_every_model_training_and_probe_is_taught_or_engine():
    """By one lesson or more: a learner finds the lesson of each module, a reader of a lesson its modules."""
    there = {
        ".".join(path.relative_to(ROOT / "tlcourse").with_suffix("").parts)
        for path in modules()
        if path.relative_to(ROOT / "tlcourse").parts[0] in ("models", "train", "probe")
        and path.stem != "__init__"
    }
    taught = [module for one in curriculum.LESSONS for module in one.teaches]
    for module in [*taught, *curriculum.ENGINE]:
        assert any(name == module or name.startswith(f"{module}.") for name in there), (
            f"{module} is not there"
        )
    for name in sorted(there):
        found = [module for module in taught if f"{name}.".startswith(f"{module}.")]
        assert bool(found) != (name in curriculum.ENGINE), f"{name} is taught by {found or 'no lesson'}"


def test_every_module_has_a_floor():
    packages = {path.relative_to(ROOT / "tlcourse").with_suffix("").parts[0] for path in modules()}
    assert {name for name in packages if not name.startswith("__")} - FREE <= set(FLOORS)


def test_modules_are_named_by_subject():
    for path in [*modules(), *(ROOT / "tests").rglob("*.py")]:
        assert not {"utils", "helpers", "common", "misc"} & set(path.with_suffix("").parts), path


def made_wheel(copy: Path, out: Path, **environment: str) -> Path:
    """Made without a network from a copy of what git would ship, but for the lessons: one stands for all."""
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE", "LICENSE-PROSE"):
        (copy / name).write_bytes((ROOT / name).read_bytes())
    for path in (ROOT / "tlcourse").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            place = copy / path.relative_to(ROOT)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(path.read_bytes())
    for name in COURSE:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes((ROOT / name).read_bytes())
    build = f"from setuptools import build_meta; build_meta.build_wheel({str(out)!r})"
    env = {**os.environ, **environment}
    subprocess.run([sys.executable, "-c", build], cwd=copy, check=True, capture_output=True, env=env)
    (found,) = out.glob("*.whl")
    return found


COURSE = {
    "notebooks/00_start_here.ipynb",
    "notebooks/src/00_start_here.py",
    "data/README.md",
    "data/trees/bbc.tsv",
    "data/checkpoints/gpt2-nano/config.json",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    return made_wheel(tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel"))


def test_a_whole_wheel_brings_the_lessons_and_a_plain_one_does_not(wheel, tmp_path):
    (tmp_path / "source").mkdir()
    whole = made_wheel(tmp_path / "source", tmp_path / "wheel", TLCOURSE_WHEEL="whole")
    held = [set(zipfile.ZipFile(one).namelist()) for one in (wheel, whole)]
    assert held[1] - held[0] == {f"tlcourse/course/{name}" for name in COURSE}
    with zipfile.ZipFile(whole) as archive:
        archive.extractall(tmp_path / "site")
    code = (
        "from tlcourse import checkout; from tlcourse.notebook_tools.own_copy import lessons_folder; "
        "from tlcourse.models.pretrained.checkpoints import checkpoints_dir; "
        "print(lessons_folder(lambda _: True), checkpoints_dir(), checkout.of_package(), sep='\\n')"
    )
    env = {name: value for name, value in os.environ.items() if name != "TLCOURSE_CHECKPOINTS"}
    (here := tmp_path / "elsewhere").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=here,
        env={**env, "PYTHONPATH": str(tmp_path / "site")},
    )
    assert done.returncode == 0, done.stderr
    inside = tmp_path / "site" / "tlcourse" / "course"
    copied = here / "tlcourse-lessons"
    assert done.stdout.split() == [str(copied), str(inside / "data" / "checkpoints"), str(inside)]
    files = {path.relative_to(copied).as_posix() for path in copied.rglob("*") if path.is_file()}
    assert files == {name for name in COURSE if name.startswith("notebooks")}


def test_wheel_holds_the_package_and_its_data(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"tlcourse"}
    wanted = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "tlcourse").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted <= names, f"not in the wheel: {sorted(wanted - names)}"
    assert "tlcourse/assets/catalogue.toml" in names


def test_installed_from_a_wheel_models_are_found_from_the_notebooks_folder(wheel, tmp_path):
    """As on Binder and Colab: the package lies in site-packages, the trained models in the clone."""
    site, clone, elsewhere = tmp_path / "site", tmp_path / "a clone", tmp_path / "elsewhere"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    (clone / "notebooks" / "src").mkdir(parents=True)
    elsewhere.mkdir()
    shutil.copytree(ROOT / "data/checkpoints/gpt2-nano", clone / "data/checkpoints/gpt2-nano")
    code = f"""
import os, tlcourse
from tlcourse import models
assert tlcourse.__file__.startswith({str(site)!r}), tlcourse.__file__
print(type(models.load("gpt2-nano")).__name__)
os.chdir({str(elsewhere)!r})
try:
    models.load("gpt2-nano")
except FileNotFoundError as error:
    print(error)
"""
    env = {name: value for name, value in os.environ.items() if name != "TLCOURSE_CHECKPOINTS"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=clone / "notebooks",
        env={**env, "PYTHONPATH": str(site)},
        check=True,
    )
    model, error = done.stdout.splitlines()
    assert model == "GPTModel"
    for part in (str(site / "tlcourse"), str(elsewhere), "Change into your clone", "TLCOURSE_CHECKPOINTS"):
        assert part in error


def test_the_readme_has_the_floors_in_their_order():
    (chain,) = re.findall(r"^tlcourse/ +(assets(?: → \w+)+);", (ROOT / "README.md").read_text(), re.MULTILINE)
    named = chain.split(" → ")
    assert named == [floor for floor in FLOORS if floor in named]
    assert set(FLOORS) - set(named) <= {"serve", "kernel", "doctor", "terminal", "cli"}


def test_each_module_says_in_which_lesson_it_is_taught():
    for path in modules():
        name = ".".join(path.relative_to(ROOT / "tlcourse").with_suffix("").parts)
        titles = [
            one.title
            for one in curriculum.LESSONS
            if any(f"{name}.".startswith(f"{module}.") for module in one.teaches)
        ]
        last = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").splitlines()[-1:]
        if path.stem == "__init__" or not titles:
            assert not last or not last[0].startswith("Taught in"), f"{name}: {last[0]}"
            continue
        among = "lesson" if len(titles) == 1 else "lessons"
        expected = f"Taught in {among} {' and '.join(f'*{title}*' for title in titles)}."
        assert last == [expected], f"the docstring of {name} has to end in: {expected}"


def test_the_devcontainer_sets_up_with_make_and_a_python_that_will_do():
    text = (ROOT / ".devcontainer" / "devcontainer.json").read_text()
    container = json.loads(text)
    assert container["postCreateCommand"].startswith("make setup")
    python, version = re.fullmatch(r"(python):([\d.]+)-\w+", container["image"]).groups()
    wanted = PYPROJECT["project"]["requires-python"]
    assert Requirement(f"{python}{wanted}").specifier.contains(version)
    settings = container["customizations"]["vscode"]["settings"]
    assert settings["python.defaultInterpreterPath"].endswith("/.venv/bin/python"), "where make setup puts it"
    assert all((ROOT / path).exists() for path in container["customizations"]["codespaces"]["openFiles"])


def test_targets_that_makes_help_names_are_there():
    makefile = (ROOT / "Makefile").read_text()
    told = set(re.findall(r"^#   make ([\w-]+)", makefile, re.MULTILINE)) | {"test-newest"}
    targets = {
        name for line in re.findall(r"^([\w -]+):(?!=)", makefile, re.MULTILINE) for name in line.split()
    }
    assert told <= targets
    assert targets <= set(makefile.rsplit(".PHONY:", 1)[1].split())
