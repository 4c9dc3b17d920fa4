"""Kill marking at random moments, again and again, and compare the end with that of a run nobody disturbed.

usage: python benchmarks/kills.py [--moments N] [--papers N] [--seed S] [--folder FOLDER --problems FOLDER]

Half of the moments hit the command (kill -9 of its process; its workers must go with it), half a worker (the command must go on by itself). After each blow to
the command it is started again and goes on from its journal. At the end every file of the output folder must have the bytes of an undisturbed run: no
record lost, none doubled. Exit code 1 where anything differs.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from scale import write_class  # noqa: E402 - beside this file


def command(folder: Path, problems: Path, out: Path, jobs: int = 2) -> list[str]:
    """The command line of a run that uses no cache."""
    return [sys.executable, "-m", "grader", str(folder), "--problems", str(problems), "--out", str(out), "--jobs", str(jobs), "--no-cache"]


def children(pid: int) -> list[int]:
    """Processes that a process has started and that are still there."""
    try:
        return [int(child) for thread in Path(f"/proc/{pid}/task").iterdir() for child in (thread / "children").read_text(encoding="ascii").split()]
    except OSError:
        return []


def alive(pid: int) -> bool:
    """Is the process there and no mere entry that nobody has asked for?"""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] != "Z"
    except (OSError, ValueError):
        return False


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def outliving(pids: list[int], seconds: float = 5.0) -> list[int]:
    """Those that are still there after so long; on a busy machine even a process that was killed takes its time to go."""
    end = time.monotonic() + seconds
    while (pids := [pid for pid in pids if alive(pid)]) and time.monotonic() < end:
        time.sleep(0.02)
    return pids


def disturbed(run: list[str], moments: int, length: float, rng: random.Random) -> tuple[int, int, int]:
    """Run until it ends by itself, with blows at random moments; how many hit the command, how many a worker, and how many workers outlived it."""
    hits = worker_hits = left = 0
    while hits + worker_hits < moments:
        child = subprocess.Popen(run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0.02, length))
        while child.poll() is None and hits + worker_hits < moments:
            workers = children(child.pid)
            if worker_hits < hits:
                if not workers:
                    time.sleep(0.01)
                    continue
                try:
                    os.kill(rng.choice(workers), signal.SIGKILL)
                    worker_hits += 1
                except ProcessLookupError:
                    pass
                time.sleep(rng.uniform(0.0, length / 4))
                continue
            child.kill()
            child.wait()
            hits += 1
            left += len(outliving(workers))
        if child.poll() == 0 and hits + worker_hits < moments:
            length *= 0.8  # it got through: strike sooner
            shutil.rmtree(run[run.index("--out") + 1])
    child.wait()
    return hits, worker_hits, left


def main() -> None:
    """Measure and say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moments", type=int, default=50)
    parser.add_argument("--papers", type=int, default=120)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--problems", type=Path, default=None)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="grader-kills-") as name:
        base = Path(name)
        write_class(base / "class", 5 * asked.papers)
        folder, problems = asked.folder or base / "class" / "papers", asked.problems or base / "class" / "problems"
        start = time.perf_counter()
        subprocess.run(command(folder, problems, base / "whole"), check=False, capture_output=True)
        length = time.perf_counter() - start
        hits, worker_hits, left = disturbed(command(folder, problems, base / "struck"), asked.moments, length, random.Random(asked.seed))
        last = subprocess.run(command(folder, problems, base / "struck"), check=False, capture_output=True, text=True)
        whole, struck = tree(base / "whole"), tree(base / "struck")
        lines = struck.get("records.jsonl", b"").splitlines()
        differ = sorted(n for n in whole.keys() | struck.keys() if whole.get(n) != struck.get(n))
        print(f"{hits} blows to the command, {worker_hits} to workers; {left} workers outlived the command")
        print(f"{len(lines)} records, {len(whole['records.jsonl'].splitlines()) - len(set(lines))} lost, {len(lines) - len(set(lines))} doubled; "
              f"files that differ: {', '.join(differ) or 'none'}; exit code {last.returncode}")
        sys.exit(1 if differ or left else 0)


if __name__ == "__main__":
    main()
