"""What an answer in words says about the course of an iteration: a small grammar for verdicts, their denials, and claims about step sizes.

Sentences are cut into clauses; in a clause a denial ("not", "never", "cannot", "no convergence", "instead of converging") reaches the next thing that
is said and what is joined to it by "or". A clause that speaks of another step size ("a smaller step", "changing the learning rate", "the step is too
large") states something about step sizes; one that speaks of the given one ("with step = 1") does not. What is hedged ("maybe", "probably"),
conditional, denied twice, or about a step size that changes while the iteration runs, is unclear and is never taken for a statement.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from grader.answers import _words
from grader.answers._course_lexicon import (ASKS, BREAKS, CONTEXT, DRIFTS, MOVES, NO, NUMBERS, OUTWARDS, PARTICLE_NEXT, PURPOSES, SAYS, WEAK, YES,
                                            Token, classify, denies, english)


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing said: "converges", "grows", "cycles", "oscillates", "period", "step_helps", "at_step", "determinant", "eigenvalues"; whether it is
    affirmed; a number or size where one belongs to it; the words it was said in."""

    name: str
    holds: bool
    value: Fraction | str | None = None
    quote: str = ""

    @property
    def key(self) -> tuple[str, Fraction | str | None]:
        """What it is about."""
        return self.name, self.value


@dataclass
class Said:
    """What was found in an answer: statements in order, the bare yes or no at its start, how many words
    there are, what stayed unclear, misspelt words that were mended."""

    statements: list[Statement] = field(default_factory=list)
    particle: bool | None = None
    only_particle: bool = False
    never: bool = False
    words: int = 0
    unclear: list[str] = field(default_factory=list)
    steps_unclear: str = ""
    """What was said of step sizes and is hedged, or is about steps that change while the iteration runs."""
    near: list[tuple[str, str]] = field(default_factory=list)

    def of(self, *names: str) -> list[Statement]:
        """The statements of these names."""
        return [s for s in self.statements if s.name in names]


def listen(text: str, given_step: Fraction | None, loose: bool = False) -> Said:
    """What the words say. `given_step` is the step size that the question fixes; `loose` is for text that came through a recogniser."""
    said = Said()
    words = _words.words(english(text))
    tokens = [classify(w, said.near, loose) for w in words]
    sentence: list[Token] = []
    first = True
    for token in [*tokens, None]:
        if token is not None and not (token.text in ".;!?\n•·" and len(token.text) == 1):
            sentence.append(token)
            continue
        if sentence and not (token is not None and token.text == "?"):
            _sentence(sentence, text, given_step, said, first)
            first = False
        sentence = []
    content = [w for w in words if w.is_word]
    said.words = len(content)
    said.only_particle = said.particle is not None and len(content) == 1
    said.statements = list({(s.name, s.holds, s.value): s for s in reversed(said.statements)}.values())[::-1]
    return said


def _sentence(tokens: list[Token], text: str, given: Fraction | None, said: Said, first: bool) -> None:
    head = tokens[0].text
    if head in YES | NO and (len(tokens) == 1 or tokens[1].text in PARTICLE_NEXT):
        _particle(head in YES, said)
        tokens = tokens[1:]
    if len(tokens) > 1 and tokens[0].text in ASKS and tokens[1].text in ("it", "the", "this", "they", "we", "one"):
        return
    for clause in _joined(_clauses(tokens)):
        _clause(clause, text, given, said)


def _particle(holds: bool, said: Said) -> None:
    if said.particle is not None and said.particle != holds:
        said.unclear.append("both yes and no")
    said.particle = holds


def _clauses(tokens: Sequence[Token]) -> list[list[Token]]:
    """Cut at conjunctions and commas; brackets that say nothing of the iterates stay whole."""
    made: list[list[Token]] = [[]]
    closes = -1
    for k, token in enumerate(tokens):
        following = tokens[k + 1].text if k + 1 < len(tokens) else ""
        if token.text == "(" and closes < k:
            end = next((j for j in range(k, len(tokens)) if tokens[j].text == ")"), -1)
            if end > 0 and not any(t.kind in SAYS for t in tokens[k:end]):
                closes = end
        if k > closes and (token.text == "," or token.text in BREAKS and not (token.text == "instead" and following == "of")):
            made.append([])
        else:
            made[-1].append(token)
    return [c for c in made if c]


def _joined(clauses: list[list[Token]]) -> list[list[Token]]:
    """Put "with a smaller step size," before what follows it, and "converges: no" together."""
    made: list[list[Token]] = []
    held: list[Token] = []
    for clause in clauses:
        words = [t.text for t in clause]
        whole = [*held, *clause]
        if made and not held and len(words) == 1 and words[0] in YES | NO and not any(denies(t.text) for t in made[-1]):
            if words[0] in NO:
                made[-1] = [*clause, *made[-1]]
        elif not held and words[0] in CONTEXT and any(_is_step(clause, k) for k in range(len(clause))) and not any(
                t.kind in SAYS or t.kind in ("help", "reach") or t.text == "too" for t in clause):
            held = clause
        else:
            made.append(whole)
            held = []
    return [*made, held] if held else made


