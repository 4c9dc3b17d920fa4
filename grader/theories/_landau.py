"""Sides with Landau symbols taken apart: an exact part, and what is only bounded.

g + O(h), products (f O(h) is O(f h)), quotients, and functions of g + O(h): exp(g + O(h)) is exp(g) + O(exp(g) h) where h vanishes, log(g + O(h)) is log g + O(h/g)
and sqrt(g + O(h)) is sqrt(g) + O(h/sqrt(g)) where h is of smaller order than g (Graham, Knuth, Patashnik, Concrete Mathematics, 1994, section 9.3).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from grader.term import Term, apply, number, walk

LANDAU = {"bigO": "O", "smallo": "o", "bigTheta": "Theta", "bigOmega": "Omega", "smallomega": "omega"}


def has_landau(term: Term) -> bool:
    """Is a Landau symbol written in it?"""
    return any(is_landau(node) for node in walk(term))


def is_landau(term: Term) -> bool:
    """Is it O(...), o(...), Theta(...), Omega(...) or omega(...)?"""
    return term.kind == "apply" and term.name in LANDAU


@dataclass(frozen=True)
class Side:
    """An exact part and Landau terms: (O, o, Theta, Omega or omega; of what)."""

    exact: Term | None
    landau: tuple[tuple[str, Term], ...] = ()
    small: tuple[tuple[Term, Term], ...] = ()
    """Pairs of which the first must be of smaller order than the second: what a function of a remainder rests on."""

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(kind for kind, _ in self.landau)

    @property
    def value(self) -> Term:
        """The exact part, 0 where there is none."""
        return self.exact if self.exact is not None else number(0)


def side_of(term: Term) -> Side | None:
    """The term as exact part and Landau terms; None where a Landau symbol stands inside a function."""
    if not has_landau(term):
        return Side(term)
    if term.is_apply("exp", 1) or term.is_apply("log", 1) or term.is_apply("sqrt", 1):
        return _through(term)
    if term.is_apply("pow", 2) and term.args[0].kind == "constant" and term.args[0].name == "e":
        return _through(apply("exp", term.args[1]))
    if is_landau(term):
        return Side(None, ((LANDAU[term.name], term.args[0]),))
    if term.is_apply("neg", 1):
        side = side_of(term.args[0])
        return None if side is None else replace(side, exact=None if side.exact is None else apply("neg", side.exact))
    if term.is_apply("add"):
        sides = [side_of(a) for a in term.args]
        if any(s is None for s in sides):
            return None
        exact = [s.exact for s in sides if s is not None and s.exact is not None]
        landau = tuple([part for s in sides if s is not None for part in s.landau])
        small = tuple([pair for s in sides if s is not None for pair in s.small])
        return Side(exact[0] if len(exact) == 1 else apply("add", *exact) if exact else None, landau, small)
    if term.is_apply("mul") or term.is_apply("div", 2):
        return _product(term)
    return None


def _through(term: Term) -> Side | None:
    """A function of g + O(h): exp(g) (1 + O(h)) where h vanishes; log g + O(h/g) and sqrt(g) (1 + O(h/g)) where h is of smaller order than g."""
    inner = side_of(term.args[0])
    if inner is None or inner.exact is None or inner.small or not inner.kinds <= {"O", "o"}:
        return None
    g, value = inner.exact, term.with_args((inner.exact,))
    relative = [(kind, h if term.name == "exp" else apply("div", h, g)) for kind, h in inner.landau]
    landau = [(kind, h if term.name == "log" else apply("mul", value, h)) for kind, h in relative]
    return Side(value, tuple(landau), tuple([(h, number(1)) for _, h in relative]))


def _product(term: Term) -> Side | None:
    """f O(h) is O(f h), also with several factors; (g + O(h)) f is taken apart."""
    factors = [side_of(a) for a in term.args]
    inside = [k for k, f in enumerate(factors) if f is None or f.landau]
    if any(f is None for f in factors) or term.name == "div" and 1 in inside:
        return None
    if len(inside) > 1:
        pure = [f for f in factors if f is not None and f.landau]
        if any(f.exact is not None or len(f.landau) != 1 for f in pure) or len({f.landau[0][0] for f in pure}) != 1:
            return None
        parts = [f.landau[0][1] if f.landau else f.value for f in factors if f is not None]
        return Side(None, ((pure[0].landau[0][0], apply("mul", *parts)),))
    where = inside[0]
    hit = factors[where]
    assert hit is not None

    def with_factor(inner: Term) -> Term:
        return term.with_args(tuple([inner if k == where else a for k, a in enumerate(term.args)]))

    exact = None if hit.exact is None else with_factor(hit.exact)
    return Side(exact, tuple([(kind, with_factor(h)) for kind, h in hit.landau]), hit.small)
