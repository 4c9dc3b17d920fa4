"""Archives that learners hand in, opened in memory and within bounds: zip and tar, also compressed.

Nothing is ever written, so that no name in an archive can lead anywhere; names are only shown, cleaned of `.` and `..`. Links, devices, encrypted and
nested archives are passed over with the reason. What an archive says of its sizes is not believed: bytes are counted as they come, for each file and
for the whole, and against the bytes of the archive, so that a bomb stops at the bound and not at its end.
"""

from __future__ import annotations

import io
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

MAX_ARCHIVE = 64 * 1024 * 1024
"""Larger archives are not opened."""
MAX_MEMBER = 1024 * 1024
MAX_TOTAL = 64 * 1024 * 1024
"""Bytes that may come out of one archive."""
MAX_MEMBERS = 2_000
MAX_RATIO = 200
"""Bytes that may come out for a byte of the archive, beyond a first MiB."""
ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
_BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, RuntimeError,
           NotImplementedError, IndexError, KeyError, OverflowError, MemoryError)


def is_archive(name: str) -> bool:
    """Is this the name of an archive that can be opened?"""
    return name.lower().endswith(ENDINGS)


def members(name: str, content: bytes) -> Iterator[tuple[str, bytes | str]]:
    """For each entry of an archive its name, and its bytes or the reason why it is passed over; a reason under an empty name is about the archive."""
    budget = _Budget(len(content))
    try:
        entries = _zip(content, budget) if name.lower().endswith(".zip") else _tar(content, budget)
        for count, (entry, held) in enumerate(entries):
            if count >= MAX_MEMBERS:
                yield "", f"more than {MAX_MEMBERS} entries; the rest is left out"
                return
            yield _plain(entry), held
    except _Spent as spent:
        yield "", str(spent)
    except _BROKEN as error:
        yield "", f"a broken archive ({type(error).__name__})"


class _Spent(Exception):
    """The archive has given as much as it may."""


class _Budget:
    def __init__(self, size: int) -> None:
        self.left = min(MAX_TOTAL, (1 << 20) + MAX_RATIO * size)

    def read(self, stream: IO[bytes]) -> bytes | str:
        """An entry's bytes, at most what is left. Fails with `_Spent`."""
        content = stream.read(min(MAX_MEMBER, self.left) + 1)
        self.left -= len(content)
        if self.left < 0:
            raise _Spent(f"it unpacks to more than {MAX_TOTAL} bytes, or to more than {MAX_RATIO} times its size; the rest is left out")
        return content if len(content) <= MAX_MEMBER else f"more than {MAX_MEMBER} bytes"


def _zip(content: bytes, budget: _Budget) -> Iterator[tuple[str, bytes | str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist()[:MAX_MEMBERS + 1]:
            mode = entry.external_attr >> 16
            if entry.is_dir():
                continue
            if mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode):
                yield entry.filename, "links are not followed" if stat.S_ISLNK(mode) else "not a regular file"
            elif entry.flag_bits & 1:
                yield entry.filename, "it is encrypted"
            elif is_archive(entry.filename):
                yield entry.filename, "archives in archives are not opened"
            elif _foreign(entry.filename):
                yield entry.filename, "hidden files are not read"
            else:
                try:
                    with archive.open(entry) as stream:
                        held = budget.read(stream)
                except _BROKEN as error:
                    held = f"it cannot be unpacked ({type(error).__name__})"
                yield entry.filename, held


def _tar(content: bytes, budget: _Budget) -> Iterator[tuple[str, bytes | str]]:
    with tarfile.open(fileobj=_Counted(content, budget), mode="r|*") as archive:  # a stream: nothing is looked for ahead
        for entry in archive:
            if entry.isdir():
                continue
            if not entry.isreg():
                yield entry.name, "links are not followed" if entry.issym() or entry.islnk() else "not a regular file"
            elif is_archive(entry.name):
                yield entry.name, "archives in archives are not opened"
            elif _foreign(entry.name):
                yield entry.name, "hidden files are not read"
            elif entry.size > MAX_MEMBER:
                if entry.size > budget.left:
                    raise _Spent(f"it unpacks to more than {MAX_TOTAL} bytes, or to more than {MAX_RATIO} times its size; the rest is left out")
                budget.left -= entry.size  # passing over it unpacks it
                yield entry.name, f"{entry.size} bytes; at most {MAX_MEMBER} are read"
            else:
                stream = archive.extractfile(entry)
                yield entry.name, budget.read(stream) if stream else "not a regular file"


class _Counted(io.BytesIO):
    """The archive's bytes; each block that is asked for costs a little, so that endless empty blocks end too."""

    def __init__(self, content: bytes, budget: _Budget) -> None:
        super().__init__(content)
        self._budget = budget

    def read(self, size: int | None = -1, /) -> bytes:
        self._budget.left -= 1
        if self._budget.left < 0:
            raise _Spent("it unpacks to more than is read; the rest is left out")
        return super().read(size)


def _plain(entry: str) -> str:
    """An entry's name without a drive, a root or steps upwards; it is only shown."""
    return "/".join(p for p in entry.replace("\\", "/").split("/") if p not in ("", ".", "..")) or "(no name)"


def _foreign(entry: str) -> bool:
    return any(p.startswith(".") and p not in (".", "..") or p == "__MACOSX" for p in entry.replace("\\", "/").split("/"))
