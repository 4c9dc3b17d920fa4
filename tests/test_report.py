"""Records and the pages made from them: everything is shown, nothing runs, nothing leaks, and the bytes repeat."""

import base64
import dataclasses
import hashlib
import json
import re
import xml.etree.ElementTree as ET
from fractions import Fraction as Q
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings, strategies as st
from markdown_it import MarkdownIt

import report_samples
from report_samples import CANARY, HOSTILE
from grader import kernel
from grader import term as T
from grader.encoding import decode
from grader.model import Answer, Award, Claim, Equal, Evidence, Finding, Mark, Note, PartReport, Provenance, Read, Status, Unread
from grader.report import write_report
from grader.report.class_view import Counts, class_page, columns_of, summary_of
from grader.report.markdown import code, fenced, plain
from grader.report.record import learner_view, read_records, shown_evidence, to_line, to_record
from grader.report.view import learner_page, outline
from grader.report.visible import pieces, visible
from grader.run.audit import audit_records

HTML_TAGS = frozenset("html head meta title style body a header main aside nav section article footer h1 h2 h3 h4 p details summary ul ol li dl dt dd div span strong small "
                      "em code pre figure figcaption table thead tbody tr th td svg rect bdi".split())
MATH_TAGS = frozenset("math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mtable mtr mtd".split())


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    report_samples.main(folder)
    return folder


@pytest.fixture(scope="module")
def pages(out):
    return {path.relative_to(out).as_posix(): ET.fromstring(path.read_text(encoding="utf-8").removeprefix("<!doctype html>")) for path in sorted(out.rglob("*.html"))}


def text_of(node):
    return "".join(node.itertext())


def words_of(node):
    return " ".join(" ".join(node.itertext()).split())


def local(node):
    return node.tag.rsplit("}", 1)[-1]


# ------------------------------------------------------------------------------------------------------------- records


def report_of(text="n <= t", **changed):
    claim = Claim(Equal(T.symbol("x"), T.symbol("secret")), label="same")
    verdict = kernel.give_up(claim, [("balls", "no sample point\x00 was found")])
    made = dict(learner="s001", problem="p", part="a", answer=Answer("p/a", text, Provenance("/home/someone/papers/s001.md", 7, "markdown", True), (Note("n", T.Span(0, 1), "repair", "c"),)),
                reading=Read(T.relation("<=", T.symbol("n"), T.symbol("t")), (Note("read so", T.Span(2, 4)),), (T.symbol("z"),)),
                verdicts=(verdict,), mark=Mark((Award("add", Q(1, 2), "k.tag", "Half.", "same"), Award("none", Q(0), "k.tag")), Q(1, 2), Q(2), True, "undecided"),
                spec="d" * 32, version="0")
    return PartReport(**{**made, **changed})


def test_a_record_has_the_public_keys_and_plain_values():
    record = to_record(report_of())
    for key in ("learner", "problem", "part", "answer", "reading", "status", "points", "out_of", "needs_human", "tags", "feedback", "evidence", "spec", "version"):
        assert key in record
    assert (record["points"], record["out_of"], record["needs_human"], record["tags"], record["feedback"]) == ("1/2", "2", True, ["k.tag"], "Half.")
    assert record["source"] == {"file": "s001.md", "line": 7, "format": "markdown", "ocr": True, "notes": [{"text": "n", "span": [0, 1], "severity": "repair", "code": "c"}]}
    assert record["reading"]["text"] == "n <= t" and T.from_data(record["reading"]["term"]) == T.relation("<=", T.symbol("n"), T.symbol("t"))
    assert json.loads(to_line(record)) == record


def test_evidence_in_a_record_replays():
    record = json.loads(to_line(to_record(report_of())))
    (entry,) = record["evidence"]
    verdict = kernel.settle(decode(entry["claim"]), Evidence(entry["method"], entry["data"]))
    assert verdict.status == entry["status"] == "undecided" and verdict.finding.words == tuple(entry["words"])
    audit = audit_records([to_line(record)])
    assert not audit.refused and audit.records == 1 and audit.gaps == {"balls": 1}


