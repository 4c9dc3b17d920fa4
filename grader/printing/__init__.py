"""Trees as linear text, as LaTeX, and as Unicode text. What these print, `reading.read` reads back as the same tree (names permitting: a symbol
called `i` reads as the imaginary unit, one called `ab` as a product). Implications print as words and read as `implies` and `iff`."""

from __future__ import annotations

import importlib
from typing import Any

from grader.printing.forms import bound_of_set, is_mark, leading_names

_PRINTERS = {"to_latex": "latex", "to_text": "plain", "to_unicode": "pretty"}

__all__ = ["bound_of_set", "is_mark", "leading_names", "to_latex", "to_text", "to_unicode"]


def __getattr__(name: str) -> Any:
    """The printers load at first use: reading shares a few forms with them and prints nothing."""
    if name in _PRINTERS:
        return getattr(importlib.import_module(f"grader.printing.{_PRINTERS[name]}"), name)
    raise AttributeError(f"module 'grader.printing' has no attribute {name!r}")
