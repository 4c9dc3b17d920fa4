"""Papers as people keep them: word processors, note apps, templates, corrections, labels in the wrong place. What lands where, and what asks for a person."""

import json

import pytest
from course import BOOK, PROBLEMS, texts

from grader.intake.markup import plain_markup
from grader.intake.submissions import read_paper
from grader.intake.unplaced import MAY_ANSWER
from grader.run.one import UNPLACED, find_answer

RULES = "q_{t+1} = q_t + p_t"


def read(text, name="s001.md"):
    made, = read_paper(name, text if isinstance(text, bytes) else text.encode(), BOOK)
    return made


def filled(made):
    return {part: text for part, text in texts(made).items() if text}


def doubts(made):
    return {a.part.split("/")[1]: [n.code for n in a.notes if n.severity == "guess"] for a in made.answers if any(n.severity == "guess" for n in a.notes)}


def asks(made, part):
    """Does the empty part wait for a person?"""
    problem = next(p for p in PROBLEMS if any(q.id == part for q in p.parts))
    return any(n.code == UNPLACED for n in find_answer(made, problem, problem.part(part)).notes)


def notebook(*cells):
    made = [{"cell_type": kind, "id": f"c{k}", "metadata": {}, "source": source, **({"outputs": [], "execution_count": None} if kind == "code" else {})}
            for k, (kind, source) in enumerate(cells)]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


# -------------------------------------------------------------------------------------------------------------- markup


@pytest.mark.parametrize("typed, meant", [
    ("q\\_{t+1} = q\\_t \\+ p\\_t", "q_{t+1} = q_t + p_t"),
    ("b\\) n \\< t", "b) n < t"),
    ("2 \\* n\nO(t\\^2)", "2 * n\nO(t^2)"),
    ("1\\. The rules\n\n\\$q\\_t = \\\\alpha\\$", "1. The rules\n\n$q_t = \\alpha$"),
    ("$q\\_t$ stays", "$q\\_t$ stays"),
    ("\\(x\\) and \\{1, 2\\} and a\\,b", "\\(x\\) and \\{1, 2\\} and a\\,b"),
    ("\\alpha \\cdot \\|k\\|", "\\alpha \\cdot \\|k\\|"),
    ("tn<sup>2</sup>l, q<sub>t+1</sub>", "tn^{2}l, q_{t+1}"),
    ("tn^2^l and a^2+b^2", "tn^2^l and a^2+b^2"),
    ("n^2^ + q~t+1~", "n^{2} + q_{t+1}"),
    ("a ~ b and c~d, e ~f", "a ~ b and c~d, e ~f"),
    ("a < b and c > d", "a < b and c > d"),
    ("a <b and c> d", "a <b and c> d"),
    ("<b>n</b> &lt; t&nbsp;", "n < t\u00a0"),
    ("==n < t== %%later%%", "n < t "),
    ("a == b == c", "a == b == c"),
    ("[[1, 2], [3, 4]] and [[notes|my notes]]", "[[1, 2], [3, 4]] and my notes"),
    ("x <!-- p = q = 1 --> y", "x  y"),
    ("<!-- answer: 5c -->\nx", "<!-- answer: 5c -->\nx"),
    ("`q\\_t` and \\*x\\*", "`q\\_t` and *x*"),
    ("$`n < t`$", "$n < t$"),
    ("<h2>Question 5</h2>", "## Question 5"),
    ("::: {.answer}\nx\n:::", "\nx\n"),
])
def test_markup_of_editors(typed, meant):
    assert plain_markup(typed) == meant


def test_a_note_app_with_callouts():
    made = read("---\naliases: [hw]\ntags:\n  - ml\nlearner: s001\n---\n## Question 5\n> [!question] c\n> At what point do they rest?\n\n> [!success] Answer\n> $p = q = 0$ ^rest-point\n\n"
                "### b\n==No==, it cycles")
    assert made.learner == "s001" and filled(made) == {"5c": "$p = q = 0$", "5b": "==No==, it cycles"} or filled(made)["5b"] == "No, it cycles"


def test_struck_text_is_no_answer_and_is_kept_in_a_note():
    assert filled(read("5c. <s>p = q = 1</s> p = q = 0\n")) == {"5c": "p = q = 0"} == filled(read("% answer: 5c\n\\sout{p = q = 1} p = q = 0\n", "s001.tex"))
    made = read("5c. ~~p = q = 1~~\n\np = q = 0\n\n1b. ~~n < t~~\n")
    assert filled(made) == {"5c": "p = q = 0", "1b": "~~n < t~~"} and doubts(made) == {"1b": ["placing.struck"]}
    assert any("~~p = q = 1~~" in n.text for a in made.answers for n in a.notes)


