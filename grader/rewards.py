"""Rewards for verified answers, with the signatures that training code calls.

`parse` and `verify` stand in for math-verify's functions of these names, `accuracy_reward` for TRL's, `compute_score` for verl's. All of them find
the final answer in the text (`grader.reading.final` says how), read it once (readings are cached), and decide with evidence. They use no signals,
so any thread may call them; the time limit is processor time of the calling thread, looked at inside every loop; sizes are bounded before any
algebra. They never raise because of what a text says, and they pickle by name. Decisions of several threads of one process are made one at a time.

>>> from grader.rewards import accuracy_reward, compute_score, parse, verify
>>> verify(parse(r"\\boxed{\\frac{1}{2}}"), parse("so the probability is 0.5"))
True
>>> compute_score("Thus x = 2 or x = 3. \\\\boxed{2, 3}", "3, 2")
1.0
>>> accuracy_reward([[{"role": "assistant", "content": "The answer is 7."}], "#### 8"], ["7", "7"])
[1.0, 0.0]
>>> accuracy_reward(["7"], ["see figure 3 of the book by the same author"]) # a reference that cannot be read
[None]
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

TIMEOUT_SECONDS = 5
MAX_LIST = 40
"""Readings of one side that `verify` looks at."""
_deciding = threading.Lock()


def _after_fork() -> None:
    global _deciding
    _deciding = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def parse(pred: Any, extraction_config: Any = None, fallback_mode: str = "first_match", extraction_mode: str = "any_match",
          parsing_timeout: int | None = TIMEOUT_SECONDS, raise_on_error: bool = False) -> list[Any]:
    """The final answer of a text as a list with one reading; an empty list where the text puts none forward or it cannot be read.

    The arguments after the text are those of math-verify, taken so that calls need no change; which answer counts is always decided as
    `grader.reading.final` says. A SymPy object, a number or a term stands for itself.
    """
    if not isinstance(pred, str):
        return [pred]
    from grader.final import parsed

    try:
        with _deciding:
            found = parsed(pred)
    except (ValueError, RecursionError, MemoryError):
        if raise_on_error:
            raise
        return []
    return [found] if found.readable else []


def verify(gold: Any, target: Any, float_rounding: int | None = None, numeric_precision: int = 15, strict: bool = True,
           allow_set_relation_comp: bool = False,
           timeout_seconds: float | None = TIMEOUT_SECONDS, raise_on_error: bool = False) -> bool:
    """Is the target's answer equal to the gold one? False also where that is not decided; `grader.verify` and `grade pairs` say which. Equality alone
    counts: 2x = 10 is x = 5, and an integral left standing is its value. (The reward functions give nothing for restating a question.)

    Gold and target are what `parse` gave, or texts, SymPy objects, numbers, terms. Equality is exact: 0.333 is not 1/3. With `float_rounding=k` a
    number also counts when it is within half a unit of the k-th decimal place. `timeout_seconds` is processor time (None: 60). The other arguments
    are those of math-verify and change nothing.
    """
    try:
        return _equal(gold, target, float_rounding, timeout_seconds, restated=True) is True
    except (ValueError, RecursionError, MemoryError):
        if raise_on_error:
            raise
        return False


def accuracy_reward(completions: Sequence[Any], solution: Sequence[str], log_extra: Any = None, log_metric: Any = None, *,
                    undecided: float | None = 0.0,
                    **kwargs: Any) -> list[float | None]:
    """One reward a completion: 1.0 right, 0.0 wrong or without an answer, None where the reference cannot be read (so that it does not count),
    `undecided` where neither is shown. A completion is a text or a list of messages, of which the last one's content counts."""
    rewards: list[float | None] = []
    for completion, reference in zip(completions, solution, strict=True):
        if not parse(reference):
            rewards.append(None)
            continue
        try:
            equal = _equal(reference, _content(completion), None, TIMEOUT_SECONDS)
        except (ValueError, RecursionError, MemoryError):
            equal = None
        rewards.append(undecided if equal is None and parse(_content(completion)) else 1.0 if equal else 0.0)
    if log_extra is not None:
        log_extra("reference", list(solution))
    return rewards


def compute_score(solution_str: str, ground_truth: str, data_source: Any = None, extra_info: Any = None, *, timeout_score: float = 0.0,
                  **kwargs: Any) -> float:
    """1.0 where the answer that the text puts forward equals the reference, else 0.0; `timeout_score` where that is not decided."""
    try:
        equal = _equal(ground_truth, solution_str, None, TIMEOUT_SECONDS)
    except (ValueError, RecursionError, MemoryError):
        return timeout_score
    return timeout_score if equal is None else float(equal)


def _content(completion: Any) -> str:
    if isinstance(completion, Mapping):
        return str(completion.get("content") or "")
    if isinstance(completion, Sequence) and not isinstance(completion, str):
        return _content(completion[-1]) if completion else ""
    return str(completion)


def _equal(gold: Any, target: Any, rounding: int | None, seconds: float | None, restated: bool = False) -> bool | None:
    from grader.decide import Budget
    from grader.final import compare_parsed

    golds, targets = ([_one(x) for x in (side if isinstance(side, list) else [side])[:MAX_LIST]] for side in (gold, target))
    open_ = False
    with _deciding:
        budget = Budget(float(seconds or 60))
        for wanted in golds:
            for given in targets:
                equal = compare_parsed(wanted, given, budget=budget, restated=restated).equal
                if not equal and rounding is not None:
                    equal = _close(wanted, given, rounding, budget) or equal
                if equal:
                    return True
                open_ = open_ or equal is None
    return None if open_ or not golds or not targets else False


def _one(side: Any) -> Any:
    """A side as something parsed."""
    from grader.answers._final import Thing
    from grader.final import Parsed, parsed
    from grader.model import Read
    from grader.term import Term

    if isinstance(side, Parsed):
        return side
    if isinstance(side, str):
        with _deciding:
            return parsed(side)
    if isinstance(side, (bool, int, float, Fraction)):
        return parsed(str(side))
    if isinstance(side, Term):
        return Parsed(str(side), ((Thing("term", Read(side)), ""),))
    from grader.algebra.bridge import from_sympy

    return Parsed(str(side)[:200], ((Thing("term", Read(from_sympy(side))), ""),))


def _close(wanted: Any, given: Any, places: int, budget: Any) -> bool:
    """Are two numbers within half a unit of that decimal place?"""
    from grader.answers._final import Thing
    from grader.decide import decide
    from grader.domain import Domain
    from grader.model import AtMost, Claim
    from grader.term import apply, free_names, number

    (first, *_), (second, *_) = wanted.things or (("", ""),), given.things or (("", ""),)
    if not all(isinstance(t, Thing) and t.form == "term" and not free_names(t.term) for t in (first[0], second[0])) or not 0 <= places <= 50:
        return False
    difference = apply("abs", apply("add", second[0].term, apply("neg", first[0].term)))
    return decide(Claim(AtMost(difference, number(Fraction(1, 2 * 10**places))), (("*", Domain("real")),)), budget).equal is True


__all__ = ["accuracy_reward", "compute_score", "parse", "verify"]
