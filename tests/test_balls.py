"""Ball arithmetic over terms, against the checkers' interval arithmetic: two evaluators that share no code."""

import itertools
from fractions import Fraction as F

import pytest

from grader.algebra import ball_functions
from grader.algebra.balls import Balls, Undefined, Unsupported, Unsure, close, precision, separate
from grader.replay import enclosure, functions
from grader.replay.evaluate import Evaluator
from grader.term import Term, apply, binder, collection, constant, number, relation, symbol

x, y, k = symbol("x"), symbol("y"), symbol("k")
REALS = [F(v) for v in ("-3", "-3/2", "-1", "-1/2", "0", "1/3", "1/2", "1", "3/2", "2", "5")]
COMPLEX = [(F(1), F(2)), (F(-1, 2), F(1, 3)), (F(0), F(-2)), (F(2), F(0)), (F(-3), F(0)), (F(-1), F(-1))]
ARITY = {"div": 2, "root": 2, "atan2": 2, "binomial": 2, "beta_function": 2, "mod": 2}


def ball(term: Term, point: dict, real: bool):
    """(outcome, value) by FLINT."""
    name = ""
    for bits in (80, 300):
        with precision(bits):
            try:
                found = Balls(point, real=real).value(term)
                return "value", complex(found) if not real else complex(float(found))
            except Undefined:
                return "Undefined", None
            except (Unsure, Unsupported) as error:
                name = type(error).__name__
    return name, None


def enclosed(term: Term, point: dict, real: bool):
    """(outcome, value) by fractions and mpmath's intervals."""
    point = {n: (enclosure.Complex(*v) if v[1] else v[0]) if isinstance(v, tuple) else v for n, v in point.items()}
    name = ""
    for digits in (25, 80):
        try:
            found = Evaluator(point, real=real, digits=digits).value(term)
            return "value", found
        except (enclosure.Undefined, enclosure.Unsure, enclosure.Unsupported) as error:
            name = type(error).__name__
    return name, None


def middle(value) -> complex:
    if isinstance(value, enclosure.Complex):
        return complex(middle(value.re).real, middle(value.im).real)
    return complex(float(value)) if isinstance(value, F) else complex(float(str(value.mid.a).strip("[]").split(",")[0]))


@pytest.mark.parametrize("name", sorted(functions.TABLE))
def test_same_meaning_in_both_arithmetics(name):
    if name in ("gcd", "lcm"):
        return
    assert name in ball_functions.TABLE
    arity = ARITY.get(name, 1)
    compared = 0
    for real, values in ((True, REALS), (False, COMPLEX)):
        for at in itertools.product(values, repeat=arity):
            term, point = apply(name, *[x, y][:arity]), dict(zip("xy", at))
            (how, a), (also, b) = ball(term, point, real), enclosed(term, point, real)
            if how == also == "value":
                compared += 1
                assert abs(a - middle(b)) <= 1e-9 * (1 + abs(a)), (point, a, b)
            else:
                assert {how, also} != {"value", "Undefined"} or not real, (point, how, also)
    assert compared >= 2


def test_powers_of_negative_numbers():
    cube, third = apply("pow", x, number(3)), apply("pow", x, apply("div", number(1), number(3)))
    assert ball(cube, {"x": F(-2)}, True)[1] == -8
    assert ball(third, {"x": F(-8)}, True)[0] == enclosed(third, {"x": F(-8)}, True)[0] == "Undefined"
    assert abs(ball(third, {"x": (F(-8), F(0))}, False)[1] - (1 + 3**0.5 * 1j)) < 1e-12
    by_accident = apply("pow", x, y)
    assert ball(by_accident, {"x": F(-2), "y": F(3)}, True)[0] == enclosed(by_accident, {"x": F(-2), "y": F(3)}, True)[0] == "Undefined"
    assert Evaluator({"x": F(-2), "y": F(3)}, is_integer=lambda n: n == "y").value(by_accident) == -8


def test_zero_and_infinity():
    for bad in (apply("pow", number(0), number(0)), apply("div", number(0), number(0)), apply("mul", number(0), apply("div", number(1), number(0))),
                apply("log", number(0)), constant("undefined"), apply("pow", number(0), apply("neg", number(1)))):
        assert ball(bad, {}, True)[0] in ("Undefined", "Unsure") and enclosed(bad, {}, True)[0] == "Undefined"
    assert enclosed(constant("oo"), {}, True)[0] == "Unsupported"


def test_sums_products_cases_and_derivatives():
    squares = binder("sum", (k,), apply("pow", k, number(2)), number(1), x)
    assert Evaluator({"x": F(4)}).value(squares) == 30
    assert ball(squares, {"x": F(4)}, True)[1] == 30
    assert ball(binder("product", (k,), k, number(1), number(5)), {}, True)[1] == 120
    assert Evaluator({}).value(binder("sum", (k,), k, number(1), number(0))) == 0
    assert enclosed(binder("sum", (k,), k, number(1), number(-1)), {}, True)[0] == "Undefined"
    size = collection("cases", apply("where", x, relation(">=", x, number(0))), apply("where", apply("neg", x), relation("<", x, number(0))))
    assert Evaluator({"x": F(-3)}).value(size) == 3 and ball(size, {"x": F(-3)}, True)[1] == 3
    slope = apply("derivative", apply("mul", apply("sin", x), apply("exp", apply("mul", x, y))), x)
    a, b = ball(slope, {"x": F(1, 2), "y": F(3)}, True)[1], enclosed(slope, {"x": F(1, 2), "y": F(3)}, True)[1]
    assert abs(a - middle(b)) < 1e-12
    assert enclosed(apply("derivative", y, x), {"x": F(1), "y": F(1)}, True)[0] == "Unsupported"


def test_integrals_enclose():
    integral = binder("integral", (x,), apply("pow", x, number(2)), number(0), y)
    assert abs(ball(integral, {"y": F(3)}, True)[1] - 9) < 1e-12
    assert ball(binder("integral", (x,), apply("sqrt", x), number(-1), number(1)), {}, True)[0] != "value"


def test_separate_and_close():
    with precision(400):
        balls = Balls({"x": F(2)}, real=True)
        root = balls.value(apply("pow", apply("sqrt", x), number(2)))
        assert close(root, balls.value(x), 200) and not separate(root, balls.value(x))
        assert separate(root, balls.value(apply("add", x, number(F(1, 10**60)))))


def test_neighbourhoods():
    with precision(100):
        around = Balls({"x": F(1)}, real=True, radius=F(1, 2**20))
        assert around.value(apply("log", x)).is_finite()
        with pytest.raises((Unsure, Undefined)):
            around.value(apply("sqrt", apply("neg", apply("pow", apply("add", x, number(-1)), number(2)))))
