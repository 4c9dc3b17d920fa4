"""Names of which a hypothesis says what they are ("a = m^2 - n^2", "mu = E[X]"), put in.

Under "a = body" a line holds exactly if the line with the body for a does, wherever a may have any value. So a name that has a domain of its own stays.
"""

from __future__ import annotations

from dataclasses import replace

from grader.term import Term, free_names
from grader.term import replace as put
from grader.theories._theory import Context, Link

MOST_SIZE = 2_000


def put_in(link: Link, context: Context) -> tuple[Link, Context] | None:
    """The link and what is known with such names put in; None where there are none."""
    change: dict[Term, Term] = {}
    used: list[Term] = []
    declared = {n for n, d in context.domains if n != "*" and (d.lower is not None or d.upper is not None or d.nonzero or d.field not in ("real", "complex") or d.shape != "scalar")}
    try:
        for condition in context.conditions:
            if condition.kind != "relation" or condition.signs != ("=",) or condition.args[0].kind != "symbol":
                continue
            name, body = condition.args[0], put(condition.args[1], change)
            if name in change or name.name in free_names(body) or name.name in declared:
                continue
            change = {n: put(b, {name: body}) for n, b in change.items()} | {name: body}
            used.append(condition)
        if not change:
            return None
        left, right = put(link.left, change), put(link.right, change)
        others = tuple([put(c, change) for c in context.conditions if c not in used])
        earlier = tuple([put(c, change) for c in context.earlier if c not in used])
    except ValueError:  # a bound name would be captured
        return None
    if left.size + right.size > MOST_SIZE:
        return None
    return replace(link, left=left, right=right), replace(context, conditions=others, earlier=earlier)


__all__ = ["put_in"]
