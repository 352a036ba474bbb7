"""Twins: one output for both worlds, and errors that reach the learner."""

import gc
import json
import subprocess
import sys
from pathlib import Path

import ipywidgets
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from tlcourse import show
from tlcourse.data.glove import Vectors
from tlcourse.exercises.ask_first import AskFirst
from tlcourse.exercises.prediction import prediction
from tlcourse.lessons.start_here import softmax_temperature
from tlcourse.lessons.start_here.softmax_temperature import entropy, probabilities
from tlcourse.lessons.static_word_vectors import vector_map, word_neighbours
from tlcourse.probe.word_vectors import WordSpace

VIEW = "application/vnd.jupyter.widget-view+json"
OLD = json.loads((Path(__file__).parents[1] / "ipywidgets_7_7_traits.json").read_text())["traits"]


class Counter(show.Twin):
    """Counts what its slider does."""

    alt = "A slider and the number that it stands for."

    def __init__(self):
        self.built = 0

    def build(self):
        self.built += 1
        self.slider = ipywidgets.IntSlider(description="n", continuous_update=False)
        self.slider.observe(self.guard(self.moved), "value")
        return self.slider

    def moved(self, change):
        if change["new"] == 13:
            raise ValueError("13 is <b>unlucky</b>")

    def static(self):
        fig, ax = plt.subplots()
        ax.plot([0, 1])
        return fig


class Page(Counter):
    def static(self):
        return "<p>the number</p>"


def test_one_bundle_for_both_worlds():
    twin = Counter()
    data, metadata = twin._repr_mimebundle_()
    assert data[VIEW] == {"version_major": 2, "version_minor": 0, "model_id": twin.widget.model_id}
    assert data["text/plain"] == twin.alt
    assert data["image/png"]
    assert metadata["image/png"]["alt"] == twin.alt
    json.dumps([data, metadata])


def test_an_html_twin():
    data, metadata = Page()._repr_mimebundle_()
    assert data["text/html"] == "<p>the number</p>"
    assert "image/png" not in data
    assert metadata == {}


def test_displayed_as_one_output(shown):
    from IPython.display import display

    display(Counter())
    ((data, _),) = shown()
    assert {VIEW, "image/png", "text/plain"} <= set(data)


def test_the_widget_is_built_once():
    twin = Counter()
    assert twin.built == 0
    assert twin.widget is twin.widget
    twin._repr_mimebundle_()
    assert twin.built == 1


def test_the_alt_text_is_there_for_screen_readers():
    spoken = Counter().widget.children[0]
    assert "A slider and the number" in spoken.value
    assert "display:none" not in spoken.value, "what is not displayed is not read out"


def test_a_twin_needs_both_its_halves():
    class Half(show.Twin):
        def build(self):
            return ipywidgets.HTML()

    with pytest.raises(TypeError, match="static"):
        Half()


def test_a_twin_needs_alt_text():
    twin = Counter()
    twin.alt = ""
    with pytest.raises(ValueError, match="alt text"):
        twin._repr_mimebundle_()


def test_an_error_in_a_callback_reaches_the_learner():
    twin = Counter()
    assert twin.widget
    twin.slider.value = 13
    assert "ValueError: 13 is &lt;b&gt;unlucky&lt;/b&gt;" in twin.error_box.value
    assert 'role="alert"' in twin.error_box.value
    assert "<b>unlucky" not in twin.error_box.value
    assert len(twin.errors) == 1
    assert "in moved" in twin.errors[0]
    assert any("13 is" in text for text in show.widget_errors())
    assert twin.error_box in twin.widget.children


def test_the_next_success_clears_the_message_but_not_the_record():
    twin = Counter()
    assert twin.widget
    twin.slider.value = 13
    twin.slider.value = 14
    assert twin.error_box.value == ""
    assert len(twin.errors) == 1


def test_a_guarded_callback_returns_its_value_and_keeps_its_name():
    def answer(x):
        """Docstring."""
        return 2 * x

    guarded = Counter().guard(answer)
    assert guarded(4) == 8
    assert guarded.__doc__ == "Docstring."


