"""Claims about constructed queries, and in which way a refuted one misses."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

from grader.answers._attention import OO, claim, letters_of
from grader.answers._construction import Meant
from grader.model import Claim, Part, Status, Verdict
from grader.term import Term, apply, from_data, relation, symbol
from grader.term import replace as put

FEW_KEYS = 10
"""A fixed query that does for so many keys within 1/1000, though not for all that the question allows, goes to a person."""


def _weights(meant: Meant, part: Part) -> tuple[Fraction, ...]:
    wanted = dict(part.options.weights)
    return tuple(wanted.get(x, Fraction(0)) for x in meant.naming.named)


def _for_all(meant: Meant, norms: Any) -> Any:
    """Norms for the named keys of this answer; keys that the question does not name have the others' norm."""
    if not isinstance(norms, tuple):
        return norms
    return (*norms[:-1], *[norms[-1]] * (len(meant.naming.named) - len(norms) + 1), norms[-1])


def stated_claims(meant: Meant, part: Part, norms: Any) -> tuple[Claim, ...]:
    """The property of each query as written; for a fixed query also that its weights are close."""
    weights, norms = _weights(meant, part), _for_all(meant, norms)
    queries = meant.queries or (symbol(meant.naming.query),)
    labels = ["weights", *[f"weights {k}" for k in range(2, len(queries) + 1)]]
    made = [claim(meant.naming, "weights", (q, *meant.conditions), label, norms, meant.constants, weights=weights)
            for q, label in zip(queries, labels)]
    if len(meant.queries) == 1 and not meant.has_letters and norms != "unknown":
        more = dict(weights=weights, tolerance=part.options.tolerance, most=Fraction(part.options.most_keys))
        made.append(claim(meant.naming, "within", queries, "within", norms, (), **more))
        few = dict(weights=weights, tolerance=max(Fraction(1, 1000), part.options.tolerance), most=Fraction(min(FEW_KEYS, part.options.most_keys)))
        made.append(claim(meant.naming, "within", queries, "within few", norms, (), **few))
    return tuple(made)


def supposed_claims(meant: Meant, part: Part, norms: Any, settled: Any) -> tuple[Claim, ...]:
    """The property of the first query where the letters of which nothing is said grow, or some of them, or open coefficients stay bounded."""
    weights, norms = _weights(meant, part), _for_all(meant, norms)
    query = (meant.queries or (symbol(meant.naming.query),))[0]

    def under(label: str, *more: Term, constants: tuple[str, ...] = ()) -> Claim:
        return claim(meant.naming, "weights", (query, *meant.conditions, *more), label, norms, constants, weights=weights)

    made: list[Claim] = []
    still = [apply("index", symbol(f), symbol(x)) for f in meant.still_families for x in dict(part.options.weights)]
    grow = [relation("->", x, OO) for x in (*map(symbol, meant.unstated), *still)]
    if grow:
        made.append(under("growing", *grow))
    if "growing" in settled and settled["growing"].status is Status.PROVED:
        return tuple(made)
    if 1 < len(meant.unstated) <= 3 and ("growing" in settled):
        for size in range(1, len(meant.unstated)):
            for some in itertools.combinations(meant.unstated, size):
                rest = tuple(n for n in meant.unstated if n not in some)
                made.append(under(f"if {', '.join(some)} -> oo", *[relation("->", symbol(n), OO) for n in some], constants=rest))
    for family in meant.open_families[:2] if not grow else ():
        other = apply("index", symbol(family), symbol(meant.naming.other))
        made.append(under(f"if {family} bounded", relation("<", apply("abs", other), OO)))
    return tuple(made)


def same_claim(meant: Meant, other: Meant, norms: Any, label: str) -> tuple[Claim, ...]:
    """That the learner's query is another one, up to the names of its letters."""
    if not other.queries or len(meant.queries) != 1 or set(other.naming.named) != set(meant.naming.named):
        return ()
    both = tuple(_common_letters(m) for m in (meant, other))
    return (claim(meant.naming, "same", both, label, _for_all(meant, norms), letters_of(both, meant.naming)[0]),)


def _common_letters(meant: Meant) -> Term:
    plain, _ = letters_of(meant.queries, meant.naming)
    return put(meant.queries[0], {symbol(n): symbol(f"scale_{k}") for k, n in enumerate(plain)})


def failure(meant: Meant, verdict: Verdict) -> str:
    """In which way a refuted query misses, by its counterexample: the last word of a tag."""
    data = verdict.evidence.data
    if data["verdict"] == "no vector":
        return "scalar"
    if not meant.queries and all(c.signs == ("=",) for c in meant.conditions):
        return "orthogonal"
    gaps = _gaps(verdict)
    if gaps is None:
        return "wrong"
    balanced, moving, ahead = gaps
    if not balanced:
        return "unequal"
    return "no_growth" if ahead and not moving else "other_keys"


def _gaps(verdict: Verdict) -> tuple[bool, bool, bool] | None:
    """In the counterexample: do the wanted keys keep their ratio, does any score move, is the first ahead of the other keys?"""
    from grader.algebra.limits import leading_sign, limit
    from grader.algebra.scales import Mode, NoScale, Scale, log, scale_of
    from grader.algebra.vectors import EACH, Names, Orthogonal

    conclusion = verdict.claim.conclusion
    p = dict(conclusion.parameters)  # type: ignore[union-attr]
    time = {"t": Mode(1, "grows")}
    try:
        instance = verdict.evidence.data["instance"]
        letters = {n: scale_of(from_data(x), time) for n, x in instance["letters"].items()}
        space = Orthogonal(Names(p["keys"], p["query"], tuple(p["named"]), p["other"], p["count"]), p["norms"], time, letters, instance["keys"])
        scores = space.scores(space.value(conclusion.subject[0]))  # type: ignore[union-attr]
        wanted = {x: w for x, w in zip(p["named"], p["weights"]) if w}
        first = next(iter(wanted))
        balanced = all(limit(scores[first] - scores[x] - log(Scale.of(wanted[first] / w), {}), time) == ("to", Scale({})) for x, w in wanted.items())
        moving = any("t" in s.letters() for s in scores.values())
        return balanced, moving, leading_sign(scores[first] - scores[EACH], time) > 0
    except NoScale:
        return None
