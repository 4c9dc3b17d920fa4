"""Worker processes that can be killed: one bad answer costs its own limit and nothing else.

The parent forks `jobs` workers after everything is loaded, keeps a few tasks queued at each, and yields outcomes in the order of the tasks (or as they
come). A worker leads a process group of its own, which is killed as a whole; its folder is the root; it arms a timer on its own processor time
(`ITIMER_PROF`, whose signal keeps its default action: the kernel ends the process even in the middle of a C call), has a limit on its data segment,
writes no files, and wears what belts the machine offers (`sandbox`). When a worker dies, the task it was at is the one that failed; the tasks behind it
go to the next worker. A task that failed for memory or by a crash in a worker that had done others before is tried once more in a fresh one, so that
it pays for nobody else, and one whose worker was killed from outside (SIGKILL) some times more; a worker that has grown large is replaced between two
tasks. Processor time decides, so that a time-out reproduces on a busy machine; a limit on the wall catches work that only sleeps.
"""

from __future__ import annotations

import collections
import contextlib
import fcntl
import gc
import json
import os
import resource
import selectors
import signal
import struct
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from grader.run import sandbox

QUEUED = 24
"""Tasks sent ahead to a worker, so that it does not wait for the parent, which may be waiting for a disk."""
RESTS, REST_SECONDS = 12, 0.003
"""While every worker has so many tasks ahead, the parent lets replies gather for so long."""
AHEAD = 4096
"""Outcomes kept at most while an earlier task is still at work (memory stays flat over a long stream)."""
LARGEST_REPLY = 64 * 1024 * 1024
"""A worker that announces more bytes than these is broken."""
MAX_STRUCK = 12
"""How often a task is tried again whose worker was killed from outside (by a person, or by a system that runs out of memory)."""
_PATIENCE = (0.1, 0.5, 2.0)
"""Seconds until a process is asked for again that the system refused, where there is none at all."""
MAX_EXTENDED = 30
"""How often a task that still computes gets its time on the wall once more."""
_LARGEST_FILE = 256 * 1024 * 1024
_PIPE = 1024 * 1024
"""Bytes that a pipe of replies may hold, so that a worker need not wait for the command."""
_FRAME = struct.Struct("<IB")
"""Before every task and reply: its length, and whether it is JSON, bytes as they are, or (a reply only) the reason why there is no value."""
_JSON, _BYTES, _FAILED = range(3)
_REPLACE_ME = 75
"""Exit status of a worker that has grown and ends between two tasks."""


def default_jobs() -> int:
    """One worker a core that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Take a request to end (SIGTERM, SIGHUP) like Ctrl-C: as `KeyboardInterrupt`, so that what is done is kept."""
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@dataclass(frozen=True, slots=True)
class Limits:
    """For one task: seconds of processor time, seconds on the wall, bytes of data a worker may hold."""

    cpu_seconds: float = 5.0
    wall_seconds: float = 60.0
    memory: int = 512 * 1024 * 1024
    sandbox: bool = True
    """Wear the belts that the machine offers."""
    writes: tuple[str, ...] = ()
    """Folders in which the workers may write files; none otherwise."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a task: its value, or why there is none ("processor time", "wall time", "memory", "crash", with words in `why`)."""

    value: Any = None
    failed: str = ""
    why: str = ""


