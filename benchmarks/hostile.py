"""Thousands of hostile answers, references, model answers and derivations through the workers: one status each, in time, without wrong credit.

    python benchmarks/hostile.py [--each 40] [--seed 1] [--jobs 2] [--slow 2.0]

The texts are drawn by a seed (`hostile_texts`, `hostile_proofs`). Each goes through `grade pairs` as an answer, as a reference, and as a model's text
(`extract`), through the answer kinds as a whole answer to a part, through `grader.rewards`, and as lines of a derivation. After each, the same worker
decides an easy pair (the sentinel). Printed by class: how many, statuses, worst processor time, worst memory of the worker, wrong credits; what is slow,
large, silent, credited or stopped, and sentinels that changed, go to standard error.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import hostile_proofs
import hostile_texts

ROOT = Path(__file__).resolve().parent.parent
SENTINEL = json.dumps({"id": 0, "reference": "x(x+1)", "answer": "x^2+x"})
STATUSES = {"proved", "refuted", "agrees", "undecided", "unread"}
KINDS = """
symbols: {x: real, y: real, n: integer > 0, t: integer > 0, p: real, q: real, A: real, B: real}
parts:
  expression: {kind: expression, points: 2, answer: 8391/7717 x^3}
  number: {kind: number, points: 2, answer: 8391/7717}
  quantity: {kind: quantity, points: 2, answer: 8391 m/s}
  set: {kind: set, points: 2, answer: "{8391, 7717}"}
  interval: {kind: interval, points: 2, answer: "(8391, 17717]"}
  list: {kind: list, points: 2, answer: "(8391, 7717, 6473)"}
  matrix: {kind: matrix, points: 2, answer: "[[8391, 1], [0, 7717]]"}
  equation: {kind: equation, points: 2, answer: y = 8391 x + 7717}
  inequality: {kind: inequality, points: 2, answer: x > 8391}
  function: {kind: function, points: 2, answer: f(x) = 8391 x^2 + 7717}
  form: {kind: form, points: 2, form: factored, variable: x, answer: (x - 8391)(x - 7717)}
  growth_order: {kind: growth_order, points: 2, answer: t^8391 n^7717}
  condition: {kind: condition, points: 2, cheaper: 8391 n t, than: 7717 n^2}
  choice: {kind: choice, points: 2, choices: {zebra: [zebra], yak: [yak], emu: [emu]}, answer: [zebra, emu]}
  equilibrium: {kind: equilibrium, points: 2, game: {min: p, max: q, value: (p - 8391)*(q - 7717)}, answer: "p = 8391, q = 7717"}
  iteration: {kind: iteration, points: 2, game: {min: p, max: q, value: p*q}, order: [q, p], start: {p: 8391, q: 7717}, steps: 4}
