"""Where something is greatest, and equality up to a constant: lines with argmax, argmin and "+ const".

argmax_t f = argmax_t g holds where one is the other moved by a constant, or the logarithm of one is (both then positive): f(t) - f(t') = g(t) - g(t')
for all t, t'. It fails where, in a model in which t has two values, f is greater at one and g at the other: (f(t) - f(t')) (g(t) - g(t')) < 0 there
says that the two have no greatest place in common. An argmin is the argmax of minus the function.

A = B + const holds where A - B does not depend on the variable that the lines are about: A(t) - B(t) = A(t') - B(t').
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from grader.algebra.density_names import COUNTS, is_likelihood, split_call
from grader.algebra.density_syntax import rename_terms
from grader.domain import Domain
from grader.model import AtMost, Claim, Equal, Status
from grader.term import Term, apply, free_names, number, symbol, walk
from grader.theories._theory import Context, Link, Settled, Step

SCALES = frozenset("sigma tau lambda alpha beta gamma eta C".split())
"""Letters for factors that are positive where nothing is said of them."""
CONSTANTS = frozenset(["const", "constant", "const.", "Const"])
FOR_PARAMETERS = frozenset("theta phi psi lambda mu beta w eta omega vartheta pi sigma".split())


@dataclass(frozen=True)
class Optima:
    """argmax of `first` = argmax of `second` over `variable`, both turned so that the greatest is sought."""

    first: Term
    second: Term
    variable: Term


def optima(link: Link) -> Optima | None:
    """The two functions of a line "argmax f = argmax g"; None for other lines."""
    sides = (link.left, link.right)
    if link.statement or (link.sign or "=") not in ("=", "equiv") or not all(s.kind == "binder" and s.name in ("argmax", "argmin") for s in sides):
        return None
    a, b = sides
    if a.bound != b.bound or len(a.bound) != 1 or a.bound[0].kind != "symbol" or a.args[1:] != b.args[1:]:
        return None
    bodies = [_unscaled(s.args[0] if s.name == "argmax" else _minus(s.args[0])) for s in sides]
    return Optima(*bodies, a.bound[0])


def _minus(t: Term) -> Term:
    return t.args[0] if t.is_apply("neg", 1) else apply("neg", t)


def reaching(t: Term) -> Term | None:
    """argmax_t f + g, where g depends on t too, is the argmax of the whole sum."""
    if not t.is_apply("add") or t.args[0].kind != "binder" or t.args[0].name not in ("argmax", "argmin"):
        return None
    first, *rest = t.args
    if not any(free_names(b) & free_names(a) for a in rest for b in first.bound):
        return None
    return Term("binder", first.name, (apply("add", first.args[0], *rest), *first.args[1:]), bound=first.bound)


def _unscaled(t: Term) -> Term:
    """The function without a factor that is a positive number."""
    return _split(t)[1]


def _split(t: Term) -> tuple[tuple[str, ...], Term]:
    """Positive factors of a term (as texts, "/" before those below the line), and the rest."""
    if t.is_apply("neg", 1):
        scales, rest = _split(t.args[0])
        return scales, apply("neg", rest)
    if t.is_apply("mul"):
        scales = [s for a in t.args if _is_scale(a) for s in _factors(a)]
        rest = [a for a in t.args if not _is_scale(a)]
        if not rest:
            return (), t
        more, last = _split(rest[0]) if len(rest) == 1 else ((), t.with_args(tuple(rest)))
        return tuple(sorted((*scales, *more))), last
    if t.is_apply("div", 2) and _is_scale(t.args[1]):
        more, rest = _split(t.args[0])
        return tuple(sorted((*more, *["/" + s for s in _factors(t.args[1])]))), rest
    if t.is_apply("add"):
        parts = [_split(a) for a in t.args]
        if len({scales for scales, _ in parts}) == 1:
            return parts[0][0], t.with_args(tuple([rest for _, rest in parts]))
    return (), t


def _factors(t: Term) -> list[str]:
    if t.is_apply("div", 2):
        above = [] if t.args[0] == number(1) else [str(t.args[0])]
        return [*above, "/" + str(t.args[1])]
    return [str(t)]


def _is_scale(t: Term) -> bool:
    if t.kind == "number":
        return t.value > 0
    if t.kind == "symbol":
        return t.name in COUNTS or t.name in SCALES
    if t.is_apply("pow", 2):
        return t.args[1].kind == "number" and _is_scale(t.args[0])
    return t.kind == "apply" and t.name in ("mul", "div") and all(_is_scale(a) for a in t.args)


def _first_scale(t: Term) -> Term:
    """The positive factor of the first summand."""
    t = t.args[0] if t.is_apply("add") else t
    t = t.args[0] if t.is_apply("neg", 1) else t
    if t.is_apply("div", 2) and _is_scale(t.args[1]):
        return apply("div", _first_scale(t.args[0]), t.args[1])
    parts = [a for a in t.args if _is_scale(a)] if t.is_apply("mul") else []
    return number(1) if not parts else parts[0] if len(parts) == 1 else apply("mul", *parts)


def _is_positive(t: Term) -> bool:
    """Is it a product or quotient of densities by its form?"""
    if t.kind == "binder":
        return t.name in ("product", "sum", "integral", "antiderivative") and _is_positive(t.args[0])
    if t.kind == "number":
        return t.value > 0
    if t.is_apply("call"):
        return t.args[0].kind != "symbol" or t.args[0].name in ("p", "q", "r", "P")
    return t.is_apply("exp") or t.kind == "apply" and t.name in ("mul", "div", "pow", "sqrt") and all(
        _is_positive(a) or k and t.name == "pow" for k, a in enumerate(t.args))


def _views(t: Term) -> list[tuple[str, Term]]:
    return [("", t), ("log ", apply("log", t))] if _is_positive(t) else [("", t)]


def _moved(t: Term, variable: Term) -> Term:
    return rename_terms(t, {variable: apply("prime", variable, number(1))})


def _gap(t: Term, variable: Term) -> Term:
    return apply("add", t, apply("neg", _moved(t, variable)))


def optima_claims(found: Optima, context: Context, settled: Settled) -> tuple[Claim, ...]:
    """That one function is the other moved by a constant, or one's logarithm; then whether they prefer different places."""
    name = found.variable.name
    if not all(name in free_names(t) for t in (found.first, found.second)):
        return ()
    made = []
    context = replace(context, domains=with_counts(context.domains, (found.first, found.second)))
    for said, f in _views(found.first):
        for told, g in _views(found.second):
            label = f"same {said}| {told}"
            made.append(Claim(Equal(_gap(f, found.variable), _gap(g, found.variable)), context.domains, context.pointwise, label))
            if label in settled and settled[label].equal:
                return tuple(made)
            if label not in settled:
                return tuple(made)
    scaled = [apply("mul", _first_scale(b), _gap(a, found.variable)) for a, b in ((found.first, found.second), (found.second, found.first))]
    made.append(Claim(Equal(*scaled), context.domains, context.pointwise, "same but for a factor"))
    if "same but for a factor" not in settled or settled["same but for a factor"].equal:
        return tuple(made)
    product = apply("mul", _gap(found.first, found.variable), _gap(found.second, found.variable))
    return (*made, Claim(AtMost(number(0), product, False), context.domains, context.pointwise, "prefer"))


