"""What a page says, as plain values: records in, wording and order decided, nothing rendered yet. HTML and Markdown are skins over this.

A learner's page is made from `learner_view` of the records, so that neither a claim, nor a teacher's word, nor a gap's note can reach it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

from grader.model import Problem, Submission
from grader.report.record import Record, learner_view, source_of
from grader.report.visible import one_line, shortened
from grader.term import Term, from_data


@dataclass(frozen=True, slots=True)
class Chip:
    """A verdict for the eye: a symbol, a word, and a name for the style sheet. Never colour alone."""

    symbol: str
    word: str
    kind: str


RIGHT, PARTLY, WRONG = Chip("✓", "Right", "right"), Chip("◐", "Partly right", "partly"), Chip("✗", "Not right", "wrong")
AGREES, OPEN, UNREAD, BLANK = Chip("≈", "Agrees", "right"), Chip("?", "Not decided", "open"), Chip("✎", "Could not be read", "open"), Chip("–", "No answer", "blank")
PERSON = Chip("☞", "A person decides", "person")

DECIDED = "person.decided"
"""Tag of a record whose points a person set."""
THIN = "\u2009"
LONG = 200
"""Characters from which on a text that answers several parts is shown once."""
LINES_SHOWN = 8
"""Lines or cells that hold and are shown each with its reason."""
ONE_LINE = 120
"""Characters of a linear form that is shown beside its formula."""
_AS_READ = {"proved": Chip("✓", "Holds as read", "open"), "refuted": Chip("✗", "Fails as read", "open"), "agrees": Chip("≈", "Agrees as read", "open"),
            "undecided": OPEN, "unread": UNREAD}
_CHECKED = {"proved": Chip("✓", "proved", "right"), "refuted": Chip("✗", "disproved", "wrong"), "agrees": Chip("≈", "agrees", "right"),
            "undecided": Chip("?", "open", "open")}
_VULGAR = {"1/2": "½", "1/3": "⅓", "2/3": "⅔", "1/4": "¼", "3/4": "¾", "1/5": "⅕", "2/5": "⅖", "3/5": "⅗", "4/5": "⅘", "1/6": "⅙", "5/6": "⅚",
           "1/8": "⅛", "3/8": "⅜", "5/8": "⅝", "7/8": "⅞"}


def chip(record: Mapping[str, Any]) -> Chip:
    """The one word for an answer: what holds, seen together with what it earned."""
    if DECIDED in record.get("tags", ()):
        earned, most = exact(record["points"]), exact(record["out_of"])
        return Chip("☞", "Decided by a person", "right" if earned >= most else "partly" if earned > 0 else "wrong")
    if record["reading"]["state"] == "blank":
        return BLANK
    return _chip(record["points"], record["out_of"], record["status"], record["needs_human"])


@lru_cache(maxsize=4096)
def _chip(earned: str, most: str, status: str, waits: bool) -> Chip:
    points, out_of = exact(earned), exact(most)
    if waits:
        return PARTLY if points > 0 else _AS_READ.get(status, OPEN)
    if status in ("undecided", "unread"):
        return OPEN if status == "undecided" else UNREAD
    if points >= out_of:
        return AGREES if status == "agrees" else RIGHT
    return PARTLY if points > 0 else WRONG if status == "refuted" else Chip("◐", "Not yet what is asked", "partly")


@lru_cache(maxsize=4096)
def nice(amount: str | Fraction) -> str:
    """An exact number as people write it: "3/2" is "1½", "22/7" is "3 1⁄7"."""
    value = Fraction(amount)
    whole, rest = divmod(abs(value), 1)
    sign = "−" if value < 0 else ""
    if rest == 0:
        return f"{sign}{whole}"
    if str(rest) in _VULGAR:
        return f"{sign}{whole or ''}{_VULGAR[str(rest)]}"
    return f"{sign}{whole or ''}{THIN if whole else ''}{rest.numerator}⁄{rest.denominator}"


# -------------------------------------------------------------------------------------------------------------- inputs


def outline(problems: Iterable[Problem]) -> list[Record]:
    """What pages say of the problems: titles, sheets, what is asked, rubrics; no references. JSON values."""
    return [{"id": p.id, "title": p.title, "sheet": p.sheet, "parts": [
        {"id": part.id, "ask": part.ask, "kind": part.kind, "points": str(part.points),
         "rubric": [{"text": line.text, "points": str(line.points)} for line in part.rubric]} for part in p.parts]} for p in problems]


def paper_of(submission: Submission) -> Record:
    """What pages say of a paper beside its answers: its file, notes, and what could not be placed. JSON values."""
    notes = [{"text": n.text, "severity": n.severity} for n in submission.notes]
    unplaced = [{"part": a.part, "text": a.text, "source": source_of(a)} for a in submission.unplaced]
    return {"learner": submission.learner, "file": submission.file, "notes": notes, "unplaced": unplaced}


# -------------------------------------------------------------------------------------------------------- learner's page


@dataclass(frozen=True, slots=True)
class Formula:
    """A reading: the term where its tree is known, and its linear form."""

    text: str
    term: Term | None


@dataclass(frozen=True, slots=True)
class NoteView:
    """A remark on how a text was read; `place` says where ("line 2, column 5"), `excerpt` what stands there."""

    text: str
    severity: str
    place: str = ""
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was settled: how it came out, its label, its evidence in words, and what it rests on."""

    chip: Chip
    label: str
    words: tuple[str, ...]
    rests_on: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PartView:
    """An answer on its learner's page."""

    anchor: str
    name: str
    ask: str
    chip: Chip
    points: str
    out_of: str
    person: str
    """Why a person decides; empty where nobody has to."""
    typed: str
    left_out: int
    same_as: tuple[str, str] | None
    """Anchor and name of the part before whose text is this very text, and long: it is shown there."""
    source: str
    reading: Formula | None
    proposed: bool
    alternatives: tuple[Formula, ...]
    nearest: Formula | None
    unread: tuple[str, ...]
    """Why it could not be read and what to write instead, as far as `person` does not say so."""
    place: NoteView | None
    """Where reading stopped."""
    notes: tuple[NoteView, ...]
    checks: tuple[Check, ...]
    feedback: tuple[tuple[str, str], ...]
    rubric: tuple[tuple[str, str], ...]
    made: dict[str, Any] | None = field(default=None, compare=False, repr=False)
    """What skins have made of all but `source`, by skin; shared by parts that differ in nothing else. None where nothing is kept."""


