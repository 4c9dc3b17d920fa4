"""Replays evidence about iterations: single moves, update rules, points that stay, and where the iterates go.

Properties of `Satisfies` (parameters of systems: see `grader.algebra.dynamics`; `holds` "no" claims the opposite):

==========================  ================================================================================================
iterates.cell               the move of `variable` from `state` gives the subject (to `digits` decimals, where that is said)
iterates.start              the subject is the value of `variable` at `start`
iterates.table              the subjects, v_k = number, are values of the run from `start`; k counts steps, or moves of one variable (`columns`);
                            `digits` has the decimals of each, -1 where it is exact
dynamics.rule               the subject, an equation between old values v and new values v' (primes), holds in every step and fixes the
                            new value of `variable`
dynamics.points_stay        every point that satisfies the subject stays where it is
dynamics.points_complete    every point that stays satisfies the subject
dynamics.same_points        the two subjects are satisfied by the same points (no system)
dynamics.converges          the iterates from `start` have a limit; likewise dynamics.bounded, dynamics.oscillates (no
                            limit, and bounded or going up and down without end)
dynamics.returns            the iterates come back to `start`, for the first time after `period` steps where that is said
dynamics.step_helps         for some constant step size > 0 the iterates from `start` (without one: from every start) have a limit
dynamics.determinant        the matrix of a whole step has the subject as its determinant
dynamics.eigenvalues        all eigenvalues of a whole step have size `size`: "= 1", "< 1" or "> 1"
dynamics.stability          the subject, a conjunction of polynomials > 0, says exactly when all starts tend to one and the same point
==========================  ================================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from grader.kernel import Refused
from grader.model import Claim, Finding, Satisfies, Status
from grader.replay import exact_polynomials as ep
from grader.replay import systems
from grader.replay.points import check_complete, check_same, check_stay
from grader.replay.step_sizes import check_step_helps


def check(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """What the data shows about the claim. Refused where it shows nothing."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, Satisfies) or conclusion.property not in _CHECKS:
        raise Refused("no claim about an iteration")
    return _CHECKS[conclusion.property](conclusion, dict(conclusion.parameters), data)


def verdict(found: bool, parameters: Mapping[str, Any], words: tuple[str, ...] = ()) -> Finding:
    """PROVED where what was found is what `holds` says."""
    holds = parameters.get("holds", "yes")
    if holds not in ("yes", "no"):
        raise Refused("holds is yes or no")
    return Finding(Status.PROVED if found == (holds == "yes") else Status.REFUTED, words=words)


def _spoken(state: Mapping[str, Fraction]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in state.items())


def _cell(conclusion: Satisfies, parameters: Mapping[str, Any], data: Mapping[str, Any]) -> Finding:
    made, state = systems.system(parameters), systems.numbers(parameters["state"])
    said = ep.number(ep.polynomial(conclusion.subject[0]))
    name = parameters["variable"]
    right = made.move(name, state)
    if _agrees(said, right, parameters.get("digits", Fraction(-1))):
        return Finding(Status.PROVED, words=(f"From {_spoken(state)} the rule for {name} gives {said}.",))
    return Finding(Status.REFUTED, words=(f"From {_spoken(state)} the rule for {name} does not give {said}.",),
                   teacher_words=(f"From {_spoken(state)} the rule for {name} gives {right}, not {said}.",))


def _agrees(said: Fraction, right: Fraction, digits: Fraction) -> bool:
    """The same number, or, where `digits` is not negative, the other rounded to so many decimals."""
    if digits.denominator != 1 or digits > 100:
        raise Refused("no number of decimals")
    return said == right or digits >= 0 and abs(said - right) * 2 * 10 ** int(digits) <= 1


def _start(conclusion: Satisfies, parameters: Mapping[str, Any], data: Mapping[str, Any]) -> Finding:
    name, said = parameters["variable"], ep.number(ep.polynomial(conclusion.subject[0]))
    if systems.numbers(parameters["start"])[name] == said:
        return Finding(Status.PROVED)
    return Finding(Status.REFUTED, words=(f"{name} does not start at {said}.",))


def _table(conclusion: Satisfies, parameters: Mapping[str, Any], data: Mapping[str, Any]) -> Finding:
    made, columns = systems.system(parameters), [systems.numbers(parameters["start"])]
    entries = {}
    for entry, digits in zip(conclusion.subject, parameters["digits"], strict=True):
        name, place = entry.args[0].args
        entries[name.name, int(ep.number(ep.polynomial(place)))] = ep.number(ep.polynomial(entry.args[1])), digits
    last = max(k for _, k in entries)
    if not 0 <= min(k for _, k in entries) or last > systems.MAX_ORBIT or parameters["columns"] not in ("steps", "moves"):
        raise Refused("no table of a run")
    while len(columns) <= last:
        now = columns[-1]
        if parameters["columns"] == "steps":
            columns.append(made.step(now))
        else:
            mover = made.order[(len(columns) - 1) % len(made.order)]
            columns.append({**now, mover: made.move(mover, now)})
    found = all(_agrees(value, columns[k][name], digits) for (name, k), (value, digits) in entries.items())
    return Finding(Status.PROVED if found else Status.REFUTED)


