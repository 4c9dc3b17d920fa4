"""What the words around a formula make of it: a reason, a condition, a definition, a premise, or a word that joins two statements."""

from __future__ import annotations

import re
from typing import NamedTuple

from grader.model import Note, Read, Reading, Unread
from grader.reading.bare import CONSTANT_WORDS, FUNCTIONS, GREEK
from grader.reading.splitting import Names, levels, words_of
from grader.reading.words import NAMES_OF_METHODS
from grader.term import Span, Term

LOGICAL = frozenset("and or not true false iff implies mod xor if then else otherwise".split())
_CALLED = re.compile(r"(?<![\w\\])([A-Za-z][A-Za-z]+)(?=\s?\(|[_^{\[])")
_WORD = re.compile(r"(?<![\w\\_^{])(?<!_\{)(?<!\^\{)[A-Za-z]{2,}(?:['’][a-z]+)?(?![\w(_^])")
_REASONS = (r"by|since|because|as|using|from|via|due to|thanks to|note that|noting|recall(?:ing)?(?: that)?|applying|substitut\w+|multiply\w*|"
            r"divid\w+|subtract\w*|add\w*|expand\w*|"
            r"factor\w*|simplify\w*|rearrang\w*|definition|def\.?|Jensen\w*|Bayes\w*|linearity|chain rule|product rule|monoton\w*|concav\w*|"
            r"convex\w*|after|reason")
_CONDITIONS = r"where|for(?: all| every| each| any)?|if|when(?:ever)?|with|provided(?: that)?|as long as|such that|given(?: that)?|assuming(?: that)?"
_CUE = re.compile(rf"(?<![\w\\])(?:(?P<reason>{_REASONS})|(?P<condition>{_CONDITIONS}))(?![\w])", re.IGNORECASE)
_LEADS = (
    ("connective", "<=>", r"if and only if|iff|equivalently|which is equivalent to|is equivalent to|equivalent(?:ly)? to|i\.e\.?,?|that is,?|"
                          r"in other words"),
    ("connective", "=>", r"therefore|hence|thus|so(?: that)?|then|consequently|it follows(?: that)?|this (?:implies|gives|yields|means|"
                         r"shows)(?: that)?|implies(?: that)?|which (?:implies|gives|yields|means)(?: that)?|"
                         r"we (?:get|obtain|have|find|conclude|see)(?: that)?|(?:giving|yielding)|from which"),
    ("definition", "", r"let(?: us)?(?: (?:define|denote|write|set))?|define|denote|set|put|write|where we (?:define|write|set)|with the notation"),
    ("premise", "", r"assume(?: that)?|suppose(?: that)?|given(?: that)?|we (?:know|are given)(?: that)?|it is known(?: that)?|recall(?: that)?|"
                    r"we start (?:from|with)|start(?:ing)? (?:from|with)|"
                    r"premise|(?:induct(?:ion|ive)\s+)?(?:hypothesis|assumption)|IH|consider"),
)


_HEADING = re.compile(r"^(?:the\s+)?(?:base\s+case|basis|induct(?:ion|ive)\s+step|step(?:\s+(?:\d+|case))?|claim|proof|solution|case\s+\w{1,3})\b[^:.]{0,40}[:.]\s+",
                      re.IGNORECASE)
"""A heading before the words that lead to a formula."""
_MEANS_MORE = (r"(?:log|logarithm|sum|product|square|root|max|maximum|min|minimum|expectation|mean|average|derivative|gradient|negative|inverse|"
               r"absolute value|norm)(?: of(?: the)?)?"
               r"|minus|plus|times|twice|half(?: of)?|over|divided by")
_BEFORE = re.compile(rf"\b(?:{_MEANS_MORE})[\s$*_]*$", re.IGNORECASE)
_AFTER = re.compile(r"[\s$*_]*(?:squared|cubed|times|plus|minus|divided|over|percent)\b", re.IGNORECASE)


def belongs_to_words(before: str, after: str) -> bool:
    """Do the words beside a formula change what it says ("the log of x = 2", "x = 2 squared")?"""
    return _BEFORE.search(before) is not None or _AFTER.match(after) is not None


