"""A folder as bad as learners, tools and accidents make it: every entry is marked, or named with a reason; nothing in it is followed, run or believed."""

import io
import json
import os
import re
import socket
import subprocess
import sys
import tarfile
import threading
import time
import unicodedata
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest

from grader.intake import archives
from grader.intake.files import files

ROOT = Path(__file__).resolve().parent.parent
HONEST = {"h1.yaml": 'learner: h1\nminimax: {5c: "p = q = 0"}\n', "h2.md": "Student h2\n\n5c. (p, q) = (0, 0)\n", "h3.txt": "Name: h3\n5c) p = 0 and q = 0\n",
          "h4.tex": "\\begin{answer}{5c}\n$p=q=0$\n\\end{answer}\n", "below/h5.md": "5c. p = q = 0\n", "h6.md": "\ufeff5c. p = q = 0\n"}
RIGHT = "5c. p = q = 0\n"
NAMES = ("--help.md", "...md", "trail.md.", "trail.md ", " lead.md", "a\tb.md", "\x7f.md", "\x1b]0;x\x07.md", "é" * 126 + ".md", "\u200b.md", "\ufeff.md", "a\u2028b.md", "%00.md", "a:b|c*d?.md",
         "`touch MARK`.md", "{{7*7}}.md", "=1+1.md", "@SUM(1).md", "records.md", "null.md", "__init__.md", "..\\..\\x.md", "C:\\x.md", "\\u000a.md", "x.OCR.MD", "aux.txt", "a.yaml/inner.md",
         "d.tar.gz/in.md", "Twin.md", "twin.md")
ODD = {
    "utf16le.md": "Student u1\n\n5c. p = q = 0\n".encode("utf-16-le"), "utf32.md": RIGHT.encode("utf-32"), "cr.md": b"Student cr\r\r5c. p = q = 0\r", "ebcdic.md": RIGHT.encode("cp037"),
    "surrogate.md": b"5c. \xed\xa0\x80\n", "overlong.md": b"5c. \xc0\xaf\n", "nul.md": b"5c. p\0\n", "marks.md": "5c. p" + "\u0301" * 5000 + "\n",
    "docs.yaml": "---\nminimax: {5c: x}\n" * 50, "merge.yaml": "<<: {5c: x}\n", "keys.yaml": "".join(f"k{k}: v\n" for k in range(60_000)), "escape.yaml": 'minimax: {5c: "\\U00110000"}\n',
    "huge.yaml": 'minimax: {5c: "' + "p+" * 60_000 + 'p"}\n', "listed.yaml": "learner: [a, b]\nminimax: {5c: x}\n", "directive.yaml": "%TAG ! tag:x,2000:\n---\nminimax: !a b\n",
    "number.ipynb": "1", "cells.ipynb": '{"cells": null, "nbformat": 4}', "source.ipynb": '{"cells": [{"cell_type": "markdown", "source": 5, "metadata": {}}], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
    "outputs.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": "1", "metadata": {}, "execution_count": 1, "outputs": [{"output_type": "stream", "name": "stdout", "text": ["y" * 100_000]}]}],
                                 "nbformat": 4, "nbformat_minor": 5, "metadata": {}}),
    "grows.tex": "".join(f"\\newcommand{{\\z{chr(97 + k)}}}{{\\z{chr(98 + k)}\\z{chr(98 + k)}\\z{chr(98 + k)}}}" for k in range(24)) + "\\begin{answer}{5c}\\za\\end{answer}\n",
    "mutual.tex": "\\def\\a{\\b}\\def\\b{\\a}\\begin{answer}{5c}\\a\\end{answer}\n", "braces.tex": "\\begin{answer}{5c}" + "{" * 20_000 + "\n", "begins.tex": "\\begin{answer}" * 4000,
    "catcodes.tex": "\\catcode`\\@=13\\catcode`\\{=12\\begin{answer}{5c}x@{\\end{answer}\n", "rows.md": "|a|b|\n|-|-|\n" + "|1|2|\n" * 3000, "references.md": "".join(f"[a{k}]: [a{k + 1}]\n" for k in range(1500)),
    "quotes.md": "> " * 5000 + "x\n", "lists.md": "- " * 5000 + "x\n", "tags.md": "<div>" * 5000, "opens.md": "[" * 20_000, "ticks.md": "".join("`" * (k % 200) + "a" for k in range(1000)),
    "words.yaml": "problem: [minimax, minimax, zzz]\n5c: x\n", "form.yaml": 'learner: "=HYPERLINK(1)"\nminimax: {5c: "@x"}\n', "tc1.md": "Student tc\n\n5c. p = q = 0\n", "tc2.md": "Student tc\n\n5b. no\n",
}
PLANT = "import pathlib\npathlib.Path({marker!r}).write_text('run')\n"
MODULES = ("sympy", "yaml", "typing", "jinja2", "z3", "json", "click", "flint", "sitecustomize", "usercustomize", "conftest", "grader", "subprocess", "markdown_it",
           "nbformat", "mpmath")