class _Worker:
    def __init__(self, work: Callable[[Any], Any], limits: Limits, others: list[int]) -> None:
        opened: list[int] = []
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):  # closed, or nobody reads it
                stream.flush()
        parent = os.getpid()
        try:
            opened += os.pipe()
            opened += os.pipe()
            self.pid = os.fork()
        except OSError:
            for fd in opened:
                os.close(fd)
            raise
        task_read, self.task_write, self.reply_read, reply_write = opened
        if self.pid == 0:
            try:
                os.setpgid(0, 0)
                for fd in (self.task_write, self.reply_read, *others):
                    os.close(fd)
                _serve(work, limits, task_read, reply_write, parent)
            finally:
                os._exit(1)
        os.close(task_read)
        os.close(reply_write)
        try:
            os.setpgid(self.pid, self.pid)  # in both, so that it is done before either goes on
        except OSError:
            pass
        self.finished = 0
        self.queue: collections.deque[int] = collections.deque()
        self.buffer = bytearray()
        self.unsent = bytearray()
        os.set_blocking(self.task_write, False)
        with contextlib.suppress(OSError):  # a larger pipe is a favour of the system
            fcntl.fcntl(self.reply_read, getattr(fcntl, "F_SETPIPE_SZ", 1031), _PIPE)
        self.since = time.monotonic()
        self.looked_at = self.spent = self.extended_at = 0.0
        self.extended = 0

    def fds(self) -> list[int]:
        return [self.task_write, self.reply_read]

    def idle(self, now: float, wall_seconds: float) -> bool:
        """Has the task had its time on the wall without computing? One that computes on a busy machine is left to its limit on processor time."""
        if self.looked_at < self.since:
            self.looked_at, self.spent, self.extended = now, _processor_seconds(self.pid), 0
            return False
        if now - max(self.since, self.extended_at) <= wall_seconds:
            return False
        spent = _processor_seconds(self.pid)
        if spent - self.spent < wall_seconds / 200 or self.extended >= MAX_EXTENDED:
            return True
        self.spent, self.extended, self.extended_at = spent, self.extended + 1, now
        return False

    def strike(self) -> None:
        """Let the system end the process and everything it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def kill(self) -> int:
        """End the process with everything it started, and return its wait status."""
        self.strike()
        for fd in self.fds():
            os.close(fd)
        return os.waitpid(self.pid, 0)[1]


def _processor_seconds(pid: int) -> float:
    """What a process has computed so far; 0 where nobody tells."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return 0.0


def _serve(work: Callable[[Any], Any], limits: Limits, tasks: int, replies: int, parent: int) -> None:
    """The worker's life: read a task, do it under the limits, write the reply. Never returns."""
    status = 1
    try:
        _confine(limits, parent)
        reader = os.fdopen(tasks, "rb", closefd=False)
        while True:
            head = reader.read(_FRAME.size)
            if len(head) < _FRAME.size:
                status = 0
                break
            size, form = _FRAME.unpack(head)
            task = reader.read(size) if form == _BYTES else json.loads(reader.read(size))
            signal.setitimer(signal.ITIMER_PROF, limits.cpu_seconds)
            try:
                reply = _frame(work(task))
            except MemoryError:
                reply = _frame(("memory", f"more than {limits.memory >> 20} MB were needed"), _FAILED)
            except Exception as error:  # our bug, kept with the answer that showed it
                reply = _frame(("crash", f"{type(error).__name__}: {error}"[:500]), _FAILED)
            signal.setitimer(signal.ITIMER_PROF, 0)
            _write_all(replies, reply)
            if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 > limits.memory * 3 // 4:
                status = _REPLACE_ME
                break
    finally:
        os._exit(status)


