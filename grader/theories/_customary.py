"""Functions that have a meaning by custom, where a derivation calls them and says nothing of what they are: sigma is the logistic function."""

from __future__ import annotations

from grader.term import Term, apply, constant, number, symbol, walk
from grader.theories._derivation import Layout

_SIGMA, _Z = symbol("sigma"), symbol("z")
LOGISTIC = apply("div", number(1), apply("add", number(1), apply("pow", constant("e"), apply("neg", _Z))))
"""1/(1 + e^(-z))"""


def customary(laid: Layout) -> tuple[Term, Term] | None:
    """sigma(z) and what it is, where sigma is called with one argument, stands nowhere else, and is defined nowhere; None where that is not so."""
    terms = [t for link in laid.links for t in (link.left, link.right)] + [t for pair in laid.context.definitions for t in pair]
    heads = {n.args[0] for h, _ in laid.context.definitions for n in [h] if n.is_apply("call")} | {h for h, _ in laid.context.definitions}
    nodes = [n for t in terms for n in walk(t)]
    called = [n for n in nodes if n.is_apply("call", 2) and n.args[0] in (_SIGMA, apply("prime", _SIGMA, number(1)))]
    bare = sum(n == _SIGMA for n in nodes)
    if not called or _SIGMA in heads or bare != len(called):
        return None
    return apply("call", _SIGMA, _Z), LOGISTIC


__all__ = ["customary"]
