"""How far the numbers written in a formula lie from one: bits by which precision must grow before agreement at points says anything.

x and x - (1/7)^9000 agree to thousands of digits. The estimate is rough and from above: logarithms of numbers add up in products, multiply with
exponents, and the largest counts in sums.
"""

from __future__ import annotations

from math import log2

from grader.term import Term, fold

SMALL = 64
"""Bits that sampling has to spare anyway."""
MOST = 16_000
"""Beyond so many bits agreement at points is not looked for."""


def bits_of(*terms: Term) -> int:
    """Extra bits, 0 for formulas with numbers of common size."""
    most = max((fold(t, _combine)[0] for t in terms), default=0.0)
    return 0 if most <= SMALL else int(min(most, 1e9)) + 1


def _combine(node: Term, below: tuple[tuple[float, float], ...]) -> tuple[float, float]:
    """(log2 of how far from one, rough size where it is a number, else 1)."""
    if node.kind == "number":
        top, bottom = node.value.numerator, node.value.denominator
        size = float(min(max(top / bottom, 0.0), 1e9)) if top.bit_length() - bottom.bit_length() < 60 else 1e9
        return float(max(top - 1, 0).bit_length() + (bottom - 1).bit_length()), size
    if not below:
        return (1.7, 3.2) if node.kind == "constant" and node.name in ("e", "pi") else (0.0, 1.0)
    far, sizes = [f for f, _ in below], [s for _, s in below]
    if node.kind != "apply":
        return max(far), 1.0
    if node.name in ("mul", "div"):
        size = 1.0
        for k, s in enumerate(sizes):
            size = min(size * s, 1e9) if node.name == "mul" or k == 0 else size / s if s else 1e9
        return min(sum(far), 1e9), size
    if node.name == "neg":
        return far[0], sizes[0]
    if node.name == "add":
        return max(far), min(sum(sizes), 1e9)
    if node.name == "pow" and len(far) == 2:
        return min(max(far[0], 1.5 if far[0] else 0.0) * max(sizes[1], 1.0) + far[1], 1e9), min(max(sizes[0], 1.0) ** min(sizes[1], 30.0), 1e9)
    if node.name == "exp":
        return min(1.45 * sizes[0] + far[0], 1e9), min(2.72 ** min(sizes[0], 30.0), 1e9)
    if node.name in ("factorial", "gamma"):
        n = max(sizes[0], 2.0)
        return min(n * log2(n), 1e9), 1e9
    return max(far), sizes[0] if len(sizes) == 1 else 1.0
