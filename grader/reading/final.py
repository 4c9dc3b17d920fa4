"""The final answer of a long text: what is boxed, what follows "the answer is", or the conclusion.

Conventions, in this order:

1. What stands between `<think>` and `</think>`, and marks of a chat (`<|im_end|>`), is not looked at. Of a text with `<answer>...</answer>` only the
   last such part counts.
2. The last `\\boxed{...}` counts. Boxes that nothing but "and", "or", commas, signs or a label (`x_2 =`) part from one another count together.
   An earlier box elsewhere was working.
3. Else what follows the last "final answer", "the answer is", "answer:", "correct option is", or `####`, or the field "answer" of JSON, up to the
   end of its sentence. Where a text has a box and says something after it under such words, both are put forward; whoever compares must find that
   they agree.
4. Else the whole text, where it is one formula.
5. Else what the text states (`stated`), and last the conclusion of the last sentence with "therefore", "thus", "so", "hence".

In a sentence the formula after its last "is", "are", "=" or ":" counts, else its only formula or number. Everything is linear in the length of the
text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, replace

from grader.reading.denials import place, taken_back
from grader.reading.stated import stated
from grader.term import Span

MAX_BOXES = 40
MAX_TAIL = 600
"""Characters after "the answer is" that are looked at."""


@dataclass(frozen=True, slots=True)
class Final:
    """Texts that are put forward together, in the order of writing; `link` is "or" where that word joins them, else "and" or "". `after` is what
    stands right behind a box, `how` one of boxed, said, whole, stated, concluded."""

    parts: tuple[str, ...]
    how: str
    link: str = ""
    after: str = ""


MAX_SENTENCE = 4000
LONG = 200
"""Characters of a value in which words are looked for."""
_HEAD = re.compile(r"[^A-Za-z]*(?:[A-Za-z]\s*=\s*)?[^A-Za-z=]*[\d)\]}$](?=\s*\(?[A-Za-z]{3})")
"""A value and the words behind it."""
_QUOTED = re.compile(r"(?m)^[ \t]*(?:>[ \t]?)+(?=[^>\s=])")
"""The sign before quoted lines; before the only line of a text it may mean "more than"."""
_CHAT = re.compile(r"<\|im_start\|>\s*(?:user|assistant|system)?|<\|[^<>|]{1,40}\|>|</?s>|<(?:eos|bos|pad)>")
_THINK = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
_COMMANDS = ("frac dfrac tfrac cfrac sqrt boxed fbox left right text textbf mathrm mathbf mathbb cdot times div pm mp pi infty cup cap leq geq neq "
             "le ge ne in ln log "
             "sin cos tan theta alpha beta gamma begin end displaystyle binom sum int lim quad circ").split()
_ESCAPED = re.compile(r"(?<!\\)\\\\(?=(?:" + "|".join(sorted(_COMMANDS, key=len, reverse=True)) + r")(?![a-zA-Z]))")
_NEWLINES = re.compile(r"\\n(?=\\n|[A-Z*#\s\d\\]|$)")
_MARKED = re.compile(r"(?is)<answer>((?:(?!<answer>).)*?)</answer>")
_FIELD = re.compile(r'"(?:final[_ ]?)?answer"\s*:\s*(?:"((?:[^"\\]|\\.)*)"|([^",{}\n]+))', re.IGNORECASE)
_BOLD = re.compile(r"(?<![\w)\]}*])\*\*(?=[^\s*])([^*\n]*[^\s*])\*\*(?![\w*])")
_BOX = re.compile(r"\\(?:boxed|fbox|framebox)\s*(?=[{\\\d])")
_BRACES = re.compile(r"\\.|[{}]", re.DOTALL)
_GLUE = re.compile(r"(?:[\s$.,;:&+|*_/(){}\[\]]|\\[()\[\],;!: \\]|\\(?:quad|qquad|text|mathrm|textbf|newline|hspace|enspace|space)(?![a-zA-Z])|~)+")
_LABEL = re.compile(r"^(?:[A-Za-z]{1,2}(?:_\{?\w{1,3}\}?)?'?=)?$")
_SAID = re.compile(r"(?im)(?:^|(?<=[\s*_#>(]))(?:(?:my|the|our)\s+)?(?:(?:final|correct|right)\s+(?:numerical\s+)?(?:answer|option|choice"
                   r"|solution)|answer|ans)\b"
                   r"(?:\s+(?:to\s+[^.\n:]{1,80}?|choice|option)(?=\s+(?:is|are)\b|\s*:))?[*_\s]*(?:\s*(?:is|are|equals|would be|should be|must "
                   r"be)\b(?:\s+(?:then|thus|therefore|simply|just|given by|option|choice))?|[:=→]|\s[-–—](?=\s)|(?=\n))"
                   r"[*_]*\s*:?[*_]*|^\s*#{4}(?!#)|\b(?:go(?:ing)? with|choose|select|pick)\s+(?:option|choice|answer)\s+(?=\(?[A-J]\b)|\bit(?:['’]s|\s+is)\s+(?=(?:option\s+)?\(?[A-J]\)?[.]?\s*$)|\b(?:option|choice)\s+(?=\(?[A-J]\)?[.)]?(?:\s+is\s+(?:the\s+)?correct))")
_ABROAD = re.compile(
    r"(?i)(?:\b(?:respuesta|soluci[oó]n|resultado)(?:\s+(?:final|correcta))?\s+(?:es|son)\b"
    r"|\b(?:resposta|solução|resultado)(?:\s+(?:final|correta|certa))?\s+(?:é|são)(?!\w)"
    r"|\b(?:r[ée]ponse|solution|r[ée]sultat)(?:\s+(?:finale?|correcte))?\s+est\b(?:\s+(?:donc|alors))?"
    r"|\b(?:antwort|l[öo]sung|(?:end)?ergebnis)\s+(?:ist|lautet|betr[äa]gt)\b(?:\s+(?:also|somit|daher))?"
    r"|\b(?:risposta|soluzione)(?:\s+(?:finale|corretta))?\s+[èe](?!\w)|\bantwoord\s+is\b|\bodpowied[źz]\s+to\b|\bsvaret\s+[äa]r\b"
    r"|(?:ответ|答案|答え|정답|답|respuesta|resposta|r[ée]ponse|antwort|ergebnis|risposta|antwoord|odpowied[źz]|cevap|svar)(?:\s+final[e]?)?"
    r"\s*[*_]*[:：=]"
    r"|(?:答案|答え|答)(?:是|为|為|は)|(?:정답|답)[은는]|(?:đáp án|đáp số)\s*(?:là|:))[*_]*")
"""The words of other languages for "the answer is"."""
_GUESSED = re.compile(r"(?i)\b(?:could|might|may|would)(?:\s+(?:well|also|possibly|perhaps|probably))?\s+be|\b(?:maybe|perhaps|possibly)"
                      r"|\bguess(?:ing)?(?:\s+(?:is|that|it|it's))*")
_BEYOND = re.compile(r"(?i)\b(?:more|less|fewer|greater|larger|smaller|longer|shorter|older|younger|higher|lower|bigger)\s+than|\bexceed(?:s|ing)?|[<>≤≥]=?|\\(?:leq?|geq?|lt|gt)(?:slant)?")
_OTHERWISE = re.compile(r"(?i)\b(?:is|are|equals?)\b[^.;\n]{0,80}\b(?:if|when|for|where|unless)\b[^.;\n]{0,200}\b(?:otherwise|else)\b")
"""A value in one case, and another one in others."""
_DENIED_ABROAD = re.compile(r"(?i)(?:不是|不为|不為|并非|不等于|(?<!\w)не|\bnicht|\bkeine?|\bno\s+(?:es|son)|\b(?:n['’]est|ne\s+sont)\s+pas|\bnão\s+(?:é|são)|\bnon\s+è|\bniet|\bnie\s+jest)"
                            r"(?:\s+(?:gleich|égale?|igual|равно|равен|равна)(?:\s+(?:à|a))?)?")
_DENIED_BEHIND = re.compile(r"[\s$*）)」]*(?:では(?:ない|ありません|なく)|じゃない|[이가은는]?\s*(?:아니|아닙)|(?:是)?(?:错误|錯誤|不对|不對))")
"""Other languages' words for "is not", before a value and behind it."""
_LEAD = re.compile(r"[\s$*_(:\\,;]*$")
"""Signs between words and the value that they govern."""
_LISTED = re.compile(r"[\s*_:]*((?:\$[^$\n]+\$|\\\(.+?\\\))(?:\s*(?:,|;|,?\s*\b(?:and|or)\b)\s*(?:\$[^$\n]+\$|\\\(.+?\\\)))+)[\s*_.]*$")
"""Several formulas between dollars, joined by commas, "and" or "or"."""
_WORDED = re.compile(r"\\(?:text|mathrm|textbf)\s*\{([^{}\\$]*\d[^{}\\$]*|\s*\(?[A-J]\)?(?:\s*(?:,|&|and)\s*\(?[A-J]\)?)+\s*)\}")
_MAIN = re.compile(r"^[^$;]*?(?:\$[^$]+\$[^$;]*?)?\b(?:is|equals)\s+(\$[^$]+\$)\s*,?\s*(?:(?:which\s+is\s+)?(?:attained|achieved|reached|assumed)|when|at|because|since)\b"
                   r"(?:(?!\b(?:and|or|otherwise|but|while)\b)[^;])*$")
