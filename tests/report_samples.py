"""A made-up class for the tests of the reports: every status, hostile text, long derivations, tables. `python tests/report_samples.py OUT` writes its pages."""

import sys
from fractions import Fraction as Q

from grader import term as T
from grader.model import Answer, Note, Part, Problem, Provenance, Rubric, Submission

CANARY = "canary-of-the-reference"
"""Stands in every place of a record that a learner must not see."""
HOSTILE = ("</pre><script>alert(1)</script> {{ 7*7 }} {% raw %} <img src=x onerror=alert(1)> \u202egnp.exe\u202c a\u200bb \x00\x07\x1b[31m \ud800 "
           "```\n# heading\n[x](javascript:alert(1)) | a | b |\n--- \u2028 ]]> &amp; \" ' \t e\u0301\u0301\u0301\u0301\u0301\u0301\u0301")

t, n, l, q, p, x, z, k, beta = (T.symbol(s) for s in ("t", "n", "l", "q", "p", "x", "z", "k", "beta"))
A, N, R = T.apply, T.number, T.relation


def at(base, index):
    return A("index", base, T.symbol(index) if isinstance(index, str) else index)


COST = A("bigTheta", A("mul", t, A("pow", n, N(2)), l))
JOINT, POSTERIOR = A("call", p, x, z), A("call", q, A("given", z, x))
ELBO = R("=", A("call", T.symbol("L"), q), T.binder("integral", (z,), A("mul", POSTERIOR, A("log", A("div", JOINT, POSTERIOR)))))
LINES = (ELBO,
         R("=", A("call", T.symbol("L"), q), A("add", T.binder("integral", (z,), A("mul", POSTERIOR, A("log", A("call", p, A("given", x, z))))),
                                              T.binder("integral", (z,), A("mul", POSTERIOR, A("log", A("div", A("call", p, z), POSTERIOR)))))),
         R("=", A("call", T.symbol("L"), q), A("add", A("expectation", A("log", A("call", p, A("given", x, z))), POSTERIOR),
                                              A("neg", A("kl", POSTERIOR, A("call", p, z))))))
QUERY = R("=", q, A("mul", beta, A("add", at(k, "a"), at(k, "b"))))


def shown(term, text):
    return {"text": text, "term": T.to_data(term)}


def note(text, severity="info", span=None, code=""):
    return {"text": text, "span": span, "severity": severity, "code": code}


def reading(term=None, text="", **more):
    made = {"text": text, "state": "read" if term is not None else "unread", "term": T.to_data(term) if term is not None else None, "proposed": False,
            "notes": [], "alternatives": [], "nearest": None, "reason": "", "hint": "", "span": None}
    return {**made, **more}


def evidence(label, status, words, method="point", facts=(), oracles=(), lemmas=()):
    return {"label": label, "claim": {"secret": CANARY}, "status": status, "method": method, "data": {"secret": CANARY}, "facts": list(facts),
            "oracles": list(oracles), "lemmas": list(lemmas), "words": list(words), "teacher_words": [CANARY]}


def record(learner, problem, part, answer, read, status, points, out_of, *, human=False, awards=(), proofs=(), file="", line=0, ocr=False, notes=()):
    made = [{"operation": op, "amount": amount, "tag": tag, "text": text, "claim": claim} for op, amount, tag, text, claim in awards]
    return {"learner": learner, "problem": problem, "part": part, "answer": answer,
            "source": {"file": file or f"{learner}.md", "line": line, "format": "markdown", "ocr": ocr, "notes": list(notes)},
            "reading": read, "status": status, "points": points, "out_of": out_of, "needs_human": human, "tags": sorted({a["tag"] for a in made}),
            "feedback": "\n".join(a["text"] for a in made), "awards": made, "evidence": list(proofs), "spec": "0" * 32, "version": "0.1.0"}


def blank(learner, problem, part, out_of):
    return record(learner, problem, part, "", reading(state="blank", reason="nothing was written here"), "unread", "0", out_of,
                  awards=[("set", "0", "blank", "No answer was found for this part.", "")])


