"""Terms for tests from Python-like text, by Python's own parser, so that tests of the procedures do not lean on the reader."""

import ast
from fractions import Fraction

from grader.term import Term, apply, binder, constant, number, relation, symbol

_SIGNS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "=", ast.NotEq: "!="}
_NAMES = {"fact": "factorial", "O": "bigO", "Theta": "bigTheta", "Omega": "bigOmega", "o": "smallo", "omega": "smallomega"}


def term(text: str) -> Term:
    """`x**2` or `x^2`, calls for functions, `<<` and `>>` for much less and much greater, `sum(i, 1, n, body)` for a sum over a range."""
    return _term(ast.parse(text.replace("^", "**").strip(), mode="eval").body)


def _term(node: ast.expr) -> Term:
    if isinstance(node, ast.Constant):
        return constant(str(node.value).lower()) if isinstance(node.value, bool) else number(Fraction(str(node.value)))
    if isinstance(node, ast.Name):
        return constant(node.id) if node.id in ("pi", "e") else symbol(node.id)
    if isinstance(node, ast.UnaryOp):
        return apply("not" if isinstance(node.op, ast.Not) else "neg", _term(node.operand))
    if isinstance(node, ast.BoolOp):
        return apply("and" if isinstance(node.op, ast.And) else "or", *map(_term, node.values))
    if isinstance(node, ast.Compare):
        return relation(tuple(_SIGNS[type(o)] for o in node.ops), _term(node.left), *map(_term, node.comparators))
    if isinstance(node, ast.Call):
        name, args = node.func.id, [_term(a) for a in node.args]
        return binder("sum", (args[0],), args[3], args[1], args[2]) if name == "sum" else apply(_NAMES.get(name, name), *args)
    left, right = _term(node.left), _term(node.right)
    if isinstance(node.op, (ast.Add, ast.Sub)):
        return apply("add", *(left.args if left.is_apply("add") else (left,)), right if isinstance(node.op, ast.Add) else apply("neg", right))
    if isinstance(node.op, ast.Mult):
        return apply("mul", *(left.args if left.is_apply("mul") else (left,)), right)
    if isinstance(node.op, (ast.LShift, ast.RShift)):
        return relation("<<" if isinstance(node.op, ast.LShift) else ">>", left, right)
    return apply("div" if isinstance(node.op, ast.Div) else "pow", left, right)
