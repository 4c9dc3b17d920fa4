"""Hostile pairs through the workers: each ends within its limits in exactly one status, never credited by accident, and the next answer is untouched."""

import io
import json

import pytest

from grader.pairs import run_pairs

DIGITS = "9" * 20_000
STATUSES = {"proved", "refuted", "agrees", "undecided", "unread"}

CLASSES = {
    "towers": ["9^9^9^9", "10^{10^{10}}", "2^{2^{2^{2^{2^2}}}}", "x^{x^{x^{x^{x}}}}", "(x+1)^{1000000000}", "x^{x^{10^9}}", r"e^{e^{e^{e^{e^9}}}}"],
    "factorials": ["((((3!)!)!)!)!", "1000000!", r"\Gamma(10^{10})", r"\binom{10^9}{5\cdot10^8}", r"\Gamma(-10^8+1/3)", "x!!!!!!"],
    "numbers": [DIGITS, "x+" + DIGITS, "0." + DIGITS, "1e999999999", "1e-999999999", r"\sin(10^{100000})", r"\lfloor10^{100000}x\rfloor"],
    "nests": ["(" * 5000 + "x" + ")" * 5000, "-" * 3000 + "x", r"\sqrt{" * 90 + "x" + "}" * 90, r"\frac{1}{" * 80 + "x" + "}" * 80, "|" * 200 + "x" + "|" * 200,
              "e^{" * 60 + "x" + "}" * 60, r"\sin(" * 80 + "x" + ")" * 80],
    "products": ["*".join(f"(x+{k})^{k}" for k in range(500)), r"\cdot".join(f"(a_{{{k}}}+b_{{{k}}})" for k in range(40)), "(a+b+c+d+f+g)^{30}",
                 "*".join(f"(x^{{{k}}}+1)" for k in range(60)), "+".join(f"\\sqrt{{x+{k}}}" for k in range(60))],
    "sums": [r"\sum_{k=1}^{1000000000}k^k", r"\sum_{k=1}^{10^{100}}\frac1k", r"\prod_{k=1}^{10^9}k", r"\sum_{k=0}^\infty\sin(k^k)", r"\sum_{k=0}^\infty\frac{k^{50}}{k!}",
             r"\sum_{i=1}^{300}\sum_{j=1}^{300}\sin(ij)"],
    "integrals": [r"\int_0^1\int_0^1\int_0^1e^{xyz}dxdydz", r"\int_0^1\sin(1/t)dt", r"\int_0^{1000000}\sin(t^t)dt", r"\int_{-1}^1\frac{dt}{t}"],
    "limits": [r"\lim_{t\to0}\frac{\sin(\tan t)-\tan(\sin t)}{t^7}", r"\lim_{t\to\infty}(1+1/t)^{t^2}e^{-t}", r"\lim_{t\to\infty}\sin(t^t)"],
    "matrices": [r"\begin{pmatrix}" + r"\\".join("&".join(f"a_{{{i}{j}}}" for j in range(30)) for i in range(30)) + r"\end{pmatrix}",
                 r"\det\begin{pmatrix}" + r"\\".join("&".join(f"a_{{{i}{j}}}" for j in range(10)) for i in range(10)) + r"\end{pmatrix}",
                 r"\begin{pmatrix}a&b\\c&d\end{pmatrix}^{1000}"],
    "conditions": ["x^{5000}+x+2=0", "x^4+y^4+z^4+w^4<1", r"\sin x+\cos y>z^w", "p" + r"\land q" * 300, r"x=\pm1" + r"\pm1" * 30],
    "roots": [r"\sqrt[1000000]{x}", "x^{1/1000033}", "x^{0.123456789012345678901234567890}", r"\sqrt{1+\sqrt{2+\sqrt{3+\sqrt{4+\sqrt{5+\sqrt{6}}}}}}",
              r"\cos(\pi/257)\cos(\pi/65537)", r"\gcd(x^{1000}-1,x^{999}-1)"],
}


@pytest.fixture(scope="module")
def decided():
    rows, out = [], io.StringIO()
    for name, answers in CLASSES.items():
        for k, answer in enumerate(answers):
            rows += [{"id": f"{name} {k}", "reference": "x", "answer": answer}, {"id": f"after {name} {k}", "reference": "x(x+1)", "answer": "x^2+x"}]
    run_pairs([json.dumps(r) for r in rows], out, jobs=2)
    found = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [f["id"] for f in found] == [r["id"] for r in rows]
    return {f["id"]: f for f in found}


@pytest.mark.parametrize("name", CLASSES)
def test_one_status_in_time_and_the_next_untouched(name, decided):
    for k in range(len(CLASSES[name])):
        hostile, after = decided[f"{name} {k}"], decided[f"after {name} {k}"]
        assert hostile["status"] in STATUSES and hostile["equal"] is not True, hostile["reason"]
        assert hostile["ms"] < 5000, (CLASSES[name][k][:60], hostile["ms"])
        assert after["status"] == "proved"
