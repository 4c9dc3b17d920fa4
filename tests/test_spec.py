"""Problem files: what is read from them, and how every mistake is named."""

import textwrap
from fractions import Fraction as Q
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from grader.answers import _kind
from grader.domain import Domain
from grader.intake.spec import default_paths, load_problem, load_problems, read_problem
from grader.intake.typed import SchemaError, Typed, field_types
from grader.model import SpecError
from spec_files import SHORT, Move, NoOptions, PlainOptions, kinds, load, write  # noqa: F401 (kinds is a fixture)


def test_a_short_question_is_a_few_lines(tmp_path):
    problem = load(tmp_path, SHORT, "sorting.yaml")
    part = problem.part("a")
    assert (problem.id, problem.title, part.points, part.answer) == ("sorting", "sorting", 1, "n log n")
    assert part.symbols[0].domain == Domain.parse("integer > 0") and part.labels == (("a",),)
    assert part.place.endswith("sorting.yaml:2")


@pytest.mark.parametrize("typed", ["no", "1:30", "0.10", "1e3", "01", "~", "null", "2026-01-01", "true", "0x1F", "1_000", "+1", ".5", ".inf", "<<", "=", "-x", "1.", "Off"])
def test_scalars_stay_what_was_typed(tmp_path, typed):
    part = load(tmp_path, f"""\
        parts:
          a:
            kind: plain
            answer: {typed}
            start: {{x: {typed}}}
            growing: [{typed}]
            tests: [{{answer: {typed}, points: 1}}]
            wrong: [{{answer: {typed}, feedback: {typed}}}]
        """).part("a")
    assert [part.answer, part.options.start["x"], part.options.growing[0], part.tests[0].answer, part.wrong[0].answer, part.wrong[0].feedback] == [typed] * 6


def test_every_type_of_option(tmp_path):
    options = load(tmp_path, """\
        parts:
          a:
            kind: plain
            relation: O
            growing: [t, n]
            steps: 6
            size: 3/2
            strict: yes
            start: {p: 1, q: no}
            choices: {layer norm: [norm, LN], ffn: MLP}
            paths: [[RNN, time], plain]
            pairs: {a: 1/2, b: 1/2}
            where: integer > 2
            move: {who: q, by: 0.5}
            moves: [{who: p}, {who: q}]
            either: 7
        """).part("a").options
    assert options == PlainOptions("O", ("t", "n"), 6, Q(3, 2), True, {"p": "1", "q": "no"}, {"layer norm": ("norm", "LN"), "ffn": ("MLP",)},
                                   (("RNN", "time"), ("plain",)), (("a", "1/2"), ("b", "1/2")), Domain.parse("integer > 2"), Move("q", Q(1, 2)),
                                   (Move("p"), Move("q")), 7)


def test_one_text_stands_for_a_list_of_one_and_text_is_the_last_alternative(tmp_path):
    options = load(tmp_path, "parts: {a: {kind: plain, growing: n, paths: RNN, either: seven, moves: {who: p}}}").part("a").options
    assert (options.growing, options.paths, options.either, options.moves) == (("n",), (("RNN",),), "seven", (Move("p"),))


def test_fields_inherit_extend_and_share(tmp_path):
    problem = load(tmp_path, """\
        problem: cost
        labels: ["1", Question 1]
        symbols: {t: integer > 0, n: {domain: integer > 0, words: [width], spellings: [N]}}
        parts:
          1a:
            ask: How long?
            points: 4
            kind: plain
            growing: [t]
            symbols: {t: real, l: real}
            fields:
              train: {labels: [[RNN, time|speed]], answer: t, points: 2}
              test-time: {answer: n, growing: [n], symbols: {m: real}}
              idle: {kind: prose, rubric: [{text: says so, points: 2/3}]}
              rest: {answer: t}
        """)
    assert [p.id for p in problem.parts] == ["1a.train", "1a.test-time", "1a.idle", "1a.rest"]
    assert [p.points for p in problem.parts] == [2, Q(2, 3), Q(2, 3), Q(2, 3)]
    train, second, idle, _ = problem.parts
    assert train.labels == (("1", "a", "RNN", "time|speed"), ("Question 1", "a", "RNN", "time|speed"))
    assert second.labels == (("1", "a"), ("1", "a", "test time"), ("Question 1", "a"), ("Question 1", "a", "test time"))
    assert (train.options.growing, second.options.growing, train.ask) == (("t",), ("n",), "How long?")
    assert idle.options == NoOptions()
    assert [s.name for s in second.symbols] == ["t", "n", "l", "m"] and dict(second.domains())["t"] == Domain.parse("real")


