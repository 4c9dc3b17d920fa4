"""Update rules as learners write them, as equations between old values v and new values v' (primes).

`q_{t+1} = q_t + p_t`, `q_t = q_{t-1} + p_{t-1}`, `q_t+1 = q_t + p_t`, `q^{(t+1)} = ...`, `q(t+1) = ...`, `q_new = q + p`, `q' = q + p` speak of two
times. Without time, `q <- q + p`, `q := q + p` and lines of code assign: what an earlier line has assigned is new for the later ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from grader import reading
from grader.model import Note, Read, Unread
from grader.reading.passages import passages
from grader.reading.tables import tables
from grader.reading.vocabulary import Vocabulary
from grader.term import Span, Term, apply, free_names, number, relation, replace, symbol, walk

STEP_NAMES = frozenset("eta alpha gamma lambda lr mu epsilon delta beta tau h s rho step".split())
"""Names that people use for a step size."""
MAX_FORMULA = 2000
"""Characters of a formula that is read."""
_NEW, _OLD = frozenset("new next after updated".split()), frozenset("old prev previous current now before".split())
_MISREAD = re.compile(r"(?<![A-Za-z0-9_\\])([A-Za-z9ρ])\s?[tT](\s?\+\s?1|[tl+][l1I])?(?![A-Za-z0-9])")
_LOOKALIKES = {"9": "q", "g": "q", "ρ": "p"}
"""Signs that a recogniser writes for a letter."""


@dataclass(frozen=True)
class Rule:
    """An equation for the new value of a variable; `other` is the same with every value old, where the text leaves it open."""

    variable: str
    equation: Term
    typed: Term
    other: Term | None = None
    span: Span | None = None


@dataclass(frozen=True)
class Setting:
    """What a text may speak of: the variables, the step size that the question gives, other known names, and how names are read."""

    variables: tuple[str, ...]
    vocabulary: Vocabulary
    step: Term | None = None
    known: frozenset[str] = frozenset()


@dataclass
class Rules:
    """The rules in order, notes, the text that was neither rule nor table, and why a formula was passed over."""

    rules: list[Rule] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    rest: str = ""
    reason: str = ""


def find_rules(text: str, setting: Setting, *, ocr: bool = False) -> Rules:
    """The update rules that a text states."""
    made = Rules()
    bare = _timed_calls(_without_tables(text, setting), setting)
    assigned: set[str] = set()
    bare = _SEVERAL_ARROWS.sub("\n", bare)
    bare = _ARROW.sub(lambda m: _arrow(m, setting, assigned, made), bare)
    bare = _whole(bare, setting, made)
    rest = []
    for passage in passages(bare, setting.vocabulary):
        if passage.kind == "code":
            rest += [_code_line(line, passage.span, setting, assigned, made) for line in passage.text.split("\n")]
        elif passage.is_formula and not passage.mention:
            rest += [left for piece in _rows(passage.text) if (left := _formula(piece, passage.span, setting, assigned, made))]
        else:
            rest.append(passage.text)
    made.rest = " ".join(" ".join(rest).split())
    if not made.rules and ocr:
        _mend(bare, setting, made)
    return made


_ARROW = re.compile(r"^[ \t]*+(?:[-*•·][ \t]++)?\$?[ \t]*+(?P<name>[A-Za-z]\w*)[ \t]*(?:←|<-|:=|\\leftarrow|\\gets)[ \t]*"
                    r"(?P<value>[^\n$]+)\$?[ \t]*+$", re.MULTILINE)


_SEVERAL_ARROWS = re.compile(r"[,;.][ \t]*(?:and[ \t]+)?(?:then[ \t]+)?(?=\$?[A-Za-z]\w*[ \t]*(?:←|<-|:=|\\leftarrow|\\gets))")


def _timed_calls(text: str, setting: Setting) -> str:
    """`q(t+1)` and `q[t+1]` as `q_{t+1}`."""
    names = "|".join(re.escape(n) for n in setting.variables)
    return re.sub(rf"(?<![A-Za-z\\])({names})\s?[(\[]\s*([tkni])\s*([+-]\s*1)?\s*[)\]]", lambda m: f"{m[1]}_{{{m[2]}{m[3] or ''}}}", text)


def _whole(text: str, setting: Setting, made: Rules) -> str:
    """Take lines without dollars, and matrix equations, in one piece; what was taken is blanked out."""
    pieces = [text] if "matrix}" in text else text.split("\n")
    left = []
    for piece in pieces:
        tried = Rules()
        bare = piece.strip().strip("$")
        if "=" in piece and "`" not in piece and "$" not in bare and len(bare) <= MAX_FORMULA and any(n in bare for n in setting.variables):
            found = reading.read(bare, setting.vocabulary)
            if isinstance(found, Read) and not found.proposed and any(
                    _offset(node, setting.variables) is not None for node in walk(found.term)):
                _take(found.term, Span(0, len(piece)), setting, set(), tried)
                tried.notes += [*found.notes, *_ambiguous(found)] if tried.rules else []
        made.rules += tried.rules
        made.notes += [n for n in tried.notes if n not in made.notes]
        left.append("" if tried.rules and not tried.reason else piece)
    return "\n".join(left)


def _arrow(found: re.Match[str], setting: Setting, assigned: set[str], made: Rules) -> str:
    """Take a line `q <- q + p`; it is blanked out where that succeeds."""
    value = reading.read(_UPDATED.sub("", found["value"]).strip(" \t,;."), setting.vocabulary)
    if found["name"] not in setting.variables or not isinstance(value, Read) or value.proposed:
        return found[0]
    before = len(made.rules)
    _assign(found["name"], value.term, Span(*found.span()), setting, assigned, made, surely=False)
    assigned.add(found["name"])
    return " " * len(found[0]) if len(made.rules) > before else found[0]


_UPDATED = re.compile(r"\s*[(\[](?:with |using |where )?(?:the )?(?:new|updated|just updated|fresh)\b[^()\[\]]*[)\]][\s.]*$")
"""`p <- p - q (with the new q)`."""
_SIGN = re.compile(r"=|←|<-|\\(?:long)?leftarrow(?![A-Za-z])|\\(?:gets|coloneqq)(?![A-Za-z])")


def _rows(content: str) -> list[str]:
    """A display's rows, and lines that are each an equation, one by one."""
    if "\\begin" in content:
        return [content]
    pieces = [p for p in re.split(r"\\\\|\n", content) if p.strip()]
    return [p.replace("&", " ") for p in pieces] if len(pieces) > 1 and all(_SIGN.search(p) for p in pieces) else [content]