def with_counts(domains: tuple[tuple[str, Domain], ...], terms: tuple[Term, ...]) -> tuple[tuple[str, Domain], ...]:
    """The domains, with numbers of observations and scales of laws positive where nothing is said of them."""
    known = dict(domains)
    names = sorted(set().union(*[free_names(t) for t in terms]))
    more = {n: Domain("integer", Fraction(1)) for n in names if n in COUNTS} | {n: Domain("real", Fraction(0), True) for n in names if n in SCALES}
    return tuple(sorted({**more, **known}.items()))


def optima_step(link: Link, settled: Settled) -> Step:
    """What the verdicts say of the greatest places."""
    same = next((v for label, v in settled.items() if label.startswith("same ") and v.equal), None)
    if same is not None:
        return Step(link.line, "equal", same.status, "one function is the other, increasing with it.", (same,), same.finding.facts)
    apart = settled.get("prefer")
    if apart is not None and apart.status is Status.REFUTED and apart.evidence.method == "probability":
        model = apart.evidence.data.get("model")
        if model and (model["size"] == 2 or _is_parameter(link)):
            scene = (apart.finding.teacher_words or apart.finding.words)[0]
            return Step(link.line, "fails", Status.REFUTED, "the two need not be greatest at the same place.", (apart,),
                        example=f"{scene} There one is greater at one of its two values and the other at the other.")
    return Step(link.line, None, Status.UNDECIDED, "it could not be decided.", tuple(settled.values()))


