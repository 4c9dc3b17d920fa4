"""Is a value that a text names taken back where it stands: denied, asked, supposed, struck out, called wrong, or a part of something longer?

Only what directly governs the value counts, so that "since x is not 0, x = 5" and "5, not 6" put 5 forward, and "the answer is not 5", "5 is wrong",
"is it 5?", "if the answer is 5, ..." and "5 times x" do not.
"""

from __future__ import annotations

import re
import unicodedata

_FILL = (r"(?:be|been|equals?|to|the|an?|is|are|was|were|exactly|simply|just|really|even|answer|value|result|solution|number|choice|"
         r"option|by|given|it|this|that|true|"
         r"think|believe|say|claim|mean|right|correct|case|sure|certain|likely|possible|final|my|our|[a-zA-Z]|=|:)")
_OPENING = r"(?:[\s$(]*[A-Za-z]\s*=)?[\s$*_(\[{\"'“‘`]*(?:\\(?:text|textbf|mathbf|mathrm|left|displaystyle|\(|\[|,|;|quad)[\s{(]*)*$"
_BEFORE = re.compile(r"(?ix)(?:\b(?:not|never|neither|nor|cannot|hardly|unlikely|doubt|doubts|deny|denies|disagree|anything\s+but|"
                     r"all\s+but|other\s+than|except|excluding|"
                     r"different\s+from|differs\s+from|unequal\s+to|unlike|rather\s+than|instead\s+of|no\s+longer|far\s+from|ruled\s+out|"
                     r"rejects?|reject(?:ed|ing))|n['’]t"
                     r"|\\neq?(?![a-zA-Z])|≠|!=)(?:[\s,]+(?:for\s)?" + _FILL + r"){0,7}" + _OPENING)
_SUPPOSED = re.compile(r"(?ix)\b(?:if|whether|suppose|supposing|assum(?:e|ing)|imagine|pretend|unless)\s+(?:that\s+)?(?:the\s+|my\s+|"
                       r"our\s+)?(?:final\s+|correct\s+|right\s+)?"
                       r"(?:answer|value|result|solution|it|this)\b(?:[\s,]+" + _FILL + r"){0,5}" + _OPENING)
_CALLED_WRONG = re.compile(r"(?ix)\b(?:wrong|incorrect|false|old|former|previous|earlier|initial|naive|tempting|mistaken|erroneous|invalid|bad)\s+"
                           r"(?:\w+\s+)?(?:answer|result|value|guess|solution|choice|option)s?\b(?:[\s,]+" + _FILL + r"){0,5}" + _OPENING)
_REPORTED = re.compile(r"(?ix)\b(?:(?:some|others|many|they|students|people|someone|he|she|everybody)\s+(?:\w+\s+)?(?:says?|said|"
                       r"claim(?:s|ed)?|think|thought|believe[ds]?|might\s+say)"
                       r"|rumou?red|allegedly|supposedly)\b[^,;.]*$")
_BAD = (r"(?:wrong|incorrect|false|untrue|impossible|invalid|absurd|nonsense|extraneous|rejected|retracted|withdrawn|discarded|excluded|ruled\s+out|"
        r"(?:an?\s+)?(?:contradiction|mistake|error|trap|typo|joke|guess)|far\s+from|unlikely|too\s+(?:large|small|big))")
_RIGHT = (r"(?:(?:the|an?|my|our|quite|really|actually|at\s+all)\s+)*(?:answer|solution|correct|right|true|possible|valid|allowed|it|"
          r"equal|case|acceptable|accepted|permitted|"
          r"what|sure|certain|so|in\s+the\s+domain|the\s+final)")
_CLOSING = r"^(?:[\s$*_)\]}\"'”’`]|\\\)|\\\]|\\right|\\[,;! ])*"
_AFTER = re.compile(_CLOSING + r"(?ix:[,(:–—-]*\s*(?:(?:but|and|yet|however|though)\s+)?(?:which|that|this|it|they|these|i)?\s*"
                    r"(?:(?:is|are|was|were|am|seems?(?:\s+to\s+be)?|looks?|must\s+be|has\s+been|can|could|may\s+be|might\s+be|would\s+be|"
                    r"turns\s+out(?:\s+to\s+be)?)\s+)?(?:\w+ly\s+|also\s+)?"
                    r"(?:" + _BAD + r"\b|(?:(?:not|never)|(?:is|are|was|were|ca|does|do|did|wo|could|would)n['’]t|cannot\s+be|can(?:not|"
                    r"['’]t)\s+be)\s+" + _RIGHT + r"\b))")
_TAKEN_BACK = re.compile(r"(?i)^[^.;\n]*\b(?:but|however|although|though|yet)\b[^.;\n]*?\b(?:wrong|incorrect|not\s+(?!\W*[\d\\$-])|never|"
                         r"mistake|n['’]t)")
_ASKED = re.compile(r"^[^.!\n]*\?")
_ONLY_IF = re.compile(_CLOSING + r"(?i:,?\s*(?:(?:or|maybe|perhaps|possibly|alternatively)\b|if\b[^.;\n]*\b(?:were|had)\b))")
_GOES_ON = re.compile(_CLOSING + r"(?i:(?:times|plus|minus|divided\s+by|multiplied\s+by|(?:more|less|fewer|greater|larger|smaller)\s+than|"
                                 r"to\s+the\s+power|squared|cubed|out\s+of|modulo|mod|factorial|"
                      r"wrong|incorrect|(?:percent|per\s+cent|\\?%)\s+of)\b|!(?=\s*\w))")
_STRUCK = re.compile(r"(?i)(?:\\(?:x|b)?cancel|\\sout|\\st|\\not|\\xout|\\hcancel)\s*\{[^{}]*$|<(?:s|del|strike)>[^<]*$|~~[^~\n]*$")
_END = re.compile(r"\n[ \t]*\n|[.!](?=\s+[A-Z\\$*#<(]|\s*$)|\?(?=\s|$)")
WIDTH = 240
LONG = 200
"""Longer values are looked for as they stand."""


def taken_back(text: str, start: int, end: int) -> bool:
    """Is the value at text[start:end] denied, asked, supposed, struck out, called wrong, or only a part of what is said?"""
    before, after = text[max(0, start - WIDTH):start], text[end:end + WIDTH]
    cut = [m.end() for m in _END.finditer(before)]
    before = before[cut[-1]:] if cut else before
    if after and unicodedata.category(after[0]) in ("Mn", "Me"):
        return True
    stop = _END.search(after)
    before, after = (re.sub(r"\s+", " ", t) for t in (before, after[:stop.end()] if stop else after))
    if any(r.search(before) for r in (_BEFORE, _SUPPOSED, _CALLED_WRONG, _REPORTED, _STRUCK)):
        return True
    return any(r.search(after) for r in (_AFTER, _TAKEN_BACK, _ASKED, _ONLY_IF, _GOES_ON))


def place(text: str, part: str, begin: int = 0) -> tuple[int, int] | None:
    """Where the value stands: its last place, in a box if it has one there."""
    if len(part) > LONG:
        at = text.rfind(part, begin)
        return (at, at + len(part)) if at >= 0 else None
    shape = r"(?<![\w.])" + re.escape(part) + r"(?!\w)"
    boxed = list(re.finditer(r"\\(?:boxed|fbox|framebox)\s*\{[\s$]*" + re.escape(part) + r"[\s$]*\}", text[begin:]))
    found = boxed or list(re.finditer(shape, text[begin:]))
    return (begin + found[-1].start(), begin + found[-1].end()) if found else None


__all__ = ["place", "taken_back"]