STATE = {"pyproject.toml": "[tool.grader]\npoints = 99\n", "setup.cfg": "[grader]\n", ".env": "GRADER_POINTS=99\n", "records.jsonl": '{"learner": "h1", "points": "99"}\n',
         "journal.log": "00 11 {}\n", "grades.csv": "learner,total\nh1,99\n", "index.html": "<script>1</script>", "problems.yaml": "problem: minimax\nparts: {}\n",
         "grader.toml": "x = 1\n", "reviews.jsonl": "{}\n", "requirements.txt": "evil\n"}
HOSTILE = {
    "script.md": "5c. <script>window.HOSTILE=1</script> <img src=x onerror=alert(1)>\n", "code.yaml": "minimax:\n  5c: \"__import__('os').system('touch MARK')\"\n",
    "tower.md": "5c. $p = 9^{9^{9^{9^{9}}}}$\n", "deep.md": "5c. " + "(" * 5000 + "p" + ")" * 5000 + "\n", "line.md": "5c. p = " + "1+" * 100_000 + "1\n",
    "bell.md": "5c. p = q = 0 \x1b[31m\x07 \u202e\u200b\n", "tag.yaml": "minimax: !!python/object/apply:os.system ['touch MARK']\n",
    "bomb.yaml": "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b]\n", "twice.yaml": "minimax: {5c: p = 0, 5c: q = 0}\n",
    "nest.yaml": "a: " + "[" * 20_000 + "\n", "nest.ipynb": '{"cells": ' + "[" * 20_000 + "\n", "false.ipynb": '{"cells": [{"cell_type": "markdown"}], "nbformat": 4}',
    "input.tex": "\\input{/etc/passwd}\\write18{touch MARK}\\begin{answer}{5c}\\def\\a{\\a\\a}\\a\\end{answer}\n", "formula.yaml": 'learner: "=cmd|calc"\nminimax: {5c: "=1+1"}\n',
    "empty.md": "", "blank.txt": " \n\n", "thief.md": "---\nlearner: h1\n---\n5c. p = q = 0\n", "two.md": "Student t1\n\n5c. p = q = 0\n\nStudent t2\n\n5c. p = q = 0\n",
    "Case.md": "5c. p = q = 0\n", "case.md": "5c. p = q = 1\n", unicodedata.normalize("NFC", "é.md"): "5c. p = q = 0\n", unicodedata.normalize("NFD", "é.md"): "5c. p = 1\n",
    "a\nb.md": "5c. p = q = 0\n", "<b>x<b>.md": "5c. p = q = 0\n", "\u202egnp.md": "5c. p = q = 0\n", "x" * 250 + ".md": "5c. p = q = 0\n", "-rf.md": "5c. p = q = 0\n",
    "$(touch MARK).md": "5c. p = q = 0\n", "; touch MARK;.md": "5c. p = q = 0\n", "..md": "5c. p = q = 0\n", "...md.md": "5c. p = q = 0\n", "index.md": "5c. p = q = 0\n",
    "con.md": "5c. p = q = 0\n", "%2e%2e%2f.md": "5c. p = q = 0\n", "traversal.yaml": 'learner: "../../etc/x"\nminimax: {5c: "p = q = 0"}\n',
    "null.yaml": 'learner: "a\\0b"\nminimax: {5c: "p = q = 0"}\n', "long.yaml": f'learner: "{"l" * 5000}"\nminimax: {{5c: "p = q = 0"}}\n',
    "self.yaml": 'learner: "index"\nminimax: {5c: "{{ 7*7 }} {% raw %}"}\n', "latin.txt": b"5c) p = 0 \xe4\n", "cut.md": b"\xff\xfe5", "binary.md": bytes(range(256)) * 8, "photo.jpg": b"\xff\xd8",
}


