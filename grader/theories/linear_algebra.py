"""Linear algebra: vectors and matrices with shapes, transposes, inverses, norms, traces, determinants, gradients, softmax, sums over indices.

Random small models refute; normal forms (products in entries, with the hypotheses as rules), sums of squares and a few named lemmas prove
(`replay.linear_algebra`). Statements are compared both ways: what follows from the equation before, given that what is inverted on the way exists; such an
invertibility is proved where it can be (X^T X + lambda I with lambda > 0 is positive definite), else named as a condition of the step.

Shapes come from what is declared ("matrix n x d", "X in R^{n x d}"), else from the conventions of the field (`_shapes`). The Frobenius norm is meant by the
norm of a matrix. A derivative laid out as a row where a column stands is undecided, not wrong. "... = 0" after a gradient sets it to zero; it is no
claim that it vanishes everywhere.

Sources: J. R. Magnus, H. Neudecker, Matrix Differential Calculus, 3rd ed. (2019); R. A. Horn, C. R. Johnson, Matrix Analysis, 2nd ed. (2013).
"""

from __future__ import annotations

from dataclasses import replace

from grader.domain import Domain
from grader.model import Claim, Equal, Follows, Satisfies, Status, Verdict
from grader.replay.matrix_language import Language
from grader.replay.matrix_readings import speaks_of_arrays
from grader.replay.matrix_shapes import ONE, NoForm, Unfit, is_array
from grader.term import Term, apply, collection, free_names, number, relation, symbol, walk
from grader.term import replace as put
from grader.theories import _array_iterates as iterates
from grader.theories import _blocks as blocks
from grader.theories import _scalar_parts as scalar_parts
from grader.theories._linear_lines import RESERVED, known_of, placed, reasons, samples, unfolded, with_traits
from grader.theories._shapes import certain, completed, fits
from grader.theories._theory import (Context, Link, Prepared, Settled, Step, condition_step, example_of, expression_claims, expression_step,
                                     sets_to_zero)

_SIGNS = frozenset("transpose trace det softmax diag hadamard outer".split())
_FOREIGN = frozenset("expectation variance covariance probability entropy kl mutual_information given bigO bigTheta bigOmega smallo smallomega".split())
LOEWNER = {"succeq": (False, False), "succ": (False, True), "preceq": (True, False), "prec": (True, True)}
"""Sign to (are the sides turned, is it strict)."""


def suits(terms: tuple[Term, ...], context: Context) -> bool:
    """Vectors or matrices occur, and nothing of probability or growth."""
    nodes = [n for t in terms for n in walk(t)]
    if any(n.kind == "apply" and n.name in _FOREIGN for n in nodes):
        return False
    if speaks_of_arrays(context.domains, terms) or any(n.kind == "apply" and n.name in _SIGNS for n in nodes):
        return True
    if any(placed(t) is not None for t in context.conditions) or any(placed(n) is not None for n in nodes if n.kind == "relation"):
        return True
    if alone(terms, context) or any(n.kind == "apply" and n.name in ("inner", "norm") for n in nodes):
        return True
    return any(n.kind == "apply" and n.name == "gradient" for n in nodes) and any(n.is_apply("norm") for n in nodes) or any(
        n.kind == "relation" and set(n.signs) & set(LOEWNER) for n in nodes)


def alone(terms: tuple[Term, ...], context: Context) -> bool:
    """Is something written that only this theory understands: an identity matrix in a sum ("A + c I"), a derivative by one of many entries, a block matrix?"""
    if context.options.get("roots"):
        return False
    if "I" not in dict(context.domains) and any(_has_identity(n) for t in terms for n in walk(t)):
        return True
    return any(n.kind == "apply" and n.name in ("partial", "derivative") and len(n.args) > 1 and n.args[1].is_apply("index", 2) and n.args[1].args[1].kind in ("symbol", "constant")
               for t in terms for n in walk(t))


def _has_identity(term: Term) -> bool:
    """A sum of the identity, or of a multiple of it, and something with a capital letter."""
    if not term.is_apply("add"):
        return False
    parts = [a.args[0] if a.is_apply("neg", 1) else a for a in term.args]
    units = [p for p in parts if p == symbol("I") or p.is_apply("mul") and p.args[-1] == symbol("I")]
    others = [n for p in parts if p not in units for n in free_names(p)]
    return bool(units) and any(len(n) == 1 and n.isupper() and n not in ("I", "T", "L", "N") for n in others)