"""What a sentence says of the value it ends with, and where it is taken: "the minimum is $2$, attained at $x = 1$"."""
_TWO_SENTENCES = re.compile(r"\d\.[$\s]+[A-Za-z]\w*\s*=")
_YES = re.compile(r"(?i)^\W*(yes|no)\b\s*[,.:;!–—-]")
_SENTENCE = re.compile(r"\n[ \t]*\n|(?<=[^\d.\s])\.(?=\s+[A-Z*\\#<]|\s*$)|(?<=\d)\.(?=\s+[A-Z*#<]|\s*$)|[!?](?=\s|$)")
_CONCLUDES = re.compile(r"(?i)\b(?:therefore|thus|hence|so|consequently|in conclusion|finally|we (?:get|obtain|find|have|conclude)|answer)\b|∴"
                        r"|\\therefore")
_GIVES_UP = re.compile(r"(?i)\b(?:cannot(?!\s+be)|can't(?!\s+be)|don't know|do not know|unable|not sure|refuse|no idea|unclear|unsure)\b")
_ABOUT = re.compile(r"(?i)\b(?:question|problem|exercise|step|case|chapter|page|section|figure|equation|line|part)s?\b")
_CLAIMS = re.compile(r"\b(?:is|are|was|were|be|equals?|has|have|had|takes?|needs?|costs?|gets?|gives?|makes?|there|left|total)\b|=")
_VERB = re.compile(r"\b(?:is|are|be|equals?|equal to|was|were|gives?|get|obtain|yields?|by)\b|:(?!=)")
_HEDGE = re.compile(r"(?i)\b(?:or|either|might|maybe|perhaps|possibly|could|probably not|not sure|alternatively)\b")
_CHOICE = re.compile(r"\s*(?:(?:is|are|be|equals?)\b\s*)?(?:(?:option|choice)\s+)?[*_$]*(\(?[A-J]\)?)[*_$]*(?=\s*(?:$|[.,;:]|because\b|since\b"
                     r"|as\b|which\b|is\b|–|—|-\s))")