def _is_parameter(link: Link) -> bool:
    """Does the variable only stand right of bars, so that two of its values may be all there are?"""
    found = optima(link)
    calls = [n for t in (link.left, link.right) for n in walk(t) if n.is_apply("call")]
    return found is not None and all(found.variable not in walk(a) for c in calls for a in split_call(c)[0])


# ------------------------------------------------------------------------------------------------- up to a constant


def is_constant_word(t: Term) -> bool:
    """Is it the word "const"?"""
    return t.kind == "symbol" and t.name in CONSTANTS or t.kind == "text" and t.name.strip().lower() in CONSTANTS


def without_constant(t: Term) -> Term | None:
    """The side without its "+ const"; None where it has none."""
    if not t.is_apply("add") or not any(is_constant_word(a) or a.is_apply("neg", 1) and is_constant_word(a.args[0]) for a in t.args):
        return None
    rest = tuple([a for a in t.args if not is_constant_word(a) and not (a.is_apply("neg", 1) and is_constant_word(a.args[0]))])
    return number(0) if not rest else rest[0] if len(rest) == 1 else apply("add", *rest)


@dataclass(frozen=True)
class UpToConstant:
    """left = right + constant, where the constant does not depend on one of the variables: which one is not said."""

    left: Term
    right: Term
    variables: tuple[Term, ...]


def up_to_constant(link: Link, context: Context) -> UpToConstant | None:
    """The line without its "+ const"; None where neither side has one."""
    bare = [without_constant(t) for t in (link.left, link.right)]
    if link.statement or (link.sign or "=") not in ("=", "equiv", "propto") or bare == [None, None]:
        return None
    left, right = [b if b is not None else t for b, t in zip(bare, (link.left, link.right))]
    names = free_names(left) | free_names(right)
    likely = [n for n in sorted(names) if n in FOR_PARAMETERS]
    drawn = [v for v in context.options.get("proportional", ()) if v.kind == "symbol" and v.name in names]
    chosen = [symbol(n) for n in likely] if len(likely) == 1 else drawn or [symbol(n) for n in likely]
    return UpToConstant(left, right, tuple(dict.fromkeys([*chosen, *drawn])))


def constant_claims(found: UpToConstant, context: Context, settled: Settled) -> tuple[Claim, ...]:
    """A(t) - B(t) = A(t') - B(t'), for one variable after the other."""
    made = []
    for variable in found.variables:
        label = f"constant {variable}"
        gap = apply("add", found.left, apply("neg", found.right))
        made.append(Claim(Equal(gap, _moved(gap, variable)), context.domains, context.pointwise, label))
        if label not in settled or settled[label].equal:
            break
    return tuple(made)


def constant_step(link: Link, settled: Settled) -> Step:
    """It holds where the difference is constant in one of them, and fails where it is in none."""
    verdicts = tuple(settled.values())
    held = next((v for v in verdicts if v.equal), None)
    if held is not None:
        step = Step(link.line, "equal", held.status, "the two sides differ by a constant.", (held,), held.finding.facts)
        return replace(step, conditions=(*step.conditions, "up to a constant"))
    if verdicts and all(v.status is Status.REFUTED for v in verdicts):
        return Step(link.line, "fails", Status.REFUTED, "the difference of the two sides is not constant.", verdicts,
                    example=" ".join(verdicts[0].finding.words[:1]))
    return Step(link.line, None, Status.UNDECIDED, "it could not be decided.", verdicts)


def is_about_likelihoods(terms: tuple[Term, ...]) -> bool:
    """Products over observations x_i, or sums of logarithms over them, and no vectors?"""
    nodes = [n for t in terms for n in walk(t)]
    if any(n.kind == "apply" and n.name in ("transpose", "norm", "inner", "trace", "det", "bigO", "softmax") for n in nodes):
        return False
    for node in nodes:
        if node.kind == "binder" and node.name in ("argmax", "argmin") and is_likelihood(node):
            return True
        if node.kind == "binder" and node.name in ("product", "sum") and len(node.bound) == 1:
            inside = list(walk(node.args[0]))
            if any(n.is_apply("index", 2) and n.args[1] == node.bound[0] for n in inside) and (
                    node.name == "product" or any(n.is_apply("log") for n in inside)):
                return True
    return False