def test_points_of_fields_without_a_total(tmp_path):
    problem = load(tmp_path, "parts: {a: {kind: plain, fields: {x: {answer: '1'}, y: {answer: '2', points: 3}}}}")
    assert [p.points for p in problem.parts] == [1, 3]


def test_a_list_of_names_may_be_the_reference(tmp_path):
    assert load(tmp_path, "parts: {a: {kind: plain, answer: [feed-forward, layer norm]}}").part("a").answer == "feed-forward, layer norm"


@pytest.mark.parametrize("id, labels, paths", [
    ("5c", (), (("5", "c"),)),
    ("5c", ("5", "Question 5"), (("5", "c"), ("Question 5", "c"))),
    ("c", ("5",), (("5", "c"),)),
    ("c", (), (("c",),)),
    ("5", ("5",), (("5",),)),
    ("2b-ii", (), (("2", "b", "ii"),)),
    ("rnn-time", ("1",), (("1", "rnn-time"),)),
])
def test_default_label_paths(id, labels, paths):
    assert default_paths(id, labels) == paths


def test_own_labels_stand_under_the_problem(tmp_path):
    part = load(tmp_path, "parts: {5c: {kind: plain, labels: [third, [c, point]]}}").part("5c")
    assert part.labels == (("5", "third"), ("5", "c", "point"))


# ------------------------------------------------------------------------------------------------------------ mistakes

