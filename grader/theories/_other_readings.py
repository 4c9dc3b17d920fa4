"""Other ways to read a line: "1/2x" as 1/(2x), "x_t+1" as x_{t+1}, "ln (1 + 1/n)^n" as ln((1 + 1/n)^n).

The reader takes one reading and keeps the others beside it. A line that breaks as read, and holds as its signs may also be read, is no slip.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from grader.model import Read
from grader.reading.lines import Line
from grader.term import Term, apply
from grader.theories._theory import Link

MOST = 5
"""Other readings of one link that are tried."""
Table = Mapping[Term, tuple[Term, ...]]


def readings_of(lines: Iterable[Line]) -> dict[Term, tuple[Term, ...]]:
    """For each side that may be read in several ways, the others."""
    found: dict[Term, tuple[Term, ...]] = {}
    for line in lines:
        for reading in (line.left_reading, *[s.reading for s in line.steps]):
            if not isinstance(reading, Read):
                continue
            others = [t for a in reading.alternatives if isinstance(t := getattr(a, "term", a), Term)]
            inside = _powers_inside(reading.term)
            others += [inside] if inside != reading.term else []
            if others:
                found[reading.term] = tuple(dict.fromkeys(others))[:2]
    return found


def _powers_inside(term: Term) -> Term:
    """ln (a)^n as ln(a^n), where the exponent stands behind the operand."""
    args = tuple([_powers_inside(a) for a in term.args])
    made = term.with_args(args) if args and args != term.args else term
    if term.is_apply("pow", 2) and term.args[0].is_apply("log") and term.span is not None:
        log, power = term.args
        if log.span is not None and power.span is not None and log.args[0].span is not None and log.span.start == term.span.start and \
                power.span.start >= log.args[0].span.end:
            return args[0].with_args((apply("pow", args[0].args[0], args[1]), *args[0].args[1:]))
    return made


def other_links(link: Link, table: Table) -> list[Link]:
    """The link with one or both sides read in another way."""
    if not table:
        return []
    lefts, rights = _options(link.left, table), _options(link.right, table)
    return [replace(link, left=a, right=b) for b in rights for a in lefts if (a, b) != (link.left, link.right)][:MOST]


def _options(term: Term, table: Table) -> list[Term]:
    found = [term, *table.get(term, ())]
    if term.kind == "relation" or term.is_apply("and") or term.is_apply("or"):
        found += [term.with_args((*term.args[:k], other, *term.args[k + 1:])) for k, a in enumerate(term.args) for other in _options(a, table)[1:]]
    return found


def sides_of(links: Sequence[Link]) -> tuple[Term, ...]:
    """The sides of links, each once."""
    return tuple(dict.fromkeys([t for link in links for t in (link.left, link.right)]))


__all__ = ["other_links", "readings_of", "sides_of"]