LEADS_TO = re.compile(
    r"[\s,;:$(]*(?:(?:which )?(?:gives|yields|means|implies|is|simplifies to|reduces to|amounts to|is equivalent to)|(?:and |and so |so |hence |"
    r"thus |therefore )?we (?:get|obtain|have)|i\.e\.,?|that is,?|(?:or )?equivalently|iff|if and only if|hence|thus|therefore|so|"
    r"\\(?:iff|Leftrightarrow|Rightarrow|implies|Longleftrightarrow)|<=>|=>|⇔|⟺|⇒)(?: that)?[\s,:$]*", re.IGNORECASE)
"""What stands between two statements of which the first is working and the second what it comes to."""


class Condition(NamedTuple):
    """The text of a side condition and where it stands."""

    text: str
    span: Span


class Remark(NamedTuple):
    """What stands beside a formula: its reason in words, and side conditions."""

    reason: str = ""
    conditions: tuple[Condition, ...] = ()
    notes: tuple[Note, ...] = ()

    def joined(self, more: Remark) -> Remark:
        """Both remarks in one."""
        reason = "; ".join(x for x in (self.reason, more.reason) if x)
        return Remark(reason, self.conditions + more.conditions, self.notes + more.notes)


class Lead(NamedTuple):
    """What the words before a formula say of it: `use` is "", "reason" (of the line before), "ahead" (a reason for what
    follows), "condition", "connective", "definition" or "premise"."""

    use: str = ""
    connective: str = ""
    role: str = ""
    reason: str = ""


_IN_CALL = re.compile(r"[\w}][\[(][A-Za-z]+[\])]")
_TWO_LETTERS = frozenset("ad am an as at be by cf do eg er et go he hi ie if in is it la le me my no of oh ok on or re so to un up us vs we ye".split())
"""English words of two letters, and those that stand between words of other languages; other pairs are products."""
_RANDOM_LETTERS = frozenset("XYZUVW")
_FACTORS = frozenset("abcdkmnpqst")
"""Products of these are products of random variables, not words in capitals."""


_ABBREVIATED = frozenset("AM GM HM LHS RHS QED IH OK KL MLE MAP SGD GD GDA PSD PD IID ML EM SVD PCA BCE NLL MSE VAE ODE PDE MVT FTC ".split())


def prose_words(text: str, names: Names) -> list[str]:
    """The English words of a text: not function names, letter names, names of the vocabulary, logical words, or what is called or indexed."""
    bare = re.sub(r"\\(?:text\w*|mathrm|mbox|operatorname\*?|mathit|mathbf|mathsf)\s*\{[^{}]*\}", " ", text)
    bare = re.sub(r"\\begin\s*\{[^{}]*\}|\\end\s*\{[^{}]*\}|\\[A-Za-z]+", " ", bare)
    found = []
    for match in _WORD.finditer(bare):
        word = match[0]
        lower = word.lower()
        if word in names.spellings or lower in LOGICAL or word in FUNCTIONS or word in CONSTANT_WORDS or lower in GREEK:
            continue
        if names.spellings and len(word) <= 6 and all(c in names.spellings for c in word):
            continue
        if word in (*NAMES_OF_METHODS, "const", "constant") and (bare[:match.start()].rstrip()[-1:] in ("+", "-", "−", "*", "/", "=") or re.match(
                r"\s*(?:[=≤≥≡]|:=|<=|>=)", bare[match.end():]) and not bare[:match.start()].strip()):
            continue  # log p(x) - ELBO, log p(x) + const
        if len(word) == 2 and (not word.isupper() and lower not in _TWO_LETTERS or word[0].islower() and word[1].isupper()):
            continue
        if len(word) <= 3 and word.islower() and not re.search(r"[aeiouy]", word) or re.fullmatch(r"d[a-z]", word):
            continue
        if len(word) <= 3 and (_IN_CALL.match(bare, max(0, match.start() - 2), match.end() + 1) or word[-1] in _RANDOM_LETTERS and word[:-1] in (
                *_RANDOM_LETTERS, *_FACTORS) or word.isupper() and set(word) <= _RANDOM_LETTERS):
            continue  # E[xy], Var(XY), aX + bY
        if 2 <= len(word) <= 3 and word.isupper() and word not in _ABBREVIATED and re.search(r"(?:[-+=*/(]|^)\s*\d?$", bare[:match.start()]) and \
                re.match(r"\s*(?:[-+=*/)^]|$)", bare[match.end():]) and len(word) < len(bare.strip()):
            continue  # tr(AB - BA)
        if len(word) <= 4 and word.isupper() and re.match(r"\)?\s*\^", bare[match.end():]):
            continue  # (AB)^{-1}
        found.append(word)
    return found


