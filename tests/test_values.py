"""Limits, endless sums, integrals, common divisors and matrices: what they come to, by table; and evidence about them that is forged or changed."""

import copy
import json

import pytest

from grader import kernel
from grader.decide import decide
from grader.domain import Domain
from grader.kernel import Refused
from grader.model import Claim, Equal, Evidence, Status
from grader.reading import Vocabulary, read
from grader.replay.limits import limit_of
from grader.term import number, symbol, to_data
from grader.verify import verify

UNIT, POSITIVE, WHOLE = {"x": "> -1 < 1"}, {"*": "positive"}, {"*": "integer"}

LIMITS = [
    (r"\lim_{x\to 0}\frac{e^{3x}-1}{x}", "3", "2", {}), (r"\lim_{x\to 0}\frac{x-\tan x}{x^3}", "-1/3", "1/3", {}),
    (r"\lim_{n\to\infty}(1+\frac{3}{n})^{2n}", "e^6", "e^3", {}), (r"\lim_{x\to\infty}\frac{\ln x}{x^{1/10}}", "0", "1", {}),
    (r"\lim_{x\to 0^+}x^2\ln x", "0", "1", {}), (r"\lim_{x\to\infty}\frac{x^{20}}{e^x}", "0", "1", {}),
    (r"\lim_{x\to\infty}\left(\sqrt{4x^2+x}-2x\right)", "1/4", "0", {}), (r"\lim_{x\to 3}\frac{x^2-9}{x-3}", "6", "0", {}),
    (r"\lim_{h\to 0}\frac{(x+h)^3-x^3}{h}", "3x^2", "x^2", {}), (r"\lim_{x\to 0^-}\frac{1}{x}", r"-\infty", r"\infty", {}),
    (r"\lim_{x\to\infty}\frac{2x^2+ax}{3x^2+1}", "2/3", "a/3", {}), (r"\lim_{n\to\infty}\frac{n!}{n^n}", "0", "1", {}),
    (r"\lim_{x\to 0}x\sin\frac{1}{x}", "0", "1", {}), (r"\lim_{x\to 0}(\cos x)^{1/x^2}", "e^{-1/2}", "1", {}),
    (r"\lim_{x\to\infty}\arctan(x^2)", r"\pi/2", r"\pi", {}), (r"\lim_{n\to\infty} q^n", "0", "1", {"q": "> 0 < 1"}),
]
SUMS = [
    (r"\sum_{k=0}^\infty\frac{1}{3^k}", "3/2", "1/2", {}), (r"\sum_{k=2}^\infty x^k", r"\frac{x^2}{1-x}", r"\frac{x}{1-x}", UNIT),
    (r"\sum_{k=1}^\infty k^2x^k", r"\frac{x(1+x)}{(1-x)^3}", r"\frac{x}{(1-x)^3}", UNIT), (r"\sum_{k=1}^\infty\frac{1}{k(k+3)}", "11/18", "1/3", {}),
    (r"\sum_{k=1}^\infty\frac{1}{k^4}", r"\frac{\pi^4}{90}", r"\frac{\pi^4}{96}", {}), (r"\sum_{k=0}^\infty\frac{1}{(2k+1)^4}", r"\frac{\pi^4}{96}", "1", {}),
    (r"\sum_{k=1}^\infty\frac{(-1)^{k+1}}{k}", r"\ln 2", r"-\ln 2", {}), (r"\sum_{k=0}^\infty\frac{(3x)^k}{k!}", "e^{3x}", "e^x", {}),
    (r"\sum_{k=0}^\infty\frac{(-1)^kx^{2k+1}}{(2k+1)!}", r"\sin x", r"\cos x", {}), (r"\sum_{k=0}^\infty\binom{a}{k}x^k", "(1+x)^a", "(1-x)^a", UNIT),
    (r"\sum_{k=0}^\infty\frac{k^2+1}{k!}", "3e", "2e", {}), (r"\sum_{k=1}^\infty\frac{1}{k\cdot 5^k}", r"\ln\frac54", r"\ln 5", {}),
    (r"\sum_{k=0}^\infty k\frac{c^ke^{-c}}{k!}", "c", "1", {"c": "positive"}), (r"\sum_{k=1}^\infty kp(1-p)^{k-1}", "1/p", "p", {"p": "> 0 < 1"}),
    (r"\sum_{k=1}^\infty\frac{1}{k}", r"\infty", "10", {}), (r"\sum_{k=1}^\infty\frac{1}{k^3}", r"\frac12\sum_{j=1}^\infty\frac{2}{j^3}", "1", {}),
]
INTEGRALS = [
    (r"\int_0^\infty e^{-2x}dx", "1/2", "2", {}), (r"\int_{-\infty}^\infty e^{-cx^2}dx", r"\sqrt{\pi/c}", r"\sqrt{\pi}", {"c": "positive"}),
    (r"\int_0^1\frac{dx}{\sqrt x}", "2", "1", {}), (r"\int_0^1\ln x\,dx", "-1", "1", {}), (r"\int_1^\infty\frac{dx}{x^3}", "1/2", "1", {}),
    (r"\int_1^\infty\frac{dx}{x}", r"\infty", "1", {}), (r"\int_{-2}^2\sqrt{4-x^2}dx", r"2\pi", r"\pi", {}), (r"\int_0^\infty x^4e^{-x}dx", "24", "5", {}),
    (r"\int_0^\infty x^{s-1}e^{-x}dx", r"\Gamma(s)", r"\Gamma(s+1)", {"s": "positive"}), (r"\int_0^\infty\frac{\sin(3x)}{x}dx", r"\pi/2", r"\pi", {}),
    (r"\int_0^\infty e^{-ax}\cos(bx)dx", r"\frac{a}{a^2+b^2}", r"\frac{b}{a^2+b^2}", POSITIVE), (r"\int_0^2|x-1|dx", "1", "0", {}),
    (r"\int_0^1x^m(1-x)^ndx", r"\frac{m!n!}{(m+n+1)!}", r"\frac{m!}{(m+n)!}", {"m": "integer >= 0", "n": "integer >= 0"}),
    (r"\int_0^1\frac{x}{\sqrt{1-x^2}}dx", "1", "2", {}), (r"\frac{d}{dx}\int_0^{x^2}f(t)dt", "2xf(x^2)", "f(x^2)", {}),
]
OTHERS = [
    (r"\gcd(x^2-4,x^2-4x+4)", "x-2", "x+2", {}), (r"\operatorname{lcm}(2x,3y)", "6xy", "xy", {}), (r"\gcd(6n,6n+6)", "6", "1", WHOLE),
    (r"\gcd(\sqrt7,\sqrt3)", "1", "2", {}), (r"x^2|_{x=3}", "9", "6", {}), (r"\left.x^2\right|_1^3", "8", "9", {}),
    (r"\begin{pmatrix}1&a\\0&1\end{pmatrix}^3", r"\begin{pmatrix}1&3a\\0&1\end{pmatrix}", r"\begin{pmatrix}1&a^3\\0&1\end{pmatrix}", {}),
    (r"\det\begin{pmatrix}a&b\\c&d\end{pmatrix}", "ad-bc", "ad+bc", {}), (r"\begin{pmatrix}1&2\end{pmatrix}\begin{pmatrix}x\\y\end{pmatrix}", "x+2y", "2x+y", {}),
    (r"z\bar z", "|z|^2", "z^2", {"z": "complex"}), (r"\sum_{i=1}^n a_ib_i", r"\sum_{k=1}^n b_ka_k", None, {}), ("x", r"\|x\|", None, {"x": "positive"}),
]