# ----------------------------------------------------------------------------------------------------------------- completion


def prepare(terms: tuple[Term, ...], context: Context) -> Prepared:
    """Definitions put in, shapes completed, norms of matrices said to be Frobenius norms."""
    domains = dict(context.domains)
    for t in (*terms, *context.conditions):
        for part in t.args if t.is_apply("and") else (t,):
            domains |= {n: d for n, d in (placed(part) or {}).items() if n not in domains or not is_array(domains[n])}
    made = _with_identity([unfolded(t, context) for t in terms], domains)
    functions = scalar_parts.unknown_functions(made, context)
    made = [scalar_parts.named(t, functions) for t in made] if functions else made
    domains |= scalar_parts.named_domains(made, functions) if functions else {}
    groups = [t.args if t.kind == "relation" else (t,) for t in made if not (t.kind == "relation" and (placed(t) or set(t.signs) & set(LOEWNER)))]
    found = completed(groups, tuple(sorted(domains.items())))
    table, guessed = dict(found[0]), found[1]
    arrays = [n for n in guessed if is_array(table[n])]
    notes = (f"read as {', '.join(f'{n}: {table[n].shape}' for n in arrays)}",) if arrays else ()
    table.setdefault("*", Domain("real"))
    sure = certain(made, groups, tuple(sorted(table.items())), guessed)
    options = {**context.options, "guessed": guessed, "fits": fits(groups, tuple(sorted(table.items()))), "unsure": tuple(n for n in guessed if n not in sure and is_array(table.get(n, Domain())))}
    kept = tuple(sorted(table.items()))
    return Prepared(tuple(_frobenius(t, kept) for t in made), notes, replace(context, domains=kept, options=options))


def _with_identity(terms: list[Term], domains: dict[str, Domain]) -> list[Term]:
    """The terms with I as the identity matrix of the one size of which square matrices are written out, where these are all the matrices there are."""
    sizes = {len(n.args) for t in terms for n in walk(t) if n.kind == "tuple" and n.name == "matrix" and all(r.kind == "tuple" and len(r.args) == len(n.args) for r in n.args)}
    if "I" in domains or len(sizes) != 1 or any(is_array(d) for d in domains.values()):
        return terms
    size = sizes.pop()
    unit = collection("matrix", *[collection("tuple", *[number(int(i == j)) for j in range(size)]) for i in range(size)])
    return [put(t, {symbol("I"): unit}) if "I" in free_names(t) else t for t in terms]


def _frobenius(term: Term, domains: tuple[tuple[str, Domain], ...]) -> Term:
    """Norms of matrices that do not say which, as Frobenius norms."""
    if not any(n.is_apply("norm", 1) for n in walk(term)):
        return term
    args = tuple([_frobenius(a, domains) for a in term.args])
    term = term.with_args(args)
    if term.is_apply("norm", 1):
        language = Language(domains, [term])
        try:
            shape = language.make.sizes.shape(language.node(term.args[0]).shape)
        except (NoForm, Unfit):
            return term
        if ONE not in shape:
            return apply("norm", term.args[0], symbol("F"))
    return term


# --------------------------------------------------------------------------------------------------------------------- claims


