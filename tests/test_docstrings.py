"""Docstrings have one markup: Markdown's plain backticks, and no roles of Sphinx."""

import ast
import re

import pytest

ROLE = re.compile(r":(?:func|meth|class|mod|data|attr|exc|obj):`")
DOUBLE = re.compile(r"(?<!`)``(?![`\s])[^`\n]*[^`\s]``(?!`)")


@pytest.mark.parametrize("folder", ["tlcourse", "benchmarks", "tests"])
def test_docstrings_have_one_markup(root, folder):
    found = []
    for path in sorted((root / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                text = ast.get_docstring(node) or ""
                found += [f"{path.name}: {m.group()}" for m in (*ROLE.finditer(text), *DOUBLE.finditer(text))]
    assert not found
