"""Replays conversions of units: how many of one unit another one is.

For a claim `Satisfies((unit, other), "quantity.convertible")`. Data: {"factor": "5/18", "pi": 0, "offset": "0"}: x of the first unit are
x * factor * pi**pi + offset of the other. The checker works both units out from its own table (`units`, by the definitions of the SI), and compares
exactly; what found the factor is another table. Units of different dimensions refute the claim, with both dimensions taken from this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from grader.kernel import Refused
from grader.model import Claim, Finding, Satisfies, Status
from grader.replay.units import Dimension, size

NAMED = {"": "a plain number", "m": "a length", "m^2": "an area", "m^3": "a volume", "s": "a time", "kg": "a mass", "m s^-1": "a speed",
         "m s^-2": "an acceleration",
         "kg m s^-2": "a force", "kg m^2 s^-2": "an energy", "kg m^2 s^-3": "a power", "kg m^-1 s^-2": "a pressure", "s^-1": "a frequency",
         "K": "a temperature",
         "A": "an electric current", "A s": "an electric charge", "mol": "an amount of substance", "A^-1 kg m^2 s^-3": "a voltage",
         "A^-2 kg m^2 s^-3": "an electric resistance", "kg m s^-1": "a momentum", "kg m^-3": "a density", "dollar": "an amount of money",
         "bit": "an amount of data"}


def check(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """PROVED where the factor is right, REFUTED where the dimensions differ. Fails with `Refused`."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, Satisfies) or conclusion.property != "quantity.convertible" or len(conclusion.subject) != 2:
        raise Refused("not a claim about units")
    unit, other = conclusion.subject
    given, wanted = size(unit), size(other)
    if given.dimension != wanted.dimension:
        return Finding(Status.REFUTED, words=(f"This is in {unit}: it measures {kind(given.dimension)}, and something else is asked for.",),
                       teacher_words=(f"{unit} measures {kind(given.dimension)}, {other} {kind(wanted.dimension)}.",))
    factor, pi = given.factor / wanted.factor, given.pi - wanted.pi
    offset = given.offset * factor - wanted.offset
    if Fraction(data["factor"]) != factor or data["pi"] != pi or Fraction(data["offset"]) != offset:
        raise Refused(f"one {unit} is not that many {other}")
    return Finding(Status.PROVED, teacher_words=(f"x {unit} are {conversion(factor, pi, offset)} {other}.",))


def kind(dimension: Dimension) -> str:
    """What a dimension measures, in words where there is a name for it."""
    text = " ".join(base + ("" if power == 1 else f"^{power}") for base, power in dimension)
    return NAMED.get(text, f"something in {text}")


def conversion(factor: Fraction, pi: int, offset: Fraction) -> str:
    """x * factor * pi**pi + offset, written out."""
    scaled = "x" if factor == 1 else f"{factor} x" if factor.denominator == 1 else f"({factor}) x"
    scaled += f" pi^{pi}" if pi else ""
    return scaled if not offset else f"{scaled} {'+' if offset > 0 else '-'} {abs(offset)}"
