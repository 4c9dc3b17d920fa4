"""Mathematics typed inside a sentence without any delimiter: which stretches of "It is O(t n^2 l), since n > 1." are formulas.

A token is mathematical by its own form (an operator, a digit, a LaTeX command, a Greek letter), because the problem's vocabulary names it, or because
it is one letter that is no English word. A stretch of such tokens is a formula when it holds an operator, a command, or a call; a lone name or number
is only a mention, and reported as such.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from grader.reading.splitting import Names, blank_out, trim
from grader.term import Span

_TOKEN = re.compile(r"""
    (?P<command>\\[A-Za-z]+\*?|\\[,;:!|{}\\ ])
  | (?P<number>\d+(?:,\d{3}(?!\d))*(?:\.\d+)?%?|\.\d+)
  | (?P<word>(?:(?![²³¹⁰-₟ᵀᵢⱼ½⅓¼])[^\W\d_])+(?:['’](?:s|t|re|ll|ve|d|m)\b)?)
  | (?P<dots>\.\.\.+|…)
  | (?P<operator>:=|[-−–]+>|[<>=≤≥≠≪≫±∓+*/^_·⋅×÷√∑∏∫∞→⇒⇔⇐⟹⟸⟺∈∉⊂⊆∀∃∂∇≈≃≡∝∼~|‖∥⊥⊤∘⊙∣²³¹⁰⁴⁵⁶⁷⁸⁹⁺⁻ⁿᵀᵢ₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₒₓₕₖₗₘₙₚₛₜⱼ½⅓¼⌊⌋⌈⌉&¬∧∨∪∩'′])
  | (?P<minus>[-−–])
  | (?P<bracket>[()\[\]{}])
  | (?P<comma>[,;])
  | (?P<bang>!)
  | (?P<other>\S)
""", re.VERBOSE)

_TAG = re.compile(r"<\|\w{1,30}\|>|</?(?:br|b|i|u|p|s|em|strong|font|span|div|sub|sup|center|code|pre|kbd|mark|small|big|h[1-6]|ul|ol|li|a|img|hr|"
                  r"del|ins|tt|details|summary)"
                  r"(?:\s[^<>\n]*)?/?>", re.IGNORECASE)
_ABBREVIATION = re.compile(r"\b(?:e\.\s?g|i\.\s?e)\.?(?!\w)|\b(?:w\.r\.t|s\.t|a\.k\.a|w\.l\.o\.g|q\.e\.d|resp|cf|etc|vs|eqn?|fig|no)\.(?!\w)|\b[Ii]t's\b|\bn/a\b|~~",
                           re.IGNORECASE)
_NUMBERING = re.compile(r"^[ \t]*(?:[-*+•·‣>][ \t]+)*(?:\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})\)|\d{1,2}\.(?=[ \t]|$))?(?:[ \t]*[-*+•·‣](?=[ \t]))*",
                        re.MULTILINE)
_TEXT_COMMAND = re.compile(r"\\(?:text\w*|emph|mbox|item|section\*?|subsection\*?|paragraph\*?|label|ref|eqref|cite|noindent|par|medskip|bigskip|"
                           r"smallskip|"
                           r"newline|hline|centering|vspace\*?|hspace\*?|footnote|underline|url|href|caption|quad|qquad)$|\\[\\ ]$")
FUNCTIONS = frozenset(
    "exp log ln lg sin cos tan cot sec csc sinh cosh tanh arcsin arccos arctan sqrt max min sup inf lim sum prod int det tr trace diag rank norm "
    "softmax "
    "argmax argmin floor ceil abs sign sgn gcd lcm mod binomial O o Theta Omega omega KL E Var Cov Pr P H grad erf gamma relu sigmoid".split())
PREFIXES = frozenset("log ln lg exp sin cos tan cot sinh cosh tanh arcsin arccos arctan sqrt det tr lim".split())
"""Functions whose operand may stand after a blank; none is an English word."""
_NO_OPERAND = frozenset("= < > ≤ ≥ , ; ) ] } + * / | & ! ...".split())
CONSTANT_WORDS = frozenset("infinity infty oo pi".split())
GREEK = frozenset("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau upsilon phi chi psi".split())
_JOINED = re.compile(r"-[A-Za-z]{4,}")
"""The rest of a word such as log-likelihood."""
_OPEN_ENDED = frozenset("= := < > ≤ ≥ ≠ ≪ ≫ ≈ ~ ∼ ∝ ≡ + & → -> ⇒ ∈".split())
"""Operators that cannot end a formula: prose follows, as in "t = sequence length"."""
_SHORT_WORDS = frozenset(
    "a i am an as at be by do go he if in is it me my no of on or ok so to up us we vs th st nd rd the and for are but not all any can has had "
    "was let "
    "its use via per out our set new now how who why one two net non pro yes yet mr dr etc def eq iff wrt lhs rhs nope "
    "hmm shh cf pt nn tbd tldr ps".split())


class Run(NamedTuple):
    """A stretch of typed mathematics. `strong`: it holds an operator, a command or a call; otherwise it is a lone name or number."""

    span: Span
    strong: bool


def bare_runs(text: str, start: int, end: int, names: Names) -> list[Run]:
    """The typed formulas and mentions in text[start:end], in order."""
    piece = text[start:end]
    for pattern in (_TAG, _ABBREVIATION):
        piece = blank_out(piece, pattern)
    piece = blank_out(piece, _NUMBERING)
    tokens = list(_TOKEN.finditer(piece))
    grade = _grades(piece, tokens, names)
    runs: list[Run] = []
    k = 0
    while k < len(tokens):
        if not grade[k]:
            k += 1
            continue
        last = k
        while last + 1 < len(tokens) and grade[last + 1] and "\n" not in piece[tokens[last].end():tokens[last + 1].start()]:
            last += 1
        runs += _trimmed(piece, tokens, grade, k, last, start)
        k = last + 1
    return runs


def _grades(piece: str, tokens: list[re.Match[str]], names: Names) -> list[int]:
    """For each token 0 (prose), 1 (can stand in a formula) or 2 (makes one)."""
    grade = [_own_grade(piece, tokens, k, names) for k in range(len(tokens))]
    for k in range(len(tokens) - 2, -1, -1):  # `log p(x)`: a function's name with its operand after a blank
        beside = not piece[tokens[k].end():tokens[k + 1].start()].strip(" ")
        if not grade[k] and tokens[k][0] in PREFIXES and grade[k + 1] and tokens[k + 1][0] not in _NO_OPERAND and beside and not _JOINED.match(piece, tokens[k].end()):
            grade[k] = 2
    _settle_brackets(piece, tokens, grade)
    for k, token in enumerate(tokens):
        before = grade[k - 1] if k else 0
        after = grade[k + 1] if k + 1 < len(tokens) else 0
        if token.lastgroup == "comma":
            grade[k] = int(bool(before and after and tokens[k - 1].lastgroup != "comma"))
        elif token.lastgroup == "minus":
            spaced = piece[token.end():token.end() + 1].isspace()
            grade[k] = (2 if before else 1) if after and (before or not spaced) else 0
        elif token[0] in ("a", "A", "I") and token.lastgroup == "word" and grade[k]:
            near = [j for j in (k - 1, k + 1) if 0 <= j < len(tokens)]
            grade[k] = int(any(grade[j] and tokens[j].lastgroup in ("operator", "minus", "bracket", "command") for j in near))
    return grade


def _own_grade(piece: str, tokens: list[re.Match[str]], k: int, names: Names) -> int:
    token, kind = tokens[k], tokens[k].lastgroup
    if kind == "command":
        return 0 if _TEXT_COMMAND.match(token[0]) else 2
    if kind == "operator":
        return 1 if token[0] in "'′|&" else 2
    if kind in ("number", "dots"):
        return 1
    if kind == "bang":
        return int(token.start() > 0 and piece[token.start() - 1].isalnum() and k + 1 < len(tokens))
    if kind in ("comma", "minus", "bracket"):
        return 1
    if kind != "word":
        return 0
    return _word_grade(piece, token, names) or int(_stands_after_equality(piece, tokens, k))


def _stands_after_equality(piece: str, tokens: list[re.Match[str]], k: int) -> bool:
    """`time = trnl`: a lone short word after an equality sign, with no other word behind it, stands where a formula should."""
    if not k or tokens[k - 1][0] not in ("=", "≈", "~", "∼", "≤", "<", ":=") or len(tokens[k][0]) > 8:
        return False
    after = tokens[k + 1] if k + 1 < len(tokens) and "\n" not in piece[tokens[k].end():tokens[k + 1].start()] else None
    return after is None or after.lastgroup in ("comma", "other", "operator", "bang") or after.start() == tokens[k].end()


def _word_grade(piece: str, token: re.Match[str], names: Names) -> int:
    word = token[0]
    following = piece[token.end():token.end() + 2].lstrip(" ")[:1]
    leading = piece[max(0, token.start() - 1):token.start()]
    hyphened = leading in ("-", "–") and piece[max(0, token.start() - 2):token.start() - 1].isalpha() or \
        following == "-" and piece[token.end():token.end() + 1] == "-" and piece[token.end() + 1:token.end() + 2].isalpha() and len(word) > 1
    if hyphened and not (len(word) == 1 and word in names.spellings):
        return 0
    if word in names.spellings or len(word) == 1 or re.fullmatch("d[a-z]", word) and following == "=":
        return 1
    if piece[token.end():token.end() + 1] in ("(", "_", "^", "{") and (word in FUNCTIONS or piece[token.end():token.end() + 1] != "("):
        return 2
    if word in FUNCTIONS and word.islower() and len(word) > 2 and following and (following in "(_^{\\√" or following in names.spellings):
        return 2
    if word in CONSTANT_WORDS or word in GREEK or leading in ("_", "^"):
        return 1
    return int(_is_glued(word, names))


def _is_glued(word: str, names: Names) -> bool:
    """Letters written together, `tnl`: each one a name of the vocabulary; without a vocabulary, a few consonants that are no word."""
    if len(word) > 6 or word.lower() in _SHORT_WORDS:
        return False
    if names.spellings:
        return all(c in names.spellings for c in word)
    return word.islower() and len(word) <= 4 and not re.search(r"[aeiouyäöü]", word)


def _settle_brackets(piece: str, tokens: list[re.Match[str]], grade: list[int]) -> None:
    """A bracket belongs to mathematics when it is closed and holds nothing else; `f(` right before one makes a call."""
    stack: list[int] = []
    prose = [0]
    for k, token in enumerate(tokens):
        prose.append(prose[-1] + (grade[k] == 0))
        if token.lastgroup != "bracket":
            continue
        if token[0] in "([{":
            stack.append(k)
        elif not stack:
            grade[k] = 0
        else:
            opened = stack.pop()
            if prose[k] - prose[opened + 1]:
                grade[k] = grade[opened] = 0
            elif opened and tokens[opened].start() == tokens[opened - 1].end() and grade[opened - 1] and tokens[opened - 1].lastgroup in ("word",
                "command"):
                grade[opened] = 2
    for k in stack:
        grade[k] = 0


def _trimmed(piece: str, tokens: list[re.Match[str]], grade: list[int], first: int, last: int, offset: int) -> list[Run]:
    """The stretch without what cannot begin or end a formula; nothing where no operand is left."""
    while last >= first and (tokens[last].lastgroup in ("comma", "dots", "minus") or tokens[last][0] in _OPEN_ENDED):
        last -= 1
    while first <= last and tokens[first].lastgroup in ("comma", "dots"):
        first += 1
    inner = tokens[first:last + 1]
    if not any(t.lastgroup in ("number", "word") or t.lastgroup == "command" and len(t[0]) > 2 or t[0] in "∞√∑∏∫½⅓¼" for t in inner):
        return []
    strong = max(g if t.lastgroup != "minus" or k else 0 for k, (t, g) in enumerate(zip(inner, grade[first:last + 1]))) > 1
    if len(inner) == 1 and inner[0].lastgroup == "command" and inner[0][0] in ("\\begin", "\\end"):
        return []
    span = trim(piece, inner[0].start(), inner[-1].end(), ".:?")
    return [Run(Span(span.start + offset, span.end + offset), strong)] if span.start < span.end else []
