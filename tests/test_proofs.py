"""`grade proof` and the stream of derivations: one output line for each input line, whatever it is; marks in the margin."""

import io
import json

import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.proofs import check_line, run_proofs


def test_a_line_of_json_gives_steps_for_its_lines():
    made = check_line(json.dumps({"id": "a", "lines": ["x^2 = 4", "x = 2"], "assume": {"x": "positive"}}))
    assert made["id"] == "a" and made["first_break"] is None
    assert made["steps"][0] is None and made["steps"][1]["relation"] == "equivalent" and made["steps"][1]["status"] == "proved"
    assert {"relation", "status", "reason", "evidence"} <= made["steps"][1].keys()


def test_whatever_comes_in_one_line_goes_out():
    lines = ["[1]", "{", '{"id": 1}', '{"id": 2, "lines": "x"}', '{"id": 3, "lines": ["x"], "assume": {"x": 5}}', '{"id": 4, "lines": ["x"], "assume": {"x": "purple"}}',
             '{"id": 5, "lines": ["x"], "theory": "magic"}', '{"id": 6, "lines": ["1", "= 1"]}']
    out = io.StringIO()
    assert run_proofs(lines, out) == len(lines)
    made = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [m["id"] for m in made] == [None, None, 1, 2, 3, 4, 5, 6]
    assert all("error" in m for m in made[:-1]) and made[-1]["steps"][1]["relation"] == "equal"


def test_margin_and_first_break(tmp_path):
    path = tmp_path / "proof.md"
    path.write_text("We solve.\n\n$2x + 3 = 7$\n\n$2x = 4$\n\n$x = 3$\n", encoding="utf-8")
    done = CliRunner().invoke(main, ["proof", str(path)])
    assert done.exit_code == 0
    assert "✓  $2x = 4$" in done.output and "✗  $x = 3$" in done.output and "line 7" in done.output and "x = 2" in done.output
    as_json = json.loads(CliRunner().invoke(main, ["proof", str(path), "--json"]).output)
    assert as_json["first_break"] == 6


def test_latex_documents_and_assumptions(tmp_path):
    path = tmp_path / "proof.tex"
    path.write_text("\\documentclass{article}\n\\begin{document}\n\\begin{align*}\n \\sqrt{y^2} &= |y| \\\\\n &= y\n\\end{align*}\n\\end{document}\n", encoding="utf-8")
    assert "First" not in CliRunner().invoke(main, ["proof", str(path), "--assume", "y=positive"]).output
    assert "Every line follows." in CliRunner().invoke(main, ["proof", str(path), "--assume", "y=positive"]).output
    assert "does not follow" in CliRunner().invoke(main, ["proof", str(path)]).output
    assert CliRunner().invoke(main, ["proof", str(path), "--theory", "magic"]).exit_code == 2


@pytest.mark.parametrize("text, said", [("", "No line claims anything"), ("so what\n", "No line claims anything"), ("1\n= 1\x1b[31m\n", "\\u001b[31m")])
def test_what_a_terminal_is_shown(tmp_path, text, said):
    path = tmp_path / "lines.txt"
    path.write_text(text, encoding="utf-8")
    shown = CliRunner().invoke(main, ["proof", str(path)]).output
    assert said in shown and "\x1b[31m" not in shown


def test_a_text_is_read_where_there_are_no_problem_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "read as  x^2" in CliRunner().invoke(main, ["read", "x^2"]).output
    assert "no folder 'problems'" in CliRunner().invoke(main, ["check", "minimax", "5c", "p = 0"]).output