@pytest.mark.parametrize("formula, right, wrong, assume", LIMITS + SUMS + INTEGRALS + OTHERS)
def test_values(formula, right, wrong, assume):
    verdict = verify(right, formula, assume=assume)
    assert verdict.status is Status.PROVED, verdict.finding.words
    assert kernel.settle(verdict.claim, verdict.evidence).status is Status.PROVED
    assert verify(formula, right, assume=assume).status is Status.PROVED
    if wrong is not None:
        refuted = verify(wrong, formula, assume=assume)
        assert refuted.status is Status.REFUTED, refuted.finding.words
        assert verify(formula, wrong, assume=assume).status is Status.REFUTED


@pytest.mark.parametrize("formula, other", [
    (r"\lim_{x\to 0}\frac{|x|}{x}", "1"), (r"\lim_{x\to 0}\frac{1}{x}", r"\infty"), (r"\lim_{x\to\infty}\sin x", "0"), (r"\lim_{x\to\infty}x\sin x", r"\infty"),
    (r"\int_{-1}^1\frac{dx}{x^2}", "-2"), (r"\int_{-\infty}^\infty x\,dx", "0"),
    (r"\sum_{k=0}^\infty(-1)^k", "1/2"), (r"\sum_{k=0}^\infty 2^k", "-1"), (r"\sum_{k=1}^\infty\frac{1}{k-3}", r"\infty"),
    (r"\sum_{k=0}^\infty\frac{1}{(k-2)!}", "e"), (r"\int_0^3\frac{dx}{(x-1)^{2/3}}", "0"), (r"\lim_{x\to 0}\log x", "0"),
])
def test_what_has_no_value_equals_nothing(formula, other):
    """Divergent, oscillating, or undefined on the way: never proved equal to the value that a careless rule would give."""
    assert verify(other, formula).status is not Status.PROVED