# ---------------------------------------------------------------------------------------------------------------- clauses


def _clause(tokens: list[Token], text: str, given: Fraction | None, said: Said) -> None:
    quote = " ".join(text[tokens[0].word.span.start:tokens[-1].word.span.end].split())
    kinds = {t.kind for t in tokens}
    said.never |= any(t.text == "never" for t in tokens)
    words = {t.text for t in tokens}
    step = _step(tokens, given)
    weak = words & WEAK and any(map(denies, words)) or words & {"may", "could"} and not step
    if "hedge" in kinds or weak:
        of_steps = step != "" or bool(kinds & {"other", "change"})
        said.steps_unclear = said.steps_unclear or (quote if of_steps else "")
        if kinds & (SAYS | {"reach"}) or len(tokens) <= 3 or of_steps:
            said.unclear.append(quote)
        return
    _numbers(tokens, quote, said)
    if step == "schedule":
        said.steps_unclear = said.steps_unclear or quote
        said.unclear.append(quote)
    elif step in ("other", "every", "too much"):
        _about_steps(tokens, step, quote, said)
    elif isinstance(step, Fraction):
        for holds, kind in _predicates(tokens, said, quote):
            said.statements.append(Statement("at_step", holds if kind == "settle" else not holds, step, quote))
    elif "condition" in kinds:
        if kinds & (SAYS | {"reach"}):
            said.unclear.append(quote)
    else:
        names = {"settle": "converges", "grow": "grows", "cycle": "cycles", "oscillate": "oscillates"}
        for holds, kind in _predicates(tokens, said, quote):
            said.statements.append(Statement(names[kind], holds, None, quote))


def _predicates(tokens: Sequence[Token], said: Said, quote: str) -> list[tuple[bool, str]]:
    """(affirmed, kind) for each thing said in the clause; kind is settle, grow, cycle or oscillate."""
    made: list[tuple[bool, str]] = []
    denials = 0
    for k, token in enumerate(tokens):
        word, following = token.text, tokens[k + 1].text if k + 1 < len(tokens) else ""
        if word == "nor" and denials:
            continue
        if word == "nor" and made:
            denials = 1
        elif denies(word) and not (word == "not" and following == "only") and not (word == "no" and following in ("matter", "doubt", "longer")):
            denials += 1
        elif word == "no" and following == "longer" or word in ("instead", "rather") and following in ("of", "than"):
            denials += 1
        kind = _predicate_kind(tokens, k)
        if kind == "settle" and word == "convergence" and not denials and _denied_after(tokens, k):
            made.append((False, kind))
            break
        if kind and not (made and made[-1][1] == kind and kind == "settle" and not denials):
            if denials > 1:
                said.unclear.append(quote)
            else:
                made.append((denials == 0, kind))
            rest = [t.text for t in tokens[k + 1:k + 6]]
            if not ("or" in rest or "nor" in rest):
                denials = 0
    return made


def _predicate_kind(tokens: Sequence[Token], k: int) -> str:
    """What the word says of the iterates, "" where nothing."""
    token, following = tokens[k], tokens[k + 1].text if k + 1 < len(tokens) else ""
    around = {t.text for t in tokens[max(0, k - 4):k + 6]}
    before = [t.text for t in tokens[max(0, k - 2):k]]
    if token.kind in ("settle", "reach") and before[-1:] == ["to"] and (k == 1 or before[0] in PURPOSES):
        return ""
    if token.kind == "settle":
        return "settle"
    if token.kind == "reach" and following != "that":
        near = tokens[max(0, k - 6):k + 7]
        return "settle" if any(t.kind == "optimum" or t.text in ("zero", "0") for t in near) or following in ("it", "there") else ""
    if token.text in DRIFTS:
        if around & OUTWARDS and "unbounded" not in around:
            return "grow"
        if around & {"0", "zero", "optimum", "equilibrium", "origin"} and token.text[:2] in ("te", "ap"):
            return "settle"
        return "settle" if around & {"inward", "inwards"} else ""
    if token.text in ("blow", "blows") and "up" in around:
        return "grow"
    if token.kind in ("grow", "oscillate"):
        return token.kind
    if token.kind == "cycle":
        return "cycle" if _recurs(tokens, k) else ""
    if token.kind == "return" and _comes_back(tokens, k):
        return "cycle"
    rest = [t.text for t in tokens[k + 1:k + 6]]
    if token.text == "same" and "as" in rest and {"initial", "start", "starting", "beginning", "first"} & set(rest):
        return "cycle"
    if token.text in ("around", "round") and k and (tokens[k - 1].text in MOVES or "round" in rest or "around" in rest):
        return "oscillate"
    return "oscillate" if token.text == "forth" and "back" in around else ""


