"""Orders of growth: verdicts, their independence of names and order, agreement with numbers, and evidence that must be refused."""

import copy
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typed_terms import term

from grader import kernel
from grader.algebra.growth import Line
from grader.algebra.growth_constants import Unfit
from grader.algebra.growth_terms import Converter
from grader.decide import Budget, decide
from grader.domain import Domain
from grader.model import Claim, Evidence, GrowsLike, Status
from grader.replay.growth_certificate import read_form
from grader.replay.growth_line import Line as CheckersLine
from grader.replay.growth_numbers import Unknown
from grader.replay.growth_reading import Reader
from grader.term import free_names, replace, symbol

ROWS = """
# one growing symbol
5*n^2 + 3*n | n^2 | Theta | | proved
n^2*log(n) | n^2 | O | | refuted
log(n)^9 | n^0.01 | o | | proved
n^900 | 1.001^n | o | | proved
2^(n+3) | 2^n | Theta | | proved
2^(2*n) | 2^n | O | | refuted
4^n | 2^(2*n) | Theta | | proved
log(n, 2) | log(n, 10) | Theta | | proved
n^log(7, 2) | n^2.81 | O | | proved
n^log(7, 2) | n^2.8 | O | | refuted
7^log(n, 2) | n^log(7, 2) | Theta | | proved
log(n^5) | log(n) | Theta | | proved
log(log(n)) | log(n) | Theta | | refuted
fact(n+1) | fact(n) | Theta | | refuted
fact(n+1) | n*fact(n) | Theta | | proved
log(fact(n)) | n*log(n) | Theta | | proved
fact(n) | n^n | o | | proved
binomial(n, 4) | n^4 | Theta | | proved
binomial(2*n, n) | 4^n | Theta | | refuted
binomial(2*n, n) | 4^n/sqrt(n) | Theta | | proved
sum(i, 1, n, i^3) | n^4 | Theta | | proved
sum(i, 1, n, sum(j, 1, i, j)) | n^3 | Theta | | proved
sum(i, 0, n, n-i) | n^2 | Theta | | proved
sum(i, 1, n, sum(j, 1, n-i, 1)) | n^2 | Theta | | proved
sum(i, 1, n, sum(j, 1, i-1, j)) | n^3 | Theta | | proved
sum(i, 1, n, sum(j, 1, i-3, j)) | n^3 | Theta | | undecided
sum(i, 1, n, 1/i) | log(n) | Theta | | proved
sum(i, 1, n, 1/i^2) | 1 | Theta | | proved
sum(i, 0, log(n, 2), 2^i) | n | Theta | | proved
sum(i, 0, log(n, 2), n/2^i) | n | Theta | | proved
floor(n/2)*ceil(log(n)) | n*log(n) | Theta | | proved
2^floor(log(n, 2)) | n | Theta | | proved
sqrt(n^2 + n) | n | Theta | | proved
n - sqrt(n) | n | Theta | | proved
n - n | n | Theta | | refuted
(1 + 1/n)^n | 1 | Theta | | proved
(n+1)^n | n^n | Theta | | proved
n^(1/log(n)) | 1 | Theta | | proved
2^sqrt(log(n)) | n^0.1 | o | | proved
log(n)^log(n) | n^5 | O | | refuted
max(n, 2^n) | 2^n | Theta | | proved
7 | 1 | Theta | | proved
1/n | 1 | o | | proved
sin(n) | 1 | O | | proved
# symbols that do not grow
c*n^k | n^k | Theta | c k | proved
n^k | n^(k+1) | o | k | proved
n^k | 2^n | o | k | proved
n^k | n^3 | O | k | refuted
binomial(n, k) | n^k | Theta | k | proved
log(n, b) | log(n) | Theta | b | proved
# several growing symbols
a*b | a^2 + b^2 | O | | proved
a*b | a^2 + b^2 | Theta | | refuted
a*b^2 | a^2*b | O | | refuted
a*b*(a+b) | a^2*b + a*b^2 | Theta | | proved
a + b | max(a, b) | Theta | | proved
min(a, b) | a + b | O | | proved
min(a, b) | sqrt(a*b) | O | | proved
a | min(a, b) | O | | refuted
min(a, b)*max(a, b) | a*b | Theta | | proved
log(a*b) | log(a) + log(b) | Theta | | proved
log(a + b) | log(max(a, b)) | Theta | | proved
a*log(a) + b*log(b) | (a+b)*log(a+b) | Theta | | proved
sqrt(a^2 + b^2) | a + b | Theta | | proved
(a+b)^5 | a^5 + b^5 | Theta | | proved
1/(a+b) | 1/a | O | | proved
2^(a+b) | 2^a*2^b | Theta | | proved
2^(a*b) | 2^a + 2^b | O | | refuted
a^2*2^b | 2^(a+b) | o | | proved
2^max(a, b) | 2^a + 2^b | Theta | | proved
a - b | a | Theta | | undecided
a^2*c + b*c | a*b*c | O | | refuted
a*b*c | a^3 + b^3 + c^3 | O | | proved
a*b*c | a^2 + b^2 + c^2 | O | | refuted
a*b*log(b) + sum(i, 1, a-b, i) | a*b*log(b) + a^2 + b^2 | Theta | | undecided
sum(i, 1, a, i*b) | a^2*b | Theta | | proved
# under conditions
a^2*b + a*b^2 | a^2*b | Theta | b <= a | proved
a^2*b + a*b^2 | a^2*b | Theta | a <= b | refuted
a + b | a | Theta | b <= 5*a + 7 | proved
a - b | a | Theta | b << a | proved
a - b | a | Theta | b == o(a) | proved
a*b | a^2 | o | b << a | proved
a*b | a^2 | o | b <= a | refuted
v*log(e1) | v*log(v) | Theta | v <= e1 and e1 <= v^2 | proved
v*log(e1) | v*log(v) | Theta | v <= e1 | refuted
v + e1 | v^2 | O | e1 <= v*(v-1)/2 | proved
v + e1 | e1 | Theta | v - 1 <= e1 | proved
2^a | 2^b | O | a <= b | proved
2^a | 2^b | O | a <= 2*b | refuted
2^a | 4^b | O | a <= 2*b | proved
2^a | 3^b | o | a <= b | proved
a/log(a) | b/log(b) | O | a <= b | proved
a | log(b) | O | a <= log(b) | proved
a^3 | b | o | a <= log(b) | proved
a + b | b | Theta | a == O(b) | proved
a | b | Theta | a == Theta(b) | proved
a | b | o | a == Theta(b) | refuted
a*b | b^1.5 | O | a^2 <= b | proved
a^2*b^2 | sqrt(a)*b^3 | O | a*log(a) <= b | refuted
min(a, b) | a | Theta | a <= b | proved
"""


