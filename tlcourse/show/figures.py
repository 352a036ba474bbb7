"""Figures as PNG with alt text: on the page, and inside widgets."""

import base64
import html
import io
import struct

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image, ImageChops

_SCALE = 2  # pixels per shown pixel: sharp on high-density screens and on a projector


def png(fig: Figure) -> bytes:
    """Return `fig` as PNG bytes, for `ipywidgets.Image(value=…)`, and close it.

    Raises:
        TypeError: `fig` is not a matplotlib figure.
    """
    if not isinstance(fig, Figure):
        raise TypeError(f"expected a matplotlib Figure, got {type(fig).__name__}; pass fig, not ax or plt")
    buffer = io.BytesIO()
    # "Software" carries the matplotlib version: without it the same figure is the same bytes.
    fig.savefig(buffer, format="png", dpi=_SCALE * fig.dpi, bbox_inches="tight", metadata={"Software": None})
    plt.close(fig)
    FigureCanvasAgg(fig)  # in place of one that keeps all pixels, 10 to 40 MB, as long as the figure lives
    return buffer.getvalue()


def shown_size(image: bytes) -> tuple[int, int]:
    """Return the width and height, in CSS pixels, at which a PNG made by `png` is to be shown."""
    width, height = struct.unpack(">II", image[16:24])  # the IHDR chunk
    return round(width / _SCALE), round(height / _SCALE)


def fewer_colours(image: bytes) -> bytes:
    """Return a PNG with a palette of 256 colours where nobody can see it and it saves space, else `image`.

    A chart shrinks to a third, and notebooks are kept in git; a photograph stays as it is.
    """
    full = Image.open(io.BytesIO(image)).convert("RGB")
    reduced = full.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    error = np.asarray(ImageChops.difference(full, reduced.convert("RGB")))
    if error.max(axis=-1).mean() > 0.5:  # of 255 levels
        return image
    buffer = io.BytesIO()
    reduced.save(buffer, "PNG", optimize=True)
    return min(image, buffer.getvalue(), key=len)


def png_bundle(image: bytes, alt: str) -> tuple[dict[str, str], dict[str, dict[str, object]]]:
    """Return the MIME bundle (data, metadata) of a PNG with its alt text.

    nbconvert's classic template reads the alt text from the metadata. JupyterLab, Colab and nbconvert's lab
    template read it from nowhere; they draw the HTML, whose `<img>` has it. `tlcourse build` stores the
    PNG alone.
    """
    width, height = shown_size(image)
    image = fewer_colours(image)
    encoded = base64.b64encode(image).decode("ascii")
    tag = f'<img src="data:image/png;base64,{encoded}" alt="{html.escape(alt)}" width="{width}">'
    data = {"image/png": encoded, "text/html": tag, "text/plain": alt}
    return data, {"image/png": {"alt": alt, "width": width, "height": height}}


def require_alt(alt: str) -> str:
    """Return `alt` as one tidy line.

    Raises:
        ValueError: the text is missing or too short to say what the figure shows.
    """
    text = " ".join(alt.split()) if isinstance(alt, str) else ""
    if len(text) < 15:
        raise ValueError(
            f"alt text {alt!r} says too little: write a sentence with what is drawn and what it shows"
        )
    return text


class Described:
    """A figure with its alt text: what a function that draws returns, and a cell shows.

    As the last expression of a cell it shows itself; elsewhere `figure` shows it.
    """

    def __init__(self, fig: Figure, alt: str):
        """Close `fig`, so that it is not shown a second time.

        Raises:
            TypeError: `fig` is not a matplotlib figure.
            ValueError: `alt` does not describe the figure.
        """
        self.alt = require_alt(alt)
        self.fig = fig
        if not isinstance(fig, Figure):
            raise TypeError(
                f"expected a matplotlib Figure, got {type(fig).__name__}; pass fig, not ax or plt"
            )
        plt.close(fig)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> tuple[dict, dict]:
        return png_bundle(png(self.fig), self.alt)


def figure(fig: Figure | Described, alt: str | None = None) -> None:
    """Show a figure once, as PNG with alt text, and close it.

    Args:
        alt: of a figure that does not carry its own.

    Raises:
        TypeError: `fig` is not a matplotlib figure.
        ValueError: `alt` does not describe the figure.
    """
    described = fig if isinstance(fig, Described) else Described(fig, alt or "")
    data, metadata = described._repr_mimebundle_()
    display(data, metadata=metadata, raw=True)