def test_letters_declared_one_after_the_other_are_read_beside_the_answers():
    from grader.reading.declarations import adopted

    made = read("1a.\nLet T be the length of the sequence, d the width and L the number of layers.\n\nRNN train time: $T d^2 L$\n")
    answer = next(a for a in made.answers if a.text)
    _, notes = adopted(PROBLEMS[0].part(answer.part.split("/")[1]), answer)
    assert any("d is the learner's letter for n" in n.text for n in notes)


# ------------------------------------------------------------------------------------------------------------ list marks


@pytest.mark.parametrize("typed, kept", [
    ("- n < t", "n < t"), ("* n < t\n* t > 1", "n < t\nt > 1"), ("1. n < t", "n < t"), ("so:\n- n < t", "so:\nn < t"),
    ("n\n- t < 0", "n\n- t < 0"), ("- because it waits\n- for n", "- because it waits\n- for n"), ("$$\nn\n- t\n$$", "$$\nn\n- t\n$$"),
])
def test_marks_of_lists_are_no_minus_signs(typed, kept):
    made = read(f"## 1b\n\n{typed}\n")
    assert filled(made) == {"1b": kept} and not doubts(made)


def test_a_lone_dash_before_a_value_is_in_doubt():
    assert doubts(read("## 5c\n\n- 1/2\n")) == {"5c": ["placing.dash"]}


# ------------------------------------------------------------------------------------------------------------- attempts


def test_two_answers_to_one_part_are_both_kept_for_a_person():
    made = read("5c. p = q = 1\n\n1b. n < t\n\n5c. p = q = 0\n")
    assert filled(made)["5c"] == "p = q = 1\n\np = q = 0" and doubts(made) == {"5c": ["placing.joined"]}


@pytest.mark.parametrize("head", ["# Question 5 (second attempt)\n\nc)", "5c (corrected):", "**5c** (revised)", "# 5c – new try\n\n"])
def test_a_further_attempt_replaces_what_came_before(head):
    made = read(f"# Question 5\n\nc) p = q = 1\n\n# Question 1\n\nb) n < t\n\n{head} p = q = 0\n")
    assert filled(made) == {"5c": "p = q = 0", "1b": "n < t"} and not doubts(made)
    assert [a.text for a in made.unplaced] == ["p = q = 1"] and not asks(made, "5b")


def test_what_goes_on_is_put_together_and_what_is_said_twice_counts_once():
    made = read("# Question 4\n\na) $L = a$\n\n# Question 1\n\nb) n < t\n\n# Question 4 (continued)\n\na) $= b$\n\n# Question 1 (cont.)\n\nb) n < t\n")
    assert filled(made) == {"4a": "$L = a$\n\n$= b$", "1b": "n < t"} and not doubts(made)


def test_a_question_that_is_repeated_before_its_answer_is_no_answer():
    made = read("**5c)** So where does everything rest?\n\nAnswer to 5c: p = q = 0\n")
    assert filled(made) == {"5c": "p = q = 0"} and not doubts(made) and [a.text for a in made.unplaced] == ["So where does everything rest?"]


# ------------------------------------------------------------------------------------------------- labels in wrong places


def test_a_stray_label_counts_and_what_follows_it_is_in_doubt():
    made = read("# Question 5\n\n1b) n < t\n\na) see above\n")
    assert filled(made) == {"1b": "n < t", "5a.rules": "see above", "5a.table": "see above"} and set(doubts(made)) == {"5a.rules", "5a.table"}
    made = read("# Question 4\n\na) x = 1\n\n5c: p = q = 0\n\nb) it pulls to the prior\n")
    assert filled(made) == {"4a": "x = 1", "5c": "p = q = 0", "4b": "it pulls to the prior"} and set(doubts(made)) == {"4b"}


def test_a_part_that_is_only_spoken_of_is_no_label():
    made = read("# Question 5\n\na) the rules, from which we see in\npart c) that nothing rests at 1\n\nb) as 5c says, no\n\nc) p = q = 0\n")
    assert filled(made)["5c"] == "p = q = 0" and filled(made)["5b"] == "as 5c says, no" and not doubts(made)
    assert filled(read("5a. x\n\n5c is where they rest\n\n5b. no\n")) == {"5a.rules": "x\n\n5c is where they rest", "5a.table": "x\n\n5c is where they rest", "5b": "no"}


