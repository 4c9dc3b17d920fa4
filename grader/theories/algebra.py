"""Algebra and calculus: numbers and functions of them; equations, inequalities and systems for them.

Expression links are claims of equality or order and go to the exact normal form, points and samples. Statement links compare the sets of points that
satisfy the two statements; a statement with an undefined side is not satisfied. Symbols without a domain are real, unless something complex is
written anywhere in the derivation (i, re, im, arg, conj): then they are complex. Symbols that bound a sum are integers.
"""

from __future__ import annotations

from collections.abc import Iterable

from grader.domain import Domain
from grader.model import Claim, Follows, Status, Verdict
from grader.replay.semantics import COMPLEX_WORDS
from grader.term import Term, free_names, walk
from grader.theories._theory import Context, Link, Prepared, Settled, Step, example_of, expression_claims, expression_step

_FOREIGN = frozenset("expectation variance covariance probability entropy kl mutual_information given bigO bigTheta bigOmega smallo smallomega transpose "
                     "norm inner det trace rank diag outer hadamard cross dotproduct gradient softmax vec".split())
"""Operators of the other theories."""
_SHAPES = frozenset("vector matrix density".split())


def suits(terms: tuple[Term, ...], context: Context) -> bool:
    """Nothing of vectors, probability or orders of growth is written."""
    if any(context.domain(name).shape in _SHAPES for t in terms for name in free_names(t)):
        return False
    return not any(node.kind == "apply" and node.name in _FOREIGN for t in terms for node in walk(t))


def prepare(terms: tuple[Term, ...], context: Context) -> Prepared:
    """Terms as they are; the default domain and the integers among the symbols."""
    table = dict(context.domains)
    table.setdefault("*", Domain("complex" if any(_is_complex(t) for t in terms) else "real"))
    for name in sorted(frozenset().union(*[_bounding(t) for t in terms])):
        table.setdefault(name, Domain("integer"))
    return Prepared(terms, (), Context(tuple(sorted(table.items())), context.conditions, context.definitions, context.vocabulary, context.options))


def _is_complex(term: Term) -> bool:
    return any(node.kind == "constant" and node.name == "i" or node.kind == "apply" and node.name in COMPLEX_WORDS for node in walk(term))


def _bounding(term: Term) -> frozenset[str]:
    """Names in the ranges of sums and products: they are integers."""
    ranges: Iterable[Term] = [a for node in walk(term) if node.kind == "binder" and node.name in ("sum", "product") for a in node.args[1:]]
    return frozenset().union(*[free_names(t) for t in ranges])


def claims(link: Link, context: Context, settled: Settled) -> tuple[Claim, ...]:
    """Equality or order of expressions; for statements, whether each follows from the other."""
    if not link.statement:
        return expression_claims(link, context, settled)
    return (Claim(Follows((link.left,), link.right), context.domains, context.conditions, "forward"),
            Claim(Follows((link.right,), link.left), context.domains, context.conditions, "back"))


def conclude(link: Link, context: Context, settled: Settled) -> Step:
    """What holds between the sides."""
    if not link.statement:
        return expression_step(link, settled)
    forward, back = settled["forward"], settled["back"]
    evidence = (forward, back)
    ways = (forward.equal, back.equal)
    if None in ways:
        return Step(link.line, None, Status.UNDECIDED, "it could not be decided.", evidence)
    relation = {(True, True): "equivalent", (True, False): "implies", (False, True): "implied_by", (False, False): "fails"}[ways]
    return Step(link.line, relation, _status(relation, evidence), WORDS[relation], evidence, tags=TAGS.get(relation, ()), example=_example(relation, evidence))


WORDS = {
    "equivalent": "it says the same as the line before.",
    "implies": "it follows from the line before, but has more solutions than that.",
    "implied_by": "solutions of the line before are lost.",
    "fails": "it does not follow from the line before.",
}
TAGS = {"implies": ("roots_gained",), "implied_by": ("roots_lost",)}


def _status(relation: str, evidence: tuple[Verdict, Verdict]) -> Status:
    if relation == "fails":
        return Status.REFUTED
    return Status.AGREES if any(v.status is Status.AGREES for v in evidence) else Status.PROVED


def _example(relation: str, evidence: tuple[Verdict, Verdict]) -> str:
    """Where roots are lost, or the line fails, a point that satisfies the line before only; where roots are gained, one that satisfies this only."""
    return "" if relation == "equivalent" else example_of(evidence[1 if relation == "implies" else 0])
