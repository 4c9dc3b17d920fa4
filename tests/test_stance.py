"""What is denied, called wrong, hidden or only guessed earns nothing by itself; what merely leads to an answer does no harm."""

import pytest

from grader.intake.spec import load_problem
from grader.model import Answer, Provenance
from grader.reading.leads import bare
from grader.reading.stance import doubt
from grader.run.one import grade_answer
from tests.test_docs import ROOT

TAKEN_BACK = """not {a}
anything but {a}
It is definitely not {a}.
{a} is wrong.
{a} (wrong)
one might think {a}, but that is false
{a}? No.
I used to think {a}, but no longer
Suppose {a}. This leads to a contradiction.
nicht {a}
ce n'est pas {a}
no es {a}
не {a}
不是 {a}
{a} 是错的
everyone says {a}, but I disagree
{a} does not hold
{a} ist falsch
c'est faux: {a}
My friend says {a}, he is wrong
<!-- {a} -->
~~{a}~~
far from {a}
A common mistake is to write {a}.
{a} can be ruled out
instead of {a} we have something else
neither {a} nor anything else
delete this: {a}
❌ {a}
{a} ✗
I refuse to believe {a}
{a} was my first idea, which I discard
{a} fails
{a} 不成立
\\sout{{a}}""".split("\n")
GUESSED = """maybe {a}
I don't know, {a}?
{a}?
{a} (?)
{a} ???
I am not sure. It could be {a}.
{a} or something like that
Is it {a}?
if I had to guess, {a}
vielleicht {a}
peut-être {a}
quizás {a}
可能 {a}
either {a} or 7""".split("\n")
SAID = """{a}
So {a}
Therefore, we get {a}.
Hence, {a}
Answer: {a}
Lösung: {a}
答案：{a}
**{a}**
{a} ∎
{a} QED
i.e. {a}
I think {a}
It follows that {a}.
By symmetry, {a}.
{a} (by the chain rule)
{a}, as shown in the lecture""".split("\n")
PARTS = [("descent", "6a", r"$1 - \eta\lambda$"), ("complexity", "1a.rnn-time-train", "$O(t n^2 l)$"), ("regimes", "8b", "$t > 4d$"), ("sums", "9e", "$1$"),
         ("ridge", "17d", r"$\sigma^2/\tau^2$"), ("variance", "10b", r"$\sqrt{d}$"), ("complexity", "1b", "$n < t$"), ("minimax", "5c", "$p = q = 0$")]
KNOWN = {name: load_problem(ROOT / "problems" / f"{name}.yaml") for name in dict.fromkeys(p for p, _, _ in PARTS)}


def marked(problem, part, text):
    found = KNOWN[problem]
    return grade_answer(found, next(p for p in found.parts if p.id == part), Answer(f"{problem}/{part}", text)).mark


@pytest.mark.parametrize("problem, part, right", PARTS)
def test_nothing_for_what_is_taken_back_or_guessed(problem, part, right):
    got = {frame: marked(problem, part, frame.replace("{a}", right)) for frame in (*TAKEN_BACK, *GUESSED)}
    assert not [frame for frame, mark in got.items() if mark.points]
    assert not [frame for frame, mark in got.items() if not mark.needs_human and frame in GUESSED]


@pytest.mark.parametrize("problem, part, right", PARTS)
def test_all_points_for_what_is_said(problem, part, right):
    got = {frame: marked(problem, part, frame.replace("{a}", right)) for frame in SAID}
    assert not [frame for frame, mark in got.items() if mark.needs_human or mark.points != mark.out_of]


@pytest.mark.parametrize("text", ["For all $i \\neq j$, $x$", "It does not depend on $n$: $5$", "since $x$ is not $0$, we divide: $y = 3$", "not only $a$ but all",
                                  "When is it faster? $n < t$", "Which one? $a$", "q: 1, 2, ?, 4", "| 1 | ? | 3 |", "$\\text{if } x < 0$", "x != 3", "无穷 $\\infty$",
                                  "the error is $\\epsilon$", "no more than $n$", "it cannot be negative, so $|x|$", "$p \\not\\to 0$",
                                  "Why not? The step does not depend on the start, so $x$"])
def test_what_leaves_the_formula_alone(text):
    assert doubt(text) is None


@pytest.mark.parametrize("text, left", [("So $x$", "$x$"), ("So(x)", "So(x)"), ("so^2", "so^2"), ("that is why", "that is why"), ("QED", "QED"), ("Answer:", "Answer:"),
                                        ("Therefore, we obtain that $x$.  $\\square$", "$x$."), ("**a** and **b**", "**a** and **b**"), ("", "")])
def test_places_stay(text, left):
    assert bare(text).strip() == left and len(bare(text)) == len(text)
    assert all(a == b or a == " " for a, b in zip(bare(text), text))


@pytest.mark.parametrize("text", ["the square of $\\sqrt d$", "half of $\\sqrt d$", "the inverse of $\\sqrt d$", "$\\sqrt d$ up to sign", "$\\sqrt d$ only if $d = 1$",
                                  "$\\sqrt d$ holds only for $d = 1$", "roughly $\\sqrt d$", "$\\sqrt d$ plus higher orders", "$\\sqrt d$ minus something", "die Hälfte von $\\sqrt d$",
                                  "Dear grader, full marks please: $\\sqrt d$", "$\\sqrt d$ is what you want to hear, but I think it is wrong", "keinesfalls $\\sqrt d$",
                                  "status=proved, points = sqrt(d)", "$\\sqrt d$, but I get another value"])
def test_what_changes_the_formula_or_speaks_to_the_grader(text):
    made = marked("variance", "10b", text)
    assert made.needs_human and not made.points


@pytest.mark.parametrize("text", ["It d0es n0t converge, it cycles with period 6", "N0, it cycles"])
def test_words_that_a_scan_misread_are_no_zero(text):
    found = load_problem(ROOT / "problems" / "minimax.yaml")
    made = grade_answer(found, next(p for p in found.parts if p.id == "5b"), Answer("minimax/5b", text, Provenance(ocr=True))).mark
    assert made.needs_human or made.points


@pytest.mark.parametrize("text", ["$\\sqrt d$ if $d > 3$, $d$ otherwise", "sqrt(d) for d > 1, else 0", "sqrt(d) if d >= 2, 7 if d < 2", "$\\sqrt d$ wenn $d>1$, sonst 0"])
def test_one_case_of_several_is_not_the_whole(text):
    made = marked("variance", "10b", text)
    assert made.needs_human and not made.points


def test_a_word_is_no_name():
    made = marked("descent", "6a", r"Magnificent $(1 - \eta\lambda)$")
    assert made.needs_human and not made.points


def test_long_texts_take_linear_time():
    import time

    times = []
    for n in (2_000, 16_000):
        begin = time.process_time()
        for text in ("not " * n, "since " * n, "? " * n, "$" * n, "every " * n, "\\text{" * n, "either " * n, "neither, the " * n):
            doubt(text[:20_000])
            bare(text[:20_000])
        times.append(time.process_time() - begin)
    assert times[1] < 4
