"""What the kinds `identity` and `derivation` share: the question's own terms, and learners' terms with everything said that they leave unsaid."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

from grader.answers._kind import Part, Read, Unread
from grader.model import AtMost, Equal, SpecError, Status
from grader.reading import Vocabulary, read
from grader.reading.lines import Line, lines
from grader.term import Term, relation, walk

TURNED = {"=": "=", "<=": ">=", ">=": "<=", "<": ">", ">": "<"}
"""Signs that are understood between two sides, and what each becomes when the sides change places."""

HOLDS = (Status.PROVED, Status.AGREES)
"""Verdicts under which a claim is taken to hold."""

SAME_SIGN = {"equiv": "=", ":=": "="}
"""Signs that claim an equality."""


@dataclass(frozen=True)
class DensityOptions:
    """Options that say what names in the answers mean."""

    define: tuple[tuple[str, str], ...] = field(default=(), metadata={
        "help": "names that stand for expressions, such as {L(q): \"\\\\int q(z|x) \\\\log p(x,z) dz\"}"})
    density: str = field(default="", metadata={"help": "the density that E without a subscript, and q without arguments, stands for: q(z|x)"})
    aliases: tuple[tuple[str, str], ...] = field(default=(), metadata={"help": "densities that stand for others: {q(z): q(z|x)}; each use is noted"})
    given: tuple[str, ...] = field(default=(), metadata={"help": "what may be assumed besides, such as \"q(z|x) = p(z|x)\""})


@dataclass(frozen=True)
class Question:
    """A part's conventions, read: `conventions` complete terms, `given` holds in every claim, `reference` are the author's terms by option."""

    vocabulary: Vocabulary
    conventions: object
    given: tuple[Term, ...]
    reference: tuple[tuple[str, Term], ...]

    def __getitem__(self, name: str) -> Term | None:
        return dict(self.reference).get(name)


def author_term(text: str, part: Part, key: str) -> Term:
    """A term of the problem file. Fails with `SpecError` that names the key."""
    found = read(text, Vocabulary.of(part))
    if isinstance(found, Unread):
        raise SpecError(f"cannot be read: {found.reason}", key=key)
    return found.term


@lru_cache(maxsize=64)
def question(part: Part, names: tuple[str, ...]) -> Question:
    """The part's conventions and the terms of the options called `names`, completed. Fails with `SpecError` where one cannot be read."""
    from grader.algebra.density_completion import Completion, Conventions, Definition, Incomplete

    options = part.options
    definitions = []
    for name, body in options.define:
        head = author_term(name, part, "define")
        symbol = head.args[0] if head.is_apply("call") else head
        if symbol.kind != "symbol":
            raise SpecError(f"expected a name, or a name with arguments, to define; found {name!r}", key="define")
        definitions.append(Definition(symbol.name, head.args[1:] if head.is_apply("call") else (), author_term(body, part, "define")))
    aliases = tuple([(author_term(a, part, "aliases"), author_term(b, part, "aliases")) for a, b in options.aliases])
    density = author_term(options.density, part, "density") if options.density else None
    typed = {n: author_term(text, part, n) for n in names if (text := part.answer if n == "answer" else getattr(options, n))}
    given = [author_term(g, part, "given") for g in options.given]
    known = (*typed.values(), *given)
    conventions = Conventions(part.domains(), tuple(definitions), density, aliases, known)
    completion = Completion(conventions, known)
    try:
        terms = tuple([(n, completion.complete(t)) for n, t in typed.items()])
        held = tuple([completion.complete(g) for g in given])
    except Incomplete as open_question:
        raise SpecError(str(open_question)) from open_question
    return Question(Vocabulary.of(part), conventions, held, terms)


def with_definitions(asked: Question, definitions: tuple[object, ...]) -> Question:
    """The question with the learner's own definitions; one of a name that the problem defines takes its place."""
    conventions = asked.conventions
    heads = {d.head for d in definitions}  # type: ignore[attr-defined]
    kept = tuple([d for d in conventions.definitions if d.head not in heads])  # type: ignore[attr-defined]
    return replace(asked, conventions=replace(conventions, definitions=(*kept, *definitions)))  # type: ignore[type-var]


def complete(terms: list[Term], asked: Question) -> tuple[list[Term | str], tuple[str, ...]]:
    """Each term with everything said, or the question that stays open; and notes of what was taken for what."""
    from grader.algebra.density_completion import Completion, Incomplete

    completion = Completion(asked.conventions, tuple(terms))  # type: ignore[arg-type]
    found: list[Term | str] = []
    for term in terms:
        try:
            found.append(completion.complete(term))
        except (Incomplete, ValueError) as open_question:
            found.append(str(open_question))
    return found, tuple(completion.notes)


def statement(line: Line) -> Term | None:
    """A line as one relation, where all of it was read and it begins with its left side."""
    if line.unread is not None or line.left is None or not line.steps:
        return None
    return relation(line.signs, line.left, *[s.side for s in line.steps])  # type: ignore[arg-type]


def formula_lines(text: str, vocabulary: Vocabulary) -> tuple[Line, ...]:
    """The lines of a text that hold formulas."""
    return tuple([line for line in lines(text, vocabulary) if line.role != "prose"])


def readable(reading: Read | Unread) -> Term | None:
    """The term of a reading that was surely read."""
    return reading.term if isinstance(reading, Read) and not reading.proposed else None


def sensible(term: Term) -> bool:
    """May this be what was meant: do densities in it have variables as arguments?"""
    from grader.algebra.density_names import DENSITY_LETTERS, split_call, variable

    for node in walk(term):
        if node.is_apply("call") and node.args[0].kind == "symbol" and node.args[0].name in DENSITY_LETTERS:
            left, right, _ = split_call(node)
            if any(variable(a) is None and a.kind != "relation" for a in (*left, *right)):
                return False
    return True


def conclusion(left: Term, sign: str, right: Term) -> Equal | AtMost:
    """left SIGN right as a conclusion."""
    if sign == "=":
        return Equal(left, right)
    small, large = (left, right) if sign[0] == "<" else (right, left)
    return AtMost(small, large, sign in "<>")
