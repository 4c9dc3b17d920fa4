"""The files of a folder that may be papers: regular files under it, read once into memory, and everything else named with the reason.

The folder is taken for a hostile place. Files are opened by handle, relative to the handle of their folder and without following links, never for their
side effects (a FIFO or device does not block), and only up to a size; names are shown with their control characters as escapes and are never used as
paths by anything else. A file that changes while it is read is read again, and left out with that reason where it keeps changing. Archives are opened only
when asked (`archives`), in memory.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from grader.intake import archives

MAX_BYTES = 1024 * 1024
"""Larger files are skipped."""
MAX_FILES = 500_000
MAX_FOLDERS = 20
"""Folders within folders deeper than this are skipped."""
TRIES = 3
"""How often a file is read that changes while it is read."""

FORMATS = {".yaml": "yaml", ".yml": "yaml", ".md": "markdown", ".markdown": "markdown", ".tex": "latex", ".ltx": "latex", ".ipynb": "notebook",
           ".txt": "text", ".text": "text"}


class Skipped(NamedTuple):
    """A file that was not used: its place ("folder/file:line") and why."""

    place: str
    reason: str


HARMLESS = ("hidden files are not read", "it is not among the papers")
"""Reasons that say of no paper that it was left out."""


def files(folder: str | os.PathLike[str], skipped: list[Skipped], *, unpack: bool = False, others: Collection[Path] = ()) -> Iterator[tuple[str, bytes]]:
    """(name relative to the folder, bytes) of the regular files that may be papers, in order; what is passed over is added to `skipped`.

    With `unpack` the files in an archive follow as `ARCHIVE/NAME`, within the bounds of `archives`. What is in `others` (the folders of reports and of problem
    files, wherever they lie) is no paper.
    """
    for name, content in _files(Path(folder), skipped, unpack, _identities(others)):
        if not archives.is_archive(name):
            yield name, content
            continue
        for inner, held in archives.members(name, content):
            shown = f"{name}/{shown_name(inner)}"
            if isinstance(held, str):
                skipped.append(Skipped(shown if inner else name, held))
            elif format_of(shown) is None:
                skipped.append(Skipped(shown, _NO_FORMAT))
            else:
                yield shown, held


_Identities = frozenset[tuple[int, int]]


def _identities(paths: Collection[Path]) -> _Identities:
    """What stands for files and folders, under whatever names they are reached."""
    found = set()
    for path in paths:
        try:
            seen = os.stat(path)
        except OSError:
            continue
        found.add((seen.st_dev, seen.st_ino))
    return frozenset(found)


def _files(root: Path, skipped: list[Skipped], unpack: bool, others: _Identities) -> Iterator[tuple[str, bytes]]:
    flags = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0)
    if not root.is_dir():
        content = _bytes(os.fspath(root), None, shown_name(root.name), skipped, unpack)
        if content is not None:
            yield shown_name(root.name), content
        return
    try:
        top = os.open(root, flags | getattr(os, "O_DIRECTORY", 0))
    except OSError as error:
        skipped.append(Skipped(shown_name(root.name), f"cannot be opened ({_words(error)})"))
        return
    count = 0
    try:
        for name, handle, entry in _walk(top, "", 0, skipped, others):
            count += 1
            if count > MAX_FILES:
                skipped.append(Skipped(name, f"more than {MAX_FILES} files; the rest is left out"))
                return
            content = _bytes(entry, handle, name, skipped, unpack)
            if content is not None:
                yield name, content
    finally:
        os.close(top)


def _walk(handle: int, prefix: str, depth: int, skipped: list[Skipped], others: _Identities) -> Iterator[tuple[str, int, str]]:
    """(shown name, handle of the folder, entry's name) of everything that may be a file, in order; folders are opened without following links."""
    try:
        with os.scandir(handle) as listed:
            entries = sorted([(found.name, _other(found, handle, others) or _is_folder(found)) for found in listed], key=lambda found: os.fsencode(found[0]))
    except OSError as error:
        skipped.append(Skipped(prefix or ".", f"cannot be listed ({_words(error)})"))
        return
    for entry, folder in entries:
        shown = prefix + shown_name(entry)
        if entry.startswith("."):
            skipped.append(Skipped(shown, HARMLESS[0]))
            continue
        if isinstance(folder, str):
            skipped.append(Skipped(shown, folder))
            continue
        if not folder:
            yield shown, handle, entry
            continue
        if depth >= MAX_FOLDERS:
            skipped.append(Skipped(shown, f"folders deeper than {MAX_FOLDERS} are not read"))
            continue
        try:
            below = os.open(entry, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0),
                            dir_fd=handle)
        except OSError as error:
            skipped.append(Skipped(shown, f"cannot be opened ({_words(error)})"))
            continue
        try:
            yield from _walk(below, shown + "/", depth + 1, skipped, others)
        finally:
            os.close(below)


