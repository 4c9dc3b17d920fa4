"""Whatever the text, the reader answers: random characters, random signs of the language, mutated answers."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.model import Read, Unread
from grader.printing import to_latex, to_text, to_unicode
from grader.reading import OPEN, Vocabulary, echo, leading_sign, propose, split_relations
from grader.reading.names import FUNCTIONS, WORDS
from grader.reading.reader import read_or_fail
from grader.reading.signs import SIGNS
from reading_fixtures import rows

TEXTS = sorted({r.text for r in rows()})
PIECES = [*SIGNS, *("\\" + w for w in sorted(FUNCTIONS)), *sorted(WORDS), *"xyzabknij0123456789 \n(){}[]|_^,;:.'\"", r"\begin{cases}",
    r"\end{cases}", r"\left(",
          r"\right)", r"\text{if}", "E_", "KL(", "dx", "d/dx", "e^", "²", "₁", "\u0302", "½"]
VOCABULARY = Vocabulary.declared(t="integer > 0", n="integer > 0", k="vector", q="density")
_settings = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _answers(text: str) -> None:
    """No exception of any kind (`read_or_fail` has no net under it), and whatever was read can be shown."""
    for vocabulary in (OPEN, VOCABULARY):
        reading = read_or_fail(text, vocabulary, "any", None)
        assert isinstance(reading, (Read, Unread))
        if isinstance(reading, Read):
            for term in (reading.term, *reading.alternatives):
                assert all(isinstance(printed(term), str) for printed in (to_text, to_latex, to_unicode))
        elif reading.span is not None:
            assert 0 <= reading.span.start <= reading.span.end <= len(text) + 1
        assert "\x1b" not in echo(text, reading)


@_settings
@given(st.text(max_size=40))
def test_random_characters(text: str) -> None:
    _answers(text)


@_settings
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_random_pieces(text: str) -> None:
    _answers(text)
    propose(text, VOCABULARY)
    split_relations(text)
    leading_sign(text)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    text = list(draw(st.sampled_from(TEXTS)))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(text)))
        kind = draw(st.sampled_from(["drop", "put", "swap", "double"]))
        if kind == "put":
            text[place:place] = draw(st.sampled_from(PIECES))
        elif place < len(text):
            if kind == "drop":
                del text[place]
            elif kind == "double":
                text[place:place] = text[place:place + 3]
            else:
                text[place], text[-1] = text[-1], text[place]
    return "".join(text)


@_settings
@given(mutated())
def test_mutated_answers(text: str) -> None:
    _answers(text)
