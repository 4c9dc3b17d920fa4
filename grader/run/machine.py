"""What there is on this machine: for `grade doctor`."""

from __future__ import annotations

import importlib.util
import os
import platform
import resource
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from grader import __version__
from grader.run import sandbox
from grader.run.cache import Cache
from grader.run.folder import CPU_SECONDS
from grader.run.workers import Limits, default_jobs, run_tasks

PACKAGES = ("click", "jinja2", "markdown-it-py", "mpmath", "nbformat", "pint", "python-flint", "pyyaml", "sympy", "z3-solver")
OPTIONAL = {"distributed": "grade run --cluster"}
LEAST_FREE = 1 << 30
"""Bytes on the disk and of memory below which a warning is due."""


class Found(NamedTuple):
    """A line of the examination: `well` is False where marking will not work, None where it works with less."""

    what: str
    words: str
    well: bool | None = True


def examine(cache: Cache) -> Iterator[Found]:
    """Everything that matters for marking on this machine, in order."""
    yield Found("grader", f"{__version__}, Python {platform.python_version()} on {platform.system()} {platform.machine()}", sys.version_info >= (3, 11))
    yield from _packages()
    yield from _room()
    yield from _workers()
    yield from _cache(cache)


def _packages() -> Iterator[Found]:
    there, missing = [], []
    for name in PACKAGES:
        try:
            there.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    yield Found("packages", ", ".join(there))
    if missing:
        yield Found("packages", f"missing: {', '.join(missing)}", False)
    for name, use in OPTIONAL.items():
        there_too = importlib.util.find_spec(name) is not None
        yield Found(name, f"{version(name)}, for {use}" if there_too else f"not installed; only {use} needs it")


def _room() -> Iterator[Found]:
    yield Found("cores", f"{default_jobs()} of {os.cpu_count()} may be used")
    free = _available()
    if free is not None:
        limit = Limits().memory
        yield Found("memory", f"{free >> 20} MB available; a worker may hold {limit >> 20} MB", True if free > max(LEAST_FREE, limit * default_jobs()) else None)
    disk = shutil.disk_usage(os.curdir)
    yield Found("disk", f"{disk.free >> 20} MB free here", True if disk.free > LEAST_FREE else None)
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    yield Found("open files", f"{files} at most", True if files >= 256 or files == resource.RLIM_INFINITY else None)


def _available() -> int | None:
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return None


def _workers() -> Iterator[Found]:
    """Limits as they are set, belts as a worker wears them, and proof that a worker that does not end is ended."""
    limits = Limits()
    yield Found("limits", f"{CPU_SECONDS:g} s of processor time for an answer, its worker is ended after {CPU_SECONDS + 1:g} s, or after "
                          f"{limits.wall_seconds:g} s on the clock; {limits.memory >> 20} MB; no files written, process group of its own")
    offered = sandbox.abilities()
    names = {"landlock": "files out of reach", "seccomp": "no programs, processes, sockets"}
    for belt, words in names.items():
        yield Found(belt, f"on ({offered[belt]}: {words})" if offered[belt] else "not offered by this kernel; limits and process groups hold all the same",
                    True if offered[belt] else None)
    for what, expected in (("spin", "processor time"), ("read", "refused"), ("fork", "refused")):
        if what != "spin" and not offered["landlock" if what == "read" else "seccomp"]:
            continue
        (_, outcome), = run_tasks(_try, [what], limits=Limits(cpu_seconds=0.2, wall_seconds=20.0))
        got = outcome.failed or outcome.value
        yield Found("tried", {"spin": "a worker that does not end", "read": "a worker that opens a file", "fork": "a worker that starts a process"}[what]
                    + f": {'ended' if what == 'spin' else got}", got == expected)


def _try(what: str) -> str:
    if what == "spin":
        while True:
            pass
    try:
        if what == "read":
            Path("/etc/hostname").read_bytes()
        elif os.fork() == 0:
            os._exit(0)
    except PermissionError:
        return "refused"
    except OSError as error:
        return f"failed ({error.strerror})"
    return "allowed"


def _cache(cache: Cache) -> Iterator[Found]:
    if cache.off:
        yield Found("cache", f"off: {cache.off}", None)
    else:
        yield Found("cache", f"{cache.folder}: {len(cache)} entries, {cache.size >> 10} KB for this version")
