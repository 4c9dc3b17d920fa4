"""Dynamics: lines about update rules such as w_{t+1} = w_t - eta f'(w_t), for one or several numbers.

Update rules are taken as given where they first stand. Then
- equations and inequalities between iterates are judged with the rules put in;
- a formula for w_t, or for p_t^2 + q_t^2, is shown by induction (`_closed_forms`);
- w_t -> c is, for a rule w_{t+1} = a w_t + b with constant a and b, the condition |a| < 1 together with a c + b = c, unless the iterates
  start at a point that stays (that is named as a side condition); so a line may say when the iterates converge.

- "p = p - eta q" behind the rules says what stays, and is compared with them;
- det(M - lambda I) of a matrix written out, its roots, and what is said of lambda go to `_spectra`;
- derivatives by time are worked out from flows that were given (`_flows`);
- a line about a step size eta (or a curvature lambda, mu, L) of which nothing is said and that fails only where that is not positive holds under the condition
  that it is, which is named;
- a recursive definition T(n) = 2 T(n/2) + n is put in until both sides of a line speak of the same values.

Everything else is algebra. (S. Elaydi, An Introduction to Difference Equations, 2005, section 1.2.)
"""

from __future__ import annotations

from dataclasses import replace

from grader.domain import Domain
from grader.model import AtMost, Claim, Equal, Follows, Status, Verdict
from grader.term import Term, apply, constant, free_names, number, relation, symbol, walk
from grader.term import replace as put
from grader.theories import _closed_forms as closed_forms
from grader.theories import _eigenvalues as eigenvalues
from grader.theories import _flows as flows
from grader.theories import _recurrences as recurrences
from grader.theories import _spectra as spectra
from grader.theories import _unrolled as unrolled
from grader.theories import algebra
from grader.theories._statements import understood as _understood
from grader.theories._theory import RELATIONS, Context, Link, Prepared, Settled, Step, example_of

STARTS = Domain.parse("integer >= 0")


POSITIVE = frozenset("eta alpha gamma lambda mu L kappa".split())
"""Step sizes and curvatures, which are positive unless something else is said of them."""


def suits(terms: tuple[Term, ...], context: Context) -> bool:
    """An update rule or a flow is given, eigenvalues are sought, or a step size eta occurs, and all else is numbers."""
    plain = replace(context, definitions=tuple([(h, b) for h, b in context.definitions if eigenvalues.is_matrix(b)]))
    given = recurrences.rules_of(context.definitions) or recurrences.recursions_of(context.definitions) or context.options.get("flows")
    sought = context.options.get("roots") or any(eigenvalues.is_matrix(b) for _, b in context.definitions)
    sized = any("eta" in free_names(t) for t in terms)
    return bool(given or sought or sized) and algebra.suits(tuple([_plain(_radii(eigenvalues.written_out(t, context.definitions))) for t in terms if not eigenvalues.is_matrix(t)]),
                                                            replace(plain, definitions=()))


def _radii(term: Term) -> Term:
    """The spectral radius of a matrix is a number."""
    if term.is_apply("call", 2) and term.args[0] == symbol("rho"):
        return number(0)
    return term.with_args(tuple([_radii(a) for a in term.args])) if term.args else term


def _plain(term: Term) -> Term:
    """Gradients of functions of a number are derivatives."""
    if term.is_apply("gradient"):
        return term.args[0]
    return term.with_args(tuple([_plain(a) for a in term.args])) if term.args else term


