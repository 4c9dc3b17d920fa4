"""A class's answers through this checker and through math-verify, in one run: verdicts, times and their ratios, time-outs, memory, start-up. Prints
Markdown tables.

usage: python benchmarks/pairs.py [--pairs 2000] [--seed 7] [--peer-python PYTHON] [--chart docs/pairs.svg] [--show N]

Problems of fifteen families are made here with a fixed seed. Each has forty answers: its reference rewritten in ways that keep the value by
construction (terms moved, factors multiplied out, fractions split, functions written by others, numbers in other notations), and wrong ones that
change a sign, a number or a function, so that the value is another by construction too. So the truth of every pair is known, and no checker decides
it.

Each checker runs in a process of its own and is called the same way, `verify(parse(reference), parse(answer))`; times are processor time of one pair.
"without caches" clears this checker's caches of readings and verdicts before every pair. "open" counts pairs that are neither accepted nor refused
(math-verify has no such verdict; it says no). `--peer-python` is the interpreter of an environment with math-verify.

All processes find compiled bytecode, as after an installation: it is written to a folder of this run by a first start that is not timed.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

ANSWERS = 40
OWN_FIRST = {
    "grader.verify, equal": "import grader; assert grader.verify('x+1', '1+x').equal is True",
    "grader.verify, different": "import grader; assert grader.verify('x^2+1', '1+x^3').equal is False",
    "grader.verify, matrices": "import grader; assert grader.verify('[[1, 2], [3, 4]]', '[[1, 2], [3, 2^2]]').equal is True",
    "grader.rewards.verify": "from grader.rewards import verify; assert verify('x+1', '1+x')",
}
"""What a fresh process does up to its first verdict."""
PEER_FIRST = "from math_verify import parse, verify; assert verify(parse('$x+1$'), parse('$1+x$'))"
Made = tuple[str, list[str], list[str]]


# --------------------------------------------------------------------------------------------------------------- families


def _term(coefficient: int, body: str, first: bool = False) -> str:
    sign = "-" if coefficient < 0 else "" if first else "+"
    size = abs(coefficient)
    return f"{sign} {size if size != 1 or not body else ''}{body}".strip() if size else ""


def _poly(coefficients: list[int], x: str = "x") -> str:
    """Highest power first."""
    n = len(coefficients) - 1
    words = []
    for k, c in enumerate(coefficients):
        if c:
            body = "" if k == n else x if k == n - 1 else f"{x}^{{{n - k}}}" if n - k > 9 else f"{x}^{n - k}"
            words.append(_term(c, body, not words))
    return " ".join(words) or "0"


def _nonzero(r: random.Random, low: int, high: int) -> int:
    return r.choice([k for k in range(low, high + 1) if k])


def polynomial(r: random.Random) -> Made:
    """(ax + b)(cx + d) and its expansion."""
    a, b, c, d = r.randint(2, 9), _nonzero(r, -9, 9), r.randint(1, 9), _nonzero(r, -9, 9)
    p, q = _poly([a, b]), _poly([c, d])
    right = [f"({p})({q})", f"({q})({p})", _poly([a * c, a * d + b * c, b * d]), f"{_term(b * d, '', True)} {_term(a * d + b * c, 'x')} + {a * c}x^2",
             f"{a}x({q}) {_term(b, '')}({q})", f"x({_poly([a * c, a * d + b * c])}) {_term(b * d, '')}",
             f"\\left({p}\\right)\\cdot\\left({q}\\right)"]
    wrong = [_poly([a * c, a * d + b * c, -b * d]), _poly([a * c, a * d + b * c + 1, b * d]), _poly([a * c, b * d]) if a * d + b * c else f"{a * c}x",
             f"({p})({_poly([c, -d])})", _poly([a * c + 1, a * d + b * c, b * d]), f"{a * c}x^3 {_term(b * d, '')}"]
    return right[2], right, wrong


def rational(r: random.Random) -> Made:
    """A/(x + a) + B/(x + b) and one fraction."""
    a, b = r.sample(range(1, 9), 2)
    p, q = r.randint(1, 9), r.randint(1, 9)
    top = _poly([p + q, p * b + q * a])
    right = [f"\\frac{{{p}}}{{x+{a}}} + \\frac{{{q}}}{{x+{b}}}", f"\\frac{{{top}}}{{(x+{a})(x+{b})}}",
             f"\\frac{{{top}}}{{{_poly([1, a + b, a * b])}}}",
             f"\\frac{{{q}}}{{x+{b}}} + \\frac{{{p}}}{{x+{a}}}", f"\\dfrac{{{p}(x+{b}) + {q}(x+{a})}}{{(x+{b})(x+{a})}}",
             f"{p}(x+{a})^{{-1}} + {q}(x+{b})^{{-1}}"]
    wrong = [f"\\frac{{{p + q}}}{{(x+{a})(x+{b})}}", f"\\frac{{{p + q}}}{{2x+{a + b}}}", f"\\frac{{{p}}}{{x+{a}}} - \\frac{{{q}}}{{x+{b}}}",
             f"\\frac{{{_poly([p + q, p * b + q * a + 1])}}}{{(x+{a})(x+{b})}}", f"\\frac{{{p}}}{{x+{a}}} + \\frac{{{q}}}{{x+{b + 1}}}"]
    return right[1], right, wrong


def fraction(r: random.Random) -> Made:
    """A fraction of whole numbers in many notations."""
    p, q = r.randint(1, 60), r.choice((4, 5, 8, 16, 20, 25, 40))
    while math.gcd(p, q) != 1 or p % q == 0:
        p += 1
    k = r.randint(2, 9)
    decimal = f"{p / q:.6f}".rstrip("0")
    right = [f"\\frac{{{p}}}{{{q}}}", f"{p}/{q}", decimal, f"\\frac{{{k * p}}}{{{k * q}}}", f"{p} \\cdot \\frac{{1}}{{{q}}}",
             f"\\dfrac{{{p}}}{{{q}}}",
             f"{p * 100 / q:g}\\%", f"{p} \\times {q}^{{-1}}"]
    wrong = [f"\\frac{{{q}}}{{{p}}}", f"\\frac{{{p + 1}}}{{{q}}}", f"{p / q + 0.001:.6f}".rstrip("0"), f"-\\frac{{{p}}}{{{q}}}",
             f"\\frac{{{p}}}{{{q + 1}}}", f"{p * 1000 / q:g}\\%"]
    return right[0], right, wrong


def radical(r: random.Random) -> Made:
    """Roots of whole numbers."""
    k, s = r.randint(2, 9), r.choice((2, 3, 5, 6, 7, 10))
    right = [f"{k}\\sqrt{{{s}}}", f"\\sqrt{{{k * k * s}}}", f"\\sqrt{{{s}}} \\cdot {k}", f"{k} \\cdot {s}^{{1/2}}",
             f"\\frac{{{k * s}}}{{\\sqrt{{{s}}}}}", f"({k * k * s})^{{\\frac{{1}}{{2}}}}",
             f"\\sqrt{{{s}}} + {k - 1}\\sqrt{{{s}}}" if k > 2 else f"\\sqrt{{{s}}}+\\sqrt{{{s}}}"]
    wrong = [f"{k + 1}\\sqrt{{{s}}}", f"\\sqrt{{{k * s}}}", f"{s}\\sqrt{{{k}}}" if k * k * s != s * s * k else f"{k}\\sqrt{{{s + 1}}}",
             f"-{k}\\sqrt{{{s}}}", f"{math.sqrt(k * k * s):.2f}",
             f"\\sqrt[3]{{{k * k * s}}}"]
    return right[0], right, wrong


def logarithm(r: random.Random) -> Made:
    """Logarithms of products and quotients."""
    a, m, n = r.randint(2, 9), r.randint(2, 5), r.randint(2, 5)
    right = [f"\\ln({a}) + {m}\\ln(x) - {n}\\ln(y)", f"\\ln\\left(\\frac{{{a}x^{m}}}{{y^{n}}}\\right)", f"{m}\\ln x - {n}\\ln y + \\ln {a}",
             f"\\ln({a}x^{m}) - \\ln(y^{n})",
             f"-\\ln\\left(\\frac{{y^{n}}}{{{a}x^{m}}}\\right)"]
    wrong = [f"\\ln({a}) + {m}\\ln(x) + {n}\\ln(y)", f"\\ln({a}) \\cdot {m}\\ln(x) - {n}\\ln(y)", f"\\ln({a + 1}) + {m}\\ln(x) - {n}\\ln(y)",
             f"\\frac{{\\ln({a}x^{m})}}{{\\ln(y^{n})}}",
             f"{m}\\ln({a}x) - {n}\\ln(y)"]
    return right[0], right, wrong


def trigonometric(r: random.Random) -> Made:
    """Double angles and squares."""
    a, b = r.randint(2, 9), r.randint(1, 9)
    right = [f"{a}\\sin(2x) + {b}", f"{2 * a}\\sin(x)\\cos(x) + {b}", f"{2 * a}\\sin x\\cos x + {b}\\sin^2 x + {b}\\cos^2 x",
             f"{b} + {2 * a}\\cos(x)\\sin(x)",
             f"{a}(\\sin x + \\cos x)^2 - {a} + {b}"]
    wrong = [f"{a}\\sin(x)\\cos(x) + {b}", f"{2 * a}\\sin(x) + {b}", f"{a}\\cos(2x) + {b}", f"{a}\\sin(2x) - {b}", f"{a}\\sin(2x) + {b + 1}"]
    return right[0], right, wrong


def exponential(r: random.Random) -> Made:
    """Powers of e."""
    a, b, c = r.randint(2, 9), r.randint(1, 6), r.randint(2, 5)
    right = [f"{a}e^{{{c}x+{b}}}", f"{a}e^{{{b}}}e^{{{c}x}}", f"{a}(e^x)^{c} \\cdot e^{{{b}}}", f"{a}\\exp({c}x+{b})",
             f"\\frac{{{a}e^{{{c}x}}}}{{e^{{-{b}}}}}"]
    wrong = [f"{a}e^{{{c}x}}+e^{{{b}}}", f"{a}e^{{{c}x-{b}}}", f"{a}e^{{{c * b}x}}", f"{a + 1}e^{{{c}x+{b}}}", f"-{a}e^{{{c}x+{b}}}"]
    return right[0], right, wrong


def complex_number(r: random.Random) -> Made:
    """Complex numbers."""
    a, b, c, d = (r.randint(1, 9) for _ in range(4))
    x, y = a * c - b * d, a * d + b * c
    z = f"{x} {_term(y, 'i')}" if x else _term(y, "i", True)
    right = [z, f"({a}+{b}i)({c}+{d}i)", f"{_term(y, 'i', True)} {_term(x, '')}" if x else z, f"({c}+{d}i)({a}+{b}i)",
             f"{a * c} {_term(a * d, 'i')} {_term(b * c, 'i')} {_term(b * d, 'i^2')}"]
    wrong = [f"{x} {_term(-y, 'i')}", f"{x + 1} {_term(y, 'i')}", f"({a}+{b}i)({c}-{d}i)", f"{a * c + b * d} {_term(y, 'i')}",
             f"{y} {_term(x, 'i')}" if x not in (0, y) else f"{x + 2} {_term(y, 'i')}"]
    return z, right, wrong


def small_number(r: random.Random) -> Made:
    """Very small and very large numbers."""
    m, k = r.randint(2, 9), r.choice((*range(-30, -8), *range(9, 30)))
    right = [f"{m} \\times 10^{{{k}}}", f"{m}\\cdot 10^{{{k}}}", f"{m}0 \\times 10^{{{k - 1}}}", f"0.{m} \\times 10^{{{k + 1}}}",
             f"\\frac{{{m}}}{{10^{{{-k}}}}}"]
    wrong = [f"{m} \\times 10^{{{k - 1}}}", f"{m} \\times 10^{{{-k}}}", f"{m + 1} \\times 10^{{{k}}}", f"-{m} \\times 10^{{{k}}}",
             f"{m} \\times 10^{{{k + 1}}}"]
    return right[0], right, wrong


def equation(r: random.Random) -> Made:
    """A line, in other forms."""
    a, b, c, k = r.randint(2, 9), _nonzero(r, -9, 9), _nonzero(r, -9, 9), r.randint(2, 5)
    right = [f"{a}x {_term(b, 'y')} = {c}", f"{a * k}x {_term(b * k, 'y')} = {c * k}", f"{c} = {a}x {_term(b, 'y')}",
             f"{a}x {_term(b, 'y')} {_term(-c, '')} = 0",
             f"y = \\frac{{{c} - {a}x}}{{{b}}}", f"{_term(-a, 'x', True)} {_term(-b, 'y')} = {-c}"]
    wrong = [f"{a}x {_term(b, 'y')} = {-c}", f"{a}x {_term(-b, 'y')} = {c}", f"{a * k}x {_term(b * k, 'y')} = {c}", f"{a + 1}x {_term(b, 'y')} = {c}",
             f"y = {a}x {_term(c, '')}"]
    return right[0], right, wrong if abs(b) != 1 else wrong[:4]


def inequality(r: random.Random) -> Made:
    """x < a, scaled and turned."""
    a, k = _nonzero(r, -9, 9), r.randint(2, 9)
    right = [f"x < {a}", f"{a} > x", f"{k}x < {k * a}", f"-x > {-a}", f"x {_term(-a, '')} < 0", f"{-k}x > {-k * a}"]
    wrong = [f"x > {a}", f"x \\le {a}", f"x < {-a}", f"{k}x < {a}" if a else "x < 1", f"x < {a + 1}", f"{-k}x < {-k * a}"]
    return right[0], right, wrong


def interval(r: random.Random) -> Made:
    """Half-open intervals and unions."""
    a, b = sorted(r.sample(range(-9, 10), 2))
    m = a + r.choice((0.5, 0.25))
    right = [f"[{a}, {b})", f"\\left[{a}, {b}\\right)", f"[{a},{m}] \\cup [{m},{b})", f"[\\frac{{{2 * a}}}{{2}}, {b})"]
    wrong = [f"[{a}, {b}]", f"({a}, {b})", f"[{a}, {b + 1})", f"({a}, {b}]", f"[{a - 1}, {b})"]
    return right[0], right, wrong


def finite_set(r: random.Random) -> Made:
    """Sets of numbers."""
    values = r.sample(range(-20, 21), r.randint(2, 4))
    mixed = values[:]
    r.shuffle(mixed)

    def written(entries: list[Any]) -> str:
        return "\\{" + ", ".join(map(str, entries)) + "\\}"

    right = [written(values), written(mixed), written(sorted(values)), written([f"\\frac{{{2 * v}}}{{2}}" for v in values]),
             written(sorted(values, reverse=True))]
    wrong = [written(values[:-1]), written([*values[:-1], values[-1] + 41]),
             written([-v for v in values] if {-v for v in values} != set(values) else values[1:]), written([*values, 99])]
    return right[0], right, wrong


def point(r: random.Random) -> Made:
    """Points in order."""
    a, b = r.sample(range(-9, 10), 2)
    k = r.randint(2, 5)
    right = [f"({a}, {b})", f"\\left({a},{b}\\right)", f"(\\frac{{{k * a}}}{{{k}}}, {b})", f"({a}.0, {b}.0)"]
    wrong = [f"({b}, {a})", f"({a}, {b + 1})", f"({a}, {b}, 0)", f"({a - 1}, {b})", f"({a}, {-b})" if b else f"({a}, 1)"]
    return right[0], right, wrong


def matrix(r: random.Random) -> Made:
    """Two by two matrices."""
    a, b, c, d = (r.randint(-9, 9) for _ in range(4))
    k = r.randint(2, 5)

    def written(p: Any, q: Any, s: Any, t: Any, kind: str = "pmatrix") -> str:
        return f"\\begin{{{kind}}} {p} & {q} \\\\ {s} & {t} \\end{{{kind}}}"

    right = [written(a, b, c, d), written(a, b, c, d, "bmatrix"), written(f"\\frac{{{k * a}}}{{{k}}}", b, c, d),
             written(f"{a}.0", b, c, f"{d + 1} - 1")]
    wrong = [written(a + 1, b, c, d), written(a, b, c, d + 1), written(a, b, c + 2, d), written(a, b + 3, c, d, "bmatrix"),
             written(a, c, b, d) if b != c else written(a, b - 1, c, d)]
    return right[0], right, wrong


FAMILIES: dict[str, Callable[[random.Random], Made]] = {f.__name__: f for f in (
    polynomial, rational, fraction, radical, logarithm, trigonometric, exponential, complex_number, small_number, equation, inequality, interval,
    finite_set, point, matrix)}


def _styled(formula: str, r: random.Random) -> str:
    """The same formula as another person types it."""
    if r.random() < 0.3:
        formula = formula.replace(" + ", "+").replace(" - ", "-").replace(", ", ",")
    if r.random() < 0.2:
        formula = formula.replace("\\frac{", "\\dfrac{")
    if r.random() < 0.2:
        formula = formula.replace("\\cdot", "\\times")
    return r.choice(("${}$", "$ {} $", "$\\boxed{{{}}}$", "The answer is ${}$.", "${}$")).format(formula)


def workload(pairs: int, seed: int) -> list[dict[str, Any]]:
    """Pairs with their family and truth, in a fixed order."""
    r = random.Random(seed)
    made: list[dict[str, Any]] = []
    names = list(FAMILIES)
    while len(made) < pairs:
        family = names[len(made) // ANSWERS % len(names)]
        reference, right, wrong = FAMILIES[family](r)
        for _ in range(min(ANSWERS, pairs - len(made))):
            equal = r.random() < 0.6
            made.append({"family": family, "reference": f"${reference}$", "answer": _styled(r.choice(right if equal else wrong), r), "equal": equal})
    return made


def growing() -> list[dict[str, Any]]:
    """Pairs of growing size: a product of n linear factors and its expansion, right and wrong."""
    made = []
    for n in (1, 2, 3, 4, 6, 8, 12, 16, 24, 32):
        coefficients = [1]
        for k in range(1, n + 1):
            coefficients = [a + k * b for a, b in zip([*coefficients, 0], [0, *coefficients])]
        product = "".join(f"(x+{k})" for k in range(1, n + 1))
        for equal in (True, False):
            changed = coefficients if equal else [*coefficients[:-1], coefficients[-1] + 1]
            made.append({"family": "growing", "reference": f"${product}$", "answer": f"${_poly(changed)}$", "equal": equal,
                         "size": len(product) + len(_poly(changed))})
    return made


# --------------------------------------------------------------------------------------------------------------- measuring


def measure(rows: list[dict[str, Any]], checker: str) -> dict[str, Any]:
    """Verdicts and milliseconds of processor time for each row, and the process's peak memory. Runs in a process of its own."""
    if checker == "math-verify":
        from math_verify import parse, verify  # type: ignore[import-not-found]

        def clear() -> None:
            pass
    else:
        from grader import final
        from grader.rewards import parse, verify

        def clear() -> None:
            if checker.endswith("without caches"):
                final.forget()

        def is_open(row: dict[str, Any]) -> bool:
            return final.compare_parsed(final.parsed(row["reference"]), final.parsed(row["answer"]), restated=True).equal is None
    said, times, errors, opened = [], [], 0, []
    for row in rows:
        clear()
        start = time.process_time()
        try:
            equal = verify(parse(row["reference"]), parse(row["answer"]))
        except Exception:  # noqa: BLE001 - a peer may raise anything; it counts as no verdict
            equal, errors = False, errors + 1
        times.append(1000 * (time.process_time() - start))
        said.append(bool(equal))
        opened.append(checker != "math-verify" and not equal and is_open(row))
    return {"said": said, "open": opened, "ms": times, "errors": errors, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def run(python: str, rows: list[dict[str, Any]], checker: str) -> dict[str, Any]:
    """`measure` in another process. Fails when it prints nothing (`RuntimeError`)."""
    done = subprocess.run([python, __file__, "--measure", checker], input=json.dumps(rows), capture_output=True, text=True, timeout=3000)
    if not done.stdout.strip():
        raise RuntimeError(done.stderr[-800:])
    return json.loads(done.stdout.splitlines()[-1])


def start_up(python: str, code: str, runs: int = 7) -> tuple[float, float]:
    """Milliseconds (medians) of processor time and on the wall of a whole process that comes to its first verdict."""
    taken, passed = [], []
    for k in range(runs + 1):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run([python, "-c", code], check=True, capture_output=True)
        end, after = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        if k:  # the first one writes bytecode
            taken.append(1000 * (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime))
            passed.append(1000 * (end - start))
    return statistics.median(taken), statistics.median(passed)


def share(values: list[float], part: float) -> float:
    """A percentile."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


def table(rows: list[dict[str, Any]], found: dict[str, dict[str, Any]], show: int) -> None:
    """Prints what was right and how long it took."""
    print("| checker | right | wrong accepts | wrong refusals | open | over 4 s | median ms | p95 | p99 | max | pairs/s | peak MB |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, got in found.items():
        count = Counter((row["equal"], "open" if left else said) for row, said, left in zip(rows, got["said"], got["open"]))
        ms, left_open = got["ms"], count[True, "open"] + count[False, "open"]
        right = 100 * (count[True, True] + count[False, False]) / len(rows)
        print(f"| {name} | {right:.1f} % | {count[False, True]} | {count[True, False]} | {left_open} | {sum(t > 4000 for t in ms)} | "
              f"{statistics.median(ms):.2f} | "
              f"{share(ms, .95):.1f} | {share(ms, .99):.1f} | {max(ms):.0f} | {1000 * len(ms) / sum(ms):.0f} | {got['mb']:.0f} |")
    peer = found.get("math-verify")
    for name, got in found.items():
        if peer is not None and got is not peer:
            ratios = (statistics.median(peer["ms"]) / statistics.median(got["ms"]), share(peer["ms"], .99) / share(got["ms"], .99))
            print(f"\n{name}: {ratios[0]:.0f} times as fast as math-verify at the median, {ratios[1]:.0f} times at p99.", end="")
    print()
    print("\n| family | pairs |" + "".join(f" {n}: right | median ms |" for n in found))
    print("| --- | ---: |" + " ---: | ---: |" * len(found))
    for family in dict.fromkeys(row["family"] for row in rows):
        at = [k for k, row in enumerate(rows) if row["family"] == family]
        cells = "".join(f" {sum(got['said'][k] == rows[k]['equal'] for k in at)} | {statistics.median(got['ms'][k] for k in at):.2f} |"
                        for got in found.values())
        print(f"| {family} | {len(at)} |{cells}")
    for name, got in found.items():
        wrong = [row for row, said in zip(rows, got["said"]) if said != row["equal"]][:show]
        for row in wrong:
            print(f"    {name}: {'refused' if row['equal'] else 'accepted'}: {row['reference']} | {row['answer']}")


def chart(rows: list[dict[str, Any]], found: dict[str, dict[str, Any]], path: Path) -> None:
    """Time against size, both on logarithmic scales, as SVG."""
    width, height, left, bottom = 720, 420, 70, 50
    sizes = [row["size"] for row in rows]
    low, high = math.log10(min(sizes)), math.log10(max(sizes))
    floor, top = -1.0, 4.0

    def place(size: float, ms: float) -> tuple[float, float]:
        x = left + (width - left - 20) * (math.log10(size) - low) / (high - low)
        return x, 20 + (height - 20 - bottom) * (top - min(top, max(floor, math.log10(max(ms, 1e-6))))) / (top - floor)

    words = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13" role="img">',
             "<title>Processor time of one pair against the characters of both formulas</title>",
             f'<rect width="{width}" height="{height}" fill="white"/>']
    def line(x1: float, y1: float, x2: float, y2: float) -> None:
        words.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#ddd"/>')

    def label(x: float, y: float, anchor: str, said: str, colour: str = "black") -> None:
        words.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{said}</text>')

    for power in range(int(floor), int(top) + 1):
        _, y = place(min(sizes), 10.0**power)
        line(left, y, width - 20, y)
        label(left - 8, y + 4, "end", f"{10.0**power:g} ms")
    for size in (10, 30, 100, 300, 1000):
        if min(sizes) <= size <= max(sizes):
            x, _ = place(size, 1)
            line(x, 20, x, height - bottom)
            label(x, height - bottom + 18, "middle", str(size))
    label((left + width) / 2, height - 10, "middle", "characters of a product of n factors and its expansion")
    below = 40.0
    for (name, got), colour in zip(found.items(), ("#1b6ca8", "#c0504d")):
        for equal, dash in ((True, ""), (False, ' stroke-dasharray="5 4"')):
            points = [place(row["size"], ms) for row, ms in zip(rows, got["ms"]) if row["equal"] is equal]
            path_points = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            words.append(f'<polyline points="{path_points}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
            words.append(f'<line x1="{left + 12}" y1="{below - 4}" x2="{left + 42}" y2="{below - 4}" stroke="{colour}" stroke-width="2"{dash}/>')
            label(left + 50, below, "start", f"{name}, {'right' if equal else 'wrong'} answers", colour)
            below += 18
    path.write_text("\n".join([*words, "</svg>"]) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--peer-python", default="")
    parser.add_argument("--chart", type=Path)
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--measure", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(json.load(sys.stdin), options.measure)))
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = folder
        compare(options)


def compare(options: argparse.Namespace) -> None:
    """All measurements, printed; the chart where one is asked for."""
    rows = workload(options.pairs, options.seed)
    print(f"{len(rows)} pairs, seed {options.seed}, {len({(x['reference'], x['answer']) for x in rows})} of them different\n")
    checkers = {"this checker": sys.executable, "this checker, without caches": sys.executable}
    if options.peer_python:
        checkers["math-verify"] = options.peer_python
    for name, python in checkers.items():
        run(python, rows[::20], name)  # writes bytecode
    found = {name: run(python, rows, name) for name, python in checkers.items()}
    table(rows, found, options.show)
    begin = {"python alone": (sys.executable, "pass"), **{name: (sys.executable, code) for name, code in OWN_FIRST.items()}}
    if options.peer_python:
        begin["math-verify"] = (options.peer_python, PEER_FIRST)
    print("\n| start-up to the first verdict, whole process, ms | processor time | wall |\n| --- | ---: | ---: |")
    for name, how in begin.items():
        cpu, wall = start_up(*how)
        print(f"| {name} | {cpu:.0f} | {wall:.0f} |")
    if options.chart:
        sized = growing()
        charted = [name for name in checkers if name != "this checker"]
        timed = {name: run(checkers[name], [*sized[:4], *sized], name) for name in charted}
        chart(sized, {name.split(",")[0]: got | {"ms": got["ms"][4:]} for name, got in timed.items()},
              options.chart)  # the first four pay for what is loaded


if __name__ == "__main__":
    main()
