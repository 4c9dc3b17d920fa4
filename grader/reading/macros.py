"""Commands that a document defines for itself."""

from __future__ import annotations


def read_macros(preamble: str) -> dict[str, tuple[int, str]]:
    r"""The `\newcommand`, `\renewcommand`, `\def` and `\DeclareMathOperator` of a document: name to (number of arguments, body)."""
    return {}
