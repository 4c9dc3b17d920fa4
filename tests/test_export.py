"""Sheets come back as they were but for one column; nobody who waits or is unknown gets a mark."""

import csv
import io
import json
from fractions import Fraction

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.cli import main
from grader.report.lms import SheetError, decimal, fill_sheet, gradescope


def record(learner, points, out_of="2", waits=False, part="1a"):
    return {"learner": learner, "problem": "p", "part": part, "answer": "x", "source": {"file": "f", "line": 1, "format": "text", "ocr": False, "notes": []},
            "reading": {"text": "x", "state": "read", "term": None, "proposed": False, "notes": [], "alternatives": [], "nearest": None, "reason": "", "hint": "", "span": None},
            "status": "proved", "points": points, "out_of": out_of, "needs_human": waits, "tags": [], "feedback": "Well done.", "awards": [], "evidence": [], "spec": "s", "version": "v"}


RECORDS = [record("007", "2"), record("007", "1/3", part="1b"), record("a@b.c", "1", waits=True), record("ghost", "2"), record("=x", "3/2")]
CANVAS = ('\ufeffStudent,ID,SIS Login ID,Section,Theory 1 (48),Old (12)\r\n    Points Possible,,,,4,10\r\n"Doe, J",11,007,"A, B",,7\r\nRoe,12,a@b.c,A,5,\r\n'
          'Eve,13,=x,A,,=1+1\r\n"Student, Test",99,t,A,,\r\n')


def rows(text):
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_a_canvas_gradebook_keeps_everything_but_its_column():
    made = fill_sheet(CANVAS, RECORDS, "canvas", "Theory 1 (48)")
    before, after = rows(CANVAS), rows(made.text)
    assert made.text.startswith("\ufeff") and made.text.count("\r\n") == CANVAS.count("\r\n")
    assert [r[:4] + r[5:] for r in after] == [r[:4] + r[5:] for r in before]
    assert [r[4] for r in after] == ["Theory 1 (48)", "4", "2.3333", "5", "1.5", ""]
    assert made.filled == 2 and [n.split(":")[0] for n in made.notes] == ["a@b.c", "ghost"]
    assert made.notes[0] == "a@b.c: 1 answer waits for a person; left as it was"


def test_a_moodle_worksheet_and_its_locked_rows():
    sheet = "Identifier;Full name;Email address;Grade;Maximum grade;Grade can be changed;Feedback comments\nParticipant 1;D;007;;4;Yes;\nParticipant 2;E;=x;;4;No;\n"
    made = fill_sheet(sheet, RECORDS, "moodle", "Grade")
    assert "Participant 1;D;007;2.3333;4;Yes;" in made.text and "Participant 2;E;=x;;4;No;" in made.text
    assert any("cannot be changed" in n for n in made.notes)


@pytest.mark.parametrize("sheet, column, said", [
    (CANVAS, "Theory 1", "no column 'Theory 1'"), (CANVAS.replace("12,a@b.c", "12,007"), "Theory 1 (48)", "007: in more than one row"), ("", "x", "no columns"),
    (CANVAS.replace("007", "8").replace("a@b.c", "9").replace("=x", "7"), "Theory 1 (48)", "no learner was found"),
])
def test_what_cannot_be_matched_is_an_error(sheet, column, said):
    with pytest.raises(SheetError, match=said.replace("(", r"\(")):
        fill_sheet(sheet, RECORDS, "canvas", column)


def test_another_total_than_the_sheets_is_said():
    assert any("out of 9 in the sheet" in n for n in fill_sheet(CANVAS.replace(",,,,4,", ",,,,9,"), RECORDS, "canvas", "Theory 1 (48)").notes)


def test_what_is_no_table_is_told_and_never_half_written(tmp_path):
    sheet = CANVAS.replace("Roe", '"' + "R" * 200_000 + '"')
    (tmp_path / "records.jsonl").write_text("".join(json.dumps(r) + "\n" for r in RECORDS))
    (tmp_path / "sheet.csv").write_bytes(sheet.encode())
    done = CliRunner().invoke(main, ["export", "canvas", str(tmp_path), "--sheet", str(tmp_path / "sheet.csv"), "--column", "Theory 1 (48)", "--to", str(tmp_path / "back.csv")])
    assert done.exit_code == 1 and "it is no table" in done.output and not (tmp_path / "back.csv").exists()


