"""From a YAML node to the type that a field is annotated with.

The annotations of a kind's `Options` are the schema of its YAML: text, yes/no, whole numbers, exact numbers, domains, choices (`Literal` and enums),
lists (`tuple[X, ...]`, where one X alone may stand for a list of one), mappings, nested frozen dataclasses, and alternatives (`X | Y`).
"""

from __future__ import annotations

import dataclasses
import difflib
import enum
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

from grader.domain import Domain
from grader.intake.strict_yaml import KIND_OF_NODE, Items, Keys, Node, Text
from grader.model import SpecError

MAX_DIGITS = 30
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d+)?|\.\d+|\d+\s*/\s*\d+)", re.ASCII)
_WORDS_FOR_BOOL = {"yes": True, "true": True, "no": False, "false": False}
_NAMES = {str: "text", bool: "yes or no", int: "a whole number", Fraction: "an exact number such as 2, 0.5 or 3/2",
          Domain: "a domain such as 'real' or 'integer > 0'", type(None): "nothing"}


class SchemaError(TypeError):
    """A kind's `Options` has an annotation that no YAML can be given for: the kind's bug, not the author's."""


class Typed:
    """Conversions for one file; every failure is a `SpecError` with the file, the line, the key path and what was expected."""

    def __init__(self, file: str) -> None:
        self.file = file

    def fail(self, node: Node, message: str, below: str = "") -> SpecError:
        """The error at a node (or at the key `below` it), ready to be raised."""
        path = f"{node.path}.{below}" if below and node.path else below or node.path
        return SpecError(message, file=self.file, line=node.line, key=path)

    def expected(self, node: Node, what: str, note: str = "") -> SpecError:
        """The error "expected X, found Y"; brackets and braces get the hint that quotes make them text."""
        found = repr(_short(node.value)) if isinstance(node, Text) else KIND_OF_NODE[type(node)]
        if not isinstance(node, Text) and what == "text":
            note = note or "put quotes around text that begins with '[' or '{'"
        return self.fail(node, f"expected {what}, found {found}" + (f"; {note}" if note else ""))

    # ------------------------------------------------------------------------------------------------------ simple values

    def text(self, node: Node) -> str:
        """The characters as typed."""
        if not isinstance(node, Text):
            raise self.expected(node, "text")
        return node.value

    def flag(self, node: Node) -> bool:
        """yes or no."""
        word = node.value.strip().lower() if isinstance(node, Text) else ""
        if word not in _WORDS_FOR_BOOL:
            raise self.expected(node, "yes or no")
        return _WORDS_FOR_BOOL[word]

    def number(self, node: Node) -> Fraction:
        """An exact number: digits, a decimal, or a quotient of whole numbers. No exponents: `1e3` may be meant as text."""
        typed = node.value.strip() if isinstance(node, Text) else ""
        if not _NUMBER.fullmatch(typed):
            raise self.expected(node, _NAMES[Fraction])
        if len(typed) > MAX_DIGITS:
            raise self.expected(node, f"a number of at most {MAX_DIGITS} digits")
        try:
            return Fraction(re.sub(r"\s", "", typed))
        except ZeroDivisionError:
            raise self.expected(node, _NAMES[Fraction], "the denominator is 0") from None

    def whole(self, node: Node) -> int:
        """A whole number."""
        typed = node.value.strip() if isinstance(node, Text) else ""
        if not re.fullmatch(r"[+-]?\d{1,18}", typed, re.ASCII):
            raise self.expected(node, "a whole number")
        return int(typed)

    def domain(self, node: Node) -> Domain:
        """Where a symbol lives, in words."""
        try:
            return Domain.parse(self.text(node))
        except (ValueError, ZeroDivisionError) as error:
            raise self.fail(node, str(error)) from None

    def choice(self, node: Node, choices: Iterable[str]) -> str:
        """One of the words."""
        known = [str(c) for c in choices]
        typed = node.value.strip() if isinstance(node, Text) else ""
        if typed not in known:
            raise self.expected(node, "one of " + ", ".join(known), did_you_mean(typed, known))
        return typed

    def items(self, node: Node) -> tuple[Node, ...]:
        """The entries of a list; a single text or mapping stands for a list of one."""
        return node.entries if isinstance(node, Items) else (node,)

    def keys(self, node: Node, what: str = "a mapping") -> dict[str, Node]:
        """The entries of a mapping."""
        if not isinstance(node, Keys):
            raise self.expected(node, what)
        return node.entries

    def known_keys(self, node: Node, known: Iterable[str], what: str) -> dict[str, Node]:
        """The entries of a mapping none of whose keys is unknown."""
        entries = self.keys(node, f"{what}: a mapping with the keys {', '.join(known)}")
        for key, below in entries.items():
            if key not in known:
                raise self.unknown_key(below, key, known, what)
        return entries

    def unknown_key(self, node: Node, key: str, known: Iterable[str], what: str) -> SpecError:
        """The error for a key that is not foreseen, with the nearest one that is."""
        known = list(known)
        hint = did_you_mean(key, known)
        return self.fail(node, f"unknown key {_short(key)!r} in {what}; " + (f"{hint}; " if hint else "") + "expected one of " + ", ".join(known))

    # -------------------------------------------------------------------------------------------------- by annotation

    def convert(self, node: Node, annotation: Any) -> Any:
        """The node as a value of the annotated type.

        Fails with `SpecError` when it is none, with `SchemaError` when the annotation is not one that YAML can give.
        """
        simple = self._simple().get(annotation)
        if simple is not None:
            return simple(node)
        origin, args = typing.get_origin(annotation), typing.get_args(annotation)
        if annotation in (Any, object):
            return self.plain(node)
        if origin in (typing.Union, types.UnionType):
            return self._alternative(node, annotation, args)
        if origin is typing.Literal:
            return self._literal(node, args)
        if origin is tuple:
            return self._tuple(node, args)
        if origin in _MAPPINGS or annotation in _MAPPINGS:
            inner = args[1] if len(args) == 2 else Any
            return {key: self.convert(below, inner) for key, below in self.keys(node, describe(annotation)).items()}
        if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
            return annotation(self.choice(node, [str(m.value) for m in annotation]))
        if dataclasses.is_dataclass(annotation):
            entries = self.known_keys(node, field_types(annotation), _spoken(annotation))
            return self.record(node, annotation, entries)
        raise SchemaError(f"{node.path}: no YAML can be given for a field of type {annotation!r}")

    def record(self, node: Node, cls: type, entries: Mapping[str, Node]) -> Any:
        """A dataclass from the entries; fields that are not named keep their defaults. `node` is blamed for what is missing."""
        made = {}
        for name, annotation in field_types(cls).items():
            if name in entries:
                made[name] = self.convert(entries[name], annotation)
        for field in dataclasses.fields(cls):
            if field.init and field.name not in made and field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
                note = f" ({field.metadata['help']})" if field.metadata.get("help") else ""
                raise self.fail(node, f"this key is missing; expected {describe(field_types(cls)[field.name])}{note}", field.name)
        try:
            return cls(**made)
        except (ValueError, TypeError) as error:
            raise self.fail(node, str(error)) from error

    def plain(self, node: Node) -> Any:
        """Text, tuples and mappings of text, as they stand."""
        if isinstance(node, Text):
            return node.value
        if isinstance(node, Items):
            return tuple(self.plain(e) for e in node.entries)
        return {key: self.plain(below) for key, below in node.entries.items()}

    def _simple(self) -> dict[Any, Callable[[Node], Any]]:
        return {str: self.text, bool: self.flag, int: self.whole, Fraction: self.number, Domain: self.domain}

    def _literal(self, node: Node, choices: tuple[Any, ...]) -> Any:
        if set(map(type, choices)) <= {str}:
            return self.choice(node, choices)
        spoken = {str(c): c for c in choices}
        return spoken[self.choice(node, spoken)]

    def _tuple(self, node: Node, args: tuple[Any, ...]) -> tuple[Any, ...]:
        if len(args) == 2 and args[1] is Ellipsis:
            if isinstance(node, Keys) and _is_pair(args[0]):
                return tuple((key, self.convert(below, typing.get_args(args[0])[1])) for key, below in node.entries.items())
            if isinstance(node, Text) and not node.value.strip():
                return ()
            return tuple(self.convert(entry, args[0]) for entry in self.items(node))
        if not isinstance(node, Items) or len(node.entries) != len(args):
            raise self.expected(node, describe(tuple[args]))
        return tuple(self.convert(entry, arg) for entry, arg in zip(node.entries, args))

    def _alternative(self, node: Node, annotation: Any, args: tuple[Any, ...]) -> Any:
        """The first alternative that takes the node; text last, because it takes every scalar. One real alternative speaks for itself."""
        real = sorted((a for a in args if a is not type(None)), key=lambda a: a is str)
        if len(real) == 1:
            return self.convert(node, real[0])
        deepest: SpecError | None = None
        for each in real:
            try:
                return self.convert(node, each)
            except SpecError as error:
                if error.key != node.path and deepest is None:
                    deepest = error
        raise deepest or self.expected(node, describe(annotation))


