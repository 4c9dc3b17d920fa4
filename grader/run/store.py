"""An append-only file of authenticated entries: what journals and caches are made of.

One entry a line, `KEY SEAL TEXT`: 32 hexadecimal digits of what the text follows from, a keyed BLAKE2 seal over both, and one line of ASCII. A line
that a crash cut off, or that anybody edited, has no valid seal and is as good as not there. Keys and places are in an `Index`. Nothing is ever unpickled.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import struct
import sys
import time
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from grader.run.index import Index

SYNC_SECONDS = 0.5
"""What is added reaches the disk (fsync) at the latest after so long, and when the file is closed."""
LONGEST = 16 * 1024 * 1024
"""Bytes of a line that is looked for in a file as it was found."""
_KEY, _STAMP = 32, 32
_HEAD = _KEY + _STAMP + 2
_PLACE = struct.Struct("<QI")


class Busy(Exception):
    """Another process holds the file."""


def secret() -> bytes | None:
    """This user's key for seals, made at first use: 32 bytes in a file that only the user can read, outside of every cache (in
    $XDG_STATE_HOME or ~/.local/state). None where there is no place for one."""
    try:
        base = os.environ.get("XDG_STATE_HOME", "")
        folder = (Path(base) if os.path.isabs(base) else Path.home() / ".local" / "state") / "grader"
        path = folder / "seal.key"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            fresh = folder / f".seal.{os.urandom(8).hex()}.new"  # a killed process may have left one under any other name
            try:
                with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    file.write(os.urandom(32))
                    os.fsync(file.fileno())
                os.link(fresh, path)  # the first of several that start at once wins
            except FileExistsError:
                pass
            finally:
                fresh.unlink(missing_ok=True)
        found = path.read_bytes()
        return found if len(found) == 32 else None
    except (OSError, RuntimeError):
        return None


@lru_cache(maxsize=1)
def code_digest() -> str:
    """32 hexadecimal digits of everything that decides besides the input: the sources of this package, Python, the installed packages."""
    made = hashlib.blake2b(sys.version.encode(), digest_size=16)
    root = Path(__file__).resolve().parent.parent
    for path in sorted(p for p in root.rglob("*") if p.suffix != ".pyc" and p.is_file()):
        content = path.read_bytes()
        made.update(f"\0{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        made.update(content)
    for folder in sorted({p for p in sys.path if p and os.path.isdir(p)}):
        made.update("\0".join(sorted(n for n in os.listdir(folder) if n.endswith((".dist-info", ".egg-info")))).encode())
    return made.hexdigest()


def file_digest(name: str, content: bytes) -> bytes:
    """What stands for a file in the digest of a run's input."""
    return hashlib.blake2b(name.encode("utf-8", "backslashreplace") + b"\0" + content, digest_size=16).digest()


def files_digest(digests: Iterable[bytes]) -> str:
    """The digest of a row of files."""
    made = hashlib.blake2b(digest_size=16)
    for each in digests:
        made.update(each)
    return made.hexdigest()


class Store:
    """One file of entries. `sealed_by` is the key of the seals; with an empty one they only tell damage."""

    def __init__(self, path: Path, sealed_by: bytes = b"", *, fresh: bool = False) -> None:
        """Open or make the file and read which keys it holds. Fails with `OSError`, and with `Busy` where another process writes to it."""
        self.path = path
        self._by = sealed_by
        self._index = Index(_PLACE.size)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0), 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._file)
            raise Busy(f"{path} is in use by another run") from error
        self._unsynced = 0.0
        if fresh:
            os.ftruncate(self._file, 0)
        self._size = self._scan()

    def _scan(self) -> int:
        offset, rest, whole = 0, b"", True
        with os.fdopen(os.dup(self._file), "rb") as file:
            file.seek(0)
            while block := file.read(1 << 20):
                lines = (rest + block).split(b"\n")
                rest = lines.pop()
                for line in lines:
                    self._note(line, offset)
                    offset += len(line) + 1
                if len(rest) > LONGEST:  # nothing of ours; what follows may be
                    offset, rest = offset + len(rest), b""
                whole = block.endswith(b"\n")
        if not whole:
            os.write(self._file, b"\n")  # ends a line that a crash cut off
        return offset + len(rest) + (not whole)

    def _note(self, line: bytes, offset: int) -> None:
        if len(line) > _HEAD and line[_KEY:_KEY + 1] == b" " and line[_HEAD - 1:_HEAD] == b" ":
            try:
                self._index.put(bytes.fromhex(line[:_KEY].decode("ascii")), _PLACE.pack(offset, len(line)))
            except ValueError:
                pass

    def _seal(self, key: bytes, text: bytes) -> bytes:
        return hashlib.blake2b(key + b" " + text, key=self._by, digest_size=_STAMP // 2).hexdigest().encode()

    def __contains__(self, key: str) -> bool:
        return bytes.fromhex(key) in self._index

    def __len__(self) -> int:
        return len(self._index)

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self._size

    def get(self, key: str) -> str | None:
        """The text under a key; None where there is none, or where its seal does not hold (it is then forgotten)."""
        place = self._index.get(bytes.fromhex(key))
        if place is None:
            return None
        start, length = _PLACE.unpack(place)
        line = os.pread(self._file, length, start)
        text = line[_HEAD:]
        if len(line) == length and line[:_KEY] == key.encode() and line[_KEY + 1:_HEAD - 1] == self._seal(line[:_KEY], text):
            try:
                return text.decode("ascii")
            except UnicodeDecodeError:
                pass
        self._index.discard(bytes.fromhex(key))
        return None

    def add(self, key: str, text: str) -> None:
        """Append an entry: handed to the system at once, so that a killed process loses nothing, and to the disk within `SYNC_SECONDS`. Fails with `OSError`."""
        body = text.encode("ascii")
        line = b"%b %b %b\n" % (key.encode(), self._seal(key.encode(), body), body)
        written = os.write(self._file, line)
        if written < len(line):
            raise OSError(28, "No space left on device")
        self._index.put(bytes.fromhex(key), _PLACE.pack(self._size, len(line) - 1))
        self._size += len(line)
        now = time.monotonic()
        if not self._unsynced:
            self._unsynced = now
        elif now - self._unsynced > SYNC_SECONDS:
            self.sync()

    def sync(self) -> None:
        """Wait until everything is on the disk. Fails with `OSError`."""
        os.fsync(self._file)
        self._unsynced = 0.0

    def close(self) -> None:
        """Let go of the file."""
        if self._file >= 0:
            try:
                os.fsync(self._file)
            finally:
                os.close(self._file)
                self._file = -1
                self._index.close()

    def remove(self) -> None:
        """Let go of the file and delete it."""
        self.path.unlink(missing_ok=True)
        os.close(self._file)
        self._file = -1
        self._index.close()