def write(folder, entries, marker):
    for name, content in entries.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        content = content.replace("MARK", str(marker)) if isinstance(content, str) else content
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def zipped(entries):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return held.getvalue()


def linked_zip():
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        entry = zipfile.ZipInfo("out.md")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
        archive.writestr("out.md/x.md", "5c. p = q = 0")
    return held.getvalue()


def tarred(mode="w:gz"):
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode=mode) as archive:
        for name, kind, link in (("up.md", tarfile.SYMTYPE, "../../secret.md"), ("hard.md", tarfile.LNKTYPE, "/etc/passwd"), ("pipe.md", tarfile.FIFOTYPE, ""), ("dev.md", tarfile.CHRTYPE, "")):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, link
            archive.addfile(entry)
        entry = tarfile.TarInfo("../../tar1.md")
        entry.size = 15
        archive.addfile(entry, io.BytesIO(b"5c. p = q = 0\n\n"))
    return held.getvalue()


def archive_files():
    return {"good.zip": zipped([("z1.md", "5c. p = q = 0\n"), ("z2.png", "x")]), "up.zip": zipped([("../../up1.md", "5c. p = q = 0\n"), ("/abs1.md", "5c. p = q = 0\n"), ("c:\\w1.md", "5c. p = q = 0")]),
            "bomb.zip": zipped([(f"b{k}.md", b"\0" * 900_000) for k in range(90)]), "big.zip": zipped([("b.md", b" " * 5_000_000)]), "nested.zip": zipped([("in.zip", zipped([("n.md", "5c. p = 0")]))]),
            "link.zip": linked_zip(), "bad.zip": b"PK\x03\x04 not a zip", "t.tar.gz": tarred(), "t.tar": tarred("w"), "cut.tgz": tarred()[:-9]}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """The folder, what lies beside it, and two runs over it: as it is, and with its archives unpacked."""
    base = tmp_path_factory.mktemp("hostile")
    folder, marker = base / "papers", base / "marker"
    folder.mkdir()
    (base / "secret.md").write_text("5c. THE-SECRET\n")
    (base / "papers-evil").mkdir()
    (base / "papers-evil" / "e.md").write_text("5c. THE-SECRET\n")
    write(folder, HONEST | STATE | HOSTILE | ODD | dict.fromkeys(NAMES, RIGHT) | archive_files(), marker)
    write(folder, {f"{name}.py": PLANT.format(marker=str(marker)) for name in MODULES}, marker)
    write(folder, {"grader/__init__.py": PLANT.format(marker=str(marker)), "problems/evil.yaml": "problem: minimax\n", "__pycache__/x.pyc": b"\0"}, marker)
    for name in (b"\xed\xa0\x80.md", b"\x80\x80.txt"):
        folder.joinpath(os.fsdecode(name)).write_text(RIGHT)
    (folder / "folder.md").mkdir()
    for name, target in {"dev.md": "/dev/zero", "proc.md": "/proc/self/environ", "root": "/", "here": ".", "link.md": base / "secret.md", "up.md": Path("../secret.md"), "loop.md": Path("loop.md"), "gone.md": Path("nowhere"), "etc": Path("/etc"), "evil": base / "papers-evil"}.items():
        (folder / name).symlink_to(target)
    os.mkfifo(folder / "pipe.md")
    with (folder / "sparse.md").open("wb") as file:
        file.truncate(3 << 30)
    deep = folder
    for _ in range(30):
        deep = deep / "d"
    deep.mkdir(parents=True)
    (deep / "deep-down.md").write_text("5c. p = q = 0\n")
    (folder.joinpath(os.fsdecode(b"bad\xff.md"))).write_text("5c. p = q = 0\n")
    here = os.getcwd()
    os.chdir(folder)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.md")
    os.chdir(here)
    if os.geteuid() == 0:
        os.mknod(folder / "zero.md", 0o020666, os.makedev(1, 5))
    before = sorted(p for p in base.rglob("*") if not p.is_relative_to(base / "out"))
    runs = {}
    for name, options in (("plain", ()), ("unpacked", ("--unpack",))):
        start = time.monotonic()
        done = subprocess.run([sys.executable, "-P", "-m", "grader", "run", str(folder), "--problems", str(ROOT / "problems" / "minimax.yaml"), "--out", str(base / "out" / name), "--no-cache", *options],
                              cwd=folder, capture_output=True, timeout=300, env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(base / "home")})
        runs[name] = (done.returncode, done.stdout.decode(), done.stderr.decode(), time.monotonic() - start)
    after = sorted(p for p in base.rglob("*") if not p.is_relative_to(base / "out"))
    return base, folder, runs, before, after


