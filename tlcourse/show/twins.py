"""Widgets with a static twin: live where a kernel answers, a figure everywhere else."""

import abc
import functools
import html
import logging
import traceback
import weakref
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets
from matplotlib.figure import Figure

from tlcourse.show.figures import png, png_bundle, require_alt

_LOG = logging.getLogger(__name__)
_VIEW = "application/vnd.jupyter.widget-view+json"
_STATE = "application/vnd.jupyter.widget-state+json"
_ERROR_MARK = "tlcourse-widget-error"
_HIDDEN = (
    "position:absolute; width:1px; height:1px; overflow:hidden; clip-path:inset(50%); white-space:nowrap"
)

_LIVE: "weakref.WeakSet[Twin]" = weakref.WeakSet()


class Twin(abc.ABC):
    """A widget and its static picture, shown as one output.

    A subclass sets `self.alt`, and defines `build` (the widget, made once, when first shown) and
    `static` (a matplotlib figure, or HTML). Callbacks go through `guard`::

        slider.observe(self.guard(self._moved), "value")

    Attributes:
        alt: what the static twin shows, in a sentence or two.
        errors: the tracebacks of callbacks that failed.
        error_box: where the learner reads the last of them.
    """

    alt: str = ""

    @abc.abstractmethod
    def build(self) -> ipywidgets.Widget:
        """Return the live widget."""

    @abc.abstractmethod
    def static(self) -> Figure | str:
        """Return the static twin: a matplotlib figure, or HTML that says the same."""

    def plain(self) -> str:
        """Return the twin as plain text; the alt text unless a subclass knows better."""
        return require_alt(self.alt)

    @functools.cached_property
    def errors(self) -> list[str]:
        return []

    @functools.cached_property
    def error_box(self) -> ipywidgets.HTML:
        return ipywidgets.HTML()

    @functools.cached_property
    def widget(self) -> ipywidgets.Widget:
        """The live widget with its error box, and the alt text for screen readers; built on first use."""
        _LIVE.add(self)
        spoken = ipywidgets.HTML(f'<p style="{_HIDDEN}">{html.escape(self.plain())}</p>')
        return ipywidgets.VBox([spoken, self.build(), self.error_box])

    def guard(self, callback: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a callback so that its error reaches the learner: front ends drop what a callback raises."""

        @functools.wraps(callback)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            try:
                result = callback(*args, **kwargs)
            except Exception as error:
                self._report(error)
                return None
            self.error_box.value = ""
            return result

        return guarded

    def _report(self, error: Exception) -> None:
        last = traceback.format_exception_only(error)[-1].strip()
        full = "".join(traceback.format_exception(error))
        _LIVE.add(self)
        self.errors.append(full)
        self.error_box.value = (
            f'<div class="{_ERROR_MARK}" role="alert" style="color:#B00020; border-left:4px solid #B00020; '
            f'padding-left:0.6em; line-height:1.4"><b>✗ This widget failed:</b> {html.escape(last)}'
            f"<details><summary>where</summary><pre>{html.escape(full)}</pre></details></div>"
        )
        _LOG.error("%s failed in a callback\n%s", type(self).__name__, full)  # JupyterLab's log console

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> tuple[dict, dict]:
        static = self.static()
        metadata: dict[str, dict] = {}
        if isinstance(static, Figure):
            data, metadata = png_bundle(png(static), require_alt(self.alt))
        else:
            data = {"text/html": static}
        data["text/plain"] = self.plain()
        data[_VIEW] = {"version_major": 2, "version_minor": 0, "model_id": self.widget.model_id}
        return data, metadata


def widget_errors() -> list[str]:
    """Return the tracebacks of every live twin whose callback failed."""
    return [f"{type(twin).__name__}: {error}" for twin in list(_LIVE) for error in twin.errors]


def notebook_widget_errors(notebook: Mapping[str, Any]) -> list[str]:
    """Return the errors that an executed notebook's widgets hold, which papermill and nbclient do not raise.

    Looks at the stored widget state: the error boxes of twins, and errors and stderr caught by `Output`
    widgets.

    Args:
        notebook: a notebook as `nbformat.read` or `json.load` gives it, its widget state still in the
            metadata.
    """
    state = notebook.get("metadata", {}).get("widgets", {}).get(_STATE, {}).get("state", {})
    found = []
    for model in state.values():
        values = model.get("state", {})
        if _ERROR_MARK in str(values.get("value", "")):
            found.append(str(values["value"]))
        for output in values.get("outputs") or ():
            if output.get("output_type") == "error":
                found.append(f"{output.get('ename')}: {output.get('evalue')}")
            elif output.get("output_type") == "stream" and output.get("name") == "stderr":
                found.append(str(output.get("text")))
    return found
