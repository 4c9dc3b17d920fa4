"""What a person decided about answers, kept in a file of its own and merged into the records of every later run.

One decision a line, only ever appended to and on the disk before anybody is told it is kept. It names the answer by who typed it (or "*" for everybody who typed
the same), the part, and a digest of the text: an answer that has changed since is not decided by it. Of several on one answer the last counts. The file is
the person's, not the program's: a line that is none is an error with its number, and nothing is ever removed from it.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

DECISIONS = "decisions.jsonl"
TAG = "person.decided"
EVERYBODY = "*"
_POINTS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}|/[0-9]{1,9})?")


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


def points_of(text: str) -> Fraction:
    """A number of points such as 2, 1.5 or 3/2. Fails with `ValueError`."""
    try:
        if _POINTS.fullmatch(text.strip()):
            return Fraction(text.strip())
    except ZeroDivisionError:
        pass
    raise ValueError(f"{text[:80]!r} is no number of points; expected such as 2 or 3/2")


def _content(path: Path) -> bytes:
    """What stands in a file; nothing where there is none. Fails with `OSError` where it is no file."""
    try:
        opened = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except FileNotFoundError:
        return b""
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    with os.fdopen(opened, "rb") as file:
        return file.read()


class Decisions:
    """The decisions of a file; `used` grows as they are merged."""

    def __init__(self, path: Path) -> None:
        """Read the file, if there is one. Fails with `ValueError` that names file and line, and with `OSError`."""
        self.path = path
        self._by_answer: dict[tuple[str, str, str, str], Decision] = {}
        for number, line in enumerate(_content(path).removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
            if not line.strip():
                continue
            try:
                found = Decision(**json.loads(line))
                if not all(isinstance(v, str) for v in asdict(found).values()):
                    raise ValueError("expected texts")
                points_of(found.points)
            except (ValueError, TypeError, RecursionError) as error:
                raise ValueError(f"{path}:{number}: not a decision ({error})") from None
            self._by_answer[found.learner, found.problem, found.part, found.answer] = found
        self.used: set[Decision] = set()

    def __len__(self) -> int:
        return len(self._by_answer)

    def add(self, decision: Decision) -> None:
        """Append a decision; it is on the disk when this returns. Fails with `OSError`; the file is then as it was."""
        line = json.dumps(asdict(decision), ensure_ascii=False) + "\n"
        before = _content(self.path)
        with self.path.open("ab", buffering=0) as file:
            try:
                rest = (("" if before.endswith(b"\n") or not before else "\n") + line).encode("utf-8", "backslashreplace")
                while rest:
                    rest = rest[file.write(rest):]
                os.fsync(file.fileno())
            except OSError:
                file.truncate(len(before))
                raise
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
