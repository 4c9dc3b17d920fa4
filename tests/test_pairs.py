"""JSON lines in, JSON lines out: one for each, in order, whatever the input."""

import io
import json

from grader.pairs import decide_line, run_pairs

ROWS = [
    {"id": 1, "reference": "(x+1)^2", "answer": "x^2+2x+1"}, {"id": "b", "reference": "(x+1)^2", "answer": "x^2+1"},
    {"id": 3, "reference": "x", "answer": "sqrt(x^2)", "assume": {"x": "positive"}}, {"id": 4, "reference": "x", "answer": "x +* 2"},
    {"id": 5, "reference": "t n^2", "answer": "O(3 t n^2)", "kind": "growth_order", "options": {"relation": "Theta", "growing": ["t", "n"]},
     "assume": {"t": "integer > 0", "n": "integer > 0"}},
    {"id": 6, "reference": "(x-1)(x-2)", "answer": "x^2-3x+2", "kind": "form", "options": {"form": "factored", "variable": "x"}},
    {"id": 7, "reference": "1", "answer": "0/0"},
]
EXPECTED = [("proved", True), ("refuted", False), ("proved", True), ("unread", None), ("proved", True), ("refuted", False), ("undecided", None)]


def lines(rows, jobs=1):
    out = io.StringIO()
    lines = [r if isinstance(r, str) else json.dumps(r) for r in rows]
    assert run_pairs(lines, out, jobs) == len([r for r in rows if not isinstance(r, str) or r.strip()])
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_rows_in_order():
    for jobs in (1, 2):
        made = lines(ROWS, jobs)
        assert [m["id"] for m in made] == [r["id"] for r in ROWS]
        assert [(m["status"], m["equal"]) for m in made] == EXPECTED
        assert all(set(m) == {"id", "status", "equal", "reason", "evidence", "ms"} for m in made)


def test_kinds_with_options():
    def said(kind, reference, answer, **options):
        return decide_line(json.dumps({"id": 1, "kind": kind, "reference": reference, "answer": answer, "options": options}))

    assert said("quantity", "25 m/s", "90 km/h")["equal"] is True and said("quantity", "25 m/s", "91 km/h", relative="0.02")["equal"] is True
    assert said("quantity", "25 m/s", "91 km/h", relative=0.001)["equal"] is False and said("number", "pi", "3.14", figures=3)["equal"] is True
    assert said("list", "(1, 2)", "(2, 1)", order="free")["equal"] is True
    for kind, reference, options in (("quantity", "25 furlongs", {}), ("number", "x", {}), ("number", "1", {"figures": "many"}),
                                     ("number", "1", {"tolerance": "-1"}),
                                     ("list", "(1, 2)", {"order": "any"}), ("number", "1", {"exact": "yes"}), ("number", "1", {"bogus": 1})):
        made = said(kind, reference, "1", **options)
        assert (made["status"], made["equal"]) == ("unread", None) and made["reason"], (kind, reference, options)


def test_the_same_bytes_but_for_the_time():
    first, second = lines(ROWS), lines(ROWS, 2)
    assert [m | {"ms": 0} for m in first] == [m | {"ms": 0} for m in second]


def test_whatever_the_input():
    bad = ["", "   ", "nonsense", "[1, 2]", "null", '{"id": 9}', '{"id": 9, "reference": 1, "answer": "x"}',
           '{"id": 9, "reference": "x", "answer": "x", "assume": {"x": "purple"}}',
           '{"id": 9, "reference": "x", "answer": "x", "assume": "real"}', '{"id": 9, "reference": "x", "answer": "x", "kind": "no such kind"}',
           '{"id": 9, "reference": "x", "answer": "x", "kind": "form", "options": {"shape": "round"}}', "[" * 5000,
           '{"id": 9, "reference": "x", "answer": "' + "(" * 3000 + '"}']
    made = lines(bad)
    assert len(made) == len(bad) - 2
    assert all(m["status"] in ("unread", "undecided") and m["equal"] is None and m["reason"] for m in made)


def test_a_very_long_line_and_a_tower():
    assert decide_line(json.dumps({"id": 1, "reference": "x", "answer": "y" * 300_000}))["status"] == "unread"
    assert decide_line(json.dumps({"id": 1, "reference": "x", "answer": "9^9^9^9^9^9"}))["equal"] is not True
    assert decide_line(json.dumps({"id": 1, "reference": "9^9^9^9", "answer": "9^9^9^9+1"}))["equal"] is not True


def test_evidence_is_kept():
    record = decide_line(json.dumps(ROWS[1]))
    assert record["evidence"]["method"] == "point" and "x" in record["evidence"]["data"]["point"]


def test_the_answer_is_found_in_prose():
    def said(reference, answer):
        return decide_line(json.dumps({"id": 1, "reference": reference, "answer": answer, "extract": True}))["equal"]

    assert said("3/4", "We add the two and get $\\frac{3}{4}$.") is True
    assert said("5", "So x = 5") is True and said("5", "So x = 6") is False
    assert said("{1, 2}", "\\boxed{2, 1}") is True
    assert said("5", "Either 5 or 6") is not True
    assert said("x = 5", "x = 5") is True
