"""The process behind a worker of a cluster: reads problem files and chunks of answers (or of lines), decides them in guarded workers, writes the outcomes.

`python -m grader.cli._helper` speaks with its parent (`run.cluster`) over its standard input and output, in texts with their lengths before them, and ends
with them.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader import pairs, proofs
from grader.intake.spec import load_problem
from grader.model import Problem
from grader.run import sandbox
from grader.run.cluster import receive, send
from grader.run.folder import CPU_SECONDS, told
from grader.run.lines import made_by
from grader.run.memory import Remembering
from grader.run.one import preload
from grader.run.store import code_digest
from grader.run.workers import Limits, run_tasks


def main() -> None:
    """Serve until the parent closes the pipe."""
    sandbox.die_with_parent()
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints by mistake does not reach the parent
    setting = json.loads(receive(source) or "{}")
    if setting.get("code") != code_digest():
        raise SystemExit("another version of grader")
    work, limits = _work(setting)
    while (text := receive(source)) is not None:
        done = run_tasks(work, json.loads(text), jobs=setting["jobs"], limits=limits)
        send(target, json.dumps([[outcome.value, outcome.failed, outcome.why] for _, outcome in done]))


def _work(setting: dict[str, Any]) -> tuple[Callable[[Any], Any], Limits]:
    """What the guarded workers do, with everything loaded that they need, and its limits."""
    if setting["what"] == "answers":
        problems = _problems(setting)
        preload()
        memory = Remembering(None)
        return lambda task: told(problems, task, memory, with_evidence=True), Limits(cpu_seconds=CPU_SECONDS + 1)
    if setting["what"] == "pairs":
        pairs.preload()
        made, limits = made_by(pairs.decide_line), pairs.LIMITS
    else:
        proofs.preload()
        made, limits = made_by(lambda line: proofs.check_line(line, setting["theory"])), proofs.LIMITS
    return lambda line: made(line).decode(), limits


def _problems(setting: dict[str, Any]) -> list[Problem]:
    """The problems, read from their files as they were sent."""
    made = []
    with tempfile.TemporaryDirectory(prefix="grader-helper-") as folder:
        for number, (id, text) in enumerate(setting["specs"]):
            path = Path(folder) / str(number) / f"{id}.yaml"
            path.parent.mkdir()
            path.write_text(text, encoding="utf-8")
            made.append(load_problem(path))
    if [problem.id for problem in made] != [id for id, _ in setting["specs"]]:
        raise SystemExit("the problem files say something else here")
    return made


if __name__ == "__main__":
    main()