MISTAKES = [
    # name, file, line, key, a piece of what is said
    ("empty file", "", 1, "", "the file is empty"),
    ("comment only", "# nothing\n", 1, "", "the file is empty"),
    ("a list", "- a\n- b\n", 1, "", "expected a mapping with the keys problem, title, sheet, labels, symbols, parts, found a list"),
    ("no parts", "problem: x\ntitle: y\n", 1, "parts", "missing; expected a mapping from part ids"),
    ("parts are a list", "parts:\n- a\n", 1, "parts", "expected a mapping from part ids to parts, found a list"),
    ("no part at all", "parts: {}\n", 1, "parts", "at least one"),
    ("misspelt top key", "titel: x\nparts: {a: {kind: plain}}\n", 1, "titel", "did you mean 'title'?"),
    ("bad id", "problem: a/b\nparts: {a: {kind: plain}}\n", 1, "problem", "expected an id of letters"),
    ("bad part id", "parts:\n  a.b: {kind: plain}\n", 2, "parts.a.b", "expected a part id"),
    ("path as part id", "parts:\n  ../x: {kind: plain}\n", 2, "parts.../x", "expected a part id"),
    ("part is text", "parts:\n  a: hello\n", 2, "parts.a", "expected a part: a mapping"),
    ("no kind", "parts:\n  a:\n    answer: x\n", 2, "parts.a.kind", "missing; expected one of needy, plain, prose"),
    ("misspelt kind", "parts:\n  a:\n    knd: plain\n    points: 2\n", 3, "parts.a.knd", "unknown key 'knd' in a part without kind; did you mean 'kind'?"),
    ("misspelt kind of a part with fields", "parts:\n  a:\n    kid: plain\n    fields: {x: {answer: y}}\n", 3, "parts.a.kid", "did you mean 'kind'?"),
    ("unknown kind", "parts:\n  a:\n    kind: plane\n", 3, "parts.a.kind", "did you mean 'plain'?"),
    ("broken kind", "parts:\n  a:\n    kind: broken\n    start: x\n", 3, "parts.a.kind", "the kind broken cannot be loaded (ImportError: no module inside)"),
    ("broken kind of a field", "parts:\n  a:\n    start: x\n    fields:\n      y: {kind: broken}\n", 5, "parts.a.fields.y.kind", "cannot be loaded"),
    ("kind of another type", "parts:\n  a:\n    kind: [plain]\n", 3, "parts.a.kind", "expected text, found a list"),
    ("misspelt key", "parts:\n  a:\n    kind: plain\n    anwser: x\n", 4, "parts.a.anwser", "did you mean 'answer'?"),
    ("misspelt option", "parts:\n  a:\n    kind: plain\n    growin: [t]\n", 4, "parts.a.growin", "unknown key 'growin' in a part of kind plain; did you mean 'growing'?"),
    ("option of another kind", "parts:\n  a:\n    kind: prose\n    growing: [t]\n", 4, "parts.a.growing", "unknown key 'growing' in a part of kind prose"),
    ("missing option", "parts:\n  a:\n    kind: needy\n", 2, "parts.a.game", "missing; expected a mapping from names to text (who moves which variable)"),
    ("answer is a mapping", "parts:\n  a:\n    kind: plain\n    answer: {1, 2}\n", 4, "parts.a.answer", "expected text, found a mapping; put quotes around"),
    ("ask is a list", "parts:\n  a:\n    kind: plain\n    ask: [x]\n", 4, "parts.a.ask", "expected text, found a list; put quotes"),
    ("points in words", "parts:\n  a:\n    kind: plain\n    points: two\n", 4, "parts.a.points", "expected an exact number such as 2, 0.5 or 3/2, found 'two'"),
    ("points as power", "parts:\n  a:\n    kind: plain\n    points: 1e3\n", 4, "parts.a.points", "exact number"),
    ("points negative", "parts:\n  a:\n    kind: plain\n    points: -1\n", 4, "parts.a.points", "expected points from 0 on, found '-1'"),
    ("points over zero", "parts:\n  a:\n    kind: plain\n    points: 1/0\n", 4, "parts.a.points", "denominator is 0"),
    ("points without end", f"parts:\n  a:\n    kind: plain\n    points: {'9' * 5000}\n", 4, "parts.a.points", "at most 30 digits"),
    ("agrees", "parts:\n  a:\n    kind: plain\n    agrees: perhaps\n", 4, "parts.a.agrees", "expected one of credit, person, found 'perhaps'"),
    ("whole number", "parts:\n  a:\n    kind: plain\n    steps: 1.5\n", 4, "parts.a.steps", "expected a whole number, found '1.5'"),
    ("flag", "parts:\n  a:\n    kind: plain\n    strict: maybe\n", 4, "parts.a.strict", "expected yes or no, found 'maybe'"),
    ("choice", "parts:\n  a:\n    kind: plain\n    relation: Thetta\n", 4, "parts.a.relation", "expected one of Theta, O, found 'Thetta'; did you mean 'Theta'?"),
    ("optional number", "parts:\n  a:\n    kind: plain\n    size: big\n", 4, "parts.a.size", "exact number"),
    ("mapping expected", "parts:\n  a:\n    kind: plain\n    start: p = 1\n", 4, "parts.a.start", "expected a mapping from names to text, found 'p = 1'"),
    ("deep in a list", "parts:\n  a:\n    kind: plain\n    moves:\n      - {who: p}\n      - {who: q, bye: 1}\n", 6, "parts.a.moves[1].bye", "did you mean 'by'?"),
    ("missing in a list", "parts:\n  a:\n    kind: plain\n    moves:\n      - {who: p}\n      - {by: 1}\n", 6, "parts.a.moves[1].who", "missing; expected text"),
    ("option's domain", "parts:\n  a:\n    kind: plain\n    where: integral\n", 4, "parts.a.where", "'integral' is no word for a domain"),
    ("symbol's domain", "symbols:\n  p: reel\nparts: {a: {kind: plain}}\n", 2, "symbols.p", "'reel' is no word for a domain; expected one of"),
    ("symbol's domain over zero", "symbols:\n  p: '> 1/0'\nparts: {a: {kind: plain}}\n", 2, "symbols.p", ""),
    ("symbol's key", "symbols:\n  p: {domain: real, word: [x]}\nparts: {a: {kind: plain}}\n", 2, "symbols.p.word", "did you mean 'words'?"),
    ("symbol's name", "symbols:\n  'p q': real\nparts: {a: {kind: plain}}\n", 2, "symbols.p q", "without blanks"),
    ("spelling twice", "symbols:\n  p: {spellings: [P]}\n  q: {spellings: [P]}\nparts: {a: {kind: plain}}\n", 3, "symbols.q.spellings", "already stands for p"),
    ("spelling is a symbol", "symbols:\n  p: real\n  q: {spellings: [p]}\nparts: {a: {kind: plain}}\n", 3, "symbols.q.spellings", "already stands for p"),
    ("symbols as list", "parts:\n  a:\n    kind: plain\n    symbols: [p, q]\n", 4, "parts.a.symbols", "expected a mapping from symbols to domains ({x: real, n: integer > 0}), found a list"),
    ("test without answer", "parts:\n  a:\n    kind: plain\n    tests:\n      - {points: 1}\n", 5, "parts.a.tests[0].answer", "missing; expected the answer to be tried"),
    ("test that expects nothing", "parts:\n  a:\n    kind: plain\n    tests:\n      - {answer: x}\n", 5, "parts.a.tests[0]", "nothing is expected"),
    ("test of too many points", "parts:\n  a:\n    kind: plain\n    tests:\n      - {answer: x, points: 2}\n", 5, "parts.a.tests[0].points", "from 0 to the part's 1, found '2'"),
    ("test of unknown status", "parts:\n  a:\n    kind: plain\n    tests:\n      - {answer: x, status: proven}\n", 5, "parts.a.tests[0].status", "did you mean 'proved'?"),
    ("test's key", "parts:\n  a:\n    kind: plain\n    tests:\n      - {answer: x, human: yes}\n", 5, "parts.a.tests[0].human", "unknown key 'human' in a test; did you mean 'needs_human'?"),
    ("wrong without answer", "parts:\n  a:\n    kind: plain\n    wrong:\n      - {feedback: x}\n", 5, "parts.a.wrong[0]", "either the key 'answer' or the key 'pattern'"),
    ("wrong with both", "parts:\n  a:\n    kind: plain\n    wrong:\n      - {answer: x, pattern: y}\n", 5, "parts.a.wrong[0]", "either the key 'answer' or the key 'pattern'"),
    ("wrong's points", "parts:\n  a:\n    kind: plain\n    wrong:\n      - {answer: x, points: 3/2}\n", 5, "parts.a.wrong[0].points", "from 0 to the part's 1"),
    ("accept without answer", "parts:\n  a:\n    kind: plain\n    accept:\n      - {convention: x}\n", 5, "parts.a.accept[0].answer", "missing"),
    ("accept with points", "parts:\n  a:\n    kind: plain\n    accept:\n      - {answer: x, points: 1}\n", 5, "parts.a.accept[0].points", "unknown key 'points' in an accepted answer"),
    ("rubric without points", "parts:\n  a:\n    kind: prose\n    rubric:\n      - {text: x}\n", 5, "parts.a.rubric[0].points", "missing; expected what it is worth"),
    ("rubric too heavy", "parts:\n  a:\n    kind: prose\n    rubric:\n      - {text: x, points: 1}\n      - {text: y, points: 1/2}\n", 4, "parts.a.rubric", "add up to 3/2; expected at most the 1 points"),
    ("labels empty", "parts:\n  a:\n    kind: plain\n    labels: []\n", 4, "parts.a.labels", "expected labels such as"),
    ("label blank", "parts:\n  a:\n    kind: plain\n    labels: [[x, ' ']]\n", 4, "parts.a.labels", "none of them empty"),
    ("labels without number", "labels: [" + ", ".join(f"l{k}" for k in range(201)) + "]\nparts:\n  a:\n    kind: plain\n", 3, "parts.a.labels", "201 label paths"),
    ("fields of fields", "parts:\n  a:\n    kind: plain\n    fields:\n      x:\n        fields: {y: {answer: z}}\n", 6, "parts.a.fields.x.fields", "cannot have fields"),
    ("no fields", "parts:\n  a:\n    kind: plain\n    fields: {}\n", 4, "parts.a.fields", "no fields"),
    ("shares too large", "parts:\n  a:\n    kind: plain\n    points: 2\n    fields: {x: {points: 2}, y: {answer: z}}\n", 4, "parts.a.points", "expected the two to fit"),
    ("shares too small", "parts:\n  a:\n    kind: plain\n    points: 2\n    fields: {x: {points: 1}}\n", 4, "parts.a.points", "expected the two to fit"),
    ("shared key of no field's kind", "parts:\n  a:\n    growin: [t]\n    fields:\n      x: {kind: plain}\n", 3, "parts.a.growin", "did you mean 'growing'?"),
    ("kind's check", "parts:\n  a:\n    kind: plain\n    points: 2\n    answer: banana\n", 5, "parts.a.answer", "a banana is no reference; expected a formula"),
    ("kind's check in a list", "parts:\n  a:\n    kind: plain\n    wrong:\n      - {answer: x}\n      - {answer: banana}\n", 6, "parts.a.wrong[1].answer", "no bananas"),
    ("kind's check in a mapping", "parts:\n  a:\n    kind: plain\n    start:\n      y: 1\n      x: banana\n", 6, "parts.a.start.x", "no banana at the start"),
    ("kind's check in a field", "parts:\n  a:\n    kind: plain\n    fields:\n      x:\n        answer: banana\n", 6, "parts.a.fields.x.answer", "a banana"),
    ("kind's check breaks", "parts:\n  a:\n    kind: plain\n    answer: crash\n", 2, "parts.a", "the kind plain failed on this part (RuntimeError: deep inside)"),
    # YAML
    ("key twice", "problem: x\nparts:\n  a:\n    kind: plain\n    answer: x\n    answer: y\n", 6, "parts.a.answer", "given before, in line 5"),
    ("part twice", "parts:\n  a: {kind: plain}\n  a: {kind: plain}\n", 3, "parts.a", "given before, in line 2"),
    ("tab", "parts:\n\ta: {kind: plain}\n", 2, "", "a tab is used for indentation; expected spaces"),
    ("indentation", "parts:\n  a:\n    kind: plain\n   points: 2\n", 4, "", "expected the same indentation"),
    ("colon in text", "parts:\n  a:\n    kind: plain\n    ask: Why: tell\n", 4, "", "put quotes around text that contains ': '"),
    ("open bracket", "parts:\n  a:\n    kind: plain\n    growing: [t, n\n    answer: x\n", 5, "", "put quotes around text"),
    ("open quote", "parts:\n  a:\n    kind: plain\n    answer: 'x\n", 4, "", "a quote is opened here and not closed"),
    ("open bracket", "parts:\n  a:\n    kind: plain\n    tests: [{answer: x}\n", 4, "", "a bracket is opened here and not closed"),
    ("alias", "parts:\n  a: &x {kind: plain}\n  b: *x\n", 2, "", "anchors are not used here"),
    ("alias alone", "parts:\n  a: {kind: plain, answer: *x}\n", 2, "", "aliases are not used here; put quotes around text that begins with '*'"),
    ("tag", "parts:\n  a: !!python/object/apply:os.system [ls]\n", 2, "", "tags are not used here"),
    ("tag on text", "parts:\n  a: {kind: plain, answer: !important x}\n", 2, "", "tags are not used here; put quotes around text that begins with '!'"),
    ("merge key", "parts:\n  a: {kind: plain, <<: {answer: x}}\n", 2, "parts.a.<<", "unknown key '<<'"),
    ("block indicator", "parts:\n  a:\n    kind: plain\n    answer: > 2\n", 4, "", "begins with '>' or '|'"),
    ("second document", "parts: {a: {kind: plain}}\n---\nx: y\n", 2, "", "a second document begins"),
    ("list as key", "parts:\n  [a]: {kind: plain}\n", 2, "parts", "expected a word as key"),
    ("eaten LaTeX", 'parts:\n  a:\n    kind: plain\n    answer: "\\theta + \\\\beta"\n', 4, "parts.a.answer", "reads \\theta as an escape and not as LaTeX; use single quotes"),
    ("eaten fraction", 'parts:\n  a:\n    kind: plain\n    answer: "x\n\n      \\frac{1}{2}"\n', 6, "parts.a.answer", "\\frac"),
    ("unknown escape", 'parts:\n  a:\n    kind: plain\n    answer: "\\gamma"\n', 4, "", "use single quotes instead"),
    ("escape of no character", 'parts: {a: {kind: plain, answer: "\\UFFFFFFFF"}}\n', 0, "", "names no character"),
    ("percent", "parts:\n  a: {kind: plain, answer: %x}\n", 2, "", "put quotes around text that begins with one of % @ `"),
    ("control character", "parts:\n  a: {kind: plain, answer: '\x07'}\n", 2, "", "U+0007"),
    ("deep", "parts:\n  a: {kind: plain, start: " + "[" * 500 + "]" * 500 + "}\n", 2, "", "nested deeper than"),
    ("many", "x: [" + "a," * 120_000 + "]\n", 1, "", "more than 100000 entries"),
]


