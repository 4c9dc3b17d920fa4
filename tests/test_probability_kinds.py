"""What learners leave unsaid about densities, how lines hang together, and what two lines have in common; and that no reference leaks."""

from __future__ import annotations

from fractions import Fraction

import pytest
import yaml

from density_notation import read_expression
from grader.algebra.density_completion import Completion, Conventions, Definition, Incomplete
from grader.algebra.density_forms import Forms, parts, shown
from grader.answers._chains import build, composed
from grader.domain import Domain
from grader.intake.spec import load_problem
from grader.model import Answer, Read, SpecError
from grader.reading import Vocabulary
from grader.reading import read as read_text
from grader.reading.lines import lines
from grader.run.one import grade_answer
from grader.term import to_data

SYMBOLS = {"x": "variable", "z": "variable", "p": "density", "q": "density", "L": "function"}
DOMAINS = tuple((n, Domain.parse(d)) for n, d in SYMBOLS.items())
ELBO = "E[q(z|x)](log(p(x,z)/q(z|x)))"


def completion(*typed: str, density: str = "q(z|x)", known: tuple[str, ...] = ("log(p(x)) + KL(q(z|x), p(z|x))",), aliases=()) -> Completion:
    definitions = (Definition("L", (read_expression("q"),), read_expression(ELBO)),)
    pairs = tuple((read_expression(a), read_expression(b)) for a, b in aliases)
    conventions = Conventions(DOMAINS, definitions, read_expression(density) if density else None, pairs, tuple(map(read_expression, known)))
    return Completion(conventions, tuple(map(read_expression, typed)))


def completed(text: str, *others: str, **options):
    return completion(text, *others, **options).complete(read_expression(text))


@pytest.mark.parametrize(("typed", "meant"), [
    ("E[q](f(z))", "E[q(z|x)](f(z))"),
    ("E[z ~ q](f(z))", "E[q(z|x)](f(z))"),
    ("E[z ~ q(z|x)](f(z))", "E[q(z|x)](f(z))"),
    ("KL(q, p(z|x))", "KL(q(z|x), p(z|x))"),
    ("H(q)", "H(q(z|x))"),
    ("L", ELBO), ("L(q)", ELBO), ("L(q(z|x))", ELBO), ("2*L - 1", f"2*{ELBO} - 1"),
    ("log(p_theta(x))", "log(p(x))"),
    ("E[q_phi](log(p_theta(x|z)) - log(p(z)))", "E[q(z|x)](log(p(x|z)) - log(p(z)))"),
    ("log(p(x;theta))", "log(p(x))"),
    ("log(p(x|theta))", "log(p(x))"),
    ("log(P(X)) - KL(Q(Z|X), P(Z|X))", "log(p(x)) - KL(q(z|x), p(z|x))"),
    ("KL(q(u|x), p(u|x))", "KL(q(z|x), p(z|x))"),
    ("log(p(x_i))", "log(p(x))"),
    ("E[p(x)](E[q](f(x,z)))", "E[p(x)](E[q(z|x)](f(x,z)))"),
])
def test_what_is_left_unsaid_is_said(typed, meant):
    assert completed(typed) == read_expression(meant)


def test_aliases_and_default_densities():
    assert completed("E[q(z)](f(z))", aliases=[("q(z)", "q(z|x)")]) == read_expression("E[q(z|x)](f(z))")
    assert completed("E[q(z)](f(z))") == read_expression("E[q(z)](f(z))")
    assert completed("E[q](f(z))", density="") == read_expression("E[q(z|x)](f(z))")  # the only q in sight, in the definition of L


@pytest.mark.parametrize(("typed", "options"), [
    ("KL(q, p)", {}),                                                            # which p
    ("L(p)", {}), ("L(3)", {}),                                                  # not the L that was defined
    ("E[r](f(z))", {"density": ""}),                                             # no r is in sight
    ("E[q](f(z)) + log(q(z))", {"density": ""}),                                 # q(z) or q(z|x)
])
def test_nothing_is_guessed_where_two_things_may_be_meant(typed, options):
    with pytest.raises(Incomplete):
        completed(typed, **options)


def test_two_parameters_of_one_density_stay_apart():
    both = completion("log(p_theta(x)) - log(p_psi(x))")
    assert both.complete(read_expression("log(p_theta(x)) - log(p_psi(x))")) == read_expression("log(p_theta(x)) - log(p_psi(x))")


def test_a_missing_argument_is_never_taken_from_the_reference():
    with pytest.raises(Incomplete):
        completed("log(p(x)) - KL(q(z|x), p)", known=("log(p(x)) - KL(q(z|x), p(z|x))",))


def test_every_choice_is_noted():
    some = completion("E[q](log(P(x)))")
    some.complete(read_expression("E[q](log(P(x)))"))
    assert any("q is taken for" in n for n in some.notes) and any("P is taken for p" in n for n in some.notes)


# --------------------------------------------------------------------------------------------------------------- forms


