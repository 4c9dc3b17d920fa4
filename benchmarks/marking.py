"""Times of the main job: start-up of the command, the sample folder, one answer by kind. Prints a Markdown table.

usage: python benchmarks/marking.py [--runs N]

Whole commands are run N times (default 5) and their median and extremes are given. One answer of a kind is timed in this process, after one
answer has warmed it up: the answers of the sample papers and of the problems' own tests, each decided five times, the median kept.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from grader.decide import Budget
from grader.intake.spec import load_problems
from grader.intake.submissions import load_submissions
from grader.model import Answer
from grader.run.one import find_answer, grade_answer

ROOT = Path(__file__).resolve().parent.parent


def seconds(command: list[str], runs: int) -> list[float]:
    """Wall seconds of each of `runs` runs, after one that is not counted."""
    times = []
    for k in range(runs + 1):
        start = time.perf_counter()
        subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
        times.append(time.perf_counter() - start)
    return sorted(times[1:])


def row(name: str, times: list[float], unit: float, digits: int) -> str:
    low, middle, high = min(times) * unit, statistics.median(times) * unit, max(times) * unit
    return f"| {name} | {middle:.{digits}f} | {low:.{digits}f} | {high:.{digits}f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    grade = [sys.executable, "-m", "grader"]
    print(f"Python {platform.python_version()}, {platform.machine()}\n")
    print("| whole command, seconds | median | min | max |\n| --- | ---: | ---: | ---: |")
    print(row("`python -c pass`", seconds([sys.executable, "-c", "pass"], runs), 1, 3))
    print(row("`grade --help`", seconds([*grade, "--help"], runs), 1, 3))
    print(row("`grade check complexity 1b 'n < t'`", seconds([*grade, "check", "complexity", "1b", "n < t"], runs), 1, 3))
    print(row("`grade lint problems`", seconds([*grade, "lint", "problems"], runs), 1, 2))
    with tempfile.TemporaryDirectory() as out:
        for jobs in ("1", "2"):
            print(row(f"`grade submissions --jobs {jobs}`", seconds([*grade, "submissions", "--out", out, "--jobs", jobs, "--fresh"], runs), 1, 2))

    problems, _ = load_problems(ROOT / "problems")
    papers, _ = load_submissions(ROOT / "submissions", problems)
    times: dict[str, list[float]] = defaultdict(list)
    for problem in problems:
        for part in problem.parts:
            texts = [find_answer(paper, problem, part) for paper in papers]
            texts += [Answer(f"{problem.id}/{part.id}", test.answer) for test in part.tests]
            for answer in dict.fromkeys(a for a in texts if a.text.strip()):
                took = []
                for _ in range(5):
                    start = time.perf_counter()
                    grade_answer(problem, part, answer, budget=Budget())
                    took.append(time.perf_counter() - start)
                times[part.kind].append(statistics.median(took))
    print("\n| one answer, milliseconds | answers | median | min | max |\n| --- | ---: | ---: | ---: | ---: |")
    for kind, took in sorted(times.items()):
        print(row(f"{kind} | {len(took)}", took, 1000, 2))


if __name__ == "__main__":
    main()
