"""A run of letters: one name, one word, or several letters that are multiplied (`xy`, `nlogn`, `2pix`)."""

from __future__ import annotations

import re
from typing import NamedTuple

from grader.reading.names import (CONSTANT_WORDS, EMBEDDED, ENGLISH, FUNCTIONS, BIG, GREEK, PROSE_PAIRS, UNITS, VARIANTS, WEAK, WORDS)
from grader.reading.vocabulary import Vocabulary

_LONG_GREEK = sorted((g for g in GREEK if len(g) >= 4), key=len, reverse=True)
NAMES_OF_METHODS = frozenset("ELBO RNN CNN MLP FFN VAE GAN MSE LHS RHS MLE MAP SNR KKT LSTM ones cdot indicator".split())
"""Names of several letters that stand for one quantity."""


_DOUBLED = re.compile(r"([a-z])\1.|.([a-z])\2")
"""A letter twice in a row: nobody writes a square so inside a longer product (`feed`, `loss`)."""


class Piece(NamedTuple):
    """A part of a word: token kind (name, const, func, word..., unknown), text, and where it stands in the word."""

    kind: str
    text: str
    start: int
    end: int


class Split(NamedTuple):
    """The pieces of a word, and the other way to split it where nothing decides."""

    pieces: tuple[Piece, ...]
    other: tuple[Piece, ...] = ()


def split(word: str, vocabulary: Vocabulary, follows: str = "", after_number: bool = False) -> Split:
    """Split a run of ASCII letters into names. `follows` is the next character that is no space ("" at the end): function names that are also
    English words or letters need a bracket or a bound there."""
    memo = vocabulary.splits
    key = (word, follows, after_number)
    found = memo.get(key)
    if found is None:
        if len(memo) > 5000:
            memo.clear()
        found = memo[key] = _split(word, vocabulary, follows, after_number)
    return found


def _split(word: str, vocabulary: Vocabulary, follows: str, after_number: bool) -> Split:
    if len(word) == 1:
        return Split((_letter(word, 0, vocabulary),))
    spelled = vocabulary.spelled.get(word)
    opens = bool(follows) and follows in ("([{_^" if word in BIG or word in ("var", "cov", "norm") else "([{")
    whole = _whole(word, vocabulary, opens)
    if word in ("tr", "lb", "tg") and not opens and not follows.isupper():
        whole = None  # rather a product of two letters
    if spelled is not None:
        if word in ("ln", "log", "exp", "in", "sin", "cos", "tan", "max", "min") and whole is not None:
            return Split((whole,))
        return Split((Piece("name", spelled, 0, len(word)),))
    if len(word) == 2 and word[1] in "tnkij" and not vocabulary.knows(word) and (
            word[0] in vocabulary.sequences or "*" in vocabulary.sequences and vocabulary.knows(word[0])):
        return Split((_letter(word[0], 0, vocabulary), Piece("_", "_", 1, 1), Piece("name", word[1], 1, 2)))
    if len(word) == 3 and word[1] == "T" and vocabulary.is_array(word[0]) and not vocabulary.knows("T"):
        return Split((_letter(word[0], 0, vocabulary), Piece("top", "top", 1, 2), _letter(word[2], 2, vocabulary)))
    letters = tuple(_letter(c, k, vocabulary) for k, c in enumerate(word))
    if all(vocabulary.knows(vocabulary.spelled.get(c, c)) for c in word):
        if whole is None or not _could_apply(follows) or (whole.kind == "word" and len(word) < 3):
            found = _segments(word, vocabulary)
            return Split(letters, found if found != letters and any(p.kind == "func" for p in found) and _could_apply(follows) else ())
        return Split((whole,), letters) if not opens else Split((whole,))
    if whole is not None:
        return Split((whole,))
    if word in ("dot", "cross"):
        return Split((Piece("*", {"dot": "cdot", "cross": "times"}[word], 0, len(word)),))
    if word in WEAK and len(word) > 3:
        return Split((Piece("unknown", word, 0, len(word)),))
    if after_number and word == "deg":
        return Split((Piece("degree", "degree", 0, 3),))
    if word == "dif" and follows.isalpha() and not all(vocabulary.knows(c) for c in word):
        return Split((Piece("d", "d", 0, 3),))
    if after_number and word in UNITS:
        return Split((Piece("text", word, 0, len(word)),), letters)
    if _is_prose(word, vocabulary) or follows == "(" and word[1:].islower() and word[0].isupper() and len(word) > 2:
        return Split((Piece("unknown", word, 0, len(word)),))
    found = _segments(word, vocabulary)
    if len(found) == len(word) and (len(word) > 4 or _DOUBLED.search(word) and len(set(word)) > 2) or _is_name(word, found):
        return Split((Piece("unknown", word, 0, len(word)),))
    return Split(found, _short_greek(word, found, vocabulary))


