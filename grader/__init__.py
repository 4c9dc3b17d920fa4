"""Symbolic proof checking and autograding: decides each claim of an answer with evidence, marks it, and reports."""

from __future__ import annotations

import importlib

__version__ = "0.1.0"

_PUBLIC = {"verify": "grader.verify", "check_proof": "grader.proof", "load_problem": "grader.intake.spec", "grade": "grader.run.one"}

__all__ = ["__version__", *_PUBLIC]


def __getattr__(name: str) -> object:
    """Public functions load what they need at first use, so that importing the package costs next to nothing."""
    if name in _PUBLIC:
        return getattr(importlib.import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'grader' has no attribute {name!r}")
