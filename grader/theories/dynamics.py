"""Dynamics: lines about update rules such as w_{t+1} = w_t - eta f'(w_t), for one or several numbers.

Update rules are taken as given where they first stand. Then
- equations and inequalities between iterates are judged with the rules put in;
- a formula for w_t is shown by induction: it gives w_0 at t = 0, and where it holds at t the rule makes it hold at t + 1;
- w_t -> c is, for a rule w_{t+1} = a w_t + b with constant a and b, the condition |a| < 1 together with a c + b = c, unless the iterates
  start at a point that stays (that is named as a side condition); so a line may say when the iterates converge.

- "p = p - eta q" behind the rules says what stays, and is compared with them;
- det(M - lambda I) of a matrix written out, its roots, and what is said of lambda go to `_eigenvalues`;
- a recursive definition T(n) = 2 T(n/2) + n is put in until both sides of a line speak of the same values.

Everything else is algebra. (S. Elaydi, An Introduction to Difference Equations, 2005, section 1.2.)
"""

from __future__ import annotations

from dataclasses import replace

from grader.domain import Domain
from grader.model import AtMost, Claim, Equal, Status, Verdict
from grader.term import Term, apply, constant, free_names, number, relation, symbol, walk
from grader.term import replace as put
from grader.theories import _eigenvalues as eigenvalues
from grader.theories import _recurrences as recurrences
from grader.theories import algebra
from grader.theories._statements import understood as _understood
from grader.theories._theory import AT_MOST, Context, Link, Prepared, Settled, Step, condition_step, example_of, sets_to_zero

STARTS = Domain.parse("integer >= 0")
LATER = Domain.parse("integer >= 1")


def suits(terms: tuple[Term, ...], context: Context) -> bool:
    """An update rule is given or eigenvalues are sought, and all else is numbers."""
    plain = replace(context, definitions=())
    given = recurrences.rules_of(context.definitions) or recurrences.recursions_of(context.definitions)
    sought = eigenvalues.characteristics(terms)
    return bool(given or sought) and algebra.suits(tuple([_plain(eigenvalues.written_out(t, context.definitions)) for t in terms]), plain)


def _plain(term: Term) -> Term:
    """Gradients of functions of a number are derivatives."""
    if term.is_apply("gradient"):
        return term.args[0]
    return term.with_args(tuple([_plain(a) for a in term.args])) if term.args else term


def prepare(terms: tuple[Term, ...], context: Context) -> Prepared:
    """Derivatives of defined functions and the rules put in, then as in algebra. A formula for w_t and w_t -> c stay as they are."""
    rules = recurrences.rules_of(context.definitions)
    plain = tuple([(h, b) for h, b in context.definitions if not recurrences.is_next(h) and not recurrences.is_recursive(h, b)])
    spelled = replace(context, definitions=plain)
    rules = {name: replace(rule, body=recurrences.differentiated(rule.body, plain)) for name, rule in rules.items()}
    made: list[Term | str] = []
    sought = eigenvalues.characteristics(terms)
    terms = tuple([recurrences.partials(eigenvalues.written_out(t, context.definitions), plain) for t in terms])
    rules = {name: replace(rule, body=recurrences.partials(rule.body, plain)) for name, rule in rules.items()}
    if sought:  # lambda may be complex, what the matrix is made of is real
        spelled = replace(spelled, domains=tuple(sorted({"*": Domain("real"), **{root: Domain("complex") for _, root in sought}, **dict(context.domains)}.items())))
    for term in terms:
        try:
            told = recurrences.differentiated(recurrences.named(term) if "e" in rules else term, plain)
            made.append(recurrences.unrolled(recurrences.forward(told, rules) if told.kind == "relation" else told, rules))
        except ValueError as large:
            made.append(str(large))
    inner = algebra.prepare(tuple([t for t in made if isinstance(t, Term)]), spelled)
    finished = iter(inner.terms)
    done = tuple([next(finished) if isinstance(t, Term) else t for t in made])
    widened = inner.context or spelled
    table = dict(widened.domains)
    for rule in rules.values():
        table.setdefault(rule.time, STARTS)
    typed = {after: before for after, before in zip(done, made) if isinstance(before, Term)}
    options = {**context.options, "rules": rules, "typed": typed, "recursions": recurrences.recursions_of(context.definitions), "roots": tuple([r for _, r in sought])}
    return Prepared(done, inner.notes, replace(widened, domains=tuple(sorted(table.items())), options=options))


