"""What earlier runs found out, so that equal work is done once: a bounded, disposable folder whose edited entries can forge nothing.

Three things are kept, in $XDG_CACHE_HOME/grader (or ~/.cache/grader), or in the folder that is named:

- evidence: for a claim, decided under a budget by this very code, the evidence that settled it; on a hit the kernel replays it (`memory`).
- outcomes of tests: which tests of a part failed, by digest of the part.
- finished runs: a digest of every byte that went in, and the state of every file that came out. Where neither has moved, there is nothing to do.

Every entry is sealed under a key that is kept elsewhere (`store.secret`): an entry that was edited, cut off or invented is ignored, and the work is
done anew. Marks are therefore the same with the cache on, off, and tampered with.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from grader.run.store import Busy, Store, code_digest, secret

MAX_BYTES = 256 * 1024 * 1024
"""A cache file that has grown larger is begun anew."""
WRITTEN = ("records.jsonl", "papers.jsonl", "index.html", "index.md", "grades.csv")
"""What every run writes, beside the folder of pages."""
MAX_VERSIONS = 3
"""Cache files of so many versions of the code are kept."""


def default_folder() -> Path | None:
    """Where the cache is unless a command says otherwise; None where there is no home."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    try:
        return (Path(base) if os.path.isabs(base) else Path.home() / ".cache") / "grader"
    except RuntimeError:
        return None


class Cache:
    """An open cache. Every failure to read or write it is survived: what is not there is found out again."""

    def __init__(self, folder: Path | None) -> None:
        """`folder` None, or one that cannot be used, gives a cache that holds nothing; `off` then says why."""
        self.off = ""
        self.folder = folder
        self._store: Store | None = None
        self._by = secret() if folder else None
        if folder is None:
            self.off = "it is turned off"
        elif self._by is None:
            self.off = "there is no place for its key"
        else:
            self._open(folder, self._by)

    def _open(self, folder: Path, by: bytes) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path = folder / f"evidence-{code_digest()[:12]}.log"
            others = sorted((p for p in folder.glob("evidence-*.log") if p != path), key=lambda p: p.stat().st_mtime, reverse=True)
            for old in others[MAX_VERSIONS - 1:]:
                old.unlink(missing_ok=True)
            self._store = Store(path, by, fresh=path.exists() and path.stat().st_size > MAX_BYTES)
        except Busy:
            self.off = "another run is using it"
        except OSError as error:
            self.off = f"{folder} cannot be used ({error.strerror or error})"

    def __len__(self) -> int:
        return len(self._store) if self._store else 0

    @property
    def size(self) -> int:
        """Bytes of the entries."""
        return self._store.size if self._store else 0

    def get(self, key: str) -> Any:
        """The JSON value under a key, or None."""
        if self._store is None:
            return None
        try:
            text = self._store.get(key)
            return None if text is None else json.loads(text)
        except (OSError, ValueError, RecursionError):
            return None

    def add(self, key: str, value: Any) -> None:
        """Keep a JSON value. A full disk turns the cache off and nothing else."""
        if self._store is None or key in self._store:
            return
        try:
            self._store.add(key, json.dumps(value, separators=(",", ":")))
        except OSError as error:
            self.off, self._store = f"it cannot be written ({error.strerror})", None

    def close(self) -> None:
        """Let go of the files."""
        if self._store is not None:
            try:
                self._store.close()
            except OSError:
                pass
            self._store = None

    # ------------------------------------------------------------------------------------------------------ finished runs

    def finished(self, out: Path, inputs: str) -> dict[str, Any] | None:
        """What is known of the run that wrote the folder `out` from these very inputs, where every file in it is still as it was; else None."""
        found = self.get(_run_key(out, inputs))
        if not isinstance(found, dict) or found.get("state") != state(out):
            return None
        return found

    def finish(self, out: Path, inputs: str, said: dict[str, Any]) -> None:
        """Keep what `finished` will need."""
        key = _run_key(out, inputs)
        if self._store is not None:
            try:
                self._store.add(key, json.dumps({**said, "state": state(out)}, separators=(",", ":")))
            except OSError as error:
                self.off, self._store = f"it cannot be written ({error.strerror})", None


def _run_key(out: Path, inputs: str) -> str:
    return hashlib.blake2b(f"run\0{os.path.realpath(out)}\0{inputs}".encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def state(out: Path) -> str | None:
    """What stands for the files that a run has written: names, sizes, times of change (of content and of the entry) and inodes; None where one of those that
    every run writes is missing. Whoever edits, adds or removes a page changes it. A sum of digests, so that neither order nor number matters for memory."""
    total = count = 0
    try:
        for name in WRITTEN:
            total += _state(name, os.lstat(out / name))
        with os.scandir(out / "learners") as entries:
            for entry in entries:
                total += _state(f"learners/{entry.name}", entry.stat(follow_symlinks=False))
                count += 1
    except (OSError, ValueError):
        return None
    return f"{count} {total % (1 << 128):032x}"


def _state(name: str, seen: os.stat_result) -> int:
    said = f"{name}\0{seen.st_size} {seen.st_mtime_ns} {seen.st_ctime_ns} {seen.st_ino}"
    return int.from_bytes(hashlib.blake2b(said.encode("utf-8", "surrogateescape"), digest_size=16).digest(), "little")
