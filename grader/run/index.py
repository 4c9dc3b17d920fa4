"""Tables and streams on disk: what a large class needs to have at hand, in files without a name, so that memory does not grow with it.

An `Index` is a hash table with open addressing and linear probing (Knuth, The Art of Computer Programming 3, section 6.4, algorithm L): keys are digests, so
their own first bytes are the hash. A `Streams` holds many rows of bytes that grow side by side. Both may be read in processes that were forked after the last
change.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator

KEY = 16
"""Bytes of a key."""
HELD = 4096
"""Entries held in memory before they move to a file."""
_WINDOW = 8
"""Slots that are read at once."""
_EMPTY = bytes(KEY)


class Index:
    """Values of so many bytes (`width`) under keys of 16 bytes that are digests; a value of zeros is as good as none."""

    def __init__(self, width: int) -> None:
        self.width = width
        self._slot = KEY + width
        self._count = 0
        self._small: dict[bytes, bytes] | None = {}
        self._file = -1
        self._slots = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, key: bytes) -> bool:
        return self.get(key) is not None

    def get(self, key: bytes) -> bytes | None:
        """The value under a key, or None."""
        if self._small is not None:
            return self._small.get(key)
        place, found = self._find(key)
        return found if place >= 0 and any(found) else None

    def put(self, key: bytes, value: bytes) -> None:
        """Keep a value under a key, instead of what was there."""
        if self._small is not None:
            self._count += key not in self._small
            self._small[key] = value
            if len(self._small) > HELD:
                held, self._small = self._small, None
                self._grow(iter(held.items()))
            return
        place, found = self._find(key)
        if not any(found) and any(value):
            self._count += 1
        os.pwrite(self._file, key + value, (place if place >= 0 else ~place) * self._slot)
        if self._count * 5 > self._slots * 3:
            self._grow(_entries(self._file, self._slot, self._slots))

    def discard(self, key: bytes) -> None:
        """Forget what is under a key."""
        if self._small is not None:
            self._count -= self._small.pop(key, None) is not None
        elif key in self:
            self._count -= 1
            os.pwrite(self._file, key + bytes(self.width), self._find(key)[0] * self._slot)

    def _find(self, key: bytes) -> tuple[int, bytes]:
        """The slot of a key and its value; ~ the first free slot, and zeros, where it has none."""
        at = int.from_bytes(key[:8], "little") % self._slots
        while True:
            window = os.pread(self._file, min(_WINDOW, self._slots - at) * self._slot, at * self._slot)
            for start in range(0, len(window), self._slot):
                held = window[start:start + KEY]
                if held == key:
                    return at, window[start + KEY:start + self._slot]
                if held == _EMPTY:
                    return ~at, bytes(self.width)
                at += 1
            at %= self._slots

    def _grow(self, entries: Iterator[tuple[bytes, bytes]]) -> None:
        self._slots = 4 * max(16, HELD, self._slots)
        self._file = _nameless()
        os.ftruncate(self._file, self._slots * self._slot)
        for key, value in entries:
            os.pwrite(self._file, key + value, ~self._find(key)[0] * self._slot)

    def close(self) -> None:
        """Let go of the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


class Streams:
    """Rows of bytes under names, each growing on its own, all in one file."""

    BLOCK = 16 * 1024

    def __init__(self) -> None:
        self._file = _nameless()
        self._size = 0
        self._begun: dict[str, bytearray] = {}
        self._blocks: dict[str, list[tuple[int, int]]] = {}

    def add(self, name: str, more: bytes) -> None:
        """Put more at the end of a row."""
        begun = self._begun.setdefault(name, bytearray())
        begun += more
        if len(begun) >= self.BLOCK:
            self._write(name, begun)

    def _write(self, name: str, block: bytearray) -> None:
        written = os.pwrite(self._file, block, self._size)
        if written < len(block):
            raise OSError(28, "No space left on device")
        self._blocks.setdefault(name, []).append((self._size, written))
        self._size += written
        block.clear()

    def read(self, name: str) -> Iterator[bytes]:
        """A row in pieces, in order; nothing for a name that has none."""
        for start, length in self._blocks.get(name, ()):
            yield os.pread(self._file, length, start)
        yield bytes(self._begun.get(name, b""))

    def close(self) -> None:
        """Let go of the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _entries(file: int, slot: int, slots: int) -> Iterator[tuple[bytes, bytes]]:
    """What a table's file holds, which is closed at the end."""
    for start in range(0, slots * slot, slot * 1024):
        block = os.pread(file, slot * 1024, start)
        for at in range(0, len(block), slot):
            if any(block[at + KEY:at + slot]):
                yield block[at:at + KEY], block[at + KEY:at + slot]
    os.close(file)


def _nameless() -> int:
    with tempfile.TemporaryFile(prefix="grader-") as file:
        return os.dup(file.fileno())
