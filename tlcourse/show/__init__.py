"""Figures, tables, source and widgets for the lessons; every widget has a static twin.

Names are imported when first used, so that `from tlcourse import show` costs nothing and pulls in neither
torch nor matplotlib. To add one, write its module beside this file and add a line to `_LAZY`.
"""

from importlib import import_module

# Exported name -> module in this package. A module may not be called like an exported name: importing the
# module would put it where the name belongs (tests/show/test_show_package.py).
_LAZY = {
    "COLOURS": "figure_style",
    "cycle": "figure_style",
    "style": "figure_style",
    "Described": "figures",
    "figure": "figures",
    "png": "figures",
    "md": "prose",
    "compare": "tables",
    "mean_sd": "tables",
    "table": "tables",
    "source": "source_view",
    "Twin": "twins",
    "notebook_widget_errors": "twins",
    "widget_errors": "twins",
    "progress": "progress_line",
    "Records": "records",
    "difference": "differences",
    "results": "result_tables",
    "learning_curve": "label_curves",
    "lines": "line_series",
    "labels_worth": "label_curves",
    "zoo_scores": "zoo_results",
    "attention": "attention_view",
}

__all__ = sorted(_LAZY)


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"tlcourse.show has no {name!r}; it has {', '.join(sorted(_LAZY))}")
    value = getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(_LAZY)