def _confine(limits: Limits, parent: int) -> None:
    """Limits, signals, folder and belts of a worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    sandbox.die_with_parent()
    if os.getppid() != parent:
        os._exit(0)
    largest = _LARGEST_FILE if limits.writes else 0
    for limit, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, largest), (resource.RLIMIT_DATA, limits.memory), (resource.RLIMIT_NOFILE, 256)):
        hard = resource.getrlimit(limit)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (most, most))
    sys.path[:] = list(_absolute(sys.path))  # modules may still be loaded, and never from the folder that a command began in
    os.chdir("/")
    if limits.sandbox:
        sandbox.enter(limits.writes)


def _absolute(paths: Iterable[str]) -> Iterator[str]:
    for path in filter(None, paths):
        with contextlib.suppress(OSError):  # a relative one, and the folder that we are in is gone
            yield path if os.path.isabs(path) else os.path.abspath(path)


def _frame(value: Any, form: int = _JSON) -> bytes:
    """A task or a reply as it travels."""
    if isinstance(value, bytes):
        return _FRAME.pack(len(value), _BYTES) + value
    data = json.dumps(value).encode()
    return _FRAME.pack(len(data), form) + data


def pack(parts: Sequence[bytes]) -> bytes:
    """Several rows of bytes as one, for tasks and values."""
    return b"".join((struct.pack(f"<{len(parts) + 1}I", len(parts), *map(len, parts)), *parts))


def unpack(packed: bytes) -> list[bytes]:
    """The rows of bytes that `pack` put together. Fails with `struct.error` on what is none."""
    (count,) = struct.unpack_from("<I", packed)
    made, start = [], 4 + 4 * count
    for size in struct.unpack_from(f"<{count}I", packed, 4):
        made.append(packed[start:start + size])
        start += size
    return made


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view):]


def run_tasks(work: Callable[[Any], Any], tasks: Iterable[Any], *, jobs: int = 1, limits: Limits = Limits(),
              ordered: bool = True, ahead: int = AHEAD) -> Iterator[tuple[Any, Outcome]]:
    """Yield (task, outcome), doing `work(task)` in `jobs` processes: in the order of `tasks`, or where `ordered` is off as they are done; then at most
    `ahead` outcomes wait for an earlier one.

    Tasks and values are JSON values, or bytes; `work` is inherited by fork and may close over anything. Tasks are drawn from the iterable as needed.
    """
    gc.freeze()  # what is there is shared with the workers and stays: nobody looks through it again
    pool = _Pool(work, max(1, jobs), limits, ahead)
    try:
        yield from pool.run(iter(tasks), ordered)
    finally:
        pool.close()


class _Pool:
    def __init__(self, work: Callable[[Any], Any], jobs: int, limits: Limits, ahead: int) -> None:
        self.work, self.jobs, self.limits, self.ahead = work, jobs, limits, ahead
        self.workers: list[_Worker] = []
        self.selector = selectors.DefaultSelector()
        self.waiting: dict[int, Any] = {}
        self.again: collections.deque[int] = collections.deque()
        self.done: dict[int, Outcome] = {}
        self.repeated: set[int] = set()
        self.struck: collections.Counter[int] = collections.Counter()

    def run(self, tasks: Iterator[Any], ordered: bool) -> Iterator[tuple[Any, Outcome]]:
        drawn = given = 0
        ended = False
        while True:
            while not ended and len(self.waiting) < self.ahead and self._free() > len(self.again):
                try:
                    self.waiting[drawn] = next(tasks)
                    self.again.append(drawn)
                    drawn += 1
                except StopIteration:
                    ended = True
            self._send()
            while self.done and (not ordered or given in self.done):
                k = given if ordered else next(iter(self.done))
                yield self.waiting.pop(k), self.done.pop(k)
                given += 1
            if ended and given == drawn:
                return
            if any(w.queue for w in self.workers):
                self._receive()

    def _free(self) -> int:
        return self.jobs * QUEUED - sum(len(w.queue) for w in self.workers)

    def _send(self) -> None:
        """Hand out what waits, least busy worker first; start workers as they are needed."""
        while self.again:
            while self.again[0] not in self.repeated and len(self.workers) < min(self.jobs, sum(len(w.queue) for w in self.workers) + len(self.again)):
                if self._start() is None:
                    break
            fresh = self._start() if self.again[0] in self.repeated else None
            worker = fresh or min(self.workers, key=lambda w: len(w.queue))
            if len(worker.queue) >= QUEUED:
                return
            k = self.again.popleft()
            if not worker.queue:
                worker.since = time.monotonic()
            worker.queue.append(k)
            worker.unsent += _frame(self.waiting[k])
            self._flush(worker)

    def _flush(self, worker: _Worker) -> None:
        """Write what the pipe takes now; the rest when the selector says so (a blocking write could wait for a worker that waits for us)."""
        try:
            while worker.unsent:
                del worker.unsent[:os.write(worker.task_write, worker.unsent[:_PIPE])]
        except BlockingIOError:
            pass
        except BrokenPipeError:
            worker.unsent.clear()  # its end of the reply pipe tells that it is gone
        writing = worker.task_write in self.selector.get_map()
        if worker.unsent and not writing:
            self.selector.register(worker.task_write, selectors.EVENT_WRITE, worker)
        elif not worker.unsent and writing:
            self.selector.unregister(worker.task_write)

    def _start(self) -> _Worker | None:
        """One more worker; None where the system gives no more and those that are there must do. Fails with `OSError` where there are none."""
        for wait in (*_PATIENCE, None):
            try:
                worker = _Worker(self.work, self.limits, [fd for w in self.workers for fd in w.fds()])
                break
            except OSError:
                if self.workers:
                    self.jobs = min(self.jobs, len(self.workers))
                    return None
                if wait is None:
                    raise
                time.sleep(wait)
        self.workers.append(worker)
        self.selector.register(worker.reply_read, selectors.EVENT_READ, worker)
        return worker

    def _receive(self) -> None:
        if len(self.workers) == self.jobs and all(len(w.queue) >= RESTS for w in self.workers):
            time.sleep(REST_SECONDS)  # then several replies at a time, and the workers keep their cores
        for key, _ in self.selector.select(timeout=min(1.0, self.limits.wall_seconds / 4)):
            worker: _Worker = key.data
            if worker not in self.workers:
                continue
            if key.fd == worker.task_write:
                self._flush(worker)
                continue
            got = os.read(worker.reply_read, _PIPE)
            if not got:
                self._bury(worker)
                continue
            worker.buffer += got
            self._take(worker)
        now = time.monotonic()
        for worker in [w for w in self.workers if w.queue and now - w.since > self.limits.wall_seconds / 10]:
            if worker.idle(now, self.limits.wall_seconds):
                self._bury(worker, Outcome(failed="wall time", why=f"no answer within {self.limits.wall_seconds:g} s"))

    def _take(self, worker: _Worker) -> None:
        """The replies that have arrived in full."""
        at, buffer = 0, worker.buffer
        while len(buffer) - at >= _FRAME.size:
            size, form = _FRAME.unpack_from(buffer, at)
            if size > LARGEST_REPLY or not worker.queue:
                return self._bury(worker, Outcome(failed="crash", why="the worker's reply was malformed"))
            begin, end = at + _FRAME.size, at + _FRAME.size + size
            if len(buffer) < end:
                break
            try:
                value = bytes(memoryview(buffer)[begin:end]) if form == _BYTES else json.loads(buffer[begin:end])
                outcome = Outcome(None, *value) if form == _FAILED else Outcome(value)
            except (ValueError, TypeError):
                return self._bury(worker, Outcome(failed="crash", why="the worker's reply was malformed"))
            if form == _FAILED:
                return self._bury(worker, outcome)  # whatever it left behind goes with it
            at = end
            self.done[worker.queue.popleft()] = outcome
            worker.finished += 1
            worker.since = time.monotonic()
        del buffer[:at]
        return None

    def _bury(self, worker: _Worker, outcome: Outcome | None = None) -> None:
        """A worker is gone or must go: fail the task it was at (or try it once more in a fresh worker), queue the others again, in order."""
        for fd in worker.fds():
            if fd in self.selector.get_map():
                self.selector.unregister(fd)
        self.workers.remove(worker)
        status = worker.kill()
        replaced = outcome is None and os.WIFEXITED(status) and os.WEXITSTATUS(status) == _REPLACE_ME
        struck = outcome is None and os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        outcome = outcome or self._outcome(status)
        if worker.queue and not replaced:
            k = worker.queue[0]
            self.struck[k] += struck
            if struck and self.struck[k] <= MAX_STRUCK:
                pass
            elif outcome.failed in ("memory", "crash") and worker.finished and k not in self.repeated:
                self.repeated.add(k)
            else:
                self.repeated.discard(k)
                del self.struck[k]
                self.done[worker.queue.popleft()] = outcome
        self.again.extendleft(reversed(worker.queue))

    def _outcome(self, status: int) -> Outcome:
        ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        if ended_by == signal.SIGPROF:
            return Outcome(failed="processor time", why=f"{self.limits.cpu_seconds:g} s of processor time were not enough")
        return Outcome(failed="crash", why=f"the worker ended with {signal.Signals(ended_by).name if ended_by else f'exit status {status >> 8}'}")

    def close(self) -> None:
        for worker in self.workers:
            worker.strike()  # all of them first: they end side by side
        for worker in self.workers:
            worker.kill()
        self.workers.clear()
        self.selector.close()
