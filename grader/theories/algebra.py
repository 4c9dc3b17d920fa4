"""Algebra and calculus: numbers and functions of them; equations, inequalities and systems for them.

Expression links are claims of equality or order and go to the exact normal form, points and samples; statement links compare what satisfies the two
statements (`_statements`). A statement with an undefined side is not satisfied. Symbols without a domain are real, unless something complex is
written anywhere in the derivation (i, re, im, arg, conj): then they are complex. Symbols that bound a sum are integers.

Side conditions of an equality are what one side asks for and the other does not (a divisor that is not zero, the operand of a logarithm that is positive):
they are looked for among the parts of both sides and named unless they follow from what is given and from what the left side asks for.

An indefinite integral stands for all antiderivatives: sides that differ by a constant are equal there. A plain formula set equal to its antiderivative
or its derivative is not equal to it, but a person may know what was meant: such a step is not decided.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from grader.domain import Domain
from grader.model import Claim, Equal, Follows, Status
from grader.replay.semantics import COMPLEX_WORDS
from grader.term import Term, apply, binder, constant, free_names, number, relation, symbol, walk
from grader.term import replace as put
from grader.theories import _limits
from grader.theories import _statements as statements
from grader.theories._chain_rule import chained
from grader.theories._dots import without_dots
from grader.theories._maybe_matrices import may_differ
from grader.theories._recurrences import gradients, partials, recursions_of, rules_of, writes_columns
from grader.theories._theory import Context, Link, Prepared, Settled, Step, condition_step, expression_claims, expression_step, sets_to_zero

_FOREIGN = frozenset("expectation variance covariance probability entropy kl mutual_information given bigO bigTheta bigOmega smallo smallomega transpose "
                     "norm inner det trace rank diag outer hadamard cross dotproduct gradient softmax vec".split())
"""Operators of the other theories."""
_DELTA = symbol("delta")
_SHAPES = frozenset("vector matrix density".split())
MOST_DEFINED = 4_000
MAX_NEEDS = 4
"""Side conditions of one step that are looked into."""


def suits(terms: tuple[Term, ...], context: Context) -> bool:
    """Nothing of vectors, probability, orders of growth or update rules is written."""
    if rules_of(context.definitions) or recursions_of(context.definitions) or any(context.domain(name).shape in _SHAPES for t in terms for name in free_names(t)):
        return False
    column = writes_columns(terms)
    terms = tuple([gradients(t, context.definitions, column) for t in terms])
    return not any(node.kind == "apply" and node.name in _FOREIGN or node.is_apply("index", 3) and node.args[0] == _DELTA for t in terms for node in walk(t))


# ----------------------------------------------------------------------------------------------------------------- completion


def prepare(terms: tuple[Term, ...], context: Context) -> Prepared:
    """Definitions put in; the default domain and the integers among the symbols."""
    integrated = frozenset(b.name for t in terms for n in walk(t) if n.kind == "binder" and n.name in ("integral", "antiderivative") for b in n.bound)
    given = replace(context, definitions=tuple([(h, without_dots(b)) for h, b in context.definitions]))
    column = writes_columns(terms)
    terms = tuple([chained(t, given.definitions) for t in terms])
    made = tuple([_spelled_out(_defined(_spelled_out(partials(gradients(without_dots(t), given.definitions, column), given.definitions), integrated), given), integrated) for t in terms])
    if any(n.kind == "apply" and n.name in statements._LOGIC for t in made for n in walk(t)):
        made = tuple([statements.as_proposition(t) for t in made])
    made = tuple([statements.understood(_carried_out(t)) if _is_condition(t) else t for t in made])
    table = dict(context.domains)
    table.setdefault("*", Domain("complex" if any(_is_complex(t) for t in made) else "real"))
    for name in sorted(frozenset().union(*[_beside_i(t) for t in made]) if table["*"].field == "complex" and not context.options.get("roots") else ()):
        table.setdefault(name, Domain("real"))
    for name in sorted(frozenset().union(*[_bounding(t) for t in made])):
        table.setdefault(name, Domain("integer", Fraction(1)))  # who writes a sum up to n means n = 1, 2, ...
    return Prepared(made, (), replace(context, domains=tuple(sorted(table.items()))))


def _spelled_out(term: Term, integrated: frozenset[str]) -> Term:
    """y'(x) as the derivative of y(x); [F]_a^b and F at x = a as what they stand for (`integrated`: variables of integration somewhere)."""
    args = tuple([_spelled_out(a, integrated) for a in term.args])
    term = term.with_args(args) if args else term
    if term.is_apply("call", 2) and term.args[0].is_apply("prime") and term.args[1].kind == "symbol":
        head, x = term.args
        return apply("derivative", apply("call", head.args[0], x), x, head.args[1])
    if term.is_apply("prime", 2) and term.args[0].kind == "apply" and term.args[0].name not in ("index", "call", "hat", "bar", "star", "tilde", "sup") and len(free_names(term.args[0])) == 1:
        return apply("derivative", term.args[0], symbol(next(iter(free_names(term.args[0])))), term.args[1])  # (x^2 sin x)'
    if term.kind == "apply" and term.name == "at":
        return _evaluated(term, integrated)
    return term


