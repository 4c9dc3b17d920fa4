"""What derivations about random quantities say of names: the laws of densities, hypotheses, names that a line defines."""

from __future__ import annotations

from grader.replay.moments_terms import law_at, law_of
from typing import Any

from grader.term import Term, apply, walk
from grader.theories._random_names import is_capital
from grader.theories._theory import Context

WORDS = ("independent", "identical", "partition")


def first_sides(context: Context, definitions: list[tuple[Term, Term]]) -> list[tuple[Term, Term]]:
    """Names that a derivation begins with, and so defines: L(q) = ..., ELBO = ..., Q(theta | theta_t) = ...."""
    found: list[tuple[Term, Term]] = []
    seen: set[str] = {n.name for h, b in definitions for t in (h, b) for n in walk(t) if n.kind == "symbol"}
    for link in context.options.get("links", ()):
        head = link.left.args[0] if link.left.is_apply("call") else link.left
        name = head.args[0] if head.is_apply("index") or head.kind == "apply" and head.name in ("hat", "tilde", "bar") else head
        if link.sign == "=" and not link.statement and name.kind == "symbol" and _may_be_defined(name.name) and name.name not in seen:
            if not any(n == name for n in walk(link.right)):
                found.append((link.left if link.left.is_apply("call") else head, link.right))
        seen |= names_of(link.left) | names_of(link.right)
    return found


def _may_be_defined(name: str) -> bool:
    """Is it a name that people give to an expression: L, J, Q, F, ELBO, MSE?"""
    return name in ("L", "J", "Q", "F", "R", "ell") or len(name) > 2 and name.isupper() or name in ("Bias", "Risk", "loss", "Loss")


def names_of(term: Term) -> set[str]:
    """All symbols in a term, bound ones too."""
    return {n.name for n in walk(term) if n.kind == "symbol"}


def is_density_law(c: Term) -> bool:
    """p(x) = N(x; m, v), p = N(m, v)."""
    if c.kind != "relation" or c.signs != ("=",):
        return False
    name = c.args[0].args[0] if c.args[0].is_apply("call", 2) else c.args[0]
    return name.kind == "symbol" and (law_at(c.args[1]) is not None and c.args[0].is_apply("call") or law_of(c.args[1]) is not None)


def is_hypothesis(c: Term) -> bool:
    """Is it a condition in the language of random variables, as a whole term?"""
    if c.is_apply("call") and c.args[0].kind == "symbol" and c.args[0].name in WORDS:
        return True
    return c.kind == "relation"


def is_named_density(n: Term) -> bool:
    """f_X(x), F_{X,Y}(x, y), p_X(x)"""
    head = n.args[0] if n.is_apply("call") else n
    return head.is_apply("index") and head.args[0].kind == "symbol" and head.args[0].name in ("f", "F", "p") and all(
        is_capital(a) for m in head.args[1:] for a in (m.args if m.kind == "tuple" else (m,)))


def is_of_densities(head: Term, body: Term) -> bool:
    """w_k = p(x, z_k) / q(z_k | x), L_K = E[...]"""
    return head.is_apply("index", 2) and is_plain_name(head) and any(n.kind == "apply" and n.name in ("expectation", "given") for n in walk(body))


def is_plain_name(arg: Term) -> bool:
    """Is it a name, with a mark or an index perhaps, or several about a bar: z, z_k, (z | x), (theta; x)?"""
    if arg.kind == "tuple" or arg.kind == "apply" and arg.name in ("given", "semicolon", "index", "prime"):
        return all(is_plain_name(a) or a.kind in ("number", "text") for a in arg.args)
    return arg.kind == "symbol"


def name_given(head: Term, body: Term) -> str:
    """The letter of tilde L(q) or gamma_k, where it is given to an expression about densities; "" for other heads."""
    name = head.args[0] if head.is_apply("call") and all(is_plain_name(a) for a in head.args[1:]) else head
    if name.kind == "apply" and name.name in ("hat", "tilde", "bar", "star") and name.args[0].kind == "symbol" and head.is_apply("call"):
        return name.args[0].name if any(n.kind == "apply" and n.name in ("expectation", "given", "kl") for n in walk(body)) else ""
    return name.args[0].name if is_of_densities(name, body) and name.args[0].kind == "symbol" and head == name else ""


def without_logarithm(left: Any, body: Any) -> tuple[Any, Any]:
    """ "log L(t) = log B" and "log L(t) = B" as "L(t) = B" and "L(t) = exp B": what the name stands for; other equations as they are."""
    if not (isinstance(left, Term) and isinstance(body, Term) and left.is_apply("log", 1) and left.args[0].is_apply("call")):
        return left, body
    return left.args[0], body.args[0] if body.is_apply("log", 1) else apply("exp", body)