def test_an_unread_record():
    record = to_record(report_of(reading=Unread("no formula", T.Span(0, 3), "Write one.", proposed=T.symbol("x"))))
    assert record["reading"] == {"text": "", "state": "unread", "term": None, "proposed": False, "notes": [], "alternatives": [], "nearest": {"text": "x", "term": ["symbol", "x"]},
                                 "reason": "no formula", "hint": "Write one.", "span": [0, 3]}
    assert to_record(report_of(reading=Unread("empty", blank=True)))["reading"]["state"] == "blank"


@given(st.text(alphabet=st.characters(codec=None)))
def test_every_character_of_an_answer_survives(text):
    line = to_line({"answer": text})
    assert line.isascii() and "\n" not in line and json.loads(line)["answer"] == text


def test_what_is_no_json_is_refused():
    class Forged:
        claim, finding, evidence, status = Claim(Equal(T.number(1), T.number(1))), Finding(Status.PROVED), SimpleNamespace(method="point", data={"at": Q(1)}), Status.PROVED

    with pytest.raises(TypeError, match="no JSON value"):
        to_record(report_of(verdicts=(Forged,)))
    with pytest.raises(ValueError):
        to_line({"x": float("nan")})


def test_records_are_read_back_and_a_bad_line_is_named(tmp_path):
    path = tmp_path / "records.jsonl"
    path.write_text("".join(to_line(r) + "\n" for r in report_samples.records()), encoding="utf-8")
    assert read_records(path) == report_samples.records()
    for bad in ("{", "[]", '{"learner": 1}'):
        path.write_text('\n' + bad + "\n", encoding="utf-8")
        with pytest.raises(ValueError, match=r"records.jsonl:2: not a record"):
            read_records(path)


# ---------------------------------------------------------------------------------------------- what a learner may see


def entry(label, status, words=("because",), method="point"):
    return report_samples.evidence(label, status, words, method)


@pytest.mark.parametrize("status, awards, entries, shown", [
    ("proved", ["same"], [entry("same", "proved"), entry("wrong 0", "refuted")], ["same"]),
    ("proved", [""], [entry("same", "proved"), entry("other", "proved"), entry("third", "refuted")], ["same", "other"]),
    ("proved", ["accept 0"], [entry("same", "refuted"), entry("accept 0", "proved"), entry("accept 1", "refuted")], ["accept 0"]),
    ("refuted", ["wrong 0"], [entry("same", "refuted"), entry("wrong 0", "proved")], ["same"]),
    ("refuted", ["only if"], [entry("if", "refuted"), entry("only if", "proved")], ["if", "only if"]),
    ("refuted", ["same"], [entry("same", "refuted"), entry("accept 0", "refuted")], ["same"]),
    ("refuted", ["step 3"], [entry("step 2", "proved"), entry("step 3", "refuted"), entry("goal", "proved")], ["step 2", "step 3"]),
    ("proved", ["stays"], [entry("stays", "proved"), entry("complete", "proved"), entry("wrong 0", "refuted")], ["stays", "complete"]),
    ("refuted", ["pattern swapped"], [entry("q 1", "refuted"), entry("q 2", "proved"), entry("pattern swapped", "proved")], ["q 1"]),
    ("refuted", ["", "p"], [entry("q", "proved"), entry("p", "refuted"), entry("swapped: q", "proved"), entry("swapped: p", "refuted")], ["p"]),
    ("refuted", ["q 5"], [entry("q 4", "proved"), entry("q 5", "refuted"), entry("q 6", "proved")], ["q 5"]),
    ("undecided", ["p 2"], [entry("p 1", "proved"), entry("p 2", "refuted")], ["p 2"]),
    ("undecided", [""], [entry("same", "undecided", method="gap")], []),
    ("undecided", ["same"], [entry("same", "undecided", method="gap")], []),
    ("proved", ["1 to 2"], [entry("1 to 1", "refuted"), entry("1 to 2", "proved")], ["1 to 2"]),
])
def test_the_verdicts_that_explain_a_mark(status, awards, entries, shown):
    record = {"status": status, "awards": [{"claim": a} for a in awards], "evidence": entries, "points": "1", "out_of": "1" if status == "proved" else "2"}
    assert [e["label"] for e in shown_evidence(record)] == shown


@pytest.mark.parametrize("text, words, said", [
    ("Step 1: from your q_0 = 1 the rule does not give q_1 = 0.", "From q = 1 the rule for q does not give 0.", True), ("The unit is not right.", "It comes to 25/18, which is not it.", False),
    ("“b” does not belong.", "“b” was chosen and does not belong.", True), ("", "“b” was chosen and does not belong.", False)])
