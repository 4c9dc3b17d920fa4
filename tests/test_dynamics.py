"""Iterations: what is decided about them, and that the checker refuses what does not hold up."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import kernel
from grader.algebra import dynamics, stability
from grader.decide import Budget, decide
from grader.model import Claim, Evidence, Satisfies, Status, Verdict
from grader.replay import exact_polynomials as ep
from grader.term import Term, apply, constant, number, relation, symbol

P, Q, ETA = symbol("p"), symbol("q"), symbol("eta")
PQ = apply("mul", P, Q)


def eq(a: Term, b: Term | int) -> Term:
    return relation("=", a, number(b) if isinstance(b, int) else b)


def new(v: Term) -> Term:
    return apply("prime", v, number(1))


def minus(a: Term, b: Term) -> Term:
    return apply("add", a, apply("neg", b))


GAME: dict[str, Any] = {"value": PQ, "min": ("p",), "max": ("q",), "order": ("q", "p"), "mode": "alternating", "step": number(1)}
START = (eq(Q, 1), eq(P, 1))


def claim(prop: str, *subject: Term, **parameters: Any) -> Claim:
    return Claim(Satisfies(subject, prop, tuple(sorted({**GAME, **parameters}.items()))))


def settled(prop: str, *subject: Term, **parameters: Any) -> Verdict:
    return decide(claim(prop, *subject, **parameters))


def status(prop: str, *subject: Term, **parameters: Any) -> str:
    return str(settled(prop, *subject, **parameters).status)


def quadratic(a: int | Fraction, b: int | Fraction, c: int | Fraction) -> Term:
    half = Fraction(1, 2)
    return apply("add", apply("mul", number(a * half), apply("pow", P, number(2))), apply("mul", number(b), P, Q),
                 apply("mul", number(c * half), apply("pow", Q, number(2))))


# --------------------------------------------------------------------------------------------------------------- cells


def test_the_iterates_of_the_bilinear_game() -> None:
    made = dynamics.system(GAME)
    states = made.iterates({"q": Fraction(1), "p": Fraction(1)}, 6)
    assert [s["q"] for s in states] == [1, 2, 1, -1, -2, -1, 1]
    assert [s["p"] for s in states] == [1, -1, -2, -1, 1, 2, 1]
    both = dynamics.system({**GAME, "mode": "simultaneous"}).iterates({"q": Fraction(1), "p": Fraction(1)}, 4)
    assert [(s["q"], s["p"]) for s in both] == [(1, 1), (2, 0), (2, -2), (0, -4), (-4, -4)]


def test_a_cell_is_judged_from_the_state_that_is_given() -> None:
    state = (eq(Q, 2), eq(P, 5))
    assert status("iterates.cell", number(3), variable="p", state=state) == "proved"
    wrong = settled("iterates.cell", number(4), variable="p", state=state)
    assert wrong.status is Status.REFUTED
    assert not any(" 3" in w for w in wrong.finding.words) and any(" 3" in w for w in wrong.finding.teacher_words)


@given(st.fractions(-9, 9), st.fractions(-9, 9), st.integers(-3, 3), st.integers(-3, 3), st.integers(-3, 3), st.fractions(0, 2), st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_step_is_a_gradient_step(p: Fraction, q: Fraction, a: int, b: int, c: int, s: Fraction, alternating: bool) -> None:
    """Against the derivatives of a p^2/2 + b p q + c q^2/2 written out by hand."""
    if s == 0:
        return
    made = dynamics.system({**GAME, "value": quadratic(a, b, c), "step": number(s), "mode": "alternating" if alternating else "simultaneous"})
    after = made.step({"p": p, "q": q})
    q1 = q + s * (b * p + c * q)
    assert after == {"q": q1, "p": p - s * (a * p + b * (q1 if alternating else q))}


# ----------------------------------------------------------------------------------------------------------------- rules


@pytest.mark.parametrize("variable, equation, expected", [
    ("q", eq(new(Q), apply("add", Q, P)), "proved"),
    ("p", eq(new(P), minus(P, new(Q))), "proved"),
    ("p", eq(new(P), apply("neg", Q)), "proved"),                       # the new q put in
    ("p", eq(minus(P, new(P)), new(Q)), "proved"),                      # solved for something else
    ("p", eq(new(P), minus(P, Q)), "refuted"),                          # the old q
    ("q", eq(new(Q), minus(Q, P)), "refuted"),
    ("q", eq(apply("pow", new(Q), number(2)), apply("pow", apply("add", Q, P), number(2))), "undecided"),  # does not fix the new value
    ("q", eq(Q, Q), "undecided"),
])
def test_rules(variable: str, equation: Term, expected: str) -> None:
    assert status("dynamics.rule", equation, variable=variable) == expected


def test_a_rule_with_a_symbolic_step() -> None:
    scaled = eq(new(Q), apply("add", Q, apply("mul", ETA, P)))
    assert status("dynamics.rule", scaled, variable="q", step=ETA) == "proved"
    assert status("dynamics.rule", scaled, variable="q") == "refuted"


# ---------------------------------------------------------------------------------------------------------------- points


def both(*parts: Term) -> Term:
    return apply("and", *parts)


@pytest.mark.parametrize("formula, stay, complete", [
    (both(eq(P, 0), eq(Q, 0)), "proved", "proved"),
    (relation(("=", "="), P, Q, number(0)), "proved", "proved"),
    (both(eq(apply("add", P, Q), 0), eq(minus(P, Q), 0)), "proved", "proved"),
    (eq(P, Q), "refuted", "proved"),
    (eq(P, 0), "refuted", "proved"),
    (relation(("=", "="), P, Q, number(1)), "refuted", "refuted"),
    (constant("false"), "proved", "refuted"),
    (constant("true"), "refuted", "proved"),
    (apply("or", both(eq(P, 0), eq(Q, 0)), both(eq(P, 1), eq(Q, 0))), "refuted", "proved"),
])
def test_points_that_stay(formula: Term, stay: str, complete: str) -> None:
    assert (status("dynamics.points_stay", formula), status("dynamics.points_complete", formula)) == (stay, complete)


def test_points_of_a_game_that_is_not_quadratic() -> None:
    cube = apply("add", apply("div", apply("pow", P, number(3)), number(3)), apply("neg", P), apply("neg", apply("pow", Q, number(2))))
    four = apply("or", both(eq(P, 1), eq(Q, 0)), both(eq(P, apply("neg", number(1))), eq(Q, 0)))
    verdict = settled("dynamics.points_complete", four, value=cube)
    assert verdict.status is Status.PROVED and verdict.finding.oracles == ("z3",)
    one = settled("dynamics.points_complete", both(eq(P, 1), eq(Q, 0)), value=cube)
    assert one.status is Status.REFUTED and not any("-1" in w for w in one.finding.words)
    assert settled("dynamics.points_stay", four, value=cube).status is Status.PROVED


def test_no_oracle_without_permission() -> None:
    cube = apply("add", apply("div", apply("pow", P, number(3)), number(3)), apply("neg", P), apply("neg", apply("pow", Q, number(2))))
    four = apply("or", both(eq(P, 1), eq(Q, 0)), both(eq(P, apply("neg", number(1))), eq(Q, 0)))
    verdict = decide(claim("dynamics.points_complete", four, value=cube), Budget(oracles=frozenset()))
    assert verdict.status is Status.UNDECIDED


# -------------------------------------------------------------------------------------------------------------- long run


@pytest.mark.parametrize("prop, parameters, expected", [
    ("converges", {}, "refuted"), ("converges", {"holds": "no"}, "proved"), ("bounded", {}, "proved"), ("oscillates", {}, "proved"),
    ("returns", {}, "proved"), ("returns", {"period": Fraction(6)}, "proved"), ("returns", {"period": Fraction(3)}, "refuted"),
    ("returns", {"period": Fraction(12)}, "refuted"),
    ("oscillates", {"mode": "simultaneous"}, "proved"),                  # outwards, but round and round
    ("oscillates", {"value": quadratic(-1, 0, 1)}, "undecided"),         # both double their distance: no going up and down
    ("bounded", {"mode": "simultaneous"}, "refuted"), ("returns", {"mode": "simultaneous"}, "refuted"),
    ("oscillates", {"step": number(Fraction(1, 2))}, "proved"), ("returns", {"step": number(Fraction(1, 2))}, "refuted"),
    ("bounded", {"step": number(2)}, "refuted"),                         # a double eigenvalue -1 with one eigenvector: linear growth
    ("bounded", {"step": number(2), "start": (eq(Q, 1), eq(P, apply("neg", number(1))))}, "proved"),  # the eigenvector itself
    ("bounded", {"step": number(3)}, "refuted"),
    ("converges", {"start": (eq(Q, 0), eq(P, 0))}, "proved"),
    ("converges", {"value": quadratic(1, 0, -1), "step": number(Fraction(1, 2))}, "proved"),
    ("converges", {"value": quadratic(1, 0, -1), "step": number(2)}, "refuted"),
    ("returns", {"value": quadratic(1, 0, -1), "step": number(2), "period": Fraction(2)}, "proved"),
])
def test_long_run(prop: str, parameters: dict[str, Any], expected: str) -> None:
    assert status(f"dynamics.{prop}", **{"start": START, **parameters}) == expected


def test_a_map_that_is_not_affine_is_followed_only_when_it_returns() -> None:
    update = (relation(":=", P, apply("neg", apply("pow", P, number(3)))),)
    base = {"update": update, "order": ("p",), "mode": "simultaneous"}

    def of(start: int) -> str:
        parameters = tuple(sorted({**base, "start": (eq(P, start),)}.items()))
        return str(decide(Claim(Satisfies((), "dynamics.converges", parameters))).status)

    assert (of(1), of(2), of(0)) == ("refuted", "undecided", "proved")


@pytest.mark.parametrize("parameters, expected", [
    ({"start": START}, "refuted"), ({}, "refuted"), ({"start": START, "holds": "no"}, "proved"),
    ({"start": START, "mode": "simultaneous"}, "refuted"), ({"mode": "simultaneous"}, "refuted"),
    ({"start": (eq(Q, 2), eq(P, apply("neg", number(1))))}, "proved"),   # at step 5/2 this start lies on the line that shrinks by -1/4
    ({"start": (eq(Q, 1), eq(P, apply("neg", number(2))))}, "refuted"),  # and this one on the line that grows by -4
    ({"start": START, "value": quadratic(1, 1, 0)}, "proved"), ({"value": quadratic(1, 0, -1)}, "proved"),
    ({"value": quadratic(-1, 0, -1)}, "refuted"),
])
def test_another_step_size(parameters: dict[str, Any], expected: str) -> None:
    assert status("dynamics.step_helps", **{"step": ETA, **parameters}) == expected


def test_why_no_step_size_helps_is_said() -> None:
    words = " ".join(settled("dynamics.step_helps", step=ETA, start=START).finding.words)
    assert "determinant 1" in words
    assert "1 + s^2" in " ".join(settled("dynamics.step_helps", step=ETA, start=START, mode="simultaneous").finding.words)


def test_determinant_and_eigenvalues() -> None:
    assert status("dynamics.determinant", number(1), step=ETA) == "proved"
    assert status("dynamics.determinant", number(2)) == "refuted"
    squared = apply("add", number(1), apply("pow", ETA, number(2)))
    assert status("dynamics.determinant", squared, step=ETA, mode="simultaneous") == "proved"
    sizes = {s: status("dynamics.eigenvalues", size=s) for s in ("= 1", "< 1", "> 1")}
    assert sizes == {"= 1": "proved", "< 1": "refuted", "> 1": "refuted"}
    assert status("dynamics.eigenvalues", size="> 1", mode="simultaneous") == "proved"
    assert status("dynamics.eigenvalues", size="= 1", step=number(3)) == "refuted"


def test_stability_conditions_are_recomputed() -> None:
    game = {**GAME, "value": quadratic(1, 1, -1), "step": ETA, "mode": "simultaneous"}
    map_ = dynamics.affine(dynamics.system(game))
    terms = [relation(">", map_.ring.term(c), number(0)) for c in stability.stability_conditions(map_)]
    assert status("dynamics.stability", both(*terms), **game) == "proved"
    assert status("dynamics.stability", both(*terms[:2]), **game) == "undecided"
    assert status("dynamics.stability", both(*terms, eq(P, 0)), **game) == "undecided"


# ------------------------------------------------------------------------------------------------- laws of the procedures


@given(st.integers(-2, 2), st.integers(-2, 2), st.integers(-2, 2), st.fractions(Fraction(1, 4), 3, max_denominator=4), st.booleans(),
       st.integers(-2, 2), st.integers(-2, 2))
@settings(max_examples=80, deadline=None)
def test_the_long_run_agrees_with_many_steps(a: int, b: int, c: int, s: Fraction, alternating: bool, p: int, q: int) -> None:
    """What is proved about the limit shows in 400 exact steps: small differences, or differences that do not become small."""
    mode = "alternating" if alternating else "simultaneous"
    parameters = {**GAME, "value": quadratic(a, b, c), "step": number(s), "mode": mode, "start": (eq(Q, q), eq(P, p))}
    verdict = settled("dynamics.converges", **parameters)
    assert verdict.status in (Status.PROVED, Status.REFUTED)
    made = dynamics.system(parameters)
    matrix, constant_ = dynamics.affine(made).at({})
    import flint

    now = flint.fmpq_mat(2, 1, [flint.fmpq(q), flint.fmpq(p)])
    far = matrix ** 400
    step = matrix * now - now
    late = max(abs(x) for x in (far * step).entries())
    if verdict.status is Status.PROVED:
        assert late < flint.fmpq(1, 2)
    else:
        assert late > flint.fmpq(1, 10**9)
    assert all(x == 0 for x in constant_)


@given(st.lists(st.fractions(-3, 3, max_denominator=3), min_size=1, max_size=4), st.integers(1, 3))
@settings(max_examples=80, deadline=None)
def test_root_counts_and_discs(roots: list[Fraction], twice: int) -> None:
    """A product of linear factors, some taken twice: Sturm counts distinct roots, the disc tests see their sizes and multiplicities."""
    import flint

    every = roots + roots[:twice - 1]
    items = [Fraction(1)]
    for r in every:
        items = [(items[k - 1] if k else Fraction(0)) - (r * items[k] if k < len(items) else 0) for k in range(len(items) + 1)]
    positive = sorted({r for r in every if r > 0})
    first = next(k for k, x in enumerate(items) if x)
    assert ep.count_roots(items[first:], Fraction(0), None) == len(positive)
    poly = flint.fmpq_poly([flint.fmpq(x.numerator, x.denominator) for x in items])
    assert stability.rational_roots(poly) == positive
    around = stability.samples(poly)
    assert len(around) == len(positive) + 1
    assert all(a < r < b for a, r, b in zip(around, positive, around[1:]))
    assert ep.inside_disc(items) == stability.is_schur(items) == all(abs(r) < 1 for r in every)
    assert ep.closed_disc(items) == all(abs(r) <= 1 for r in every)
    simple = all(every.count(r) == 1 for r in every if abs(r) == 1)
    assert ep.power_bounded(items) == (simple and all(abs(r) <= 1 for r in every))


# ---------------------------------------------------------------------------------------------------------------- forged


@pytest.mark.parametrize("made, data, why", [
    (claim("dynamics.converges", start=START), {"orbit": 12}, "recurs earlier"),
    (claim("dynamics.converges", start=START), {"orbit": 5}, "does not recur"),
    (claim("dynamics.converges", start=START), {"orbit": True}, "no number of steps"),
    (claim("dynamics.converges", start=START), {"annihilator": ["-1/2", "-1/2", "1"]}, "does not annihilate"),
    (claim("dynamics.converges", start=START), {"annihilator": ["1", "-3", "4", "-3", "1"]}, "possible degree"),
    (claim("dynamics.converges", start=(eq(Q, 0), eq(P, 0))), {"annihilator": ["0", "-1", "1"]}, "shorter"),
    (claim("dynamics.step_helps", step=ETA, start=START), {"step": "1/2", "annihilator": ["-1", "11/4", "-11/4", "1"]}, "do not settle"),
    (claim("dynamics.step_helps", step=ETA, value=quadratic(1, 0, -1)), {"samples": ["3"]}, "no sample"),
    (claim("dynamics.step_helps", step=ETA, value=quadratic(1, 0, -1)), {"samples": ["1", "3"]}, "inside the unit circle"),
    (claim("dynamics.step_helps", step=ETA, start=(eq(Q, 2), eq(P, apply("neg", number(1))))), {"samples": [], "exceptions": []},
     "exceptions are not all"),
    (claim("dynamics.step_helps", step=number(1)), {"step": "1/2"}, "open name"),
    (claim("dynamics.rule", eq(new(P), minus(P, Q)), variable="p"), {"identity": True}, "does not hold"),
    (claim("dynamics.rule", eq(new(P), minus(P, new(Q))), variable="p"), {"point": {"q": "1", "p": "1"}}, "holds at that point"),
    (claim("dynamics.points_stay", eq(P, Q)), {"multipliers": [[["1"], ["1"]]]}, "does not give"),
    (claim("dynamics.points_stay", eq(P, Q)), {"point": {"q": "1", "p": "2"}}, "not one of the answer's"),
    (claim("dynamics.points_stay", eq(P, Q)), {"point": {"q": "0", "p": "0"}}, "the point stays"),
    (claim("dynamics.points_stay", eq(P, Q)), {"oracle": "z3"}, "speaks against"),
    (claim("dynamics.points_complete", eq(P, 1)), {"point": {"q": "1", "p": "0"}}, "the point moves"),
    (claim("dynamics.points_complete", eq(P, 0)), {"point": {"q": "0", "p": "0"}}, "one of the answer's"),
    (claim("dynamics.points_complete", eq(P, 0)), {}, "shows nothing"),
    (claim("iterates.cell", P, variable="p", state=START), {}, "number was expected"),
    (claim("dynamics.bounded", start=START, holds="perhaps"), {"orbit": 6}, "yes or no"),
])
def test_forged_evidence_is_refused(made: Claim, data: dict[str, Any], why: str) -> None:
    with pytest.raises(kernel.Refused, match=why):
        kernel.settle(made, Evidence("dynamics", data))


def test_hostile_claims_end_undecided() -> None:
    tower = apply("pow", apply("add", P, Q), number(10**9))
    assert status("iterates.cell", number(1), variable="p", state=START, value=tower) == "undecided"
    long = apply("pow", apply("add", *[apply("mul", number(k), P, Q) for k in range(1, 200)], P, Q), number(24))
    assert status("dynamics.points_stay", eq(P, 0), value=long) in ("undecided", "refuted")
    assert status("dynamics.converges", start=START, value=apply("pow", P, number(20))) == "undecided"
