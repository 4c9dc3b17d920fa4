"""What words say of shapes: "let A and B be n x n matrices", "for square matrices A, B", "x is a vector", "a symmetric matrix A".

Products of matrices do not commute, so lines about them must never be judged as lines about numbers. Names that the words call a matrix or a vector get that
shape, with its sizes and traits where they are said. Names that are written out (A = [[1, 2], [3, 4]]) say it themselves, and random ones are for the theory of
probability: nothing is taken from words there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from grader.domain import Domain

_NAME = r"\$?\\?(?:[A-Za-z]|Sigma|Lambda|Phi|Omega|mu|theta)(?![A-Za-z])(?:_\{?\w\}?)?\$?"
_NAMES = rf"(?P<names>{_NAME}(?:\s*(?:,\s*and|,|and|&)\s*{_NAME}){{0,9}})"
_SIZE = r"(?:\$?(?P<rows>\w)\s*(?:x|×|\\times|-by-|by)\s*(?P<columns>\w)\$?\s+)?"
_WORDS = r"(?P<words>(?:(?!of\b|is\b|are\b|be\b|and\b|the\b|in\b|with\b|for\b|to\b|by\b)[a-z]{2,}(?:-[a-z]+)?\s+){0,3})"
_KIND = r"(?P<kind>matri(?:x|ces)|vectors?)\b"
_AFTER = re.compile(rf"(?<![A-Za-z\\_^]){_NAMES}\s+(?:is|are|be|denotes?)\s+(?:an?\s+|any\s+|two\s+|three\s+|some\s+|all\s+|both\s+)?{_WORDS}{_SIZE}{_WORDS.replace('words', 'more')}{_KIND}")
"""A and B are invertible n x n matrices"""
_BEFORE = re.compile(rf"(?<![a-z]){_WORDS}{_SIZE}{_KIND}\s+{_NAMES}(?=\s*(?:[.,;:)]|$|\s[a-z(]|\$(?!\s*=)))")
"""for square matrices A, B"""
_RANDOM = re.compile(r"(?i)\brandom\b|\bblock\b|\btransition\b|\bindicator\b|\brotation\b|\bzero\b|\bnull\b|\bcount\b")
_OF_CHANCE = re.compile(r"(?<![A-Za-z\\])E(?:_\{?\w+\}?)?\s*[\[(]|\\mathbb\{?\s*E|\\operatorname\{E|(?<![A-Za-z])(?:Var|Cov|KL)\b|\\sim\b|(?<![<>=])~|𝔼")
_TRAITS = (("symmetric", r"(?<!skew-)(?<!skew )\bsymmetric\b"), ("skew", r"\bskew\b|\bskew-symmetric|antisymmetric"), ("orthogonal", r"\borthogonal\b"),
           ("invertible", r"\b(?:invertible|nonsingular|non-singular|regular)\b"), ("diagonal", r"\bdiagonal\b"), ("idempotent", r"\bidempotent\b"),
           ("positive definite", r"\bpositive[- ]definite\b"), ("psd", r"\b(?:psd|positive[- ]semi-?definite)\b"), ("projection", r"\bprojection\b"))
_SQUARE = frozenset("symmetric skew orthogonal invertible diagonal idempotent projection psd".split()) | {"positive definite"}
MAX_CHARACTERS = 20_000
RESERVED = frozenset("I T i e d".split())


def shapes_in_words(text: str, given: Mapping[str, Domain]) -> dict[str, Domain]:
    """The domains of names that the text calls matrices or vectors, but those that are given."""
    if not re.search(r"matri(?:x|ces)|vector", text) or _OF_CHANCE.search(text[:MAX_CHARACTERS]):
        return {}
    found: dict[str, Domain] = {}
    for pattern in (_AFTER, _BEFORE):
        for m in pattern.finditer(text[:MAX_CHARACTERS]):
            words = f"{m['words'] or ''}{m.groupdict().get('more') or ''}".lower()
            if _RANDOM.search(words):
                continue
            for name in re.findall(r"(?:Sigma|Lambda|Phi|Omega|mu|theta|[A-Za-z])(?:_\{?\w\}?)?", re.sub(r"\band\b", ",", m["names"])):
                name = name.replace("{", "").replace("}", "")
                if name in RESERVED or name in given or name in found or re.search(rf"(?<![A-Za-z\\]){re.escape(name)}\$?\s*:?=\s*(?:\$?\\begin|\[|\(\(|\$?\\(?:p|b|small)?matrix)", text):
                    continue
                found[name] = _domain(m, words)
    return found


def without_shapes(row: str) -> str:
    """The row with the words blanked that say what shapes names have."""
    if not re.search(r"matri(?:x|ces)|vector", row) or len(row) > MAX_CHARACTERS or _OF_CHANCE.search(row):
        return row
    for pattern in (_AFTER, _BEFORE):
        row = pattern.sub(lambda m: m[0] if _RANDOM.search(m[0]) else " " * len(m[0]), row)
    return row


def _domain(m: re.Match[str], words: str) -> Domain:
    if m["kind"].startswith("vector"):
        return Domain.parse("unit vector" if re.search(r"\bunit\b", words) else "vector")
    traits = [trait for trait, pattern in _TRAITS if re.search(pattern, words)]
    if m["rows"]:
        return Domain.parse(" ".join([*traits, f"matrix {m['rows']} x {m['columns']}"]))
    domain = Domain.parse(" ".join([*traits, "matrix"]))
    square = "square" in words or _SQUARE & set(traits)
    return Domain(domain.field, shape="matrix", rows="side", columns="side", traits=domain.traits) if square else domain
