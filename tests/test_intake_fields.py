"""Several answers under one heading, told apart by the words of their labels."""

from pathlib import Path

import pytest
from course import BOOK, FIELDS

from grader.intake.fields import split_fields

GROUP = BOOK.group(BOOK.problem("1"), "a")
ORDER = ("rnn-time-train", "rnn-time-test", "rnn-space-train", "rnn-space-test", "transformer-time-train", "transformer-time-test", "transformer-space-train", "transformer-space-test")
EIGHT = {f"1a.{name}": value for name, value in zip(ORDER, ("tn²l", "t n² l", "tnl", "nl", "t²nl", "t² n l", "t n l", "l n t"))}


def split(text):
    found, rest = split_fields(list(enumerate(text.split("\n"), 1)), GROUP.fields)
    return {id: "\n".join(t for _, t in f.fragments) for id, f in found.items()}, [t for _, t in rest if t.strip()], {id: [n.severity for n in f.notes] for id, f in found.items() if f.notes}


def line(pattern):
    return pattern.format(*EIGHT.values())


LAYOUTS = {
    "headings": line("RNN\ntrain time = {0}\ntest time = {1}\ntrain space = {2}\ntest space = {3}\nTransformer\ntrain time = {4}\ntest time = {5}\ntrain space = {6}\ntest space = {7}"),
    "bullets": line("**RNN:**\n\n- Train time: {0}\n- Test time: {1}\n- Train memory: {2}\n- Test memory: {3}\n\n**Transformer:**\n\n- Train time: {4}\n- Test time: {5}\n- Train memory: {6}\n- Test memory: {7}"),
    "two headings": line("Time complexity:\nRNN - training = {0}\nRNN - inference = {1}\nTransformer - training = {4}\nTransformer - inference = {5}\nSpace complexity:\nRNN - Train time = {2}\n"
                         "RNN - Test time = {3}\nTransformer - Train time = {6}\nTransformer - Test time = {7}"),
    "one line each": line("RNN: train time {0}, test time {1}, train space {2}, test space {3}.\nTransformer: train time {4}, test time {5}, train space {6}, test space {7}."),
    "the model once": line("RNN train time: {0}\ntest time: {1}\ntrain space: {2}\ntest space: {3}\nTransformer train time: {4}\ntest time: {5}\ntrain space: {6}\ntest space: {7}"),
    "table": line("| | RNN | Transformer |\n|---|---|---|\n| train time | {0} | {4} |\n| test time | {1} | {5} |\n| train space | {2} | {6} |\n| test space | {3} | {7} |"),
    "table on its side": line("| | train time | test time | training memory | memory at inference |\n|--|--|--|--|--|\n| RNN | {0} | {1} | {2} | {3} |\n| Transformer | {4} | {5} | {6} | {7} |"),
    "tables under headings": line("Time\n\n| | RNN | Transformer |\n|---|---|---|\n| train | {0} | {4} |\n| test | {1} | {5} |\n\nSpace\n\n| | RNN | Transformer |\n|---|---|---|\n| train | {2} | {6} |\n| test | {3} | {7} |"),
    "two columns of labels": line("| Model | Phase | Time | Space |\n|---|---|---|---|\n| RNN | train | {0} | {2} |\n| RNN | test | {1} | {3} |\n| Transformer | train | {4} | {6} |\n| | test | {5} | {7} |"),
    "two header rows": line("| | time | | space | |\n|---|---|---|---|---|\n| | train | test | train | test |\n| RNN | {0} | {1} | {2} | {3} |\n| Transformer | {4} | {5} | {6} | {7} |"),
    "spanning cells": line("\\begin{{tabular}}{{l|cc|cc}}\n & \\multicolumn{{2}}{{c|}}{{\\textbf{{time}}}} & \\multicolumn{{2}}{{c}}{{space}} \\\\\n & train & test & train & test \\\\ \\hline\n"
                           "RNN & ${0}$ & ${1}$ & ${2}$ & ${3}$ \\\\\nTransformer & ${4}$ & ${5}$ & ${6}$ & ${7}$\n\\end{{tabular}}"),
    "side by side": line("RNN\n  Train time: {0}   Test time: {1}\n  Train space: {2}    Test space: {3}\nTransformer\n  Train time: {4}\tTest time: {5}\n  Train space: {6}    Test space: {7}"),
    "sentences": line("**RNN**: The train time is ${0}$ and the test time is ${1}$. Memory: ${2}$ during training, ${3}$ at test time.\n\n"
                      "**Transformer**: The train time is ${4}$ and the test time is ${5}$. Memory: ${6}$ during training, ${7}$ at test time."),
    "labels behind": line("Time:\n- RNN: ${0}$ for training, ${1}$ at test time\n- Transformer: ${4}$ for training, ${5}$ at test time\nSpace:\n- RNN: ${2}$ for training and ${3}$ at test time\n"
                          "- Transformer: ${6}$ for training and ${7}$ at test time"),
    "part ids": line("rnn-time-train: {0}\nrnn-time-test: {1}\nrnn-space-train: {2}\nrnn-space-test: {3}\ntransformer-time-train: {4}\ntransformer-time-test: {5}\ntransformer-space-train: {6}\ntransformer-space-test: {7}"),
}


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_every_layout_gives_the_same_answers(text):
    found, rest, notes = split(text)
    bare = {id: value.replace("$", "").strip(" .") for id, value in found.items()}
    assert bare == EIGHT and rest == [] and notes == {}


