"""How marking grows: time and memory an answer from 10 to 100,000 answers, one worker against two, a second run, one answer that never ends.

usage: python benchmarks/scale.py [--most N] [--answers N] [--rounds N] [--lines N] [--only PART[,PART]] [--chart FILE.svg]

Papers are generated (seeded): a question of five short parts (an order, a condition, an expression, a number, a choice). An answer is one of the few ways in
which most learners write it (about six in ten), one of some dozens of wrong ones (three in ten), or the learner's own (one in ten); so that among 100,000
answers about a tenth are distinct. Every figure is of whole commands, `grade FOLDER` in a process of its own: seconds on the wall, processor seconds
of the command and its workers, and the largest resident set of the command. PART is growth, warm, jobs, again, hang, or pairs: a stream through `grade pairs`,
with the memory of the command and its workers while it runs, and whether lines come out in order and rightly decided.

Every run writes into a folder of its own, and nothing is removed before the end: a file system that has just removed thousands of files makes new ones ten
times slower (ext4 looks for an inode that was not removed lately). The commands find byte code of the package, as after an installation, whatever the
environment says about writing it. On a machine that does other work the clock says little: the load is printed, and processor time beside the clock.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PARTS = 5
SCRATCH = Path(tempfile.gettempdir())
BYTE_CODE = SCRATCH
SIZES = (10, 100, 1_000, 10_000, 100_000)
PROBLEM = """\
problem: warm-up
title: Warm-up
labels: ["1"]
symbols: {n: {domain: integer > 0, words: [length]}, d: {domain: integer > 0, words: [width]}, x: real, t: {domain: integer > 0}}
parts:
  1a: {ask: "The order of the number of multiplications?", kind: growth_order, points: 2, answer: "n^2 d"}
  1b: {ask: "When is this less than n d^2?", kind: condition, points: 2, answer: "n < d"}
  1c: {ask: "Expand.", kind: expression, points: 1, answer: "x^2 + 2 x + 1"}
  1d: {ask: "The limit?", kind: number, points: 1, answer: "3/4"}
  1e: {ask: "Does it hold?", kind: choice, points: 1, choices: {right: [it holds], wrong: [it fails]}, answer: right}