def conditions_of(text):
    return tuple(term(c) for c in text.split(" and ") if c)


def claim_of(row):
    left, right, order, rest, expected = [cell.strip() for cell in row.split("|")]
    left, right = term(left), term(right)
    fixed = set(rest.split()) if all(word.isidentifier() for word in rest.split()) and " and " not in rest else set()
    conditions = () if fixed else conditions_of(rest)
    names = free_names(left) | free_names(right)
    for c in conditions:
        names |= free_names(c)
    return Claim(GrowsLike(left, right, order, tuple(sorted(names - fixed)) or ("n",)), (), conditions), expected


CLAIMS = [row for row in ROWS.strip().splitlines() if not row.startswith("#")]


@pytest.mark.parametrize("row", CLAIMS)
def test_verdict(row):
    claim, expected = claim_of(row)
    verdict = decide(claim, Budget(8))
    assert verdict.status == expected, verdict.finding
    assert not any("refused" in word for word in verdict.finding.words)
    assert json.loads(json.dumps(verdict.evidence.data)) == verdict.evidence.data


@pytest.mark.parametrize("row", [r for r in CLAIMS if r.split("|")[2].strip() == "Theta"][::4])
def test_theta_is_symmetric_and_does_not_depend_on_names(row):
    claim, expected = claim_of(row)
    wanted = claim.conclusion
    turned = Claim(GrowsLike(wanted.right, wanted.left, "Theta", wanted.growing), (), claim.conditions)
    assert decide(turned).status == expected
    names = {symbol(n): symbol(f"z{n}") for n in wanted.growing}
    left, right, growing = replace(wanted.left, names), replace(wanted.right, names), tuple(f"z{n}" for n in reversed(wanted.growing))
    renamed = Claim(GrowsLike(left, right, "Theta", growing), (), tuple(replace(c, names) for c in claim.conditions))
    assert decide(renamed).status == expected