def _claim(formula, other, assume=None):
    found = verify(other, formula, assume=assume or {})
    assert found.evidence.method == "structure" and found.evidence.data["how"] == "values"
    return found.claim, json.loads(json.dumps(dict(found.evidence.data)))


def _refused(claim, data, match):
    with pytest.raises(Refused, match=match):
        kernel.settle(claim, Evidence("structure", data))


def test_a_forged_antiderivative_is_refused():
    claim, data = _claim(r"\int_1^\infty\frac{dx}{x^2}", "1")
    kernel.settle(claim, Evidence("structure", data))
    forged = copy.deepcopy(data)
    forged["values"][0]["antiderivative"] = to_data(symbol("x"))
    _refused(claim, forged, "reduce to zero|no row|number of|defined|derivative|not the same")


def test_forged_parts_of_a_sum_are_refused():
    claim, data = _claim(r"\sum_{k=0}^\infty\frac{1}{3^k}", "3/2")
    for change, match in [
        (lambda v: v["parts"][0].update(coefficient=to_data(number(2))), "reduce to zero|no row|generator|not written|not the same"),
        (lambda v: v["parts"][0].update(x=to_data(number(3))), "outside of where"),
        (lambda v: v["parts"][0].update(x=to_data(symbol("k"))), "depends on the index"),
        (lambda v: v["parts"][0].update(series="exponential"), "reduce to zero|no row|generator|in a quotient"),
        (lambda v: v["parts"][0].update(shift=-3), "begins before"),
        (lambda v: v.update({"from": -2}), "another form"),
        (lambda v: v.update(parts=[]), "another form"),
        (lambda v: v["parts"][0].update(series="no such"), "no such series"),
    ]:
        forged = copy.deepcopy(data)
        change(forged["values"][0])
        _refused(claim, forged, match)


def test_a_node_that_the_claim_does_not_have_is_refused():
    claim, data = _claim(r"\lim_{x\to 0}\frac{\sin x}{x}", "1")
    forged = copy.deepcopy(data)
    forged["values"][0]["node"] = to_data(read(r"\lim_{x\to 0}\frac{\sin 2x}{x}", Vocabulary.declared({})).term)
    _refused(claim, forged, "does not have")
    other = Claim(Equal(claim.conclusion.left, number(2)), claim.domains)
    _refused(other, data, "not written alike|not the same|reduce")


def test_divisors_need_a_divisor_without_rest():
    claim, data = _claim(r"\gcd(x^2-4,x^2-4x+4)", "x-2")
    for forged_step, match in [(number(1), "factor may be left"), (symbol("x"), "no common divisor")]:
        forged = copy.deepcopy(data)
        forged["values"][0]["steps"] = [to_data(forged_step)]
        _refused(claim, forged, match)


def test_a_refutation_needs_both_signs_of_a_divisor():
    claim, data = _claim(r"\operatorname{lcm}(2x,3y)", "xy")
    assert len(data["evidence"]) == 2
    forged = {**data, "evidence": data["evidence"][:1]}
    _refused(claim, forged, "another choice")


def test_limits_are_found_by_the_checker():
    x = symbol("x")
    claim = Claim(Equal(x, x), (("*", Domain("real")),))
    body = read(r"\frac{1-\cos(ax)}{x^2}", Vocabulary.declared({})).term
    value, conditions = limit_of(claim, body, "x", number(0))
    assert decide(Claim(Equal(value, read("a^2/2", Vocabulary.declared({})).term), claim.domains)).status is Status.PROVED and not conditions
    body = read(r"\frac{ax+1}{bx+1}", Vocabulary.declared({})).term
    value, conditions = limit_of(claim, body, "x", read(r"\infty", Vocabulary.declared({})).term)
    assert [str(c) for c in conditions] == ["b != 0"]


def test_matrices_that_are_names():
    words = {"A": "matrix", "B": "matrix"}
    assert verify(r"(AB)^T", "B^TA^T", assume=words).status is Status.PROVED
    assert verify("AB", "BA", assume=words).status is Status.REFUTED
    assert verify("(A+B)^2", "A^2+AB+BA+B^2", assume=words).status is Status.PROVED
