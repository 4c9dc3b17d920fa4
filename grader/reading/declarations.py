"""The learner's own letters: "let d be the width" says that d is what the problem calls n."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from grader.model import Answer, Note, Part
from grader.reading.splitting import Names
from grader.reading.vocabulary import OPEN, Vocabulary
from grader.term import Span


@dataclass(frozen=True, slots=True)
class Declaration:
    """A letter that the learner binds to a declared symbol in words: "let d be the width" binds d to the symbol whose word is "width"."""

    letter: str
    symbol: str
    span: Span


def declarations(text: str, vocabulary: Vocabulary | Part = OPEN) -> tuple[Declaration, ...]:
    """The learner's own letters for declared symbols: "T = sequence length", "where d is the width", "n: number of neurons", "(depth L)".

    Only letters that the text binds by a word of the vocabulary are listed, each once; a letter bound to two symbols is left out.
    """
    names = Names.of(vocabulary)
    if not names.words:
        return ()
    phrases = "|".join(r"\s+".join(map(re.escape, words)) + "s?" for words in sorted(names.words, key=len, reverse=True))
    letter = r"(?<![\w\\])\$?(?P<letter>\\?[A-Za-z](?:_\{?[a-z]\}?)?)\$?(?!\w)"
    verb = r"(?:=|:|is|be|as|denotes?|stands? for|represents?|for|being|-|→|(?=the\s))"
    patterns = (rf"{letter}\s*{verb}\s*(?:the\s+|a\s+)?(?P<phrase>{phrases})(?!\w)",
                rf"(?<!\w)(?P<phrase>{phrases})\s*[(,]?\s*(?:is|=|:|by|as|of)?\s*{letter}"
                r"(?!\s*(?:is|are|be|the|denotes?|stands?|represents?|<|>|=|:|\())")
    bound: dict[str, list[Declaration]] = {}
    for pattern in patterns:
        for found in re.finditer(pattern, text, re.IGNORECASE):
            words = tuple(found["phrase"].lower().split())
            name = names.words.get(words) or names.words.get((*words[:-1], words[-1].removesuffix("s")))
            if name and found["letter"].lstrip("\\") not in ("a", "A", "I"):
                bound.setdefault(found["letter"], []).append(Declaration(found["letter"], name, Span(*found.span())))
    return tuple(sorted((made[0] for made in bound.values() if len({d.symbol for d in made}) == 1), key=lambda d: d.span))


def adopted(part: Part, answer: Answer) -> tuple[Part, tuple[Note, ...]]:
    """The part with the learner's own letters as further spellings of its symbols, and a note for each letter.

    Letters are looked for in the answer and in what stood before it in the paper (its notes of code "context"). A letter that the problem uses for
    something else ("n is the sequence length", where n is the width) is not taken over: its note is a guess, so that a person looks.
    """
    texts = [answer.text, *[n.text for n in answer.notes if n.code == "context"]]
    names = Names.of(part)
    taken: dict[str, str] = {}
    notes: list[Note] = []
    for text in texts:
        for bound in declarations(text, part):  # a part has `symbols`, as a vocabulary does
            letter = bound.letter.lstrip("\\")
            known = names.spellings.get(bound.letter, names.spellings.get(letter))
            if known == bound.symbol or letter in taken:
                continue
            taken[letter] = bound.symbol
            if known is not None:
                notes.append(Note(f"the learner writes {letter} for what the problem calls {bound.symbol}; in the problem {letter} is something else",
                                  severity="guess", code="letter.other"))
            else:
                notes.append(Note(f"{letter} is the learner's letter for {bound.symbol}", severity="info", code="letter.own"))
    own = {s.name: tuple(k for k, v in taken.items() if v == s.name and names.spellings.get(k) is None) for s in part.symbols}
    symbols = tuple(replace(s, spellings=(*s.spellings, *own[s.name])) if own[s.name] else s for s in part.symbols)
    return (replace(part, symbols=symbols) if symbols != part.symbols else part), tuple(notes)