def _formula(content: str, span: Span, setting: Setting, assigned: set[str], made: Rules) -> str:
    """Take a formula's rules; the formula itself where it cannot be read."""
    found = reading.read(content, setting.vocabulary) if len(content) <= MAX_FORMULA else Unread("a formula is too long")
    if not isinstance(found, Read) or found.proposed:
        made.reason = made.reason or getattr(found, "reason", "it is only a guess")
        return content
    before = len(made.rules)
    _take(found.term, span, setting, assigned, made)
    if len(made.rules) > before:
        made.notes += [*found.notes, *_ambiguous(found)]
        return ""
    return "" if _is_start(found.term, setting.variables) else content


def _ambiguous(found: Read) -> list[Note]:
    """A formula that can be read in two ways is a guess."""
    return [Note(f"{found.term} could also be {other}", found.term.span, "guess", "rules.ambiguous") for other in found.alternatives[:1]]


def _is_start(term: Term, variables: Sequence[str]) -> bool:
    """`q_0 = p_0 = 1` is no rule and leaves nothing unsaid."""
    if term.is_apply("and") or term.kind == "tuple":
        return all(_is_start(a, variables) for a in term.args)
    if term.kind != "relation":
        return False

    def plain(side: Term) -> bool:
        timed = side.is_apply("index", 2) and side.args[0].kind == "symbol" and side.args[0].name in variables
        return side.kind == "number" or side.is_apply("neg", 1) and side.args[0].kind == "number" or timed and side.args[1].kind == "number"

    return all(map(plain, term.args))


def _without_tables(text: str, setting: Setting) -> str:
    """The text without its tables of numbers."""
    spans = [s for t in tables(text, setting.vocabulary) for s in ([t.span] if t.form not in ("list", "assignments") else [r.span for r in t.rows])]
    kept, done = [], 0
    for span in sorted(spans):
        if span.start >= done and not re.search(r"_\{?t|_t|←|<-|:=|matrix\}", text[span.start:span.end]):
            kept += [text[done:span.start], "\n"]
            done = span.end
    return "".join([*kept, text[done:]])


def _code_line(line: str, span: Span, setting: Setting, assigned: set[str], made: Rules) -> str:
    """Take an assignment of code; what is left over is returned."""
    code = line.split("#")[0].strip()
    comment = line[len(line.split("#")[0]):]
    if not code:
        return comment
    short = re.fullmatch(r"([A-Za-z_]\w*)\s*([+\-*])=\s*(.+)", code)
    if short:
        code = f"{short[1]} = {short[1]} {short[2]} ({short[3]})"
    sides = code.split("=")
    if len(sides) != 2 or "(" in sides[0] or "[" in code:
        return line
    targets, values = (s.split(",") for s in sides)
    if len(targets) != len(values) or any(t.strip() not in setting.variables for t in targets):
        return line
    terms = [reading.read(v.strip(), setting.vocabulary) for v in values]
    if not all(isinstance(t, Read) and not t.proposed for t in terms):
        return line
    for target, value in zip(targets, terms):
        _assign(target.strip(), value.term, span, setting, assigned, made, surely=True)
    assigned.update(t.strip() for t in targets)
    return comment


