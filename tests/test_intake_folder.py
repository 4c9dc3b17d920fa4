"""Folders of papers: what is read, what is skipped and why, and whose papers they are."""

import os
import socket

import pytest
from course import PROBLEMS, texts

from grader.intake.submissions import MAX_BYTES, load_submissions


def write(folder, **files):
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_DOT_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def load(folder):
    papers, skipped = load_submissions(folder, PROBLEMS)
    return {p.learner: p for p in papers}, {s.place: s.reason for s in skipped}


def test_papers_in_order_and_in_folders_below(tmp_path):
    write(tmp_path, b_DOT_md="5c. p = 0", a_DOT_yaml="5c: p = q", sub__c_DOT_txt="5c. q = 0", sub__deeper__d_DOT_tex="\\begin{answer}{5c}x\\end{answer}")
    papers, skipped = load_submissions(tmp_path, PROBLEMS)
    assert [(p.learner, p.file) for p in papers] == [("a", "a.yaml"), ("b", "b.md"), ("c", "sub/c.txt"), ("d", "sub/deeper/d.tex")] and skipped == []
    assert load_submissions(tmp_path, PROBLEMS) == (papers, skipped)


def test_only_regular_files_under_the_folder_are_read(tmp_path):
    outside = write(tmp_path, outside__secret_DOT_md="5c. secret") / "outside"
    folder = write(tmp_path, papers__ok_DOT_md="5c. p = 0", papers___DOT_hidden_DOT_md="5c. x", papers___DOT_git__config="x") / "papers"
    (folder / "link.md").symlink_to(outside / "secret.md")
    (folder / "linked").symlink_to(outside, target_is_directory=True)
    (folder / "loop.md").symlink_to("loop.md")
    os.mkfifo(folder / "pipe.md")
    with socket.socket(socket.AF_UNIX) as server:
        here = os.getcwd()
        os.chdir(folder)
        server.bind("socket.md")
        os.chdir(here)
        papers, skipped = load(folder)
    assert list(papers) == ["ok"]
    assert set(skipped) == {"link.md", "linked", "loop.md", "pipe.md", "socket.md", ".hidden.md", ".git"}
    assert "links" in skipped["link.md"] and "links" in skipped["linked"] and "hidden" in skipped[".hidden.md"]


def test_what_cannot_be_read_is_named_with_the_reason(tmp_path):
    write(tmp_path, big_DOT_md=b"x" * (MAX_BYTES + 1), bin_DOT_md=b"a\nb\0c", jis_DOT_txt="a\n答えは零です".encode("shift_jis"), utf16_DOT_md="5c. x".encode("utf-16"), cut_DOT_md="5c. x".encode("utf-16")[:-1], pic_DOT_png=b"\x89PNG", doc_DOT_pdf=b"%PDF", none="5c",
          bad_DOT_yaml="a: [1\n", bad_DOT_ipynb="{}", ok_DOT_md="5c. p = 0")
    papers, skipped = load(tmp_path)
    assert list(papers) == ["ok", "utf16"] and "file.encoding" in [n.code for n in papers["utf16"].notes]
    assert set(skipped) == {"big.md", "bin.md:2", "jis.txt:2", "cut.md:1", "pic.png", "doc.pdf", "none", "bad.yaml:1", "bad.ipynb"}


def test_odd_names_are_shown_and_never_used_as_paths(tmp_path):
    (tmp_path / "a\nb\x1b[31m.md").write_text("5c. p = 0")
    (tmp_path / ".. .md").write_text("5c. p = 0")
    broken = os.fsdecode(b"caf\xe9.md")
    (tmp_path / broken).write_text("5c. p = 0")
    papers, skipped = load_submissions(tmp_path, PROBLEMS)
    assert [p.file for p in papers] == ["a\\u000ab\\u001b[31m.md", "caf\\xe9.md"] and [s.place for s in skipped] == [".. .md"]