def test_the_record_keeps_no_twin_alive():
    twin = Counter()
    twin.guard(lambda: [][17])()
    del twin
    gc.collect()
    assert not any("[][17]" in text for text in show.widget_errors())


def twins():
    scores = {"loan": 0.7, "river": 0.4}
    space = WordSpace(Vectors(["loan", "bank", "river"], np.eye(3) + 0.5))
    return [
        softmax_temperature.temperature(scores, title="Which word?"),
        AskFirst(prediction(question="Which?", options=["one", "two"], answer=0, why="because"), "which"),
        word_neighbours.neighbours(space, "bank - loan", examples=()),
        vector_map.word_map(space, {"money": ["loan", "bank"]}, np.eye(2), find="bank", n=1),
    ]


def every_widget(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from every_widget(child)


@pytest.mark.parametrize("twin", twins(), ids=lambda t: type(t).__name__)
def test_only_what_ipywidgets_7_has_is_used(twin):
    """Colab has ipywidgets 7.7; the traits of 7.7.5 stand in ipywidgets_7_7_traits.json."""
    for widget in every_widget(twin.widget):
        kind = type(widget).__name__
        assert kind in OLD
        defaults = widget.trait_defaults()
        for name in widget.keys:
            if name.startswith("_") or name in OLD[kind] or name in ("layout", "style"):
                continue
            assert getattr(widget, name) == defaults.get(name), f"{kind}.{name} is new in ipywidgets 8"
        for name in widget.layout.keys:
            if not name.startswith("_") and getattr(widget.layout, name) is not None:
                assert name in OLD["Layout"]


@pytest.mark.parametrize("twin", twins(), ids=lambda t: type(t).__name__)
def test_controls_say_what_they_are_and_wait_until_they_are_let_go(twin):
    for widget in every_widget(twin.widget):
        if "Slider" in type(widget).__name__:
            assert widget.description
            assert widget.continuous_update is False


def test_temperature_shows_the_softmax():
    twin = softmax_temperature.temperature({"loan": 2.0, "river": 1.0}, title="Which word?")
    assert twin.widget
    before = bytes(twin.picture.value)
    assert before.startswith(b"\x89PNG")
    twin.controls["temperature"].value = 1.0
    assert bytes(twin.picture.value) != before
    assert "“loan” gets 73%" in twin.words.value  # 1 / (1 + e^-1)
    assert twin.errors == []


def test_softmax_against_scipy():
    from scipy.special import softmax
    from scipy.stats import entropy as reference

    for scores in ([1.0, 2.0, 3.0], [1000.0, 0.0], [-5.0, -5.0]):
        p = probabilities(scores, 0.5)
        assert p == pytest.approx(softmax([s / 0.5 for s in scores]))
        assert entropy(p) == pytest.approx(reference(p, base=2))


def test_one_score_is_no_choice():
    with pytest.raises(ValueError, match="two or more"):
        softmax_temperature.temperature({"a": 1.0}, title="x")


NOTEBOOK = """
import ipywidgets
from tlcourse import show

class T(show.Twin):
    alt = "A slider that can fail, for a test."
    def build(self):
        self.s = ipywidgets.IntSlider()
        self.s.observe(self.guard(lambda change: 1 / (change["new"] - {bad})), "value")
        return self.s
    def static(self):
        return "<p>a slider</p>"

t = T()
t
---
t.s.value = 7
---
out = ipywidgets.Output()
with out:
    {in_output}
out
"""


def run(**parts):
    cells = NOTEBOOK.format(**parts).split("---\n")
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(book, timeout=120, kernel_name="python3", store_widget_state=True).execute()
    return show.notebook_widget_errors(book)


def test_errors_in_an_executed_notebook_are_found():
    assert run(bad=8, in_output="print('fine')") == []
    found = run(bad=7, in_output="raise KeyError('in Output')")
    assert any("ZeroDivisionError" in text for text in found)
    assert any("in Output" in text for text in found)


def test_a_twin_outside_a_notebook():
    code = (
        "from tlcourse.exercises import ask_first, prediction; "
        "asked = prediction.Prediction('q?', ('a', 'b'), 0, 'w'); t = ask_first.AskFirst(asked, 'q'); "
        "print(sorted(t._repr_mimebundle_()[0]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "text/html" in done.stdout
