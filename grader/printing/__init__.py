"""Trees as linear text, as LaTeX, and as Unicode text. What these print, `reading.read` reads back as the same tree (names permitting: a symbol
called `i` reads as the imaginary unit, one called `ab` as a product). Implications print as words and read as `implies` and `iff`."""

from __future__ import annotations

from grader.printing.forms import bound_of_set, is_mark, leading_names
from grader.printing.latex import to_latex
from grader.printing.plain import to_text
from grader.printing.pretty import to_unicode

__all__ = ["bound_of_set", "is_mark", "leading_names", "to_latex", "to_text", "to_unicode"]
