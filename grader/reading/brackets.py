"""Which bracket closes which, and what the kinds of brackets and operands are."""

from __future__ import annotations

from grader.model import Note
from grader.reading.tokens import ReadError, Token
from grader.term import Span

OPENERS = {"(": ")", "[": "]", "{": "}", "lset": "rset", "lfloor": "rfloor", "lceil": "rceil", "langle": "rangle", "lnull": "rnull", "begin": "end"}
CLOSERS = frozenset(OPENERS.values())
ENDS = frozenset("num name const ) ] } rset rfloor rceil rangle ! ' percent degree vulgar text unknown mark accent top".split())
"""Kinds that can end an operand."""
STARTS = frozenset("num name const func unknown text ( [ { lset lfloor lceil langle lnull vulgar root sqrt frac binom hat big big2 big3 "
                   "partial nabla begin "
                   "norm absc d brace under over_ cancel set_ forall exists not textcolor dots".split())
"""Kinds that can begin an operand."""
_AFTER_INTERVAL = CLOSERS | frozenset("eof , ; . cup cap where and or rel row amp".split())
_SHOWN = {"lset": "\\{", "rset": "\\}", "lfloor": "⌊", "lceil": "⌈", "langle": "⟨", "begin": "\\begin", "lnull": "\\left."}


def match_brackets(tokens: list[Token], text: str, notes: list[Note]) -> dict[int, int]:
    """The partner of every bracket. Brackets that are open at the very end are closed there, a stray one at the very end is dropped."""
    partner: dict[int, int] = {}
    stack: list[int] = []
    stray = k = 0
    while k < len(tokens):
        t = tokens[k]
        kind = t.kind
        if kind in OPENERS and not (kind == "[" and stack and _closes_backwards(tokens, stack, k)):
            stack.append(k)
        elif kind in CLOSERS or kind == "[":
            if kind == "]" and (not stack or tokens[stack[-1]].kind in ("(", "{")) and (k == 0 or tokens[k - 1].kind not in ENDS):
                t.kind, t.mark = "[", "]"
                stack.append(k)
            elif stack and (kind == "[" or _fits(tokens[stack[-1]], t)):
                t.kind = "]" if kind == "[" else kind
                t.mark = "[" if kind == "[" else t.mark
                partner[k] = stack[-1]
                partner[stack.pop()] = k
            elif stray < 3 and all(u.kind in CLOSERS for u in tokens[k:-1]) and not any(_fits(tokens[j], t) for j in stack):
                said = f"the last `{text[t.start:t.end]}` closes nothing and is left out"
                notes.append(Note(said, Span(t.start, t.end), "repair", "stray_bracket"))
                del tokens[k]
                stray += 1
                continue
            else:
                raise _unmatched(tokens, stack, k, text)
        k += 1
    if stack:
        _close_at_end(tokens, stack, partner, text, notes)
    return partner


def _fits(opener: Token, closer: Token) -> bool:
    """May this bracket close that one? Round and square brackets mix in intervals, and `\\left. ... \\right|` has its own."""
    a, b = opener.kind, closer.kind
    return OPENERS[a] == b or (a in "([" and b in ")]") or a == "lnull" or b == "rnull" or (a == "lset" and b == "}")


def _closes_backwards(tokens: list[Token], stack: list[int], k: int) -> bool:
    """`]a, b[` and `[a, b[`: a square bracket that opens to the left closes."""
    opener = tokens[stack[-1]]
    if opener.kind not in ("[", "(") or tokens[k - 1].kind not in ENDS or tokens[k + 1].kind not in _AFTER_INTERVAL:
        return False
    return any(t.kind in ",;" for t in tokens[stack[-1]:k])


def _unmatched(tokens: list[Token], stack: list[int], k: int, text: str) -> ReadError:
    t = tokens[k]
    typed = text[t.start:t.end].removeprefix("\\right").strip() or t.text
    if not stack:
        return ReadError(f"`{typed}` closes nothing", t.start, t.end, "Open the bracket, or leave this one out.")
    opener = tokens[stack[-1]]
    shown = _SHOWN.get(opener.kind, opener.kind)
    return ReadError(f"`{typed}` does not close the `{shown}` before it", t.start, t.end, f"Close the `{shown}` first.")


def _close_at_end(tokens: list[Token], stack: list[int], partner: dict[int, int], text: str, notes: list[Note]) -> None:
    if len(stack) > 3:
        t = tokens[stack[0]]
        raise ReadError("several brackets are never closed", t.start, t.end, "Close them.")
    end = tokens.pop()
    for k in reversed(stack):
        opener = tokens[k]
        shown = _SHOWN.get(opener.kind, opener.kind)
        if len(tokens) == k + 1:
            raise ReadError(f"nothing follows `{shown}`", opener.start, opener.end, "Leave it out, or write what it holds.")
        inside = {t.kind for t in tokens[k + 1:]}
        of_function = k > 0 and tokens[k - 1].kind == "func"
        mixed = len(inside & {"+", "-", "*", "/", "rel", "^", "and", "or", ","}) > 1 or of_function and inside & {"+", "-", "rel"}
        said = f"`{shown}` is never closed; it is closed at the end"
        notes.append(Note(said, Span(opener.start, opener.end), "guess" if mixed else "repair", "unclosed_bracket"))
        tokens.append(Token(OPENERS[opener.kind], opener.text if opener.kind == "begin" else "", len(text), len(text)))
        partner[k], partner[len(tokens) - 1] = len(tokens) - 1, k
    tokens.append(end)
