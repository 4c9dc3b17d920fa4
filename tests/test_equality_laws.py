"""Laws of equality: symmetric; the same under renaming, reordering and equal rewriting; no procedure proves what another refutes; witnesses hold up
in another arithmetic; evidence that was changed is refused."""

import copy
import importlib
import json

import mpmath
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader import kernel
from grader.decide import Budget
from grader.decide.equal import PROCEDURES
from grader.domain import Domain
from grader.kernel import Refused
from grader.model import Claim, Equal, Evidence, Status
from grader.term import apply, fold, number, replace, symbol
from grader.verify import verify

X, Y = symbol("x"), symbol("y")
LAWS = settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
leaves = st.sampled_from([X, Y, number(1), number(2), number(3), number("1/2")])
terms = st.recursive(leaves, lambda inner: st.one_of(
    st.tuples(st.sampled_from(["add", "mul"]), inner, inner).map(lambda t: apply(*t)), inner.map(lambda t: apply("neg", t)),
    st.tuples(inner, st.sampled_from([2, 3])).map(lambda t: apply("pow", t[0], number(t[1]))), st.tuples(inner, inner).map(lambda t: apply("div", *t)),
    st.tuples(st.sampled_from(["sin", "cos", "exp", "abs", "sqrt", "log", "atan"]), inner).map(lambda t: apply(*t))), max_leaves=6)


def _claim(left, right):
    return Claim(Equal(left, right), (("*", Domain("real")),))


def _decide(left, right):
    from grader.decide import decide

    return decide(_claim(left, right), Budget(2.0))


def _turned(term):
    """Operands of sums and products the other way round."""
    return fold(term, lambda node, below: node.with_args(tuple(reversed(below)) if node.kind == "apply" and node.name in ("add", "mul") else below))


@LAWS
@given(terms, terms)
def test_symmetric(s, t):
    assert {_decide(s, t).status, _decide(t, s).status} not in ({Status.PROVED, Status.REFUTED}, {Status.AGREES, Status.REFUTED})


@LAWS
@given(terms)
def test_stable_under_reordering_and_rewriting(t):
    rewritten = apply("add", apply("mul", number(2), _turned(t)), apply("neg", t))
    assert _decide(t, _turned(t)).status is not Status.REFUTED
    assert _decide(t, rewritten).status is not Status.REFUTED


@LAWS
@given(terms, terms)
def test_stable_under_renaming(s, t):
    names = {X: symbol("u"), Y: symbol("v")}
    assert _decide(s, t).equal == _decide(replace(s, names), replace(t, names)).equal


@LAWS
@given(terms, st.sampled_from(["add", "mul"]))
def test_a_small_change_is_never_accepted(t, how):
    changed = apply("add", t, number("1/1000")) if how == "add" else apply("mul", t, number("1001/1000"))
    verdict = _decide(t, changed)
    if verdict.equal:  # 0 = 0: then both are zero wherever they are defined
        assert how == "mul" and _decide(t, number(0)).equal


@LAWS
@given(terms, terms)
def test_procedures_alone_never_contradict_each_other(s, t):
    for left, right in ((s, t), (s, _turned(s))):
        claim, found = _claim(left, right), {}
        for name, procedure in PROCEDURES:
            try:
                evidence = procedure(claim, Budget(1.0))
                if isinstance(evidence, Evidence):
                    found[name] = kernel.settle(claim, evidence).status
            except (Refused, ArithmeticError, ValueError, RecursionError):
                continue
        assert not {Status.PROVED, Status.REFUTED} <= set(found.values()), found


