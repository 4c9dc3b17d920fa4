"""Every row of tests/answers/KIND.yaml through the whole of reading, deciding and marking."""

import dataclasses
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from grader import answers
from grader.answers._document import HEADINGS, document
from grader.intake.spec import load_problem
from grader.model import Answer, Provenance, Read
from grader.run.one import grade_answer

TABLES = Path(__file__).parent / "answers"


def blocks(kind):
    table = yaml.load((TABLES / f"{kind}.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    yield table["part"], table.get("rows", [])
    for block in table.get("more", []):
        yield block["part"], block.get("rows", [])


def rows():
    for path in sorted(TABLES.glob("*.yaml")):
        for b, (_, block) in enumerate(blocks(path.stem)):
            for k, row in enumerate(block):
                yield pytest.param(path.stem, b, k, id=f"{path.stem}-{b}-{k}-{row['answer'][:40]}", marks=[
                    pytest.mark.xfail(reason=row["known_wrong"], strict=True)] if row.get("known_wrong") else [])


_loaded = {}


def problem(kind, b, folder):
    if (kind, b) not in _loaded:
        part = dict(list(blocks(kind))[b][0])
        part.setdefault("kind", kind)
        path = folder / f"{kind}-{b}.yaml"
        path.write_text(yaml.dump({"problem": f"{kind}-{b}", "title": "table", "parts": {"row": part}}, default_style='"', allow_unicode=True), encoding="utf-8")
        _loaded[kind, b] = load_problem(path)
    return _loaded[kind, b]


@pytest.mark.parametrize("kind, b, k", list(rows()))
def test_row(kind, b, k, tmp_path):
    row = list(blocks(kind))[b][1][k]
    loaded = problem(kind, b, tmp_path)
    part = loaded.parts[0]
    answer = Answer(f"{loaded.id}/{part.id}", row["answer"], Provenance(ocr=row.get("ocr", "") in ("yes", "true")))
    report = grade_answer(loaded, part, answer)
    said = "; ".join(a.text for a in report.mark.awards) + f" [{', '.join(report.mark.tags)}] " + "; ".join(
        f"{v.claim.label}: {v.status} {v.finding.words}" for v in report.verdicts)
    if "reading" in row:
        read = str(report.reading.term) if isinstance(report.reading, Read) else "unread"
        assert read == row["reading"], said
    if "status" in row:
        assert report.mark.status == row["status"], said
    if "points" in row:
        assert report.mark.points == Fraction(row["points"]), said
    if "tag" in row:
        assert row["tag"] in report.mark.tags, said
    if "human" in row:
        assert report.mark.needs_human == (row["human"] in ("true", "yes")), said
    if row.get("feedback"):
        assert row["feedback"] in said


@pytest.mark.parametrize("name", answers.names())
def test_every_kind_has_a_table_and_says_what_it_does(name):
    assert (TABLES / f"{name}.yaml").exists()
    kind = answers.load(name)
    for heading in HEADINGS:
        assert heading in kind.doc, f"{name}: no heading {heading!r}"
    for field in dataclasses.fields(kind.Options):
        assert field.metadata.get("help"), f"{name}.{field.name} has no help"
    assert name in document(kind)
    assert getattr(kind.module, "TAGS", {}), f"{name} documents no tags"


@pytest.mark.parametrize("name", answers.names())
def test_every_option_occurs_in_some_row(name):
    options = {f.name for f in dataclasses.fields(answers.load(name).Options)}
    used = {key for part, _ in blocks(name) for key in part}
    assert options <= used, f"not shown in any row: {sorted(options - used)}"


@pytest.mark.parametrize("name", answers.names())
def test_every_table_has_an_unread_row(name):
    assert any(row.get("status") == "unread" for _, block in blocks(name) for row in block)