def remark_at_end(text: str, offset: int, names: Names) -> tuple[int, Remark]:
    """Where the formula of a typed line ends, and the remark behind it: "(by Jensen)", "[since x > 0]", "by (1)", "where b > 0", "| -3"."""
    end = len(text.rstrip(" .,;"))
    bracket = re.compile(r"(?:^|\s)[(\[](?P<words>[^()\[\]]*(?:[(\[][^()\[\]]*[)\]][^()\[\]]*)*)[)\]]\s*$").search(text, 0, end)
    if bracket and prose_words(bracket["words"], names):
        start = bracket.start("words")
        return bracket.start(), _remarks(bracket["words"], offset + start)
    operation = re.compile(r"\s\|\s*(?P<words>[-+*/:·−]\s*[^|]+)$").search(text, 0, end)
    if operation:
        return operation.start(), Remark(operation["words"].strip())
    deep = levels(text)
    for cue in _CUE.finditer(text, 1):
        if not deep[cue.start()] and text[:cue.start()].strip() and text[cue.start() - 1] in " ,;\t(":
            return len(text[:cue.start()].rstrip(" ,;(\t")), _remarks(text[cue.start():], offset + cue.start())
    return end, Remark()


def _remarks(words: str, offset: int) -> Remark:
    """Several remarks, each begun by its own word: "where x > 0, by (2)"."""
    deep = levels(words)
    starts = [0, *[c.start() for c in _CUE.finditer(words, 1) if not deep[c.start()] and words[:c.start()].rstrip()[-1:] in (",", ";")]]
    made = Remark()
    for a, b in zip(starts, [*starts[1:], len(words)]):
        made = made.joined(_remark(words[a:b], offset + a))
    return made


def _remark(words: str, offset: int) -> Remark:
    """A remark: a condition where it begins with a word such as "where" and holds one relation and no other words, else a reason."""
    cue = _CUE.match(words.lstrip())
    if cue and cue["condition"]:
        lead = len(words) - len(words.lstrip()) + cue.end()
        content = words[lead:].strip(" .,;)\t")
        start = offset + lead + (len(words[lead:]) - len(words[lead:].lstrip(" .,;)\t")))
        if is_condition(content):
            return Remark("", (Condition(content, Span(start, start + len(content))),))
    said = words_of(words).strip(" .,;")
    return Remark(said[1:-1] if said[:1] in "([" and said[-1:] in ")]" else said)


def is_condition(content: str) -> bool:
    """Is the text one relation, or several parted by commas, without English words?"""
    return bool(content) and re.search(r"[<>=≤≥≠≪≫∈→~]|\\(?:in|ll|gg|leq?|geq?|neq?|to|sim|perp|neq)(?![A-Za-z])",
                                       content) is not None and not prose_words(content, Names({}, {}))


def latex_remark(words: str, offset: int) -> Remark:
    """A remark of a LaTeX row, `\\text{since } x > 0`, without its wrapping where it is only words."""
    plain = words_of(words)
    cue = _CUE.match(plain)
    if cue and cue["condition"]:
        found = re.match(r"[\s(\[,;]*(?:\\(?:text\w*|mbox|mathrm)\s*\{[^{}]*\}|[A-Za-z]+(?:\s+(?:all|every|each|any|that))?)[\s,]*(?:\\[,;:! ])*",
                         words)
        start = found.end() if found else 0
        content = words[start:].strip().rstrip(" .,;)]")
        begin = start + len(words[start:]) - len(words[start:].lstrip())
        if is_condition(content):
            return Remark("", (Condition(content, Span(offset + begin, offset + begin + len(content))),))
    return Remark(plain.strip(" .,;()[]∵").removeprefix("\\because").strip())


