"""Normal forms as terms again, so that a person and a checker can read them: q(x, z) / q(x) is written q(z | x), bound variables get names."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from grader.algebra.density_names import Var, key_of, name_term, term_of_key, variable, variable_term
from grader.algebra.density_polynomials import Atom, Mono, Names, Poly, rename_mono
from grader.term import Term, apply, binder, collection, constant, number, relation, symbol


def poly_term(poly: Poly, names: Names | None = None) -> Term:
    """A sum of products, in an order that does not change from run to run."""
    names = names or Names()
    parts = [_scaled(poly[mono], mono, names) for mono in sorted(poly, key=names.text_mono)]
    if not parts:
        return number(0)
    return parts[0] if len(parts) == 1 else apply("add", *parts)


def _scaled(c: Fraction, mono: Mono, names: Names) -> Term:
    size = abs(c)
    body = mono_term(mono, names)
    if mono and size == 1:
        term = body
    elif mono:
        term = apply("mul", _fraction(size), body)
    else:
        term = _fraction(size)
    return apply("neg", term) if c < 0 else term


def _fraction(value: Fraction) -> Term:
    return number(value) if value.denominator == 1 else apply("div", number(value.numerator), number(value.denominator))


def mono_term(mono: Mono, names: Names) -> Term:
    """A product of powers; matching joint densities are folded into conditionals."""
    above: list[Term] = []
    below: list[Term] = []
    powers = dict(mono)
    for atom in sorted(powers, key=names.text):
        e = powers.get(atom)
        if atom[0] != "joint" or e not in (1, -1):
            continue
        under = [a for a in powers if a[0] == "joint" and a[1] == atom[1] and powers[a] == -e and set(a[2]) < set(atom[2])]
        if under:
            law = max(under, key=lambda a: (len(a[2]), names.text(a)))
            (above if e > 0 else below).append(density_term(atom[1], [s for s in atom[2] if s not in law[2]], list(law[2])))
            del powers[atom], powers[law]
    for atom in sorted(powers, key=names.text):
        e = powers[atom]
        base = atom_term(atom, names)
        side = above if e > 0 else below
        size = abs(e)
        side.append(base if size == 1 else apply("pow", base, _fraction(size)))
    top = _times(above)
    return apply("div", top, _times(below)) if below else top


def _times(parts: list[Term]) -> Term:
    return number(1) if not parts else parts[0] if len(parts) == 1 else apply("mul", *parts)


def density_term(name: tuple[str, tuple[str, ...]], left: list[tuple[str, Var]], right: list[tuple[str, Var]]) -> Term:
    """The call p(left | right)."""
    if not right:
        return apply("call", name_term(name), *[_filled(s, v) for s, v in left])
    sides = [collection("tuple", *[_filled(s, v) for s, v in side]) if len(side) > 1 else _filled(*side[0]) for side in (left, right)]
    return apply("call", name_term(name), apply("given", *sides))


def _filled(slot: str, var: Var) -> Term:
    """z in its own slot is written z, another variable k in it z = k."""
    term = variable_term(var)
    place = term_of_key(slot)
    return term if var[0] == slot or key_of(term) == slot else relation("=", place, term)


def atom_term(atom: Atom, names: Names) -> Term:
    """An atom as a term."""
    kind = atom[0]
    if kind == "joint":
        return density_term(atom[1], list(atom[2]), [])
    if kind == "fun":
        return apply("call", name_term(atom[1]), *[variable_term(v) for v in atom[2]])
    if kind == "value":
        return variable_term(atom[1])
    if kind == "scalar":
        return constant("pi") if atom[1] == "pi" else term_of_key(atom[1])
    if kind in ("log", "exp"):
        return apply(kind, poly_term(dict(atom[1]), names))
    if kind == "poly":
        return poly_term(dict(atom[1]), names)
    if kind == "count":
        return _count_term(atom[1])
    return _sums_term(atom, names)


def _count_term(span: str) -> Term:
    if span.startswith("over:"):
        return binder("sum", (term_of_key(span[5:]),), number(1))
    return _over(symbol("i"), span, number(1))


def _over(bound: Term, span: str, body: Term) -> Term:
    if span.startswith("upto:"):
        return binder("sum", (bound,), body, number(1), term_of_key(span[5:]))
    if span.startswith("set:"):
        return binder("sum", (bound,), body, term_of_key(span[4:]))
    return binder("sum", (bound,), body)


def _sums_term(atom: Atom, names: Names) -> Term:
    mono: Mono = atom[2]
    bound: list[tuple[Term, str]] = []
    for name, span in atom[1]:
        taken = names.free_mono(mono)
        new = _new_variable(name, mono, taken) if isinstance(name, tuple) else next(c for c in _letters() if c not in taken)
        mono = rename_mono(mono, {name: new})
        bound.append((variable_term(new) if isinstance(new, tuple) else symbol(new), span))
    term = mono_term(mono, names)
    for name_of, span in reversed(bound):
        term = _over(name_of, span, term)
    return term


def _letters() -> list[str]:
    return ["i", "j", "k", "l", "m", *[f"i_{n}" for n in range(40)]]


def _new_variable(name: Any, mono: Mono, taken: frozenset[Any]) -> Var:
    """A name for a bound variable: the letter of its slot, with as many primes as needed."""
    slot = _slot_of(name, mono) or "u"
    base = variable(term_of_key(slot))
    assert base is not None
    for count in range(5):
        candidate = (base[0], base[1] + (("'" * count,) if count else ()))
        if candidate not in taken:
            return candidate
    raise ValueError("too many copies of a variable")


def _slot_of(name: Any, mono: Mono) -> str:
    found = sorted(_slots(name, mono))
    return found[0] if found else ""


def _slots(name: Any, mono: Mono) -> set[str]:
    found: set[str] = set()
    for atom, _ in mono:
        if atom[0] == "joint":
            found |= {s for s, v in atom[2] if v == name}
        elif atom[0] in ("log", "exp", "poly"):
            for inner, _ in atom[1]:
                found |= _slots(name, inner)
        elif atom[0] == "sums":
            found |= _slots(name, atom[2])
    return found
