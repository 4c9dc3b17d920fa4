"""Which of some named choices an answer picks: lists, sentences about them, denials and exceptions. Nothing is compared with a key here.

A sentence is read from its start: words that only lead to a name ("the", "I choose", "the answer is"), names joined by "and", commas and the like,
then what is said of them. Names further on, in an explanation or as an object ("they look at the output of the attention layer"), are no picks.

What is said of a group of names decides whether they are picked: nothing ("FFN and layer norm"); what the question asks for ("do not mix tokens"
where it asks which do not mix); its opposite (then they are left out). A remark that is neither counts as a pick only where every group in the
answer has one like it. Whatever stays unclear is said to be unclear (`doubt`) and is not decided.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grader.answers import _words
from grader.answers._words import Found, Word

_LEAD = frozenset("""the a an both only just answer answers is are was be were it they these those this that's i we think choose chose pick picked
select selected would say my our choice choices option options namely like such as for example eg e.g i.e ie of them here include includes including
included consist consists following correct right true part parts either as well also plus then and or with along together to my's yes its their his
her it's that's same likewise similarly so does do too therefore thus hence clearly finally get got obtain find have""".split())
_FILLERS = frozenset("layer layers sublayer sublayers sub network networks net nets block blocks module modules connection connections component components "
                     "operation operations step steps unit units part parts one ones".split())
_JOINS = frozenset(", and or & + / also plus as well then the a an both - – : ( ) \" “ ” ' with along together \\\\ \\& nor of und et y e sowie 和 与 及".split())
_COPULAS = frozenset("is are was were be being : = namely include includes including choose chose pick select".split())
_DENIALS = frozenset("not no never neither nor cannot without none nothing hardly".split())
_EXCEPT = frozenset("except excluding without besides".split())
_REASONS = frozenset("because since so therefore thus hence which who that where while whereas when if due : — – ( in by".split())
_REST = frozenset("others rest remaining".split())
_ALL = frozenset("all every everything each any".split())
_SMALL = frozenset("""which what of the a an do does did is are that these those not and or why how in to for with from by at on it its they them
their there you your we make makes each can be have has will would should name list give state say which's""".split())


@dataclass(frozen=True)
class Question:
    """What is asked: whether it denies its property ("do not mix"), its verb and the other words that matter, and phrases that state the property."""

    denies: bool
    verbs: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """Names that stand together, each with whether a denial stands before it, and the words said of them."""

    names: tuple[tuple[str, bool], ...]
    remark: tuple[Word, ...]


@dataclass
class Selection:
    """Picked and left-out names, whether all or none were said, what is doubtful, and spellings that were taken for a name."""

    picked: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    doubt: str = ""
    near: list[tuple[str, str]] = field(default_factory=list)
    everything: bool = False
    nothing: bool = False


def question(ask: str, says: Sequence[str], negated: bool | None, names: Mapping[str, Sequence[str]]) -> Question:
    """What the words of the question say about the choices; `says` and `negated` are the author's own word on it."""
    tokens = [w.text for w in _words.words(re.split(r",? and (?:why|how)\b|\?", ask)[0])]
    own = {w for phrases in names.values() for p in phrases for w in re.findall(r"[^\W_]+", p.lower())}
    denial = next((k for k, w in enumerate(tokens) if _denies(w)), None)
    content = [w for w in tokens if w.isalpha() and w not in _SMALL | _FILLERS | own and not _denies(w)]
    verb = next((w for w in tokens[denial + 1:] if w in content), "") if denial is not None else ""
    verbs = tuple(says) or ((verb,) if verb else ())
    return Question(denial is not None if negated is None else negated, verbs, tuple(w for w in content if w not in verbs))


def select(text: str, names: Mapping[str, Sequence[str]], asked: Question, loose: bool) -> Selection:
    """What the answer picks. `names` gives the phrases of each choice; `loose` is for text that came through a recogniser."""
    made = Selection()
    boxes = _boxes(text)
    lines = [line for ticked, line in boxes if ticked] if boxes else [text]
    groups: list[Group] = []
    loose_names: list[tuple[str, bool]] = []
    for line in lines:
        tokens = _words.words(line)
        letters = _letters(tokens, names)
        if letters:
            groups.append(Group(tuple((n, False) for n in letters), ()))
            continue
        for sentence in _words.sentences(tokens):
            _read_sentence(sentence, line, names, loose, made, groups, loose_names)
    _combine(made, groups, loose_names, asked, list(names))
    return made


def _boxes(text: str) -> list[tuple[bool, str]]:
    """Lines with a box before them, and whether it is ticked."""
    found = re.findall(r"^[ \t]*(?:[-*+•]\s+)?(\[[ xX✓✔]?\]|[☐☑☒✓✔])[ \t]*(.+)$", text, re.MULTILINE)
    return [(bool(re.search(r"[xX✓✔☑☒]", box)), line) for box, line in found]


