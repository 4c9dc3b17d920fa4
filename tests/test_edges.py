"""A learner who answers wrongly, again and again, never sees the numbers of the reference's edge."""

import json
import re

import pytest

from grader.intake.spec import load_problem
from grader.model import Answer
from grader.report.record import learner_view, to_record
from grader.run.one import grade_answer

SPEC = """
problem: edges
title: Edges
symbols: {n: integer > 0, t: integer > 0, l: integer > 0, y: real, eta: real > 0, w: real}
parts:
  1a: {kind: condition, points: 1, ask: "When?", answer: "n >= 6173 and t <= 4801"}
  1b: {kind: condition, points: 1, ask: "When?", answer: n < 6173 t, accept: [{answer: "n < 6173 t + 7907"}], wrong: [{answer: "n < 4801 t", feedback: "Look again."}]}
  1c: {kind: interval, points: 1, ask: "Where?", answer: "(6173, 7907]"}
  1d: {kind: inequality, points: 1, ask: "Where?", answer: y > 6173/4801}
  1e: {kind: set, points: 1, ask: "Which?", answer: "{6173, 4801}"}
  1f: {kind: condition, points: 1, ask: "When?", cheaper: 6173 t n l, than: 4801 t^2 l, answer: 6173 n < 4801 t}
  1g: {kind: convergence, points: 1, ask: "Which?", update: {w: w - 4801*eta*w/6173}, step: eta, asks: region, answer: eta < 12346/4801}
"""
ANSWERS = {
    "condition": ["n < t", "n > t", "n <= 2 t", "n < 10 t", "always", "never", "l > 3", "n < t^2", "n >= 5", "n < 5000", "t <= 4", "n t < 3", "if n is smaller than t",
                  "n << t", "n = t", "n < 0.7 t", "t > 1 and n > 1", "5 n < 4 t", "n < l"],
    "interval": ["(0, 1)", "(0, oo)", "(7000, 7500)", "[1, 2]", "(6000, 8000)", "(-oo, oo)"], "inequality": ["y > 1", "y > 2", "y < 1", "y != 1", "y > 0 and y < 5", "y >= 1.28"],
    "set": ["{1, 2}", "{}", "{7}"], "convergence": ["eta < 1", "eta < 3", "never", "any step size", "eta > 1", "0 < eta <= 2"],
}
EDGE = re.compile("617[234]|480[012]|790[678]|1234[567]|1\\.28(?!\\d)5|2\\.57")


@pytest.fixture(scope="module")
def problem(tmp_path_factory):
    path = tmp_path_factory.mktemp("edges") / "edges.yaml"
    path.write_text(SPEC, encoding="utf-8")
    return load_problem(path)


def test_no_learner_sees_an_edge(problem):
    told, refuted = [], 0
    for part in problem.parts:
        for text in ANSWERS[part.kind]:
            record = to_record(grade_answer(problem, part, Answer(f"edges/{part.id}", text)))
            refuted += record["status"] == "refuted"
            view = learner_view({k: v for k, v in record.items() if k not in ("answer", "reading", "spec")})
            if EDGE.search(json.dumps(view)):
                told.append((part.id, text, view["feedback"]))
    assert not told and refuted > 60


def test_a_small_point_is_still_shown(problem):
    part = next(p for p in problem.parts if p.id == "1b")
    record = to_record(grade_answer(problem, part, Answer("edges/1b", "n > t")))
    assert "Try n = " in record["feedback"]
