"""What a person decided about answers, kept in a file of its own and merged into the records of every later run.

One decision a line, only ever appended to and on the disk before anybody is told it is kept. It names the answer by who typed it (or "*" for everybody who typed
the same), the part, and a digest of the text: an answer that has changed since is not decided by it. Of several on one answer the last counts. The file is
the person's, not the program's: a line that is none is an error with its number, and nothing is ever removed from it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

DECISIONS = "decisions.jsonl"
TAG = "person.decided"
EVERYBODY = "*"


@dataclass(frozen=True, slots=True)
class Decision:
    """So many points, for a reason, for the answer of a learner (or of everybody with that text) to a part."""

    learner: str
    problem: str
    part: str
    answer: str
    """Digest of the text."""
    points: str
    reason: str = ""


def text_digest(text: str) -> str:
    """What stands for a text in a decision."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class Decisions:
    """The decisions of a file; `used` grows as they are merged."""

    def __init__(self, path: Path) -> None:
        """Read the file, if there is one. Fails with `ValueError` that names file and line, and with `OSError`."""
        self.path = path
        self._by_answer: dict[tuple[str, str, str, str], Decision] = {}
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                found = Decision(**json.loads(line))
                if not all(isinstance(v, str) for v in asdict(found).values()) or Fraction(found.points) < 0:
                    raise ValueError("expected texts, and points that are a number")
            except (ValueError, TypeError, ZeroDivisionError) as error:
                raise ValueError(f"{path}:{number}: not a decision ({error})") from None
            self._by_answer[found.learner, found.problem, found.part, found.answer] = found
        self.used: set[Decision] = set()

    def __len__(self) -> int:
        return len(self._by_answer)

    def add(self, decision: Decision) -> None:
        """Append a decision; it is on the disk when this returns. Fails with `OSError`."""
        line = json.dumps(asdict(decision), ensure_ascii=False) + "\n"
        cut_off = self.path.exists() and not self.path.read_bytes().endswith(b"\n") and self.path.stat().st_size
        with self.path.open("ab") as file:
            file.write((("\n" if cut_off else "") + line).encode("utf-8", "backslashreplace"))
            file.flush()
            os.fsync(file.fileno())
        self._by_answer[decision.learner, decision.problem, decision.part, decision.answer] = decision

    def on(self, learner: str, problem: str, part: str, text: str) -> Decision | None:
        """The decision on an answer: the learner's own before one for everybody."""
        if not self._by_answer:
            return None
        where = (problem, part, text_digest(text))
        return self._by_answer.get((learner, *where)) or self._by_answer.get((EVERYBODY, *where))

    def merged(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """The record with what a person decided about it; as it is where nobody did."""
        made = dict(record)
        decision = self.on(record["learner"], record["problem"], record["part"], record["answer"])
        if decision is None or Fraction(decision.points) > Fraction(record["out_of"]):
            return made
        self.used.add(decision)
        said = f"A person decided: {decision.points} of {record['out_of']} points." + (f" {decision.reason}" if decision.reason else "")
        award = {"operation": "set", "amount": decision.points, "tag": TAG, "text": said, "claim": ""}
        made["points"], made["needs_human"] = str(Fraction(decision.points)), False
        made["awards"] = [award, *[{**a, "operation": "none"} for a in record["awards"]]]
        made["tags"] = [TAG, *[t for t in record["tags"] if t != TAG]]
        made["feedback"] = "\n".join(a["text"] for a in made["awards"] if a["text"])
        return made

    def unused(self) -> list[Decision]:
        """Decisions that nothing in the run was about: the answer has changed, or is worth less now, or is gone."""
        return [decision for decision in self._by_answer.values() if decision not in self.used]
