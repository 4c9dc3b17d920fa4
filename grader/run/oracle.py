"""SymPy in a process that can be ended: asked by a decision as an oracle, or by an audit as a second opinion.

Each question is a task of its own under limits of processor time and memory; the process leads a group and is killed with everything it started.
A worker that marks wears belts that forbid it to start processes, so SymPy is never asked while answers are marked; `grade audit --sympy` asks about their
records afterwards. `sympy_asker()` is for `Budget(oracles=..., ask=...)`; a question that runs out of its limits is answered "unknown".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from grader.encoding import decode, encode
from grader.model import Claim
from grader.run.workers import Limits, run_tasks
from grader.term import Term, from_data, to_data

AUDIT = Limits(cpu_seconds=2.0, wall_seconds=10.0, memory=1024 * 1024 * 1024)
"""For one of many questions."""
LIMITS = Limits(cpu_seconds=5.0, wall_seconds=30.0, memory=1024 * 1024 * 1024)


def sympy_asker(limits: Limits = LIMITS) -> Callable[[str, Any], Any]:
    """A function that asks: ("equal", claim) gives "equal", "different" or "unknown"; ("antiderivative", (claim, term, name)) a term or None."""
    _load()

    def ask(what: str, about: Any) -> Any:
        if what == "equal":
            return next(opinions([about], limits=limits))
        if what != "antiderivative":
            raise ValueError(f"{what!r} is nothing to ask for")
        claim, term, name = about
        ((_, outcome),) = run_tasks(_integrate, [[encode(claim), to_data(term), name]], limits=limits)
        return from_data(outcome.value) if outcome.value else None

    return ask


def opinions(claims: Iterable[Claim], *, jobs: int = 1, limits: Limits = LIMITS) -> Iterator[str]:
    """SymPy's opinion on each equation, in order; "unknown" where it ran out of its limits."""
    _load()
    for _, outcome in run_tasks(_judge, (encode(c) for c in claims), jobs=jobs, limits=limits):
        yield outcome.value if outcome.value in ("equal", "different") else "unknown"


def _load() -> None:
    """Load SymPy once, before processes are forked: they may not open files."""
    import grader.algebra.sympy_opinion  # noqa: F401
    from grader.algebra.bridge import to_sympy
    from grader.term import symbol

    to_sympy(symbol("x"))


def _judge(data: Any) -> str:
    from grader.algebra.sympy_opinion import opinion

    claim = decode(data)
    return opinion(claim) if isinstance(claim, Claim) else "unknown"


def _integrate(data: Any) -> Any:
    from grader.algebra.sympy_opinion import antiderivative

    claim, term, name = decode(data[0]), from_data(data[1]), data[2]
    found = antiderivative(term, name, claim) if isinstance(claim, Claim) else None
    return to_data(found) if isinstance(found, Term) else None
