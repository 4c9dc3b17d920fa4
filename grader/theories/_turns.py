"""What words and places make of a line: cases, values put in, both sides of an identity worked out apart, differentials of a substitution.

- *Both sides apart.* "LHS = ... = ..." and "RHS = ..." are chains of their own; "so LHS = RHS" claims that their ends are equal.
- *A case* ("case 1: x >= 0") supposes something beside the statement that stood before the cases; each case goes on from that statement.
- *A value put in* ("put x = 2: 6 = 3 A"): the new line is drawn from the statement before with x = 2, and says nothing of x itself.
- *Differentials* (u = x^2, du = 2 x dx): A du = B dx claims A du/dx = B. Lines of a substitution leave the chain that they stand in as it is.
"""

from __future__ import annotations

import re
from dataclasses import replace

from grader.model import Read, Unread
from grader.reading.lines import Line
from grader.term import Term, apply, constant, free_names, number, relation, symbol, walk
from grader.term import replace as substituted
from grader.theories._builder import Builder, is_statement
from grader.theories._hypotheses import assuming
from grader.theories._theory import Link

FALSE = constant("false")
NO_ROOTS = re.compile(r"\W*(?:(?:so|thus|hence|therefore|then|which|this|and|but|there (?:is|are|exists?)|it|the (?:equation|system|inequality)|we have|has|have|"
                      r"with)\b\W*)*no (?:real )?(?:solutions?|roots?)(?: exists?)?(?: (?:in|over) (?:the )?(?:reals?|real numbers))?\W*", re.IGNORECASE)
"""Words that say that nothing satisfies what stands before."""
_FUNCTIONS = frozenset("sin cos tan cot sec csc sinh cosh tanh exp log sqrt".split())
_ROOTS = re.compile(r"(?i)\b(?:roots?|zeros?|zeroes|solutions?|critical (?:points?|values?)|candidates?)\b")
_ZERO_SET = re.compile(r"(?i)\b(?:set(?:ting|s)?|equat(?:e|ing)|put(?:ting)?|solv(?:e|ing))\b[^.]*\b(?:zero|0)\b|\bfirst[- ]order condition\b")
_SIDES = frozenset(["LHS", "RHS"])


_TO_BE_SHOWN = re.compile(r"\W*(?:(?:we|want|wish|need|have|are|is|it|will|going|remains?|task|problem|question|exercise|part|to|let us|now|first|next|\d+|[a-z]\b)\W+)*"
                          r"(?:show|prove|claims?|theorem|lemma|proposition|corollary|goal)\b", re.IGNORECASE)
"""Words behind which something stands that is to be shown."""
_SUPPOSES = re.compile(r"\b(?:if|for|when|where|let|given|assuming|suppose|whenever|all|any|every|with|and|provided)(?: (?:that|all|any|every|each|some|real|numbers?|integers?|positive))*[\s,$]*$",
                       re.IGNORECASE)
_SAYS_OF = re.compile(r"[\s,$]*(?:is|are|has|have|satisf\w+|converges?|diverges?|decreases?|can|attains?|becomes)\b", re.IGNORECASE)


_PROVES = re.compile(r"[.:;]\s+[*_]*(?:Proof|Let|Suppose|Assume|We|By|First|Since|Consider|Indeed|Then|Start|Starting|Take|Using|Note|Now|From|Because|Expand\w*|Write|Solution|Base|Induct\w+)\b")
_HEADED = re.compile(r"\W*(?:theorem|lemma|claim|proposition|corollary|goal)\b(?:\s+\d+)?(?:\s*\([^)]*\))?[*_]*[.:]?[*_]*\s*", re.IGNORECASE)


def claims_in(text: str) -> tuple[tuple[int, int], ...]:
    """Where in the text it stands what is to be shown."""
    found, start = [], 0
    for row in text.split("\n"):
        if len(row) < 4_000 and _TO_BE_SHOWN.match(row):
            head = _HEADED.match(row)
            ends = _PROVES.search(row, head.end() if head else 0)
            found.append((start, start + (ends.start() if ends else len(row))))
        start += len(row) + 1
    return tuple(found)


def is_claimed(builder: Builder, line: Line) -> bool:
    """Does the line stand where it says what is to be shown?"""
    return any(a <= line.span.start < b for a, b in builder.context.options.get("claims", ()))