@pytest.mark.parametrize("text, line, key, said", [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES])
def test_mistakes_name_file_line_key_and_what_was_expected(tmp_path, text, line, key, said):
    path = tmp_path / "p.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        load_problem(path)
    error = caught.value
    assert (error.file, error.line, error.key) == (path.as_posix(), line, key), str(error)
    assert said in error.message
    assert str(error).startswith(f"{path.as_posix()}:{line}" if line else path.as_posix())


@pytest.mark.parametrize("typed, meant", [
    (r'"$k_j^\\top q \\gg 0$ \\neq \\theta"', r"$k_j^\top q \gg 0$ \neq \theta"), (r'"t = 1\nu = 2"', "t = 1\nu = 2"), (r'"a\tb\n"', "a\tb\n"), (r'"\x07\u202e\_"', "\x07\u202e\xa0"),
    (r"'\theta \nu \frac{1}{2}'", r"\theta \nu \frac{1}{2}"), (r"\theta \nu \frac{1}{2}", r"\theta \nu \frac{1}{2}"),
])
def test_escapes_that_are_meant(tmp_path, typed, meant):
    assert load(tmp_path, f"parts: {{a: {{kind: prose, ask: x}}, b: {{kind: plain, answer:\n    {typed}}}}}" if "{" not in typed
                else f"parts:\n  b:\n    kind: plain\n    answer: {typed}\n").part("b").answer == meant


