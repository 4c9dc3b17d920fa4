"""Links about eigenvalues: which claims tell whether values are the roots of a polynomial, and whether something holds of every root.

"lambda = e_1 or ... or lambda = e_d" says the same as P(lambda) = 0 exactly where P = c (lambda - e_1) ... (lambda - e_d) with the leading coefficient c of P,
a number other than 0, and d its degree (values may be repeated where fewer are given). Where P is no such product and P(e) is zero for every value given,
a root is lost; where P(e) is not zero for a value e, and P has other roots than the ones given, neither line follows from the other. Two equations
P = 0 and Q = 0 of one degree, P with d different roots, say the same exactly where c_Q P = c_P Q; else a root is lost. What is said of lambda after that
is judged with each e_k put in, and follows exactly where it holds of each. Sizes |a + b i| of numbers with real a, b are put as sqrt(a^2 + b^2).
(R. Horn, C. Johnson, Matrix Analysis, 2013, section 1.2.)
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations_with_replacement
from math import comb, factorial

from grader.model import AtMost, Claim, Equal, Status
from grader.term import Term, apply, constant, free_names, number, symbol, walk
from grader.term import replace as put
from grader.theories import _eigenvalues as eigenvalues
from grader.theories._theory import AT_MOST, Context, Link, Settled, Step, condition_step, example_of, sets_to_zero

ZERO = number(0)
_IMAGINARY = "i (imaginary)"
Conclusions = list[tuple[str, Equal | AtMost]]


def root_of(link: Link, context: Context) -> str | None:
    """The name of the eigenvalue, where the link speaks of one and is no line of plain algebra; None for other links."""
    for root in context.options.get("roots", ()):
        if link.statement:
            if any(eigenvalues.speaks_of(t, root) or _single(t, root) for t in (link.left, link.right)):
                return root  # type: ignore[no-any-return]
        elif (_values(link, context, root) or link.origin is not None and _is_radius(link.origin)) and (_is_radius(link.left) or any(
                eigenvalues.speaks_of(t, root) or _single(t, root) for t in (link.left, link.right))):
            return root  # type: ignore[no-any-return]
    return None


def _single(term: Term, root: str) -> bool:
    return any(n.kind == "symbol" and n.name.startswith(f"{root}_") for n in walk(term))


def _is_radius(term: Term) -> bool:
    return any(n.is_apply("call", 2) and n.args[0] == symbol("rho") for n in walk(term))


def claims(link: Link, context: Context, root: str, short: Callable[[Term], Term]) -> tuple[Claim, ...]:
    """What must be settled about the link."""
    return tuple([Claim(c, context.domains, context.pointwise, label) for label, c in _conclusions(link, context, root, short)])


def _said(term: Term, context: Context) -> tuple[tuple[Term, Term], ...]:
    found: tuple[tuple[Term, Term], ...] = context.options.get("said", {}).get(term, ())
    return found


def _values(link: Link, context: Context, root: str, short: Callable[[Term], Term] | None = None) -> tuple[Term, ...]:
    """What lambda is by the line before, or by the last line that said so."""
    stated = (link.left, *reversed(context.earlier)) if link.statement else tuple(reversed(context.earlier))
    full = next((found for t in stated if len(_said(t, context)) != 1 and (found := eigenvalues.cases(t, root, short))), ())
    return full or tuple(dict.fromkeys([v for t in reversed(stated) if len(said := _said(t, context)) == 1 for _, v in said]))


def _assigned(link: Link, context: Context) -> dict[Term, Term]:
    """What single names were said to be."""
    found: dict[Term, Term] = {}
    for t in (*context.earlier, link.left):
        for head, value in _said(t, context):
            found |= {head: value, symbol(f"{head.args[0].name}_{head.args[1]}"): value}
    return found


def _polynomial(link: Link, context: Context, root: str, short: Callable[[Term], Term]) -> tuple[Term, int] | None:
    """The polynomial whose roots are spoken of, and its degree."""
    for t in (link.left, *reversed(context.earlier)):
        if len(_said(t, context)) == 1:
            continue
        listed = eigenvalues.cases(t, root, short)
        if len(listed) > 1:
            return _times([apply("add", symbol(root), apply("neg", e)) for e in listed]), len(listed)
        if eigenvalues.is_equation(t) and (found := eigenvalues.degree(eigenvalues.difference(t), root)):
            return eigenvalues.difference(t), found
    return None


def _is_monic(whole: Term, root: str) -> bool:
    """Is it a product of lambda - e, as made of values?"""
    factors: list[Term] = [whole]
    while factors[0].is_apply("mul", 2):
        factors = [*factors[0].args, *factors[1:]]
    return all(f.is_apply("add", 2) and f.args[0] == symbol(root) and f.args[1].is_apply("neg", 1) and root not in free_names(f.args[1]) for f in factors)


def _times(parts: list[Term]) -> Term:
    product = parts[0]
    for part in parts[1:]:
        product = apply("mul", product, part)
    return product


def _leading(whole: Term, degree: int, root: str, short: Callable[[Term], Term]) -> Term | None:
    """The coefficient of the highest power, where it is a number other than 0: the d-th difference of the values at 0, ..., d over d!."""
    total = ZERO
    for k in range(degree + 1):
        part = apply("mul", number(comb(degree, k)), put(whole, {symbol(root): number(k)}))
        total = apply("add", total, part if (degree - k) % 2 == 0 else apply("neg", part))
    found = short(apply("div", total, number(factorial(degree))))
    return found if eigenvalues.numeric(found) else None


def _conclusions(link: Link, context: Context, root: str, short: Callable[[Term], Term]) -> Conclusions:
    if link.statement and (found := _roots(link, context, root, short)) is not None:
        return found
    values = _values(link, context, root, short)
    assigned = _assigned(link, context)
    try:
        related = list(eigenvalues.relations_in(link.right)) if link.statement else [(link.left, link.sign or "=", link.right)]
    except ValueError:
        return []
    if link.statement and not values and (sums := _of_two(related, link, context, root, short)):
        return sums
    made: Conclusions = []
    for k, value in enumerate(values or (None,)):
        change = {} if value is None else {symbol(root): value}
        for j, (left, sign, right) in enumerate(related):
            try:
                a, b = [worked_out(put(_radius(put(t, assigned), values, short), change), short) for t in (left, right)]
            except ValueError:  # a name would be captured
                return []
            if _is_left(a, root) or _is_left(b, root) or not values and a == left and b == right and link.statement:
                return []
            if sign == "=":
                made.append((f"value {k + 1} {j + 1}", Equal(a, b)))
            elif sign in AT_MOST:
                turned, strict = AT_MOST[sign]
                made.append((f"value {k + 1} {j + 1}", AtMost(b, a, strict) if turned else AtMost(a, b, strict)))
            else:
                return []
    return list({(type(c), c): (label, c) for label, c in made}.values())


def _is_left(term: Term, root: str) -> bool:
    """Does a name of an eigenvalue of which nothing is known stay?"""
    return eigenvalues.speaks_of(term, root) or _single(term, root) or _is_radius(term)


def _radius(term: Term, values: tuple[Term, ...], short: Callable[[Term], Term]) -> Term:
    """rho(M) as the largest size of the values."""
    if term.is_apply("call", 2) and term.args[0] == symbol("rho") and values:
        sizes = tuple(dict.fromkeys([worked_out(apply("abs", v), short) for v in values]))
        return sizes[0] if len(sizes) == 1 else apply("max", *sizes)
    return term.with_args(tuple([_radius(a, values, short) for a in term.args])) if term.args else term


def _roots(link: Link, context: Context, root: str, short: Callable[[Term], Term]) -> Conclusions | None:
    """Claims about roots: values against a polynomial, or two polynomials; None where the line says something else."""
    found = _polynomial(link, context, root, short)
    if found is None:
        return None
    whole, degree = found
    leading = number(1) if _is_monic(whole, root) else _leading(whole, degree, root, short)
    said = _said(link.right, context)
    values = eigenvalues.cases(link.right, root, short)
    if leading is None:
        return [] if values else None
    if len(said) == 1:
        return [("single root", Equal(put(whole, {symbol(root): said[0][1]}), ZERO))]
    if values and len(values) <= degree <= 3:
        made: Conclusions = []
        for k, several in enumerate(_repeated(values, degree)):
            made.append((f"same roots {k + 1}", Equal(whole, apply("mul", leading, _times([apply("add", symbol(root), apply("neg", e)) for e in several])))))
        made += [(f"root {k + 1}", Equal(put(whole, {symbol(root): e}), ZERO)) for k, e in enumerate(values)]
        if len(values) > 1:
            made += [(f"alone {k + 1}", Equal(whole, apply("mul", leading, _times([apply("add", symbol(root), apply("neg", e))] * degree))))
                     for k, e in enumerate(values)]
        return made
    right = eigenvalues.difference(link.right) if eigenvalues.is_equation(link.right) else None
    if right is None or eigenvalues.degree(right, root) != degree or degree != 2 or (other := _leading(right, degree, root, short)) is None:
        return None if not values else []
    at = [put(whole, {symbol(root): number(k)}) for k in (0, 1)]
    slope = apply("add", apply("add", at[1], apply("neg", at[0])), apply("neg", leading))
    return [("same equation", Equal(apply("mul", other, whole), apply("mul", leading, right))),
            ("double root", Equal(apply("pow", slope, number(2)), apply("mul", apply("mul", number(4), leading), at[0])))]


def _repeated(values: tuple[Term, ...], degree: int) -> list[tuple[Term, ...]]:
    """The values, some repeated so that there are as many as the degree says."""
    return [values + more for more in combinations_with_replacement(values, degree - len(values))]


def _of_two(related: list[tuple[Term, str, Term]], link: Link, context: Context, root: str, short: Callable[[Term], Term]) -> Conclusions:
    """Equations between lambda_1 and lambda_2, the roots of a polynomial P of degree two: with lambda_2 as their sum less lambda_1, what is left is a
    multiple of P(lambda_1)."""
    found = _polynomial(link, context, root, short)
    if found is None or found[1] != 2 or (leading := _leading(*found, root, short)) is None:
        return []
    whole, one, two = found[0], symbol(f"{root}_1"), symbol(f"{root}_2")
    at = [put(whole, {symbol(root): number(k)}) for k in (0, 1)]
    total = apply("div", apply("neg", apply("add", apply("add", at[1], apply("neg", at[0])), apply("neg", leading))), leading)
    made: Conclusions = []
    for k, (left, sign, right) in enumerate(related):
        if sign != "=" or not {one.name, two.name} <= free_names(left) | free_names(right):
            return []
        rest = put(apply("add", left, apply("neg", right)), {two: apply("add", total, apply("neg", one))})
        degree = eigenvalues.degree(rest, one.name)
        if degree is None or degree > 2:
            return []
        values = [put(rest, {one: number(j)}) for j in (0, 1, 2)]
        second = apply("div", apply("add", apply("add", values[2], values[0]), apply("neg", apply("mul", number(2), values[1]))), number(2))
        made.append((f"of two {k + 1}", Equal(rest, apply("mul", apply("div", second, leading), put(whole, {symbol(root): one})))))
    return made


# ------------------------------------------------------------------------------------------------------------------ conclusion


def conclude(link: Link, context: Context, root: str, settled: Settled) -> Step:
    """What the claims about eigenvalues came to. A statement about lambda says less than what lambda is; that it says as much is not looked into."""
    undecided = Step(link.line, None, Status.UNDECIDED, "it could not be decided.", tuple(settled.values()))
    if not link.statement and link.right == ZERO and sets_to_zero(link):
        return condition_step(link)
    if any(label.startswith(("same", "single")) for label in settled):
        return _root_step(link, settled, undecided)
    verdicts = tuple(settled.values())
    wrong = next((v for v in verdicts if v.equal is False), None)
    if wrong is not None and link.sign != "<==":
        words = "it does not hold of every value that lambda has." if link.statement else "the relation does not hold of every value of it."
        return Step(link.line, "fails", Status.REFUTED, words.replace("lambda", root), verdicts, example=example_of(wrong))
    if not verdicts or not all(v.equal for v in verdicts) or link.statement and link.sign not in ("", "=>"):
        return undecided
    status = Status.PROVED if all(v.status is Status.PROVED for v in verdicts) else Status.AGREES
    facts = tuple(dict.fromkeys([f for v in verdicts for f in v.finding.facts]))
    found = "equal" if not link.statement and (link.sign or "=") == "=" else "implies"
    return Step(link.line, found, status, f"it holds of every value that {root} has.", verdicts, facts)


def _root_step(link: Link, settled: Settled, undecided: Step) -> Step:
    single = settled.get("single root")
    if single is not None:
        if single.equal:
            return Step(link.line, "implies", single.status, "it is a root of the equation before.", (single,), single.finding.facts)
        if single.equal is False:
            return Step(link.line, "fails", Status.REFUTED, "it is not a root of the equation before.", (single,), example=example_of(single))
        return undecided
    same = [v for label, v in settled.items() if label.startswith("same")]
    if (equal := next((v for v in same if v.equal), None)) is not None:
        return Step(link.line, "equivalent", equal.status, "these are the roots of the equation before.", (equal,), equal.finding.facts)
    if any(v.equal is None for v in same):
        return undecided
    if (double := settled.get("double root")) is not None:
        if double.equal is not False:
            return undecided
        return Step(link.line, "fails", Status.REFUTED, "the two equations have not the same roots.", (same[0],), example=example_of(same[0]))
    roots = [v for label, v in settled.items() if label.startswith("root ")]
    alone = [v for label, v in settled.items() if label.startswith("alone ")]
    if (none := next((v for v in roots if v.equal is False), None)) is not None and all(v.equal is False for v in alone):
        return Step(link.line, "fails", Status.REFUTED, "it is not a root of the equation before.", (none,), example=example_of(none))
    if roots and all(v.equal for v in roots):
        return Step(link.line, "implied_by", Status.REFUTED, "a root of the equation before is lost.", (same[0],), tags=("roots_lost",))
    return undecided


# --------------------------------------------------------------------------------------------------------------------- sizes


def worked_out(term: Term, short: Callable[[Term], Term]) -> Term:
    """The term with |a + b i| as sqrt(a^2 + b^2), where a and b are rational in real names and i occurs."""
    args = tuple([worked_out(a, short) for a in term.args])
    term = term.with_args(args) if args else term
    if not term.is_apply("abs", 1) or not any(n == constant("i") for n in walk(term)):
        return term
    from grader.algebra.rational import NotRational, rational

    roots: dict[str, Term] = {}

    def atom(node: Term) -> str | None:
        positive = node.is_apply("sqrt", 1) and node.args[0].kind == "number" and (node.args[0].value or 0) >= 0
        if positive:
            roots[str(node)] = node
        return str(node) if positive else None

    try:
        made = rational(put(term.args[0], {constant("i"): symbol(_IMAGINARY)}), atom=atom)
        if not made.is_polynomial() or made.degree(_IMAGINARY) > 8:
            return term
        parts = made.coefficients(_IMAGINARY) if made.degree(_IMAGINARY) > 0 else [made]
        real, imaginary = [parts[0] * 0 + sum([part * (-1) ** (k // 2) for k, part in enumerate(parts) if k % 2 == odd], parts[0] * 0) for odd in (0, 1)]
        square = real * real + imaginary * imaginary
        return apply("sqrt", square.to_term({name: node for name, node in roots.items()}))
    except (NotRational, ValueError, TypeError):
        return term