@dataclass(frozen=True, slots=True)
class ProblemView:
    """The answers to one problem."""

    anchor: str
    title: str
    points: str
    out_of: str
    parts: tuple[PartView, ...]


@dataclass(frozen=True, slots=True)
class LearnerPage:
    """Everything a learner's page says."""

    learner: str
    file: str
    points: str
    out_of: str
    sheets: tuple[tuple[str, str, str], ...]
    """Title, points and what they are out of, of each sheet; none where there is one only."""
    problems: tuple[ProblemView, ...]
    waiting: tuple[PartView, ...]
    notes: tuple[NoteView, ...]
    unplaced: tuple[tuple[str, str, int], ...]


class Shared:
    """What answers that differ only in whose they are and where they stood have in common, for pages on the same problems."""

    MOST, LONGEST = 1_000, 20_000

    def __init__(self) -> None:
        self._views: dict[tuple[str, str, tuple[str, str] | None], PartView] = {}

    def part(self, same: str, record: Record, about: Record, ask: str, same_as: tuple[str, str] | None) -> PartView:
        """The view of a record; `same` is a text that two records share only where they differ in nothing but learner and place ("": nothing is kept)."""
        if not same or len(same) > self.LONGEST:
            return _part(learner_view(record), about, ask, same_as)
        view = self._views.get((same, ask, same_as))
        if view is None:
            if len(self._views) >= self.MOST:
                self._views.clear()
            view = self._views[same, ask, same_as] = replace(_part(learner_view(record), about, ask, same_as), made={})
        return replace(view, source=_source(record["source"]))


