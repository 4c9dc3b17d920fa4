"""Derivations, correct and with one planted fault: where the first break is found, and what share of correct lines is proved.

usage: python benchmarks/proofs.py [THEORY ...] [--show] [--plain] [--each N]

`benchmarks/proofs/THEORY.jsonl` holds correct derivations, `{"id", "theory", "lines", "assume", "faults"?}`. Each is checked as it stands: a line called
broken is a false alarm. Then single-line faults are planted by rewriting the text of one line (a sign, a factor, an exponent, an inequality turned, a
condition lost from a density, an index, a logarithm moved inside a sum, a transposition lost), besides those that the file names under `faults`
(`{"line", "text", "why"}`); the first break must be at that line. A rewritten line that means the same, or that follows all the same (an inequality made
weaker, say), is no fault: it is left out where the kernel *proves* that it follows, and such lines are counted and can be listed with --show.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import time
from collections import Counter
from pathlib import Path

from grader.proof import Proof, check_proof

FOLDER = Path(__file__).with_name("proofs")
RULES: tuple[tuple[str, str, str], ...] = (
    ("sign", r"(?<=[\w)}\]]) ?\+ ?(?=[\w(\\{|])", " - "),
    ("sign", r"(?<=[\w)}\]]) ?- ?(?=[\w(\\{|])(?!>)", " + "),
    ("sign", r"(?<=[=<>] )-(?=[\w(\\])", ""),
    ("dropped factor", r"(?<![\w.^_{/])[2-9] ?\*? ?(?=[A-Za-z(\\])(?!or\b|and\b|\\(?:leq?|geq?|text|to|quad|right|\\|,))", ""),
    ("dropped factor", r"\\frac\{1\}\{\d\}(?= ?[A-Za-z(\\])", ""),
    ("number", r"(?<![\w.^_{])([2-9])(?![\d.\w])", lambda m: str(int(m[1]) + 1)),
    ("exponent", r"\^(?:\{2\}|2(?!\d))", "^3"),
    ("exponent", r"\^(?:\{3\}|3(?!\d))", "^2"),
    ("reversed inequality", r"<=|\\leq?(?![a-z])|≤", ">="),
    ("reversed inequality", r">=|\\geq?(?![a-z])|≥", "<="),
    ("reversed inequality", r"(?<![-=<])>(?![=>])", "<"),
    ("reversed inequality", r"(?<![=<])<(?![=<-])", ">"),
    ("lost conditional", r"([pqPQ](?:_\{?\w+\}?)?)\(([\w, ]+?) ?(?:\||\\mid) ?[\w, ]+\)", r"\1(\2)"),
    ("swapped conditional", r"([pqPQ](?:_\{?\w+\}?)?)\((\w) ?(?:\||\\mid) ?(\w)\)", r"\1(\3|\2)"),
    ("wrong index", r"_i(?![\w{])", "_j"),
    ("wrong index", r"_(?:\{t ?\+ ?1\}|t\+1)", "_t"),
    ("wrong index", r"\^(?:\{n ?\+ ?1\}|\(n ?\+ ?1\))", "^n"),
    ("log inside sum", r"\\log ?(\\sum_\{?[^ {}]*\}?(?:\^\w|\^\{[^{}]*\})?|\\int)", r"\1 \\log"),
    ("lost transposition", r"\^(?:\\top|T|\{T\}|\{\\top\})(?![a-z])", ""),
    ("function", r"\\?sin(?![a-z])", "cos"),
    ("function", r"\\?ln(?![a-z])", "exp"),
)
"""(name, pattern, replacement): each is tried at the first and at the last place of the line where it applies."""


def planted(line: str) -> list[tuple[str, str]]:
    """Faulty versions of a line: (rule, text)."""
    found: dict[str, str] = {}
    for name, pattern, put in RULES:
        matches = list(re.finditer(pattern, line))
        for m in (matches[:1] + matches[-1:]) if len(matches) > 1 else matches:
            text = line[:m.start()] + (put(m) if callable(put) else m.expand(put)) + line[m.end():]
            if text != line and text.strip(" =<>&\\$"):
                found.setdefault(text, name)
    return [(name, text) for text, name in found.items()]


def check(row: dict, lines: list[str]) -> tuple[Proof, float]:
    """The derivation, judged, and the seconds of processor time that it took."""
    start = time.process_time()
    proof = check_proof(lines, assume=row.get("assume"), theory=row.get("theory") if row.get("forced") else None)
    return proof, time.process_time() - start


class Tally:
    """What is counted for one theory."""

    def __init__(self) -> None:
        self.derivations = self.lines = self.proved = self.held = self.open = self.false_alarms = 0
        self.faults: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.follows = self.nowhere = self.later = self.earlier = 0
        self.per_30: list[float] = []
        self.named: Counter[str] = Counter()


def measure(path: Path, show: bool, each: int, plain: bool) -> Tally:
    """Check every derivation of a file, as it stands and with faults."""
    tally = Tally()
    for row in [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]:
        lines = row["lines"]
        proof, seconds = check(row, lines)
        steps = [s for s in proof.steps if s is not None]
        tally.derivations += 1
        tally.named[proof.theory] += 1
        tally.per_30.append(30 * seconds / max(1, len(lines)))
        tally.lines += len(steps)
        tally.proved += sum(str(s.status) == "proved" and s.relation is not None for s in steps)
        tally.held += sum(str(s.status) == "agrees" and s.relation is not None for s in steps)
        tally.open += sum(s.relation is None for s in steps)
        if proof.first_break is not None:
            tally.false_alarms += 1
            print(f"  FALSE ALARM {row['id']} line {proof.first_break}: {lines[proof.first_break]}")
        if show:
            for k, s in enumerate(proof.steps):
                if s is not None and (s.relation is None or str(s.status) != "proved"):
                    print(f"  not proved  {row['id']} line {k} [{proof.theory}]: {lines[k]}   {s.status} {s.reason}")
        if not plain:
            _plant(row, proof, tally, show, each)
    return tally


def _plant(row: dict, proof: Proof, tally: Tally, show: bool, each: int) -> None:
    lines = row["lines"]
    faults = [(f.get("line"), f.get("why", "named"), f["text"], True) for f in row.get("faults", ())]
    for k, step in enumerate(proof.steps):
        if step is not None:
            made = planted(lines[k])
            faults += [(k, name, text, False) for name, text in made[:each]]
    for k, name, text, named in faults:
        broken, _ = check(row, [*lines[:k], text, *lines[k + 1:]])
        here = broken.steps[k]
        at = broken.first_break
        if not named and at != k and here is not None and here.relation in ("equal", "equivalent", "implies") and str(here.status) == "proved":
            tally.follows += 1
            if show:
                print(f"  follows     {row['id']} line {k}: {text}   {here.relation}")
            continue
        tally.faults[name] += 1
        if at == k:
            tally.found[name] += 1
            continue
        tally.nowhere += at is None
        tally.later += at is not None and at > k
        tally.earlier += at is not None and at < k
        said = f"{here.relation} {here.status} {here.reason}" if here is not None else "no step"
        print(f"  MISSED      {row['id']} line {k} ({name}): {text}   first break {at}; {said}")


def main() -> None:
    """Print one row a theory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("theories", nargs="*")
    parser.add_argument("--show", action="store_true", help="list what is not proved, and rewritten lines that follow all the same")
    parser.add_argument("--plain", action="store_true", help="plant no faults")
    parser.add_argument("--each", type=int, default=6, help="most faults planted in a line")
    args = parser.parse_args()
    names = args.theories or sorted(p.stem for p in FOLDER.glob("*.jsonl"))
    total = Counter()
    for name in names:
        tally = measure(FOLDER / f"{name}.jsonl", args.show, args.each, args.plain)
        faults, found = sum(tally.faults.values()), sum(tally.found.values())
        print(f"{name:16} {tally.derivations} derivations, {tally.lines} links: proved {tally.proved / max(1, tally.lines):.1%}, agrees {tally.held}, open {tally.open}, "
              f"false alarms {tally.false_alarms}; faults {faults}: first break right {found / max(1, faults):.1%} (later {tally.later}, earlier {tally.earlier}, "
              f"nowhere {tally.nowhere}), {tally.follows} follow all the same; 30 lines {statistics.median(tally.per_30):.2f} s median; judged as {dict(tally.named)}")
        print("                 " + ", ".join(f"{n} {tally.found[n]}/{c}" for n, c in sorted(tally.faults.items())))
        total.update(lines=tally.lines, proved=tally.proved, faults=faults, found=found, false=tally.false_alarms, derivations=tally.derivations)
    print(f"in all           {total['derivations']} derivations, {total['lines']} links, proved {total['proved'] / max(1, total['lines']):.1%}, "
          f"first break right {total['found'] / max(1, total['faults']):.1%} of {total['faults']}, false alarms {total['false']}")


if __name__ == "__main__":
    main()