"""
RIGHT = (("O(n^2 d)", "$O(n^2 d)$", "n^2 d", "O(d n^2)", "$\\\\mathcal{O}(n^2 d)$", "O(n*n*d)"), ("n < d", "$n < d$", "d > n", "when n < d", "if d > n"),
         ("x^2 + 2x + 1", "(x+1)^2", "$x^2+2x+1$", "1 + 2x + x^2", "x*x + 2*x + 1"), ("3/4", "0.75", "$\\\\frac{3}{4}$", "6/8"), ("right", "right", "right"))


def wrong(part: int, k: int) -> str:
    """One of the wrong answers that several learners give."""
    return (f"O(n^{k % 7 + 1} d^{k % 5 + 2})", f"n < {k % 29 + 2} d", f"x^2 + {k % 31 + 3} x + 1", f"{k % 37 + 2}/5", "wrong")[part]


def own(part: int, rng: random.Random) -> str:
    """An answer that nobody else gives in these words."""
    a, b = rng.randrange(2, 10**6), rng.randrange(2, 10**6)
    return (f"O({a} n^2 d + {b} n d)", f"n/{a} < d/{a}", f"x^2 + {a} x - {a - 2} x + 1", f"{3 * a}/{4 * a}", ("right", "wrong")[a % 2])[part]


def write_class(folder: Path, answers: int, seed: int = 0) -> None:
    """A folder of problems and one of papers with about so many answers."""
    rng = random.Random(seed)
    (folder / "problems").mkdir(parents=True)
    (folder / "papers").mkdir()
    (folder / "problems" / "warm-up.yaml").write_text(PROBLEM, encoding="utf-8")
    for s in range(max(1, answers // PARTS)):
        lines = [f"learner: s{s:06d}", "warm-up:"]
        for part in range(PARTS):
            kind = rng.random()
            text = rng.choice(RIGHT[part]) if kind < 0.6 else wrong(part, rng.randrange(40)) if kind < 0.9 else own(part, rng)
            lines.append(f'  1{"abcde"[part]}: "{text}"')
        (folder / "papers" / f"s{s:06d}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


class Measured:
    """One command: seconds on the wall, processor seconds, MB of its largest process, and its decisions by the log."""

    def __init__(self, folder: Path, *options: str, out: str = "reports", cold: bool = True) -> None:
        state = folder / "state"
        if cold:
            options = (*options, "--no-cache")
        environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "XDG_STATE_HOME": str(state), "PYTHONPYCACHEPREFIX": str(BYTE_CODE)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        log = folder / "log.jsonl"
        log.unlink(missing_ok=True)
        command = [sys.executable, "-m", "grader", "papers", "--out", out, "--json-log", str(log), *options]
        os.sync()  # what a run before left to be written is no work of this one
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        child = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.peak = 0.0
        with contextlib.suppress(ChildProcessError):
            while child.poll() is None:
                self.peak = max(self.peak, _resident(child.pid))
                time.sleep(0.02)
        said = child.stderr.read().decode() if child.stderr else ""
        self.wall = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.load = os.getloadavg()[0]
        self.events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []
        if child.returncode:
            raise SystemExit(f"{' '.join(command)}: exit code {child.returncode}\n{said}")

    def phase(self, name: str) -> float:
        """Seconds on the wall of a phase."""
        starts = [e for e in self.events if e["event"] in ("phase", "end")]
        return next((b["seconds"] - a["seconds"] for a, b in zip(starts, starts[1:]) if a.get("phase") == name), 0.0)

    def spent(self, name: str) -> tuple[float, float]:
        """Processor seconds of the command and of its workers in a phase; of all of them for ""."""
        starts = [e for e in self.events if e["event"] in ("phase", "end")]
        if not name:
            return starts[-1]["cpu"], starts[-1]["workers_cpu"]
        a, b = next((a, b) for a, b in zip(starts, starts[1:]) if a.get("phase") == name)
        return b["cpu"] - a["cpu"], b["workers_cpu"] - a["workers_cpu"]

    @property
    def distinct(self) -> int:
        """Distinct answers of the run."""
        return next((e["distinct"] for e in self.events if e["event"] == "decided"), 0)


def _resident(pid: int) -> float:
    """MB that the command holds, without its workers."""
    try:
        fields = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
    except OSError:
        return 0.0
    return int(fields[1]) * resource.getpagesize() / 2**20


def a_class(answers: int) -> Path:
    """A generated class, which is there until the end of all measurements."""
    folder = SCRATCH / f"{len(list(SCRATCH.iterdir()))}-{answers}"
    folder.mkdir()
    write_class(folder, answers)
    return folder


def growth(most: int, rounds: int) -> list[tuple[int, float, float, float, int, int]]:
    """For each size: answers, processor milliseconds an answer, wall milliseconds an answer, MB of the command, distinct answers, bytes an answer."""
    rows = []
    print("| answers | distinct | wall s | processor ms an answer | of it the command | reading, marking, reporting (processor s) | command MB | bytes an answer |")
    print("| ---: | ---: | ---: | ---: | ---: | --- | ---: | ---: |")
    for size in (s for s in SIZES if s <= most):
        folder = a_class(size)
        runs = [Measured(folder, "--fresh", out=f"reports{k}") for k in range(rounds if size <= 1_000 else 1)]
        run = sorted(runs, key=lambda r: r.cpu)[len(runs) // 2]
        held = sum(p.stat().st_size for p in (folder / "reports0").rglob("*") if p.is_file()) // size
        rows.append((size, 1000 * run.cpu / size, 1000 * run.wall / size, run.peak, run.distinct, held))
        phases = ", ".join(f"{sum(run.spent(p)):.2f}" for p in ("reading", "marking", "reporting"))
        print(f"| {size:,} | {run.distinct:,} | {run.wall:.2f} | {1000 * run.cpu / size:.2f} | {1000 * run.spent('')[0] / size:.2f} | {phases} | {run.peak:.0f} | {held:,} |",
              flush=True)
    return rows


def warm(answers: int = 20_000) -> None:
    """Answers a second on one core, in a process that has everything loaded: by kind, each decided anew; and as a class writes them, equal ones once."""
    from grader.decide import Budget
    from grader.intake.spec import load_problem
    from grader.model import Answer
    from grader.report.record import to_line, to_record
    from grader.run.one import grade_answer

    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "warm-up.yaml"
        path.write_text(PROBLEM, encoding="utf-8")
        problem = load_problem(path)

    def decided(part: int, text: str) -> str:
        return to_line(to_record(grade_answer(problem, problem.parts[part], Answer("", text.replace("\\\\", "\\")), budget=Budget())))

    for part in range(PARTS):
        texts = [*RIGHT[part], *(wrong(part, k) for k in range(40))]
        for text in texts[:10]:
            decided(part, text)
        start = time.process_time()
        for text in texts:
            decided(part, text)
        print(f"{problem.parts[part].kind}: {len(texts) / (time.process_time() - start):,.0f} a second and core, each decided anew")
    rng = random.Random(1)
    known: dict[tuple[int, str], str] = {}
    start = time.process_time()
    for k in range(answers):
        part, kind = k % PARTS, rng.random()
        text = rng.choice(RIGHT[part]) if kind < 0.6 else wrong(part, rng.randrange(40)) if kind < 0.9 else own(part, rng)
        if (part, text) not in known:
            known[part, text] = decided(part, text)
    print(f"as a class writes them: {answers / (time.process_time() - start):,.0f} a second and core ({len(known)} of {answers} distinct)", flush=True)


def jobs(answers: int, rounds: int) -> None:
    """Two workers against one: whole commands on one class, by the clock, in pairs whose order changes; the median of the ratios and the ratio of the best.

    Beside it what processor time says of a quiet machine with two cores: T1 = s + w, T2 = s + (c + w') / 2, where s is what the command computes before it has
    workers, c what it computes beside them, and w and w' what one and two workers compute.
    """
    folder = a_class(answers)
    Measured(a_class(100))  # whatever is slow only once
    times: dict[str, list[Measured]] = {"1": [], "2": []}
    for k in range(rounds):
        for number in ("1", "2") if k % 2 == 0 else ("2", "1"):
            times[number].append(Measured(folder, "--jobs", number, "--fresh", out=f"by{number}-{k}"))
    ratios = [one.wall / two.wall for one, two in zip(times["1"], times["2"])]
    best = min(t.wall for t in times["1"]) / min(t.wall for t in times["2"])
    said = "; ".join(f"{one.wall:.1f} and {two.wall:.1f} s at load {one.load:.1f}, {two.load:.1f}" for one, two in zip(times["1"], times["2"]))
    print(f"{answers:,} answers, one worker and two: {said}")
    print(f"  two are {statistics.median(ratios):.2f} times one by the clock (median of {rounds} pairs: {', '.join(f'{r:.2f}' for r in ratios)}; best of each: {best:.2f})")
    (c1, w1), (c2, w2) = (min((t.spent("") for t in times[number]), key=sum) for number in ("1", "2"))
    alone = min(t.events[0]["cpu"] + t.spent("testing")[0] for t in times["2"])
    expected = (alone + w1) / (alone + (c2 - alone + w2) / 2)
    print(f"  processor time: the command {c1:.2f} s beside one worker with {w1:.2f} s, {c2:.2f} s beside two with {w2:.2f} s, {alone:.2f} s of it before they begin: "
          f"{expected:.2f} times on two cores that do nothing else", flush=True)


def again(answers: int) -> None:
    """A second run with nothing changed, and one into another folder."""
    folder = a_class(answers)
    first, second = Measured(folder, cold=False), Measured(folder, cold=False)
    other = Measured(folder, cold=False, out="elsewhere")
    print(f"{answers} answers: first run {first.wall:.2f} s, second {second.wall:.3f} s ({first.wall / second.wall:.0f} times faster; processor time {first.cpu:.2f} and "
          f"{second.cpu:.2f} s), with the cache into another folder {other.wall:.2f} s", flush=True)


def hang(answers: int = 1_000) -> None:
    """One answer whose decision does not end, among others: what the run takes with it and without it, and how many answers differ."""
    from grader.intake.spec import load_problems
    from grader.intake.submissions import load_submissions
    from grader.run.folder import CPU_SECONDS, Journal, Marking
    from grader.run.papers import Keys, described_papers
    from grader.run.workers import Limits, default_jobs, run_tasks

    folder = a_class(answers)
    problems, _ = load_problems(folder / "problems")
    papers, _ = load_submissions(folder / "papers", problems)

    def marked(spins: bool) -> tuple[float, list[str]]:
        journal = Journal(folder / f"journal-{spins}")
        marking = Marking(problems, described_papers(papers, problems, Keys(problems, {}, CPU_SECONDS)), journal)
        bad = marking.papers.at(7)["answers"][2][2]

        def runner(work: Any, tasks: Any) -> Any:
            def guarded(task: list[Any]) -> Any:
                while spins and task[0] == bad:
                    pass
                return work(task)
            return run_tasks(guarded, tasks, jobs=default_jobs(), limits=Limits(cpu_seconds=CPU_SECONDS + 1), ordered=False)

        start = time.perf_counter()
        marking.decide(runner)
        took = time.perf_counter() - start
        return took, [line for index in range(marking.papers.count) for line in marking.records(index)[1]]

    (plain, before), (with_it, after) = marked(False), marked(True)
    other = sum(a != b for a, b in zip(before, after))
    stopped = sum('"limit.processor_time"' in line for line in after)
    print(f"{answers} answers decided in {plain:.2f} s; with one that does not end in {with_it:.2f} s; {stopped} stopped by their limit (and those that say "
          f"the same), {other - stopped} others differ", flush=True)


def a_pair(k: int, rng: random.Random) -> tuple[str, str, bool]:
    """Reference, answer, and whether they are equal by construction."""
    a, b = rng.randrange(2, 10**6), rng.randrange(2, 999)
    if k % 4 == 2:
        off = rng.randrange(2)
        return str(a), str(a + off), not off
    return ((f"{a}/{b}", f"\\frac{{{2 * a}}}{{{2 * b}}}"), (f"x^2+{a}x+{b}", f"{b}+x({a}+x)"), (), (f"({a},{b})", f"({a}, {b})"))[k % 4] + (True,)


def stream(lines: int) -> None:
    """A long file through `grade pairs`: the largest resident sets of command and workers in the second tenth of the time and in the last."""
    file, out = SCRATCH / "pairs.jsonl", SCRATCH / "verdicts.jsonl"
    rng, truths = random.Random(5), bytearray()
    with file.open("w", encoding="utf-8") as made:
        for k in range(lines):
            reference, answer, equal = a_pair(k, rng)
            made.write(json.dumps({"id": k, "reference": reference, "answer": answer}) + "\n")
            truths.append(equal)
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(BYTE_CODE)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    start, seen = time.perf_counter(), []
    child = subprocess.Popen([sys.executable, "-m", "grader", "pairs", str(file), "--out", str(out)], env=environment)
    while child.poll() is None:
        below = Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text(encoding="ascii").split()
        seen.append((_resident(child.pid), max((_resident(int(pid)) for pid in below), default=0.0)))
        time.sleep(0.1)
    took = time.perf_counter() - start
    wrong = lost = 0
    with out.open(encoding="utf-8") as given:
        for k, equal in enumerate(truths):
            verdict = json.loads(next(given, "{}"))
            lost += verdict.get("id") != k
            wrong += verdict.get("equal") != bool(equal)
    tenth = max(1, len(seen) // 10)
    ends = "; ".join(f"{max(c for c, _ in part):.0f} and {max(w for _, w in part):.0f} MB in the {name} tenth of the time" for name, part in (("second", seen[tenth:2 * tenth]), ("last", seen[-tenth:])))
    print(f"grade pairs: {lines:,} lines in {took:.0f} s; the command and its largest worker {ends}; {lost} lines out of order, {wrong} wrong", flush=True)


def chart(rows: list[tuple[int, float, float, float, int, int]], path: Path) -> None:
    """Time an answer and memory against the number of answers, as SVG."""
    import math

    width, height, left, top = 640, 300, 60, 30
    inner, tall = width - 2 * left, height - 2 * top - 20

    def x(size: int) -> float:
        return left + inner * (math.log10(size) - 1) / (math.log10(rows[-1][0]) - 1 or 1)

    def line(values: list[float], highest: float, colour: str) -> str:
        points = " ".join(f"{x(r[0]):.1f},{top + tall * (1 - v / highest):.1f}" for r, v in zip(rows, values))
        dots = "".join(f'<circle cx="{x(r[0]):.1f}" cy="{top + tall * (1 - v / highest):.1f}" r="3" fill="{colour}"/>' for r, v in zip(rows, values))
        return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}'

    times, memory = [math.log10(max(r[1], 0.1)) + 1 for r in rows], [r[3] for r in rows]
    most = 100 * math.ceil(max(memory) / 100)
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 300" role="img" font-family="sans-serif" font-size="12">',
             "<title>Processor time an answer, and memory of the command, by number of answers</title>", '<rect width="640" height="300" fill="#fff"/>']
    for size in (r[0] for r in rows):
        parts.append(f'<text x="{x(size):.1f}" y="{height - 28}" text-anchor="middle">{size:,}</text>')
    for k, label in enumerate(("0.1", "1", "10", "100", "1000")):
        y = top + tall * (1 - k / 4)
        parts.append(f'<line x1="{left}" y1="{y:.1f}" x2="{width - left}" y2="{y:.1f}" stroke="#ddd"/><text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end" fill="#1f5fa8">{label}</text>')
        parts.append(f'<text x="{width - left + 6}" y="{y + 4:.1f}" fill="#b35900">{most * k // 4}</text>')
    parts += [line(times, 4, "#1f5fa8"), line(memory, most, "#b35900"), f'<text x="{left}" y="16" fill="#1f5fa8">processor ms an answer</text>',
              f'<text x="{width - left}" y="16" text-anchor="end" fill="#b35900">MB of the command</text>',
              f'<text x="{width / 2}" y="{height - 8}" text-anchor="middle">answers</text>', "</svg>"]
    path.write_text("\n".join(parts) + "\n", encoding="utf-8")


def main() -> None:
    """Run what is asked for and print it."""
    global SCRATCH, BYTE_CODE
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=SIZES[-1], help="the largest class of growth")
    parser.add_argument("--answers", type=int, default=40_000, help="the class of jobs")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--lines", type=int, default=100_000, help="the stream of pairs")
    parser.add_argument("--only", default="growth,warm,jobs,again,hang,pairs")
    parser.add_argument("--chart", type=Path, default=None)
    asked = parser.parse_args()
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    wanted = asked.only.split(",")
    with tempfile.TemporaryDirectory(prefix="grader-scale-") as name:
        SCRATCH, BYTE_CODE = Path(name, "classes"), Path(name, "code")
        SCRATCH.mkdir()
        Measured(a_class(10))  # makes the byte code
        if "jobs" in wanted:
            jobs(asked.answers, asked.rounds)
        if "warm" in wanted:
            warm()
        if "again" in wanted:
            again(min(asked.most, 10_000))
        if "hang" in wanted:
            hang()
        if "pairs" in wanted:
            stream(asked.lines)
        if "growth" in wanted:
            rows = growth(asked.most, asked.rounds)
            if asked.chart:
                chart(rows, asked.chart)


if __name__ == "__main__":
    main()
