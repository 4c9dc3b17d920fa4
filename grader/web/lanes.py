"""The page's side of a desk: tasks go to lanes, replies come back, and nothing waits without bound."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from grader.run.desk import HEAD, LARGEST, Desk, pack

MAX_WAITING = 24
"""Tasks that wait for a lane."""


class Busy(Exception):
    """Too many tasks wait already, or there is nobody to do them."""


class Lanes:
    """The lanes of a desk: the first is for tasks that take no time (readings), the others for the rest, so that nobody's typing waits for a proof."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._free: dict[bool, asyncio.Queue[Any]] = {True: asyncio.Queue(), False: asyncio.Queue()}
        self._waiting = {True: 0, False: 0}
        self._alive = {True: 0, False: 0}

    async def open(self) -> Any:
        """Wait until the keeper has prepared; what everybody may know. Fails with `Busy` where the keeper has ended instead."""
        for k, lane in enumerate(self._desk.lanes):
            self._free[k == 0].put_nowait(await asyncio.open_connection(sock=lane))
            self._alive[k == 0] += 1
        reader, writer = await asyncio.open_connection(sock=self._desk.public)
        try:
            return await _message(reader)
        except (EOFError, OSError, ValueError):
            raise Busy("the problems could not be prepared") from None
        finally:
            writer.close()

    async def ask(self, task: Any, *, quick: bool) -> Any:
        """What becomes of the task. Fails with `Busy`."""
        if not self._alive[quick]:
            raise Busy("the process that looks at answers has ended; start the page again")
        if self._waiting[quick] >= MAX_WAITING:
            raise Busy("too many answers wait to be looked at")
        self._waiting[quick] += 1
        try:
            reader, writer = lane = await self._free[quick].get()
        finally:
            self._waiting[quick] -= 1
        try:
            writer.write(pack(task))
            await writer.drain()
            reply = await _message(reader)
        except BaseException as error:  # a lane that owes a reply gets no further tasks
            self._alive[quick] -= 1
            writer.close()
            if isinstance(error, (EOFError, OSError, ValueError)):
                raise Busy("the process that looks at answers has ended; start the page again") from None
            raise
        self._free[quick].put_nowait(lane)
        return reply


async def _message(reader: asyncio.StreamReader) -> Any:
    size, = HEAD.unpack(await reader.readexactly(HEAD.size))
    if size > LARGEST:
        raise ValueError("a message is too large")
    return json.loads(await reader.readexactly(size))
