"""Belts that the kernel of the machine offers to a worker, beside its limits: Landlock and seccomp, called directly and without any package.

Limits and process groups are the floor and hold everywhere. Where Linux offers more, a worker also gives up, for good and for all its children: opening any
file but the interpreter's own for reading (Landlock), and starting programs or processes, sockets, tracing, mounting and the like (a seccomp
filter that answers EPERM). Nothing of this is needed for right verdicts: learners' text is never evaluated. A belt that is not there is left off.

Sources: linux/landlock.h and Documentation/userspace-api/landlock.rst (ABI 1 to 6); linux/seccomp.h, linux/filter.h; the syscall tables of x86-64 and
of the generic table that arm64 uses.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 1, 38, 22, 2
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_MAKE = 1 << 1 | _READ_FILE | _READ_DIR | 1 << 5 | 1 << 8 | 1 << 14
"""Writing, removing and making files, cutting them off."""
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
"""How many rights on files an ABI of Landlock knows; from 5 on there are 16."""

_CALLS = {
    "x86_64": (0xC000003E, {"clone": 56, "clone3": 435}, (
        41, 42, 43, 49, 50, 53, 288,  # socket connect accept bind listen socketpair accept4
        57, 58, 59, 322,  # fork vfork execve execveat
        62, 101, 310, 311,  # kill ptrace process_vm_readv process_vm_writev
        155, 161, 165, 166, 272, 308, 428, 429, 430, 431, 432, 442,  # pivot_root chroot mount umount2 unshare setns, the new mount calls
        135, 160, 163, 167, 168, 169, 170, 171, 172, 173, 175, 246, 304, 313, 320,  # personality setrlimit acct swap reboot names io modules kexec handles
        248, 249, 250, 298, 319, 321, 323, 425, 426, 427)),  # keys perf memfd bpf userfaultfd io_uring
    "aarch64": (0xC00000B7, {"clone": 220, "clone3": 435}, (
        198, 199, 200, 201, 202, 203, 242, 221, 281, 129, 117, 270, 271, 41, 51, 40, 39, 97, 268, 428, 429, 430, 431, 432, 442,
        92, 164, 89, 224, 225, 142, 161, 162, 105, 104, 265, 273, 294, 217, 218, 219, 241, 279, 280, 282, 425, 426, 427)),
}
_CLONE_THREAD = 0x10000
_ALLOW, _ERRNO, _EPERM, _ENOSYS = 0x7FFF0000, 0x00050000, 1, 38


def abilities() -> dict[str, str]:
    """What this machine offers, in words, by belt; an empty text where it does not. Changes nothing."""
    abi = _landlock_abi()
    filters = _filter_program() is not None and _seccomp_offered()
    return {"landlock": f"Landlock ABI {abi}" if abi else "", "seccomp": "seccomp filter" if filters else ""}


def enter(writable: Iterable[str] = ()) -> tuple[str, ...]:
    """Put the belts on in this process for good, and name those that hold. In the folders `writable` files may be made and replaced. Never fails."""
    held = []
    try:
        libc = _libc()
        if libc is None or libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
            return ()
        if _restrict_files(libc, _own_folders(), writable):
            held.append("landlock")
        if _restrict_calls(libc):
            held.append("seccomp")
    except (OSError, ctypes.ArgumentError, AttributeError):
        pass
    return tuple(held)


def die_with_parent() -> None:
    """Have the kernel end this process when its parent ends, however that happens. Does nothing where there is no such service."""
    libc = _libc()
    if libc is not None:
        libc.prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0)


def _libc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


# ------------------------------------------------------------------------------------------------------------- landlock


def _landlock_abi() -> int:
    libc = _libc()
    return max(0, libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint(1))) if libc else 0


def _own_folders() -> list[str]:
    """Where modules may still be loaded from, and what their libraries read."""
    here = [str(Path(__file__).resolve().parent.parent), sys.prefix, sys.base_prefix, sys.exec_prefix, *[p for p in sys.path if os.path.isabs(p)]]
    return [*here, "/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64", "/etc/ld.so.cache", "/dev/null", "/dev/urandom", "/sys/devices/system/cpu"]


def _restrict_files(libc: ctypes.CDLL, readable: Iterable[str], writable: Iterable[str]) -> bool:
    abi = _landlock_abi()
    if not abi:
        return False
    files = (1 << _FILE_RIGHTS.get(abi, 16)) - 1
    attributes = struct.pack("=QQQ", files, 0b11 if abi >= 4 else 0, 0b11 if abi >= 6 else 0)
    attributes = attributes[:24 if abi >= 6 else 16 if abi >= 4 else 8]
    ruleset = libc.syscall(_CREATE_RULESET, ctypes.c_char_p(attributes), ctypes.c_size_t(len(attributes)), ctypes.c_uint(0))
    if ruleset < 0:
        return False
    try:
        rights = {**{path: _READ_FILE | _READ_DIR for path in readable}, **{path: _MAKE & files for path in writable}}
        for path, allowed in rights.items():
            try:
                handle = os.open(path, getattr(os, "O_PATH", os.O_RDONLY) | os.O_CLOEXEC)
            except OSError:
                continue
            try:
                allowed &= -1 if os.path.isdir(path) else ~_READ_DIR
                libc.syscall(_ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(1), ctypes.c_char_p(struct.pack("=Qi", allowed, handle)), ctypes.c_uint(0))
            finally:
                os.close(handle)
        return libc.syscall(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint(0)) == 0
    finally:
        os.close(ruleset)


# -------------------------------------------------------------------------------------------------------------- seccomp


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def _seccomp_offered() -> bool:
    try:
        return "errno" in Path("/proc/sys/kernel/seccomp/actions_avail").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return False


def _filter_program() -> bytes | None:
    """The filter in classic BPF, or None for an architecture whose call numbers are not listed."""
    if platform.machine() not in _CALLS or struct.calcsize("P") != 8 or sys.byteorder != "little":
        return None
    arch, named, denied = _CALLS[platform.machine()]
    deny, allow = _ERRNO | _EPERM, _ALLOW
    steps: list[tuple[int, int, int, int]] = [
        (0x20, 0, 0, 4), (0x15, 1, 0, arch), (0x06, 0, 0, deny),  # load arch; another one is denied whole
        (0x20, 0, 0, 0), (0x35, 0, 1, 0x40000000), (0x06, 0, 0, deny),  # load nr; the x32 numbers are denied
        (0x15, 0, 1, named["clone3"]), (0x06, 0, 0, _ERRNO | _ENOSYS),  # its flags are out of reach; the C library then uses clone
        (0x15, 0, 4, named["clone"]), (0x20, 0, 0, 16), (0x45, 0, 1, _CLONE_THREAD), (0x06, 0, 0, allow), (0x06, 0, 0, deny),  # threads only
    ]
    for number in denied:
        steps += [(0x15, 0, 1, number), (0x06, 0, 0, deny)]
    steps.append((0x06, 0, 0, allow))
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def _restrict_calls(libc: ctypes.CDLL) -> bool:
    code = _filter_program()
    if code is None:
        return False
    program = _Program(len(code) // 8, code)
    return libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0
