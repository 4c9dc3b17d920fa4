"""Asymptotics: lines with O, o, Theta, Omega, `~`, `<<` and `->`.

Language: expressions of real variables, of which some tend to infinity (or to a point); Landau's symbols stand for sets of functions and are read
from left to right, as usual: g + O(h) = g' + O(h') says that every function of the left set is one of the right set. (R. L. Graham, D. E. Knuth,
O. Patashnik, Concrete Mathematics, 1994, section 9.2.)

What is claimed of a link, with exact parts g, g' and Landau terms h, h':
    O: g - g' = O(h') and h = O(h'); o likewise with o. Theta: g is of the order h', and what was added to it is of a smaller order; Omega likewise.
    `~`: g / g' tends to 1. `<<`: g = o(g'). `->`: g tends to g'.
A remainder that is dropped (g + O(h) = g') makes the line fail when either g or g + h differs from g'.

Which variable moves, and where to: a hypothesis such as "n -> oo" or "x -> 0"; else the letters inside Landau's symbols, to infinity; letters
that usually are small (x, h, epsilon, delta) tend to 0 where a remainder is added (1 + x + O(x^2)), else both infinity and 0 are looked at. What was
taken is named as the step's condition.
Proofs and refutations are those of orders of growth and of asymptotic expansions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from grader.domain import Domain
from grader.model import AtMost, Claim, Equal, GrowsLike, Status, TendsTo
from grader.term import Term, apply, constant, free_names, number, relation, symbol, walk
from grader.term import replace as substitute
from grader.theories import algebra, dynamics
from grader.theories._landau import Side, has_landau, is_landau, side_of
from grader.theories._recurrences import is_recursive, recursions_of
from grader.theories._theory import AT_MOST, LIMIT_SIGNS, Context, Link, Prepared, Settled, Step, example_of

COUNTS = frozenset("n m N M t T k K l L d D r s p q i j V E H W B".split())
"""Letters that usually count something and tend to infinity."""
SMALL = frozenset("x y h epsilon varepsilon delta eta u v z".split())
"""Letters that tend to 0 as often as to infinity."""
_CONSTANTS = frozenset("C c c_1 c_2 c_0 C_1 C_2 gamma A B K M".split())
"""Names that stand for constants when nothing is said of them."""
_WHOLE = frozenset("n m N".split())
"""Letters that count where an order of growth is claimed of them."""
LARGE = 100
"""From where on an inequality beside claims of order must hold."""
FAR = "far"
"""Stands for 1/x where x tends to 0."""
POSITIVE = Domain.parse("positive")


def suits(terms: tuple[Term, ...], context: Context) -> bool:
    """A Landau symbol is written, or a sign that speaks of limits."""
    if any(context.domain(name).shape in ("vector", "matrix", "density") for t in terms for name in free_names(t)):
        return False
    if any(n.kind == "apply" and n.name in ("not", "and", "or", "implies", "iff") and any(a.kind == "symbol" for a in n.args) for t in terms for n in walk(t)):
        return False  # propositions
    signs: frozenset[str] = context.options.get("signs", frozenset())
    return bool(signs & LIMIT_SIGNS) or any(has_landau(t) for t in terms)


def prepare(terms: tuple[Term, ...], context: Context) -> Prepared:
    """Terms without a Landau symbol as in algebra; symbols without a domain are real."""
    plain = [t for t in terms if not has_landau(t)]
    spelled = replace(context, definitions=tuple([(h, b) for h, b in context.definitions if not is_recursive(h, b)]))
    inner = algebra.prepare(tuple(plain), spelled)
    finished = dict(zip(plain, inner.terms))
    table = dict((inner.context or context).domains)
    table.setdefault("*", Domain("real"))
    inside = frozenset().union(*[free_names(n.args[0]) for t in terms for n in walk(t) if is_landau(n)]) & _WHOLE
    for name in sorted(inside):
        table.setdefault(name, Domain.parse("integer >= 1"))
    options = {**context.options, "counted": tuple(sorted(inside)), "recursions": recursions_of(context.definitions)}
    return Prepared(tuple([finished.get(t, t) for t in terms]), inner.notes, replace(context, domains=tuple(sorted(table.items())), options=options))


# ------------------------------------------------------------------------------------------------- where variables tend to


@dataclass(frozen=True)
class Move:
    """Which variables move and where to: `point` is None for infinity (then several may move)."""

    names: tuple[str, ...]
    point: Term | None = None

    def words(self) -> str:
        """For the step's conditions."""
        return f"{', '.join(self.names)} tends to {'infinity' if self.point is None else self.point}"