def _evaluated(term: Term, integrated: frozenset[str]) -> Term:
    body, *places = term.args
    try:
        if len(places) == 1 and places[0].kind == "relation" and places[0].signs == ("=",) and places[0].args[0].kind == "symbol":
            return put(body, {places[0].args[0]: places[0].args[1]})
        names = sorted(free_names(body) & integrated) or sorted(free_names(body))
        if len(places) == 2 and len(names) == 1:
            if all(p.kind == "relation" for p in places):
                places = [p.args[-1] for p in places]
            upper, lower = [put(body, {symbol(names[0]): p}) for p in reversed(places)]
            return apply("add", upper, apply("neg", lower))
    except ValueError:  # a bound name would be captured
        return term
    return term


def _carried_out(term: Term) -> Term:
    """The statement with derivatives of formulas carried out, where there is a rule for each."""
    from grader.algebra.calculus import NoDerivative, carry_out

    if not any(n.is_apply("derivative") and n.args[0].kind != "symbol" and not n.args[0].is_apply("call") for n in walk(term)):
        return term
    try:
        return carry_out(term)
    except (NoDerivative, ValueError):
        return term


def _is_condition(term: Term) -> bool:
    return term.kind == "relation" or term.kind == "apply" and term.name in statements._LOGIC or term.kind == "constant" and term.name == "emptyset" \
        or term.kind == "tuple" and term.name == "set"


def _defined(term: Term, context: Context) -> Term:
    """The term with the learner's definitions put in, later ones first, and again where one speaks of a name that is defined behind it."""
    for _ in range(4):
        made = _defined_once(term, context)
        if made == term or made.size > MOST_DEFINED:
            break
        term = made
    return term


def _defined_once(term: Term, context: Context) -> Term:
    for head, body in reversed(context.definitions):
        if head.kind == "symbol" and head.name in free_names(body):
            continue
        try:
            if head.kind == "symbol":
                term = put(_substituted(term, head, body), {head: body})
            elif head.is_apply("call"):
                term = _unfolded(term, head, body)
            elif head.kind == "apply" and head.name in ("bar", "hat", "tilde", "star"):
                term = put(term, {head: body})
        except ValueError:  # a name would be captured: the definition stays a name there
            continue
    return term


def _substituted(term: Term, head: Term, body: Term) -> Term:
    """Indefinite integrals over a variable u = g(x) that was introduced as integrals over x: h(u) du is h(g(x)) g'(x) dx."""
    args = tuple([_substituted(a, head, body) for a in term.args])
    term = term.with_args(args) if args else term
    names = sorted(free_names(body))
    if term.kind == "binder" and term.name == "antiderivative" and term.bound == (head,) and len(names) == 1 and len(term.args) == 1:
        from grader.algebra.calculus import NoDerivative, differentiate

        x = symbol(names[0])
        if names[0] in free_names(term.args[0]):
            return term
        try:
            return binder("antiderivative", (x,), apply("mul", put(term.args[0], {head: body}), differentiate(body, names[0])))
        except (NoDerivative, ValueError):
            return term
    return term


def _unfolded(term: Term, head: Term, body: Term) -> Term:
    args = tuple([_unfolded(a, head, body) for a in term.args])
    term = term.with_args(args) if args else term
    if term.is_apply("call", 2) and len(head.args) == 2 and term.args[0].is_apply("prime", 2) and term.args[0].args[0] == head.args[0] and \
            term.args[1].kind != "symbol":
        return _derivative_at(body, head.args[1], term.args[0].args[1], term.args[1]) or term
    if term.is_apply("call", len(head.args)) and term.args[0] == head.args[0]:
        return put(body, dict(zip(head.args[1:], term.args[1:])))
    return term


def _derivative_at(body: Term, variable: Term, order: Term, place: Term) -> Term | None:
    """f''(3), for f as defined."""
    from grader.algebra.calculus import NoDerivative, differentiate

    if order.kind != "number" or order.value > 6 or variable.kind != "symbol":
        return None
    try:
        for _ in range(int(order.value)):
            body = differentiate(body, variable.name)
        return put(body, {variable: place})
    except (NoDerivative, ValueError):
        return None


_MAY_BE_COMPLEX = frozenset("z w s r lambda".split())