_MAPPINGS = (dict, Mapping, typing.Mapping)


def field_types(cls: type) -> dict[str, Any]:
    """Names and types of the fields of a dataclass that its constructor takes, in their order."""
    hints = typing.get_type_hints(cls)
    return {f.name: hints[f.name] for f in dataclasses.fields(cls) if f.init}


def describe(annotation: Any) -> str:
    """What an author has to write for a type, in words."""
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation in _NAMES:
        return _NAMES[annotation]
    if origin in (typing.Union, types.UnionType):
        return ", or ".join(describe(a) for a in args if a is not type(None))
    if origin is typing.Literal:
        return "one of " + ", ".join(map(str, args))
    if origin is tuple and len(args) == 2 and args[1] is Ellipsis:
        if _is_pair(args[0]):
            return f"a mapping from names to {describe(typing.get_args(args[0])[1])}"
        return f"a list, each entry {describe(args[0])}"
    if origin is tuple:
        return f"a list of {len(args)}: " + ", ".join(describe(a) for a in args)
    if origin in _MAPPINGS or annotation in _MAPPINGS:
        return f"a mapping from names to {describe(args[1])}" if len(args) == 2 else "a mapping"
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return "one of " + ", ".join(str(m.value) for m in annotation)
    if dataclasses.is_dataclass(annotation):
        return "a mapping with the keys " + ", ".join(field_types(annotation))
    return "a value"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The question after the nearest known word, or nothing."""
    near = difflib.get_close_matches(word[:100].lower().replace("-", "_"), list(known), n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else ""


def _is_pair(annotation: Any) -> bool:
    args = typing.get_args(annotation)
    return typing.get_origin(annotation) is tuple and len(args) == 2 and args[0] is str and args[1] is not Ellipsis


def _spoken(cls: type) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", cls.__name__.strip("_")).lower()


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