def _typed(term: Term, context: Context) -> Term:
    """The term before algebra took iterates for plain names."""
    before: Term = context.options.get("typed", {}).get(term, term)
    return before


# ------------------------------------------------------------------------------------------------------------------ claims


def claims(link: Link, context: Context, settled: Settled) -> tuple[Claim, ...]:
    """Those of an induction, or of algebra with limits as conditions; those of `_eigenvalues` where lambda stands."""
    if (root := _spectral(link, context)) is not None:
        return tuple([Claim(c, context.domains, context.pointwise, label) for label, c in _root_claims(link, context, root)])
    link = _own_equation(link, context)
    context = replace(context, earlier=())  # a line follows from the rules and the line before it
    formula = _formula(link, context)
    if formula is not None:
        return formula
    if context.options.get("recursions") and not link.statement:
        same = recurrences.matched(link.left, link.right, context.options["recursions"], _short)
        return () if same is None else algebra.claims(replace(link, left=same[0], right=same[1]), context, settled)
    if _is_identity(link, context):
        return (Claim(Equal(*link.right.args), context.domains, context.pointwise, "identity"),)
    linear = _linear_claims(link, context)
    if any(c.label not in settled or not settled[c.label].equal for c in linear):
        return linear
    return linear + algebra.claims(_without_limits(link, context), context, settled)


def conclude(link: Link, context: Context, settled: Settled) -> Step:
    """What holds."""
    if (root := _spectral(link, context)) is not None:
        return _root_step(link, context, root, settled)
    context = replace(context, earlier=())
    own = _own_equation(link, context)
    if own is not link:
        step = _unfolded_step(own, context, settled)
        return replace(step, relation="equivalent") if step.relation == "equal" else step
    if _formula(link, context) is not None:
        return _induction(link, settled)
    if context.options.get("recursions") and not link.statement:
        return _unfolded_step(link, context, settled)
    if _is_identity(link, context):
        return _identity(link, settled["identity"])
    linear = _linear_claims(link, context)
    if any(not settled[c.label].equal for c in linear):
        return Step(link.line, None, Status.UNDECIDED, "whether the rule is a linear one could not be decided.")
    step = algebra.conclude(_without_limits(link, context), context, settled)
    if step.relation == "implied_by" and link.left == constant("true"):
        step = replace(step, relation="fails", status=Status.REFUTED, reason="it does not follow from the update rules.")
    started = tuple(dict.fromkeys([n for side in (link.left, link.right) if (n := _start_condition(side, context))]))
    return replace(step, conditions=(*step.conditions, *started)) if step.relation is not None and started else step


def _formula(link: Link, context: Context) -> tuple[Claim, ...] | None:
    """For a line "w_t = G(t)": G(0) = w_0, and G(t+1) is what the rule makes of G(t)."""
    rules = context.options.get("rules", {})
    right = _typed(link.right, context)
    if not link.statement or right.kind != "relation" or right.signs != ("=",):
        return None
    left, formula = right.args
    rule = recurrences.iterate_of(left, rules)
    if rule is None or left.args[1].kind != "symbol" or any(t.args[1] != number(0) for t in recurrences.iterates_in(formula, rules)):
        return None
    time = left.args[1]
    old = rule.at(symbol(rule.time))
    if any(t != old for t in recurrences.iterates_in(rule.body, {rule.name: rule})) or len(recurrences.iterates_in(rule.body, rules)) != 1:
        return None
    moment = symbol(rule.time)
    here = put(formula, {time: moment}) if time != moment else formula
    start, first = [_powers(put(here, {moment: number(k)})) for k in (0, 1)]
    following = put(here, {moment: apply("add", moment, number(1))})
    from_start = put(put(rule.body, {old: start}), {moment: number(0)})
    later = tuple(sorted({**dict(context.domains), rule.time: LATER}.items()))
    conditions = context.pointwise
    return (Claim(Equal(rule.at(number(0)), start), context.domains, conditions, "start"),
            Claim(Equal(from_start, first), context.domains, conditions, "first step"),
            Claim(Equal(put(rule.body, {old: here}), following), later, conditions, "step"))