@pytest.mark.parametrize(("a", "b", "same", "says"), [
    ("E[q(z|x)](log(p(x|z))) - KL(q(z|x), p(z))", "int[z](q(z|x)*log(p(x|z))) - int[z](q(z|x)*log(q(z|x)/p(z)))", True, True),
    ("E[q(z|x)](log(p(x|z))) - KL(q(z|x), p(z))", "-KL(q(z|x), p(z)) + E[q(z|x)](log(p(x|z)))", True, True),
    ("E[q(z|x)](log(p(x|z))) - KL(q(z|x), p(z))", "E[q(z|x)](log(p(x|z)) + log(p(z)) - log(q(z|x)))", False, True),
    ("E[q(z|x)](log(p(x|z))) - KL(q(z|x), p(z))", "log(p(x)) - KL(q(z|x), p(z|x))", False, False),
    ("log(p(x,z))", "log(p(x|z)) + log(p(z))", False, False),
    ("E[q(z|x)](log(p(x)))", "log(p(x))", False, False),
    ("2*(a + b)", "2*a + 2*b", True, True),
    ("(a+b)^2", "a^2 + 2*a*b + b^2", False, False),
])
def test_forms(a, b, same, says):
    first, second = read_expression(a), read_expression(b)
    forms = Forms(DOMAINS, [first, second])
    assert (forms.same(first, second), forms.says_the_same(first, second)) == (same, says)


def test_what_a_slip_leaves_alike():
    goal, slip, other = map(read_expression, ("E[q(z|x)](log(p(x|z))) - KL(q(z|x), p(z))", "E[q(z|x)](log(p(x|z))) + KL(q(z|x), p(x))", "log(p(x))"))
    forms = Forms(DOMAINS, [goal, slip, other])
    assert forms.alike(goal, slip) and not forms.alike(goal, other)
    assert shown(goal) == shown(read_expression("int[z](q(z|x)*log(p(x|z))) - KL(q(z|x), p(z))")) != shown(slip)
    assert parts(read_expression("(2*a - b)/4")) == [(Fraction(1, 2), read_expression("a")), (Fraction(-1, 4), read_expression("b"))]


# -------------------------------------------------------------------------------------------------------------- chains


def test_lines_become_chains():
    text = "a = b\n= c <= d\na = e\nf = g\ng >= h"
    derivation = build(lines(text, Vocabulary.declared(**{n: "real" for n in "abcdefgh"})))
    assert [s.text for s in derivation.sides] == list("abcdefgh")
    assert [(k.sign, k.left, k.right, k.again) for k in derivation.links] == [
        ("=", 0, 1, None), ("=", 1, 2, None), ("<=", 2, 3, None), ("=", 3, 4, 0), ("=", 5, 6, None), (">=", 6, 7, None)]
    assert derivation.chains == ((0, 1, 2, 3, 4), (5, 6, 7))


@pytest.mark.parametrize(("signs", "total"), [(["="], "="), (["=", "<="], "<="), (["<=", "<"], "<"), ([">=", "=", ">="], ">="), (["<=", ">="], None),
                                              (["=", "approx"], None), ([], "=")])
def test_signs_in_a_row(signs, total):
    assert composed(signs) == total


# ------------------------------------------------------------------------------------------------------------ the kinds


def problem(tmp_path, **options):
    part = {"kind": "derivation", "points": "4", "symbols": SYMBOLS, "define": {"L(q)": r"\int q(z|x) \log \frac{p(x,z)}{q(z|x)} dz"},
            "density": "q(z|x)", **options}
    path = tmp_path / "t.yaml"
    path.write_text(yaml.dump({"problem": "t", "title": "t", "parts": {"a": part}}, default_style='"'), encoding="utf-8")
    return load_problem(path)


GOAL = r"E_{q(z|x)}[\log p(x|z)] - KL(q(z|x) || p(z))"


def test_no_word_for_the_learner_shows_the_reference(tmp_path):
    secret = problem(tmp_path, start="L(q)", goal=GOAL)
    identity = problem(tmp_path, kind="identity", answer=GOAL, left="L(q)")
    for loaded in (secret, identity):
        for text in (r"L(q) = E_q[\log p(x,z)] + H(q(z|x)) = 3", r"L(q) = \log p(x)", "5", r"\log p(x)", r"E_q[\log p(x,z)] + 1"):
            report = grade_answer(loaded, loaded.parts[0], Answer("t/a", text))
            said = " ".join([a.text for a in report.mark.awards] + [w for v in report.verdicts for w in v.finding.words])
            assert "p(x | z)" not in said and "KL" not in said.replace("KL divergence", "") and report.mark.points < 4
            for verdict in report.verdicts:
                if verdict.claim.label == "answer":
                    assert "right side" not in " ".join(verdict.finding.words)