def lead_of(words: str, first: bool) -> Lead:
    """What the words right before a formula make of it; `first` says that no formula stands before it in its line."""
    bare = " ".join(re.sub(r"[*_`#]+|\\(?:text\w*|noindent|par)\b", " ", words).split()).strip(" ,;:.()[]")
    bare = _HEADING.sub("", bare)
    if not bare:
        return Lead()
    for use, sign, pattern in _LEADS:
        if re.match(rf"(?:and\s+|but\s+|now,?\s+|finally,?\s+)?(?:{pattern})(?![\w])", bare, re.IGNORECASE) and (use != "premise" or first):
            rest = re.sub(rf"^(?:and\s+|but\s+|now,?\s+|finally,?\s+)?(?:{pattern})(?![\w])[\s,:]*", "", bare, flags=re.IGNORECASE)
            cue = _CUE.match(rest)
            return Lead(use, sign, use if use in ("definition", "premise") else "", rest if cue else "")
    cue = _CUE.match(bare)
    if cue and cue["reason"]:
        ends = re.search(r",\s*(?:we (?:get|have|obtain|find)(?: that)?|it follows(?: that)?|then|so|hence)?\s*[:,]?\s*$|\b(?:we (?:get|have|"
                         r"obtain|find)(?: that)?|:)\s*$|inequality\s*$|\b(?P<led>gives|yields|leads to|results in|leaves|implies|shows)(?: us)?(?: that)?\s*$",
                         words.strip() + " ", re.IGNORECASE)
        return Lead("ahead", "=>" if ends["led"] or re.search(r"\b(?:then|so|hence|follows)\b", ends[0]) else "", "", bare) if first and ends else Lead("reason")
    if cue:
        return Lead("condition", "", "premise" if first else "")
    later = [m for _, _, pattern in _LEADS[:2] for m in re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", bare, re.IGNORECASE)]
    if later and later[-1].end() >= len(bare) - 2:
        sign = next(s for _, s, pattern in _LEADS[:2] if re.fullmatch(pattern, later[-1][0], re.IGNORECASE))
        return Lead("connective", sign)
    return Lead()


_LABEL = re.compile(r"(?:\W|\d+[.)])*(?:(?:so|hence|thus|therefore|then|now|and|the|we have|consider|starting (?:with|from)(?: the)?)\b\W*)*"
                    r"(?:\\(?:text\w*|mathrm|mathit|mbox)\s*\{\s*)?(?:the )?(?P<side>L\.?\s?H\.?\s?S\.?|R\.?\s?H\.?\s?S\.?|(?:left|right)[- ]hand side)\s*\}?"
                    r"[\s$*_&:\\(]*(?:is|of \(?\d\)?|equals)?[\s$*_&:\\(]*", re.IGNORECASE)


def is_label(words: str) -> bool:
    """Are the words "LHS" or "RHS" only?"""
    return _LABEL.fullmatch(words) is not None


def label_before(text: str, end: int) -> str:
    """ "LHS" or "RHS" where the row of the text that `end` stands in has nothing but that, and words such as "so", before it; else ""."""
    start = max(text.rfind("\n", 0, end) + 1, text.rfind("\\\\", 0, end) + 2 if "\\\\" in text[:end] else 0, end - 80)
    found = _LABEL.fullmatch(re.sub(r"\\begin\s*\{\w+\*?\}", "", text[start:end]))
    return "" if found is None else "LHS" if found["side"][0] in "lL" else "RHS"


def condition_of(reading: Reading) -> Term | Unread:
    """A side condition as a tree, or why it is none."""
    return reading.term if isinstance(reading, Read) else reading