def _own_equation(link: Link, context: Context) -> Link:
    """A line "T(n) = ..." about a recursive function is judged by its own two sides."""
    recursions, right = context.options.get("recursions", ()), link.right
    if not link.statement or right.kind != "relation" or right.signs != ("=",) or not recurrences.called(right, recursions, _short):
        return link
    return replace(link, left=right.args[0], sign="=", right=right.args[1], statement=False)


def _unfolded_step(link: Link, context: Context, settled: Settled) -> Step:
    """A line between values of a recursive function, with its definition put in. Of several values nothing is known apart, so nothing is refuted."""
    recursions = context.options["recursions"]
    same = recurrences.matched(link.left, link.right, recursions, _short)
    if same is None:
        return Step(link.line, None, Status.UNDECIDED, "a few steps of the recursion do not lead from one side to the other.")
    step = algebra.conclude(replace(link, left=same[0], right=same[1]), context, settled)
    if step.relation == "fails" and len(recurrences.called(same[0], recursions, _short)) > 1:
        return replace(step, relation=None, status=Status.UNDECIDED, reason="it could not be decided.", example="")
    return step


def _is_identity(link: Link, context: Context) -> bool:
    """Is an equation claimed of the update rules alone? It must then hold for all values."""
    right = link.right
    return link.statement and link.left == constant("true") and right.kind == "relation" and right.signs == ("=",) and not _has_limit(_typed(right, context))


def _identity(link: Link, verdict: Verdict) -> Step:
    if verdict.equal is None:
        return Step(link.line, None, Status.UNDECIDED, "it could not be decided.", (verdict,))
    if verdict.equal:
        return Step(link.line, "equivalent", verdict.status, "it holds whatever the values are.", (verdict,), verdict.finding.facts)
    return Step(link.line, "fails", Status.REFUTED, "it does not follow from the update rules.", (verdict,), example=example_of(verdict))


def _powers(term: Term) -> Term:
    """x^0 as 1 and x^1 as x, as iterates mean them also where x is 0."""
    args = tuple([_powers(a) for a in term.args])
    if term.is_apply("pow", 2) and args[1].kind == "number" and args[1].value in (0, 1):
        return args[0] if args[1].value else number(1)
    return term.with_args(args) if args else term


def _induction(link: Link, settled: Settled) -> Step:
    verdicts = tuple([settled[label] for label in ("start", "first step", "step")])
    wrong = next((v for v in verdicts if v.equal is False), None)
    if wrong is not None:
        words = "it does not give the first value." if wrong is verdicts[0] else "it does not go from one value to the next as the rule does."
        return Step(link.line, "fails", Status.REFUTED, words, verdicts, tags=("formula",), example=example_of(wrong))
    if not all(v.equal for v in verdicts):
        return Step(link.line, None, Status.UNDECIDED, "it could not be decided.", verdicts)
    status = Status.PROVED if all(v.status is Status.PROVED for v in verdicts) else Status.AGREES
    facts = tuple(dict.fromkeys([f for v in verdicts for f in v.finding.facts]))
    return Step(link.line, "equivalent", status, "by induction: it gives the first value, and the rule takes it from each value to the next.", verdicts, facts)


# ------------------------------------------------------------------------------------------------------------- eigenvalues


def _spectral(link: Link, context: Context) -> str | None:
    """The name of the eigenvalue, where the link speaks of one and is no line of plain algebra (two equations that say the same)."""
    names = [r for r in context.options.get("roots", ()) if r in free_names(link.left) | free_names(link.right)]
    if not names:
        return None
    return names[0] if link.statement or _solved(link, context, names[0]) else None


def _solved(link: Link, context: Context, root: str) -> tuple[Term, ...]:
    """What lambda is by the line before, or by the last line that said so."""
    stated = (link.left,) if link.statement else tuple(reversed(context.earlier))
    return next((found for t in stated if (found := eigenvalues.cases(t, root))), ())


def _root_claims(link: Link, context: Context, root: str) -> list[tuple[str, Equal | AtMost]]:
    roots = eigenvalues.cases(link.right, root) if link.statement else ()
    form = eigenvalues.factored(link.left, roots, root, _short) if roots else None
    if form is not None:
        return [("same roots", Equal(form[0], form[1])), ("no root", Equal(form[2], number(0)))]
    values = _solved(link, context, root)
    try:
        related = list(eigenvalues.relations_in(link.right)) if link.statement else [(link.left, link.sign or "=", link.right)]
    except ValueError:
        return []
    made: list[tuple[str, Equal | AtMost]] = []
    for k, value in enumerate(values):
        for j, (left, sign, right) in enumerate(related):
            a, b = put(left, {symbol(root): value}), put(right, {symbol(root): value})
            if sign == "=":
                made.append((f"value {k + 1} {j + 1}", Equal(a, b)))
            elif sign in AT_MOST:
                turned, strict = AT_MOST[sign]
                made.append((f"value {k + 1} {j + 1}", AtMost(b, a, strict) if turned else AtMost(a, b, strict)))
            else:
                return []
    return made


