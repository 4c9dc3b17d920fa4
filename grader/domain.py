"""Domains: where a symbol lives."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

FIELDS = ("complex", "real", "rational", "integer")
SHAPES = ("scalar", "vector", "matrix", "function", "density", "variable", "index")
TRAITS = {
    "symmetric": "symmetric", "skew": "skew", "orthogonal": "orthogonal", "orthonormal": "orthonormal columns", "definite": "positive definite",
    "semidefinite": "psd", "psd": "psd", "spd": "positive definite", "pd": "positive definite", "invertible": "invertible", "nonsingular": "invertible",
    "diagonal": "diagonal", "idempotent": "idempotent", "projection": "projection", "square": "square", "simplex": "simplex",
}
"""Words for what is known of a matrix or vector, with the trait each stands for: "orthonormal columns" X^T X = I; "projection" symmetric and
idempotent; "simplex" entries that are nonnegative and sum to one."""
_SIZE = r"(\d+|[A-Za-z](?:_?\w{0,3}))"
_SIZES = re.compile(rf"(?:\bin\s+)?(?:\bR\^\{{?)?(?<!\w){_SIZE}\s*(?:\sx\s|×|\\times)\s*{_SIZE}\}}?(?!\w)")
_LENGTH = re.compile(r"\bvector\s+(?:of\s+(?:size|length|dimension)\s+|in\s+R\^)?(\d+|[A-Za-z](?:_\w+)?)(?!\w)")


@dataclass(frozen=True, slots=True)
class Domain:
    """Where a symbol lives: a field, an interval of it, and a shape.

    `lower`/`upper` are exact bounds or None; the `strict` flags exclude them. "natural" means integer >= 0.
    """

    field: str = "complex"
    lower: Fraction | None = None
    lower_strict: bool = False
    upper: Fraction | None = None
    upper_strict: bool = False
    shape: str = "scalar"
    nonzero: bool = False
    unit: bool = False
    """Norm one (vectors)."""
    rows: str = ""
    """The length of a vector, or the number of rows of a matrix: digits or the name of a size; "" where nothing is said."""
    columns: str = ""
    traits: tuple[str, ...] = ()
    """What is known of a matrix or vector, sorted; see `TRAITS`."""

    @staticmethod
    def parse(words: str) -> Domain:
        """Read "integer > 0", "positive", "nonnegative real", "> 2", "unit vector", "0 < 1", "symmetric matrix n x n", "vector d" style words.

        Words: complex real rational integer natural positive negative nonnegative nonpositive nonzero scalar vector matrix function index
        density variable unit, those of `TRAITS`, sizes behind the shape, and bounds `> 2`, `>= 0`, `< 1`, `<= 1/2`. Fails with ValueError that
        names the word.
        """
        text, sized = _sizes(words.strip())
        bounds = re.findall(r"(>=|<=|>|<|≥|≤)\s*([+-]?\d+(?:\.\d+|/\d+)?)", text)
        rest = re.sub(r"(>=|<=|>|<|≥|≤)\s*([+-]?\d+(?:\.\d+|/\d+)?)", " ", text).replace(",", " ").split()
        made: dict[str, Any] = dict(sized)
        traits: set[str] = set()
        for word in rest:
            if word in TRAITS:
                traits.add(TRAITS[word])
                made.setdefault("shape", "vector" if word == "simplex" else "matrix")
            elif word in FIELDS:
                made["field"] = word
            elif word in SHAPES:
                made["shape"] = word
            elif word in ("natural",):
                made |= {"field": "integer", "lower": Fraction(0), "lower_strict": False}
            elif word in ("positive", "nonnegative"):
                made |= {"lower": Fraction(0), "lower_strict": word == "positive"}
            elif word in ("negative", "nonpositive"):
                made |= {"upper": Fraction(0), "upper_strict": word == "negative"}
            elif word == "nonzero":
                made["nonzero"] = True
            elif word == "unit":
                made["unit"] = True
                made.setdefault("shape", "vector")
            elif word not in ("and", "number"):
                raise ValueError(f"{word!r} is no word for a domain; expected one of {', '.join(FIELDS)}, natural, positive, negative, "
                                 "nonnegative, nonpositive, nonzero, vector, matrix, function, density, or a bound such as '> 2'")
        for sign, value in bounds:
            low = sign in (">", ">=", "≥")
            made |= {"lower" if low else "upper": Fraction(value), "lower_strict" if low else "upper_strict": sign in "<>"}
        if {"lower", "upper"} & made.keys() and made.get("field", "complex") == "complex":
            made["field"] = "real"
        return Domain(**made, traits=tuple(sorted(traits)))

    @property
    def is_real(self) -> bool:
        return self.field != "complex"

    @property
    def is_positive(self) -> bool:
        return self.lower is not None and (self.lower > 0 or (self.lower == 0 and (self.lower_strict or self.nonzero)))

    @property
    def is_nonnegative(self) -> bool:
        return self.lower is not None and self.lower >= 0

    def admits(self, value: Fraction) -> bool:
        """Does the rational number lie in the domain?"""
        if self.field == "integer" and value.denominator != 1 or self.nonzero and value == 0:
            return False
        if self.lower is not None and (value < self.lower or self.lower_strict and value == self.lower):
            return False
        return not (self.upper is not None and (value > self.upper or self.upper_strict and value == self.upper))

    def __str__(self) -> str:
        words = [f"{self.shape} {self.rows} x {self.columns}" if self.columns else f"{self.shape} {self.rows}".strip()] if self.shape != "scalar" else []
        words = [t if t != "psd" else "positive semidefinite" for t in self.traits] + words
        words += ["unit"] if self.unit else []
        words += [self.field] if self.field != "complex" or not words else []
        words += ["nonzero"] if self.nonzero else []
        if self.lower is not None:
            words.append(f"{'>' if self.lower_strict else '>='} {self.lower}")
        if self.upper is not None:
            words.append(f"{'<' if self.upper_strict else '<='} {self.upper}")
        return " ".join(words)


def _sizes(words: str) -> tuple[str, dict[str, str]]:
    """The words without sizes ("matrix n x d", "vector in R^d"), and the sizes; "positive definite" becomes one word."""
    words = re.sub(r"\bpositive[\s-]+(semi)?[\s-]?definite\b", r"\1definite", words)
    words = re.sub(r"\borthonormal\s+columns\b", "orthonormal", words)
    found = _SIZES.search(words)
    if found and re.search(r"\bmatrix\b", words):
        return words[:found.start()] + " " + words[found.end():], {"rows": found[1], "columns": found[2]}
    found = _LENGTH.search(words)
    if found and found[1] not in ("and",):
        return words[:found.start()] + " vector " + words[found.end():], {"rows": found[1]}
    return words, {}
