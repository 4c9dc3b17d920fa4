"""One law for every format: answers that are written down in it and loaded again are the same answers, in the same places, without a doubt."""

import json
import re

import yaml
from course import BOOK, FIELDS, texts
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.intake.submissions import read_paper

CHOICES = {
    "1b": ["n < t", "$n < t$", "the RNN is faster if $n/t < 1$", "when n is smaller than t"],
    "1c": ["all tokens of a layer run at the same time", "No recurrence: nothing waits for the step before. So it is one product."],
    "2a": ["$k_j^\\top q \\gg k_i^\\top q$ for all $i \\neq j$", "k_j . q - k_i . q -> oo for all i != j", "$$k_j^T q - k_i^T q \\to \\infty$$"],
    "2b": ["$q = \\beta (k_a + k_b)$ with $\\beta \\to \\infty$", "q = c (k_a + k_b), c -> oo", "we take\n\n$$q = \\beta(k_a + k_b)$$\n\nwith large $\\beta$"],
    "4a": ["$$L(q) = \\int q(z|x) \\log \\frac{p(x,z)}{q(z|x)} dz$$\n\n$$= E_q[\\log p(x|z)] - KL(q(z|x) \\| p(z))$$",
           "\\begin{align*}\nL(q) &= a \\\\\n&= b - c\n\\end{align*}", "first a line of words\n\n$L(q) = a$\n\nthen $a = b$"],
    "4b": ["reconstruction, and a penalty for leaving the prior"],
    "5b": ["No, it repeats with period 6.", "no"],
    "5c": ["p = q = 0", "$(p, q) = (0, 0)$", "$p=0$ and $q=0$"],
}
ANSWERS = st.fixed_dictionaries({part: st.sampled_from(pool) for part, pool in CHOICES.items()}).flatmap(
    lambda every: st.sets(st.sampled_from(sorted(every)), min_size=1).map(lambda chosen: {p: every[p] for p in sorted(chosen)}))


def grouped(answers):
    problems = {}
    for part, text in answers.items():
        problems.setdefault(part[0], []).append((part[1], text))
    return problems.items()


def under_headings(answers, problem, part):
    return "\n\n".join("\n\n".join([problem.format(n), *(part.format(letter, text) for letter, text in parts)]) for n, parts in grouped(answers)) + "\n"


def notebook(cells):
    made = [{"cell_type": kind, "id": f"c{k}", "metadata": meta, "source": source, **({"outputs": [], "execution_count": None} if kind == "code" else {})}
            for k, (kind, meta, source) in enumerate(cells)]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def escaped(text):
    """As a word processor writes it: signs outside of formulas with a backslash."""
    pieces = re.split(r"(\$\$.*?\$\$|\$[^$]*\$|\\begin.*?\\end\{align\*\})", text, flags=re.DOTALL)
    return "".join(p if k % 2 else re.sub(r"([_*<>])", r"\\\1", p) for k, p in enumerate(pieces))


def quoted(text, head):
    return "\n".join(f"> {line}".rstrip() for line in [head, *text.split("\n")])