_STANDS_IN = re.compile(r"\$\$.+?\$\$|\$[^$\n]+\$|\\\(.+?\\\)|\\\[.+?\\\]", re.DOTALL)
_NUMBER = re.compile(r"(?<![\w.\\^{/])[-+]?(?:\\?\$)?\d[\d,]*(?:\.\d+)?(?:\s*/\s*\d+)?(?:\s?\\?%|\s+(?:percent|degrees))?(?![\w^]|\.\d|[,/]\d)")


def tidy(text: str) -> str:
    """The text without a chat's marks and its thinking, with control characters and doubled backslashes of careless escaping mended."""
    text = text.replace("\x0c", "\\f").replace("\x08", "\\b").replace("\r\n", "\n")
    text = _THINK.sub(" ", text)
    if "</think>" in text:
        text = text[text.rindex("</think>") + len("</think>"):]
    text = _QUOTED.sub("", _CHAT.sub(" ", text)) if "\n" in text else _CHAT.sub(" ", text)
    if "\\\\" in text:
        text = _ESCAPED.sub(lambda m: "\\", text)
    if "\\n" in text:
        text = _NEWLINES.sub("\n", text)
    marked = _MARKED.findall(text)
    if marked and marked[-1].strip():
        text = marked[-1]
    return _BOLD.sub(r"\1", text)


