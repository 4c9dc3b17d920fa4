"""The keys that every part may have, from YAML nodes to the model: symbols, labels, points, known answers, tests, rubric."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from grader.domain import Domain
from grader.intake.strict_yaml import Items, Keys, Node, Text
from grader.intake.typed import Typed
from grader.model import KnownAnswer, Rubric, SpecError, SpecTest, Symbol

ACCEPT_KEYS = ("answer", "convention", "feedback", "tag")
WRONG_KEYS = ("answer", "pattern", "feedback", "points", "tag")
TEST_KEYS = ("answer", "points", "tag", "status", "feedback", "needs_human")
SYMBOL_KEYS = ("domain", "words", "spellings")
STATUSES = ("proved", "refuted", "agrees", "undecided", "unread")
MAX_PATHS = 200
"""Label paths of one part (they multiply: problem labels, part labels, field labels)."""

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
Labels = tuple[tuple[str, ...], ...]


class PartKeys(Typed):
    """Readers of the common keys. Mistakes are kept in `errors`, and reading goes on behind them."""

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.errors: list[SpecError] = []
        self.mistakes = 0

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Keep the mistake that ends this block (once: fields repeat the keys of their part)."""
        try:
            yield
        except SpecError as error:
            self.mistakes += 1
            if str(error) not in map(str, self.errors):
                self.errors.append(error)

    def identifier(self, node: Node) -> str:
        """An id that may stand in a file name and before a '/'."""
        id = self.text(node)
        if not ID.fullmatch(id):
            raise self.expected(node, "an id of letters, digits, '-' and '_'")
        return id

    def texts(self, node: Node) -> tuple[str, ...]:
        """A list of texts, or one text."""
        return tuple(self.text(entry) for entry in self.items(node))

    def reference(self, node: Node) -> str:
        """The reference: text, or a list of texts for several things named side by side."""
        return ", ".join(self.texts(node)) if isinstance(node, Items) else self.text(node)

    def symbols(self, node: Node | None) -> dict[str, Symbol]:
        """Symbols by name; a spelling belongs to one of them."""
        made: dict[str, Symbol] = {}
        for name, below in (self.keys(node, "a mapping from symbols to domains ({x: real, n: integer > 0})") if node else {}).items():
            if not name or len(name) > 40 or re.search(r"\s", name):
                raise self.fail(below, "expected the name of a symbol: up to 40 characters without blanks")
            if isinstance(below, Keys):
                entries = self.known_keys(below, SYMBOL_KEYS, "a symbol")
                domain = self.domain(entries["domain"]) if "domain" in entries else Domain()
                words, spellings = (self.texts(entries[k]) if k in entries else () for k in ("words", "spellings"))
                made[name] = Symbol(name, domain, words, spellings)
            else:
                made[name] = Symbol(name, self.domain(below))
        owner = {name: name for name in made}
        for symbol in made.values():
            for spelling in symbol.spellings:
                if owner.setdefault(spelling, symbol.name) != symbol.name:
                    raise self.fail(node.entries[symbol.name], f"the spelling {spelling!r} already stands for {owner[spelling]}", "spellings")
        return made

    def paths(self, node: Node) -> Labels:
        """Label paths: a list whose entries are labels or paths of labels."""
        made = tuple(self.texts(entry) for entry in self.items(node))
        if not made or any(not label.strip() for path in made for label in path):
            raise self.fail(node, "expected labels such as [[RNN, time, train]], none of them empty")
        return made

    def limit(self, node: Node, paths: Labels) -> None:
        """Refuse a part with too many label paths."""
        if len(paths) > MAX_PATHS:
            raise self.fail(node, f"{len(paths)} label paths; expected at most {MAX_PATHS} (join alternatives with '|')", "labels")

    def points(self, entries: Mapping[str, Node], node: Node, most: Fraction | None = None) -> Fraction:
        """The points that are named, else 1."""
        if "points" not in entries:
            return Fraction(1)
        points = self.number(entries["points"])
        if points < 0 or most is not None and points > most:
            raise self.expected(entries["points"], "points from 0" + (f" to the part's {most}" if most is not None else " on"))
        return points

    def shares(self, entries: Mapping[str, Node], fields: Mapping[str, Node]) -> list[Fraction]:
        """Points of the fields: what the part has left is shared equally among those that name none."""
        named = {k: self.points(f.entries, f) for k, f in fields.items() if isinstance(f, Keys) and "points" in f.entries}
        if "points" not in entries:
            return [named.get(k, Fraction(1)) for k in fields]
        total, others = self.points(entries, entries["points"]), len(fields) - len(named)
        left = total - sum(named.values())
        if left < 0 or left > 0 and not others or left == 0 and others and total:
            raise self.fail(entries["points"], f"the part has {total} points and its fields name {sum(named.values())}, "
                                               f"with {others} fields that name none; expected the two to fit")
        return [named[k] if k in named else left / others for k in fields]

    def each(self, node: Node, read: Callable[[Node, Fraction], Any], points: Fraction) -> tuple[Any, ...]:
        """The entries of a list, each mistake kept by itself."""
        made = []
        for entry in self.items(node):
            with self.kept():
                made.append(read(entry, points))
        return tuple(made)

    def accepted(self, node: Node, _: Fraction) -> KnownAnswer:
        """A variant that gets full marks."""
        if isinstance(node, Text):
            return KnownAnswer(node.value, place=f"{self.file}:{node.line}")
        made = {k: self.text(n) for k, n in self.known_keys(node, ACCEPT_KEYS, "an accepted answer").items()}
        if not made.get("answer", "").strip():
            raise self.fail(node, "this key is missing; expected the answer that is accepted", "answer")
        return KnownAnswer(**made, place=f"{self.file}:{node.line}")

    def foreseen(self, node: Node, most: Fraction) -> KnownAnswer:
        """A wrong answer with its feedback: an answer, or the name of a pattern that the kind knows."""
        entries = self.known_keys(node, WRONG_KEYS, "a wrong answer")
        made: dict[str, Any] = {k: self.text(n) for k, n in entries.items() if k != "points"}
        if bool(made.get("answer", "").strip()) == bool(made.get("pattern", "").strip()):
            raise self.fail(node, "expected either the key 'answer' or the key 'pattern'")
        if "points" in entries:
            made["points"] = self.points(entries, node, most)
        return KnownAnswer(**made, place=f"{self.file}:{node.line}")

    def test(self, node: Node, most: Fraction) -> SpecTest:
        """A row of the tests: an answer, and at least one thing that must come of it."""
        entries = self.known_keys(node, TEST_KEYS, "a test")
        if "answer" not in entries:
            raise self.fail(node, "this key is missing; expected the answer to be tried ('' for none)", "answer")
        if len(entries) == 1:
            raise self.fail(node, "nothing is expected of this answer; expected one of " + ", ".join(TEST_KEYS[1:]))
        made: dict[str, Any] = {k: self.text(n) for k, n in entries.items() if k in ("answer", "tag", "feedback")}
        if "points" in entries:
            made["points"] = self.points(entries, node, most)
        if "status" in entries:
            made["status"] = self.choice(entries["status"], STATUSES)
        if "needs_human" in entries:
            made["needs_human"] = self.flag(entries["needs_human"])
        return SpecTest(**made, place=f"{self.file}:{node.line}")

    def rubric(self, node: Node, most: Fraction) -> Rubric:
        """A line of the rubric."""
        entries = self.known_keys(node, ("text", "points"), "a line of the rubric")
        for key in ("text", "points"):
            if key not in entries:
                raise self.fail(node, "this key is missing; expected " + {"text": "what to look for", "points": "what it is worth"}[key], key)
        return Rubric(self.text(entries["text"]), self.points(entries, node, most))
