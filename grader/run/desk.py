"""Answers that come one at a time, from a program that does other things meanwhile: a keeper process and its lanes.

Whoever talks to a network keeps no reference: `Desk` starts a process, the keeper, before anything else happens. The keeper prepares (loads the problem
files), sends back what everybody may know, loads what decides answers, and forks its lanes. A lane takes a task, has a guarded worker do it (`workers`, a
fresh process for each task, so that no answer leaves anything behind), and sends what became of it. Tasks and values travel as JSON behind their length.

Every process ends when the one that started it does.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import sys
from collections.abc import Callable
from typing import Any

from grader.run import sandbox
from grader.run.workers import Limits, Outcome, run_tasks

LARGEST = 16 * 1024 * 1024
"""Bytes of one message."""
HEAD = struct.Struct("<I")
Work = Callable[[Any], Any]
Prepare = Callable[[], tuple[Any, Work, Callable[[Any, Outcome], Any]]]
"""Gives what the other side may know, the work on a task, and what is said of a task whose worker was ended."""


class Desk:
    """A keeper and its lanes. `public` and `lanes` are sockets to speak through: the first sends one message when the keeper has prepared (and then ends),
    each of the others sends one message back for each that it gets."""

    def __init__(self, prepare: Prepare, warm: Callable[[], None], *, lanes: int, limits: Limits) -> None:
        """Start the keeper. Call it from a process with one thread; `warm` loads what lanes and workers then share."""
        self.public, theirs = socket.socketpair()
        pairs = [socket.socketpair() for _ in range(lanes)]
        self.lanes = [mine for mine, _ in pairs]
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                for mine in (self.public, *self.lanes):
                    mine.close()
                _keep(prepare, warm, theirs, [other for _, other in pairs], limits, parent)
            finally:
                os._exit(0)
        theirs.close()
        for _, other in pairs:
            other.close()

    def close(self) -> None:
        """End the keeper and its lanes."""
        for mine in (self.public, *self.lanes):
            mine.close()
        try:
            os.kill(self.pid, signal.SIGKILL)  # the lanes and their workers end with it
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)


def pack(value: Any) -> bytes:
    """A message."""
    body = json.dumps(value, separators=(",", ":")).encode("ascii")
    return HEAD.pack(len(body)) + body


def _keep(prepare: Prepare, warm: Callable[[], None], public: socket.socket, lanes: list[socket.socket], limits: Limits, parent: int) -> None:
    _leashed(parent)
    value, work, failed = prepare()
    public.sendall(pack(value))
    public.close()
    warm()
    here = os.getpid()
    for lane in lanes:
        if os.fork() == 0:
            try:
                _leashed(here)
                for other in lanes:
                    if other is not lane:
                        other.close()
                _serve(lane, work, failed, limits)
            finally:
                os._exit(0)
    for lane in lanes:
        lane.close()
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


def _leashed(parent: int) -> None:
    """End with the parent, and leave Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sandbox.die_with_parent()
    if os.getppid() != parent:
        os._exit(0)


def _serve(lane: socket.socket, work: Work, failed: Callable[[Any, Outcome], Any], limits: Limits) -> None:
    """A lane's life: take a task, have it done, say what became of it."""
    while True:
        head = _received(lane, HEAD.size)
        body = _received(lane, HEAD.unpack(head)[0]) if head and HEAD.unpack(head)[0] <= LARGEST else b""
        if not body:
            return
        task = json.loads(body)
        (_, outcome), = run_tasks(work, [task], limits=limits)
        lane.sendall(pack(failed(task, outcome) if outcome.failed else outcome.value))


def _received(lane: socket.socket, size: int) -> bytes:
    """That many bytes; none where the other side has gone."""
    got = bytearray()
    while len(got) < size:
        piece = lane.recv(min(1 << 16, size - len(got)))
        if not piece:
            return b""
        got += piece
    return bytes(got)
