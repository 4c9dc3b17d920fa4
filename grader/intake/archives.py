"""Archives that learners hand in, opened in memory and within bounds: zip and tar, also compressed.

Nothing is ever written, so that no name in an archive can lead anywhere; names are only shown, cleaned of `.` and `..`. Links, devices, encrypted and
nested archives are passed over with the reason. What an archive says of its sizes is not believed: bytes are counted as they come, for each file and
for the whole, and against the bytes of the archive, so that a bomb stops at the bound and not at its end. Python's own readers of bzip2 and xz give all
that a block holds at once (some hundred bytes hold gigabytes), so that a tar is unpacked here, piece by piece, and a zip may only be deflated.
"""

from __future__ import annotations

import bz2
import io
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Protocol

MAX_ARCHIVE = 64 * 1024 * 1024
"""Larger archives are not opened."""
MAX_MEMBER = 1024 * 1024
MAX_TOTAL = 64 * 1024 * 1024
"""Bytes that may come out of one archive."""
MAX_MEMBERS = 2_000
MAX_RATIO = 200
"""Bytes that may come out for a byte of the archive, beyond a first MiB."""
MAX_NAME = 500
"""Entries with longer names are passed over."""
MAX_HEADER = 64 * 1024
"""Bytes that a tar may say of one entry beside its content (a long name, for one)."""
_LZMA_MEMORY = 128 * 1024 * 1024
ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
_BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, RuntimeError,
           NotImplementedError, IndexError, KeyError, OverflowError, MemoryError)


def is_archive(name: str) -> bool:
    """Is this the name of an archive that can be opened?"""
    return name.lower().endswith(ENDINGS)


def members(name: str, content: bytes) -> Iterator[tuple[str, bytes | str]]:
    """For each entry of an archive its name, and its bytes or the reason why it is passed over; a reason under an empty name is about the archive."""
    count = 0
    try:
        entries = _zip(content) if name.lower().endswith(".zip") else _tar(content)
        for count, (entry, held) in enumerate(entries, 1):
            if count > MAX_MEMBERS:
                yield "", f"more than {MAX_MEMBERS} entries; the rest is left out"
                return
            if len(entry) > MAX_NAME:
                entry, held = f"{entry[:MAX_NAME // 10]}…", "its name is too long"
            yield _plain(entry), held
        if not count:
            yield "", "there are no files in it"
    except _Refused as refused:
        yield "", str(refused)
    except _BROKEN as error:
        yield "", f"a broken archive ({type(error).__name__})" + ("; the rest is left out" if count else "")


class _Refused(Exception):
    """No more of the archive is read, in words."""


class _Budget:
    def __init__(self, size: int) -> None:
        self.left = min(MAX_TOTAL, (1 << 20) + MAX_RATIO * size)

    def spend(self, count: int) -> None:
        """So many bytes have come out. Fails with `_Refused`."""
        self.left -= count
        if self.left < 0:
            raise _Refused(f"it unpacks to more than {MAX_TOTAL} bytes, or to more than {MAX_RATIO} times its size; the rest is left out")


def _passed_over(entry: str) -> str:
    """Why an entry of that name is not opened; "" where it is."""
    if is_archive(entry):
        return "archives in archives are not opened"
    return "hidden files are not read" if _foreign(entry) else ""


def _whole(stream: IO[bytes]) -> bytes | str:
    content = stream.read(MAX_MEMBER + 1)
    return content if len(content) <= MAX_MEMBER else f"more than {MAX_MEMBER} bytes"


# ------------------------------------------------------------------------------------------------------------------ zip


def _zip(content: bytes) -> Iterator[tuple[str, bytes | str]]:
    if content.count(b"PK\x01\x02") > 10 * MAX_MEMBERS:  # the table of contents is read as a whole
        raise _Refused(f"more than {MAX_MEMBERS} entries; none is read")
    budget = _Budget(len(content))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist()[:MAX_MEMBERS + 1]:
            mode = entry.external_attr >> 16
            if entry.is_dir():
                continue
            if mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode):
                yield entry.filename, "links are not followed" if stat.S_ISLNK(mode) else "not a regular file"
            elif entry.flag_bits & 1:
                yield entry.filename, "it is encrypted"
            elif reason := _passed_over(entry.filename):
                yield entry.filename, reason
            elif entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                yield entry.filename, "it is compressed in a way that is not read (expected deflate)"
            else:
                try:
                    with archive.open(entry) as stream:
                        held = _whole(stream)
                except _BROKEN as error:
                    held = f"it cannot be unpacked ({type(error).__name__})"
                budget.spend(len(held) if isinstance(held, bytes) else MAX_MEMBER)
                yield entry.filename, held