def _rule(conclusion: Satisfies, parameters: Mapping[str, Any], data: Mapping[str, Any]) -> Finding:
    made, equation, name = systems.system(parameters), conclusion.subject[0], parameters["variable"]
    if equation.kind != "relation" or equation.signs != ("=",) or name not in made.order:
        raise Refused("no equation for a variable of the system")
    difference = ep.add(ep.polynomial(equation.args[0]), ep.scale(ep.polynomial(equation.args[1]), -1))
    parts = ep.coefficients(difference, name + "'")
    if len(parts) != 2 or not ep.number(parts[1]):
        raise Refused("the equation does not fix the new value")
    left_over = ep.substitute(difference, {n + "'": image for n, image in made.map().items()})
    if "identity" in data:
        if left_over:
            raise Refused("the equation does not hold in every step")
        return Finding(Status.PROVED, words=("It holds in every step, whatever the values are.",))
    point = {n: Fraction(v) for n, v in data["point"].items()}
    if not ep.value(left_over, point):
        raise Refused("the equation holds at that point")
    after = {n + "'": ep.value(image, point) for n, image in made.map().items()}
    gives = -ep.value(parts[0], {**point, **after}) / ep.number(parts[1])
    words = f"From {_spoken({n: point[n] for n in made.order})} your rule gives {gives} for the new {name}; a right step gives another value."
    return Finding(Status.REFUTED, words=(words,), teacher_words=(f"There a step gives {name} = {after[name + chr(39)]}.",))


def _long_run(conclusion: Satisfies, parameters: Mapping[str, Any], data: Mapping[str, Any]) -> Finding:
    made, start = systems.system(parameters), systems.numbers(parameters["start"])
    run = systems.long_run(made, start, data)
    asked = conclusion.property.split(".")[1]
    if asked == "returns" and "period" in parameters:
        if run.period is None:
            raise Refused("it is not known whether the start recurs")
        found = run.period == parameters["period"]
    elif asked == "oscillates" and not run.bounded and not run.wavers:
        raise Refused("the iterates grow: whether they go up and down while they do is not known")
    else:
        found = {"converges": run.converges, "bounded": run.bounded, "oscillates": not run.converges,
                 "returns": bool(run.period) and run.period != 1}[asked]
    return verdict(found, parameters, (_course(run),))


def _course(run: systems.LongRun) -> str:
    if run.period and run.period > 1:
        return f"After {run.period} steps the values are again those of the start, so they repeat for ever and have no limit."
    if run.converges:
        return "The values settle: every part of the start that the step does not leave alone shrinks."
    if run.bounded:
        return "The values stay bounded and never settle."
    return "The values grow beyond every bound."


def _determinant(conclusion: Satisfies, parameters: Mapping[str, Any], data: Mapping[str, Any]) -> Finding:
    matrix, _ = systems.affine(systems.system(parameters))
    found = ep.add(systems.determinant(matrix), ep.scale(ep.polynomial(conclusion.subject[0]), -1)) == {}
    return verdict(found, parameters, ("The determinant of the update is the product of its eigenvalues.",))


def _eigenvalues(conclusion: Satisfies, parameters: Mapping[str, Any], data: Mapping[str, Any]) -> Finding:
    matrix, _ = systems.affine(systems.system(parameters))
    polynomial = [ep.number(c) for c in systems.characteristic(matrix)]
    size = parameters["size"]
    if size == "< 1":
        found = ep.inside_disc(polynomial)
    elif size == "> 1":
        found = polynomial[0] != 0 and ep.inside_disc(polynomial[::-1])
    elif size == "= 1":
        # All in the closed disc and of product 1 in size: a root inside would need one outside. (Multiple roots: take each factor once.)
        found = abs(polynomial[0]) == 1 and ep.closed_disc(polynomial)
    else:
        raise Refused("no such size")
    return verdict(found, parameters)


def _stability(conclusion: Satisfies, parameters: Mapping[str, Any], data: Mapping[str, Any]) -> Finding:
    matrix, _ = systems.affine(systems.system(parameters))
    coefficients, one = systems.characteristic(matrix), ep.constant(1)
    if len(coefficients) == 2:
        needed = [ep.add(one, coefficients[0]), ep.add(one, ep.scale(coefficients[0], -1))]
    elif len(coefficients) == 3:
        d, t = coefficients[0], coefficients[1]
        needed = [ep.add(one, t, d), ep.add(one, ep.scale(t, -1), d), ep.add(one, ep.scale(d, -1))]
    else:
        needed = ep.schur_cohn(coefficients)
    given = conclusion.subject[0]
    sides = given.args if given.is_apply("and") else (given,)
    if any(s.kind != "relation" or s.signs != (">",) for s in sides):
        raise Refused("the conditions are not of the form polynomial > 0")
    said = [ep.add(ep.polynomial(s.args[0]), ep.scale(ep.polynomial(s.args[1]), -1)) for s in sides]
    if any(n not in said for n in needed) or any(s not in needed for s in said):
        raise Refused("these are not the conditions of Schur and Cohn")
    return Finding(Status.PROVED)


_CHECKS = {
    "iterates.cell": _cell, "iterates.start": _start, "iterates.table": _table, "dynamics.rule": _rule, "dynamics.points_stay": check_stay,
    "dynamics.points_complete": check_complete,
    "dynamics.same_points": check_same, "dynamics.converges": _long_run, "dynamics.bounded": _long_run, "dynamics.oscillates": _long_run,
    "dynamics.returns": _long_run, "dynamics.step_helps": check_step_helps, "dynamics.determinant": _determinant,
    "dynamics.eigenvalues": _eigenvalues, "dynamics.stability": _stability,
}
