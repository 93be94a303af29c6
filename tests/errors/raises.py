"""List the statements of the package that raise one of its errors."""

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass

from collect import PACKAGE

from sctoolkit import errors

OURS = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}


@dataclass(frozen=True)
class Raise:
    """A statement that raises: where it stands and how its text begins."""

    file: str
    function: str
    first: int
    last: int
    words: str

    @property
    def name(self) -> str:
        return f"{self.file.removesuffix('.py').replace('/', '.')}:{self.function}: {self.words}"


def all_raises() -> list[Raise]:
    """Every raise of an error of the package, in the order of the files."""
    return [
        found
        for path in sorted(PACKAGE.rglob("*.py"))
        for found in _of_module(path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
    ]


def _of_module(file: str, tree: ast.Module) -> Iterator[Raise]:
    nodes = list(ast.walk(tree))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    makers = OURS | {node.name for node in functions if isinstance(node.returns, ast.Name) and node.returns.id in OURS}
    for node in nodes:
        if isinstance(node, ast.Raise) and node.exc is not None and _is_ours(node.exc, makers):
            last = node.end_lineno or node.lineno
            around = [found for found in functions if found.lineno <= node.lineno <= (found.end_lineno or 0)]
            function = max(around, key=lambda found: found.lineno).name if around else "module"
            yield Raise(file, function, node.lineno, last, _first_words(node.exc))


def _is_ours(raised: ast.expr, makers: set[str]) -> bool:
    """Whether the raised value is one of our errors; a value of unknown kind counts, so that nothing slips by."""
    name = raised.func if isinstance(raised, ast.Call) else raised
    if isinstance(name, ast.Name):
        return name.id in makers or not hasattr(builtins, name.id)
    return not (isinstance(name, ast.Attribute) and ast.unparse(name).startswith("click."))


def _first_words(raised: ast.expr, most: int = 60) -> str:
    text = next((ast.unparse(argument) for argument in getattr(raised, "args", ())), ast.unparse(raised))
    return text if len(text) <= most else f"{text[:most]}..."