MARKDOWN = {
    "headings": lambda a: under_headings(a, "# Question {}", "## {})\n\n{}"),
    "numbers and letters": lambda a: under_headings(a, "{}.", "{}) {}"),
    "bold": lambda a: under_headings(a, "**Problem {}**", "**({})** {}"),
    "marked": lambda a: under_headings(a, "# Q{}", "### Part {}\n\n**Your answer:** {}"),
    "labels on their own": lambda a: "\n\n".join(f"**{part}.**\n\n{text}" for part, text in a.items()),
    "answer to": lambda a: "\n\n".join(f"Answer to {part[0]} ({part[1]}): {text}" for part, text in a.items()),
    "comments as keys": lambda a: "\n\n".join(f"<!-- answer: {part} -->\n{text}" for part, text in a.items()),
    "attributes": lambda a: under_headings(a, "# Question {} {{#sec .unnumbered}}", "## ({}) {{-}}\n\n::: {{.answer}}\n{}\n:::"),
    "callouts": lambda a: "\n\n".join(
        f"# Question {n}\n\n" + "\n\n".join(quoted(text, f"[!success] {letter})") for letter, text in parts) for n, parts in grouped(a)),
    "html headings": lambda a: under_headings(a, "<h2>Question {}</h2>", "<h3>({})</h3>\n\n{}"),
    "German": lambda a: under_headings(a, "# Aufgabe {}", "## Teil {})\n\nLösung: {}"),
    "Chinese": lambda a: under_headings(a, "# 第{}题", "（{}）{}"),
    "escaped": lambda a: escaped(under_headings(a, "# Question {}", "**{}\\)** {}")),
}
LATEX = {
    "sections and items": lambda a: "\\begin{document}\n" + "\n".join(
        f"\\section*{{Question {n}}}\n\\begin{{itemize}}\n" + "\n".join(f"\\item[({letter})] {text}" for letter, text in parts) + "\n\\end{itemize}"
        for n, parts in grouped(a)) + "\n\\end{document}",
    "answer environments": lambda a: "\n".join(f"\\begin{{answer}}{{{part}}}\n{text}\n\\end{{answer}}" for part, text in a.items()),
    "tags": lambda a: "\n".join(f"% answer: {part}\n{text}\n" for part, text in a.items()),
    "solutions after questions": lambda a: "\n".join(
        f"\\section{{Problem {n}}}\n" + "\n".join(f"\\subsection{{({letter})}}\nThe question stands here.\n\\begin{{solution}}\n{text}\n\\end{{solution}}"
                                                 for letter, text in parts) for n, parts in grouped(a)),
    "own environment": lambda a: "\\newenvironment{myanswer}{\\begin{quote}}{\\end{quote}}\n\\begin{document}\n" + "\n".join(
        f"\\section{{Problem {n}}}\n" + "\n".join(f"({letter}) What holds?\n\\begin{{myanswer}}\n{text}\n\\end{{myanswer}}" for letter, text in parts)
        for n, parts in grouped(a)) + "\n\\end{document}",
    "ifans": lambda a: "\\newcommand{\\ifans}[1]{#1}\n" + "\n".join(
        f"\\section{{Problem {n}}}\n" + "\n".join(f"\\paragraph{{({letter})}} Show it. \\ifans{{{text}}}" for letter, text in parts) for n, parts in grouped(a)),
    "after an empty ifans": lambda a: "\n".join(
        f"\\section{{Problem {n}}}\n" + "\n".join(f"\\paragraph{{({letter})}} Show it. \\ifans{{}}\n\n{text}\n" for letter, text in parts) for n, parts in grouped(a)),
    "labels in lines": lambda a: "\\begin{document}\n" + "\n\n".join(f"\\textbf{{Question {n}}}\n\n" + "\n\n".join(
        f"({letter}) {text}" for letter, text in parts) for n, parts in grouped(a)) + "\n\\end{document}",
}
NOTEBOOKS = {
    "a cell a part": lambda a: notebook([("markdown", {}, f"## {part}\n\n{text}") for part, text in a.items()]),
    "question and answer cells": lambda a: notebook([cell for part, text in a.items() for cell in (
        ("markdown", {}, f"### Question {part[0]} ({part[1]})"), ("markdown", {}, f"**Your answer:** {text}"))]),
    "tags": lambda a: notebook([("markdown", {"tags": [f"answer: {part}"]}, text) for part, text in a.items()]),
    "metadata": lambda a: notebook([("markdown", {"answer": part}, text) for part, text in a.items()]),
}
YAMLS = {
    "flat": lambda a: yaml.safe_dump(dict(a), allow_unicode=True),
    "nested": lambda a: yaml.safe_dump({f"Question {n}": dict(parts) for n, parts in grouped(a)}, sort_keys=False),
    "literal blocks": lambda a: "".join(f"{part}: |\n" + "".join(f"  {line}\n" if line else "\n" for line in text.split("\n")) for part, text in a.items()),
    "a list": lambda a: yaml.safe_dump({"answers": [{"part": part, "answer": text} for part, text in a.items()]}),
}
RENDERINGS = [(name + ending, ending, render) for ending, renders in ((".md", MARKDOWN), (".tex", LATEX), (".ipynb", NOTEBOOKS), (".yaml", YAMLS))
              for name, render in renders.items()]
RENDERINGS += [(name + ".txt", ".txt", MARKDOWN[name]) for name in ("numbers and letters", "bold", "labels on their own", "answer to")]
ENCODINGS = {"utf-8": lambda t: t.encode(), "bom": lambda t: t.encode("utf-8-sig"), "utf-16": lambda t: t.encode("utf-16"),
             "crlf": lambda t: t.replace("\n", "\r\n").encode()}


def plain(text):
    """Without blanks and the marks of a list item or a wrapping that a format needs."""
    return re.sub(r"\s+", "", text)