def test_a_label_that_lacks_a_word_takes_it_from_the_next_line_as_a_guess():
    found, rest, notes = split("Time complexity:\n\nTrain time = tril\n\nRNN - Test time = tn²l\n\nTranspormer - Test time = trnl")
    assert found == {"1a.rnn-time-train": "tril", "1a.rnn-time-test": "tn²l", "1a.transformer-time-test": "trnl"} and rest == []
    assert notes == {"1a.rnn-time-train": ["guess"], "1a.transformer-time-test": ["guess"]}


def test_test_time_in_a_section_on_space_is_no_time():
    times = "Time complexity:\nRNN - Test time = tn²l\nTransformer - Test time = t²nl\n"
    found, _, notes = split(times + "Space complexity:\nRNN - Test time = nl\nTransformer - Test time = tnl\nTest time = tnl")
    assert found == {"1a.rnn-time-test": "tn²l", "1a.transformer-time-test": "t²nl", "1a.rnn-space-test": "nl", "1a.transformer-space-test": "tnl"}
    assert notes == {"1a.transformer-space-test": ["info"]}


def test_test_time_under_space_is_a_guess_where_no_time_is_given():
    found, _, notes = split("Space complexity:\nRNN - Test time = nl\nTransformer - test: tnl")
    assert found == {"1a.rnn-space-test": "nl", "1a.transformer-space-test": "tnl"} and notes == {"1a.rnn-space-test": ["guess"]}


def test_two_answers_under_one_label_are_both_kept_and_flagged():
    found, _, notes = split("RNN train time: tnl\nRNN train time: tn²l")
    assert found == {"1a.rnn-time-train": "tnl\ntn²l"} and notes == {"1a.rnn-time-train": ["guess"]}


def test_two_answers_that_differ_in_a_sign_are_two():
    found, _, notes = split("RNN train time: t n\nRNN train time: t + n")
    assert found == {"1a.rnn-time-train": "t n\nt + n"} and notes == {"1a.rnn-time-train": ["guess"]}


def test_one_value_for_two_moments():
    found, _, notes = split("RNN train and test time: O(t n^2 l)\nTransformer time: O(t^2 n l) for both")
    assert found == {"1a.rnn-time-train": "O(t n^2 l)", "1a.rnn-time-test": "O(t n^2 l)", "1a.transformer-time-train": "O(t^2 n l)", "1a.transformer-time-test": "O(t^2 n l)"}
    assert "guess" not in sum(notes.values(), [])


def test_a_table_that_leaves_a_label_open_answers_each_field_as_a_guess():
    found, rest, notes = split("| | time | space |\n|---|---|---|\n| RNN | t n | n |\n| Transformer | t | l |")
    assert found["1a.rnn-time-train"] == found["1a.rnn-time-test"] == "t n" and rest == []
    assert notes["1a.rnn-time-train"] == ["guess"] and len(found) == 8


def test_a_label_said_twice_is_one():
    found, _, notes = split("RNN\n- train time: The train time is $t n$")
    assert found == {"1a.rnn-time-train": "$t n$"} and notes == {}


def test_words_behind_a_value_that_are_more_than_its_label_stay():
    found, _, _ = split("RNN:\n- train time: O(tnl) for small n\n- test time: $O(nl)$ (no gradient)")
    assert found == {"1a.rnn-time-train": "O(tnl) for small n", "1a.rnn-time-test": "$O(nl)$ (no gradient)"}


def test_an_open_dimension_is_a_guess():
    found, _, notes = split("RNN time: O(t n^2 l)")
    assert set(found) == {"1a.rnn-time-train", "1a.rnn-time-test"} and notes == {id: ["guess"] for id in found}


def test_what_names_no_field_is_handed_back():
    found, rest, _ = split("Let t be the length.\n\nRNN train time: tn²l\n  because of the matrix\n\nAll of this by counting.")
    assert found == {"1a.rnn-time-train": "tn²l\nbecause of the matrix"} and rest == ["Let t be the length.", "All of this by counting."]


def test_a_contradiction_is_flagged():
    _, _, notes = split("RNN train time: $tn^2l$ at test time")
    assert "guess" in notes["1a.rnn-time-train"]


def test_all_fields_are_known():
    assert set(EIGHT) == set(FIELDS)


def test_an_empty_field_beside_a_doubled_one_is_no_zero():
    """Headings that a recogniser moved: two answers under one label, none under the other."""
    from grader.intake.spec import load_problems
    from grader.model import Answer, Note, Submission
    from grader.run.one import UNPLACED, find_answer

    problem = next(p for p in load_problems(Path(__file__).parent.parent / "problems")[0] if p.id == "complexity")
    doubled = Answer("complexity/1a.rnn-space-train", "t n l\n\nn l", notes=(Note("two answers", severity="guess", code="placing.two"),))
    paper = Submission("s", (doubled,))
    assert any(n.code == UNPLACED for n in find_answer(paper, problem, problem.part("1a.rnn-time-train")).notes)
    assert not any(n.code == UNPLACED for n in find_answer(paper, problem, problem.part("1b")).notes)
