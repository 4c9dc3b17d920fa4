"""Domains: where a symbol lives."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

FIELDS = ("complex", "real", "rational", "integer")
SHAPES = ("scalar", "vector", "matrix", "function", "density", "variable", "index")


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

    @staticmethod
    def parse(words: str) -> Domain:
        """Read "integer > 0", "positive", "nonnegative real", "> 2", "unit vector", "0 < 1" style words.

        Words: complex real rational integer natural positive negative nonnegative nonpositive nonzero scalar vector matrix function index
        density variable unit, and bounds `> 2`, `>= 0`, `< 1`, `<= 1/2`. Fails with ValueError that names the word.
        """
        text = words.strip()
        bounds = re.findall(r"(>=|<=|>|<|≥|≤)\s*([+-]?\d+(?:\.\d+|/\d+)?)", text)
        rest = re.sub(r"(>=|<=|>|<|≥|≤)\s*([+-]?\d+(?:\.\d+|/\d+)?)", " ", text).replace(",", " ").split()
        made: dict[str, Any] = {}
        for word in rest:
            if word in FIELDS:
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
        return Domain(**made)

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
        words = [self.shape] if self.shape != "scalar" else []
        words += ["unit"] if self.unit else []
        words += [self.field] if self.field != "complex" or not words else []
        words += ["nonzero"] if self.nonzero else []
        if self.lower is not None:
            words.append(f"{'>' if self.lower_strict else '>='} {self.lower}")
        if self.upper is not None:
            words.append(f"{'<' if self.upper_strict else '<='} {self.upper}")
        return " ".join(words)