def test_a_label_without_a_stop_counts_where_others_are_like_it():
    assert filled(read("5b\n\nno\n\n5c p = q = 0\n")) == {"5b": "no", "5c": "p = q = 0"}


def test_the_title_of_a_problem_counts_more_than_its_number():
    made = read("# Exercise 3: The evidence lower bound\n\n(b) two terms\n\n# Exercise 4: Minimax\n\n(b) no\n\n# Question 1\n\n(b) n < t\n")
    assert filled(made) == {"4b": "two terms", "5b": "no", "1b": "n < t"} and doubts(made) == {"5b": ["placing.title"]}


def test_numbers_in_labels_lead_on_to_the_next_problem():
    made = read("1. a) RNN train time: n l\nb) n < t\n2a) large gap\nb) $q = c(k_a + k_b)$\n")
    assert filled(made)["2b"] == "$q = c(k_a + k_b)$" and filled(made)["1b"] == "n < t" and not doubts(made)


def test_a_heading_that_names_no_problem_ends_the_one_before():
    made = read("# Question 5\n\n## c)\n\np = q = 0\n\n# Ünknöwn 1\n\nb) n < t\n")
    assert filled(made) == {"5c": "p = q = 0"} and "5b" not in filled(made)


@pytest.mark.parametrize("text", ["# Aufgabe 5\n\n## Teil c)\n\nLösung: p = q = 0", "# Pregunta 5\n\nparte c) Respuesta: p = q = 0", "# 第5题\n\n（c）p = q = 0", "Part (c) of question 5: p = q = 0",
                                  "# Задача 5\n\nчасть c) Ответ: p = q = 0", "# Minimax, part c\n\np = q = 0", "<h2>Problem 5</h2>\n\n<h3>(c)</h3>\n\np = q = 0", "**\u27a1\ufe0f Question 5c:** p = q = 0", "\u2192 5c) p = q = 0", "Answer to 5 (c): p = q = 0"])
def test_labels_in_many_words(text):
    assert filled(read(text)) == {"5c": "p = q = 0"}


# ----------------------------------------------------------------------------------------------------- no silent zeros


@pytest.mark.parametrize("text, part, asked", [
    ("$p = q = 0$\n\n1b. n < t", "5c", True),
    ("I worked alone on this.\n\n1b. n < t", "5c", False),
    ("# Question 5\n\n$p = q = 0$ everywhere\n\nb) no", "5c", True),
    ("# Question 5\n\n$p = q = 0$ everywhere\n\nb) no", "1b", False),
    ("# Question 1\n\nt = sequence length\nn = width\n\nb) n < t", "1c", False),
    ("# Question 5\n\nb) no\n\ne) $p = q = 0$", "5c", True),
    ("# Question 5\n\nb) no\n\n# Question 7\n\na) $x = 1$", "5c", False),
    ("# Question 1\n\na) see the notebook\n\nb) n < t", "1a.rnn-time-train", True),
    ("# Question 1\n\na) see the notebook\n\nb) n < t", "1c", False),
])
def test_text_without_a_place_may_answer_what_is_empty(text, part, asked):
    made = read(text)
    assert asks(made, part) is asked and (not asked or any(n.code == MAY_ANSWER for a in made.unplaced for n in a.notes))


def test_test_time_under_a_heading_on_space_is_in_doubt():
    made = read("1a.\nSpace complexity:\nRNN - Test time = nl\n")
    assert filled(made) == {"1a.rnn-space-test": "nl"} and doubts(made) == {"1a.rnn-space-test": ["placing.heading"]}


# ----------------------------------------------------------------------------------------------------------------- LaTeX


def test_a_problem_without_answer_environments_is_the_learners_own():
    made = read("\\section{Problem 5}\n(c) $p = q = 0$\n\\section{Problem 1}\n(b) When?\n\\begin{solution}\n$n < t$\n\\end{solution}\n", "s001.tex")
    assert filled(made) == {"5c": "$p = q = 0$", "1b": "$n < t$"} and not doubts(made)


def test_formulas_of_the_question_are_no_answer():
    made = read("\\section{Problem 4}\n\\subsection{(a)}\nShow that\n\\[ L = 3 \\]\n\\begin{answer}\n\\end{answer}\n\\subsection{(b)}\nWhat?\n\\begin{answer}\nhow near\n\\end{answer}\n", "s001.tex")
    assert filled(made) == {"4b": "how near"} and not asks(made, "4a")