def problems():
    def part(id, kind, points, ask, rubric=()):
        return Part(id, kind, Q(points), ask, answer=CANARY, rubric=tuple(Rubric(text, Q(worth)) for text, worth in rubric))

    cost = "Give the time complexity of an RNN and of a Transformer, at training and at test time, in the sequence length t, the number of layers l and the neurons per layer n."
    return [
        Problem("complexity", "Sequence models and what they cost", (
            part("1a.rnn-time-train", "growth_order", 1, cost), part("1a.rnn-time-test", "growth_order", 1, cost),
            part("1a.transformer-time-train", "growth_order", "3/2", cost), part("1b", "condition", 2, "When is the RNN faster than the Transformer?"),
            part("1c", "prose", 2, "Why does a Transformer train faster on long sequences, although each of its layers looks across all tokens?",
                 [("During training all tokens of a layer are computed at the same time; an RNN must wait for the state of the step before.", 1),
                  ("The number of sequential operations of a Transformer does not grow with the sequence length.", 1)])), "d1"),
        Problem("attention", "Attention as a soft look-up", (
            part("2b", "construction", 3, "The keys have norm 1 and are orthogonal to each other. Give a query q with z ≈ (v_a + v_b)/2."),), "d2"),
        Problem("elbo", "The evidence lower bound", (
            part("4a", "derivation", 4, "L(q) = ∫ q(z|x) log [p(x,z) / q(z|x)] dz. Show, line by line, that L(q) = E_q[log p(x|z)] − KL(q(z|x) ‖ p(z))."),), "d3"),
        Problem("minimax", "Alternating gradient steps on f(p, q) = p q", (
            part("5a.table", "iteration", 3, "Fill in six steps."), part("5c", "equilibrium", 2, "At which point do the values stay the same?")), "d4"),
    ]


def careful(learner):
    """A paper with nearly everything right."""
    return [
        record(learner, "complexity", "1a.rnn-time-train", "$\\Theta(t n^2 l)$", reading(COST, "Theta(t n^2 l)"), "proved", "1", "1", line=3,
               awards=[("set", "1", "growth_order.right", "", "upper")], proofs=[
                   evidence("upper", "proved", ["Your bound is never exceeded: both grow like t n² l."], "growth", ["t ≥ 1", "n ≥ 1", "l ≥ 1"]),
                   evidence("lower", "proved", ["Your bound is reached."], "growth"),
                   evidence("wrong 0", "refuted", [CANARY], "growth")]),
        record(learner, "complexity", "1a.rnn-time-test", "tn²l", reading(A("mul", t, A("pow", n, N(2)), l), "t n^2 l"), "proved", "1", "1", line=4,
               awards=[("set", "1", "growth_order.right", "Right.", "same order")],
               proofs=[evidence("same order", "proved", ["The two grow alike: their quotient is constant."], "growth")]),
        record(learner, "complexity", "1a.transformer-time-train", "O(t^2 n l + t n^2 l) (projections counted)",
               reading(A("bigO", A("add", A("mul", A("pow", t, N(2)), n, l), A("mul", t, A("pow", n, N(2)), l))), "O(t^2 n l + t n^2 l)",
                       notes=[note("the words in brackets were taken as a remark", span=[21, 42])]),
               "proved", "3/2", "3/2", line=5, awards=[("set", "3/2", "growth_order.accepted", "Accepted: the projections and the feed-forward layer are counted too.", "accept 0")],
               proofs=[evidence("same order", "refuted", [CANARY], "growth"), evidence("accept 0", "proved", ["The two grow alike."], "growth")]),
        record(learner, "complexity", "1b", "when $n/t < 1$", reading(R("<", A("div", n, t), N(1)), "n / t < 1"), "proved", "2", "2", line=8,
               awards=[("set", "2", "condition.right", "", "same region")],
               proofs=[evidence("same region", "proved", ["Both conditions hold at the same points (t, n)."], "region", ["t > 0", "n > 0"], ["z3"])]),
        record(learner, "complexity", "1c", "All tokens can be processed at once while training; there is no recurrence to wait for.\nAn RNN needs t steps one after the other.",
               reading(T.text("words"), "words", notes=[]), "undecided", "0", "2", human=True, line=11,
               awards=[("none", "0", "prose.person", "A person reads this and marks it by the rubric.", "")]),
        record(learner, "attention", "2b", "$q = \\beta (k_a + k_b)$, $\\beta \\gg 0$", reading(QUERY, "q = beta (k_a + k_b)", notes=[note("β was taken to grow without bound", "info", [24, 35])]),
               "agrees", "3", "3", line=15, awards=[("set", "3", "construction.right", "", "limit")],
               proofs=[evidence("limit", "agrees", ["At β = 10, 20, 40 the weights of v_a and v_b are 0.49982, 0.49999999, 0.5 (16 digits)."], "attention_limit")]),
        record(learner, "elbo", "4a", "L(q) = ∫ q(z|x) log p(x,z)/q(z|x) dz\n= ∫ q(z|x) log p(x|z) dz + ∫ q(z|x) log p(z)/q(z|x) dz\n= E_q[log p(x|z)] − KL(q(z|x) || p(z))",
               reading(T.collection("list", *LINES), "[L(q) = int q(z|x) log(p(x, z)/q(z|x)) dz, L(q) = ..., L(q) = E_{q(z|x)}[log p(x|z)] - KL(q(z|x) || p(z))]"),
               "proved", "4", "4", line=20, awards=[("add", "2", "derivation.lines", "Every line follows from the one before.", "step 2"), ("add", "2", "derivation.goal", "The last line is what was to be shown.", "goal")],
               proofs=[evidence(f"step {j}", "proved", [w], "probability", lemmas=["product rule"]) for j, w in enumerate((
                   "p(x,z) = p(x|z) p(z), and the logarithm of a product is a sum.", "The second integral is −KL by its definition."), 2)]
               + [evidence("goal", "proved", ["The last line is the form that was asked for."], "probability")]),
        record(learner, "minimax", "5a.table", "| t | 0 | 1 | 2 | 3 | 4 | 5 | 6 |\n|---|---|---|---|---|---|---|---|\n| q | 1 | 2 | 1 | -1 | -2 | -1 | 1 |\n| p | 1 | -1 | -2 | -1 | 1 | 2 | 1 |",
               reading(T.collection("list", *[R("=", v, T.collection("tuple", *map(N, row))) for v, row in ((q, (1, 2, 1, -1, -2, -1, 1)), (p, (1, -1, -2, -1, 1, 2, 1)))]),
                       "q = (1, 2, 1, -1, -2, -1, 1), p = (1, -1, -2, -1, 1, 2, 1)"), "proved", "3", "3", line=30, awards=[("set", "3", "iteration.right", "All twelve entries are right.", "table")],
               proofs=[evidence("table", "proved", ["Each row follows from the one before."], "dynamics")]),
        record(learner, "minimax", "5c", "(p, q) = (0, 0)", reading(R("=", T.collection("tuple", p, q), T.collection("tuple", N(0), N(0))), "(p, q) = (0, 0)"),
               "proved", "2", "2", line=34, awards=[("set", "2", "equilibrium.right", "", "fixed")], proofs=[evidence("fixed", "proved", ["One step from (0, 0) leads to (0, 0), and from no other point to itself."], "dynamics")]),
    ]


