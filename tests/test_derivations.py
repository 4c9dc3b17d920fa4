"""Derivations as people lay them out: cases, values put in, both sides apart, substitutions, inductions, sums with dots; and lines that nothing satisfies.

Each line has a mark: `+` it is found valid, `x` it is the kind of line that does not follow, `?` it is left to a person, `.` it claims nothing or is not looked at.
"""

import pytest

from grader.proof import breaks, check_proof

TABLE = {
    "a value put in says nothing of the name": [(".", r"$5x - 4 = A(x+1) + B(x-2)$"), ("+", r"Put $x = 2$: $6 = 3A$, so $A = 2$."), ("+", r"Put $x = -1$: $-9 = -3B$, so $B = 3$.")],
    "a value put in wrongly": [(".", r"$1 = A(x+1) + B(x-1)$"), ("+", r"Setting $x = 1$: $1 = 2A$, so $A = \frac12$"), ("x", r"Setting $x = -1$: $1 = 2B$, so $B = \frac12$")],
    "coefficients": [(".", r"$5x - 4 = (A + B)x + (A - 2B)$"), ("+", r"Comparing coefficients: $A + B = 5$ and $A - 2B = -4$")],
    "coefficients, one wrong": [(".", r"$5x - 4 = (A + B)x + (A - 2B)$"), ("x", r"Comparing coefficients: $A + B = 5$ and $A - 2B = 4$")],
    "cases": [(".", "$|x| < 1$"), (".", r"Case 1: $x \ge 0$."), ("+", "Then $x < 1$."), (".", "Case 2: $x < 0$."), ("+", "Then $-x < 1$, so $x > -1$.")],
    "a case wrong": [(".", "$|x-1| + |x+2| = 5$"), (".", r"Case 1: $x \ge 1$."), ("+", "$x - 1 + x + 2 = 5$"), (".", "Case 2: $x < -2$."), ("x", "$1 - x + x + 2 = 5$")],
    "sides apart": [(".", r"$\tan x \cos x = \sin x$"), (".", r"\text{LHS} = \tan x \cos x"), ("+", r"= \frac{\sin x}{\cos x} \cos x"), ("+", r"= \sin x"), ("+", r"= \text{RHS}")],
    "sides that do not meet": [(".", r"$\tan x \cos x = \sin x$"), (".", r"LHS = $\tan x \cos x$"), ("x", r"$= 2\cos x$"), ("x", r"$= \text{RHS}$")],
    "substitution": [(".", r"$\int_0^2 x e^{x^2} dx$"), ("+", r"Let $u = x^2$, $du = 2x\,dx$"), ("+", r"$= \frac12 \int_0^4 e^u du$")],
    "differential wrong": [(".", r"$\int_0^1 x e^{3x^2}\,dx$"), ("x", r"Let $u = 3x^2$, $du = 3x\,dx$")],
    "bounds not changed": [(".", r"$\int_0^2 x e^{x^2} dx$"), ("+", r"Let $u = x^2$, $du = 2x\,dx$"), ("x", r"$= \frac12 \int_0^2 e^u du$")],
    "parts in words": [(".", r"\int \ln x dx"), ("+", "let u = ln x, dv = dx, so du = dx/x, v = x"), ("+", r"= x \ln x - \int 1 dx")],
    "implicit": [(".", "$x^2 + xy + y^2 = 7$"), ("+", r"$2x + y + x \frac{dy}{dx} + 2y \frac{dy}{dx} = 0$"), ("x", r"$(x + 2y)\frac{dy}{dx} = 2x + y$")],
    "a solved differential equation is no break": [(".", "$y' = y$"), ("?", "$y = A e^x$")],
    "l'Hopital": [(".", r"$\lim_{x\to 0} \frac{1-\cos x}{x^2}$"), ("+", r"$= \lim_{x\to 0} \frac{\sin x}{2x}$"), ("x", r"$= \lim_{x\to 0} \frac{-\cos x}{2}$")],
    "improper": [(".", r"$\int_1^\infty \frac{1}{x^2}dx$"), ("+", r"$= \lim_{b\to\infty}\int_1^b x^{-2} dx$"), ("+", r"$= \lim_{b\to\infty}\left(1 - \frac1b\right)$")],
    "induction with counters": [(".", "Induction step: suppose $2^k > k$. Then"), ("+", r"$2^{k+1} = 2\cdot 2^k$"), ("+", "$> 2k$"), ("+", r"$\ge k + 1$")],
    "hypothesis about factorials": [(".", r"Inductive step: assume $k! > 2^k$ for some $k \ge 4$."), ("+", "$(k+1)! = (k+1) k!$"), ("+", "$> (k+1) 2^k$")],
    "hypothesis as an equation": [(".", "Induction hypothesis: 5^k - 1 = 4m."), ("+", "5^(k+1) - 1 = 5*5^k - 1"), ("x", "= 5(4m - 1) - 1")],
    "dots": [(".", r"$1 + 2 + \dots + n$"), ("+", r"$= \frac{n(n+1)}{2}$")],
    "dots backwards, wrong": [(".", r"$n + (n-1) + \dots + 2 + 1$"), ("x", r"$= \frac{n(n-1)}{2}$")],
    "sum with a name": [(".", r"Let $S = 1 + r + r^2 + \dots + r^n$."), ("+", r"$rS = r + r^2 + \dots + r^{n+1}$"), ("+", "$S - rS = 1 - r^{n+1}$")],
    "roots worked out": [(".", "$2x^2 - 3x - 2 = 0$"), ("+", r"$x = \frac{3 \pm \sqrt{9 + 16}}{4}$"), ("+", r"$= \frac{3 \pm 5}{4}$"), ("+", r"$x = 2$ or $x = -\frac12$")],
    "roots numbered": [(".", "$x^2 - 4x + 3 = 0$"), ("+", r"$x_{1,2} = 2 \pm \sqrt{4 - 3}$"), ("+", "$x_1 = 3, x_2 = 1$")],
    "roots listed": [(".", "$x^3 = x$"), ("+", "$x = 0$, $x = 1$ or $x = -1$")],
    "given together by their numbers": [(".", "$3x - 2y = 4$   (1)"), (".", "$x + y = 3$     (2)"), (".", "From (2): $y = 3 - x$"), ("x", "Insert into (1): $3x - 2(3+x) = 4$")],
    "a bound beside": [(".", r"$ax^2 + bx + c = 0$, $a \ne 0$"), ("+", r"$x^2 + \frac{b}{a}x = -\frac{c}{a}$")],
    "a reason as hypothesis": [(".", "x^2 = 16"), ("+", "x = 4 (since x > 0)")],
    "a reason that does not help": [(".", "$x^2 = 16$"), ("x", "As $x > 0$, we get $x = 5$.")],
    "logarithms of both sides": [(".", "$5^{x} = 3^{x+1}$"), ("+", r"$x\ln 5 = (x+1)\ln 3$"), ("x", r"$x(\ln 5 - \ln 3) = 1$")],
    "I is a name": [(".", r"$I = \int_0^{\pi/2} e^x \cos x\,dx$"), ("+", r"$= e^{\pi/2} - 1 - I$"), ("+", r"so $2I = e^{\pi/2} - 1$")],
    "set to zero": [(".", "$f(x) = x^2 - 4x + 7$"), ("+", "Differentiating gives $f'(x) = 2x - 4$."), ("x", "Setting this to zero: $2x + 4 = 0$.")],
    "value of a function": [(".", "$f(x) = x^3 - 3x$"), ("+", "$f'(x) = 3x^2 - 3$"), ("+", "$f''(1) = 6$"), ("x", "$f(2) = 3$")],
    "a length of another thing": [(".", "Let the width be $w$, so the length is $w + 3$."), (".", "$2w + 2(w+3) = 26$"), ("+", "$4w + 6 = 26$")],
    "an arrow typed as ->": [(".", "3x + 2x = 60"), ("+", "5x = 60 -> x = 12")],
    "a term without value": [(".", r"\sum_{k=1}^n \frac{1}{k(k+1)}"), ("x", r"= \sum_{k=1}^{n} \left(\frac{1}{k} - \frac{1}{k - 1}\right)")],
    "no real number": [(".", "$x^2 + 4 = 0$"), ("+", "no real solutions")],
    "nothing before: anything": [(".", "x^2 + 4 = 0"), ("?", "x = 2")],
    "nothing before, work sound": [(".", "x^2 + 4 = 0"), ("+", "x^2 = -4")],
    "nothing before, squared": [(".", "sqrt(x) = -3"), ("+", "x = 9")],
    "touching": [(".", "$(1-l)^2 + h^2 = 0$"), ("?", r"$l = 1 \pm h$")],
    "touching, all of it": [(".", "x^2 + y^2 = 0"), ("+", "x = 0 and y = 0")],
    "nothing on both lines": [(".", "x^2 + 2x + 5 = 0"), ("?", "(x+1)^2 = -5")],
    "complex from the first line": [(".", "$x^2 + 1 = 0$"), ("+", "$x^2 = -1$"), ("+", r"$x = \pm i$")],
    "hypotheses that contradict each other": [(".", "Assume $a > 1$ and $a^2 < 1$."), (".", "$x = 1$"), ("?", "$x = 2$")],
    "a remainder in an exponent": [(".", r"$(1 - \frac1n)^n$"), ("+", r"$= e^{-1 + O(1/n)}$"), ("+", r"$\to e^{-1}$")],
    "a bound that vanishes": [(".", "l t^2 n + l t n^2"), ("x", "= O(l t n (t - n))")],
    "a constant that is not said": [(".", r"$\sum_{k=1}^n \frac1k$"), ("?", r"$= \ln n + \gamma + O(1/n)$")],
}


@pytest.mark.parametrize("name", TABLE)
def test_lines(name):
    rows = TABLE[name]
    proof = check_proof([text for _, text in rows])
    found = []
    for (mark, _), step in zip(rows, proof.steps):
        if mark == ".":
            found.append("." if step is None or not breaks(step) else "x")
        elif step is None or step.relation is None and not breaks(step):
            found.append("?")
        else:
            found.append("x" if breaks(step) else "+")
    assert "".join(found) == "".join(mark for mark, _ in rows)


def test_what_a_reason_supposes_is_named():
    proof = check_proof(["x^2 = 16", "x = 4 (since x > 0)"])
    assert proof.steps[1].conditions == ("x > 0 (as the reason says)",)


def test_a_step_from_nothing_says_so():
    assert "no real number satisfies the line before" in check_proof(["x^2 + 4 = 0", "x = 2"]).steps[1].reason
