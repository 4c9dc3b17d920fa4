"""Tables of iterates ("| t | w_t |") beside update rules: each row claims what the values are at that moment."""

from __future__ import annotations

import re

from grader.model import Read
from grader.reading import read
from grader.reading.lines import Line
from grader.term import Term, apply, constant, relation
from grader.theories._builder import Builder
from grader.theories._recurrences import is_at, rules_of

MOST_ROWS, MOST_COLUMNS = 12, 6
_RULE = re.compile(r"[\s|:+-]*")


def takes_table(builder: Builder, line: Line, number: int) -> bool:
    """Take a table whose first column counts t and whose others are iterates at t that rules make: the cells are claims. False for other lines."""
    if not line.text.lstrip().startswith("|") or not (rules := rules_of(builder.context.definitions)) or builder.given_only:
        return False
    rows = [[_term(cell, builder) for cell in row.strip().strip("|").split("|")] for row in line.text.split("\n") if row.strip() and not _RULE.fullmatch(row)]
    if len(rows) < 2 or not 2 <= len(rows[0]) <= MOST_COLUMNS or any(len(r) != len(rows[0]) for r in rows):
        return False
    head = rows[0]
    time = head[0]
    named = [k for k, h in enumerate(head) if k and h is not None and is_at(h) and h.args[1] == time and h.args[0].name in rules]
    if time is None or time.kind != "symbol" or not named:
        return False
    lines = [k for k, row in enumerate(line.text.split("\n")) if row.strip() and not _RULE.fullmatch(row)]
    for row, at in list(zip(rows, lines))[1:MOST_ROWS + 1]:
        moment = row[0]
        if moment is None or moment.kind != "number":
            continue
        for k in named:
            value, name = row[k], head[k]
            if value is None or name is None:
                continue
            whole = relation("=", apply(name.name, name.args[0], moment), value)
            if moment.value == 0:
                builder.state(whole)
                continue
            builder.last, builder.statement = constant("true"), True
            builder.link(line, number + at, "=>", whole, "", statement=True)
    return True


def _term(cell: str, builder: Builder) -> Term | None:
    found = read(cell.strip().strip("$"), builder.context.vocabulary) if cell.strip() else None
    return found.term if isinstance(found, Read) else None


__all__ = ["takes_table"]
