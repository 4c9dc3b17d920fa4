"""Conversions of units, found through pint with exact fractions; the kernel's checker works them out again from a table of its own.

Pint sees names from the table below only, never a learner's text. Angles are counted in half turns, so that no factor holds an approximation of pi.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

from grader.decide.budget import Budget
from grader.model import Claim, Evidence, Satisfies
from grader.term import Term

_METRIC = {
    "m": "meter", "g": "gram", "s": "second", "A": "ampere", "K": "kelvin", "mol": "mole", "cd": "candela", "Hz": "1/second", "N": "newton",
    "Pa": "pascal",
    "J": "joule", "W": "watt", "C": "coulomb", "V": "volt", "F": "farad", "ohm": "ohm", "S": "siemens", "Wb": "weber", "T": "tesla", "H": "henry",
    "lm": "candela", "lx": "candela/meter**2", "Bq": "1/second", "Gy": "gray", "Sv": "sievert", "kat": "katal", "L": "liter", "t": "metric_ton",
    "eV": "electron_volt", "bar": "bar", "rad": "dimensionless", "sr": "dimensionless", "bit": "one_bit", "B": "8*one_bit", "cal": "calorie",
    "Wh": "watt*hour", "M": "mole/liter", "ha": "hectare",
}
_PLAIN = {
    "min": "minute", "h": "hour", "d": "day", "week": "week", "yr": "year", "in": "inch", "ft": "foot", "yd": "yard", "mi": "mile",
    "nmi": "nautical_mile",
    "au": "astronomical_unit", "ly": "light_year", "angstrom": "angstrom", "lb": "pound", "oz": "ounce", "u": "1.66053906892e-27*kilogram",
    "lbf": "force_pound", "dyn": "dyne",
    "erg": "erg", "atm": "standard_atmosphere", "torr": "torr", "mmHg": "millimeter_Hg", "psi": "psi", "hp": "horsepower",
    "BTU": "international_british_thermal_unit", "gal": "gallon", "qt": "quart", "pt": "pint", "floz": "fluid_ounce", "acre": "43560*foot**2",
    "mph": "mile/hour",
    "kph": "kilometer/hour", "knot": "knot", "rpm": "2*half_turn/minute", "rev": "2*half_turn", "percent": "1/100", "ppm": "1/1000000",
    "deg": "half_turn/180",
    "arcmin": "half_turn/10800", "arcsec": "half_turn/648000", "dollar": "money_dollar", "cent": "money_dollar/100", "euro": "money_euro",
    "pounds_sterling": "money_pound", "yen": "money_yen", "yuan": "money_yuan", "rupee": "money_rupee", "KiB": "8192*one_bit",
    "MiB": "8388608*one_bit",
    "GiB": "8589934592*one_bit", "cc": "centimeter**3", "dozen": "12", "gauss": "tesla/10000", "degC": "degree_Celsius", "degF": "degree_Fahrenheit",
}
_PREFIXES = {"Q": "quetta", "R": "ronna", "Y": "yotta", "Z": "zetta", "E": "exa", "P": "peta", "T": "tera", "G": "giga", "M": "mega", "k": "kilo",
             "h": "hecto",
             "da": "deca", "d": "deci", "c": "centi", "m": "milli", "u": "micro", "µ": "micro", "μ": "micro", "n": "nano", "p": "pico", "f": "femto",
             "a": "atto",
             "z": "zepto", "y": "yocto", "r": "ronto", "q": "quecto"}
_SCALES = frozenset(("degC", "degF"))
_BASES = ("half_turn", "one_bit", "money_dollar", "money_euro", "money_pound", "money_yen", "money_yuan", "money_rupee")


@lru_cache(maxsize=1)
def _registry() -> Any:
    import pint

    made = pint.UnitRegistry(non_int_type=Fraction, cache_folder=None)
    for name in _BASES:
        made.define(f"{name} = [{name}]")
    return made


@lru_cache(maxsize=1024)
def _one(name: str) -> Any:
    """One of the unit in base units. Fails with KeyError for a name that is not in the tables."""
    registry = _registry()
    if name in _PLAIN:
        return registry(_PLAIN[name]).to_base_units() if name not in _SCALES else registry.Quantity(Fraction(1),
            "delta_" + _PLAIN[name]).to_base_units()
    for prefix in ("", "da", *_PREFIXES):
        if name.startswith(prefix) and name[len(prefix):] in _METRIC:
            base = registry(_METRIC[name[len(prefix):]])
            scale = registry(f"{_PREFIXES[prefix]}meter").to("meter").magnitude if prefix else Fraction(1)
            return (base * scale).to_base_units() if hasattr(base, "to_base_units") else registry.Quantity(base * scale, "dimensionless")
    raise KeyError(name)


def _quantity(unit: Term) -> Any:
    """One of a unit that is made of others. Fails with ValueError for anything else."""
    registry = _registry()
    if unit.kind == "number":
        return registry.Quantity(unit.value, "dimensionless")
    if unit.kind == "symbol":
        found = _one(unit.name)
        return found if hasattr(found, "to_base_units") else registry.Quantity(Fraction(found), "dimensionless")
    parts = [_quantity(a) for a in unit.args] if unit.name in ("mul", "div") else [_quantity(unit.args[0])]
    if unit.is_apply("pow", 2):
        exponent = _number(unit.args[1])
        return parts[0] ** (int(exponent) if exponent.denominator == 1 else exponent)
    made = parts[0]
    for other in parts[1:]:
        made = made * other if unit.name == "mul" else made / other
    return made


def _number(term: Term) -> Fraction:
    if term.is_apply("neg", 1):
        return -_number(term.args[0])
    if term.is_apply("div", 2):
        return _number(term.args[0]) / _number(term.args[1])
    if term.value is None:
        raise ValueError("an exponent that is no number")
    return term.value


def _zero(unit: Term) -> Fraction:
    """The value in kelvin of zero on the scale, else 0."""
    if unit.kind != "symbol" or unit.name not in _SCALES:
        return Fraction(0)
    return Fraction(_registry().Quantity(Fraction(0), _PLAIN[unit.name]).to("kelvin").magnitude).limit_denominator(10**6)


def convert(claim: Claim, budget: Budget) -> Evidence | str | None:
    """The factor and the offset between two units."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, Satisfies) or conclusion.property != "quantity.convertible":
        return None
    unit, other = conclusion.subject
    try:
        given, wanted = _quantity(unit), _quantity(other)
    except KeyError as error:
        return f"{error} is no unit that is known"
    ratio = (given / wanted).to_base_units()
    left = {str(name): power for name, power in ratio._units.items() if power}
    half_turns = left.pop("half_turn", 0)
    if left:
        return Evidence("quantity", {"dimensions": sorted(left)})
    factor = Fraction(ratio.magnitude)
    offset = (_zero(unit) - _zero(other)) / Fraction(wanted.magnitude) if unit.kind == other.kind == "symbol" else Fraction(0)
    return Evidence("quantity", {"factor": str(factor), "pi": int(half_turns), "offset": str(offset)})


PROCEDURES = (("units", convert),)
