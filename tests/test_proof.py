"""`check_proof`: lines to links, what holds between them, and where the first break is."""

import pytest

from grader.proof import check_proof

CASES = [
    # lines, assume, relations, first break
    (["(x-1)(x+4)", "= x^2 - x + 4x - 4", "= x^2 + 3x - 4"], {}, [None, "equal", "equal"], None),
    (["(x-1)(x+4)", "= x^2 - x + 4x - 4", "= x^2 + 3x - 3"], {}, [None, "equal", "fails"], 2),
    (["2x + 3 = 7", "2x = 4", "x = 3", "x + 1 = 4"], {}, [None, "equivalent", "fails", "equivalent"], 2),
    (["y^2 = 9", "y = 3"], {}, [None, "implied_by"], 1),
    (["y^2 = 9", "y = 3"], {"y": "positive"}, [None, "equivalent"], None),
    (["Let y > 0", "y^2 = 9", "y = 3"], {}, [None, None, "equivalent"], None),
    (["y = 3", "y^2 = 9"], {}, [None, "implies"], None),
    (["e^x = 5", "x = log(5)"], {}, [None, "equivalent"], None),
    (["e^x = 5", "x = log(4)"], {}, [None, "fails"], 1),
    (["log(t + 3) - log(t) = log(4)", "(t + 3)/t = 4", "3t = 3", "t = 1"], {}, [None, "equivalent", "equivalent", "equivalent"], None),
    (["log(t) + log(t - 3) = log(10)", "t(t - 3) = 10", "t = 5 or t = -2"], {}, [None, "implies", "equivalent"], None),
    (["2 e^(3t) - 1 = 7", "e^(3t) = 4", "3t = log 4"], {}, [None, "equivalent", "equivalent"], None),
    (["z^3 = i", "z^6 = -1"], {}, [None, "implies"], None),
    (["z^4 = 16", "z = 2 or z = -2 or z = 2i or z = -2i"], {}, [None, "equivalent"], None),
    (["z^4 = 16", "z = 2 or z = -2 or z = 2i"], {}, [None, "implied_by"], 1),
    (["(t - 1)^50 (t + 2)^20 = 0", "(t - 1)(t + 2) = 0"], {}, [None, "equivalent"], None),
    (["u = 1 or u = 3", "u = 1 and u = 3"], {}, [None, "fails"], 1),
    (["(P or Q) and not P", "Q and not P", "Q"], {}, [None, "equivalent", "implies"], None),
    (["u^2 + 1 = 0", "{}"], {}, [None, "equivalent"], None),
    (["t^2 + 2t", "= t^3/3 + t^2"], {}, [None, None], None),
    (["d/dt t^3", "= lim_{h -> 0} ((t+h)^3 - t^3)/h", "= lim_{h -> 0} (3 t^2 + 3 t h + h^2)", "= 3 t^2"], {}, [None, "equal", "equal", "equal"], None),
    (["\\lim_{h \\to 0} \\frac{(t+h)^3 - t^3}{h}", "= 2 t^2"], {}, [None, "fails"], 1),
    (["y(t)^2 = 4 t", "2 y(t) y'(t) = 4", "y'(t) = 2/y(t)"], {}, [None, "implies", "equivalent"], None),
    (["sum(j, j, 1, n) + (n+1) = n(n+1)/2 + (n+1)", "sum(j, j, 1, n+1) = (n+1)(n+2)/2"], {}, [None, "equivalent"], None),
    (["sum(j, j, 1, n) + (n+1) = n(n+1)/2 + (n+1)", "sum(j, j, 1, n+1) = (n+1)(n+3)/2"], {}, [None, "fails"], 1),
    (["a x = b", "x = b/a"], {}, [None, "implied_by"], None),
    (["x (x - 1) = x", "x - 1 = 1"], {}, [None, "implied_by"], 1),
    (["x = 2", "<=> x^2 = 4"], {}, [None, "implies"], 1),
    (["x = 2", "=> x^2 = 4"], {}, [None, "implies"], None),
    (["x^2 = 4", "<== x = 2"], {}, [None, "implied_by"], None),
    (["f(t) = t^2 - 1", "= (t - 1)(t + 1)", "f(2) = 3"], {}, [None, "equal", "equal"], None),
    (["(a - b)^2/4", ">= 0"], {}, [None, "implies"], None),
    (["-x^2 - 4x - 4", "= -(x + 2)^2", "<= 0", "< 1"], {}, [None, "equal", "implies", "implies"], None),
    (["[t^2]_1^3", "= 9 - 1", "= 8"], {}, [None, "equal", "equal"], None),
    (["2x + y = 5, x - y = 1", "3x = 6", "x = 2"], {}, [None, "implies", "equivalent"], None),
    (["2x + y = 5", "x - y = 1", "3x = 6", "x = 2", "y = 1"], {}, [None, None, "implies", "equivalent", "implies"], None),
    (["2x + y = 5", "x - y = 1", "3x = 7"], {}, [None, None, "fails"], 2),
    (["t^2 - 6t + 5 = 0", "t^3 - 6t + 5 = 0", "(t - 3)^2 = 4"], {}, [None, "fails", "fails"], 1),
    (["Let $u = x^2 + 1$.", "$\\int 2x (x^2+1)^3 dx$", "$= \\int u^3 du$", "$= u^4/4 + C$"], {}, [None, None, "equal", "equal"], None),
    (["Let $u = x^2 + 1$.", "$\\int 2x (x^2+1)^3 dx$", "$= \\int u^2 du$"], {}, [None, None, "fails"], 2),
    (["ln(y) = x ln(x)", "y'/y = ln(x) + 1"], {}, [None, "implies"], None),
    (["ln(y) = x ln(x)", "y'/y = ln(x) + 2"], {}, [None, "fails"], 1),
    (["d/dt t^3", "= lim_{h -> 0} ((t+h)^3 + t^3)/h"], {}, [None, "fails"], 1),
    (["lim_{h -> 0} sin(h)/h", "= 1"], {}, [None, "equal"], None),
    (["k t = ln(P/Q)", "t = ln(P/Q)/k"], {"k": "positive", "P": "positive", "Q": "positive"}, [None, "equivalent"], None),
    (["v = u + a t", "t = (v - u)/a", "s = u t + a t^2/2", "s = u (v - u)/a + (v - u)^2/(2 a)"], {"a": "positive"},
     [None, "equivalent", None, "implies"], None),
    (["x^4 - 5x^2 + 4 = 0", "u = x^2", "u^2 - 5u + 4 = 0", "u = 1 or u = 4", "x^2 = 1 or x^2 = 4"], {},
     [None, None, "implies", "equivalent", "implies"], None),
    (["4t = 6", "t = 0.3333", "t = 1/3"], {}, [None, "fails", "fails"], 1),
    (["$|r e| < |e|$ iff $|r| < 1$"], {}, ["equivalent"], None),
    (["|t| >= 0", "|t| > 0"], {}, [None, "fails"], 1),
    (["Base case: n = 1: $1 = 1^2$.", "Inductive step: assume $\\sum_{k=1}^n (2k-1) = n^2$. Then",
      "$\\sum_{k=1}^{n+1} (2k-1) = n^2 + 2(n+1) - 1$", "$= (n+1)^2$", "So it holds for n+1."], {}, ["equal", None, "equal", "equal", None], None),
    (["Suppose $a, b > 0$. Then", "$\\sqrt{a b} = \\sqrt{a} \\sqrt{b}$", "\\section*{Next}"], {}, [None, "equal", None], None),
    (["where n is a positive integer", "$(-1)^{2n}$", "$= 1$"], {}, [None, None, "equal"], None),
    (["a = b", "|a| = |b|", "a = b"], {}, [None, "implies", "implied_by"], 2),
    (["cos(2t) = 1/2", "2 cos(t)^2 - 1 = 1/2"], {}, [None, "equivalent"], None),
    (["e^(2t) - e^t = 0", "e^t = 1", "t = 0"], {}, [None, "equivalent", "equivalent"], None),
    (["z^2 = -4", "z = ±2i"], {}, [None, "equivalent"], None),
]