def test_who_is_excused_stays_so_and_nobody_is_the_row_of_the_points_possible():
    made = fill_sheet(CANVAS.replace("A, B\",,", "A, B\",EX,"), [*RECORDS, record("Points Possible", "2"), record("Roe", "1")], "canvas", "Theory 1 (48)", "Student")
    assert [r[4] for r in rows(made.text)][1] == "4" and [r[4] for r in rows(made.text)][3] == "1"
    made = fill_sheet(CANVAS.replace("A, B\",,", "A, B\",EX,"), RECORDS, "canvas", "Theory 1 (48)")
    assert [r[4] for r in rows(made.text)][2] == "EX" and "007: excused in the sheet; left as it was" in made.notes


def test_a_worksheet_out_of_something_else_and_a_column_that_is_read_only_are_said():
    sheet = "Identifier,ID number,Grade,Maximum grade\nParticipant 1,007,,100\nParticipant 2,=x,,100\n"
    assert [n for n in fill_sheet(sheet, RECORDS, "moodle", "Grade").notes if "out of" in n] == ["the column is out of 100 in the sheet, and the marks are out of 4"]
    assert any("read only" in n for n in fill_sheet(CANVAS.replace(",,,,4,", ",,,,(read only),"), RECORDS, "canvas", "Theory 1 (48)").notes)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.lists(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\r"), max_size=8), min_size=4, max_size=4), st.sampled_from(",;\t"), st.sampled_from(("\n", "\r\n")))
def test_every_other_cell_comes_back_as_it_was(cells, separator, end):
    held = io.StringIO()
    csv.writer(held, delimiter=separator, lineterminator=end).writerows([["Student", "ID", "T (1)", "Note"], [cells[0], "007", cells[1], cells[2]], [cells[3], "x7", "", ""]])
    made = fill_sheet(held.getvalue(), [record("007", "2")], "canvas", "T (1)")
    back = list(csv.reader(io.StringIO(made.text, newline=""), delimiter=separator))
    kept = cells[1].strip().upper() == "EX" or cells[0].strip() == "Points Possible"
    assert back == [["Student", "ID", "T (1)", "Note"], [cells[0], "007", cells[1] if kept else "2", cells[2]], [cells[3], "x7", "", ""]]


def test_decimals():
    assert [decimal(Fraction(n)) for n in ("2", "3/2", "1/3", "2/3", "-1/2", "0", "1/100000")] == ["2", "1.5", "0.3333", "0.6667", "-0.5", "0", "0"]


def test_gradescope_results():
    made = gradescope([record("007", "2"), record("007", "0", waits=True, part="1b"), record("007", "0", part="1c")])
    assert made["score"] == 2.0 and [t.get("status") for t in made["tests"]] == ["passed", None, "failed"]
    assert "A person will look" in made["tests"][1]["output"] and sum(t["max_score"] for t in made["tests"]) == 6.0
    json.dumps(made, allow_nan=False)


def test_the_command(tmp_path):
    (tmp_path / "records.jsonl").write_text("".join(json.dumps(r) + "\n" for r in RECORDS))
    (tmp_path / "sheet.csv").write_bytes(CANVAS.encode())
    done = CliRunner().invoke(main, ["export", "canvas", str(tmp_path), "--sheet", str(tmp_path / "sheet.csv"), "--column", "Theory 1 (48)", "--to", str(tmp_path / "back.csv")])
    assert done.exit_code == 1 and "2 marks filled in" in done.output and "ghost: not in the sheet" in done.output
    assert rows((tmp_path / "back.csv").read_bytes().decode())[2][4] == "2.3333"
    done = CliRunner().invoke(main, ["export", "gradescope", str(tmp_path), "--learner", "007", "--to", str(tmp_path / "results.json")])
    assert done.exit_code == 0 and json.loads((tmp_path / "results.json").read_text())["tests"][0]["score"] == 2.0
    assert CliRunner().invoke(main, ["export", "canvas", str(tmp_path), "--to", str(tmp_path / "x")]).exit_code == 2
