"""`grader.verify`: one call for every kind of thing, from strings, terms and SymPy objects; and the kinds' own claims cut into parts."""

import copy
from decimal import Decimal
from fractions import Fraction

import pytest

import grader
from grader.kernel import Refused, settle
from grader.model import Evidence, Status
from grader.term import apply, number, symbol


def status(reference, answer, **assume):
    return str(grader.verify(reference, answer, assume=assume).status)


@pytest.mark.parametrize("reference, answer, expected", [
    ("(x+1)^2", "x^2 + 2x + 1", "proved"), ("(x+1)^2", "x^2 + 1", "refuted"), ("x", "x/x*x", "proved"), ("1", "0/0", "undecided"),
    (r"\frac{1}{2}", "0.5", "proved"), ("1/3", "0.33", "refuted"), ("e^{i pi}", "-1", "proved"), ("re(1 + 2I)", "1", "proved"),
    ("E", "exp(1)", "proved"),
    ("x = 1", "1 = x", "proved"), ("x = 1", "1", "refuted"), ("y = 1 - x", "x + y = 1", "proved"), ("x^2 = 4", "x = 2", "refuted"),
    ("x = y", "a x = a y", "refuted"),
    ("y = x/(2x-1)", "1/x + 1/y = 2", "proved"), ("x = y", "sqrt(x) = sqrt(y)", "refuted"),
    ("x^2 = -a", "(x - i sqrt(a))(x + i sqrt(a)) = 0", "proved"),
    ("x^2 - 1 = 0", "(x^2 - 1)/(x - 1) = 0", "refuted"), ("x = 1", "(x - 1)^2/(x - 1) = 0", "refuted"),
    ("x (y - 1) = 0", "x (y - 1)/x = 0", "refuted"),
    ("x > 1", "1 < x", "proved"), ("x > 1", "x >= 1", "refuted"), ("x^2 < 4", "-2 < x < 2", "proved"), ("-oo < x", "x < oo", "proved"),
    ("false", "1 = 2", "proved"),
    ("{1, 2}", "{2, 1, 1}", "proved"), ("{1, 2}", "{1, 3}", "refuted"), ("{x, y}", "{y, x}", "proved"), ("{x, y}", "{x, 2y}", "refuted"),
    ("{}", "{1}", "refuted"),
    ("[0, 1)", "[0, 1]", "refuted"), ("(1, 3)", "(1, 2] union [2, 3)", "proved"), ("(1,2)", "[1,2]", "undecided"), ("(0, oo)", "(-1, oo)", "refuted"),
    ("(1, 2, 3)", "(1, 2, 4)", "refuted"), ("(1, 2, x)", "(1, 2, x)", "proved"), ("[1, 2, 3]", "[1, 2]", "refuted"), ("[1, 2, 3]", "x", "refuted"),
    ("matrix([1,2],[3,4])", "matrix([1,2],[3,5])", "refuted"), ("A and (B or C)", "(A and B) or (A and C)", "proved"),
    ("A implies B", "B implies A", "refuted"),
    ("f(x) := x^2", "f(t) := t^2", "proved"), ("f(x) := x^2", "g(x) := x^2", "undecided"), ("f(x) := x^2", "f(x) := x^3", "refuted"),
    (r"\pm 3", "{-3, 3}", "proved"), (r"\pm 3", "3", "refuted"), (r"x = b \pm c", "x = b + c or x = b - c", "proved"),
    (r"a \pm b", r"a \mp b", "proved"),
    (r"x^2/2", r"\int x dx", "proved"), (r"x^2/2 + C", r"\int x dx", "proved"), (r"x^2", r"\int x dx", "refuted"), ("oo", "-oo", "refuted"),
    ("oo", "oo", "proved"),
    ("(-2)^n", "(-2)^(n-1)", "refuted"), ("D = (0, 1)", "D = (0, 2)", "refuted"), ("A u A'", "B u B'", "proved"), ("A' u B'", "(A n B)'", "proved"),
    (r"\frac{d}{dx} y", r"\frac{dy}{dx}", "proved"), ("sum(k, k, 1, n)", "n(n+1)/2", "agrees"), ("{x > 1, x = 0}", "{0 = x, 1 < x}", "proved"),
    ("{x > 1, x = 0}", "{x > 2, x = 0}", "refuted"),
])
def test_pairs_of_all_kinds(reference, answer, expected):
    found = status(reference, answer)
    assert found == expected or expected == "agrees" and found == "proved"


def test_domains_decide():
    assert status("x", "sqrt(x^2)") == "refuted"
    assert status("x", "sqrt(x^2)", x="positive") == "proved"
    assert status("2 log(x)", "log(x^2)", **{"*": "complex"}) == "refuted"
    assert status("0", "sin(pi n)") == "refuted" and status("0", "sin(pi n)", n="integer") == "proved"
    with pytest.raises(ValueError):
        grader.verify("x", "x", assume={"x": "purple"})


def test_the_answer_may_be_undefined_where_the_reference_is_not():
    facts = grader.verify("x + 1", "(x^2 - 1)/(x - 1)").finding.facts
    assert any("x = 1" in f for f in facts)
    assert not grader.verify("(x^2 - 1)/(x - 1)", "x + 1").finding.facts