def learner_page(learner: str, records: Sequence[Record], problems: Sequence[Record], paper: Record | None = None, shared: Shared | None = None,
                 same: Sequence[str] = ()) -> LearnerPage:
    """The page of one learner; `problems` is an `outline`, `paper` a `paper_of`. With `shared`, `same` has for each record its text there."""
    shared = shared or Shared()
    names = {id(record): text for record, text in zip(records, same)}
    views = []
    by_sheet: dict[str, list[Record]] = {}
    for about, own in by_problem(records, problems):
        by_sheet.setdefault(about.get("sheet", ""), []).extend(own)
        asks = {p["id"]: p for p in about["parts"]}
        parts: list[PartView] = []
        ask, typed = "", {}
        for record in own:
            part = asks.get(record["part"], {"ask": "", "kind": "", "rubric": []})
            same_as = typed.get(record["answer"]) if len(record["answer"]) > LONG else None
            parts.append(shared.part(names.get(id(record), ""), record, part, "" if part["ask"] == ask else part["ask"], same_as))
            ask = part["ask"]
            typed.setdefault(record["answer"], (parts[-1].anchor, parts[-1].name))
        views.append(ProblemView(anchor(about["id"]), about["title"], nice(total(own, "points")), nice(total(own, "out_of")), tuple(parts)))
    waiting = tuple(p for v in views for p in v.parts if p.person)
    paper = paper or {"file": "", "notes": [], "unplaced": []}
    notes = tuple(NoteView(n["text"], n["severity"]) for n in paper["notes"])
    unplaced = tuple((" · ".join(filter(None, (u["part"], _source(u["source"]), *(n["text"] for n in u["source"]["notes"])))), *shortened(u["text"]))
                     for u in paper["unplaced"])
    sheets = tuple((sheet_title(name), nice(total(own, "points")), nice(total(own, "out_of"))) for name, own in by_sheet.items()) if len(by_sheet) > 1 else ()
    return LearnerPage(learner, paper["file"], nice(total(records, "points")), nice(total(records, "out_of")), sheets, tuple(views), waiting, notes, unplaced)


def sheet_title(name: str) -> str:
    """What a sheet is called where there are several."""
    return name[:1].upper() + name[1:] or "Main sheet"


def by_problem(records: Sequence[Record], problems: Sequence[Record]) -> list[tuple[Record, list[Record]]]:
    """The problems in the order of the outline, each with its records in the order of its parts; unknown ones come last, as they occur."""
    order = {p["id"]: k for k, p in enumerate(problems)}
    groups: dict[str, list[Record]] = {}
    for record in records:
        groups.setdefault(record["problem"], []).append(record)
    made = []
    for id in sorted(groups, key=lambda i: order.get(i, len(order))):
        about = problems[order[id]] if id in order else {"id": id, "title": id, "parts": []}
        places = {p["id"]: k for k, p in enumerate(about["parts"])}
        made.append((about, sorted(groups[id], key=lambda r: places.get(r["part"], len(places)))))
    return made


def total(records: Iterable[Mapping[str, Any]], key: str) -> Fraction:
    """The sum of points (or of what they are out of); equal amounts, of which a class has many, are added at once."""
    return sum((exact(amount) * count for amount, count in Counter(r[key] for r in records).items()), Fraction(0))


def sum_of(amounts: Iterable[Fraction]) -> Fraction:
    """The sum of exact numbers; most are whole, and whole ones are added at once."""
    whole, rest = 0, Fraction(0)
    for each in amounts:
        if each.denominator == 1:
            whole += each.numerator
        else:
            rest += each
    return rest + whole


@lru_cache(maxsize=4096)
def exact(amount: str) -> Fraction:
    """An exact number as records write it."""
    return Fraction(amount)


def anchor(*names: str) -> str:
    """An id for a place in a page."""
    return re.sub(r"[^A-Za-z0-9_.-]", "-", "-".join(names)) or "part"


def part_name(id: str) -> str:
    """The id of a part for people: "1a.rnn-time-train" is "1a · rnn time train"."""
    head, _, field = id.partition(".")
    return f"{head} · {re.sub(r'[_-]+', ' ', field)}" if field else head


def reason_of(record: Record) -> str:
    """Why a person has to look at an answer, shortly; empty where nobody has to."""
    if not record["needs_human"]:
        return ""
    return next((a["text"] for a in record.get("awards", ()) if a["text"]), "") or record["feedback"] or "A person marks this part."


