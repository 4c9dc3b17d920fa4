r"""Does a text put its formula forward, or does it deny, reject, report, or only guess it?

A formula that stands in "not n^2", "n^2 is wrong", "everybody says n^2, but I disagree", "maybe n^2?" or "<!-- n^2 -->" is no answer yet: whoever
gives credit for it must ask a person first. `doubt` looks for the words that say so in some ten languages. It errs to the side of asking: of a
denial it only lets pass what is known to leave the formula alone ("does not depend on", "not only", "since x is not 0, ...").

Mathematics between dollars, commands and code is not searched, only the words in `\text{...}`. Everything is linear in the length of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.term import Span

MAX_LENGTH = 20_000
FORMULA = "¤"
"""Stands for each character of mathematics between dollars."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """The words that make it uncertain that a text puts something forward, and where they stand. `sort`: "denied", "rejected", "changed" or "hedged"; `governs`:
    do they speak of a formula right beside them?"""

    words: str
    span: Span
    sort: str
    governs: bool = False


_MATH = re.compile(r"```.*?(?:```|\Z)|\$\$[^$]+\$\$|\$[^$\n]+\$|\\\((?:[^\\]|\\(?!\))){1,2000}\\\)|\\\[(?:[^\\]|\\(?!\])){1,2000}\\\]"
                   r"|\\begin\{(align|equation|gather|cases|eqnarray|multline|[pbv]?matrix)\*?\}.{0,4000}?\\end\{\1\*?\}", re.DOTALL)
_TEXT = re.compile(r"\\(?:text\w{0,4}|mbox|mathrm|textit|emph)\s*\{([^{}]*)\}")
_COMMAND = re.compile(r"\\[A-Za-z]+\*?")
_NEAR = r"(?=(?:[\s,:;(\"'“‘*_]|(?:the|an?|is|are|be|to|it|equal|equals|of|order|simply|just|exactly|like|about|that|el|la|le|das|die|der|gleich)\b)" \
        r"{0,12}(?:¤|[\d|√∇Σ∑∫ΘΩ−\\(-]|O\(|[^\W\d_]{1,2}(?![^\W\d_])|\w+\s?[\^_=<>≤≥*·²³]))"
"""A formula follows."""

_HEDGES = re.compile(r"""(?ix)
    \b(?:maybe|perhaps|possibly|probably|presumably|conceivably|i\s+guess|my\s+(?:best\s+)?guess|guess(?:ing|ed)?|i\s+suppose|hopefully|i\s+hope|
    not\s+(?:so\s+|too\s+|quite\s+|really\s+|very\s+|totally\s+|completely\s+|entirely\s+|100\s?%\s+|yet\s+)?(?:sure|certain|confident|clear)|
    unsure|uncertain|unclear|no\s+(?:idea|clue)|(?:do\s+not|don['’]?t|did\s+not|didn['’]t)\s+(?:really\s+)?(?:know|remember|recall|understand)|dunno|
    idk|something\s+(?:like|similar|along)|or\s+so|if\s+i\s+had\s+to|either(?=\s+[^.;\n]{1,120}?\bor\b)|alternatively|might\s+(?:also\s+|well\s+)?(?:be|have|equal)|
    could\s+(?:it|this|that)\s+be|(?:could|may)\s+(?:also\s+|well\s+)?be(?!\s+(?:\w+ly\s+)?(?:\w+ed|written|shown|seen|done|put|taken|found|given|drawn|chosen|any\w*|arbitrary)\b))\b
    |\b(?:first|second|other|another)\s+(?:option|possibility|guess|variant|alternative)\b
    |\b(?:vielleicht|möglicherweise|eventuell|wahrscheinlich|vermutlich|geraten|keine\s+ahnung|wei(?:ß|ss)\s+(?:es\s+)?nicht|nicht\s+(?:ganz\s+)?sicher|
    unsicher|könnte|oder\s+so|peut[-\s]?[êe]tre|probablement|sans\s+doute|ne\s+sais\s+pas|pas\s+(?:trop\s+)?sûre?|aucune\s+idée|pourrait|
    quiz[áa]s?|tal\s+vez|a\s+lo\s+mejor|posiblemente|probablemente|no\s+sé|no\s+estoy\s+segur[oa]|puede\s+ser|podría|forse|magari|non\s+so|
    non\s+sono\s+sicur[oa]|talvez|não\s+sei|pode\s+ser|misschien|kanske|może|belki|может\s+быть|возможно|наверное|вероятно|не\s+(?:уверен\w?|знаю))\b
    |可能|也许|或许|大概|不太?确定|不知道|不清楚|猜|かもしれ|たぶん|多分|[わ分]から|わかりません|아마|모르겠|것\s?같""")
_REJECTS = re.compile(r"""(?ix)
    \b(?:wrong|incorrect|false|untrue|mistakes?|mistaken(?:ly)?|misconceptions?|fallacy|fallacious|disagree\w{0,3}|nonsense|absurd|contradict\w{0,6}|contrary|
    ruled?\s+out|reject\w{0,4}|invalid|doubt(?:s|ful)?|refut\w{0,4}|debunk\w{0,4}|retract\w{0,4}|withdraw\w{0,2}|crossed\s+out|trap|typo|
    ignore\s+(?:this|that|it|the\s+above)|disregard|scratch\s+that|no,?\s+wait|wait|never\s?mind|oops|impossible|unacceptable|
    (?:does|do|did|will|would)\s+not\s+(?:hold|work|fit|apply)|(?:does|do|did|wo|would)n['’]t\s+(?:hold|work|fit|apply)|no\s+longer|
    that['’]s\s+not|(?:opposite|reverse|negation|contrary)\s+(?:of|to)|(?:is|are|was)\s+(?:out\s+of\s+the\s+question|excluded|off\s+the\s+table)|
    (?:any|every|some)(?:thing|one|where)?\s+(?:\w+\s+)?(?:but|except|other\s+than)|all\s+but|
    (?:my\s+)?(?:friend|neighbou?r|classmate|colleague|everyone|everybody|people|others|students|some|many|they|he|she)\s+(?:\w+\s+)?
    (?:says?|said|claim(?:s|ed)?|thinks?|thought|believes?|wrote|writes?)|(?:lecture|book|internet|professor|teacher)\s+(?:\w+\s+)?(?:says|claims)|
    (?:one|you|we)\s+(?:may|might|could|would)\s+(?:\w+\s+)?(?:think|believe|say|expect|guess|suspect)|used\s+to\s+(?:think|believe)|
    (?:i|we)\s+(?:first|initially|originally)\s+(?:thought|had|wrote|got|believed)|supposedly|allegedly|tempting|delete\s+this|forget\s+(?:about\s+)?(?:it|this|that|the|¤|\$|\w\b)|discard\w*|refuse\w?\s+to|no\s+way|whether|
    (?:too|suspiciously)\s+(?:easy|simple|good)|(?:not|n['’]t|never)\s+(?:be\s+)?(?:right|correct|true|valid|trust\w*)\b|\bfails\b|
    (?:my|the)\s+first\s+(?:idea|thought|try|attempt|guess)|reverse|fel|virheellinen|yanlış|onjuist|fout|błędn\w+|(?:real|actual|true)\s+(?:answer|value)\s+is|full\s+(?:marks|points|credit)|(?:points?|status|marks|score)\s*=|(?:dear\s+)?grader|
    as\s+(?:in\s+)?the\s+model\s+(?:solution|answer)|system\s*:|ignore\s+(?:all|any|previous|the)|
    (?:but|yet|however),?\s+(?:i|we)\s+(?:am|are|get|got|think|believe|disagree|say|would|found|find|have|do)|(?:aber|mais|pero|ma|mas)\s+(?:ich|je|yo|io|eu)\b|
    neither\b[^.;\n]{0,200}\bnor|falsch|(?:stimmt|gilt|geht)\s+(?:so\s+|aber\s+|das\s+)?nicht|widerspr\w{0,8}|unwahr|au(?:ß|ss)er|gegenteil|durchgestrichen|
    faux|fausse|inexacte?|contraire|sauf|fals[oa]s?|incorrect[oa]s?|equivocad[oa]s?|excepto|menos|contrari[oa]|sbagliat[oa]|errat[oa]|errad[oa]|tranne|
    неверно|неправильно|ошибочно|кроме)\b|[✗✘❌✖🚫]|不成立|错|不对|不正确|矛盾|误解|除了|以外|間違|誤り|틀렸|틀린|틀림|제외""")
_DENIES = re.compile(r"(?i)\b(?:not|never|cannot|neither|nor|hardly|nope|nay|scarcely|barely|rarely|by\s+no\s+means|in\s+no\s+way|no\s+way|under\s+no\s+circumstances?)\b|n['’]t\b|\b(?:dont|doesnt|isnt|cant|wont|arent)\b"
                     r"|(?:^|[.,;:?!]\s*)(?:no|non|nein|nee|não|нет)\b(?=\s*[.,;:!]|\s*$)")
_DENIES_ELSEWHERE = re.compile(r"(?i)\b(?:nicht|kein(?:e[rsnm]?)?|keinesfalls|keineswegs|mitnichten|nullement|aucunement|tampoco|niemals|nie|weder|noch\s+nie|pas|jamais|aucune?|nunca|jamás|ningun[oa]?|ningún|não|"
                               r"nessun[oa]?|niet|geen|inte|ikke|nie|değil|не|никогда)\b|\bno\s+(?:es|son|vale|está|puede|se)\b|\bnon\s+(?:è|sono|si|può|va|vale|converge)\b"
                               r"|不(?![等变變断斷同动動超])|[非没沒]|无(?!穷|限|关|关)|ではな|じゃな|ません|ない|아니|않|못")
_CHANGES = re.compile(rf"""(?ix)
    \b(?:squares?|cubes?|(?:square\s+|cube\s+)?roots?|half|third|quarter|double|twice|triple|negative|inverse|reciprocal|opposite|transpose|logarithm|log|exponential|
    absolute\s+value|norm|derivative|integral|sum|product|complement|multiple|fraction|factorial|minimum|maximum|difference|ratio|quadrat|hälfte|wurzel|kehrwert|
    inverse|carré|moitié|racine|cuadrado|mitad|raíz)\s+(?:of|aus|von|de|du|des|d['’])(?:\s+the)?(?={_NEAR[3:-1]})(?!\s+\d+\s*(?:terms|numbers))
    |\b(?:minus|plus|times|over|divided\s+by|and)\s+(?:something|some(?:thing)?|higher|lower|other|another|more|a\s+(?:constant|term|correction))\b
    |\b(?:some|a)\s+(?:constant|factor|multiple)\s+times\b|\b(?:bigger|larger|greater|smaller|less|more|fewer)\s+than\s*(?={_NEAR[3:-1]})|\bonly\s+an?\s+(?:approximation|bound|estimate)
    |\b(?:lower|upper)\s+bound,|\d+\s?%\s+(?:sure|certain|probab)
    |\bup\s+to\s+(?:the\s+|an?\s+)?(?:\w+\s+)?(?:sign|factors?|constants?|scal\w+|multipl\w+|terms?)\b|\b(?:squared|cubed)\b
    |(?<!and\s)\bonly\s+(?:if|for|when|where|in\s+case|valid|holds?|true)\b|\b(?:holds?|valid|true|works?|applies)\s+only\b|\bnur\s+(?:wenn|falls|für|bei)\b|\bseulement\s+(?:si|pour)\b
    |\b(?:roughly|approximately|approx\.?|nearly|almost|about|around|circa|ca\.|etwa|ungefähr|environ|presque|casi|aproximadamente|quasi)\s*(?={_NEAR[3:-1]})|大约""")
_MASTERED = r"(?:instead|rather)\s+(?:of|than)|unlike|other\s+than|(?:far|different|differs)\s+from|unequal\s+to"
_BESIDE = re.compile(rf"(?i)\b(?:{_MASTERED})\b{_NEAR}")
_BENIGN = re.compile(r"""(?ix)
    \b(?:do(?:es)?|did|will|would|is|are|need|can)?\s?(?:not|n['’]t)\s+(?:\w+ly\s+|even\s+|yet\s+|all\s+)?
    (?:only|just|merely|necessarily|depend\w*|matter\w*|count\w*|includ\w*|consider\w*|contribut\w*|affect\w*|chang\w*|influenc\w*|mix\w*|need\w*|requir\w*|
    involv\w*|interact\w*|appear\w*|vanish\w*|negative|zero|dependent|relevant|stor\w*|kept|keep\w*|scal\w*|us(?:e|ed|ing)|hav(?:e|ing)|important|
    shar\w*|parallel\w*|commut\w*|dominat\w*|grow\w*|look\w*|see|attend\w*|wait\w*|equal\s+to|greater|larger|bigger|more|less|smaller|fewer|exceed\w*|in\s+the|in\s+any)\b
    |\bcan(?:not|['’]t|\s+not)\s+be\s+(?:\w+ly\s+)?(?:simplified|reduced|factored|improved|written|expressed|parallel\w*|avoided|negative|skipped|processed|computed|done)\b
    |\bnot\s+0\b|\bwhy\s+not\b|\bif\s+not\b|\bor\s+not\b|\bneither\s+of\s+(?:them|these|the)\b|\bno\s+doubt\b|\bwithout\s+(?:a\s+)?doubt\b|\bnever\s+negative\b|\bfalse\s+(?:positive|negative)s?\b""")
_ASIDE = re.compile(r"(?i)\b(?:since|because|as|where|while|for|given|provided|although|though|weil|da|car|puisque|porque)\b[^.;:,\n?!]{0,200}(?=[,.;:\n?!]|\Z)")
_QUESTION = re.compile(r"\?+")
_SENTENCE = re.compile(r"[.!?](?!\w)|\n")
_ASKS = re.compile(r"(?i)\W*(?:\(?\w{1,2}[.)]\s*)*(?:and\s+|so\s+|question:?\s*|frage:?\s*|q:?\s*)?(?:wh\w+|how|does|do|did|can|(?:is|are)(?!\s+(?:it|this|that)\b)|for\s+wh\w+|"
                   r"(?:in|at|by|from|to|with|under)\s+wh\w+|give|state|show|name|explain|find|compute|w[aeio]\w*|für\s+we\w*|qu\w+|pour\s+qu\w+|para\s+qu\w+|c[oóu](?!uld)\w+|"
                   r"est-ce|什么|何|如何|哪|为)")
_EXCEPT = re.compile(r"(?i)\b(?:any|every|all)(?:thing|one|where)?\s+(?:[\w-]+\s+){0,3}(?:but|except(?:ing)?|other\s+than|au(?:ß|ss)er|sauf|menos|excepto)\b|\bau(?:ß|ss)er\b")
_HIDDEN = re.compile(r"<!--|~~[^~\n]+~~|\\(?:sout|st|xout|cancel|xcancel)\s*\{|<(?:s|del|strike)>")


def doubt(text: str, *, denials: str = "all", exceptions: bool = True, value: bool = False) -> Doubt | None:
    """The first sign that the text takes its formula back or only guesses it; None where there is none.

    `denials`: "all" words that deny count; "foreign": those that a reader of English prose does not know; "none": only what calls something wrong. `exceptions`: whether "everything but" counts. `value`: is one value
    put forward, which "half of", "up to sign", "only if" would change?
    """
    text = text[:MAX_LENGTH]
    if text.strip(" .$").lower() in ("true", "false"):
        return None
    hidden = _HIDDEN.search(text)
    if hidden:
        return Doubt(hidden[0].strip()[:40], Span(*hidden.span()), "rejected", True)
    plain = _masked(text)
    if not any(c.isalpha() or c in "?✗✘❌✖🚫" for c in plain):
        return None
    asked = _asked(plain)
    plain = _BENIGN.sub(lambda m: " " * len(m[0]), plain)
    if not exceptions:
        plain = _EXCEPT.sub(lambda m: " " * len(m[0]), plain)
    for pattern, sort in ((_REJECTS, "rejected"), (_BESIDE, "denied")):
        if found := pattern.search(plain):
            return Doubt(found[0].strip(), Span(*found.span()), sort, True)
    if value and (found := _CHANGES.search(plain)):
        return Doubt(found[0].strip(), Span(*found.span()), "changed")
    if found := _HEDGES.search(plain):
        return Doubt(found[0].strip(), Span(*found.span()), "hedged")
    for pattern in {"all": (_DENIES, _DENIES_ELSEWHERE), "foreign": (_DENIES_ELSEWHERE,), "none": ()}[denials]:
        if found := _denial(plain, pattern):
            return found
    return asked


def _masked(text: str) -> str:
    """The text with its mathematics covered, character by character, but for the words in it."""
    def cover(found: re.Match[str]) -> str:
        inner = found[0]
        made, last = [], 0
        for words in _TEXT.finditer(inner):
            made += [FORMULA * (words.start(1) - last), words[1]]
            last = words.end(1)
        return "".join(made) + FORMULA * (len(inner) - last)

    covered = _MATH.sub(cover, text)
    return _COMMAND.sub(lambda m: FORMULA * len(m[0]), covered)


def _denial(plain: str, pattern: re.Pattern[str]) -> Doubt | None:
    """A word that denies, except in a clause of its own that gives a reason, beside a formula outside of it."""
    near = re.compile(_NEAR)
    asides = [m.span() for m in _ASIDE.finditer(plain)]
    rest, last = [], 0
    for start, end in asides:
        rest.append(plain[last:start])
        last = end
    outside = _has_formula("".join(rest) + plain[last:])
    k = 0
    for found in pattern.finditer(plain):
        while k < len(asides) and asides[k][1] <= found.start():
            k += 1
        if outside and k < len(asides) and asides[k][0] < found.start():
            continue
        return Doubt(found[0].strip(" .,;:?!"), Span(*found.span()), "denied", near.match(plain, found.end()) is not None)
    return None


def _has_formula(plain: str) -> bool:
    return re.search(r"[¤\d=<>≤≥^²³√]|O\(", plain) is not None


def _asked(plain: str) -> Doubt | None:
    """A question that is not the one that was asked: "n^2?", "Is it n^2?", "n^2 (?)"."""
    for found in _QUESTION.finditer(plain):
        head = plain[max(0, found.start() - 200):found.start()]
        start = max((m.end() for m in _SENTENCE.finditer(head)), default=0)
        words = head[start:].strip(" \t>*_#-(")
        bare = words.rstrip(") ")
        if re.match(r"[ \t]*[,|&;]", plain[found.end():found.end() + 9]) or re.search(r"[,|&;:][ \t]*$", bare):
            continue  # a cell
        if not bare or not _ASKS.match(words) and (_has_formula(bare) or len(bare.split()) <= 12):
            return Doubt("?", Span(found.end() - 1, found.end()), "hedged")
    return None


__all__ = ["Doubt", "doubt"]
