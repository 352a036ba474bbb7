"""The source that is shown is the source that runs, with a path of nobody's machine."""

import functools
import inspect

import numpy as np
import pytest
import torch

from tlcourse import profiles, show
from tlcourse.lessons.start_here import exercises as lesson00
from tlcourse.show.source_view import place
from tlcourse.show.twins import Twin


def text(shown):
    ((data, _),) = shown()
    assert data["text/markdown"] == data["text/plain"]
    return data["text/markdown"]


def test_a_function(shown):
    show.source(profiles.chooser)
    page = text(shown)
    lines, first = inspect.getsourcelines(profiles.chooser)
    assert page.startswith(f"`tlcourse/profiles.py`, lines {first}–{first + len(lines) - 1}")
    assert "".join(lines).rstrip() in page
    assert "```python" in page


@pytest.mark.parametrize(
    "thing", [Twin, Twin.guard, profiles, Twin.__dict__["widget"], functools.partial(place, "x")]
)
def test_classes_methods_modules_properties_and_partials(thing, shown):
    show.source(thing)
    assert "`tlcourse/" in text(shown)


def test_an_instance_shows_its_class(shown):
    show.source(lesson00.raise_temperature)
    assert "class Prediction" in text(shown)


def test_several_at_once(shown):
    show.source(profiles.chooser, place)
    assert text(shown).count("```python") == 2


def test_without_the_docstring(shown):
    show.source(profiles.chooser, docstring=False)
    page = text(shown)
    assert "Raises:" not in page
    assert "def pick(" in page


def test_a_method_without_the_docstring(shown):
    show.source(Twin.guard, docstring=False)
    assert "reaches the learner" not in text(shown)


def test_fences_in_the_code_do_not_end_it(shown):
    def with_fence():
        return "```python"

    show.source(with_fence)
    assert text(shown).rstrip().endswith("````")


def test_library_code_is_shown_from_the_libraries_folder(shown):
    show.source(torch.nn.Linear)
    assert text(shown).startswith("`torch/nn/modules/linear.py`")


def test_code_of_a_notebook():
    assert place("/tmp/ipykernel_123/456.py") == "this notebook"
    assert place("<ipython-input-1-abc>") == "this notebook"
    assert place(None) == "this notebook"


@pytest.mark.parametrize("thing", [len, np.add, int])
def test_what_has_no_python_source(thing):
    with pytest.raises(TypeError, match="no Python source"):
        show.source(thing)