def test_unread_and_hostile_strings_end_in_a_verdict():
    for text in ("", "x +* 2", "(" * 5000, "9^9^9^9^9", "\\frac{", "x" * 30_000, "\x00\u202e", "((((((((((x!)!)!)!)!)!)!)!)!)!", "1/" * 800 + "1"):
        verdict = grader.verify("x", text)
        assert verdict.status in (Status.UNDECIDED, Status.REFUTED) and verdict.equal is not True


def test_terms_and_the_law_of_symmetry():
    x = symbol("x")
    assert grader.verify(apply("mul", number(2), x), apply("add", x, x)).status is Status.PROVED
    for a, b in (("x^2 + 1", "x^2 - 1"), ("{1, 2}", "{1, 3}"), ("x > 1", "x > 2"), ("(1, 2, 3)", "(1, 2)")):
        assert status(a, b) == status(b, a) == "refuted"


def test_a_text_that_can_be_read_in_two_ways():
    assert status("x^(y z)", "x^yz") in ("undecided", "proved")
    assert status("1/(2 x)", "1/2x") in ("undecided", "proved")


def test_forged_parts_are_refused():
    verdict = grader.verify("{x, y}", "{y, x}")
    good = dict(verdict.evidence.data)
    assert settle(verdict.claim, Evidence("structure", good)).status is Status.PROVED
    wrong = grader.verify("{x, y}", "{x, 2y}").claim
    for data in (good, good | {"how": "kinds"}, good | {"how": "truth"}, good | {"how": "entries", "parts": []}, {"how": "magic"},
        {"how": "infinite"},
                 {"how": "multiple"}, {"how": "conditions", "parts": []}):
        with pytest.raises(Refused):
            settle(wrong, Evidence("structure", data))
    moved = copy.deepcopy(good)
    moved["to_right"][0][0] = 1 - moved["to_right"][0][0]
    with pytest.raises(Refused):
        settle(verdict.claim, Evidence("structure", moved))


@pytest.mark.parametrize("how, equation, same, others", [
    ("multiple", "sqrt(x) + y = 1", "2 sqrt(x) + 2y = 2", ("2 sqrt(x) + 2y = 3", "y (sqrt(x) + y) = y", "(sqrt(x) + y)/(y - 5) = 1/(y - 4)")),
    ("scaled", "x + y = 1", "y = 1 - x", ("2x + 2y = 3", "x (x + y) = x", "(x + y)/(x - 5) = 1/(x - 5)", "0 = 0", "1 = 1", "abs(x + y) = 1")),
    ("scaled", "sin(2x) = y e^(z+1)", "-3 e e^z y + 6 sin(x) cos(x) = 0", ("sin(2x) = y e^z", "sqrt(z) sin(2x) = sqrt(z) y e^(z+1)")),
])
def test_a_multiple_must_be_one(how, equation, same, others):
    verdict = grader.verify(equation, same)
    assert verdict.status is Status.PROVED and verdict.evidence.data["how"] == how
    for other in others:
        claim = grader.verify(equation, other).claim
        with pytest.raises(Refused):
            settle(claim, Evidence("structure", dict(verdict.evidence.data)))


def test_words_do_not_show_the_reference():
    for reference, answer in (("x + 731", "x"), ("{731, 1}", "{1, 2}"), ("x = 731", "x = 2"), ("(1, 731)", "(1, 2)"), ("f(x) := 731 x", "f(x) := x"),
        ("x < 731", "x < 5")):
        verdict = grader.verify(reference, answer)
        assert verdict.status is Status.REFUTED
        assert "731" not in " ".join(verdict.finding.words), verdict.finding.words


def test_python_things_as_sides():
    sp = pytest.importorskip("sympy")
    for reference, answer in ((0.5, "1/2"), (Decimal("0.25"), "1/4"), (Fraction(1, 3), "1/3"), (2 + 1j, "2 + i"), (True, "true"), (float("inf"), "oo"),
                              ([1, 2], "[1, 2]"), ((sp.Rational(1, 2), "0.5"), "(1/2, 1/2)"), ({1, 2}, "{2, 1}"), (set(), "{}"),
                              ([[1, 2], [3, 4]], sp.Matrix([[1, 2], [3, 4]])), ([sp.Symbol("x"), "x^2"], "[x, x x]")):
        assert grader.verify(reference, answer).equal is True, (reference, answer)
    assert grader.verify(float("nan"), "1").equal is None and grader.verify(0.1, "1/9").equal is False


def test_errors_of_callers_are_clear():
    for bad in (None, b"x", {"a": 1}, object()):
        with pytest.raises(TypeError, match="expected a text"):
            grader.verify(bad, "x")
    with pytest.raises(TypeError, match="assume"):
        grader.verify("x", "x", assume=["x"])
    with pytest.raises(TypeError, match="assume"):
        grader.verify("x", "x", assume={"x": 3})
    with pytest.raises(KeyError):
        grader.verify("x", "x", kind="nope")


def test_kinds_of_comparison():
    assert grader.verify("{1}", "1", kind="set").equal is True and grader.verify("1, 2", "2, 1", kind="set").equal is True
    assert grader.verify("[1, 2]", "(1, 2)", kind="list").equal is True and grader.verify("(0, 1)", "]0, 1[", kind="interval").equal is True
    assert grader.verify("25 m/s", "90 km/h", kind="quantity").equal is True and grader.verify("25 m/s", "90 km", kind="quantity").equal is False
    assert grader.verify("25 m/s", "91 km/h", kind="quantity").equal is False and grader.verify("25 m/s", "x", kind="quantity").equal is None
    assert grader.verify("x + 1", "1 + x", budget=2).equal is True
