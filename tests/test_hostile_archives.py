"""Archives made to hurt: whatever they claim, what comes out is bounded in bytes, memory and time, and nothing is left out in silence."""

import bz2
import gzip
import io
import lzma
import random
import struct
import tarfile
import time
import tracemalloc
import warnings
import zipfile

import pytest

from grader.intake import archives

PAPER = b"5c. p = q = 0\n"
LONG = b"".join(b"5c. line %d\n" % k for k in range(400))


def zipped(*entries, how=zipfile.ZIP_DEFLATED):
    held = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(held, "w", how) as archive:
        warnings.simplefilter("ignore")
        for name, content in entries:
            archive.writestr(name, content)
    return held.getvalue()


def tarred(*entries, form=tarfile.GNU_FORMAT, end=True):
    made = b""
    for name, content in entries:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        made += entry.tobuf(form) + content + b"\0" * (-len(content) % 512)
    return made + b"\0" * 1024 * end


def header(kind, size):
    entry = tarfile.TarInfo("x")
    entry.type, entry.size = kind, size
    return entry.tobuf(tarfile.GNU_FORMAT)


def sealed(block):
    """A header with a right checksum."""
    block = bytearray(block)
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def contents(count, of=zipped(("a.md", PAPER))):
    """A zip whose table of contents names its one file so often."""
    at, end = of.index(b"PK\x01\x02"), of.index(b"PK\x05\x06")
    table = of[at:end] * count
    return of[:at] + table + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, min(count, 65535), min(count, 65535), len(table), at, 0)


def read(name, content):
    return list(archives.members(name, content))


ZEROS = bytes(1 << 24)
SPARSE = sealed(header(tarfile.GNUTYPE_SPARSE, 0)[:386] + b"00000000000\0" * 2 + bytes(73) + b"77777777777\0" + bytes(17))
NEGATIVE = sealed(header(tarfile.REGTYPE, 0)[:124] + b"\xff" * 12 + header(tarfile.REGTYPE, 0)[136:])
ENDLESS = sealed(header(tarfile.REGTYPE, 0)[:124] + b"\x80" + b"\0" * 3 + b"\x7f" + b"\xff" * 7 + header(tarfile.REGTYPE, 0)[136:])
BOMBS = {
    "bzip2 in a zip": ("b.zip", lambda: zipped(("a.md", ZEROS), how=zipfile.ZIP_BZIP2), "compressed in a way that is not read"),
    "lzma in a zip": ("b.zip", lambda: zipped(("a.md", ZEROS), how=zipfile.ZIP_LZMA), "compressed in a way that is not read"),
    "deflate": ("b.zip", lambda: zipped(("a.md", ZEROS)), "more than 1048576 bytes"),
    "a table of contents without end": ("b.zip", lambda: contents(60_000), "more than 2000 entries"),
    "a long file of zeros": ("b.tar.bz2", lambda: bz2.compress(header(tarfile.REGTYPE, 1 << 30)) + bz2.compress(ZEROS) * 64, "it unpacks to more"),
    "gzip after gzip": ("b.tgz", lambda: gzip.compress(header(tarfile.REGTYPE, 1 << 30)) + gzip.compress(ZEROS) * 64, "it unpacks to more"),
    "xz after xz": ("b.txz", lambda: lzma.compress(header(tarfile.REGTYPE, 1 << 30)) + lzma.compress(ZEROS, preset=0) * 64, "it unpacks to more"),
    "a header in bzip2": ("b.tar.bz2", lambda: bz2.compress(header(tarfile.XHDTYPE, 1 << 30)) + bz2.compress(ZEROS) * 64, "a broken archive"),
    "a long name": ("b.tgz", lambda: gzip.compress(header(tarfile.GNUTYPE_LONGNAME, 1 << 30)) + gzip.compress(ZEROS) * 64, "a broken archive"),
    "headers about headers": ("b.tar", lambda: header(tarfile.XHDTYPE, 0) * 20_000, "a broken archive"),
    "many small records": ("b.tar", lambda: header(tarfile.XHDTYPE, 6_000_000) + b"6 a=b\n" * 1_000_000, "a broken archive"),
    "an xz that wants 256 MiB": ("b.txz", lambda: lzma.compress(PAPER, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 28, "mf": lzma.MF_HC3}]), "a broken archive (LZMAError)"),
    "a sparse file": ("b.tar", lambda: SPARSE + bytes(1024), "not a regular file"),
    "less than nothing": ("b.tar", lambda: NEGATIVE + bytes(1024), "a broken archive"),
    "more than the world": ("b.tar", lambda: ENDLESS + bytes(1024), "a broken archive (EOFError)"),
    "no archive": ("b.zip", lambda: tarred(("a.md", PAPER)), "a broken archive"),
    "nothing": ("b.tar.gz", lambda: b"", "a broken archive"),
    "no files": ("b.zip", lambda: zipped(), "there are no files in it"),
    "blank blocks": ("b.tar", lambda: bytes(10240), "there are no files in it"),
}