def finals(text: str, is_formula: Callable[[str], bool], vocabulary: object = None) -> tuple[Final, ...]:
    """What the text puts forward; the strongest first. `is_formula` says whether a snippet is mathematics, words or numbers that can stand as an
    answer. Several entries: the text puts forward each of them, and it is not certain that they agree. None: nothing is put forward, or it is taken
    back where it stands."""
    text = tidy(text)
    found = _finals(text, lambda said: not _TWO_SENTENCES.search(said) and is_formula(said), vocabulary)
    return () if any(_is_taken_back(text, f) for f in found[:8]) else found


def _is_taken_back(text: str, found: Final) -> bool:
    if found.how != "boxed" and "\\begin" not in found.parts[0] and _OTHERWISE.search(text[-MAX_SENTENCE:]):
        return True
    if found.how != "boxed" and len(found.parts) == 1 and _is_loose(text, found.parts[0], found.how):
        return True
    marks = list(_SAID.finditer(text))[-4:] if found.how == "said" else []
    for part in found.parts[-1:] if found.link == "or" else found.parts:
        where = next((w for m in reversed(marks) if (w := place(text, part, m.end())) is not None), None) or place(text, part)
        head = _HEAD.match(part[:LONG])
        if where is not None and taken_back(text, *where) or head is not None and taken_back(part, 0, head.end()):
            return True
    return False


def _is_loose(text: str, part: str, how: str) -> bool:
    """Is the value only guessed ("it could be 5"), a bound of what is stated ("more than 5"), or named by a sentence that gives up?"""
    where = place(text, part)
    if where is None and (at := text.rfind(part)) >= 0 and any(ord(c) > 0x2E80 for c in text[max(0, at - 1):at + len(part) + 1]):
        where = at, at + len(part)  # no blanks part words from numbers there
    if where is None:
        return False
    head = _LEAD.sub("", text[max(0, where[0] - 60):where[0]])
    begun = max(text.rfind(mark, 0, where[0]) for mark in (". ", "\n", "! ", "? "))
    if how == "stated" and _GIVES_UP.search(text[max(begun, where[0] - 300, 0):where[0]]):
        return True
    return _DENIED_BEHIND.match(text, where[1]) is not None or any(
        m.end() == len(head) for r in (_GUESSED, _BEYOND, _DENIED_ABROAD) for m in r.finditer(head))