# ------------------------------------------------------------------------------------------------------- agreement with numbers


def scale(r, names):
    parts = []
    for name in names:
        kind = r.random()
        if kind < 0.5:
            parts.append(f"{name}^{r.choice([1, 2, 3])}")
        elif kind < 0.65:
            parts.append(f"log({name})")
        elif kind < 0.7:
            parts.append(f"{r.choice([2, 3])}^{name}")
        elif kind < 0.75:
            parts.append(f"log({name} + {r.choice(names)})")
    return "*".join(parts) or "1"


def sum_of_scales(r, names):
    kind, first, second = r.random(), scale(r, names), scale(r, names)
    return first if kind < 0.4 else f"{first} + {second}" if kind < 0.75 else f"{r.choice(['max', 'min'])}({first}, {second})"


def log_value(t, logs):
    from mpmath import mp, mpf

    if t.kind == "number":
        return mp.log(mpf(t.value.numerator) / t.value.denominator)
    if t.kind == "symbol":
        return logs[t.name]
    values = [log_value(a, logs) for a in t.args]
    if t.name == "mul":
        return mp.fsum(values)
    if t.name == "add":
        top = max(values)
        return top + mp.log(mp.fsum(mp.exp(max(v - top, -500)) for v in values))
    if t.name == "pow":
        return values[0] * mp.exp(values[1])
    return mp.log(values[0]) if t.name == "log" else max(values) if t.name == "max" else min(values)


@pytest.mark.parametrize("seed", range(60))
def test_no_proof_is_contradicted_by_numbers(seed):
    """Along random curves, log(left/right) may not run off: looked at where the logarithms of the symbols are up to 10^2.4."""
    from mpmath import mp, mpf

    r = random.Random(seed)
    names = ["a", "b"]
    left, right = (term(sum_of_scales(r, names)) for _ in range(2))
    condition = r.choice([None, "a <= b", "a << b", "a <= b^2"])
    order = r.choice(["O", "o"])
    claim = Claim(GrowsLike(left, right, order, ("a", "b")), (), (term(condition),) if condition else ())
    if decide(claim, Budget(2)).status is not Status.PROVED:
        return
    with mp.workdps(600):
        for _ in range(25):
            speeds = {n: mpf(r.choice([0.2, 0.5, 1, 1.5, 2, 4])) for n in names}
            if condition == "a <= b" and speeds["a"] > speeds["b"] or condition == "a << b" and speeds["a"] >= speeds["b"] \
                    or condition == "a <= b^2" and speeds["a"] > 2 * speeds["b"]:
                continue
            runs = []
            for t in (mpf(1), mpf("1.7"), mpf("2.4")):
                logs = {n: mpf(10) ** t * speeds[n] for n in names}
                runs.append(log_value(left, logs) - log_value(right, logs))
            assert not (runs[2] > runs[1] + 5 and runs[1] > runs[0] + 1 and runs[2] > 60), (left, right, condition, speeds)
            assert order == "O" or runs[2] < 0, (left, right, condition, speeds)


EXPRESSIONS = st.deferred(lambda: st.one_of(
    st.sampled_from(["n", "log(n)", "2", "3", "k", "sqrt(n)", "5/3"]),
    st.tuples(EXPRESSIONS, st.sampled_from(["+", "-", "*", "/"]), EXPRESSIONS).map(lambda p: f"({p[0]}{p[1]}{p[2]})"),
    st.tuples(st.sampled_from(["log", "floor", "fact", "exp", "sqrt", "abs"]), EXPRESSIONS).map(lambda p: f"{p[0]}({p[1]})"),
    st.tuples(EXPRESSIONS, EXPRESSIONS).map(lambda p: f"({p[0]})^({p[1]})"),
    st.tuples(st.sampled_from(["max", "min"]), EXPRESSIONS, EXPRESSIONS).map(lambda p: f"{p[0]}({p[1]},{p[2]})"),
    EXPRESSIONS.map(lambda p: f"sum(i, 1, n, i*({p}))")))