def prepare(terms: tuple[Term, ...], context: Context) -> Prepared:
    """Derivatives of defined functions, flows and the rules put in, then as in algebra. A formula for w_t and w_t -> c stay as they are."""
    rules = recurrences.rules_of(context.definitions)
    plain = tuple([(h, b) for h, b in context.definitions if not recurrences.is_next(h) and not recurrences.is_recursive(h, b) and not eigenvalues.is_matrix(b)])
    spelled = replace(context, definitions=plain)
    rules = {name: replace(rule, body=recurrences.partials(recurrences.differentiated(rule.body, plain), plain)) for name, rule in rules.items()}
    context = replace(context, options={**context.options, "columns": recurrences.writes_columns(terms)})
    made: list[Term | str] = []
    said: dict[Term, tuple[tuple[Term, Term], ...]] = {}
    for term in terms:
        try:
            made.append(_told(term, context, rules, plain, said))
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
    understood = {after: said[before] for after, before in zip(done, made) if isinstance(after, Term) and before in said}
    options = {**context.options, "rules": rules, "typed": typed, "recursions": recurrences.recursions_of(context.definitions), "said": understood}
    return Prepared(done, inner.notes, replace(widened, domains=tuple(sorted(table.items())), options=options))


def _told(term: Term, context: Context, rules: dict[str, recurrences.Rule], plain: tuple[tuple[Term, Term], ...],
          said: dict[Term, tuple[tuple[Term, Term], ...]]) -> Term:
    """The term with what is known of derivatives and iterates put in. Fails with ValueError where that grows too large."""
    term = recurrences.partials(recurrences.gradients(eigenvalues.written_out(term, context.definitions), plain, context.options.get("columns", False)), plain)
    if context.options.get("flows"):
        term = flows.put_in(term, flows.left_open(context.options["flows"]), (*context.options["flow bodies"], *plain))
    for head, body in reversed(plain):
        if head.kind == "symbol" or head.kind == "apply" and head.name in ("star", "bar", "hat", "tilde"):
            term = put(term, {head: body})
    told = recurrences.differentiated(recurrences.named(term) if "e" in rules else term, plain)
    told = recurrences.unrolled(recurrences.forward(told, rules) if told.kind == "relation" else told, rules)
    for root in context.options.get("roots", ()):
        if eigenvalues.speaks_of(told, root):
            told, pairs = eigenvalues.canonical(told, root)
            if pairs:
                said[told] = pairs
    change = {n: symbol(str(n)) for n in walk(told) if n.kind == "apply" and n.name in recurrences.MARKS and len(n.args) == 2 and n.args[0].kind == "symbol"
              and n.args[1].is_apply("add", 2) and n.args[1].args[0].kind == "symbol"} if rules else {}
    return put(told, change) if change else told  # values at other moments, of which no rule speaks


def _typed(term: Term, context: Context) -> Term:
    """The term before algebra took iterates for plain names."""
    before: Term = context.options.get("typed", {}).get(term, term)
    return before


# ------------------------------------------------------------------------------------------------------------------ claims


def claims(link: Link, context: Context, settled: Settled) -> tuple[Claim, ...]:
    """Those of an induction, or of algebra with limits as conditions; those of `_eigenvalues` where lambda stands."""
    made = _claims(link, context, settled)
    strict, positively = settled.get("holds"), settled.get("positive holds")
    open_ = not positively.equal if positively is not None else _positive(link, context) is None
    if link.sign in ("<", ">") and strict is not None and strict.equal is False and open_ and context.options.get("rules"):
        where = _positive(link, context) or context
        low, high = (link.right, link.left) if link.sign == ">" else (link.left, link.right)
        made += (Claim(AtMost(low, high, False), where.domains, where.pointwise, "weakly"),)
        if "weakly" in settled and settled["weakly"].equal:
            return made
    if made and all(c.label in settled for c in made if c.label != "weakly") and (positive := _positive(link, context)) and algebra_breaks(_concluded(link, context, settled)):
        made += tuple([replace(c, label=f"positive {c.label}") for c in _claims(link, positive, _of_positive(settled))])
    return made


def algebra_breaks(step: Step) -> bool:
    """Does the line fail, lose roots, or say more than its arrow may?"""
    return step.relation == "fails" or step.relation == "implied_by" and "undefined_only" not in step.tags or "arrow" in step.tags


def _of_positive(settled: Settled) -> dict[str, Verdict]:
    return {label.removeprefix("positive "): v for label, v in settled.items() if label.startswith("positive ")}


