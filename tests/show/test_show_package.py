"""`from tlcourse import show` costs nothing, and every name in it is there."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from tlcourse import show


def test_it_imports_neither_torch_nor_matplotlib():
    code = (
        "import sys; from tlcourse import show; dir(show); heavy = 'torch matplotlib pandas ipywidgets'; "
        "print([m for m in heavy.split() if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", show.__all__)
def test_every_name_is_there_and_documented(name):
    value = getattr(show, name)
    assert name == "COLOURS" or value.__doc__


def test_no_module_is_called_like_an_exported_name():
    modules = {path.stem for path in Path(show.__file__).parent.glob("*.py")}
    assert not modules & set(show._LAZY)


def test_names_survive_the_import_of_every_module():
    for module in set(show._LAZY.values()):
        import_module(f"tlcourse.show.{module}")
    assert callable(show.style)
    assert callable(show.figure)


def test_an_unknown_name_says_what_there_is():
    with pytest.raises(AttributeError, match=r"'figurs'.*figure, "):
        show.figurs  # noqa: B018


def test_dir_lists_the_names():
    assert {"figure", "table", "source"} <= set(dir(show))