def _take(term: Term, span: Span, setting: Setting, assigned: set[str], made: Rules) -> None:
    """Take the rules from a formula: a relation, several, or a system of them."""
    if term.is_apply("and") or term.kind == "tuple" and term.name in ("list", "cases", "tuple", "set"):
        for part in term.args:
            _take(part, span, setting, assigned, made)
        return
    if term.is_apply("where"):
        _take(term.args[0], span, setting, assigned, made)
        return
    if term.kind != "relation" or set(term.signs) - {"=", ":=", "->"}:
        return
    first = term.args[0]
    if first.kind == "tuple" and all(s.kind == "tuple" and len(s.args) == len(first.args) for s in term.args):
        for sides in zip(*[s.args for s in term.args]):
            _take(relation(term.signs, *sides), span, setting, set(assigned), made)
        return
    columns = [_column(s) for s in term.args]
    if all(c is not None and len(c) == len(columns[0]) for c in columns):
        for sides in zip(*columns):
            _take(relation(term.signs, *sides), span, setting, set(assigned), made)
        return
    timed = any(_offset(node, setting.variables) is not None for side in term.args for node in walk(side))
    name = first.name if first.kind == "symbol" else ""
    if timed:
        _timed(term, span, setting, made)
    elif name in setting.variables and (set(term.signs) & {":=", "->"} or name in free_names(term.args[-1])):
        _assign(name, term.args[-1], span, setting, assigned, made, surely=False)
        assigned.add(name)


def _column(term: Term) -> list[Term] | None:
    """The entries of a column: a matrix of one column, a sum of such, or a matrix times one."""
    if term.kind == "tuple" and term.name == "matrix" and all(row.kind == "tuple" and len(row.args) == 1 for row in term.args):
        return [row.args[0] for row in term.args]
    parts = [_column(a) for a in term.args] if term.is_apply("add") else []
    if parts and all(p is not None and len(p) == len(parts[0]) for p in parts):
        return [apply("add", *entries) for entries in zip(*parts)]
    if term.is_apply("mul", 2) and term.args[0].kind == "tuple" and term.args[0].name == "matrix":
        vector, rows = _column(term.args[1]), [row.args for row in term.args[0].args]
        if vector and all(len(row) == len(vector) for row in rows) and len(vector) > 1:
            return [apply("add", *[apply("mul", a, x) for a, x in zip(row, vector)]) for row in rows]
    return None


def _assign(name: str, value: Term, span: Span, setting: Setting, assigned: set[str], made: Rules, *, surely: bool) -> None:
    plain = _stepped(value, setting, made)
    if plain is None:
        return
    equation, old = (relation("=", _new(name), side) for side in (_renamed(plain, assigned), plain))
    made.rules.append(Rule(name, equation, relation(":=", symbol(name), plain), None if surely or old == equation else old, span))


def _timed(term: Term, span: Span, setting: Setting, made: Rules) -> None:
    """An equation between values at two times; of a chain each side that is arithmetic is held against the first."""
    offsets = [o for side in term.args for node in walk(side) if (o := _offset(node, setting.variables)) is not None]
    low, high = min(offsets), max(offsets)
    shift = 1 if low == -1 else 0
    if high - low > 1 or high + shift != 1:
        made.reason = made.reason or "an equation does not lead from one step to the next"
        return
    sides = [_primed(side, setting.variables, shift) for side in term.args]
    plain = [s if s is None else _stepped(s, setting, made) for s in sides]
    if plain[0] is None:
        return
    rest = [s for s in plain[1:] if s is not None and s.kind != "number"]
    if not rest:
        made.reason = made.reason or "the gradient is not worked out"
    for side in dict.fromkeys(rest):
        target = _target(plain[0], side, setting.variables)
        if target:
            made.rules.append(Rule(target, relation("=", plain[0], side), term, None, span))


def _target(left: Term, right: Term, variables: Sequence[str]) -> str:
    """Whose new value the equation gives: the one that stands alone, else the last variable of which both values occur, else the only new one."""
    for side in (left, right):
        if side.is_apply("prime") and side.args[0].name in variables:
            return side.args[0].name
    new = list(dict.fromkeys(n.args[0].name for n in [*walk(left), *walk(right)] if n.is_apply("prime")))
    old = {n.name for n in [*_olds(left), *_olds(right)]}
    both = [n for n in new if n in old]
    return both[-1] if both else new[0] if len(new) == 1 else ""


