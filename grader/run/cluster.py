"""Answers decided on many machines: chunks of tasks on the workers of a Dask scheduler, each guarding its answers as one machine does.

A worker of the cluster gets the problem files and chunks of answers (or chunks of lines of pairs or derivations), all as JSON text. It decides nothing itself: it keeps a helper, a process of its own
that has one thread and forks guarded workers (`workers`) like a run on one machine does, because a process with many threads cannot fork safely. What comes
back is what the helper's workers said, and goes through the same journal: a chunk that is done twice because a worker was lost counts once, and the bytes
of a run are those of a local one. Marking, records and pages stay on the machine that began.

Nobody is asked to trust the cluster less than it asks: whoever reaches a Dask scheduler can run code there; use it inside a network of your own, or with TLS
(`docs/scale.md`).
"""

from __future__ import annotations

import atexit
import itertools
import json
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import IO, Any

from grader.model import Problem
from grader.run.store import code_digest
from grader.run.workers import Outcome

CHUNK = 16
"""Answers that travel together."""
IN_FLIGHT = 4
"""Chunks sent ahead for each worker of the cluster."""
AHEAD = 16
"""Chunks for each worker of the cluster that may be ready before one that comes first in order."""
TRIES = 3
"""How often a chunk is given to the cluster before it is done here."""
PATIENCE = 60.0
"""Seconds without any worker after which the rest is done here."""
CONNECT_SECONDS = 10.0
"""Seconds in which the scheduler must answer."""
Runner = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[tuple[Any, Outcome]]]


class Unreachable(Exception):
    """The cluster cannot be used: no package, no scheduler, no workers, or workers with another version."""


def on_cluster(address: str, problems: Sequence[Problem], specs: Mapping[str, str], *, jobs: int = 1, here: Runner,
               tell: Callable[[str], None] = lambda words: None) -> Runner:
    """A runner for answers (see `folder.Runner`) on the scheduler at an address; outcomes come in any order.

    `specs` holds the text of each problem's file, `jobs` is how many processes each worker of the cluster forks; `here` does what the cluster could not, and
    `tell` hears of it. Fails with `Unreachable`.
    """
    setting = {"what": "answers", "specs": [[problem.id, specs[problem.id]] for problem in problems]}
    return _runner(_connect(address), setting, jobs, here, tell, ordered=False)


def lines_on_cluster(address: str, what: str, *, theory: str | None = None, jobs: int = 1, here: Runner, tell: Callable[[str], None] = lambda words: None) -> Runner:
    """A runner for lines (see `lines.Runner`) on the scheduler at an address; outcomes come in order, and however long the stream, only so many lines are
    drawn before the first of them is done. `what` is "pairs" or "proofs". Fails with `Unreachable`."""
    return _runner(_connect(address), {"what": what, "theory": theory}, jobs, here, tell, ordered=True)


def _runner(client: Any, setting: Mapping[str, Any], jobs: int, here: Runner, tell: Callable[[str], None], ordered: bool) -> Runner:
    text = json.dumps({"code": code_digest(), "jobs": jobs, **setting})

    def run(work: Callable[[Any], Any], tasks: Iterable[Any]) -> Iterator[tuple[Any, Outcome]]:
        spread = _Spread(client, text, iter(tasks), ordered)
        try:
            yield from spread.run()
        finally:
            client.close()
        if spread.left:
            tell(f"the cluster did not finish {spread.left} {'lines' if ordered else 'answers'}; they are decided here")
            for done, chunk in spread.rest():
                yield from done if done is not None else here(work, chunk)

    return run


