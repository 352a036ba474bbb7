"""Figures: PNG with alt text, closed after showing, small enough for git; the style in colour and in grey."""

import base64
import html
import io
from itertools import combinations, pairwise

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_sample_image

from tlcourse import show
from tlcourse.show.figures import fewer_colours, png_bundle, shown_size

ALT = 'A line that rises from 0 to 1, and a "quoted" <label>.'


def a_chart(points=200):
    show.style()
    fig, ax = plt.subplots()
    for i in range(4):
        ax.plot(np.linspace(0, 1, points) ** (i + 1), label=f"series {i}")
    ax.legend()
    ax.set(xlabel="step", ylabel="loss", title="A chart")
    return fig


def open_png(data):
    return Image.open(io.BytesIO(base64.b64decode(data["image/png"])))


def test_a_figure_is_shown_once_with_its_alt_text_and_closed(shown):
    fig = a_chart()
    show.figure(fig, alt=ALT)
    assert not plt.get_fignums()
    ((data, metadata),) = shown()
    assert data["text/plain"] == ALT
    assert metadata["image/png"]["alt"] == ALT
    assert f'alt="{html.escape(ALT)}"' in data["text/html"]
    assert "<label>" not in data["text/html"]


def test_it_is_twice_as_fine_as_it_is_shown(shown):
    show.figure(a_chart(), alt=ALT)
    ((data, metadata),) = shown()
    size = metadata["image/png"]["width"], metadata["image/png"]["height"]
    assert open_png(data).size == pytest.approx((2 * size[0], 2 * size[1]), abs=1)
    assert 700 < size[0] < 850, "8 inches of 100 pixels, less the margins"


def test_a_chart_is_small_and_looks_the_same():
    image = show.png(a_chart())
    small = fewer_colours(image)
    assert len(small) < 0.6 * len(image)
    assert len(small) < 100_000
    a, b = (np.asarray(Image.open(io.BytesIO(x)).convert("RGB"), dtype=int) for x in (image, small))
    assert np.abs(a - b).mean() < 0.5
    assert shown_size(small) == shown_size(image)


def test_a_photograph_keeps_its_colours():
    fig, ax = plt.subplots()
    ax.imshow(load_sample_image("flower.jpg"))
    image = show.png(fig)
    assert fewer_colours(image) == image


def test_the_same_figure_is_the_same_bytes():
    assert show.png(a_chart()) == show.png(a_chart())


@pytest.mark.parametrize("alt", ["", "   ", "plot", None, 3])
def test_a_figure_without_a_description_is_refused(alt):
    fig = a_chart()
    with pytest.raises(ValueError, match="alt text"):
        show.figure(fig, alt=alt)
    plt.close(fig)


def test_an_axes_is_not_a_figure():
    fig, ax = plt.subplots()
    with pytest.raises(TypeError, match="Axes"):
        show.png(ax)
    plt.close(fig)


def test_the_alt_text_is_one_line():
    show.style()
    data, metadata = png_bundle(show.png(plt.figure()), ALT)
    assert "\n" not in metadata["image/png"]["alt"]
    assert set(data) == {"image/png", "text/html", "text/plain"}


def luminance(colour):
    """Relative luminance as in WCAG 2.1."""
    rgb = np.array(mpl.colors.to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_neighbouring_series_differ_in_lightness():
    first = [luminance(s["color"]) for s in show.cycle(3)]
    assert all(abs(a - b) > 0.1 for a, b in pairwise(first))


@pytest.mark.parametrize("n", [1, 8, 16, 40])
def test_any_two_series_differ_without_their_colours(n):
    styles = show.cycle(n)
    assert len(styles) == n
    for a, b in combinations(styles[:8], 2):
        assert all(a[key] != b[key] for key in ("color", "marker", "linestyle", "hatch"))
    looks = [(str(s["color"]), s["marker"], str(s["linestyle"]), s["hatch"]) for s in styles]
    assert len(set(looks)) == n


def test_every_line_can_be_seen_on_white():
    # WCAG 2.1, 1.4.11 asks for 3:1. Okabe and Ito's orange, sky and purple stay below it, which is why a
    # line style, a marker and a hatch go with each.
    contrast = {s["color"]: 1.05 / (luminance(s["color"]) + 0.05) for s in show.cycle(8)}
    assert min(contrast.values()) > 2
    assert sum(c >= 3 for c in contrast.values()) >= 5


@pytest.mark.parametrize("n", [0, -1, 2.0, "3", None])
def test_a_number_of_series_is_a_number(n):
    with pytest.raises(ValueError, match="number of series"):
        show.cycle(n)


def test_the_style_is_readable_from_the_back_row():
    show.style()
    for key in ("font.size", "axes.labelsize", "xtick.labelsize", "ytick.labelsize", "legend.fontsize"):
        assert mpl.rcParams[key] >= 12


def test_the_style_hides_no_point():
    """A marker on every point that is drawn with one, a single point included."""
    show.style()
    fig, ax = plt.subplots()
    (line,) = ax.plot([0.5], [0.5], marker="o", markersize=20)
    assert line.get_markevery() is None
    assert np.asarray(Image.open(io.BytesIO(show.png(fig))).convert("L")).min() < 120


def test_a_described_figure_shows_itself_and_leaves_nothing_open(shown):
    described = show.Described(a_chart(), ALT)
    assert not plt.get_fignums()
    data, metadata = described._repr_mimebundle_()
    assert data["text/plain"] == ALT
    assert metadata["image/png"]["alt"] == ALT
    assert described._repr_mimebundle_() == (data, metadata)
    show.figure(described)
    assert shown() == [(data, metadata)]
