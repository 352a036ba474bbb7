"""Small changes to a solution's code, as a learner might get it wrong: what `mutants` tries.

Each rule takes a node of the syntax tree and yields the nodes that may stand in its place.
"""

import ast
import copy
from collections.abc import Callable, Iterator

Rule = Callable[[ast.AST], Iterator[ast.AST]]

_OPERATORS = {
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Div],
    ast.Div: [ast.Mult],
    ast.FloorDiv: [ast.Mod],
    ast.Mod: [ast.FloorDiv],
    ast.Pow: [ast.Mult],
    ast.BitAnd: [ast.BitOr],
    ast.BitOr: [ast.BitAnd],
}
_COMPARISONS = {
    ast.Lt: [ast.LtE, ast.Gt],
    ast.LtE: [ast.Lt, ast.GtE],
    ast.Gt: [ast.GtE, ast.Lt],
    ast.GtE: [ast.Gt, ast.LtE],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
}
# What is taken for what, as a method or as a function of numpy or torch.
_CONFUSED = {
    "sum": ["mean"],
    "mean": ["sum"],
    "max": ["min"],
    "min": ["max"],
    "maximum": ["minimum"],
    "minimum": ["maximum"],
    "argmax": ["argmin"],
    "argmin": ["argmax"],
    "log": ["log2", "log10"],
    "log1p": ["log"],
    "exp": ["exp2"],
    "var": ["std"],
    "std": ["var"],
    "any": ["all"],
    "all": ["any"],
    "tril": ["triu"],
    "triu": ["tril"],
    "ones": ["zeros"],
    "softmax": ["sigmoid", "log_softmax"],
    "log_softmax": ["softmax"],
    "sigmoid": ["tanh"],
    "floor": ["ceil"],
    "ceil": ["floor"],
    "append": ["extend"],
    "median": ["mean"],
}
_AXIS = {"axis", "dim", "axes", "dims"}
# Methods of torch that have a twin which changes the tensor itself.
_IN_PLACE = {"masked_fill", "mul", "add", "sub", "div", "exp", "log", "sqrt", "abs", "neg", "clamp", "tril"}
# Whose arguments may change places, and which only turn one kind of number into another.
_SYMMETRIC = {"max", "min", "maximum", "minimum", "transpose", "swapaxes", "where"}
_CASTS = {"float", "int", "bool", "list", "tuple", "set", "dict"}
_AXIS_CALLS = {"sum", "mean", "max", "min", "argmax", "softmax", "log_softmax", "cumsum", "transpose", "cat"}


def operators(node: ast.AST) -> Iterator[ast.AST]:
    """Another operator; its operands swapped; one of them alone (a missing term or factor)."""
    if isinstance(node, ast.BinOp):
        for operator in _OPERATORS.get(type(node.op), []):
            yield ast.BinOp(node.left, operator(), node.right)
        if isinstance(node.op, (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult)):
            yield ast.BinOp(node.right, node.op, node.left)
        if isinstance(node.op, ast.Sub):
            yield ast.Call(ast.Name("abs", ast.Load()), [node], [])
        yield node.left
        yield node.right
    elif isinstance(node, ast.AugAssign):
        for operator in _OPERATORS.get(type(node.op), []):
            yield ast.AugAssign(node.target, operator(), node.value)
    elif isinstance(node, ast.UnaryOp) and not isinstance(node.operand, ast.Constant):
        yield node.operand
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        yield from node.values


