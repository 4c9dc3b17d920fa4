"""An oracle's opinion that cannot be replayed: it is named, and is worth no more than agreement.

Data: {"oracle": "sympy"}. The kernel lets it pass only where the run permits that oracle.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.kernel import Refused
from grader.model import Claim, Equal, Finding, Status

ORACLES = {"sympy": "SymPy"}


def check(claim: Claim, data: Mapping[str, Any]) -> Finding:
    """AGREES, naming the oracle. Fails with `Refused` for anything but the opinion of a known oracle on an equation."""
    if not isinstance(claim.conclusion, Equal) or set(data) != {"oracle"} or data["oracle"] not in ORACLES:
        raise Refused("no opinion of a known oracle on an equation")
    name = data["oracle"]
    return Finding(Status.AGREES, oracles=(name,), words=(f"{ORACLES[name]} takes both sides to be equal; that is not a proof.",))
