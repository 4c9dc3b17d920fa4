"""Replays claims about a selection: is this choice rightly picked, or rightly left out?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.kernel import Refused
from grader.model import Claim, Finding, Satisfies, Status


def check(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """`choice.pick`: the subject is one of `choices`; `picked` says "yes" or "no"; right when that is how it stands
    with `key`, or it is `optional`."""
    conclusion = claim.conclusion
    if not isinstance(conclusion, Satisfies) or conclusion.property != "choice.pick" or len(conclusion.subject) != 1:
        raise Refused("no claim about a selection")
    name, said = conclusion.subject[0].name, conclusion.parameter("picked")
    choices, key, optional = (conclusion.parameter(k) for k in ("choices", "key", "optional"))
    if name not in choices or said not in ("yes", "no") or not {*key, *optional} <= set(choices):
        raise Refused("the claim does not fit the choices")
    if name in optional or (name in key) == (said == "yes"):
        return Finding(Status.PROVED)
    if said == "yes":
        return Finding(Status.REFUTED, words=(f"“{name}” was chosen and does not belong.",))
    return Finding(Status.REFUTED, words=("Something that belongs was not chosen.",), teacher_words=(f"“{name}” was not chosen and belongs.",))