def _other(entry: os.DirEntry[str], handle: int, others: _Identities) -> str:
    """Why a file or folder is no paper that has another business; "" for most."""
    if any(entry.inode() == number for _, number in others):
        with contextlib.suppress(OSError):
            seen = os.stat(entry.name, dir_fd=handle, follow_symlinks=False)
            return HARMLESS[1] if (seen.st_dev, seen.st_ino) in others else ""
    return ""


def _is_folder(entry: os.DirEntry[str]) -> bool | str:
    """Is it a folder, and no link to one? Or why nobody can tell."""
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError as error:
        return f"cannot be looked at ({_words(error)})"


_NO_FORMAT = f"not a format that is read (expected {' '.join(dict.fromkeys(FORMATS))})"


def _bytes(entry: str, handle: int | None, shown: str, skipped: list[Skipped], unpack: bool = False) -> bytes | None:
    """The bytes of a regular file that is not too large, as they were at one moment; None with a reason where it is something else."""
    archive = archives.is_archive(shown)
    if format_of(shown) is None and not (archive and unpack):
        skipped.append(Skipped(shown, _passed_over(entry, handle, archive)))
        return None
    most = archives.MAX_ARCHIVE if archive else MAX_BYTES
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | (getattr(os, "O_NOFOLLOW", 0) if handle is not None else 0)
    try:
        seen = os.stat(entry, dir_fd=handle, follow_symlinks=handle is None).st_mode
        if not stat.S_ISREG(seen) and not stat.S_ISLNK(seen):
            skipped.append(Skipped(shown, "not a regular file"))  # opening a device may do something
            return None
        opened = os.open(entry, flags, dir_fd=handle)
    except OSError as error:
        reason = "links are not followed" if error.errno in (errno.ELOOP, errno.EMLINK) else f"cannot be opened ({_words(error)})"
        skipped.append(Skipped(shown, reason))
        return None
    try:
        content = _content(opened, most)
    except OSError as error:
        content = f"cannot be read ({_words(error)})"
    finally:
        os.close(opened)
    if isinstance(content, str):
        skipped.append(Skipped(shown, content))
        return None
    return content


def _content(opened: int, most: int) -> bytes | str:
    """The bytes behind a handle, or why there are none."""
    for _ in range(TRIES):
        held = os.fstat(opened)
        if not stat.S_ISREG(held.st_mode):
            return "not a regular file"
        if held.st_size > most:
            return f"{held.st_size} bytes; at most {most} are read"
        os.lseek(opened, 0, os.SEEK_SET)
        content = b""
        while len(content) <= most and (more := os.read(opened, max(4096, held.st_size + 1 - len(content)))):
            content += more
        if len(content) > most:
            return f"more than {most} bytes"
        after = os.fstat(opened)
        if (held.st_size, held.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
            return content
    return "it changed while it was read; run again when it is complete"


def _words(error: OSError) -> str:
    """What the system says about a file. Fails with the error itself where it is about us: no paper is left out because we have too much open."""
    if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM):
        raise error
    return error.strerror or str(error)


def regular_bytes(path: str | os.PathLike[str], most: int) -> bytes:
    """The bytes of a regular file, at most one more than `most`; links are followed, and nothing blocks. Fails with `OSError`."""
    opened = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    try:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", os.fspath(path))
        with os.fdopen(os.dup(opened), "rb") as stream:
            return stream.read(most + 1)
    finally:
        os.close(opened)


def _passed_over(entry: str, handle: int | None, archive: bool) -> str:
    """Why a file is not opened whose name is none of a paper."""
    try:
        mode = os.stat(entry, dir_fd=handle, follow_symlinks=handle is None).st_mode
    except OSError as error:
        return f"cannot be looked at ({_words(error)})"
    if stat.S_ISLNK(mode):
        return "links are not followed"
    if not stat.S_ISREG(mode):
        return "not a regular file"
    return "an archive; it is unpacked only when asked (--unpack)" if archive else _NO_FORMAT


def shown_name(name: str) -> str:
    """A file's name as it may be shown: control characters and broken bytes as escapes."""
    if name.isascii() and name.isprintable():
        return name
    try:
        held = name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        held = name.encode("utf-8", "backslashreplace")
    text = held.decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def format_of(name: str) -> str | None:
    """The format that the end of a name stands for; None for one that is not read."""
    lower = name.lower()
    if lower.endswith((".ocr.md", ".ocr.markdown")):
        return "ocr"
    return next((FORMATS[end] for end in FORMATS if lower.endswith(end)), None)