def to_be_shown(builder: Builder, line: Line, number_: int, whole: Term | Unread | None, alone: bool) -> bool:
    """Take a formula in a sentence that says what is to be shown: it is no ground for what follows. What it supposes ("if x > 2") is a hypothesis."""
    if builder.given_only or _SAYS_OF.match(line.reason) or not is_claimed(builder, line) or alone and line.role == "formula" and len(builder.context.options["lines"]) == 1:
        return False
    if isinstance(whole, Unread) or whole is None or line.left is None:
        builder.told.append(number_)
        return True
    for condition in line.conditions:
        if isinstance(condition, Term) and is_statement(condition):
            builder.context = assuming(builder.context, condition)
    if is_statement(whole) and line.connective == "" and _SUPPOSES.search(line.words):
        if not line.words or _plain_condition(whole) or re.search(r"(?i)\b(?:if|when|where|let|given|assuming|suppose|whenever|provided)(?: that)?[\s,$]*$", line.words):
            builder.context = assuming(builder.context, whole)
            builder.told.append(number_)
            return True
    if is_statement(whole):
        builder.claimed.append(whole)
    builder.told.append(number_)
    return True


def _plain_condition(whole: Term) -> bool:
    """Is it a bound of names, or an equation, as behind "if", and no claim for all x?"""
    parts = whole.args if whole.is_apply("and") else (whole,)
    return all(p.kind == "relation" and (p.args[0].kind in ("symbol", "tuple") or len(p.args) == 3) for p in parts)


# ---------------------------------------------------------------------------------------------------------- both sides apart


def side_of_identity(builder: Builder, line: Line, number_: int) -> bool:
    """Take a line that begins with LHS or RHS; False for others."""
    if not line.label or line.left is None:
        return False
    steps = [s for s in line.steps if not _is_side(s.side)]
    claimed = [s for s in line.steps if _is_side(s.side)]
    if _is_side(line.left):
        _claim_sides(builder, line, number_)
        return True
    builder.side = line.label
    builder.start(number_, line.left, statement=False)
    for step in steps:
        builder.link(line, number_, step.sign, step.side, step.reason or line.reason)
    if claimed and (other := _side_value(builder, "RHS" if line.label == "LHS" else "LHS")) is not None:
        builder.link(line, number_, claimed[-1].sign, other, line.reason)
    return True


def _is_side(term: Term | Unread | None) -> bool:
    return isinstance(term, Term) and term.kind == "symbol" and term.name in _SIDES


def _side_value(builder: Builder, side: str) -> Term | None:
    """The end of that side's chain; else that side of the identity stated first."""
    if side in builder.ends:
        return builder.ends[side]
    first = next((t for t in (*builder.claimed, *builder.stated) if t.kind == "relation" and t.signs == ("=",)), None)
    return None if first is None else first.args[0 if side == "LHS" else 1]


def is_side_after_sign(builder: Builder, line: Line, number_: int) -> bool:
    """Take a line that is only "= RHS", behind a chain."""
    if line.left is not None or len(line.steps) != 1 or not _is_side(line.steps[0].side):
        return False
    other = _side_value(builder, line.steps[0].side.name)  # type: ignore[union-attr]
    if other is None or builder.last is None or builder.statement:
        builder.told.append(number_)
    else:
        builder.link(line, number_, line.steps[0].sign, other, line.reason)
    return True


def _claim_sides(builder: Builder, line: Line, number_: int) -> None:
    """ "LHS = RHS": a claim where both chains have ends, else words."""
    if _SIDES <= builder.ends.keys():
        builder.aside(number_, Link(0, builder.ends["LHS"], "=", builder.ends["RHS"]))
    else:
        builder.told.append(number_)


# --------------------------------------------------------------------------------------------------------------------- cases


def begins_case(builder: Builder, line: Line, number_: int) -> bool:
    """Take the hypothesis of a case; False where the line begins no case, or nothing stands before the cases."""
    whole = line.left if not line.steps else None
    if line.steps and line.left is not None and not isinstance(line.left, Unread) and line.unread is None:
        whole = relation(tuple([s.sign for s in line.steps]), line.left, *[s.side for s in line.steps])  # type: ignore[arg-type, list-item]
    if not line.case or builder.given_only or not isinstance(whole, Term) or not is_statement(whole):
        return False
    if builder.ground is None:
        builder.ground = builder.last if builder.statement and builder.last is not None else constant("true")
    end_case(builder)
    builder.supposed = whole
    builder.side = ""
    builder.start(number_, apply("and", builder.ground, whole) if builder.ground != constant("true") else whole, statement=True, keep=False)
    builder.told.append(number_)
    return True


def end_case(builder: Builder) -> None:
    """Keep what the case came to."""
    if builder.supposed is not None and builder.statement and builder.last is not None:
        builder.cases.append(apply("and", builder.supposed, builder.last))


