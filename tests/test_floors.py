"""The house rules that the sources themselves must keep: who imports whom, what nobody calls, how large things grow."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent / "grader"
FILES = sorted(p for p in ROOT.rglob("*.py"))

FLOORS = [
    {"cli", "web"},
    {"run", "intake"},
    {"decide", "answers", "report"},
    {"theories"},
    {"algebra"},
    {"kernel", "lemmas", "replay", "reading"},
    {"term", "model", "papers", "domain", "encoding", "printing"},
]
PUBLIC = {"verify", "final", "rewards", "pairs", "proof", "proofs", "__init__", "__main__"}
"""Public faces: they may import every room, and only cli and web import them."""

ALLOWED_BESIDE = {("cli", "web"), ("kernel", "replay"), ("replay", "kernel"), ("replay", "lemmas"), ("run", "report"), ("model", "term"), ("model", "domain"), ("model", "papers"), ("papers", "model"), ("papers", "domain"), ("encoding", "model"),
                  ("encoding", "term"), ("encoding", "domain"), ("printing", "term"), ("term", "printing"), ("model", "encoding"), ("kernel", "lemmas"), ("lemmas", "kernel")}
"""Pairs on one floor: the command that starts the page; those that form one room: the kernel with its checkers and the lemma book; the base types."""

ONLY_IN = {
    "yaml": {"intake"}, "click": {"cli"}, "jinja2": {"report", "web"}, "markupsafe": {"report", "web"}, "sympy": {"algebra", "verify"},
    "pint": {"decide"}, "z3": {"algebra", "decide", "replay"}, "flint": {"algebra", "decide"}, "multiprocessing": {"run"}, "subprocess": {"run"}, "signal": {"run"},
    "markdown_it": {"intake", "reading"}, "nbformat": {"intake"}, "pickle": set(), "shelve": set(), "marshal": set(),
}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "sympify", "parse_expr", "lambdify", "__import__"}


def room(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[0]


def floor(name: str) -> int | None:
    for k, names in enumerate(FLOORS):
        if name in names:
            return k
    return None


def imports(tree: ast.AST, path: Path):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            if node.module == "grader":
                for alias in node.names:
                    yield f"grader.{alias.name}", node
            else:
                yield node.module or "", node


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_go_downward_only(path):
    here = room(path)
    for name, _ in imports(parsed(path), path):
        if not name.startswith("grader.") or name == "grader.__version__":
            continue
        there = name.split(".")[1]
        if there == here or here in PUBLIC or (here, there) in ALLOWED_BESIDE:
            continue
        if there in PUBLIC:
            assert here in ("cli", "web"), f"{path} imports {name}"
            continue
        assert floor(here) is not None and floor(there) is not None, f"{path}: no floor for {here} or {there}"
        assert floor(there) > floor(here), f"{path} imports {name}: not downward"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_outside_packages_stay_in_their_rooms(path):
    for name, _ in imports(parsed(path), path):
        package = name.split(".")[0]
        if package in ONLY_IN:
            assert room(path) in ONLY_IN[package], f"{path} imports {package}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_evaluates_text(path):
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) and node.func.attr in ("sympify", "parse_expr", "lambdify") else ""
            assert name not in FORBIDDEN_CALLS, f"{path}:{node.lineno} calls {name}"


def test_heavy_packages_load_late():
    """Importing the command must not import what only some answers need."""
    for path in FILES:
        if room(path) in ("cli", "kernel", "model", "term", "run", "answers", "reading", "theories", "__init__") or path.name == "strategy.py":
            for node in parsed(path).body:
                if isinstance(node, (ast.Import, ast.ImportFrom)):
                    names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
                    assert not {n.split(".")[0] for n in names} & {"sympy", "z3", "flint", "jinja2", "numpy", "mpmath"}, path


def test_only_the_kernel_holds_the_seal():
    holders = {str(p.relative_to(ROOT)) for p in FILES if "_SEAL" in p.read_text(encoding="utf-8")}
    assert holders == {"kernel.py", "model.py"}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_stay_small(path):
    limit = 300 if path.name == "kernel.py" else 450
    assert len(path.read_text(encoding="utf-8").splitlines()) <= limit, f"{path} has outgrown one idea"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_module_and_public_function_says_what_it_is(path):
    tree = parsed(path)
    if path.name != "__init__.py" or tree.body:
        assert ast.get_docstring(tree), f"{path} has no docstring"
    if room(path) == "tests":
        return
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{path}:{node.lineno} {node.name} has no docstring"