def part_view(record: Record, kind: str) -> PartView:
    """The view of a record that is no part of a page of marks; it has passed through `learner_view`. `kind` is the kind of its part."""
    return _part(record, {"kind": kind, "rubric": []}, "", None)


def _part(record: Record, about: Record, ask: str, same_as: tuple[str, str] | None) -> PartView:
    reading, blank = record["reading"], record["reading"]["state"] == "blank"
    typed, left_out = shortened(record["answer"])
    main = _formula(reading) if reading["state"] == "read" and about["kind"] != "prose" else None
    person = reason_of(record)
    unread = [] if blank or not reading["reason"] else [f"It could not be read: {reading['reason']}.", reading["hint"]]
    place = _note({"text": "", "severity": "info", "span": reading["span"]}, record["answer"]) if reading["span"] and not blank else None
    feedback = tuple((_amount(a), a["text"]) for a in record["awards"] if a["text"] and a["text"] != person)
    return PartView(
        anchor(record["problem"], record["part"]), part_name(record["part"]), ask, chip(record), nice(record["points"]), nice(record["out_of"]),
        person, "" if blank else typed, 0 if blank else left_out, same_as, _source(record["source"]), main, reading["proposed"],
        tuple(map(_formula, reading["alternatives"])), _formula(reading["nearest"]) if reading["nearest"] else None,
        tuple(words for words in unread if words and words.removeprefix("It could not be read: ") not in person), place,
        tuple(_note(n, record["answer"]) for n in [*record["source"]["notes"], *reading["notes"]]),
        _checks([e for e in record["evidence"] if not told(e, [text for _, text in feedback])]), feedback,
        tuple((line["text"], nice(line["points"])) for line in about["rubric"]))


def told(entry: Mapping[str, Any], feedback: Sequence[str]) -> bool:
    """Does the feedback say what an entry of a record's evidence says? Of what is refuted the example is enough, which the feedback puts in the learner's terms."""
    words = entry["words"][0] if entry["status"] == "refuted" else " ".join(entry["words"])
    return any(words in text for text in feedback)


def _amount(award: Mapping[str, str]) -> str:
    amount = Fraction(award["amount"])
    return ("+" if amount > 0 else "") + nice(amount) if award["operation"] == "add" and amount else ""


def _formula(shown: Record) -> Formula:
    try:
        term = from_data(shown["term"])
    except ValueError:
        return Formula(shown["text"], None)
    return Formula(term.name, None) if term.kind == "text" else Formula(shown["text"], term)


def is_short(formula: Formula) -> bool:
    """Is the linear form short enough to stand beside the formula (or is there nothing else to show)?"""
    return formula.term is None or len(formula.text) <= ONE_LINE


def _note(note: Record, text: str) -> NoteView:
    if not note["span"]:
        return NoteView(note["text"], note["severity"])
    start, end = note["span"]
    before = text[:start]
    place = f"line {before.count(chr(10)) + 1}, column {start - (before.rfind(chr(10)) + 1) + 1}"
    return NoteView(note["text"], note["severity"], place, one_line(text[start:end], 60))


def _checks(entries: Sequence[Record]) -> tuple[Check, ...]:
    """The checks in order; where very many lines or cells hold, one sentence for all of those."""
    hold = [e for e in entries if e["status"] == "proved" and e["label"]]
    if len(hold) <= LINES_SHOWN:
        return tuple(map(_check, entries))
    others = tuple(_check(e) for e in entries if e not in hold)
    names = ", ".join(e["label"] for e in hold)
    return (*others, Check(_CHECKED["proved"], "", (f"{'These hold' if not others else 'The others hold'}: {names}.",), ()))


def _check(entry: Record) -> Check:
    rests_on = tuple(f.replace("*: ", "other symbols: ", 1) if f.startswith("*: ") else f for f in entry["facts"])
    rests_on += tuple(f"a step believed from {name}" for name in entry["oracles"])
    return Check(_CHECKED.get(entry["status"], _CHECKED["undecided"]), entry["label"], tuple(entry["words"]), rests_on)


def _source(source: Record) -> str:
    where = source["file"] + (f", line {source['line']}" if source["line"] else "")
    return where + (" (read from paper by a program)" if source["ocr"] else "")
