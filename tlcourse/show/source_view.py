"""The source of what runs, shown where it is explained."""

import ast
import functools
import inspect
import re
import sysconfig
import textwrap
from pathlib import Path
from types import ModuleType

from IPython.display import display

_REPOSITORY = Path(__file__).resolve().parents[2]


def place(path: str | None) -> str:
    """Return where a source file is, seen from the repository or the library's folder."""
    if path is None or path.startswith("<") or "ipykernel_" in path or not Path(path).exists():
        return "this notebook"
    resolved = Path(path).resolve()
    roots = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), sysconfig.get_path("stdlib")]
    # The libraries first: a virtual environment may lie inside the repository.
    for root in [*map(Path, roots), _REPOSITORY]:
        if resolved.is_relative_to(root.resolve()):
            return resolved.relative_to(root.resolve()).as_posix()
    return resolved.name


def _unwrapped(obj: object) -> object:
    if isinstance(obj, property):
        obj = obj.fget
    if isinstance(obj, functools.cached_property):
        obj = obj.func
    if isinstance(obj, functools.partial):
        obj = obj.func
    obj = inspect.unwrap(obj) if callable(obj) else obj
    if isinstance(obj, ModuleType) or inspect.isroutine(obj) or inspect.isclass(obj):
        return obj
    return type(obj)  # an instance: what it is made by


def source(obj: object, *more: object, docstring: bool = True) -> None:
    """Show the source of a function, class, method, property or module, with its file and lines.

    What is read is what runs: the text comes from the file that was imported. `docstring=False` leaves
    out the docstring of a function or class, where the lesson has just said the same.

    Raises:
        TypeError: the source cannot be had (built-in or compiled code).
    """
    parts = []
    for thing in (obj, *more):
        target = _unwrapped(thing)
        try:
            lines, first = inspect.getsourcelines(target)
            path = inspect.getsourcefile(target)
        except (OSError, TypeError) as error:
            name = getattr(thing, "__qualname__", repr(thing))
            raise TypeError(f"no Python source for {name}: it is built in or compiled") from error
        first = max(first, 1)
        code = textwrap.dedent("".join(lines)).rstrip()
        if not docstring:
            code = _without_docstring(code)
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", code)), default=0))
        where = place(path)
        span = f"lines {first}–{first + len(lines) - 1}" if where != "this notebook" else ""
        heading = f"`{where}`" + (f", {span}" if span else "")
        parts.append(f"{heading}\n\n{fence}python\n{code}\n{fence}")
    text = "\n\n".join(parts)
    display({"text/markdown": text, "text/plain": text}, raw=True)


def _without_docstring(code: str) -> str:
    tree = ast.parse(code)
    node = tree.body[0]
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return code
    if ast.get_docstring(node) is None or len(node.body) < 2:
        return code
    lines = code.splitlines()
    doc = node.body[0]
    del lines[doc.lineno - 1 : doc.end_lineno]
    return "\n".join(lines)