def gathers_cases(builder: Builder, whole: Term | Unread) -> None:
    """Behind several cases, "A or B" goes on from all of them."""
    if builder.supposed is None or not builder.cases or not isinstance(whole, Term):
        return
    if whole.is_apply("or") or whole.kind == "relation" and any(n.kind == "apply" and n.name in ("pm", "mp") for n in walk(whole)):
        end_case(builder)
        builder.start(0, apply("or", *builder.cases), statement=True, keep=False)
        builder.supposed = builder.ground = None
        builder.cases = []


# --------------------------------------------------------------------------------------------------------------- values put in


def puts_value(builder: Builder, line: Line, number_: int, following: Line | None) -> bool:
    """Take "put x = 2" (a number for a name in a statement before it), if something is drawn from it."""
    whole = _value(line)
    if whole is None or following is None or not builder.statement or builder.last is None or builder.given_only:
        return False
    if not (line.role in ("definition", "premise") or line.mention or _heads(line, following)):
        return False
    base = builder.values_into if builder.values_into is not None and whole.args[0].name in free_names(builder.values_into) else builder.last
    name = whole.args[0].name
    if name not in free_names(base) or following.left is None or not following.steps and not is_statement(following.left):  # type: ignore[arg-type]
        return False
    builder.values_into = base
    builder.start(number_, apply("and", base, whole), statement=True, keep=False)
    builder.told.append(number_)
    return True


def _heads(line: Line, following: Line) -> bool:
    """Is it "x = 1" at the head of a row in which an equation without x follows ("x = 1: 1 = 2 A"), which is no value of another name?"""
    if line.number != following.number or line.connective or following.connective or not isinstance(following.left, Term) or len(following.steps) > 1:
        return False
    first = following.left
    if following.steps:
        side = following.steps[0].side
        if not isinstance(side, Term):
            return False
        first = relation("=", first, side)
    elif first.is_apply("and"):  # "1 = 2 A, A = 1/2"
        first = first.args[0]
    if first.kind != "relation" or first.signs != ("=",):
        return False
    listed = first.args[0].kind == "symbol" and not free_names(first.args[1])
    return not listed and line.left.name not in free_names(first)  # type: ignore[union-attr]


def _value(line: Line) -> Term | None:
    """ "x = number" as a statement."""
    left = line.left
    if not isinstance(left, Term) or left.kind != "symbol" or len(line.steps) != 1 or line.steps[0].sign not in ("=", ":="):
        return None
    side = line.steps[0].side
    return relation("=", left, side) if isinstance(side, Term) and not free_names(side) else None


# --------------------------------------------------------------------------------------------------------------- substitutions


def differential(term: Term) -> tuple[str, Term] | None:
    """(x, f) for f dx; None for other terms. dx is read as d times x."""
    if term.is_apply("neg", 1):
        inner = differential(term.args[0])
        return None if inner is None else (inner[0], apply("neg", inner[1]))
    if term.is_apply("div", 2):
        inner = differential(term.args[0])
        return None if inner is None else (inner[0], apply("div", inner[1], term.args[1]))
    if term.kind == "apply" and term.name in _FUNCTIONS and len(term.args) == 1 or term.is_apply("pow", 2):
        inner = differential(term.args[0])  # cos theta d theta, read as cos(theta d theta)
        return None if inner is None else (inner[0], term.with_args((inner[1], *term.args[1:])))
    factors = _factors(term)
    if len(factors) > 1 and symbol("d") not in factors and (inner := differential(factors[-1])) is not None:
        return inner[0], apply("mul", *factors[:-1], inner[1])
    for k in range(len(factors) - 1):
        if factors[k] == symbol("d") and factors[k + 1].kind == "symbol":
            rest = factors[:k] + factors[k + 2:]
            if any(symbol("d") in list(walk(f)) for f in rest):
                return None
            return factors[k + 1].name, number(1) if not rest else rest[0] if len(rest) == 1 else apply("mul", *rest)
    return None


def _factors(term: Term) -> list[Term]:
    if not term.is_apply("mul"):
        return [term]
    return [f for a in term.args for f in _factors(a)]


def is_differential(builder: Builder, line: Line, number_: int) -> bool:
    """Take "du = 2x dx": a claim where u (or x) has been defined by the other, else words."""
    if line.left is None or len(line.steps) != 1 or line.steps[0].sign not in ("=", ":="):
        return False
    sides = line.left, line.steps[0].side
    if not all(isinstance(t, Term) for t in sides):
        return False
    one, two = differential(sides[0]), differential(sides[1])  # type: ignore[arg-type]
    if one is None or two is None or one[0] == two[0]:
        return False
    builder.differentials = line.number
    builder.parts |= {one[0], two[0]}
    named = {h: b for h, b in builder.context.definitions} | {t.args[0]: t.args[1] for t in builder.stated if t.kind == "relation" and t.signs == ("=",)}
    for (u, a), (x, b) in ((one, two), (two, one)):
        body = named.get(symbol(u))
        if body is None or x not in free_names(body):
            continue
        try:
            put = {symbol(u): body}
            left = apply("mul", substituted(a, put), apply("derivative", body, symbol(x), number(1)))
            right = substituted(b, put)
        except ValueError:  # a name would be captured
            break
        builder.aside(number_, Link(0, left, "=", right) if (u, a) == one else Link(0, right, "=", left))
        return True
    builder.told.append(number_)
    return True