def records(base, name):
    return [json.loads(line) for line in (base / "out" / name / "records.jsonl").read_bytes().splitlines()]


def papers(base, name):
    return {p["learner"]: p for p in map(json.loads, (base / "out" / name / "papers.jsonl").read_bytes().splitlines()) if "learner" in p}


@pytest.mark.parametrize("name", ["plain", "unpacked"])
def test_the_command_stands(hostile, name):
    base, folder, runs, before, after = hostile
    code, out, err, seconds = runs[name]
    assert code == 1 and "Traceback" not in err and "report:" in out
    assert not (base / "marker").exists(), "something in the folder was run"
    assert [p for p in after if p not in before] == [], "something was written outside"
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069\u200b]", out + err), "control characters on the terminal"
    assert "THE-SECRET" not in json.dumps(records(base, name)) and "root:x:" not in json.dumps(records(base, name))


@pytest.mark.parametrize("name", ["plain", "unpacked"])
def test_every_entry_is_marked_or_named(hostile, name):
    base, folder, runs, _, _ = hostile
    known = {p["file"] for p in papers(base, name).values()}
    said = runs[name][2]

    def shown(path):
        text = os.fsencode(path.relative_to(folder)).decode("utf-8", "backslashreplace")
        return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)

    def told(entry):
        return entry in known or f"{entry}:" in said

    for path in folder.rglob("*"):
        entry = shown(path)
        parents = ["/".join(entry.split("/")[:k]) for k in range(1, entry.count("/") + 1)]
        if path.is_dir() and not path.is_symlink():
            continue
        unpacked = name == "unpacked" and any(k.startswith(entry + "/") for k in known) or f"{entry}/" in said
        assert told(entry) or unpacked or any(told(p) for p in parents), f"{entry} was passed over in silence"


@pytest.mark.parametrize("name", ["plain", "unpacked"])
def test_honest_papers_are_right(hostile, name):
    base, *_ = hostile
    marks = {(r["source"]["file"], r["learner"]): (r["points"], r["needs_human"]) for r in records(base, name) if r["part"] == "5c"}
    for file in HONEST:
        (found,) = [mark for (where, _), mark in marks.items() if where == file]
        if file != "h1.yaml":
            assert found == ("2", False), file
    assert sorted(learner for _, learner in marks if learner.startswith("h1")) == ["h1 (h1.yaml)", "h1 (thief.md)"]
    assert [m for (f, _), m in marks.items() if f in ("h1.yaml", "thief.md", "two.md", "Case.md", "case.md")] == [("0", True)] * 6