def _letters(tokens: Sequence[Word], names: Mapping[str, Sequence[str]]) -> list[str]:
    """Picks by one-letter names, when the answer is nothing but such letters ("A, C", "(a) and (c)", "AC")."""
    keys = {n.lower(): n for n in names}
    if any(len(k) != 1 for k in keys):
        return []
    picks: list[str] = []
    for token in tokens:
        if token.text in keys or token.text.isalpha() and len(token.text) <= len(keys) and all(c in keys for c in token.text):
            picks += [keys[c] for c in token.text]
        elif token.text not in _JOINS | {".", "\n", "answer", "answers", "option", "options", "choice", "is", "are", ")", "(", "]", "[", ";"}:
            return []
    return list(dict.fromkeys(picks))


def _mentions(sentence: Sequence[Word], names: Mapping[str, Sequence[str]], loose: bool) -> list[tuple[Found, str]]:
    """Names in the sentence from left to right; of overlapping ones the nearest in spelling, then the longest."""
    every = [(f, name) for name, phrases in names.items() for phrase in _phrases(name, phrases) for f in _words.find(sentence, phrase, loose)]
    every.sort(key=lambda m: (m[0].distance, m[0].first - m[0].last, m[0].first))
    taken: list[tuple[Found, str]] = []
    for found, name in every:
        if all(found.last <= f.first or f.last <= found.first for f, _ in taken):
            taken.append((found, name))
    return sorted(taken, key=lambda m: m[0].first)


def _phrases(name: str, phrases: Sequence[str]) -> list[str]:
    """The phrases, and those of two words or more also without their noun ("feed-forward" for "feed-forward network")."""
    made = [name, *phrases]
    for phrase in phrases:
        parts = re.split(r"[\s_-]+", phrase)
        head = " ".join(parts[:-1])
        if len(parts) > 1 and parts[-1].lower() in _FILLERS and len(head) > 4:
            made.append(head)
    return list(dict.fromkeys(made))


def _read_sentence(sentence: list[Word], line: str, names: Mapping[str, Sequence[str]], loose: bool, made: Selection, groups: list[Group],
                   loose_names: list[tuple[str, bool]]) -> None:
    """Add the sentence's groups; names that are no picks go to `loose_names`, with whether a joining word stands before them."""
    found = {f.first: (f, name) for f, name in _mentions(sentence, names, loose)}
    words = [w.text for w in sentence]
    if not found:
        short = len([w for w in sentence if w.is_word]) <= 6
        made.everything |= short and any(w in _ALL or w == "both" for w in words) and not any(map(_denies, words))
        made.nothing |= short and "none" in words
        return
    group: list[tuple[str, bool]] = []
    remark: list[Word] = []
    state, denied, k = "lead", False, 0
    while k < len(sentence):
        if k in found:
            hit, name = found[k]
            if hit.distance:
                made.near.append((_words.shown(line, sentence, hit), name))
            if state in ("lead", "list"):
                group.append((name, denied))
                state = "list"
            elif state == "clause" and words[k - 1] in _COPULAS | {"the", "a"} and any(w in _COPULAS for w in words[max(0, k - 3):k]):
                group.append((name, denied))
                remark, state = [w for w in sentence[:k] if w.text not in _LEAD], "list"
            elif state == "reason" and _goes_on(words, k, hit.last):
                group.append((name, denied))
                state = "list"
            elif _starts_clause(words, k, state):
                groups.append(Group(tuple(group), tuple(remark)))
                group, remark, state = [(name, False)], [], "list"
            else:
                before = next((w for w in reversed(words[:k]) if w not in ("the", "a", "an")), "")
                loose_names.append((name, before in ("and", "or", "also", "plus", "&", "+")))
            k = hit.last
            continue
        word = words[k]
        if word == "(" and state == "list" and ")" in words[k:]:
            close = words.index(")", k)
            if all(name in [n for n, _ in group] for at, (_, name) in found.items() if k < at < close):
                k = close + 1
                continue
        if state in ("lead", "list"):
            state, denied = _next_state(words, k, state, denied, made)
        if state == "remark":
            remark.append(sentence[k])
            if word in _REASONS - {"in", "by", "("} and len(remark) >= 1:
                state = "reason"
        k += 1
    if group:
        groups.append(Group(tuple(group), tuple(w for w in remark if w.text not in _REASONS)))


def _starts_clause(words: Sequence[str], k: int, state: str) -> bool:
    """Does "but", "while", "whereas" stand before the name (articles aside), or, after a remark, a comma?"""
    j = k - 1
    while j >= 0 and words[j] in ("the", "a", "an", "and"):
        j -= 1
    return j >= 0 and (state in ("remark", "reason") and words[j] in ("but", "while", "whereas", "though") or state == "remark" and words[j] == ",")


def _goes_on(words: Sequence[str], k: int, end: int) -> bool:
    """Does the list go on after a reason: "X because ..., and Y because ...", "X, which ..., and Y"?"""
    j = k - 1
    while j >= 0 and words[j] in ("the", "a", "an"):
        j -= 1
    if j < 1 or words[j] != "and":
        return False
    return end < len(words) and words[end] in ("because", "since", "which") or words[j - 1] == "," and "which" in words[:j] and end == len(words)