@settings(max_examples=120, deadline=None, derandomize=True)
@given(EXPRESSIONS)
def test_finder_and_checker_read_alike(text):
    """Two readings of the same tree, written apart, come to the same scales or both to none."""
    t = term(text)
    try:
        found = Converter(Line("n", {}), ("n",)).order(t)
        mine = {frozenset(read_form(form.data(), ("n",)) for form in alternative) for alternative in found.alternatives}
    except Unfit:
        mine = None
    line = CheckersLine("n", {})
    try:
        theirs = set(Reader(["n"], {}, line.ask).rough(t))
    except Unknown:
        theirs = None
    assert mine == theirs


# ------------------------------------------------------------------------------------------------------------ forged evidence


def evidence_for(row):
    claim, _ = claim_of(row)
    verdict = decide(claim, Budget(8))
    return claim, copy.deepcopy(dict(verdict.evidence.data))


def refused(claim, data, words=None):
    with pytest.raises(kernel.Refused, match=words):
        kernel.settle(claim, Evidence("growth", data))


PROVED_ROW = "a^2*b + a*b^2 | a^2*b | Theta | b <= a | proved"


def test_a_claim_is_not_proved_by_another_claims_certificate():
    _, data = evidence_for(PROVED_ROW)
    other, _ = claim_of("a^2*b + a*b^3 | a^2*b | Theta | b <= a | refuted")
    refused(other, data, "not shown to be small enough")
    without, _ = claim_of("a^2*b + a*b^2 | a^2*b | Theta |  | refuted")
    refused(without, data)


def test_weights_must_add_up_and_fit():
    claim, data = evidence_for("a*b | a^2 + b^2 | O | | proved")
    goal = data["trees"]["O"]["goals"][0]
    goal["lambda"] = ["2", "-1"]
    refused(claim, data, "weights")
    goal["lambda"] = ["1", "0"]
    refused(claim, data, "does not come to")


def test_multipliers_must_be_positive():
    claim, data = evidence_for(PROVED_ROW)
    for goal in data["trees"]["O"]["goals"]:
        goal["sum"] = [[k, [["-1", []]]] for k, _ in goal["sum"]]
    refused(claim, data)


def test_a_fact_cannot_be_made_up():
    claim, _ = claim_of("a | b | O | | refuted")
    b_over_a = [[["L", 1, "b"], [["1", []]]], [["L", 1, "a"], [["-1", []]]]]
    goal = {"strict": False, "left": [b_over_a[:0] + [[["L", 1, "a"], [["1", []]]]]], "right": [[[["L", 1, "b"], [["1", []]]]]], "theta": ["1"],
            "lambda": ["1"], "sum": [[0, [["1", []]]]]}
    for rule, needs, words in [
        (["case", 0], [], "no such case"), (["condition", 0, 0, b_over_a[1:], b_over_a[:1]], [], "malformed"), (["trust me"], [], "no rule"),
        (["order", ["L", 1, "b"], ["L", 1, "a"]], [[]], "does not come to"),
        (["ladder", "b", 1, 1, [["1", []]], [["1", []]]], [], "does not go down"),
        (["grows", ["L", 1, "zz"]], [], "does not grow"),
        (["log", ["T", b_over_a], ["L", 1, "a"], [["1", []]]], [[], []], "does not come to"),
    ]:
        refused(claim, {"how": "certificate", "trees": {"O": {"facts": [{"rule": rule, "needs": needs}], "asked": [], "goals": [goal]}}}, words)


def test_a_case_needs_its_opposite():
    claim, data = evidence_for("a*log(a) + b*log(b) | (a+b)*log(a+b) | Theta | | proved")
    direction = next(d for d in data["trees"] if "case" in data["trees"][d])
    data["trees"][direction]["else"] = data["trees"][direction]["then"]
    refused(claim, data)
    data["trees"][direction] = data["trees"][direction]["then"]
    refused(claim, data)


