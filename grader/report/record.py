"""The public record of one answer to one part: a dictionary of JSON values from which everything else is rendered.

Its keys, in this order:

==============  ============================================================================================================================
learner         the learner's key
problem, part   ids
answer          what was typed, character for character
source          where it stood: {"file", "line", "format", "ocr", "notes"}
reading         {"text": the reading in linear form, "state": "read" | "unread" | "blank", "term": its tree or null, "proposed": bool,
                "notes", "alternatives": [{"text", "term"}], "nearest": {"text", "term"} or null, "reason", "hint", "span"}
status          proved, refuted, agrees, undecided or unread
points, out_of  exact numbers as strings ("3/2")
needs_human     true where a person must look
tags            stable reasons
feedback        what the learner is told, a line an award
awards          [{"operation", "amount", "tag", "text", "claim"}]: the steps of marking
evidence        [{"label", "claim", "status", "method", "data", "facts", "oracles", "lemmas", "words", "teacher_words"}]: one entry a verdict;
                `kernel.settle(decode(claim), Evidence(method, data))` makes the verdict again
spec, version   digest of the problem file, version of the toolkit
==============  ============================================================================================================================

A record shows the reference (inside claims and teacher's words); `learner_view` is what a learner may see of it.
"""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from grader.encoding import encode
from grader.model import Answer, Note, PartReport, Read, Reading, Verdict
from grader.report.shape import check
from grader.term import Span, Term, to_data

Record = dict[str, Any]
KEYS = frozenset("learner problem part answer source reading status points out_of needs_human tags feedback awards evidence spec version".split())


def to_record(report: PartReport) -> Record:
    """The record of a part report. Fails with `TypeError` when evidence holds anything but JSON values."""
    answer, mark = report.answer, report.mark
    return {
        "learner": report.learner, "problem": report.problem, "part": report.part, "answer": answer.text, "source": source_of(answer),
        "reading": _reading(report.reading), "status": str(mark.status), "points": str(mark.points), "out_of": str(mark.out_of),
        "needs_human": mark.needs_human, "tags": list(mark.tags), "feedback": "\n".join(a.text for a in mark.awards if a.text),
        "awards": [{"operation": a.operation, "amount": str(a.amount), "tag": a.tag, "text": a.text, "claim": a.claim} for a in mark.awards],
        "evidence": [_verdict(v) for v in report.verdicts], "spec": report.spec, "version": report.version,
    }


def source_of(answer: Answer) -> Record:
    """Where an answer stood, without the folders of the machine it was marked on."""
    place = answer.provenance
    file = PurePath(place.file).name if PurePath(place.file).is_absolute() else place.file
    return {"file": file, "line": place.line, "format": place.format, "ocr": place.ocr, "notes": [_note(n) for n in answer.notes]}