def _finals(text: str, is_formula: Callable[[str], bool], vocabulary: object) -> tuple[Final, ...]:
    boxed = _boxed(text)
    said = _said(text, is_formula, vocabulary)
    if boxed is not None:
        made, end = boxed
        later = [f for f, at in said if at > end and f.parts != made.parts and f.how == "said"]
        return (made, *later[-1:])
    if said:
        return (said[-1][0],)
    field = _FIELD.findall(text)
    if field and is_formula(snippet((field[-1][0] or field[-1][1]).replace("\\\\", "\\"))):
        return (Final((snippet((field[-1][0] or field[-1][1]).replace("\\\\", "\\")),), "said"),)
    if is_formula(snippet(text)):
        return (Final((snippet(text),), "whole"),)
    if (plain := _YES.match(text)) is not None and not re.search(r"[\d$\\=]", text):
        return (Final((plain[1],), "stated"),)
    sentences = [text[s.start:s.end] for s in _sentences(text)]
    if len(sentences) > 1 and _CONCLUDES.search(sentences[-1]):
        found = _in_sentence(sentences[-1], is_formula, vocabulary)
        if found is not None:
            return (found if isinstance(found, Final) else Final((found,), "concluded"),)
    candidates = stated(text, vocabulary)
    main = _MAIN.search(sentences[-1][-MAX_SENTENCE:]) if len(candidates) > 1 and sentences else None
    if main is not None and is_formula(snippet(main[1])):
        return (Final((snippet(main[1]),), "concluded"),)
    if len(candidates) > 1 and sentences and (several := _listed(sentences[-1][-MAX_SENTENCE:], is_formula)) is not None:
        return (several,)
    if len(candidates) == 1:
        return (Final((candidates[0].text,), "stated"),)
    for sentence in reversed(sentences):
        if _GIVES_UP.search(sentence):
            continue
        if _CONCLUDES.search(sentence) or len(sentences) == 1 and not candidates and _CLAIMS.search(sentence) and not _ABOUT.search(sentence):
            found = _in_sentence(sentence, is_formula, vocabulary)
            if found is not None:
                return (found if isinstance(found, Final) else Final((found,), "concluded"),)
    if not candidates and (plain := _YES.match(text)) is not None:
        return (Final((plain[1],), "stated"),)
    joined = candidates[::-1]
    named = all("=" in c.text or c.label for c in joined)
    if len(joined) > 1 and all(c.link == "and" or c.link and named for c in joined[1:]) and "\n" not in text[joined[0].span.start:joined[-1].span.end]:
        if "," in joined[0].text and not any(re.search(r"[=(\[{\\]", c.text) for c in joined):
            return (Final((", ".join(c.text.rstrip(", ") for c in joined),), "stated"),)  # 1, 2 and 3
        return (Final(tuple(c.text for c in joined), "stated", "or" if any(c.link == "or" for c in joined) else "and"),)
    return tuple(Final((c.text,), "stated") for c in candidates)


def snippet(text: str) -> str:
    """The text without the signs around it: dollars, emphasis, a full stop, a leading equality sign, a box."""
    text = text.strip()
    for _ in range(6):
        before = text
        text = re.sub(r"(?i)^(?:and |but )?(?:so|thus|hence|therefore|then)\b[,:]?\s+(?=\S)", "", text)
        text = re.sub(r"^(?:\*\*|__|[`*]|=+(?!=)|≈|\\approx\b|:)\s*", "", text)
        text = re.sub(r"\s*(?:\*\*|__|`|(?<!\\)\\|[,;:])$", "", text)
        text = re.sub(r"(?<=[^.\s])\s*\.$", "", text)
        text = worded[1].strip() if (worded := _WORDED.fullmatch(text)) else text  # \text{13 feet}
        text = re.sub(r"(?<=\d)\s+x\s+(?=\d)", r" \\times ", text)
        text = text[1:-1].strip() if re.fullmatch(r"~[^~]+~", text) else text  # a space that does not break
        for left, right in (("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]")):
            inner = text[len(left):len(text) - len(right)]
            if text.startswith(left) and text.endswith(right) and len(text) > len(left) + len(right) and left not in inner and right not in inner:
                text = _unbraced(inner.strip())
        box = _BOX.match(text)
        if box and _closing(text, box.end()) == len(text):
            text = _unbraced(text[box.end() + 1:-1].strip())
        if text == before:
            break
    return text


