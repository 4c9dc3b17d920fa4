"""Sentences about scores, keys and scales as statements: a small grammar, and a sharp eye for words that could turn a statement around.

Formulas in the text become typed markers, phrases over markers and words become statements (`_attention_phrases`), quantifiers are taken out, and
what is left is searched for words such as "not", "or", "unless", "than": where such a word stands in a sentence with a statement, nothing is
concluded and a person reads it. Vague words are read at their strongest ("similar" as "equal", "large" as "tends to infinity"), so that what is
refuted is refuted under every reading of them; the kinds give no credit that rests on "similar".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from grader import reading
from grader.answers._attention import Naming, mentions
from grader.answers._attention_phrases import Text, parse, type_of
from grader.model import Note, Part, Read, Unread
from grader.reading.passages import Passage, passages
from grader.term import Span, Term, apply, free_names, relation, symbol, walk

MAX_FORMULAS = 40
MAX_PIECES = 8
"""Most formulas in a row between commas."""
MAX_WORDS = 4000
"""Longest text between and around the formulas, in characters."""


@dataclass(frozen=True)
class Heard:
    """What a text says: relations and lone formulas in order, words that could change their meaning, and which vague words were used."""

    parts: tuple[Term, ...]
    doubts: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()
    notes: tuple[Note, ...] = ()
    proposed: bool = False
    loose: tuple[Term, ...] = ()
    """Keys and scalars of which something is said that is not understood."""
    others: tuple[tuple[Term, ...], ...] = ()
    """The same with another reading of a formula."""


def hear(text: str, part: Part, naming: Naming) -> Heard | Unread:
    """The statements of a learner's text. `Unread` where a formula cannot be read, with its reason and place."""
    if not text.strip():
        return Unread("nothing is written", blank=True)
    vocabulary = reading.Vocabulary.of(part)
    text = _products_in_signs(text.replace("’", "'"), naming)
    whole = _as_vectors(reading.read(text, vocabulary), naming)
    if isinstance(whole, Read) and not any(n.code == "words" for n in whole.notes) and whole.term.kind not in ("text", "symbol", "number"):
        return Heard((_shared(whole.term),), notes=whole.notes, proposed=whole.proposed, others=tuple((_shared(t),) for t in whole.alternatives))
    return _by_passages(text, vocabulary, naming)


def read_formulas(text: str, part: Part) -> list[Read | Unread]:
    """Every formula of the text by itself."""
    vocabulary = reading.Vocabulary.of(part)
    return [_read(p.text, vocabulary) for p in passages(text, vocabulary)[:MAX_FORMULAS] if p.is_formula]


def _as_vectors(found: Read | Unread, naming: Naming) -> Read | Unread:
    """`gamma(k_a + k_b)` is a product and no value of the Gamma function, which takes no vectors."""
    if not isinstance(found, Read) or not _takes_vector(found.term, naming):
        return found
    fit = [t for t in found.alternatives if not _takes_vector(t, naming)]
    return replace(found, term=fit[0], alternatives=tuple(fit[1:])) if fit else found


def _takes_vector(term: Term, naming: Naming) -> bool:
    return any(node.is_apply("gamma") and mentions(node, naming.keys) for node in walk(term))


def _products_in_signs(text: str, naming: Naming) -> str:
    """`k_j . q` and `kj.q` with signs that say what is meant: a full stop between a key and the query is their product."""
    key, query = re.escape(naming.keys), re.escape(naming.query)
    indices = "".join(n for n, d in naming.domains.items() if d.shape == "index" and len(n) == 1) or "ij"
    text = re.sub(rf"(?<![\w\\]){key}([{indices}])(?=\s*[.·•^*-]|\s+{query}\b|\s+(?:and|with|dot)\b)", rf"{naming.keys}_\1", text)
    text = re.sub(rf"((?<![\w\\]){key}_\{{?\w\}}?\s*)[.•](\s*{query}(?!\w))", r"\1*\2", text)
    return re.sub(rf"((?<![\w\\]){query}\s*)[.•](\s*{key}_)", r"\1*\2", text)