def _whole(word: str, vocabulary: Vocabulary, opens: bool) -> Piece | None:
    """The word as one known name, where it is one."""
    size = len(word)
    if word in WORDS and not (word == "mod" and opens):
        kind, text = WORDS[word]
        return Piece(kind, text, 0, size)
    low = word.lower()
    capital = word[:1].isupper() and word[1:].islower()
    known = word if word in FUNCTIONS or word in BIG else low if capital and low in FUNCTIONS and low not in WEAK else ""
    if word == "inf" and not opens:
        return Piece("const", "oo", 0, size)
    if known and (opens or known not in WEAK) and not (known == "gamma" or known == "zeta") and not (known == "Lambda" and not opens):
        return Piece("func", known, 0, size)
    name = VARIANTS.get(word, word)
    if name in CONSTANT_WORDS and (name != "pi" or "pi" in vocabulary.constants):
        return Piece("const", CONSTANT_WORDS[name], 0, size)
    if name in GREEK:
        return Piece("name", vocabulary.spelled.get(name, name), 0, size)
    if word in NAMES_OF_METHODS:
        return Piece("name", word, 0, size)
    return None


def _letter(char: str, place: int, vocabulary: Vocabulary) -> Piece:
    spelled = vocabulary.spelled.get(char)
    if spelled is not None:
        return Piece("name", spelled, place, place + 1)
    if char in vocabulary.constants:
        return Piece("const", char, place, place + 1)
    return Piece("name", char, place, place + 1)


def _segments(word: str, vocabulary: Vocabulary) -> tuple[Piece, ...]:
    """Greedy from the left: the longest declared name, function, or long Greek name; else one letter."""
    declared = [s for s in vocabulary.spelled if len(s) > 1 and s.isalpha() and s.isascii() and s in word]
    declared.sort(key=len, reverse=True)
    found: list[Piece] = []
    k = 0
    while k < len(word):
        for names, kind in ((declared, "name"), (EMBEDDED, "func"), (_LONG_GREEK, "name"), (("pi",), "const")):
            hit = next((n for n in names if word.startswith(n, k)), None)
            if hit is not None and not (kind == "func" and k + len(hit) == len(word) and len(found) > 3):
                text = vocabulary.spelled.get(hit, hit)
                if hit == "pi" and "pi" not in vocabulary.constants:
                    kind = "name"
                found.append(Piece(kind, text, k, k + len(hit)))
                k += len(hit)
                break
        else:
            found.append(_letter(word[k], k, vocabulary))
            k += 1
    return tuple(found)


def _short_greek(word: str, found: tuple[Piece, ...], vocabulary: Vocabulary) -> tuple[Piece, ...]:
    """`xmu`: the other split, with a short Greek name at an end of a word of plain letters."""
    if len(word) > 4 or any(p.end - p.start > 1 for p in found):
        return ()
    for name in ("mu", "nu", "xi", "eta", "rho", "tau", "phi", "chi", "psi"):
        rest = len(word) - len(name)
        if rest > 0 and word.startswith(name):
            return (Piece("name", name, 0, len(name)), *(_letter(c, k, vocabulary) for k, c in enumerate(word) if k >= len(name)))
        if rest > 0 and word.endswith(name):
            return (*(_letter(c, k, vocabulary) for k, c in enumerate(word[:rest])), Piece("name", name, rest, len(word)))
    return ()


def _could_apply(follows: str) -> bool:
    return bool(follows) and (follows.isalnum() or follows in "([{\\_^.|√")


def _is_prose(word: str, vocabulary: Vocabulary) -> bool:
    low = word.lower()
    return (low in ENGLISH or low in PROSE_PAIRS) and not (len(word) == 3 and word.isupper())


def _is_name(word: str, found: tuple[Piece, ...]) -> bool:
    """Words such as `MultiHead` and `speed`: no sensible product of letters."""
    if len(word) >= 4 and word[0].isupper() and any(c.islower() for c in word[1:]) and len(found) == len(word):
        return True
    loose = sum(1 for p in found if p.end - p.start == 1)
    return len(word) >= 6 and loose >= 5
