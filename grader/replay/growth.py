"""Checker for orders of growth. Evidence data, by `how`:

line
    One growing symbol. Both sides are read and their largest scales compared here; the evidence adds nothing.
curve
    `direction` ("O" or "Omega": which inequality fails), `curve` (growing symbol -> tree in `PARAMETER` that is a whole number and tends to infinity,
    or null: held fixed at an arbitrarily large value), `constants` (other symbol -> number). Along the curve the conditions hold in the end and the
    ratio is unbounded; for o it is enough that it does not tend to 0, unless something is held fixed.
certificate
    `trees`: per direction a tree of case distinctions with leaves of facts, inequalities asked for while reading, and goals; see
    `growth_certificate`.

Definition (Landau's symbols in several variables, over the claim's domain): left = O(right) when left/right is bounded along every sequence of
points on which all growing symbols tend to infinity and the conditions hold; o: tends to 0; Omega, omega: with the sides exchanged; Theta: O and
Omega.
Symbols that do not grow are positive constants, and constants may depend on them; the base of a logarithm exceeds 1.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from grader.domain import Domain
from grader.kernel import Refused
from grader.model import Claim, Finding, GrowsLike, Status
from grader.replay.growth_certificate import Certificate, bounds
from grader.replay.growth_line import Line
from grader.replay.growth_numbers import Unknown
from grader.replay.growth_reading import Exact, Reader
from grader.term import Term, free_names, from_data, replace, symbol

PARAMETER = "growing parameter"
HELD = "fixed at a large value"
DIRECTIONS = {"O": {"O": False}, "o": {"O": True}, "Omega": {"Omega": False}, "omega": {"Omega": True}, "Theta": {"O": False, "Omega": False}}
LARGEST = 4000
LARGE = Domain("integer", Fraction(10 ** 9))
"""Where a symbol that is held fixed lies: anywhere above."""


def check(claim: Claim, data: dict[str, Any]) -> Finding:
    """Replay the evidence. Fails with `Refused` at the first thing that does not hold."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, GrowsLike) or conclusion.order not in DIRECTIONS or not conclusion.growing:
        raise Refused("this checker decides orders of growth only")
    if len(set(conclusion.growing)) != len(conclusion.growing):
        raise Refused("a growing symbol is named twice")
    if any(claim.domain(name).shape != "scalar" for name in conclusion.growing):
        raise Refused("a growing symbol is no number")
    if sum(t.size for t in (conclusion.left, conclusion.right, *claim.conditions)) > LARGEST:
        raise Refused("the expressions are too large")
    how = data["how"]
    try:
        if how == "line":
            return _check_line(claim, conclusion)
        if how == "curve":
            return _check_curve(claim, conclusion, data)
        if how == "certificate":
            return _check_certificate(claim, conclusion, data)
    except Unknown as unknown:
        raise Refused(str(unknown)) from unknown
    raise Refused(f"unknown kind of evidence: {how!r}")


def _sides(conclusion: GrowsLike, direction: str) -> tuple[Term, Term]:
    return (conclusion.left, conclusion.right) if direction == "O" else (conclusion.right, conclusion.left)


def _constants(claim: Claim, conclusion: GrowsLike) -> dict[str, Domain]:
    names = free_names(conclusion.left) | free_names(conclusion.right)
    for condition in claim.conditions:
        names |= free_names(condition)
    return {name: claim.domain(name) for name in sorted(names - set(conclusion.growing))}


def _bases(readers: list[Reader]) -> tuple[str, ...]:
    return tuple(f"{name} > 1 (the base of a logarithm)" for name in sorted({name for reader in readers for name in reader.bases}))


def _check_line(claim: Claim, conclusion: GrowsLike) -> Finding:
    if len(conclusion.growing) != 1:
        raise Refused("more than one symbol grows")
    line = Line(conclusion.growing[0], _constants(claim, conclusion))
    readers = []
    for direction, strict in DIRECTIONS[conclusion.order].items():
        limit, reader = _limit(line, *_sides(conclusion, direction))
        readers.append(reader)
        if limit > (-1 if strict else 0):
            raise Refused("the larger side grows faster than the order allows")
    name = conclusion.growing[0]
    words = f"Both sides were reduced to their largest terms as {name} grows, and those compared."
    return Finding(Status.PROVED, facts=_bases(readers), words=(words,))


def _limit(line: Line, left: Term, right: Term) -> tuple[int, Reader]:
    """The sign of the limit of log(left / right), 0 for a bounded one."""
    reader = Reader([line.name], line.domains, line.ask)
    return line.limit_of_ratio(reader.rough(left), reader.rough(right)), reader


# ---------------------------------------------------------------------------------------------------------------- curves


