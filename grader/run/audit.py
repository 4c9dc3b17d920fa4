"""Replay of recorded evidence: nothing that a run recorded is believed because it was recorded."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from grader import kernel
from grader.encoding import decode
from grader.model import Claim, Evidence


@dataclass
class Audit:
    """Counts of what a replay found; `refused` names each verdict that its evidence does not support."""

    records: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    oracles: Counter[str] = field(default_factory=Counter)
    lemmas: Counter[str] = field(default_factory=Counter)
    gaps: Counter[str] = field(default_factory=Counter)
    repairs: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The audit in words, refused evidence last."""
        said = [f"{self.records} records, {sum(self.verdicts.values())} verdicts replayed: " + _counts(self.verdicts)]
        for name, counts in (("oracles believed", self.oracles), ("lemmas used", self.lemmas), ("gaps", self.gaps), ("repairs and guesses", self.repairs)):
            said.append(f"{name}: {_counts(counts)}")
        said.append(f"refused: {len(self.refused) or 'none'}")
        return said + self.refused


def _counts(counts: Counter[str]) -> str:
    return ", ".join(f"{n} {name}" for name, n in sorted(counts.items(), key=lambda c: (-c[1], c[0]))) or "none"


def audit_records(lines: Iterable[str]) -> Audit:
    """Replay every piece of evidence in the lines of a records.jsonl through the kernel.

    A verdict is refused when its line is malformed, when the kernel refuses the evidence, or when the replay gives another status.
    """
    audit = Audit()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            where = f"line {number}: {record['learner']} {record['problem']}/{record['part']}"
            evidence = record["evidence"]
            reading = record["reading"]
        except (ValueError, KeyError, TypeError) as error:
            audit.refused.append(f"line {number}: not a record ({type(error).__name__}: {error})")
            continue
        audit.records += 1
        for note in reading.get("notes", ()) if isinstance(reading, dict) else ():
            if note.get("severity") in ("repair", "guess"):
                audit.repairs[note.get("code") or note["severity"]] += 1
        for entry in evidence:
            _replay(audit, where, entry)
    return audit


def _replay(audit: Audit, where: str, entry: dict[str, object]) -> None:
    try:
        claim = decode(entry["claim"])
        if not isinstance(claim, Claim):
            raise ValueError("no claim")
        # The recorded oracles were permitted by the run that made the record; the audit counts them and lets a person judge.
        verdict = kernel.settle(claim, Evidence(str(entry["method"]), entry["data"]), permitted=entry.get("oracles", ()))
    except (kernel.Refused, ValueError, KeyError, TypeError) as error:
        audit.refused.append(f"{where}: {entry.get('label', '')}: {error}")
        return
    if verdict.status != entry["status"]:
        audit.refused.append(f"{where}: {entry.get('label', '')}: recorded {entry['status']}, the evidence shows {verdict.status}")
    audit.verdicts[str(verdict.status)] += 1
    audit.oracles.update(verdict.finding.oracles)
    audit.lemmas.update(verdict.finding.lemmas)
    for words in verdict.finding.words if verdict.evidence.method == "gap" else ():
        audit.gaps[words.split(":")[0]] += 1
