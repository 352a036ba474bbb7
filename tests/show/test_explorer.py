"""An explorer: moving any control makes picture and words anew; what cannot be shown is explained."""

import matplotlib.pyplot as plt
import pytest

from tlcourse.show.explorer import Explorer, NotShown, chooser, slider, text_box


class Power(Explorer):
    alt = "A bar as high as a number to a power."

    def make_controls(self):
        return {
            "number": slider("number", (1, 2, 30), 2, ".1f"),
            "power": chooser("power", ["square", "cube"], "square"),
            "note": text_box("note", ""),
        }

    def draw(self, number, power, note):
        if note == "nothing":
            raise NotShown("<b>nothing</b> has no picture")
        if note == "broken":
            raise RuntimeError("a fault")
        fig, ax = plt.subplots()
        ax.bar([0], [number ** {"square": 2, "cube": 3}[power]])
        return fig

    def told(self, number, power, note):
        return f"{number} to the {power} <&> {note}"

    def static(self):
        return self.draw(2, "square", "")


@pytest.fixture
def power():
    power = Power()
    assert power.widget
    return power


def test_what_is_chosen_at_first_is_there_at_once(power):
    assert bytes(power.picture.value).startswith(b"\x89PNG")
    assert "2 to the square &lt;&amp;&gt;" in power.words.value
    assert 'role="status"' in power.words.value


@pytest.mark.parametrize(("name", "value"), [("number", 30), ("power", "cube")])
def test_each_control_moves_picture_and_words(power, name, value):
    before = bytes(power.picture.value), power.words.value
    power.controls[name].value = value
    assert bytes(power.picture.value) != before[0]
    assert str(value) in power.words.value
    assert power.chosen()[name] == value
    assert power.errors == []


def test_what_cannot_be_shown_is_explained_and_the_picture_stays(power):
    before = bytes(power.picture.value)
    power.controls["note"].value = "nothing"
    assert "✗ &lt;b&gt;nothing&lt;/b&gt; has no picture" in power.words.value
    assert bytes(power.picture.value) == before
    assert power.errors == []
    power.controls["note"].value = "something"
    assert "✗" not in power.words.value


def test_a_fault_is_reported_as_one(power):
    power.controls["note"].value = "broken"
    assert "RuntimeError: a fault" in power.error_box.value


def test_the_values_are_written_as_asked(power):
    assert power.controls["number"].options == (("1.0", 1), ("2.0", 2), ("30.0", 30))


def test_controls_stand_two_in_a_row_and_the_words_where_they_are_seen(power):
    _, box, _ = power.widget.children
    pair, note, picture, words = box.children
    assert pair.children == (power.controls["number"], power.controls["power"])
    assert (note, picture, words) == (power.controls["note"], power.picture, power.words)

    class High(Power):
        words_first = True

    high = High()
    assert high.widget.children[1].children[-2:] == (high.words, high.picture)


def test_a_picture_can_be_html():
    class Page(Power):
        in_html = True

        def draw(self, number, power, note):
            return f"<p>{number}</p>"

    page = Page()
    assert page.widget
    page.controls["number"].value = 30
    assert page.picture.value == "<p>30</p>"