def test_a_byte_order_mark_and_line_ends_of_windows(tmp_path):
    write(tmp_path, a_DOT_md=b"\xef\xbb\xbf---\r\nlearner: s7\r\n---\r\n5c. p = 0\r\n\r\n5b. no\r\n")
    papers, _ = load(tmp_path)
    assert texts(papers["s7"]) == {"5c": "p = 0", "5b": "no"}


@pytest.mark.parametrize("header", ["Student s9", "Name: s9", "**Student:** s9", "learner: s9", "# Name: s9", "Student ID: s9", "> Name = s9"])
def test_the_learner_named_in_the_paper(tmp_path, header):
    papers, _ = load(write(tmp_path, x_DOT_md=f"{header}\n\n5c. p = 0\n"))
    assert list(papers) == ["s9"] and texts(papers["s9"]) == {"5c": "p = 0"} and papers["s9"].unplaced == ()


@pytest.mark.parametrize("line", ["Student answers", "The student s9 is right", "name the layers", "id est"])
def test_other_lines_name_nobody(tmp_path, line):
    papers, _ = load(write(tmp_path, x_DOT_md=f"{line}\n\n5c. p = 0\n"))
    assert list(papers) == ["x"]


def test_endings_are_no_part_of_a_key(tmp_path):
    papers, _ = load(write(tmp_path, s1_DOT_ocr_DOT_md="5.\n\nc) p = 0", s2_DOT_yaml="5c: p", s3_DOT_x_DOT_txt="5c. p"))
    assert list(papers) == ["s1", "s2", "s3.x"]


def test_two_papers_of_one_learner_are_kept_apart_and_flagged(tmp_path):
    papers, _ = load(write(tmp_path, s1_DOT_md="5c. p = 0", thief_DOT_md="Student S1\n\n5c. p = q = 0", s2_DOT_md="5c. x"))
    assert set(papers) == {"s1 (s1.md)", "S1 (thief.md)", "s2"}
    for key in ("s1 (s1.md)", "S1 (thief.md)"):
        assert [n.severity for n in papers[key].notes if n.code == "learner.twice"] == ["guess"]
    assert papers["s2"].notes == ()


def test_two_learners_in_one_file_are_kept_apart_and_flagged(tmp_path):
    papers, _ = load(write(tmp_path, both_DOT_txt="Student s1\n\n5c. p = 0\n\nStudent s2\n\n5c. q = 0\n\n5b. no\n"))
    assert {k: texts(p) for k, p in papers.items()} == {"s1": {"5c": "p = 0"}, "s2": {"5c": "q = 0", "5b": "no"}}
    assert all([n.severity for n in p.notes if n.code == "learner.several"] == ["guess"] for p in papers.values())


def test_an_empty_paper_is_a_blank_one(tmp_path):
    papers, skipped = load(write(tmp_path, s1_DOT_md="", s2_DOT_txt="\n\n"))
    assert set(papers) == {"s1", "s2"} and all(p.answers == () and p.unplaced == () for p in papers.values()) and skipped == {}


def test_a_file_alone_and_a_folder_that_is_not_there(tmp_path):
    write(tmp_path, s1_DOT_md="5c. p = 0")
    assert [p.learner for p in load_submissions(tmp_path / "s1.md", PROBLEMS)[0]] == ["s1"]
    papers, skipped = load_submissions(tmp_path / "nowhere", PROBLEMS)
    assert papers == [] and len(skipped) == 1


def test_no_problems_at_all(tmp_path):
    papers, _ = load_submissions(write(tmp_path, s1_DOT_md="5c. p = 0", s2_DOT_yaml="5c: p", s3_DOT_ocr_DOT_md="a) x"), ())
    assert all(p.answers == () and p.unplaced for p in papers)


def test_digests_are_those_of_the_bytes(tmp_path):
    papers, _ = load(write(tmp_path, a_DOT_md="5c. p = 0", b_DOT_md="5c. p = 0", c_DOT_md="5c. p = 0 "))
    assert papers["a"].digest == papers["b"].digest != papers["c"].digest
