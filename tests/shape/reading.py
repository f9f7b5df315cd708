"""Our sources, parsed once for all tests of their shape."""

import ast
from functools import cache
from pathlib import Path


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Return every node of a module, as `ast.walk` yields them."""
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
