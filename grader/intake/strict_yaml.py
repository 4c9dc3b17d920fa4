"""The part of YAML that problem files are written in: mappings, lists and text, each knowing its line.

Every scalar is the string that was typed: `no`, `1:30`, `0.10`, `1e3`, `~` and dates keep their characters, because an answer key is no place for a
parser's opinions. Tags, anchors and aliases are refused (they can build objects, and grow a file exponentially), as are keys given twice. Inside
double quotes, YAML turns `\\theta` into a tab and "heta"; where that would swallow a LaTeX command the file is refused and told to use single quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from grader.model import SpecError

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 20
MAX_NODES = 100_000


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar, as typed. `path` names the place by keys ("parts.5c.points"), `line` counts from 1."""

    value: str
    line: int
    path: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    entries: tuple[Node, ...]
    line: int
    path: str


@dataclass(frozen=True, slots=True)
class Keys:
    """A mapping, in the order of the file. The line of an entry is that of its key."""

    entries: dict[str, Node]
    line: int
    path: str


Node = Text | Items | Keys

KIND_OF_NODE = {Text: "text", Items: "a list", Keys: "a mapping"}

_LATEX = re.compile(r"(?:theta|tau|tan|tanh|text\w*|tfrac|tilde|times|to|top|triangle\w*|nu|ne|neq|neg|nabla|ni|not|notin|nmid|norm\w*|newline|"
                    r"rho|right\w*|rangle|rceil|rfloor|rVert|rvert|rm|Re)(?![a-z])")
"""LaTeX commands that begin like an escape of YAML that makes a blank: tab, line feed, carriage return."""


def read_yaml(content: bytes, file: str) -> Node:
    """The one document in `content`.

    Fails with `SpecError` (file, line, what was expected) on bytes that are no UTF-8, on every YAML error, on tags, anchors, aliases, doubled keys,
    and beyond the limits on bytes, nodes and nesting.
    """
    if len(content) > MAX_BYTES:
        raise SpecError(f"more than {MAX_BYTES} bytes; a problem file may have so many", file=file)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[:error.start].count(b"\n") + 1
        raise SpecError("not UTF-8 text here; save the file as UTF-8", file=file, line=line) from None
    return _Composer(text, file).document()


_UNLIKE = re.compile("[^\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\U00010000-\U0010ffff]|[\t!?#%@`]|---|\\.\\.\\.|(?:\\A|[\\s,:\"'-])[\\[{]")
"""Where the parsers in C and in Python may part: tabs, control characters, byte order marks, tags, comments, directives, marks of documents, collections in
brackets. Elsewhere they give the same events at the same places."""