def test_what_an_award_says_of_a_refutation_is_not_said_twice(text, words, said):
    record = {"status": "refuted", "awards": [{"claim": "q 1", "text": text}], "evidence": [entry("q 1", "refuted", [words]), entry("q 2", "refuted", ["Another."])], "points": "0", "out_of": "1"}
    assert [e["label"] for e in shown_evidence(record)] == ([] if said else ["q 1"])


def test_a_learner_sees_words_and_no_labels_that_name_something():
    record = {"status": "refuted", "awards": [{"claim": "feed-forward"}, {"claim": "layer norm"}, {"claim": "step 2"}, {"claim": "silent"}],
              "evidence": [entry("feed-forward", "refuted", ["Something is missing."]), entry("layer norm", "refuted", ["Something is missing."]),
                           entry("step 2", "refuted", ["No."]), entry("step 3", "refuted", ["No."]), entry("silent", "refuted", [])]}
    accepted = {"status": "proved", "awards": [{"claim": "accept 0"}], "evidence": [entry("accept 0", "proved", ["Both grow alike."])]}
    assert [e["label"] for e in learner_view(accepted)["evidence"]] == [""]
    assert "feed-forward" not in json.dumps(learner_view(record))
    view = learner_view(record)["evidence"]
    assert [(e["label"], e["words"]) for e in view] == [("", ["Something is missing."]), ("step 2, step 3", ["No."])]
    assert CANARY not in json.dumps(view) and set(view[0]) == {"label", "status", "facts", "oracles", "words"}


def test_no_page_of_a_learner_shows_the_reference(out):
    assert CANARY in (out / "records.jsonl").read_text(encoding="utf-8")
    assert CANARY in (out / "index.html").read_text(encoding="utf-8")  # why a procedure stopped is shown to the teacher
    for path in (out / "learners").iterdir():
        assert CANARY not in path.read_text(encoding="utf-8"), path
    assert CANARY not in json.dumps(outline(report_samples.problems()))


def test_a_blank_answer_shows_no_rubric(out):
    for ending in ("md", "html"):
        assert "An RNN must wait" not in (out / "learners" / f"s003.{ending}").read_text(encoding="utf-8").replace("an RNN", "An RNN")


# --------------------------------------------------------------------------------------------------------------- pages


def test_pages_hold_nothing_that_runs_or_fetches(pages):
    assert len(pages) == 8
    for name, page in pages.items():
        for node in page.iter():
            tag = local(node)
            assert tag in HTML_TAGS | MATH_TAGS, (name, tag)
            for attribute, value in node.attrib.items():
                assert not attribute.startswith("on") and attribute not in ("style", "src", "srcset", "action", "formaction"), (name, attribute)
                if attribute == "href":
                    assert re.fullmatch(r"#[\w.-]+|(learners/)?[\w-]+\.(html|csv|jsonl)(#[\w.-]+)?|", value), (name, value)


def test_the_policy_permits_the_style_sheet_alone(pages):
    for page in pages.values():
        (style,) = page.findall("./head/style")
        digest = base64.b64encode(hashlib.sha256(style.text.encode()).digest()).decode()
        (policy,) = [m.get("content") for m in page.findall("./head/meta") if m.get("http-equiv")]
        assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
        assert "url(" not in style.text and "@import" not in style.text and "<" not in style.text and "&" not in style.text


def test_pages_are_well_built(pages):
    for name, page in pages.items():
        assert page.get("lang") == "en" and len(page.findall(".//main")) == 1 and len(page.findall(".//h1")) == 1, name
        assert page.find("./head/title").text.strip() and page.find("./body/a").get("href") == "#main"
        ids = [node.get("id") for node in page.iter() if node.get("id")]
        assert len(ids) == len(set(ids)), name
        for node in page.iter():
            if node.get("aria-labelledby"):
                assert node.get("aria-labelledby") in ids
            if local(node) == "th":
                assert node.get("scope") in ("col", "row", "colgroup", "rowgroup")
            if local(node) == "svg":
                assert node.get("role") == "img" and node.get("aria-label")
        levels = [int(local(node)[1]) for node in page.iter() if re.fullmatch(r"h\d", local(node))]
        assert all(b <= a + 1 for a, b in zip(levels, levels[1:])), (name, levels)