def mixed(learner):
    """A scanned paper: right, partly right, wrong, unread, guessed, blank."""
    return [
        record(learner, "complexity", "1a.rnn-time-train", "tril", reading(reason="`tril` is no product of the symbols of this question", hint="Write the product with its powers, such as t^2 n.",
               span=[0, 4], nearest=shown(A("mul", t, A("pow", n, N(2)), l), "t n^2 l")), "unread", "0", "1", human=True, ocr=True, line=9, file="s001.ocr.md",
               awards=[("set", "0", "unread", "This could not be read: `tril` is no product of the symbols of this question. The nearest reading is t n^2 l; it earns nothing until a person agrees.", "")]),
        record(learner, "complexity", "1a.rnn-time-test", "t n l", reading(A("mul", t, n, l), "t n l"), "refuted", "0", "1", ocr=True, line=11, file="s001.ocr.md",
               awards=[("set", "0", "growth_order.too_tight", "Each neuron of a layer reads all n neurons of the state before: one step of one layer multiplies an n by n matrix.", "wrong 0")],
               proofs=[evidence("upper", "refuted", ["Along t = 1, l = 1, n = s the cost grows like s², your bound like s: no constant makes up for that."], "growth"),
                       evidence("lower", "proved", ["The cost is at least that."], "growth"), evidence("wrong 0", "proved", [CANARY], "growth")]),
        record(learner, "complexity", "1a.transformer-time-train", "t² n l oder t n² l", reading(A("mul", A("pow", t, N(2)), n, l), "t^2 n l", alternatives=[shown(A("mul", t, A("pow", n, N(2)), l), "t n^2 l")],
               notes=[note("two formulas, joined by 'oder'", "guess", [7, 11], "two_answers"), note("the superscript ² was read as a power", "repair", [1, 2])]),
               "proved", "0", "3/2", human=True, ocr=True, line=12, file="s001.ocr.md",
               awards=[("set", "0", "reading.ambiguous", "This can be read as t^2 n l or as t n^2 l, and the two are marked differently: a person decides.", ""),
                       ("none", "3/2", "growth_order.right", "If so read: 3/2 of 3/2 points.", "same order")], proofs=[evidence("same order", "proved", ["The two grow alike."], "growth")]),
        record(learner, "complexity", "1b", "n <= t", reading(R("<=", n, t), "n <= t"), "refuted", "2/3", "2", ocr=True, line=15, file="s001.ocr.md",
               awards=[("add", "2/3", "condition.boundary", "Right but for the boundary.", "only if")],
               proofs=[evidence("if", "refuted", ["Take t = 1, n = 1: your condition 1 ≤ 1 holds, and the RNN takes 1·1²·l = l steps, the Transformer 1²·1·l = l: it is not faster."], "region", ["t > 0", "n > 0"]),
                       evidence("only if", "proved", ["Whenever the RNN is faster, your condition holds."], "region", (), ["z3"])]),
        record(learner, "complexity", "1c", HOSTILE, reading(T.text("words"), "words"), "undecided", "0", "2", human=True, ocr=True, line=18, file="s001.ocr.md",
               awards=[("none", "0", "prose.person", "A person reads this and marks it by the rubric.", "")]),
        record(learner, "attention", "2b", "q = k_a + k_b", reading(R("=", q, A("add", at(k, "a"), at(k, "b"))), "q = k_a + k_b"), "refuted", "0", "3", ocr=True, line=30, file="s001.ocr.md",
               awards=[("set", "0", "construction.no_growth", "Compute α_a for ten keys: e/(2e + 8) is 0.20, not 0.5. The scores of a and b must leave the others behind.", "limit")],
               proofs=[evidence("limit", "refuted", ["With 10 orthonormal keys: the scores are 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, so α_a = e/(2e + 8) = 0.2022…, and z is 0.2022 (v_a + v_b) + 0.0744 (v_3 + … + v_10)."], "attention_limit")]),
        record(learner, "elbo", "4a", "L(q) = ...\n" + "= " + " + ".join(f"\\int q_{{{j}}} \\log p_{{{j}}} dz" for j in range(40)), reading(
            R(("=", "=", "<="), ELBO.args[0], ELBO.args[1], T.binder("sum", (T.symbol("j"),), A("mul", at(q, "j"), A("log", at(p, "j"))), N(1), N(40)), A("log", A("call", p, x))),
            "L(q) = int q(z|x) log(p(x, z)/q(z|x)) dz = sum_{j=1}^{40} q_j log p_j <= log p(x)"), "undecided", "1", "4", human=True, ocr=True, line=40, file="s001.ocr.md",
               awards=[("set", "1", "derivation.open", "Line 2 could not be decided; the lines before it hold. A person looks at the rest.", "step 2")],
               proofs=[evidence("step 1", "proved", ["This is the definition."], "probability"), evidence("step 2", "undecided", [f"normal form: stopped at {CANARY}"], "gap")]),
        record(learner, "minimax", "5a.table", "| q0 | q1 | q2 |\n|---|---|---|\n| 1 | 2 | i |", reading(reason="3 of 14 cells are there", hint="Fill in q and p for t = 0 to 6."), "unread", "0", "3",
               human=True, ocr=True, line=55, file="s001.ocr.md", awards=[("set", "0", "iteration.unread", "Cells q2 to q6 and all of p cannot be read; they are not wrong, a person looks at the paper.", "")]),
        blank(learner, "minimax", "5c", "2"),
    ]