class _Composer:
    """Events to nodes. PyYAML's own composer and constructor are left out: they know tags, aliases, merge keys and types."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file, self.count = text, file, 0

    def document(self) -> Node:
        try:
            self.events: Iterator[yaml.Event] = iter(self._quickly() or list(self._checked(yaml.SafeLoader)))
        except yaml.reader.ReaderError as error:
            line = self.text[:error.position].count("\n") + 1
            raise SpecError(f"the character U+{ord(self.text[error.position]):04X} may not stand in a YAML file", file=self.file, line=line) from None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            if error.context_mark is not None and _UNCLOSED.search(f"{error.context} {error.problem}"):
                mark = error.context_mark  # where it was opened; the end of the file says nothing
            raise SpecError(_explain(error), file=self.file, line=mark.line + 1 if mark else 0) from None
        except (ValueError, OverflowError) as error:
            raise SpecError(f"an escape in double quotes names no character ({error})", file=self.file) from None
        node: Node | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if node is not None:
                    self._refuse(event, "a second document begins; expected one problem a file")
                if event.tags:
                    self._refuse(event, "tag directives are not used here")
                node = self._node(next(self.events), "", 0)
        if node is None:
            raise SpecError("the file is empty; expected a mapping with the key 'parts'", file=self.file, line=1)
        return node

    def _quickly(self) -> list[yaml.Event]:
        """The events as the parser in C finds them; none where it is not there, finds a mistake, or might see the text otherwise."""
        if _UNLIKE.search(self.text) or not hasattr(yaml, "CSafeLoader"):
            return []
        try:
            return list(self._checked(yaml.CSafeLoader))
        except (yaml.YAMLError, ValueError, OverflowError):
            self.count = 0
            return []

    def _checked(self, loader: type) -> Iterator[yaml.Event]:
        """The parser's events, as far as the limits and the dialect allow; reading stops at the first that they do not."""
        depth = 0
        for event in yaml.parse(self.text, Loader=loader):
            self.count += 1
            if self.count > MAX_NODES:
                self._refuse(event, f"more than {MAX_NODES} entries")
            if isinstance(event, yaml.AliasEvent):
                self._refuse(event, f"aliases are not used here; put quotes around text that begins with '*' (found *{event.anchor})")
            if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
                self._refuse(event, f"anchors are not used here; put quotes around text that begins with '&' (found &{event.anchor})")
            if isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent)) and event.tag is not None:
                self._refuse(event, f"tags are not used here; put quotes around text that begins with '!' (found {event.tag})")
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    self._refuse(event, f"nested deeper than {MAX_DEPTH}")
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            yield event

    def _node(self, event: yaml.Event, path: str, line: int) -> Node:
        line = line or event.start_mark.line + 1
        if isinstance(event, yaml.ScalarEvent):
            if event.style == '"':
                self._check_escapes(event, path)
            return Text(event.value, line, path)
        if isinstance(event, yaml.SequenceStartEvent):
            entries: list[Node] = []
            while not isinstance(inner := next(self.events), yaml.SequenceEndEvent):
                entries.append(self._node(inner, f"{path}[{len(entries)}]", 0))
            return Items(tuple(entries), line, path)
        return self._mapping(path, line)

    def _mapping(self, path: str, line: int) -> Keys:
        entries: dict[str, Node] = {}
        while not isinstance(key := next(self.events), yaml.MappingEndEvent):
            if not isinstance(key, yaml.ScalarEvent):
                raise SpecError("expected a word as key, found a list or a mapping", file=self.file, line=key.start_mark.line + 1, key=path)
            at = key.start_mark.line + 1
            below = f"{path}.{key.value}" if path else key.value
            if key.value in entries:
                raise SpecError(f"this key was given before, in line {entries[key.value].line}", file=self.file, line=at, key=below)
            entries[key.value] = self._node(next(self.events), below, at)
        return Keys(entries, line, path)

    def _check_escapes(self, event: yaml.ScalarEvent, path: str) -> None:
        """Refuse a double-quoted text in which an escape has eaten the head of a LaTeX command."""
        source = self.text[event.start_mark.index:event.end_mark.index]
        for found in re.finditer(r"\\(.)", source, re.DOTALL):
            tail = source[found.start(1):]
            fresh = source[found.start() - 1] in "\"' $({[=+-*/^_,&;:|<>"  # a line feed that is meant follows a word
            if re.match(r"[abefvNLP][A-Za-z]", tail) or fresh and _LATEX.match(tail):
                line = event.start_mark.line + 1 + source[:found.start()].count("\n")
                raise SpecError(f"inside double quotes YAML reads \\{re.match(r'[A-Za-z]+', tail)[0]} as an escape and not as LaTeX; "
                                "use single quotes, or write the backslash twice", file=self.file, line=line, key=path)

    def _refuse(self, event: yaml.Event, message: str) -> None:
        raise SpecError(message, file=self.file, line=event.start_mark.line + 1)


_UNCLOSED = re.compile("unexpected end of stream|'<stream end>'")
"""A quote or bracket that nothing closes."""


def _explain(error: yaml.MarkedYAMLError) -> str:
    """The parser's words, then what an author can do about it."""
    problem = error.problem or "cannot be read"
    if "'\\t'" in problem:
        return "a tab is used for indentation; expected spaces"
    if _UNCLOSED.search(problem):
        return ("a quote is opened here and not closed" if "quoted scalar" in (error.context or "") else "a bracket is opened here and not closed") + \
            "; put quotes around text that contains quotes or brackets"
    if "escape" in problem:
        return f"{problem}; LaTeX in double quotes needs each backslash twice: use single quotes instead"
    hints = (("mapping values are not allowed", "put quotes around text that contains ': '"),
             ("cannot start any token", "put quotes around text that begins with one of % @ `"),
             ("block scalar", "put quotes around text that begins with '>' or '|'"),
             ("expected a comment or a line break", "put quotes around text that begins with '>' or '|'"),
             ("could not find expected ':'", "expected 'key: value', with a blank behind the colon, on the line before"),
             ("alphabetic or numeric character", "put quotes around text that begins with '*' or '&'"),
             ("<block end>", "expected the same indentation as the lines before, or quotes around the text"),
             ("',' or", "expected a comma or the closing bracket; put quotes around text that contains brackets, commas or ': '"))
    for words, hint in hints:
        if words in problem:
            return f"{problem}; {hint}"
    return problem