def _moves(link: Link, context: Context) -> list[Move]:
    """The moves that the line may mean, most likely first."""
    said = []
    for condition in context.conditions:
        for node in walk(condition):
            if node.kind == "relation" and node.signs == ("->",) and node.args[0].kind == "symbol":
                name, point = node.args[0].name, node.args[1]
                said.append(Move((name,), None if point.kind == "constant" and point.name == "oo" else point))
    names = _names(link)
    if not names and not said:
        return [Move(("n",))]  # 5 = O(1)
    if said:
        moving = [m for m in said if set(m.names) & names] or said
        if all(m.point is None for m in moving):
            return [Move(tuple(sorted({n for m in moving for n in m.names} & names) or moving[0].names))]
        return moving[:1]
    if link.sign == "->":
        return _limits_of(link, context)
    inside = frozenset().union(*[free_names(node.args[0]) for t in (link.left, link.right) for node in walk(t) if is_landau(node)]) & names
    moving_names = inside or names
    counted = tuple(sorted(n for n in moving_names if _counts(n, context)))
    if counted and (inside or len(counted) == 1):
        return [Move(counted)]
    small = tuple(sorted(n for n in moving_names if n in SMALL))
    if len(small) == 1 and not counted:
        right = side_of(link.right)
        remainder = right is not None and right.exact is not None and right.landau  # 1 + x + O(x^2) says nothing at infinity
        return [Move(small, number(0))] if remainder else [Move(small), Move(small, number(0))]
    return [Move(counted)] if counted else []


def _limits_of(link: Link, context: Context) -> list[Move]:
    """For a limit of which nothing was said: a name that the limit lacks moves, a count to infinity, another one to infinity or to 0."""
    free = sorted(free_names(link.left) - free_names(link.right))
    counted = [n for n in free if _counts(n, context)]
    if len(free) == 1 and counted:
        return [Move((free[0],))]
    return [Move((name,), point) for name in free[:3] for point in ((None,) if name in counted else (None, number(0)))]


def _regime(condition: Term) -> Term:
    """u/v -> 0 as u << v, which claims about orders of growth can use; other conditions as they are."""
    if condition.kind == "relation" and condition.signs == ("->",) and condition.args[0].is_apply("div", 2):
        (above, below), point = condition.args[0].args, condition.args[1]
        if point == number(0):
            return relation("<<", above, below)
        if point.kind == "constant" and point.name == "oo":
            return relation("<<", below, above)
    return condition


def _names(link: Link) -> frozenset[str]:
    return free_names(link.left) | free_names(link.right)


def _counts(name: str, context: Context) -> bool:
    domain = dict(context.domains).get(name)
    if domain is not None:
        return domain.shape == "scalar" and domain.upper is None and (domain.field == "integer" or name in COUNTS)
    return name in COUNTS


# ------------------------------------------------------------------------------------------------------------------ claims


def claims(link: Link, context: Context, settled: Settled) -> tuple[Claim, ...]:
    """The line's claims for the first move; for the next one where those are refuted. A line that speaks of no limit is algebra."""
    if _is_plain(link):
        made = (dynamics if context.options.get("recursions") else algebra).claims(link, context, settled)
        if made and all(c.label in settled for c in made) and (large := _for_large(link, context)) is not None and _plainly(link, context, settled).relation == "fails":
            made += (large,)
        return made
    if link.statement or link.sign == "->" and link.left.kind == "symbol":
        return ()  # "n -> oo" supposes something, "p -> q" may be logic
    made: list[Claim] = []
    for k, move in enumerate(_moves(link, context)):
        asked = tuple(_claims_for(link, context, move, k))
        made += asked
        if len(move.names) > 1 and all(c.label in settled for c in asked):
            made += _where_bound_vanishes(link, context, move)
        if not asked or any(c.label not in settled for c in asked) or all(settled[c.label].equal for c in asked):
            break
    return tuple(made)


