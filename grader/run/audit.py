"""Replay of recorded evidence: nothing that a run recorded is believed because it was recorded."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from grader import kernel
from grader.encoding import decode
from grader.model import Claim, Equal, Evidence


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
    methods: Counter[str] = field(default_factory=Counter)
    equations: list[tuple[str, Claim, str]] = field(default_factory=list, repr=False)
    """Where each equation stood, the claim, and its status: for second opinions."""
    second: list[str] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    left_out: int = -1

    def lines(self) -> list[str]:
        """The audit in words, refused evidence last."""
        said = [f"{self.records} records, {sum(self.verdicts.values())} verdicts replayed: " + _counts(self.verdicts)]
        for name, counts in (("evidence by method", self.methods), ("oracles believed", self.oracles), ("lemmas used", self.lemmas), ("gaps", self.gaps), ("repairs and guesses", self.repairs)):
            said.append(f"{name}: {_counts(counts)}")
        said.append(f"refused: {len(self.refused) or 'none'}")
        said += self.refused
        if self.left_out >= 0:
            said.append(f"SymPy's opinion on {sum(self.asked.values())} equations of numbers: {_counts(self.asked)}; differing: "
                        f"{len(self.second) or 'none'}; not asked: {self.left_out} undecided or of other things")
        return said + self.second

    def ask_sympy(self, jobs: int = 1) -> None:
        """SymPy's opinion on every equation that was decided; where it differs is listed (for a person: an opinion proves nothing)."""
        from grader.decide.plain import is_plain
        from grader.run.oracle import AUDIT, opinions

        decided = [e for e in self.equations if e[2] != "undecided" and is_plain(e[1])]
        self.left_out = len(self.equations) - len(decided)
        for (where, claim, status), said in zip(decided, opinions((c for _, c, _ in decided), jobs=jobs, limits=AUDIT)):
            self.asked[said] += 1
            if (said, status) in (("different", "proved"), ("different", "agrees"), ("equal", "refuted")):
                self.second.append(f"{where}: {status} here, {said} to SymPy: {_shown(claim)}")


def _counts(counts: Counter[str]) -> str:
    return ", ".join(f"{n} {name}" for name, n in sorted(counts.items(), key=lambda c: (-c[1], c[0]))) or "none"


def _shown(claim: Claim) -> str:
    conclusion = claim.conclusion
    return f"{conclusion.left} = {conclusion.right}" if isinstance(conclusion, Equal) else ""


def audit_records(lines: Iterable[str | bytes]) -> Audit:
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
            evidence = [dict(entry) for entry in record["evidence"]]
            reading = record["reading"]
            notes = [dict(note) for note in reading.get("notes", ())] if isinstance(reading, dict) else []
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            audit.refused.append(f"line {number}: not a record ({type(error).__name__}: {error})")
            continue
        audit.records += 1
        for note in notes:
            if note.get("severity") in ("repair", "guess"):
                audit.repairs[str(note.get("code") or note["severity"])] += 1
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
    except (kernel.Refused, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, ArithmeticError) as error:
        audit.refused.append(f"{where}: {entry.get('label', '')}: {error}")
        return
    if verdict.status != entry.get("status"):
        audit.refused.append(f"{where}: {entry.get('label', '')}: recorded {entry.get('status')}, the evidence shows {verdict.status}")
    audit.verdicts[str(verdict.status)] += 1
    audit.methods[verdict.evidence.method] += 1
    if isinstance(claim.conclusion, Equal):
        audit.equations.append((f"{where}: {entry.get('label', '')}", claim, str(verdict.status)))
    audit.oracles.update(verdict.finding.oracles)
    audit.lemmas.update(verdict.finding.lemmas)
    for words in verdict.finding.words if verdict.evidence.method == "gap" else ():
        audit.gaps[words.split(":")[0]] += 1