def poor(learner):
    return [record(learner, "complexity", "1a.rnn-time-train", "2^t", reading(A("pow", N(2), t), "2^t"), "refuted", "0", "1",
                   awards=[("set", "0", "growth_order.wrong", "", "upper")], proofs=[evidence("upper", "refuted", ["Along n = s, t = 1 the cost grows like s², your bound stays 2."], "growth")]),
            *[blank(learner, a, b, c) for a, b, c in (("complexity", "1a.rnn-time-test", "1"), ("complexity", "1a.transformer-time-train", "3/2"), ("complexity", "1b", "2"),
              ("complexity", "1c", "2"), ("attention", "2b", "3"), ("elbo", "4a", "4"), ("minimax", "5a.table", "3"), ("minimax", "5c", "2"))]]


def records():
    return [*mixed("s001"), *careful("s002"), *poor("s003"), *careful("=HYPERLINK(\"http://x\")"), *mixed("</td><script>alert('k')</script>\u202e"), *careful("../../etc/passwd")]


def papers():
    def unplaced(part, text, line):
        return Answer(part, text, Provenance("s001.ocr.md", line, "markdown", True), (Note("not placed: no label says what it answers"),))

    return [Submission("s001", (), (unplaced("", "$\\mathcal{Z} = \\sum_{i=1}^{m} (v_i x_i)$\n\n" + HOSTILE, 33), unplaced("minimax/9z", "forty-two", 61)),
                       (Note("the page with question 3 is missing"),), file="s001.ocr.md"),
            *[Submission(k, (), file=f"{k}.md") for k in ("s002", "s003")], Submission("s004", (), (Answer("", "nothing here has a heading"),), file="s004.txt")]


def main(out):
    from grader.report import write_report

    write_report(out, records(), problems=problems(), papers=papers(), errors=["problems/broken.yaml:5: parts.1a.knd: unknown key 'knd'; did you mean 'kind'?", "photo.jpg: not a text"])


if __name__ == "__main__":
    main(sys.argv[1])