def comparisons(node: ast.AST) -> Iterator[ast.AST]:
    """The bound left out or taken in, and the other way round."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for operator in _COMPARISONS.get(type(node.ops[0]), []):
            yield ast.Compare(node.left, [operator()], node.comparators)


def constants(node: ast.AST) -> Iterator[ast.AST]:
    """One more or less, half or double, the mark left out of a text."""
    if not isinstance(node, ast.Constant):
        return
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield from (ast.Constant(value + 1), ast.Constant(value - 1))
    elif isinstance(value, float):
        yield from (ast.Constant(value * 2), ast.Constant(0.0 if value else 1.0))
    elif isinstance(value, str) and value:
        yield ast.Constant("")


def axes(node: ast.AST) -> Iterator[ast.AST]:
    """Another axis, or none."""
    if not isinstance(node, ast.Call):
        return
    for i, keyword in enumerate(node.keywords):
        if keyword.arg in _AXIS:
            for axis in _other_axes(keyword.value):
                yield _with_keyword(node, i, ast.Constant(axis))
        if keyword.arg in _AXIS or keyword.arg in ("keepdim", "keepdims"):
            yield _with_keyword(node, i, None)
    if isinstance(node.func, ast.Attribute) and node.func.attr in _AXIS_CALLS and node.args:
        first = node.args[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, int):
            yield ast.Call(node.func, node.args[1:], node.keywords)


def _other_axes(node: ast.expr) -> tuple[int, ...]:
    """Axes counted from the same end as this one, so that none is the same axis by another number."""
    return (-3, -2, -1) if ast.unparse(node).startswith("-") else (0, 1, 2)


def _with_keyword(node: ast.Call, place: int, value: ast.expr | None) -> ast.Call:
    keywords = list(node.keywords)
    if value is None:
        del keywords[place]
    else:
        keywords[place] = ast.keyword(keywords[place].arg, value)
    return ast.Call(node.func, node.args, keywords)


def calls(node: ast.AST) -> Iterator[ast.AST]:
    """A call left out, done twice, with its arguments swapped, in place, or of the function beside it."""
    if not isinstance(node, ast.Call):
        return
    name = getattr(node.func, "attr", None) or getattr(node.func, "id", "")
    for other in _CONFUSED.get(name, []):
        yield ast.Call(_renamed(node.func, other), node.args, node.keywords)
    plain = [a for a in node.args if not isinstance(a, ast.Starred)]
    if len(plain) == 2 and len(node.args) == 2 and name not in _SYMMETRIC:
        yield ast.Call(node.func, plain[::-1], node.keywords)
    if name not in _CASTS:
        yield from plain  # the call left out: exp(x) → x, minimum(1, x) → x
    if isinstance(node.func, ast.Attribute) and not _is_module(node.func.value):
        yield node.func.value  # x.exp() → x
        if name in _IN_PLACE and isinstance(node.func.value, ast.Name):
            yield ast.Call(_renamed(node.func, f"{name}_"), node.args, node.keywords)
        if name in ("softmax", "exp", "log", "sqrt"):
            yield ast.Call(ast.Attribute(node, name, ast.Load()), node.args, node.keywords)
    if name in ("argmax", "argmin"):
        yield ast.Call(ast.Name("_last_of_the_best", ast.Load()), [node.func, *node.args], node.keywords)


def _renamed(function: ast.expr, name: str) -> ast.expr:
    if isinstance(function, ast.Attribute):
        return ast.Attribute(function.value, name, ast.Load())
    return ast.Name(name, ast.Load())


def _is_module(node: ast.expr) -> bool:
    return (isinstance(node, ast.Name) and node.id in ("np", "torch", "math", "F", "nn")) or (
        isinstance(node, ast.Attribute) and _is_module(node.value)
    )


def parts(node: ast.AST) -> Iterator[ast.AST]:
    """One member of a list or a mark of a text left out, a bound of a slice, a transpose, a condition."""
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)) and len(node.elts) > 1:
        if isinstance(getattr(node, "ctx", ast.Load()), ast.Load) and not _is_index(node):
            for i in range(len(node.elts)):
                rest = node.elts[:i] + node.elts[i + 1 :]
                yield (
                    ast.List(rest, ast.Load()) if isinstance(node, ast.List) else type(node)(rest, ast.Load())
                )
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        yield ast.Return(ast.Tuple(node.value.elts[::-1], ast.Load()))
    elif isinstance(node, ast.JoinedStr):
        for i in range(len(node.values)):
            yield ast.JoinedStr(node.values[:i] + node.values[i + 1 :])
    elif isinstance(node, ast.Attribute) and node.attr in ("T", "mT"):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (node.body, node.orelse)
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield ast.comprehension(node.target, node.iter, [], node.is_async)


def _is_index(node: ast.AST) -> bool:
    """Whether it may be what stands in square brackets, where fewer would be another thing altogether."""
    elements = getattr(node, "elts", [])
    return isinstance(node, ast.Tuple) and any(isinstance(e, (ast.Slice, ast.Constant)) for e in elements)


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """A statement left out that only changes what is there already; a loop that stops at its first turn."""
    if isinstance(node, (ast.AugAssign, ast.If, ast.Break, ast.Continue)) or (
        isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript)
    ):
        yield ast.Pass()
    if isinstance(node, ast.If) and not node.orelse:
        yield ast.If(ast.Constant(True), node.body, [])
    if isinstance(node, ast.For):
        yield ast.For(node.target, node.iter, [*node.body, ast.Break()], node.orelse)


RULES: tuple[Rule, ...] = (operators, comparisons, constants, axes, calls, parts, statements)


def mutations(function: ast.FunctionDef) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Yield (what was changed, the changed function), each once, for every rule and every node.

    What was changed is told as `"before → after"` in code.
    """
    nodes = [node for part in _body(function) for node in ast.walk(part)]
    seen = {ast.unparse(function)}
    for node in nodes:
        for rule in RULES:
            for new in rule(node):
                changed = _replaced(function, node, new)
                code = ast.unparse(changed)
                if code not in seen and _compiles(code):
                    seen.add(code)
                    yield f"{_told(node)} → {_told(new)}", changed


def _body(function: ast.FunctionDef) -> list[ast.stmt]:
    return function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body


def _told(node: ast.AST) -> str:
    text = ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).strip()
    return " ".join(text.split())


def _compiles(code: str) -> bool:
    try:
        compile(code, "<mutant>", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


def _replaced(function: ast.FunctionDef, old: ast.AST, new: ast.AST) -> ast.FunctionDef:
    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return copy.deepcopy(new) if node is old else self._rebuilt(node)

        def _rebuilt(self, node: ast.AST) -> ast.AST:
            fresh = copy.copy(node)
            for field, value in ast.iter_fields(node):
                if isinstance(value, list):
                    setattr(fresh, field, [self.visit(v) if isinstance(v, ast.AST) else v for v in value])
                elif isinstance(value, ast.AST):
                    setattr(fresh, field, self.visit(value))
            return fresh

    return ast.fix_missing_locations(Replace().visit(function))