def _positive(link: Link, context: Context) -> Context | None:
    """The context with the step sizes and curvatures positive of which nothing is said; None where there are none."""
    table = dict(context.domains)
    names = [n for n in sorted((free_names(link.left) | free_names(link.right)) & POSITIVE) if (n not in table or table[n] == Domain("real"))
             and n not in context.options.get("roots", ())]
    if not names or not {"eta", "alpha", "gamma"} & set(names):
        return None
    return replace(context, domains=tuple(sorted({**table, **{n: Domain.parse("positive") for n in names}}.items())))


def _plainly(link: Link, context: Context) -> tuple[Link, Context]:
    """The link with first values as given, and iterates as plain names where it relates two values; the context without what was said of first values."""
    given = closed_forms.first_values(context)
    if given:
        kept = tuple([c for c in context.conditions if not (c.kind == "relation" and c.signs == ("=",) and closed_forms.says_first(c, context))])
        context = replace(context, conditions=kept, options={**context.options, "first values": given})
    if link.statement or context.options.get("flows"):
        return flows.matched(link, dict(context.options.get("flows", ()))), context
    rules = context.options.get("rules", {})
    sides = [put(t, {**given, **closed_forms.plain_names(given)}) if given else t for t in (link.left, link.right)]
    names = {n: symbol(str(n)) for t in sides for n in recurrences.iterates_in(t, rules) if n.args[1].kind == "apply"}
    return replace(link, left=put(sides[0], names), right=put(sides[1], names)), context


def _claims(link: Link, context: Context, settled: Settled) -> tuple[Claim, ...]:
    link, context = _plainly(link, context)
    if (root := spectra.root_of(link, context)) is not None and (spectral := spectra.claims(link, context, root, _short)):
        return spectral
    link = _own_equation(link, context)
    formula = closed_forms.formula(link, context, _typed(link.right, context))
    if formula is not None:
        return closed_forms.claims(formula, context, _short)
    if context.options.get("recursions") and not link.statement:
        same = recurrences.matched(link.left, link.right, context.options["recursions"], _short)
        return unrolled.claims(link, context, _short) if same is None else algebra.claims(replace(link, left=same[0], right=same[1]), context, settled)
    if _is_identity(link, context):
        return _identity_claims(link, context, settled)
    context = replace(context, earlier=()) if context.options.get("rules") else context  # a line follows from the rules and the line before it
    linear = _linear_claims(link, context)
    if any(c.label not in settled or not settled[c.label].equal for c in linear):
        return linear
    if context.options.get("flows") and not link.statement and (found := settled.get("equal")) is not None and found.equal is False and flows.dotted(link.right):
        full = flows.put_all(link, dict(context.options["flows"]))
        return (*algebra.claims(link, context, settled), Claim(Equal(full.left, full.right), context.domains, context.pointwise, "as it flows"))
    return linear + algebra.claims(_without_limits(link, context), context, settled)


def conclude(link: Link, context: Context, settled: Settled) -> Step:
    """What holds; where it holds only for positive step sizes and curvatures, with that named."""
    weakly = settled.get("weakly")
    if weakly is not None and weakly.equal:
        return Step(link.line, None, Status.UNDECIDED, "the two sides may be equal where something is zero; else it holds.", (weakly,), tags=("strict",))
    settled = {label: v for label, v in settled.items() if label != "weakly"}
    ahead = [{n for n in free_names(t) if "{" in n and " + " in n} for t in (link.left, link.right)]
    if ahead[0] != ahead[1] and any(v.equal is False for v in settled.values()):
        return Step(link.line, None, Status.UNDECIDED, f"no rule says what {', '.join(sorted(ahead[0] ^ ahead[1]))} is.", tuple(settled.values()), tags=("unsaid",))
    step = _concluded(link, context, {label: v for label, v in settled.items() if not label.startswith("positive ")})
    under, positive = _of_positive(settled), _positive(link, context)
    if not under or positive is None:
        return step
    better = _concluded(link, positive, under)
    if better.relation is None or algebra_breaks(better) or RELATIONS.index(better.relation) >= RELATIONS.index("implied_by"):
        return step
    names = [n for n, d in positive.domains if dict(context.domains).get(n) != d]
    return replace(better, conditions=tuple(dict.fromkeys([*better.conditions, *[f"{n} > 0" for n in names]])))


