"""How fast the reader is, how its time grows, and how it compares with other readers of LaTeX on the same strings in one run.

    python benchmarks/reading.py [--peer-python PATH ...]

Each PATH is a Python of its own in which some of SymPy's two LaTeX parsers (antlr, lark) and latex2sympy2-extended can be imported (they need
different versions of antlr); this file runs itself there and is answered in JSON lines. The strings are the rows of `reading_rows.py`: formulas with
their meaning as a Python function. A reading is right when its value is the function's at three random points; the tree of this project is evaluated
by `value_of` below, SymPy's expressions by SymPy. Reading is timed as the best of three tries after one to warm up, in processor time of the thread.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import mpmath as mp
from reading_rows import ROWS

SHAPES: dict[str, Callable[[int], str]] = {
    "long sum": lambda n: "3*x^2 + sin(x)/y - " * (n // 19) + "x",
    "long sum in LaTeX": lambda n: r"\frac{a_i}{b} + \sqrt{x^2} \cdot " * (n // 33) + "x",
    "long product": lambda n: "x y z " * (n // 6) + "x",
    "densities": lambda n: r"E_{q(z|x)}[\log p(x|z)] - KL(q(z|x)||p(z)) + " * (n // 46) + "x",
    "bars": lambda n: "|x|+" * (n // 4) + "x",
    "subscripts": lambda n: "x_{t+1} + k_i - " * (n // 16) + "x",
    "matrix": lambda n: r"\begin{pmatrix}" + r"1 & x_2 & -3 \\ " * ((n - 31) // 16) + r"0 & 0 & 1\end{pmatrix}",
    "relations": lambda n: "a_1 < b, " * (n // 9) + "a < b",
    "words": lambda n: "the cost of each layer is " * (n // 26),
    "nested brackets": lambda n: ("(" * 40 + "x" + ")" * 40 + "+") * (n // 82) + "x",
    "nested fractions": lambda n: (r"\frac{1}{" * 20 + "x" + "}" * 20 + "+") * (n // 202) + "x",
    "((((": lambda n: "(" * n, "||||": lambda n: "|" * n, "a_b_c_d": lambda n: "a_b_c_d" * (n // 7), "$$$$": lambda n: "$" * n,
    r"\frac{ \frac{": lambda n: r"\frac{" * (n // 6), "^^^^": lambda n: "x^" * (n // 2), "....": lambda n: "." * n,
}
"""Texts of about n characters."""
SIZES = (1_000, 2_000, 5_000, 10_000, 19_900)


def points() -> list[SimpleNamespace]:
    """Three assignments of values to all names of the rows."""
    chance = random.Random(7)
    names = "x y z a b c r t l p alpha beta theta mu sigma eta x_1 x_2 a_i b_i a_1 a_2 theta_0 theta_1 k_a k_b v_a v_b p_t q_t".split()
    made = []
    for _ in range(3):
        values = {name: mp.mpf(chance.randint(40, 90)) / 100 for name in names}
        values |= {"b": values["b"] + 3, "n": 5 + len(made), "k": 3, "m": 4}
        made.append(SimpleNamespace(**values))
    return made


def is_right(found: list[Any], index: int) -> bool:
    """Are these the row's values at the points?"""
    for value, v in zip(found, points()):
        wanted = mp.mpmathify(ROWS[index][1](v))
        try:
            if abs(mp.mpmathify(value) - wanted) > mp.mpf(10)**-9 * (1 + abs(wanted)):
                return False
        except (TypeError, ValueError):
            return False
    return len(found) == 3


# ------------------------------------------------------------------------------------------------------------ values of terms


def value_of(term: Any, v: dict[str, Any]) -> Any:
    """The value of a tree; an equation is its left side minus its right side. Fails with `KeyError` for what the rows do not need."""
    from grader.printing import to_text

    kind, name, args = term.kind, term.name, term.args
    if kind == "number":
        return mp.mpf(term.value.numerator) / term.value.denominator
    if kind == "symbol":
        return v[name]
    if kind == "constant":
        return {"pi": mp.pi, "e": mp.e, "i": mp.j}[name]
    if kind == "relation" and term.signs == ("=",):
        return value_of(args[0], v) - value_of(args[1], v)
    if kind == "binder":
        return _bound_value(term, v)
    if name == "index":
        return v[to_text(term)]
    if name in ("derivative", "partial"):
        variable, order = args[1].name, int(args[2].value)
        return mp.diff(lambda x: value_of(args[0], {**v, variable: x}), v[variable], order)
    values = [value_of(a, v) for a in args]
    return _OPERATORS[name](*values)


def _bound_value(term: Any, v: dict[str, Any]) -> Any:
    variable = term.bound[0].name
    body, low, high = term.args[0], value_of(term.args[1], v), value_of(term.args[2], v)
    if term.name == "integral":
        return mp.quad(lambda x: value_of(body, {**v, variable: x}), [low, high])
    values = [value_of(body, {**v, variable: mp.mpf(j)}) for j in range(int(low), int(high) + 1)]
    return mp.fsum(values) if term.name == "sum" else mp.fprod(values)