def _for_large(link: Link, context: Context) -> Claim | None:
    """An inequality beside claims of order, for large n only."""
    names = [n for n in context.options.get("counted", ()) if n in _names(link)]
    if link.statement or link.sign not in AT_MOST or not names:
        return None
    turned, strict = AT_MOST[link.sign]
    low, high = (link.right, link.left) if turned else (link.left, link.right)
    far = {n: replace(context.domain(n), lower=Fraction(LARGE), lower_strict=False) for n in names}
    return Claim(AtMost(low, high, strict), tuple(sorted({**dict(context.domains), **far}.items())), context.pointwise, "for large")


def _plainly(link: Link, context: Context, settled: Settled) -> Step:
    """The step of a link that speaks of no limit."""
    return (dynamics if context.options.get("recursions") else algebra).conclude(link, context, {k: v for k, v in settled.items() if k != "for large"})


def _where_bound_vanishes(link: Link, context: Context, move: Move) -> Iterator[Claim]:
    """Is O(h) with h = 0 along t = n claimed of what is not zero there? Letters that move freely may be equal."""
    right, left = side_of(link.right), side_of(link.left)
    if context.conditions or right is None or left is None or left.exact is None or left.landau or right.exact is not None or len(right.landau) != 1:
        return
    bound = right.landau[0][1]
    for a in move.names:
        for b in move.names:
            if a < b and any(n.is_apply("add", 2) and set(n.args) & {apply("neg", symbol(a)), apply("neg", symbol(b))} and {a, b} == free_names(n) for n in walk(bound)):
                same = {symbol(b): symbol(a)}
                domains = tuple(sorted({**dict(context.domains), a: POSITIVE}.items()))
                yield Claim(Equal(substitute(bound, same), number(0)), domains, (), "bound along")
                yield Claim(Equal(substitute(left.exact, same), number(0)), domains, (), "other along")
                return


def _is_plain(link: Link) -> bool:
    return link.sign not in LIMIT_SIGNS and not has_landau(link.left) and not has_landau(link.right)


def _claims_for(link: Link, context: Context, move: Move, index: int) -> Iterator[Claim]:
    left, right = side_of(link.left), side_of(link.right)
    if left is None or right is None:
        return
    asked = _Asked(context, move, index)
    for k, (h, g) in enumerate((*left.small, *right.small)):
        yield asked.grows(h, g, "o", f"small {k}")
    if link.sign in ("<<", ">>"):
        low, high = (left, right) if link.sign == "<<" else (right, left)
        if not low.landau and not high.landau and low.exact is not None and high.exact is not None:
            yield asked.grows(low.exact, high.exact, "o", "order")
    elif link.sign == "~":
        yield from _alike(left, right, asked)
    elif link.sign == "->":
        if not right.landau and left.kinds <= {"O", "o"} and len(move.names) == 1:
            yield asked.tends(left.value, right.value, "limit")
            for k, (_, h) in enumerate(left.landau):
                yield asked.tends(h, number(0), f"remainder {k}")
    elif link.sign in ("=", "in", "", "<=") and (left.landau or right.landau):
        yield from _contained(left, right, asked)


def _alike(left: Side, right: Side, asked: _Asked) -> Iterator[Claim]:
    """g + O(h) ~ g': h is of a smaller order than g, and the quotient tends to 1."""
    if right.landau or left.exact is None or left.kinds - {"O", "o"}:
        return
    for k, (kind, h) in enumerate(left.landau):
        yield asked.grows(h, left.exact, "o" if kind == "O" else "O", f"remainder {k}")
    if len(asked.move.names) == 1:
        yield asked.tends(apply("div", left.exact, right.value), number(1), "quotient")
    else:
        yield asked.grows(_collected(apply("add", left.exact, apply("neg", right.value))), right.value, "o", "difference")


def _collected(term: Term) -> Term:
    """The term multiplied out, so that what cancels is gone; as it is where it is no quotient of polynomials."""
    from grader.algebra.rational import NotRational, rational

    try:
        return rational(term).to_term({})
    except (NotRational, ValueError, ZeroDivisionError):
        return term


