"""The links of a derivation: what each claims, and what became of it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from grader.answers._chains import Derivation, Link, Side, composed
from grader.algebra.density_syntax import rename_terms
from grader.answers._densities import HOLDS, TURNED, Question, author_term, complete, conclusion, sensible, with_definitions
from grader.answers._kind import Claim, KnownAnswer, Part, Settled
from grader.model import AtMost, Equal, Status
from grader.term import Term, apply, relation

MAX_EXPLAINED = 4
"""Broken links for which an explanation is looked for."""

MOST_CLAIMS = 6
"""Ways in which a link can be a foreseen false statement: used on either side in two directions, or being it, in two orders."""

VALID = ("holds", "agrees")
"""Outcomes of a link that earn its share."""


@lru_cache(maxsize=32)
def understood_sides(derivation: Derivation, asked: Question) -> tuple[tuple[tuple[Term, ...], ...], tuple[str, ...], tuple[str, ...]]:
    """For each side its readings, completed, those left out that are none in the language of densities; why there are none; and notes."""
    every = [[s.typed, *[o for o in s.others if sensible(o)]] if s.typed is not None else [] for s in derivation.sides]
    found, notes = complete([t for typed in every for t in typed if t is not None], asked)
    values = iter(found)
    readings, why = [], []
    for side, typed in zip(derivation.sides, every):
        made = [next(values) for _ in typed]
        terms = tuple(dict.fromkeys([t for t in made if isinstance(t, Term)]))
        readings.append(terms)
        why.append("" if terms else str(made[0]) if made else side.why)
    return tuple(readings), tuple(why), notes


def log_inside(term: Term) -> Term:
    """The term with every logarithm of a sum or mean moved inside it, as people do by mistake."""
    args = tuple([log_inside(a) for a in term.args])
    if term.is_apply("log", 1) and (args[0].kind == "binder" and args[0].name in ("sum", "integral", "antiderivative")):
        return args[0].with_args((apply("log", args[0].args[0]), *args[0].args[1:]))
    return term.with_args(args)


class Judged:
    """One derivation under the verdicts so far. Terms are completed with the learner's own definitions."""

    def __init__(self, part: Part, asked: Question, lines: Any, settled: Settled) -> None:
        self.part, self.settled = part, settled
        self.derivation: Derivation = lines.derivation
        self.links = self.derivation.links
        self.asked = with_definitions(asked, lines.definitions) if lines.definitions else asked
        self.defined = self._defined_first()
        self.flipped = bool(self.defined) and self.status("own definition") is Status.REFUTED and self.status("own definition turned") in HOLDS
        start, goal = asked["start"], asked["goal"]
        assert start is not None and goal is not None
        if self.flipped:
            own = replace(self.defined, body=apply("neg", self.defined.body))
            self.asked = with_definitions(self.asked, (own,))
            if part.options.start and self._head_of(self._typed_start()) == self.defined.head:
                start, goal = apply("neg", start), apply("neg", goal)
        self.start, self.goal = start, goal
        self.terms: list[Term | None]
        self._understand()
        self.chosen = [0] * len(self.terms)
        for link in self.links:
            self._choose(link)

    def _understand(self) -> None:
        self.readings, why, self.notes = understood_sides(self.derivation, self.asked)
        self.terms = [readings[0] if readings else None for readings in self.readings]
        self.why = list(why)

    def _choose(self, link: Link) -> None:
        """Of several readings of a side, the first under which its line holds."""
        for j in range(len(self.readings[link.right])):
            if self.status(link.label + (f" as {j + 1}" if j else "")) in HOLDS:
                self.chosen[link.right] = j
                self.terms[link.right] = self.readings[link.right][j]
                return

    def label(self, link: Link) -> str:
        """The label of the claim for the reading of the link's right side that is used."""
        j = self.chosen[link.right]
        return link.label + (f" as {j + 1}" if j else "")

    def is_ready(self, side: int) -> bool:
        """Is it settled which reading of the side is used?"""
        link = self.derivation.link_into(side)
        if link is None or len(self.readings[side]) < 2 or self.status(self.label(link)) in HOLDS:
            return True
        labels = [link.label, *[f"{link.label} as {j + 1}" for j in range(1, len(self.readings[side]))]]
        return self.claim(link) is None or all(label in self.settled for label in labels)

    # -- a definition of the question with the other sign

    def _typed_start(self) -> Term:
        return author_term(self.part.options.start, self.part, "start")

    @staticmethod
    def _head_of(term: Term | None) -> str:
        head = term.args[0] if term is not None and term.is_apply("call") else term
        return head.name if head is not None and head.kind == "symbol" else ""

    def _defined_first(self) -> Any:
        """The question's definition whose name is the very first side, or None."""
        if not self.links or self.links[0].sign != "=" or self.links[0].left != 0:
            return None
        name = self._head_of(self.derivation.sides[0].typed)
        return next((d for d in self.asked.conventions.definitions if name and d.head == name), None)  # type: ignore[attr-defined]

    def sign_claims(self) -> list[Claim]:
        """Is the first line the question's definition, and if not, is it that with the other sign?"""
        if not self.defined:
            return []
        right = self.terms[self.links[0].right]
        body, _ = complete([self.defined.body], self.asked) if not self.flipped else ([""], ())
        if right is None or not isinstance(body[0], Term):
            return []
        made = [self._claim(Equal(body[0], right), "own definition")]
        if self.status("own definition") is Status.REFUTED:
            made.append(self._claim(Equal(apply("neg", body[0]), right), "own definition turned"))
        return made

    # -- claims

    def status(self, label: str) -> Status | None:
        """The status of the claim with that label, if it was settled."""
        verdict = self.settled.get(label)
        return verdict.status if verdict is not None else None

    def _claim(self, what: Equal | AtMost, label: str, conditions: tuple[Term, ...] = ()) -> Claim:
        return Claim(what, self.part.domains(), (*self.asked.given, *conditions), label)

    def is_assumption(self, link: Link) -> bool:
        """Is the link a premise of the form "density = something", which may be meant as an assumption?"""
        left = self.terms[link.left]
        return link.role == "premise" and link.sign == "=" and left is not None and left.is_apply("call")

    def assumptions(self, link: Link) -> tuple[Term, ...]:
        """What the line itself and earlier ones assume beyond what is given."""
        conditions = [c for c in link.conditions if c.kind == "relation" and set(c.signs) <= TURNED.keys()]
        made = [c for c in complete(conditions, self.asked)[0] if isinstance(c, Term)]
        for other in self.links:
            left, right = self.terms[other.left], self.terms[other.right]
            if other.number < link.number and self.is_assumption(other) and left is not None and right is not None:
                made.append(relation("=", left, right))
        return tuple(made)

    def left_of(self, link: Link) -> int | None:
        """The side that the link goes on from: the one before it, or the last before it that was understood."""
        chain = self.derivation.chains[link.chain]
        for k in reversed(chain[:chain.index(link.right)]):
            if self.terms[k] is not None:
                return k
        return None

    def gap(self, link: Link) -> bool:
        """Does something that was not understood stand between?"""
        return self.left_of(link) != link.left

    def sign_over(self, link: Link) -> str | None:
        """The sign from `left_of(link)` to its right side."""
        chain = self.derivation.chains[link.chain]
        left = self.left_of(link)
        if left is None:
            return None
        start = chain.index(left)
        return composed([k.sign for k in self.links if k.chain == link.chain and k.number <= link.number and chain.index(k.left) >= start])

    def claim(self, link: Link) -> Claim | None:
        """What the link claims; None where a side or the sign was not understood."""
        left, sign, right = self.left_of(link), self.sign_over(link), self.terms[link.right]
        if left is None or sign is None or right is None:
            return None
        return self._claim(conclusion(self.terms[left], sign, right), self.label(link))  # type: ignore[arg-type]

    def step_claims(self) -> list[Claim]:
        """The claims of all links whose left side is clear; other readings of a right side where the first makes the line fail."""
        made: list[Claim] = []
        for link in self.links:
            left = self.left_of(link)
            if left is None or not self.is_ready(left):
                continue
            claim = self.claim(link)
            if claim is None:
                continue
            made.append(claim)
            if self.status(link.label) is Status.REFUTED and self.chosen[link.right] == 0:
                sign = self.sign_over(link)
                for j, other in enumerate(self.readings[link.right][1:], 1):
                    made.append(self._claim(conclusion(self.terms[left], sign, other), f"{link.label} as {j + 1}"))  # type: ignore[arg-type]
        return made

    def follow_ups(self) -> list[Claim]:
        """For links that fail: do they hold from the line's own left side, without strictness, from before the slip, or from an earlier slip?"""
        made: list[Claim] = []
        for link in self.links:
            status = self.status(self.label(link))
            right = self.terms[link.right]
            if right is None or status is None:
                continue
            if status in HOLDS and self.part.options.relation == "=" and link.sign != "=" and self.claim(link) is not None:
                left = self.terms[self.left_of(link)]  # type: ignore[index]
                made.append(self._claim(Equal(left, right), f"{link.label} equal"))  # type: ignore[arg-type]
            if status is not Status.REFUTED:
                continue
            first = self.terms[link.again] if link.again is not None else None
            if first is not None:
                made.append(self._claim(conclusion(first, link.sign, right), f"{link.label} again"))
            if link.sign in ("<", ">"):
                left = self.terms[self.left_of(link)]  # type: ignore[index]
                made.append(self._claim(conclusion(left, link.sign + "=", right), f"{link.label} weak"))  # type: ignore[arg-type]
            made += self._healing(link) + self._carrying(link)
            assumed = self.assumptions(link)
            if assumed:
                left = self.terms[self.left_of(link)]  # type: ignore[index]
                made.append(self._claim(conclusion(left, self.sign_over(link), right), f"{link.label} given", assumed))  # type: ignore[arg-type]
        return made

    def explanations(self) -> list[Claim]:
        """For the first broken links: does the inequality hold the other way round, only one way, or the link by a mistake that was foreseen?"""
        made: list[Claim] = []
        for link in [k for k in self.links if self.outcome(k) == "break"][:MAX_EXPLAINED]:
            left, sign, right = self.terms[self.left_of(link)], self.sign_over(link), self.terms[link.right]  # type: ignore[index]
            if left is None or right is None or sign is None:
                continue
            signs = ("<=", ">=") if sign == "=" else (TURNED[sign][0] + "=",)
            made += [self._claim(conclusion(left, s, right), f"{link.label} only {s}") for s in signs]
            inside = log_inside(left)
            if inside != left and sign == "=":
                made.append(self._claim(Equal(inside, right), f"{link.label} log inside"))
            for j, entry in enumerate(self.part.wrong):
                foreseen = self._as_foreseen(left, sign, right, entry.answer)
                made += [self._claim(what, f"{link.label} wrong {j} {n}") for n, what in enumerate(foreseen)]
        return made

    def _as_foreseen(self, left: Term, sign: str, right: Term, typed: str) -> list[Equal]:
        """The claims that a link is a foreseen false statement: that statement used on one of its sides (from left to right, from right to left), or
        that statement itself with its terms moved (the differences of the sides are the same, or the same turned)."""
        found = complete([author_term(typed, self.part, "wrong")], self.asked)[0][0] if typed else None
        if not isinstance(found, Term) or found.kind != "relation" or len(found.signs) != 1 or found.signs[0] not in TURNED:
            return []
        (a, b), foreseen = found.args, found.signs[0]
        made: list[Equal] = []
        if sign == foreseen == "=":
            for own in ({a: b}, {b: a}):
                made += [Equal(m, right) for m in (rename_terms(left, own),) if m != left]
                made += [Equal(left, m) for m in (rename_terms(right, own),) if m != right]
        gap, wrong = apply("add", left, apply("neg", right)), apply("add", a, apply("neg", b))
        if sign == foreseen:
            made.append(Equal(gap, wrong))
        if sign == TURNED[foreseen]:
            made.append(Equal(gap, apply("neg", wrong)))
        return made

    def explained(self, link: Link) -> tuple[str, KnownAnswer | None]:
        """Which kind of mistake a broken link is ("direction", "equality", "log_inside" or ""), and the foreseen one that it is."""
        for j, entry in enumerate(self.part.wrong):
            if any(self.status(f"{link.label} wrong {j} {n}") in HOLDS for n in range(MOST_CLAIMS)):
                return "", entry
        kind = ""
        if self.status(f"{link.label} log inside") in HOLDS:
            kind = "log_inside"
        elif link.sign != "=" and self.status(f"{link.label} only {TURNED[link.sign][0]}=") is Status.PROVED:
            kind = "direction"
        elif link.sign == "=" and any(self._plain_gap(f"{link.label} only {s}") for s in ("<=", ">=")):
            kind = "equality"
        return kind, next((e for e in self.part.wrong if not e.answer and e.pattern == kind and kind), None)

    def _plain_gap(self, label: str) -> bool:
        """Is a bound proved by one divergence or Jensen gap alone, so that its loss is what the learner overlooked?"""
        if self.status(label) is not Status.PROVED:
            return False
        gap = self.settled[label].evidence.data.get("gap", [])
        return len(gap) == 1 and gap[0][0] == ["number", "1"]

    def before_slip(self, link: Link) -> Link | None:
        """The nearest earlier broken link of the same chain whose slip this one may take back."""
        broken = [k for k in self.links if k.chain == link.chain and k.number < link.number and self.status(self.label(k)) is Status.REFUTED]
        return broken[-1] if broken and self.outcome(broken[-1]) == "break" else None

    def _healing(self, link: Link) -> list[Claim]:
        slip = self.before_slip(link)
        if slip is None:
            return []
        start, right = self.terms[slip.left], self.terms[link.right]
        sign = composed([k.sign for k in self.links if k.chain == link.chain and slip.number <= k.number <= link.number])
        if start is None or right is None or sign is None:
            return []
        return [self._claim(conclusion(start, sign, right), f"{link.label} healed")]

    def _carrying(self, link: Link) -> list[Claim]:
        """An equation that only moves the terms of an earlier, broken one."""
        earlier = [k for k in self.links if k.chain != link.chain and k.number < link.number and k.sign == "="
                   and self.status(self.label(k)) is Status.REFUTED]
        if not earlier or link.sign != "=" or self.gap(link) or self.gap(earlier[-1]):
            return []
        sides = [self.terms[k] for k in (earlier[-1].left, earlier[-1].right, link.left, link.right)]
        if any(s is None for s in sides):
            return []
        a, b, c, d = [s for s in sides if s is not None]
        before, after = apply("add", a, apply("neg", b)), apply("add", c, apply("neg", d))
        return [self._claim(Equal(before, after), f"{link.label} carried"),
                self._claim(Equal(apply("neg", before), after), f"{link.label} carried turned")]

    # -- outcomes

    def outcome(self, link: Link) -> str:
        """holds, agrees, carried (from an earlier slip), healed, strict, assumed, break, open, or unread."""
        if self.terms[link.right] is None:
            return "unread"
        verdict = self.status(self.label(link))
        if verdict is None:
            return "unread" if self.left_of(link) is None else "open"
        claim = self.settled[self.label(link)].claim
        if verdict is Status.PROVED:
            return "holds"
        if verdict is Status.AGREES:
            return "agrees" if isinstance(claim.conclusion, Equal) else "open"
        if verdict is Status.UNDECIDED:
            return "open"
        if self.is_assumption(link):
            return "assumed"
        first = self.derivation.chains[link.chain][0]
        if self.gap(link) or self.left_of(link) == first and len(self.readings[first]) > 1:
            return "open"
        if self.status(f"{link.label} again") in HOLDS:
            return "holds"
        if self.status(f"{link.label} carried") in HOLDS or self.status(f"{link.label} carried turned") in HOLDS:
            return "carried"
        if self.status(f"{link.label} weak") in HOLDS:
            return "strict"
        if self.status(f"{link.label} given") in HOLDS:
            return "assumed"
        return "healed" if self.status(f"{link.label} healed") in HOLDS else "break"

    def effective_sign(self, link: Link) -> str:
        """The link's sign, or = where an inequality was written and equality is proved."""
        return "=" if self.status(f"{link.label} equal") is Status.PROVED else link.sign

    def side(self, k: int) -> Side:
        """The k-th side."""
        return self.derivation.sides[k]