def _denied_after(tokens: Sequence[Token], k: int) -> bool:
    """"convergence is not possible", "convergence never happens": a denial follows, and nothing else is said before it."""
    for j in range(k + 1, len(tokens)):
        if denies(tokens[j].text):
            return True
        if tokens[j].kind in SAYS or tokens[j].text in ("and", "but", "or"):
            return False
    return False


def _recurs(tokens: Sequence[Token], k: int) -> bool:
    """Is the word said of the iterates? Not the unit circle, a loop of code, or the learner who repeats a step."""
    word, before, following = tokens[k].text, tokens[k - 1].text if k else "", tokens[k + 1].text if k + 1 < len(tokens) else ""
    if word in ("circle", "circles"):
        return before != "unit"
    if word in ("loop", "loops"):
        return before not in ("for", "while", "python", "training", "inner", "outer", "code") and following not in (
            "over", "to", "that", "through", "runs")
    if word in ("repeat", "repeated", "repeating"):
        return before not in ("we", "i", "you", "to", "then", "can", "must", "should") and following not in (
            "the", "this", "these", "it", "until", "steps")
    return True


def _comes_back(tokens: Sequence[Token], k: int) -> bool:
    """"back at (1, 1)", "returns to the start", "back again"."""
    rest = [t.text for t in tokens[k + 1:k + 6]]
    if any(w in ("again", "same") for w in rest[:3]):
        return True
    at = next((j for j, w in enumerate(rest) if w in ("to", "at", "where", "in", "on")), None)
    places = ("start", "initial", "beginning", "starting", "same", "we", "it", "(", "origin")
    return at is not None and any(w in places or w.isdigit() for w in rest[at + 1:])


# ------------------------------------------------------------------------------------------------------------- step sizes


def _step(tokens: Sequence[Token], given: Fraction | None) -> Fraction | str:
    """Which step size the clause speaks of: "" none or the given one, a number, "other", "every", "too much", "schedule"."""
    places = [k for k in range(len(tokens)) if _is_step(tokens, k)]
    kinds = {t.kind for t in tokens}
    if not places:
        return ""
    words = [t.text for t in tokens]
    for k in places:
        value = _value_after(words, k)
        if value is not None:
            return "" if given is not None and value == given else value
    changing = ("decreasing", "shrinking", "varying", "changing")
    if "schedule" in kinds or any(words[k - 1] in changing and words[max(0, k - 2)] in ("a", "with") for k in places if k):
        return "schedule"
    if any(words[j] == "too" and j + 1 < len(words) and tokens[j + 1].kind == "much" for j in range(len(words))):
        return "too much"
    if "every" in kinds or any(words[j] == "no" and any(j < k <= j + 4 for k in places) for j in range(len(words))):
        return "every"
    if any(t.text in ("constant", "fixed") for t in tokens) and not {"this", "given", "current"} & set(words):
        return "every"
    return "other" if kinds & {"other", "change"} else ""


def _is_step(tokens: Sequence[Token], k: int) -> bool:
    word, following = tokens[k].text, tokens[k + 1].text if k + 1 < len(tokens) else ""
    if word in ("stepsize", "stepsizes", "lr", "eta", "η", "\\eta", "steplength"):
        return True
    if word in ("rate", "rates"):
        return k > 0 and _words.alike(tokens[k - 1].text, "learning") is not None
    if word not in ("step", "steps", "stepping"):
        return False
    if following in ("size", "sizes", "length", "lengths", "-", "=", "width"):
        return True
    if following and _words.distance(following, "size", 2) <= 2 and following not in ("is", "to", "we", "it", "in", "sir", "six"):
        return True
    before = {t.text for t in tokens[max(0, k - 3):k]}
    if before & {"each", "every", "next", "per", "one", "more", "after", "six", "first", "last"} or any(w.isdigit() for w in before):
        return False
    return any(t.kind in ("other", "change") for t in tokens) or any(t.text == "too" for t in tokens[k:])


def _value_after(words: Sequence[str], k: int) -> Fraction | None:
    for j in range(k + 1, min(len(words), k + 5)):
        if re.fullmatch(r"\d+(?:\.\d+)?", words[j]):
            if j + 2 < len(words) and words[j + 1] == "/" and words[j + 2].isdigit() and int(words[j + 2]):
                return Fraction(int(words[j]), int(words[j + 2])) if words[j].isdigit() else None
            return Fraction(words[j])
        if words[j] not in ("size", "sizes", "=", "of", "is", "rate", ":", "-", "to", "length"):
            return None
    return None


