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

import re
from collections.abc import Mapping
from dataclasses import replace

from grader.domain import Domain
from grader.model import Claim, Equal, Follows, Read, Satisfies, Status, Verdict
from grader.reading import read
from grader.replay.matrix_language import Language
from grader.replay.matrix_readings import speaks_of_arrays
from grader.replay.matrix_shapes import ONE, NoForm, Unfit, is_array
from grader.term import Term, apply, free_names, number, relation, symbol, walk
from grader.term import replace as put
from grader.theories._shapes import completed, spoken_for
from grader.theories._theory import (Context, Link, Prepared, Settled, Step, condition_step, example_of, expression_claims, expression_step,
                                     sets_to_zero)

_SIGNS = frozenset("transpose trace det softmax diag hadamard outer".split())
_FOREIGN = frozenset("expectation variance covariance probability entropy kl mutual_information given bigO bigTheta bigOmega smallo smallomega".split())
LOEWNER = {"succeq": (False, False), "succ": (False, True), "preceq": (True, False), "prec": (True, True)}
"""Sign to (are the sides turned, is it strict)."""
_RESERVED = frozenset(("I", "ones", "indicator", "T", "F", "delta", "e"))
_SINCE = re.compile(r"\b(?:since|because|as|using|with|by|where|for)\b", re.IGNORECASE)
_TRAIT = re.compile(r"(?:^|[\s,;])\$?\\?([A-Za-z]\w*)\$?\s*[;,]?\s*(?:is|are)\s+(?:a |an |also )?(symmetric|orthogonal|invertible|diagonal|idempotent|"
                    r"positive[\s-](?:semi)?-?definite|skew)", re.IGNORECASE)
MAX_EARLIER = 4
"""Earlier equations that a link may draw on."""


def suits(terms: tuple[Term, ...], context: Context) -> bool:
    """Vectors or matrices occur, and nothing of probability or growth."""
    nodes = [n for t in terms for n in walk(t)]
    if any(n.kind == "apply" and n.name in _FOREIGN for n in nodes):
        return False
    if speaks_of_arrays(context.domains, terms) or any(n.kind == "apply" and n.name in _SIGNS for n in nodes):
        return True
    if any(_placed(t) is not None for t in context.conditions) or any(_placed(n) is not None for n in nodes if n.kind == "relation"):
        return True
    return any(n.is_apply("gradient", 2) for n in nodes) and any(n.is_apply("norm") for n in nodes) or any(
        n.kind == "relation" and set(n.signs) & set(LOEWNER) for n in nodes)


# ----------------------------------------------------------------------------------------------------------------- completion


def prepare(terms: tuple[Term, ...], context: Context) -> Prepared:
    """Definitions put in, shapes completed, norms of matrices said to be Frobenius norms."""
    domains = dict(context.domains)
    for t in (*terms, *context.conditions):
        for part in t.args if t.is_apply("and") else (t,):
            domains |= {n: d for n, d in (_placed(part) or {}).items() if n not in domains or not is_array(domains[n])}
    made = [_unfolded(t, context) for t in terms]
    groups = [t.args if t.kind == "relation" else (t,) for t in made if not (t.kind == "relation" and (_placed(t) or set(t.signs) & set(LOEWNER)))]
    found = completed(groups, tuple(sorted(domains.items())))
    table, guessed = dict(found[0]), found[1]
    arrays = [n for n in guessed if is_array(table[n])]
    notes = (f"read as {', '.join(f'{n}: {table[n].shape}' for n in arrays)}",) if arrays else ()
    table.setdefault("*", Domain("real"))
    sure = spoken_for(made)
    options = {**context.options, "guessed": guessed, "unsure": tuple(n for n in guessed if n not in sure and is_array(table.get(n, Domain())))}
    kept = tuple(sorted(table.items()))
    return Prepared(tuple(_frobenius(t, kept) for t in made), notes, replace(context, domains=kept, options=options))


def _placed(term: Term) -> dict[str, Domain] | None:
    """Domains from "X in R^{n x d}", "w in R^d", "A, B in R^{n x n}"."""
    if term.kind != "relation" or term.signs[-1] != "in":
        return None
    place = term.args[-1]
    if not place.is_apply("pow", 2) or place.args[0].kind != "constant" or place.args[0].name != "RR":
        return None
    size = place.args[1]
    sizes = size.args if size.kind == "apply" and size.name in ("mul", "times") and len(size.args) == 2 else (size,)
    if not all(s.kind in ("symbol", "number") for s in sizes):
        return None
    words = [s.name if s.kind == "symbol" else str(s.value) for s in sizes]
    domain = Domain("real", shape="matrix", rows=words[0], columns=words[1]) if len(words) == 2 else Domain("real", shape="vector", rows=words[0])
    names = [n for a in term.args[:-1] for n in (a.args if a.kind == "tuple" else (a,))]
    return {(n.name if n.kind == "symbol" else str(n)): domain for n in names}


def _unfolded(term: Term, context: Context) -> Term:
    """The term with the learner's definitions put in, later ones first."""
    for head, body in reversed(context.definitions):
        try:
            term = _called(term, head, body) if head.is_apply("call") else put(term, {head: body})
        except ValueError:  # a name would be captured: the definition stays a name there
            continue
    return term