def names_roots(builder: Builder, line: Line, whole: Term | Unread, number_: int) -> bool:
    """Take "the roots are x = 2 and x = 3" behind a statement: of an equation one or the other holds; beside an inequality it is only said."""
    if not isinstance(whole, Term) or not _ROOTS.search(line.words) or not builder.statement or builder.last is None:
        return False
    parts = whole.args if whole.is_apply("and") else (whole,)
    if not all(p.kind == "relation" and p.signs == ("=",) for p in parts):
        return False
    if any(n.kind == "relation" and set(n.signs) & {"<", ">", "<=", ">="} for n in walk(builder.last)):
        builder.told.append(number_)
        return True
    if len(parts) == 1 or len({p.args[0] for p in parts}) != 1:
        return False
    builder.link(line, number_, line.connective, apply("or", *parts), line.reason, statement=True)
    return True


def set_to_zero(builder: Builder, line: Line, whole: Term | Unread, number_: int) -> bool:
    """Take "setting this to zero: 2x - 4 = 0" behind "f'(x) = 2x - 4": it is where the right side vanishes."""
    last = builder.last
    if last is not None and not builder.statement and builder.origin is not None:
        last = relation("=", builder.origin, last)  # "f'(x) = 2x - 4" as a chain
    if last is None or last.kind != "relation" or last.signs != ("=",) or not isinstance(whole, Term) or whole.kind != "relation":
        return False
    if not _ZERO_SET.search(f"{line.words} {line.reason}") or whole.signs != ("=",) or not free_names(last.args[1]):
        return False
    if whole.args[1] != number(0) and whole.args[0] != number(0) or last.args[1] == number(0):
        return False
    builder.last = relation("=", last.args[1], number(0))
    builder.link(line, number_, line.connective, whole, line.reason, statement=True)
    return True


def with_partials(builder: Builder, line: Line) -> Line:
    """f_x as the derivative of f(x, y) by x, where f has been defined."""
    functions = {h.args[0]: h for h, _ in builder.context.definitions if h.is_apply("call") and len(h.args) > 2 and h.args[0].kind == "symbol"}
    if not functions:
        return line

    def spelled(term: Term) -> Term:
        if term.is_apply("index") and term.args[0] in functions and all(a in functions[term.args[0]].args[1:] for a in term.args[1:]):
            made = functions[term.args[0]]
            for a in term.args[1:]:
                made = apply("derivative", made, a, number(1))
            return made
        return term.with_args(tuple([spelled(a) for a in term.args])) if term.args else term

    def read(reading: object) -> object:
        return replace(reading, term=spelled(reading.term)) if isinstance(reading, Read) else reading

    return replace(line, left_reading=read(line.left_reading), steps=tuple([replace(s, reading=read(s.reading)) for s in line.steps]))  # type: ignore[arg-type]


def claims_of_sum(builder: Builder, whole: Term | Unread) -> bool:
    """Is it an equation about a sum or integral that has been given a name ("S = ...; r S = ..."), without names that are new? It claims something."""
    if builder.given_only or not isinstance(whole, Term) or whole.kind != "relation" or whole.signs != ("=",):
        return False
    for head, body in builder.context.definitions:
        if head.kind != "symbol" or head.name not in free_names(whole) or not free_names(whole) <= {head.name} | free_names(body):
            continue
        if any(n.kind == "binder" or n.kind == "text" for n in walk(body)):
            return True
    return False


def says_no_roots(builder: Builder, line: Line, number_: int) -> bool:
    """Take the words "no real solutions" behind a statement."""
    if line.role != "prose" or not builder.statement or builder.last is None or not NO_ROOTS.fullmatch(line.text):
        return False
    builder.link(replace(line, role="formula"), number_, "=>", FALSE, "", statement=True)
    return True


__all__ = ["begins_case", "claims_of_sum", "differential", "end_case", "gathers_cases", "is_differential", "is_side_after_sign", "names_roots", "puts_value", "says_no_roots", "set_to_zero",
           "side_of_identity", "with_partials"]