def _read(text: str, vocabulary: reading.Vocabulary) -> Read | Unread:
    """A formula, or formulas between commas, each by itself; letters in a row share the relation after them (`x, y -> oo`)."""
    found = reading.read(text, vocabulary)
    if isinstance(found, Read):
        return Read(_shared(found.term), found.notes, found.alternatives, found.proposed)
    pieces = _between_commas(text)
    if not 1 < len(pieces) <= MAX_PIECES:
        return found
    each = [reading.read(p, vocabulary) for p in pieces]
    if any(isinstance(r, Unread) for r in each):
        return found
    terms = _with_shared_relation([r.term for r in each if isinstance(r, Read)])
    return Read(apply("and", *terms), tuple(n for r in each for n in r.notes))


def _shared(term: Term) -> Term:
    """`x, y -> oo`, which is read as the name x and a relation: both letters tend to infinity."""
    if term.is_apply("where") or term.is_apply("and"):
        args = _with_shared_relation([_shared(a) for a in term.args])
        return apply("and" if term.args[0].kind == "symbol" else term.name, *args)
    return term


def _with_shared_relation(terms: list[Term]) -> list[Term]:
    for k in range(len(terms) - 2, -1, -1):
        after = terms[k + 1]
        if (terms[k].kind == "symbol" or terms[k].is_apply("index")) and after.kind == "relation" and len(after.args) == 2:
            terms[k] = relation(after.signs, terms[k], after.args[1])
    return terms


def _between_commas(text: str) -> list[str]:
    depth, start, found = 0, 0, []
    for k, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if depth == 0 and char in ",;":
            found.append(text[start:k])
            start = k + 1
    return [piece.strip() for piece in (*found, text[start:]) if piece.strip()]


def _by_passages(text: str, vocabulary: reading.Vocabulary, naming: Naming) -> Heard | Unread:
    made, notes, proposed, others = Text(naming), [], False, []
    pieces: list[str | Passage] = []
    for passage in passages(text, vocabulary):
        found = _as_vectors(_read(passage.text, vocabulary), naming) if passage.is_formula else None
        if found is None or isinstance(found, Unread) and passage.kind == "bare":
            pieces.append(passage)
            continue
        if isinstance(found, Unread):
            span = found.span and Span(found.span.start + passage.span.start, found.span.end + passage.span.start)
            return Unread(found.reason, span or passage.span, found.hint, found.notes, proposed=found.proposed)
        if len(made.terms) >= MAX_FORMULAS:
            return Unread(f"more than {MAX_FORMULAS} formulas", passage.span)
        notes += found.notes
        proposed = proposed or found.proposed
        others += [(len(made.terms), t) for t in found.alternatives]
        pieces.append(made.marker(found.term))
    letters = frozenset().union(*[free_names(t) for t in made.terms]) if made.terms else frozenset()
    words = " ".join(p if isinstance(p, str) else _plain(p, letters, made) for p in pieces)
    if len(words) > MAX_WORDS:
        return Unread("the explanation is too long to be searched for conditions", hint="Write the answer in a line or two.")
    made.words = re.sub(r"[ \t]+", " ", words).strip()
    original, again = list(made.terms), []
    for k, term in others[:4]:
        changed = re.sub(rf"⟨[A-Z]{k}⟩", f"⟨{type_of(term, naming)}{k}⟩", made.words)
        again.append(parse(Text(naming, changed, [*original[:k], term, *original[k + 1:]])).parts)
    found = parse(made)
    return Heard(found.parts, found.doubts, frozenset(made.flags), tuple(notes), proposed, found.loose, tuple(again))


def _plain(passage: Passage, letters: frozenset[str], made: Text) -> str:
    """Words in lower case, without the brackets that mark formulas; a letter of the formulas that stands alone among the words is marked."""
    if passage.kind not in ("prose", "bare"):
        return " "
    words = passage.text.replace("⟨", " ").replace("⟩", " ")
    out, end = [], 0
    for found in re.finditer(r"(?<![\w\\'])[A-Za-z](?![\w'.])", words):
        if found[0] in letters - {"a", "i", "I"} and not (found[0] == "A" and re.match(r"\s+[a-z]", words[found.end():])):
            out += [words[end:found.start()].lower(), made.marker(symbol(found[0]))]
            end = found.end()
    return "".join(out) + words[end:].lower()
