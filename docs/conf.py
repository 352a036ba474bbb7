"""Sphinx's settings for the course's site: `tlcourse site` assembles the pages and calls Sphinx on them.

Sphinx with MyST-NB and Furo: it reads the built notebooks as they are, without running them; its search
works in a page that was opened from a disk; and all that a page needs lies beside it, formulas included
(`mathml`).
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = html_title = "tlcourse"
author = "the authors of tlcourse"
language = "en"

extensions = ["myst_nb", "accessible", "mathml"]
myst_enable_extensions = ["amsmath", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "off"
nb_number_source_lines = False
suppress_warnings = ["misc.highlighting_failure"]  # a cell with `!command` is IPython's, not Python's

html_theme = "furo"
html_favicon = "_static/favicon.svg"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_math_renderer = "mathml"
html_copy_source = False
html_show_sphinx = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#005a8c", "color-brand-content": "#005a8c"},
    "dark_css_variables": {"color-brand-primary": "#6cbef0", "color-brand-content": "#6cbef0"},
}