@settings(max_examples=90, deadline=None)
@given(ANSWERS, st.sampled_from(RENDERINGS), st.sampled_from(sorted(ENCODINGS)))
def test_answers_come_back_from_every_format(answers, rendering, encoding):
    name, ending, render = rendering
    made, = read_paper(f"s001{ending}", ENCODINGS[encoding if ending != ".ipynb" else "utf-8"](render(answers)), BOOK)
    assert {part: plain(text) for part, text in texts(made).items() if text} == {part: plain(text) for part, text in answers.items()}, name
    assert [n.text for a in made.answers for n in a.notes if n.severity == "guess"] == [], name
    assert [a.text for a in made.unplaced if not re.search(r"question stands|What holds|Show it", a.text)] == [], name


MODEL, COST, MOMENT = {"rnn": "RNN", "transformer": "Transformer"}, {"time": "time", "space": "space"}, {"train": "train", "test": "test"}
KEYS = [tuple(id.removeprefix("1a.").split("-")) for id in FIELDS]


def nested(values, first, second):
    """Two levels of headings over lines."""
    rows = []
    for a in dict.fromkeys(k[first] for k in KEYS):
        rows.append({0: MODEL, 1: COST}[first][a].capitalize() if first else MODEL[a])
        for key in KEYS:
            if key[first] == a:
                rows.append(f"- {key[2]}{'ing' if key[2] == 'train' else ''} {COST[key[1]] if second == 1 else MODEL[key[0]]}: {values[key]}")
        rows.append("")
    return "\n".join(rows)


def crossed(values, bar, end, rule):
    """A row a model, a column a cost and moment."""
    columns = [k for k in KEYS if k[0] == "rnn"]
    head = bar.join(["", *(f"{COST[c]} ({MOMENT[m]})" for _, c, m in columns)])
    rows = [bar.join([MODEL[model], *(values[model, c, m] for _, c, m in columns)]) for model in MODEL]
    return (end + "\n").join([head, *rows]).replace(end + "\n", end + "\n" + rule, 1)


FIELD_FORMS = {
    "lines": (lambda v: "\n".join(f"{MODEL[a]} {b} {c}: {v[a, b, c]}" for a, b, c in KEYS), "md tex txt ipynb yaml"),
    "equations": (lambda v: "\n\n".join(f"{MODEL[a]} - {c} {b} = {v[a, b, c]}" for a, b, c in KEYS), "md tex txt ipynb"),
    "under models": (lambda v: nested(v, 0, 1), "md txt ipynb yaml"),
    "under costs": (lambda v: nested(v, 1, 0), "md txt ipynb yaml"),
    "pipe table": (lambda v: "| " + crossed(v, " | ", " |", "|---|---|---|---|---|\n| ").replace("\nTrans", "\n| Trans") + " |", "md ipynb yaml"),
    "tabular": (lambda v: "\\begin{tabular}{lcccc}\n" + crossed(v, " & ", " \\\\", "\\hline ") + "\n\\end{tabular}", "tex md"),
    "labels behind": (lambda v: "\n".join(f"{MODEL[a]} {b}: " + ", ".join(f"{v[a, b, c]} for {c}ing" for c in ("train", "test")) for a in MODEL for b in COST), "md tex txt"),
}
VALUES = st.fixed_dictionaries({key: st.sampled_from(["$t n^2 l$", "$O(t^2 n l)$", "$\\Theta(nl)$", "$l \\cdot t \\cdot n$", "tn²l", "t n l", "O(n l)"]) for key in KEYS})
SHEETS = {"md": "# Question 1\n\n## a)\n\n{}\n\n## b)\n\nn < t\n", "txt": "Question 1\na)\n{}\nb) n < t\n",
          "tex": "\\section{{Question 1}}\n\\subsection{{(a)}}\n{}\n\\subsection{{(b)}}\nn < t\n"}


@settings(max_examples=50, deadline=None)
@given(VALUES, st.sampled_from([(form, e) for form, (_, ends) in FIELD_FORMS.items() for e in ends.split()]))
def test_fields_come_back_from_every_form(values, chosen):
    form, ending = chosen
    text = FIELD_FORMS[form][0](values)
    if ending == "ipynb":
        content = notebook([("markdown", {}, "## 1a\n\n" + text), ("markdown", {}, "## 1b\n\nn < t")])
    elif ending == "yaml":
        content = yaml.safe_dump({"1a": text, "1b": "n < t"})
    else:
        content = SHEETS[ending].format(text)
    made, = read_paper(f"s001.{ending}", content.encode(), BOOK)
    assert {p: plain(t).strip("$") for p, t in texts(made).items()} == {
        "1b": "n<t", **{f"1a.{'-'.join(k)}": plain(v).strip("$") for k, v in values.items()}}, chosen
    assert [n.text for a in made.answers for n in a.notes if n.severity == "guess"] == [], chosen
