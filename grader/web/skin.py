"""Pages and pieces in HTML: Jinja2 templates beside those of the reports, everything escaped, hidden characters made visible.

The markup that is put in as markup is ours: MathML from trees, and pieces that were rendered here before.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from grader.report import pages, view
from grader.report.mathml import to_mathml
from grader.report.view import PartView
from grader.report.visible import one_line, pieces, visible
from grader.run.self_check import KEPT_BACK, Looked

TEMPLATES = Path(__file__).parent / "templates"
STATIC = {"style.css": ("text/css; charset=utf-8", pages.TEMPLATES / "style.css"), "page.css": ("text/css; charset=utf-8", TEMPLATES / "page.css"),
          "check.js": ("text/javascript; charset=utf-8", TEMPLATES / "check.js"), "icon.svg": ("image/svg+xml", TEMPLATES / "icon.svg")}
"""Files that the page may fetch: by name, their type and where they are. No other name leads to a file."""
SHEETS = {"": "Questions"}


def static(name: str) -> tuple[str, bytes] | None:
    """Type and content of a file of the page."""
    found = STATIC.get(name)
    return (found[0], found[1].read_bytes()) if found else None


def loading() -> str:
    """The page for those who come before the problems are loaded."""
    return environment().get_template("loading.html.j2").render()


def index(problems: list[dict[str, Any]], errors: int) -> str:
    """The page that lists all problems."""
    sheets: dict[str, list[dict[str, Any]]] = {}
    for problem in problems:
        sheets.setdefault(problem["sheet"], []).append(problem)
    return environment().get_template("index.html.j2").render(sheets=sheets, errors=errors)


def problem(about: dict[str, Any], before: dict[str, Any] | None, after: dict[str, Any] | None, texts: Mapping[str, str], found: Mapping[str, str]) -> str:
    """The page of a problem; `texts` are answers as typed and `found` pieces made by `outcome`, both by part."""
    return environment().get_template("problem.html.j2").render(
        problem=about, before=before, after=after, texts=texts, found={part: Markup(piece) for part, piece in found.items()})  # noqa: S704 - our pieces


def aside(words: str) -> str:
    """A piece with a message in place of an outcome."""
    return str(environment().get_template("outcome.html.j2").module.aside(words))  # type: ignore[attr-defined]


def outcome(part: PartView, looked: Looked, asked: bool, kind: str, *, plain: bool = False) -> str:
    """The piece that shows how an answer is read and, where that was `asked` and decided, what holds; `plain` leaves formulas in one line."""
    lines = looked.echo.split("\n")
    carets = lines[:2] if looked.view["reading"]["span"] and len(lines) > 1 and set(lines[1].strip()) == {"^"} else []
    about = {"part": part, "state": looked.view["reading"]["state"], "reason": looked.view["reading"]["reason"], "hint": looked.view["reading"]["hint"],
             "carets": "\n".join(carets), "prose": kind == "prose", "plain": plain}
    module = environment().get_template("outcome.html.j2").module
    return str(module.outcome(about, asked and looked.decided, KEPT_BACK if asked and not looked.decided else ""))  # type: ignore[attr-defined]


def said(part: PartView, looked: Looked, asked: bool) -> str:
    """The outcome in one sentence, for those who listen to the page."""
    state = looked.view["reading"]["state"]
    if state == "blank":
        return "Nothing is written here."
    if not asked:
        return f"Read as {one_line(part.reading.text, 200)}" if part.reading else "Not read." if state == "unread" else "Read."
    if not looked.decided:
        return KEPT_BACK
    return f"{part.chip.word}. {part.points} of {part.out_of} points" + (", a person decides." if part.person else ".")


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates of the page and of the reports."""
    made = Environment(loader=FileSystemLoader([TEMPLATES, pages.TEMPLATES]), autoescape=True, undefined=StrictUndefined, finalize=_shown,
                       trim_blocks=True, lstrip_blocks=True, auto_reload=False)
    made.globals.update(pieces=pieces, mathml=_mathml, short=one_line, is_short=view.is_short, sheet_name=_sheet_name, ours=Markup, as_typed=_as_typed)
    return made


def _sheet_name(name: str) -> str:
    return SHEETS.get(name) or name[:1].upper() + name[1:]


def _mathml(term: Any, text: str = "") -> Markup:
    return Markup(to_mathml(term, block=True, alt=one_line(text, 400)))  # noqa: S704 - built from a tree, every name escaped


def _as_typed(text: str) -> Markup:
    """The text for a field in which it can be edited: escaped, and otherwise as it is. A line feed after the tag is one that the browser drops."""
    return Markup("\n") + escape(text)


def _shown(value: Any) -> Any:
    return value if isinstance(value, Markup) or not isinstance(value, str) else visible(value)
