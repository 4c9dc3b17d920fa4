"""What words of a derivation may suppose beyond what was understood of them, so that nothing is called wrong that they may make right.

A counterexample refutes a step from everything that the lines suppose. Formulas that suppose something are read (`reading.lines`), and so are the
usual sentences ("n is a positive integer", "let X, Y be independent"); but people say far more: "with p, q in lowest terms", "where v is a unit
vector", "so p is even, p = 2k". Such words are not understood, only noticed, by the adjectives and verbs with which mathematics restricts things. From
there on a break is no verdict: the line is left to a person, with the words.

Names that a new statement brings without saying what they are ("so y = 3" where nothing speaks of y) are left to a person for the same reason.

Values that a sentence rejects ("x = -2 is extraneous", "check: x = 1 gives 2 = -2, false") are no lines. The line behind such a sentence may draw on
everything stated further up, against which values are checked.

What words merely restrict (integer, even, positive, small) cannot make two rational functions equal that differ as such at more than finitely many
places for each name, so an equation between two of them that fails at a point fails all the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from grader.model import Status
from grader.reading.lines import Line
from grader.term import Term, apply, free_names, walk
from grader.theories._builder import Layout, is_statement
from grader.theories._hypotheses import declared
from grader.theories._rounding import is_rounded
from grader.theories._shape_words import without_shapes
from grader.theories._theory import Link, Step, breaks, condition_step, sets_to_zero

RESTRICTS = re.compile(
    r"(?i)\b(?:integers?|whole numbers?|naturals?|even|odd|primes?|co-?prime|relatively prime|lowest terms|multiples? of|divisib\w+|divides|positive|"
    r"negative|non-?negative|non-?zero|not zero|invertible|bounded|(?:sufficiently |very |small )?small|large|increasing|decreasing|monoton\w+|convex|concave|"
    r"smooth|differentiable|continuous|distinct|acute|obtuse)\b")
"""Words that say of what kind something is."""
RELATES = re.compile(
    r"(?i)\b(?:independen\w+|uncorrelated|i\.?\s?i\.?\s?d|identically|zero[- ]mean|unit[- ](?:variance|norm|vectors?|length)|(?:mean|variance|average) (?:of )?"
    r"(?:0|1|zero|one|is|are|equals?)|orthogonal|orthonormal|perpendicular|parallel|symmetric|normali[sz]ed|one-?hot|idempotent|projection|"
    r"sums? to (?:1|one|0|zero)|fixed point|satisf(?:y|ies|ying)|such that|in equilibrium|at (?:the|an?) (?:optimum|equilibrium|minimum|maximum|fixed point)|"
    r"markov property|by (?:the )?(?:assumption|constraint)|by symmetry\b(?! of)|by exchangeability|by construction|(?:is|be) an? eigen\w+|eigenvectors?|for some|there (?:is|are|exists?)|roots? of|zeros? of|solutions? of|inverse of|similar|congruent|right[- ]angled?|periodic|stationary)\b")
"""Words that relate what things are to one another."""
REJECTS = re.compile(
    r"(?i)\b(?:reject\w*|discard\w*|extraneous|spurious|invalid|inadmissible|impossible|false|contradict\w*|rul(?:e[sd]?|ing) out|exclud\w*|throw(?:ing)? (?:away|out)|"
    r"no good|fails|(?:is|are|be|was) not (?:an? )?(?:\w+ )?(?:valid|solutions?|roots?|allowed|possible|permitted|admissible|acceptable|defined|in the domain|true)|"
    r"isn['’]t (?:an? )?(?:valid|solution|root|allowed|possible)|(?:do(?:es)?(?: not|n['’]t)|cannot|can['’]t) (?:work|satisfy|hold|count|make sense|be (?:\w+ )?(?:true|valid|right|negative|zero)))\b")
"""Words that take values back."""
_CLAUSE_ENDS = re.compile(r"[.!?](?=\s|$)|;|[()\[\]](?![^$]*\$[^$]*$)|,?\s+(?=(?:so|hence|thus|therefore)\b)|,\s+(?=(?:but|while|whereas|and so)\b)")
_CONDITION = re.compile(r"(?i)\b(?:when|whenever|if|where|provided|unless|given|assum\w+|suppos\w+|let)\b(?! (?:and only|follows|is|necessary|possible|we))")
"""Words behind which a formula is a condition; what is understood of them has become one."""
_ACTS = re.compile(r"(?i)^\W*(?:(?:we|let us|now|first|next|finally|then|to|i|step \d+|problem \d+\w?|exercise \d+\w?)\W+)*(?:show|prove|find|solve|compute|calculate|determine|verify|check|want|"
                   r"claim|minimi[sz]e|maximi[sz]e)\b")
"""A sentence that says what is to be done; the restrictions in it hold all the same, the formula in it is no condition."""
_ROUTINE = re.compile(r"(?i)[(\[](?:by |using |from |since )?(?:Jensen|Cauchy|Schwarz|Markov|Chebyshev|AM-GM|triangle|Young|Hölder|Gibbs|Bayes)[^()]*[)\]]|"
                      r"\b(?:by|from|using|use|since|as)\s+(?:the\s+)?(?:symmetry of|convexity of|concavity of|monotonicity of|independence of|linearity of)\b|"
                      r"\b(?:even|odd)\s+(?:if|though|when|more|better|so)\b|\bat large\b|\blarge(?:r|st)? (?:terms?|part)\b|\b(?:the )?(?:positive|negative) (?:root|sign|term|part)s?\b|"
                      r"\binverse of both\b|\bsimilar(?:ly)?\b (?:for|to|terms)|\bparallel(?:i[sz]\w+)\b|\bit is (?:positive|negative|non-?zero|invertible)\b")
"""Phrases with such words that suppose nothing."""


def set_aside(lines: Sequence[str]) -> tuple[str, ...]:
    """The lines with clauses blanked that reject values; every character else keeps its place."""
    made = []
    for line in lines:
        for a, b in _rejecting(line):
            line = line[:a] + " " * (b - a) + line[b:]
        made.append(line)
    return tuple(made)


def _rejecting(line: str) -> list[tuple[int, int]]:
    """Where the clauses stand that reject values."""
    if not REJECTS.search(line) or len(line) > 4_000:
        return []
    cuts = [0, *[m.end() for m in _CLAUSE_ENDS.finditer(line)], len(line)]
    return [(a, b) for a, b in zip(cuts, cuts[1:]) if REJECTS.search(line, a, b) and not re.match(r"(?i)\W*(?:suppose|assume)\b", line[a:b])
            and re.search(r"[=<>≤≥]|\\(?:leq?|geq?|neq?)(?![a-z])", line[a:b])]


def doubted(laid: Layout, text: str, lines: Sequence[Line], numbers: Sequence[int] | None = None) -> Layout:
    """The layout with words that may suppose more (`Link.doubt`) beside each link that stands in or below their line. `numbers` gives each line's place
    in the derivation, as for `layout`."""
    places = list(range(len(lines))) if numbers is None else list(numbers)
    laid = _against_earlier(laid, text, lines, places)
    first: dict[bool, tuple[int, str]] = {}
    for words, place in _leftovers(text, lines, places):
        for relates in (True, False):
            if relates not in first and (found := _supposing(words, relates)) is not None:
                first[relates] = (place, found)
    if not first:
        return laid
    placed = []
    for p in laid.placed:
        if p.link is not None:
            related, restricted = [first[r][1] if r in first and first[r][0] <= p.line else "" for r in (True, False)]
            p = replace(p, link=replace(p.link, doubt=related or ("" if _is_rational_equation(p.link) else restricted)))
        placed.append(p)
    return replace(laid, placed=tuple(placed))


def _against_earlier(laid: Layout, text: str, lines: Sequence[Line], places: Sequence[int]) -> Layout:
    """The layout in which the statement behind rejected values draws on everything stated further up."""
    placed = list(laid.placed)
    for row in [_place(k, lines, places) for k, source in enumerate(text.split("\n")) if _rejecting(source)]:
        k = next((k for k, p in enumerate(placed) if row is not None and p.line >= row and p.link is not None and p.link.statement), None)
        if k is None:
            continue
        p = placed[k]
        assert p.link is not None
        before = tuple(dict.fromkeys([*p.context.earlier, p.link.left]))
        if len(before) > 1 and all(is_statement(t) for t in before):
            placed[k] = replace(p, link=replace(p.link, left=apply("and", *before)))
    return replace(laid, placed=tuple(placed))


def _place(row: int, lines: Sequence[Line], places: Sequence[int]) -> int | None:
    """The place of the first line in or below a row of the text."""
    return next((place for line, place in zip(lines, places) if line.number >= row), None)


def _leftovers(text: str, lines: Sequence[Line], places: Sequence[int]) -> list[tuple[str, int]]:
    """Rows of the text with formulas blanked, of which something is not understood, and where they stand."""
    rows: dict[int, list[int]] = {}
    for k, line in enumerate(lines):
        rows.setdefault(line.number, []).append(k)
    sources = text.split("\n")
    starts = [0]
    for source in sources:
        starts.append(starts[-1] + len(source) + 1)
    found = [(" ".join(source[a:b] for a, b in parts), place) for number, source in enumerate(sources)
             if number not in rows and (parts := _rejecting(source)) and (place := _place(number, lines, places)) is not None]
    for number, members in rows.items():
        source = sources[number] if number < len(sources) else ""
        if declared(source):
            continue
        shown = list(without_shapes(source))
        for k in members:
            if lines[k].role != "prose":
                a, b = lines[k].span.start - starts[number], lines[k].span.end - starts[number]
                shown[max(a, 0):max(b, 0)] = "\0" * (min(b, len(source)) - max(a, 0))
        words = re.sub("\0+", "…", "".join(shown).replace("$", ""))
        for k in members:
            for reason in (lines[k].reason, *[s.reason for s in lines[k].steps]):
                if lines[k].role == "formula" and reason and not _SUPPOSING_REASON.match(reason) and "for some" not in reason and not _APPEALS.search(reason):
                    words = words.replace(reason.replace("$", ""), " ")  # theories ask what a reason supposes
        found.append((words, places[members[0]]))
        found += [(f"{lines[k].words} «»", places[k]) for k in members if lines[k].mention and lines[k].role == "formula" and isinstance(lines[k].left, Term)
                  and lines[k].steps]
    return found


_SUPPOSING_REASON = re.compile(_CONDITION.pattern + r"|(?i:\W*(?:with|are|is|be|has|have|being)\b)")
_SPELLED_OUT = re.compile(r"(?i)\b(?:satisf(?:y|ies|ying)|such that|orthonormal|orthogonal|normali[sz]ed|symmetric|idempotent|unit vectors?|unit(?:[- ]norm)?)"
                          r"[\s$,:(]*(?:i\.e\.|that is|meaning|in the sense that)?[\s$,:(]*«»")
"""Words whose meaning the formula right behind them spells out."""
_NAMED = re.compile(r"(?i)^\W*(?:(?:so|thus|hence|then|at|find|for|the|an?|its|our)\W+)*(?:fixed|stationary|critical|saddle) points?(?:\W+(?:satisf(?:y|ies)|is|are|of the \w+|given by|«»|…))*\W*$")
"""Words that only say what the formula beside them is about."""


def _supposing(words: str, relates: bool) -> str | None:
    """The words, in one line, where they suppose something of that sort."""
    words = " ".join(clause for clause in re.split(r"(?<=[.:;])\s+", words) if not _NAMED.match(clause.strip(" .:;")))
    plain = _ROUTINE.sub(" ", words)
    if _HYPOTHESIS.search(plain):
        plain = re.sub(r"(?i)\bfor some\b", " ", plain)  # "assume it for some k"
    hit = (RELATES if relates else RESTRICTS).search(plain) or relates and REJECTS.search(plain)
    if not hit and relates and "«»" in plain and not _ACTS.search(plain):
        hit = re.search(_CONDITION.pattern + r"[^.;,]*«»", plain)
    if not hit:
        return None
    return " ".join(words.replace("«»", "…").replace("$", " ").replace("*", " ").split())[:120]


def _is_rational_equation(link: Link) -> bool:
    return not link.statement and link.sign in ("", "=", ":=") and all(_is_rational(t) for t in (link.left, link.right))


def _is_rational(term: Term) -> bool:
    if term.kind in ("symbol", "number"):
        return True
    if term.is_apply("pow"):
        power = term.args[1]
        return _is_rational(term.args[0]) and (power.kind == "number" or power.is_apply("neg") and power.args[0].kind == "number")
    return term.kind == "apply" and term.name in ("add", "mul", "neg", "sub", "div", "frac") and all(_is_rational(a) for a in term.args)


def _is_derivative(term: Term) -> bool:
    return term.kind == "apply" and (term.name in ("gradient", "partial", "derivative") or term.name == "call" and term.args[0].is_apply("prime"))


_OF_RANDOM = ("moments", "probability", "entropies", "draws")
_RANDOM = frozenset("expectation variance covariance probability entropy kl mutual_information given call".split())


def weighed(step: Step, link: Link) -> Step:
    """The step, or one that leaves it to a person where it breaks and words or names that were not understood may be why."""
    if not breaks(step):
        return step
    if sets_to_zero(link) and (link.solved or link.origin is not None and _is_derivative(link.origin)):
        return condition_step(link, step.evidence)
    if is_rounded(step):
        return _open(step, "the decimals were rounded: the two sides differ by less than their last digit.", "rounded")
    if "shapes do not fit" in step.example and any(n.is_apply("dot") for t in (link.left, link.right) for n in walk(t)):
        return _open(step, "the shapes do not fit; the product may be meant as an inner product.", "shapes")
    if "This is a list" in step.example or "a list is asked for" in step.example:
        return _open(step, "a list stands where a value is asked for.", "list")
    if link.lone and free_names(link.left) | free_names(link.right):
        return _open(step, "it is not drawn from the lines before, and does not hold for all values.", "lone")
    if link.supposing:
        return _open(step, "it does not follow; perhaps the values are given.", "given")
    if link.loose:
        return _open(step, "the words before it do not say how it hangs on the line before.", "loose")
    if link.fresh and (link.statement or is_statement(link.right)) and not any(v.claim.label in ("rest step", "factor step") for v in step.evidence):
        return _open(step, f"it is not said what {' and '.join(link.fresh)} {'is' if len(link.fresh) == 1 else 'are'}.", "unsaid")
    origin = link.origin if link.index == 1 and link.unheard and link.sign in ("", "=", ":=") else None
    of_random = any(v.evidence.method in _OF_RANDOM for v in step.evidence) and any(n.kind == "apply" and n.name in _RANDOM for t in (link.left, link.right) for n in walk(t))
    if of_random:
        origin = None  # what names of laws and densities leave unsaid was asked already
    if origin is not None and (right := free_names(link.right)) and not free_names(origin) & right:
        return _open(step, "it may say what its left side is: the two sides speak of different names.", "unsaid")
    known = any(v.claim.label.startswith("value ") for v in step.evidence)  # what rho(M) is follows from M
    if not known and (unsaid := _unsaid_of_random(link) if of_random else _unsaid(link)):
        return _open(step, f"it is not said what {unsaid} is.", "unsaid")
    if link.doubt:
        return _open(step, f"it does not follow from what was understood; the words “{link.doubt}” may say more.", "doubt")
    return step


_HYPOTHESIS = re.compile(r"(?i)\binduct|\bhypothes|\bassum|\bsuppos|\bfor some\s+(?:fixed |arbitrary )?(?:[kmn]\b|integers?|naturals?|positive)")
_APPEALS = re.compile(r"(?i)\bmarkov property|\bby (?:the )?(?:assumption|constraint)|\bby (?:symmetry\b(?! of)|exchangeability|construction)")
"""Reasons that appeal to something that was not understood."""
_COUNTS = frozenset("n m d N M K D T".split())


def _unsaid_of_random(link: Link) -> str:
    """A count that the right side brings where a sum on the left has no bounds, or a name of several letters (ELBO) that stands on one side alone and of which
    nothing was said; "" where there is none."""
    nodes = list(walk(link.left))
    unbounded = any(n.kind == "binder" and n.name == "sum" and len(n.args) == 1 or n.kind == "apply" and n.name == "transpose" for n in nodes)
    events = {a for t in (link.left, link.right) for n in walk(t) if n.kind == "apply" and n.name in ("probability", "given", "call") for a in n.args}
    means = sorted(str(n) for t in (link.left, link.right) for n in walk(t) if (n.is_apply("bar", 1) and n.args[0].kind == "symbol" or n.kind == "symbol" and "\u0304" in n.name)
                   and n not in events)
    if means:
        return means[0]
    counts = [n for n in link.fresh if n in _COUNTS and unbounded]
    named = {n.name for t in (link.left, link.right) for n in walk(t) if n.kind == "symbol" and len(n.name) > 2 and n.name.isupper()}
    alone = sorted(n for n in named & {*link.unsaid, *link.fresh} if (n in free_names(link.left)) != (n in free_names(link.right)))
    return (counts or alone or [""])[0]


def _unsaid(link: Link) -> str:
    """A name that the right side brings and that nothing before has spoken of, where it is a function or a name of the left side is gone: what was there
    may be called so from here on. "" where there is none. A letter that is only an index names nothing."""
    sized = any(n.kind == "apply" and n.name in ("norm", "inner") for t in (link.left, link.right) for n in walk(t))
    if sized and (counts := [n for n in link.fresh if n in _COUNTS]):
        return counts[0]  # the dimension, perhaps
    if link.statement or link.sign not in ("", "=", ":="):
        return ""
    gone = [n.args[0].name for n in walk(link.left) if n.is_apply("call") and n.args[0].kind == "symbol" and n.args[0].name in link.unsaid]
    gone = [n for n in gone if n not in free_names(link.right)]
    if gone or not link.fresh:
        return gone[0] if gone else ""
    indices = {m.name for n in walk(link.right) if n.kind == "apply" and n.name == "index" for a in n.args[1:] for m in walk(a) if m.kind == "symbol"}
    called = {n.args[0].name for n in walk(link.right) if n.is_apply("call") and n.args[0].kind == "symbol"}
    heads = [n for n in link.fresh if n in called]
    if heads:
        return heads[0]
    brought = [n for n in link.fresh if n not in indices and n in free_names(link.right) and n != "delta"]
    return brought[0] if brought and free_names(link.left) - free_names(link.right) - indices else ""


def _open(step: Step, reason: str, tag: str) -> Step:
    """The step, left to a person."""
    return replace(step, relation=None, status=Status.UNDECIDED, reason=reason, example="", tags=(tag,))
