"""The evidence about attention weights in plain words, with its numbers worked out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.replay import scales
from grader.replay.enclosure import Enclosures
from grader.replay.scales import Scales

GREEK = dict(zip("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau phi chi psi omega".split(),
                 "αβγδεζηθικλμνξπρστφχψω"))
HOLDS = "Along every way in which the letters may move, the weights tend to what was asked for."
SHOWN_AT = Fraction(10)
"""The value of t at which the numbers of an example are given."""


def name_of(letter: str) -> str:
    """A letter as people write it: "beta_*" is β_i for every other key i."""
    if ":" in letter:
        kind, key = letter.split(":", 1)
        key = "i" if key == "*" else key
        return {"score": f"k_{key}·q", "query": f"k_{key}·q", "norm": f"‖k_{key}‖"}[kind]
    base, _, index = letter.partition("_")
    return GREEK.get(base, base) + (f"_{'i' if index == '*' else index}" if index else "")


def show(x: Scales, time: str = "t") -> str:
    """A scale sum in plain text: "2 β - log γ"; the letter t is called `time`."""
    made = ""
    for product, c in sorted(x.terms.items(), key=lambda item: (not item[0], item[1] < 0, repr(item[0]))):
        above = " ".join(_factor(atom, e, time) for atom, e in product if e > 0 or atom[0] == "exp")
        below = " ".join(_factor(atom, -e, time) for atom, e in product if e < 0 and atom[0] != "exp")
        size = abs(c)
        body = above if size == 1 and above else f"{size} {above}".strip()
        body += f"/({below})" if " " in below else f"/{below}" if below else ""
        made += (" - " if c < 0 else " + ") + body if made else ("-" if c < 0 else "") + body
    return made or "0"


def _factor(atom: tuple, e: Fraction, time: str) -> str:
    if atom[0] == "exp":
        return f"exp({show(Scales({atom[1]: e}), time)})"
    if atom[0] in ("x", "log"):
        letter = name_of(time if atom[1] == "t" else atom[1])
        base = letter if atom[0] == "x" else f"log({letter})"
    elif atom[0] == "sum":
        base = f"({show(Scales(dict(atom[1])), time)})"
    else:
        base = {"ln": "log({})", "pi": "π", "prime": "{}"}[atom[0]].format(*atom[1:])
    if e == 1:
        return base
    if e == Fraction(1, 2):
        return f"√{base}"
    return f"{base}^{e}" if e.denominator == 1 and e > 0 else f"{base}^({e})"


def part_of(gap: Any, arithmetic: Enclosures) -> Any:
    """exp(gap); for a gap below -1000 the bounds 0 and e^-1000, which need no large exponentials."""
    if arithmetic.interval(gap).b < -1000:
        return arithmetic.iv.mpf([0, arithmetic.exp(Fraction(-1000)).b])
    return arithmetic.exp(gap)


def decimal(value: Any) -> str:
    """A weight to four decimals."""
    if isinstance(value, Fraction):
        short = f"{float(value):.4f}".rstrip("0").rstrip(".")
        return short if Fraction(short) == value else f"{float(value):.4f}"
    return f"{(float(value.a) + float(value.b)) / 2:.4f}"


@dataclass(frozen=True)
class Example:
    """An instance: letters as functions of t, the scores by tag, how many keys each tag stands for, the limits of the weights."""

    named: Sequence[str]
    letters: Mapping[str, Scales]
    scores: Mapping[str, Scales]
    copies: Mapping[str, int]
    limits: Mapping[str, Any]
    keys: int

    @property
    def moves(self) -> bool:
        """Does any score change with t?"""
        return any(a == ("x", "t") or a[0] in ("log", "exp") for s in self.scores.values() for p in s.terms for a, _ in p)

    @property
    def time(self) -> str:
        """What t is called: the learner's letter that is t itself, where it is the only one that moves; else a letter that nobody uses."""
        moving = [n for n, x in self.letters.items() if ":" not in n and any(p for p in x.terms)]
        if len(moving) == 1 and self.letters[moving[0]] == scales.letter("t"):
            return moving[0]
        return next(n for n in ("t", "r", "x", "y", "w") if n not in self.letters)

    def shown(self, x: Scales) -> str:
        """A scale in plain text."""
        return show(x, self.time)

    def setting(self) -> str:
        """The values of the letters."""
        listed = [f"{name_of(n)} = {self.shown(x)}" for n, x in self.letters.items() if ":" not in n and n != self.time]
        return ", ".join(listed)

    def against(self, targets: Mapping[str, Fraction]) -> tuple[str, ...]:
        """Why the weights are not the targets."""
        asked = ", ".join(f"α_{x} = {w}" for x, w in targets.items())
        return (*self.example(), f"Asked for was {asked} and nothing for the other keys.")

    def example(self) -> tuple[str, ...]:
        """The instance with its numbers."""
        scores = ", ".join(f"k_{self._key(x)}·q = {self.shown(s)}" for x, s in self.scores.items())
        head = f"Take {self.keys} keys" + (f" and {self.setting()}" if self.setting() else "")
        return f"{head}. The scores are {scores}{'' if self.keys == len(self.named) else ' (i any other key)'}.", self._weights()

    def in_coordinates(self, vectors: Mapping[str, Sequence[Scales]], query: Sequence[Scales]) -> tuple[str, ...]:
        """The instance with the coordinates of its keys and query."""
        shown = [f"k_{x} = {self._vector(v)}" for x, v in vectors.items() if x in self.named]
        for x, v in vectors.items():
            if x not in self.named:
                shown.append(f"{self.copies[x]} other keys k_i = {self._vector(v)}" if self.copies[x] > 1 else f"another key k_i = {self._vector(v)}")
        head = f"Take {', '.join(shown)} and q = {self._vector(query)}" + (f", with {self.setting()}" if self.setting() else "")
        scores = ", ".join(f"{self.shown(s)} for k_{x}" if x in self.named else f"{self.shown(s)} for the other" + ("s" if self.copies[x] > 1 else "")
                           for x, s in self.scores.items())
        return f"{head}. The scores are {scores}.", self._weights()

    def _vector(self, v: Sequence[Scales]) -> str:
        return f"({', '.join(self.shown(c) for c in v)})" if len(v) > 1 else self.shown(v[0])

    def _key(self, tag: str) -> str:
        return tag if tag in self.named else "i"

    def _weights(self) -> str:
        if not self.moves:
            return f"The weights are {self._listed(self.limits)}."
        try:
            now = f"At {name_of(self.time)} = {SHOWN_AT} the weights are {self._listed(self._at(SHOWN_AT))}; "
        except ArithmeticError:
            now = ""
        return f"{now}as {name_of(self.time)} grows they tend to {self._listed(self.limits)}."

    def _listed(self, weights: Mapping[str, Any]) -> str:
        parts = [f"α_{x} = {self._formula(x)}{decimal(weights[x])}" for x in self.named]
        others = [x for x in weights if x not in self.named]
        parts += [f"{decimal(weights[x])} for " + ("each of the others" if self.copies[x] > 1 else "the other") for x in others]
        return ", ".join(parts)

    def _formula(self, tag: str) -> str:
        """"e/(2 e + 8) = " for scores that are fixed whole numbers."""
        numbers = {x: s.terms.get((), Fraction(0)) for x, s in self.scores.items()}
        whole = all(set(s.terms) <= {()} for s in self.scores.values()) and all(v.denominator == 1 for v in numbers.values())
        if not whole or len(set(numbers.values())) == 1:
            return ""
        counted: dict[Fraction, int] = {}
        for x, v in numbers.items():
            counted[v] = counted.get(v, 0) + self.copies[x]
        below = " + ".join(_exponential(v, n) for v, n in sorted(counted.items(), reverse=True))
        return f"{_exponential(numbers[tag], 1)}/({below}) = "

    def _at(self, t: Fraction) -> dict[str, Any]:
        arithmetic = Enclosures(30)
        values = {x: scales.enclose(s, {"t": t}, arithmetic) for x, s in self.scores.items()}
        leader = max(values.values(), key=lambda v: float(v if isinstance(v, Fraction) else v.a))
        parts = {x: part_of(arithmetic.sub(v, leader), arithmetic) for x, v in values.items()}
        total: Any = Fraction(0)
        for x, part in parts.items():
            total = arithmetic.add(total, arithmetic.mul(Fraction(self.copies[x]), part))
        return {x: arithmetic.div(part, total) for x, part in parts.items()}


def _exponential(exponent: Fraction, times: int) -> str:
    if exponent == 0:
        return str(times)
    power = "e" if exponent == 1 else f"e^{exponent}" if exponent > 0 else f"e^({exponent})"
    return power if times == 1 else f"{times} {power}"


def forms_of(forms: Mapping[str, Scales]) -> tuple[str, ...]:
    """The scores as they follow from the query."""
    listed = ", ".join(f"k_{'i' if x == '*' else x}·q = {show(s)}" for x, s in forms.items())
    return (f"The scores are {listed} (i any other key).",)


def condition(goals: Iterable[tuple[str, Scales]]) -> tuple[str, ...]:
    """What was shown of the gaps of scores under a condition."""
    ends = {"inf": "tends to infinity", "limit": "tends to 0", "zero": "is 0", "nonneg": "is not negative", "pos": "is positive",
            "bounded": "stays bounded", "floor": "stays above some bound"}
    return tuple(f"It follows that {show(x)} {ends[kind]}." for kind, x in goals)


def within(most: int, tolerance: Fraction) -> tuple[str, ...]:
    """What was shown of a fixed query."""
    return (f"With up to {most} keys every weight differs from what was asked for by at most {float(tolerance):g}.",)
