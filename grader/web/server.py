"""The server: connections under limits, requests only from the page itself, replies under a strict policy.

Against other pages in the same browser: a request must name this very host (an address cannot be rebound, a name can: RFC 9110 7.2, and the literature on
DNS rebinding), what changes or tells anything must come from this origin (`Origin`, `Sec-Fetch-Site`), and nothing may be framed or embedded. Against slow
and many clients: a limit on the time of each head, body and write, and on connections; when they are all taken, the one that has let us wait for longest makes
room.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from grader.report.visible import one_line
from grader.web.http import MAX_LINE, Refused, Reply, Request, read_request

MAX_CONNECTIONS = 100
REQUEST_SECONDS, IDLE_SECONDS, WRITE_SECONDS = 10.0, 30.0, 20.0
"""For the head and body of a request, between two requests, for taking a reply."""
MAX_REQUESTS = 1_000
"""Requests on one connection."""
ALWAYS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; "
                               "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store",
}
"""Headers of every reply."""
Answer = Callable[[Request, str], Awaitable[Reply]]
"""Gives the reply to a request of a client (its address)."""


@dataclass(eq=False)
class _Connection:
    writer: asyncio.StreamWriter
    waiting: float | None = field(default=None)
    """Since when the client has let us wait; None while we work for it."""


class Server:
    """An HTTP server for one page."""

    def __init__(self, answer: Answer, host: str, port: int, log: Callable[[str], None]) -> None:
        """Listen at the address. Fails with `OSError` where it cannot be used."""
        self._answer, self._log = answer, log
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family, backlog=64)
        self.host, self.port = host, self._socket.getsockname()[1]
        self._names = _names(host)
        self._connections: dict[_Connection, None] = {}

    @property
    def address(self) -> str:
        """Where the page is."""
        named = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # "any" is no address to go to
        host = f"[{named}]" if ":" in named else named
        return f"http://{host}:{self.port}/"

    async def serve(self) -> None:
        """Answer until cancelled."""
        server = await asyncio.start_server(self._connected, sock=self._socket, limit=MAX_LINE)
        try:
            await asyncio.Event().wait()
        finally:
            server.close()
            for connection in list(self._connections):
                connection.writer.transport.abort()

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()

    # -------------------------------------------------------------------------------------------------------- connections

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(writer, time.monotonic())
        if len(self._connections) >= MAX_CONNECTIONS and not self._make_room():
            writer.transport.abort()
            return
        self._connections[connection] = None
        try:
            await self._converse(connection, reader)
        except (OSError, asyncio.CancelledError, TimeoutError, EOFError):
            pass
        finally:
            self._connections.pop(connection, None)
            writer.close()

    def _make_room(self) -> bool:
        waiting = [(c.waiting, k) for k, c in enumerate(self._connections) if c.waiting is not None]
        if not waiting:
            return False
        slowest = list(self._connections)[min(waiting)[1]]
        self._connections.pop(slowest)
        slowest.writer.transport.abort()
        return True

    async def _converse(self, connection: _Connection, reader: asyncio.StreamReader) -> None:
        peer = connection.writer.get_extra_info("peername")
        client = str(peer[0]) if peer else "?"
        for _ in range(MAX_REQUESTS):
            connection.waiting = time.monotonic()
            async with asyncio.timeout(IDLE_SECONDS):
                begun = await reader.read(1)
            if not begun or not await self._exchange(connection, begun, reader, client):
                return

    async def _exchange(self, connection: _Connection, begun: bytes, reader: asyncio.StreamReader, client: str) -> bool:
        """One request, of which a byte has come, and its reply; whether the connection goes on."""
        request, keep = None, False
        try:
            try:
                async with asyncio.timeout(REQUEST_SECONDS):
                    request = await read_request(begun, reader, connection.writer)
            except TimeoutError:
                raise Refused(408, "The request did not arrive in time.") from None
            if request is None:
                return False
            connection.waiting = None
            keep = request.keeps
            self._admit(request)
            reply = await self._answer(request, client)
        except Refused as error:
            keep = keep and not error.close
            reply = Reply(error.status, (error.words + "\n").encode(), headers=error.headers)
        except Exception as error:  # our bug: said here, and nothing of it to the client
            self._log(f"{type(error).__name__} while answering: {one_line(str(error))}")
            reply, keep = Reply(500, b"Something went wrong here.\n"), False
        connection.waiting = time.monotonic()  # for the client to take it
        async with asyncio.timeout(WRITE_SECONDS):
            connection.writer.write(reply.packed(keep, ALWAYS))
            await connection.writer.drain()
        if not keep:
            await self._linger(connection.writer, reader)
        return keep

    @staticmethod
    async def _linger(writer: asyncio.StreamWriter, reader: asyncio.StreamReader) -> None:
        """Let the client take the reply before the connection goes: what it still sends is thrown away for a moment (RFC 9112, 9.6)."""
        with contextlib.suppress(OSError, TimeoutError):
            writer.write_eof()
            async with asyncio.timeout(1.0):
                for _ in range(64):
                    if not await reader.read(1 << 16):
                        return

    # -------------------------------------------------------------------------------------------------------------- origin

    def _admit(self, request: Request) -> None:
        """Fails with `Refused` for requests that are meant for another host, or come from another page."""
        host = request.headers.get("host")
        if host is None and request.version != (1, 0):
            raise Refused(400, "The request names no host.")
        if host is not None and not self._is_ours(host):
            raise Refused(421, "This page is served under another name.")
        origin = request.headers.get("origin")
        if origin is not None and origin != f"http://{host}":
            raise Refused(403, "This comes from another page.")
        if request.method == "POST" and request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            raise Refused(403, "This comes from another page.")

    def _is_ours(self, host: str) -> bool:
        name, _, port = host.rpartition(":") if not host.endswith("]") and ":" in host else (host, "", "80")
        if port != str(self.port):
            return False
        name = name.lower()
        if name in self._names:
            return True
        return self._open and _address(name.strip("[]")) is not None

    @property
    def _open(self) -> bool:
        """Is the page served beyond this machine? Then any address may name it: only names can be made to mean another machine."""
        address = _address(self.host)
        return address is None or not address.is_loopback


def _names(host: str) -> frozenset[str]:
    address = _address(host)
    if address is not None and address.is_loopback:
        return frozenset({host, f"[{host}]", "localhost", "127.0.0.1", "[::1]"})
    return frozenset({host.lower(), f"[{host}]", "localhost", socket.gethostname().lower()})


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