def _unbraced(text: str) -> str:
    """Braces of LaTeX print nothing: {1, 3} is the bare list 1, 3."""
    return text[1:-1].strip() if text.startswith("{") and _closing(text, 0) == len(text) and text[1:-1].strip() else text


# ------------------------------------------------------------------------------------------------------------------- boxes


def _closing(text: str, opening: int) -> int:
    """Where the group that opens at `opening` ends (the place after it); -1 where it does not."""
    if opening >= len(text) or text[opening] != "{":
        return -1
    depth = 0
    for brace in _BRACES.finditer(text, opening):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if depth == 0:
            return brace.end()
    return -1


def _boxed(text: str) -> tuple[Final, int] | None:
    """The last boxes that stand together, and where they end."""
    found: list[tuple[int, int, str]] = []
    for opening in list(_BOX.finditer(text))[-MAX_BOXES:]:
        at = opening.end()
        if text[at] == "{":
            end = _closing(text, at)
            inner = text[at + 1:end - 1] if end > 0 else re.split(r"\$|\n|\\\]|\\\)", text[at + 1:], maxsplit=1)[0]
            end = end if end > 0 else at + 1 + len(inner)
        else:
            word = re.compile(r"\\?[A-Za-z]+|\d").match(text, at)
            inner, end = (word[0], word.end()) if word else ("", at)
        if inner.strip() and not (found and opening.start() < found[-1][1]):
            found.append((opening.start(), end, inner.strip()))
    if not found:
        return None
    kept, links = [found[-1]], []
    for earlier in reversed(found[:-1]):
        between = text[earlier[1]:kept[0][0]]
        link = _joint(between)
        if link is None:
            break
        links.append(link)
        kept.insert(0, earlier)
    if not links and kept[0] is found[-1]:
        parts: tuple[str, ...] = (found[-1][2],)
    else:
        parts = tuple(dict.fromkeys(k[2] for k in kept))
    link = "or" if "or" in links else "and" if links else ""
    return Final(parts, "boxed", link, text[kept[-1][1]:kept[-1][1] + 60].lstrip(" $*)").removeprefix("\\)").removeprefix("\\]").strip()), kept[-1][1]


def _joint(between: str) -> str | None:
    """What joins two boxes: "and", "or", "" for signs only; None where more stands between them."""
    if len(between) > 60:
        return None
    words = [w for w in _GLUE.sub(" ", between).split() if w]
    link = ""
    if words and words[0].lower() in ("and", "or"):
        link = words.pop(0).lower()
    return link if len(words) <= 2 and _LABEL.match("".join(words)) else None


# ---------------------------------------------------------------------------------------------------------------- sentences


def _said(text: str, is_formula: Callable[[str], bool], vocabulary: object) -> list[tuple[Final, int]]:
    """What the last words "the answer is" are followed by (at most one entry), and where."""
    found = list(_SAID.finditer(text))[-4:] or list(_ABROAD.finditer(text))[-4:]
    for mark in reversed(found):
        tail = text[mark.end():mark.end() + MAX_TAIL]
        lead = re.match(r"[\s*_:#]*", tail)
        skipped = lead.end() if lead else 0
        tail = tail[skipped:]
        if tail.startswith("\\begin") or tail.startswith("$$") or tail.startswith("\\["):
            close = re.search(r"\\end\{[^{}]*\}|(?<!^)\$\$|\\\]", tail[2:])
            end = close.end() + 2 if close else len(tail)
        else:
            outside = _outside_math(tail)
            stop = next((m for m in _SENTENCE.finditer(tail) if outside(m.start())), None)
            end = stop.start() if stop else len(tail)
        made = _in_sentence(tail[:end], is_formula, vocabulary)
        if made is not None:
            return [(replace(made, how="said") if isinstance(made, Final) else Final((made,), "said"), mark.end())]
        if re.search(r"\w", tail[:end]) and len(found) > 1 and mark is found[-1] and len(tail[:end].split()) <= 12:
            continue
    return []


