"""Units of measurement by exact factors: the International System, what is accepted beside it, and common others.

A unit is a term made of unit names by `mul`, `div`, `pow` with rational exponents. Its size is an exact rational number times a power of pi
(degrees are pi/180 rad) and a product of base units: m, kg, s, A, K, mol, cd, and a base of its own for each currency, bit, and thing that is only
counted. A temperature scale with a zero point of its own (degC, degF) has an offset too, and only alone: 20 degC is 293.15 K, but no factor.

Factors are the definitions of the SI brochure (9th edition, 2019, tables 1 to 8) and of NIST Special Publication 811, appendix B.8.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from grader.kernel import Refused
from grader.term import Term

MAX_EXPONENT = 60
Dimension = tuple[tuple[str, Fraction], ...]


@dataclass(frozen=True, slots=True)
class Size:
    """`factor * pi**pi` in base units of `dimension`; a temperature of x is (x + offset) * factor kelvin."""

    factor: Fraction
    dimension: Dimension
    pi: int = 0
    offset: Fraction = Fraction(0)


def _dimension(words: str) -> Dimension:
    found = {}
    for word in words.split():
        base, _, power = word.partition("^")
        found[base] = Fraction(power or 1)
    return tuple(sorted(found.items()))


_PREFIXES = {"Q": 30, "R": 27, "Y": 24, "Z": 21, "E": 18, "P": 15, "T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1, "d": -1, "c": -2, "m": -3,
             "u": -6, "µ": -6,
             "μ": -6, "n": -9, "p": -12, "f": -15, "a": -18, "z": -21, "y": -24, "r": -27, "q": -30}
_LONG_PREFIXES = {"quetta": 30, "ronna": 27, "yotta": 24, "zetta": 21, "exa": 18, "peta": 15, "tera": 12, "giga": 9, "mega": 6, "kilo": 3, "hecto": 2,
                  "deca": 1,
                  "deka": 1, "deci": -1, "centi": -2, "milli": -3, "micro": -6, "nano": -9, "pico": -12, "femto": -15, "atto": -18, "zepto": -21,
                  "yocto": -24, "ronto": -27, "quecto": -30}
_METRIC = {  # symbol: (names, factor, dimension); with prefixes
    "m": ("metre meter", "1", "m"), "g": ("gram gramme", "1/1000", "kg"), "s": ("second sec", "1", "s"), "A": ("ampere amp", "1", "A"),
    "K": ("kelvin", "1", "K"),
    "mol": ("mole", "1", "mol"), "cd": ("candela", "1", "cd"), "Hz": ("hertz", "1", "s^-1"), "N": ("newton", "1", "kg m s^-2"),
    "Pa": ("pascal", "1", "kg m^-1 s^-2"), "J": ("joule", "1", "kg m^2 s^-2"), "W": ("watt", "1", "kg m^2 s^-3"), "C": ("coulomb", "1", "A s"),
    "V": ("volt", "1", "kg m^2 s^-3 A^-1"), "F": ("farad", "1", "kg^-1 m^-2 s^4 A^2"), "ohm": ("Ω Ω", "1", "kg m^2 s^-3 A^-2"),
    "S": ("siemens", "1", "kg^-1 m^-2 s^3 A^2"), "Wb": ("weber", "1", "kg m^2 s^-2 A^-1"), "T": ("tesla", "1", "kg s^-2 A^-1"),
    "H": ("henry", "1", "kg m^2 s^-2 A^-2"), "lm": ("lumen", "1", "cd"), "lx": ("lux", "1", "cd m^-2"), "Bq": ("becquerel", "1", "s^-1"),
    "Gy": ("gray", "1", "m^2 s^-2"), "Sv": ("sievert", "1", "m^2 s^-2"), "kat": ("katal", "1", "mol s^-1"), "L": ("l litre liter ℓ", "1/1000", "m^3"),
    "t": ("tonne", "1000", "kg"), "eV": ("electronvolt", "1.602176634e-19", "kg m^2 s^-2"), "bar": ("", "100000", "kg m^-1 s^-2"),
    "rad": ("radian", "1", ""),
    "sr": ("steradian", "1", ""), "bit": ("", "1", "bit"), "B": ("byte", "8", "bit"), "cal": ("calorie", "4.184", "kg m^2 s^-2"),
    "Wh": ("", "3600", "kg m^2 s^-2"),
    "M": ("molar", "1000", "mol m^-3"), "ha": ("hectare", "10000", "m^2"),
}
_PLAIN: dict[str, tuple[Any, ...]] = {  # symbol: (names, factor, dimension[, power of pi]); without prefixes
    "min": ("minute", "60", "s"), "h": ("hour hr", "3600", "s"), "d": ("day", "86400", "s"), "week": ("wk", "604800", "s"),
    "yr": ("year", "31557600", "s"),
    "in": ("inch inches", "0.0254", "m"), "ft": ("foot feet", "0.3048", "m"), "yd": ("yard", "0.9144", "m"), "mi": ("mile", "1609.344", "m"),
    "nmi": ("", "1852", "m"), "au": ("AU", "149597870700", "m"), "ly": ("lightyear", "9460730472580800", "m"), "angstrom": ("Å Å", "1e-10", "m"),
    "lb": ("lbs pound", "0.45359237", "kg"), "oz": ("ounce", "0.028349523125", "kg"), "u": ("amu Da dalton", "1.66053906892e-27", "kg"),
    "lbf": ("", "4.4482216152605", "kg m s^-2"), "dyn": ("dyne", "1e-5", "kg m s^-2"), "erg": ("", "1e-7", "kg m^2 s^-2"),
    "atm": ("atmosphere", "101325", "kg m^-1 s^-2"), "torr": ("Torr", "101325/760", "kg m^-1 s^-2"), "mmHg": ("", "133.322387415", "kg m^-1 s^-2"),
    "psi": ("", "8896443230521/1290320000", "kg m^-1 s^-2"), "hp": ("horsepower", "745.69987158227022", "kg m^2 s^-3"),
    "BTU": ("Btu", "1055.05585262", "kg m^2 s^-2"),
    "gal": ("gallon", "0.003785411784", "m^3"), "qt": ("quart", "0.000946352946", "m^3"), "pt": ("pint", "0.000473176473", "m^3"),
    "floz": ("", "0.0000295735295625", "m^3"), "acre": ("", "4046.8564224", "m^2"), "mph": ("", "0.44704", "m s^-1"),
    "kph": ("kmh", "5/18", "m s^-1"),
    "knot": ("kn kt", "1852/3600", "m s^-1"), "rpm": ("", "1/30", "s^-1", 1), "rev": ("revolution turn", "2", "", 1),
    "percent": ("% pct", "1/100", ""),
    "ppm": ("", "1e-6", ""), "deg": ("degree °", "1/180", "", 1), "arcmin": ("", "1/10800", "", 1), "arcsec": ("", "1/648000", "", 1),
    "dollar": ("$ USD US$ buck", "1", "dollar"), "cent": ("¢", "1/100", "dollar"), "euro": ("€ EUR", "1", "euro"),
    "pounds_sterling": ("£ GBP", "1", "pound_sterling"),
    "yen": ("¥ JPY", "1", "yen"), "yuan": ("CNY RMB", "1", "yuan"), "rupee": ("₹ INR", "1", "rupee"), "KiB": ("", "8192", "bit"),
    "MiB": ("", "8388608", "bit"),
    "GiB": ("", "8589934592", "bit"), "cc": ("", "1e-6", "m^3"), "dozen": ("", "12", ""), "gauss": ("", "1e-4", "kg s^-2 A^-1"),
}
_SCALES = {"degC": ("°C ℃ celsius Celsius degreesCelsius", Fraction(1), Fraction(27315, 100)),
           "degF": ("°F ℉ fahrenheit Fahrenheit degreesFahrenheit", Fraction(5, 9), Fraction(45967, 100))}
CURRENCIES = frozenset("dollar cent euro pounds_sterling yen yuan rupee".split())


_SHORT_PLURALS = frozenset("ppm rpm mph kph psi atm lbf nmi floz".split())


def _spellings() -> dict[str, str]:
    """Every spelling without a prefix to the name by which the unit is known here."""
    found: dict[str, str] = {}
    for table, least in ((_PLAIN, 3), (_METRIC, 99), (_SCALES, 99)):
        for name, entry in table.items():
            found.setdefault(name, name)
            others = entry[0].split()
            plural = [o for o in others if len(o) >= 3 and table is not _SCALES]
            plural += [name] if len(name) >= least and name.islower() and name not in _SHORT_PLURALS else []
            for other in (*others, *(o + "s" for o in plural if o.isascii() and o.isalpha() and not o.endswith("s"))):
                found.setdefault(other, name)
    return found | {"hrs": "h", "mins": "min", "yrs": "yr", "ohms": "ohm", "bits": "bit", "cals": "cal", "mols": "mol", "bars": "bar"}


_NAMES = _spellings()
_BY_LENGTH = sorted(_LONG_PREFIXES, key=len, reverse=True)


@lru_cache(maxsize=4096)
def named(spelling: str) -> str | None:
    """The unit that the spelling names, or None: a name of the tables, or a metric unit with a prefix. Full names may be capitalised (Joules)."""
    found = _NAMES.get(spelling) or _prefixed(spelling)
    if found is None and len(spelling) > 3 and re.fullmatch(r"[A-Z][a-z]+", spelling):
        found = _NAMES.get(spelling.lower()) or _prefixed(spelling.lower())
    return found


def _prefixed(spelling: str) -> str | None:
    for prefix in ("da", *_PREFIXES):
        unit = _NAMES.get(spelling[len(prefix):]) if spelling.startswith(prefix) else None
        if unit in _METRIC and (spelling[len(prefix):] == unit or len(spelling) == len(prefix) + 1):
            return prefix + unit
    for prefix in _BY_LENGTH:
        rest = spelling[len(prefix):]
        unit = _NAMES.get(rest) if spelling.startswith(prefix) else None
        if unit in _METRIC and len(rest) >= 3:
            symbol = next(p for p, power in _PREFIXES.items() if power == _LONG_PREFIXES[prefix])
            return symbol + unit
    return None


@lru_cache(maxsize=4096)
def _known(name: str) -> Size:
    """The size of a unit by its name. Fails with `Refused`."""
    if name in _PLAIN:
        _, factor, dimension, *pi = _PLAIN[name]
        return Size(Fraction(factor), _dimension(dimension), *pi)
    if name in _SCALES:
        _, scale, offset = _SCALES[name]
        return Size(scale, _dimension("K"), 0, offset)
    for prefix, power in {"": 0, **_PREFIXES}.items():
        if name.startswith(prefix) and name[len(prefix):] in _METRIC:
            _, factor, dimension = _METRIC[name[len(prefix):]]
            return Size(Fraction(factor) * Fraction(10) ** power, _dimension(dimension))
    raise Refused(f"{name!r} is no unit that is known here")


def size(unit: Term) -> Size:
    """The size of a unit. Fails with `Refused` for names that are no units, a temperature scale inside a product, or huge exponents."""
    if unit.kind == "number" and unit.value == 1:
        return Size(Fraction(1), ())
    if unit.kind == "symbol":
        return _known(unit.name)
    if unit.is_apply("mul") or unit.is_apply("div", 2):
        made = _factor(unit.args[0])
        for other in unit.args[1:]:
            made = _times(made, _factor(other), 1 if unit.name == "mul" else -1)
        return made
    if unit.is_apply("pow", 2):
        exponent = _exponent(unit.args[1])
        base = _factor(unit.args[0])
        if exponent.denominator != 1 and base.factor != 1:
            root = _root(base.factor, exponent.denominator)
            return Size(root ** exponent.numerator, _scaled(base.dimension, exponent), _whole(base.pi * exponent))
        return Size(base.factor ** int(exponent) if exponent.denominator == 1 else base.factor, _scaled(base.dimension, exponent),
                    _whole(base.pi * exponent))
    raise Refused("not a unit")


def _factor(unit: Term) -> Size:
    found = size(unit)
    if found.offset:
        raise Refused("a temperature scale with a zero point of its own is no factor; differences are in K")
    return found


def _whole(value: Fraction) -> int:
    if value.denominator != 1:
        raise Refused("a root of pi")
    return int(value)


def _exponent(term: Term) -> Fraction:
    if term.is_apply("neg", 1):
        return -_exponent(term.args[0])
    if term.is_apply("div", 2):
        return _exponent(term.args[0]) / _exponent(term.args[1])
    if term.kind != "number" or term.value is None or abs(term.value) > MAX_EXPONENT or term.value.denominator > MAX_EXPONENT:
        raise Refused("an exponent of a unit that is no small number")
    return term.value


def _root(value: Fraction, n: int) -> Fraction:
    """The exact n-th root. Fails with `Refused`."""
    made = []
    for part in (value.numerator, value.denominator):
        root = round(part ** (1 / n)) if part < 10**15 else 0
        if root**n != part:
            raise Refused("a root of a unit that is not exact")
        made.append(root)
    return Fraction(made[0], made[1])


def _scaled(dimension: Dimension, exponent: Fraction) -> Dimension:
    return tuple((base, power * exponent) for base, power in dimension if power * exponent)


def _times(a: Size, b: Size, sign: int) -> Size:
    table = dict(a.dimension)
    for base, power in b.dimension:
        table[base] = table.get(base, Fraction(0)) + sign * power
    dimension = tuple(sorted((base, power) for base, power in table.items() if power))
    return Size(a.factor * b.factor if sign > 0 else a.factor / b.factor, dimension, a.pi + sign * b.pi)