def _about_steps(tokens: Sequence[Token], step: str, quote: str, said: Said) -> None:
    words = [t.text for t in tokens]
    denials = sum(denies(w) and not (w == "no" and k + 1 < len(words) and words[k + 1] == "matter") for k, w in enumerate(words))
    outcomes = _predicates([t for t in tokens if not (t.text == "no" and step == "every")], said, quote)
    good = [holds for holds, kind in outcomes if kind == "settle"] + [not holds for holds, kind in outcomes if kind != "settle"]
    unless = any(w in ("unless", "until") for w in words) or "without" in words and any(t.kind == "change" for t in tokens)
    partly = step == "every" and any(denies(w) and {"all", "every", "each"} & set(words[k:]) for k, w in enumerate(words) if w != "no")
    closer = any(w in ("closer", "nearer", "faster", "slower", "slowly", "quicker") for w in words)
    if partly or closer and not good:
        said.unclear.append(quote)
    elif unless:
        said.statements.append(Statement("converges", False, None, quote))
        said.statements.append(Statement("step_helps", True, None, quote))
    elif step == "too much":
        if denials and not outcomes:
            said.unclear.append(quote)
        else:
            said.statements.append(Statement("step_helps", True, None, quote))
    elif step == "every" and "no" in words and not _no_matter(words):
        others = denials - 1
        if others or not (outcomes or any(t.kind == "help" for t in tokens)) or not all(good):
            said.unclear.append(quote)
        else:
            said.statements.append(Statement("step_helps", False, None, quote))
    elif good:
        if len(set(good)) > 1:
            said.unclear.append(quote)
        else:
            said.statements.append(Statement("step_helps", good[0], None, quote))
    elif denials > 1 or step == "every" and not any(t.kind == "help" or t.text[:4] == "fail" for t in tokens):
        if not _mentions_numbers(words):
            said.unclear.append(quote)
    else:
        said.statements.append(Statement("step_helps", not denials, None, quote))


def _no_matter(words: Sequence[str]) -> bool:
    return any(a == "no" and b == "matter" for a, b in zip(words, words[1:]))


# ---------------------------------------------------------------------------------------------------------------- numbers


def _mentions_numbers(words: Sequence[str]) -> bool:
    return any(w in ("determinant", "det", "eigenvalue", "eigenvalues", "period") for w in words)


def _numbers(tokens: Sequence[Token], quote: str, said: Said) -> None:
    """Periods, determinants and sizes of eigenvalues, where nothing is denied."""
    words = [t.text for t in tokens]
    if any(map(denies, words)) and not (_no_matter(words)):
        return
    values = [(k, Fraction(w) if re.fullmatch(r"\d{1,200}(?:\.\d{1,200})?", w) else Fraction(NUMBERS[w])) for k, w in enumerate(words)
              if re.fullmatch(r"\d{1,200}(?:\.\d{1,200})?", w) or w in NUMBERS]
    for k, value in values:
        before, after = words[max(0, k - 4):k], words[k + 1:k + 4]
        stepwise = any(w in ("step", "steps", "iterations", "iteration", "updates", "rounds") for w in after[:2])
        returns = any(t.kind in ("cycle", "return") for t in tokens)
        if "period" in before or after[:1] == ["period"] or after[:1] == ["-"] and after[1:2] in (["cycle"], ["periodic"]) or returns and (
                stepwise and {"every", "after", "each", "of", "with"} & set(before) or "length" in before
                or after[:3] in (["-", "step", "cycle"], ["-", "step", "loop"])):
            said.statements.append(Statement("period", True, value, quote))
        named = any(w in ("determinant", "det") for w in words[max(0, k - 8):k])
        if named and words[k - 1] in ("=", "is", "determinant", "det", "equals", "of", "to"):
            said.statements.append(Statement("determinant", True, value, quote))
    if any(w in ("eigenvalue", "eigenvalues", "λ", "\\lambda", "lambda") for w in words):
        size = _size(words)
        if size:
            said.statements.append(Statement("eigenvalues", True, size, quote))


def _size(words: Sequence[str]) -> str:
    text = " ".join(words)
    if re.search(r"(?:modulus|magnitude|absolute value|norm|size|length)s? (?:of |is |are |equal to |equals |= |exactly )*(?:1|one)\b(?! [./])"
                 r"|on the (?:complex )?unit circle"
                 r"|\| ?(?:λ|\\?lambda) ?\| ?= ?1\b", text):
        return "= 1"
    if re.search(r"(?:larger|greater|bigger|more) than (?:1|one)\b|outside (?:of )?the unit|(?:above|exceeds?) (?:1|one)\b|\| ?> ?1\b", text):
        return "> 1"
    if re.search(r"(?:smaller|less) than (?:1|one)\b|inside the unit|below (?:1|one)\b|\| ?< ?1\b", text):
        return "< 1"
    return ""
