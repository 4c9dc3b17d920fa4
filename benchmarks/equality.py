"""Decided shares, wrong verdicts and times of equality, by family. Prints a Markdown table.

usage: python benchmarks/equality.py [--pairs N] [--seed S]

Pairs are made here, with a fixed seed: a formula of the family and a rewriting of it that is right, or one with a planted fault. Right rewritings
keep the value by construction (terms moved, factors multiplied out, functions written by others); faults change a sign, a number, an exponent or a
function. So a right pair that is refuted, or a faulty pair that is accepted, is a wrong verdict. (A fault that happens to change nothing is left
out: it agrees at twelve points.)
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from fractions import Fraction

from grader.algebra.compare import Comparison
from grader.answers._equation import equation
from grader.decide import Budget, decide
from grader.domain import Domain
from grader.model import Equal
from grader.reading import read
from grader.term import Term, apply, number, walk

Make = Callable[[random.Random], tuple[str, str, dict[str, str]]]


def polynomial(r: random.Random) -> tuple[str, str, dict[str, str]]:
    """A product, and its expansion."""
    a, b, c, d = (r.randint(1, 9) for _ in range(4))
    return f"({a}x + {b}y)({c}x - {d})", f"{a * c}x^2 + {b * c} x y - {a * d} x - {b * d} y", {}


def rational(r: random.Random) -> tuple[str, str, dict[str, str]]:
    """A sum of fractions, and one fraction."""
    a, b, c = (r.randint(1, 9) for _ in range(3))
    return f"{c}/(x + {a}) + {b}/(x + {a + c})", f"({c}(x + {a + c}) + {b}(x + {a}))/((x + {a})(x + {a + c}))", {}


def radical(r: random.Random) -> tuple[str, str, dict[str, str]]:
    """Roots of products, and products of roots."""
    a, b = r.choice((2, 3, 5, 6, 7)), r.randint(2, 9)
    return f"sqrt({a * b * b} x^2 y)", f"{b} sqrt({a}) x sqrt(y)", {"x": "positive", "y": "positive"}


def constants(r: random.Random) -> tuple[str, str, dict[str, str]]:
    """Nested radicals of numbers."""
    a, b = r.sample((2, 3, 5, 6, 7, 10, 11, 13), 2)
    return f"sqrt({a + b} + 2 sqrt({a * b}))", f"sqrt({a}) + sqrt({b})", {}


def logarithm(r: random.Random) -> tuple[str, str, dict[str, str]]:
    """Logarithms of products."""
    a, b, c = r.randint(2, 9), r.randint(2, 6), r.randint(2, 6)
    return f"log({a} x^{b}/y^{c})", f"log({a}) + {b} log(x) - {c} log(y)", {"x": "positive", "y": "positive"}


def exponential(r: random.Random) -> tuple[str, str, dict[str, str]]:
    """Powers with symbolic exponents."""
    a, b, k = r.choice((2, 3, 5)), r.randint(1, 4), r.randint(2, 4)
    return f"{a}^({k} n + {b})", f"{a**b} ({a**k})^n", {"n": "integer"}


def trigonometric(r: random.Random) -> tuple[str, str, dict[str, str]]:
    """Addition formulas and squares."""
    a, b = r.randint(1, 5), r.randint(1, 5)
    return f"{a} sin({b} x + y)", f"{a} (sin({b} x) cos(y) + cos({b} x) sin(y))", {}


def hyperbolic(r: random.Random) -> tuple[str, str, dict[str, str]]:
    """Hyperbolic functions by exponentials."""
    a, b = r.randint(1, 5), r.randint(1, 5)
    return f"{a} sinh({b} x)", f"{a} (e^({b} x) - e^(-{b} x))/2", {}


def combinatorial(r: random.Random) -> tuple[str, str, dict[str, str]]:
    """Factorials and binomials."""
    a, b = r.randint(1, 4), r.randint(1, 6)
    return f"{b} (n + {a})!/n!", f"{b} " + " ".join(f"(n + {k})" for k in range(1, a + 1)), {"n": "integer > 0"}


def summation(r: random.Random) -> tuple[str, str, dict[str, str]]:
    """Sums over a range."""
    a, b = r.randint(1, 6), r.randint(1, 6)
    return f"sum({a} k + {b}, k, 1, n)", f"{a} n (n + 1)/2 + {b} n", {"n": "integer > 0"}


def integral(r: random.Random) -> tuple[str, str, dict[str, str]]:
    """Definite integrals."""
    a, b = r.randint(1, 6), r.randint(1, 4)
    return f"int({a} x^{b}, x, 0, c)", f"{a} c^{b + 1}/{b + 1}", {"c": "positive"}


def derivative(r: random.Random) -> tuple[str, str, dict[str, str]]:
    """Derivatives carried out."""
    a, b = r.randint(2, 6), r.randint(2, 5)
    return f"diff(x^{b} e^({a} x), x)", f"x^{b - 1} e^({a} x) ({b} + {a} x)", {}


def complex_(r: random.Random) -> tuple[str, str, dict[str, str]]:
    """Complex exponentials."""
    a, b = r.randint(1, 6), r.randint(1, 6)
    return f"{b} e^(i {a} t)", f"{b} cos({a} t) + i {b} sin({a} t)", {"t": "real"}


def absolute(r: random.Random) -> tuple[str, str, dict[str, str]]:
    """Absolute values, maxima."""
    a, b = r.randint(1, 9), r.randint(1, 9)
    return f"|{a} x - {b}|", f"max({a} x - {b}, {b} - {a} x)", {}


def limit(r: random.Random) -> tuple[str, str, dict[str, str]]:
    """Limits at 0 and at infinity."""
    a, b = r.randint(2, 9), r.randint(2, 9)
    return r.choice((
        (rf"\lim_{{x\to 0}}\frac{{\sin({a}x)}}{{{b}x}}", f"{a}/{b}"), (rf"\lim_{{n\to\infty}}(1+{a}/n)^{{{b}n}}", f"e^{{{a * b}}}"),
        (rf"\lim_{{x\to\infty}}\frac{{{a}x^2+x}}{{{b}x^2-1}}", f"{a}/{b}"), (rf"\lim_{{x\to {a}}}\frac{{x^2-{a * a}}}{{x-{a}}}", f"{2 * a}"))) + ({},)


def series(r: random.Random) -> tuple[str, str, dict[str, str]]:
    """Endless sums: geometric, exponential, telescoping."""
    a, b = r.randint(2, 9), r.randint(1, 5)
    return r.choice((
        (rf"\sum_{{k=0}}^\infty \frac{{{b}}}{{{a}^k}}", f"{a * b}/{a - 1}"), (rf"\sum_{{k=0}}^\infty \frac{{{a}^k}}{{k!}}", f"e^{{{a}}}"),
        (rf"\sum_{{k=1}}^\infty \frac{{k}}{{{a}^k}}", f"{a}/{(a - 1) ** 2}"), (rf"\sum_{{k={a}}}^\infty \frac{{1}}{{k(k+1)}}", f"1/{a}"))) + ({},)


def improper(r: random.Random) -> tuple[str, str, dict[str, str]]:
    """Improper integrals."""
    a, b = r.randint(1, 9), r.randint(2, 6)
    return r.choice((
        (rf"\int_0^\infty e^{{-{a}x}}dx", f"1/{a}"), (rf"\int_1^\infty \frac{{{a}}}{{x^{b}}}dx", f"{a}/{b - 1}"),
        (rf"\int_0^\infty x^{b}e^{{-x}}dx", f"{b}!"), (rf"\int_0^{{{a}}} \frac{{1}}{{\sqrt{{x}}}}dx", rf"2\sqrt{{{a}}}"))) + ({},)


FAMILIES: tuple[Make, ...] = (polynomial, rational, radical, constants, logarithm, exponential, trigonometric, hyperbolic, combinatorial, summation,
                              integral, derivative,
                              complex_, absolute, limit, series, improper)


def rewritten(t: Term, r: random.Random) -> Term:
    """The same value: operands of sums and products in another order."""
    args = tuple(rewritten(a, r) for a in t.args)
    if t.kind == "apply" and t.name in ("add", "mul"):
        args = tuple(r.sample(args, len(args)))
    return t.with_args(args) if t.args else t


def faulty(t: Term, r: random.Random) -> Term:
    """One planted fault: a number off by one, a sign, or sine for cosine."""
    places = [n for n in walk(t) if n.kind == "number" or n.kind == "apply" and n.name in ("sin", "cos", "neg", "exp")]
    if not places:
        return apply("add", t, number(1))
    target = r.choice(places)
    if target.kind == "number":
        new = number(target.value + r.choice((1, Fraction(1, 10**6))))
    elif target.name in ("sin", "cos"):
        new = apply("cos" if target.name == "sin" else "sin", *target.args)
    else:
        new = target.args[0]

    def put(node: Term) -> Term:
        return new if node is target else node.with_args(tuple(put(a) for a in node.args)) if node.args else node

    return put(t)


def main() -> None:
    """Make the pairs, decide them, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=60, help="pairs for each family, half of them right")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    r = random.Random(given.seed)
    table: dict[str, Counter[str]] = defaultdict(Counter)
    times: dict[str, list[float]] = defaultdict(list)
    for make in FAMILIES:
        name = make.__name__.strip("_")
        for k in range(given.pairs):
            reference, answer, assume = make(r)
            left, right = read(reference).term, rewritten(read(answer).term, r)
            fault = k % 2 == 1
            plain = right
            if fault:
                right = faulty(right, r)
            claim = equation(right, left, {n: Domain.parse(words) for n, words in assume.items()})
            assert isinstance(claim.conclusion, Equal)
            if fault and not differs(equation(right, plain, {n: Domain.parse(words) for n, words in assume.items()})):
                continue
            start = time.perf_counter()
            verdict = decide(claim, Budget())
            times[name].append(1000 * (time.perf_counter() - start))
            kind = "faulty" if fault else "right"
            table[name][f"{kind} {verdict.status}"] += 1
            if verdict.equal is fault and verdict.equal is not None:
                table[name]["wrong"] += 1
                print("WRONG", verdict.status, reference, "|", right)
    heads = ["family", "right: proved", "agrees", "open", "faulty: refuted", "open", "wrong", "ms median", "p95"]
    print(row(heads))
    print(row(["---"] * len(heads)))
    counted = ("right proved", "right agrees", "right undecided", "faulty refuted", "faulty undecided", "wrong")
    for name, cell in table.items():
        ms = sorted(times[name])
        speeds = [f"{statistics.median(ms):.2f}", f"{ms[int(0.95 * len(ms))]:.1f}"]
        print(row([name, *(str(cell[key]) for key in counted), *speeds]))
    every = sorted(t for ts in times.values() for t in ts)
    p95, p99 = (f"{every[int(part * len(every))]:.1f}" for part in (0.95, 0.99))
    print(f"\n{len(every)} decisions; median {statistics.median(every):.2f} ms, p95 {p95} ms, p99 {p99} ms")


def row(cells: list[str]) -> str:
    """One line of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def differs(claim: object) -> bool:
    """Does a point show that the planted fault changed something?"""
    comparison = Comparison(claim)  # type: ignore[arg-type]
    return any(comparison.look(point, 100).differ for _, point in zip(range(12), comparison.points(7, generic=8)))


if __name__ == "__main__":
    main()