def _next_state(words: Sequence[str], k: int, state: str, denied: bool, made: Selection) -> tuple[str, bool]:
    """What a word that is no name does to a sentence that has not yet said anything of its names."""
    word, following = words[k], words[k + 1] if k + 1 < len(words) else ""
    if word == "not" and following == "only":
        return state, denied
    if word == "other" and following == "than":
        made.everything |= state == "lead"
        return state, True
    if word in _EXCEPT or word == "but" and made.everything:
        return state, True
    if state == "lead" and word in _ALL:
        made.everything = True
        return state, denied
    if word == "but":
        return state, False
    parted = bool(following) and state == "list" and words[k - 1] in (",", "but", "and", "(")
    if _denies(word) and (state == "lead" or following in _JOINS | _LEAD or parted):
        return state, True
    leads = state == "lead" and word in _LEAD | {"=", "•", "-", ">", "[", "]"} or _modifies(words, k)
    if word in _JOINS | _FILLERS or word in ("but", "than", "only") or leads or word.isdigit():
        return ("reason", denied) if state == "list" and word == ":" else (state, denied)
    if state == "list":
        return ("reason" if word in _REASONS else "remark"), denied
    made.everything = False
    return "clause", denied


def _modifies(words: Sequence[str], k: int) -> bool:
    """Is the word half of one like "position-wise", or one such as "pointwise", which says of what kind the name after it is?"""
    half = words[k].isalpha() and (words[k + 1:k + 2] == ["-"] or k > 1 and words[k - 1] == "-" and words[k - 2].isalpha())
    return half or words[k].endswith("wise") and words[k] not in ("otherwise", "likewise")


def _combine(made: Selection, groups: Sequence[Group], loose_names: Sequence[tuple[str, bool]], asked: Question, names: Sequence[str]) -> None:
    soft: list[str] = []
    firm = False
    for group in groups:
        said = _says(group.remark, asked)
        if said == "unclear" or said == "opposite" and any(denied for _, denied in group.names):
            made.doubt = made.doubt or "what is said of " + " and ".join(n for n, _ in group.names)
        for name, denied in group.names:
            if said == "opposite" or denied:
                made.dropped.append(name)
            elif said == "other":
                soft.append(name)
            else:
                made.picked.append(name)
                firm = True
    extra = [n for n in soft if n not in made.picked]
    if extra and firm:
        made.doubt = made.doubt or f"whether {extra[0]} is meant as an answer"
    made.picked = list(dict.fromkeys([*made.picked, *soft]))
    made.dropped = list(dict.fromkeys(made.dropped))
    if made.everything and not made.picked:
        made.picked = [n for n in names if n not in made.dropped]
    both = [n for n in made.picked if n in made.dropped]
    if both:
        made.doubt = f"{both[0]} is both chosen and excluded"
    joined = [n for n, coordinated in loose_names if coordinated and n not in made.picked and n not in made.dropped]
    if joined and made.picked:
        made.doubt = made.doubt or f"whether {joined[0]} is meant as an answer"
    if not made.picked and not made.nothing:
        named = list(dict.fromkeys([*made.dropped, *(n for n, _ in loose_names)]))
        if named:
            made.doubt = made.doubt or f"whether {named[0]} is meant as an answer"
            made.picked = [n for n in named if n not in made.dropped]
    made.near = [(typed, name) for typed, name in dict.fromkeys(made.near) if name in made.picked]


def _says(remark: Sequence[Word], asked: Question) -> str:
    """"asked", "opposite", "other" or "unclear": what the words say of the names before them ("asked" where there are none)."""
    words = [w.text for w in remark if w.is_word or w.text == "n't"]
    if not words:
        return "asked"
    denials = sum(map(_denies, words))
    if denials > 1 or not _REST.isdisjoint(words):
        return "unclear"
    if any(_words.find(remark, v, True) or any(_related(w, v) for w in words) for v in asked.verbs):
        return "asked" if bool(denials) == asked.denies else "opposite"
    bare = [w for w in words if not _denies(w) and w not in ("do", "does", "did", "it", "that", "this", "so")]
    if not bare and asked.verbs:
        return "asked" if bool(denials) == asked.denies else "opposite"
    if denials == asked.denies and denials and any(_related(w, o) for w in words for o in asked.others):
        return "asked"
    return "unclear" if denials else "other"


def _related(word: str, wanted: str) -> bool:
    """The same word but for its ending: "mixes", "mixing", "mixed" and "mix"."""
    stem = wanted.rstrip("es") if len(wanted) > 3 else wanted
    return len(stem) > 2 and word.startswith(stem) and len(word) - len(stem) <= 3


def _denies(word: str) -> bool:
    return word in _DENIALS or word.endswith("n't") or word in ("dont", "doesnt", "isnt", "arent", "cant")