def _contained(left: Side, right: Side, asked: _Asked) -> Iterator[Claim]:
    """Every function of the left side is one of the right side."""
    if not right.landau:
        yield asked.equal(left.value, right.value, "without remainder")
        for k, (_, h) in enumerate(left.landau):
            yield asked.equal(apply("add", left.value, h), right.value, f"with remainder {k}")
        return
    if len(right.kinds) != 1 or right.kinds <= {"O", "o"} and left.kinds & {"Omega", "omega"}:
        return
    kind, = right.kinds
    bound = right.landau[0][1] if len(right.landau) == 1 else apply("add", *[h for _, h in right.landau])
    if kind in ("O", "o"):
        if left.exact is not None or right.exact is not None:
            difference = left.value if right.exact is None else apply("add", left.value, apply("neg", right.exact))
            yield asked.equal(left.value, right.value, "same")
            yield asked.grows(difference, bound, kind, "exact parts")
        for k, (mine, h) in enumerate(left.landau):
            yield asked.grows(h, bound, "O" if kind == "O" or mine == "o" else "o", f"landau {k}")
    elif right.exact is None and len(right.landau) == 1:
        yield from _of_order(left, kind, bound, asked)


def _of_order(left: Side, kind: str, bound: Term, asked: _Asked) -> Iterator[Claim]:
    """Against Theta, Omega or omega alone."""
    if left.exact is not None:
        yield asked.grows(left.exact, bound, kind, "exact parts")
        for k, (mine, h) in enumerate(left.landau):
            if mine in ("Omega", "omega", "Theta"):
                return
            yield asked.grows(h, left.exact, "o" if mine == "O" else "O", f"remainder {k}")
    elif len(left.landau) == 1:
        mine, h = left.landau[0]
        if mine in ("O", "o") or mine in ("Omega", "omega") and kind == "Theta":
            yield from asked.weaker(mine, h, bound, kind)
        else:
            yield asked.grows(h, bound, "Omega" if kind == "omega" and mine == "omega" else kind, "landau 0")


@dataclass(frozen=True)
class _Asked:
    """Claims for one move, with their labels."""

    context: Context
    move: Move
    index: int

    def _label(self, what: str) -> str:
        return f"{what} ({self.move.words()})" if self.index else what

    def _claim(self, conclusion: Equal | GrowsLike | TendsTo, what: str) -> Claim:
        conditions = tuple([c for c in map(_regime, self.context.conditions) if not any(n.kind == "relation" and "->" in n.signs for n in walk(c))])
        domains = dict(self.context.domains)
        for name in self.move.names if self.move.point is None else ():
            if name not in domains:
                domains[name] = POSITIVE
        return Claim(conclusion, tuple(sorted(domains.items())), conditions, self._label(what))

    def equal(self, left: Term, right: Term, what: str) -> Claim:
        return self._claim(Equal(left, right), what)

    def grows(self, left: Term, right: Term, order: str, what: str) -> Claim:
        point = self.move.point
        if point is None:
            return self._claim(GrowsLike(left, right, order, self.move.names), what)
        name, = self.move.names
        near = apply("div", number(1), symbol(FAR))
        moved = near if point == number(0) else apply("add", point, near)
        sides = [substitute(t, {symbol(name): moved}) for t in (left, right)]
        return self._claim(GrowsLike(sides[0], sides[1], order, (FAR,)), what)

    def tends(self, left: Term, right: Term, what: str) -> Claim:
        point = self.move.point if self.move.point is not None else constant("oo")
        return self._claim(TendsTo(left, self.move.names[0], point, right), what)

    def weaker(self, mine: str, h: Term, bound: Term, kind: str) -> Iterator[Claim]:
        """O(h) = Theta(bound) and the like: a function of the left set that is none of the right one is 1, or the square of h."""
        member = number(1) if mine in ("O", "o") else apply("mul", h, h)
        yield self.grows(member, h, mine, "is of the left side")
        yield self.grows(member, bound, kind, "member")


# -------------------------------------------------------------------------------------------------------------- conclusion


