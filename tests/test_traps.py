"""What must not pass: near-equal formulas, undefined parts that cancel, branch cuts, agreement on integers only, several answers, restated questions."""

import pytest

from grader.model import Status
from grader.verify import verify

COMPLEX, POSITIVE = {"*": "complex"}, {"*": "positive"}

REFUTED = [
    # nearly equal
    ("x", "x+10^{-20}x", {}), ("x", r"x+\max(0,x-10^6)", {}), ("x^{100}", "x^{100}+10^{-50}", {}), ("10^{100}+1", "10^{100}", {}),
    (r"\frac{1}{3}", "0.33333333333333333333", {}), (r"\sqrt 2", "1.4142135623730950488016887242", {}), ("0", r"e^{\pi\sqrt{163}}-262537412640768744", {}),
    ("1", r"\frac{\sin 10^{-30}}{10^{-30}}", {}), (r"\frac{1}{2004!}", r"\frac{1}{2006!}", {}), ("x", r"x+\frac{\max(0,|x|-50)}{10^{9}}", {}),
    (r"\lfloor x\rfloor", r"\lfloor x+10^{-9}\rfloor", {}), (r"\lceil x\rceil", r"\lfloor x\rfloor+1", {}), (r"\operatorname{sign}(x)^2", "1", {}),
    (r"\lfloor 2x\rfloor", r"2\lfloor x\rfloor", {}), (r"\max(x,y)", r"\max(x,y+10^{-12})", {}), ("|x-1|", "|x-1+10^{-15}|", {}),
    ("x", r"x+10^{-3000}\sin x", {}), ("x", "x+e^{-3000}", {}), ("x", r"x+\frac{1}{1000!}", {}),
    # branches and signs
    ("x", r"\sqrt{x^2}", {}), ("x^3", r"\sqrt{x^6}", {}), ("x", r"\arcsin(\sin x)", {}), ("x", r"\arctan(\tan x)", {}),
    (r"\arctan x+\arctan y", r"\arctan\frac{x+y}{1-xy}", {}), (r"2\arctan x", r"\arctan\frac{2x}{1-x^2}", {}), (r"\arccos x", r"\arcsin\sqrt{1-x^2}", {}),
    (r"\sqrt{z^2}", "z", COMPLEX), (r"\ln(zw)", r"\ln z+\ln w", COMPLEX), (r"\sqrt{zw}", r"\sqrt z\sqrt w", COMPLEX), (r"\ln e^z", "z", COMPLEX),
    (r"(z^2)^{1/2}", "z", COMPLEX), (r"\operatorname{arccosh}x", r"\ln(x-\sqrt{x^2-1})", {}),
    # equal at integers only
    ("0", r"\sin(\pi x)", {}), ("1", r"\cos(2\pi x)", {}), ("x", r"\lfloor x\rfloor", {}), ("x", r"x+\sin(\pi x)\cos x", {}), ("x^5", r"x^5+x(x-1)(x-2)(x-3)", {}),
    # solutions lost and won
    ("x^2=4", "x=2", {}), ("x=1", "x=1 \\text{ or } x=2", {}), (r"\sqrt{x}=-3", "x=9", {}), ("x=y", "x^2=y^2", {}), (r"\frac{x^2-1}{x-1}=0", "x^2=1", {}),
    ("x^3-2x-5=0", "x=2.0945514815423265", {}), ("x^5-x-1=0", "x^5-x-1=0 \\text{ and } x<1", {}), ("x<y", "x^2<y^2", {}), (r"\frac1x>1", "x<1", {}),
    (r"\ln x+\ln(x-1)=\ln 2", "x=2\\text{ or }x=-1", {}), ("|x|<1", "x<1", {}), ("x^2\\ge 0", "x>0", {}),
]
UNDEFINED = [("x", "x-(1/7)^{9000}"), ("x", r"x+10^{-50000}\sin x"), ("x", r"x+0\cdot\frac{1}{0}"), ("x", r"x\cdot(0/0)^0"), ("1", "0^0"), ("x", r"x+\frac{x-x}{x-x}"), ("0", r"0\cdot\ln 0"), ("0", r"\arcsin(2)\cdot 0"),
             ("1", r"\frac{0}{0}"), ("0", r"\infty-\infty"), ("1", r"\frac{x-1}{x-1}+0\cdot\ln(-1-x^2)"), ("1", r"\left(\frac{1}{0}\right)^0"),
             ("x", r"x+0\cdot\tan\frac{\pi}{2}"), ("0", r"0\cdot\Gamma(0)"), ("0", r"0\cdot\sum_{k=1}^\infty\frac{1}{k}"), ("x", r"x+\int_{-1}^1\frac{dt}{t}")]
SEVERAL = [("1", "1 or 2"), ("2", "1 or 2"), ("x+1", "x+1 or x-1"), ("5", "5, 6"), ("5", r"\{5,6\}"), ("x=2", "x=2 or x=3"), ("3", r"\pm 3")]


@pytest.mark.parametrize("reference, answer, assume", REFUTED)
def test_refuted_with_a_witness(reference, answer, assume):
    verdict = verify(reference, answer, assume=assume)
    assert verdict.status is Status.REFUTED, verdict.finding.words
    assert verify(answer, reference, assume=assume).status is Status.REFUTED


@pytest.mark.parametrize("reference, answer", UNDEFINED + SEVERAL)
def test_never_equal(reference, answer):
    assert verify(reference, answer).equal is not True


@pytest.mark.parametrize("answer", [r"\int_0^1 x^2dx", r"\lim_{h\to 0}\frac{1+h}{3}", r"\sum_{k=1}^{\infty}\frac{1}{4^k}"])
def test_a_restated_question_is_true_and_still_no_answer(answer):
    """Equality says nothing of form: what counts as an answer is the kind's policy."""
    import json

    from grader.pairs import decide_line

    assert verify("1/3", answer).status is Status.PROVED
    row = {"id": 1, "reference": "1/3", "answer": answer, "kind": "expression", "options": {"unevaluated": "zero"}}
    assert decide_line(json.dumps(row))["equal"] is False


@pytest.mark.parametrize("tower", ["9^9^9^9", "10^{10^{10^{10}}}", "((((3!)!)!)!)!", "2^{2^{2^{2^{2^{2^2}}}}}", "x^{x^{x^{x^{x}}}}", r"\Gamma(10^{10^{10}})",
                                   r"\binom{10^{9}}{5\cdot 10^{8}}", r"\sum_{k=1}^{10^{9}}\sin k", r"\prod_{k=1}^{10^{12}}k", "(x+1)^{10^9}"])
def test_huge_numbers_end_soon(tower):
    assert verify("x", tower).equal is not True