def _root_step(link: Link, context: Context, root: str, settled: Settled) -> Step:
    """What the claims about eigenvalues came to. A statement about lambda says less than what lambda is; that it says as much is not looked into."""
    undecided = Step(link.line, None, Status.UNDECIDED, "it could not be decided.", tuple(settled.values()))
    if not link.statement and link.right == number(0) and sets_to_zero(link):
        return condition_step(link)
    if (same := settled.get("same roots")) is not None:
        if same.equal:
            return Step(link.line, "equivalent", same.status, "these are the roots of the equation before.", (same,), same.finding.facts)
        if (none := settled["no root"]).equal is False:
            return Step(link.line, "fails", Status.REFUTED, "it is not a root of the equation before.", (none,), example=example_of(none))
        return undecided
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


# ------------------------------------------------------------------------------------------------------------------ limits


def _without_limits(link: Link, context: Context) -> Link:
    """The link with "w_t -> c" as conditions on the parameters."""
    if not link.statement:
        return link
    sides = [(side, _typed(side, context)) for side in (link.left, link.right)]
    left, right = [_understood(_condition(typed, context)) if _has_limit(typed) else side for side, typed in sides]
    return replace(link, left=left, right=right)


def _has_limit(term: Term) -> bool:
    return any(n.kind == "relation" and n.signs == ("->",) for n in walk(term))


def _condition(term: Term, context: Context) -> Term:
    if term.kind == "relation" and term.signs == ("->",):
        return _converges(term, context) or term
    if term.kind == "apply" and term.name in ("and", "or", "not", "iff", "implies"):
        return term.with_args(tuple([_condition(a, context) for a in term.args]))
    return term


def _converges(term: Term, context: Context) -> Term | None:
    """|a| < 1 and a c + b = c, for an affine rule with constant coefficients; None for others."""
    rules = context.options.get("rules", {})
    left, target = term.args
    rule = recurrences.iterate_of(left, rules)
    if rule is None or left.args[1].kind != "symbol" or recurrences.iterates_in(target, rules) or target.kind == "constant":
        return None
    parts = recurrences.affine(rule)
    if parts is None:
        return None
    a, b = [_short(t) for t in parts]
    small = relation("<", apply("abs", a), number(1))
    return apply("and", small, relation("=", apply("add", apply("mul", a, target), b), target))


def _short(term: Term) -> Term:
    """The same as a fraction in lowest terms, where it is one; for the reader's sake (the claim "affine" is about what is made here)."""
    from grader.algebra.rational import NotRational, rational

    try:
        return rational(term).to_term()
    except NotRational:
        return term


def _linear_claims(link: Link, context: Context) -> tuple[Claim, ...]:
    """For each limit in the link that becomes a condition: that its rule is affine."""
    rules = context.options.get("rules", {})
    made = []
    for side in (link.left, link.right):
        for node in walk(_typed(side, context)):
            rule = recurrences.iterate_of(node.args[0], rules) if node.kind == "relation" and node.signs == ("->",) else None
            parts = recurrences.affine(rule) if rule is not None and _converges(node, context) is not None else None
            if rule is None or parts is None:
                continue
            old = rule.at(symbol(rule.time))
            whole = Equal(rule.body, apply("add", apply("mul", _short(parts[0]), old), _short(parts[1])))
            made.append(Claim(whole, context.domains, context.pointwise, f"affine {rule.name}"))
    return tuple(dict.fromkeys(made)) if link.statement else ()


def _start_condition(term: Term, context: Context) -> str:
    """What "w_t -> 0 exactly when |a| < 1" leaves out: iterates that start where they stay."""
    rules, term = context.options.get("rules", {}), _typed(term, context)
    if term.kind != "relation" or term.signs != ("->",):
        return ""
    rule = recurrences.iterate_of(term.args[0], rules)
    return f"{rule.at(number(0))} is not {term.args[1]}" if rule is not None else ""