def claims(link: Link, context: Context, settled: Settled) -> tuple[Claim, ...]:
    """Equality or order; definiteness for matrices; for statements, whether each follows from the other."""
    if blocks.has_blocks(link.left, context) and blocks.has_blocks(link.right, context) and not _blocks(link, context):
        return ()
    parts = _pairs(link) or _blocks(link, context)
    if parts:
        return tuple([replace(c, label=f"{k}: {c.label}") for k, part in enumerate(parts) for c in claims(part, context, _of_part(settled, k))])
    context = _usable(context)
    if iterates.speaks_of_iterates(link, context):
        return iterates.claims(link, context)
    link, earlier = known_of(link, context)
    link = scalar_parts.same_left(link) or link
    if link.statement:
        return _statement_claims(link, context, settled, earlier)
    if link.sign in LOEWNER:
        return (_definite(link.left, link.sign, link.right, context, "holds"),)
    made = expression_claims(link, context, settled)
    equal = settled.get("equal")
    for claim in made:
        if claim.label in settled and settled[claim.label].equal is None and (plain := scalar_parts.in_numbers(claim, f"{claim.label} in numbers")) is not None:
            made += (plain,)
    if "holds" in settled and not settled["holds"].equal:
        bounds = scalar_parts.through(link, context, context.domains)
        made += tuple(bounds) + tuple([p for c in bounds if c.label in settled and not settled[c.label].equal and
                                       (p := scalar_parts.in_numbers(c, f"{c.label} in numbers")) is not None])
    if earlier and (link.sign or "=") == "=" and equal is not None and not equal.equal:
        made += (replace(made[0], conditions=(*context.conditions, *earlier), label="equal given"),)
    if (link.sign or "=") == "=" and equal is not None and not equal.equal:
        said, domains = reasons(link, context)
        if said or domains:
            made += (replace(made[0], domains=with_traits(context, domains), conditions=(*context.conditions, *said), label="equal since"),)
    if (link.sign or "=") == "=" and equal is not None and equal.equal is None and _is_derivative(link):
        made += (replace(made[0], conclusion=Equal(link.right, apply("transpose", link.left)), label="equal transposed"),)
    if equal is not None and equal.equal is False and (unsure := _unsure(link, context)):
        numbers = tuple([(n, Domain("real") if n in unsure else d) for n, d in context.domains])
        made += (replace(made[0], domains=numbers, label="equal as numbers"),)
    if (link.sign or "=") == "=" and equal is not None and not equal.equal:
        made += tuple(replace(made[0], conditions=(*context.conditions, *meaning), label=f"equal {name}") for name, meaning in samples(link, context))
    return made


def _is_derivative(link: Link) -> bool:
    return any(n.kind == "apply" and n.name in ("partial", "derivative") for t in (link.left, link.right) for n in walk(t))


def _unsure(link: Link, context: Context) -> set[str]:
    """Names of the link of which it is not certain that they are vectors or matrices."""
    return (free_names(link.left) | free_names(link.right)) & set(context.options.get("unsure", ()))


def _usable(context: Context) -> Context:
    """The context without conditions that only say where symbols live."""
    kept = [c for c in context.conditions if placed(c) is None and (c.kind == "relation" and not {"in", "notin"} & set(c.signs))]
    return replace(context, conditions=tuple(kept))


def _definite(left: Term, sign: str, right: Term, context: Context, label: str) -> Claim:
    turned, strict = LOEWNER[sign]
    big, small = (right, left) if turned else (left, right)
    difference = big if small == number(0) else apply("add", big, apply("neg", small))
    return Claim(Satisfies((difference,), "linear_algebra.definite" if strict else "linear_algebra.semidefinite"), context.domains, context.conditions, label)


def _pairs(link: Link) -> tuple[Link, ...]:
    """A statement "a = b = c" as the equations a = b, b = c; nothing for other links."""
    right = link.right
    if not link.statement or right.kind != "relation" or len(right.signs) < 2 or set(right.signs) != {"="}:
        return ()
    return tuple([replace(link, right=relation("=", a, b)) for a, b in zip(right.args, right.args[1:])])


def _blocks(link: Link, context: Context) -> tuple[Link, ...]:
    """An equation between block matrices of one blocking as the equations between their blocks; nothing for other links."""
    if link.statement or (link.sign or "=") != "=":
        return ()
    left, right = blocks.grid(link.left, context), blocks.grid(link.right, context)
    if not left or not right or (len(left), len(left[0])) != (len(right), len(right[0])):
        return ()
    return tuple([replace(link, left=a, right=b) for x, y in zip(left, right) for a, b in zip(x, y) if a != b]) or (replace(link, left=left[0][0], right=right[0][0]),)


def _of_part(settled: Settled, k: int) -> dict[str, Verdict]:
    start = f"{k}: "
    return {label.removeprefix(start): v for label, v in settled.items() if label.startswith(start)}


