"""The recognised handwritten paper is placed as a person would place it."""

from pathlib import Path

import pytest
from course import BOOK, read, texts

from grader.intake.ocr import loop_notes, looks_recognised
from grader.intake.submissions import read_paper

PAPER = Path(__file__).parent.parent / "submissions" / "s001.ocr.md"
TEXT = PAPER.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def paper():
    return read_paper(PAPER.name, PAPER.read_bytes(), BOOK)[0]


def answer(paper, part):
    return next(a for a in paper.answers if a.part.endswith("/" + part))


def guesses(paper, part):
    return [n.code for n in answer(paper, part).notes if n.severity == "guess"]


def test_it_is_one_recognised_paper(paper):
    assert paper.learner == "s001" and all(a.provenance.ocr and a.provenance.format == "ocr" for a in paper.answers)


def test_the_fields_of_1a(paper):
    assert {id: text for id, text in texts(paper).items() if id.startswith("1a.")} == {
        "1a.rnn-time-train": "tril", "1a.rnn-time-test": "tn²l", "1a.transformer-time-test": "trnl", "1a.rnn-space-test": "nl", "1a.transformer-space-test": "tnl"}
    assert guesses(paper, "1a.rnn-time-train") and guesses(paper, "1a.transformer-time-test")
    assert not guesses(paper, "1a.rnn-time-test") and not guesses(paper, "1a.rnn-space-test") and not guesses(paper, "1a.transformer-space-test")


@pytest.mark.parametrize("part,begins,ends", [
    ("1b", "The time taken for computation", "feed forward network."), ("1c", "Say attention layer", "fer longer sequences."), ("1d", "The feed forward network", "work in provaller."),
    ("1d.why", "The feed forward network", "work in provaller."), ("2a", "$$\\mathcal{Z}", "Krift of"), ("2b", "Given, ikinkin", "$Y i \\neq a$ and $i \\neq b$"),
    ("4a", "$$L(9)", "\\log \\frac{P$$"), ("4b", "· KLD measures", "of decoders."), ("5a.rules", "Given that,", "2\t1"), ("5a.table", "Given that,", "2\t1"),
    ("5b", "With the step=1", "step slige."), ("5c", "It attains equilibrium", "to obtain equilibrium."),
])
def test_every_part_has_its_text(paper, part, begins, ends):
    text = answer(paper, part).text
    assert text.startswith(begins) and text.endswith(ends)


@pytest.mark.parametrize("part", ["1b", "1c", "1d", "1d.why", "5b", "5c"])
def test_labels_that_stand_are_believed(paper, part):
    assert not guesses(paper, part)


@pytest.mark.parametrize("part", ["2a", "2b", "4b", "5a.rules", "5a.table"])
def test_labels_that_are_misread_or_missing_are_guesses(paper, part):
    assert guesses(paper, part)


def test_nothing_is_lost(paper):
    kept = "".join([a.text for a in paper.answers] + [a.text for a in paper.unplaced])
    kept = "".join(kept.split())
    for number, line in enumerate(TEXT.split("\n"), 1):
        bare = "".join(line.split())
        label_lines = {1, 3, 11, 13, 15, 17, 19, 21, 23, 25, 44, 46, 73, 75}
        if number not in label_lines:
            for word in line.split():
                assert word in kept or word in ("a)", "-", "b).", "c)", ".", "d).", "o)", "b)", "c)."), (number, word, bare)


def test_the_places_are_lines_of_the_file(paper):
    lines = TEXT.split("\n")
    for a in (*paper.answers, *paper.unplaced):
        assert a.text.split("\n")[0].strip() in lines[a.provenance.line - 1]
    assert [a.provenance.line for a in paper.unplaced] == [5, 7, 9]


def test_the_loops_are_named(paper):
    assert looks_recognised(TEXT) and not looks_recognised("a\n\nb\n")
    codes = [n for n in paper.notes if n.code == "ocr.loop"]
    assert any("85, 87, 89, 91" in n.text for n in codes) and len(codes) == len(loop_notes(TEXT))


def test_a_recognised_paper_with_all_its_labels_is_placed_without_guesses():
    made = read("s9.ocr.md", "Student s9\n\nQuestion 1\n\nb) n < t\n\nc) All tokens of a layer are computed together.\n\nQuestion 4\n\na)\n\n$$L = \\int q \\log p$$\n\n$$= 3$$\n\nb) How well x is explained.\n\n"
                "Question 5\n\na)\n\n$$q_{t+1} = q_t + p_t$$\n\nq: 1, 2, 1, -1\n\nb) It does not converge.\n\nc) p = q = 0")
    assert texts(made) == {"1b": "n < t", "1c": "All tokens of a layer are computed together.", "4a": "$$L = \\int q \\log p$$\n\n$$= 3$$", "4b": "How well x is explained.",
                           "5a.rules": "$$q_{t+1} = q_t + p_t$$\n\nq: 1, 2, 1, -1", "5a.table": "$$q_{t+1} = q_t + p_t$$\n\nq: 1, 2, 1, -1", "5b": "It does not converge.", "5c": "p = q = 0"}
    assert not [n for a in made.answers for n in a.notes if n.severity == "guess"] and made.unplaced == ()


def test_a_recognised_paper_in_another_order():
    made = read("s9.ocr.md", "5.\n\na) q: 1, 2, 1, -1\n\nb) no\n\n2.\n\na) the gap of the scores grows\n\nb) q = k_a + k_b\n")
    assert texts(made) == {"5a.rules": "q: 1, 2, 1, -1", "5a.table": "q: 1, 2, 1, -1", "5b": "no", "2a": "the gap of the scores grows", "2b": "q = k_a + k_b"}


def test_a_recognised_paper_without_labels_is_unplaced():
    made = read("s9.ocr.md", "some words\n\n$$x = 1$$\n")
    assert made.answers == () and "x = 1" in made.unplaced[0].text
