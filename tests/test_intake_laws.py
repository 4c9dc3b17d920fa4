"""Laws of intake: nothing is lost, nothing raises, order does not matter, time is bounded."""

import json
import re
import time

import pytest
from course import BOOK, texts
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.intake.paper import PaperError
from grader.intake.submissions import read_paper

LABELS = ["# Question 1", "## Question 2", "Question 5", "5.", "a)", "(b)", "- c).", "**d)**", "5c.", "1a:", "Q2 (b)", "Problem 4 part a", "## Question 9", "7b.", "RNN", "**Transformer**", "Time complexity:",
          "Train time = ", "RNN - Test time: ", "Your answer: ", "## a)", "Part b: ", "1. ", "2) ", "Attention", "# Appendix", "i) ", "e)", "---", "- ", "> "]
MARKS = ["", "", "$$\n", "\n$$", "```\n", "```", "| ", " | ", "\n\n", "\n", " = ", ". ", "? ", "$", "**"]
KNOWN = {"m.md", "p.txt", "o.ocr.md", "t.tex"}


@st.composite
def papers(draw):
    """Labels and marks with words that occur once each."""
    pieces, words = [], []
    for k in range(draw(st.integers(1, 14))):
        pieces.append(draw(st.sampled_from(LABELS + [""] * 8)))
        word = f"w{k}x{k}" if draw(st.booleans()) else f"lorem{k}"
        words.append(word)
        pieces.append(draw(st.sampled_from([" ", "\n", "\n\n"])) + draw(st.sampled_from(MARKS)) + word + draw(st.sampled_from(MARKS)) + "\n")
    return "".join(pieces), words


def titles(text):
    """Lines that are headings of problems: their titles are no answers."""
    return "\n".join(line for line in text.split("\n") if re.match(r"[>\s]*#+ (?:Question \d|Appendix)|\s*\*\*Transformer", line))


def everything(made):
    return "\n".join(t for s in made for t in [*[a.text for a in s.answers], *[a.text for a in s.unplaced], *[n.text for a in (*s.answers, *s.unplaced) for n in a.notes], *[n.text for n in s.notes], s.learner])


@settings(max_examples=60, deadline=None)
@given(papers(), st.sampled_from(sorted(KNOWN)))
def test_nothing_is_lost(paper, name):
    text, words = paper
    kept = everything(read_paper(name, text.encode(), BOOK))
    assert [w for w in words if w not in kept and w not in titles(text)] == []


@settings(max_examples=25, deadline=None)
@given(papers())
def test_nothing_is_lost_in_notebooks(paper):
    text, words = paper
    cells = [{"cell_type": "markdown", "id": f"c{k}", "metadata": {}, "source": part} for k, part in enumerate(text.split("\n\n"))]
    content = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    kept = everything(read_paper("n.ipynb", content.encode(), BOOK))
    assert [w for w in words if w not in kept and w not in titles(text)] == []


PARTS = {"1b": "n < t", "1c": "they run at the same time", "2a": "the gap grows", "2b": "$q = k_a + k_b$", "4a": "$$L = 3$$", "4b": "how well", "5b": "no", "5c": "p = q = 0"}


@given(st.permutations(sorted(PARTS)), st.sampled_from(["{0}. {1}", "{0}: {1}", "**{0})** {1}", "## {0}\n\n{1}", "Q{0} {1}"]))
def test_the_order_of_parts_does_not_matter(order, form):
    text = "\n\n".join(form.format(part if "Q" not in form else f"{part[0]} ({part[1]})", PARTS[part]) for part in order)
    made, = read_paper("x.md", text.encode(), BOOK)
    assert texts(made) == PARTS and made.unplaced == ()


@given(st.permutations([1, 2, 4, 5]), st.sampled_from(["# Question {0}", "{0}.", "**Problem {0}**", "Q{0}:"]), st.sampled_from(["{0}) {1}", "({0}) {1}", "### {0})\n\n{1}", "**{0})** {1}", "- {0}). {1}", "Part {0}: {1}"]))
def test_problems_in_any_order(order, head, form):
    rows = []
    for number in order:
        rows.append(head.format(number))
        rows += [form.format(part[1], text) for part, text in PARTS.items() if part[0] == str(number)]
    made, = read_paper("x.md", "\n\n".join(rows).encode(), BOOK)
    assert texts(made) == PARTS and made.unplaced == ()


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)), st.sampled_from(["a.yaml", "a.md", "a.tex", "a.ipynb", "a.txt", "a.ocr.md"]))
def test_any_bytes_are_read_or_refused(content, name):
    try:
        assert read_paper(name, content, BOOK)
    except PaperError as error:
        assert error.reason


HOSTILE = {
    "deep brackets": "[" * 12_500, "deep braces": "{" * 12_500, "deep quotes": ">" * 6_250 + "x", "deep lists": "- " * 2_500 + "x", "labels": "a) " * 6_250, "label lines": "5c. x\n" * 2_500, "headings": "# Question 5\n" * 1_250,
    "dollars": "$" * 12_501, "displays": "$$\nx\n" * 2_500, "fences": "```\n" * 3_750, "stars": "*" * 12_500, "tables": "| 1 | 2 | 3 |\n" * 1_000, "begins": "\\begin{answer}" * 1_250, "ifans": "\\ifans{" * 2_500,
    "items": "\\begin{enumerate}\\item " * 625, "comments": "% answer: 5c\n" * 1_250, "macros": "\\newcommand{\\a}{\\b\\b}\\newcommand{\\b}{\\a\\a}" + "\\a" * 625, "one line": "x " * 31_250, "words": "Question " * 6_250,
    "learners": "Student s1\nStudent s2\n" * 62, "paragraphs": "word\n\n" * 2_500, "ticks": "`" * 12_501, "aliases": "a: &a [x,x,x,x]\nb: &b [*a,*a,*a]\n" * 10, "entities": "&lt;" * 3_750, "sentences": "Can it? " * 3_750,
    "html comments": "<!-- " * 6_000, "notes": "%% a " * 6_000, "tags": "<b " * 8_000, "open tags": "<span a=\"" * 3_000, "struck": "~~a " * 8_000, "struck tags": "<del>" * 5_000,
    "callouts": "> [!note] a\n" * 2_500, "escapes": "\\_\\$" * 6_000, "links": "[[a|" * 6_000, "html tables": "<table><tr><td>" * 1_500, "pairs": "(1,1) , " * 3_000, "commas": ", " * 12_000,
    "bullets": "- n\n" * 6_000, "remarks": "5c (corrected)" * 1_500, "attempts": "# 5c (again)\n\nx\n\n" * 500, "see in": ("x see in" + " " * 50 + "\n") * 500,
    "label words": "RNN train time " * 1_000, "values": "1a. RNN train time: $x$, " * 250, "sign lines": "= \n" * 3_750,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("name", ["a.md", "a.tex", "a.txt", "a.ocr.md", "a.yaml", "a.ipynb"])
def test_hostile_papers_end_soon(name, text):
    start = time.process_time()
    try:
        read_paper(name, text.encode(), BOOK)
    except PaperError:
        pass
    assert time.process_time() - start < 2