"""


def problem():
    """One problem with a part of many kinds."""
    from grader.intake.spec import load_problem

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hostile.yaml"
        path.write_text("problem: hostile\ntitle: hostile" + KINDS, encoding="utf-8")
        return load_problem(path)


def peak_megabytes():
    """The most memory that this process held since it was last asked."""
    for line in open("/proc/self/status", encoding="ascii"):
        if line.startswith("VmHWM"):
            held = int(line.split()[1]) / 1024
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        pass
    return held


def measured(act, sentinel):
    """What `act` gave, with its processor time, the memory it took, and what the sentinel says after it."""
    peak_megabytes()
    start = time.process_time()
    found = act()
    return {**found, "cpu": time.process_time() - start, "memory": peak_megabytes(), "sentinel": sentinel()}


def work_on(asked):
    """The function that a worker runs for a task [route, class, reference, text]."""
    from grader.decide import Budget
    from grader.model import Answer, Provenance
    from grader.pairs import decide_line
    from grader.proofs import check_line
    from grader.rewards import compute_score
    from grader.run.one import grade_answer

    def pair(row):
        made = decide_line(json.dumps(row))
        return {"status": made["status"], "credit": made["equal"] is True, "reason": made["reason"]}

    def kind(part, text):
        report = grade_answer(asked, part, Answer(f"hostile/{part.id}", text, Provenance()), budget=Budget(4.0))
        said = " ".join(a.text for a in report.mark.awards) or ("blank" if getattr(report.reading, "blank", False) else "")
        return {"status": report.mark.status, "credit": report.mark.points > 0 and not report.mark.needs_human, "reason": said}

    def proof(lines, is_false):
        made = check_line(json.dumps({"lines": lines}))
        steps = [s for s in made["steps"] if s and s["relation"]]
        right = bool(steps) and steps[-1]["relation"] in ("equal", "equivalent", "implies")
        return {"status": steps[-1]["status"] if steps else "undecided", "credit": is_false and right, "reason": made.get("error") or "steps"}

    routes = {
        "answer": lambda ref, text: pair({"reference": ref, "answer": text}), "reference": lambda ref, text: pair({"reference": text, "answer": ref}),
        "extract": lambda ref, text: pair({"reference": ref, "answer": text, "extract": True}), "kind": lambda ref,
        text: kind(asked.parts[ref % len(asked.parts)], text),
        "reward": lambda ref, text: {"status": "proved" if compute_score(text, ref) else "undecided", "credit": compute_score(text, ref) > 0,
                                     "reason": "a number"},
        "proof": lambda ref, text: proof(text, ref != "heavy"),
    }

    def work(task):
        route, _, reference, text = task
        return measured(lambda: routes[route](reference, text), lambda: decide_line(SENTINEL)["status"])

    return work


def tasks(seed, each, routes):
    """[route, class, reference, text] for all routes; a class of texts has its own seed in every route."""
    made = []
    for k, route in enumerate(("answer", "reference", "extract", "kind", "reward")):
        if route not in routes:
            continue
        for n, (name, reference, text) in enumerate(hostile_texts.drawn(seed + k, each)):
            if route == "reference" and name in ("hedges", "shifts"):
                reference, text = text, reference  # what must not be credited is the same from both sides
            if route == "kind" and name in hostile_texts.PAIRS:
                continue  # a right answer to another question
            made.append([route, name, n if route == "kind" else reference, text])
    if "proof" in routes:
        made += [["proof", f"proof {name}", name, lines] for name, lines in hostile_proofs.drawn(seed, each)]
    return made


def run(seed, each, jobs, routes=("answer", "reference", "extract", "kind", "reward", "proof")):
    """All outcomes, as (task, outcome)."""
    from grader.run.one import preload
    from grader.run.workers import Limits, run_tasks

    preload()
    yield from run_tasks(work_on(problem()), tasks(seed, each, routes), jobs=jobs, limits=Limits(cpu_seconds=6.0, sandbox=False))


def main():
    """Run, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, kind, default in (("--each", int, 40), ("--seed", int, 1), ("--jobs", int, 2), ("--slow", float, 2.0)):
        parser.add_argument(name, type=kind, default=default)
    parser.add_argument("--routes", default="answer,reference,extract,kind,reward,proof")
    given = parser.parse_args()
    by = collections.defaultdict(list)
    for task, outcome in run(given.seed, given.each, given.jobs, given.routes.split(",")):
        value = outcome.value or {"status": outcome.failed, "credit": False, "reason": outcome.why, "cpu": 6.0, "memory": 0.0, "sentinel": "proved"}
        by[task[1]].append((task, outcome, value))
        text = task[3] if isinstance(task[3], str) else " / ".join(task[3])
        for bad, said in ((value["credit"], "CREDIT"), (outcome.failed, "STOPPED"), (value["cpu"] > given.slow, f"SLOW {value['cpu']:.1f} s"),
                          (value["memory"] > 300, "MEMORY"),
                          (value["status"] not in STATUSES and not outcome.failed, "STATUS"),
                          (not value["reason"] and not value["credit"] and value["status"] not in ("proved", "agrees"), "SILENT"),
                          (value["sentinel"] != "proved", "SENTINEL")):
            if bad:
                print(f"{said}: {task[0]} {task[1]} {str(task[2])[:80]!r} {text[:160]!r} {value['status']} {value['reason'][:120]}", file=sys.stderr)
    print("| class | texts | worst s | 99 % s | worst MB | credits | stopped | statuses |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    for name, rows in [*by.items(), ("all", [r for rows in by.values() for r in rows])]:
        seconds = sorted(v["cpu"] for _, _, v in rows)
        statuses = ", ".join(f"{s} {n}" for s, n in sorted(collections.Counter(v["status"] for _, _, v in rows).items()))
        late = seconds[int(0.99 * (len(seconds) - 1))]
        print(f"| {name} | {len(rows)} | {seconds[-1]:.2f} | {late:.2f} | {max(v['memory'] for _, _, v in rows):.0f} | "
              f"{sum(v['credit'] for _, _, v in rows)} | {sum(bool(o.failed) for _, o, _ in rows)} | {statuses} |")
    if os.path.exists(hostile_texts.MARK):
        print("SOMETHING WAS RUN", file=sys.stderr)


if __name__ == "__main__":
    main()