_OPERATORS: dict[str, Callable[..., Any]] = {
    "add": lambda *xs: sum(xs), "mul": lambda *xs: mp.fprod(xs), "neg": lambda x: -x, "div": lambda a, b: a / b,
    "pow": lambda a, b: mp.mpmathify(a)**b,
    "sqrt": mp.sqrt, "root": lambda x, n: mp.root(x, int(n)), "exp": mp.exp, "log": lambda x, b=mp.e: mp.log(x, b), "abs": abs, "floor": mp.floor,
    "ceil": mp.ceil, "factorial": mp.factorial, "binomial": mp.binomial, "max": max, "min": min, "percent": lambda x: x / 100,
    **{f: getattr(mp, f) for f in "sin cos tan sinh cosh tanh asin acos atan".split()},
}


# ----------------------------------------------------------------------------------------------------------------- the readers


def own() -> Callable[[str], Any]:
    """The reader of this project: the tree, or None where it is unread."""
    from grader.model import Read
    from grader.reading import read

    def tree(text: str) -> Any:
        reading = read(text)
        return reading.term if isinstance(reading, Read) else None

    return tree


def others() -> dict[str, Callable[[str], Any]]:
    """Readers of LaTeX that can be imported in this Python, by name."""
    found: dict[str, Callable[[str], Any]] = {}
    warnings.simplefilter("ignore")
    try:
        from sympy.parsing.latex import parse_latex
    except ImportError:
        return found
    for backend in ("antlr", "lark"):
        try:
            parse_latex("x", backend=backend)
        except Exception:  # noqa: BLE001 - whatever is missing, this backend is not here
            continue
        found[f"SymPy, {backend}"] = lambda text, backend=backend: parse_latex(text, backend=backend)
    try:
        from latex2sympy2_extended import latex2sympy
    except ImportError:
        return found
    return {**found, "latex2sympy2-extended": latex2sympy}


def sympy_value(made: Any, v: dict[str, Any]) -> Any:
    """The value of a SymPy object; an equation is its left side minus its right side."""
    import sympy

    if isinstance(made, sympy.Equality):
        made = made.lhs - made.rhs
    made = sympy.sympify(made).doit()
    names = {s: s.name.replace("{", "").replace("}", "").replace("\\", "").replace(" ", "") for s in made.free_symbols}
    known = {"pi": sympy.pi, "e": sympy.E, **{name: sympy.Rational(str(value)) for name, value in v.items()}}
    values = {s: known.get(name, s) for s, name in names.items()}
    return str(sympy.N(made.subs(values), 20))


def measure(name: str, reader: Callable[[str], Any], evaluate: Callable[[Any, dict[str, Any]], Any]) -> dict[str, Any]:
    """Times in milliseconds and values for every row."""
    rows = []
    for text, _ in ROWS:
        best, made = float("inf"), None
        for _ in range(4):
            start = time.thread_time()
            try:
                made = reader(text)
            except Exception:  # noqa: BLE001 - an error is "not read"
                made = None
            best = min(best, time.thread_time() - start)
        values = []
        for v in points() if made is not None else ():
            try:
                values.append(str(evaluate(made, vars(v))))
            except Exception:  # noqa: BLE001 - what cannot be evaluated is not the formula
                break
        rows.append({"ms": best * 1e3, "read": made is not None, "values": values})
    return {"reader": name, "rows": rows}


def report(results: list[dict[str, Any]]) -> None:
    """The comparison as a Markdown table, and our rows that are not right."""
    print("| reader | read | right | median ms | 95 % ms | worst ms | median, ours = 1 |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    ours = statistics.median(r["ms"] for r in results[0]["rows"])
    for result in results:
        spent = sorted(r["ms"] for r in result["rows"])
        right = sum(is_right(r["values"], k) for k, r in enumerate(result["rows"]))
        median = statistics.median(spent)
        done, late = sum(r["read"] for r in result["rows"]), spent[int(.95 * len(spent))]
        print(f"| {result['reader']} | {done} | {right} of {len(ROWS)} | {median:.3f} | {late:.3f} | {spent[-1]:.3f} | {median / ours:.0f} |")
    for k, row in enumerate(results[0]["rows"]):
        if not is_right(row["values"], k):
            print(f"not right: {ROWS[k][0]}")


def growth() -> None:
    """Milliseconds by length, the best of five: proportional to the length means linear."""
    from grader.reading import read

    print("\n| text | " + " | ".join(f"{n:,}" for n in SIZES) + " | µs a character |\n| --- |" + " ---: |" * (len(SIZES) + 1))
    for name, make in SHAPES.items():
        cells = []
        for n in SIZES:
            text = make(n)
            spent = []
            for _ in range(5):
                start = time.thread_time()
                read(text)
                spent.append(time.thread_time() - start)
            cells.append(min(spent) * 1e3)
        print(f"| {name.replace('|', chr(92) + '|')} | " + " | ".join(f"{c:.1f}" for c in cells) + f" | {cells[-1] * 1e3 / SIZES[-1]:.2f} |")


def main() -> None:
    """Everything, printed."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--peer-python", action="append", default=[], metavar="PATH")
    options.add_argument("--as-peer", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.as_peer:
        for name, reader in others().items():
            reader("x")
            print(json.dumps(measure(name, reader, sympy_value)))
        return
    results = [measure("grader", own(), value_of)]
    for python in chosen.peer_python or [sys.executable]:
        done = subprocess.run([python, __file__, "--as-peer"], capture_output=True, text=True, timeout=1200)
        results += [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    report(results)
    growth()


if __name__ == "__main__":
    main()