def _called(term: Term, head: Term, body: Term) -> Term:
    """The term with f(x) = body put in for calls of f, and for f alone."""
    if term.is_apply("call", len(head.args)) and term.args[0] == head.args[0]:
        return put(body, dict(zip(head.args[1:], [_called(a, head, body) for a in term.args[1:]])))
    if term == head.args[0]:
        return body
    args = tuple([a if term.is_apply("call") and a is term.args[0] else _called(a, head, body) for a in term.args])
    changed = term.with_args(args) if args else term
    if changed.is_apply("gradient", 1) and changed != term and len(head.args) == 2:
        return apply("gradient", changed.args[0], _variable(term.args[0], head))
    return changed


def _unmarked(link: Link) -> Link:
    """ "... => w^* = ..." solves for w: the mark only says that this is the one."""
    if not link.statement:
        return link
    plain = {n for n in free_names(link.left)}
    change = {n: n.args[0] for n in walk(link.right) if n.kind == "apply" and n.name in ("hat", "star") and n.args[0].kind == "symbol" and
              n.args[0].name in plain and n not in walk(link.left)}
    bare = [n for n in _bare(link.right) if n in change.values()]
    return replace(link, right=put(link.right, change)) if change and not bare else link


def _bare(term: Term) -> list[Term]:
    """Symbols that stand under no mark."""
    if term.kind == "symbol":
        return [term]
    if term.kind == "apply" and term.name in ("hat", "star"):
        return []
    return [s for a in term.args for s in _bare(a)]


def _is_operation(head: Term) -> bool:
    """Is it a derivative, or an entry of something that is no name? An equation for such defines nothing."""
    return head.kind == "apply" and (head.name in ("gradient", "partial", "derivative", "call") or head.name == "index" and head.args[0].kind != "symbol")


def _underived(left: Term, right: Term) -> tuple[Term, Term]:
    """ "ds/dx = d(...)/dx" for a bare name s says what s is."""
    if left.kind == right.kind == "apply" and left.name == right.name in ("partial", "derivative", "gradient") and left.args[1:] == right.args[1:]:
        name = left.args[0]
        bare = name.kind == "symbol" or name.is_apply("index") and all(a.kind in ("symbol", "constant") for a in name.args)
        if bare and not (free_names(name) & free_names(right.args[0]) - {n.name for n in name.args[1:]}):
            return name, right.args[0]
    return left, right


def _variable(term: Term, head: Term) -> Term:
    """What a gradient without a subscript is taken by: the argument of the function."""
    call = next((n for n in walk(term) if n.is_apply("call", 2) and n.args[0] == head.args[0]), head)
    return call.args[1]


def _known(link: Link, context: Context) -> tuple[Link, tuple[Term, ...]]:
    """The link with the functions that earlier lines define put in, and the equations of earlier lines that may bear on it."""
    link = _unmarked(link)
    sides, rest = [link.left, link.right], []
    for statement in context.earlier:
        if statement.kind != "relation" or statement.signs != ("=",) or statement == link.left:
            continue
        head, body = _underived(*statement.args)
        if head.is_apply("call") and all(a.kind == "symbol" for a in head.args) and not any(n.is_apply("call") and n.args[0] == head.args[0] for n in walk(body)):
            if link.left != head:
                sides = [_called(t, head, body) for t in sides]
            rest = [_called(t, head, body) for t in rest]
        else:
            if not _is_operation(head):
                rest.append(relation("=", head, body))
    names = free_names(sides[0]) | free_names(sides[1])
    near = [t for t in rest if free_names(t) & names and not (link.statement and t == link.right)]
    return replace(link, left=sides[0], right=sides[1]), tuple(near[-MAX_EARLIER:])


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
    context = _usable(context)
    link, earlier = _known(link, context)
    if link.statement:
        return _statement_claims(link, context, settled, earlier)
    if link.sign in LOEWNER:
        return (_definite(link.left, link.sign, link.right, context, "holds"),)
    made = expression_claims(link, context, settled)
    equal = settled.get("equal")
    if earlier and (link.sign or "=") == "=" and equal is not None and not equal.equal:
        made += (replace(made[0], conditions=(*context.conditions, *earlier), label="equal given"),)
    if (link.sign or "=") == "=" and equal is not None and not equal.equal:
        said, domains = _said(link, context)
        if said or domains:
            made += (replace(made[0], domains=_with_traits(context, domains), conditions=(*context.conditions, *said), label="equal since"),)
    if (link.sign or "=") == "=" and equal is not None and equal.equal is None and _is_derivative(link):
        made += (replace(made[0], conclusion=Equal(link.right, apply("transpose", link.left)), label="equal transposed"),)
    if (link.sign or "=") == "=" and equal is not None and not equal.equal:
        made += tuple(replace(made[0], conditions=(*context.conditions, *meaning), label=f"equal {name}") for name, meaning in _samples(link, context))
    return made