def _together(link: Link, steps: list[Step]) -> Step:
    """What the equations of one statement come to: the first that does not follow, or that is not decided; else it follows."""
    worst = next((s for s in steps if s.relation in ("fails", "implied_by")), None) or next((s for s in steps if s.relation is None), None)
    if worst is not None:
        return replace(worst, relation="fails" if worst.relation is not None else None)
    conditions = tuple(dict.fromkeys(c for s in steps for c in s.conditions))
    status = Status.PROVED if all(s.status is Status.PROVED for s in steps) else Status.AGREES
    words = "it follows from the line before." if link.statement else "the two sides are equal, block by block."
    return Step(link.line, "implies" if link.statement else "equal", status, words, tuple(v for s in steps for v in s.evidence), conditions)


def _statement_claims(link: Link, context: Context, settled: Settled, earlier: tuple[Term, ...]) -> tuple[Claim, ...]:
    """What follows from what; where an inverse may not exist, once more given that it does; and from what earlier lines stated beside."""
    if not all(t.kind == "relation" for t in (link.left, link.right)):
        return ()
    made = [_follows("forward", link.left, link.right, context), _follows("backward", link.right, link.left, context)]
    for claim in list(made):
        found, needs = settled.get(claim.label), regular(link, context)
        if found is not None and found.status is not Status.PROVED and needs and not _by_shapes(found):
            made.append(replace(claim, conditions=(*context.conditions, *needs), label=f"{claim.label} given"))
    plain, given = settled.get("forward"), settled.get("forward given")
    if earlier and plain is not None and not plain.equal and not _by_shapes(plain) and not (given is not None and given.equal) and (given is not None or not regular(link, context)):
        made.append(replace(made[0], conditions=(*context.conditions, *regular(link, context), *earlier), label="forward earlier"))
    return tuple(made)


def _by_shapes(verdict: Verdict) -> bool:
    return verdict.status is Status.REFUTED and verdict.evidence.data.get("form") == "shapes"


def _follows(label: str, premise: Term, conclusion: Term, context: Context) -> Claim:
    if len(conclusion.signs) == 1 and conclusion.signs[0] in LOEWNER:
        made = _definite(conclusion.args[0], conclusion.signs[0], conclusion.args[1], context, label)
        return replace(made, conditions=(*context.conditions, premise))
    return Claim(Follows((premise,), conclusion), context.domains, context.conditions, label)


def regular(link: Link, context: Context) -> tuple[Term, ...]:
    """det P != 0 for all that one of the statements inverts, unless it is given already."""
    found: dict[Term, None] = {}
    for t in (link.right, link.left):
        for n in walk(t):
            if n.is_apply("inverse", 1) or n.is_apply("pow", 2) and n.args[1] == apply("neg", number(1)) and _has_array(n.args[0], context):
                found[relation("!=", apply("det", n.args[0]), number(0))] = None
    return tuple(c for c in found if c not in context.conditions)


def _has_array(term: Term, context: Context) -> bool:
    return any(is_array(context.domain(name)) for name in free_names(term))


# ------------------------------------------------------------------------------------------------------------------ conclusions


def conclude(link: Link, context: Context, settled: Settled) -> Step:
    """What holds between the sides."""
    if blocks.has_blocks(link.left, context) and blocks.has_blocks(link.right, context) and not _blocks(link, context):
        return Step(link.line, None, Status.UNDECIDED, "it could not be decided.")
    parts = _pairs(link) or _blocks(link, context)
    if parts:
        shared = replace(context, options={**context.options, "shared": free_names(link.left) & free_names(link.right)})
        return _together(link, [conclude(part, shared, _of_part(settled, k)) for k, part in enumerate(parts)])
    if iterates.speaks_of_iterates(link, context):
        return iterates.conclude(link, settled)
    bounded = scalar_parts.same_left(link)
    if bounded is not None:
        return _bounded_step(bounded, settled)
    if link.statement:
        return _statement_step(link, context, settled)
    if link.sign in LOEWNER:
        return _definite_step(link, settled)
    found, settled = settled, _through_numbers(settled)
    for name in ("rows", "columns"):
        sampled = settled.get(f"equal {name}")
        if sampled is not None and sampled.equal and not settled["equal"].equal:
            step = expression_step(link, {"equal": sampled})
            return replace(step, conditions=(*step.conditions, f"the samples are the {name} of their matrix"))
    since = settled.get("equal since")
    if since is not None and since.equal is not None:
        step = expression_step(link, {"equal": since})
        return replace(step, conditions=(*step.conditions, link.reason.strip())) if since.equal else step
    sampled = [v for name in ("rows", "columns") if (v := settled.get(f"equal {name}")) is not None and v.equal is not None]
    if sampled and settled.get("equal given") is None:
        settled = {**settled, "equal": sampled[0]}
    transposed = settled.get("equal transposed")
    if transposed is not None and transposed.equal:
        step = expression_step(link, {"equal": transposed})
        return replace(step, conditions=(*step.conditions, "the derivative by a column is laid out as a row"))
    drawn = settled.get("equal given")
    if drawn is not None and settled["equal"].status is not Status.UNDECIDED or drawn is not None and drawn.equal is not None:
        step = expression_step(link, {"equal": drawn})
    else:
        step = expression_step(link, settled)
    if step.relation == "fails":
        return _checked(step, link, context, found)
    return step