def test_a_weak_fact_does_not_show_a_strict_order():
    claim, data = evidence_for(PROVED_ROW)
    strict = Claim(GrowsLike(term("a*b^2"), term("a^2*b"), "o", ("a", "b")), (), claim.conditions)
    tree = data["trees"]["O"]
    for item in (*tree["goals"], *tree["asked"]):
        item["strict"] = True
    refused(strict, data | {"trees": {"O": tree}}, "weaker")


def test_curves_must_meet_the_conditions_and_refute():
    claim, data = evidence_for("a*b | a^2 | O | a <= b | refuted")
    assert data["how"] == "curve"
    holding, _ = claim_of("a*b | a^2 | O | b <= a | proved")
    refused(holding, data, "condition")
    true, _ = claim_of("a | a*b | O | | proved")
    refused(true, data, "stays bounded")
    parameter = ["symbol", "growing parameter"]
    for curve, words in [({"a": parameter}, "every symbol"), ({"a": None, "b": None}, "nothing grows"),
                         ({"a": parameter, "b": ["number", "7"]}, "whole"), ({"a": parameter, "b": ["apply", "div", parameter, ["number", "2"]]}, "whole"),
                         ({"a": parameter, "b": ["apply", "pow", ["number", "1"], parameter]}, "whole"),
                         ({"a": parameter, "b": ["apply", "sqrt", parameter]}, "whole")]:
        refused(claim, data | {"curve": curve}, words)


def test_a_held_symbol_does_not_refute_a_strict_order_by_itself():
    claim = Claim(GrowsLike(term("a"), term("a*b"), "o", ("a", "b")))
    assert decide(claim).status is Status.PROVED
    refused(claim, {"how": "curve", "direction": "O", "constants": {}, "curve": {"a": ["symbol", "growing parameter"], "b": None}}, "stays bounded")


def test_constants_must_lie_in_their_domains():
    claim = Claim(GrowsLike(term("n^k"), term("n^3"), "O", ("n",)), (("k", Domain.parse("integer < 3")),))
    data = {"how": "curve", "direction": "O", "curve": {"n": ["symbol", "growing parameter"]}}
    refused(claim, data | {"constants": {"k": ["number", "5"]}}, "cannot have that value")
    refused(claim, data | {"constants": {}}, "every symbol")
    refused(claim, data | {"constants": {"k": ["number", "2"]}}, "stays bounded")


def test_one_line_of_evidence_is_checked_again():
    true, data = evidence_for("n | n^2 | O | | proved")
    assert data == {"how": "line"}
    refused(Claim(GrowsLike(term("n^2"), term("n"), "O", ("n",))), data, "faster")
    refused(Claim(GrowsLike(term("a"), term("a*b"), "O", ("a", "b"))), data, "more than one")
    refused(true, {"how": "because"}, "unknown kind")


def test_nothing_leaks_and_nothing_hangs():
    hostile = ["2^2^2^2^2^2^2^n", "fact(fact(fact(n)))", "n^(10^50)", "(" * 60 + "n" + "+1)^9" * 60, "*".join(f"x{k}" for k in range(30)),
               "1/(n-n)", "0*n", "n^0", "0^n", "log(0)", "log(n, 1)", "(-n)^n", "sum(i, 1, n, i^(10^9))", "binomial(n, n)", "n/(n-1)",
               "(n-m)^(n-m)", "+".join(f"n^{k}*m^{90-k}" for k in range(90))]
    for text in hostile:
        t = term(text)
        names = tuple(sorted(free_names(t)))[:6] or ("n",)
        verdict = decide(Claim(GrowsLike(t, term("n"), "Theta", names)), Budget(2))
        assert verdict.status in set(Status)


def test_conditions_that_are_not_understood_prove_nothing():
    claim = Claim(GrowsLike(term("a"), term("b"), "O", ("a", "b")), (), (term("not a <= b"),))
    assert decide(claim).status is Status.UNDECIDED
