"""The page's life: listen, start the keeper, let it prepare, answer, end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from grader.run.desk import Desk
from grader.run.workers import Limits
from grader.web import checking
from grader.web.lanes import Busy, Lanes
from grader.web.server import Server
from grader.web.site import Site
from grader.web.tries import Counters

CPU_SECONDS, MEMORY = 5.0, 512 * 1024 * 1024
"""For one answer; the search for evidence has a second less."""
LANES = 2
"""One for readings, one for verdicts."""


class NothingToServe(Exception):
    """No problem can be used."""


def serve(folder: Path, host: str, port: int, told: Callable[[str], None], log: Callable[[str], None]) -> str:
    """Serve the page for the problems of a folder (or file) until interrupted; what was asked for, in words.

    `told` gets the address as soon as it is listened at; `log` gets mistakes of problem files and counters. Call it from a process with one thread.
    Fails with `OSError` where the address cannot be used, and with `NothingToServe`.
    """
    counters = Counters(log)
    desk = Desk(lambda: checking.prepared(folder), checking.warm, lanes=LANES, limits=Limits(CPU_SECONDS, memory=MEMORY))
    try:
        asyncio.run(_serve(desk, counters, host, port, told, log))
    except KeyboardInterrupt:
        pass
    finally:
        desk.close()
    return f"{counters.readings} readings, {counters.verdicts} verdicts" + (f", {counters.slowed} requests slowed" if counters.slowed else "")


async def _serve(desk: Desk, counters: Counters, host: str, port: int, told: Callable[[str], None], log: Callable[[str], None]) -> None:
    lanes = Lanes(desk)
    site = Site(lanes, counters)
    server = Server(site.answer, host, port, log)
    answering = asyncio.create_task(server.serve())
    try:
        told(server.address)
        try:
            public = await lanes.open()
        except Busy as error:
            raise NothingToServe(str(error)) from None
        for words in public["errors"]:
            log(f"error: {words}")
        if not public["problems"]:
            raise NothingToServe("no problem can be used")
        site.show(public)
        await answering
    finally:
        answering.cancel()
        server.close()
