"""What a large class needs to have at hand is on disk: tables, rows, the order of learners, names of pages; and papers are read the same by either parser."""

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.intake import strict_yaml
from grader.intake.submissions import apart, same_key
from grader.model import SpecError
from grader.report.files import page_names, slug
from grader.run import index, rendering
from grader.run.index import Index, Streams
from grader.run.workers import pack, unpack

KEYS = [hashlib.md5(bytes([k])).digest() for k in range(40)]  # noqa: S324 - any digest will do


@settings(deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.sampled_from(KEYS), st.one_of(st.none(), st.binary(min_size=3, max_size=3).filter(any))), max_size=120), st.sampled_from((0, 5, 1000)))
def test_a_table_is_a_dictionary(steps, held):
    before, index.HELD = index.HELD, held
    try:
        table, expected = Index(3), {}
        for key, value in steps:
            if value is None:
                table.discard(key)
                expected.pop(key, None)
            else:
                table.put(key, value)
                expected[key] = value
        assert len(table) == len(expected)
        assert [table.get(key) for key in KEYS] == [expected.get(key) for key in KEYS]
        assert [key in table for key in KEYS] == [key in expected for key in KEYS]
        table.close()
    finally:
        index.HELD = before


def test_a_table_grows_and_keys_that_fall_together_are_kept_apart(monkeypatch):
    monkeypatch.setattr(index, "HELD", 100)
    table = Index(4)
    keys = [hashlib.md5(str(k).encode()).digest() for k in range(3000)]  # noqa: S324
    keys += [(k * 2**40 + 7).to_bytes(8, "little") + bytes(6) + k.to_bytes(2, "little") for k in range(200)]
    for number, key in enumerate(keys, 1):
        table.put(key, number.to_bytes(4, "little"))
    assert len(table) == len(keys)
    assert all(table.get(key) == number.to_bytes(4, "little") for number, key in enumerate(keys, 1))


def test_rows_come_back_as_they_were_put():
    rows, expected = Streams(), {}
    for k in range(4000):
        name, more = f"row{k % 3}", bytes([k % 256]) * (k % 37)
        rows.add(name, more)
        expected[name] = expected.get(name, b"") + more
    assert {name: b"".join(rows.read(name)) for name in expected} == expected
    assert b"".join(rows.read("none")) == b""
    parts = [b"", b"a", bytes(70_000)]
    assert unpack(pack(parts)) == parts and unpack(pack([])) == []


class Class:
    def __init__(self, learners):
        self.count, self.learner = len(learners), learners.__getitem__


@pytest.mark.parametrize("learners", [["b", "a", "c"], ["Ünal", "a", "Zoë", "a b"], ["s3", "s1", "s2", "s0", "s9", "s7"], ["a", "b"], []])
def test_rows_of_the_class_are_in_the_order_of_the_keys(learners, monkeypatch):
    monkeypatch.setattr(rendering, "SORTED", 2)
    names = rendering._Names(Class(learners), slug, page_names)
    assert names.in_order == (learners == sorted(learners))
    rows = rendering._Rows(Class(learners), names.in_order)
    for learner in learners:
        rows.keep(pack([b"table", learner.encode() + b"\n"]))
    assert b"".join(rows.together().read("table")).decode().splitlines() == sorted(learners)
    rows.close()


def test_pages_have_the_names_that_they_have_when_all_are_at_hand():
    learners = ["a", "A", "b c", "con", "x-0123456789", "Zoë", "zoe"] + ["学" * k for k in range(1, 60)]

    def short(key, digits=8):  # so short that they clash
        return slug(key, digits)[:-7] if digits == 8 and slug(key) != key else slug(key, digits)

    def together(keys):
        names, taken = {}, set()
        for key in sorted(set(keys)):
            name, length = short(key), 8
            while name in taken:
                length += 8
                name = slug(key, length)
            taken.add(name)
            names[key] = name
        return names

    named, expected = rendering._Names(Class(learners), short, together), together(learners)
    assert len({short(key) for key in learners}) < len(learners)
    assert {key: named(key) for key in learners} == expected and len(set(expected.values())) == len(learners)


def test_only_papers_under_one_key_are_looked_at_together():
    named = [("s1", "a.md"), ("S1", "b.md"), ("s2", "c.md"), ("s1 (a.md)", "d.md"), ("s1", "e.md")]
    whole = apart(named)
    keys = [same_key(learner) for learner, _ in named]
    some = apart([n for n, k in zip(named, keys) if keys.count(k) > 1], lambda key: keys.count(key) == 1)
    assert [made for made, k in zip(whole, keys) if keys.count(k) > 1] == some
    assert whole[0][0] == "s1 (a.md) 2" and len({same_key(key) for key, _ in whole}) == 5


LINES = ["learner: s1", "warm:", '  1a: "O(n)"', "  1b: $x_{1}$", "  1c: |", "    x: y", "  1d: \\frac{1}{2}", "  1e: 'it''s'", "- a", "  1f: a: b", '  1g: "a', "\t1h: a",
         "  1i: [a, b]", "  1j: {a: 1}", "  1k: &a b", "  1l: *a", "  1m: a # b", "--- ", "? a", "  1n: >-", "  1o: \u2028", '  1p: "\\theta \\\\x"', "  1q: !t a", "é: ü", "  1a: again"]


@settings(deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(LINES), max_size=7), st.integers(0, 60), st.sampled_from(["", ":", '"', "{", "[", "\n", " ", "- ", "'", "\ufeff", "%"]))
def test_both_parsers_of_yaml_read_the_same(lines, at, more):
    text = "\n".join(lines)
    content = (text[:at] + more + text[at:]).encode()

    def read():
        try:
            return strict_yaml.read_yaml(content, "f")
        except SpecError as error:
            return str(error)

    with pytest.MonkeyPatch.context() as patch:
        quick = read()
        patch.setattr(strict_yaml._Composer, "_quickly", lambda composer: [])
        assert read() == quick


def test_a_plain_paper_takes_the_quick_parser():
    text = json.dumps("x^2")
    assert strict_yaml._Composer(f"learner: s1\nquick:\n  1a: {text}\n  1b: $\\frac{{1}}{{2}}$\n", "f")._quickly()
