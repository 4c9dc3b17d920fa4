"""JSON values for the types that records hold, and back; digests of them."""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from grader import model
from grader.domain import Domain
from grader.term import Span, Term, from_data, to_data

_TYPES = {t.__name__: t for t in (model.Equal, model.AtMost, model.GrowsLike, model.TendsTo, model.Follows, model.Satisfies, model.Claim, Domain,
                                  model.Evidence, model.Finding, model.Note, model.Answer, model.Provenance)}


def encode(value: Any) -> Any:
    """JSON values for terms, fractions, claims and the other plain types here; `decode` is the inverse. Fails on other types (`TypeError`)."""
    if value is None or isinstance(value, (bool, str)) and not isinstance(value, enum.Enum):
        return value
    if isinstance(value, int):
        return value
    if isinstance(value, enum.Enum):
        return str(value.value)
    if isinstance(value, Term):
        return {"term": to_data(value)}
    if isinstance(value, Fraction):
        return {"number": str(value)}
    if isinstance(value, Span):
        return {"span": list(value)}
    if isinstance(value, (tuple, list)):
        return [encode(v) for v in value]
    if isinstance(value, Mapping):
        return {"map": {str(k): encode(v) for k, v in value.items()}}
    if type(value).__name__ in _TYPES:
        return {type(value).__name__: {f.name: encode(getattr(value, f.name)) for f in dataclasses.fields(value)
                                       if getattr(value, f.name) != f.default}}
    raise TypeError(f"cannot be written to a record: {type(value).__name__}")


def decode(value: Any) -> Any:
    """The value that `encode` wrote. Fails with ValueError on anything else."""
    if isinstance(value, list):
        return tuple(decode(v) for v in value)
    if not isinstance(value, dict):
        return value
    if len(value) != 1:
        raise ValueError("not an encoded value")
    (name, inner), = value.items()
    if name == "term":
        return from_data(inner)
    if name == "number":
        return Fraction(inner)
    if name == "span":
        return Span(*inner)
    if name == "map":
        return {k: decode(v) for k, v in inner.items()}
    if name in _TYPES:
        fields = {k: decode(v) for k, v in inner.items()}
        if "status" in fields and name == "Finding":
            fields["status"] = model.Status(fields["status"])
        return _TYPES[name](**fields)
    raise ValueError(f"not an encoded value: {name!r}")


def digest(value: Any) -> str:
    """32 hexadecimal digits of a JSON value, the same on every machine."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()[:32]
