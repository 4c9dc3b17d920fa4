"""Tables of values, whatever they were typed as, come out as one row a variable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.model import Symbol
from grader.reading.tables import counting, tables
from grader.reading.vocabulary import Vocabulary

GAME = Vocabulary((Symbol("p"), Symbol("q"), Symbol("t")))
Q = ["1", "2", "1", "-1", "-2", "-1", "1"]
P = ["1", "-1", "-2", "-1", "1", "2", "1"]


def rows(text, vocabulary=GAME):
    return [{r.name: [c.text for c in r.cells] for r in t.rows} for t in tables(text, vocabulary)]


FORMS = {
    "pipes": "| t | 0 | 1 | 2 | 3 | 4 | 5 | 6 |\n|---|---|---|---|---|---|---|---|\n| q | 1 | 2 | 1 | -1 | -2 | -1 | 1 |\n| p | 1 | -1 | -2 | -1 | 1 | 2 | 1 |",
    "padded, rule of any width": "  t |0|1  | 2|3 |4 |5 | 6\n -- | -|--|--------|-|-|-|-\n $q_t$|1| 2 |1|-1|  -2|-1|1\n$p_t$ |1|-1|-2|-1|1|2|1",
    "blank corner": "| | 0 | 1 | 2 | 3 | 4 | 5 | 6 |\n|---|---|---|---|---|---|---|---|\n| **q** | 1 | 2 | 1 | -1 | -2 | -1 | 1 |\n| **p** | 1 | -1 | -2 | -1 | 1 | 2 | 1 |",
    "no label column": " 0 | 1 | 2 | 3 | 4 | 5 | 6\n--|--|--|--|--|--|--\nq: 1 | 2 | 1 | -1 | -2 | -1 | 1\np: 1 | -1 | -2 | -1 | 1 | 2 | 1",
    "names over values": " $q_0$ | $q_1$ | $q_2$ | $q_3$ | $q_4$ | $q_5$ | $q_6$ \n ----- | ----- | ----- | ----- | ----- | ----- | ----- \n   1   |   2   |  1    |  -1   |  -2   |  -1   |  1    \n"
                         " $p_0$ | $p_1$ | $p_2$ | $p_3$ | $p_4$ | $p_5$ | $p_6$ \n   1   |  -1   |  -2   |  -1   |   1   |   2   |  1    ",
    "an empty column at the left": "| | $q_0$ | $q_1$ | $q_2$ | $q_3$ | $q_4$ | $q_5$ | $q_6$ |\n|--|--|--|--|--|--|--|--|\n| | 1 | 2 | 1 | -1 | -2 | -1 | 1 |\n"
                                   "| | $p_0$ | $p_1$ | $p_2$ | $p_3$ | $p_4$ | $p_5$ | $p_6$ |\n| | 1 | -1 | -2 | -1 | 1 | 2 | 1 |",
    "no pipes": "q 1 2 1 -1 -2 -1 1\np 1 -1 -2 -1 1 2 1",
    "tabs": "t\t0\t1\t2\t3\t4\t5\t6\nq\t1\t2\t1\t-1\t-2\t-1\t1\np\t1\t-1\t-2\t-1\t1\t2\t1",
    "names by blanks": "q0 q1 q2 q3 q4 q5 q6\n1 2 1 -1 -2 -1 1\np0 p1 p2 p3 p4 p5 p6\n1 -1 -2 -1 1 2 1",
    "tabular": "\\begin{tabular}{c|ccccccc}\n$t$ & 0 & 1 & 2 & 3 & 4 & 5 & 6 \\\\ \\hline\n$q$ & 1 & 2 & 1 & $-1$ & $-2$ & $-1$ & 1 \\\\\n$p$ & 1 & $-1$ & $-2$ & $-1$ & 1 & 2 & 1\n\\end{tabular}",
    "array in a display": "$$\\begin{array}{cccccccc} t & 0 & 1 & 2 & 3 & 4 & 5 & 6 \\\\ q & 1 & 2 & 1 & -1 & -2 & -1 & 1 \\\\ p & 1 & -1 & -2 & -1 & 1 & 2 & 1 \\end{array}$$",
    "lists": "The first steps are\n\n- q: 1, 2, 1, -1, -2, -1, 1\n- p: 1, -1, -2, -1, 1, 2, 1\n",
    "in a sentence": "First q, then p: q = 1, 2, 1, -1, -2, -1, 1 and p = 1, -1, -2, -1, 1, 2, 1, so it cycles.",
    "in dollars": "$q_t: 1, 2, 1, -1, -2, -1, 1$; $p_t: 1, -1, -2, -1, 1, 2, 1$",
    "Python": "# by hand\nq = [1, 2, 1, -1, -2, -1, 1]\np = [1, -1, -2, -1, 1, 2, 1]",
    "arrows": "$q$: 1 → 2 → 1 → -1 → -2 → -1 → 1\n$p$: 1 → -1 → -2 → -1 → 1 → 2 → 1",
    "a row a step": "| t | q | p |\n|--|--|--|\n|0|1|1|\n|1|2|-1|\n|2|1|-2|\n|3|-1|-1|\n|4|-2|1|\n|5|-1|2|\n|6|1|1|",
    "a row a step, steps from the left": "Step | q | p\n--- | --- | ---\n0 | 1 | 1\n1 | 2 | -1\n2 | 1 | -2\n3 | -1 | -1\n4 | -2 | 1\n5 | -1 | 2\n6 | 1 | 1",
    "assignments": "q_0 = 1, p_0 = 1, q_1 = 2, p_1 = -1, q_2=1, p_2=-2, q_3=-1, p_3=-1, q_4=-2, p_4=1, q_5=-1, p_5=2, q_6=1, p_6=1",
    "working": "\n".join(f"$q_{k + 1} = q_{k} + p_{k} = {Q[k + 1]}$, $p_{k + 1} = p_{k} - q_{k + 1} = {P[k + 1]}$" for k in range(6)) + "\nwith q_0 = 1, p_0 = 1",
    "lines of steps": "\n".join(f"t={k}: q = {Q[k]}, p = {P[k]}" for k in range(7)),
    "pairs": "(q, p): (1,1), (2,-1), (1,-2), (-1,-1), (-2, 1), (-1, 2), (1,1)",
}


STEPS = list(zip(Q, P))
FORMS |= {
    "a line a step with a pair": "\n".join(f"t = {k}: (q, p) = ({a}, {b})" for k, (a, b) in enumerate(STEPS)),
    "named pairs": "\n".join(f"- $(q_{{{k}}}, p_{{{k}}}) = ({a}, {b})$" for k, (a, b) in enumerate(STEPS)),
    "columns of two": "$\\begin{pmatrix} q_t \\\\ p_t \\end{pmatrix}$: $" + " \\to ".join(f"\\begin{{pmatrix}} {a} \\\\ {b} \\end{{pmatrix}}" for a, b in STEPS) + "$",
    "commas": "t,q,p\n" + "\n".join(f"{k},{a},{b}" for k, (a, b) in enumerate(STEPS)),
    "grid with rules": "+---+----+----+\n| t | q  | p  |\n+===+====+====+\n" + "\n".join(f"| {k} | {a} | {b} |\n+---+----+----+" for k, (a, b) in enumerate(STEPS)),
    "long table": "\\begin{longtable}[]{@{}lll@{}}\n\\toprule\\noalign{}\nt & q & p \\\\\n\\midrule\\noalign{}\n\\endhead\n" + "\n".join(
        f"{k} & {a} & {b} \\\\" for k, (a, b) in enumerate(STEPS)) + "\n\\bottomrule\\noalign{}\n\\end{longtable}",
    "html": "<table>\n<tr><th>t</th><th>q</th><th>p</th></tr>\n" + "\n".join(f"<tr><td>{k}</td><td><b>{a}</b></td><td>{b}</td></tr>" for k, (a, b) in enumerate(STEPS)) + "\n</table>",
    "python dictionaries": "\n".join(f"{n} = {{{', '.join(f'{k}: {v}' for k, v in enumerate(values))}}}" for n, values in (("q", Q), ("p", P))),
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS.keys())
def test_every_form_gives_the_same_rows(text):
    assert rows(text) == [{"q": Q, "p": P}]


def test_cells_say_where_they_stand():
    text = FORMS["padded, rule of any width"]
    for row in tables(text, GAME)[0].rows:
        assert all(text[c.span.start:c.span.end] == c.text for c in row.cells)
        assert row.first == 0


def test_unread_cells_stay_as_typed():
    assert rows("| t | 0 | 1 | 2 |\n|--|--|--|--|\n| q | i | , | ? |\n| p | 1 |  | 2 |") == [{"q": ["i", ",", "?"], "p": ["1", "", "2"]}]


def test_garbled_names_over_values():
    found = tables("90\t21\t92\t23\t94\n1\t2\t1\t-1\t,\nPo\tP·1\tPQ\tP3\tPy\ni\t-1\t-1\t-1\t1", GAME)
    assert [[(r.name, [c.text for c in r.cells]) for r in t.rows] for t in found] == [[("q", ["1", "2", "1", "-1", ","]), ("p", ["i", "-1", "-1", "-1", "1"])]]
    assert any(n.code == "tables.names" for n in found[0].notes)


def test_values_that_count_up_are_no_names():
    assert rows("q: 0, 1, 2, 3\np: 3, 2, 1, 0") == [{"q": ["0", "1", "2", "3"], "p": ["3", "2", "1", "0"]}]


def test_a_cell_too_many_is_kept_and_noted_and_an_empty_tail_is_not_a_cell():
    found, = tables("| t | 0 | 1 | 2 |\n|--|--|--|--|\n| q | 1 | 2 | 3 | 4 |\n| p | 1 | 2 | | |", GAME)
    assert [len(r.cells) for r in found.rows] == [4, 3]
    assert [n.code for n in found.notes] == ["tables.width"]


def test_the_last_of_two_full_tables_counts_and_an_empty_one_does_not():
    first, second = "| t | 0 | 1 | 2 |\n|--|--|--|--|\n| q | 1 | 2 | 2 |\n| p | 1 | 0 | 0 |", "| t | 0 | 1 | 2 |\n|--|--|--|--|\n| q | 1 | 2 | 1 |\n| p | 1 | -1 | -2 |"
    template = "| t | 0 | 1 | 2 |\n|--|--|--|--|\n| q | 1 | | |\n| p | 1 | | |"
    chosen, notes = counting(tables(f"{first}\n\nno, rather\n\n{second}", GAME), frozenset("pq"))
    assert [c.text for c in chosen.row("p").cells] == ["1", "-1", "-2"] and any(n.code == "tables.last" for n in notes)
    chosen, notes = counting(tables(f"{second}\n\n{template}", GAME), frozenset("pq"))
    assert [c.text for c in chosen.row("p").cells] == ["1", "-1", "-2"] and not notes
    assert counting(tables(template, GAME)) == (None, ())


@pytest.mark.parametrize("text", [
    "", "no table here", "p(x|z) p(z) | q", "the norm |x| and |y|\nare |x| + |y|", "we get 1, 2 and 3", "f: X → Y", "a = b", "P(A | B) = 1\nP(B | A) = 2",
    "q_{t+1} = q_t + p_t, p_{t+1} = p_t - q_{t+1}",
])
def test_what_is_no_table(text):
    assert tables(text, GAME) == ()


@given(st.text(alphabet="qp01-|:, \t\n$\\&_{}=()→", max_size=120))
def test_any_text_is_cut_and_every_cell_is_in_the_text(text):
    for table in tables(text, GAME):
        for row in table.rows:
            assert all(text[c.span.start:c.span.end] == c.text for c in row.cells)
