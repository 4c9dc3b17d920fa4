"""Words that only lead to an answer or stand behind it ("So we get ...", "Answer: ...", "... QED"), covered with blanks so that places stay.

They say nothing about what the answer is; a reader of formulas would take "So" for a name. Whether an answer is denied, rejected or only guessed
(`stance`) is asked of the text as it was typed.
"""

from __future__ import annotations

import re

_NOUN = r"(?:(?:my|the|our|your)\s+)?(?:final\s+|correct\s+|right\s+|total\s+)?(?:answer|ans|result|solution|conclusion)\.?"
_LEAD = re.compile(rf"""(?ix)
    (?:[\s>*_]|&nbsp;)*
    (?:(?:so|thus|hence|therefore|then|consequently|accordingly|finally|in\s+(?:conclusion|total|short|summary|the\s+end)|overall|clearly|obviously|evidently|
       naturally|of\s+course|indeed|ok(?:ay)?|altogether|in\s+other\s+words|that\s+is(?=\s*[,:])|namely|equivalently|and\s+so|from\s+this|
       also|daher|somit|folglich|damit|donc|ainsi|alors|par\s+conséquent|por\s+(?:lo\s+)?tanto|entonces|así|luego|quindi|dunque|allora|portanto|logo|
       следовательно|значит)\b(?!\s*[=(^_·*/+])[,:]?(?=\s|$|\\\$)
    |i\.\s?e\.,?(?=\s)
    |(?:所以|因此|故|于是|可得|得到|即|よって|ゆえに|したがって|따라서)[,，:：]?
    |(?:we|i|one|you)\s+(?:can\s+|could\s+|now\s+|then\s+|thus\s+|therefore\s+|hence\s+|finally\s+)*
       (?:get|got|have|obtain|obtained|find|found|see|conclude|derive|arrive\s+at|end\s+up\s+with|think|believe|claim|(?:would\s+)?say)(?:\s+that|\s*:)?(?=\s)
    |(?:wir|man)\s+(?:erhalten|erhält|bekommen|haben)(?=\s)|es\s+(?:folgt|gilt|ist)(?:\s+dann)?(?=[\s:])
    |on\s+(?:obtient|trouve|a)(?=\s)|nous\s+(?:avons|obtenons)(?=\s)|(?:se\s+)?(?:obtenemos|tenemos|obtiene)(?=\s)|si\s+ottiene(?=\s)|otteniamo(?=\s)
    |it\s+(?:follows|turns\s+out)(?:\s+that|\s*:)?(?=\s)
    |(?:this|that|which)\s+(?:gives|yields|means|implies|leads\s+to)(?:\s+(?:us|that))*(?=\s)
    |by\s+(?:symmetry|inspection|definition|induction|the\s+\w+\s+rule|the\s+same\s+argument)\s*,
    |{_NOUN}\s*(?:[:：=–—-](?=\s|\$|\S)|\bis\b\s*:?|\.(?=\s))
    |(?:lösung|antwort|ergebnis|réponse|résultat|solution|respuesta|solución|resultado|risposta|risultato|resposta|antwoord|svar|ответ|答案|答|解|回答|답)\s*[:：]
    |(?:the|der|die|das|la|le|el|los|il|l['’])\s*(?:factor|limit|order|complexity|cost|value|determinant|gradient|hessian|bound|
       faktor|grenzwert|ordnung|komplexität|wert|ordre|limite|facteur|valeur|complexité|límite|orden|factor|valor|limite|ordine|valore)\s+
       (?:is|equals|ist|beträgt|est|vaut|es|è|vale|é)(?:\s+of(?:\s+the)?\s+order)?(?=[\s$])
    |(?:ab|falls|wenn|für|quand|lorsque|pour|cuando|para|quando|si|per)(?=\s+(?:[$\\(|\d]|[^\W\d_]\b))
    |(?:it|this|that)\s+is(?=\s)(?!\s+(?:why|how|when|because|where|what|true|false|so)\b)|it['’]s(?=\s)
    )""")
_TAIL = re.compile(r"""(?ix)
    (?:\s*(?:∎|□|■|◻|\$?\\(?:qed|blacksquare|square|Box)\$?|\bq\.?\s?e\.?\s?d\b\.?)
    |\s*[(\[](?:by|using|from|see|cf\.?|via|due\s+to|thanks\s+to|because\s+of|according\s+to|as)\b(?![^()\[\]]*\b(?:not|if|wrong)\b)[^()\[\]$=<>≤≥\d]*[)\]]
    |,?\s+(?:as|like)\s+(?:shown|seen|discussed|derived|proved|proven|stated|required|desired|expected|wanted|asked|before|above|mentioned)\b[^$=<>≤≥\d|]*
    |(?<=\$)\s*!+
    )[\s.]*$""")
_BOLD = re.compile(r"\s*(\*\*\*?|__|==)(?=\S)(.*\S)\1[\s.]*", re.DOTALL)
MAX_LEADS = 4
MAX_LENGTH = 20_000
REACH = 300
"""Characters from the end in which words behind the answer are looked for."""


def bare(text: str) -> str:
    """The text with such words covered by blanks; as it is where nothing would be left."""
    if len(text) > MAX_LENGTH:
        return text
    made = text
    bold = _BOLD.fullmatch(made)
    if bold and bold[1] not in bold[2]:
        made = " " * bold.start(2) + bold[2] + " " * (len(made) - bold.end(2))
    for _ in range(MAX_LEADS):
        found = _LEAD.match(made, len(made) - len(made.lstrip()))
        if not found or not any(c.isalnum() for c in made[found.end():]):
            break
        made = " " * found.end() + made[found.end():]
    for _ in range(2):
        start = max(0, len(made) - REACH)
        found = _TAIL.search(made, start)
        if not found or not any(c.isalnum() for c in made[:found.start()]):
            break
        made = made[:found.start()] + " " * (len(made) - found.start())
    return made


__all__ = ["bare"]
