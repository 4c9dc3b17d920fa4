"""Replays evidence about "another constant step size helps".

That one helps is shown by one: a number with the start's polynomial (or the matrix's, without a start). That none helps is shown for all s > 0:

- The set of s for which all eigenvalues lie inside the unit circle is open, and its boundary lies on zeros of Schur and Cohn's polynomials in s.
  So it is empty when it misses one sample from each interval between those zeros. Sturm counts show that the samples leave none out.
- For a start whose differences d, M d, ... are independent, the iterates have a limit only if all eigenvalues lie inside. Where their determinant
  vanishes for some s > 0, each such s is looked at by itself ("exceptions").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from grader.kernel import Refused
from grader.model import Finding, Satisfies, Status
from grader.replay import exact_polynomials as ep
from grader.replay import systems
from grader.replay.exact_polynomials import Polynomial

MAX_SAMPLES = 60


def check_step_helps(conclusion: Satisfies, parameters: Mapping[str, Any], data: Mapping[str, Any]) -> Finding:
    """The finding about `dynamics.step_helps`."""
    holds = parameters.get("holds", "yes")
    if holds not in ("yes", "no"):
        raise Refused("holds is yes or no")
    made = systems.system(parameters)
    names = made.parameters()
    if len(names) != 1 or parameters.get("step") is None or parameters["step"].kind != "symbol" or names != {parameters["step"].name}:
        raise Refused("the step size must be the one open name")
    name = parameters["step"].name
    start = systems.numbers(parameters["start"]) if "start" in parameters else None
    if "step" in data:
        words, found = _one(made, name, start, data), True
    else:
        words, found = _none(made, name, start, data), False
    return Finding(Status.PROVED if found == (holds == "yes") else Status.REFUTED, words=(words,))


def _one(made: systems.System, name: str, start: Mapping[str, Fraction] | None, data: Mapping[str, Any]) -> str:
    if not _settles(made, name, start, data):
        raise Refused("the values do not settle with that step size")
    return f"With the step size {Fraction(data['step'])} the values settle."


def _settles(made: systems.System, name: str, start: Mapping[str, Fraction] | None, data: Mapping[str, Any]) -> bool:
    size = Fraction(data["step"])
    if size <= 0:
        raise Refused("a step size is positive")
    at = made.put({name: size})
    if start is None:
        return ep.inside_disc([ep.number(c) for c in systems.characteristic(systems.affine(at)[0])])
    return systems.long_run(at, start, data).converges


def _none(made: systems.System, name: str, start: Mapping[str, Fraction] | None, data: Mapping[str, Any]) -> str:
    coefficients = systems.characteristic(systems.affine(made)[0])
    conditions = [_list(c, name) for c in ep.schur_cohn(coefficients)]
    if all(any(c) for c in conditions):
        _check_samples(conditions, [Fraction(x) for x in data["samples"]])
        for sample in data["samples"]:
            if ep.inside_disc([ep.value(c, {name: Fraction(sample)}) for c in coefficients]):
                raise Refused("at a sample all eigenvalues lie inside the unit circle")
    if start is not None:
        _check_start(made, name, start, data["exceptions"])
    return _why(coefficients, name)


def _list(item: Polynomial, name: str) -> list[Fraction]:
    return [ep.number(c) for c in ep.coefficients(item, name)]


def _without_zero(items: Sequence[Fraction]) -> list[Fraction]:
    first = next(k for k, c in enumerate(items) if c)
    return list(items[first:])


def _check_samples(conditions: Sequence[Sequence[Fraction]], samples: Sequence[Fraction]) -> None:
    """Each interval of s > 0 between the zeros of the conditions holds a sample."""
    if not samples or len(samples) > MAX_SAMPLES or samples[0] <= 0 or any(a >= b for a, b in zip(samples, samples[1:])):
        raise Refused("the samples are not in order")
    product = {(): Fraction(1)}
    for condition in conditions:
        product = ep.multiply(product, ep.add(*[ep.scale(_monomial(k), c)
                                                for k, c in enumerate(_without_zero(condition)) if c]))
    whole = _list(product, "s")
    ends: list[Fraction | None] = [Fraction(0), *samples, None]
    for k, (low, high) in enumerate(zip(ends, ends[1:])):
        inner = 0 < k < len(ends) - 2
        if ep.count_roots(whole, low, high) > (1 if inner else 0):
            raise Refused("an interval between zeros has no sample")


def _monomial(exponent: int) -> Polynomial:
    return {(("s", exponent),): Fraction(1)} if exponent else ep.constant(1)


def _check_start(made: systems.System, name: str, start: Mapping[str, Fraction], exceptions: Sequence[Mapping[str, Any]]) -> None:
    determinant = _list(systems.krylov(made, start), name)
    if not any(determinant):
        raise Refused("the start is special for every step size")
    special = [Fraction(e["step"]) for e in exceptions]
    if any(a >= b for a, b in zip(special, special[1:])) or ep.count_roots(_without_zero(determinant), Fraction(0), None) != len(special):
        raise Refused("the exceptions are not all step sizes for which the start is special")
    for size, exception in zip(special, exceptions):
        if ep.evaluate(determinant, size) != 0:
            raise Refused("an exception is none")
        if _settles(made, name, start, exception):
            raise Refused("the values settle with an exceptional step size")


def _why(coefficients: Sequence[Polynomial], name: str) -> str:
    """In words, from the product of the eigenvalues where it alone says it."""
    product = ep.scale(coefficients[0], (-1) ** (len(coefficients) - 1))
    items = _list(product, name)
    if set(product) <= {()} and abs(items[0]) >= 1:
        return (f"With any constant step size the update has determinant {items[0]}: its eigenvalues multiply to {items[0]}, "
                "so they are never all smaller than 1 in size, and the values cannot settle.")
    if items[0] >= 1 and all(c >= 0 for c in items):
        shown = " + ".join(f"{c}" if k == 0 else f"{'' if c == 1 else f'{c} '}s{'' if k == 1 else f'^{k}'}" for k, c in enumerate(items) if c)
        return (f"With step size s the update has determinant {shown}, which is above 1 for every s > 0: "
                "its eigenvalues are never all smaller than 1 in size, and the values cannot settle.")
    return "With every constant step size some eigenvalue of the update has size 1 or more, so the values cannot settle."