def conclude(link: Link, context: Context, settled: Settled) -> Step:
    """The first move under which all claims hold; else what fails under the only one."""
    if _is_plain(link):
        large = settled.get("for large")
        if large is not None and large.equal is not False:
            holds = large.equal is True
            said = "the inequality holds for large values." if holds else "whether it holds for large values could not be decided."
            names = [n for n in context.options.get("counted", ()) if n in _names(link)]
            return Step(link.line, "implies" if holds else None, large.status if holds else Status.UNDECIDED, said, (large,),
                        tuple([f"{n} >= {LARGE}" for n in names]) if holds else ())
        return _plainly(link, context, settled)
    moves = _moves(link, context)
    outcomes = []
    zero, other = settled.get("bound along"), settled.get("other along")
    if zero is not None and other is not None and zero.equal and other.status is Status.REFUTED:
        return Step(link.line, "fails", Status.REFUTED, "the bound is zero where two of the letters are equal, and the other side is not.", (other, zero),
                    tags=("order",), example=example_of(other))
    for k, move in enumerate(moves):
        asked = [c.label for c in _claims_for(link, context, move, k)]
        if not asked or any(label not in settled for label in asked):
            continue
        outcomes.append((move, _outcome(link, {label: settled[label] for label in asked})))
    best = next((o for o in outcomes if o[1].relation not in (None, "fails")), None)
    if best is None:
        open_step = next((o for o in outcomes if o[1].relation is None), None)
        sure = len(moves) == 1 or link.sign != "->"  # which variable moves, and where to, was not said
        best = open_step or (outcomes[0] if sure and outcomes and len(outcomes) == len(moves) else None)
    if best is None:
        return Step(link.line, None, Status.UNDECIDED, "it could not be decided.")
    move, step = best
    assumed = any(n.kind == "relation" and "->" in n.signs for c in context.conditions for n in walk(c))
    return step if assumed or step.relation in (None, "fails") else replace(step, conditions=(*step.conditions, move.words()))


def _outcome(link: Link, found: Settled) -> Step:
    """All of the claims of one move; "same" and "exact parts" are alternatives, and so is a member against its set."""
    verdicts = tuple(found.values())
    plain = {label.split(" (")[0]: v for label, v in found.items()}
    if "member" in plain:
        holds = plain["is of the left side"].equal and plain["member"].status is Status.REFUTED
        if holds:
            return Step(link.line, "fails", Status.REFUTED, "the left side only bounds the order from one side.", verdicts,
                        tags=("order_bound",), example=example_of(plain["member"]))
        return Step(link.line, None, Status.UNDECIDED, "it could not be decided.", verdicts)
    if "without remainder" in plain:
        refuted = next((v for v in verdicts if v.status is Status.REFUTED), None)
        if refuted is not None:
            return Step(link.line, "fails", Status.REFUTED, "the remainder was dropped.", verdicts, tags=("remainder_dropped",), example=example_of(refuted))
        return Step(link.line, None, Status.UNDECIDED, "it could not be decided.", verdicts)
    needed = dict(plain)
    same = needed.pop("same", None)
    if same is not None and same.equal:
        needed.pop("exact parts", None)
    elif same is not None:
        verdicts = tuple([v for v in verdicts if v is not same])
    if any(not v.equal for label, v in needed.items() if label.startswith("small")):
        return Step(link.line, None, Status.UNDECIDED, "it could not be decided.", verdicts)
    refuted = next((v for v in needed.values() if v.status is Status.REFUTED), None)
    if refuted is not None and any(n in _CONSTANTS for n in link.fresh):
        names = " and ".join(n for n in link.fresh if n in _CONSTANTS)
        return Step(link.line, None, Status.UNDECIDED, f"it is not said which constant {names} is.", verdicts, tags=("constant",))
    if refuted is not None:
        return Step(link.line, "fails", Status.REFUTED, "the order is not right.", verdicts, tags=("order",), example=example_of(refuted))
    if any(not v.equal for v in needed.values()):
        return Step(link.line, None, Status.UNDECIDED, "it could not be decided.", verdicts)
    status = Status.AGREES if any(v.status is Status.AGREES for v in (*needed.values(), *([same] if same is not None and same.equal else []))) else Status.PROVED
    facts = tuple(dict.fromkeys([f for v in needed.values() for f in v.finding.facts]))
    relation = "implies" if link.sign in LIMIT_SIGNS else "equal"
    return Step(link.line, relation, status, "it holds in the limit.", verdicts, facts)
