"""The shape of a record as a run writes it, checked when records are read back: whoever edits them by hand hears of it at once, with the line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_TEXTS = ("learner", "problem", "part", "answer", "status", "points", "out_of", "feedback", "spec", "version")
_NUMBER = re.compile(r"-?[0-9]{1,30}(?:/[0-9]{1,30})?")
_STATUSES = ("proved", "refuted", "agrees", "undecided", "unread")


def check(record: Mapping[str, Any]) -> None:
    """Fails with `ValueError` where an entry that marks, pages or reviews rest on is none that a run writes."""
    for key in _TEXTS:
        _expect(isinstance(record[key], str), key, "a text")
    for key in ("points", "out_of"):
        _expect(_NUMBER.fullmatch(record[key]) and not re.search(r"/0+\Z", record[key]), key, 'a number such as "3/2"')
    _expect(record["status"] in _STATUSES, "status", f"one of {', '.join(_STATUSES)}")
    _expect(isinstance(record["needs_human"], bool), "needs_human", "true or false")
    _expect(_each(record["tags"], str), "tags", "a list of texts")
    for key in ("awards", "evidence"):
        _expect(_each(record[key], dict), key, "a list of objects")
    for award in record["awards"]:
        _expect(all(isinstance(award.get(key), str) for key in ("operation", "amount", "tag", "text", "claim")), "awards", "texts in each")
    _expect(isinstance(record["reading"], dict) and _each(record["reading"].get("notes"), dict), "reading", "an object with notes")
    _expect(isinstance(record["source"], dict) and _each(record["source"].get("notes"), dict), "source", "an object with notes")
    for key, kind in (("file", str), ("line", int), ("format", str), ("ocr", bool)):
        _expect(isinstance(record["source"].get(key), kind), f"source.{key}", f"a {kind.__name__}")
    for note in record["source"]["notes"]:
        span = note.get("span", 0)
        _expect(span is None or _each(span, int) and len(span) == 2, "source.notes", "a span of two numbers, or null")
        _expect(all(isinstance(note.get(key), str) for key in ("text", "severity", "code")), "source.notes", "texts in each")


def _expect(holds: Any, key: str, what: str) -> None:
    if not holds:
        raise ValueError(f"{key}: expected {what}")


def _each(value: Any, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(v, kind) for v in value)
