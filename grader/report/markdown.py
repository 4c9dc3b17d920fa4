"""Views as Markdown: the same pages for terminals, editors and mail.

Whatever is not ours is neutralised: typed text stands in code fences longer than any run of backticks inside it, other text has every character that
Markdown or HTML gives a meaning escaped, and linear forms stand in code spans.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from grader.report.class_view import FOLDER, GROUPS, Cell, ClassPage, SheetStatistics, Waiting
from grader.report.view import Chip, Formula, LearnerPage, NoteView, PartView
from grader.report.visible import one_line, visible


def plain(text: str) -> str:
    """Text on one line, with nothing in it that Markdown, HTML or a linkifier would act upon."""
    flat = re.sub(r"([\\`*\[\]<>#|~$&@])|((?<![0-9A-Za-z])_|_(?![0-9A-Za-z]))", r"\\\1\2", " ".join(visible(text).split()))
    flat = re.sub(r"(?i)(\b[a-z][a-z0-9+.-]*):(?=//|[^\s:])|\b(www)\.", lambda m: f"{m[1]}\\:" if m[1] else f"{m[2]}\\.", flat)
    return re.sub(r"\A(?:(\d+)([.)])|([-+=]))", lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", flat)


def code(text: str) -> str:
    """A code span; its fence is longer than any run of backticks inside."""
    flat = " ".join(visible(text).split()) or " "
    fence = "`" * (1 + max(map(len, re.findall("`+", flat)), default=0))
    return f"{fence} {flat} {fence}" if "`" in flat else f"`{flat}`"


def fenced(text: str, left_out: int = 0) -> list[str]:
    """A code block with the text, line by line."""
    shown = visible(text)
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", shown)), default=0))
    more = [f"… and {left_out} more characters, which the record keeps", ""] if left_out else []
    return [fence + "text", *shown.split("\n"), fence, "", *more]


def learner_markdown(page: LearnerPage) -> str:
    """The page of one learner."""
    lines = [f"# {plain(page.learner)}", "", f"**{page.points} of {page.out_of} points**" + (" so far" if page.waiting else "")
             + (f", from {code(page.file)}" if page.file else ""), ""]
    if page.sheets:
        lines += [" · ".join(f"{plain(title)}: {points} of {out_of}" for title, points, out_of in page.sheets), ""]
    if page.waiting:
        waits, those = ("answer waits", "it") if len(page.waiting) == 1 else ("answers wait", "them")
        lines += [f"> ☞ **{len(page.waiting)} {waits} for a person.** That does not make {those} wrong; the points can still change.", ">"]
        lines += [f"> - {plain(p.name)}: {plain(one_line(p.person))}" for p in page.waiting] + [""]
    for problem in page.problems:
        lines += [f"## {plain(problem.title)}", "", f"{problem.points} of {problem.out_of} points", ""]
        for part in problem.parts:
            lines += _part(part)
    if page.unplaced:
        lines += ["## What could not be placed", "", "This stands in the paper, but it was not clear which part it answers. Nothing of it was marked.", ""]
        for place, text, left_out in page.unplaced:
            lines += ([plain(place) + ":", ""] if place else []) + fenced(text, left_out)
    if page.notes:
        lines += ["## Notes on the paper", "", *_notes(page.notes)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _part(part: PartView) -> list[str]:
    """The lines of a part: the one that names the source, if any, between what equal answers share."""
    made = part.made.get("markdown") if part.made is not None else None
    if made is None:
        made = _before(part), _after(part)
        if part.made is not None:
            part.made["markdown"] = made
    wrote = [] if part.chip.kind == "blank" or part.same_as else ["What you wrote" + (f" ({plain(part.source)})" if part.source else "") + ":", ""]
    return [*made[0], *wrote, *made[1]]


def _before(part: PartView) -> list[str]:
    lines = [f"*{plain(part.ask)}*", ""] if part.ask else []
    lines += [f"### {plain(part.name)}: {_chip(part.chip)}, {part.points} of {part.out_of}", ""]
    return lines + ([f"☞ **A person decides.** {plain(part.person)}", ""] if part.person else [])


def _after(part: PartView) -> list[str]:
    lines: list[str] = []
    if part.chip.kind != "blank":
        lines += [f"What you wrote stands under {plain(part.same_as[1])}.", ""] if part.same_as else fenced(part.typed, part.left_out)
        lines += _reading(part)
    if part.rubric and part.chip.kind != "blank":
        lines += ["What is looked for:", "", *[f"- {plain(text)} ({points})" for text, points in part.rubric], ""]
    for amount, text in part.feedback:
        lines += [(f"{amount} " if amount else "") + plain(text), ""]
    for check in part.checks:
        lines.append(f"- {_chip(check.chip)}" + (f" ({plain(check.label)})" if check.label else "") + ": " + " ".join(map(plain, check.words)))
        if check.rests_on:
            lines.append("  Used: " + "; ".join(map(plain, check.rests_on)) + ".")
    lines += [""] if part.checks else []
    return lines


def _reading(part: PartView) -> list[str]:
    lines = []
    if part.reading:
        lines += [("Only a proposal, which earns nothing until a person agrees: " if part.proposed else "Read as ") + code(part.reading.text), ""]
    lines += _formulas("It can also be read as:", part.alternatives)
    for words in part.unread:
        lines += [plain(words), ""]
    if part.place:
        lines += [f"The trouble is in {part.place.place}: {code(part.place.excerpt)}", ""]
    if part.nearest:
        lines += ["The nearest reading, which earns nothing until a person agrees: " + code(part.nearest.text), ""]
    return lines + _notes(part.notes)


def _formulas(head: str, formulas: Iterable[Formula]) -> list[str]:
    items = [f"{k}. {code(f.text)}" for k, f in enumerate(formulas, 1)]
    return [head, "", *items, ""] if items else []


def _notes(notes: Iterable[NoteView]) -> list[str]:
    words = {"repair": "Mended", "guess": "Guessed"}
    items = [f"- {words.get(n.severity, 'Note')}: {plain(n.text)}" + (f" ({n.place}" + (f": {code(n.excerpt)}" if n.excerpt else "") + ")" if n.place else "")
             for n in notes]
    return [*items, ""] if items else []


def _chip(chip: Chip) -> str:
    return f"{chip.symbol} {chip.word}"


def class_markdown(page: ClassPage) -> str:
    """The page of the class, with holes for its rows: "\\0NAME\\0" for the row of bytes of that name (`files.Pages`)."""
    lines = ["# Class report", "", f"{page.learners} papers, {page.answers} answers: {page.decided} decided, {page.waiting} wait for a person"
             + (f"; {page.blank} left blank" if page.blank else "") + ".", "", *[_sheet_line(sheet) for sheet in page.sheets], ""]
    if page.least:
        lines += ["Least earned: " + ", ".join(f"{plain(p.name)} ({p.mean} %)" for p in page.least) + ".", ""]
    if page.errors:
        lines += ["## What could not be used", "", *[f"- {code(error)}" for error in page.errors], ""]
    if page.queue:
        lines += ["## What waits for a person", ""]
        for part in page.queue:
            lines += [f"### {plain(part.name)}", ""]
            for wait in part.waits:
                said = (f" {plain(wait.reason)}" if wait.alike and wait.number else "")
                lines += [f"**{wait.words}: {wait.count}.**{said}", "", f"\0{'alike' if wait.alike else 'waits'}{part.number}.{wait.number}.md\0"]
    for sheet in page.sheets:
        parts = [part for group in sheet.groups for part in group.parts]
        lines += ["## Marks" + (f": {plain(sheet.title)}" if sheet.title else ""), "",
                  "| learner | " + " | ".join(f"{plain(p.name)} / {p.out_of}" for p in parts) + " | total | waits |",
                  "|---|" + "---|" * len(parts) + "---|---|", f"\0rows{sheet.number}.md\0"]
    lines += ["## How the parts went", ""]
    for part in (part for sheet in page.sheets for group in sheet.groups for part in group.parts):
        counted = ", ".join(f"{sign} {count} {words}" for count, (_, words, sign) in zip(part.counts, GROUPS) if count)
        lines += [f"- {plain(part.name)}: {counted}" + (f"; {part.mean} % of the points" if part.mean is not None else "")]
        lines += [f"  - {m.count} × " + (f"{plain(m.tag)}, for example: " if m.tag else "") + f"{plain(m.words)} ([{plain(m.learner)}](<{FOLDER}/{m.page}.md#{part.anchor}>))"
                  for m in part.mistakes]
    if page.unplaced:
        lines += ["", "## Text that could not be placed", "", "\0unplaced.md\0"]
    if page.rests_on:
        lines += [*([] if page.unplaced else [""]), "## What the verdicts rest on", "", *[f"- {count} {words}" for words, count in page.rests_on]]
    return "\n".join(lines) + ("" if page.unplaced and not page.rests_on else "\n")


def _sheet_line(sheet: SheetStatistics) -> str:
    papers = f", {sheet.papers} {'paper' if sheet.papers == 1 else 'papers'}" if sheet.title else ""
    return (f"- Mean so far{f', {plain(sheet.title)}' if sheet.title else ''}: {sheet.mean} of {sheet.out_of}{papers}"
            + (f"; what waits could add {sheet.held}" if sheet.held else "") + ".")


def class_row(learner: str, page: str, cells: Iterable[Cell | None], points: str, out_of: str, waiting: int) -> str:
    """A learner's row in the table of the class; `page` is the file of the learner's page."""
    shown = " | ".join("·" if c is None else f"{'☞' if c.waits else c.chip.symbol} {c.points}" for c in cells)
    return f"| [{plain(learner)}](<{page}>) | {shown} | {points} of {out_of} | {waiting or ''} |\n"


def waiting_row(learner: str, place: str, waiting: Waiting, alike: bool = False) -> str:
    """An answer in the list of those that wait for a person; without the reason where it is the same for all (`alike`)."""
    said = "" if alike else f" {_chip(waiting.chip)}. {plain(one_line(waiting.reason, 400))}"
    typed = f" {code(waiting.typed)}" if waiting.typed else ""
    return f"- [{plain(learner)}](<{place}>):{typed}{said}\n"