def _concluded(link: Link, context: Context, settled: Settled) -> Step:
    link, context = _plainly(link, context)
    if (root := spectra.root_of(link, context)) is not None and spectra.claims(link, context, root, _short):
        return spectra.conclude(link, context, root, settled)
    own = _own_equation(link, context)
    if own is not link:
        step = _unfolded_step(own, context, settled)
        return replace(step, relation="equivalent") if step.relation == "equal" else step
    if closed_forms.formula(link, context, _typed(link.right, context)) is not None:
        return closed_forms.conclude(link, settled)
    if context.options.get("recursions") and not link.statement:
        return _unfolded_step(link, context, settled)
    if _is_identity(link, context):
        return _identity(link, settled)
    context = replace(context, earlier=()) if context.options.get("rules") else context
    linear = _linear_claims(link, context)
    if any(not settled[c.label].equal for c in linear):
        return Step(link.line, None, Status.UNDECIDED, "whether the rule is a linear one could not be decided.")
    flowing = settled.get("as it flows")
    step = algebra.conclude(_without_limits(link, context), context, {label: v for label, v in settled.items() if label != "as it flows"})
    if flowing is not None and flowing.equal is not False:
        return Step(link.line, None, Status.UNDECIDED, "the two sides are equal as the flow was given, but not as derivatives.", tuple(settled.values()))
    if step.relation == "implied_by" and link.left == constant("true"):
        step = replace(step, relation="fails", status=Status.REFUTED, reason="it does not follow from the update rules.")
    started = tuple(dict.fromkeys([n for side in (link.left, link.right) if (n := _start_condition(side, context))]))
    return replace(step, conditions=(*step.conditions, *started)) if step.relation is not None and started else step


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
    if same is None and settled:
        return unrolled.conclude(link, settled)
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


def _identity_claims(link: Link, context: Context, settled: Settled) -> tuple[Claim, ...]:
    """That the two sides are equal; else that they are where earlier lines about other names hold ("a w* = b"), first values as given."""
    given = closed_forms.first_values(context)
    change = {**given, **closed_forms.plain_names(given)}
    left, right = [put(t, change) for t in link.right.args]
    made = (Claim(Equal(left, right), context.domains, context.pointwise, "identity"),)
    if (found := settled.get("identity")) is not None and not found.equal:
        equations = tuple([t for t in context.earlier if t.kind == "relation" and t.signs == ("=",) and not _of_rules(t, context)
                           and free_names(t) & (free_names(left) | free_names(right))])
        if equations:
            made += (Claim(Follows(equations, link.right), context.domains, context.pointwise, "given"),)
    return made


def _of_rules(term: Term, context: Context) -> bool:
    """Does it speak of iterates, or of first values?"""
    rules = context.options.get("rules", {})
    names = {n.name for n in walk(term) if n.kind == "symbol"}
    return bool(recurrences.iterates_in(_typed(term, context), rules)) or any(n.partition("_")[0] in rules and "_" in n for n in names)


def _identity(link: Link, settled: Settled) -> Step:
    verdict = settled["identity"]
    if not verdict.equal and (given := settled.get("given")) is not None and given.equal is not False:
        if given.equal:
            return Step(link.line, "equivalent", given.status, "it follows from the update rules and the lines before.", (given,), given.finding.facts)
        return Step(link.line, None, Status.UNDECIDED, "it could not be decided.", (verdict, given))
    if verdict.equal is None:
        return Step(link.line, None, Status.UNDECIDED, "it could not be decided.", (verdict,))
    if verdict.equal:
        return Step(link.line, "equivalent", verdict.status, "it holds whatever the values are.", (verdict,), verdict.finding.facts)
    return Step(link.line, "fails", Status.REFUTED, "it does not follow from the update rules.", (verdict,), example=example_of(verdict))


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

    imaginary = "i (imaginary)"
    try:
        return rational(put(term, {constant("i"): symbol(imaginary)})).to_term({imaginary: constant("i")})
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
