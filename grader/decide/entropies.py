"""Linear statements between entropies and mutual informations of variables, such as I(X; Y) = H(X) - H(X | Y) <= H(X).

1. Small tables of probabilities that satisfy the hypotheses; one in which the claim fails refutes it.
2. Linear algebra and linear programming over joint entropies: right - left as a combination of the hypotheses and, for a bound, of elemental Shannon
quantities with coefficients that are not negative. z3 finds the coefficients; the checker only adds them up.
"""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import product
from typing import Any

from grader.decide.budget import Budget
from grader.kernel import Refused
from grader.model import AtMost, Claim, Equal, Evidence
from grader.replay.entropies import Entropic, check, elemental, heads, understood



def _seen(claim: Claim) -> Entropic | str | None:
    if not isinstance(claim.conclusion, (Equal, AtMost)) or not any(True for t in (claim.conclusion.left, claim.conclusion.right) for _ in heads(t)):
        return None
    try:
        return understood(claim)
    except Refused as reason:
        return str(reason)


def refute_by_table(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Tables over two values of each variable: plain, skewed, sparse, and such as the hypotheses want."""
    seen = _seen(claim)
    if not isinstance(seen, Entropic):
        return seen
    for k in range(16):
        budget.check()
        cells = _table(claim, seen, random.Random(f"entropies/{budget.seed}/{k}"), k)
        data = {"form": "model", "names": list(seen.names), "table": [[list(v), str(w)] for v, w in cells]}
        try:
            check(claim, data)
            return Evidence("entropies", data)
        except Refused:
            continue
    return "it holds in small tables"


def _table(claim: Claim, seen: Entropic, r: random.Random, style: int) -> list[tuple[tuple[int, ...], Fraction]]:
    """A joint table; under hypotheses, one of the shapes that may satisfy them: independent bits, copies and sums of bits."""
    names = seen.names
    cells = list(product((0, 1), repeat=len(names)))
    if not seen.zero and style < 8:
        weights = {c: r.choice((1, 2, 3, 5)) for c in cells} if style % 2 == 0 else {c: r.choice((0, 0, 1, 4)) for c in cells}
    else:
        weights = {}
        bits = [r.choice((1, 1, 3)) for _ in range(3)]
        made = [(r.randrange(8) or 1) for _ in names]
        for at in product((0, 1), repeat=3):
            weight = 1
            for b, p in zip(at, bits):
                weight *= p if b else 1
            cell = tuple([sum(b for j, b in enumerate(at) if m >> j & 1) % 2 for m in made])
            weights[cell] = weights.get(cell, 0) + weight
    if not any(weights.values()):
        weights[cells[0]] = 1
    total = sum(weights.values())
    return [(c, Fraction(w, total)) for c, w in sorted(weights.items()) if w]


def prove_linear(claim: Claim, budget: Budget) -> Evidence | str | None:
    """Coefficients of the hypotheses and of elemental quantities."""
    seen = _seen(claim)
    if not isinstance(seen, Entropic):
        return seen
    shannon = elemental(seen.names, seen.discrete) if isinstance(claim.conclusion, AtMost) else []
    found = _combination(seen, [f for _, f in shannon])
    if found is None:
        return "the difference is no combination of Shannon quantities"
    zero, positive = found
    return Evidence("entropies", {"form": "linear", "zero": [[k, str(c)] for k, c in enumerate(zero) if c],
                                  "shannon": [[str(c), what] for c, (what, _) in zip(positive, shannon) if c]})


def _combination(seen: Entropic, shannon: list[Any]) -> tuple[list[Fraction], list[Fraction]] | None:
    if not seen.gap:
        return [Fraction(0)] * len(seen.zero), [Fraction(0)] * len(shannon)
    if not seen.zero and not shannon:
        return None
    import z3

    solver = z3.Solver()
    solver.set("timeout", 1500)
    free = [z3.Real(f"z{k}") for k in range(len(seen.zero))]
    high = [z3.Real(f"s{k}") for k in range(len(shannon))]
    solver.add([h >= 0 for h in high])
    for subset in sorted({s for f in (seen.gap, *seen.zero, *shannon) for s in f}, key=sorted):
        value = seen.gap.get(subset, Fraction(0))
        terms = [v * _real(f[subset]) for v, f in zip([*free, *high], [*seen.zero, *shannon]) if subset in f]
        solver.add(z3.Sum(terms) == _real(value) if terms else z3.BoolVal(not value))
    if solver.check() != z3.sat:
        return None
    model = solver.model()
    return [_value(model, v) for v in free], [_value(model, v) for v in high]


def _real(value: Fraction) -> Any:
    import z3

    return z3.Q(value.numerator, value.denominator)


def _value(model: Any, variable: Any) -> Fraction:
    found = model.eval(variable, model_completion=True)
    return Fraction(found.numerator_as_long(), found.denominator_as_long())


PROCEDURES = (("small table", refute_by_table), ("Shannon", prove_linear))
