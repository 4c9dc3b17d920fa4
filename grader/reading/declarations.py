"""The learner's own letters: "let d be the width" says that d is what the problem calls n."""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.reading.splitting import Names
from grader.reading.vocabulary import OPEN, Vocabulary
from grader.term import Span


@dataclass(frozen=True, slots=True)
class Declaration:
    """A letter that the learner binds to a declared symbol in words: "let d be the width" binds d to the symbol whose word is "width"."""

    letter: str
    symbol: str
    span: Span


def declarations(text: str, vocabulary: Vocabulary = OPEN) -> tuple[Declaration, ...]:
    """The learner's own letters for declared symbols: "T = sequence length", "where d is the width", "n: number of neurons", "(depth L)".

    Only letters that the text binds by a word of the vocabulary are listed, each once; a letter bound to two symbols is left out.
    """
    names = Names.of(vocabulary)
    if not names.words:
        return ()
    phrases = "|".join(r"\s+".join(map(re.escape, words)) + "s?" for words in sorted(names.words, key=len, reverse=True))
    letter = r"(?<![\w\\])\$?(?P<letter>\\?[A-Za-z](?:_\{?[a-z]\}?)?)\$?(?!\w)"
    patterns = (rf"{letter}\s*(?:=|:|is|be|as|denotes?|stands? for|represents?|for|being|-|→|(?=the\s))\s*(?:the\s+|a\s+)?(?P<phrase>{phrases})(?!\w)",
                rf"(?<!\w)(?P<phrase>{phrases})\s*[(,]?\s*(?:is|=|:|by|as|of)?\s*{letter}(?!\s*(?:is|are|<|>|=|\())")
    bound: dict[str, list[Declaration]] = {}
    for pattern in patterns:
        for found in re.finditer(pattern, text, re.IGNORECASE):
            words = tuple(found["phrase"].lower().split())
            name = names.words.get(words) or names.words.get((*words[:-1], words[-1].removesuffix("s")))
            if name and found["letter"].lstrip("\\") not in ("a", "A", "I"):
                bound.setdefault(found["letter"], []).append(Declaration(found["letter"], name, Span(*found.span())))
    return tuple(sorted((made[0] for made in bound.values() if len({d.symbol for d in made}) == 1), key=lambda d: d.span))
