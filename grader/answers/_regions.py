"""A region of parameters out of what was written: relations, chains, words; and its closed and open relatives."""

from __future__ import annotations

import re
from typing import Literal

from grader.term import Term, apply, constant, free_names, number, relation

COMPARISONS = frozenset(("<", "<=", ">", ">=", "=", "!=", "in", "notin", "equiv"))
CONNECTIVES = frozenset(("and", "or", "not", "implies", "iff", "xor"))
TENFOLD = number(10)
_ALWAYS = re.compile(r"\s*(?:always|in (?:any|every|all) cases?|for (?:all|any|every)(?: (?:values?|sizes?|\w+ and \w+|\w+))?)\s*[.!]?\s*",
                     re.IGNORECASE)
_NEVER = re.compile(r"\s*(?:never|in no case|for no values?(?: of .*)?)\s*[.!]?\s*", re.IGNORECASE)


_STOP = re.compile(r"[.!?;](?=\s|$)|\n|[·•]")
_BETTER = frozenset("faster quicker cheaper better less lower fewer smaller shorter efficient wins win beats preferable prefer preferred favoured "
                    "favored advantage advantageous superior saves".split())
_WORSE = frozenset("slower costlier dearer expensive worse more higher greater larger longer bigger inefficient loses inferior disadvantage".split())
_PLAIN = frozenset("when is are the a an of for in on to it its be does do will would should than then if by time space cost memory taken needs need "
                   "one and what which under condition conditions that this case value values takes take compared with run running".split())


class NotARegion(ValueError):
    """The tree is no condition on the parameters; the text says why."""


def region(term: Term, much_less: Literal["strict", "same"]) -> Term:
    """The condition that a tree states, over comparisons only. Fails with `NotARegion`.

    a << b (and a = o(b)) is read as 10 a <= b, or as a < b where the part says that the two are the same.
    """
    if term.kind == "constant" and term.name in ("true", "false"):
        return term
    if term.kind == "apply" and term.name in CONNECTIVES:
        return apply(term.name, *[region(a, much_less) for a in term.args])
    if term.is_apply("where"):
        return apply("and", *[region(a, much_less) for a in term.args])
    if term.kind != "relation":
        raise NotARegion("this is no condition")
    pairs = [_pair(a, sign, b, much_less) for a, sign, b in zip(term.args, term.signs, term.args[1:])]
    return pairs[0] if len(pairs) == 1 else apply("and", *pairs)


def _pair(a: Term, sign: str, b: Term, much_less: str) -> Term:
    if sign in ("=", "in") and b.kind == "apply" and b.name in ("smallo", "smallomega"):
        sign, b = "<<" if b.name == "smallo" else ">>", b.args[0]
    if sign in ("<<", ">>"):
        small, large = (a, b) if sign == "<<" else (b, a)
        return relation("<", small, large) if much_less == "same" else relation("<=", apply("mul", TENFOLD, small), large)
    if sign not in COMPARISONS:
        raise NotARegion(f"a condition with the sign {sign} says nothing about single values")
    if any(node.kind == "apply" and node.name in ("bigO", "bigTheta", "bigOmega") for side in (a, b) for node in (side, *side.args)):
        raise NotARegion("an order of growth says nothing about single values")
    return relation(sign, a, b)


def in_words(text: str) -> Term | None:
    """"always" and "never"."""
    if _ALWAYS.fullmatch(text):
        return constant("true")
    return constant("false") if _NEVER.fullmatch(text) else None


def doubt(text: str, span: tuple[int, int] | None, ask: str) -> str:
    """Why it is not certain that the sentence around `span` states the condition for what is asked, or "".

    A sentence that says more than its condition ("the other is slower when n < t") must say it of what the question is about, in its sense.
    """
    if span:
        start = max((m.end() for m in _STOP.finditer(text, 0, span[0])), default=0)
        stop = _STOP.search(text, span[1])
        said = text[start:span[0]] + " | " + text[span[1]:stop.start() if stop else len(text)]
    else:
        said = text
    words = [w.lower() for w in re.findall(r"[A-Za-z]+", said)]
    at = next((k for k, w in enumerate(words) if w in _BETTER or w in _WORSE), None)
    if at is None:
        return ""
    question = [w.lower() for w in re.findall(r"[A-Za-z]+", ask)]
    wanted = next((w for w in question if w in _BETTER or w in _WORSE), None)
    about = _content(question[:question.index("than")] if "than" in question else question)
    rivals = _content(question[question.index("than"):]) if "than" in question else frozenset()
    subject = _content(words[:at])
    if wanted is None or not subject & about or subject & (rivals - about):
        return "the sentence says more than the condition, and it is not certain of what"
    if (wanted in _BETTER) != (words[at] in _BETTER):
        return "the sentence seems to state when the contrary of what is asked holds"
    return ""


def _content(words: list[str]) -> frozenset[str]:
    return frozenset(w for w in words if len(w) > 1 and w not in _PLAIN and w not in _BETTER and w not in _WORSE)


def names(term: Term) -> frozenset[str]:
    """The symbols of a condition."""
    return free_names(term)


def edged(term: Term, closed: bool) -> Term:
    """The condition with its boundary (`closed`: < becomes <=), or without it (<= becomes <); the other way round under a negation."""
    if term.kind == "relation":
        change = {"<": "<=", ">": ">="} if closed else {"<=": "<", ">=": ">"}
        if closed and term.signs == ("!=",) or not closed and term.signs == ("=",):
            return constant("true" if closed else "false")
        return relation(tuple(change.get(s, s) for s in term.signs), *term.args)
    if term.is_apply("not"):
        return apply("not", edged(term.args[0], not closed))
    if term.is_apply("implies", 2):
        return apply("implies", edged(term.args[0], not closed), edged(term.args[1], closed))
    if term.is_apply("and") or term.is_apply("or"):
        return apply(term.name, *[edged(a, closed) for a in term.args])
    return term