def _through_numbers(settled: Settled) -> dict[str, Verdict]:
    """The verdicts, where those found with numbers for norms and inner products, or by way of an earlier bound, stand for those that are open."""
    made = {label: v for label, v in settled.items() if not label.endswith(" in numbers") and not label.startswith("through")}
    for label in list(made):
        plain = settled.get(f"{label} in numbers")
        if plain is not None and plain.equal and made[label].equal is None:
            made[label] = plain
    bound = next((v for label, v in settled.items() if label.startswith("through") and v.equal), None)
    if bound is not None and "holds" in made and not made["holds"].equal:
        made["holds"] = bound
    return made


def _bounded_step(link: Link, settled: Settled) -> Step:
    """ "A <= B", then "A <= C": it follows where B <= C."""
    step = expression_step(link, _through_numbers(settled))
    if step.relation == "equal":
        return replace(step, relation="equivalent", reason="the two bounds are equal.")
    return replace(step, reason="it does not follow from the line before.") if step.relation == "fails" else step


def _definite_step(link: Link, settled: Settled) -> Step:
    verdict = settled.get("holds")
    if verdict is None or verdict.equal is None:
        return Step(link.line, None, Status.UNDECIDED, "it could not be decided.", tuple(settled.values()))
    if not verdict.equal:
        return Step(link.line, "fails", Status.REFUTED, "it does not hold.", (verdict,), example=example_of(verdict))
    return Step(link.line, "implies", verdict.status, "it holds.", (verdict,), verdict.finding.facts)


def _checked(step: Step, link: Link, context: Context, settled: Settled) -> Step:
    """A refuted link, unless it rests on a guess about shapes, or sets something to zero."""
    def undecided(words: str, tag: str) -> Step:
        return Step(link.line, None, Status.UNDECIDED, words, step.evidence, tags=(tag,))

    if (link.sign or "=") == "=" and link.right == number(0) != link.left and (sets_to_zero(link) or _may_be_set(link)):
        return condition_step(link, step.evidence)
    by_shapes = any(_by_shapes(v) for v in settled.values())
    names = free_names(link.left) | free_names(link.right)
    if by_shapes and names & set(context.options.get("guessed", ())) and not _is_misfit(link, context):
        return undecided("the shapes do not fit, but nothing was said of them.", "shapes")
    unsaid = () if settled.get("equal rows") is not None else _unsaid(link, context)
    if unsaid:
        return undecided(f"nothing says what {', '.join(unsaid)} is.", "unsaid")
    opaque = [frozenset(n for n in free_names(t) if "(" in n) for t in (link.left, link.right)]
    bounds = [v for label, v in settled.items() if label.startswith("through")]
    if any(opaque) and bounds and all(v.equal is False for v in bounds) and all(c.signs == ("=",) for c in context.conditions):
        return replace(step, reason="it does not follow from the bound before.", evidence=tuple(bounds), example=example_of(bounds[0]), tags=())
    if any(opaque) and ((link.sign or "=") != "=" or opaque[0] != opaque[1]):
        return undecided("nothing says enough of the function.", "unsaid")
    as_numbers = settled.get("equal as numbers")
    if names & set(context.options.get("unsure", ())) and not (as_numbers is not None and as_numbers.equal is False):
        return undecided("it does not hold for vectors or matrices, but nothing says that these letters stand for such.", "shapes")
    return step


