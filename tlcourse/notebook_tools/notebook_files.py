"""nbformat, imported in a third of the time.

nbformat imports jsonschema, which imports rfc3987_syntax if it is there (JupyterLab brings it), and that
compiles a grammar of all URIs: more than a second for a check that no field of a notebook asks for.
jsonschema does without the package where it is missing, so here it is missing, for the one import.
"""

import sys

_SLOW = "rfc3987_syntax"

if _SLOW in sys.modules:
    import nbformat
else:
    sys.modules[_SLOW] = None  # makes an import of it fail
    try:
        import nbformat
    finally:
        del sys.modules[_SLOW]

__all__ = ["nbformat"]