def _check_curve(claim: Claim, conclusion: GrowsLike, data: dict[str, Any]) -> Finding:
    directions = DIRECTIONS[conclusion.order]
    direction = data["direction"]
    if direction not in directions:
        raise Refused("the curve is for another inequality")
    constants = _constants(claim, conclusion)
    change, told = _curve(claim, conclusion, data, constants)
    held = any(value is None for value in data["curve"].values())
    line = Line(PARAMETER, {HELD: LARGE})
    for small, sign, large, _ in bounds(claim.conditions):
        if not _holds(line, replace(small, change), sign, replace(large, change)):
            raise Refused(f"a condition does not hold along the curve: {small} {sign} {large}")
    left, right = (replace(side, change) for side in _sides(conclusion, direction))
    limit, _ = _limit(line, left, right)
    if not (limit > 0 or limit == 0 and directions[direction] and not held):
        raise Refused("the ratio stays bounded along the curve")
    faster = direction == "O"
    way = "faster" if faster else "slower"
    if limit == 0:
        way = "at least as fast" if faster else "no faster"
    words = (told, f"There the first grows {way} than the order allows." if limit else f"There the first grows {way} as the second.")
    sizes = [line.describe(Reader([line.name], line.domains, line.ask).rough(replace(side, change))) for side in (conclusion.left, conclusion.right)]
    return Finding(Status.REFUTED, words=words, teacher_words=(f"{told} There the first grows like {sizes[0]}, the second like {sizes[1]}.",))


def _curve(claim: Claim, conclusion: GrowsLike, data: dict[str, Any], constants: dict[str, Domain]) -> tuple[dict[Term, Term], str]:
    """What to put for each symbol, and the curve in words."""
    change: dict[Term, Term] = {}
    if set(data["curve"]) != set(conclusion.growing) or set(data["constants"]) != set(constants):
        raise Refused("the curve does not name every symbol")
    for name, value in data["curve"].items():
        domain = claim.domain(name)
        if domain.upper is not None:
            raise Refused(f"{name} cannot grow in its domain")
        change[symbol(name)] = symbol(HELD) if value is None else from_data(value)
        if value is not None and not _is_whole_and_grows(change[symbol(name)]):
            raise Refused("a curve that is not seen to run through whole numbers to infinity")
    if all(value is None for value in data["curve"].values()):
        raise Refused("nothing grows along the curve")
    for name, value in data["constants"].items():
        term = from_data(value)
        if term.kind != "number" or term.value <= 0 or constants[name].field == "integer" and term.value.denominator != 1 \
                or not constants[name].admits(term.value):
            raise Refused(f"{name} cannot have that value")
        change[symbol(name)] = term
    return change, _describe(conclusion.growing, data, change)


def _describe(growing: tuple[str, ...], data: dict[str, Any], change: dict[Term, Term]) -> str:
    letter = next(x for x in ("s", "r", "w", "u") if x not in growing)
    shown = {symbol(PARAMETER): symbol(letter)}
    moving = [f"{name} = {replace(change[symbol(name)], shown)}" for name in growing if data["curve"][name] is not None]
    held = [name for name in growing if data["curve"][name] is None]
    chosen = [f"{name} = {change[symbol(name)]}" for name in data["constants"]]
    words = f"Take {', '.join(moving)}"
    if len(moving) == 1 and moving[0].endswith(f"= {letter}"):
        words = f"Let {moving[0].split(' = ')[0]} grow"
        letter = ""
    words += f", keep {', '.join(held)} fixed at any large value" if held else ""
    words += f", {', '.join(chosen)}" if chosen else ""
    return words + (f", and let {letter} grow." if letter else ".")


def _is_whole_and_grows(term: Term) -> bool:
    """A whole number at least 1 for every whole parameter from 1 on, not decreasing, and unbounded."""
    def whole(t: Term) -> bool:
        if t.kind == "number":
            return t.value.denominator == 1 and t.value >= 1
        if t.kind == "symbol":
            return t.name == PARAMETER
        if t.kind != "apply" or t.name not in ("add", "mul", "pow"):
            return False
        if t.name == "pow" and t.args[0].kind == "number" and t.args[0].value < 2:
            return False
        return all(whole(a) for a in t.args)

    return whole(term) and free_names(term) == {PARAMETER}


def _holds(line: Line, small: Term, sign: str, large: Term) -> bool:
    """Does the bound hold from some point of the curve on?"""
    if sign in ("O", "o"):
        limit, _ = _limit(line, small, large)
        return limit < 0 or limit == 0 and sign == "O"
    reader = Reader([line.name], line.domains, line.ask)
    difference = reader.minus(reader.whole(large), reader.whole(small))
    if isinstance(difference, Exact) and not difference.parts and not difference.slack:
        return sign == "<="
    try:
        reader.rough(difference)
    except Unknown:
        return False
    return True


# ----------------------------------------------------------------------------------------------------------- certificates


def _check_certificate(claim: Claim, conclusion: GrowsLike, data: dict[str, Any]) -> Finding:
    constants = _constants(claim, conclusion)
    stated = bounds(claim.conditions)
    certificates = []
    for direction, strict in DIRECTIONS[conclusion.order].items():
        certificate = Certificate(conclusion.growing, constants, stated, *_sides(conclusion, direction), strict)
        certificate.check_tree(data["trees"][direction], ())
        certificates.append(certificate)
    used = sorted({k for certificate in certificates for k in certificate.used})
    facts = tuple(f"{small} {sign} {large}" if sign in ("<=", "<") else f"{small} = {sign}({large})" for small, sign, large, k in
                  [b for b in stated if b[3] in used])
    readers = [reader for certificate in certificates for reader in certificate.readers]
    words = "Shown by weighted means: each term on one side is at most a constant times a weighted geometric mean of terms on the other."
    return Finding(Status.PROVED, facts=facts + _bases(readers), words=(words,), teacher_words=tuple(w for c in certificates for w in c.words))