def _is_misfit(link: Link, context: Context) -> bool:
    """Are all shapes beyond doubt, and each side right by itself, so that a number, a vector and a matrix are mixed up? (Whether a derivative is laid out as a
    row or as a column makes no such difference.)"""
    if not context.options.get("fits") or _unsure(link, context):
        return False
    language = Language(context.domains, [link.left, link.right])
    try:
        left, right = [language.make.sizes.shape(language.node(t).shape) for t in (link.left, link.right)]
    except (NoForm, Unfit):
        return False
    return left.count(ONE) != right.count(ONE)


def _unsaid(link: Link, context: Context) -> list[str]:
    """Vectors and matrices that turn up on one side only and of which no line has said anything; on the left where the other side is written out."""
    told = frozenset(context.options.get("shared", ())).union(*[free_names(t) for t in (*context.conditions, *context.earlier)])
    for head, body in context.definitions:
        told |= free_names(head) | free_names(body)
    left, right = free_names(link.left), free_names(link.right)
    written_out = any(n.kind == "tuple" for n in walk(link.right))
    subs = frozenset().union(*[free_names(s) for t in (link.left, link.right) for n in walk(t) if n.is_apply("index") for s in n.args[1:]])
    come = right - left - told - subs - RESERVED
    unshared = come | (left - right if written_out or come else frozenset())
    return [n for n in sorted(unshared - told - subs) if is_array(context.domain(n)) and not context.domain(n).traits]


def _may_be_set(link: Link) -> bool:
    """Does the reason say that the side is set to zero?"""
    return any(word in link.reason.lower() for word in ("set", "optim", "stationar", "minim", "maxim", "critical"))


def _statement_step(link: Link, context: Context, settled: Settled) -> Step:
    context = _usable(context)
    link, earlier = known_of(link, context)
    needs = tuple(f"{_inverted(c)} is invertible" for c in regular(link, context))
    forward, conditional = _best(settled, "forward")
    backward, conditional_back = _best(settled, "backward")
    evidence = tuple(settled.values())
    if forward is None:
        return Step(link.line, None, Status.UNDECIDED, "it could not be decided.", evidence)
    conditions = tuple(dict.fromkeys([*forward.finding.facts, *(needs if conditional or conditional_back and backward is not None and backward.equal else ())]))
    if forward.equal:
        if backward is not None and backward.equal:
            return Step(link.line, "equivalent", forward.status, "each follows from the other.", evidence, conditions)
        if backward is None and link.sign in ("<=>", "<=="):
            return Step(link.line, None, Status.UNDECIDED, "it follows; whether the line before follows from it was not decided.", evidence, conditions)
        return Step(link.line, "implies", forward.status, "it follows from the line before.", evidence, conditions)
    if set(context.options.get("guessed", ())) & (free_names(link.left) | free_names(link.right)) & set(context.options.get("unsure", ())):
        return Step(link.line, None, Status.UNDECIDED, "it does not follow for vectors or matrices, but nothing says that these letters stand for such.",
                    evidence, tags=("shapes",))
    if backward is not None and backward.equal:
        return Step(link.line, "implied_by", Status.REFUTED, "the line before follows from it, but it does not follow from the line before.", evidence,
                    example=example_of(forward))
    if _is_new(link, context):
        return Step(link.line, None, Status.UNDECIDED, "it does not follow from the line before alone; it may be meant as a new statement.", evidence)
    return Step(link.line, "fails", Status.REFUTED, "it does not follow from the line before.", evidence, example=example_of(forward))


def _best(settled: Settled, label: str):
    """The verdict that settles a direction, and whether it rests on inverses that exist."""
    drawn = settled.get(f"{label} earlier")
    if drawn is not None:
        return (drawn, True) if drawn.equal is not None else (None, False)
    plain, given = settled.get(label), settled.get(f"{label} given")
    if given is not None and given.equal is not None and (plain is None or not plain.equal):
        return given, True
    return (plain, False) if plain is not None and plain.equal is not None else (None, False)


def _inverted(condition: Term) -> str:
    return str(condition.args[0].args[0])


def _is_new(link: Link, context: Context) -> bool:
    """Does the statement speak of names of which nothing has been said, so that it can hardly be drawn from the one before?"""
    known = free_names(link.left).union(*[free_names(t) for t in context.earlier])
    return bool((free_names(link.right) - known) & set(context.options.get("guessed", ())))


__all__ = ["claims", "conclude", "prepare", "suits"]