def test_links_lead_somewhere(pages, out):
    for name, page in pages.items():
        for link in page.iter("a"):
            file, _, part = link.get("href").partition("#")
            target = (Path(name).parent / file).as_posix() if file else name
            assert (out / target).exists(), link.get("href")
            if part:
                assert part in {node.get("id") for node in pages[target].iter()}, (name, link.get("href"))


def test_what_was_typed_is_shown_character_for_character(pages):
    page = pages["learners/s001.html"]
    blocks = [text_of(pre).replace("U+", "⟨U+") for pre in page.iter("pre")]
    wanted = "".join(f"⟨{p.text}" if p.name else p.text for p in pieces(HOSTILE))
    assert wanted in blocks and any(wanted in block and "mathcal{Z}" in block for block in blocks)
    titles = {node.get("title") for node in page.iter("span") if node.get("class") == "hidden-character"}
    assert {"RIGHT-TO-LEFT OVERRIDE", "ZERO WIDTH SPACE", "NULL", "LONE SURROGATE", "LINE SEPARATOR", "COMBINING ACUTE ACCENT"} <= titles


def test_verdicts_are_words_and_symbols(pages):
    text = words_of(pages["learners/s001.html"].find("./body/main"))
    for word in ("✎ Could not be read", "✗ Not right", "✓ Holds as read", "◐ Partly right", "? Not decided", "– No answer", "☞"):
        assert word in text
    text = words_of(pages["learners/s002.html"])
    assert "✓ Right" in text and "≈ Agrees" in text
    cells = [cell for cell in pages["index.html"].iter("a") if (cell.get("class") or "").startswith("cell")]
    assert len(cells) == 54 and all(len(text_of(cell).split()) >= 3 for cell in cells)


def test_a_learner_reads_why(pages):
    page = pages["learners/s001.html"]
    text = words_of(page)
    for words in ("5 answers wait for a person", "1⅔ of 19½ points so far", "Along t = 1, l = 1, n = s the cost grows like s²", "The trouble is in line 1, column 1: tril", "column 8: oder",
                  "The nearest reading, which earns nothing until a person agrees", "It can also be read as", "Take t = 1, n = 1", "a step believed from z3", "+⅔ Right but for the boundary.",
                  "What could not be placed", "minimax/9z · s001.ocr.md, line 61 (read from paper by a program) · not placed: no label says what it answers", "forty-two", "the page with question 3 is missing", "s001.ocr.md, line 9 (read from paper by a program)"):
        assert words in text, words
    assert len(page.findall(".//math")) >= 6
    rubric = [ul for ul in page.iter("ul") if ul.get("class") == "rubric"]
    assert len(rubric) == 1 and len(rubric[0]) == 2


def test_the_lines_of_a_derivation_are_shown_each(pages):
    lines = pages["learners/s002.html"].findall(".//math/mtable[@class='chain']/mtr")
    assert len(lines) == 3
    text = words_of(pages["learners/s002.html"])
    assert "step 2 p(x,z) = p(x|z) p(z)" in text and "step 3 The second integral" in text


def test_a_long_text_that_answers_several_parts_is_shown_once():
    text = "a long text " * 30
    records = [report_samples.record("s001", "minimax", part, text, report_samples.reading(T.symbol("x"), "x"), "proved", "1", "1") for part in ("5a.table", "5c")]
    (problem,) = learner_page("s001", records, outline(report_samples.problems())).problems
    assert [p.same_as for p in problem.parts] == [None, ("minimax-5a.table", "5a · table")]
    short = [{**r, "answer": "short"} for r in records]
    assert [p.same_as for p in learner_page("s001", short, []).problems[0].parts] == [None, None]


def test_cells_that_hold_are_counted_and_the_others_explained():
    cells = [report_samples.evidence(f"step {k}", "refuted" if k == 3 else "proved", [f"From q = {k} the rule gives that."]) for k in range(12)]
    record = report_samples.record("s001", "p", "a", "x", report_samples.reading(T.symbol("x"), "x"), "refuted", "1", "2", awards=[("set", "1", "t", "", "step 3")], proofs=cells)
    checks = learner_page("s001", [record], []).problems[0].parts[0].checks
    assert [(c.label, c.chip.word) for c in checks] == [("step 3", "disproved"), ("", "proved")]
    assert checks[1].words == ("The others hold: " + ", ".join(f"step {k}" for k in range(12) if k != 3) + ".",)