# ------------------------------------------------------------------------------------------------------------------ tar


def _tar(content: bytes) -> Iterator[tuple[str, bytes | str]]:
    with tarfile.open(fileobj=_Unpacked(content), mode="r|", tarinfo=_Entry) as archive:  # a stream: nothing is looked for ahead
        for entry in archive:
            if entry.isdir():
                continue
            if not entry.isreg() or entry.issparse():
                yield entry.name, "links are not followed" if entry.issym() or entry.islnk() else "not a regular file"
            elif reason := _passed_over(entry.name):
                yield entry.name, reason
            elif entry.size > MAX_MEMBER:
                yield entry.name, f"{entry.size} bytes; at most {MAX_MEMBER} are read"
            else:
                stream = archive.extractfile(entry)
                yield entry.name, _whole(stream) if stream else "not a regular file"


class _Entry(tarfile.TarInfo):
    """An entry that may not say much of itself; one that is damaged does not end the archive in silence."""

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> tarfile.TarInfo:
        try:
            return super().fromtarfile(archive)
        except (tarfile.InvalidHeaderError, tarfile.TruncatedHeaderError) as error:  # type: ignore[attr-defined]
            raise tarfile.ReadError(str(error)) from None

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        # tarfile names this method as the one to override; long names and extended headers are read into memory there
        if self.size < 0 or self.type in _HEADERS and self.size > MAX_HEADER:
            raise tarfile.ReadError("a header that is too long")
        return super()._proc_member(archive)  # type: ignore[misc]


_HEADERS = (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE)


class _Decompressor(Protocol):
    """What `bz2` and `lzma` offer; gzip looks like it through `_Gzip`."""

    eof: bool
    needs_input: bool
    unused_data: bytes

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """At most so many bytes of what the data hold."""


class _Gzip:
    def __init__(self) -> None:
        self._inner = zlib.decompressobj(31)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


_KINDS: tuple[tuple[bytes, Callable[[], _Decompressor]], ...] = (
    (b"\x1f\x8b", _Gzip), (b"BZh", bz2.BZ2Decompressor), (b"\xfd7zXZ\0", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_LZMA_MEMORY)))
_PIECE = 16 * 1024
_BEYOND = 4
"""Reads beyond the end."""


class _Unpacked(io.RawIOBase):
    """The bytes of a tar, unpacked as they are asked for, and counted."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at, self._beyond = content, 0, 0
        self._budget = _Budget(len(content))
        self._broken: BaseException | None = None
        self._make = next((make for magic, make in _KINDS if content.startswith(magic)), None)
        self._magic = next((magic for magic, _ in _KINDS if content.startswith(magic)), b"")
        self._inner = self._make() if self._make else None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        """That many bytes, fewer only at the end. Fails with `_Refused`, and with `EOFError` where the archive was cut off."""
        if self._broken is not None:
            raise self._broken
        found = bytearray()
        try:
            while len(found) < size and (more := self._more(size - len(found))):
                found += more
        except _BROKEN as error:
            if not found:
                raise
            self._broken = error  # what was whole before it is read
        self._budget.spend(len(found))
        self._beyond += not found
        if self._beyond > _BEYOND:  # an entry says that it is longer than everything; tarfile would go on reading nothing
            raise EOFError("cut off")
        return bytes(found)

    def _more(self, most: int) -> bytes:
        if self._inner is None:
            self._at += most
            return self._content[self._at - most:self._at]
        while True:
            if self._inner.eof:
                self._at -= len(self._inner.unused_data)
                if self._make is None or not self._content.startswith(self._magic, self._at):
                    self._content, self._inner = b"", None  # what else may stand there is not read
                    return b""
                self._inner = self._make()
            piece = self._content[self._at:self._at + _PIECE] if self._inner.needs_input else b""
            self._at += len(piece)
            found = self._inner.decompress(piece, most)
            if found:
                return found
            if self._at >= len(self._content) and self._inner.needs_input and not self._inner.eof:
                raise EOFError("cut off")


def _plain(entry: str) -> str:
    """An entry's name without a drive, a root or steps upwards; it is only shown."""
    return "/".join(p for p in entry.replace("\\", "/").split("/") if p not in ("", ".", "..")) or "(no name)"


def _foreign(entry: str) -> bool:
    return any(p.startswith(".") and p not in (".", "..") or p == "__MACOSX" for p in entry.replace("\\", "/").split("/"))