def test_an_answer_outside_of_its_environment_is_taken_with_a_doubt():
    made = read("\\section{Problem 1}\n\\paragraph{(b)} When? \\ifans{$n < t$}\n\\paragraph{(c)} It waits for nothing.\n", "s001.tex")
    assert filled(made) == {"1b": "$n < t$", "1c": "It waits for nothing."} and doubts(made) == {"1c": ["placing.unmarked"]}


def test_labels_inside_an_answer_environment_count_where_no_part_is_known():
    made = read("\\section{Problem 2}\n\\begin{solution}\n\\begin{enumerate}\n\\item[(a)] $k_j q \\gg k_i q$\n\\item[(b)] $q = k_a$\n\\end{enumerate}\n\\end{solution}\n", "s001.tex")
    assert filled(made) == {"2a": "$k_j q \\gg k_i q$", "2b": "$q = k_a$"}


def test_macros_of_every_sort_are_written_out_and_nothing_is_fetched():
    made = read("\\input{/etc/passwd}\\newcommand{\\E}[2][q]{E_{#1}[#2]}\n\\def\\KL#1#2{KL(#1 \\| #2)}\n\\DeclareMathOperator{\\ent}{H}\n\\renewcommand{\\vec}[1]{\\mathbf{#1}}\n"
                "\\begin{document}\n% learner: s001\n\\section*{4}\n\\paragraph{(a)} $\\E{x} = \\E[p]{x} - \\KL{q}{p} + \\ent(\\vec{x})$\n\\end{document}", "x.tex")
    assert filled(made) == {"4a": "$E_{q}[x] = E_{p}[x] - KL(q \\| p) + \\operatorname{H}(\\mathbf{x})$"} and made.learner == "s001"


def test_sections_with_anchors_as_document_converters_write_them():
    head = "\\hypertarget{{{0}}}{{%\n\\{1}{{{2}}}\\label{{{0}}}}}\n"
    text = head.format("q5", "section", "Question 5") + head.format("a", "subsection", "c)") + "\\begin{itemize}\n\\tightlist\n\\item\n  \\(p = 0\\)\n\\end{itemize}\n"
    assert filled(read(text, "s001.tex")) == {"5c": "\\(p = 0\\)"}


# ------------------------------------------------------------------------------------------------- notebooks, YAML, bytes


def test_cells_one_after_the_other_go_on():
    key = {"metadata": {"answer": "4a"}, "cell_type": "markdown"}
    cells = [{**key, "id": "a", "source": "$L = a$"}, {**key, "id": "b", "source": "$= b$"}]
    made = read(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), "s001.ipynb")
    assert filled(made) == {"4a": "$L = a$\n\n$= b$"} and not doubts(made)


def test_an_untouched_cell_for_an_answer_is_no_answer():
    question = {"cell_type": "markdown", "id": "q", "source": "## 5b\nSo does it?", "metadata": {"nbgrader": {"locked": True, "solution": False}}}
    answer = {"cell_type": "markdown", "id": "a", "source": "YOUR ANSWER HERE", "metadata": {"nbgrader": {"locked": False, "solution": True}}}
    made = read(json.dumps({"cells": [question, answer], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), "s001.ipynb")
    assert not filled(made) and not doubts(made)


def test_an_answer_in_a_cell_of_code_and_one_in_a_comment():
    made = read(notebook(("markdown", "## 5c"), ("code", "# TODO\np, q = 0, 0"), ("markdown", "## 1b"), ("code", "# n < t")), "s001.ipynb")
    assert filled(made) == {"5c": "p, q = 0, 0", "1b": "# n < t"}


def test_a_list_over_several_lines_of_yaml_is_its_entries():
    assert filled(read(f"5a.rules:\n  - {RULES}\n  - p_{{t+1}} = 1\n", "s001.yaml"))["5a.rules"] == f"{RULES}\np_{{t+1}} = 1"
    assert filled(read("5a.table: [1, 2]\n", "s001.yaml"))["5a.table"] == "[1, 2]"


def test_answers_under_wrapping_keys_of_yaml():
    made = read("student_id: s001\nresponses:\n  - question: 1b\n    answer: n < t\n  - {question: 5c, answer: p = q = 0}\n", "x.yaml")
    assert filled(made) == {"1b": "n < t", "5c": "p = q = 0"} and made.learner == "s001"


def test_older_encodings_are_read_and_only_what_depends_on_them_is_in_doubt():
    made = read("1b. n < t\n\n1c. sch\u00f6n parallel\n".encode("latin-1"))
    assert filled(made) == {"1b": "n < t", "1c": "schön parallel"} and doubts(made) == {"1c": ["file.encoding.guessed"]}