@pytest.mark.parametrize("typed", [r'"x \neq y"', r'"\nu"', r'"\tau"', r'"$\rho$"', r'"\alpha"', r'"\\\beta"', r'"2\Lambda"', r'"\varphi"', r'"\epsilon"', r'"(\text{so})"'])
def test_escapes_that_eat_latex(tmp_path, typed):
    with pytest.raises(SpecError, match="use single quotes"):
        load(tmp_path, f"parts:\n  a:\n    kind: plain\n    answer: {typed}\n")


def test_bytes_that_are_no_text(tmp_path):
    path = tmp_path / "p.yaml"
    path.write_bytes(b"problem: x\ntitle: caf\xe9\n")
    with pytest.raises(SpecError, match="UTF-8") as caught:
        load_problem(path)
    assert caught.value.line == 2
    path.write_bytes(b"a" * 2_000_000)
    with pytest.raises(SpecError, match="bytes"):
        load_problem(path)


def test_all_mistakes_of_a_file_are_found_at_once_and_each_once(tmp_path):
    problem, errors = read_problem(write(tmp_path, """\
        titel: x
        parts:
          a: {kind: plain, points: x, steps: y, tests: [{answer: z}, {points: 1}]}
          b: {kind: nothing}
          c:
            kind: plain
            relation: wrong
            fields: {x: {answer: '1'}, y: {answer: '2'}}
        """))
    assert problem is None
    assert [e.key for e in errors] == ["titel", "parts.a.points", "parts.b.kind", "parts.c.relation"]
    problem, errors = read_problem(write(tmp_path, "parts:\n  a: {kind: plain, steps: y, tests: [{answer: z}, {points: 1}]}\n"))
    assert [e.key for e in errors] == ["parts.a.tests[0]", "parts.a.tests[1].answer", "parts.a.steps"]


