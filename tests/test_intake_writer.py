"""What is written as a YAML paper is read as it was typed, whatever it is."""

from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader.intake.labels import Book
from grader.intake.spec import load_problems
from grader.intake.yaml_paper import read_yaml_paper
from grader.intake.yaml_writer import as_kept, yaml_paper

PROBLEMS = load_problems(Path(__file__).resolve().parent.parent / "problems")[0]
BOOK = Book(PROBLEMS)
KEYS = [("minimax", "5c"), ("minimax", "5a.table"), ("elbo", "4a"), ("complexity", "1a.rnn-time-train"), ("descent", "6a")]
TEXTS = st.lists(st.sampled_from(list(" \t\n\r:#-'\"\\|>{}[]&*!%@`~?,=x10é²\u2028\x85\x00\x07\ufeff\U0001d465") + ["\\frac", "null", "---", "...", "no", "\r\n"]), max_size=40).map("".join)


def read_back(text):
    paper = read_yaml_paper(text, BOOK)
    keys = [piece.key for piece in paper.pieces if piece.role == "key"]
    return paper.learner, dict(zip(keys, [piece.text for piece in paper.pieces if piece.role == "block"], strict=True))


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXTS, min_size=len(KEYS), max_size=len(KEYS)))
@example(["  x\n   ", "\n\n x", "|2-\n - a", "a: b\n# c", "\tx"])
def test_texts_come_back(texts):
    answers = {}
    for (problem, part), text in zip(KEYS, texts):
        answers.setdefault(problem, {})[part] = text
    _, found = read_back(yaml_paper("s001", answers)) if any(as_kept(t).strip() for t in texts) else ("", {})
    wanted = {key: as_kept(text) for key, text in zip(KEYS, texts) if as_kept(text).strip()}
    blanks = {key for key, text in wanted.items() if text.strip() in ("~", "null", "Null", "NULL")}  # what YAML calls nothing is no answer
    assert {k: v for k, v in found.items() if k not in blanks} == {k: v for k, v in wanted.items() if k not in blanks}


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=90))
def test_learners_come_back(name):
    learner, _ = read_back(yaml_paper(name, {"minimax": {"5c": "p = q = 0"}}))
    kept = yaml_paper(name, {})
    assert ("learner" in kept) == bool(learner) and (name != name.strip() or not name.isalnum() or not name.isascii() or learner == name[:80])
