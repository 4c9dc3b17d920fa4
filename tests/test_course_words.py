"""What sentences about the course of an iteration are taken to say, and what is left unclear."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.answers import _words
from grader.answers._course_words import listen


def said(text: str, loose: bool = False) -> set[str]:
    """Statements as "name", "not name" or "name value"."""
    found = listen(text, Fraction(1), loose)
    return {f"{'' if s.holds else 'not '}{s.name}" + (f" {s.value}" if s.value is not None else "") for s in found.statements}


@pytest.mark.parametrize("text, expected", [
    ("It does not converge.", {"not converges"}),
    ("It fails to converge", {"not converges"}),
    ("no convergence", {"not converges"}),
    ("The optimum cannot be reached.", {"not converges"}),
    ("It never reaches (0, 0).", {"not converges"}),
    ("we find that the optimum is not reached", {"not converges"}),
    ("I don't think it converges.", {"not converges"}),
    ("Converges: no", {"not converges"}),
    ("It does converge", {"converges"}),
    ("It converges at infinite time", {"converges"}),
    ("does not converge and oscillates", {"not converges", "oscillates"}),
    ("it neither converges nor diverges", {"not converges", "not grows"}),
    ("It circles instead of converging", {"cycles", "not converges"}),
    ("Non, ça ne converge pas", {"not converges"}),
    ("la suite ne peut pas converger", {"not converges"}),
    ("il n'y a pas de convergence", {"not converges"}),
    ("Nein, es konvergiert nicht", {"not converges"}),
    ("dass die Folge nicht konvergiert", {"not converges"}),
    ("non converge", {"not converges"}),
    ("no puede converger", {"not converges"}),
    ("não converge", {"not converges"}),
    ("es konvergiert", {"converges"}),
    ("es konvergiert keineswegs", set()),
    ("ne diverge pas", set()),
    ("we get stuck and don't find the optimum", {"not converges"}),
    ("Convergence is not possible", {"not converges"}),
    ("Convergence never happens and it cycles", {"not converges"}),
    ("it just goes round and round", {"oscillates"}),
    ("our value is the same as the initial one", {"cycles"}),
    ("fall into a ring", {"cycles"}),
    ("we are back at (1, 1) after six steps", {"cycles", "period 6"}),
    ("It repeats every 6 steps", {"cycles", "period 6"}),
    ("a 6-step cycle", {"cycles", "period 6"}),
    ("period-6 orbit", {"cycles", "period 6"}),
    ("The iterates spiral out to infinity", {"grows"}),
    ("the determinant of the matrix is 1", {"determinant 1"}),
    ("det(M) = 1, so it cannot converge", {"determinant 1", "not converges"}),
    ("the eigenvalues lie on the unit circle", {"eigenvalues = 1"}),
    ("all eigenvalues are larger than 1", {"eigenvalues > 1"}),
])
def test_the_course(text: str, expected: set[str]) -> None:
    assert said(text) == expected


@pytest.mark.parametrize("text, expected", [
    ("a smaller step size would converge", {"step_helps"}),
    ("With a smaller step size, it would converge.", {"step_helps"}),
    ("If we reduce the learning rate, it converges.", {"step_helps"}),
    ("It would converge if the learning rate was smaller", {"step_helps"}),
    ("because the step size is too large", {"step_helps"}),
    ("we should reduce the step size", {"step_helps"}),
    ("The optimum can be found by decreasing the learning rate.", {"step_helps"}),
    ("does not converge unless the step size is reduced", {"not converges", "step_helps"}),
    ("changing the step size does not help", {"not step_helps"}),
    ("no constant step size works", {"not step_helps"}),
    ("No step size will make it converge.", {"not step_helps"}),
    ("never converges for any step size", {"not step_helps"}),
    ("For any step size, it does not converge.", {"not step_helps"}),
    ("no matter the step size, it does not converge", {"not step_helps"}),
    ("regardless of the step size it cycles", {"not step_helps"}),
    ("smaller steps cycle as well", {"not step_helps"}),
    ("Any constant step size fails.", {"not step_helps"}),
    ("Neither a smaller nor a larger step size makes it converge.", {"not step_helps"}),
    ("With step size 1 it does not converge", {"not converges"}),
    ("with step size 0.1 it converges", {"at_step 1/10"}),
    ("with step size 1/2 it still does not converge", {"not at_step 1/2"}),
    ("does not converge for step size 1 but converges for step size 0.1", {"not converges", "at_step 1/10"}),
])
def test_step_sizes(text: str, expected: set[str]) -> None:
    assert said(text) == expected


@pytest.mark.parametrize("text", [
    "maybe", "it probably converges", "it might cycle", "there is no guarantee of convergence", "it does not always converge", "it may converge",
    "it doesn't fail to converge", "if we started elsewhere it would converge", "a decaying step size makes it converge",
    "an adaptive learning rate converges", "it does not converge for all step sizes", "the step size is not too large",
    "a smaller step size gets us closer to the optimum",
])
def test_what_stays_unclear(text: str) -> None:
    found = listen(text, Fraction(1))
    assert found.unclear and not found.statements


@pytest.mark.parametrize("text", [
    "Does it converge?", "Does it converge", "To find the optimum we follow the gradient.", "We repeat the update six times.",
    "I wrote a for loop over t.", "the unit circle", "return q", "The gradient becomes 0.", "p moves with the new q", "",
])
def test_what_says_nothing(text: str) -> None:
    found = listen(text, Fraction(1))
    assert not found.statements and found.particle is None


def test_yes_and_no() -> None:
    for text, holds, alone in (("No", False, True), ("Nope.", False, True), ("No, it cycles", False, False), ("yes", True, True),
                               ("不能", False, True)):
        found = listen(text, Fraction(1))
        assert (found.particle, found.only_particle) == (holds, alone), text
    assert listen("no step size works", Fraction(1)).particle is None
    assert "both yes and no" in listen("Yes. No.", Fraction(1)).unclear


def test_misspelt_and_misread_words() -> None:
    assert said("It doesn't convegre, it osillates") == {"not converges", "oscillates"}
    scanned = "To find the optimal value we can charge the value of step slige."
    assert said(scanned, loose=True) == {"step_helps"}
    assert listen(scanned, Fraction(1), True).near == [("charge", "change")]


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_text_can_be_listened_to(text: str) -> None:
    listen(text, Fraction(1), True)


@given(st.sampled_from("it does not converge|no step size works|it cycles with period 6|the step size is too large".split("|")),
       st.sampled_from("., ! \n**_".split(" ")))
@settings(max_examples=40, deadline=None)
def test_layout_does_not_matter(text: str, mark: str) -> None:
    assert said(f"{mark}{text}{mark}") == said(text) == said(text.upper()) == said(text.replace(" ", "  "))


@given(st.text("abcd", max_size=7), st.text("abcd", max_size=7))
@settings(max_examples=150, deadline=None)
def test_distance_is_a_distance(a: str, b: str) -> None:
    assert _words.distance(a, b, 9) == _words.distance(b, a, 9)
    assert (_words.distance(a, b, 9) == 0) == (a == b)
    assert _words.distance(a, b, 9) <= max(len(a), len(b))
    for most in range(4):
        assert _words.distance(a, b, most) == min(_words.distance(a, b, 9), most + 1)
