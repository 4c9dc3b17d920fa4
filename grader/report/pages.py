"""Views as HTML pages: Jinja2 templates, everything escaped, no script, nothing from elsewhere.

A page's Content-Security-Policy permits one thing only, its own style sheet by its digest. Every text that is put out passes through `visible`, so that no
character of a learner can vanish from the page, reorder it or end it; the markup that is put in as markup is ours: MathML from trees.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from grader.report import view
from grader.report.class_view import FOLDER, GROUPS, Cell, ClassPage, PartStatistics, Waiting
from grader.report.mathml import to_mathml
from grader.report.view import LearnerPage, PartView
from grader.report.visible import one_line, pieces, visible
from grader.term import Term

OPEN_MOST = 12
"""Answers that wait for one reason and are listed unfolded."""
TEMPLATES = Path(__file__).parent / "templates"
LEGEND = {"right": view.RIGHT, "agrees": view.AGREES, "partly": view.PARTLY, "wrong": view.WRONG, "open": view.OPEN, "unread": view.UNREAD, "person": view.PERSON}


def learner_html(page: LearnerPage) -> str:
    """The page of one learner."""
    return _environment().get_template("learner.html.j2").render(page=page, legend=LEGEND)


def class_html(page: ClassPage) -> Iterator[str]:
    """The page of the class piece by piece, with holes for its rows: "\\0NAME\\0" for the row of bytes of that name (`files.Pages`)."""
    return _environment().get_template("class.html.j2").generate(page=page)


def cell(cell: Cell | None) -> list[str]:
    """A cell of the table: what stands before and after the file of the learner's page."""
    return str(_rows().cell(cell, Markup(_HOLE))).split(_HOLE)  # noqa: S704 - the hole is ours


def class_row(learner: str, page: str, cells: str, points: str, out_of: str, waiting: int) -> str:
    """A learner's row in the table of the class, with `cells` as they stand in it."""
    return str(_rows().row(learner, page, Markup(cells), points, out_of, waiting))  # noqa: S704 - rendered by our templates


def waiting_row(learner: str, place: str, waiting: Waiting, alike: bool = False) -> str:
    """An answer in the list of those that wait for a person; without the reason where it is the same for all (`alike`)."""
    return str(_rows().waits(learner, place, waiting, alike))


def unplaced_row(learner: str, page: str, count: int) -> str:
    """A learner in the list of those of whose paper something could not be placed."""
    return str(_rows().unplaced(learner, page, count))


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, finalize=_shown,
                              trim_blocks=True, lstrip_blocks=True, auto_reload=False)
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment.globals.update(style=Markup(style), style_hash=f"sha256-{digest}", pieces=pieces, mathml=_mathml, short=one_line,  # noqa: S704 - our own file
                               article=_article, overview=_overview, segments=_segments, counted=_counted, is_short=view.is_short, folder=FOLDER, open_most=OPEN_MOST,
                               rows=lambda name: Markup(f"\0{name}.html\0"))  # noqa: S704 - names of ours
    return environment


@lru_cache(maxsize=1)
def _rows() -> Any:
    return _environment().get_template("rows.html.j2").module


@lru_cache(maxsize=1)
def _parts() -> Any:
    return _environment().get_template("parts.html.j2").module


def _article(part: PartView) -> Markup:
    """A part, put together around its source from what equal answers share."""
    source = Markup('<p class="quiet source"><bdi>{}</bdi></p>').format(visible(part.source)) if part.source else Markup("")
    made = part.made.get("html") if part.made is not None else None
    if made is None:
        made = str(_parts().article(part, Markup(_HOLE))).split(_HOLE)  # noqa: S704 - the hole is ours
        if part.made is not None:
            part.made["html"] = made
    return Markup(source.join(map(Markup, made)))  # noqa: S704 - rendered by our templates


def _overview(part: PartView) -> Markup:
    """A part's row in the overview."""
    made = part.made.get("overview") if part.made is not None else None
    if made is None:
        made = _parts().overview(part)
        if part.made is not None:
            part.made["overview"] = made
    return Markup(made)  # noqa: S704 - rendered by our templates


_HOLE = "\0"
"""Where the source goes: a character that `visible` leaves in no text."""


def _shown(value: Any) -> Any:
    """What a template puts out: markup of ours as it is, every other text with its hidden characters made visible."""
    return value if isinstance(value, Markup) or not isinstance(value, str) else visible(value)


def _mathml(term: Term, text: str = "") -> Markup:
    return Markup(to_mathml(term, block=True, alt=one_line(text, 400)))  # noqa: S704 - built from a tree, every name escaped


def _segments(part: PartStatistics) -> list[tuple[str, str, str]]:
    """The bar of a part: where each group begins, how wide it is (of 100), and its name."""
    made, x = [], 0.0
    for count, (name, _, _) in zip(part.counts, GROUPS):
        width = 100 * count / part.answers if part.answers else 0
        if count:
            made.append((f"{x:.2f}", f"{width:.2f}", name))
        x += width
    return made


def _counted(part: PartStatistics) -> str:
    return ", ".join(f"{count} {words}" for count, (_, words, _) in zip(part.counts, GROUPS) if count) or "no answers"