def test_folders(tmp_path):
    assert "no such folder" in str(load_problems(tmp_path / "none")[1][0])
    assert "no problem files" in str(load_problems(tmp_path)[1][0])
    write(tmp_path, SHORT, "b.yaml")
    write(tmp_path, "problem: b\n" + textwrap.dedent(SHORT), "c.yml")
    write(tmp_path, "parts: {a: {kind: plain, anwser: x}}", "a.yaml")
    write(tmp_path, SHORT, ".hidden.yaml")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "notes.txt").write_text("x")
    problems, errors = load_problems(tmp_path)
    assert [p.id for p in problems] == ["b"]
    assert [(Path(e.file).name, e.key) for e in errors] == [("a.yaml", "parts.a.anwser"), ("c.yml", "problem"), ("folder.yaml", "")]
    assert "is taken by" in str(errors[1]) and "b.yaml:1" in str(errors[1])


# -------------------------------------------------------------------------------------------------------------- digest


def digest_of(tmp_path, text):
    return load(tmp_path, text, "same.yaml").digest


def test_the_digest_is_of_the_meaning(tmp_path):
    flow = digest_of(tmp_path, "symbols: {p: real, q: real}\nparts: {a: {kind: plain, answer: x, points: 2, start: {p: 1, q: 2}}}")
    block = digest_of(tmp_path, """\
        # a comment
        symbols:
          q: {domain: real}
          p: real

        parts:
          a:
            points: 4/2
            start: {q: '2', p: "1"}
            answer: 'x'
            strict: no      # the default
            kind: plain
        """)
    assert flow == block and len(flow) == 32
    for change in ("answer: y, points: 2", "answer: x, points: 3", "answer: x, points: 2, strict: yes", "answer: x, points: 2, ask: why"):
        assert digest_of(tmp_path, f"symbols: {{p: real, q: real}}\nparts: {{a: {{kind: plain, {change}, start: {{p: 1, q: 2}}}}}}") != flow


