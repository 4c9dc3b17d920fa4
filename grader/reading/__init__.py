"""Text to `Term`: LaTeX, typed mathematics, Unicode, Python- and Typst-like text, mixed as people mix them. Nothing is evaluated here."""

from grader.reading.macros import read_macros
from grader.reading.reader import read
from grader.reading.sides import leading_sign, split_relations
from grader.reading.vocabulary import OPEN, Vocabulary

__all__ = ["OPEN", "Vocabulary", "leading_sign", "read", "read_macros", "split_relations"]
