"""Which way each `|` and `‖` faces: absolute value, norm, condition (`p(x | z)`), or evaluation (`f |_{x=0}`).

Bars of one bracket level are settled together, from left to right. A bar that nothing can stand before must open, one that nothing can follow must
close; among the others the number of openings is known (openings and closings balance), a bar closes when one is open, and in a level with an odd
number the first bar between two operands with none open is the condition. Each token ends as `abs(`, `abs)`, `norm(`, `norm)`, `mid`, `dmid` or
`evalbar`.
"""

from __future__ import annotations

from grader.reading.repair import CLOSERS, ENDS, OPENERS, STARTS, Mended
from grader.reading.tokens import ReadError, Token

_AFTER_CLOSE = frozenset(
    "^ _ ! ' ) ] } rset rfloor rceil rangle rnull + - * / = rel , ; eof end and or implies iff cup cap where amp row pm percent : . then "
    "otherwise".split())


def settle_bars(mended: Mended) -> None:
    """Give every bar its kind. Fails with `ReadError` at a bar that fits nowhere."""
    tokens, partner = mended.tokens, mended.partner
    if not any(t.kind in ("|", "‖") for t in tokens):
        return
    levels: dict[int, list[int]] = {}
    stack = [-1]
    for k, t in enumerate(tokens):
        if t.kind in OPENERS and partner.get(k, -1) > k:
            stack.append(k)
        elif t.kind in CLOSERS and k in partner and len(stack) > 1:
            stack.pop()
        elif t.kind in ("|", "‖"):
            levels.setdefault(stack[-1], []).append(k)
    for opener, bars in levels.items():
        _settle_level(tokens, opener, bars)


def _settle_level(tokens: list[Token], opener: int, bars: list[int]) -> None:
    if _is_divergence(tokens, opener, bars) and _mark_double(tokens, bars):
        return
    doubles = [k for k in bars if tokens[k].kind == "‖"]
    if doubles:
        _settle_doubles(tokens, doubles)
        bars = [k for k in bars if tokens[k].kind == "|"]
    if not bars or _as_norms(tokens, bars):
        return
    _settle_singles(tokens, bars)


def _is_divergence(tokens: list[Token], opener: int, bars: list[int]) -> bool:
    """Is this the bracket of KL(...), D_{KL}[...] or D(...)?"""
    if opener <= 0:
        return False
    before = tokens[opener - 1]
    if before.kind == "func" and before.text in ("KL", "KLD", "kl", "DKL") or before.kind == "name" and before.text in ("D", "KL"):
        return True
    if before.kind == "}" or before.kind == "func":
        return any(t.kind in ("func", "name") and t.text in ("KL", "KLD", "kl", "D") for t in tokens[max(0, opener - 6):opener])
    return before.kind == "name" and before.text in ("D", "L") and opener > 1


def _mark_double(tokens: list[Token], bars: list[int]) -> bool:
    """The double bar between two densities, however it was typed: `||`, `\\|`, `\\lvert\\rvert`, `|\\,|`."""
    for j, k in enumerate(bars):
        t = tokens[k]
        before, after = tokens[k - 1].kind, tokens[k + 1].kind
        if t.kind == "‖" and before in ENDS and (after in STARTS or after == "|"):
            t.kind = "dmid"
            return _rest(tokens, bars[:j] + bars[j + 1:])
        doubled = t.kind == "|" and j + 1 < len(bars) and bars[j + 1] == k + 1 and tokens[k + 1].kind == "|"
        if doubled and before in ENDS and tokens[k + 2].kind in STARTS:
            t.kind, tokens[k + 1].kind = "dmid", "skip"
            return _rest(tokens, bars[:j] + bars[j + 2:])
    return False


def _rest(tokens: list[Token], bars: list[int]) -> bool:
    singles = [k for k in bars if tokens[k].kind == "|"]
    if singles:
        _settle_singles(tokens, singles)
    return True


def _settle_doubles(tokens: list[Token], doubles: list[int]) -> None:
    open_ = 0
    for j, k in enumerate(doubles):
        t = tokens[k]
        operand_before = k > 0 and (tokens[k - 1].kind in ENDS | {"norm)", "abs)", "|"} or _is_starred(tokens, k))
        if t.mark == "L" or not operand_before and t.mark != "R":
            t.kind = "norm("
            open_ += 1
        elif t.mark == "\\parallel" and not open_:
            t.kind, t.text = "rel", "parallel"
        elif open_:
            t.kind = "norm)"
            open_ -= 1
        elif tokens[k + 1].kind in STARTS and len(doubles) % 2 == 0 and j + 1 < len(doubles):
            t.kind = "norm("
            open_ += 1
        else:
            t.kind, t.text = "rel", "parallel"
    if open_:
        t = tokens[doubles[0]]
        raise ReadError("a norm that is never closed", t.start, t.end, "Close it with another double bar.")


