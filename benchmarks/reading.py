"""How fast the reader is, how its time grows, and how it compares on the same strings in one run with other readers of LaTeX (those that import).

    python benchmarks/reading.py [FILE.jsonl ...]

Each FILE holds lines with an "answer" (and perhaps a "reference"): the strings to read; without one a handful of own formulas is used. The others are
asked only whether they read a string without an error and how long they take; whether a reading is right is for the fixtures in `tests/reading`.
Times are processor time of this thread.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from grader.model import Read
from grader.reading import read

OWN = [r"\frac{1}{2}x^2 + \sin 2x", r"\sum_{i=1}^n i^2 = \frac{n(n+1)(2n+1)}{6}", r"\int_0^1 x^2 \, dx", r"\sqrt{x+1}", r"x^{2y} - \log_2 n", r"\frac{d}{dx} \tan x",
       r"\lim_{x \to 0} \frac{\sin x}{x}", r"\binom{n}{k}", r"|x| + \left|y\right|", r"e^{-x^2/2}", r"a \le b", r"\alpha_i^2 + \beta", r"3(x+1)(x-2)", r"\cos^2 \theta"]
GROWTH = {"sum": "3*x^2 + sin(x)/y - ", "latex": r"\frac{a_i}{b} + \sqrt{x^2} \cdot ", "densities": r"E_{q(z|x)}[\log p(x|z)] - KL(q(z|x)||p(z)) + ", "bars": "|x|+",
          "letters": "x y z "}


def strings(paths: list[str]) -> list[str]:
    """The strings of the files, LaTeX delimiters taken off (the others do not know them), each once."""
    found: list[str] = []
    for path in paths:
        for line in Path(path).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            found += [row[key] for key in ("reference", "answer") if row.get(key)]
    return list(dict.fromkeys(s.strip().strip("$") for s in found or OWN))


def others() -> dict[str, Callable[[str], object]]:
    """Readers of LaTeX that can be imported here, by name."""
    found: dict[str, Callable[[str], object]] = {}
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
        found[f"sympy {backend}"] = lambda text, backend=backend: parse_latex(text, backend=backend)
    try:
        from latex2sympy2_extended import latex2sympy
    except ImportError:
        return found
    return {**found, "latex2sympy2_extended": latex2sympy}


def measure(name: str, reader: Callable[[str], object], texts: list[str]) -> None:
    """Median, 95 % and worst time, and how many strings were read."""
    spent, done = [], 0
    for text in texts:
        start = time.process_time()
        try:
            made = reader(text)
            done += made is not None and (not hasattr(made, "reason"))
        except Exception:  # noqa: BLE001 - an error is "not read"
            pass
        spent.append((time.process_time() - start) * 1e3)
    spent.sort()
    print(f"{name:24} read {done:5} of {len(texts)}   median {statistics.median(spent):8.3f} ms   95 % {spent[int(.95 * (len(spent) - 1))]:8.3f} ms   "
          f"worst {spent[-1]:8.1f} ms")


def growth() -> None:
    """Milliseconds for texts of growing length: linear means equal columns."""
    for name, unit in GROWTH.items():
        cells = []
        for size in (1_000, 5_000, 10_000, 19_000):
            text = (unit * (size // len(unit)))[:size] + "x"
            best = min(_spent(text) for _ in range(5))
            cells.append(f"{size:6}: {best * 1e3:7.1f} ms {best * 1e6 / size:5.2f} us/char")
        print(f"{name:10} " + "   ".join(cells))


def _spent(text: str) -> float:
    start = time.process_time()
    assert isinstance(read(text), Read)
    return time.process_time() - start


def main() -> None:
    """Everything, printed."""
    texts = strings(sys.argv[1:])
    for text in texts[:50]:
        read(text)
    measure("grader", read, texts)
    for name, reader in others().items():
        reader("x")
        measure(name, reader, texts)
    growth()


if __name__ == "__main__":
    main()