def test_the_same_derivation_gets_the_same_mark_and_keeps_its_labels(tmp_path):
    loaded = problem(tmp_path, start="L(q)", goal=GOAL)
    text = "L(q) = E_q[\\log p(x|z)p(z) - \\log q(z|x)]\n= E_q[\\log p(x|z)] + KL(q(z|x)||p(z))"
    first, second = [grade_answer(loaded, loaded.parts[0], Answer("t/a", text)) for _ in range(2)]
    assert first.mark == second.mark
    assert [v.claim.label for v in first.verdicts][:3] == ["own definition", "step 1", "step 2"]
    assert {a.claim for a in first.mark.awards} >= {"step 1", "step 2"}


@pytest.mark.parametrize("options", [{"goal": GOAL}, {"start": "L(q)", "goal": r"\frac{"}, {"start": "L(q)", "goal": "KL(q || p)"},
                                     {"start": "L(q)", "goal": GOAL, "credit": "waypoints"}])
def test_mistakes_of_the_author_are_named(tmp_path, options):
    with pytest.raises(SpecError):
        problem(tmp_path, **options)


def test_long_and_hostile_texts_end_soon(tmp_path):
    import time

    loaded = problem(tmp_path, start="L(q)", goal=GOAL)
    start = time.thread_time()
    for text in ("L(q) = " + " = ".join(["E_q[\\log p(x,z) - \\log q(z|x)]"] * 300), "= <= >= \x00", "L(q) = " + "(" * 500, "L(q) = q(z|x)^{99999999}",
                 "L(q) = L(L(L(q)))", "<script>alert(1)</script>"):
        assert grade_answer(loaded, loaded.parts[0], Answer("t/a", text)).mark.points == 0
    assert time.thread_time() - start < 5


RIGHT = [
    ({"start": "L(q)", "goal": GOAL}, r"""L(q) = \int q(z|x) \log \frac{p(x,z)}{q(z|x)} dz
= \int q(z|x) \log \frac{p(x|z) p(z)}{q(z|x)} dz
= \int q(z|x) \log p(x|z) dz - \int q(z|x) \log \frac{q(z|x)}{p(z)} dz
= E_{q(z|x)}[\log p(x|z)] - KL(q(z|x) || p(z))"""),
    ({"start": r"\log p(x)", "goal": "L(q)", "relation": ">="}, r"""\log p(x) = \log \int p(x,z) dz
= \log E_q[\frac{p(x,z)}{q(z|x)}]
\ge E_q[\log \frac{p(x,z)}{q(z|x)}]
= L(q)"""),
    ({"start": r"\log p(x)", "goal": "L(q) + KL(q(z|x) || p(z|x))"}, r"""\log p(x) = E_q[\log p(x)]
= E_q[\log \frac{p(x,z)}{p(z|x)}]
= E_q[\log \frac{p(x,z)}{q(z|x)} + \log \frac{q(z|x)}{p(z|x)}]
= L(q) + KL(q(z|x) || p(z|x))"""),
]
FAULTS = [(" - ", " + "), (" + ", " - "), ("p(z)", "p(x)"), ("p(x|z)", "p(z|x)"), ("p(x,z)", "p(x|z)"), ("q(z|x) || p(z|x)", "p(z|x) || q(z|x)"),
          (r"\ge", r"\le"), (r"\log p(x)", "p(x)"), (r"\log E_q[", r"E_q[\log ")]


@pytest.mark.parametrize("k", range(len(RIGHT)))
def test_a_planted_fault_is_found_on_its_line(tmp_path, k):
    options, text = RIGHT[k]
    loaded = problem(tmp_path, **options)
    rows = text.splitlines()

    def marked(changed):
        return grade_answer(loaded, loaded.parts[0], Answer("t/a", "\n".join(changed))).mark

    assert marked(rows).points == 4
    planted = [(i, rows[i].replace(old, new, 1)) for i in range(1, len(rows)) for old, new in FAULTS if old in rows[i]]
    assert len(planted) >= 3
    for i, fault in planted:
        made = marked([*rows[:i], fault, *rows[i + 1:]])
        broken = [a for a in made.awards if a.claim.startswith("step") and a.tag in (
            "derivation.break", "derivation.direction", "derivation.equality", "derivation.log_inside")]
        assert broken and broken[0].text.startswith(f"Line {i + 1},") and made.points < 4, (fault, made)


def test_readings_of_learners_notations():
    vocabulary = Vocabulary.declared(SYMBOLS)
    for typed, meant in ((r"\mathbb{E}_{z\sim q(z|x)}\left[\log p(x \mid z)\right]", "E[z ~ q(z|x)](log(p(x|z)))"),
                         (r"D_{KL}(q(z|x) \,\|\, p(z))", "KL(q(z|x), p(z))"), (r"\int q(z|x) \log p(x,z)\, dz", "int[z](q(z|x)*log(p(x,z)))")):
        found = read_text(typed, vocabulary)
        assert isinstance(found, Read) and to_data(found.term) == to_data(read_expression(meant))