def test_the_page_of_the_class(pages):
    page = pages["index.html"]
    text = words_of(page)
    for words in ("Papers 7", "Answers 44", "Decided 31", "Wait for a person 13", "Left blank 10", "Mean so far 9.3 of 19½, and 4.5 may be added", "problems/broken.yaml:5: parts.1a.knd", "photo.jpg: not a text",
                  "3 right, 2 partly right, 1 no answer", "5 claims in which a step is believed from z3", "2 readings that rest on a guess", "s004 : 1 passage", "1c 5 of 6",
                  "Explanations to mark 5", "s001 tril", "2 × boundary , for example: Right but for the boundary."):
        assert words in text, words
    rows = page.findall(".//table[@class='marks']/tbody/tr")
    assert len(rows) == 7 and len({len(row) for row in rows}) == 1
    widths = [sum(float(rect.get("width")) for rect in svg.iter("rect")) for svg in page.iter("svg")]
    assert len(widths) == 9 and all(abs(w - 100) < 0.1 for w in widths)


def test_each_sheet_has_its_table_and_its_mean(tmp_path):
    problems = [dataclasses.replace(p, sheet="late" if p.id == "minimax" else "") for p in report_samples.problems()]
    early = [r for r in report_samples.careful("s001") if r["problem"] != "minimax"]
    late = [r for r in report_samples.careful("s002") if r["problem"] == "minimax"]
    write_report(tmp_path, early + late + report_samples.mixed("s003"), problems=problems)
    page = ET.fromstring((tmp_path / "index.html").read_text(encoding="utf-8").removeprefix("<!doctype html>"))
    tables = page.findall(".//table[@class='marks']")
    rows = [[words_of(row).split()[0] for row in table.findall("./tbody/tr")] for table in tables]
    assert rows == [["s001", "s003"], ["s002", "s003"]]
    assert [len(table.findall("./tbody/tr")[0]) for table in tables] == [7 + 3, 2 + 3]
    text = words_of(page)
    for words in ("Main sheet 2 papers, mean so far 7.1 of 14½", "Late 2 papers, mean so far 2.5 of 5"):
        assert words in text, words
    text = (tmp_path / "index.md").read_text(encoding="utf-8")
    assert "- Mean so far, Late: 2.5 of 5, 2 papers; what waits could add 1.5." in text and "## Marks: Main sheet" in text and " of 19" not in text
    assert "Main sheet: 1⅔ of 14½ · Late: 0 of 5" in (tmp_path / "learners" / "s003.md").read_text(encoding="utf-8")
    assert "Main sheet: 1⅔ of 14½ · Late: 0 of 5" in (tmp_path / "learners" / "s003.html").read_text(encoding="utf-8")
    assert "Main sheet" not in (tmp_path / "learners" / "s001.md").read_text(encoding="utf-8")
    assert (tmp_path / "grades.csv").read_text(encoding="utf-8").count("\n") == 4  # one row a learner, whatever the sheets


@given(st.lists(st.integers(0, 5), max_size=4))
def test_counts_add_up_in_any_grouping(cuts):
    def counted(own):
        made = Counts()
        for learner, records in own:
            made.add([summary_of(r) for r in records], {"minimax": "late"}, learner, learner)
        return made

    mine = [(name, make(name)) for name, make in zip("abcdef", (report_samples.mixed, report_samples.careful, report_samples.poor) * 2)]
    whole, ends, together = counted(mine), [0, *sorted(cuts), len(mine)], Counts()
    for start, end in zip(ends, ends[1:]):
        together.merge(json.loads(json.dumps(counted(mine[start:end]).to_data())))
    about, columns = outline(report_samples.problems()), columns_of([r for _, own in mine for r in own], outline(report_samples.problems()))
    assert class_page(together, about, columns, False) == class_page(whole, about, columns, False)


