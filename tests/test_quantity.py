"""Units: two tables that must agree exactly, conversions that are replayed, and forged ones that are refused."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.decide import Budget, decide
from grader.decide import quantity as found
from grader.kernel import Refused, settle
from grader.model import Claim, Evidence, Satisfies, Status
from grader.reading.units import read_unit
from grader.replay import units
from grader.replay.units import named, size
from grader.term import apply, number, symbol

NAMES = [*units._PLAIN, *units._METRIC, *units._SCALES, *(p + m for p in ("k", "µ", "m", "M", "da", "n") for m in units._METRIC)]


def unit(text):
    made = read_unit(text, named)
    assert made is not None, text
    return made


def claim(a, b):
    return Claim(Satisfies((unit(a), unit(b)), "quantity.convertible"))


def test_both_tables_agree_exactly():
    for name in NAMES:
        by_pint, own = found._quantity(symbol(name)), size(symbol(name))
        bases = {str(k): v for k, v in by_pint._units.items() if v}
        assert (by_pint.magnitude, bases.pop("half_turn", 0)) == (own.factor, own.pi), name
        assert found._zero(symbol(name)) == own.offset * own.factor, name
        assert len(bases) == len(own.dimension), name


@pytest.mark.parametrize("a, b, factor, pi, offset", [
    ("km/h", "m/s", "5/18", 0, "0"), ("J/(kg K)", "kJ kg^-1 K^-1", "1/1000", 0, "0"), ("°C", "K", "1", 0, "5463/20"),
    ("°F", "°C", "5/9", 0, "-160/9"),
    ("deg", "rad", "1/180", 1, "0"), ("rev/min", "rad/s", "1/30", 1, "0"), ("in", "cm", "127/50", 0, "0"), ("kWh", "MJ", "18/5", 0, "0"),
    ("m^2", "ha", "1/10000", 0, "0"),
    ("percent", "ppm", "10000", 0, "0"), ("cents", "$", "1/100", 0, "0"), ("GiB", "bit", "8589934592", 0, "0"),
])
def test_conversions(a, b, factor, pi, offset):
    verdict = decide(claim(a, b), Budget())
    assert verdict.status is Status.PROVED
    assert verdict.evidence.data == {"factor": factor, "pi": pi, "offset": offset}


@pytest.mark.parametrize("a, b", [("m", "s"), ("m/s", "m/s^2"), ("N", "J"), ("€", "$"), ("°C", "m"), ("deg", "m")])
def test_units_that_measure_other_things(a, b):
    verdict = decide(claim(a, b), Budget())
    assert verdict.status is Status.REFUTED and verdict.finding.words


def test_forged_conversions_are_refused():
    good = decide(claim("km/h", "m/s"), Budget()).evidence.data
    for change in ({"factor": "18/5"}, {"pi": 1}, {"offset": "1"}, {"factor": "x"}, {"factor": "1/0"}):
        with pytest.raises(Refused):
            settle(claim("km/h", "m/s"), Evidence("quantity", {**good, **change}))
    with pytest.raises(Refused):
        settle(claim("m", "km"), Evidence("quantity", {}))
    with pytest.raises(Refused):
        settle(Claim(Satisfies((symbol("bogus"), symbol("m")), "quantity.convertible")), Evidence("quantity", good))


@pytest.mark.parametrize("bad", [apply("mul", symbol("degC"), symbol("m")), apply("pow", symbol("m"), number(10**9)), apply("sin", symbol("m")),
                                 symbol("nothing"),
                                 apply("pow", symbol("deg"), apply("div", number(1), number(2)))])
def test_what_is_no_unit(bad):
    with pytest.raises(Refused):
        size(bad)
    verdict = decide(Claim(Satisfies((bad, symbol("m")), "quantity.convertible")), Budget())
    assert verdict.status is Status.UNDECIDED


@given(st.lists(st.tuples(st.sampled_from(["m", "s", "kg", "km", "h", "N", "in", "deg", "kJ", "mol"]), st.integers(-3, 3)), min_size=1, max_size=4),
       st.integers(1, 3))
def test_sizes_multiply(factors, power):
    made = [apply("pow", symbol(n), number(k)) for n, k in factors]
    whole = size(apply("mul", *made, number(1)))
    parts = [size(m) for m in made]
    product = Fraction(1)
    for p in parts:
        product *= p.factor
    assert whole.factor == product and whole.pi == sum(p.pi for p in parts)
    assert size(apply("pow", apply("mul", *made, number(1)), number(power))).factor == product**power


@given(st.text(alphabet="0123456789.mskgNJ°C/^{}()\\textrm \u00b5%$ ", max_size=40))
def test_any_text_is_read_or_not(text):
    units_found = read_unit(text, named)
    if units_found is not None:
        try:
            size(units_found)
        except Refused:
            pass