def _outside_math(text: str) -> Callable[[int], bool]:
    """Does a place lie outside of all delimited mathematics?"""
    spans = [m.span() for m in _STANDS_IN.finditer(text)]
    starts = [a for a, _ in spans]

    def outside(at: int) -> bool:
        k = bisect_left(starts, at) - 1
        return k < 0 or at >= spans[k][1] - 1

    return outside


def _sentences(text: str) -> list[Span]:
    cuts = [m for m in _SENTENCE.finditer(text)]
    starts, stops = [0, *(m.end() for m in cuts)], [*(m.start() for m in cuts), len(text)]
    return [Span(a, b) for a, b in zip(starts, stops) if text[a:b].strip()][-60:]


def _listed(sentence: str, is_formula: Callable[[str], bool]) -> Final | None:
    """The formulas between dollars that a sentence ends with, after its verb: several values of one answer."""
    outside = _outside_math(sentence)
    verb = next((m for m in _VERB.finditer(sentence) if outside(m.start())), None)
    found = _LISTED.match(sentence, verb.end()) if verb else None
    if found is None:
        return None
    parts = tuple(dict.fromkeys(snippet(m[0]) for m in _STANDS_IN.finditer(found[1])))
    either = re.search(r"\bor\b", _STANDS_IN.sub(" ", found[1])) is not None
    if len(parts) < 2 or not all(map(is_formula, parts)) or either and not all("=" in p for p in parts):
        return None
    return Final(parts, "concluded", "or" if either else "and")


def _in_sentence(sentence: str, is_formula: Callable[[str], bool], vocabulary: object) -> Final | str | None:
    """What a sentence puts forward, or None; several values that it lists between dollars are the parts of one answer."""
    sentence = sentence[-MAX_SENTENCE:]
    whole = snippet(sentence)
    if not whole:
        return None
    letter = _CHOICE.match(sentence)
    if letter:
        return letter[1]
    if is_formula(whole):
        return whole
    outside = _outside_math(sentence)
    verbs = [m for m in _VERB.finditer(sentence) if outside(m.start())] if not _HEDGE.search(_STANDS_IN.sub(" ", sentence)) else []
    listed = _listed(sentence, is_formula)
    if listed is not None:
        return listed
    for verb in reversed(verbs[-3:]):
        tail = re.sub(r"(?i)^\s*(?:approximately|about|exactly|simply|equal to|given by|therefore|thus)\s+", "", sentence[verb.end():])
        if is_formula(snippet(tail)):
            return snippet(tail)
        cut = re.split(r",?\s+(?:which|because|since|as|where|when|for|and so|so|if)\b|\s\(|;\s|\.\s", tail, maxsplit=1)[0]
        if cut != tail and is_formula(snippet(cut)):
            return snippet(cut)
    concluded = [m for m in _CONCLUDES.finditer(sentence) if outside(m.start())]
    if concluded and not _HEDGE.search(sentence) and is_formula(snippet(sentence[concluded[-1].end():])):
        return snippet(sentence[concluded[-1].end():])
    formulas = [m[0] for m in _STANDS_IN.finditer(sentence)]
    plain = _STANDS_IN.sub(" ", sentence)
    numbers = [m[0] for m in _NUMBER.finditer(plain)]
    if len(numbers) == 1 and not formulas:
        return snippet(numbers[0])
    if len(formulas) == 1 and not numbers and is_formula(snippet(formulas[0])):
        return snippet(formulas[0])
    candidates = stated(sentence, vocabulary)
    return candidates[0].text if len(candidates) == 1 else None


__all__ = ["Final", "finals", "snippet", "tidy"]