def _olds(term: Term) -> list[Term]:
    """Symbols that stand outside primes."""
    if term.is_apply("prime"):
        return []
    return [term] if term.kind == "symbol" else [s for a in term.args for s in _olds(a)]


# ------------------------------------------------------------------------------------------------------------------ times


def _offset(node: Term, variables: Sequence[str]) -> int | None:
    """Which time a node speaks of, counted from t: 1 for q_{t+1}, q', q_new; 0 for q_t, q_old; None where it is no timed variable."""
    if node.kind != "apply" or not node.args or node.args[0].kind != "symbol" or node.args[0].name not in variables:
        return None
    if node.name == "prime" and node.args[1] == number(1):
        return 1
    if node.name in ("index", "sup", "pow", "call") and len(node.args) == 2:
        return _time(node.args[1], node.name == "pow")
    return None


def _time(term: Term, strict: bool) -> int | None:
    if term.kind in ("symbol", "text"):
        word = term.name.strip().lower()
        if word in _NEW or word in _OLD:
            return 1 if word in _NEW else 0
        return 0 if term.kind == "symbol" and len(word) == 1 and (word in "tknij" or not strict) else None
    if term.is_apply("add", 2) and term.args[0].kind == "symbol":
        second = term.args[1]
        if second == number(1):
            return 1
        if second == apply("neg", number(1)):
            return -1
    return None


def _primed(term: Term, variables: Sequence[str], shift: int) -> Term | None:
    """With v for old and v' for new values; None where the side is no arithmetic in them (a derivative, f)."""
    offset = _offset(term, variables)
    if offset is not None:
        return _new(term.args[0].name) if offset + shift == 1 else term.args[0]
    if term.kind in ("number", "symbol"):
        return term
    if term.kind != "apply" or term.name not in ("add", "neg", "mul", "div", "pow"):
        return None
    parts = [_primed(a, variables, shift) for a in term.args]
    return None if any(p is None for p in parts) else apply(term.name, *parts)


def _renamed(term: Term, new: set[str]) -> Term:
    if term.kind == "symbol":
        return _new(term.name) if term.name in new else term
    return term.with_args(tuple(_renamed(a, new) for a in term.args))


def _new(name: str) -> Term:
    return apply("prime", symbol(name), number(1))


def _stepped(term: Term, setting: Setting, made: Rules) -> Term | None:
    """With the given step size for the learner's letter for it; None where the side is no arithmetic or names anything else."""
    if not _arithmetic(term):
        return None
    own = free_names(term) - set(setting.variables) - setting.known
    if setting.step is not None:
        own -= free_names(setting.step)
    if not own:
        return term
    name = min(own)
    if len(own) > 1 or name not in STEP_NAMES or setting.step is None:
        made.reason = made.reason or f"{name} stands in a rule and is not known"
        return None
    note = Note(f"{name} is taken for the step size {setting.step}", None, "info", "rules.step")
    if note not in made.notes:
        made.notes.append(note)
    return replace(term, {symbol(name): setting.step})


def _arithmetic(term: Term) -> bool:
    return term.kind in ("number", "symbol") or term.is_apply("prime") or (
        term.kind == "apply" and term.name in ("add", "neg", "mul", "div", "pow") and all(map(_arithmetic, term.args)))


def _mend(text: str, setting: Setting, made: Rules) -> None:
    """Lines of a scanned text with the letters mended that a recogniser confuses; what comes of it is a guess."""
    low = {**{n.lower(): n for n in setting.variables}, **{a: b for a, b in _LOOKALIKES.items() if b in setting.variables}}

    def mend(found: re.Match[str]) -> str:
        name = low.get(found[1].lower())
        return found[0] if name is None else f" {name}_{{t+1}} " if found[2] else f" {name}_t "

    for line in text.split("\n"):
        sides = re.split(r"(?<![<>:!])=", _MISREAD.sub(mend, re.sub(r"\[[^\]\n]*\].*", "", line)))
        if len(sides) != 2 or not all(s.strip() for s in sides):
            continue
        found = reading.read("=".join(s.strip() for s in sides), setting.vocabulary)
        before = len(made.rules)
        if isinstance(found, Read):
            _take(found.term, Span(0, 0), setting, set(), made)
        if len(made.rules) > before:
            made.notes.append(Note(f"“{' '.join(line.split())}” is read as {made.rules[-1].typed}", None, "guess", "rules.misread"))