def _is_starred(tokens: list[Token], k: int) -> bool:
    """`w^*|`: a star, plus or minus that is raised ends an operand."""
    return k > 1 and tokens[k - 1].kind in ("*", "+", "-", "pm") and tokens[k - 2].kind in ("^", "_") and tokens[k - 1].gap == 0


def _as_norms(tokens: list[Token], bars: list[int]) -> bool:
    """`||x||`: do the bars of the level pair up as double bars? Then mark them as norms."""
    if len(bars) % 2:
        return False
    pairs = [(bars[j], bars[j + 1]) for j in range(0, len(bars), 2)]
    if not all(b == a + 1 and tokens[b].gap == 0 for a, b in pairs):
        return False
    kinds: list[str] = []
    for j, (a, b) in enumerate(pairs):
        before, after = tokens[a - 1].kind if a else "eof", tokens[b + 1].kind
        is_open = j % 2 == 0
        if is_open and before in ENDS and len(pairs) == 1:
            kinds.append("or" if any(t.kind == "rel" for t in tokens[max(0, a - 60):a]) and any(t.kind == "rel" for t in tokens[b:b + 60]) else "rel")
        elif is_open and after not in STARTS | {"-", "+"} or not is_open and before not in ENDS:
            return False
        else:
            kinds.append("norm(" if is_open else "norm)")
    if len(pairs) % 2 and kinds[0] not in ("or", "rel"):
        return False
    for kind, (a, b) in zip(kinds, pairs):
        tokens[a].kind, tokens[b].kind = kind, "skip"
        tokens[a].text = "parallel" if kind == "rel" else kind
    return True


def _settle_singles(tokens: list[Token], bars: list[int]) -> None:
    forced = [_forced(tokens, k) for k in bars]
    for j in range(1, len(bars)):
        if forced[j - 1] == "open" and bars[j] == bars[j - 1] + 1 and not forced[j]:
            forced[j] = "open"
    for j in range(len(bars) - 2, -1, -1):
        if forced[j + 1] == "close" and bars[j + 1] == bars[j] + 1 and not forced[j]:
            forced[j] = "close"
    free = forced.count("")
    opens, closes = forced.count("open"), forced.count("close")
    odd = len(bars) % 2 == 1
    spare = (closes + free - odd - opens) // 2
    depth = 0
    for j, k in enumerate(bars):
        kind = forced[j]
        free -= kind == ""
        if not kind:
            if odd and depth == 0 and free >= spare:
                tokens[k].kind, odd = "mid", False
                continue
            kind = "close" if depth > 0 and free >= spare else "open"
            spare -= kind == "open"
        if kind == "close" and depth == 0:
            _evaluation(tokens, k)
            continue
        depth += 1 if kind == "open" else -1
        tokens[k].kind = "abs(" if kind == "open" else "abs)"
    if depth:
        t = tokens[bars[0]]
        raise ReadError("this bar has no partner", t.start, t.end, "Write abs(...) for an absolute value.")


def _forced(tokens: list[Token], k: int) -> str:
    """"open" or "close" where only that is possible, else ""."""
    t = tokens[k]
    if t.mark in ("L", "R"):
        return "open" if t.mark == "L" else "close"
    before = tokens[k - 1].kind if k else "eof"
    if before not in ENDS and before != "|" and not _is_starred(tokens, k):
        return "open"
    after = tokens[k + 1].kind
    if after in _AFTER_CLOSE and before != "|":
        return "close"
    return "close" if after in _AFTER_CLOSE else ""


def _evaluation(tokens: list[Token], k: int) -> None:
    t = tokens[k]
    if tokens[k + 1].kind in ("_", "^"):
        t.kind = "evalbar"
    elif t.mark != "R" and tokens[k + 1].kind in STARTS | {"-", "+", "pm"}:
        t.kind = "mid"
    else:
        raise ReadError("this bar closes nothing", t.start, t.end, "Write abs(...) for an absolute value.")
