"""Papers in every format: the same answers come out, by headings, keys, tags, environments and cells."""

import json

import pytest
from course import BOOK, loose, read, texts

from grader.intake.latex_macros import definitions, expand
from grader.intake.paper import PaperError
from grader.intake.submissions import read_paper

FOUR = {"1b": "n < t", "2b": "$q = \\beta (k_a + k_b)$", "5b": "No, it cycles.", "5c": "p = q = 0"}


def notebook(*cells, **metadata):
    made = []
    for k, cell in enumerate(cells):
        kind, source, extra = (*cell, {})[:3] if isinstance(cell, tuple) else ("markdown", cell, {})
        entry = {"cell_type": kind, "id": f"c{k}", "metadata": extra, "source": source.splitlines(keepends=True)}
        made.append(entry | ({"outputs": [], "execution_count": None} if kind == "code" else {}))
    return json.dumps({"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, indent=1)


FORMATS = {
    "a.yaml": "learner: s2\n1b: n < t\nattention:\n  2b: $q = \\beta (k_a + k_b)$\n\"Question 5\":\n  b: No, it cycles.\n  (c): p = q = 0\n",
    "b.yaml": "learner: s2\nanswers:\n  - part: 1b\n    answer: n < t\n  - {part: 2b, answer: \"$q = \\\\beta (k_a + k_b)$\"}\n  - part: minimax/5b\n    answer: |\n      No, it cycles.\n  - part: 5c\n    answer: p = q = 0\n",
    "c.md": "---\nlearner: s2\n---\n\n# Question 1\n\n## b)\n\nn < t\n\n# Question 2\n\n## (b)\n\n$q = \\beta (k_a + k_b)$\n\n# Question 5: Minimax\n\n**b)** No, it cycles.\n\n**c)** p = q = 0\n",
    "d.md": "Student s2\n\n5c. p = q = 0\n\n5b. No, it cycles.\n\n2b. $q = \\beta (k_a + k_b)$\n\n1b. n < t\n",
    "e.md": "Name: s2\n\n1.\n\n- b). n < t\n\n2.\n\n- b). $q = \\beta (k_a + k_b)$\n\n5.\n\n- b). No, it cycles.\n- c). p = q = 0\n",
    "f.md": "<!-- answer: 1b -->\nn < t\n<!-- answer: 2b -->\n$q = \\beta (k_a + k_b)$\n<!-- answer: 5b -->\nNo, it cycles.\n<!-- answer: 5c -->\np = q = 0\n",
    "g.txt": "Student: s2\n\nProblem 1 part b\nn < t\n\nQ2 (b) $q = \\beta (k_a + k_b)$\n\nQuestion 5\n----------\nb) No, it cycles.\nc) p = q = 0\n",
    "h.txt": "1b: n < t\n2b: $q = \\beta (k_a + k_b)$\n5b: No, it cycles.\n5c: p = q = 0\n",
    "i.txt": "1. b) n < t\n2. b) $q = \\beta (k_a + k_b)$\n5. b) No, it cycles.\n   c) p = q = 0\n",
    "j.tex": "% learner: s2\n\\documentclass{article}\n\\newcommand{\\scale}{\\beta}\n\\begin{document}\n\\begin{answer}[1b]\nn < t\n\\end{answer}\n\\begin{answer}{2b} $q = \\scale (k_a + k_b)$ \\end{answer}\n"
             "\\begin{answer}{Answer 5b}\nNo, it cycles. % or so\n\\end{answer}\n% answer: 5c\np = q = 0\n\\end{document}\n",
    "k.tex": "\\section*{Question 1}\n\\begin{enumerate}\n\\item[(b)] n < t\n\\end{enumerate}\n\\section*{Question 2}\n\\begin{enumerate}\n\\item[(a)]\n\\item[(b)] $q = \\beta (k_a + k_b)$\n\\end{enumerate}\n"
             "\\section*{Question 5}\n\\begin{enumerate}[label=(\\alph*)]\n\\item\n\\item No, it cycles.\n\\item p = q = 0\n\\end{enumerate}\n",
    "l.tex": "\\newcommand{\\ifans}[1]{\\ifthenelse{\\boolean{ans}}{#1}{}}\n\\section{Question 1}\n\\subsection*{(b)} When is the RNN faster?\n\\ifans{n < t}\n\\section{Question 2}\n\\subsection*{(b)} Give a query.\n\\ifans{$q = \\beta (k_a + k_b)$}\n"
             "\\section{Question 5}\n\\subsection*{(b)} Does it?\n\\ifans{}\nNo, it cycles.\n\\subsection*{(c)} Where?\n\\ifans{p = q = 0}\n",
    "m.ipynb": notebook("## Question 1\n\n**(b)** When is the RNN faster than the Transformer?\n\nYour answer: n < t", "## Question 2", "**(b)** Give a query.\n\nYour answer:", "$q = \\beta (k_a + k_b)$",
                        "## Question 5\n\n### (b) Your answer: No, it cycles.", "### (c)", "p = q = 0", learner="s2"),
    "n.ipynb": notebook(("markdown", "n < t", {"tags": ["answer: 1b"]}), ("markdown", "$q = \\beta (k_a + k_b)$", {"answer": "2b"}), ("markdown", "No, it cycles.", {"answer": "minimax/5b"}), ("code", "p = q = 0", {"answer": "5c"})),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_answers(name):
    made = read(name, FORMATS[name])
    assert {k: v for k, v in texts(made).items() if v} == FOUR
    assert not [n for a in made.answers for n in a.notes if n.severity == "guess"]
    assert made.learner in ("s2", name.split(".")[0])


@pytest.mark.parametrize("name", FORMATS)
def test_answers_say_on_which_line_they_begin(name):
    lines = FORMATS[name].split("\n")
    for answer in read(name, FORMATS[name]).answers:
        if answer.text and "\\beta" not in answer.text:
            assert answer.text in lines[answer.provenance.line - 1].replace("\\\\", "\\")


# ----------------------------------------------------------------------------------------------------------------- yaml


def test_yaml_answers_are_what_was_typed():
    made = read("x.yaml", "1b: no\n1c: 1:30\n1d: 0.10\n2a: 1e3\n2b: [1, 2]\n4a: 2024-01-01\n4b: ~\n5b: 'a: b'\n5c: 0x1F\n")
    assert texts(made) | {"1d.why": ""} == {"1b": "no", "1c": "1:30", "1d": "0.10", "1d.why": "", "2a": "1e3", "2b": "[1, 2]", "4a": "2024-01-01", "4b": "", "5b": "a: b", "5c": "0x1F"}


@pytest.mark.parametrize("typed,text", {
    '"\\theta + \\nu"': "\\theta + \\nu", '"\\\\theta"': "\\theta", '"\\frac{n}{t} < 1"': "\\frac{n}{t} < 1", '"a \\"quoted\\" \\beta"': 'a "quoted" \\beta',
    "'\\theta'": "\\theta", "\\theta": "\\theta", '"one\\ntwo"': "one\ntwo", '"it\'s \\tau"': "it's \\tau",
}.items())
def test_latex_in_double_quotes_is_taken_as_typed(typed, text):
    assert texts(read("x.yaml", f"5c: {typed}\n"))["5c"] == text


def test_yaml_lists_and_mappings_keep_their_text():
    made = read("x.yaml", "5a.table:\n  q: 1, 2, 1\n  p: 1, -1, -2\n1d:\n  - FFN\n  - layer norm\n5c: p = q = 0\n")
    assert texts(made)["5a.table"] == "q: 1, 2, 1\np: 1, -1, -2" and texts(made)["1d"] == "FFN\nlayer norm" and texts(made)["5c"] == "p = q = 0"


def test_yaml_fields_by_nested_keys():
    made = read("x.yaml", "complexity:\n  1a:\n    RNN:\n      train time: tn²l\n      memory at inference: nl\n    Transformer:\n      test time: t²nl\n")
    assert texts(made) == {"1a.rnn-time-train": "tn²l", "1a.rnn-space-test": "nl", "1a.transformer-time-test": "t²nl"}


def test_an_unknown_key_is_kept_and_named():
    made = read("x.yaml", "5c: p = q = 0\n7a: something\nminimax:\n  5z: else\n")
    assert texts(made) == {"5c": "p = q = 0"} and loose(made) == ["something", "else"]
    assert ["7a" in made.unplaced[0].notes[-1].text, "5z" in made.unplaced[1].notes[-1].text] == [True, True]
    assert all(a.notes[-1].severity == "guess" for a in made.unplaced)


@pytest.mark.parametrize("text,line", {"5c: a\n5c: b\n": 2, "5c: !!python/name:os.system x\n": 1, "a: &x 1\n5c: *x\n": 1, "5c: [1, 2\n": 1, "5c: x: y\n": 1, "- 1\n- 2\n": 1, "\t5c: x\n": 1}.items())
def test_yaml_that_cannot_be_used_says_where(text, line):
    with pytest.raises(PaperError) as error:
        read_paper("x.yaml", text.encode(), BOOK)
    assert error.value.line == line


# ------------------------------------------------------------------------------------------------------------ markdown


def test_a_problem_from_the_front_matter():
    made = read("x.md", "---\nlearner: s3\nproblem: minimax\n---\nb) no\n\nc) p = q = 0\n")
    assert texts(made) == {"5b": "no", "5c": "p = q = 0"} and made.problems == ("minimax",)
    assert any(n.code == "problem.unknown" for n in read("x.md", "---\nproblem: nix\n---\nb) no\n").notes)


def test_an_unknown_question_is_unplaced_and_named():
    made = read("x.md", "## Question 5\n\nc) p = 0\n\nd) another\n\n## Question 7\n\na) What?\n\n## Question 2\n\nb) q\n")
    assert texts(made) == {"5c": "p = 0", "2b": "q"} and loose(made) == ["another", "a) What?"]
    assert "d) of minimax" in made.unplaced[0].notes[-1].text and "Question 7" in made.unplaced[1].notes[-1].text


def test_numbered_lists_in_an_answer_are_no_labels():
    made = read("x.md", "# Question 5\n\n## b)\n\n1. first\n2. second\n\na) one case\n\n## c)\n\np = q = 0\n")
    assert texts(made)["5b"] == "1. first\n2. second" and texts(made)["5a.rules"] == "one case"
    made = read("x.md", "# Question 5\n\n## a)\n\nq\n\n## b)\n\n1. first\n2. second\n\na) one case\nb) the other\n")
    assert texts(made)["5b"] == "1. first\n2. second\n\na) one case\nb) the other"
    assert {n.code for a in made.answers for n in a.notes if n.severity == "guess"} == {"placing.again"}


def test_an_answer_from_two_places_is_put_together():
    made = read("x.md", "5b. no\n\n5c. p = 0\n\n5b. it cycles\n")
    assert texts(made)["5b"] == "no\n\nit cycles" and any(n.code == "placing.joined" for a in made.answers for n in a.notes)


def test_lines_of_code_and_displays_are_no_labels():
    text = "## Question 5\n\na)\n\n```\nb) not a label\n```\n\n$$\n\\begin{aligned}\na) &= b\n\\end{aligned}\n$$\n\nc) p = 0\n"
    assert texts(read("x.md", text))["5a.rules"] == text.split("a)\n\n", 1)[1].split("\n\nc)")[0]


def test_headings_below_a_part_belong_to_its_answer_and_those_beside_it_end_it():
    made = read("x.md", "# Question 5\n\n## b)\n\nno\n\n### Why\n\nit cycles\n\n# Appendix\n\nmore\n")
    assert texts(made)["5b"] == "no\n\nWhy\n\nit cycles" and loose(made) == ["more"]


def test_text_of_the_question_is_left_out():
    made = read("x.md", "## Question 5\n\n**b)** Does it converge?\nCan the optimum be found?\n\nNo. Can it? No.\n\n**c)** At which point do the values stay the same? At the origin.\n")
    assert texts(made) == {"5b": "No. Can it? No.", "5c": "At the origin."} and loose(made) == []


def test_a_first_line_of_a_derivation_is_no_text_of_the_question():
    made = read("x.md", "4a. L(q) = ∫ q(z|x) log [p(x,z) / q(z|x)] dz.\n= 3\n")
    assert texts(made)["4a"] == "L(q) = ∫ q(z|x) log [p(x,z) / q(z|x)] dz.\n= 3"


def test_shared_labels_and_labels_of_parts():
    made = read("x.md", "5a. q goes first\n\n5a.table: q: 1, 2\n")
    assert texts(made) == {"5a.rules": "q goes first", "5a.table": "q: 1, 2"}


# -------------------------------------------------------------------------------------------------------------- latex


def test_answer_environments_leave_the_handout_out():
    made = read("x.tex", "\\begin{document}\n\\section{Question 5}\nAt which point do the values stay the same?\nA remark on the sheet.\n\\begin{answer}[5c]\n$p=0$\n\\end{answer}\nGood luck!\n\\end{document}")
    assert texts(made) == {"5c": "$p=0$"} and loose(made) == ["A remark on the sheet.", "Good luck!"]


def test_braces_nest_in_ifans():
    made = read("x.tex", "\\section*{Question 2}\n\\begin{enumerate}\n\\item[(a)] What?\n\\ifans{\n$\\frac{1}{2}$ {and} \\textbf{more}\n}\n\\end{enumerate}")
    assert texts(made)["2a"] == "$\\frac{1}{2}$ {and} **more**"


def test_items_inside_an_answer_are_no_labels():
    made = read("x.tex", "\\begin{answer}{5b}\n\\begin{enumerate}\n\\item one\n\\item two\n\\end{enumerate}\n\\end{answer}\n\\begin{answer}{5c}p = 0\\end{answer}")
    assert texts(made)["5b"].split() == ["1.", "one", "2.", "two"] and texts(made)["5c"] == "p = 0"


def test_macros_are_written_out():
    macros, rest = definitions("\\newcommand{\\KL}[2]{\\mathrm{KL}(#1 \\| #2)}\\def\\b{\\beta}\\DeclareMathOperator{\\tr}{tr}\\newcommand\\T{^\\top}\n\\newenvironment{answer}[1]{x}{y}\ntext")
    assert rest == "\n\ntext" and expand("\\KL{q}{p}, k\\T q, \\b q, \\tr A, \\bar", macros)[0] == "\\mathrm{KL}(q \\| p), k^\\top q, \\beta q, \\operatorname{tr} A, \\bar"


def test_macros_that_call_each_other_end():
    macros, _ = definitions("\\newcommand{\\a}{\\b\\b}\\newcommand{\\b}{\\a\\a}")
    assert len(expand("\\a " * 100, macros)[0]) < 60_000


def test_a_macro_over_lines_keeps_the_lines_of_the_rest():
    macros, rest = definitions("\\newcommand{\\two}[1]{#1, #1}\n\\two{x\ny}\nend")
    text, origin = expand(rest, macros)
    assert text.split("\n")[-1] == "end" and origin[-1] == 4


# ---------------------------------------------------------------------------------------------------------- notebooks


def test_the_answer_after_the_marker_counts_and_the_question_does_not():
    made = read("x.ipynb", notebook("## Question 5\n\n**(c)** Some other wording of what is asked.\n\nYour answer: p = q = 0"))
    assert texts(made) == {"5c": "p = q = 0"} and loose(made) == ["Some other wording of what is asked."]


def test_an_untouched_template_is_blank():
    made = read("x.ipynb", notebook("## Question 5\n\n**(a)** State the update rules and fill in six steps.\n\nYour answer:", "| t | 0 | 1 | 2 |\n|---|---|---|---|\n| q | 1 | | |\n| p | 1 | | |",
                                    ("code", "# YOUR CODE HERE"), "**(b)** Does it converge?\n\n*Write your answer here.*", "**(c)** Your answer:"))
    assert set(texts(made).values()) == {""} and loose(made) == []
    assert any(n.code == "blank.template" for a in made.answers for n in a.notes)


def test_answers_in_code_cells_and_comments():
    made = read("x.ipynb", notebook("## Question 5\n\n**(a)** Your answer:", ("code", "# q first\nq = [1, 2, 1]\np = [1, -1, -2]")))
    assert texts(made)["5a.table"] == "# q first\nq = [1, 2, 1]\np = [1, -1, -2]"


def test_locked_cells_were_handed_out():
    made = read("x.ipynb", notebook("## Question 5", ("markdown", "### (b)\n\nDoes it?", {"nbgrader": {"locked": True, "solution": False, "grade": False}}), "No."))
    assert texts(made) == {"5b": "No."} and loose(made) == ["Does it?"]


@pytest.mark.parametrize("text", ["", "{}", "[]", "{\"cells\": 3}", "nothing", "[" * 100_000, '{"cells": [], "nbformat": 3, "nbformat_minor": 0, "metadata": {}}'[:-1]])
def test_what_is_no_notebook(text):
    with pytest.raises(PaperError):
        read_paper("x.ipynb", text.encode(), BOOK)


@pytest.mark.parametrize("begin", ("\\begin{enumerate}\n\\setcounter{enumi}{4}\n", "\\begin{enumerate}[start=5]\n", "\\begin{enumerate}\n\\addtocounter{enumi}{4}\n"))
def test_counters_of_lists_can_be_set(begin):
    body = begin + "\\item\n\\begin{enumerate}\n\\item first\n\\item second\n\\end{enumerate}\n\\end{enumerate}"
    found = texts(read("p.tex", "\\begin{document}\n" + body + "\n\\end{document}"))
    assert found["5b"] == "second"


def test_numbered_titles_are_labels_beside_bare_numbers():
    found = texts(read("p.txt", "1. Sequence models\n(b)\nn < t\n\n2. Attention\n(a)\nlarge gaps\n\n5.\n(b)\nno\n"))
    assert (found["1b"], found["2a"], found["5b"]) == ("n < t", "large gaps", "no")