def _float(term, point):
    """The value in mpmath's plain complex arithmetic, an implementation that has nothing to do with the checkers."""
    table = {"add": lambda *a: mpmath.fsum(a), "mul": lambda *a: mpmath.fprod(a), "neg": lambda a: -a, "div": lambda a, b: a / b, "pow": lambda a, b: a**b,
             "sin": mpmath.sin, "cos": mpmath.cos, "exp": mpmath.exp, "abs": abs, "sqrt": mpmath.sqrt, "log": mpmath.log, "atan": mpmath.atan}

    def combine(node, below):
        if node.kind == "number":
            return mpmath.mpf(node.value.numerator) / node.value.denominator
        return point[node.name] if node.kind == "symbol" else table[node.name](*below)

    return fold(term, combine)


@LAWS
@given(terms, terms)
def test_witnesses_hold_up_in_another_arithmetic(s, t):
    verdict = _decide(s, t)
    if verdict.evidence.method != "point":
        return
    with mpmath.workdps(60):
        point = {n: mpmath.mpf(v.split("/")[0]) / mpmath.mpf((v + "/1").split("/")[1]) for n, v in verdict.evidence.data["point"].items()}
        a, b = _float(s, point), _float(t, point)
        assert abs(a - b) > mpmath.mpf(10) ** -50 * (1 + abs(a))


CASES = [("equality", r"\frac{x^2-1}{x-1}", "x+1", {}), ("point", "x^2", "x^3", {}), ("ring", "(x+1)^2", "x^2+2x+1", {}),
         ("logarithms", r"\ln(6x^3/y)", r"\ln 6+3\ln x-\ln y", {}), ("exponentials", r"\sin 2x", r"2\sin x\cos x", {}),
         ("samples", r"\Gamma(x)\Gamma(1-x)", r"\frac{\pi}{\sin\pi x}", {"x": "> 0 < 1"}), ("constant", r"\sqrt{3+2\sqrt2}", r"1+\sqrt2", {}),
         ("constant", r"\arctan\frac12+\arctan\frac13", r"\frac\pi4", {}), ("structure", r"\{1,x\}", r"\{x,1\}", {}),
         ("structure", "|x|", r"\begin{cases}x&x>0\\-x&x\le0\end{cases}", {}), ("structure", r"\lim_{x\to0}\frac{\sin x}{x}", "1", {}),
         ("structure", "x^2<4", "-2<x<2", {}), ("structure", "x^2=4", "x=2", {})]


def _paths(data, path=()):
    yield path
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield from _paths(value, (*path, key))


def _at(data, path):
    for key in path:
        data = data[key]
    return data


@pytest.mark.parametrize("method, left, right, assume", CASES)
def test_evidence_carries_over_to_no_other_claim(method, left, right, assume):
    verdict = verify(right, left, assume=assume)
    assert verdict.evidence.method == method, verdict.evidence
    other = Claim(Equal(verdict.claim.conclusion.left, symbol("q")), verdict.claim.domains)
    if verdict.status is not Status.REFUTED:
        with pytest.raises(Refused):
            kernel.settle(other, verdict.evidence)


@pytest.mark.parametrize("method, left, right, assume", CASES)
def test_changed_evidence_never_turns_a_verdict(method, left, right, assume):
    """Each part of the data dropped, emptied or replaced: refused, or the same status again; nothing else and no other exception."""
    verdict = verify(right, left, assume=assume)
    data = json.loads(json.dumps(dict(verdict.evidence.data)))
    for path in list(_paths(data))[1:120]:
        for new in (None, [], "7", 7, {"how": "same"}):
            changed = copy.deepcopy(data)
            _at(changed, path[:-1])[path[-1]] = new
            try:
                status = kernel.settle(verdict.claim, Evidence(method, changed)).status
            except Refused:
                continue
            assert status is verdict.status, path


def test_checkers_share_nothing_with_those_who_find():
    """The independence on which `grade audit` rests: a module of `replay` imports no finder and no arithmetic of theirs."""
    import ast
    from pathlib import Path

    assert all(callable(importlib.import_module(f"grader.replay.{name}").check) for name in kernel.CHECKERS)
    for path in sorted(Path(kernel.__file__).with_name("replay").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(n.startswith(("grader.algebra", "grader.decide", "flint")) for n in names), path
