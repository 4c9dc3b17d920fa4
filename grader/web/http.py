"""HTTP/1.0 and 1.1 for one page on one machine: strict, small, and bounded in every direction.

Read are a request line, a head and a body, each with a limit on its bytes and together under a limit on their time; what is doubtful (two lengths, a length
beside chunks, folded or broken header lines, another version, an absolute target) is refused instead of guessed at. Sources: RFC 9110 and RFC 9112.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

MAX_LINE = 8 * 1024
"""Bytes of the request line, and of each line of a head."""
MAX_HEAD = 16 * 1024
MAX_HEADERS = 64
MAX_BODY = 64 * 1024
METHODS = ("GET", "POST")
REASONS = {200: "OK", 204: "No Content", 303: "See Other", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
           408: "Request Timeout", 411: "Length Required", 413: "Content Too Large", 415: "Unsupported Media Type", 417: "Expectation Failed",
           421: "Misdirected Request", 429: "Too Many Requests", 431: "Request Header Fields Too Large", 500: "Internal Server Error"}

_REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}) ([\x21-\x7e]+) HTTP/(\d)\.(\d)")
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\x20-\x7e\x80-\xff\t]*)")
_ONCE = frozenset({"host", "content-length", "content-type", "transfer-encoding", "origin", "expect"})


class Refused(Exception):
    """A request that is answered with an error; `close` says that the connection cannot be used further."""

    def __init__(self, status: int, words: str, *, close: bool = True, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(words)
        self.status, self.words, self.close, self.headers = status, words, close, dict(headers or {})


@dataclass(frozen=True, slots=True)
class Request:
    """A request whose head and body have arrived. Names of headers are in small letters."""

    method: str
    path: str
    version: tuple[int, int]
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def keeps(self) -> bool:
        """Does the client want to send more on this connection?"""
        said = {word.strip().lower() for word in self.headers.get("connection", "").split(",")}
        return "keep-alive" in said if self.version == (1, 0) else "close" not in said


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent back."""

    status: int = 200
    body: bytes = b""
    kind: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)

    def packed(self, keep: bool, always: Mapping[str, str]) -> bytes:
        """The bytes of the reply, with the headers that every reply has."""
        said = {**always, "Connection": "keep-alive" if keep else "close", **self.headers}
        if self.status != 204:
            said |= {"Content-Type": self.kind, "Content-Length": str(len(self.body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
        return f"HTTP/1.1 {self.status} {REASONS.get(self.status, 'Unknown')}\r\n{head}\r\n".encode("latin-1", "replace") + self.body


async def read_request(begun: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Request | None:
    """The next request of a connection, of which one byte has been read; None where the client has gone. Fails with `Refused`. Whoever calls it limits
    the time."""
    line = begun if begun == b"\n" else begun + await _line(reader)
    if line in (b"\r\n", b"\n"):
        line = await _line(reader)  # RFC 9112, 2.2: an empty line before a request is passed over
    if not line.endswith(b"\n"):
        return None
    found = _REQUEST_LINE.fullmatch(line.rstrip(b"\r\n"))
    if not found:
        raise Refused(400, "This is no request that HTTP/1.1 knows.")
    method, target, version = found[1].decode(), found[2].decode(), (int(found[3]), int(found[4]))
    if version not in ((1, 0), (1, 1)):
        raise Refused(400, "Only HTTP/1.0 and HTTP/1.1 are spoken here.")
    headers = await _headers(reader)
    if method not in METHODS:
        raise Refused(405, "Only GET and POST are answered here.", headers={"Allow": ", ".join(METHODS)})
    if not target.startswith("/"):
        raise Refused(400, "The target of a request is a path here.")
    body = await _body(reader, writer, headers, version)
    return Request(method, target.partition("?")[0], version, headers, body)


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readline()
    except ValueError:
        raise Refused(431, f"A line of the request's head is longer than {MAX_LINE} bytes.") from None


async def _headers(reader: asyncio.StreamReader) -> dict[str, str]:
    headers: dict[str, str] = {}
    count = size = 0
    while True:
        line = await _line(reader)
        if line in (b"\r\n", b"\n"):
            return headers
        if not line.endswith(b"\n"):
            raise Refused(400, "The request's head ends in the middle.")
        count, size = count + 1, size + len(line)
        if count > MAX_HEADERS or size > MAX_HEAD:
            raise Refused(431, f"The request's head has more than {MAX_HEADERS} lines or {MAX_HEAD} bytes.")
        found = _HEADER.fullmatch(line.rstrip(b"\r\n"))
        if not found:
            raise Refused(400, "A line of the request's head is malformed.")
        name, value = found[1].decode().lower(), found[2].strip(b" \t").decode("latin-1")
        if name in headers and name in _ONCE:
            raise Refused(400, f"The header {name} is there twice.")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value


async def _body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, headers: Mapping[str, str], version: tuple[int, int]) -> bytes:
    length, coding = headers.get("content-length"), headers.get("transfer-encoding")
    if coding is not None and (length is not None or version == (1, 0) or coding.strip().lower() != "chunked"):
        raise Refused(400, "The length of the body is said in two ways, or in a way that is not known here.")
    if length is not None and not re.fullmatch(r"\d{1,15}", length, re.ASCII):
        raise Refused(400, "The length of the body is no number.")
    if length is not None and int(length) > MAX_BODY:
        raise Refused(413, f"The body is larger than {MAX_BODY} bytes.")
    if length is None and coding is None:
        return b""
    expected = headers.get("expect", "").lower()
    if expected and expected != "100-continue":
        raise Refused(417, "Nothing is known here of what the request expects.")
    if expected and version == (1, 1):
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    try:
        return await _chunks(reader) if length is None else await reader.readexactly(int(length))
    except asyncio.IncompleteReadError:
        raise Refused(400, "The body ends before its end.") from None


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = bytearray()
    spent = 0
    while True:
        head = await _line(reader)
        found = re.fullmatch(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n", head)
        if not found:
            raise Refused(400, "A chunk of the body is malformed.")
        size, spent = int(found[1], 16), spent + len(head)
        if len(body) + size > MAX_BODY or spent > MAX_HEAD:
            raise Refused(413, f"The body is larger than {MAX_BODY} bytes.")
        if size == 0:
            await _headers(reader)  # trailers: within the limits of a head, and not used
            return bytes(body)
        body += await reader.readexactly(size)
        if (await _line(reader)).strip(b"\r\n"):
            raise Refused(400, "A chunk of the body is longer than it says.")