@pytest.mark.parametrize("what", BOMBS)
def test_a_bomb_costs_little_and_is_named(what):
    name, make, said = BOMBS[what]
    content = make()
    start = time.process_time()
    tracemalloc.start()
    try:
        found = read(name, content)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert said in found[-1][1]
    assert most < 24 << 20 and time.process_time() - start < 5


def test_papers_before_and_behind_what_is_not_read():
    inside = [("a.md", PAPER), ("b.md", LONG)]
    for name, content in {"x.tar": tarred(*inside), "x.tar.gz": gzip.compress(tarred(*inside)), "x.tbz2": bz2.compress(tarred(*inside)), "x.txz": lzma.compress(tarred(*inside)),
                          "x.zip": zipped(*inside), "stored.zip": zipped(*inside, how=zipfile.ZIP_STORED), "no-end.tar": tarred(*inside, end=False)}.items():
        assert read(name, content) == inside, name
    whole = tarred(*inside)
    assert read("two.tgz", gzip.compress(whole[:700]) + gzip.compress(whole[700:])) == inside
    assert read("more.tgz", gzip.compress(whole) + b"something else") == inside
    assert read("sparse.tar", SPARSE + whole) == [("x", "not a regular file"), *inside]
    assert read("names.zip", zipped(("n" * 60_000 + ".md", PAPER), ("a.md", PAPER))) == [("n" * 50 + "…", "its name is too long"), ("a.md", PAPER)]


@pytest.mark.parametrize("name, content", [("c.tar", tarred(("a.md", PAPER), ("b.md", LONG))[:3000]), ("c.tgz", gzip.compress(tarred(("a.md", PAPER), ("b.md", LONG)))[:-30]),
                                           ("c.tar", tarred(("a.md", PAPER), end=False) + b"\1" * 512)])
def test_what_is_cut_off_or_damaged_says_so(name, content):
    found = read(name, content)
    assert found[0] == ("a.md", PAPER) and found[-1][0] == "" and found[-1][1].startswith("a broken archive")


def test_damaged_archives_are_told_as_broken_and_never_break_the_reader():
    entries = ("a.md", PAPER), ("b" * 120 + ".md", LONG), ("c.md", PAPER)
    seeds = {"s.zip": zipped(*entries), "s.tar": tarred(*entries), "p.tar": tarred(*entries, form=tarfile.PAX_FORMAT), "s.tgz": gzip.compress(tarred(*entries)),
             "s.tbz2": bz2.compress(tarred(*entries)), "s.txz": lzma.compress(tarred(*entries)), "sparse.tar": SPARSE + tarred(*entries)}
    rng = random.Random(5)
    start = time.process_time()
    for _ in range(1500):
        name = rng.choice(list(seeds))
        content = bytearray(seeds[name])
        for _ in range(rng.choice((1, 2, 20))):
            at = rng.randrange(len(content)) if content else 0
            if content and rng.random() < 0.6:
                content[at] = rng.choice((0, 255, rng.randrange(256)))
            elif rng.random() < 0.5:
                del content[at:at + rng.randrange(200)]
            elif name.endswith(".tar") and len(content) > 512:
                at = 512 * rng.randrange(len(content) // 512)
                field, length = rng.choice(((124, 12), (156, 1), (0, 100), (386, 24), (482, 1), (257, 8)))
                content[at + field:at + field + length] = bytes(rng.choice(b"01234567 \0\xff\x80xgLKS") for _ in range(length))
                content[at:at + 512] = sealed(content[at:at + 512])
        for entry, held in archives.members(name, bytes(content)):
            assert isinstance(entry, str) and len(held) <= archives.MAX_MEMBER
    assert time.process_time() - start < 20