def to_line(record: Record) -> str:
    """The record on one line of ASCII, the same on every machine; every character of an answer survives, control characters too."""
    return json.dumps(record, ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def read_records(path: str | Path) -> list[Record]:
    """The records of a file. Fails with `ValueError` that names the line of one that is none."""
    records = []
    for number, line in enumerate(Path(path).read_bytes().split(b"\n"), 1):
        if line.strip():
            try:
                record = json.loads(line)
                if not isinstance(record, dict) or not KEYS <= record.keys():
                    raise ValueError(f"expected an object with the keys {', '.join(sorted(KEYS))}")
                check(record)
            except (ValueError, RecursionError) as error:
                raise ValueError(f"{path}:{number}: not a record ({error})") from None
            records.append(record)
    return records


def learner_view(record: Record) -> Record:
    """What a learner may see of a record: no claims, no evidence data, no teacher's words, no gaps (they may quote the reference), and only those
    verdicts that explain the mark and have something to say. Labels are kept where they count lines ("step 3"); others may name what was missed."""
    shown: dict[str, Record] = {}
    for entry in shown_evidence(record):
        words = _without_points(entry["words"], record.get("feedback", ""))
        said = {"status": entry["status"], "facts": entry["facts"], "oracles": entry["oracles"], "words": words}
        if words:
            label = entry["label"] if _row(entry["label"]) and not _COMPARISON.match(entry["label"]) else ""
            view = shown.setdefault(json.dumps(said), {"label": label, **said})
            if label and label not in (labels := view["label"].split(", ")):
                view["label"] = ", ".join(filter(None, [*labels, label]))
    awards = [{**award, "claim": ""} for award in record.get("awards", ())]
    return {**record, "awards": awards, "evidence": list(shown.values())}


_POINT = re.compile(r"Try ([^.]*(?:\.\d[^.]*)*)\.")


def _without_points(words: list[str], feedback: str) -> list[str]:
    """The words, without those about a point where two regions differ that the mark's own words leave out: it may lie on the edge of what is asked."""
    found = _POINT.search(" ".join(words))
    if not found or found[0] in feedback or all(int(n) <= 3 for n in re.findall(r"\d{1,9}", found[1])):
        return words
    return [w for w in words if not _POINT.search(w) and not w.startswith("There the first condition")]


def shown_evidence(record: Record) -> list[Record]:
    """The entries of `evidence` that explain the mark to its learner, in order.

    Those whose labels the awards name; with a line of a derivation, all its lines; for a right answer everything that was proved of it; for a
    refuted one what refutes it, where neither the awards name nor the feedback tells anything that does. Comparisons with foreseen answers and known patterns ("wrong 2", "accept 0",
    "pattern swapped", "swapped: q") are left out, but for the accepted answer that the credit rests on; and so are gaps.
    """
    full = record["status"] in ("proved", "agrees") and record.get("points") == record.get("out_of") is not None
    entries = [e for e in record["evidence"] if e["method"] != "gap" and not (full and e["status"] == "refuted")]
    claims = {a["claim"] for a in record.get("awards", ())}
    named = [e for e in entries if e["label"] in claims and (not _COMPARISON.match(e["label"]) or _row(e["label"]) == "accept")]
    rows = {_row(e["label"]) for e in named} & {"step", "line"}
    told = [e for e in entries if e["status"] == "refuted" and e.get("words") and all(w in record.get("feedback", "") for w in e["words"])]
    rest = record["status"] in ("proved", "agrees") or not (told or any(e["status"] == "refuted" for e in named))

    def explains(entry: Record) -> bool:
        if entry in named or _row(entry["label"]) in rows:
            return True
        return rest and entry["status"] == record["status"] and not _COMPARISON.match(entry["label"])

    return [e for e in entries if explains(e) and not _repeated(e, record.get("awards", ()))]


def _repeated(entry: Record, awards: Sequence[Record]) -> bool:
    """Does an award that rests on what was refuted say it in words of its own, with the same numbers?"""
    if entry["status"] != "refuted" or not entry.get("words"):
        return False
    numbers = set(_NUMBER.findall(" ".join(entry["words"])))
    return any(a["claim"] == entry["label"] and a.get("text") and numbers <= set(_NUMBER.findall(a["text"])) for a in awards)


_NUMBER = re.compile(r"\d+")
_ROW = re.compile(r"([a-z]+) \d+")
_COMPARISON = re.compile(r"(?:wrong|accept|pattern)\b|[^:]*:")


def _row(label: str) -> str:
    """"step" for "step 3"; empty where the label counts nothing."""
    found = _ROW.fullmatch(label)
    return found[1] if found else ""


# ---------------------------------------------------------------------------------------------------------------- parts


def _reading(reading: Reading) -> Record:
    if isinstance(reading, Read):
        return {"text": str(reading.term), "state": "read", "term": to_data(reading.term), "proposed": reading.proposed,
                "notes": [_note(n) for n in reading.notes], "alternatives": [_shown(t) for t in reading.alternatives], "nearest": None,
                "reason": "", "hint": "", "span": None}
    return {"text": "", "state": "blank" if reading.blank else "unread", "term": None, "proposed": False,
            "notes": [_note(n) for n in reading.notes], "alternatives": [], "nearest": _shown(reading.proposed) if reading.proposed is not None else None,
            "reason": reading.reason, "hint": reading.hint, "span": _span(reading.span)}


def _verdict(verdict: Verdict) -> Record:
    finding = verdict.finding
    return {"label": verdict.claim.label, "claim": encode(verdict.claim), "status": str(verdict.status), "method": verdict.evidence.method,
            "data": _ordered(verdict.evidence.data), "facts": list(finding.facts), "oracles": list(finding.oracles), "lemmas": list(finding.lemmas),
            "words": list(finding.words), "teacher_words": list(finding.teacher_words)}


def _shown(term: Term) -> Record:
    return {"text": str(term), "term": to_data(term)}


def _note(note: Note) -> Record:
    return {"text": note.text, "span": _span(note.span), "severity": note.severity, "code": note.code}


def _span(span: Span | None) -> list[int] | None:
    return list(span) if span is not None else None


def _ordered(value: Any) -> Any:
    """The JSON value with the keys of its mappings in order."""
    if isinstance(value, Mapping):
        return {key: _ordered(value[key]) for key in sorted(value)}
    if isinstance(value, (list, tuple)):
        return [_ordered(v) for v in value]
    if value is None or isinstance(value, (str, bool, int, float)):
        return str(value) if isinstance(value, enum.Enum) else value
    raise TypeError(f"evidence holds a {type(value).__name__}, which is no JSON value")