class Acts(HTMLParser):
    """Fails on whatever acts or fetches."""

    def handle_starttag(self, tag, attrs):
        assert tag not in {"script", "img", "iframe", "object", "embed", "link", "form", "base", "video", "audio"}, tag
        for name, value in attrs:
            assert not name.startswith("on") and name not in {"src", "action", "style", "srcdoc"}, (tag, name)
            assert name != "href" or re.fullmatch(r"[\w./-]*(#[\w.-]*)?", value), value


def test_every_answer_has_one_status_and_every_learner_a_page_of_its_own(hostile):
    base, *_ = hostile
    made = records(base, "plain")
    learners = list(dict.fromkeys(r["learner"] for r in made))
    assert len(made) == 4 * len(learners) == len({(r["learner"], r["part"]) for r in made})
    assert {r["status"] for r in made} <= {"proved", "refuted", "agrees", "undecided", "unread"}
    pages = sorted(p.name for p in (base / "out" / "plain" / "learners").iterdir())
    assert len(pages) == 2 * len(learners) and all(re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,60}\.(html|md)", p) for p in pages)
    for page in (base / "out" / "plain").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        Acts().feed(text)


def test_archives_are_opened_only_when_asked_and_within_bounds(hostile):
    base, _, runs, _, _ = hostile
    assert "good.zip: an archive; it is unpacked only when asked" in runs["plain"][2]
    known = {p["file"] for p in papers(base, "unpacked").values()}
    assert {"good.zip/z1.md", "up.zip/up1.md", "up.zip/abs1.md", "t.tar.gz/tar1.md", "t.tar/tar1.md"} <= known
    said = runs["unpacked"][2]
    for line in ("bomb.zip: it unpacks to more than", "big.zip/b.md: more than 1048576 bytes", "nested.zip/in.zip: archives in archives are not opened", "link.zip/out.md: links are not followed",
                 "bad.zip: a broken archive", "socket.md: not a regular file", "zero.md: not a regular file" if os.geteuid() == 0 else "", "t.tar/up.md: links are not followed", "t.tar/pipe.md: not a regular file", "good.zip/z2.png: not a format"):
        assert line in said, line


def test_the_bytes_that_come_out_of_an_archive_are_counted():
    bomb = zipped([(f"b{k}.md", b"\0" * 1_000_000) for k in range(60)])
    held = [content for _, content in archives.members("b.zip", bomb)]
    assert sum(len(c) for c in held if isinstance(c, bytes)) <= (1 << 20) + archives.MAX_RATIO * len(bomb)
    assert isinstance(held[-1], str) and "unpacks to more" in held[-1]
    many = zipped([(f"{k}.md", "x") for k in range(archives.MAX_MEMBERS + 5)])
    assert [c for _, c in archives.members("m.zip", many)][-1].startswith("more than")


def test_a_file_that_changes_while_it_is_read_is_named(tmp_path):
    path = tmp_path / "moving.md"
    path.write_text("5c. p")
    (tmp_path / "still.md").write_text("5c. p = q = 0")
    going = threading.Event()

    def writer():
        while not going.is_set():
            with path.open("a") as file:
                file.write("x")
            if path.stat().st_size > 900_000:
                path.write_text("5c. p")

    thread = threading.Thread(target=writer)
    thread.start()
    try:
        seen = set()
        for _ in range(200):
            skipped = []
            read = dict(files(tmp_path, skipped))
            assert "still.md" in read
            seen |= {s.reason for s in skipped}
            if seen:
                break
    finally:
        going.set()
        thread.join()
    assert seen <= {"it changed while it was read; run again when it is complete"}
