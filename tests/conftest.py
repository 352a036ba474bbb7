"""What all tests stand on: the fast profile, one thread for each process, nothing of the user's own."""

import importlib.util
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("course", deadline=None)  # a busy machine is no bug
settings.load_profile("course")

ROOT = Path(__file__).resolve().parents[1]

# Set when pytest starts, so before torch is imported and before nbval starts its kernels, which inherit it.
os.environ["TLCOURSE_PROFILE"] = "fast"
_own = tempfile.TemporaryDirectory(prefix="tlcourse-tests-")
os.environ["TLCOURSE_PROGRESS"] = f"{_own.name}/progress.json"
os.environ["IPYTHONDIR"] = f"{_own.name}/ipython"
os.environ["MPLBACKEND"] = "agg"
if "PYTEST_XDIST_WORKER" in os.environ:  # workers share the cores, so each computes on one
    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[variable] = "1"

PARAMETERS = """\
# %% tags=["parameters"]
import os

profile = os.environ.get("TLCOURSE_PROFILE", "full")
seed = 0
solutions = False
"""


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


def _module(name: str):
    """The module tests/NAME.py."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "tests" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def gold_folder() -> Path:
    """A folder with the files of the github tier and CoNLL-2003, or the test is skipped.

    The first of `TLCOURSE_FILES`, else `shared/gold` beside the checkout.
    """
    named = os.environ.get("TLCOURSE_FILES", "").split(os.pathsep)[0]
    folder = Path(named) if named else ROOT.parent / "shared" / "gold"
    if not folder.is_dir():
        pytest.skip(
            f"{folder} is not there: set TLCOURSE_FILES to a folder with the files of the github tier"
        )
    return folder


@pytest.fixture(scope="session")
def gold(gold_folder, tmp_path_factory):
    """`gold(load)`: what `load()` returns, with the github tier's files from `gold_folder`.

    They go to a cache of the tests' own.
    """
    cache = tmp_path_factory.mktemp("gold")

    def loaded(load):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TLCOURSE_ASSETS", str(cache))
            patch.setenv("TLCOURSE_FILES", str(gold_folder))
            return load()

    return loaded


@pytest.fixture(scope="session")
def made_text():
    """The module tests/made_text.py: a small text made for tests, `made_text.index()`."""
    return _module("made_text")


@pytest.fixture(scope="session")
def made_tables():
    """The module tests/made_tables.py: tables as learners have them, and a trial of one."""
    return _module("made_tables")


@pytest.fixture
def one_thread():
    """What torch computes in this test, it computes on one thread: the same sums in the same order."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def tiny_zoo(made_text, tmp_path_factory) -> Iterator[Path]:
    """A folder with tiny models of the zoo, with random weights (tests/tiny_zoo.py). Change copies only."""
    base = _module("tiny_zoo").make(tmp_path_factory.mktemp("tiny-zoo"), made_text.index().tokenizer)

    def written() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in base.rglob("*") if path.is_file()}

    before = written()
    yield base
    assert written() == before, "a test changed the zoo that all share"


@pytest.fixture(scope="session")
def shrink_zoo():
    """Makes models of the zoo small until the patch given is undone: `shrink_zoo(monkeypatch)`."""
    return _module("tiny_zoo").shrink


@pytest.fixture
def course(tmp_path):
    """Makes a small course of its own: `course({"00_name": cells})` → its folder; parameters are added."""

    def make(lessons: dict[str, str]) -> Path:
        folder = tmp_path / "a course"  # with a space, as a learner's folder may have
        (folder / "notebooks" / "src").mkdir(parents=True, exist_ok=True)
        (folder / "pyproject.toml").write_text(
            '[project]\nname = "x"\n[project.urls]\nRepository = "https://github.com/someone/a-course/"\n'
        )
        for name, cells in lessons.items():
            (folder / "notebooks" / "src" / f"{name}.py").write_text(f"{PARAMETERS}\n{cells}")
        return folder

    return make


@pytest.fixture
def nothing_of_the_users(tmp_path, monkeypatch):
    """A progress file of the test's own, matplotlib as it comes and as it was, no figure left open."""
    import matplotlib.pyplot as plt

    monkeypatch.setenv("TLCOURSE_PROGRESS", str(tmp_path / "progress" / "progress.json"))
    with plt.rc_context():
        plt.rcdefaults()  # tests elsewhere set the course's style
        yield
    assert not plt.get_fignums(), "a figure was left open: it would show up in another cell"


@pytest.fixture
def shown():
    """Call `shown()` to get what was displayed so far, as (data, metadata)."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    InteractiveShell.clear_instance()
    InteractiveShell.instance()
    with capture_output() as captured:
        yield lambda: [(output.data, output.metadata) for output in captured.outputs]
    InteractiveShell.clear_instance()