def _beside_i(term: Term) -> frozenset[str]:
    """Names of real and imaginary parts: a and b in a + b i, theta in e^(i theta); step sizes."""
    i = constant("i")
    found: set[str] = {n.name for n in walk(term) if n.kind == "symbol" and n.name in ("eta", "theta", "phi")}
    for node in walk(term):
        if node.is_apply("mul") and i in node.args:
            found |= {a.name for a in node.args if a.kind == "symbol"}
        if node.kind == "apply" and node.name in ("add", "pm", "mp") and any(p.is_apply("mul") and i in p.args and len(p.args) > 1 and free_names(p)
                                                                                for a in node.args for p in (a, *a.args[:1])):
            found |= {a.name for a in node.args if a.kind == "symbol"}
    return frozenset(found - _MAY_BE_COMPLEX)


def _is_complex(term: Term) -> bool:
    return any(node.kind == "constant" and node.name == "i" or node.kind == "apply" and node.name in COMPLEX_WORDS for node in walk(term))


def _bounding(term: Term) -> frozenset[str]:
    """Names in the ranges of sums and products: they are integers."""
    ranges: Iterable[Term] = [a for node in walk(term) if node.kind == "binder" and node.name in ("sum", "product") for a in node.args[1:]]
    return frozenset().union(*[free_names(t) for t in ranges])


# --------------------------------------------------------------------------------------------------------------------- claims


def claims(link: Link, context: Context, settled: Settled) -> tuple[Claim, ...]:
    """Equality or order of expressions; for statements, whether each follows from the other. At last, whether the hypotheses are consistent: from
    hypotheses that contradict each other anything follows."""
    made = _claims(link, context, settled)
    if context.pointwise and all(c.label in settled for c in made):
        made += (Claim(Follows((), statements.FALSE), context.domains, context.pointwise, "hypotheses"),)
    return made


def _claims(link: Link, context: Context, settled: Settled) -> tuple[Claim, ...]:
    if link.statement:
        return statements.claims(link, context, settled)
    if _limits.has_limit(link):
        return _limits.claims(link, context, settled)
    made = list(expression_claims(link, context, settled))
    equal = settled.get("equal")
    if equal is None:
        return tuple(made)
    if context.pointwise and all(c.label in settled for c in made) and expression_step(link, settled).relation is None:
        made += _under_hypotheses(link, context, settled)
    if equal.equal:
        for k, (given, need) in enumerate(_needs(link)):
            made.append(Claim(Follows(given, need), context.domains, context.conditions, f"needs {k + 1}"))
    elif equal.equal is None and (first := _first_terms(link)) is not None:
        made += [Claim(Follows((), need), context.domains, context.conditions, f"{side} terms {k + 1}") for side, needs in zip(("left", "right"), first)
                 for k, need in enumerate(needs)]
    elif equal.equal is False and (link.sign or "=") == "=" and not _is_calculus(link):
        for name in _candidates(link):
            for label, a, b in (("integrated", link.right, link.left), ("differentiated", link.left, link.right)):
                made.append(Claim(Equal(apply("derivative", a, symbol(name), number(1)), b), context.domains, context.conditions, f"{label} {name}"))
    return tuple(made)


def conclude(link: Link, context: Context, settled: Settled) -> Step:
    """What holds between the sides."""
    step, hypotheses = _concluded(link, context, settled), settled.get("hypotheses")
    if hypotheses is None or hypotheses.status is not Status.PROVED or step.relation in (None, "fails"):
        return step
    return Step(link.line, None, Status.UNDECIDED, "what was assumed contradicts itself, so that anything follows.", (hypotheses,), tags=("vacuous",))


def _concluded(link: Link, context: Context, settled: Settled) -> Step:
    if link.statement:
        return statements.conclude(link, context, settled)
    if _limits.has_limit(link):
        return _limits.conclude(link, context, settled)
    step = expression_step(link, settled)
    if step.relation is None and (under := next((settled[label] for label in ("follows", "follows with names") if label in settled and
                                                 settled[label].status is Status.PROVED), None)) is not None:
        relation_ = "equal" if (link.sign or "=") == "=" else "implies"
        return Step(link.line, relation_, Status.PROVED, "it follows from what was assumed.", (under,), under.finding.facts)
    nowhere = [v for label, v in settled.items() if label.startswith("right terms") and v.status is Status.REFUTED]
    if step.relation is None and nowhere and not any(label.startswith("left terms") and v.status is not Status.PROVED for label, v in settled.items()):
        said = "a term of the sum has no value, because something is divided by zero there."
        return Step(link.line, "fails", Status.REFUTED, said, (nowhere[0],), tags=("undefined",))
    if step.relation == "fails" and sets_to_zero(link):
        return condition_step(link, step.evidence)
    if step.relation == "equal" and (link.sign or "=") == "=" and may_differ(link.left, link.right):
        said = "it holds for numbers, and not for all matrices; nothing says which these letters stand for."
        return Step(link.line, None, Status.UNDECIDED, said, step.evidence, tags=("shapes",))
    if step.relation == "equal":
        needs = [str(need) for k, (_, need) in enumerate(_needs(link)) if settled[f"needs {k + 1}"].status is not Status.PROVED]
        facts = [f for f in step.conditions if not f.startswith("the left side has no value")]  # the same, said of one point
        return replace(step, conditions=tuple(dict.fromkeys([*facts, *needs])))
    for label, words in (("integrated", "an antiderivative"), ("differentiated", "the derivative")):
        found = next((v for name, v in settled.items() if name.startswith(label) and v.equal), None)
        if found is not None:
            said = f"the two sides are not equal; it is {words} of the side before. A person decides whether that was meant."
            return Step(link.line, None, Status.UNDECIDED, said, (settled["equal"], found), tags=(label,))
    return step


