"""Text to `Term`: LaTeX, typed mathematics, Unicode, Python- and Typst-like text, mixed as people mix them. Nothing is evaluated here."""

import importlib
from typing import Any

from grader.reading.macros import read_macros
from grader.reading.reader import read
from grader.reading.sides import leading_sign, split_relations
from grader.reading.vocabulary import OPEN, Vocabulary

__all__ = ["OPEN", "Vocabulary", "echo", "leading_sign", "propose", "read", "read_macros", "split_relations"]


def __getattr__(name: str) -> Any:
    """`echo` and `propose` load at first use: an answer that is read needs neither. (Their modules can be called like the functions.)"""
    if name in ("echo", "propose"):
        return getattr(importlib.import_module(f"grader.reading.{name}"), name)
    raise AttributeError(f"module 'grader.reading' has no attribute {name!r}")