def _connect(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError as error:
        raise Unreachable('Dask distributed is not installed: pip install "grader[cluster]"') from error
    try:
        client = Client(address, timeout=CONNECT_SECONDS)
    except (OSError, TimeoutError, ValueError) as error:
        raise Unreachable(f"no scheduler answers at {address} ({error})") from error
    try:
        told = client.run(_version)
    except Exception as error:  # whatever a worker says that cannot load this package
        client.close()
        raise Unreachable(f"a worker of {address} cannot run grader ({type(error).__name__}: {error}); install the same version everywhere") from error
    if not told:
        client.close()
        raise Unreachable(f"the scheduler at {address} has no workers")
    other = sorted(worker for worker, code in told.items() if code != code_digest())
    if other:
        client.close()
        raise Unreachable(f"{', '.join(other)}: another version of grader, of Python or of a package; marks could differ")
    return client


def _version() -> str:
    return code_digest()


class _Spread:
    """One stream of tasks over a cluster: keeps it busy and gives outcomes as they come, or in order; what it did not finish is left in `rest`."""

    def __init__(self, client: Any, setting: str, tasks: Iterator[Any], ordered: bool) -> None:
        self.client, self.setting, self.tasks, self.ordered = client, setting, tasks, ordered
        self.flying: dict[Any, tuple[int, list[Any], int]] = {}
        self.given_up: dict[int, list[Any]] = {}
        self.done: dict[int, list[tuple[Any, Outcome]]] = {}
        self.drawn = self.given = 0
        self.ended = False

    @property
    def left(self) -> int:
        """Tasks that the cluster has drawn and not finished."""
        return sum(map(len, self.given_up.values()))

    def rest(self) -> Iterator[tuple[list[tuple[Any, Outcome]] | None, Iterable[Any]]]:
        """What was not given yet, in order: outcomes that are there, or else tasks that are still to be done."""
        for number in sorted({*self.done, *self.given_up}):
            yield self.done.get(number), self.given_up.get(number, ())
        yield None, self.tasks

    def run(self) -> Iterator[tuple[Any, Outcome]]:
        """Outcomes until all is done, until the cluster is gone, or until the next in order is none that it can do."""
        from concurrent.futures import CancelledError

        idle = time.monotonic()
        try:
            placed = self.client.scatter(self.setting, broadcast=True)
            while not (self.ordered and self.given in self.given_up):
                self._fill(placed)
                if not self.flying:
                    break
                for future in self._finished():
                    idle = time.monotonic()
                    number, chunk, tries = self.flying.pop(future)
                    if future.status == "finished":
                        self.done[number] = list(zip(chunk, [Outcome(*each) for each in json.loads(future.result())], strict=True))
                    elif tries < TRIES:
                        self._send(placed, number, chunk, tries + 1)
                    else:
                        self.given_up[number] = chunk
                while self.done and (not self.ordered or self.given in self.done):
                    yield from self.done.pop(self.given if self.ordered else next(iter(self.done)))
                    self.given += 1
                if time.monotonic() - idle > PATIENCE and not self._workers():
                    break
        except (OSError, TimeoutError, CancelledError):
            pass
        for number, chunk, _ in self.flying.values():
            self.given_up[number] = chunk

    def _workers(self) -> int:
        return len(self.client.scheduler_info(n_workers=-1)["workers"])

    def _fill(self, placed: Any) -> None:
        workers = max(1, self._workers())
        while not self.ended and len(self.flying) < IN_FLIGHT * workers and (not self.ordered or self.drawn - self.given < AHEAD * workers):
            chunk = list(itertools.islice(self.tasks, CHUNK))
            self.ended = len(chunk) < CHUNK
            if chunk:
                self._send(placed, self.drawn, chunk, 1)
                self.drawn += 1

    def _send(self, placed: Any, number: int, chunk: list[Any], tries: int) -> None:
        future = self.client.submit(decide_chunk, placed, json.dumps(chunk), pure=False)
        self.flying[future] = number, chunk, tries

    def _finished(self) -> list[Any]:
        from distributed import wait

        try:
            wait(list(self.flying), timeout=5, return_when="FIRST_COMPLETED")
        except TimeoutError:
            pass
        return [future for future in self.flying if future.done()]


# ------------------------------------------------------------------------------------------------ on a worker of the cluster


class _Helper:
    """The process that forks guarded workers for one worker of the cluster."""

    def __init__(self, setting: str) -> None:
        self.process = subprocess.Popen([sys.executable, "-P", "-m", "grader.cli._helper"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.lock = threading.Lock()
        send(self._pipe(self.process.stdin), setting)
        atexit.register(self.process.kill)

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe is not None
        return pipe

    def ask(self, chunk: str) -> str:
        """The outcomes of a chunk. Fails with `OSError` where the helper is gone."""
        with self.lock:
            send(self._pipe(self.process.stdin), chunk)
            reply = receive(self._pipe(self.process.stdout))
        if reply is None:
            raise OSError("the helper is gone")
        return reply


_helpers: dict[int, _Helper] = {}
_starting = threading.Lock()


def decide_chunk(setting: str, chunk: str) -> str:
    """The outcomes of a chunk of tasks, as JSON: [value, failed, why] for each. Called by the worker of a cluster."""
    key = hash(setting)
    for again in (True, False):
        with _starting:
            if key not in _helpers:
                for old in _helpers.values():
                    old.process.kill()
                _helpers.clear()
                _helpers[key] = _Helper(setting)
            helper = _helpers[key]
        try:
            return helper.ask(chunk)
        except OSError:
            with _starting:
                if _helpers.get(key) is helper:
                    del _helpers[key]
            if not again:
                raise
    raise OSError("the helper is gone")


def send(pipe: IO[bytes], text: str) -> None:
    """Write a text with its length before it."""
    content = text.encode()
    pipe.write(struct.pack("<Q", len(content)) + content)
    pipe.flush()


def receive(pipe: IO[bytes]) -> str | None:
    """The next text; None where there is no further one."""
    head = pipe.read(8)
    if len(head) < 8:
        return None
    content = pipe.read(struct.unpack("<Q", head)[0])
    return content.decode() if len(content) == struct.unpack("<Q", head)[0] else None