def _said(link: Link, context: Context) -> tuple[tuple[Term, ...], dict[str, str]]:
    """What the learner gives as reason: equations ("since Q^T Q = I"), and traits ("because Q is orthogonal")."""
    if not link.reason or not _SINCE.search(link.reason):
        return (), {}
    traits = {m[1]: re.sub(r"[\s-]+", " ", m[2].lower()) for m in _TRAIT.finditer(link.reason)}
    found: list[Term] = []
    for piece in re.split(r"\s+and\s+|;", _SINCE.split(link.reason)[-1]):
        heard = read(piece.strip(" ().,;$"), context.vocabulary) if piece.strip(" ().,;$") else None
        if isinstance(heard, Read) and heard.term.kind == "relation" and set(heard.term.signs) == {"="} and not heard.proposed:
            sides = heard.term.args
            found += [relation("=", a, sides[-1]) for a in sides[:-1]]
    return tuple(found), traits


def _with_traits(context: Context, traits: Mapping[str, str]) -> tuple[tuple[str, Domain], ...]:
    table = dict(context.domains)
    for name, words in traits.items():
        domain = table.get(name, Domain())
        if domain.shape == "matrix":
            table[name] = replace(domain, traits=tuple(sorted({*domain.traits, *Domain.parse(f"{words} matrix").traits})))
    return tuple(sorted(table.items()))


def _is_derivative(link: Link) -> bool:
    return any(n.kind == "apply" and n.name in ("partial", "derivative") for t in (link.left, link.right) for n in walk(t))


def _samples(link: Link, context: Context) -> list[tuple[str, tuple[Term, ...]]]:
    """Where x_1, x_2, ... and X occur and nothing says how they belong together: that the x_i are the rows of X, or its columns."""
    nodes = [n for t in (link.left, link.right) for n in walk(t)]
    single = {n.args[0].name for n in nodes if n.is_apply("index", 2) and n.args[0].kind == "symbol" and n.args[1].kind in ("symbol", "constant")}
    whole = {n.name for n in nodes if n.kind == "symbol" and context.domain(n.name).shape == "matrix"}
    found = [x for x in sorted(single) if x.upper() in whole and x != x.upper() and context.domain(x).shape in ("vector", "scalar")]
    i = symbol("i")
    basis = apply("index", symbol("e"), i)
    rows = tuple(relation("=", apply("index", symbol(x), i), apply("mul", apply("transpose", symbol(x.upper())), basis)) for x in found)
    columns = tuple(relation("=", apply("index", symbol(x), i), apply("mul", symbol(x.upper()), basis)) for x in found)
    return [("rows", rows), ("columns", columns)] if found else []


def _usable(context: Context) -> Context:
    """The context without conditions that only say where symbols live."""
    kept = [c for c in context.conditions if _placed(c) is None and (c.kind == "relation" and not {"in", "notin"} & set(c.signs))]
    return replace(context, conditions=tuple(kept))


def _definite(left: Term, sign: str, right: Term, context: Context, label: str) -> Claim:
    turned, strict = LOEWNER[sign]
    big, small = (right, left) if turned else (left, right)
    difference = big if small == number(0) else apply("add", big, apply("neg", small))
    return Claim(Satisfies((difference,), "linear_algebra.definite" if strict else "linear_algebra.semidefinite"), context.domains, context.conditions, label)


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
    if link.statement:
        return _statement_step(link, context, settled)
    if link.sign in LOEWNER:
        return _definite_step(link, settled)
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
        return _checked(step, link, context, settled)
    return step


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
    if by_shapes and names & set(context.options.get("guessed", ())):
        return undecided("the shapes do not fit, but nothing was said of them.", "shapes")
    unsaid = () if settled.get("equal rows") is not None else _unsaid(link, context)
    if unsaid:
        return undecided(f"nothing says what {', '.join(unsaid)} is.", "unsaid")
    if names & set(context.options.get("unsure", ())):
        return undecided("it does not hold for vectors or matrices, but nothing says that these letters stand for such.", "shapes")
    return step


def _unsaid(link: Link, context: Context) -> list[str]:
    """Vectors and matrices that turn up on one side only and of which no line has said anything; on the left where the other side is written out."""
    told = frozenset().union(*[free_names(t) for t in (*context.conditions, *context.earlier)])
    for head, body in context.definitions:
        told |= free_names(head) | free_names(body)
    left, right = free_names(link.left), free_names(link.right)
    written_out = any(n.kind == "tuple" for n in walk(link.right))
    subs = frozenset().union(*[free_names(s) for t in (link.left, link.right) for n in walk(t) if n.is_apply("index") for s in n.args[1:]])
    come = right - left - told - subs - _RESERVED
    unshared = come | (left - right if written_out or come else frozenset())
    return [n for n in sorted(unshared - told - subs) if is_array(context.domain(n)) and not context.domain(n).traits]


def _may_be_set(link: Link) -> bool:
    """Does the reason say that the side is set to zero?"""
    return any(word in link.reason.lower() for word in ("set", "optim", "stationar", "minim", "maxim", "critical"))


def _statement_step(link: Link, context: Context, settled: Settled) -> Step:
    context = _usable(context)
    link, earlier = _known(link, context)
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