@pytest.mark.parametrize(("lines", "assume", "relations", "first"), CASES)
def test_steps(lines, assume, relations, first):
    proof = check_proof(lines, assume=assume)
    assert [s and s.relation for s in proof.steps] == relations
    assert proof.first_break == first


def test_a_condition_of_the_step_is_named():
    proof = check_proof(["(x^2 - 9)/(x - 3)", "= x + 3"])
    assert proof.steps[1].relation == "equal" and proof.steps[1].conditions == ("x - 3 != 0",)
    assert check_proof(["a x = b", "x = b/a"]).steps[1].conditions == ("a != 0",)


def test_the_example_names_the_values_of_both_lines():
    assert check_proof(["2(x + 1)", "= 2x + 1"]).steps[1].example == "For x = 2 the side before is 6 and this one is 5."
    assert check_proof(["x^2 + 1", "<= 2x"]).steps[1].example.endswith("the side before is 5 and this one is 4.")
    assert check_proof(["x^2 = 9", "x = 3"]).steps[1].example == "For x = -3, the line before holds and this one does not."


@pytest.mark.parametrize("lines", [[], [""], ["", ""], ["= "], ["= = ="], ["\\begin{align"], ["$" * 50], ["(" * 500], ["x" * 70_000], ["a_{" * 90],
                                   ["x = 1", "∫∫∫", "x = 2"], ["2^(10^10)", "= 2^(10^10) + 1"], ["true", "1/0 = 1/0"], ["\x00", "\ud800"], ["and", "or not"]])
def test_hostile_lines_end_in_steps(lines):
    proof = check_proof(lines)
    assert len(proof.steps) == len(lines)
    assert proof.to_data()["first_break"] is None or isinstance(proof.to_data()["first_break"], int)


def test_what_comes_after_too_many_steps_is_said_to_be_unread():
    proof = check_proof(["x"] + ["= x"] * 420)
    assert proof.steps[1].relation == "equal" and proof.steps[420].relation is None and "more than" in proof.steps[420].reason
