"""What pages are made of: visible text, names, numbers for people, and files that repeat byte for byte."""

import json
import re
import time
import unicodedata
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

import report_samples
from grader import term as T
from grader.report import write_report
from grader.report.files import page_names, render, slug
from grader.report.record import read_records
from grader.report.view import chip, learner_page, nice, outline, paper_of, part_name
from grader.report.visible import one_line, pieces, visible


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    report_samples.main(folder)
    return folder



@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(codec=None), max_size=30))
def test_visible_text_is_safe_and_complete(text):
    shown = visible(text)
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") and c not in "\n\t"]
    back = "".join(chr(int(p.text[2:].split(" ")[0], 16)) * int((p.text.split("×") + ["1"])[1]) if p.name else p.text for p in pieces(text))
    assert back == text.replace("\r\n", "\n")
    ET.fromstring("<a>" + shown.replace("&", "&amp;").replace("<", "&lt;") + "</a>")


@pytest.mark.parametrize("text, shown", [
    ("plain", "plain"), ("tab\tand\r\nline", "tab\tand\nline"), ("a\rb", "a⟨U+000D⟩b"), ("a\u200b\u200b\u200bb", "a⟨U+200B ×3⟩b"), ("\u202eevil", "⟨U+202E⟩evil"), ("naïve ∑ 漢字 ²", "naïve ∑ 漢字 ²"),
    ("x" + "\u0301" * 9, "x\u0301\u0301\u0301⟨U+0301 ×6⟩"), ("\U000e0041", "⟨U+E0041⟩"), ("\u3164", "⟨U+3164⟩"), ("\ufeffx", "⟨U+FEFF⟩x"), ("❤\ufe0f", "❤\ufe0f"), ("a\u00adb", "a⟨U+00AD⟩b"),
])
def test_hidden_characters_get_a_name(text, shown):
    assert visible(text) == shown


def test_one_line():
    assert one_line("a\n b\t c") == "a b c" and one_line("x" * 200, 10) == "x" * 9 + "…"


@pytest.mark.parametrize("exact, spoken", [("2", "2"), ("3/2", "1½"), ("1/3", "⅓"), ("0", "0"), ("22/7", "3\u20091⁄7"), ("4/7", "4⁄7"), ("-1/2", "−½"), ("-5/3", "−1⅔")])
def test_exact_numbers_for_people(exact, spoken):
    assert nice(exact) == spoken


def test_names_of_parts():
    assert (part_name("5c"), part_name("1a.rnn-time-train")) == ("5c", "1a · rnn time train")


def test_page_names_are_safe_and_all_different():
    keys = ["s001", "S001", "s001 ", "../s001", "con", "index", "a/b", "a\\b", "", ".", "..", "\x00", "é", "e", "x" * 300, "x" * 301, "a-deadbeef", "\ud800", "日本", "=1", slug("é")]
    names = page_names(keys)
    assert list(names) == sorted(set(keys)) and len({n.lower() for n in names.values()}) == len(set(keys))
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,60}", n) for n in names.values())
    assert names["s001"] == "s001" and names["con"] != "con" and names["index"] != "index"


def bytes_of(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_same_records_give_the_same_bytes_and_leave_nothing_else(out, tmp_path):
    report_samples.main(tmp_path)
    report_samples.main(tmp_path)
    assert bytes_of(tmp_path) == bytes_of(out)
    assert not list(tmp_path.rglob("*.new"))
    assert not any(str(tmp_path).encode() in content or str(Path(__file__).resolve().parent.parent).encode() in content for content in bytes_of(out).values())


def test_pages_are_made_from_the_records_alone(out, tmp_path):
    papers = json.loads(json.dumps([paper_of(p) for p in report_samples.papers()]))
    about = json.loads(json.dumps(outline(report_samples.problems())))
    errors = ["problems/broken.yaml:5: parts.1a.knd: unknown key 'knd'; did you mean 'kind'?", "photo.jpg: not a text"]
    render(tmp_path, read_records(out / "records.jsonl"), about, papers, errors)
    there = bytes_of(out)
    del there["records.jsonl"]
    assert bytes_of(tmp_path) == there


def test_pages_of_learners_that_are_gone_go_and_other_files_stay(tmp_path):
    report_samples.main(tmp_path)
    (tmp_path / "learners" / "mine.html").write_text("<p>mine</p>", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    write_report(tmp_path, report_samples.careful("s009"), problems=report_samples.problems())
    assert {p.name for p in (tmp_path / "learners").iterdir()} == {"s009.html", "s009.md", "mine.html"}
    assert (tmp_path / "notes.txt").exists()


def test_messages_name_files_and_not_the_folders_of_the_machine(tmp_path):
    write_report(tmp_path, [], errors=["/home/someone/course/p.yaml:3: parts: x/y", "C:\\course\\q.yaml: no", "papers/s.md: /dev/null", "/p.yaml"])
    text = (tmp_path / "index.md").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.startswith("- `")] == ["- `p.yaml:3: parts: x/y`", "- `q.yaml: no`", "- `papers/s.md: /dev/null`", "- `p.yaml`"]


def test_a_long_answer_is_cut_on_the_page_and_nowhere_else(tmp_path):
    text = "x" * 10_000_000
    record = report_samples.record("s001", "p", "a", text, report_samples.reading(reason="it is too long"), "unread", "0", "1", human=True,
                                   awards=[("set", "0", "unread", "Too long.", "")])
    start = time.perf_counter()
    write_report(tmp_path, [record])
    assert time.perf_counter() - start < 5
    assert (tmp_path / "learners" / "s001.html").stat().st_size < 60_000
    assert "9980000 more characters" in (tmp_path / "learners" / "s001.html").read_text(encoding="utf-8")
    assert read_records(tmp_path / "records.jsonl")[0]["answer"] == text


def test_a_term_that_cannot_be_rebuilt_is_shown_in_one_line():
    record = report_samples.record("s001", "p", "a", "x", {**report_samples.reading(T.symbol("x"), "x"), "term": ["nonsense"]}, "proved", "1", "1")
    (problem,) = learner_page("s001", [record], []).problems
    assert problem.parts[0].reading.term is None and problem.parts[0].reading.text == "x"


@pytest.mark.parametrize("status, points, human, state, word", [
    ("proved", "2", False, "read", "Right"), ("agrees", "2", False, "read", "Agrees"), ("proved", "1", False, "read", "Partly right"), ("refuted", "0", False, "read", "Not right"),
    ("refuted", "1", False, "read", "Partly right"), ("proved", "0", False, "read", "Not yet what is asked"), ("undecided", "0", True, "read", "Not decided"), ("undecided", "1", True, "read", "Partly right"),
    ("proved", "0", True, "read", "Holds as read"), ("refuted", "0", True, "read", "Fails as read"), ("unread", "0", True, "unread", "Could not be read"), ("unread", "0", False, "blank", "No answer"),
    ("undecided", "0", False, "read", "Not decided"),
])
def test_the_word_for_an_answer(status, points, human, state, word):
    assert chip({"status": status, "points": points, "out_of": "2", "needs_human": human, "reading": {"state": state}}).word == word
