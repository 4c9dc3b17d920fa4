"""The attention kinds as a whole: spec errors, hostile text, nothing of the reference in what a learner sees, stability under renaming."""

import dataclasses
import random
import time
from fractions import Fraction

import pytest

from grader import answers
from grader.domain import Domain
from grader.model import Answer, KnownAnswer, Part, Problem, Read, SpecError, Symbol, Unread
from grader.run.one import grade_answer

SYMBOLS = tuple(Symbol(n, Domain.parse(d)) for n, d in {
    "q": "vector", "k": "vector", "v": "vector", "z": "vector", "alpha": "real", "m": "integer > 2", "i": "index", "j": "index", "a": "index",
        "b": "index"}.items())


def part(kind, answer, **options):
    return Part("x", kind, Fraction(2), answer=answer, options=answers.load(kind).Options(**options), symbols=SYMBOLS)


BUILD = part("construction", "q = beta (k_a + k_b), beta -> oo", weights=(("a", Fraction(1, 2)), ("b", Fraction(1, 2))))
LIMIT = part("limit_condition", "k_j^T q - k_i^T q -> oo for all i != j", target=(("j", Fraction(1)),))


def marked(text, which=BUILD):
    problem = Problem("p", "t", (which,), "0")
    return grade_answer(problem, which, Answer("p/x", text)).mark


@pytest.mark.parametrize("which, change, says", [
    (BUILD, {"options": {"weights": (("a", Fraction(1, 2)),)}}, "sum to 1"),
    (BUILD, {"options": {"norms": (("a", Fraction(2)),)}}, "norm for each"),
    (BUILD, {"options": {"norms": (("a", Fraction(2)), ("b", Fraction(2)), ("other", Fraction(1)))}}, "orthonormal: no"),
    (BUILD, {"options": {"share": Fraction(2)}}, "share"),
    (BUILD, {"wrong": (KnownAnswer(pattern="nonsense"),)}, "expected one of"),
    (BUILD, {"answer": "no idea"}, "cannot be read"),
    (BUILD, {"wrong": (KnownAnswer(answer="(("),)}, "cannot be read"),
    (LIMIT, {"options": {"target": (("j", Fraction(1, 2)),)}}, "weight 1"),
    (LIMIT, {"wrong": (KnownAnswer(pattern="nonsense"),)}, "expected one of"),
    (LIMIT, {"answer": "because"}, "cannot be read"),
])
def test_spec_errors_say_what_was_expected(which, change, says):
    changed = dict(change)
    if "options" in changed:
        changed["options"] = dataclasses.replace(which.options, **changed["options"])
    with pytest.raises(SpecError, match=says):
        answers.load(which.kind).check(dataclasses.replace(which, **changed))


def test_good_specs_pass():
    answers.load("construction").check(BUILD)
    answers.load("limit_condition").check(LIMIT)


@pytest.mark.parametrize("which", [BUILD, LIMIT], ids=["construction", "limit_condition"])
@pytest.mark.parametrize("text", ["very " * 3000, "for all " * 2000, "$k_j^T q$ is " * 700, "(" * 15000, "the query " * 1500,
    "⟨Q0⟩ is similar to ⟨K1⟩ " * 50,
                                  "q = " + "+".join(["k_a"] * 2000), "q=" + "(" * 150 + "k_a" + ")" * 150, "q = 10^(10^10) (k_a + k_b)",
                                  "q = exp(exp(exp(beta))) (k_a + k_b), beta -> oo", "q = (x+y+z+u+w)^12 (k_a + k_b), x -> oo",
                                      "q = " + " + ".join(f"x_{n} k_a" for n in range(40)),
                                  "\x00\x01\ud800", "q = k_a^{99999999999}", "q = 1/0 k_a", "q = \\frac{1}{0}(k_a+k_b)"])
def test_hostile_text_ends_soon_without_credit(which, text):
    began = time.thread_time()
    mark = marked(text, which)
    assert mark.points == 0 or mark.points < which.points
    assert time.thread_time() - began < 3


def test_mutated_answers_never_raise():
    rng = random.Random(20)
    seeds = [
        "$q = \\beta(k_a + k_b)$ where $\\beta \\gg 0$", "$q = \\sum_j \\beta_j k_j$, $\\beta_a = \\beta_b \\to \\infty$ and $\\beta_i \\le 0$",
        "$k_j^\\top q \\gg k_i^\\top q$ for all $i \\neq j$", "$\\exp(k_j^T q) \\gg \\sum_{i \\ne j} \\exp(k_i^T q)$",
        "the dot product of $k_j$ and $q$ is much larger than that of the other keys", "q = t k_a + t k_b - s sum_{i != a,b} k_i, t, s -> oo"]
    pieces = list("$\\{}()^_=<>,. kqabij0123") + ["\\to", "\\infty", "not ", "large ", "\\sum", "k_i", "\\max_i ", "\\alpha_j", "\\forall i "]
    for _ in range(70):
        text = rng.choice(seeds)
        for _ in range(rng.randrange(1, 5)):
            at = rng.randrange(len(text) + 1)
            text = text[:at] + (rng.choice(pieces) if rng.random() < 0.6 else "") + text[at + rng.randrange(0, 3):]
        for which in (BUILD, LIMIT):
            reading = answers.load(which.kind).read(Answer("p/x", text), which)
            assert isinstance(reading, (Read, Unread))
            marked(text, which)


@pytest.mark.parametrize("text", ["q = beta (k_a + k_b)", "q = k_a + k_b", "q = beta k_a, beta -> oo", "q = 3 (k_a + k_b)", "$q \\perp k_a - k_b$",
                                  "$q = \\sum_j \\beta_j k_j$ with $\\beta_a = \\beta_b \\to \\infty$"])
def test_a_wrong_query_is_not_answered_with_the_reference(text):
    mark = marked(text)
    said = " ".join(a.text for a in mark.awards)
    assert mark.points < 2
    assert "infinity" not in said and "-> oo" not in said and "grows without" not in said


@pytest.mark.parametrize("text", ["q is similar to k_j", "$k_j^T q > k_i^T q$", "$k_j^T q \\to \\infty$", "$k_j^T q = 1$",
    "$k_j^T q \\to \\infty$ while the others stay bounded"])
def test_a_wrong_condition_is_not_answered_with_the_reference(text):
    problem = Problem("p", "t", (LIMIT,), "0")
    report = grade_answer(problem, LIMIT, Answer("p/x", text))
    said = " ".join([*(a.text for a in report.mark.awards), *(w for v in report.verdicts for w in v.finding.words)])
    assert report.mark.points < 2
    assert "k_j·q - k_i·q" not in said and "gap" not in said and "difference" not in said


@pytest.mark.parametrize("letter", ["beta", "lambda", "t", "u", "x", "A", "c", "M", "gamma", "mu", "n", "alpha", "s"])
def test_the_name_of_the_scale_does_not_matter(letter):
    assert marked(f"q = {letter} (k_a + k_b), {letter} -> oo").points == 2
    assert marked(f"q = {letter} k_a + 2 {letter} k_b, {letter} -> oo").points == 0


def test_the_order_of_statements_does_not_matter():
    assert marked("$\\beta \\to \\infty$, $q = \\beta(k_b + k_a)$").points == 2
    assert marked("For all $i \\neq j$ we need $k_i^\\top q \\ll k_j^\\top q$.", LIMIT).points == 2
