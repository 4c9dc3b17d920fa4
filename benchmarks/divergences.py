"""Verdicts of this checker and of math-verify on public rows, where they differ. Prints a Markdown table.

usage: python benchmarks/divergences.py FILE.jsonl ... --peer-python PYTHON [--notes docs/divergences.md]

A row is a line of JSON with "id", "reference", "answer", and where given "assume", "extract" and "expect" ("equal" or "different": what the project
says from whose tests the row comes). Formulas of rows without "extract" are put between dollars for math-verify, as it asks for. With --notes, the
rows whose id that document does not explain are listed at the end.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def peer(rows: list[dict[str, Any]]) -> list[bool | None]:
    """What math-verify says; None where it raises."""
    from math_verify import parse, verify  # type: ignore[import-not-found]

    said: list[bool | None] = []
    for row in rows:
        texts = [row[k] if row.get("extract") or "$" in row[k] or "\\boxed" in row[k] else f"${row[k]}$" for k in ("reference", "answer")]
        try:
            said.append(bool(verify(*[parse(t) for t in texts])))
        except Exception:  # noqa: BLE001 - a peer may raise anything
            said.append(None)
    return said


def own(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What this checker says, as `grade pairs` writes it."""
    from grader.pairs import decided

    return list(decided([json.dumps(row) for row in rows]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--peer-python", default="")
    parser.add_argument("--notes", type=Path)
    parser.add_argument("--as-peer", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.as_peer:
        print(json.dumps(peer(json.load(sys.stdin))))
        return
    rows = [json.loads(line) for path in options.files for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    rows = [row for row in rows if "reference" in row and "answer" in row]
    done = subprocess.run([options.peer_python, __file__, "--as-peer"], input=json.dumps(rows), capture_output=True, text=True, timeout=3000)
    theirs = json.loads(done.stdout.splitlines()[-1])
    ours = own(rows)
    notes = options.notes.read_text(encoding="utf-8") if options.notes else ""
    word = {True: "equal", False: "different", None: "open"}
    print("| row | this checker | math-verify | label |\n| --- | --- | --- | --- |")
    missing = []
    for row, mine, other in zip(rows, ours, theirs):
        if mine["equal"] is not other:
            print(f"| {row['id']} | {word[mine['equal']]} ({mine['status']}) | {word[other]} | {row.get('expect', '')} |")
            missing += [row["id"]] if row["id"] not in notes else []
    differ = sum(m["equal"] is not t for m, t in zip(ours, theirs))
    right = [sum(v is not None and v == (r.get("expect") == "equal") for v, r in zip(side, rows)) for side in ([m["equal"] for m in ours], theirs)]
    print(f"\n{len(rows)} rows, {differ} verdicts differ; as labelled: this checker {right[0]}, math-verify {right[1]}")
    if options.notes and missing:
        print(f"not explained in {options.notes}: {', '.join(missing)}")


if __name__ == "__main__":
    main()
