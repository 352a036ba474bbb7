"""Running a learner's function: is it still a stub, what happened, and where in their code."""

import ast
import contextlib
import copy
import dis
import inspect
import linecache
import random
import sys
import sysconfig
import textwrap
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType

import numpy as np

from tlcourse.exercises.equality import same
from tlcourse.exercises.time_limit import SECONDS, TookTooLong, ended_after

_PACKAGE = Path(__file__).resolve().parents[1]
_LIBRARIES = [Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib", "stdlib")]


def stub_line(attempt: object) -> str | None:
    """Return what is still missing from an attempt, or None if it has been written.

    A stub is `...` or None itself, or a function whose body is nothing but a docstring, `...`, `pass`
    or `raise NotImplementedError`, or one that still has a `...` where a value belongs.
    """
    if attempt is Ellipsis or attempt is None:
        return "Replace the `...` with your answer."
    if not isinstance(attempt, FunctionType):
        return None
    body = _body(attempt)
    if body is None:
        return "Replace the `...` with your code." if _does_nothing(attempt) else None
    if all(_is_placeholder(node) for node in body):
        return "Replace the `...` with your code."
    for node in ast.walk(ast.Module(body, [])):
        value = getattr(node, "value", None)
        if isinstance(node, (ast.Expr, ast.Assign, ast.AnnAssign, ast.Return)) and _is_ellipsis(value):
            return f"Line {node.lineno} of the function still holds a `...`: write it, then check again."
    return None


def _body(function: FunctionType) -> list[ast.stmt] | None:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return None
    node = tree.body[0]
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return None
    has_docstring = ast.get_docstring(node, clean=False) is not None
    return node.body[1:] if has_docstring else node.body


def _is_ellipsis(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is Ellipsis


def _is_placeholder(node: ast.stmt) -> bool:
    if isinstance(node, ast.Pass):
        return True
    if isinstance(node, (ast.Expr, ast.Return)):
        return node.value is None or _is_ellipsis(node.value)
    if isinstance(node, ast.Raise):
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    return False


def _does_nothing(function: FunctionType) -> bool:
    """Whether the code, whose source is not at hand, does nothing but return None or `...`."""
    steps = [i for i in dis.get_instructions(function) if i.opname not in ("RESUME", "NOP")]
    return len(steps) <= 2 and all(
        i.opname in ("LOAD_CONST", "RETURN_VALUE", "RETURN_CONST") and i.argval in (None, Ellipsis)
        for i in steps
    )


@dataclass
class Outcome:
    """What a function gave on one input: a value, or the sentence that says how it failed."""

    value: object = None
    failure: str | None = None
    changed: int | None = None  # position of an argument that was changed in place


def run(function: Callable, args: tuple, seed: int) -> Outcome:
    """Call `function` on a copy of `args`, generators seeded; never raises for what it does.

    A loop without an end is ended after a while; KeyboardInterrupt passes, for who does not want to wait.
    """
    given = copy.deepcopy(args)
    with _seeded(seed):
        try:
            with ended_after(SECONDS):
                value = function(*given)
        except TookTooLong as error:
            told = f"After {SECONDS:g} seconds it was still running: does every loop come to an end?"
            return Outcome(failure=f"{told}{_where(error)}")
        except (Exception, SystemExit) as error:
            return Outcome(failure=describe(error))
    changed = next((i for i, (a, b) in enumerate(zip(args, given, strict=True)) if not _same(a, b)), None)
    return Outcome(value=value, changed=changed)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Silence the warnings of what is tried only to name a mistake."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _same(before: object, after: object) -> bool:
    return same(before, after, rtol=0.0, atol=0.0)


@contextlib.contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed Python's, numpy's and (where imported) torch's global generators, and put them back afterwards."""
    torch = sys.modules.get("torch")
    python_state, numpy_state = random.getstate(), np.random.get_state()
    torch_state = torch.get_rng_state() if torch else None
    random.seed(seed)
    np.random.seed(seed)
    if torch:
        torch.manual_seed(seed)
    try:
        yield
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)
        if torch:
            torch.set_rng_state(torch_state)


def describe(error: BaseException) -> str:
    """Return an error as `Type: message` and the line of the learner's own code that it came from."""
    name = type(error).__name__
    message = f"{name}: {error}" if str(error) else name
    return f"{message}{_where(error)}"


def _where(error: BaseException) -> str:
    """The line of the learner's own code that an error came from, on a line of its own, or nothing."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if _is_theirs(f.filename)]
    if not frames:
        return ""
    frame = frames[-1]
    line = (frame.line or linecache.getline(frame.filename, frame.lineno or 0)).strip()
    file = Path(frame.filename)
    where = file.name if file.exists() and "ipykernel" not in frame.filename else "your cell"
    return f"\n  line {frame.lineno} of {where}: `{line}`" if line else ""


def _is_theirs(filename: str) -> bool:
    if filename.startswith("<") and not filename.startswith("<ipython-input"):
        return False
    file = Path(filename).resolve()
    if file.is_relative_to(_PACKAGE):
        return file.is_relative_to(_PACKAGE / "lessons")  # a solution that fails shows its own line
    return not any(file.is_relative_to(library) for library in _LIBRARIES)


def arity_problem(function: Callable, args: tuple) -> str | None:
    """Return what is wrong with the function's parameters for these arguments, or None."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    try:
        signature.bind(*args)
    except TypeError:
        takes = ", ".join(signature.parameters) or "nothing"
        return f"It is called with {len(args)} argument{'s' * (len(args) != 1)}, but yours takes ({takes})."
    return None