def test_answers_that_wait_are_listed_by_their_reason():
    def held(learner, tag, text, **about):
        return report_samples.record(learner, "p", "a", f"text of {learner}", report_samples.reading(**about), "unread" if about else "undecided", "0", "1", human=True, awards=[("set", "0", tag, text, "")])

    records = [held("s1", "prose.person", "An explanation."), held("s2", "unread", "This: `]` closes nothing.", reason="x"), held("s3", "unread", "This: `)` closes nothing.", reason="x"),
               held("s4", "limit.time", "It took too long."), held("s5", "limit.time", "It took too long."), held("s6", "reading.guess", "Confirm."), held("s7", "growth_order.several", "Two.")]
    counts = Counts()
    for record in records:
        counts.add([summary_of(record)], {}, record["learner"], record["learner"])
    (part,) = class_page(counts, [], [("p", "a")], False).queue
    assert [(w.words, w.count, w.alike) for w in part.waits] == [
        ("Explanations to mark", 1, True), ("Read on a guess: was this meant?", 1, True), ("Could not be read", 2, False), ("Stopped at a limit", 2, True), ("Not decided", 1, True)]
    assert part.mean is None  # nothing was judged


def test_no_class_and_no_answers(tmp_path):
    write_report(tmp_path / "nobody", [])
    ET.fromstring((tmp_path / "nobody" / "index.html").read_text(encoding="utf-8").removeprefix("<!doctype html>"))
    assert (tmp_path / "nobody" / "records.jsonl").read_bytes() == b""


def luminance(colour):
    parts = [int(colour[k:k + 2], 16) / 255 for k in (1, 3, 5)]
    return sum(w * (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4) for w, c in zip((0.2126, 0.7152, 0.0722), parts))


def test_every_text_stands_out_from_its_ground(pages):
    """WCAG AA: 4.5 to 1, light, dark and printed."""
    style = pages["index.html"].find("./head/style").text
    light, dark, printed = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", block)) for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL))
    for palette in (light, {**light, **dark}, {**light, **printed}):
        palette = {k: v if len(v) == 7 else "#" + "".join(c * 2 for c in v[1:]) for k, v in palette.items()}
        pairs = [(ink, ground) for ink in ("ink", "quiet", "link", "wrong", "person") for ground in ("paper", "card", "tint", "person-tint")]
        pairs += [(k, f"{k}-tint") for k in ("right", "partly", "wrong", "open", "person", "blank")] + [("blank", "paper")]
        for ink, ground in pairs:
            low, high = sorted((luminance(palette[ink]), luminance(palette[ground])))
            assert (high + 0.05) / (low + 0.05) >= 4.5, (ink, ground, palette[ink], palette[ground])


# ----------------------------------------------------------------------------------------------------------- Markdown


def test_markdown_pages_hold_no_markup_of_learners(out):
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    for path in sorted(out.rglob("*.md")):
        for token in parser.parse(path.read_text(encoding="utf-8")):
            for each in [token, *(token.children or [])]:
                assert each.type not in ("html_block", "html_inline", "image"), (path, each.content)
                if each.type == "link_open":
                    assert re.fullmatch(r"learners/[\w-]+\.md(#[\w.-]+)?", each.attrs["href"]), each.attrs
                if each.type == "heading_open":
                    assert token.tag != "h1" or token.map == [0, 1]


def test_markdown_twins_say_the_same(out):
    text = (out / "learners" / "s001.md").read_text(encoding="utf-8")
    for words in ("1⅔ of 19½ points", "☞ **5 answers wait for a person.**", "### 1a · rnn time test: ✗ Not right, 0 of 1", "Along t = 1, l = 1", "The trouble is in line 1, column 1: `tril`",
                  "## What could not be placed", "forty-two", "Mended: the superscript", "What is looked for:"):
        assert words in text, words
    text = (out / "index.md").read_text(encoding="utf-8")
    assert "13 wait for a person" in text and "| [s003](<learners/s003.md>) | ✗ 0 |" in text


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.one_of(st.sampled_from("`*_[]()<>#|~!$&:@-+=1. \n\t\\{}xw/"), st.characters(codec=None)), max_size=40))
def test_markdown_text_is_only_text(text):
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    flat = " ".join(visible(text).split())
    inline = [t for t in parser.parse(plain(text)) if t.type != "paragraph_open" and t.type != "paragraph_close"]
    assert [t.type for t in inline] == (["inline"] if flat else [])
    if flat:
        assert {c.type for c in inline[0].children} <= {"text", "text_special"} and "".join(c.content for c in inline[0].children) == flat
        (span,) = parser.parse("x " + code(text))[1].children[1:]
        assert span.type == "code_inline" and span.content == flat
    blocks = [t for t in parser.parse("\n".join(fenced(text)))]
    assert [t.type for t in blocks] == ["fence"] and blocks[0].content == visible(text) + "\n"