# ---------------------------------------------------------------------------------------------------------- the kinds


def test_yaml_can_be_given_for_every_option_of_every_kind():
    """Each annotation converts something or refuses it as an author's mistake; none is beyond the schema."""
    from grader.intake.strict_yaml import Items, Keys, Text

    typed = Typed("x.yaml")
    for name in _kind.names():
        for key, annotation in field_types(_kind.load(name).Options).items():
            for node in (Text("x", 1, key), Items((Text("x", 1, key),), 1, key), Keys({"x": Text("x", 1, key)}, 1, key)):
                try:
                    typed.convert(node, annotation)
                except SpecError:
                    pass


def test_an_annotation_beyond_the_schema_is_the_kinds_fault():
    from grader.intake.strict_yaml import Text

    with pytest.raises(SchemaError):
        Typed("x.yaml").convert(Text("x", 1, "key"), set)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="abkind: plaiswer[]{}'\"\\\n\t-#&*!|>%@,.0123parts", max_size=120))
def test_no_file_makes_anything_but_a_problem_or_mistakes(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    path.write_text("parts:\n  a:\n    kind: plain\n    " + text, encoding="utf-8")
    problem, errors = read_problem(path)
    assert (problem is None) == bool(errors)
    assert all(isinstance(e, SpecError) and e.file for e in errors)