def _first_terms(link: Link) -> tuple[list[Term], list[Term]] | None:
    """What the first terms of the sums on each side ask for, where divisors there are numbers; None where there are none on the right."""
    found: tuple[list[Term], list[Term]] = ([], [])
    for side, needs in ((link.left, found[0]), (link.right, found[1])):
        for node in walk(side):
            if node.kind == "binder" and node.name == "sum" and len(node.args) == 3 and node.args[1].kind == "number":
                first = {node.bound[0]: node.args[1]}
                needs += [put(n, first) for n in statements.requirements(node.args[0]) if free_names(n) == {node.bound[0].name}]
    return (found[0][:MAX_NEEDS], found[1][:MAX_NEEDS]) if found[1] else None


_OPAQUE = frozenset("factorial binomial call".split())


def _under_hypotheses(link: Link, context: Context, settled: Settled) -> list[Claim]:
    """The link as a statement that the hypotheses are to imply; then with factorials, sums and the like that the hypotheses speak of as names (what
    holds for all values of these names holds for theirs)."""
    sign = link.sign or "="
    if sign not in ("=", "<", "<=", ">", ">="):
        return []
    said = relation(sign, link.left, link.right)
    made = [Claim(Follows((), said), context.domains, context.pointwise, "follows")]
    if "follows" not in settled or settled["follows"].equal is not None:
        return made
    hidden: dict[Term, Term] = {}
    domains = dict(context.domains)
    for node in [n for condition in context.pointwise for n in _outermost(condition)]:
        if node not in hidden:
            name = f"_{len(hidden) + 1}"
            hidden[node] = symbol(name)
            counted = node.is_apply("factorial") and node.args[0].kind == "symbol" and _is_natural(context.domain(node.args[0].name))
            domains[name] = Domain("real", Fraction(1)) if counted else Domain("real")
    if not hidden:
        return made
    terms = [_hidden(t, hidden) for t in (said, *context.pointwise)]
    return [*made, Claim(Follows((), terms[0]), tuple(sorted(domains.items())), tuple(terms[1:]), "follows with names")]


def _is_natural(domain: Domain) -> bool:
    return domain.field == "integer" and domain.lower is not None and domain.lower >= 0


def _outermost(term: Term) -> list[Term]:
    """Factorials, sums and the like that stand in no other one and under no binder."""
    if term.kind == "binder":
        return [term] if term.name in ("sum", "product", "integral") else []
    return [term] if term.kind == "apply" and term.name in _OPAQUE else [n for a in term.args for n in _outermost(a)]


def _hidden(term: Term, names: dict[Term, Term]) -> Term:
    if term in names:
        return names[term]
    if term.kind == "binder":
        return term
    return term.with_args(tuple([_hidden(a, names) for a in term.args])) if term.args else term


def _is_calculus(link: Link) -> bool:
    """Is a derivative or an integral written, so that "=" after it means equal?"""
    return any(n.kind == "apply" and n.name in ("derivative", "partial") or n.kind == "binder" for t in (link.left, link.right) for n in walk(t))


def _candidates(link: Link) -> list[str]:
    """Variables by which one side may be the other's derivative: few names, and both sides have it."""
    left, right = free_names(link.left), free_names(link.right)
    return sorted(left & right)[:1] if len(left | right) <= 3 and max(link.left.size, link.right.size) <= 60 else []


# ------------------------------------------------------------------------------------------------------------- side conditions


def _needs(link: Link) -> list[tuple[tuple[Term, ...], Term]]:
    """What one side asks for and the other does not, each with all that the other asks for."""
    left, right = statements.requirements(link.left), statements.requirements(link.right)
    found = [(tuple(left), n) for n in right if n not in left] + [(tuple(right), n) for n in left if n not in right]
    return found[:MAX_NEEDS]
